"""Write it as a formula: the lines of a derivation, in their order, with their values.

Forward, a line for each stage; backward, `chain_rule` with written slopes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tinygrad_fr.engine import Value
from tinygrad_fr.formula.names import parts
from tinygrad_fr.formula.parameters import is_parameter
from tinygrad_fr.formula.product import Ref, Sum, Working, nodes_of, spell
from tinygrad_fr.formula.short import Short, ShortForms
from tinygrad_fr.formula.stages import Stages, is_transfer
from tinygrad_fr.ops import TABLE


@dataclass(slots=True)
class Line:
    """One line of a derivation.

    kind    "forward", "gradient" (∂L/∂a, δ), "slope" (f′(z)), "parameter" (what was wanted)
    node    the node it is about               name    it is a node, or a Ref
    what    its right side, to be spelled      value   the number it gives
    layer   as its label says, else ""         items   of the course
    depth   which layer from the last          height  1 + that of the ∂L/∂… that it names
    short   its short form, where one is proved
    """

    kind: str
    node: Value
    name: Any
    what: Any
    value: Any
    layer: str = ""
    depth: int = 0
    height: int = 0
    items: tuple[str, ...] = ()
    short: Short | None = None


def lines_of(stages: Stages, output: Value) -> list[Line]:
    """The forward pass, then the backward pass from the last layer to the first.

    output   the graph as it was given, of which short forms are proved
    """
    forward = [
        Line("forward", v, v, v, v.data, stages.layer(v))
        for v in stages.forward
        if v.op is not None and v in stages.names
    ]
    back = _backward(stages)
    forms = ShortForms(stages, output)
    for line in back:
        if line.kind != "slope":
            line.short = forms.of(line.name, line.what)
    return forward + _defined_first(sorted(back, key=_place(stages)))


def _defined_first(lines: list[Line]) -> list[Line]:
    """The lines in their order, but none before a line that it names."""
    by_name = {line.name: line for line in lines}
    done: dict[Any, Line] = {}

    def put(line: Line) -> None:
        for name in nodes_of(line.what) if isinstance(line.what, Sum) else ():
            if name not in done and name in by_name:
                put(by_name[name])
        done[line.name] = line

    for line in lines:
        if line.name not in done:
            put(line)
    return list(done.values())


def _backward(stages: Stages) -> list[Line]:
    """The lines of the walk back with their values, each after those that it names."""
    values: dict[Any, Any] = {}
    depth = stages.depths()
    height: dict[Any, int] = {}  # a line stands below those that it names
    found = []

    def at(key: Any) -> Any:
        if isinstance(key, Ref) and key not in values:  # a slope that is written out
            return spell(stages.slopes[key.node][0], at, Working())
        return values[key] if isinstance(key, Ref) else key.data if key in stages.inside else None

    for v in reversed(stages.nodes):
        name = Ref("∂", v)
        if v in stages.gradients and v is not stages.output:
            what = stages.gradients[v]
            values[name] = spell(what, at, Working())
            named = [height[x] for x in nodes_of(what) if isinstance(x, Ref) and x.kind == "∂"]
            height[name] = 1 + max(named, default=0)
            kind = "parameter" if v.op is None else "gradient"
            line = Line(kind, v, name, what, values[name], stages.layer(v), depth[v])
            line.items = _items(stages, line)
            line.height = height[name] if kind == "gradient" else 0
            found.append(line)
        if is_transfer(v) and stages.notation == "course" and v in stages.onward:
            of = Ref("′", v)
            what = stages.slopes[v][0]
            values[of] = spell(what, at, Working())
            line = Line("slope", v, of, what, values[of], stages.layer(v), depth[v])
            line.items = _items(stages, line)
            found.append(line)
    return found


def _place(stages: Stages) -> Callable[[Line], tuple[Any, ...]]:
    """Where a line stands: from the last layer to the first; ∂L/∂a, f′(z), then w and b."""
    index = {v: i for i, v in enumerate(stages.nodes)}
    layered = any(map(stages.layer, stages.names))

    def place(line: Line) -> tuple[Any, ...]:
        layer = line.layer
        first = (1, -int(layer) if layer.isdigit() else 0, layer)
        if not layer:
            first = (2 if layered and line.kind == "parameter" else 0, line.depth, "")
        letter = parts(stages.names[line.node]) if layer else None
        neuron = letter.below.split(",")[0] if letter else ""
        kind = ("gradient", "slope", "parameter").index(line.kind)
        return (
            *first,
            kind,
            line.height,
            int(neuron) if neuron.isdigit() else 0,
            index.get(line.node, 0),
        )

    return place


def _items(stages: Stages, line: Line) -> tuple[str, ...]:
    """The items of the course that a line states."""
    v, last = line.node, line.depth == 1
    if line.kind == "slope":
        return ("C9",) if v.op is TABLE["sigmoid"] else ()
    delta = v in stages.deltas
    a = stages.transfers.get(v, v) if delta else v
    neuron = is_transfer(a) or (v.op is not None and bool(line.layer))
    bias = ("C8",) if last else ("C10",)
    if line.kind == "parameter":
        return bias if (stages.transfers or stages.scores) and is_parameter(v) else ()
    above = ("C9",) if _squared(stages, a) else ("C11",) if neuron and not last else ()
    return (*bias, *above) if delta else above


def _squared(stages: Stages, a: Value) -> bool:
    """Whether a meets the cost as the a of (a − y)²."""
    users = stages.users.get(a, [])
    above = (
        stages.users.get(users[0], []) if len(users) == 1 and users[0].op is TABLE["sub"] else []
    )
    if len(above) != 1:
        return False
    row, rest = above[0].op, above[0].inputs[1:]
    return row is TABLE["square"] or (
        row is TABLE["pow"] and getattr(rest[0], "data", rest[0]) == 2
    )
