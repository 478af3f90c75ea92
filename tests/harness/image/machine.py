"""A machine that boots a raw disk: Bochs with one disk and a serial line, as a person would put a stick into a PC."""
import os
import signal
import subprocess
import time

CONFIGURATION = """config_interface: textconfig
display_library: rfb, options="timeout=0"
cpu: model={model}, count=1, ips=5000000, reset_on_triple_fault=0, ignore_bad_msrs=0
memory: guest=2112, host=512
romimage: file=/usr/share/bochs/BIOS-bochs-latest, options=fastboot
vgaromimage: file=/usr/share/vgabios/vgabios.bin
plugin_ctrl: speaker=0, unmapped=1, biosdev=1, serial=1, parallel=1
boot: {kind}
ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14
ata0-master: {medium}
com1: enabled=1, mode={mode}, dev="{serial}"
port_e9_hack: enabled=1
clock: sync=none, time0=1000000000
mouse: enabled=0
magic_break: enabled=1
log: {directory}/bochs.log
panic: action=fatal
error: action=ignore
info: action=ignore
debug: action=ignore
"""


class Machine:
    """In `directory`, booted from a disk or, when its name ends so, from an ISO image. serial: a file that takes what
    the machine sends, or a pseudo-terminal."""

    def __init__(self, directory, medium, serial="/dev/null", model="tigerlake"):
        self.directory, self.medium = str(directory), str(medium)
        disk = f'type=disk, mode=flat, path="{medium}"'
        iso = f'type=cdrom, path="{medium}", status=inserted'
        kind, drive = ("cdrom", iso) if self.medium.endswith(".iso") else ("disk", disk)
        mode = "term" if str(serial).startswith("/dev/pts/") else "file"
        text = CONFIGURATION.format(model=model, mode=mode, kind=kind, medium=drive, serial=serial, directory=directory)
        with open(f"{self.directory}/bochsrc", "w", encoding="utf-8") as out:
            out.write(text)
        with open(f"{self.directory}/rc", "w", encoding="utf-8") as out:
            out.write("c\nq\n")

    def start(self):
        if os.path.exists(self.medium + ".lock"):
            os.remove(self.medium + ".lock")  # of a Bochs that was killed
        command = ["bochs-bin", "-q", "-f", f"{self.directory}/bochsrc", "-rc", f"{self.directory}/rc"]
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def run(self, seconds=100):
        """Until the image is done."""
        with self.start() as process:
            return process.wait(seconds)

    def run_and_reset(self, when, seconds=100):
        """Until when() is true, then switched off. False when the image was done before."""
        with self.start() as process:
            until = time.monotonic() + seconds
            while process.poll() is None and time.monotonic() < until:
                if when():
                    process.send_signal(signal.SIGKILL)
                    process.wait()
                    return True
                time.sleep(0.002)
            process.kill()
            return False
