"""How well `check` names mistakes that are written as students write them, not bent by ourselves.

    python benchmarks/students.py              every wrong derivation, as formulas and as numbers
    python benchmarks/students.py --fresh      the second set, which no rule was made with
    python benchmarks/students.py --show       those that are not named rightly, too

Each wrong derivation of `benchmarks/students.toml` (or `students_fresh.toml`) is judged twice: as
formulas, and as numbers of 4 digits.  A seed moves the numbers of the exercises; without one they
are those of the file.  It is named rightly where a
word that would name it is said; named as another where none is; a place is useful where a sentence
points somewhere; a false statement is a word that this exercise gives no reason for.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
import tomllib
import traceback
from collections import Counter
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tinygrad_fr import Report, check_expression, use  # noqa: E402


class Exercise(NamedTuple):
    """A cost at a point, its right derivation, wrong ones, and words that are false of all."""

    kind: str
    cost: str
    at: str
    where: dict[str, str]
    hand: dict[str, str]
    never: str
    wrong: list[tuple[str, str]]


def exercises(name: str, seed: int | None) -> list[Exercise]:
    """Those of a file, at its own numbers or at others near them."""
    data = Path(__file__).with_name(name).read_text("utf-8")
    found = [Exercise(**entry) for entry in tomllib.loads(data)["exercises"]]
    return found if seed is None else [moved(e, random.Random(f"{seed} {e.kind}")) for e in found]


def moved(exercise: Exercise, rng: random.Random) -> Exercise:
    """With other numbers of the same signs; what is 0, 1 or −1 is a label and stays."""
    pairs = [part.partition("=") for part in exercise.at.split()]
    at = [
        (name, x if float(x) in (0, 1, -1) else f"{float(x) * rng.uniform(0.75, 1.3):.3g}")
        for name, _, x in pairs
    ]
    return exercise._replace(at=" ".join(f"{name}={x}" for name, x in at))


KINDS = ["named", "another", "place", "nothing", "false", "accepted", "traceback"]
TOLD = [
    "named rightly", "as another", "useful place", "nothing", "false statement", "accepted",
    "traceback",
]  # fmt: skip


def handed_in(exercise: Exercise, wrong: str) -> tuple[dict[str, str], dict[str, str]]:
    """The steps and the answers of this student."""
    where, hand = dict(exercise.where), dict(exercise.hand)
    for part in filter(None, wrong.split(";")):
        name, _, formula = part.strip().partition("=")
        (where if name in where else hand)[name] = formula
    return where, hand


def judged(exercise: Exercise, wrong: str, digits: int | None) -> Report:
    """The report on the formulas, or on their numbers with so many digits."""
    point = {name: float(x) for name, _, x in (p.partition("=") for p in exercise.at.split())}
    where, hand = handed_in(exercise, wrong)
    report = check_expression(exercise.cost, point, hand, where=where)[0]
    if digits is None:
        return report
    numbers = {e.name: f"{float(e.yours):#.{digits}g}" for e in report.entries}
    return check_expression(exercise.cost, point, numbers=numbers)[0]


def kind_of(report: Report, words: str, never: str) -> str:
    """Which of the KINDS this report is."""
    if report.ok:
        return "accepted"
    found = report.diagnosis
    names = " ".join(found.names) if found else ""
    if found and found.kind == "slip":  # it is told in the place of a name
        names = found.place
    said = " ".join([*report.notes, str(found or "")])
    if any(word in said for word in never.split("/") if word):
        return "false"
    if any(word in f"{names} {said if report.cost else ''}" for word in words.split("/")):
        return "named"
    if found and found.kind in ("named", "suggested"):
        return "another"
    return "place" if report.cost or (found and found.place) or "×" in said else "nothing"


def examine(known: list[Exercise], digits: int | None, show: bool) -> dict[str, Counter[str]]:
    """How many of each kind, exercise by exercise."""
    table = {exercise.kind: Counter[str]() for exercise in known}
    for exercise in known:
        for wrong, words in exercise.wrong:
            said = ""
            try:
                report = judged(exercise, wrong, digits)
                kind, said = kind_of(report, words, exercise.never), str(report.diagnosis)
            except Exception:
                kind, said = "traceback", traceback.format_exc(limit=-1)
            table[exercise.kind][kind] += 1
            if show and kind != "named":
                print(f"{kind}: {exercise.kind}: {wrong}\n    {said}", flush=True)
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--digits", type=int, default=4)
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--seed", type=int)
    args = parser.parse_args()
    known = exercises("students_fresh.toml" if args.fresh else "students.toml", args.seed)
    for digits in (None, args.digits):
        start = time.perf_counter()
        with use("en"):
            table = examine(known, digits, args.show)
        total: Counter[str] = sum(table.values(), Counter())
        what = "formulas" if digits is None else f"numbers of {digits} digits"
        print(f"\n| {what} | " + " | ".join(TOLD) + " |\n| --- |" + " --: |" * len(TOLD))
        for name, row in [*table.items(), ("all", total)]:
            print(f"| {name} | " + " | ".join(str(row[kind]) for kind in KINDS) + " |")
        seconds, of = time.perf_counter() - start, args.seed
        print(f"\n{total.total()} wrong derivations, seed {of}, {seconds:.0f} s")


if __name__ == "__main__":
    main()
