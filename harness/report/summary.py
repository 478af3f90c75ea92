#!/usr/bin/python3
"""Sums up a run for somebody who sees eptspec for the first time, from the reports that `eptspec run --json` wrote.

usage: summary.py STATUS ABOUT REPORT...

STATUS is the exit code of the run, ABOUT a text that says what was tested. A report that is not there is a target that
was not tested. Owns the words of the summary; counts and causes are those of the reports, links those of the known
deviations in harness/targets. Tests: tests/harness/report/summary_test.py.
"""
import collections
import json
import pathlib
import sys
import textwrap

TARGETS = pathlib.Path(__file__).resolve().parent.parent / "targets"
REFUSED = ("misconfigured", "misconfiguration", "violation", "refused", "not_present")
NO_RULE = ("eptp accepted", "several rules")  # outcomes that are listed beside the rules


def effect_of_result(expected, observed):
    """Why another result than the manual's matters to somebody who relies on it."""
    if expected in REFUSED and observed not in REFUSED:
        if expected.startswith("misconfig"):
            return ("An entry that the manual forbids is used. A hypervisor with that mistake seems to work here; on a "
                    "processor that follows the manual its guest stops.")
        if expected == "refused":
            return "VM entry accepts an EPTP that it must refuse."
        if observed == "sub_page_check":
            return "An access that EPT forbids is left to the sub-page permission table, which may allow it."
        return "An access that EPT forbids is carried out. Memory that a hypervisor protects is not protected here."
    if expected not in REFUSED and observed in REFUSED:
        return "What the manual allows is refused. A guest that is correct stops here."
    return f"The manual demands {expected}, and {observed} happens. A hypervisor takes the wrong path."


def field_of(deviation):
    return deviation["field"] + (f" bit {deviation['bit']}" if "bit" in deviation else "")


def effect_of_error(vector):
    if vector["fate"] == "garbage":
        return (f"What was observed contradicts itself or is not valid ({vector['reason']}). "
                "A hypervisor that relies on it is misled.")
    return f"The target gave no valid answer ({vector['fate']}: {vector['reason']})."


def effects_of(vector):
    if "deviations" not in vector:
        return [effect_of_error(vector)]
    return [effect_of_result(one["expected"], one["observed"]) if one["field"] == "result" else
            f"The result is right, but what is reported of it is wrong ({field_of(one)}). A hypervisor that relies on "
            "it is misled." for one in vector["deviations"]]


def known_of(vector):
    beneath = vector.get("attributed_to")
    return vector.get("known") or (beneath and f"{beneath} beneath deviates in the same way")


def causes_of(reports):
    """Each cause of deviations by its text: how many vectors of each report, and the effects."""
    causes = {}
    for n, report in enumerate(reports):
        cause_of = {id_: f"NOT KNOWN: {': '.join(filter(None, (group['rule'], group['what'])))} (see {group['example']})"
                    for group in report["groups"] for id_ in group["vectors"]}
        for vector in report["vectors"]:
            if vector["verdict"] not in ("fail", "error", "flaky"):
                continue
            text = known_of(vector) or cause_of.get(vector["id"], "NOT KNOWN")
            counts, effects = causes.setdefault(text, (collections.Counter(), collections.Counter()))
            counts[n] += 1
            effects.update(effects_of(vector))
    return causes


def links():
    """Where each known deviation is explained, by its reason."""
    found = {}
    for path in sorted(TARGETS.glob("*.json")):
        for entry in json.loads(path.read_text(encoding="utf-8"))["deviations"]:
            found[entry["reason"]] = entry["link"]
    return found


def say(text, indent=""):
    print(textwrap.fill(text, 100, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False))


def say_table(reports):
    width = max(len(report["target"]) for report in reports)
    print(f"\n  {'':{width}}  vectors  as the manual says  deviate  of these known  not tested")
    for report in reports:
        counts = report["counts"]
        deviate = counts["fail"] + counts["error"] + counts["flaky"]
        left_out = counts["skipped"] + counts["not_applicable"]
        print(f"  {report['target']:{width}}  {counts['pass'] + deviate + left_out:7}  {counts['pass']:18}"
              f"  {deviate:7}  {counts['known']:14}  {left_out:10}")


def say_rules(reports):
    rules = [(one["decides"], one["rule"], one["pass"] + one["deviation"]) for report in reports for one in report["rules"]
             if one["decides"] != "translation" and one["rule"] not in NO_RULE]
    tested = {(decides, rule) for decides, rule, judged in rules if judged}
    untested = sorted({rule for decides, rule, _ in rules if (decides, rule) not in tested})
    of = collections.Counter(decides for decides, _ in tested)
    print()
    say(f"{len(tested)} rules of the manual were covered"
        + (": " if of else "") + ", ".join(f"{decides} {number}" for decides, number in sorted(of.items())) + "."
        + (f" Not covered, since no target here can show them: {', '.join(untested)}." if untested else ""))


def say_deviations(reports):
    causes = causes_of(reports)
    print("\n== What deviates, and why it matters\n")
    if not causes:
        print("Nothing.")
    where = links()

    def found_at(text):
        return sorted({link for reason, link in where.items() if reason in text})

    # Those that are not known come last, so that they are seen.
    order = sorted(causes, key=lambda text: (text.startswith("NOT KNOWN"), found_at(text), text))
    for text in order:
        counts, effects = causes[text]
        vectors = ", ".join(f"{reports[n]['target']} {number}" for n, number in counts.items())
        say(f"- {text}", "  ")
        say(f"Vectors: {vectors}. {' '.join(effect for effect, _ in effects.most_common())}", "    ")
        if found_at(text):
            say(f"Cause: {', '.join(found_at(text))}", "    ")
    for report in reports:
        for problem in report["baseline_problems"]:
            say(f"- The list of known deviations does not fit {report['target']}: {problem}", "  ")


def verdict(status, reports, missing):
    if missing or status not in (0, 1):
        return "could not run" if not reports else "incomplete: not everything could be tested"
    if status == 1:
        return "there are deviations that are not known, or the list of known deviations does not fit"
    return "all as the manual says, but for the known deviations"


def main(status, about, paths):
    reports = [json.loads(path.read_text(encoding="utf-8")) for path in paths if path.exists()]
    missing = [path for path in paths if not path.exists()]
    print("\n== What was tested\n")
    say(about)
    if reports:
        say_table(reports)
        say_rules(reports)
    for path in missing:
        say(f"Not tested: {path.stem}. There is no report of it; the messages above say why.")
    if reports:
        say_deviations(reports)
    print("\n== Where to read on\n")
    print("  docs/findings.md   every known deviation, with its cause and the command that shows it")
    print("  docs/glossary.md   the words that the reports use")
    for path in paths:
        if path.exists():
            print(f"  {path}")
    print(f"\nverdict: {verdict(status, reports, missing)}")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], [pathlib.Path(path) for path in sys.argv[3:]])
