"""What counts as a number, and a number's own arithmetic: mpf keeps its digits, Fraction is exact.

A number that brings its own functions (mpmath's) has a `context`; what stands for a number (a node,
a piece of text) says by `__like__` how a constant is written beside it.
"""

from __future__ import annotations

import math
import sys
from fractions import Fraction
from typing import Any

from tinygrad_fr.refusals import refuse

MOST = sys.float_info.max


def is_real(x: Any) -> bool:
    """x is one real number: float, int, Fraction, mpf, a NumPy scalar; no complex, no list."""
    if isinstance(x, (float, int)):
        return True
    if isinstance(x, (complex, str, bytes)) or getattr(x, "shape", ()) != ():
        return False
    return hasattr(x, "__float__") and hasattr(x, "__add__")


def plain(x: Any) -> bool:
    """x is one real number that takes no part in rows by itself: no node, no text."""
    return is_real(x) and not hasattr(x, "__op__")


def real(x: Any) -> Any:
    """x if it is one plain number (NumPy's scalars as Python's); else a TypeError that says so."""
    if isinstance(x, (float, int)) and not hasattr(x, "dtype"):
        return x
    if not plain(x):
        refuse(
            fr="Value attend un nombre réel (float, int, Fraction, mpf), reçu "
            f"{type(x).__name__} : {x!r}. Pour un tableau, faites un Value de chaque case",
            en="Value expects one real number (float, int, Fraction, mpf), got "
            f"{type(x).__name__}: {x!r}. For an array, make a Value of each entry",
            kind=TypeError,
        )
    item = getattr(x, "item", None)  # NumPy's way to a plain number
    python = x if item is None else item()
    return python if python is x or type(python) is type(x) else real(python)


def too_large(x: Any) -> bool:
    """x is an exact number that no float can hold: 10**400."""
    return isinstance(x, (int, Fraction)) and not -MOST <= x <= MOST


def infinite(a: Any) -> bool:
    """a is +∞ or −∞."""
    return bool(abs(a) == math.inf)


def like(n: int, a: Any) -> Any:
    """The integer n in a's own arithmetic: a float beside floats, an mpf beside mpf."""
    if hasattr(a, "__like__"):
        return a.__like__(n)
    if isinstance(a, Fraction):
        return Fraction(n)
    return a.context.mpf(n) if hasattr(a, "context") else float(n)


def pi(a: Any) -> Any:
    """π with as many digits as a has."""
    if hasattr(a, "__like__"):
        return a.__like__(math.pi)
    return +a.context.pi if hasattr(a, "context") else math.pi
