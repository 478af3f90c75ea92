"""eptspec as these tests run it, and the targets that they run it against.

usage: a test that imports this is called with SOURCE_DIRECTORY EPTSPEC HOSTILE_LIBRARY
"""
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

SOURCE, EPTSPEC, HOSTILE = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
SANITIZED = "libasan" in subprocess.run(["ldd", EPTSPEC], capture_output=True, text=True).stdout
WALKER = f"exec:/usr/bin/python3 {shlex.quote(str(SOURCE / 'harness/examples/walker.py'))}"
SLOW = f"exec:/usr/bin/python3 {shlex.quote(str(SOURCE / 'tests/harness/adapters/slow_command.py'))}"


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


def lines_of(path):
    return path.read_bytes().count(b"\n") if path.exists() else 0


def junit_mistakes(path):
    """What xmllint says against the report; empty when it keeps to the schema."""
    schema = SOURCE / "tests/harness/report/junit.xsd"
    result = subprocess.run(["xmllint", "--noout", "--schema", schema, path], capture_output=True, text=True)
    return "" if result.returncode == 0 else result.stderr


def expect_junit(test, path):
    """As the schema says, and numbers that are those of the cases."""
    test.assertEqual(junit_mistakes(path), "")
    for suite in xml.etree.ElementTree.parse(path).getroot():
        test.assertEqual(int(suite.get("tests")), len(suite))
        for count, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            test.assertEqual(int(suite.get(count)), len(suite.findall(f"testcase/{tag}")), count)
