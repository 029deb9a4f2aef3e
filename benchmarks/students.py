"""How well `check` names mistakes that are written as students write them, not bent by ourselves.

    python benchmarks/students.py              every wrong derivation, as formulas and as numbers
    python benchmarks/students.py students_fresh.toml      a second set, which no rule was made with
    python benchmarks/students.py people.toml  mistakes that people made in public
    python benchmarks/students.py --show       those that are not named rightly, too

Each wrong derivation of the file (`students.toml`) is judged twice: as formulas, or as a file with
arrays, and as numbers of 4 digits.  A seed moves the numbers of the exercises; without one they are
those of the file.  It is named rightly where a word that would name it is said; named as another
where none is; a place is useful where a sentence points somewhere; a false statement is a word that
this exercise gives no reason for.
"""

from __future__ import annotations

import argparse
import random
import runpy
import sys
import tempfile
import time
import tomllib
import traceback
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tinygrad_fr import Report, check_expression, check_file, use  # noqa: E402


class Exercise(NamedTuple):
    """A cost at a point, its right derivation, wrong ones, and words that are false of all.

    lab     a file with loss and gradient instead, whose lines are replaced
    rate    the step of the descent, where the student tells it
    source  where somebody made this mistake, in public
    """

    kind: str
    never: str
    wrong: list[tuple[str, str]]
    cost: str = ""
    at: str = ""
    where: dict[str, str] = {}
    hand: dict[str, str] = {}
    lab: str = ""
    rate: float | None = None
    source: str = ""


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


def changes(wrong: str) -> dict[str, str]:
    """What is wrong, by the name of the step or of the answer."""
    parts = [part.strip().partition("=") for part in wrong.split(";") if part]
    return {name: formula for name, _, formula in parts}


def handed_in(exercise: Exercise, wrong: str) -> tuple[dict[str, str], dict[str, str]]:
    """The steps and the answers of this student."""
    where, hand = dict(exercise.where), dict(exercise.hand)
    for name, formula in changes(wrong).items():
        (where if name in where else hand)[name] = formula
    return where, hand


def written(exercise: Exercise, wrong: str) -> str:
    """The file of this student: `    db1 = …`, or `    return …`, with another right side."""
    lines = exercise.lab.splitlines()
    for name, formula in changes(wrong).items():
        begins = f"    {name} = " if name != "return" else "    return "
        (*_, last) = (i for i, line in enumerate(lines) if line.startswith(begins))
        lines[last] = begins + formula
    return "\n".join(lines)


def typed(array: Any, digits: int) -> str:
    """0.12 -3.4; 5.6 0.78: an array as it is typed, a row after the other."""
    rows = [array] if array.ndim == 1 else array
    return "; ".join(" ".join(f"{x:#.{digits}g}" for x in row) for row in rows)


def judged_file(exercise: Exercise, wrong: str, digits: int | None) -> Report:
    """The report on a student's file, or on what its gradient gives, with so many digits."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "lab.py")
        path.write_text(written(exercise, wrong), encoding="utf-8")
        report, known = check_file(path, rate=exercise.rate)
        if digits is None:
            return report
        lab = runpy.run_path(str(path))
        given = lab["gradient"](*(lab[name] for name in known.given))
        arrays = given if isinstance(given, tuple) else (given,)
        numbers = {n: typed(a, digits) for n, a in zip(known.given, arrays, strict=True)}
        return check_file(path, numbers, rate=exercise.rate)[0]


def judged(exercise: Exercise, wrong: str, digits: int | None) -> Report:
    """The report on the formulas, or on their numbers with so many digits."""
    if exercise.lab:
        return judged_file(exercise, wrong, digits)
    rate = exercise.rate
    point = {name: float(x) for name, _, x in (p.partition("=") for p in exercise.at.split())}
    where, hand = handed_in(exercise, wrong)
    report = check_expression(exercise.cost, point, hand, where=where, rate=rate)[0]
    if digits is None:
        return report
    numbers = {e.name: f"{float(e.yours):#.{digits}g}" for e in report.entries}
    return check_expression(exercise.cost, point, numbers=numbers, rate=rate)[0]


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
    told = said if report.cost or found is None else names  # what is right once turned is a note
    if any(word in told for word in words.split("/")):
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
    parser.add_argument("file", nargs="?", default="students.toml")
    parser.add_argument("--digits", type=int, default=4)
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--seed", type=int)
    args = parser.parse_args()
    known = exercises(args.file, args.seed)
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
