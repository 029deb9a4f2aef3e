"""Compile it: the nodes of a scalar graph in an order to read them, and the way they were walked.

`walk.order`, written out over the slots of a node (the table at the top of `engine`).  What is met
on the way is written down, so that a graph of the same outline can be followed without looking
(`outline`): a step for each visit, and the leaves and the numbers in the order in which they come.

    step       the node has                           is met           is walked
    AGAIN      been there before                      –                –
    ONE        one input, or a number as second       a, or nothing    a, if an operation
    LEAVES     two leaves                             a, b             –
    LEFT       an operation and a leaf                b                a
    RIGHT      a leaf and an operation                a                b
    BOTH       two operations                         –                a, b
    MANY       any number of leaves                   all              –
    MIXED      any number of inputs, numbers too      the leaves       the operations
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from operator import attrgetter
from typing import Any

from tinygrad_fr.engine import Value
from tinygrad_fr.ops import TABLE

AGAIN, ONE_LEAF, ONE, LEAVES, LEFT, RIGHT, BOTH, MANY, MIXED = range(9)
A_NUMBER, A_LEAF, A_NODE = range(3)
MUL = TABLE["mul"]
LABEL = attrgetter("label")


class Walk:
    """The way over the nodes below the roots, depth-first.

    nodes     the operations, each after its inputs; single: which are no product of two leaves
    shared    those that several inputs lead to
    visited   the same in the order in which they are met first; steps: the table above
    labels    of those visited, None where none has one
    again     those that are met once more, in order
    rows      the row of the node at each step
    leaves    as they are met, with multiplicity; numbers: those that are no nodes
    kinds     of each node of any number of inputs how many, or what each of them is
    starts    of a node with numbers where these begin
    """

    def __init__(self, roots: Sequence[Value]) -> None:
        self.nodes: list[Any] = []
        self.single = bytearray()
        self.visited: list[Any] = []
        self.steps = bytearray()
        self.again: list[Any] = []
        self.rows: list[Any] = []
        self.leaves: list[Any] = [v for v in roots if v.op is None]
        self.numbers: list[Any] = []
        self.kinds: list[Any] = []
        self.starts: dict[Any, int] = {}
        self.walk([v for v in reversed(roots) if v.op is not None])
        self.shared = {*self.again}
        self.labels = labels_of(self.visited)

    def walk(self, waiting: list[Any]) -> None:
        """None on the pile says that the one below it is complete."""
        seen: set[Any] = set()
        visit, see, done = self.visited.append, seen.add, self.nodes.append
        single = self.single.append
        step, has_row, leaf = self.steps.append, self.rows.append, self.leaves.append
        push, pop = waiting.append, waiting.pop
        while waiting:
            v = pop()
            if v is None:
                done(pop())
                single(1)
                continue
            while v not in seen:  # down along the first inputs
                see(v)
                visit(v)
                has_row(v.op)
                a = v.a
                if a is None:
                    waiting += (v, None)
                    self.meet_many(v, waiting)
                    break
                b = v.b if v.db is not None else None
                if b is None:
                    if v.b is not None:
                        self.meet_number(v)
                    if a.op is None:
                        step(ONE_LEAF)
                        leaf(a)
                        done(v)
                        single(1)
                        break
                    step(ONE)
                elif b.op is None:
                    if a.op is None:
                        step(LEAVES)
                        leaf(a)
                        leaf(b)
                        done(v)
                        single(v.op is not MUL)
                        break
                    step(LEFT)
                    leaf(b)
                else:
                    waiting += (v, None)
                    if a.op is None:
                        step(RIGHT)
                        leaf(a)
                        v = b
                    else:
                        step(BOTH)
                        push(b)
                        v = a
                    continue
                waiting += (v, None)
                v = a
            else:
                step(AGAIN)
                has_row(v.op)
                self.again.append(v)

    def meet_number(self, v: Any) -> None:
        """A node whose second input is a number."""
        self.starts[v] = len(self.numbers)
        self.numbers.append(v.b)

    def meet_many(self, v: Any, waiting: list[Any]) -> None:
        """A node of any number of inputs: all of them at once where they are leaves."""
        below = [u for u in v.b if u.op is not None]
        if not below and v.da is None:
            self.steps.append(MANY)
            self.kinds.append(len(v.b))
            self.leaves += v.b
            return
        kinds = bytes(map(kind_of, v.da or v.b))
        self.starts[v] = len(self.numbers)
        self.steps.append(MIXED)
        self.kinds.append(kinds)
        meet_mixed(v.da or v.b, kinds, self.leaves, self.numbers, waiting)


def labels_of(nodes: Collection[Any]) -> list[str] | None:
    """Their labels; None where none of them has one."""
    return [*map(LABEL, nodes)] if any(map(LABEL, nodes)) else None


def kind_of(u: Any) -> int:
    return A_NUMBER if not isinstance(u, Value) else A_LEAF if u.op is None else A_NODE


def meet_mixed(
    inputs: Sequence[Any], kinds: bytes, leaves: list[Any], numbers: list[Any], waiting: list[Any]
) -> None:
    """Each input to its own: the operations wait, the first on top."""
    to = numbers, leaves, list[Any]()
    for u, kind in zip(inputs, kinds, strict=True):
        to[kind].append(u)
    waiting += reversed(to[A_NODE])
