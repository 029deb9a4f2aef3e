"""Write it as a formula: the paths from a cost back to one number, whose products are its gradient.

∂L/∂w is the sum, over all paths from w to L, of the products of the slopes along them.  There may
be very many; the chain rule, walked backward, multiplies once for each edge of the graph.
"""

from __future__ import annotations

from dataclasses import dataclass

from tinygrad_fr.engine import Value
from tinygrad_fr.formula.formula import one_level
from tinygrad_fr.formula.names import named, pretty
from tinygrad_fr.formula.symbol import course, symbol
from tinygrad_fr.gradient import derivative_name, gradient
from tinygrad_fr.refusals import refuse
from tinygrad_fr.walk import order
from tinygrad_fr.words import number, say

SHOWN = 20  # paths that are written out
SHORT = 20  # characters of a formula that stands for its node


@dataclass(frozen=True, slots=True)
class Path:
    """One path: the nodes from the output down, and the slope of each step."""

    nodes: tuple[Value, ...]
    slopes: tuple[float, ...]

    @property
    def product(self) -> float:
        found = 1.0
        for d in self.slopes:
            found *= d
        return found

    def __str__(self) -> str:
        way = " ← ".join(pretty(v.label) if v.label else _made(v) for v in self.nodes)
        steps = "·".join(_factor(d, first=not i) for i, d in enumerate(self.slopes))
        colon = say(fr=" : ", en=": ")
        return f"{way}{colon}{steps} = {number(self.product)}"


@dataclass(frozen=True, slots=True)
class Paths:
    """All paths from an output to one of the numbers it was made from.

    count           how many there are            shown      the first 20 of them
    total           the sum of all products, which is the gradient
    multiplications along all paths               backward   multiplications of the chain rule
    """

    name: str
    count: int
    shown: tuple[Path, ...]
    total: float
    multiplications: int
    backward: int

    def __str__(self) -> str:
        n, left = self.count, self.count - len(self.shown)
        lines = [
            say(
                fr=f"{number(n)} chemin{'s' * (n > 1)} du coût à ce nombre",
                en=f"{number(n)} path{'s' * (n > 1)} from the cost to this number",
            )
        ]
        lines += [f"  {path}" for path in self.shown]
        if left:
            lines.append("  " + say(fr=f"… {number(left)} autres", en=f"… {number(left)} more"))
        lines.append(say(fr="Somme : ", en="Sum: ") + f"{self.name} = {number(self.total)}")
        many, few = number(self.multiplications), number(self.backward)
        lines.append(
            say(
                fr=f"Produits : {many} le long des chemins, {few} par rétropropagation",
                en=f"Products: {many} along the paths, {few} by backpropagation",
            )
        )
        return "\n".join(lines)

    __repr__ = __str__


def paths(output: Value, leaf: Value) -> Paths:
    """The paths from output to leaf: how many, the first 20 with their products, their sum.

    >>> x = Value(3.0, label="x")
    >>> found = paths(x * x + x, x)
    >>> found.count, found.total, [p.product for p in found.shown]
    (3, 7.0, [3.0, 3.0, 1.0])
    """
    for u in (output, leaf):
        if not isinstance(u, Value):
            refuse(
                fr=f"paths(L, w) attend deux Value, reçu {type(u).__name__} : {u!r}",
                en=f"paths(L, w) expects two Values, got {type(u).__name__}: {u!r}",
                kind=TypeError,
            )
    total = gradient(output, leaf).data  # refuses a client's own rule
    nodes = order(output)
    count: dict[Value, int] = {leaf: 1}  # paths from a node down to the leaf,
    steps: dict[Value, int] = {leaf: 0}  # and the edges along all of them
    edges = 0
    for v in nodes:
        if v is leaf:
            continue
        onward = [u for u, d in zip(v.inputs, v.partials, strict=True) if d is not None]
        onward = [u for u in onward if u in count]
        if onward:
            count[v] = sum(count[u] for u in onward)
            steps[v] = sum(steps[u] + count[u] for u in onward)
            edges += len(onward)
    name = derivative_name(output.label, leaf.label or "u")
    n = count.get(output, 0)
    found = tuple(_first(output, leaf, count)) if n else ()
    many = steps.get(output, 0) - n
    return Paths(pretty(name), n, found, total, many, max(edges - 1, 0))


def _first(output: Value, leaf: Value, count: dict[Value, int]) -> list[Path]:
    """The first paths, depth-first, in the order of the inputs."""
    found: list[Path] = []
    todo: list[tuple[Value, tuple[Value, ...], tuple[float, ...]]] = [(output, (output,), ())]
    while todo and len(found) < SHOWN:
        v, nodes, slopes = todo.pop()
        if v is leaf:
            found.append(Path(nodes, slopes))
            continue
        for u, d in reversed(list(zip(v.inputs, v.partials, strict=True))):
            if d is not None and u in count:
                todo.append((u, (*nodes, u), (*slopes, d)))
    return found


def _made(v: Value) -> str:
    """A node without a name: its formula in those of its inputs, or what made it."""
    inputs = [u for u in v.inputs if isinstance(u, Value)]
    if v.op is None or all(u.label or u.op is None for u in inputs):
        known = {u: symbol(named(u.label, course()) if u.label else u.data) for u in inputs}
        text = one_level(v, known).text
        if len(text) <= SHORT:
            return text
    return str(getattr(v.op, "symbol", v.op))


def _factor(d: float, first: bool) -> str:
    text = number(d)
    return text if first or not text.startswith("−") else f"({text})"
