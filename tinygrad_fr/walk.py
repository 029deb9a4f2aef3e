"""Put it in order, walk it backward: the chain rule, stated once, for every kind of number.

    v    a node: a number made from others         d    a local derivative, ∂v/∂u
    u    one of its inputs                         g    what arrived at v, ∂L/∂v: g = Σ over its
    L    the output, where the walk begins              consumers, each of which adds its g·d

In the order every node stands after its inputs.  Walked from the end, a node's turn comes when all
its consumers have had theirs: g is complete, and each input u receives g·d.
"""

import operator
from collections.abc import Callable, Iterable, Sequence
from contextvars import ContextVar
from typing import Any, Protocol, TypeVar

N = TypeVar("N", bound="Node")


class Node(Protocol):
    """What can be walked: its inputs in order, with the local derivative for each."""

    data: Any
    grad: Any
    op: Any  # None for a leaf
    _closure: Callable[[], None] | None  # a client's own step, in place of the chain rule

    @property
    def inputs(self) -> tuple[Any, ...]: ...  # nodes, and plain numbers such as an exponent
    @property
    def partials(self) -> tuple[Any, ...]: ...  # None where no gradient goes


def is_node(x: Any) -> bool:
    """Whether x is a node, not a plain number."""
    return hasattr(type(x), "partials")


def order(root: N) -> list[N]:
    """Every node below root exactly once, each after its inputs, depth-first: always the same."""
    done: dict[N, None] = {}  # keeps the order in which nodes were put in
    waiting: list[Any] = [root]  # in place of recursion: a graph may be a million deep
    while waiting:
        v = waiting.pop()
        if type(v) is list:  # a node behind its leaves: the others it is made from are in
            for u in v:
                done[u] = None
        elif v not in done:
            turn = [v]
            waiting.append(turn)
            for u in reversed(v.inputs):
                if is_node(u):
                    (turn if u.op is None else waiting).append(u)
            turn.reverse()
    return list(done)


def chain_rule(
    output: N,
    slopes: Callable[[N], Iterable[Any]] | None = None,
    *,
    start: Any = 1,
    along: Iterable[N] | None = None,
    through: Callable[[N], bool] = lambda v: True,
    times: Callable[[Any, Any], Any] = operator.mul,
    plus: Callable[[Any, Any], Any] = operator.add,
) -> dict[N, Any]:
    """∂output/∂v for every node v that the walk reaches; nobody's `grad` moves.

    slopes   of a node: the d of each input (None: nothing goes there); those it keeps, or numbers
             of another kind, nodes, text, a bent rule
    along    the nodes to walk: all, some, another order;  through: whether one hands on its g
    times    g·d, what it hands to one input;  plus: what had arrived there, with what arrives now
    """
    arrived: dict[N, Any] = {output: start}
    for v in reversed(order(output) if along is None else list(along)):
        if v in arrived and v.op is not None and through(v):
            for u, d in zip(v.inputs, slopes(v) if slopes else v.partials, strict=True):
                if d is not None:
                    part = times(arrived[v], d)
                    arrived[u] = plus(arrived[u], part) if u in arrived else part
    return arrived


def hand_on(g: Any, inputs: Iterable[Any], partials: Iterable[Any]) -> None:
    """One step of the chain rule on stored gradients: each input adds g·d to its own."""
    for u, d in zip(inputs, partials, strict=True):
        if d is not None:
            u.grad += g * d


def sweep(nodes: Sequence[Node]) -> None:
    """The chain rule on stored gradients, from the last node to the first."""
    for v in reversed(nodes):
        if v._closure is not None:
            v._closure()
        else:
            hand_on(v.grad, v.inputs, v.partials)


sweep_in_use: ContextVar[Callable[[Sequence[Any]], None]] = ContextVar("sweep", default=sweep)
