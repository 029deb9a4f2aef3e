"""Step through it: one list of steps for both passes, each revealing a number of the picture.

The boxes stay where they are; a step fills one of them.  Forward, a box gets its value; backward,
an arrow brings its contribution, and what it brings is added to what has arrived before.  The step
page, the slides and the animation read this list.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tinygrad_fr.engine import Value
from tinygrad_fr.formula.stages import Stages
from tinygrad_fr.picture.fold import count
from tinygrad_fr.picture.labels import Node
from tinygrad_fr.picture.view import View, views
from tinygrad_fr.refusals import refuse
from tinygrad_fr.walk import order

MOST = 80  # steps that one still walks; more, and a box holds more
TOO_MANY = 5_000  # operations: ten seconds at most
LEAVES = ("parameter", "data", "number")


@dataclass(frozen=True, slots=True)
class Frame:
    """One step.

    kind    given     the numbers of the leaves stand there from the beginning
            forward   the box gets its value
            seed      ∂L/∂L = 1, where the way back begins
            backward  an arrow brings ∂L/∂dst · ∂dst/∂src to the box, src
            whole     the box gets its gradients at once: it has several outputs, or its arrows do
            inside    the parameters inside the box get theirs
    box     the id of the box that gets something; "" for given
    arrow   the place of the arrow in the view; None where there is none
    value   what the box holds now: a value forward, a gradient backward; None for several
    before  the gradient that had arrived before; None for the first contribution
    place, places   which contribution of how many
    """

    kind: str
    box: str = ""
    arrow: int | None = None
    value: Any = None
    before: Any = None
    place: int = 1
    places: int = 1


@dataclass(frozen=True, slots=True)
class Film:
    """The picture that is stepped through, its steps, and how its graph is written.

    The picture is that of `stages.output`, the output as a course writes it: each part of a softmax
    is one box.  Arrows carry ∂L/∂dst and their contribution whatever the graph's own `grad` holds.
    """

    output: Value
    view: View
    frames: list[Frame]
    stages: Stages

    def node(self, name: str) -> Node:
        """The box of that id."""
        return next(node for node in self.view.nodes if node.id == name)


def film(output: Value, level: str = "auto") -> Film:
    """The steps of both passes, at a level with at most 80 of them, or at the level asked for.

    Raises TypeError at a client's own operation, for which the table has no rule, ValueError for
    more than 5,000 operations.
    """
    nodes = order(output)
    operations = sum(v.op is not None for v in nodes)
    if operations > TOO_MANY:
        has, most = count(operations), count(TOO_MANY)
        refuse(
            fr=f"pas à pas, un graphe a au plus {most} opérations, celui-ci en a {has} : prenez "
            "moins d’exemples, ou un réseau plus petit",
            en=f"step by step, a graph has at most {most} operations, this one has {has}: take "
            "fewer examples, or a smaller network",
        )
    leaves = [v for v in nodes if v.op is None and not v.constant]
    stages = Stages(output, leaves, "neutral")
    called = {v: name for v, name in stages.names.items() if v.op is not None and not v.label}
    coarser = views(stages.output, level, called=called, fresh=True)
    seen = next(coarser)
    found = list(frames(seen))
    for after in coarser:
        if len(found) <= MOST:
            break
        seen, found = after, list(frames(after))
    if len(found) > MOST:
        found = list(frames(seen, by_box=True))
    return Film(output, seen, found, stages)


def frames(seen: View, by_box: bool = False) -> Iterator[Frame]:
    """The steps of a view, forward and back; `by_box`: all arrows into a box at once."""
    yield Frame("given")
    for node in seen.nodes:
        if node.kind not in LEAVES and node.data is not None:
            yield Frame("forward", node.id, value=_one(node.data))
    *_, last = seen.nodes
    yield Frame("seed", last.id, value=1)
    arrived: dict[str, Any] = {last.id: 1}
    whole = {node.id for node in seen.nodes if by_box or _at_once(node, seen)}
    places = Counter(edge.src for edge in seen.edges)
    met: Counter[str] = Counter()
    for node in reversed(seen.nodes):
        if node.id in whole and node is not last and node.grad is not None:
            yield Frame("whole", node.id, value=_one(node.grad))
        if node.kind == "group" and node.parameters:
            yield Frame("inside", node.id)
        for i, edge in enumerate(seen.edges):
            if edge.dst != node.id or edge.src in whole:
                continue
            met[edge.src] += 1
            before = arrived.get(edge.src)
            now = edge.contribution if before is None else before + edge.contribution
            arrived[edge.src] = now
            yield Frame("backward", edge.src, i, now, before, met[edge.src], places[edge.src])


def _one(x: Any) -> Any:
    return None if isinstance(x, tuple) else x


def _at_once(node: Node, seen: View) -> bool:
    """Whether no single arrow tells what it brings: a box with several outputs, a bundle."""
    if node.value is None:
        return True
    arrows = (edge for edge in seen.edges if edge.src == node.id)
    return any(edge.local is None or edge.contribution is None for edge in arrows)
