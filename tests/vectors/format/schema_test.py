"""The schemas of vectors: each member is described; what eptspec writes keeps to them; broken samples do not.

usage: schema_test.py SOURCE_DIRECTORY EPTSPEC
"""

import copy
import json
import pathlib
import subprocess
import sys
import tempfile

import jsonschema

root, eptspec = pathlib.Path(sys.argv[1]), sys.argv[2]


def run(*arguments):
    return subprocess.run([eptspec, "vectors", *map(str, arguments)], check=True, capture_output=True, text=True).stdout


def described(schema, place):
    """Every member that the schema knows says what it is."""
    members = schema.get("properties", {}) if "type" in schema else {}  # not those of a condition
    for name, member in members.items():
        assert member.get("description", "").endswith("."), f"{place}/{name} has no description"
    for name, part in {**members, **schema.get("$defs", {}), "[]": schema.get("items")}.items():
        if isinstance(part, dict):
            described(part, f"{place}/{name}")


def validator(name):
    schema = json.loads((root / "vectors/schema" / name).read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    described(schema, name)
    return jsonschema.Draft202012Validator(schema)


def refuses(schema, document, change, name):
    broken = copy.deepcopy(document)
    change(broken)
    assert schema.is_valid(document) and not schema.is_valid(broken), "the schema takes " + name


# Self-contained: every vector of one profile, and some of those that have each a processor of its own.
whole = validator("vectors.schema.json")
dense = json.loads(run("export", "--profile", "any"))
whole.validate({**dense, "vectors": dense["vectors"][:200]})
with tempfile.TemporaryDirectory() as folder:
    out = pathlib.Path(folder) / "haswell.json"
    said = run("export", "--profile", "haswell_4770", "--out", out)
    document = json.loads(out.read_text())
    assert said == f"{out}: {len(document['vectors'])} vectors\n", said
    assert len(document["vectors"]) > 1000
whole.validate(document)
document["vectors"] = [next(one for one in document["vectors"] if "cell/pde_2m/reserved_bit/bit_13" in one["goals"])]
refuses(whole, document, lambda d: d["vectors"][0].update(surprise=1), "an unknown member")
refuses(whole, document, lambda d: d["vectors"][0].update(id="7"), "another id")
refuses(whole, document, lambda d: d["vectors"][0].pop("about"), "a vector without a sentence")
refuses(whole, document, lambda d: d["vectors"][0].pop("access"), "a walk without an access")
refuses(whole, document, lambda d: d["vectors"][0]["expected"].update(result="maybe"), "an unknown result")
refuses(whole, document, lambda d: d["vectors"][0]["eptp"].update(value="0x01"), "a number with a leading zero")
refuses(whole, document, lambda d: d["vectors"][0]["configuration"].update(maxphyaddr=53), "a width of 53")
refuses(whole, document, lambda d: d["vectors"][0]["configuration"].update(surprise=1), "an unknown member of it")

# Lines: one committed file, the citations, and random vectors.
line = validator("lines.schema.json")
texts = (root / "vectors/data/haswell_4770.jsonl").read_text().splitlines()
texts += (root / "vectors/data/citations.jsonl").read_text().splitlines()
texts += run("random", "--count", 300).splitlines()
for text in texts:
    line.validate(json.loads(text))
sample = next(one for one in map(json.loads, texts) if "id" in one)
refuses(line, sample, lambda d: d.pop("expected"), "a vector without expectation")
refuses(line, sample, lambda d: d.update(eptp="0x01"), "a number with a leading zero")
refuses(line, sample, lambda d: d.update(controls={"secondary": "enable_ept"}), "controls that are no list")
refuses(line, json.loads(texts[0]), lambda d: d.update(citations="../citations.jsonl"), "citations in another folder")
