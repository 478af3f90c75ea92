"""A short run of the image in Bochs. Arguments: root of the repository, the program eptspec."""
import json
import os
import subprocess
import sys
import tempfile

ROOT, EPTSPEC = sys.argv[1:]
VECTORS = os.path.join(ROOT, "vectors", "data", "bochs_tigerlake.jsonl")


def run(*arguments):
    return subprocess.run([EPTSPEC, "run", *arguments], capture_output=True, text=True, timeout=600)


def expect(what, condition, result):
    if not condition:
        sys.exit(f"{what}\nexit code {result.returncode}\n{result.stdout}{result.stderr}")


with tempfile.TemporaryDirectory() as directory:
    none = os.path.join(directory, "none.json")
    with open(none, "w", encoding="utf-8") as out:
        json.dump({"deviations": []}, out)

    def tigerlake(word, *more):
        return run("bochs:tigerlake", "--vectors", VECTORS, "--baseline", none, "--filter", word, *more)

    # Every question, misconfigurations, violations and translations.
    good = tigerlake("goal:cell/pml4e")
    expect("the cells of the PML4E pass", good.returncode == 0 and " 0 fail, 0 error" in good.stdout, good)
    report = os.path.join(directory, "report.json")
    again = tigerlake("goal:cell/pml4e", "--json", report)
    expect("two runs say the same", again.stdout == good.stdout, again)
    # The registers are those that the probe read.
    with open(report, encoding="utf-8") as told:
        capabilities = json.load(told)["capabilities"]
    msrs = {msr["msr"]: msr["value"] for msr in capabilities["msrs"]}
    expect("the report has the MSRs of the machine", msrs["0x48c"] == "0xf0106b34141" and len(msrs) == 17, again)
    expect("the report has what EPT can do", {"name": "page_1g", "value": 1} in capabilities["ept"], again)
    # What Bochs 2.7 gets wrong is found.
    bad = tigerlake("goal:cell/pdpte_1g/reserved_bit/bit_12")
    expect("the missed reserved bit is found", bad.returncode == 1 and "misconfiguration missed" in bad.stdout, bad)

    # The README shows such a run, with what depends on the vectors' ids left out.
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as readme:
        shown = readme.read().split("\n```\n")[1]
    found = tigerlake("question:walk goal:pde_2m/reserved_bit/bit_12")
    parts = [part for line in shown.splitlines() for part in line.split("…")]
    expect("the README shows what is printed", len(parts) > 10 and all(part in found.stdout for part in parts), found)

# With the baseline of the repository, also by an instruction with two operands: known causes on another path.
second = run("bochs:tigerlake/second_operand", "--vectors", VECTORS)
expect("what deviates there is known", second.returncode == 0 and " 0 error" in second.stdout, second)

model = run("bochs:i486")
expect("an unknown model is told", model.returncode == 2 and "no model 'i486'" in model.stderr, model)
no_ept = run("bochs:core2_penryn_t9600")
expect("a processor without EPT is not tested", no_ept.returncode == 2 and "has no EPT" in no_ept.stderr, no_ept)
