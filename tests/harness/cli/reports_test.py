#!/usr/bin/python3
"""The forms of a report, and the table of several.

usage: reports_test.py SOURCE_DIRECTORY EPTSPEC HOSTILE_LIBRARY
"""
import json
import sys
import unittest

import jsonschema

from command import Folder, HOSTILE, SOURCE, WALKER, expect_junit, junit_mistakes, run, run_builtin


class Matrix(Folder):
    def test_reports_of_two_targets_make_one_table(self):
        reports = [self.path / "a.json", self.path / "b.json"]
        run_builtin("reference", "--json", reports[0])
        run_builtin("lib:" + HOSTILE, "--json", reports[1])
        self.assertEqual(run("matrix", *reports, "--format", "json", "--out", self.path / "both.json").returncode, 0)
        table = run("matrix", self.path / "both.json", "--format", "markdown")
        self.assertEqual((table.returncode, table.stderr), (0, ""))
        self.assertRegex(table.stdout, r"\| A \| reference \|")
        self.assertRegex(table.stdout, r"\| EPTP \| eptp_reserved_bit \| \d+ \| \d+ of \d+ deviate \|")
        self.assertEqual(table.stdout, run("matrix", *reports, "--format", "markdown").stdout)

    def test_committed_table_is_that_of_the_committed_results(self):
        table = run("matrix", SOURCE / "docs" / "matrix.json", "--format", "markdown")
        self.assertEqual((table.returncode, table.stdout), (0, (SOURCE / "docs" / "matrix.md").read_text()))

    def test_what_is_no_report_is_2_in_one_line(self):
        result = run("matrix", SOURCE / "harness" / "report" / "report.schema.json")
        self.assertEqual((result.returncode, len(result.stderr.splitlines())), (2, 1), result.stderr)


class Forms(Folder):
    def expect_forms(self, target, *arguments, behaviour="", verdicts=()):
        report, junit = self.path / "r.json", self.path / "r.xml"
        run_builtin(target, "--json", report, "--junit", junit, *arguments, behaviour=behaviour)
        expect_junit(self, junit)
        document = json.loads(report.read_text())
        schema = json.loads((SOURCE / "harness/report/report.schema.json").read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        self.assertEqual([e.message for e in jsonschema.Draft202012Validator(schema).iter_errors(document)], [])
        for verdict in verdicts:
            self.assertGreater(document["counts"][verdict], 0, verdict)

    def test_json_and_junit_are_as_their_schemas_say(self):
        self.expect_forms("reference", verdicts=["pass"])
        self.expect_forms(WALKER, "--filter", "!smoke-01", verdicts=["pass"])
        self.expect_forms("lib:" + HOSTILE, behaviour="crash", verdicts=["pass", "fail", "skipped"])

    def test_schema_tells_a_report_that_is_wrong(self):
        schema = json.loads((SOURCE / "harness/report/report.schema.json").read_text())
        report = self.path / "r.json"
        run_builtin("lib:" + HOSTILE, "--json", report)
        text = report.read_text()
        self.assertTrue(jsonschema.Draft202012Validator(schema).is_valid(json.loads(text)))
        for good, bad in (('"verdict":"fail",', ""), ('"field":"result"', '"field":"colour"'), ('"observed":"accepted"', '"observed":1'),
                          ('"field":"result"', '"field":"qualification"'), ('"field":"result"', '"field":"result","level":1')):
            self.assertIn(good, text)
            document = json.loads(text.replace(good, bad))
            self.assertFalse(jsonschema.Draft202012Validator(schema).is_valid(document), bad)

    def test_schema_tells_a_junit_report_that_is_wrong(self):
        junit = self.path / "r.xml"
        run_builtin("lib:" + HOSTILE, "--junit", junit)
        text = junit.read_text()
        self.assertEqual(junit_mistakes(junit), "")
        for good, bad in (("<testcase ", "<test "), ("<failure message=", "<failure text="), (' tests="', ' tests="x'),
                          ("</testsuite>", "<testcase/></testsuite>"), ("<testsuites>", "<suites>")):
            self.assertIn(good, text)
            end = {"<testcase ": "</testcase>", "<testsuites>": "</testsuites>"}.get(good)
            broken = text.replace(good, bad)
            junit.write_text(broken.replace(end, end.replace(good.strip("<> "), bad.strip("<> "))) if end else broken)
            self.assertNotEqual(junit_mistakes(junit), "", bad)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
