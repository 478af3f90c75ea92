#!/usr/bin/python3
"""Runs `eptspec run`, `smoke` and `merge` as a user does: exit codes, resuming after kill -9, shards, the examples.

usage: cli_test.py SOURCE_DIRECTORY EPTSPEC HOSTILE_LIBRARY
"""
import json
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import xml.etree.ElementTree

import jsonschema

SOURCE, EPTSPEC, HOSTILE = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
WALKER = f"exec:/usr/bin/python3 {SOURCE}/harness/examples/walker.py"
SLOW = f"exec:/usr/bin/python3 {SOURCE}/tests/harness/slow_command.py"


def run(*arguments, behaviour=""):
    environment = {**os.environ, "EPTSPEC_TEST_BEHAVIOUR": behaviour}
    return subprocess.run([EPTSPEC, *map(str, arguments)], capture_output=True, text=True, timeout=120, env=environment)


def run_builtin(target, *arguments, **options):
    return run("run", target, "--vectors", "builtin", *arguments, **options)


class Folder(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.folder.name)
        self.addCleanup(self.folder.cleanup)


class ExitCodes(Folder):
    def test_reference_passes(self):
        result = run_builtin("reference")
        self.assertEqual((result.returncode, result.stderr), (0, ""), result.stdout)

    def test_deviation_is_1(self):
        result = run_builtin("lib:" + HOSTILE)
        self.assertEqual(result.returncode, 1, result.stdout)
        self.assertIn("eptp_reserved_bit: accepted instead of refused", result.stdout)

    def test_what_cannot_run_is_2_in_one_line(self):
        for arguments in (["lib:/nowhere.so"], ["exec:false"], ["kvm"], ["reference", "--shard", "3/2"],
                          ["reference", "--filter", "colour:blue"], ["reference", "--baseline", "/nowhere"]):
            result = run_builtin(*arguments)
            self.assertEqual((result.returncode, len(result.stderr.splitlines())), (2, 1), result.stderr)

    def test_run_that_judges_nothing_is_2(self):
        self.assertEqual(run_builtin("reference", "--filter", "no_such_goal").returncode, 2)

    def test_baseline_makes_known_what_is_known_until_it_expires(self):
        baseline = self.path / "baseline.json"
        entry = {"reason": "accepts all", "link": "-", "expires": "2026-06-30", "vectors": ["smoke-02", "smoke-03"]}
        baseline.write_text(json.dumps({"deviations": [entry]}))
        for today, code in (("2026-06-30", 0), ("2026-07-01", 1)):
            result = run_builtin("lib:" + HOSTILE, "--baseline", baseline, "--today", today)
            self.assertEqual(result.returncode, code, result.stdout)


class Examples(Folder):
    def compile(self, compiler, source, *flags):
        library = self.path / "adapter.so"
        subprocess.run([*compiler, "-shared", "-fPIC", "-O2", "-I", SOURCE / "harness/abi", *flags, "-o", library,
                        SOURCE / "harness/examples" / source], check=True)
        return f"lib:{library}"

    def expect_good(self, target):
        for result in (run("smoke", target), run_builtin(target)):
            self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_c(self):
        self.expect_good(self.compile(["cc", "-std=c11"], "model.c", "-I", SOURCE / "tests/golden"))

    def test_cpp(self):
        self.expect_good(self.compile(["c++", "-std=c++20"], "entries.cpp"))

    def test_python(self):
        self.expect_good(WALKER)

    def test_each_is_at_most_60_lines(self):
        for path in (SOURCE / "harness/examples").iterdir():
            self.assertLessEqual(len(path.read_text().splitlines()), 60, path)


class Protocol(Folder):
    def test_conversation_is_as_the_schema_says(self):
        schema = json.loads((SOURCE / "harness/abi/protocol.schema.json").read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)
        said, answered = self.path / "said", self.path / "answered"
        command = f"tee {said} | {WALKER.removeprefix('exec:')} | tee {answered}"
        self.assertEqual(run_builtin("exec:" + command).returncode, 0)
        lines = said.read_text().splitlines() + answered.read_text().splitlines()
        self.assertGreaterEqual(len(lines), 7)
        for line in lines:
            self.assertEqual([error.message for error in validator.iter_errors(json.loads(line))], [], line)


class Documents(unittest.TestCase):
    def test_commands_of_the_guide_work_one_after_the_other(self):
        blocks = re.findall(r"```bash\n(.*?)```", (SOURCE / "docs/adapters.md").read_text(), re.S)
        self.assertEqual(len(blocks), 3)
        script = "".join(blocks).replace("build/release/eptspec", EPTSPEC)
        result = subprocess.run(["bash", "-e", "-c", script], cwd=SOURCE, capture_output=True, text=True, timeout=120)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)


class Reports(Folder):
    def test_junit_and_json_can_be_read(self):
        report, junit = self.path / "r.json", self.path / "r.xml"
        run_builtin("lib:" + HOSTILE, "--json", report, "--junit", junit, behaviour="crash")
        document = json.loads(report.read_text())
        self.assertEqual(document["counts"]["fail"], 2)
        suite = xml.etree.ElementTree.parse(junit).getroot()[0]
        self.assertEqual((suite.get("tests"), suite.get("failures")), ("15", "2"))

    def test_shards_merge_to_the_report_of_the_whole(self):
        journals = [self.path / f"{n}.journal" for n in (1, 2, 3)]
        for n, journal in enumerate(journals):
            run_builtin(WALKER, "--shard", f"{n + 1}/3", "--journal", journal)
        self.assertEqual(run("merge", *journals, "--vectors", "builtin").stdout, run_builtin(WALKER).stdout)
        self.assertEqual(run("merge", *journals[:2], "--vectors", "builtin").returncode, 2)

    def test_killed_at_any_moment_and_resumed_it_ends_with_the_same_report(self):
        whole = run_builtin(SLOW).stdout
        seed = random.Random(20260701)
        for attempt in range(10):
            journal = self.path / f"{attempt}.journal"
            arguments = [EPTSPEC, "run", SLOW, "--vectors", "builtin", "--journal", str(journal)]
            with subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
                time.sleep(seed.uniform(0.05, 0.6))
                process.send_signal(signal.SIGKILL)
            result = run_builtin(SLOW, "--journal", journal, "--resume")
            self.assertEqual(result.stdout, whole, result.stderr)

    def test_journal_of_another_run_is_refused(self):
        journal = self.path / "j"
        run_builtin("reference", "--journal", journal)
        self.assertEqual(run_builtin("reference", "--journal", journal, "--resume", "--filter", "smoke").returncode, 2)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
