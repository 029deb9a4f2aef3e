"""What is refused, in three parts: what was given, what was expected, what to do.

Every clause of the sentence refuses here, so that all of them sound alike:

    refuse(fr="…", en="…")                          the sentence, as a ValueError
    known("loss", name, LOSSES)                     the name, or the list and the nearest one
    positive("learning_rate", x)                    the number, or what it must be
    whole("n", n, 1)                                the integer, or what it must be
    between("dropout", p, 0, 1)                     the number, or what it must be
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, NoReturn, TypeVar

from tinygrad_fr.words import number, say

Given = TypeVar("Given", bound=float)


def refuse(*, fr: str, en: str, kind: type[Exception] = ValueError) -> NoReturn:
    """Raise `kind` with the sentence in the language in use; where it was met is not shown.

    >>> refuse(fr="trop court", en="too short")
    Traceback (most recent call last):
    ...
    ValueError: too short
    """
    raise kind(say(fr=fr, en=en)) from None


def excerpt(text: str, longest: int = 40) -> str:
    """What was typed, to be quoted: at most `longest` characters, the invisible ones spelled out.

    >>> excerpt("x\\0y")
    'x\\\\x00y'
    """
    cut = text if len(text) <= longest else text[: longest - 1] + "…"
    return "".join(c if c.isprintable() else " " if c.isspace() else repr(c)[1:-1] for c in cut)


def nearest(given: object, names: Iterable[str]) -> str:
    """The known name most like the one given, the same in other capitals first; else ""."""
    listed, asked = list(names), str(given)
    same = (name for name in listed if name.casefold() == asked.casefold())
    return next(same, "") or next(iter(get_close_matches(asked, listed, n=1)), "")


def did_you_mean(given: object, names: Iterable[str]) -> str:
    """ " Did you mean 'relu'?" for "rellu"; "" where no name is near."""
    near = nearest(given, names)
    return say(fr=f" Vouliez-vous dire {near!r} ?", en=f" Did you mean {near!r}?") if near else ""


def known(option: str, given: Any, names: Iterable[str]) -> str:
    """The name if it is one of the names; else a ValueError that lists them and the nearest.

    >>> known("loss", "hinge", ["l1", "hinge"])
    'hinge'
    """
    listed = list(names)
    if isinstance(given, str) and given in listed:
        return given
    hint = did_you_mean(given, listed)
    refuse(
        fr=f"{option}={given!r} est inconnu.{hint} Choisissez parmi : {', '.join(listed)}",
        en=f"{option}={given!r} is unknown.{hint} Choose one of: {', '.join(listed)}",
    )


def positive(option: str, x: Given) -> Given:
    """x if 0 < x < ∞, else a ValueError."""
    return x if _ordered(x) and 0 < x < math.inf else out_of_range(option, x, "> 0")


def between(option: str, x: Given, low: float, high: float, open_end: bool = True) -> Given:
    """x if low ≤ x < high (≤ high without `open_end`), else a ValueError."""
    inside = _ordered(x) and (low <= x < high if open_end else low <= x <= high)
    end = f", < {high:g}" if open_end else f", ≤ {high:g}"
    return x if inside else out_of_range(option, x, f"≥ {low:g}" + (end if high < math.inf else ""))


def _ordered(x: object) -> bool:
    """Whether x can be compared with numbers: text, "0.1", cannot."""
    return hasattr(x, "__float__")


def whole(option: str, x: Any, low: int, high: int | None = None) -> int:
    """x if it is an integer (True is none) from low to high, else a ValueError."""
    if isinstance(x, int) and not isinstance(x, bool) and low <= x <= (x if high is None else high):
        return x
    out_of_range(option, x, f"≥ {low}" + ("" if high is None else f", ≤ {high}"), integer=True)


def out_of_range(option: str, x: Any, expected: str, integer: bool = False) -> NoReturn:
    """Say what the number is and what it must be: `dropout is 2; it must be ≥ 0, < 1`."""
    shown = number(x) if isinstance(x, (int, float)) and not isinstance(x, bool) else repr(x)
    refuse(
        fr=f"{option} vaut {shown} ; il faut {'un entier ' if integer else ''}{expected}",
        en=f"{option} is {shown}; it must be {'an integer ' if integer else ''}{expected}",
    )
