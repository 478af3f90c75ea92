#!/usr/bin/python3
"""Runs of random vectors.

usage: random_test.py SOURCE_DIRECTORY EPTSPEC HOSTILE_LIBRARY
"""
import json
import re
import sys
import unittest

import jsonschema

from command import Folder, HOSTILE, SOURCE, expect_junit, run


PROFILE = ("--profile", "haswell_4770")
VECTORS = ("--vectors", SOURCE / "vectors/data/haswell_4770.jsonl")  # one file, since all take long with sanitizers


class Random(Folder):
    def test_random_vectors_that_fail_are_grouped_and_shrunk(self):
        report = self.path / "r.json"
        result = run("run", "lib:" + HOSTILE, "--random", "3:2000", "--json", report)
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertIn("made smaller: it differed", result.stdout)
        schema = json.loads((SOURCE / "harness/report/report.schema.json").read_text())
        document = json.loads(report.read_text())
        self.assertEqual([e.message for e in jsonschema.Draft202012Validator(schema).iter_errors(document)], [])
        self.assertTrue(all(vector["id"].startswith("random/3/") for vector in document["vectors"]))
        self.assertEqual(sum(group["count"] for group in document["groups"]), document["counts"]["fail"])
        self.assertEqual(run("run", "reference", "--random", "3:2000").returncode, 0)

    def test_processors_are_drawn_without_a_profile(self):
        def widths(*arguments):
            return set(re.findall(r"maxphyaddr (\d+),", run("run", "lib:" + HOSTILE, *arguments).stdout))

        self.assertGreater(len(widths("--random", "3:2000")), 1)
        self.assertEqual(widths("--random", "3:2000", *PROFILE, *VECTORS), {"39"})

    def test_shards_of_random_vectors_are_the_whole(self):
        def failed(*arguments):
            report = self.path / "r.json"
            run("run", "lib:" + HOSTILE, "--random", "3:1000", "--json", report, *arguments)
            return json.loads(report.read_text())["counts"]["fail"]

        parts = [failed("--shard", f"{n}/3") for n in (1, 2, 3)]
        self.assertTrue(all(parts), parts)
        self.assertEqual(sum(parts), failed())

    def test_random_vectors_are_reported_in_every_form(self):
        junit = self.path / "r.xml"
        tap = run("run", "lib:" + HOSTILE, "--random", "3:1000", "--junit", junit, "--tap").stdout.splitlines()
        expect_junit(self, junit)
        self.assertEqual(tap[1], f"1..{len(tap) - 2}")
        self.assertEqual(junit.read_text().count("<testcase"), len(tap) - 2)
        self.assertRegex(tap[-1], r"^ok \d+ - more vectors: \d+ pass, \d+ fail")

    def test_profile_chooses_vectors_and_the_processor_of_random_ones(self):
        all_of_it = run("run", "reference", "--profile", "sapphirerapids_2475x").stdout.splitlines()[-1]
        self.assertEqual(all_of_it, run("run", "reference", "--profile", "graniterapids_658x").stdout.splitlines()[-1])
        self.assertGreater(int(all_of_it.split()[0]), 1000)
        self.assertEqual(run("run", "reference", *PROFILE, *VECTORS, "--random", "1:500").returncode, 0)
        self.assertEqual(run("run", "reference", "--profile", "nobody", *VECTORS, "--random", "1:500").returncode, 2)
        self.assertEqual(run("run", "reference", "--profile", "nobody", *VECTORS).returncode, 2)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
