"""Which language a person reads, and how numbers look in it: every clause speaks through here.

The two sentences stand side by side where they are said, so that a new message touches one room:

    say(fr="une valeur", en="a value")
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from fractions import Fraction
from typing import Any

LANGUAGES = ("fr", "en")
_chosen: ContextVar[str | None] = ContextVar("language", default=None)
_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def language() -> str:
    """The language in use, "fr" or "en": `use`, else TINYGRAD_LANG, else the locale, else English."""
    chosen = _chosen.get() or os.environ.get("TINYGRAD_LANG", "")[:2].lower()
    if chosen in LANGUAGES:
        return chosen
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(variable):
            return "fr" if os.environ[variable].lower().startswith("fr") else "en"
    return "en"


@contextmanager
def use(lang: str | None) -> Iterator[None]:
    """Speak `lang` inside the block ("fr" or "en"; None changes nothing), in this thread only."""
    if lang is not None and lang not in LANGUAGES:
        raise ValueError(
            say(
                fr=f"langue inconnue : {lang!r}. Choisissez fr ou en",
                en=f"unknown language: {lang!r}. Choose fr or en",
            )
        )
    token = _chosen.set(lang or _chosen.get())
    try:
        yield
    finally:
        _chosen.reset(token)


def say(*, fr: str, en: str) -> str:
    """The sentence in the language in use.

    >>> with use("fr"): say(fr="le gradient", en="the gradient")
    'le gradient'
    """
    return fr if language() == "fr" else en


def number(x: Any, digits: int = 3) -> str:
    """A number as a person reads it: `digits` significant digits, a true minus, no needless zeros.

    The decimal mark is a comma in French.  Fractions stay fractions.

    >>> with use("en"): number(-0.15865), number(12345678.0), number(2.0), number(1.2e-7)
    ('−0.159', '1.23×10⁷', '2', '1.2×10⁻⁷')
    >>> with use("fr"): number(0.25)
    '0,25'
    """
    if isinstance(x, Fraction):
        text = str(x)
    elif isinstance(x, int):
        text = str(x) if abs(x) < 10**6 else f"{x:.{digits - 1}e}" if abs(x) < 10**300 else "…"
    else:
        value = float(x)
        if math.isnan(value):
            return "NaN"
        if math.isinf(value):
            return "∞" if value > 0 else "−∞"
        text = f"{value:.{digits}g}"
        if "e" in text and abs(value) >= 1 and abs(value) < 10**6:
            text = f"{float(text):.0f}"
    if "e" in text:
        mantissa, exponent = text.split("e")
        if "." in mantissa:
            mantissa = mantissa.rstrip("0").rstrip(".")
        text = f"{mantissa}×10" + str(int(exponent)).translate(_SUPERSCRIPTS)
    text = "0" if text == "-0" else text.replace("-", "−")
    return text.replace(".", ",") if language() == "fr" else text
