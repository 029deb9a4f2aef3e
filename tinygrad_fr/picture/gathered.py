"""Draw it: the graph gathered once, as plain data that no later step changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tinygrad_fr.bend import bent
from tinygrad_fr.checking.sabotage import laboratory
from tinygrad_fr.engine import Value
from tinygrad_fr.formula.parameters import is_parameter
from tinygrad_fr.places import Scope, place_words
from tinygrad_fr.walk import chain_rule, order


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """What the steps to a picture ask of a graph.

    output    the node that is drawn
    nodes     every node below it, each after its inputs; a number of the formula is none
    inputs    those of them that each was made from, in order, with multiplicity
    uses      how many times each is an input
    backward  whether a backward pass has happened: the gradient of the output is not 0
    arrived   where `backward` walks another way (`sabotage`): what its last pass brought to every
              node, without what a leaf's gradient held before; else nothing
    truth     the same by the chain rule
    fresh     ∂output/∂v of every node where these are to be shown, whatever its `grad` holds
    """

    output: Value
    nodes: Sequence[Value]
    inputs: Mapping[Value, tuple[Value, ...]]
    uses: Mapping[Value, int]
    backward: bool
    arrived: Mapping[Value, Any]
    truth: Mapping[Value, Any]
    fresh: Mapping[Value, Any] | None = None

    def grad(self, v: Value) -> Any:
        """The gradient that is shown; None before a backward pass."""
        if self.fresh is not None:
            return self.fresh.get(v, 0)
        return v.grad if self.backward else None

    def wrong(self, v: Value) -> bool:
        """What the last pass brought differs from the chain rule's by more than rounding."""
        if v not in self.truth:
            return False
        g, true = self.arrived[v], self.truth[v]
        if g == true or (g != g and true != true):
            return False
        return not abs(g - true) <= 1e-12 * max(abs(g), abs(true))

    def before(self, v: Value) -> Any:
        """What a wrong leaf's gradient held before the last pass."""
        g = self.arrived.get(v, v.grad)
        return 0 if v.grad == g or v.grad != v.grad else v.grad - g

    def right(self, v: Value) -> Any:
        """The gradient that the chain rule would have left."""
        return self.truth[v] + self.before(v) if v in self.truth else v.grad


def gather(output: Value, fresh: bool = False) -> Gathered:
    """The graph below output, as it stands now; `fresh`: with gradients worked out here."""
    nodes = [v for v in order(output) if v is output or not _in_the_formula(v)]
    inputs = {v: tuple(u for u in v._prev if not _in_the_formula(u)) for v in nodes}
    uses = dict.fromkeys(nodes, 0)
    for us in inputs.values():
        for u in us:
            uses[u] += 1
    if fresh:
        return Gathered(output, nodes, inputs, uses, True, {}, {}, chain_rule(output, along=nodes))
    backward = bool(output.grad != 0)
    arrived, truth = _both_ways(output) if backward and bent() else ({}, {})
    return Gathered(output, nodes, inputs, uses, backward, arrived, truth)


def _in_the_formula(v: Value) -> bool:
    """A number written where a node could stand, the 2 of 2·x: it has no box, the formula has it.

    A `Value(2.0)` that somebody made keeps its box.
    """
    return v.op is None and v.constant and not v.label


def _both_ways(output: Value) -> tuple[Mapping[Value, Any], Mapping[Value, Any]]:
    """What the last bent pass brought, and what the chain rule brings."""
    lab = laboratory()
    if lab is None:  # bent by somebody's own walk
        truth = chain_rule(output)
        return {v: v.grad for v in truth}, truth
    return (lab.arrived, lab.truth) if output in lab.truth else ({}, {})


def leaf_kind(v: Value) -> str:
    """parameter, data or number: a number is a leaf without a label that is no parameter."""
    if is_parameter(v):
        return "parameter"
    return "data" if v.label else "number"


# ── where nodes were built ───────────────────────────────────────────────────────────────────────


def cuts(place: Scope) -> list[Scope]:
    """The scopes that a box may stand for, outermost first: layer, neuron, what is inside.

    A scope without these words is one box, by its first part, then by the whole of it.
    """
    ends = [i + 1 for i, (word, _) in enumerate(place) if word in ("layer", "neuron")]
    if not ends and place:
        ends = sorted({1, len(place)})
    return [place[:end] for end in ends]


def place_name(place: Scope) -> str:
    """Where something was built, in words: "layer 1 · neuron 2"."""
    return " · ".join(place_words(place))
