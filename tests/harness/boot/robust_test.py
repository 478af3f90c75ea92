"""eptspec run bochs and qemu where something is missing, dies or is in the way; and the ways to boot.

usage: robust_test.py SOURCE_DIRECTORY EPTSPEC [ports]
"""
import datetime
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

SOURCE, EPTSPEC = pathlib.Path(sys.argv[1]), sys.argv[2]
FOLDER = tempfile.TemporaryDirectory()
NONE = pathlib.Path(FOLDER.name) / "none.json"
NONE.write_text('{"deviations": []}')
WITH = ["--vectors", str(SOURCE / "vectors/data/bochs_tigerlake.jsonl"), "--baseline", str(NONE)]
COMMAND = [EPTSPEC, "run", "bochs:tigerlake", *WITH]
FEW = ["--filter", "goal:cell/pml4e"]  # none of which deviates


def run(*arguments, **options):
    return subprocess.run([*map(str, arguments)], capture_output=True, text=True, timeout=600, **options)


class Test(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(folder.name)
        self.addCleanup(folder.cleanup)

    def expect_one_line(self, result, *words):
        lines = [line for line in result.stderr.splitlines() if "generating the vectors" not in line]
        self.assertEqual((result.returncode, len(lines)), (2, 1), result.stderr)
        for word in words:
            self.assertIn(word, lines[0])


class Surroundings(Test):
    def test_without_bochs(self):
        self.expect_one_line(run(*COMMAND, env={"PATH": "/nowhere"}), "bochs-bin is missing", "install")

    def test_unknown_model_is_named_at_once(self):
        unknown, none = ("no model '", "expected one of core2_penryn_t9600"), ("names nothing to run", "expected a model")
        for target, words in (("bochs:nosuch", unknown), ("bochs:", none), ("kvm-bochs:nosuch", unknown), ("kvm-bochs:", none),
                              ("kvm-bochs:nosuch/second_operand", unknown)):
            environment = {**os.environ, "XDG_CACHE_HOME": str(self.path)}
            self.expect_one_line(run(EPTSPEC, "run", target, env=environment), *words)
            self.assertEqual([*self.path.iterdir()], [])

    def test_known_deviations_are_not_missed_where_few_vectors_are_run(self):
        self.assertEqual(run(EPTSPEC, "run", "bochs:tigerlake", "--vectors", "builtin").returncode, 0)

    def test_damaged_file_in_the_cache_is_made_anew(self):
        environment = {**os.environ, "XDG_CACHE_HOME": str(self.path)}
        command = [EPTSPEC, "run", "bochs:tigerlake", "--baseline", NONE, *FEW]
        self.assertEqual(run(*command, env=environment).returncode, 0)
        (file,) = (self.path / "eptspec").glob("*.jsonl")
        content = file.read_text()
        file.write_text(content.replace('"entries":["0x2007"', '"entries":["0x2017"', 1))
        result = run(*command, env=environment)
        self.assertEqual(result.returncode, 0)
        self.assertRegex(result.stderr, f"{file}:[0-9]+: ept-.*the id is not that of the case.*; making it anew")
        self.assertEqual(file.read_text(), content)
        self.assertNotIn("generating", run(*command, env=environment).stderr)

    def test_without_room_for_the_disk(self):
        self.expect_one_line(run(*COMMAND, env={**os.environ, "TMPDIR": "/proc"}), "/proc/eptspec-bochs")

    def test_medium_that_cannot_be_written(self):
        for kind in ("disk", "iso"):
            self.expect_one_line(run(EPTSPEC, "media", kind, "--out", "/dev/full"), "/dev/full", "No space left")

    def test_qemu_without_kvm_is_not_tested(self):
        if os.access("/dev/kvm", os.R_OK | os.W_OK) and " vmx" in pathlib.Path("/proc/cpuinfo").read_text():
            self.skipTest("there is VMX")
        self.expect_one_line(run(EPTSPEC, "run", "qemu"), "qemu: not tested: the processor has no VMX")

    def test_model_without_ept_is_no_fault_beside_one_that_has_it(self):
        models = "bochs:core2_penryn_t9600,tigerlake"
        result = run(EPTSPEC, "run", models, "-j", 2, *WITH, *FEW, "--json", self.path / "reports")
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertIn("bochs:core2_penryn_t9600: not tested: the processor has no EPT", result.stdout)
        self.assertEqual([path.name for path in (self.path / "reports").iterdir()], ["bochs_tigerlake.json"])
        self.assertEqual(run(EPTSPEC, "run", "bochs:core2_penryn_t9600,core2_penryn_t9600").returncode, 2)


class Boots(Test):
    def test_an_entry_of_all_models_that_expires_soon_is_warned_of_once(self):
        chosen = "goal:cell/pde_2m/reserved_bit/bit_12"
        soon = datetime.date.today() + datetime.timedelta(days=7)
        baseline = self.path / "expiring.json"
        baseline.write_text(json.dumps({"deviations": [{"reason": "a test", "cite": "none", "link": "none",
                                                        "expires": soon.isoformat(), "filter": chosen}]}))
        result = run(EPTSPEC, "run", "bochs:all", *WITH[:2], "--baseline", baseline, "--filter", chosen)
        self.assertEqual(result.stdout.count("baseline warning: expires in 7 days"), 1, result.stdout)

    def test_grub_gives_the_results_of_the_disk(self):
        reports = []
        for boot in ("disk", "multiboot1", "multiboot2"):
            reports.append(self.path / boot)
            result = run(*COMMAND, "--boot", boot, *FEW, "--json", reports[-1])
            self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertEqual(len({report.read_bytes() for report in reports}), 1)
        self.assertGreater(json.loads(reports[0].read_text())["counts"]["pass"], 50)


class Killed(Test):
    def children(self, process):
        try:
            return [int(pid) for pid in pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]
        except FileNotFoundError:
            return []

    def run_and_kill(self, moment, report):
        """Kills the Bochs that runs at that moment of the whole. How the run ended, and whether one was killed."""
        command = [*COMMAND, "--json", str(report)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            time.sleep(moment)
            killed = [os.kill(pid, signal.SIGKILL) for pid in self.children(process)]
            output, errors = process.communicate(timeout=600)
        self.assertEqual(bool(killed), "ended by signal 9 (Killed); started again" in errors, errors)
        return (process.returncode, output, report.read_bytes()), bool(killed)

    def test_killed_at_any_moment_bochs_is_started_again_and_goes_on(self):
        whole = self.path / "whole"
        start = time.monotonic()
        expected = run(*COMMAND, "--json", whole)
        seconds = time.monotonic() - start
        killed = 0
        for moment in (0.2, 0.5, 0.8):
            ended, some = self.run_and_kill(moment * seconds, self.path / str(moment))
            killed += some
            self.assertEqual(ended, (expected.returncode, expected.stdout, whole.read_bytes()))
        self.assertGreaterEqual(killed, 1)


class Ended(Test):
    def test_signal_takes_bochs_and_its_directory_away(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with subprocess.Popen(COMMAND, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  env={**os.environ, "TMPDIR": str(self.path)}) as process:
                while not [*self.path.glob("eptspec-bochs-*/bochs.log")]:
                    time.sleep(0.01)
                process.send_signal(number)
                process.communicate(timeout=600)
            self.assertEqual((process.returncode, [*self.path.iterdir()]), (128 + number, []))


class Ports(Test):
    """Of its own, since meanwhile no other Bochs can start."""

    def test_port_clash(self):
        taken = []
        for port in range(5900, 5950):
            one = socket.socket()
            self.addCleanup(one.close)
            try:
                one.bind(("", port))
                one.listen()
            except OSError:
                continue  # somebody else has it
            taken.append(port)
        self.assertTrue(taken)
        self.expect_one_line(run(*COMMAND), "could not bind any port between 5900 and 5949")


def in_a_network_of_its_own():
    """Where the system allows it, so that ports are taken from nobody, and nobody gives one back meanwhile."""
    own = ["unshare", "--map-root-user", "--net"]
    if "own-network" not in sys.argv and subprocess.run([*own, "true"], capture_output=True).returncode == 0:
        FOLDER.cleanup()
        os.execvp(own[0], [*own, sys.executable, *sys.argv, "own-network"])


if __name__ == "__main__":
    if "ports" in sys.argv:
        in_a_network_of_its_own()
    names = ["Ports"] if "ports" in sys.argv else ["Surroundings", "Boots", "Killed", "Ended"]
    unittest.main(argv=sys.argv[:1], defaultTest=names, verbosity=2)
