#!/usr/bin/python3
"""Known deviations: their expiry, and that their schema and eptspec agree.

usage: baseline_test.py SOURCE_DIRECTORY EPTSPEC HOSTILE_LIBRARY
"""
import datetime
import json
import sys
import unittest

import jsonschema

from command import Folder, HOSTILE, SOURCE, run_builtin


class Expiry(Folder):
    def run_with_expiry(self, day, *arguments):
        baseline = self.path / "baseline.json"
        entry = {"reason": "accepts all", "cite": "-", "link": "-", "expires": str(day), "vectors": ["smoke-02", "smoke-03"]}
        baseline.write_text(json.dumps({"deviations": [entry]}))
        return run_builtin("lib:" + HOSTILE, "--baseline", baseline, *arguments)

    def test_baseline_makes_known_what_is_known_until_it_expires(self):
        for today, code in (("2026-06-30", 0), ("2026-07-01", 1)):
            result = self.run_with_expiry("2026-06-30", "--today", today)
            self.assertEqual(result.returncode, code, result.stdout)

    def test_expiry_warns_60_days_ahead_and_fails_only_where_the_day_is_given(self):
        today = datetime.datetime.now(datetime.timezone.utc).date()
        # Not 61 and 60, which baseline_test.cpp has: midnight may pass meanwhile.
        for days, warning in ((63, None), (59, "expires in 5"), (-2, "expired on ")):
            result = self.run_with_expiry(today + datetime.timedelta(days=days))
            self.assertEqual(result.returncode, 0, result.stdout)
            if warning:
                self.assertIn("  baseline warning: " + warning, result.stdout)
            else:
                self.assertNotIn("baseline", result.stdout)
        result = self.run_with_expiry(today - datetime.timedelta(days=2), "--today", today)
        self.assertEqual(result.returncode, 1, result.stdout)
        self.assertIn("  baseline: expired on ", result.stdout)


class Schema(Folder):
    def test_known_deviations_are_as_their_schema_says(self):
        schema = json.loads((SOURCE / "harness/suite/baseline.schema.json").read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)
        paths = list((SOURCE / "harness/targets").glob("*.json"))
        self.assertGreaterEqual(len(paths), 3)
        for path in paths:
            self.assertEqual([error.message for error in validator.iter_errors(json.loads(path.read_text()))], [], path)

    def test_schema_and_program_agree_on_known_deviations(self):
        """What the one refuses the other does too; an entry is read before it is found to explain nothing."""
        validator = jsonschema.Draft202012Validator(json.loads((SOURCE / "harness/suite/baseline.schema.json").read_text()))
        baseline = self.path / "baseline.json"
        selection = {"filter": "question:eptp"}
        level = {"field": "level", "expected": 1}
        for change, good in ((selection, True), ({"vectors": ["smoke-01"]}, True), ({}, False), (selection | {"vectors": ["x"]}, False),
                             (selection | {"deviation": level}, True), (selection | {"deviation": [level, {"fate": "hang"}]}, True),
                             (selection | {"deviation": []}, False), (selection | {"deviation": {"bit": 1}}, False),
                             (selection | {"deviation": {"field": "colour"}}, False), (selection | {"deviation": level | {"fate": "hang"}}, False),
                             (selection | {"deviation": {"field": "entry", "level": 2, "bit": 8, "observed": 0}}, True),
                             (selection | {"deviation": {"fate": "not_asked"}}, False), (selection | {"deviation": {"reason": "x"}}, True),
                             ({"vectors": ["smoke-01"], "deviation": level}, False), (selection | {"colour": "blue"}, False),
                             (selection | {"targets": ["lib:x"]}, True), (selection | {"targets": []}, False)):
            document = {"deviations": [{"reason": "r", "cite": "c", "link": "l", "expires": "2030-01-01"} | change]}
            baseline.write_text(json.dumps(document))
            self.assertEqual(validator.is_valid(document), good, change)
            result = run_builtin("reference", "--baseline", baseline, "--today", "2026-07-01")
            self.assertEqual(result.returncode != 2, good, (change, result.stderr))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
