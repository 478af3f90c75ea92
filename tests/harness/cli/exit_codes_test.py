#!/usr/bin/python3
"""How eptspec ends: exit codes, closed files, signals.

usage: exit_codes_test.py SOURCE_DIRECTORY EPTSPEC HOSTILE_LIBRARY
"""
import json
import os
import pathlib
import shlex
import signal
import subprocess
import sys
import time
import unittest

from command import EPTSPEC, Folder, HOSTILE, SLOW, SOURCE, run, run_builtin


class ExitCodes(Folder):
    def test_reference_passes(self):
        result = run_builtin("reference")
        self.assertEqual((result.returncode, result.stderr), (0, ""), result.stdout)

    def test_deviation_is_1(self):
        result = run_builtin("lib:" + HOSTILE)
        self.assertEqual(result.returncode, 1, result.stdout)
        self.assertIn("eptp_reserved_bit: accepted instead of refused", result.stdout)

    def test_what_cannot_run_is_2_in_one_line(self):
        for arguments in (["lib:/nowhere.so"], ["exec:false"], ["xen"], ["reference", "--shard", "3/2"],
                          ["reference", "--filter", "colour:blue"], ["reference", "--baseline", "/nowhere"],
                          ["reference", "--random", "1", "--journal", self.path / "j"],
                          ["reference", "--random", "1", "--baseline", "/nowhere"]):
            result = run_builtin(*arguments)
            self.assertEqual((result.returncode, len(result.stderr.splitlines())), (2, 1), result.stderr)

    def test_choice_that_no_vector_meets_is_2_in_one_line(self):
        for arguments, word in ((["--profile", "nosuch"], "'nosuch'"), (["--filter", "question:wlak"], "eptp, entry, walk"),
                                (["--filter", "rule:nosuch"], "none of"), (["--random", "1:10", "--profile", "nosuch"], "'nosuch'")):
            # One file: that all of them are read is seen elsewhere, and takes a minute under a sanitizer.
            result = run("run", "reference", "--vectors", SOURCE / "vectors/data/synthetic_five_levels.jsonl", *arguments)
            self.assertEqual((result.returncode, len(result.stderr.splitlines())), (2, 1), (arguments, result.stderr))
            self.assertIn(word, result.stderr)

    def test_processor_that_cannot_be_is_2_in_one_line(self):
        good = {"maxphyaddr": 46, "capability": "0x6114141", "primary_controls": "0x80000000", "secondary_controls": "0x2"}
        for change, word in (({"maxphyaddr": 0}, "maxphyaddr 0"), ({"secondary_controls": "0x400000"}, "enable_ept"),
                             ({"primary_controls": "0x0"}, "activate_secondary_controls"), ({}, "")):
            hello = {"message": "hello", "abi": 5, "name": "n", "version": "1", "questions": ["entry"],
                     "configuration": good | change}
            (self.path / "hello.json").write_text(json.dumps(hello) + "\n")
            result = run_builtin(f"exec:cat {self.path}/hello.json -")
            self.assertEqual(result.returncode, 2 if word else 1, result.stderr)
            self.assertIn(word, result.stderr)

    def test_run_that_judges_nothing_is_2(self):
        result = run_builtin(SLOW, "--filter", "question:walk")  # which it does not answer
        self.assertEqual((result.returncode, result.stderr), (2, ""))
        self.assertIn("nothing was judged", result.stdout)


class Closed(unittest.TestCase):
    def test_closed_output_is_2_without_an_abort(self):
        for command, redirection, words in (("run reference --vectors builtin", "1>&-", "standard output cannot be written"),
                                            ("run reference --vectors builtin", "1>&- 2>&-", ""), ("run nosuch", "2>&-", ""),
                                            ("run nosuch", "2>/dev/full", ""),
                                            ("run reference --vectors builtin", ">/dev/full", "standard output cannot be written")):
            result = subprocess.run(["bash", "-c", f"{shlex.quote(EPTSPEC)} {command} {redirection}"], capture_output=True, text=True, timeout=60)
            self.assertEqual((result.returncode, result.stderr), (2, f"eptspec: {words}\n" if words else ""), redirection)

    def test_reader_that_goes_away_is_2_in_one_line(self):
        for command in (["vectors", "random"], ["model", "emit"], ["run", "reference", "--vectors", "builtin", "--tap"]):
            reader, writer = os.pipe()
            os.close(reader)
            result = subprocess.run([EPTSPEC, *command], stdout=writer, stderr=subprocess.PIPE, text=True, timeout=60)
            os.close(writer)
            self.assertEqual((result.returncode, result.stderr), (2, "eptspec: standard output cannot be written\n"), command)


def processes_with(argument):
    """Those that have this word on their command line."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found += [path.parent.name] if argument.encode() in path.read_bytes().split(b"\0") else []
        except OSError:
            pass  # it has ended meanwhile
    return found


def outlived(argument):
    """Those of them that are there five seconds later: a process that is killed takes a moment to be gone."""
    end = time.monotonic() + 5
    while processes_with(argument) and time.monotonic() < end:
        time.sleep(0.01)
    return processes_with(argument)


class Signals(unittest.TestCase):
    def end_with(self, number, ignored=()):
        def ignore():
            for each in ignored:
                signal.signal(each, signal.SIG_IGN)

        with subprocess.Popen([EPTSPEC, "run", f"{SLOW} 4343", "--vectors", "builtin"], stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True, preexec_fn=ignore) as process:
            while process.poll() is None and not processes_with("4343"):
                time.sleep(0.01)
            process.send_signal(number)
            errors = process.communicate(timeout=60)[1]
        return process.returncode, errors

    def test_signal_ends_the_program_with_a_word(self):
        self.assertEqual(self.end_with(signal.SIGTERM), (143, "eptspec: ended by signal 15 (Terminated)\n"))
        self.assertEqual(self.end_with(signal.SIGHUP), (129, "eptspec: ended by signal 1 (Hangup)\n"))

    def test_no_process_of_a_target_outlives_the_run(self):
        for text, code in (("exec 1>&-; sleep 4242", 2), ("sleep 4242 & exit 3", 2)):
            start = time.monotonic()
            result = run_builtin(f"exec:{text}", "--timeout", 2)
            self.assertEqual((result.returncode, len(result.stderr.splitlines())), (code, 1), result.stderr)
            self.assertLess(time.monotonic() - start, 20)
            self.assertEqual(outlived("4242"), [])
        self.assertIn("closed its standard output", run_builtin("exec:exec 1>&-; sleep 4242").stderr)
        with subprocess.Popen([EPTSPEC, "run", "exec:sleep 4242; true", "--vectors", "builtin"], stderr=subprocess.PIPE) as process:
            while process.poll() is None and not processes_with("4242"):
                time.sleep(0.01)
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)
        self.assertEqual((process.returncode, outlived("4242")), (143, []))

    def test_signal_that_the_caller_ignores_is_ignored(self):
        self.assertEqual(self.end_with(signal.SIGHUP, ignored=[signal.SIGHUP])[0], run_builtin(SLOW).returncode)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
