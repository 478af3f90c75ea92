#!/usr/bin/python3
"""eptspec controls: what it takes, what it answers, and the words that Linux KVM computes.

usage: controls_test.py SOURCE_DIRECTORY EPTSPEC HOSTILE_LIBRARY
"""
import json
import sys
import unittest

import jsonschema

from command import Folder, SOURCE, run

KVM = SOURCE / "harness/examples/kvm_controls.txt"
FILES = SOURCE / "tests/harness/cli/controls"
SCHEMA = jsonschema.Draft202012Validator(json.loads((SOURCE / "harness/report/controls.schema.json").read_text()))
WORDS = ("pin_based", "primary", "secondary", "vm_exit", "vm_entry")


class Controls(Folder):
    def answer(self, *arguments):
        result = run("controls", *arguments, "--json", self.path / "answer.json")
        answer = json.loads((self.path / "answer.json").read_text())
        self.assertEqual([error.message for error in SCHEMA.iter_errors(answer)], [])
        return result, answer

    def computed(self, *arguments):
        result, answer = self.answer(*arguments)
        self.assertEqual(result.stderr, "")
        self.assertEqual(answer["missing"], [])
        values = {word["id"]: int(word["value"], 16) for word in answer["words"] if "value" in word}
        return tuple(f"{values[name + '_controls']:08x}" for name in WORDS), answer

    def test_words_of_linux_from_its_source_on_three_profiles(self):
        # Not from logs: KVM prints no base words. (required | optional) & high | low of the plain MSRs, computed by hand
        # from the macros of vmx.h.
        for profile, words in {
            "haswell_4770": ("0000007f", "fff9fffe", "00007cff", "007fffff", "0000f3ff"),
            "skylake_sp_8180": ("000000ff", "fff9fffe", "025b7fff", "01ffffff", "0003f3ff"),
            "tigerlake_1165g7": ("000000ff", "fffbfffe", "035b3fff", "137fffff", "0016f3ff"),
        }.items():
            computed, answer = self.computed("--profile", profile, "--governed-by", "plain", "--wish", KVM)
            self.assertEqual(computed, words, profile)
            # KVM clears one of the two for each virtual processor.
            self.assertEqual([rule["rule"] for rule in answer["vm_entry"]], ["x2apic_mode_with_apic_accesses"], profile)

    def test_words_of_linux_in_a_log_of_haswell_ep(self):
        # kvm list, 2020-05-05, "Intel KVM entry failed, hardware error 0x0" (answer:
        # 20200506030014.GB19271@linux.intel.com), linux-next on a Xeon E5-4650 v3; the MSRs are of a E5-4669 v3. The
        # guest uses the APIC's page, that kernel keeps VM functions on, and host and guest differ in EFER.
        computed, answer = self.computed(
            "--msrs", FILES / "msrs_e5_4669v3.txt", "--wish", FILES / "kvm_virtual_processor.txt", "--want",
            "virtualize_apic_accesses", "enable_vm_functions", "entry_control.load_ia32_efer",
            "exit_control.load_ia32_efer")
        self.assertEqual(computed, ("000000ff", "b5a06dfa", "000037eb", "002befff", "0000d1ff"))
        self.assertEqual((answer["vm_entry"], answer["msr_values"]), ([], []))

    def test_words_of_linux_in_a_log_of_raptor_lake(self):
        # Public notes of martins3 on KVM, dump of a VMCS; they name no processor at the dump, a 13900K just before it. The
        # guest is in 64-bit mode and uses the x2APIC.
        computed, answer = self.computed(
            "--msrs", FILES / "msrs_13900k.txt", "--wish", FILES / "kvm_virtual_processor.txt", "--want",
            "virtualize_x2apic_mode", "ia_32e_mode_guest")
        self.assertEqual(computed, ("000000ff", "b5a26dfa", "061017fa", "000befff", "000053ff"))
        self.assertEqual(answer["vm_entry"], [])
        self.assertEqual([rule["rule"] for rule in answer["msr_values"]], ["basic_bit_57"])

    def test_plain_msrs_force_the_cr3_exits(self):
        arguments = ("--msrs", FILES / "msrs_e5_4669v3.txt", "--wish", FILES / "kvm_virtual_processor.txt")
        computed, _ = self.computed(*arguments, "--governed-by", "plain")
        self.assertEqual(computed[1], "b5a1edfa")

    def test_missing_control_is_1_with_its_place_and_the_bit_that_says_no(self):
        result = run("controls", "--profile", "haswell_4770", "--require", "enable_pml")
        self.assertEqual((result.returncode, result.stderr), (1, ""))
        self.assertIn("missing: control.enable_pml (secondary_controls bit 17, VMCS 401EH): "
                      "bit 49 of IA32_VMX_PROCBASED_CTLS2 (MSR 48BH) is 0\n", result.stdout)

    def test_words_that_vm_entry_refuses_are_1(self):
        result = run("controls", "--profile", "haswell_4770", "--want", "virtual_nmis")
        self.assertEqual(result.returncode, 1)
        self.assertIn("VM entry: vm_fail_control_fields: Virtual NMIs is 1 and NMI exiting is 0.\n", result.stdout)
        self.assertEqual(run("controls", "--profile", "haswell_4770", "--want", "virtual_nmis", "nmi_exiting").returncode, 0)

    def test_impossible_msr_is_1_and_unusual_one_is_0(self):
        result = run("controls", "--msr", "48c:1000000")
        self.assertEqual(result.returncode, 1)
        self.assertIn("MSR values: impossible: A reserved bit of IA32_VMX_EPT_VPID_CAP is 1.\n", result.stdout)
        self.assertEqual(run("controls", "--msr", "480:200000100000000").returncode, 0)

    def test_msr_that_was_not_given_is_not_zero(self):
        result, answer = self.answer("--msr", "482:fff9fffe0401e172", "--require", "enable_ept")
        self.assertEqual(result.returncode, 1)
        self.assertIn("secondary_controls (VMCS 401EH) by IA32_VMX_PROCBASED_CTLS2 (MSR 48BH), which was not given\n",
                      result.stdout)
        self.assertIn("VM entry: no rule on the controls alone is broken by the words that are known\n", result.stdout)
        self.assertEqual(answer["missing"][0]["because"], "IA32_VMX_PROCBASED_CTLS2 (MSR 48BH) was not given")
        self.assertFalse(any(word["known"] for word in answer["words"] if word["id"] == "secondary_controls"))

    def test_given_msr_replaces_that_of_the_profile(self):
        result = run("controls", "--profile", "haswell_4770", "--msr", "vmx_procbased_ctls2:0", "--require", "enable_ept")
        self.assertIn("missing: control.enable_ept", result.stdout)

    def test_msr_that_exists_by_a_replaced_one_is_not_that_of_the_profile(self):
        result = run("controls", "--profile", "haswell_4770", "--msr", "482:fffbfffe0401e172", "--word", "tertiary_controls")
        self.assertEqual(result.stdout.splitlines()[0],
                         "tertiary_controls (VMCS 2034H) by IA32_VMX_PROCBASED_CTLS3 (MSR 492H), which was not given")

    def test_word_shows_one_word_with_its_controls(self):
        result, answer = self.answer("--profile", "haswell_4770", "--word", "pin_based_controls")
        self.assertEqual(result.returncode, 0)
        (word,) = answer["words"]
        self.assertEqual((word["vmcs"], word["msr"]), ("4000H", "vmx_true_pinbased_ctls"))
        self.assertEqual(word["must_be_1"], [{"bit": 1}, {"bit": 2}, {"bit": 4}])
        self.assertIn({"bit": 3, "name": "nmi_exiting"}, word["may_be_1"])
        self.assertIn({"bit": 7, "name": "process_posted_interrupts"}, word["must_be_0"])
        self.assertIn("because bit 55 of IA32_VMX_BASIC (MSR 480H) is 1\n", result.stdout)

    def test_answers_are_as_the_schema_says(self):
        SCHEMA.check_schema(SCHEMA.schema)
        self.answer("--profile", "haswell_4770")
        self.answer("--msr", "480:da040000000012", "--require", "enable_ept")
        # Every member has something in it: what is left out, what is missing, and what VM entry refuses.
        _, answer = self.answer("--profile", "haswell_4770", "--msr", "48c:1000000", "--require", "enable_pml", "--want",
                                "virtual_nmis", "sub_page_write_permissions")
        for member in ("left_out", "missing", "vm_entry", "msr_values"):
            self.assertNotEqual(answer[member], [], member)

    def test_schema_tells_an_answer_that_is_wrong(self):
        _, answer = self.answer("--profile", "haswell_4770", "--require", "enable_pml")
        text = json.dumps(answer)
        for good, bad in (('"known": true', '"known": false'), ('"vmcs": "4000H"', '"vmcs": "0x4000"'), ('"missing"', '"lacking"'),
                          ('"msr_values"', '"values"'), ('{"bit": 1}', '{"bit": 64}'), ('"may_be_1"', '"may"'),
                          ('"refused": "control.enable_pml"', '"refused": "enable pml"')):
            self.assertIn(good, text)
            self.assertFalse(SCHEMA.is_valid(json.loads(text.replace(good, bad))), bad)

    def test_each_mistake_has_one_line_with_its_place(self):
        msrs, wish = self.path / "msrs", self.path / "wish"
        msrs.write_text("480 12\n\n482 fff9fffe0401e172x\n")
        wish.write_text("# all\nwant enable_ept\nneed enable_ept\nrequire enable_eptt\n")
        result = run("controls", "--msrs", msrs, "--msr", "480=1", "--wish", wish, "--want", "load_ia32_pat", "--word", "x")
        self.assertEqual((result.returncode, result.stdout), (2, ""))
        self.assertEqual(result.stderr.splitlines(), [
            "--msr: '480=1' is no capability MSR; expected a number such as 482 or an id",
            f"{msrs}:3: 'fff9fffe0401e172x' is no value of MSR 482; expected up to 16 hexadecimal digits",
            f"{wish}:3: 'need' begins the line; expected require or want",
            f"{wish}:4: 'enable_eptt' is no control; expected a name such as enable_ept",
            "--want: 'load_ia32_pat' is more than one control; expected exit_control.load_ia32_pat or "
            "entry_control.load_ia32_pat",
            "--word: 'x' is no control word; expected an id such as primary_controls"])

    def test_what_cannot_run_is_2_in_one_line(self):
        for arguments, word in (([], "no MSR"), (["--profile", "nosuch"], "'nosuch'"), (["--msrs", "/nowhere"], "/nowhere"),
                                (["--profile", "haswell_4770", "--wish", "/nowhere"], "/nowhere"),
                                (["--profile", "haswell_4770", "--governed-by", "luck"], "luck")):
            result = run("controls", *arguments)
            self.assertEqual((result.returncode, len(result.stderr.splitlines())), (2, 1), result.stderr)
            self.assertIn(word, result.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
