"""Damaged copies of operators' rule files get the same verdict from klaxon as from Debian's promtool, by `check rules` and by their unit
tests."""

import os
import random
import re
import shutil
import subprocess

import _paths  # noqa: F401
import promtool
from scenario import Skipped, check, main, note

SEED = int(os.environ.get("KLAXON_SEED", "20261122"))
MUTANTS = 10
SWAPS = [
    (r" > ", " < "), (r" < ", " >= "), (r" == ", " != "), (r"\bsum\b", "avg"), (r"\bmax\b", "min"), (r"\brate\(", "increase("),
    (r"\bby ?\(", "without ("), (r"severity: \w+", "severity: other"), (r"for: \w+", "for: 17m"), (r"\balert:", "record:"),
    (r"\bexpr:", "expression:"), (r"\$labels", "$label"), (r"\{\{ ", "{{{ "), (r"summary:", "description:"), (r"=~", "="), (r"\(", ""), (r"\"", ""),
    (r" \* ", " / "), (r"\bor\b", "and"), (r"\bunless\b", "and"),
]


def conformance():
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
    folder = os.environ.get("KLAXON_CONFORMANCE") or os.path.join(root, "..", "shared", "conformance")
    if not os.path.isdir(folder):
        raise Skipped(f"the conformance data is not there ({folder}; KLAXON_CONFORMANCE names its folder)")
    return folder


def swap_some(text, dice):
    pattern, other = dice.choice([each for each in SWAPS if re.search(each[0], text)])
    place = dice.choice(list(re.finditer(pattern, text)))
    return text[: place.start()] + other + text[place.end() :], f"{place.group()!r} became {other!r}"


def change_number(text, dice):
    # Not those in names, durations and ranges: what those mean at their edges has changed since Prometheus 2.
    places = list(re.finditer(r"(?<=[<>=] )\d+(\.\d+)?(?=\s*$)", text, re.MULTILINE))
    if not places:
        return swap_some(text, dice)
    place = dice.choice(places)
    other = dice.choice(["0", "-1", "1e9", str(float(place.group()) * 2 + 1)])
    return text[: place.start()] + other + text[place.end() :], f"{place.group()} became {other}"


def drop_line(text, dice):
    lines = text.splitlines(keepends=True)
    number = dice.choice([i for i, line in enumerate(lines) if line.strip() and not line.strip().startswith("#")])
    return "".join(lines[:number] + lines[number + 1 :]), f"line {number + 1} is gone: {lines[number].strip()!r}"


def verdicts(case, tools, folder, name, verb):
    theirs, _ = tools.judge_rules(verb, os.path.join(folder, name))
    ours = subprocess.run(
        [os.environ["KLAXON_BIN"], "rules", verb, name] + (["--prometheus2"] if verb == "test" else []), cwd=folder, capture_output=True, text=True, timeout=60
    )
    return theirs, ours.returncode == 0, ours.stdout


def run(case):
    tools = promtool.Tools(case)
    dice = random.Random(SEED)
    note(f"seed {SEED}")
    total = bad = 0
    for team, _, names in sorted(os.walk(os.path.join(conformance(), "rule-tests"))):
        for name in sorted(names):
            test = name.replace(".yaml", "_test.yaml")
            if name.endswith("_test.yaml") or test not in names:
                continue
            with open(os.path.join(team, name), encoding="utf-8") as file:
                text = file.read()
            folder = os.path.join(case.folder, "mutant")
            for number in range(MUTANTS):
                mutant, what = dice.choice([swap_some, swap_some, change_number, drop_line])(text, dice)
                shutil.rmtree(folder, ignore_errors=True)
                os.makedirs(folder)
                shutil.copy(os.path.join(team, test), folder)
                with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                    file.write(mutant)
                for verb, judged in (("check", name), ("test", test)):
                    theirs, ours, words = verdicts(case, tools, folder, judged, verb)
                    total += 1
                    bad += not theirs
                    check(theirs == ours, f"{name}, mutant {number}, {what}: {verb}: {'content' if theirs else 'not content'}" + ("" if theirs == ours else f"; klaxon: {words}"))
    check(total >= 6 * MUTANTS * 2, f"{total} verdicts are promtool's, {bad} of them bad")
    check(bad > total / 4, "many mutants are found out")


main(run)
