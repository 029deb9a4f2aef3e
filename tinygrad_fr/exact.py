"""The number that a constant spells: the 0.1 somebody wrote is one tenth, not the float beside it.

    >>> spelled(0.1), spelled(0.30000000000000004), spelled(2)
    (Fraction(1, 10), None, Fraction(2, 1))

A float in a program spells its shortest decimal; one that needs 16 or 17 digits is the result of a
computation and is only itself.  What was typed brings what it spells along: `exact` of a leaf is a
Fraction, or the name of a number that no fraction is, "pi" or "1/ln 10".  The judge and the proof
read it; every pass forward and backward goes on with floats.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

MEANT = (
    15  # significant digits that a person may have written; a float holds as many of any decimal
)
Spelled = Fraction | str | None

# Numbers that no fraction is, from what a context (mpmath's, or one alike) calls pi, e, sqrt, ln.
IRRATIONAL: dict[str, Callable[[Any], Any]] = {
    "pi": lambda c: +c.pi,
    "e": lambda c: +c.e,
    "√2": lambda c: c.sqrt(c.mpf(2)),
    "√π": lambda c: c.sqrt(+c.pi),
    "2/√π": lambda c: 2 / c.sqrt(+c.pi),
    "ln 2": lambda c: c.ln(c.mpf(2)),
    "ln 10": lambda c: c.ln(c.mpf(10)),
    "1/ln 10": lambda c: 1 / c.ln(c.mpf(10)),
}


def spelled(x: Any) -> Spelled:
    """What a plain number spells, exactly; None for a computed float, for ∞ and NaN."""
    if isinstance(x, (int, Fraction)):
        return Fraction(x)
    if isinstance(x, float) and x - x == 0:
        digits = Decimal(repr(x))
        if len(digits.as_tuple().digits) <= MEANT:
            return Fraction(digits)
    return None


def meant(constant: Any) -> Spelled:
    """What a constant of a graph spells: told when it was read (`exact`), else by its own number.

    `constant` is a leaf, or a plain number that stands in a node such as an exponent.
    """
    told = getattr(constant, "exact", None)
    return told if told is not None else spelled(getattr(constant, "data", constant))


def is_constant(leaf: Any) -> bool:
    """Whether a leaf is a number, not a variable: it has no name, or was told what it spells."""
    return not leaf.label or leaf.exact is not None


def in_digits(constant: Any, context: Any) -> Any:
    """The constant as an mpf of this context: what it spells, with all the digits it has there."""
    number = meant(constant)
    if isinstance(number, str):
        return IRRATIONAL[number](context)
    if isinstance(number, Fraction):
        return context.mpf(number.numerator) / number.denominator
    return context.mpf(getattr(constant, "data", constant))
