"""How often `check` is wrong on what people type: cases it has never seen, each judged apart.

    python benchmarks/examiner.py                     4,000 cases, seeds printed
    python benchmarks/examiner.py --cases 400 --seed 7 --show

A case is an expression, a point, and one derivative as somebody would hand it in: right, spelled in
some other way, or wrong by a planted error.  The oracle, `benchmarks/trees.py`, is nothing of ours:
trees of its own, a book's derivative rules (tanh′ = 1/cosh², σ′ = e⁻ᶻ/(1 + e⁻ᶻ)²), evaluated by
mpmath at 60 digits, and each derivative is itself held to mpmath's numerical one before it is used.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import mpmath  # noqa: E402

from benchmarks.trees import (  # noqa: E402
    UNDEFINED,
    ZERO,
    M,
    Tree,
    call,
    derivative,
    kinks,
    power,
    spell,
    value,
)
from tinygrad_fr import check_expression, use  # noqa: E402

# ── cases ────────────────────────────────────────────────────────────────────────────────────────

SMOOTH = "sin cos exp tanh sigmoid softplus atan erf asinh square sinh cosh expm1".split()
PARTLY = "log sqrt tan log10 log2 log1p cbrt".split()
KINKED = "relu abs max min".split()
FAMILIES = ("everyday", "functions", "kinks", "tails", "scales")


def decimal(chance: random.Random, places: int = 2) -> str:
    return f"{chance.choice((-1, 1)) * chance.uniform(0.05, 3):.{places}f}"


def tree(chance: random.Random, family: str, names: list[str], depth: int) -> Tree:
    """A random expression of one family."""
    if depth == 0 or chance.random() < 0.12:
        if chance.random() < 0.3:
            return ("num", decimal(chance, chance.choice((1, 2, 3))))
        return ("var", chance.choice(names))
    roll = chance.random()
    below = lambda: tree(chance, family, names, depth - 1)
    if family == "everyday" or roll < 0.5:
        kind = chance.choice(["+", "-", "*", "*", "**", "/"])
        if kind == "**":
            return power(below(), str(chance.choice((2, 2, 3, 4))))
        if kind == "/":
            return ("/", below(), ("num", str(chance.choice((2, 3, 4, 7, 0.5, 1.5)))))
        return (kind, below(), below())
    if family == "kinks" and roll < 0.8:
        kind = chance.choice(KINKED)
        return call(kind, below(), below()) if kind in ("max", "min") else call(kind, below())
    if roll < 0.87:
        return call(chance.choice(SMOOTH), below())
    return call(chance.choice(PARTLY), below())


def number_for(chance: random.Random, family: str) -> str:
    if family == "tails":
        return f"{chance.choice((-1, 1)) * 10 ** chance.uniform(0, 2.5):.4g}"
    if family == "scales":
        return f"{chance.choice((-1, 1)) * 10 ** chance.uniform(-12, 12):.4g}"
    return f"{chance.choice((-1, 1)) * chance.uniform(0.1, 2.5):.{chance.choice((1, 2, 4))}f}"


class Case(NamedTuple):
    family: str
    text: str
    point: dict[str, str]
    hands: dict[str, str]  # formulas
    answers: dict[str, str]  # numbers
    right: bool
    planted: str
    digits: int  # of the numbers; 0 for formulas


def shares(t: Tree) -> list[tuple[Tree, str]]:
    """The tree with one term or one factor left out, each way."""
    if t[0] in ("+", "-", "*"):
        out = [(t[1], "right side"), (t[2], "left side")]
        for i in (1, 2):
            out += [((*t[:i], less, *t[i + 1 :]), what) for less, what in shares(t[i])[:4]]
        return out
    return []


def sound(t: Tree, slopes: dict[str, Tree], at: dict[str, Any]) -> dict[str, Any] | None:
    """The slopes here, if all is finite, off the kinks, and confirmed by differences."""
    try:
        if any(abs(k) < M.mpf(10) ** -8 for k in kinks(t, at)):
            return None
        whole = value(t, at)
        found = {x: value(d, at) for x, d in slopes.items()}
        for x, g in found.items():
            if not (
                M.isfinite(g)
                and (g == 0 or M.mpf(10) ** -250 < abs(g) < M.mpf(10) ** 200)
                and abs(whole) < M.mpf(10) ** 200
            ):
                return None
            h = M.mpf(10) ** -25 * max(abs(at[x]), M.mpf(10) ** -12)
            up, down = (value(t, {**at, x: at[x] + s * h}) for s in (1, -1))
            near = (up - down) / (2 * h)
            if abs(near - g) > M.mpf(10) ** -6 * abs(g) + M.mpf(10) ** -12 * abs(
                whole / at[x] if at[x] else 1
            ):
                return None
        return found
    except (*UNDEFINED, mpmath.libmp.ComplexResult):
        return None


def floats_can(t: Tree, at: dict[str, Any]) -> bool:
    """Everything on the way fits a float: else the graph itself is refused, and rightly."""
    if t[0] in ("num", "var"):
        return True
    size = abs(value(t, at))
    return (size == 0 or M.mpf(10) ** -290 < size < M.mpf(10) ** 290) and all(
        floats_can(u, at) for u in t[1:]
    )


def make(chance: random.Random, family: str) -> Case | None:
    names = chance.sample(["x", "w", "u", "v"], chance.choice((1, 1, 2)))
    t = tree(chance, family, names, chance.choice((2, 3, 3, 4)))
    used = [x for x in names if derivative(t, x) != ZERO]
    if not used:
        return None
    point = {x: number_for(chance, family) for x in names if f"'{x}'" in repr(t)}
    at = {x: M.mpf(s) for x, s in point.items()}
    slopes = {x: derivative(t, x) for x in used}
    truth = sound(t, slopes, at)
    try:
        if truth is None or not floats_can(t, at):
            return None
    except UNDEFINED:
        return None
    text = spell(t, chance)
    if chance.random() < 0.6:
        return formulas(chance, family, t, text, point, slopes, at)
    return numbers(chance, family, text, point, truth)


def formulas(
    chance: random.Random,
    family: str,
    t: Tree,
    text: str,
    point: dict[str, str],
    slopes: dict[str, Tree],
    at: dict[str, Any],
) -> Case | None:
    hands = {x: spell(d, chance) for x, d in slopes.items()}
    if chance.random() < 0.5:
        return Case(family, text, point, hands, {}, True, "", 0)
    x = chance.choice(list(slopes))
    roll = chance.random()
    if roll < 0.5:
        k = chance.randint(2, 9)
        planted, bad = f"1+1e-{k}", ("*", slopes[x], ("num", f"1.{'0' * (k - 1)}1"))
    elif roll < 0.65:
        planted, bad = "sign", ("neg", slopes[x])
    elif roll < 0.85 or len(slopes) < 2:
        less = shares(slopes[x])
        if not less:
            return None
        bad, planted = chance.choice(less)[0], "left out"
    else:
        y = next(n for n in slopes if n != x)
        hands = {**hands, x: hands[y], y: hands[x]}
        return _if_different(
            Case(family, text, point, hands, {}, False, "swapped", 0),
            slopes[x],
            slopes[y],
            at,
            chance,
        )
    hands[x] = spell(bad, chance)
    return _if_different(
        Case(family, text, point, hands, {}, False, planted, 0), slopes[x], bad, at, chance
    )


def _if_different(
    case: Case, one: Tree, other: Tree, at: dict[str, Any], chance: random.Random
) -> Case | None:
    """The case, if the two formulas differ somewhere near: at the point or around it."""
    for i in range(40):
        spread = {x: v * (1 if i == 0 else M.mpf(chance.uniform(-3, 3))) for x, v in at.items()}
        try:
            a, b = value(one, spread), value(other, spread)
            with M.workdps(M.dps + 30):  # what is 0 shrinks with more digits
                apart = abs(value(one, spread) - value(other, spread))
        except UNDEFINED:
            continue
        far = M.isfinite(a) and M.isfinite(b) and 2 * apart > abs(a - b)
        if far and abs(a - b) > M.mpf(10) ** -11 * max(abs(a), abs(b)):
            return case
    return None


def numbers(
    chance: random.Random, family: str, text: str, point: dict[str, str], truth: dict[str, Any]
) -> Case | None:
    digits = chance.choice((1, 2, 3, 3, 4, 4, 6, 10))
    wrong = chance.choice(list(truth)) if chance.random() < 0.5 else None
    answers, planted = {}, ""
    for x, g in truth.items():
        if x == wrong:
            least = max(digits - 1, 1)
            k = chance.randint(1, max(1, min(least - 1, 9)))
            factor = chance.choice([1 + M.mpf(10) ** -k * 3, M.mpf(-1), M.mpf(2), M.mpf(0.5)])
            planted, g = f"× {M.nstr(factor, 12)}", g * factor
        if g == 0:
            answers[x] = "0"
            continue
        if x == wrong or chance.random() < 0.7:
            answers[x] = _digits(g, digits)
        else:  # cut off, not rounded
            answers[x] = _cut(g, digits)
    if wrong is not None:
        unit = (
            M.mpf(10) ** (M.floor(M.log10(abs(truth[wrong]))) - digits + 1) if truth[wrong] else 0
        )
        if abs(M.mpf(answers[wrong]) - truth[wrong]) <= 2 * unit + M.mpf(10) ** -6 * abs(
            truth[wrong]
        ):
            return None
    return Case(family, text, point, {}, answers, wrong is None, planted, digits)


def _digits(g: Any, digits: int) -> str:
    text = M.nstr(g, digits, strip_zeros=False, min_fixed=-6, max_fixed=digits)
    return text.rstrip(".")


def _cut(g: Any, digits: int) -> str:
    place = int(M.floor(M.log10(abs(g)))) - digits + 1
    least = M.mpf(10) ** -40  # 0.728 with 60 digits may be less than itself
    kept = M.floor(abs(g) / M.mpf(10) ** place + least) * M.mpf(10) ** place
    return _digits(-kept if g < 0 else kept, digits)


# ── the examination ──────────────────────────────────────────────────────────────────────────────


def verdict(case: Case) -> str:
    """ "right", "wrong" or "undecided"; "refused …" where the tool would not read it."""
    try:
        values = {x: float(s) for x, s in case.point.items()}
        report = check_expression(case.text, values, case.hands, case.answers)[0]
    except (ValueError, ArithmeticError) as error:
        return f"refused: {error}"[:150]
    return {0: "right", 1: "wrong"}.get(report.exit_status, "undecided")


def examine(cases: int, seed: int, show: bool) -> Counter[tuple[str, str]]:
    chance, table = random.Random(seed), Counter[tuple[str, str]]()
    done = 0
    while done < cases:
        family = FAMILIES[done % len(FAMILIES)]
        case = make(chance, family)
        if case is None:
            continue
        done += 1
        said = verdict(case)
        expected = "right" if case.right else "wrong"
        kind = "fine" if said == expected else said.partition(":")[0]
        if said in ("right", "wrong") and said != expected:
            kind = "false alarm" if case.right else "miss"
        if kind == "undecided" and 0 < case.digits <= 2:
            kind = "undecided, 1 or 2 digits"
        table[family, kind] += 1
        if show and kind != "fine":
            print(kind, case, said, sep="\n    ", flush=True)
    return table


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--show", action="store_true", help="print every case that was not fine")
    args = parser.parse_args()
    start = time.perf_counter()
    with use("en"):
        table = examine(args.cases, args.seed, args.show)
    kinds = sorted({kind for _, kind in table}, key=lambda k: (k != "fine", k))
    print("| family | " + " | ".join(kinds) + " |")
    print("| --- |" + " --: |" * len(kinds))
    for family in FAMILIES:
        print(f"| {family} | " + " | ".join(str(table[family, kind]) for kind in kinds) + " |")
    total = {kind: sum(table[f, kind] for f in FAMILIES) for kind in kinds}
    print("| all | " + " | ".join(str(total[kind]) for kind in kinds) + " |")
    print(f"\n{args.cases} cases, seed {args.seed}, {time.perf_counter() - start:.0f} s")
    return int(any(total.get(kind, 0) for kind in ("false alarm", "miss")))


if __name__ == "__main__":
    raise SystemExit(main())
