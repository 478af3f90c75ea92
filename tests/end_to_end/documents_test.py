#!/usr/bin/python3
"""Runs every command that the documents show.

usage: documents_test.py SOURCE_DIRECTORY EPTSPEC
"""
import pathlib
import re
import subprocess
import sys
import unittest

SOURCE = pathlib.Path(sys.argv[1])
EPTSPEC = sys.argv[2]


class Documents(unittest.TestCase):
    def test_commands_shown_in_the_documents(self):
        commands = []
        for path in [SOURCE / "README.md", *sorted((SOURCE / "docs").rglob("*.md"))]:
            for block in re.findall(r"```sh\n(.*?)```", path.read_text(), re.S):
                commands += [line.strip() for line in block.splitlines() if line.strip().startswith("build/release/eptspec")]
        self.assertGreaterEqual(len(commands), 20)
        for command in commands:
            with self.subTest(command):
                result = subprocess.run([EPTSPEC, *command.split()[1:]], capture_output=True, text=True, timeout=300,
                                        cwd=SOURCE)
                self.assertEqual(result.returncode, 0, result.stdout + result.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
