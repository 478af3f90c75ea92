"""What `vectors export` and `vectors random` write, `run --vectors` reads: the same cases, and no file that was altered.

usage: export_test.py SOURCE_DIRECTORY EPTSPEC
"""

import hashlib
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

SOURCE, EPTSPEC = pathlib.Path(sys.argv[1]), sys.argv[2]
PROFILE = "haswell_4770"


def run(*arguments, **more):
    return subprocess.run([EPTSPEC, *map(str, arguments)], capture_output=True, text=True, timeout=120, **more)


def committed(kind):
    lines = (SOURCE / f"vectors/data/{PROFILE}.jsonl").read_text().splitlines()
    return [line for line in map(json.loads, lines) if kind in line]


class Export(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name)

    def export(self, form, name, *arguments):
        out = self.path / name
        result = run("vectors", "export", "--format", form, "--out", out, *arguments)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return out, result.stdout

    def ids_run(self, path):
        """Runs the file's vectors against the reference model; the ids of those that pass."""
        report = self.path / "report.json"
        result = run("run", "reference", "--vectors", path, "--json", report)
        self.assertEqual((result.returncode, result.stderr), (0, ""), result.stdout)
        vectors = json.loads(report.read_text())["vectors"]
        self.assertEqual({vector["verdict"] for vector in vectors}, {"pass"})
        return sorted(vector["id"] for vector in vectors)

    def refused(self, path, *words):
        result = run("run", "reference", "--vectors", path)
        self.assertEqual((result.returncode, result.stdout), (2, ""))
        self.assertTrue(result.stderr.startswith(str(path)), result.stderr)
        for word in words:
            self.assertIn(word, result.stderr)

    def test_json_and_binary_hold_the_committed_cases(self):
        ids = sorted(line["id"] for line in committed("id"))
        for form in ("json", "binary"):
            out, said = self.export(form, form, "--profile", PROFILE)
            self.assertEqual(said, f"{out}: {len(ids)} vectors\n")
            self.assertEqual(self.ids_run(out), ids)

    def test_without_a_profile_each_has_a_file(self):
        out, said = self.export("json", "all")
        files = sorted(out.iterdir())
        self.assertEqual(said, "".join(f"{file}: {len(json.loads(file.read_text())['vectors'])} vectors\n" for file in files))
        self.assertGreater(len(files), 20)
        out, said = self.export("binary", "all.bin")
        ids = self.ids_run(out)
        self.assertEqual(len(ids), len(set(ids)))
        self.assertEqual(said, f"{out}: {len(ids)} vectors\n")

    def test_altered_digit_blames_the_file(self):
        out, _ = self.export("json", "a.json", "--profile", PROFILE)
        text = out.read_text()
        out.write_text(text.replace('"value": "0x4007"', '"value": "0x4005"', 1))
        self.refused(out, "the id is not that of the case")
        out.write_text(text.replace('"level": 3,\n    "rules"', '"level": 2,\n    "rules"', 1))
        self.refused(out, "expects level 2 where the manual says 3")
        binary, _ = self.export("binary", "a.bin", "--profile", PROFILE)
        content = bytearray(binary.read_bytes())
        second = 16 + int.from_bytes(content[16:18], "little")
        content[second + 24] ^= 1
        binary.write_bytes(content)
        self.refused(binary, f"byte {second + 24}", "expects what the manual does not say")

    def test_altered_line_blames_the_file_and_the_line(self):
        lines = (SOURCE / f"vectors/data/{PROFILE}.jsonl").read_text().splitlines()
        (self.path / "citations.jsonl").write_text((SOURCE / "vectors/data/citations.jsonl").read_text())
        number = next(n for n, line in enumerate(lines) if '"result":"translated"' in line)
        lines[number] = lines[number].replace('"result":"translated"', '"result":"violation"')
        out = self.path / "a.jsonl"
        out.write_text("\n".join(lines) + "\n")
        self.refused(out, f":{number + 1}: ", "expects violation where the manual says translated")

    def test_judge_and_merge_blame_the_file_too(self):
        out, _ = self.export("json", "a.json", "--profile", PROFILE)
        out.write_text(out.read_text().replace('"value": "0x4007"', '"value": "0x4005"', 1))
        journal = self.path / "journal"
        self.assertEqual(run("run", "reference", "--vectors", "builtin", "--journal", journal).returncode, 0)
        result = run("merge", journal, "--vectors", out)
        self.assertEqual(result.returncode, 2)
        self.assertIn(f"{out}:", result.stderr)
        self.assertIn("the id is not that of the case", result.stderr)

    def test_random_vectors_are_read(self):
        for form in ("json", "binary"):
            out = self.path / form
            result = run("vectors", "random", "--count", 200, "--format", form, "--out", out)
            self.assertEqual(result.returncode, 0)
            self.assertEqual(len(self.ids_run(out)), 200)

    # docs/vectors.md: computed here as a stranger would, for what no name is needed.
    def test_id_is_the_hash_of_the_text_that_the_documentation_describes(self):
        shown = re.search(r"worked\s+example:\n\n```\n(.*?)```\n\nis `(ept-[0-9a-f]{16})`", (SOURCE / "docs/vectors.md").read_text(), re.S)
        self.assertEqual("ept-" + hashlib.sha256(shown[1].encode()).hexdigest()[:16], shown[2])
        head = next(line for line in committed("format"))
        checked = 0
        for line in committed("id"):
            if line.get("question") != "eptp" or "controls" in line:
                continue
            members = {"question": "eptp", "maxphyaddr": head["maxphyaddr"], "capability": head["capability"],
                       "primary_controls": "0x80000000", "secondary_controls": "0x2", "eptp": line.get("eptp", "0x101e")}
            text = "".join(f"{name}={members[name]}\n" for name in sorted(members))
            self.assertEqual("ept-" + hashlib.sha256(text.encode()).hexdigest()[:16], line["id"])
            checked += 1
        self.assertGreater(checked, 30)

    def test_old_ids_have_one_new_id_each(self):
        rows = [row.split("\t") for row in (SOURCE / "docs/vector_ids_0.1_to_0.2.tsv").read_text().splitlines()[1:]]
        self.assertEqual((len({old for old, _ in rows}), len({new for _, new in rows})), (len(rows), len(rows)))
        new = {new for _, new in rows}
        self.assertTrue({line["id"] for line in committed("id")} & new)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
