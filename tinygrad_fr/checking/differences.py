"""Check it: the slope of a function that gives floats, where nothing is known but its numbers."""

from __future__ import annotations

import math
from collections.abc import Callable

EPS = 2.0**-52
WIDTHS = (0.1, 0.03, 0.01, 0.003, 0.001)  # the steps that are tried, of the size of x


def differences(f: Callable[[float], float], x: float) -> tuple[float, float]:
    """(f′(x), how far it may be off), by Richardson from the differences at h, h/2 and h/4.

    The step is the one whose own estimate of the error is smallest; a kink within it shows there.

    >>> slope, error = differences(math.exp, 1.0)
    >>> abs(slope - math.e) <= error < 1e-9
    True
    """
    best = math.nan, math.inf
    for width in WIDTHS:
        h = width * (abs(x) or 1.0)
        D, size = [], 0.0
        for n in (1, 2, 4):
            up, down = f(x + h / n), f(x - h / n)
            size = max(size, abs(up), abs(down))
            D.append((up - down) * n / (2 * h))
        first = [(4 * b - a) / 3 for a, b in zip(D, D[1:], strict=False)]
        slope = (16 * first[1] - first[0]) / 15
        error = abs(slope - first[1]) + 40 * EPS * size / h
        if error < best[1]:
            best = slope, error
    return best
