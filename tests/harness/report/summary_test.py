#!/usr/bin/python3
"""What ./run says at its end, for runs with known, unknown and no deviations, and for targets that could not run.

usage: summary_test.py SOURCE_DIRECTORY
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(sys.argv[1])
NOTHING = {"pass": 0, "fail": 0, "skipped": 0, "not_applicable": 0, "error": 0, "flaky": 0, "known": 0}


def rule(decides, name, judged):
    return {"decides": decides, "rule": name, "pass": judged, "deviation": 0, "known": 0, "not_applicable": 0, "skipped": 0}


def report(vectors=(), groups=(), problems=(), **counts):
    rules = [rule("EPTP", "eptp accepted", 1), rule("violation", "not_present", 2), rule("violation", "never", 0),
             rule("misconfiguration", "reserved_bit", 1), rule("translation", "translated", 9)]
    return {"target": "mine", "counts": {**NOTHING, **counts}, "rules": rules, "vectors": list(vectors),
            "groups": list(groups), "baseline_problems": list(problems)}


def failed(expected, observed, deviation=None, **more):
    deviation = {"field": "result", **(deviation or {}), "expected": expected, "observed": observed}
    return {"id": "ept-1", "verdict": "fail", "deviations": [deviation], **more}


def group(*ids):
    return {"rule": "reserved_bit", "what": "misconfiguration missed", "count": len(ids), "example": ids[0], "vectors": ids}


class Summary(unittest.TestCase):
    def of(self, status, *reports):
        """The summary, its line breaks and indents taken back. None stands for a report that is not there."""
        with tempfile.TemporaryDirectory() as folder:
            paths = [pathlib.Path(folder) / f"target_{n}.json" for n in range(len(reports))]
            for path, one in zip(paths, reports):
                if one is not None:
                    path.write_text(json.dumps(one))
            result = subprocess.run([sys.executable, SOURCE / "harness/report/summary.py", str(status), "About it.", *paths],
                                    capture_output=True, text=True, timeout=60)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertLessEqual(max(len(line) for line in result.stdout.splitlines() if folder not in line), 100)
        return " ".join(result.stdout.split())

    def test_good_run_says_what_was_tested_and_that_nothing_deviates(self):
        text = self.of(0, report(**{"pass": 12, "skipped": 1, "not_applicable": 2}))
        self.assertIn("About it.", text)
        self.assertIn("mine 15 12 0 0 3", text)
        self.assertIn("2 rules of the manual were covered: misconfiguration 1, violation 1.", text)
        self.assertIn("Not covered, since no target here can show them: never.", text)
        self.assertIn("why it matters Nothing.", text)
        self.assertTrue(text.endswith("verdict: all as the manual says, but for the known deviations"))

    def test_known_deviation_is_told_with_its_effect_and_its_finding(self):
        entry = json.loads((SOURCE / "harness/targets/bochs.json").read_text())["deviations"][0]
        text = self.of(0, report([failed("misconfigured", "page", known=entry["reason"])], fail=1, known=1))
        self.assertIn(f"- {entry['reason']} Vectors: mine 1. An entry that the manual forbids is used.", text)
        self.assertIn(f"Cause: {entry['link']}", text)
        self.assertNotIn("NOT KNOWN", text)

    def test_deviation_of_the_processor_beneath_is_known(self):
        text = self.of(0, report([failed("violation", "translated", attributed_to="Bochs")], fail=1, known=1))
        self.assertIn("- Bochs beneath deviates in the same way Vectors: mine 1.", text)

    def test_unknown_deviation_comes_last_and_names_a_vector(self):
        vectors = [failed("misconfigured", "page"), failed("violation", "translated", id="ept-2", known="an old friend")]
        text = self.of(1, report(vectors, [group("ept-1")], fail=2, known=1))
        self.assertIn("NOT KNOWN: reserved_bit: misconfiguration missed (see ept-1)", text)
        self.assertLess(text.index("an old friend"), text.index("NOT KNOWN"))
        self.assertIn("verdict: there are deviations that are not known", text)

    def test_effect_follows_from_what_was_expected_and_observed(self):
        for vector, words in ((failed("violation", "translated"), "is not protected here"),
                              (failed("violation", "sub_page_check"), "sub-page permission table"),
                              (failed("refused", "accepted"), "accepts an EPTP"),
                              (failed("translated", "violation"), "is refused"),
                              (failed("violation", "misconfiguration"), "misconfiguration happens"),
                              (failed(1, 0, {"field": "qualification", "bit": 0}), "wrong (qualification bit 0)"),
                              ({"id": "ept-1", "verdict": "error", "fate": "garbage", "reason": "two"}, "not valid (two)"),
                             ({"id": "ept-1", "verdict": "error", "fate": "hang", "reason": "no answer"}, "(hang: no answer)")):
            self.assertIn(words, self.of(1, report([vector], [group("ept-1")])))

    def test_list_of_known_deviations_that_does_not_fit_is_told(self):
        text = self.of(1, report(problems=["expired on 2026-12-31: why"]))
        self.assertIn("does not fit mine: expired on 2026-12-31: why", text)
        self.assertIn("verdict: there are deviations that are not known, or the list", text)

    def test_target_without_a_report_was_not_tested(self):
        text = self.of(2, None, None)
        self.assertIn("Not tested: target_0.", text)
        self.assertTrue(text.endswith("verdict: could not run"))
        text = self.of(0, report(), None)
        self.assertIn("Not tested: target_1.", text)
        self.assertTrue(text.endswith("verdict: incomplete: not everything could be tested"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
