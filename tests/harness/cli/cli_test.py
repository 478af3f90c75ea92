#!/usr/bin/python3
"""Runs `eptspec run`, `smoke` and `merge` as a user does: exit codes, resuming after kill -9, shards, the examples.

usage: cli_test.py SOURCE_DIRECTORY EPTSPEC HOSTILE_LIBRARY
"""
import concurrent.futures
import datetime
import json
import os
import pathlib
import random
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import xml.etree.ElementTree

import jsonschema

SOURCE, EPTSPEC, HOSTILE = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
SANITIZED = "libasan" in subprocess.run(["ldd", EPTSPEC], capture_output=True, text=True).stdout
WALKER = f"exec:/usr/bin/python3 {shlex.quote(str(SOURCE / 'harness/examples/walker.py'))}"
SLOW = f"exec:/usr/bin/python3 {shlex.quote(str(SOURCE / 'tests/harness/adapters/slow_command.py'))}"


def run(*arguments, behaviour=""):
    environment = {**os.environ, "EPTSPEC_TEST_BEHAVIOUR": behaviour}
    return subprocess.run([EPTSPEC, *map(str, arguments)], capture_output=True, text=True, timeout=120, env=environment)


def run_builtin(target, *arguments, **options):
    return run("run", target, "--vectors", "builtin", *arguments, **options)


class Folder(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.folder.name)
        self.addCleanup(self.folder.cleanup)


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


class ExitCodes(Folder):
    def test_reference_passes(self):
        result = run_builtin("reference")
        self.assertEqual((result.returncode, result.stderr), (0, ""), result.stdout)

    def test_deviation_is_1(self):
        result = run_builtin("lib:" + HOSTILE)
        self.assertEqual(result.returncode, 1, result.stdout)
        self.assertIn("eptp_reserved_bit: accepted instead of refused", result.stdout)

    def test_what_cannot_run_is_2_in_one_line(self):
        for arguments in (["lib:/nowhere.so"], ["exec:false"], ["xen"], ["reference", "--shard", "3/2"],
                          ["reference", "--filter", "colour:blue"], ["reference", "--baseline", "/nowhere"],
                          ["reference", "--random", "1", "--journal", self.path / "j"],
                          ["reference", "--random", "1", "--baseline", "/nowhere"]):
            result = run_builtin(*arguments)
            self.assertEqual((result.returncode, len(result.stderr.splitlines())), (2, 1), result.stderr)

    def test_choice_that_no_vector_meets_is_2_in_one_line(self):
        for arguments, word in ((["--profile", "nosuch"], "'nosuch'"), (["--filter", "question:wlak"], "eptp, entry, walk"),
                                (["--filter", "rule:nosuch"], "none of"), (["--random", "1:10", "--profile", "nosuch"], "'nosuch'")):
            result = run("run", "reference", *arguments)
            self.assertEqual((result.returncode, len(result.stderr.splitlines())), (2, 1), (arguments, result.stderr))
            self.assertIn(word, result.stderr)

    def test_processor_that_cannot_be_is_2_in_one_line(self):
        good = {"maxphyaddr": 46, "capability": "0x6114141", "primary_controls": "0x80000000", "secondary_controls": "0x2"}
        for change, word in (({"maxphyaddr": 0}, "maxphyaddr 0"), ({"secondary_controls": "0x400000"}, "enable_ept"),
                             ({"primary_controls": "0x0"}, "activate_secondary_controls"), ({}, "")):
            hello = {"message": "hello", "abi": 2, "name": "n", "version": "1", "questions": ["entry"],
                     "configuration": good | change}
            (self.path / "hello.json").write_text(json.dumps(hello) + "\n")
            result = run_builtin(f"exec:cat {self.path}/hello.json -")
            self.assertEqual(result.returncode, 2 if word else 1, result.stderr)
            self.assertIn(word, result.stderr)

    def test_run_that_judges_nothing_is_2(self):
        result = run_builtin(SLOW, "--filter", "question:walk")  # which it does not answer
        self.assertEqual((result.returncode, result.stderr), (2, ""))
        self.assertIn("nothing was judged", result.stdout)

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


def processes_with(argument):
    """Those that have this word on their command line."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found += [path.parent.name] if argument.encode() in path.read_bytes().split(b"\0") else []
        except OSError:
            pass  # it has ended meanwhile
    return found


def outlived(argument):
    """Those of them that are there five seconds later: a process that is killed takes a moment to be gone."""
    end = time.monotonic() + 5
    while processes_with(argument) and time.monotonic() < end:
        time.sleep(0.01)
    return processes_with(argument)


class Files(Folder):
    """What is given as a file may be anything."""

    def expect_one_line(self, result, *words):
        self.assertEqual((result.returncode, len(result.stderr.splitlines())), (2, 1), result.stderr)
        for word in (*words, "; expected "):
            self.assertIn(word, result.stderr)
        for raw in ("json.exception", "basic_", "filesystem error", "std::"):
            self.assertNotIn(raw, result.stderr)

    def huge(self):
        path = self.path / "huge"
        with open(path, "wb") as file:
            file.truncate(8 << 30)
        return path

    def test_what_is_no_file_to_read_is_named_with_what_was_expected(self):
        options = (["--vectors"], ["--vectors", "builtin", "--baseline"], ["--vectors", "builtin", "--resume", "--journal"])
        for option in options:
            for path, why in ((self.path, "holds no vectors" if option == ["--vectors"] else "is a folder"),
                              ("/dev/zero", "is a device"), (self.huge(), "is larger than")):
                self.expect_one_line(run("run", "reference", *option, path), str(path), why)
        for option in options[:2]:
            self.expect_one_line(run("run", "reference", *option, "/nowhere"), "/nowhere", "does not exist")
        for command in (["judge"], ["merge"], ["matrix"], ["media", "disk", "--out", self.path / "x", "--for"]):
            for path, why in ((self.path, "is a folder"), ("/dev/zero", "is a device"), (self.huge(), "is larger than"),
                              ("/nowhere", "does not exist")):
                self.expect_one_line(run(*command, path), str(path), why)
        self.assertFalse((self.path / "x").exists())

    def test_broken_json_has_its_place(self):
        path = self.path / "broken.json"
        path.write_text('{"deviations":\n [nonsense]}')
        self.expect_one_line(run_builtin("reference", "--baseline", path), f"{path}:2:4: no JSON")

    def test_disk_larger_than_memory_is_judged_by_its_results(self):
        disk = self.path / "disk"
        self.assertEqual(run("media", "disk", "--out", disk).returncode, 0)
        with open(disk, "r+b") as file:
            file.truncate(8 << 30)
        limit = "" if SANITIZED else "ulimit -v 2000000;"  # a sanitizer reserves terabytes of addresses
        command = f"{limit} exec {shlex.quote(EPTSPEC)} judge {disk}"
        result = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
        self.assertEqual((result.returncode, len(result.stderr.splitlines())), (2, 1), result.stderr)
        self.assertIn("there are no results", result.stderr)


class Options(unittest.TestCase):
    def expect_one_line(self, arguments, *words):
        result = run(*arguments)
        self.assertEqual((result.returncode, len(result.stderr.splitlines())), (2, 1), (arguments, result.stderr))
        for word in words:
            self.assertIn(word, result.stderr)

    def test_value_that_cannot_be_is_named(self):
        for option, value in (("--timeout", "nan"), ("--timeout", "inf"), ("--timeout", "-1"), ("--timeout", "0"),
                              ("--timeout", "5s"), ("--today", "tomorrow"), ("--today", "2026-02-30"), ("--today", "2026-1-1")):
            self.expect_one_line(["run", "reference", "--vectors", "builtin", option, value], option, f"'{value}'; expected")
        for option in ("--seed", "--count"):
            for value in ("-1", "99999999999999999999", "", "1.5", " 1"):
                self.expect_one_line(["vectors", "random", option, value], option, "expected")

    def test_empty_value_is_not_the_same_as_no_option(self):
        for option in ("--random", "--profile", "--filter", "--baseline", "--journal", "--kernel", "--json", "--junit",
                       "--shard", "--vectors", "--boot", "--kernel-arguments"):
            self.expect_one_line(["run", "reference", option, ""], option, "is empty")
        for command in (["prove", "--obligation"], ["vectors", "random", "--profile"], ["vectors", "export", "--out"],
                        ["run"], ["media", "disk", "--out"], ["model", "emit", "--out"], ["--spec", "", "spec", "check"]):
            self.expect_one_line([*command, ""] if "" not in command else command, "is empty")

    def test_options_that_cannot_be_meant_are_refused(self):
        for arguments, word in ((["reference", "--boot", "disk"], "--boot"), (["lib:x", "--kernel", "y"], "--kernel"),
                                (["bochs:tigerlake,tigerlake"], "twice"),
                                (["reference", "--vectors", "builtin", "--json", "/tmp/x", "--junit", "/tmp/x"], "two files"),
                                (["reference", "--random", "1:5", "--json", "/tmp/x", "--junit", "/tmp/x"], "two files")):
            self.expect_one_line(["run", *arguments], word, "; expected")
        self.expect_one_line(["--spec", "/nowhere", "spec", "check"], "/nowhere", "; expected")
        self.expect_one_line(["vectors", "export", "--profile", "skylake_6700k", "--in", "/nowhere"], "/nowhere", "does not exist")

    def test_unknown_word_is_named(self):
        for command in (["frob"], ["vectors", "frob"], ["--frob"], ["run", "reference", "frob"]):
            self.expect_one_line(command, f"'{command[-1]}'")


class Closed(unittest.TestCase):
    def test_closed_output_is_2_without_an_abort(self):
        for command, redirection, words in (("run reference --vectors builtin", "1>&-", "standard output cannot be written"),
                                            ("run reference --vectors builtin", "1>&- 2>&-", ""), ("run nosuch", "2>&-", ""),
                                            ("run nosuch", "2>/dev/full", ""),
                                            ("run reference --vectors builtin", ">/dev/full", "standard output cannot be written")):
            result = subprocess.run(["bash", "-c", f"{shlex.quote(EPTSPEC)} {command} {redirection}"], capture_output=True, text=True, timeout=60)
            self.assertEqual((result.returncode, result.stderr), (2, f"eptspec: {words}\n" if words else ""), redirection)


    def test_reader_that_goes_away_is_2_in_one_line(self):
        for command in (["vectors", "random"], ["model", "emit"], ["run", "reference", "--vectors", "builtin", "--tap"]):
            reader, writer = os.pipe()
            os.close(reader)
            result = subprocess.run([EPTSPEC, *command], stdout=writer, stderr=subprocess.PIPE, text=True, timeout=60)
            os.close(writer)
            self.assertEqual((result.returncode, result.stderr), (2, "eptspec: standard output cannot be written\n"), command)


class Signals(unittest.TestCase):
    def end_with(self, number, ignored=()):
        def ignore():
            for each in ignored:
                signal.signal(each, signal.SIG_IGN)

        with subprocess.Popen([EPTSPEC, "run", SLOW, "--vectors", "builtin"], stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True, preexec_fn=ignore) as process:
            time.sleep(0.3)
            process.send_signal(number)
            errors = process.communicate(timeout=60)[1]
        return process.returncode, errors

    def test_signal_ends_the_program_with_a_word(self):
        self.assertEqual(self.end_with(signal.SIGTERM), (143, "eptspec: ended by signal 15 (Terminated)\n"))
        self.assertEqual(self.end_with(signal.SIGHUP), (129, "eptspec: ended by signal 1 (Hangup)\n"))

    def test_no_process_of_a_target_outlives_the_run(self):
        for text, code in (("exec 1>&-; sleep 4242", 2), ("sleep 4242 & exit 3", 2)):
            start = time.monotonic()
            result = run_builtin(f"exec:{text}", "--timeout", 2)
            self.assertEqual((result.returncode, len(result.stderr.splitlines())), (code, 1), result.stderr)
            self.assertLess(time.monotonic() - start, 20)
            self.assertEqual(outlived("4242"), [])
        self.assertIn("closed its standard output", run_builtin("exec:exec 1>&-; sleep 4242").stderr)
        with subprocess.Popen([EPTSPEC, "run", "exec:sleep 4242; true", "--vectors", "builtin"], stderr=subprocess.PIPE) as process:
            while process.poll() is None and not processes_with("4242"):
                time.sleep(0.01)
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)
        self.assertEqual((process.returncode, outlived("4242")), (143, []))

    def test_signal_that_the_caller_ignores_is_ignored(self):
        self.assertEqual(self.end_with(signal.SIGHUP, ignored=[signal.SIGHUP])[0], run_builtin(SLOW).returncode)


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


def lines_of(path):
    return path.read_bytes().count(b"\n") if path.exists() else 0


def junit_mistakes(path):
    """What xmllint says against the report; empty when it keeps to the schema."""
    schema = SOURCE / "tests/harness/report/junit.xsd"
    result = subprocess.run(["xmllint", "--noout", "--schema", schema, path], capture_output=True, text=True)
    return "" if result.returncode == 0 else result.stderr


def expect_junit(test, path):
    """As the schema says, and numbers that are those of the cases."""
    test.assertEqual(junit_mistakes(path), "")
    for suite in xml.etree.ElementTree.parse(path).getroot():
        test.assertEqual(int(suite.get("tests")), len(suite))
        for count, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            test.assertEqual(int(suite.get(count)), len(suite.findall(f"testcase/{tag}")), count)


class Reports(Folder):
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
        self.assertEqual(run("run", "reference", "--profile", "haswell_4770", "--random", "1:500").returncode, 0)
        self.assertEqual(run("run", "reference", "--profile", "nobody", "--random", "1:500").returncode, 2)
        self.assertEqual(run("run", "reference", "--profile", "nobody").returncode, 2)

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
