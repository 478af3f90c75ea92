#!/usr/bin/python3
"""A feature that is added to the YAML alone goes all the way: check, header, proof, vectors.

Usage: newcomer_test.py SOURCE_DIRECTORY OUT_DIRECTORY COMMAND. OUT_DIRECTORY holds the extended specification and its
header; COMMAND is eptspec built with that header. One line per failure; exit code 1 when there is one.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

COMPILERS = (["gcc", "-std=c11"], ["g++", "-std=c++20"])
STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror", "-fsyntax-only"]


def lines_of(header):
    """Without comments and layout, which an added line may move."""
    text = re.sub(r"/\*.*?\*/", " ", header, flags=re.DOTALL)
    return [line for line in (" ".join(line.split()) for line in text.splitlines()) if line]


def removed(old, new):
    """The lines of `old` that `new` does not have, or has in another order."""
    rest = iter(new)
    return [line for line in old if line not in rest]


def numbers(header):
    return dict(re.findall(r"^#define (EPT_\w+) (0x[0-9a-f]+)ull", header, flags=re.MULTILINE))


def changes(golden, header):
    for line in removed(lines_of(golden), lines_of(header)):
        yield f"the header has no longer the line: {line}"
    old, new = numbers(golden), numbers(header)
    for name, value in old.items():
        if new.get(name) != value:
            yield f"{name} was {value} and is {new.get(name)}"
    if len(new) <= len(old):
        yield "the header has no new constant"


def run(*arguments):
    """What is wrong with a command's result, or nothing."""
    done = subprocess.run([str(each) for each in arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        yield f"{' '.join(str(each) for each in arguments)}: {done.returncode}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"


def compiled(header):
    for compiler in COMPILERS:
        language = "c" if compiler[0] == "gcc" else "c++"
        yield from run(*compiler, *STRICT, "-Wno-unused-function", "-x", language, header)


def new_rules(spec):
    for name in ("misconfiguration", "violation"):
        rules = re.findall(r"- bit: (\d+)\n    id: (\w+)", (spec / f"semantics/{name}.yaml").read_text())
        yield from (rule for bit, rule in rules if int(bit) >= 9)


def proved(command, spec):
    """Everything for all rules together; of one rule alone, which is about entries, what is about entries."""
    if len(list(new_rules(spec))) > 1:
        yield from run(command, "--spec", spec, "prove")
        return
    for level in range(1, 6):
        for about in ("entry", "step", "outcome.misconfiguration"):
            yield from run(command, "--spec", spec, "prove", "--obligation", f"{about}.{level}")


def generated(command, spec, out):
    yield from run(command, "--spec", spec, "vectors", "generate", "--profile", "synthetic_newcomer", "--out", out)
    text = "".join(path.read_text() for path in pathlib.Path(out).glob("*.json*"))
    for rule in new_rules(spec):
        if rule not in text:
            yield f"no vector is about {rule}"


def self_check(golden):
    """A header that is renumbered or lacks a line is found out."""
    number = "#define EPT_CONDITION_FIVE_LEVEL_WALK 0x20ull"
    line = "  masks.forbidden = masks.reserved | masks.beyond_maxphyaddr;\n"
    more = golden + "#define EPT_MORE 0x1ull\n"
    if list(changes(golden, more)):
        yield "an added constant is taken for a change"
    for old, new in ((number, number.replace("20", "40")), (line, "")):
        if more.count(old) != 1 or not list(changes(golden, more.replace(old, new))):
            yield f"a header without {old.strip()!r} is taken for one with added lines"


def failures(source, out, command):
    spec, header = out / "spec", out / "include/ept_model.h"
    yield from run(command, "--spec", spec, "spec", "check")
    yield from run(command, "--spec", spec, "model", "emit", "--lang", "c", "--out", out / "emitted.h")
    if (out / "emitted.h").read_text() != header.read_text():
        yield "the command emits another header than it was built with"
    golden = (source / "tests/golden/ept_model.h").read_text()
    yield from self_check(golden)
    yield from changes(golden, header.read_text())
    yield from compiled(header)
    if "everything_else" not in new_rules(spec):  # lists within lists are not broken into lines
        yield from run("clang-format", "--dry-run", "--Werror", f"--style=file:{source}/.clang-format", header)
    yield from proved(command, spec)
    with tempfile.TemporaryDirectory() as directory:
        yield from generated(command, spec, directory)


def main():
    if len(sys.argv) != 4:
        print(__doc__, file=sys.stderr)
        return 2
    found = list(failures(*map(pathlib.Path, sys.argv[1:])))
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
