#!/usr/bin/python3
"""Holds the documents to what a reader needs: lines of at most 100 columns, and links that lead somewhere.

usage: docs_test.py SOURCE_DIRECTORY
"""
import pathlib
import re
import sys
import unittest

SOURCE = pathlib.Path(sys.argv[1])
DOCUMENTS = [SOURCE / "README.md", *sorted((SOURCE / "docs").rglob("*.md"))]
MOST_COLUMNS = 100
# What `eptspec matrix` and `eptspec coverage` write: tables with a column, or a letter, for each target.
WIDE_TABLES = {SOURCE / "docs/matrix.md", SOURCE / "docs/coverage.md"}


def without_code(text):
    return re.sub(r"^```.*?^```|^    .*?$|`[^`]+`", "", text, flags=re.S | re.M)


def anchors_of(path):
    """Of each heading, as GitHub makes them."""
    titles = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```", "", path.read_text(), flags=re.S | re.M), re.M)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


class Documents(unittest.TestCase):
    def test_lines_have_at_most_100_columns(self):
        for path in DOCUMENTS:
            for number, line in enumerate(path.read_text().splitlines(), 1):
                if not (path in WIDE_TABLES and line.startswith("|")):
                    self.assertLessEqual(len(line), MOST_COLUMNS, f"{path}:{number}")

    def test_links_lead_to_files_and_headings_that_there_are(self):
        count = 0
        for path in DOCUMENTS:
            text = without_code(path.read_text())
            for link in re.findall(r"\]\(([^)\s]+)\)|^\[[^\]]+\]: (\S+)$|src=\"([^\"]+)\"", text, re.M):
                target, _, anchor = "".join(link).partition("#")
                if target.startswith("https:"):
                    continue
                count += 1
                there = (path.parent / target).resolve() if target else path
                self.assertTrue(there.exists(), f"{path}: {''.join(link)}")
                if anchor:
                    self.assertIn(anchor, anchors_of(there), f"{path}: {''.join(link)}")
        self.assertGreater(count, 50)

    def test_every_document_is_reached_from_the_readme(self):
        reached, open_ = set(), [SOURCE / "README.md"]
        while open_:
            path = open_.pop()
            if path in reached or path.suffix != ".md":
                continue
            reached.add(path)
            links = re.findall(r"\]\(([^)#\s]+)|^\[[^\]]+\]: ([^#\s]+)", without_code(path.read_text()), re.M)
            open_ += [(path.parent / "".join(link)).resolve() for link in links if not "".join(link).startswith("https:")]
        self.assertEqual([str(path) for path in DOCUMENTS if path.resolve() not in {one.resolve() for one in reached}], [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
