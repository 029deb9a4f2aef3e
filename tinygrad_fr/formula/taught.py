"""Write it as a formula: softmax and the cross-entropies as a course writes them.

A graph has pₖ as e^(zₖ − logsumexp(z)), and a cost from the scores at once, so that no score is too
large for a float.  For a derivation each pₖ becomes one node of a row that only derivations have,
pₖ = softmax(z)ₖ with ∂pₖ/∂zₖ = pₖ(1 − pₖ) and ∂pₖ/∂zⱼ = −pₖ·pⱼ; the cost of a class is −ln(pₖ),
that of a score −(y·ln(a) + (1 − y)·ln(1 − a)) with a = σ(z).  The graph itself stays as it is.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import Any, NamedTuple

from tinygrad_fr.engine import Value
from tinygrad_fr.exact import meant
from tinygrad_fr.gradient import table_rule
from tinygrad_fr.lists import softmax
from tinygrad_fr.ops import (
    Op,
    bce_with_logits,
    class_cost,
    exp,
    log,
    log_sum_exp,
    neg,
    sigmoid,
    sub,
)
from tinygrad_fr.replay import rule
from tinygrad_fr.walk import order

NEAR = 1e-9  # σ(z) this near 0 or 1 is written as such, and has no logarithm


def _slopes(inputs: Sequence[Any], y: Any) -> list[Any]:
    k, *zs = inputs
    return [0, *(y * (1 - y) if j == k else -(y * PART(j, *zs)) for j in range(len(zs)))]


PART = Op(
    "softmax",
    lambda k, *zs: softmax(zs)[int(k)],
    slopes=_slopes,
    written=lambda p, k, *zs: p.subscript(p.call("softmax", *zs), k.number + 1),
    kind="lists",
    shelf={},
)


class Part(NamedTuple):
    """Which output of a softmax a node is, from 0, and of which scores."""

    k: int
    scores: tuple[Value, ...]


def part_of(v: Any, hands_off: Container[Any] = ()) -> Part | None:
    """The part of a softmax that v = e^(zₖ − logsumexp(z)) is, else None.

    hands_off   nodes that have to stay; so have those with a label
    """
    if not isinstance(v, Value) or v.op is not exp:
        return None
    inner = v.inputs[0]
    if not isinstance(inner, Value) or inner.op is not sub:
        return None
    z, whole = inner.inputs
    if not isinstance(whole, Value) or whole.op is not log_sum_exp or z not in whole.inputs:
        return None
    if any(u.label or u in hands_off for u in (inner, whole)):
        return None
    return Part(whole.inputs.index(z), whole.inputs)


class Taught:
    """A graph in which each output of a softmax is one node, and what its lines and slopes mention.

    output   the graph                 new    what has become of a node that had to be made anew
    made     nodes that only lines and slopes mention: pₖ, a = σ(z); each with that of its cost
    costs    how a cost is written     parts  which output of which scores a node is
    """

    def __init__(self, output: Value, wanted: Container[Any] = ()) -> None:
        self.new: dict[Value, Value] = {}
        self.made: dict[Value, Value] = {}
        self._made_for: dict[Value, list[Value]] = {}
        self.costs: dict[Value, Value] = {}
        self.parts: dict[Value, Part] = {}
        self._nodes: dict[Part, Value] = {}
        self._sigmoids: dict[Value, Value] = {}
        self.output = self._renewed(output, wanted)
        for v in order(self.output):
            if v.op in (class_cost, bce_with_logits):
                self._write(v)

    def _renewed(self, output: Value, wanted: Container[Any]) -> Value:
        for v in order(output):
            part = part_of(v, wanted)
            if part is None and not any(u in self.new for u in v.inputs):
                continue
            table_rule(v)  # refuses what a client made
            if part is not None:
                found = self._node(Part(part.k, tuple(self.new.get(z, z) for z in part.scores)))
            else:
                found = rule(v)(*(self.new.get(u, u) for u in v.inputs))
            found.label = found.label or v.label
            self.new[v] = found
        return self.new.get(output, output)

    def _write(self, v: Value) -> None:
        """How a cost is written, if its numbers allow it: the logarithm of 0 is none."""
        if v.op is class_cost:
            k, *scores = v.inputs
            p = self.part(Part(int(k), tuple(scores)), v)
            if p.data > 0:
                self.costs[v] = neg(log(p))
            return
        z, y = v.inputs
        a = sigmoid(z)
        if isinstance(z, Value) and NEAR < a.data < 1 - NEAR:
            if z not in self._sigmoids:
                self._sigmoids[z] = a
                self._make(a, v)
            a = self._sigmoids[z]
            self.costs[v] = neg(y * log(a) + (1 - y) * log(1 - a))

    def settled(self, slope: Any, v: Value, stop: Container[Any]) -> Any:
        """The slope of v with one node for each output, and without − 0."""
        if not isinstance(slope, Value) or slope in stop or slope.op is None:
            return slope
        part = part_of(slope) or (
            Part(slope.inputs[0], slope.inputs[1:]) if slope.op is PART else None
        )
        if part is not None:
            return self.part(part, v)
        if slope.op is sigmoid and slope.inputs[0] in self._sigmoids:
            return self._sigmoids[slope.inputs[0]]
        inputs = [self.settled(u, v, stop) for u in slope.inputs]
        if slope.op is sub and inputs[1].constant and meant(inputs[1]) == 0:
            return inputs[0]
        same = all(a is b for a, b in zip(inputs, slope.inputs, strict=True))
        return slope if same else rule(slope)(*inputs)

    def part(self, part: Part, v: Value) -> Value:
        """The node of that output; made for v if there is none yet."""
        if part not in self._nodes:
            self._make(self._node(part), v)
        return self._nodes[part]

    def _node(self, part: Part) -> Value:
        if part not in self._nodes:
            self._nodes[part] = found = PART(part.k, *part.scores)
            self.parts[found] = part
        return self._nodes[part]

    def _make(self, u: Value, v: Value) -> None:
        """u is a node that only the lines and slopes of v mention."""
        self.made[u] = v
        self._made_for.setdefault(v, []).append(u)

    @property
    def scores(self) -> dict[Value, None]:
        """Every z from which an output is made that the graph has not, or has as a softmax."""
        found = [z for part in self._nodes for z in part.scores]
        return dict.fromkeys([*found, *self._sigmoids])

    def before(self, v: Value) -> list[Value]:
        """The lines that stand where that of v does: what was made for it, then v itself."""
        parts, made = self.parts, self._made_for.get(v, [])
        if v in parts:
            return sorted([*made, v], key=lambda p: parts[p].k)
        return [*sorted(made, key=lambda p: parts[p].k if p in parts else 0), v]
