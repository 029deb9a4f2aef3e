"""Compile it to run fast: where each result is written, so that memory is used again.

A call that goes entry by entry writes over an input that nobody reads later; any other takes an
array that is free.  What is written over in a place that is fixed lies there from the first.  So a
step touches few bytes, and they stay near.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from tinygrad_fr.program.arrays import Shape
from tinygrad_fr.program.calls import Call

IMPORT = "import numpy as np"
FULL = '''
def full(size, x):
    """An array of one number; it begins where a cache line does, whose numbers are read at once."""
    n = int(np.prod(size))
    room = np.full(n + 8, x)
    start = -room.ctypes.data // 8 % 8
    return room[start : start + n].reshape(size)
'''


def homes(calls: Sequence[Call], fixed: dict[str, str]) -> dict[str, str]:
    """The results with a place of their own: those given, and those that they are written over."""
    last = _last(calls)
    found = dict(fixed)
    size = {call.out: call.size for call in calls}
    for i, call in reversed([*enumerate(calls)]):
        if call.out in found and call.aligned and call.size is not None:
            dying = (n for n in call.inputs if last.get(n) == i and n not in found)
            over = next((n for n in dying if size.get(n) == call.size), None)
            if over is not None:
                found[over] = found[call.out]
    return found


def stored(calls: Sequence[Call], fixed: dict[str, str]) -> tuple[dict[str, int], list[int]]:
    """For each result the number of its array, and how many numbers each array holds.

    fixed  results that have a place of their own, which is never used for anything else
    """
    last = _last(calls)
    place: dict[str, int] = {}
    sizes: list[int] = []
    free: list[int] = []
    shape: dict[str, Shape | None] = {call.out: call.size for call in calls}
    for i, call in enumerate(calls):
        dying = [n for n in dict.fromkeys(call.reads) if last[n] == i and n in place]
        if call.size is not None and call.out not in fixed:
            over = [n for n in dying if call.aligned and shape[n] == call.size and n in call.inputs]
            if over:
                place[call.out] = place[over[0]]
                dying.remove(over[0])
            else:
                place[call.out] = _taken(prod(call.size), free, sizes)
            if call.out not in last:
                dying.append(call.out)
        free += [place[n] for n in dying]
    return place, sizes


def _last(calls: Sequence[Call]) -> dict[str, int]:
    """The number of the last call that reads a result."""
    return {name: i for i, call in enumerate(calls) for name in call.reads}


def _taken(size: int, free: list[int], sizes: list[int]) -> int:
    """An array of this size that is free, else a new one."""
    for k in reversed(free):
        if sizes[k] == size:
            free.remove(k)
            return k
    sizes.append(size)
    return len(sizes) - 1
