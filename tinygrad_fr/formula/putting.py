"""Write it as a formula: numbers put in, with as many digits as the line needs.

A line of rounded numbers, worked out as printed, has to round to the value that stands behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from fractions import Fraction
from typing import Any

from tinygrad_fr.formula.board import LOWERED, board, figure
from tinygrad_fr.formula.product import Working, Writing
from tinygrad_fr.words import number

MOST = 12  # digits of a number that is put in


def put_in(
    spelled: Callable[[Any, Any], Any],
    values: Mapping[Any, Any],
    result: Any,
    digits: int,
    written: str,
    graph: Container[Any] = (),
) -> str:
    """The text of a line with numbers put in.

    spelled(way, at) gives the line in a way of spelling; `values` are the numbers of what it names;
    `digits` is what they have at least, and what is asked of the result.
    """
    most = digits
    for most in range(digits, max(digits, MOST) + 1):

        def rounded(key: Any, most: int = most) -> Any:
            return as_read(number(values[key], most)) if key in values else None

        try:
            worked = spelled(Working(), rounded)
        except (ArithmeticError, ValueError):
            continue
        if number(worked, digits) == number(result, digits):
            break
    page = board(written, figures=True)

    def shown(key: Any) -> Any:
        return figure(page, number(values[key], most)) if key in values else None

    text: str = spelled(Writing(written, graph, True), shown).text
    return text


def as_read(text: str) -> float:
    """The number that a text of `words.number` says."""
    plain = text.replace("−", "-").replace(",", ".").replace("∞", "inf")
    mantissa, power, exponent = plain.partition("×10")
    if "/" in mantissa:
        return float(Fraction(mantissa))
    return float(mantissa + ("e" + exponent.translate(LOWERED) if power else ""))
