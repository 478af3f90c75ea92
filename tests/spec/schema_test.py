#!/usr/bin/python3
"""Every YAML file of spec/ obeys the schema that its first line names, and every schema is closed.

Usage: schema_test.py SOURCE_DIRECTORY. One line per failure; exit code 1 when there is one.
"""

import copy
import json
import pathlib
import re
import sys

import jsonschema
import yaml

HEADER = re.compile(r"# yaml-language-server: \$schema=(\S+)$")
# Keys that a mapping of a file of this kind may lack. All others are required.
OPTIONAL = {
    "format": {"when"},
    "register": {"when", "width", "scope", "exists", "given", "allowed_0", "activated_by"},
    "derived_words": {"when"},
    "check": {
        *("when", "may", "vm_instruction_errors", "exit_reason", "exception", "rules.reason"),
        *("rules", "parts", "parts.outcome", "of", "given", "left_out"),
    },
    "misconfiguration": {"reason", "formats"},
    "violation": {"rules.reason"},
    "outcome": {"defined", "open", "cleared", "value", "mask", "flags"},
    "sub_page": {"reason", "undefined"},
    "profile": {"parameters", "assumed", "synthetic", "l0"},
}


def mappings(node, path=()):
    """Each mapping below `node`, with its path."""
    if isinstance(node, dict):
        yield path, node
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from mappings(value, path + (key,))


def at(node, path):
    for key in path:
        node = node[key]
    return node


def keys_of(path):
    return ".".join(str(key) for key in path) or "the top"


def names_in(path):
    return [name for name in path if isinstance(name, str)]


def is_optional(kind, document, path, key):
    names = names_in(path) + [key]
    if kind == "register" and names == ["fields", "reason"]:
        return document["role"] != "choice"
    if kind == "check" and names == ["rules", "outcome"]:
        return len(document["outcomes"]) == 1
    return any(names[-len(wanted) :] == wanted for wanted in (name.split(".") for name in OPTIONAL.get(kind, ())))


def bad_samples(kind, document):
    """Small variations of a good document that no schema may accept: (what was done, document). Of the items of a list that
    have the same keys only the first is varied."""
    seen = set()
    for path, mapping in mappings(document):
        shape = (*names_in(path), *sorted(mapping))
        if shape in seen:
            continue
        seen.add(shape)
        if kind == "profile" and path == ("registers",):
            continue  # its keys are ids of registers
        sample = copy.deepcopy(document)
        at(sample, path)["key_that_nobody_knows"] = 1
        yield f"an unknown key added at {keys_of(path)}", sample
        if path == ("sources",):
            continue  # its keys are names of the file's choice
        for key in mapping:
            if key == "undefined" and kind == "exit_qualification" or is_optional(kind, document, path, key):
                continue
            sample = copy.deepcopy(document)
            del at(sample, path)[key]
            yield f"'{key}' removed at {keys_of(path)}", sample
            sample = copy.deepcopy(document)
            at(sample, path)[key] = None
            yield f"'{key}' emptied at {keys_of(path)}", sample
    for wrong in (None, [], "text", 7):
        yield f"the document replaced by {wrong!r}", wrong


class Schemas:
    """Validators by schema file; references are resolved between the files, never from the network."""

    def __init__(self, directory):
        self.documents = {path.resolve().as_uri(): json.loads(path.read_text()) for path in directory.glob("*.schema.json")}

    def validator(self, path):
        uri = path.resolve().as_uri()
        schema = self.documents[uri]
        jsonschema.Draft202012Validator.check_schema(schema)
        resolver = jsonschema.RefResolver(uri, schema, store=self.documents)
        return jsonschema.Draft202012Validator(schema, resolver=resolver)


def check_file(path, schemas, samples):
    """Yields what is wrong with one YAML file; notes it as a good sample of its kind."""
    text = path.read_text()
    header = HEADER.match(text.splitlines()[0]) if text else None
    if header is None:
        yield f"{path}: no '# yaml-language-server: $schema=' in the first line"
        return
    schema = path.parent / header.group(1)
    if not schema.is_file():
        yield f"{path}: there is no schema {schema}"
        return
    document = yaml.safe_load(text)
    kind = document.get("kind") if isinstance(document, dict) else None
    if schema.name != f"{kind}.schema.json":
        yield f"{path}: kind {kind} and schema {schema.name}"
    for error in schemas.validator(schema).iter_errors(document):
        yield f"{path}: {keys_of(error.absolute_path)}: {error.message}"
    samples.setdefault(schema, []).append((kind, document))


def telling(samples):
    """Those documents that have a key which none before them has."""
    seen = set()
    for kind, document in samples:
        found = {
            (*names_in(path), key) for path, mapping in mappings(document) if path[:1] not in (("sources",), ("registers",)) for key in mapping
        }
        if found - seen:
            yield kind, document
        seen |= found


def check_rejection(schema, schemas, samples):
    validator = schemas.validator(schema)
    for kind, document in telling(samples):
        for done, sample in bad_samples(kind, document):
            if validator.is_valid(sample):
                yield f"{schema.name}: accepts a {kind} with {done}"


def failures(spec):
    schemas = Schemas(spec / "schema")
    files = sorted(spec.glob("*/*.yaml"))
    if not files:
        yield f"{spec}: no YAML files"
    samples = {}
    for path in files:
        yield from check_file(path, schemas, samples)
    for path in sorted((spec / "schema").glob("*.schema.json")):
        if path in {schema.resolve() for schema in samples}:
            continue
        if path.name != "common.schema.json":
            yield f"{path}: no file of spec/ names this schema"
    for schema in sorted(samples):
        yield from check_rejection(schema, schemas, samples[schema])


def main():
    if len(sys.argv) != 2:
        print("usage: schema_test.py SOURCE_DIRECTORY", file=sys.stderr)
        return 2
    found = list(failures(pathlib.Path(sys.argv[1]).resolve() / "spec"))
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
