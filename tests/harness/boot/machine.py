"""A machine that boots a raw disk: Bochs with one disk and a serial line, as a person would put a stick into a PC."""
import os
import pathlib
import subprocess
import time

# The text that eptspec uses too, a literal of C++.
TEXT = pathlib.Path(__file__).parents[3] / "harness" / "boot" / "bochsrc.inc"
CONFIGURATION = TEXT.read_text(encoding="utf-8").removeprefix('R"(').removesuffix(')"\n')


class Machine:
    """In `directory`, booted from a disk or, when its name ends so, from an ISO image. serial: a file that takes what
    the machine sends, or a pseudo-terminal."""

    def __init__(self, directory, medium, serial="/dev/null", model="tigerlake"):
        self.directory, self.medium = str(directory), str(medium)
        disk = f'type=disk, mode=flat, path="{medium}"'
        iso = f'type=cdrom, path="{medium}", status=inserted'
        boot, master = ("cdrom", iso) if self.medium.endswith(".iso") else ("disk", disk)
        mode = "term" if str(serial).startswith("/dev/pts/") else "file"
        text = CONFIGURATION.format(
            model=model, directory=directory, boot=boot, master=master, slave="type=none", ips=5000000, ignore_bad_msrs=0,
            guest_megabytes=2112, host_megabytes=512, magic_break=1, serial=f'mode={mode}, dev="{serial}"')
        with open(f"{self.directory}/bochsrc", "w", encoding="utf-8") as out:
            out.write(text)
        with open(f"{self.directory}/rc", "w", encoding="utf-8") as out:
            out.write("c\nq\n")

    def start(self):
        if os.path.exists(self.medium + ".lock"):
            os.remove(self.medium + ".lock")  # of a Bochs that was killed
        command = ["bochs-bin", "-q", "-f", f"{self.directory}/bochsrc", "-rc", f"{self.directory}/rc"]
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def run(self, seconds=600):
        """Until the image is done. Raises TimeoutExpired when it is not by then."""
        with self.start() as process:
            try:
                return process.wait(seconds)
            finally:
                process.kill()  # or the end of this block would wait for it

    def run_and_reset(self, when, seconds=600):
        """Until when() is true, then switched off. False when the image was done before."""
        with self.start() as process:
            until = time.monotonic() + seconds
            while process.poll() is None and time.monotonic() < until:
                if when():
                    process.kill()
                    return True
                time.sleep(0.002)
            process.kill()
            return False
