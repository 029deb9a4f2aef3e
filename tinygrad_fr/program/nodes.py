"""Compile it: the nodes of a scalar graph in an order to read them, and who is needed by several.

`walk.order`, written out over the slots of a node (the table at the top of `engine`): a leaf is met
without being waited for, and a number that was written is not met at all.
"""

from __future__ import annotations

from collections.abc import Container
from typing import Any, NamedTuple

from tinygrad_fr.engine import Value


class Walked(NamedTuple):
    """nodes    the operations, each after its inputs, depth-first
    leaves   those that move, in the order in which they are met
    shared   the operations that several inputs lead to
    """

    nodes: list[Value]
    leaves: dict[Any, Any]
    shared: set[Any]


def walked(roots: tuple[Value, ...], moving: Container[Value]) -> Walked:
    """The nodes below the roots; `moving` are the leaves that matter, any other is a number.

    A node is met once from each of its users, so whoever is met again is shared.  None on the pile
    says that the one below it is complete.
    """
    done: dict[Any, None] = {}
    leaves: dict[Any, Any] = {}
    shared: set[Any] = set()
    waiting: list[Any] = [*reversed(roots)]
    push, pop = waiting.append, waiting.pop
    while waiting:
        v = pop()
        if v is None:
            done[pop()] = None
            continue
        if v in done:
            shared.add(v)
            continue
        while v.op is not None:  # down along the first inputs
            a = v.a
            if a is None:
                _meet_many(v, moving, done, leaves, shared, waiting)
                break
            b = a if v.db is None else v.b
            if a.op is None and b.op is None:
                if a in moving:
                    leaves[a] = None
                if b in moving:
                    leaves[b] = None
                done[v] = None
                break
            push(v)
            push(None)
            if b in done:
                shared.add(b)
            elif b is a:
                if v.db is not None:  # a·a
                    shared.add(a)
            elif b.op is not None or b in moving:
                push(b)
            if a in done:
                shared.add(a)
                break
            v = a
        else:
            if v in moving:
                leaves[v] = None
    return Walked(list(done), leaves, shared)


def _meet_many(
    v: Any,
    moving: Container[Value],
    done: dict[Any, None],
    leaves: dict[Any, Any],
    shared: set[Any],
    waiting: list[Any],
) -> None:
    """A node of any number of inputs: all of them at once where they are leaves."""
    below = [u for u in v.b if u.op is not None]
    if not below:
        leaves.update(dict.fromkeys(filter(moving.__contains__, v.b)))
        done[v] = None
        return
    shared.update(filter(done.__contains__, below))
    waiting += (v, None)
    waiting += [u for u in reversed(v.b) if u not in done and (u.op is not None or u in moving)]
