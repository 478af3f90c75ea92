#!/usr/bin/python3
"""What eptspec refuses in files and options, each in one line.

usage: input_test.py SOURCE_DIRECTORY EPTSPEC HOSTILE_LIBRARY
"""
import shlex
import subprocess
import sys
import unittest

from command import EPTSPEC, Folder, SANITIZED, run, run_builtin


class Files(Folder):
    """What is given as a file may be anything."""

    def expect_one_line(self, result, *words):
        self.assertEqual((result.returncode, len(result.stderr.splitlines())), (2, 1), result.stderr)
        for word in (*words, "; expected "):
            self.assertIn(word, result.stderr)
        for raw in ("json.exception", "basic_", "filesystem error", "std::"):
            self.assertNotIn(raw, result.stderr)

    def huge(self):
        path = self.path / "huge"
        with open(path, "wb") as file:
            file.truncate(8 << 30)
        return path

    def test_what_is_no_file_to_read_is_named_with_what_was_expected(self):
        options = (["--vectors"], ["--vectors", "builtin", "--baseline"], ["--vectors", "builtin", "--resume", "--journal"])
        for option in options:
            for path, why in ((self.path, "holds no vectors" if option == ["--vectors"] else "is a folder"),
                              ("/dev/zero", "is a device"), (self.huge(), "is larger than")):
                self.expect_one_line(run("run", "reference", *option, path), str(path), why)
        for option in options[:2]:
            self.expect_one_line(run("run", "reference", *option, "/nowhere"), "/nowhere", "does not exist")
        vectors = ["--vectors", "builtin"]
        media = ["media", "disk", "--out", self.path / "x", "--for"]
        for command in (["judge", *vectors], ["merge", *vectors], ["matrix"], media):
            for path, why in ((self.path, "is a folder"), ("/dev/zero", "is a device"), (self.huge(), "is larger than"),
                              ("/nowhere", "does not exist")):
                self.expect_one_line(run(*command, path), str(path), why)
        self.assertFalse((self.path / "x").exists())

    def test_broken_json_has_its_place(self):
        path = self.path / "broken.json"
        path.write_text('{"deviations":\n [nonsense]}')
        self.expect_one_line(run_builtin("reference", "--baseline", path), f"{path}:2:4: no JSON")

    def test_disk_larger_than_memory_is_judged_by_its_results(self):
        disk = self.path / "disk"
        self.assertEqual(run("media", "disk", "--out", disk).returncode, 0)
        with open(disk, "r+b") as file:
            file.truncate(8 << 30)
        limit = "" if SANITIZED else "ulimit -v 2000000;"  # a sanitizer reserves terabytes of addresses
        command = f"{limit} exec {shlex.quote(EPTSPEC)} judge --vectors builtin {disk}"
        result = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
        self.assertEqual((result.returncode, len(result.stderr.splitlines())), (2, 1), result.stderr)
        self.assertIn("there are no results", result.stderr)


class Options(unittest.TestCase):
    def expect_one_line(self, arguments, *words):
        result = run(*arguments)
        self.assertEqual((result.returncode, len(result.stderr.splitlines())), (2, 1), (arguments, result.stderr))
        for word in words:
            self.assertIn(word, result.stderr)

    def test_value_that_cannot_be_is_named(self):
        for option, value in (("--timeout", "nan"), ("--timeout", "inf"), ("--timeout", "-1"), ("--timeout", "0"),
                              ("--timeout", "5s"), ("--today", "tomorrow"), ("--today", "2026-02-30"), ("--today", "2026-1-1")):
            self.expect_one_line(["run", "reference", "--vectors", "builtin", option, value], option, f"'{value}'; expected")
        for option in ("--seed", "--count"):
            for value in ("-1", "99999999999999999999", "", "1.5", " 1"):
                self.expect_one_line(["vectors", "random", option, value], option, "expected")

    def test_empty_value_is_not_the_same_as_no_option(self):
        for option in ("--random", "--profile", "--filter", "--baseline", "--journal", "--kernel", "--json", "--junit",
                       "--shard", "--vectors", "--boot", "--kernel-arguments"):
            self.expect_one_line(["run", "reference", option, ""], option, "is empty")
        for command in (["prove", "--obligation"], ["vectors", "random", "--profile"], ["vectors", "export", "--out"],
                        ["run"], ["media", "disk", "--out"], ["model", "emit", "--out"], ["--spec", "", "spec", "check"]):
            self.expect_one_line([*command, ""] if "" not in command else command, "is empty")

    def test_options_that_cannot_be_meant_are_refused(self):
        for arguments, word in ((["reference", "--boot", "disk"], "--boot"), (["lib:x", "--kernel", "y"], "--kernel"),
                                (["bochs:tigerlake,tigerlake"], "twice"),
                                (["reference", "--vectors", "builtin", "--json", "/tmp/x", "--junit", "/tmp/x"], "two files"),
                                (["reference", "--random", "1:5", "--json", "/tmp/x", "--junit", "/tmp/x"], "two files")):
            self.expect_one_line(["run", *arguments], word, "; expected")
        self.expect_one_line(["--spec", "/nowhere", "spec", "check"], "/nowhere", "; expected")
        self.expect_one_line(["vectors", "export", "--profile", "skylake_6700k", "--in", "/nowhere"], "/nowhere", "does not exist")

    def test_unknown_word_is_named(self):
        for command in (["frob"], ["vectors", "frob"], ["--frob"], ["run", "reference", "frob"]):
            self.expect_one_line(command, f"'{command[-1]}'")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
