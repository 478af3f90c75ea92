"""All literals are shown, and 999 of 1,000 pairs that can be. Without the dense vectors of one situation, coverage says
which of its literals are open; how many are impossible does not depend on the vectors.

usage: coverage_test.py ROOT EPTSPEC"""
import hashlib
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SITUATION = "misconfiguration/pml4e/reserved_bit"
HEADER, ID = 16, 64


def coverage(eptspec, directory, *options):
    command = [eptspec, "vectors", "coverage", "--in", directory, *options]
    done = subprocess.run(command, capture_output=True, text=True)
    found = re.search(r"^literals in (\d+) situations: (\d+) shown, (\d+) impossible, (\d+) open$", done.stdout, re.M)
    assert found, done.stdout[-2000:] + done.stderr
    return done, tuple(int(number) for number in found.groups())


def of_situation(eptspec, directory):
    """The ids of dense vectors whose only broken rule is that of the situation, as numbers."""
    command = [eptspec, "vectors", "export", "--profile", "any", "--in", directory]
    document = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    result = {"result": "misconfiguration", "level": 4, "rules": ["reserved_bit"]}
    return {int(vector["id"][4:], 16) for vector in document["vectors"]
            if all(vector["expected"].get(name) == value for name, value in result.items())}


def leave_out(directory, gone):
    """Takes records away from the binary (docs/vectors.md), and says so in the manifest."""
    path = directory / "any.bin"
    data = path.read_bytes()
    records, at = [], HEADER
    while at < len(data):
        records.append(data[at:at + int.from_bytes(data[at:at + 2], "little")])
        at += len(records[-1])
    kept = [record for record in records if int.from_bytes(record[ID:ID + 8], "little") not in gone]
    data = data[:HEADER - 4] + len(kept).to_bytes(4, "little") + b"".join(kept)
    path.write_bytes(data)
    manifest = json.loads((directory / "manifest.json").read_text())
    manifest["vectors"] -= len(records) - len(kept)
    manifest["files"]["any.bin"] = {"vectors": len(kept), "sha256": hashlib.sha256(data).hexdigest()}
    (directory / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")


def main(root, eptspec):
    done, (situations, shown, impossible, opened) = coverage(eptspec, root + "/vectors/data", "--pairs")
    assert done.returncode == 0 and situations > 100 and shown > 100000 and opened == 0, (situations, shown, opened)
    pairs = re.search(r"^pairs of literals: (\d+) shown, \d+ impossible, (\d+) open;", done.stdout, re.M)
    pairs_shown, pairs_open = map(int, pairs.groups())
    assert pairs_shown > 10**7 and 1000 * pairs_open < pairs_shown, pairs.group()
    with tempfile.TemporaryDirectory() as directory:
        shutil.copytree(root + "/vectors/data", directory, dirs_exist_ok=True)
        gone = of_situation(eptspec, directory)
        assert len(gone) > 10, len(gone)
        leave_out(pathlib.Path(directory), gone)
        done, (_, few, same, many) = coverage(eptspec, directory)
    assert done.returncode == 1, done.returncode
    assert same == impossible and few + many == shown and many > 0, (few, same, many)
    gaps = re.findall(r"^  open: (\S+): (.*)$", done.stdout, re.M)
    assert len(gaps) == many and {where for where, _ in gaps} == {SITUATION}, gaps
    assert (SITUATION, "eptp bit 5") in gaps, gaps  # with five levels no canonical vector has it
    print(f"{shown} literals shown, {impossible} impossible; without the vectors of {SITUATION} {many} are open")


if __name__ == "__main__":
    main(*sys.argv[1:])
