"""Without the dense vectors of one situation, coverage says which of its literals are open; how many are impossible does
not depend on the vectors. Usage: coverage_test.py ROOT EPTSPEC"""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SITUATION = "misconfiguration/pml4e/reserved_bit"


def coverage(eptspec, directory):
    done = subprocess.run([eptspec, "vectors", "coverage", "--in", directory], capture_output=True, text=True)
    found = re.search(r"^literals in (\d+) situations: (\d+) shown, (\d+) impossible, (\d+) open$", done.stdout, re.M)
    assert found, done.stdout[-2000:] + done.stderr
    return done, tuple(int(number) for number in found.groups())


def leave_out(path):
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    gone = {line["vector"] for line in lines if line.get("goal") == "dense/" + SITUATION}
    assert len(gone) > 10, len(gone)
    kept = [line for line in lines if line.get("vector", line.get("id")) not in gone]
    path.write_text("".join(json.dumps(line) + "\n" for line in kept))


def main(root, eptspec):
    done, (situations, shown, impossible, opened) = coverage(eptspec, root + "/vectors/data")
    assert done.returncode == 0 and situations > 100 and shown > 100000 and opened == 0, (situations, shown, opened)
    with tempfile.TemporaryDirectory() as directory:
        shutil.copytree(root + "/vectors/data", directory, dirs_exist_ok=True)
        leave_out(pathlib.Path(directory) / "any.jsonl")
        done, (_, few, same, many) = coverage(eptspec, directory)
    assert done.returncode == 1, done.returncode
    assert same == impossible and few + many == shown and many > 0, (few, same, many)
    gaps = re.findall(r"^  open: (\S+): (.*)$", done.stdout, re.M)
    assert len(gaps) == many and {where for where, _ in gaps} == {SITUATION}, gaps
    assert (SITUATION, "eptp bit 5") in gaps, gaps  # with five levels no canonical vector has it
    print(f"{shown} literals shown, {impossible} impossible; without the vectors of {SITUATION} {many} are open")


if __name__ == "__main__":
    main(*sys.argv[1:])
