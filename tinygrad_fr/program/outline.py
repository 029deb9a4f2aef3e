"""Compile it: the outline of a graph, all that decides how it is compiled but for its numbers.

A loop that builds its cost anew at each step builds one outline again and again.  Another graph is
held against it by going the same way: it is the same where every step finds the same row, label and
scope, and the same leaves in the same places.  Nothing is taken for granted by a hash.  (A node
that was built twice over there may be built once here: the value is the same.)
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import chain, compress, count
from operator import attrgetter
from typing import Any

from tinygrad_fr import places
from tinygrad_fr.engine import Value
from tinygrad_fr.face import HOOKED
from tinygrad_fr.program.nodes import (
    AGAIN,
    BOTH,
    LEAVES,
    LEFT,
    MANY,
    ONE,
    ONE_LEAF,
    RIGHT,
    Walk,
    labels_of,
    meet_mixed,
)

EXACT = 2**53  # whole numbers up to here are floats too
OP, DATA, SCOPE = map(attrgetter, ("op", "data", "scope"))


class Given:
    """What is compiled: the nodes that are wanted, the leaves that move, those that are data."""

    def __init__(
        self,
        roots: Sequence[Value],
        parameters: Sequence[Value],
        columns: Sequence[Sequence[Value]],
    ) -> None:
        self.roots, self.parameters, self.columns = roots, parameters, columns
        self.known = [*parameters, *chain.from_iterable(columns)]
        self.sizes = [len(roots), len(parameters), *map(len, columns)]

    def words(self, nodes: Sequence[Any], labels: list[str] | None) -> list[Any]:
        """Labels and scopes, of these nodes and of known leaves; None where there are none."""
        scopes = [
            [*map(SCOPE, group)] if places.scoped and any(map(SCOPE, group)) else None
            for group in (nodes, self.known)
        ]
        return [labels, labels_of(self.known), *scopes]


class Leaves:
    """Which leaf is met where.

    codes    of each that is met: one that is known has its place among these, counted from their
             end, below 0; another is a number and has the place where it was met first
    loose    which of them are numbers
    places   the code of each leaf
    """

    def __init__(self, given: Given, walk: Walk) -> None:
        import numpy as np

        self.places: dict[Any, int] = dict(zip(given.known, count(-len(given.known))))
        codes = map(self.places.setdefault, walk.leaves, count())
        self.codes = np.fromiter(codes, np.int64, len(walk.leaves))
        self.loose = (self.codes >= 0).tobytes()


class Outline:
    """The way over one graph, without its nodes and its numbers.

    loose   which of the leaves that are met are numbers
    codes   which leaves the others are, and the numbers that were met before (`Leaves`)
    told    of which leaves there is a code; twice: whether any is a number
    """

    def __init__(self, given: Given, walk: Walk, leaves: Leaves) -> None:
        import numpy as np

        self.loose = leaves.loose
        told = leaves.codes != np.arange(len(leaves.codes))
        self.told, codes = told.tobytes(), leaves.codes[told]
        self.codes, self.twice = array("q", codes.tobytes()), bool((codes >= 0).any())
        self.sizes = given.sizes
        self.steps, self.kinds = bytes(walk.steps), walk.kinds
        self.rows = walk.rows
        self.words = given.words(walk.visited, walk.labels)
        visited = enumerate(walk.visited if walk.again else ())
        shared = {v: i for i, v in visited if v in walk.shared}
        self.again = [shared[v] for v in walk.again]

    def numbers(self, walk: Walk | Followed) -> list[Any]:
        """The numbers that were written: those that are leaves, then those that are no nodes."""
        found = [*map(DATA, picked(walk.leaves, self.loose))]
        return found + walk.numbers if walk.numbers else found

    def fits(self, given: Given) -> list[Any] | None:
        """The numbers of another graph of this outline; None if it has another one."""
        if given.sizes != self.sizes:
            return None
        try:
            way = Followed(self, given.roots)
            if not self.same_leaves(given, way.leaves):
                return None
        except (AttributeError, IndexError, TypeError, ValueError):  # it leads elsewhere
            return None
        if [way.visited[i] for i in self.again] != way.again:
            return None
        if any(isinstance(n, Value) for n in way.numbers):
            return None
        words = given.words(way.visited, labels_of(way.visited))
        return self.numbers(way) if words == self.words else None

    def same_leaves(self, given: Given, leaves: list[Any]) -> bool:
        """Whether known leaves are met where they were, and numbers where there were numbers."""
        if len(leaves) != len(self.loose):
            return False
        if HOOKED and not HOOKED.isdisjoint(leaves):  # they have functions of their own
            return False
        before = leaves + given.known if self.twice else given.known
        if [*map(before.__getitem__, self.codes)] != picked(leaves, self.told):
            return False
        loose = picked(leaves, self.loose)
        if not disjoint(loose, given.known):  # what moves there, or is data, was a number here
            return False
        return not any(map(OP, loose))


class Followed:
    """The steps of an outline over another graph: what is visited, and met, in the same order.

    Raises ValueError, or whatever Python raises, where they do not lead on.
    """

    def __init__(self, outline: Outline, roots: Sequence[Value]) -> None:
        self.visited: list[Any] = []
        self.again: list[Any] = []
        self.numbers: list[Any] = []
        self.leaves: list[Any] = [v for v in roots if v.op is None]
        waiting: list[Any] = [None, *(v for v in reversed(roots) if v.op is not None)]
        kinds = iter(outline.kinds)
        visit, leaf, number = self.visited.append, self.leaves.append, self.numbers.append
        push, pop = waiting.append, waiting.pop
        v = pop()
        for step, row in zip(outline.steps, outline.rows, strict=True):
            if v.op is not row:
                raise ValueError
            if step == LEAVES:
                visit(v)
                leaf(v.a)
                leaf(v.b)
                v = pop()
                continue
            if step == AGAIN:
                self.again.append(v)
                v = pop()
                continue
            visit(v)
            if step == BOTH:
                push(v.b)
                v = v.a
            elif step == LEFT:
                leaf(v.b)
                v = v.a
            elif step == RIGHT:
                leaf(v.a)
                v = v.b
            elif step in (ONE, ONE_LEAF):
                if v.b is not None:
                    number(v.b)
                if step == ONE_LEAF:
                    leaf(v.a)
                v = v.a if step == ONE else pop()
            elif v.a is not None or v.db is None:
                raise ValueError
            else:
                kind = next(kinds)
                if step == MANY:
                    self.leaves += v.b
                    if v.da is not None or len(v.b) != kind:
                        raise ValueError
                else:
                    meet_mixed(v.da or v.b, kind, self.leaves, self.numbers, waiting)
                v = pop()


def picked(leaves: list[Any], which: bytes) -> list[Any]:
    """Those with a 1."""
    return leaves if 0 not in which else [*compress(leaves, which)] if 1 in which else []


def disjoint(some: Sequence[Any], others: Sequence[Any]) -> bool:
    fewer, more = sorted((some, others), key=len)
    return not fewer or {*fewer}.isdisjoint(more)


def bits(numbers: Sequence[Any]) -> tuple[list[type], bytes] | None:
    """What tells numbers apart exactly, with their types, where they are not all floats.

    None where there are others than floats and whole numbers that are floats too.
    """
    kinds = {*map(type, numbers)}
    if not kinds <= {float, int}:
        return None
    if int in kinds and any(abs(n) > EXACT for n in numbers if type(n) is int):
        return None
    return [*map(type, numbers)] if int in kinds else [], array("d", numbers).tobytes()
