#!/usr/bin/python3
"""Holds the repository against its own rules: who may include whom, and that named files are there.

usage: includes_test.py SOURCE_DIRECTORY
"""
import pathlib
import re
import sys
import unittest

SOURCE = pathlib.Path(sys.argv[1])
PRODUCT = ("spec", "model", "vectors", "harness")
TEXTS = {".h", ".c", ".cpp", ".S", ".py", ".md", ".inc"}


def product_files():
    return [path for top in PRODUCT for path in sorted((SOURCE / top).rglob("*")) if path.suffix in {".h", ".cpp", ".inc"}]


def text_files():
    tops = [SOURCE / top for top in (*PRODUCT, "tests", "docs", "cmake")]
    files = [path for top in tops for path in sorted(top.rglob("*")) if path.suffix in TEXTS]
    return [*files, SOURCE / "README.md"]


def table_of(text):
    """Room -> rooms that it may include, from the list in docs/architecture.md; an indented line goes on with the last."""
    block = re.search(r"^```includes\n(.*?)^```$", text, re.M | re.S).group(1)
    rows = [line.split() for line in re.sub(r"\n +", " ", block).splitlines()]
    return {room: set(rooms) - {"-"} for room, *rooms in rows}


def includes_of(text):
    return re.findall(r'^#include "((?:%s)/[^"]+)"' % "|".join(PRODUCT), text, re.M)


def forbidden(table, room, text):
    """The includes of a file of the room that the table does not allow."""
    targets = {include: str(pathlib.PurePosixPath(include).parent) for include in includes_of(text)}
    return [include for include, other in targets.items() if other != room and not {other, "*"} & table.get(room, set())]


def cycle_in(table):
    """Rooms that include each other, in their order; empty when there are none."""
    done = set()

    def visit(room, path):
        if room in path:
            return path[path.index(room):]
        if room in done:
            return []
        for other in sorted(table.get(room, ())):
            found = visit(other, [*path, room])
            if found:
                return found
        done.add(room)
        return []

    for room in table:
        found = visit(room, [])
        if found:
            return found
    return []


def missing_paths(text, exists):
    """Paths below the top folders that the text names and that are not there. A name may lack its ending."""
    named = re.findall(r"(?<![\w/.$}-])((?:tests|harness|model|vectors|spec|docs|cmake)/[\w./-]*\w)", text)
    return [path for path in named if not exists(path)]


def types_of(text):
    """The types that a header defines by name in its namespace: a definition begins in the first column."""
    room = re.search(r"^namespace ([\w:]+) \{", text, re.M)
    found = re.findall(r"^(?:struct|class|enum class) (\w+)(?: final)?(?: : [^;{]*)? \{", text, re.M)
    return [f"{room.group(1)}::{name}" for name in found] if room else []


def defined_twice(texts):
    """Two types of one name are one to the linker, whoever includes which: it takes the functions of either."""
    seen = [name for text in texts for name in types_of(text)]
    return sorted({name for name in seen if seen.count(name) > 1})


def exists(path):
    place = SOURCE / path
    return place.exists() or bool(list(place.parent.glob(place.name + ".*")))


class Includes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.table = table_of((SOURCE / "docs/architecture.md").read_text(encoding="utf-8"))

    def test_each_include_is_in_the_table(self):
        files = product_files()
        self.assertGreater(len(files), 200)
        for path in files:
            room = str(path.parent.relative_to(SOURCE))
            self.assertIn(room, self.table, f"{path}: its room is not in the table of docs/architecture.md")
            self.assertEqual(forbidden(self.table, room, path.read_text(encoding="utf-8")), [], path)

    def test_no_two_rooms_include_each_other(self):
        self.assertEqual(cycle_in(self.table), [])

    def test_the_table_names_no_room_that_is_not_there(self):
        for room in self.table:
            self.assertTrue((SOURCE / room).is_dir(), room)

    def test_a_forbidden_include_is_found(self):
        text = '#include "harness/judge/judge.h"\n#include "harness/support/names.h"\n#include <map>\n'
        self.assertEqual(forbidden(self.table, "harness/adapters", text), ["harness/judge/judge.h"])

    def test_a_cycle_is_found(self):
        self.assertEqual(cycle_in({"a": {"b"}, "b": {"c"}, "c": {"b"}}), ["b", "c"])


class Names(unittest.TestCase):
    def test_each_path_that_a_text_names_is_there(self):
        for path in text_files():
            if path.name in {"includes_test.py", "vectors_test.py"}:
                continue
            with self.subTest(path):
                self.assertEqual(missing_paths(path.read_text(encoding="utf-8"), exists), [])

    def test_no_two_headers_define_a_type_of_the_same_name(self):
        texts = [path.read_text(encoding="utf-8") for path in product_files() if path.suffix == ".h"]
        self.assertGreater(sum(len(types_of(text)) for text in texts), 200)
        self.assertEqual(defined_twice(texts), [])

    def test_a_type_that_is_defined_twice_is_found(self):
        one = "namespace model {\n\nstruct Words {\n};\n}\n"
        self.assertEqual(defined_twice([one, one, one.replace("model", "spec")]), ["model::Words"])

    def test_a_path_that_is_not_there_is_found(self):
        text = "// Tests: tests/harness/kvm/no_such_test.cpp, docs/architecture.md."
        self.assertEqual(missing_paths(text, exists), ["tests/harness/kvm/no_such_test.cpp"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
