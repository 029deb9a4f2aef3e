"""What several tests of the engine need."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hypothesis import strategies as st

FLOATS = st.floats(allow_nan=True, allow_infinity=True)


def same(a: Any, b: Any) -> bool:
    """The same number to the last bit, NaN and the sign of zero included, of the same kind."""
    if a is None or b is None:
        return a is b
    return repr(float(a)) == repr(float(b))


def same_bits(a: Any, b: Any) -> bool:
    """The same number to the last bit; any NaN is as good as another."""
    return a == b and math.copysign(1, a) == math.copysign(1, b) or (a != a and b != b)


@contextmanager
def shallow() -> Iterator[None]:
    """Almost no room to recurse."""
    before, depth, frame = sys.getrecursionlimit(), 0, sys._getframe()
    while frame is not None:  # type: ignore[comparison-overlap]
        depth, frame = depth + 1, frame.f_back  # type: ignore[assignment]
    sys.setrecursionlimit(depth + 60)
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
