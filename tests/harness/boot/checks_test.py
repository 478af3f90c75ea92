"""All vectors of the checks of VM entry, VMFUNC and INVEPT, with the others, on a target that boots the image.

Arguments: root of the repository, the program eptspec, the target, a rule that the target is known to deviate from.
Exit code 77, which ctest shows as skipped: the kernel package cannot be downloaded.
"""
import json
import os
import subprocess
import sys
import tempfile

EPTSPEC, TARGET, DEVIATING = sys.argv[2:]
FEWEST = {"VM entry": 800, "VMFUNC": 100, "INVEPT": 100}  # that pass


def run(*arguments):
    return subprocess.run([EPTSPEC, "run", TARGET, *arguments], capture_output=True, text=True, timeout=1200)


def expect(what, condition, result):
    if not condition:
        sys.exit(f"{what}\nexit code {result.returncode}\n{result.stdout}{result.stderr}")


with tempfile.TemporaryDirectory() as directory:
    report = os.path.join(directory, "report.json")
    whole = run("--json", report)
    if "is not available" in whole.stderr:
        print("SKIPPED: " + whole.stderr.strip())
        sys.exit(77)
    # Also no entry of the baseline without a deviation.
    expect("what deviates is known, and what is known deviates", whole.returncode == 0, whole)
    with open(report, encoding="utf-8") as file:
        rules = json.load(file)["rules"]
    for check, fewest in FEWEST.items():
        passed = sum(rule["pass"] for rule in rules if rule["decides"] == check)
        print(f"{check}: {passed} pass")
        expect(f"most cases of {check} are made", passed >= fewest, whole)

    none = os.path.join(directory, "none.json")
    with open(none, "w", encoding="utf-8") as out:
        json.dump({"deviations": []}, out)
    unknown = run("--filter", f"rule:{DEVIATING}", "--baseline", none)
    expect("a deviation that is not known fails", unknown.returncode == 1 and f"{DEVIATING}:" in unknown.stdout, unknown)
