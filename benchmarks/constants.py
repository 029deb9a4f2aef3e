"""Whether `check` accepts a constant too many: the right gradient times 2, ½, 3, 1/3, −1.

    python benchmarks/constants.py        the 38 exercises of `students.toml` and its second set

Each is handed in as formulas and as numbers of 4 digits.  Nothing of it is the gradient asked; what
may be said is "right for another cost" where that cost exists: a square without its ½ or with it, a
mean over the examples that is a sum.  Which these are is written here, by hand.
"""

from __future__ import annotations

import sys
from collections import Counter
from fractions import Fraction
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from students import Exercise, exercises  # noqa: E402

from tinygrad_fr import check_expression, use  # noqa: E402

CONSTANTS = [Fraction(2), Fraction(1, 2), Fraction(3), Fraction(1, 3), Fraction(-1)]
HALF, WHOLE = {Fraction(1, 2)}, {Fraction(2)}
ANOTHER = {  # which constants are the gradient of another version of the cost
    "neuron σ, MSE": HALF,
    "neuron tanh, ½MSE": WHOLE,
    "neuron ReLU": HALF,
    "neuron softplus": HALF,
    "linear regression, m = 3": {*HALF, Fraction(3)},
    "net 2-2-1": HALF,
    "net 2-3-2": {*HALF, *WHOLE},  # without its ½, or the mean over both outputs
    "tied weights": {*HALF, *WHOLE},
    "RNN, 3 steps": HALF,
    "leaky neuron, z < 0": HALF,
    "neuron σ, letters u, v": HALF,
    "net 1-2-1, ReLU": WHOLE,
    "exponential fit": HALF,
    "RNN, 2 steps σ": HALF,
}


def verdict(exercise: Exercise, c: Fraction, digits: int | None) -> str:
    """What `check` says of the right gradient times c."""
    point = {name: float(x) for name, _, x in (p.partition("=") for p in exercise.at.split())}
    hand = {name: f"({c})*({formula})" for name, formula in exercise.hand.items()}
    report = check_expression(exercise.cost, point, hand, where=exercise.where)[0]
    if digits is not None:
        numbers = {e.name: f"{float(e.yours):#.{digits}g}" for e in report.entries}
        report = check_expression(exercise.cost, point, numbers=numbers)[0]
    if all(e.yours == 0 for e in report.entries):
        return "nothing to tell"
    if report.ok:
        return "accepted"
    if not report.cost:
        return "wrong"
    exists = c in ANOTHER.get(exercise.kind, set())
    return "another cost" if exists else "another cost that is none"


def main() -> None:
    known = [e for name in ("students.toml", "students_fresh.toml") for e in exercises(name, None)]
    worst = 0
    for digits in (None, 4):
        total: Counter[str] = Counter()
        for exercise in known:
            for c in CONSTANTS:
                with use("en"):
                    said = verdict(exercise, c, digits)
                total[said] += 1
                if said in ("accepted", "another cost that is none"):
                    print(f"{said}: {exercise.kind} × {c}")
        worst += total["accepted"] + total["another cost that is none"]
        print("formulas" if digits is None else f"{digits} digits", dict(total))
    raise SystemExit(bool(worst))


if __name__ == "__main__":
    main()
