#!/usr/bin/python3
"""Copies a specification and adds what a newcomer would: a feature with a capability bit, a control and what it depends
on, a condition, a bit of an entry, a processor that has it, and misconfiguration rules of the forms that are named.

Usage: extend_spec.py SPEC_DIRECTORY OUT_DIRECTORY FORM...
"""

import pathlib
import shutil
import sys

TABLES = ("pml5e", "pml4e", "pdpte_pd", "pde_pt")
MISCONFIGURATIONS = {
    "write_and_new_bit": """
  - bit: 9
    id: write_with_new_bit
    formats: [pml5e, pml4e, pdpte_pd, pde_pt]
    when: [entry.write, entry.new_bit, condition.new_feature]
    cite: misconfigurations
    text: "Writes are allowed and bit 60 is 1."
""",
    "memory_type": """
  - bit: 10
    id: write_protected_memory_type
    formats: [pdpte_1g, pde_2m, pte]
    when: [{field: entry.memory_type, in: [5]}, condition.new_feature]
    cite: misconfigurations
    text: "The EPT memory type is 5."
""",
    "execute": """
  - bit: 11
    id: execute_with_new_feature
    when: [entry.execute, condition.new_feature]
    cite: misconfigurations
    text: "Fetches are allowed."
""",
    # Beyond the three: each part of the vocabulary that no fast check of the header takes.
    "vocabulary": """
  - bit: 15
    id: everything_else
    when:
      - {any: [[entry.execute, condition.new_feature], [capability.new_feature, not entry.write, entry.accessed]]}
      - {field: entry.memory_type, not_in: [0, 7]}
      - {none: [{any_bit_of: beyond_maxphyaddr, in_word: entry}, {field: eptp.walk_length, in: [4]}]}
      - {any: [control.nmi_exiting, not entry.read]}
    formats: [pte]
    cite: misconfigurations
    text: "A rule of no shape."
""",
}
# A violation that no missing permission causes, and that depends on the address.
VIOLATIONS = {
    "violation": """  - bit: 9
    id: read_of_a_new_page
    stage: permissions
    when:
      - condition.new_feature
      - access.data_read
      - leaf.ignore_pat
      - not gpa.bits_51_48
      - {any: [{field: walk.leaf_is_pte, in: [0]}, nonleaf.write]}
    cite: violations
    text: "A read of a page that ignores the PAT."
""",
}
# What VM entry demands of the new control.
DEPENDENCY = """  - bit: 63
    id: new_control_without_ept
    outcome: vm_fail_control_fields
    when: [tertiary_in_effect.new_control, not secondary_in_effect.enable_ept]
    cite: exec
    text: "The new control is 1 and enable EPT is 0."
"""
PROFILE = """# yaml-language-server: $schema=../schema/profile.schema.json
kind: profile
id: synthetic_newcomer
title: A processor with the new feature
maxphyaddr: 40
registers:
  vmx_basic: 0x98100000000001
  vmx_pinbased_ctls: 0x1e00000016
  vmx_procbased_ctls: 0x8403e1720401e172
  vmx_exit_ctls: 0x36fff00036dff
  vmx_entry_ctls: 0x13ff000011ff
  vmx_misc: 0x0
  vmx_procbased_ctls2: 0x40000200000000
  capability: 0x87341c1
  vmx_true_pinbased_ctls: 0x1e00000016
  vmx_true_procbased_ctls: 0x8403e17204006172
  vmx_true_exit_ctls: 0x36fff00036dfb
  vmx_true_entry_ctls: 0x13ff000011fb
  vmx_procbased_ctls3: 0x400
source: No machine.
synthetic: true
"""


def replace(path, old, new):
    """Exactly once, so that a change of the specification is noticed here."""
    text = path.read_text()
    if text.count(old) != 1:
        sys.exit(f"{path}: {old!r} does not occur exactly once")
    path.write_text(text.replace(old, new))


def add_feature(spec):
    replace(
        spec / "registers/capability.yaml",
        '  - {bits: "31:27", id: reserved_31_27, kind: reserved, cite: a10, text: "Reserved."}\n',
        '  - {bits: "27", id: new_feature, kind: field, cite: a10, text: "The new feature is supported."}\n'
        '  - {bits: "31:28", id: reserved_31_28, kind: reserved, cite: a10, text: "Reserved."}\n',
    )
    configuration = spec / "semantics/configuration.yaml"
    replace(
        spec / "registers/tertiary_controls.yaml",
        '  - {bits: "11:10", id: reserved_11_10, kind: reserved, cite: table, text: "Reserved; must be 0."}\n',
        '  - {bits: "10", id: new_control, kind: field, cite: table, text: "The new feature is used."}\n'
        '  - {bits: "11", id: reserved_11, kind: reserved, cite: table, text: "Reserved; must be 0."}\n',
    )
    replace(spec / "checks/vm_execution_controls.yaml", "\nparts:\n", DEPENDENCY + "\nparts:\n")
    configuration.write_text(
        configuration.read_text()
        + """  - bit: 15
    id: new_feature
    when: [control.activate_tertiary_controls, control.new_control, capability.new_feature]
    cite: [tertiary, "bit 10"]
    text: "The new feature is in effect."
"""
    )
    for name in TABLES:
        replace(
            spec / f"formats/{name}.yaml",
            '  - {bits: "63:52", id: ignored_63_52, kind: ignored, cite: table, text: "Ignored."}\n',
            '  - {bits: "59:52", id: ignored_59_52, kind: ignored, cite: table, text: "Ignored."}\n'
            '  - {bits: "60", id: new_bit, kind: field, when: condition.new_feature, cite: table, text: "The new bit."}\n'
            '  - {bits: "63:61", id: ignored_63_61, kind: ignored, cite: table, text: "Ignored."}\n',
        )
    (spec / "profiles/synthetic_newcomer.yaml").write_text(PROFILE)


def main():
    if len(sys.argv) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    source, out = map(pathlib.Path, sys.argv[1:3])
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(source, out)
    add_feature(out)
    rules = out / "semantics/misconfiguration.yaml"
    for form in sys.argv[3:]:
        if form in VIOLATIONS:
            replace(out / "semantics/violation.yaml", "\ngroups:\n", VIOLATIONS[form] + "\ngroups:\n")
        else:
            rules.write_text(rules.read_text().rstrip("\n") + MISCONFIGURATIONS[form])
    return 0


if __name__ == "__main__":
    sys.exit(main())
