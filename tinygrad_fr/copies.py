"""A Value remembers how it was made: copies and pickles of a graph, without recursion."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from tinygrad_fr.refusals import refuse
from tinygrad_fr.walk import is_node, order

_new = object.__new__


class Copied:
    """What `copy.deepcopy` and `pickle` ask of a node; its class says how it keeps its inputs."""

    __slots__ = ()

    data: Any
    grad: Any
    op: Any
    inputs: Any
    partials: Any

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        """A copy of the whole graph below this node."""
        for v in order(self):  # type: ignore[type-var]
            if id(v) not in memo:
                _refuse_closure(v)
                entries = tuple(memo[id(u)] if is_node(u) else u for u in v.inputs)
                twin = memo[id(v)] = _remade(_kept(v, None), entries)
                if v.__dict__:
                    _take_over(twin, deepcopy(v.__dict__, memo))
        return memo[id(self)]

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        """Pickle a leaf as itself, a graph as a flat list of its nodes."""
        if self.op is None:
            return _remade, (_kept(self, self.__dict__ or None), ())
        nodes = order(self)  # type: ignore[type-var]
        place = {v: i for i, v in enumerate(nodes)}
        rows = [
            v
            if v.op is None
            else (
                _kept(v, v.__dict__ or None),
                [place[u] if is_node(u) else None for u in v.inputs],
                [u for u in v.inputs if not is_node(u)],
            )
            for v in nodes
        ]
        return _graph, (rows,)


def _kept(v: Any, own: Any) -> tuple[Any, ...]:
    """What a node is, but for its inputs."""
    return type(v), v.data, v.grad, v.op, v.partials, v.constant, own


def _remade(kept: tuple[Any, ...], inputs: tuple[Any, ...]) -> Any:
    """The node of these numbers again."""
    kind, data, grad, op, partials, constant, own = kept
    out = _new(kind)
    out.data, out.grad, out.op = data, grad, op
    out._keep(inputs, partials)
    out.constant = constant
    if own:
        _take_over(out, own)
    return out


def _take_over(twin: Any, own: dict[str, Any]) -> None:
    """Give a new node its label, a client's attributes, a _backward of its own."""
    twin.__dict__.update(own)
    if twin._closure is not None:
        twin._backward = twin._closure


def _graph(rows: list[Any]) -> Any:
    """The root of a graph, from the flat list of its nodes."""
    nodes: list[Any] = []
    for entry in rows:
        if is_node(entry):
            nodes.append(entry)
        else:
            kept, places, numbers = entry
            plain = iter(numbers)
            nodes.append(
                _remade(kept, tuple(next(plain) if i is None else nodes[i] for i in places))
            )
    return nodes[-1]


def _refuse_closure(v: Any) -> None:
    """A copied node would give its gradient to the original's inputs: say so instead."""
    step = v._closure
    if getattr(step, "__closure__", None) or hasattr(step, "__self__"):
        refuse(
            fr=f"le nœud {v.label or v!r} (« {v._op} ») a un _backward à lui, qui resterait "
            "attaché au graphe d’origine. Copiez le modèle avant de construire le graphe",
            en=f"node {v.label or v!r} ('{v._op}') has a _backward of its own, which would stay "
            "attached to the original graph. Copy the model before building the graph",
            kind=TypeError,
        )
