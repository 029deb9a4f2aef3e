"""Compile it for the processor: how a loop goes: over tiles, vectors, indices.

A body is told where it is, and gives back what is carried on to the next turn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product as every
from math import prod

from tinygrad_fr.program.native.text import Place, Text

Where = tuple[Place, ...]  # an index: one place per axis
Carry = Callable[[Where, list[str]], list[str]]
ROOM = {32: 24, 16: 12}  # registers for sums that are carried on, by the registers there are
UNROLL = 64  # lines written out rather than looped over


def tiles(t: Text, n: int, sizes: Sequence[int], body: Callable[[Place, int], None]) -> None:
    """The body for tiles that cover 0 … n − 1: where one begins, and how long it is."""
    size = next((s for s in sizes if n % s == 0), sizes[-1]) if n > sizes[0] else n
    whole, rest = divmod(n, size)
    if whole == 1:
        body(0, size)
    else:
        t.turns(0, whole * size, lambda i: body(i, size), by=size)
    if rest:
        body(whole * size, rest)


def vectors(t: Text, at_once: int, body: Callable[[Place, int], None]) -> None:
    """The body for groups of vectors that cover the block, and for those that are left."""
    if at_once == 1:
        t.turns(0, "%nv", lambda v: body(v, 1))
        return
    left = t.line(f"urem i64 %nv, {at_once}")
    whole = t.line(f"sub i64 %nv, {left}")
    t.turns(0, whole, lambda v: body(v, at_once), by=at_once)
    t.turns(whole, "%nv", lambda v: body(v, 1))


def over(t: Text, shape: Sequence[int], body: Callable[[Where], None], where: Where = ()) -> None:
    """The body for every index of a shape."""
    if not shape:
        body(where)
    elif shape[0] == 1:
        over(t, shape[1:], body, (*where, 0))
    else:
        t.turns(0, shape[0], lambda i: over(t, shape[1:], body, (*where, i)))


def gathered(
    t: Text, shape: Sequence[int], body: Carry, carried: list[str], kind: str, where: Where = ()
) -> list[str]:
    """What is carried through the body over every index of a shape."""
    if prod(shape) * len(carried) <= UNROLL:
        for index in every(*map(range, shape)):
            carried = body((*where, *index), carried)
        return carried
    n, *rest = shape

    def one(i: str, held: list[str]) -> list[str]:
        if rest:
            return gathered(t, rest, body, held, kind, (*where, i))
        return body((*where, i), held)

    return t.loop(0, n, one, carried, kind)


def through(
    t: Text, shape: Sequence[int], body: Carry, carried: list[str], where: Where = ()
) -> list[str]:
    """What is carried through every index of a shape and every vector of the block."""
    n: Place = shape[0] if shape else "%nv"

    def one(i: str, held: list[str]) -> list[str]:
        if shape:
            return through(t, shape[1:], body, held, (*where, i))
        return body((*where, i), held)

    return t.loop(0, n, one, carried, t.vector)


def unflat(t: Text, place: Place, shape: Sequence[int]) -> Where:
    """The index of the entry that lies at a place."""
    found: list[Place] = []
    for n in reversed(shape[1:]):
        if isinstance(place, int):
            place, rest = divmod(place, n)
            found.append(rest)
        else:
            found.append(t.line(f"urem i64 {place}, {n}"))
            place = t.line(f"udiv i64 {place}, {n}")
    return (place, *reversed(found)) if shape else ()


def flat(t: Text, where: Where, shape: Sequence[int]) -> Place:
    """The place at which the entry of an index lies."""
    found: Place = 0
    for i, n in zip(where, shape, strict=True):
        found = t.sum(t.times(found, n), i)
    return found


def merged(out: Sequence[Place], inner: Sequence[Place], axes: Sequence[int], rank: int) -> Where:
    """The index of an entry: `inner` on the axes, `out` on the others."""
    some, others = iter(inner), iter(out)
    return tuple(next(some) if i in axes else next(others) for i in range(rank))
