"""All committed vectors, and what `vectors random` writes, keep to vectors/schema; broken samples do not."""

import copy
import json
import pathlib
import subprocess
import sys

import jsonschema

root, eptspec = pathlib.Path(sys.argv[1]), sys.argv[2]
schema = json.loads((root / "vectors/schema/vectors.schema.json").read_text())
jsonschema.Draft202012Validator.check_schema(schema)
whole = jsonschema.Draft202012Validator(schema)


def refuses(document, change, name):
    broken = copy.deepcopy(document)
    change(broken)
    assert not whole.is_valid(broken), "the schema takes " + name


files = [path for path in sorted((root / "vectors/data").glob("*.json")) if path.name not in ("manifest.json", "tables.json")]
assert files, "no vectors"
tables = jsonschema.Draft202012Validator({"$defs": schema["$defs"], "$ref": "#/$defs/tables"})
shared = json.loads((root / "vectors/data/tables.json").read_text())
tables.validate(shared)
assert not tables.is_valid({**shared, "drawn": {"4 0x2007": 7}}), "the schema takes fields that are no text"
for path in files:
    whole.validate(json.loads(path.read_text()))

head, *lines = subprocess.run(
    [eptspec, "vectors", "random", "--count", "300"], check=True, capture_output=True, text=True
).stdout.splitlines()
whole.validate({**json.loads(head), "vectors": [json.loads(line) for line in lines]})
assert len(lines) == 300

sample = json.loads(head) | {"vectors": [json.loads(lines[0])]}
refuses(sample, lambda d: d["vectors"][0].update(surprise=1), "an unknown key")
refuses(sample, lambda d: d["vectors"][0].update(id="7"), "another id")
refuses(sample, lambda d: d["vectors"][0].pop("expected"), "a vector without expectation")
refuses(sample, lambda d: d["vectors"][0]["expected"].update(result="maybe"), "an unknown result")
refuses(sample, lambda d: d["vectors"][0].update(eptp="0x01"), "a number with a leading zero")
refuses(sample, lambda d: d.update(maxphyaddr=53), "a width of 53")
refuses(sample, lambda d: d.pop("citations"), "a file without citations")
refuses(sample, lambda d: d.update(tables="tables.json"), "tables within and beside the file")
refuses(sample, lambda d: d["vectors"][0].update(goals=[-1]), "a goal of a negative number")
