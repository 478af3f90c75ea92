#!/usr/bin/python3
"""The adapters to copy from, those of the guide among them, and the line protocol.

usage: examples_test.py SOURCE_DIRECTORY EPTSPEC HOSTILE_LIBRARY
"""
import json
import re
import shlex
import shutil
import subprocess
import sys
import unittest

import jsonschema

from command import EPTSPEC, Folder, SOURCE, WALKER, run, run_builtin


class Examples(Folder):
    def compile(self, compiler, source, *flags):
        library = self.path / "adapter.so"
        subprocess.run([*compiler, "-shared", "-fPIC", "-O2", "-I", SOURCE / "harness/abi", *flags, "-o", library,
                        SOURCE / "harness/examples" / source], check=True)
        return f"lib:{library}"

    def expect_good(self, target):
        for result in (run("smoke", target), run_builtin(target)):
            self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_c(self):
        self.expect_good(self.compile(["cc", "-std=c11"], "model.c", "-I", SOURCE / "tests/golden"))

    def test_cpp(self):
        self.expect_good(self.compile(["c++", "-std=c++20"], "entries.cpp"))

    @unittest.skipUnless(shutil.which("rustc"), "there is no rustc")
    def test_rust(self):
        library = self.path / "adapter.so"
        subprocess.run(["rustc", "-O", "--crate-type", "cdylib", "-o", library, SOURCE / "harness/examples/entries.rs"],
                       check=True)
        self.expect_good(f"lib:{library}")

    def test_python(self):
        self.expect_good(WALKER)

    def test_each_is_at_most_60_lines(self):
        for path in (SOURCE / "harness/examples").iterdir():
            self.assertLessEqual(len(path.read_text().splitlines()), 60, path)


class Protocol(Folder):
    def test_conversation_is_as_the_schema_says(self):
        schema = json.loads((SOURCE / "harness/abi/protocol.schema.json").read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)
        said, answered = self.path / "said", self.path / "answered"
        command = f"tee {said} | {WALKER.removeprefix('exec:')} | tee {answered}"
        self.assertEqual(run_builtin("exec:" + command).returncode, 0)
        lines = said.read_text().splitlines() + answered.read_text().splitlines()
        self.assertGreaterEqual(len(lines), 7)
        for line in lines:
            self.assertEqual([error.message for error in validator.iter_errors(json.loads(line))], [], line)


class Documents(Folder):
    def test_adapter_in_the_guide_compiles_and_is_judged(self):
        (code,) = re.findall(r"```c\n(.*?)```", (SOURCE / "docs/adapters.md").read_text(), re.S)
        (self.path / "mine.c").write_text(code)
        library = self.path / "mine.so"
        subprocess.run(["cc", "-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-shared", "-fPIC",
                        f"-I{SOURCE}/harness/abi", "-o", library, self.path / "mine.c"], check=True)
        self.assertIn("translated: violation instead of translated", run_builtin(f"lib:{library}").stdout)

    def test_commands_of_the_guide_work_one_after_the_other(self):
        blocks = re.findall(r"```bash\n(.*?)```", (SOURCE / "docs/adapters.md").read_text(), re.S)
        self.assertEqual(len(blocks), 4)
        script = "".join(blocks).replace("build/release/eptspec", shlex.quote(EPTSPEC))
        result = subprocess.run(["bash", "-e", "-c", script], cwd=SOURCE, capture_output=True, text=True, timeout=120)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
