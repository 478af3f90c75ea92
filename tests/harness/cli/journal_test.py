#!/usr/bin/python3
"""Runs in parts: journals, resuming after kill -9, shards.

usage: journal_test.py SOURCE_DIRECTORY EPTSPEC HOSTILE_LIBRARY
"""
import concurrent.futures
import random
import signal
import subprocess
import sys
import time
import unittest

from command import EPTSPEC, Folder, HOSTILE, SLOW, SOURCE, WALKER, lines_of, run, run_builtin


class Journals(Folder):
    def test_shards_merge_to_the_report_of_the_whole(self):
        journals = [self.path / f"{n}.journal" for n in (1, 2, 3)]
        for n, journal in enumerate(journals):
            run_builtin(WALKER, "--shard", f"{n + 1}/3", "--journal", journal)
        self.assertEqual(run("merge", *journals, "--vectors", "builtin").stdout, run_builtin(WALKER).stdout)
        self.assertEqual(run("merge", *journals[:2], "--vectors", "builtin").returncode, 2)

    def forms(self, name, *arguments):
        """Report for people, JSON and JUnit of a run of the slow target."""
        files = [self.path / f"{name}.json", self.path / f"{name}.xml"]
        result = run_builtin(SLOW, "--json", files[0], "--junit", files[1], *arguments)
        return [result.stdout, result.returncode, *(file.read_bytes() for file in files)]

    def kill_and_resume(self, name, after):
        journal = self.path / f"{name}.journal"
        arguments = [EPTSPEC, "run", SLOW, "--vectors", "builtin", "--journal", str(journal)]
        with subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            while after > 1 and process.poll() is None and lines_of(journal) < after:  # so many lines; else seconds
                time.sleep(0.001)
            time.sleep(after % 1)
            process.send_signal(signal.SIGKILL)
        lines = lines_of(journal)
        return self.forms(name, "--journal", journal, "--resume"), lines

    def test_killed_at_any_moment_and_resumed_it_ends_with_the_same_report(self):
        whole = self.forms("whole")
        seed = random.Random(20260701)
        moments = [seed.uniform(0.02, 0.6) for _ in range(5)] + [seed.randrange(2, 10) + seed.uniform(0, 0.03) for _ in range(5)]
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            results = list(pool.map(self.kill_and_resume, range(10), moments))
        for forms, _ in results:
            self.assertEqual(forms, whole)
        self.assertTrue(any(1 < lines < 16 for _, lines in results), "none was killed in the middle")

    def test_what_was_not_asked_after_many_hangs_is_asked_when_resumed(self):
        journal = self.path / "j"
        vectors = ["--vectors", SOURCE / "vectors/data/skylake_6700k.jsonl", "--filter", "question:eptp"]

        def resume(behaviour):
            return run("run", "lib:" + HOSTILE, *vectors, "--timeout", 0.06, "--journal", journal, "--resume", behaviour=behaviour)

        first = resume("hang_always")
        self.assertEqual(first.returncode, 1, first.stderr)
        self.assertIn("\nnot asked: 10 answers before did not come in time; see --timeout\n", first.stdout)
        hung = lines_of(journal) - 1
        self.assertEqual(hung, 5)  # each was asked twice
        whole = resume("")
        self.assertNotIn("not asked", whole.stdout)
        self.assertIn(f" {hung} error", whole.stdout)

    def test_file_that_is_no_journal_stays_as_it_is(self):
        notes = self.path / "notes.txt"
        notes.write_text("precious\n")
        result = run_builtin("reference", "--journal", notes)
        self.assertEqual((result.returncode, len(result.stderr.splitlines())), (2, 1), result.stderr)
        self.assertEqual(notes.read_text(), "precious\n")
        for text in ("", '{"eptspec_jour'):  # of a run that was killed at once
            notes.write_text(text)
            self.assertEqual(run_builtin("reference", "--journal", notes).returncode, 0)

    def test_journal_that_another_run_writes_to_is_refused(self):
        journal = self.path / "j"
        with subprocess.Popen([EPTSPEC, "run", "exec:sleep 1; exec " + SLOW.removeprefix("exec:"), "--vectors", "builtin",
                               "--journal", str(journal)], stdout=subprocess.DEVNULL) as process:
            while process.poll() is None and not lines_of(journal):
                time.sleep(0.01)
            for more in ([], ["--resume"]):
                result = run_builtin("reference", "--journal", journal, *more)
                self.assertEqual(result.returncode, 2, result.stderr)
        self.assertEqual((process.returncode, lines_of(journal)), (1, 16))

    def test_journal_of_another_run_is_refused(self):
        journal = self.path / "j"
        run_builtin("reference", "--journal", journal)
        self.assertEqual(run_builtin("reference", "--journal", journal, "--resume", "--filter", "smoke").returncode, 2)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
