#!/usr/bin/python3
"""eptspec coverage: the committed page, and that it says what specification, vectors and matrix say.

usage: coverage_test.py SOURCE_DIRECTORY EPTSPEC HOSTILE_LIBRARY
"""
import collections
import json
import re
import shutil
import subprocess
import sys
import unittest

import yaml

from command import EPTSPEC, Folder, SOURCE, run

MATRIX = SOURCE / "docs/matrix.json"


def rows_of(page):
    """By heading, the cells of each line of the tables under it."""
    tables, heading = collections.defaultdict(dict), ""
    for line in page.splitlines():
        if line.startswith("## "):
            heading = line[3:]
        elif line.startswith("| ") and not line.startswith("| rule"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            tables[heading][cells[0]] = cells[1:]
    return tables


class Coverage(Folder):
    @classmethod
    def setUpClass(cls):
        cls.committed = (SOURCE / "docs/coverage.md").read_text()
        cls.tables = rows_of(cls.committed)

    def test_committed_page_is_that_of_the_committed_files(self):
        page = run("coverage", MATRIX)
        self.assertEqual((page.returncode, page.stderr), (0, ""))
        self.assertEqual(page.stdout, self.committed, "renew: eptspec coverage docs/matrix.json --out docs/coverage.md")

    def test_every_rule_of_the_yaml_has_one_line(self):
        wanted = collections.Counter()
        for path in [*(SOURCE / "spec/checks").glob("*.yaml"), *(SOURCE / "spec/semantics").glob("*.yaml")]:
            document = yaml.safe_load(path.read_text())
            if path.stem in ("misconfiguration", "violation", "sub_page") or path.parent.name == "checks":
                wanted.update(rule["id"] for rule in document.get("rules", []))
        shown = collections.Counter(rule for heading, rows in self.tables.items() if heading not in ("", "Results where no rule is broken")
                                    for rule in rows if rule != "result")
        self.assertEqual(shown, wanted)
        self.assertGreater(len(shown), 200)

    def test_vectors_are_counted_as_an_independent_count_has_them(self):
        counted = run("vectors", "export", "--format", "json", "--profile", "haswell_4770", "--out", self.path / "all.json")
        self.assertEqual(counted.returncode, 0, counted.stderr)
        breaking, only = collections.Counter(), collections.Counter()
        for one in json.loads((self.path / "all.json").read_text())["vectors"]:
            if one["question"] in ("entry", "walk") and one["expected"].get("result", "").startswith("misconfig"):
                breaking.update(one["expected"]["rules"])
                only.update(one["expected"]["rules"] if len(one["expected"]["rules"]) == 1 else [])
        page = run("coverage", MATRIX, "--in", SOURCE / "vectors/data/haswell_4770.jsonl")
        told = rows_of(page.stdout)["EPT misconfiguration"]
        self.assertEqual({rule: (int(cells[2]), int(cells[3])) for rule, cells in told.items()},
                         {rule: (breaking[rule], only[rule]) for rule in told})
        self.assertGreater(breaking["reserved_bit"], 0)

    def test_rule_that_is_new_has_its_obligations_and_no_vector_and_no_target(self):
        shutil.copytree(SOURCE / "spec", self.path / "spec")
        path = self.path / "spec/semantics/misconfiguration.yaml"
        text = path.read_text()
        bits = [rule["bit"] for rule in yaml.safe_load(text)["rules"]]
        path.write_text(text.rstrip("\n") + f"""
  - bit: {max(bits) + 1}
    id: brand_new
    formats: [pde_2m, pte]
    when: [entry.read, entry.ignore_pat]
    cite: [misconfigurations, "a place"]
    text: "A rule for a test."
""")
        page = run("--spec", self.path / "spec", "coverage", MATRIX)
        self.assertEqual((page.returncode, page.stderr), (0, ""))
        told = rows_of(page.stdout)["EPT misconfiguration"]
        self.assertEqual(told["brand_new"], ["entry.1 to 2", "in 2 formats", "0", "0", "none", "", ""])
        self.assertEqual({rule: cells for rule, cells in told.items() if rule != "brand_new"},
                         self.tables["EPT misconfiguration"])

    def test_proof_that_there_is_none_of_is_no(self):
        obligations = subprocess.run([EPTSPEC, "prove", "--list"], capture_output=True, text=True, check=True).stdout.split()
        for heading, rows in self.tables.items():
            for rule, cells in rows.items():
                if not heading or cells[0] == "proved by":
                    continue
                for name in re.split(r", ", cells[0]):
                    first = re.sub(r"(\d+) to \d+$", r"\1", name)
                    self.assertIn(first, [*obligations, "no"], rule)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
