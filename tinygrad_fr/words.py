"""Which language a person reads, and how numbers look in it: every clause speaks through here.

The two sentences stand side by side where they are said, so that a new message touches one room:

    say(fr="une valeur", en="a value")
"""

from __future__ import annotations

import locale
import math
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from fractions import Fraction
from typing import Any

LANGUAGES = ("fr", "en")
NARROW = "\u202f"  # narrow no-break space
_chosen: ContextVar[str | None] = ContextVar("language", default=None)
_digits_shown: ContextVar[int] = ContextVar("digits", default=3)
_SPACES = re.compile(r" (?=[;:!?»](?:[\s.,)]|$))|(?<=«) ")  # not the one in `w := 1` or `a != b`
_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def language() -> str:
    """The language in use, "fr" or "en": from `use`, TINYGRAD_LANG, the locale; else English."""
    chosen = _chosen.get() or os.environ.get("TINYGRAD_LANG", "")[:2].lower()
    if chosen in LANGUAGES:
        return chosen
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(variable):
            return "fr" if os.environ[variable].lower().startswith("fr") else "en"
    if os.name == "nt":  # Windows keeps the locale elsewhere: "French_France" or "fr_FR"
        return "fr" if (locale.getlocale()[0] or "").lower().startswith("fr") else "en"
    return "en"


class use:
    """Speak "fr" or "en" from now on; `with use("en"):` puts back what was there before.

    It takes effect when called, in this thread and this task only; None changes nothing.

    >>> with use("en"): number(0.5)
    '0.5'
    """

    __slots__ = ("_before", "_lang")

    def __init__(self, lang: str | None) -> None:
        if lang is not None and lang not in LANGUAGES:
            raise ValueError(
                say(
                    fr=f"langue inconnue : {lang!r}. Choisissez fr ou en",
                    en=f"unknown language: {lang!r}. Choose fr or en",
                )
            )
        self._before = _chosen.get()
        self._lang = lang or self._before
        _chosen.set(self._lang)

    def __enter__(self) -> None:
        _chosen.set(self._lang)  # said again, for a block that begins in another thread

    def __exit__(self, *error: object) -> None:
        _chosen.set(self._before)

    def __repr__(self) -> str:
        return f"use({self._lang!r})"


def say(*, fr: str, en: str) -> str:
    """The sentence in the language in use.

    French is typed with plain spaces: those before ; : ! ? » and after « become narrow no-break
    spaces here, once, so that no line starts with a colon.

    >>> with use("fr"): say(fr="le gradient", en="the gradient")
    'le gradient'
    >>> with use("fr"): say(fr="Voir « L » : où ?", en="See L: where?").count(NARROW)
    4
    """
    return _SPACES.sub(NARROW, fr) if language() == "fr" else en


def counted(n: int, *, fr: str, en: str) -> str:
    """So many of a thing, whose name has an s from two on; in English for none of it too.

    >>> with use("en"): counted(1, fr="sortie", en="output"), counted(0, fr="sortie", en="output")
    ('1 output', '0 outputs')
    >>> with use("fr"): counted(2, fr="poids", en="weight"), counted(1, fr="sortie", en="output")
    ('2 poids', '1 sortie')
    """
    thing = say(fr=fr, en=en)
    several = n > 1 if language() == "fr" else n != 1
    return f"{n} {thing}" + "s" * (several and not thing.endswith("s"))


@contextmanager
def rounded(digits: int | None) -> Iterator[None]:
    """Inside the block `number` shows so many digits where it is not told; None changes nothing.

    >>> with use("en"), rounded(5): number(1 / 3)
    '0.33333'
    """
    token = _digits_shown.set(digits or _digits_shown.get())
    try:
        yield
    finally:
        _digits_shown.reset(token)


def number(x: Any, digits: int | None = None) -> str:
    """A number as a person reads it: `digits` significant digits, a true minus, no needless zeros.

    Three digits, unless `rounded` says otherwise.
    Digits before the decimal mark are never replaced by zeros below a million: 1234.5 is 1234, not
    1230.  The decimal mark is a comma in French.  Fractions stay fractions.

    >>> with use("en"): number(-0.15865), number(12345678.0), number(2.0), number(1.2e-7)
    ('−0.159', '1.23×10⁷', '2', '1.2×10⁻⁷')
    >>> with use("fr"): number(0.25)
    '0,25'
    """
    text = _digits(x, digits or _digits_shown.get())
    if "e" in text:
        mantissa, exponent = text.split("e")
        if "." in mantissa:
            mantissa = mantissa.rstrip("0").rstrip(".")
        text = f"{mantissa}×10" + str(int(exponent)).translate(_SUPERSCRIPTS)
    text = "0" if text == "-0" else text.replace("-", "−")
    return text.replace(".", ",") if language() == "fr" else text


def percent(share: float, digits: int = 3) -> str:
    """A share as a person reads it, in hundredths; in French a narrow space stands before the sign.

    >>> with use("en"): percent(0.125)
    '12.5%'
    """
    return number(100 * share, digits) + (f"{NARROW}%" if language() == "fr" else "%")


def _digits(x: Any, digits: int) -> str:
    """The number in Python's spelling, rounded: "-0.159", "1.2e-07"."""
    if isinstance(x, Fraction):
        return str(x)
    if isinstance(x, int):
        return str(int(x)) if abs(x) < 10**6 else f"{Decimal(x):.{digits - 1}e}"
    try:
        value = float(x)
    except OverflowError:
        value = math.inf
    if math.isnan(value):
        return "NaN"
    if (value == 0 and x != 0) or (math.isinf(value) and x - x == 0):
        return _scientific(str(x), digits)  # mpmath's numbers go further than floats
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    if digits > 16 and not isinstance(x, float) and value - value == 0:  # more than a float has
        text = f"{Decimal(str(x)):.{digits}g}".lower()
        return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text
    if 1 <= abs(value) < 10**6:
        whole = len(str(int(abs(value))))
        text = f"{value:.{max(digits - whole, 0)}f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return f"{value:.{digits}g}"


def _scientific(text: str, digits: int) -> str:
    """A number's own text, rounded: its exponent may be larger than any that Python writes."""
    mantissa, _, exponent = text.lower().partition("e")
    rounded = f"{Decimal(mantissa):.{digits - 1}e}"
    shown, _, more = rounded.partition("e")
    return f"{shown}e{int(exponent or 0) + int(more)}"
