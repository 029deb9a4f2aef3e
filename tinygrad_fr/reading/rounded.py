"""A constant that was rounded is recognised: 0.4343 may stand for 1/ln 10, 0.3333 for 1/3.

    for meaning in meanings("0.4343"):
        meaning.exact, meaning.spelled          "1/ln 10", "1/ln 10"

A constant is first taken exactly, as it is typed; only where that is wrong these are tried, by
giving its leaf the `exact` of each (`tinygrad_fr.exact`): if one is right, the remark is
"0.4343 for 1/ln 10".  Three digits may stand for π, e, √2, …; four for p/q with q ≤ 12.
"""

from __future__ import annotations

from decimal import Context, Decimal, localcontext
from fractions import Fraction
from math import ceil, floor
from types import SimpleNamespace
from typing import NamedTuple

from tinygrad_fr.exact import IRRATIONAL, MEANT
from tinygrad_fr.reading.number import read_number

FEWEST = 3  # digits that may stand for a number with a name
QUOTIENT = 4  # and for a quotient
WIDEST = 12  # the largest denominator
COARSEST = Fraction(1, 10)  # the unit of the last digit of a quotient
_PI = "3.14159265358979323846264338327950288419716939937510582097494"


class Meaning(NamedTuple):
    """A number that a rounded constant may stand for, and how it is written."""

    exact: Fraction | str
    spelled: str


def _named() -> dict[str, Fraction]:
    """The numbers with a name, to 50 digits: a context of decimals is all that they ask for."""
    with localcontext(Context(prec=55)):
        context = SimpleNamespace(
            pi=Decimal(_PI), e=Decimal(1).exp(), mpf=Decimal, sqrt=Decimal.sqrt, ln=Decimal.ln
        )
        return {name: Fraction(number(context)) for name, number in IRRATIONAL.items()}


_NAMED = _named()


def meanings(typed: str | Fraction) -> list[Meaning]:
    """What a constant may stand for besides itself: named numbers first, then quotients.

    typed  the constant as it was typed, or its exact value (then zeros at its end are not seen)

    Each is the constant's number rounded, or cut off, at its last digit; of 16 digits and more, the
    same float.  ValueError for a text that is no number.

    >>> [m.spelled for m in meanings("3.14")], [m.spelled for m in meanings("-0,6667")]
    (['π'], ['−2/3'])
    >>> meanings("0.5"), meanings("2/3")
    ([], [])
    """
    value, unit = read_number(typed) if isinstance(typed, str) else (typed, _unit(typed))
    digits = len(str(abs(value) // unit)) if unit else 0
    if digits < FEWEST or not value:
        return []
    sign, size = "−" if value < 0 else "", abs(value)
    found = []
    for name, number in _NAMED.items():
        if value > 0 and _stands_for(size, unit, number, digits):
            found.append(Meaning(name, "π" if name == "pi" else name))
    if digits >= QUOTIENT and unit <= COARSEST:
        near = {
            Fraction(p, q)
            for q in range(2, WIDEST + 1)
            for p in range(ceil((size - unit) * q), floor((size + unit) * q) + 1)
        }
        for ratio in sorted(near, key=lambda r: (r.denominator, r)):
            if ratio != size and _stands_for(size, unit, ratio, digits):
                found.append(Meaning(ratio if value > 0 else -ratio, f"{sign}{ratio}"))
    return found


def _stands_for(size: Fraction, unit: Fraction, number: Fraction, digits: int) -> bool:
    """Whether the number, rounded or cut off at this unit, is this size."""
    rounded, cut = 2 * abs(number - size) <= unit, size <= number < size + unit
    return rounded or cut or (digits > MEANT and float(number) == float(size))


def _unit(value: Fraction) -> Fraction:
    """The unit of the last digit that is not 0; 0 for what no decimal is."""
    q = value.denominator
    for prime in (2, 5):
        while q % prime == 0:
            q //= prime
    if q != 1:
        return Fraction(0)
    places = 0
    while (value * 10**places).denominator != 1:
        places += 1
    return Fraction(1, 10**places)
