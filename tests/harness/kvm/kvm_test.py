"""A short run of KVM in Bochs, and of kernels that do not come up. Arguments: root of the repository, the program eptspec.

Exit code 77, which ctest shows as skipped: the kernel package cannot be downloaded.
"""
import datetime
import filecmp
import glob
import json
import os
import subprocess
import sys
import tempfile
import time

ROOT, EPTSPEC = sys.argv[1:]
TARGET = "kvm-bochs:corei7_skylake_x"


def run(*arguments):
    return subprocess.run([EPTSPEC, "run", *arguments], capture_output=True, text=True, timeout=600)


def expect(what, condition, result):
    if not condition:
        sys.exit(f"{what}\nexit code {result.returncode}\n{result.stdout}{result.stderr}")


# Without VMX in the processor, or with it: the exit code says that something was tested only if it was.
here = run("kvm", "--quick")
if here.returncode == 2:
    expect("it is said why KVM is not tested here", ": not tested: " in here.stderr, here)

with tempfile.TemporaryDirectory() as directory:
    report = os.path.join(directory, "report.json")
    start = time.monotonic()
    asked = [TARGET, "--quick", "--today", datetime.date.today().isoformat(), "--json"]
    quick = run(*asked, report)
    if "is not available" in quick.stderr:
        print("SKIPPED: " + quick.stderr.strip())
        sys.exit(77)
    print(f"the quick set: {time.monotonic() - start:.0f} s")
    expect("the cells are as expected", quick.returncode == 0 and " 0 error" in quick.stdout, quick)
    expect("progress is shown", "booting Linux" in quick.stderr and "is up" in quick.stderr, quick)
    with open(report, encoding="utf-8") as file:
        content = json.load(file)
    expect("the report names target and kernel",
           content["target"] == TARGET and content["version"].startswith("Linux 6.1."), quick)
    second = os.path.join(directory, "second.json")
    again = run(*asked, second)
    expect("two runs give the same report", filecmp.cmp(report, second, shallow=False), again)

# A kernel of one's own, which panics for want of an init.
kernels = os.path.join(os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache")), "eptspec", "kernels")
unpacked = sorted(glob.glob(os.path.join(kernels, "linux-image-6.1.*")))[-1]
own = glob.glob(os.path.join(unpacked, "boot", "vmlinuz-*"))[0] + "+" + os.path.join(unpacked, "lib", "modules")
panic = run(TARGET, "--kernel", own, "--kernel-arguments", "rdinit=/nothing", "--quick")
expect("a kernel that panics is reported", panic.returncode == 2 and "Kernel panic" in panic.stderr, panic)
