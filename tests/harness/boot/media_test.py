"""Media for machines of one's own, with Bochs as that machine: what they bring back, resets, cuts and damages.

usage: media_test.py SOURCE_DIRECTORY EPTSPEC IMAGE_DIRECTORY
"""
import json
import os
import pathlib
import pty
import random
import select
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
import tty
import unittest

from machine import Machine

SOURCE, EPTSPEC, IMAGE = pathlib.Path(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])
VECTORS = ("--vectors", SOURCE / "vectors/data/bochs_tigerlake.jsonl")
PROBE_SIZE, HEADER_SIZE, CASE_SIZE = 4096, 72, 96
CASE_COUNT, RECORD_WORDS = 824, 832  # in the probe
END_BEGUN, END_RESET = 6, 7


def run(*arguments, **options):
    return subprocess.run([EPTSPEC, *map(str, arguments)], capture_output=True, text=True, timeout=600, **options)


def places(disk):
    """(first byte, bytes) of image, cases and results on a disk, from its boot sector."""
    numbers = struct.unpack_from("<6I", disk, 0x1a0)
    return [(512 * numbers[n], 512 * numbers[n + 1]) for n in (0, 2, 4)]


def results_of(path):
    disk = path.read_bytes()
    first, size = places(disk)[2]
    return disk[first : first + size]


def records_of(results):
    """Those that are there, or have room."""
    count, words = (struct.unpack_from("<I", results, place)[0] for place in (CASE_COUNT, RECORD_WORDS))
    size = 184 + 8 * words
    return [results[at : at + size] for at in range(PROBE_SIZE, PROBE_SIZE + count * size, size)]


def ends(results):
    """The ends of the records that are there."""
    heads = [struct.unpack_from("<I12xI", record) for record in records_of(results)]
    return [end for magic, end in heads if magic == 0x43455245]


def crc32c(data):
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ table[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def verdicts(path):
    return {vector["id"]: (vector["verdict"], vector.get("fate", ""), vector.get("reason", "")) for vector in json.loads(path.read_text())["vectors"]}


class Cable:
    """Two pseudo-terminals, joined."""

    def __enter__(self):
        pairs = [pty.openpty() for _ in range(2)]
        self.masters = [master for master, _ in pairs]
        self.slaves = [slave for _, slave in pairs]
        for one in self.slaves:
            tty.setraw(one)
        self.ends = [os.ttyname(one) for one in self.slaves]
        self.joined = True
        self.thread = threading.Thread(target=self.carry)
        self.thread.start()
        return self

    def carry(self):
        while self.joined:
            for one in select.select(self.masters, [], [], 0.1)[0]:
                other = self.masters[1 - self.masters.index(one)]
                data = os.read(one, 4096)
                while data:
                    data = data[os.write(other, data) :]

    def __exit__(self, *_):
        self.joined = False
        self.thread.join()
        for one in self.masters + self.slaves:
            os.close(one)


class Media(unittest.TestCase):
    """All of them work with one medium, made for the probed machine, and its results."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.path = pathlib.Path(cls.folder.name)
        cls.addClassCleanup(cls.folder.cleanup)
        probe = cls.path / "probe.img"
        cls.made = [run("media", "disk", "--out", probe)]
        cls.ended = [Machine(cls.path, probe).run()]
        cls.fresh = cls.path / "fresh.img"
        cls.made.append(run("media", "disk", "--serial", "--for", probe, *VECTORS, "--out", cls.fresh))
        cls.probe, cls.done = probe, cls.path / "done.img"
        shutil.copy(cls.fresh, cls.done)
        cls.ended.append(Machine(cls.path, cls.done, serial=cls.path / "serial").run())
        cls.whole = cls.path / "whole.json"
        cls.judged = run("judge", cls.done, *VECTORS, "--json", cls.whole)

    def judge(self, name, data):
        path = self.path / name
        path.write_bytes(data)
        report = self.path / (name + ".json")
        result = run("judge", path, *VECTORS, "--json", report)
        self.assertIn(result.returncode, (0, 1, 2), f"{name}: {result.stderr}")
        if result.returncode == 2:
            self.assertEqual(len(result.stderr.splitlines()), 1, result.stderr)
            return None
        return verdicts(report)

    def expect_part_of_the_whole(self, part):
        """What is judged is as it is in the whole; the rest is an error."""
        whole = verdicts(self.whole)
        lost = {name for name, verdict in part.items() if verdict != whole[name]}
        for name in lost:
            self.assertEqual(part[name][0], "error", name)
            self.assertIn("not run: ", part[name][2])
        return len(lost)

    def test_disk_brings_back_what_eptspec_run_sees(self):
        for result in (*self.made, self.judged):
            self.assertIn(result.returncode, (0, 1), result.stderr)
        self.assertEqual(self.ended, [0, 0])
        report = self.path / "run.json"
        run("run", "bochs:tigerlake", *VECTORS, "--json", report)
        ran, judged = (json.loads(path.read_text())["vectors"] for path in (report, self.whole))
        self.assertGreater(len(judged), 1000)
        told = [json.loads(path.read_text())["capabilities"] for path in (report, self.whole)]
        self.assertEqual(told[0], told[1])
        for one in ran:
            one.pop("known", None)
        self.assertEqual(ran, judged)

    def test_what_came_over_the_serial_line_is_the_same(self):
        for command in (["judge", self.path / "serial"], ["run", f"serial:{self.path}/serial"]):
            report = self.path / "serial.json"
            result = run(*command, *VECTORS, "--json", report)
            self.assertEqual(result.returncode, self.judged.returncode, result.stderr)
            self.assertEqual(verdicts(report), verdicts(self.whole))

    def test_machine_at_a_serial_line_is_tested_in_one_go(self):
        medium, report = self.path / "ask.img", self.path / "asked.json"
        self.assertEqual(run("media", "disk", "--serial", "--out", medium).returncode, 0)
        with Cable() as cable:
            command = [EPTSPEC, "run", f"serial:{cable.ends[0]}", *map(str, VECTORS), "--json", str(report), "--timeout", "60"]
            with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as listening:
                status = Machine(self.path, medium, serial=cable.ends[1]).run()
                _, errors = listening.communicate(timeout=600)
        self.assertEqual((status, listening.returncode), (0, self.judged.returncode), errors)
        self.assertEqual(verdicts(report), verdicts(self.whole))

    def test_filter_that_chooses_no_case_makes_no_medium(self):
        out = self.path / "nothing.img"
        result = run("media", "disk", "--for", self.probe, *VECTORS, "--filter", "nosuch", "--out", out)
        self.assertEqual((result.returncode, len(result.stderr.splitlines())), (2, 1), result.stderr)
        self.assertRegex(result.stderr, "none of [0-9]+ vectors is chosen by 'nosuch'")
        self.assertFalse(out.exists())

    def test_probe_alone_is_no_verdict(self):
        result = run("judge", self.probe)
        self.assertEqual(result.returncode, 2)
        self.assertIn("--for", result.stderr)

    def test_results_of_other_vectors_are_refused(self):
        other = SOURCE / "vectors/data/haswell_4770.jsonl"
        result = run("judge", self.done, "--vectors", other)
        self.assertEqual(result.returncode, 2, result.stdout)
        self.assertIn("other vectors", result.stderr)

    def test_cut_at_20_places_what_is_whole_is_judged(self):
        results = results_of(self.done)
        serial = (self.path / "serial").read_bytes()
        for place in range(1, 21):
            part = self.judge("cut", results[: len(results) * place // 21])
            self.assertGreater(self.expect_part_of_the_whole(part), 0)
            part = self.judge("cut", serial[: len(serial) * place // 21])
            if part is not None:
                self.assertGreater(self.expect_part_of_the_whole(part), 0)
        self.assertIsNone(self.judge("cut", results[: PROBE_SIZE // 2]))
        self.assertIsNone(self.judge("cut", b""))

    def test_flipped_bits_cost_their_record_and_no_other(self):
        seed = random.Random(20260704)
        for data in (results_of(self.done), (self.path / "serial").read_bytes()):
            for _ in range(10):
                damaged = bytearray(data)
                for at in seed.sample(range(PROBE_SIZE, len(data)), 3):
                    damaged[at] ^= 1 << seed.randrange(8)
                part = self.judge("damaged", bytes(damaged))
                self.assertLessEqual(self.expect_part_of_the_whole(part), 3 * 12)  # a frame holds so many records

    def test_switched_off_at_any_moment_it_goes_on(self):
        seed = random.Random(20260705)
        for number in range(4):
            path = self.path / "resumed.img"
            shutil.copy(self.fresh, path)
            machine, enough = Machine(self.path, path), seed.randrange(10, 1100)
            self.assertTrue(machine.run_and_reset(lambda: len(ends(results_of(path))) >= enough), number)
            self.assertLess(len(ends(results_of(path))), len(ends(results_of(self.done))))
            self.assertEqual(machine.run(), 0)
            self.assertEqual(records_of(results_of(path)), records_of(results_of(self.done)))

    def test_case_that_resets_the_machine_is_named_and_the_others_are_run(self):
        path = self.path / "reset.img"
        disk = bytearray(self.fresh.read_bytes())
        victim = self.make_deadly(disk)
        path.write_bytes(disk)
        machine = Machine(self.path, path)
        self.assertEqual([machine.run() for _ in range(3)], [1, 1, 0])
        self.assertEqual(ends(results_of(path)).count(END_RESET), 1)
        self.assertEqual(ends(results_of(path)).count(END_BEGUN), 0)
        report = self.path / "reset.json"
        self.assertEqual(run("judge", path, *VECTORS, "--json", report).returncode, 1)
        whole, judged = verdicts(self.whole), verdicts(report)
        changed = [name for name in whole if whole[name] != judged[name]]
        self.assertEqual([judged[name] for name in changed], [("error", "crash", "the machine did not come back")], victim)

    def make_deadly(self, disk):
        """Lets a case that writes to a page write to the image's own PML4 table instead: it ends in a triple fault."""
        symbols = subprocess.run(["nm", IMAGE / "eptspec.elf"], capture_output=True, text=True, check=True).stdout
        pml4 = next(int(line.split()[0], 16) for line in symbols.splitlines() if line.endswith(" pml4"))
        first = places(disk)[1][0]
        page_count, case_count = struct.unpack_from("<II", disk, first + 16)
        body = first + HEADER_SIZE
        cases = body + 8 * page_count
        cases_size = struct.unpack_from("<I", disk, first + 60)[0]
        records = records_of(results_of(self.done))
        at, size = cases, 0
        for n in range(case_count):
            at += size
            size, act = struct.unpack_from("<II", disk, at + 8)
            fields, count = struct.unpack_from("<II", disk, at + 32)
            if n < case_count // 2 or act != 2 or count != 4:
                continue
            address = struct.unpack_from("<Q", disk, at + 40)[0]
            words_at = at + CASE_SIZE + 16 * fields
            words = struct.unpack_from("<8Q", disk, words_at)
            landed = struct.unpack_from("<Q", records[n], 72)[0]
            if landed >> 12 == words[7] >> 12 & (1 << 40) - 1:
                struct.pack_into("<Q", disk, at + 40, address & ~0xFFF)
                struct.pack_into("<Q", disk, words_at + 7 * 8, words[7] & 0xFFF | pml4)
                struct.pack_into("<I", disk, first + 12, crc32c(disk[body : cases + cases_size]))
                return n
        raise AssertionError("no case fits")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:], verbosity=2)
