#!/usr/bin/python3
"""Runs eptspec as a user does: exit codes, messages, what is emitted.

usage: cli_test.py SOURCE_DIRECTORY EPTSPEC
"""
import json
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

SOURCE = pathlib.Path(sys.argv[1])
EPTSPEC = sys.argv[2]


def run(*arguments, cwd=None):
    return subprocess.run([EPTSPEC, *map(str, arguments)], capture_output=True, text=True, timeout=300, cwd=cwd)


def expected_lines(path):
    """The diagnostics that a broken file announces in its first lines."""
    lines = []
    for line in path.read_text(errors="replace").splitlines():
        if not line.startswith("# expect: "):
            break
        lines.append(f"{path}:{line[len('# expect: '):]}")
    return lines


class SpecCheck(unittest.TestCase):
    def test_the_specification_is_good(self):
        result = run("spec", "check")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertRegex(result.stdout, r"\n(\d+) of \1 obligations proved")

    def test_broken_files_give_their_message_and_exit_code_1(self):
        broken = sorted((SOURCE / "tests/spec/bad").glob("*.yaml"))[::8]  # test_spec looks at all
        self.assertGreaterEqual(len(broken), 20)
        for path in broken:
            with self.subTest(path.name):
                result = run("spec", "check", path)
                self.assertEqual(result.returncode, 1)
                for line in expected_lines(path):
                    self.assertIn(line, result.stderr.splitlines())
                self.assertNotIn("obligations proved", result.stdout)

    def test_missing_file_is_exit_code_2(self):
        self.assertEqual(run("spec", "check", "/nowhere/pte.yaml").returncode, 2)

    def test_files_that_would_not_be_read_are_reported(self):
        for place in ("profiles/mine.yml", "pte.yaml", "formats/skylake_6700k.yaml"):
            with tempfile.TemporaryDirectory() as folder:
                copy = pathlib.Path(folder) / "spec"
                shutil.copytree(SOURCE / "spec", copy)
                shutil.copy(SOURCE / "spec/profiles/skylake_6700k.yaml", copy / place)
                result = run("--spec", copy, "spec", "check")
                self.assertEqual(result.returncode, 1, place)
                self.assertIn(pathlib.Path(place).name, result.stderr)

    def test_message_shown_in_the_documents_is_what_is_printed(self):
        text = (SOURCE / "spec/semantics/misconfiguration.yaml").read_text()
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "misconfiguration.yaml"
            path.write_text(text.replace("not entry.read, entry.write", "not entry.reed, entry.write"))
            message = run("spec", "check", path).stderr.strip().removeprefix(str(path))
        self.assertIn(f"spec/semantics/misconfiguration.yaml{message}\n", (SOURCE / "docs/commands.md").read_text())

    def test_good_file_in_place_of_its_twin(self):
        result = run("spec", "check", SOURCE / "spec/formats/pte.yaml")
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_contradictory_rule_is_explained_by_its_lines(self):
        text = (SOURCE / "spec/semantics/misconfiguration.yaml").read_text()
        old = "when: [not entry.read, entry.write]"
        self.assertIn(old, text)
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "contradiction.yaml"
            path.write_text(text.replace(old, "when: [not entry.read, entry.read, entry.write]"))
            result = run("spec", "check", path)
        self.assertEqual(result.returncode, 1)
        self.assertIn("these contradict each other", result.stdout)
        line = text[: text.index(old)].count("\n") + 1
        self.assertRegex(result.stdout, rf"contradiction\.yaml:{line}:\d+")


class Emit(unittest.TestCase):
    def test_header_is_the_golden_copy(self):
        result = run("model", "emit", "--lang", "c")
        self.assertEqual(result.stdout, (SOURCE / "tests/golden/ept_model.h").read_text())

    def test_json_has_every_format_with_citations(self):
        document = json.loads(run("model", "emit", "--lang", "json").stdout)
        self.assertEqual(len(document["formats"]), 7)
        for form in document["formats"]:
            for field in form["fields"]:
                self.assertIn("SDM Vol. 3C", field["cite"])

    def test_smtlib_is_solved_by_both_solvers(self):
        with tempfile.TemporaryDirectory() as folder:
            script = pathlib.Path(folder) / "ept.smt2"
            self.assertEqual(run("model", "emit", "--lang", "smt2", "--out", script).returncode, 0)
            for solver in (["z3"], ["cvc5", "--lang=smt2"]):
                answer = subprocess.run([*solver, str(script)], capture_output=True, text=True, timeout=300)
                self.assertEqual(answer.stdout.split(), ["sat"], solver)

    def test_full_standard_output_is_exit_code_2(self):
        with open("/dev/full", "w") as full:
            result = subprocess.run([EPTSPEC, "model", "emit"], stdout=full, stderr=subprocess.PIPE, text=True)
        self.assertEqual(result.returncode, 2)
        self.assertEqual(len(result.stderr.splitlines()), 1)

    def test_file_that_cannot_be_written(self):
        result = run("model", "emit", "--out", "/nowhere/ept_model.h")
        self.assertEqual(result.returncode, 2)
        self.assertEqual(len(result.stderr.splitlines()), 1)


class Prove(unittest.TestCase):
    def test_everything_is_proved_by_z3(self):
        result = run("prove")
        self.assertEqual(result.returncode, 0, result.stdout)
        self.assertRegex(result.stdout, r"\n(\d+) of \1 obligations proved")

    def prove_with(self, fake_cvc5, *arguments):
        """eptspec prove with a cvc5 that is this shell script."""
        with tempfile.TemporaryDirectory() as folder:
            fake = pathlib.Path(folder) / "cvc5"
            fake.write_text("#!/bin/sh\n" + fake_cvc5)
            fake.chmod(0o755)
            command = [EPTSPEC, "prove", "--solver", "cvc5", "--obligation", "eptp", *arguments]
            return subprocess.run(command, capture_output=True, text=True, timeout=60, env={"PATH": f"{folder}:/usr/bin:/bin"})

    def test_answers_of_a_failing_solver_do_not_count(self):
        for script in ("echo unsat; exit 3", "echo unknown", "kill -SEGV $$", "echo sat", "echo; echo garbage"):
            result = self.prove_with(script)
            self.assertEqual(result.returncode, 1, script)
            self.assertIn("0 of 1 obligations proved", result.stdout, script)

    def test_solver_that_ignores_its_limit_is_ended(self):
        result = self.prove_with("exec sleep 100", "--timeout", "1")
        self.assertEqual(result.returncode, 1)
        self.assertIn("TIMEOUT", result.stdout)

    def test_missing_solver_is_exit_code_2(self):
        result = subprocess.run([EPTSPEC, "prove", "--solver", "cvc5"], capture_output=True, text=True, env={"PATH": "/nowhere"})
        self.assertEqual(result.returncode, 2)
        self.assertIn("cvc5", result.stderr)

    def test_interrupt_ends_it_at_any_moment(self):
        for moment in (0.02, 0.3, 0.6, 1.0):
            process = subprocess.Popen([EPTSPEC, "prove"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            time.sleep(moment)
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=60)
            # A fast machine may be done before the signal comes; nothing else may happen.
            self.assertIn(process.returncode, (130, 0, -signal.SIGINT), moment)
            self.assertEqual(errors, b"", moment)

    def test_unknown_obligation(self):
        result = run("prove", "--obligation", "entry.9")
        self.assertEqual(result.returncode, 2)
        self.assertIn("'entry.9'", result.stderr)

    def test_exported_script_says_what_proves_it(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(run("prove", "--export", folder, "--obligation", "entry.1").returncode, 0)
            script = pathlib.Path(folder) / "entry.1.smt2"
            self.assertIn("proved by unsat", script.read_text())
            answer = subprocess.run(["z3", str(script)], capture_output=True, text=True, timeout=300)
            self.assertEqual(answer.stdout.split(), ["unsat"])

    def test_changed_specification_is_not_proved_with_the_old_header(self):
        with tempfile.TemporaryDirectory() as folder:
            copy = pathlib.Path(folder) / "spec"
            shutil.copytree(SOURCE / "spec", copy)
            pte = copy / "formats/pte.yaml"
            text = pte.read_text()
            self.assertIn('bits: "11", id: ignored_11, kind: ignored', text)
            pte.write_text(text.replace('bits: "11", id: ignored_11, kind: ignored', 'bits: "11", id: reserved_11, kind: reserved'))
            result = run("--spec", copy, "prove")
        self.assertEqual(result.returncode, 2)
        self.assertIn("build again", result.stderr)


class Surroundings(unittest.TestCase):
    def test_no_arguments_and_wrong_arguments_are_exit_code_2(self):
        for arguments in ([], ["nonsense"], ["prove", "--solver", "yices"], ["spec", "check", "--nonsense"]):
            self.assertEqual(run(*arguments).returncode, 2, arguments)

    def test_help_is_exit_code_0(self):
        self.assertEqual(run("--help").returncode, 0)

    def test_missing_specification_is_told_without_a_stack_trace(self):
        result = run("--spec", "/nowhere", "prove")
        self.assertEqual(result.returncode, 2)
        self.assertIn("/nowhere", result.stderr)
        self.assertNotIn("terminate", result.stderr)

    def test_every_command_and_option_is_documented(self):
        document = (SOURCE / "docs/commands.md").read_text()
        open_, seen = [()], []
        while open_:
            command = open_.pop()
            text = run(*command, "--help").stdout
            listed = re.search(r"\nSubcommands:\n(.*)", text, re.S)
            open_ += [(*command, name) for name in re.findall(r"^  (\w+)", listed[1], re.M)] if listed else []
            seen += [] if listed else [" ".join(command)]
            for option in re.findall(r"^  (?:-\w,)?(--[\w-]+)", text, re.M):
                self.assertTrue(option == "--help" or f"`{option}" in document, f"{command} {option}")
        self.assertGreaterEqual(len(seen), 15)
        for command in seen:
            named = (f"## {command}\n", f"`{command}", f"| `{command.split()[-1]}` |")
            self.assertTrue(any(text in document for text in named), command)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
