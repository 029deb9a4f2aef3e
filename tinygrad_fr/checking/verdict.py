"""Check it: right, to float accuracy, under another convention, at a kink, undecided, or wrong."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product as combinations
from typing import Any

from tinygrad_fr.checking.answer import Answer
from tinygrad_fr.checking.graph import Graph
from tinygrad_fr.checking.hand import DOUBLES, Formula, Hand, Number
from tinygrad_fr.checking.judge import DIGITS, PROOF, Judge
from tinygrad_fr.checking.structure import Scene
from tinygrad_fr.engine import Value
from tinygrad_fr.formula.proof import equal
from tinygrad_fr.gradient import gradient
from tinygrad_fr.ops import DomainError
from tinygrad_fr.words import number, say

RIGHT, FLOAT, CONVENTION, KINK, UNDECIDED, WRONG = (
    "right",
    "float",
    "convention",
    "kink",
    "undecided",
    "wrong",
)


def verdict_name(verdict: str) -> str:
    """A verdict in words."""
    return {
        RIGHT: say(fr="juste", en="right"),
        FLOAT: say(fr="juste, aux arrondis près", en="right to float accuracy"),
        CONVENTION: say(fr="juste sous une autre convention", en="right under another convention"),
        KINK: say(fr="point anguleux", en="kink"),
        UNDECIDED: say(fr="indécis", en="undecided"),
        WRONG: say(fr="faux", en="wrong"),
    }[verdict]


@dataclass(slots=True)
class Entry:
    """One parameter of the report: the student's number, the judge's, the verdict."""

    name: str
    yours: Any
    truth: Any
    verdict: str = RIGHT
    remark: str = ""

    @property
    def ratio(self) -> float | None:
        """yours / truth; None where the truth is 0."""
        return float(self.yours / self.truth) if self.truth != 0 else None


# ── at the student's own point ───────────────────────────────────────────────────────────────────


def judged(
    judge: Judge, p: Value, name: str, given: Number, autograd: Any, formula: bool
) -> tuple[Entry, Any]:
    """The verdict on one parameter at the student's point, and how far its number might be off.

    formula     the number comes from a formula, so it has all the digits it needs
    """
    truth, error, sides = judge.slope(p)
    finite = judge.context.isfinite(autograd)
    if not finite and not sides:
        sides = judge.sides(p)
    if truth != truth and finite:
        truth, error = autograd, abs(autograd) * judge.context.eps
    if not sides and not (finite and truth == truth):
        remark = say(
            fr="pas de pente finie en ce point : prenez-en un autre",
            en="no finite slope at this point: take another",
        )
        return Entry(name, given.value, autograd, UNDECIDED, remark), given.tolerance
    if sides and sides[1] - sides[0] > 1e-9 * max(map(abs, sides)):
        shown = autograd if finite else truth
        return _at_a_kink(Entry(name, given.value, shown), given, sides), given.tolerance
    entry = Entry(name, given.value, truth)
    distance = abs(given.value - truth)
    if formula and given.tolerance == 0:
        tolerance = PROOF * abs(truth) + 1e3 * error  # the formula rounds as the judge does
        entry.verdict = RIGHT if distance <= tolerance else WRONG
        return entry, tolerance
    return entry, _compared(entry, given.tolerance, distance, error)


def _at_a_kink(entry: Entry, given: Number, sides: Sequence[Any]) -> Entry:
    """Every slope between the one-sided ones will do."""
    low = sides[0] - given.tolerance - abs(sides[0]) * 1e-15
    high = sides[1] + given.tolerance + abs(sides[1]) * 1e-15
    if not low <= given.value <= high:
        entry.verdict = WRONG
        return entry
    entry.verdict = KINK
    entry.remark = say(
        fr=f"toute pente de {number(sides[0])} à {number(sides[1])} convient ; "
        f"la convention ici donne {number(entry.truth)}",
        en=f"any slope from {number(sides[0])} to {number(sides[1])} will do; "
        f"the convention here gives {number(entry.truth)}",
    )
    return entry


def _compared(entry: Entry, room: Any, distance: Any, error: Any) -> Any:
    """The verdict on a number that may be off by `room`; gives the tolerance that was applied."""
    size = abs(entry.truth)
    tolerance = room + size * DOUBLES + error
    if distance > tolerance:
        entry.verdict = WRONG
    elif room > size / 100 and distance > size * DOUBLES + error:
        entry.verdict = UNDECIDED
        entry.remark = say(
            fr="trop peu de chiffres pour décider : donnez-en trois, ou un point où la pente est "
            "plus grande",
            en="too few digits to decide: give three, or a point where the slope is larger",
        )
    elif room > size * 1e-10:
        entry.verdict = RIGHT
    else:
        entry.verdict = FLOAT if distance > PROOF * size + error else RIGHT
    return tolerance


# ── at the other points ──────────────────────────────────────────────────────────────────────────


def tried_elsewhere(entry: Entry, given: Sequence[Number], truths: Sequence[Any]) -> None:
    """What the other points say: a formula is right everywhere, or wrong.

    One that computes with doubles and is right at all the others has lost its digits at this one;
    where the slope is not finite, only the others tell.
    """
    count = len(given)
    wrong = sum(
        not abs(n.value - truth) <= (n.tolerance or PROOF * abs(truth) + 1e-40)
        for n, truth in zip(given, truths, strict=True)
    )
    doubles = any(n.tolerance for n in given)
    if entry.verdict == UNDECIDED and count:
        entry.verdict = WRONG if wrong else RIGHT
    elif entry.verdict == WRONG and doubles and not wrong and count > 4 and _near(entry):
        entry.verdict = FLOAT
        entry.remark = say(
            fr=f"juste aux {count} autres points ; ici une soustraction de nombres voisins, "
            "1 − σ(z) par exemple, perd les chiffres",
            en=f"right at the {count} other points; here a difference of close numbers, "
            "1 − σ(z) say, loses the digits",
        )
    elif entry.verdict in (RIGHT, FLOAT) and wrong:
        entry.verdict = WRONG
        entry.remark = say(
            fr=f"juste en ce point, faux en {wrong} des {count} autres",
            en=f"right at this point, wrong at {wrong} of {count} others",
        )


def _near(entry: Entry) -> bool:
    return bool(abs(entry.yours - entry.truth) < abs(entry.truth) / 2)


def digits_lost(hand: Hand, graph: Graph, truth: Any) -> str:
    """A remark where the formula is right but floats lose its digits (of some 16) at this point."""
    if not isinstance(hand, Formula):
        return ""
    here = {v: float(v.data) for v in graph.leaves}
    try:
        computed = float(hand.graph.at(here)[hand.graph.output])
    except (DomainError, OverflowError):
        return ""
    if truth == 0 or computed - computed != 0:
        return ""
    off = abs(computed / truth - 1)
    if off < 1e-11:
        return ""
    lost = min(16, 16 + int(math.floor(math.log10(float(off)))))
    return say(
        fr=f"formule juste, mais en flottants elle perd ici {lost} chiffres sur 16",
        en=f"the formula is right, but in floats it loses {lost} digits of 16 here",
    )


def how_sure(output: Value, right: Mapping[str, tuple[Value, Hand]], points: int) -> list[str]:
    """Which of the right formulas are proved, and what the verdict on the others rests on."""
    written = {n: (p, hand) for n, (p, hand) in right.items() if isinstance(hand, Formula)}
    derivatives = gradient(output, [p for p, _ in written.values()])
    proved = [
        name
        for (name, (_, hand)), derivative in zip(written.items(), derivatives, strict=True)
        if equal(hand.given, derivative)
    ]
    rest = [name for name in right if name not in proved]
    told = []
    if proved:
        listed = ", ".join(proved)
        told.append(
            say(
                fr=f"Démontré pour {listed} : développées, la formule et la dérivée sont le même "
                "polynôme.",
                en=f"Proved for {listed}: expanded, the formula and the derivative are the same "
                "polynomial.",
            )
        )
    if rest:
        listed = ", ".join(rest)
        told.append(
            say(
                fr=f"{listed} : les deux formules sont égales en {points} points, avec {DIGITS} "
                "chiffres.",
                en=f"{listed}: the two formulas are equal at {points} points, with {DIGITS} "
                "digits.",
            )
        )
    return told


# ── another convention ───────────────────────────────────────────────────────────────────────────


def convention(scenes: Sequence[Scene], answer: Answer) -> tuple[list[str], Fraction] | None:
    """The conventions (½, sum over examples, mean over outputs) under which all is right."""
    scene = scenes[0]
    none = ("", Fraction(1))
    options = [
        [none, *([("M1", Fraction(1, 2))] if scene.squared_errors() else [])],
        [none, *([("M3", Fraction(scene.examples))] if scene.examples > 1 else [])],
        [none, *([("M5", Fraction(1, scene.outputs))] if scene.outputs > 1 else [])],
    ]
    for chosen in sorted(combinations(*options), key=lambda c: sum(bool(k) for k, _ in c)):
        factor = math.prod((f for _, f in chosen), start=Fraction(1))
        keys = [k for k, _ in chosen if k]
        if factor == 1 or not keys:
            continue
        if answer.fits([[_times(g, factor) for g in s.truth] for s in scenes]):
            return keys, factor
    return None


def _times(g: Any, factor: Fraction) -> Any:
    return g * factor.numerator / factor.denominator
