"""Draw it: the arrows between boxes, with the local derivative and what flows back through it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tinygrad_fr.engine import Value
from tinygrad_fr.picture.boxes import Box
from tinygrad_fr.picture.gathered import Gathered
from tinygrad_fr.picture.levels import Boxes
from tinygrad_fr.picture.names import LONG, Names
from tinygrad_fr.walk import chain_rule

PARALLEL = 8  # arrows between the same two boxes that are drawn one by one


@dataclass(frozen=True, slots=True)
class Edge:
    """One arrow, from an input (src) to what is made from it (dst).

    position      which input of dst it is; parallel arrows have different ones
    formula       the local derivative as a formula, a(1−a); empty where none is short enough
    local         the local derivative as a number; None where there is no single one
    gradient      ∂L/∂dst, the number that arrives; None before a backward pass
    contribution  ∂L/∂dst · local: what this arrow adds to ∂L/∂src; if it comes from several nodes,
                  the norm of what it adds to each
    count         how many arrows of the graph it stands for
    several       whether these come from several nodes
    feeds         the node to whose gradient it adds; the first of several
    """

    src: str
    dst: str
    position: int
    formula: str = ""
    local: Any = None
    gradient: Any = None
    contribution: Any = None
    count: int = 1
    several: bool = False
    feeds: Value | None = field(default=None, repr=False, compare=False)

    @property
    def carried(self) -> float:
        """How much it carries back, as a float; NaN counts as nothing known."""
        return float(self.contribution) if self.contribution is not None else 0.0

    @property
    def dead(self) -> bool:
        """Nothing comes back through it: it is dashed."""
        return self.contribution is not None and self.carried == 0


@dataclass(slots=True)
class _Bundle:
    """Arrows that are drawn as one, as they are found.

    feeds           the node that the first one comes from
    position        its place among the arrows into the box
    formula, local, gradient
                    what is said of it, if one thing can be said of all
    whole           these are of the group, not of one arrow: they stay where there are several
    parts           what is added to the gradient of each node
    known           whether every arrow's contribution is
    """

    feeds: Value
    position: int
    formula: str = ""
    local: Any = None
    gradient: Any = None
    whole: bool = False
    count: int = 0
    known: bool = True
    parts: dict[Value, Any] = field(default_factory=dict)

    def add(self, u: Value, local: Any, gradient: Any) -> None:
        """One more arrow, from u."""
        self.count += 1
        if local is None or gradient is None:
            self.known = False
            self.parts.setdefault(u, 0)
        else:
            part = gradient * local
            self.parts[u] = self.parts[u] + part if u in self.parts else part

    def tied(self, src: str, dst: str) -> Edge:
        """The arrow that is drawn."""
        parts = list(self.parts.values())
        several = len(parts) > 1
        said = (self.formula, self.local, self.gradient)
        if several if self.whole else self.count > 1:
            said = ("", None, None)
        norm = math.hypot(*map(float, parts)) if several else parts[0]
        contribution = norm if self.known else None
        return Edge(src, dst, self.position, *said, contribution, self.count, several, self.feeds)


def arrows(graph: Gathered, boxes: Boxes, names: Names) -> list[Edge]:
    """Every arrow, box by box in the order of inputs."""
    found = []
    for box in boxes.boxes:
        into = _into_one if box.kind == "one" else _into_group
        for bundle in into(graph, boxes, names, box):
            src = boxes.at[bundle.feeds]
            found.append(bundle.tied(boxes.ids[src], boxes.ids[box]))
    return found


def _into_one(graph: Gathered, boxes: Boxes, names: Names, box: Box) -> list[_Bundle]:
    """One arrow per input; those from one box of leaves, or from one node very often, together."""
    v = box.members[-1]
    gradient = graph.grad(v)
    parts = names.parts(v)
    bundles: dict[Any, _Bundle] = {}
    copies: dict[Value, int] = {}
    for i, (part, formula) in enumerate(zip(parts, names.slopes(v, parts), strict=True)):
        if not isinstance(part.u, Value) or part.u not in boxes.at:
            continue
        src = boxes.at[part.u]
        copies[part.u] = copies.get(part.u, 0) + 1
        key: Any = i
        if src.kind in ("folded", "leaves"):
            key = src
        elif copies[part.u] > PARALLEL:
            key = part.u
        if key not in bundles:
            short = formula if len(formula) <= LONG else ""
            bundles[key] = _Bundle(part.u, i, short, part.local, gradient)
        bundles[key].add(part.u, part.local, gradient)
    return list(bundles.values())


def _into_group(graph: Gathered, boxes: Boxes, names: Names, box: Box) -> list[_Bundle]:
    """One arrow from each node that a group uses (one per group where that is a group)."""
    outputs = boxes.outputs[box]
    one = outputs[0] if len(outputs) == 1 and box.kind == "group" else None
    slopes = _through(box, one) if one else {}
    formulas = names.slopes_through(box, one) if one and slopes else {}
    bundles: dict[Any, _Bundle] = {}
    for v in box.members:
        for u, d in zip(v.inputs, v.partials, strict=True):
            if not isinstance(u, Value) or boxes.at.get(u, box) is box:
                continue
            src = boxes.at[u]
            key: Any = u if src.kind == "one" else src
            if key not in bundles:
                bundles[key] = _Bundle(u, len(bundles), whole=one is not None)
            bundles[key].add(u, d, graph.grad(v))
    for bundle in bundles.values():
        if one is not None and len(bundle.parts) == 1:
            bundle.formula = formulas.get(bundle.feeds, "")
            bundle.local, bundle.gradient = slopes.get(bundle.feeds), graph.grad(one)
    return list(bundles.values())


def _through(box: Box, output: Value) -> Mapping[Value, Any]:
    """∂output/∂u for every u that enters a group; nothing where a slope is not known."""
    for v in box.members:
        pairs = zip(v.inputs, v.partials, strict=True)
        if any(d is None and isinstance(u, Value) for u, d in pairs):
            return {}
    return chain_rule(output, along=box.members)
