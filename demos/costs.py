"""Build a graph: what an error costs, three ways, and what a missing minus sign would do."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tinygrad_fr.checking.check import check
from tinygrad_fr.demos import Item, _figures, tell, worst
from tinygrad_fr.engine import Value
from tinygrad_fr.nn import losses
from tinygrad_fr.ops import log
from tinygrad_fr.words import number, say

ITEMS = "C5"
GUESSES = [[0.9, 0.2], [0.4, 0.7]]  # two examples, two outputs
TARGETS = [[1.0, 0.0], [0.0, 1.0]]
Slope = Callable[[float], tuple[float, float]]  # the cost and its slope at ŷ, by hand


def title() -> str:
    return say(fr="Les fonctions de coût", en="The cost functions")


def guesses() -> list[list[Value]]:
    return [
        [Value(p, label=f"y_{i}{k}") for k, p in enumerate(row, 1)]
        for i, row in enumerate(GUESSES, 1)
    ]


def pairs(cost: Any, slope: Any) -> list[tuple[float, float]]:
    """(autograd, by hand) of ∂L/∂ŷ for every output."""
    ps = guesses()
    cost(ps, TARGETS).backward()
    return [
        (p.grad, slope(p.data, t))
        for row, ts in zip(ps, TARGETS, strict=True)
        for p, t in zip(row, ts, strict=True)
    ]


def without_minus() -> Any:
    """The cross-entropy as a sum without its minus sign, checked against the derivative of ours."""
    p, t = Value(0.9, label="p"), Value(1.0, label="t")
    ours = -(t * log(p) + (1 - t) * log(1 - p))
    return check(ours, {p: t / p - (1 - t) / (1 - p)})  # derived from the expression with no minus


def cases() -> list[tuple[str, Callable[[Value], Value], Slope, tuple[int, int]]]:
    """Each cost of y = 1: by autograd, with its slope by hand, and from where to where, in 1/200.

    A probability ends at 1; the others go on, so that the kink of |ŷ − 1| is seen.
    """
    wide, probable = (0, 401), (30, 201)
    missing = say(fr="ln ŷ : il manque le moins", en="ln ŷ: the minus is missing")
    return [
        ("(ŷ − 1)²", lambda v: (v - 1) ** 2, lambda p: ((p - 1) ** 2, 2 * (p - 1)), wide),
        ("|ŷ − 1|", lambda v: abs(v - 1), lambda p: (abs(p - 1), (p > 1) - (p < 1)), wide),
        ("−ln ŷ", lambda v: -v.log(), lambda p: (-math.log(p), -1 / p), probable),
        (missing, lambda v: v.log(), lambda p: (math.log(p), 1 / p), probable),
    ]


def checks(out: Path) -> list[Item]:
    out.mkdir(parents=True, exist_ok=True)
    n = len(GUESSES) * len(GUESSES[0])
    found = pairs(losses.squared_error, lambda p, t: 2 * (p - t) / len(GUESSES))
    found += pairs(losses.l1, lambda p, t: math.copysign(1, p - t) / len(GUESSES))
    found += pairs(losses.binary_cross_entropy, lambda p, t: (p - t) / (p * (1 - p)) / n)
    curves = [
        _figures.curve(name, f, by_hand, [i / 200 for i in range(*at)])
        for name, f, by_hand, at in cases()
    ]
    found += [pair for curve in curves for pair in curve.pairs()]
    _figures.functions(curves, out / "costs.png", of="L(ŷ)")
    sign = without_minus().diagnosis
    named = 0.0 if sign is not None and "no minus" in sign.keys else math.nan
    derived = say(
        fr="trois coûts dérivés ; le signe qui manque est nommé",
        en="three costs differentiated; the missing sign is named",
    )
    return [Item("C5", derived, worst(found) + named, 1e-14, "costs.png")]


def main(out: Path) -> None:
    for p in (0.99, 0.6, 0.01):
        print(
            f"ŷ = {number(p)}, y = 1 → (ŷ − y)² = {number((p - 1) ** 2)}   |ŷ − y| = "
            f"{number(abs(p - 1))}   −ln ŷ = {number(-math.log(p))}   ln ŷ = {number(math.log(p))}"
        )
    tell(
        fr="Sans le signe moins, le coût le plus bas serait celui de ŷ = 0 : "
        "se tromper le plus possible.",
        en="Without the minus sign the lowest cost would be that of ŷ = 0: as wrong as can be.",
    )
    print(*without_minus().sentences())
    total = sum(
        math.log(p if t else 1 - p)
        for row, ts in zip(GUESSES, TARGETS, strict=True)
        for p, t in zip(row, ts, strict=True)
    )
    ours = losses.binary_cross_entropy(guesses(), TARGETS).data
    tell(
        fr=f"La somme sans signe vaut {number(total)}, notre moyenne {number(ours)} : "
        f"un facteur {number(total / ours)} = −N·n.",
        en=f"The sum without the sign is {number(total)}, our mean {number(ours)}: "
        f"a factor {number(total / ours)} = −N·n.",
    )
    checks(out)
    tell(fr=f"Images : {out}", en=f"Pictures: {out}")


if __name__ == "__main__":
    main(Path("out"))
