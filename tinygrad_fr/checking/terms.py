"""Check it: a cost written out as Σ c·t: its sums, signs and constant factors taken apart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from tinygrad_fr.engine import Value
from tinygrad_fr.exact import is_constant, meant

Term = tuple[Fraction, Fraction, Value]  # before the sum, before the term alone, the term


def written_out(output: Value) -> Sequence[Term]:
    """The cost as Σ c·t: sums, signs and constant factors taken apart."""
    terms: list[Term] = []
    waiting: list[Term] = [(Fraction(1), Fraction(1), output)]
    while waiting:
        outer, inner, v = waiting.pop()
        name = getattr(v.op, "name", "")
        inputs = v.inputs
        if name in ("add", "sum", "sub", "neg"):
            signs = [1] * len(inputs) if name in ("add", "sum") else [1, -1]
            signs = [-1] if name == "neg" else signs
            alone = inner if name == "neg" else Fraction(1)
            before = outer if name == "neg" else outer * inner
            for u, sign in zip(inputs, signs, strict=True):
                if isinstance(u, Value):
                    waiting.append((before * sign, alone, u))
            continue
        factor, u = _constant_factor(v)
        if u is not None:
            waiting.append((outer, inner * factor, u))
        else:
            terms.append((outer, inner, v))
    return terms


def _constant_factor(v: Value) -> tuple[Fraction, Value | None]:
    """(c, u) where v = c·u or u/(1/c); (1, None) where it is no multiple."""
    name, inputs = getattr(v.op, "name", ""), v.inputs
    if name == "mul":
        for i in (0, 1):
            c, u = _number(inputs[i]), inputs[1 - i]
            if c is not None and isinstance(u, Value) and _number(u) is None:
                return c, u
    if name == "div":
        c = _number(inputs[1])
        if c and isinstance(inputs[0], Value):
            return 1 / c, inputs[0]
    return Fraction(1), None


def _number(u: Any) -> Fraction | None:
    """The constant u stands for; None if it is a variable."""
    if isinstance(u, Value) and (u.op is not None or not is_constant(u)):
        return _folded(u)
    x = meant(u)
    if isinstance(x, Fraction):
        return x
    plain = getattr(u, "data", u)
    return Fraction(plain) if isinstance(plain, float) and math.isfinite(plain) else None


def _folded(u: Value) -> Fraction | None:
    """1/2 as it is typed: a quotient or product of constants."""
    if u.op is None or u.label or getattr(u.op, "name", "") not in ("div", "mul", "neg"):
        return None
    parts = [_number(x) for x in u.inputs]
    if any(p is None for p in parts):
        return None
    name = getattr(u.op, "name", "")
    if name == "neg":
        return -parts[0]  # type: ignore[operator]
    if name == "div" and not parts[1]:
        return None
    return parts[0] / parts[1] if name == "div" else parts[0] * parts[1]  # type: ignore[operator]
