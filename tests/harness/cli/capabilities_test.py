#!/usr/bin/python3
"""What a run reports of its target's processor, from the registers that an adapter states.

usage: capabilities_test.py SOURCE_DIRECTORY EPTSPEC HOSTILE_LIBRARY
"""
import json
import shlex
import sys
import unittest

import jsonschema
import yaml

from command import Folder, SOURCE, run, run_builtin

ADAPTER = '''
import json, sys
for said in map(json.loads, sys.stdin):
    reply = {"message": said["message"]}
    if said["message"] == "hello":
        reply |= {"abi": 5, "name": "x", "version": "1", "questions": ["eptp"], "configuration": CONFIGURATION}
    elif said["message"] == "run":
        reply |= {"run": said["run"], "answers": [{"id": one["id"], "result": "refused"} for one in said["cases"]]}
    elif said["message"] == "bye":
        break
    print(json.dumps(reply), flush=True)
'''
REGISTERS = {register["id"]: register for register in
             map(yaml.safe_load, (path.read_text() for path in (SOURCE / "spec/registers").glob("*.yaml")))}
NUMBERS = {register["msr"]: register["id"] for register in REGISTERS.values() if "msr" in register}


def haswell():
    """A real processor, whose source is named in the file; the source does not show 491H."""
    lines = (SOURCE / "tests/harness/cli/controls/msrs_e5_4669v3.txt").read_text().splitlines()
    words = [line.split() for line in lines if not line.startswith("#")]
    return {NUMBERS[int(number, 16)]: "0x" + value.lstrip("0") for number, value in words}


class Capabilities(Folder):
    def run_of(self, msrs):
        configuration = {"maxphyaddr": 46, "primary_controls": "0x80000000", "secondary_controls": "0x2", **msrs}
        adapter, report = self.path / "adapter.py", self.path / "r.json"
        adapter.write_text(ADAPTER.replace("CONFIGURATION", repr(configuration)))
        result = run_builtin(f"exec:/usr/bin/python3 {shlex.quote(str(adapter))}", "--json", report)
        self.assertEqual(result.stderr, "")
        document = json.loads(report.read_text())
        schema = json.loads((SOURCE / "harness/report/report.schema.json").read_text())
        self.assertEqual([e.message for e in jsonschema.Draft202012Validator(schema).iter_errors(document)], [])
        return result, document["capabilities"]

    def test_msrs_and_what_ept_can_do_are_told_by_name(self):
        result, told = self.run_of(haswell())
        self.assertEqual(told["maxphyaddr"], 46)
        self.assertEqual({msr["name"]: msr["value"] for msr in told["msrs"]}, haswell())
        self.assertIn({"msr": "0x48c", "name": "capability", "value": "0xf0106334141"}, told["msrs"])
        # Bits of 0xf0106334141 by Appendix A.10: execute-only, length 4, UC, WB, 2M, 1G, INVEPT, A/D, both INVEPT types.
        self.assertEqual([one["name"] for one in told["ept"] if one["value"]][:10],
                         ["execute_only", "walk_length_4", "memory_type_uc", "memory_type_wb", "page_2m", "page_1g", "invept",
                          "accessed_dirty", "invept_single_context", "invept_all_context"])
        self.assertEqual({one["name"] for one in told["ept"]},
                         {field["id"] for field in REGISTERS["capability"]["fields"] if field["kind"] == "field"})
        self.assertEqual((told["msr_values"], told["not_judged"]), ([], ["vm_functions_without_function", "vm_function_not_named"]))
        self.assertIn("EPT: execute_only, walk_length_4,", result.stdout)
        self.assertIn("MSR values: nothing is impossible or unusual; 2 rules ask for one that is not known\n", result.stdout)
        result, told = self.run_of(haswell() | {"vmx_vmfunc": "0x1"})
        self.assertEqual(told["not_judged"], [])
        self.assertIn("MSR values: nothing is impossible or unusual\n", result.stdout)

    def test_controls_of_ept_may_be_1_as_the_msrs_say(self):
        controls = {one["name"]: one["value"] for one in self.run_of(haswell())[1]["controls"]}
        # 48BH is 7fff in its high half.
        for name, value in (("enable_ept", 1), ("unrestricted_guest", 1), ("enable_pml", 0), ("ept_violation_ve", 0),
                            ("mode_based_execute_control", 0), ("sub_page_write_permissions", 0)):
            self.assertEqual(controls[f"control.{name}"], value, name)
        self.assertNotIn("control.hlt_exiting", controls)

    def test_impossible_value_is_told_with_its_rule_and_place(self):
        result, told = self.run_of(haswell() | {"capability": "0xf0107334141"})
        (remark,) = told["msr_values"]
        self.assertEqual(remark["outcome"], "impossible")
        self.assertRegex(remark["cite"], r"A\.10")
        self.assertIn(f"  MSR values: impossible: {remark['text']}\n    rule {remark['rule']}; {remark['cite']}\n", result.stdout)

    def test_msr_that_is_not_told_is_not_zero(self):
        _, told = self.run_of({"capability": "0x34141"})
        self.assertEqual([msr["name"] for msr in told["msrs"]], ["capability"])
        self.assertEqual((told["controls"], told["msr_values"]), ([], []))
        self.assertIn("basic_bit_31", told["not_judged"])
        self.assertNotIn("capability_reserved_bit", told["not_judged"])
        self.assertIn({"name": "page_1g", "value": 1}, told["ept"])

    def test_target_that_takes_any_configuration_has_none(self):
        report = self.path / "r.json"
        self.assertNotIn("MSR values", run_builtin("reference", "--json", report).stdout)
        self.assertNotIn("capabilities", json.loads(report.read_text()))

    def test_matrix_has_them_beside_a_target_without(self):
        self.run_of(haswell() | {"vmx_vmfunc": "0x1"})
        run_builtin("reference", "--json", self.path / "any.json")
        table = run("matrix", self.path / "any.json", self.path / "r.json", "--format", "json", "--out", self.path / "m.json")
        self.assertEqual((table.returncode, table.stderr), (0, ""))
        text = run("matrix", self.path / "m.json", "--format", "markdown").stdout
        for line in ("| processor | MAXPHYADDR | ? | 46 |", "| EPT | page_1g | ? | yes |", "| control | enable_pml | ? | no |",
                     "| MSR values | plausibility | ? | plausible |", "| MSR | 48CH capability | ? | 0xf0106334141 |"):
            self.assertIn(line + "\n", text)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
