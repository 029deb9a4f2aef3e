"""Check it: numbers at a point, worked out again with twice the digits until they stand still."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tinygrad_fr.checking.judge import CLEAR, MOST, Judge
from tinygrad_fr.ops import DomainError

SURE_OF_ZERO = 200  # digits with which a 0 must still be 0: fewer may just have run out
Reckoned = Sequence[Any]


def settled(judge: Judge, reckon: Callable[[Judge], Reckoned]) -> list[Any]:
    """What `reckon` gives, with so many digits that twice as many change nothing.

    NaN for what does not settle: two roundings may agree on a 0 that is none, so a 0 must be one
    with 200 digits too.
    """
    before = reckon(judge)
    while True:
        finer = judge.finer
        now = reckon(finer)
        steady = [_steady(a, b, finer.digits) for a, b in zip(before, now, strict=True)]
        if all(steady) or 2 * finer.digits > MOST:
            return [x if ok else judge.context.nan for x, ok in zip(now, steady, strict=True)]
        judge, before = finer, now


def _steady(a: Any, b: Any, digits: int) -> bool:
    if b == 0:
        return bool(a == 0) and digits >= SURE_OF_ZERO
    return bool(abs(a - b) <= CLEAR * abs(b)) or bool(a != a and b != b)


def defined(reckon: Callable[[], Any]) -> bool:
    """Whether it gives a number at all."""
    try:
        reckon()
    except (DomainError, ZeroDivisionError):
        return False
    return True
