"""Draw it: what stands in a box: name, formula, numbers, and the sum of what meets there."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tinygrad_fr.engine import Value
from tinygrad_fr.gradient import DERIVATIVE, derivative_name
from tinygrad_fr.ops import Op
from tinygrad_fr.picture.arrows import Edge
from tinygrad_fr.picture.boxes import Box
from tinygrad_fr.picture.fold import count
from tinygrad_fr.picture.gathered import Gathered, leaf_kind, place_name
from tinygrad_fr.picture.levels import Boxes
from tinygrad_fr.picture.names import Names, shown_name
from tinygrad_fr.places import Scope
from tinygrad_fr.words import number, say

LEAVES = 24  # leaves in a box that are all listed; of more, the first and the last
FIRST, LAST = 12, 6


@dataclass(frozen=True, slots=True)
class Node:
    """One box.

    id          "n0", "n1", … in the order of the graph
    name        as shown: a₁⁽²⁾; for a group, its output's name
    expression  one level deep: σ(z); empty for a leaf
    data, grad  numbers; tuples for a box with several outputs; grad is None before a backward pass
    kind        parameter, data, number, inner, foreign, group or folded; of the output, cost or
                derivative
    scope       where it was built
    title       what a group is: "layer 1 · neuron 2"
    sum         "∂L/∂x = 1·3 + 1·3 = 6" where several contributions meet, else empty
    parameters  (name, data, grad) of the parameters in a group, of the leaves in a box of leaves
                (of more than 24 leaves, the first 12 and the last 6)
    truth       what the chain rule gives, where a bent walk (`sabotage`) gave something else
    broken      the walk went wrong here first: all that this box feeds is right
    count       how many nodes of the graph the box holds
    value       the node itself; the output of a group; None if there are several
    inside      the nodes that the box holds, in order
    """

    id: str
    name: str
    expression: str = ""
    data: Any = None
    grad: Any = None
    kind: str = "inner"
    scope: Scope = ()
    title: str = ""
    sum: str = ""
    parameters: tuple[tuple[str, Any, Any], ...] = ()
    truth: Any = None
    broken: bool = False
    count: int = 1
    value: Value | None = field(default=None, repr=False, compare=False)
    inside: Sequence[Value] = field(default=(), repr=False, compare=False)


def labels(graph: Gathered, boxes: Boxes, names: Names, edges: Sequence[Edge]) -> list[Node]:
    """Every box with what is written in it."""
    write = {"one": _one, "group": _group, "leaves": _leaves, "folded": _folded}
    sums = _sums(graph, names, edges)
    fed_wrong = {u for v in graph.nodes if graph.wrong(v) for u in graph.inputs[v]}
    found = []
    for box in boxes.boxes:
        outputs = boxes.outputs[box]
        said = write[box.kind](graph, names, box, outputs)
        if box.kind != "folded":
            said |= _truth(graph, fed_wrong, outputs)
        if box.kind in ("one", "group") and len(outputs) == 1:
            said["sum"] = sums.get(outputs[0], "")
        value = outputs[0] if len(outputs) == 1 else None
        found.append(
            Node(
                boxes.ids[box],
                scope=box.scope,
                count=len(box.members),
                value=value,
                inside=box.members,
                **said,
            )
        )
    return found


# ── one kind of box each ─────────────────────────────────────────────────────────────────────────

Said = dict[str, Any]  # fields of a Node


def _one(graph: Gathered, names: Names, box: Box, outputs: Sequence[Value]) -> Said:
    """An operation or a leaf."""
    v = box.members[-1]
    kind = "inner" if isinstance(v.op, Op) else "foreign"
    if v is graph.output:
        kind = "derivative" if DERIVATIVE.fullmatch(names.root) else "cost"
    return {
        "name": shown_name(v.label) if v.label else names(v).text,
        "expression": names.expression(v, names.parts(v)),
        "data": v.data,
        "grad": graph.grad(v),
        "kind": leaf_kind(v) if v.op is None else kind,
    }


def _group(graph: Gathered, names: Names, box: Box, outputs: Sequence[Value]) -> Said:
    """A neuron, a layer, a scope: its parameters inside."""
    leaves = [v for v in box.members if v.op is None and leaf_kind(v) == "parameter"]
    one = outputs[0] if len(outputs) == 1 else None
    return {
        **_several(graph, names, outputs),
        "kind": "group",
        "title": place_name(box.scope),
        "expression": names.written_through(box, one) if one else names.functions(box, outputs),
        "parameters": tuple((names(v).text, v.data, graph.grad(v)) for v in leaves),
    }


def _leaves(graph: Gathered, names: Names, box: Box, outputs: Sequence[Value]) -> Said:
    """Many leaves that are used alike."""
    leaves = box.members
    shown = leaves if len(leaves) <= LEAVES else [*leaves[:FIRST], *leaves[-LAST:]]
    return {
        **_several(graph, names, outputs),
        "kind": leaf_kind(leaves[0]),
        "parameters": tuple((names(v).text, v.data, graph.grad(v)) for v in shown),
    }


def _folded(graph: Gathered, names: Names, box: Box, outputs: Sequence[Value]) -> Said:
    """What is left out: how much."""
    n = count(len(box.members))
    title = say(fr=f"⋯ {n} nœuds repliés ⋯", en=f"⋯ {n} nodes folded ⋯")
    return {"name": "", "kind": "folded", "title": title}


def _several(graph: Gathered, names: Names, outputs: Sequence[Value]) -> Said:
    """The name and the numbers of the outputs, alone or as tuples."""
    called = list(dict.fromkeys(names(v).text for v in outputs))  # a₁ of every example: once
    if len(outputs) == 1:
        data, grad = outputs[0].data, graph.grad(outputs[0])
    else:
        data = tuple(v.data for v in outputs)
        grad = tuple(graph.grad(v) for v in outputs) if graph.backward else None
    name = f"{called[0]} … {called[-1]}" if len(called) > 3 else ", ".join(called)
    return {"name": name, "data": data, "grad": grad}


def _truth(graph: Gathered, fed_wrong: set[Value], outputs: Sequence[Value]) -> Said:
    """The right gradient beside a wrong one; broken is where all that a box feeds is right."""
    wrong = [v for v in outputs if graph.wrong(v)]
    if not wrong:
        return {}
    truth = tuple(graph.right(v) for v in outputs)
    return {
        "truth": truth[0] if len(truth) == 1 else truth,
        "broken": any(v not in fed_wrong for v in wrong),
    }


# ── the sum at a node that is used several times ─────────────────────────────────────────────────


def _sums(graph: Gathered, names: Names, edges: Sequence[Edge]) -> dict[Value, str]:
    """Where several contributions meet, or one does not explain the gradient: their sum."""
    arriving: dict[Value, list[Edge]] = {}
    for edge in edges:
        if edge.feeds is not None and graph.backward:
            arriving.setdefault(edge.feeds, []).append(edge)
    return {
        u: _sum_text(graph, names, u, parts)
        for u, parts in arriving.items()
        if all(edge.contribution is not None for edge in parts)
    }


def _sum_text(graph: Gathered, names: Names, v: Value, parts: Sequence[Edge]) -> str:
    """∂L/∂v = 1·3 + 1·3 = 6, and what the arrows of this picture do not explain."""
    rest = graph.grad(v) - sum(edge.contribution for edge in parts)
    sizes = [abs(float(edge.contribution)) for edge in parts]
    finite = all(map(math.isfinite, sizes))
    grad = abs(float(v.grad))
    least = 1e-9 * max(*sizes, grad if math.isfinite(grad) else 0)  # smaller is rounding

    def counts(x: Any) -> bool:
        return finite and not abs(float(x)) <= least

    if len(parts) < 2 and not counts(rest):
        return ""
    head = derivative_name(names.root, f"{names(v):5}") + " = "
    if counts(rest) and v.grad == 0 and not graph.wrong(v):
        return head + say(fr="0 (remis à zéro)", en="0 (set to zero)")
    shown = parts if len(parts) <= 4 else [*parts[:2], None, parts[-1]]
    terms = ["…" if edge is None else _product(edge, i) for i, edge in enumerate(shown)]
    bent = graph.wrong(v)
    before = graph.before(v) if bent else rest
    if counts(before):
        there = say(fr="déjà là", en="already there")
        elsewhere = say(fr="hors du dessin", en="not drawn")
        where = there if v.op is None else elsewhere
        terms.append(f"{_in_parentheses(number(before))} [{where}]")
    sign = "≠" if bent and counts(rest - before) else "="
    return f"{head}{' + '.join(terms)} {sign} {number(v.grad)}"


def _product(edge: Edge, i: int) -> str:
    """What one arrow brings: gradient times slope where these are known, else the number."""
    if edge.local is None or edge.gradient is None:
        text = number(edge.contribution)
        return _in_parentheses(text) if i else text
    first = number(edge.gradient)
    return (_in_parentheses(first) if i else first) + "·" + _in_parentheses(number(edge.local))


def _in_parentheses(text: str) -> str:
    return f"({text})" if text.startswith("−") else text
