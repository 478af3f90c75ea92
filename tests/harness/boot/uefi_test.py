"""The UEFI application. Under QEMU with OVMF there is no VMX: it must say so everywhere and leave. Under Bochs, with OVMF in place
of its BIOS, it does all of its work: firmware, FAT, VMX. Arguments: root of the repository, the program eptspec."""
import json
import os
import re
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from machine import Machine  # noqa: E402

ROOT, EPTSPEC = sys.argv[1:]
BASELINE = os.path.join(ROOT, "harness", "targets", "bochs.json")
OVMF = "/usr/share/OVMF/OVMF_"

# Places in harness/image/wire.h.
PROBE_SIZE, TRAILER_SIZE = 4096, 48
CASES_HEADER_SIZE, CASES_CRC = 72, 12
NO_VMX, BAD_CASES = 1, 5
BEGUN, RESET = 6, 7
ABOVE_4_GBYTES = 0x120000000


def image_directory():
    return os.path.join(os.path.dirname(EPTSPEC), "image")


def eptspec(*arguments):
    return subprocess.run([EPTSPEC, *arguments], capture_output=True, text=True, timeout=600)


def expect(what, condition, *more):
    if not condition:
        sys.exit("\n".join([what, *map(str, more)]))


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


class Stick:
    """A medium in a directory of its own, as `eptspec media efi` writes it."""

    def __init__(self, directory, *arguments):
        self.directory = directory
        os.makedirs(directory)
        self.path = os.path.join(directory, "stick.img")
        self.partition = self.path + "@@1M"
        self.megabytes = 2112  # of the machine that it is put into
        made = eptspec("media", "efi", "--out", self.path, *arguments)
        expect("the medium is written", made.returncode == 0, made.stdout, made.stderr)

    def get(self, name):
        copy = os.path.join(self.directory, name)
        subprocess.run(["mcopy", "-n", "-i", self.partition, f"::EPTSPEC/{name}", copy], check=True)
        with open(copy, "rb") as file:
            return file.read()

    def put(self, name, data):
        copy = os.path.join(self.directory, name)
        with open(copy, "wb") as file:
            file.write(data)
        subprocess.run(["mcopy", "-o", "-i", self.partition, copy, f"::EPTSPEC/{name}"], check=True)

    def load_above_4_gbytes(self):
        """The firmware loads the application where its header asks for, if there is memory."""
        with open(os.path.join(image_directory(), "bootx64.efi"), "rb") as file:
            application = bytearray(file.read())
        header = struct.unpack_from("<I", application, 0x3C)[0]
        struct.pack_into("<Q", application, header + 24 + 24, ABOVE_4_GBYTES)
        copy = os.path.join(self.directory, "high.efi")
        with open(copy, "wb") as file:
            file.write(application)
        subprocess.run(["mcopy", "-o", "-i", self.partition, copy, "::EFI/BOOT/BOOTX64.EFI"], check=True)
        self.megabytes = 6144

    def results(self):
        """The whole bytes, and the probe's obstacle, number of cases and checksum of the cases."""
        data = self.get("RESULTS.BIN")
        expect("a probe is there", data[:8] == b"EPTPROBE", data[:64])
        count, crc = struct.unpack_from("<II", data, data_place("case_count"))
        return data, struct.unpack_from("<I", data, 12)[0], count, crc


def data_place(name):
    """Of the members at the end of image::Probe."""
    ranges = 8 + 4 + 4 + 48 + 4 * 4 + 8 + 8 + 20 * 8 + 16
    places = {"missing": 0, "results": 8, "tables": 16, "pages": 24, "asked": 32, "case_count": 40, "record_words": 48}
    return ranges + 32 * 16 + places[name]


def ranges_of(data):
    """Free memory, as the probe has it."""
    words = struct.unpack_from("<64Q", data, data_place("missing") - 32 * 16)
    return [(base, base + size) for base, size in zip(words[::2], words[1::2]) if size]


def record_size_of(data):
    return 184 + 8 * struct.unpack_from("<I", data, data_place("record_words"))[0]


def records_of(data):
    """Of complete results, without sequence and checksum."""
    body, size = data[PROBE_SIZE : len(data) - TRAILER_SIZE], record_size_of(data)
    return [body[at : at + size - 8] for at in range(0, len(body), size)]


def boot_in_qemu(stick, seconds=120):
    """Boots until the firmware has the machine again; gives what was on the serial line."""
    variables = os.path.join(stick.directory, "variables.fd")
    with open(OVMF + "VARS_4M.fd", "rb") as file, open(variables, "wb") as copy:
        copy.write(file.read())
    flash = "if=pflash,format=raw,unit="
    command = ["qemu-system-x86_64", "-machine", "q35", "-cpu", "max", "-m", "2G", "-nodefaults", "-vga", "std"]
    command += ["-display", "none", "-serial", "stdio", "-drive", f"format=raw,file={stick.path}"]
    command += ["-drive", f"{flash}0,readonly=on,file={OVMF}CODE_4M.fd", "-drive", f"{flash}1,file={variables}"]
    said = b""
    until = time.monotonic() + seconds
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as qemu:
        os.set_blocking(qemu.stdout.fileno(), False)
        pressed = False
        while qemu.poll() is None and time.monotonic() < until:
            said += qemu.stdout.read() or b""
            before, end, after = said.partition(b"image: the end")
            if end and not pressed:
                pressed = True
                qemu.stdin.write(b"\r")
                qemu.stdin.flush()
            if b"BdsDxe" in after:
                break
            time.sleep(0.1)
        qemu.kill()
    return said.decode(errors="replace")


def bochs_of(stick):
    """Bochs with OVMF for a BIOS."""
    firmware = os.path.join(stick.directory, "ovmf.fd")
    with open(firmware, "wb") as out:
        for part in ("VARS.fd", "CODE.fd"):
            with open(OVMF + part, "rb") as file:
                out.write(file.read())
    machine = Machine(stick.directory, stick.path, os.path.join(stick.directory, "serial.txt"))
    configuration = os.path.join(stick.directory, "bochsrc")
    with open(configuration, encoding="utf-8") as file:
        text = file.read().replace("ignore_bad_msrs=0", "ignore_bad_msrs=1")  # OVMF reads MSR 17H
    text = text.replace("guest=2112", f"guest={stick.megabytes}")
    text = re.sub("^romimage:.*", f"romimage: file={firmware}", text, flags=re.M)
    with open(configuration, "w", encoding="utf-8") as file:
        file.write(text)
    return machine


def boot_in_bochs(stick, seconds=600):
    """Until the application is done; gives what was on the serial line."""
    with bochs_of(stick).start() as bochs:
        try:
            bochs.wait(seconds)
        except subprocess.TimeoutExpired:
            bochs.kill()
    with open(os.path.join(stick.directory, "serial.txt"), encoding="utf-8", errors="replace") as file:
        return file.read()


def switch_off_in_between(stick, records):
    """Boots, and is switched off as soon as so many records are on the stick."""

    def enough():
        with open(stick.path, "rb") as file:
            return file.read(16 << 20).count(b"EREC") >= records

    expect("the run could be interrupted", bochs_of(stick).run_and_reset(enough, 600))
    data = stick.get("RESULTS.BIN")
    expect("it was interrupted", data[-TRAILER_SIZE:] == bytes(TRAILER_SIZE), data[-TRAILER_SIZE:])


def without_vmx(directory):
    stick = Stick(os.path.join(directory, "no_vmx"))
    said = boot_in_qemu(stick)
    # Once by the application itself and once by the firmware's console.
    expect("serial line and screen tell", said.count("this processor has no VMX") == 2, said)
    expect("the firmware goes on", "BdsDxe" in said.partition("image: the end")[2], said)
    _, obstacle, count, crc = stick.results()
    cases = stick.get("CASES.BIN")
    expect("so does the file", obstacle == NO_VMX, obstacle)
    expect("the cases were loaded", (crc, count) == struct.unpack_from("<I4xI", cases, CASES_CRC), crc, count)
    judged = eptspec("judge", os.path.join(stick.directory, "RESULTS.BIN"))
    expect("nothing is judged", judged.returncode == 2 and "no VMX" in judged.stderr, judged.stdout, judged.stderr)


def all_vectors(directory):
    """From a stick that asks what the machine is to a judged result, switched off in between. Gives the stick."""
    first = Stick(os.path.join(directory, "first"))
    said = boot_in_bochs(first)
    expect("the machine is told", "VMX and EPT are there" in said, said)
    first.results()
    machine = os.path.join(first.directory, "RESULTS.BIN")
    stick = Stick(os.path.join(directory, "all"), "--for", machine)
    switch_off_in_between(stick, 500)
    said = boot_in_bochs(stick)
    expect("the cases were run", " cases" in said, said)
    stick.results()
    judged = eptspec("judge", os.path.join(stick.directory, "RESULTS.BIN"), "--baseline", BASELINE, "--target", "bochs:tigerlake")
    expect("all is as known", judged.returncode == 0 and "not run" not in judged.stdout, judged.stdout, judged.stderr)
    return stick


def verdicts_of(stick):
    """By id of the vector."""
    report = os.path.join(stick.directory, "report.json")
    eptspec("judge", os.path.join(stick.directory, "RESULTS.BIN"), "--json", report)
    with open(report, encoding="utf-8") as file:
        return {vector["id"]: vector["verdict"] for vector in json.load(file)["vectors"]}


def after_a_reset(stick):
    """One case was begun when the machine was reset: it is named, and the run goes on behind it. The application is now
    where the first 4 GBytes do not reach, which changes nothing."""
    whole, verdicts = stick.results()[0], verdicts_of(stick)
    size = record_size_of(whole)
    at = PROBE_SIZE + 700 * size
    record = bytearray(whole[at : at + size])
    struct.pack_into("<I", record, 16, BEGUN)
    struct.pack_into("<I", record, size - 4, crc32c(record[: size - 8]))
    stick.put("RESULTS.BIN", whole[:at] + bytes(record) + bytes(len(whole) - at - size))
    stick.load_above_4_gbytes()
    boot_in_bochs(stick)
    again = stick.results()[0]
    free = any(base <= ABOVE_4_GBYTES < end for base, end in ranges_of(again))
    expect("the application is above 4 GBytes", not free and max(ranges_of(again))[1] > ABOVE_4_GBYTES, ranges_of(again))
    before, now = records_of(whole), records_of(again)
    expect("the case is named", struct.unpack_from("<I", now[700], 16)[0] == RESET, now[700])
    # Not byte for byte: where a guest of a check goes on after VM entry depends on what lies at its addresses.
    judged = verdicts_of(stick)
    differing = [vector for vector, verdict in verdicts.items()
                 if verdict in ("pass", "fail") and judged.get(vector) != verdict]
    expect("the others are the same", len(now) == len(before) and len(judged) == len(verdicts), len(now), len(judged))
    expect("one verdict is another", [judged[vector] for vector in differing] == ["error"], differing)


def damaged(stick):
    """A sample that must fail: one bit of the cases."""
    cases = bytearray(stick.get("CASES.BIN"))
    cases[CASES_HEADER_SIZE + 8] ^= 1
    stick.put("CASES.BIN", bytes(cases))
    said = boot_in_bochs(stick)
    expect("damage is told", "the cases are damaged" in said, said)
    expect("and in the file", stick.results()[1] == BAD_CASES, stick.results()[1])


with tempfile.TemporaryDirectory() as work:
    without_vmx(work)
    medium = all_vectors(work)
    after_a_reset(medium)
    damaged(medium)
