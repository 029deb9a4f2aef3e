"""Check it: |u| or √u² taken for u before it is differentiated: right where u > 0 only."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from tinygrad_fr.checking.by_power import even_root
from tinygrad_fr.checking.calculus import Array, gradient_at
from tinygrad_fr.checking.graph import Graph
from tinygrad_fr.checking.own import in_brackets
from tinygrad_fr.checking.structure import row_name
from tinygrad_fr.checking.wording import place, spelled
from tinygrad_fr.checking.world import AFTER_ROWS, Told, World
from tinygrad_fr.engine import Value
from tinygrad_fr.ops import DomainError
from tinygrad_fr.replay import rule
from tinygrad_fr.words import say

NODES = 4  # at most, of which this is tried


def without_bars(world: World) -> Iterator[Told]:
    """The gradient of the cost with u for |u|, u² ᵖ for (u²)ᵖ; not that of a lone sign(u)."""
    found = [v for v in world.graph.nodes if row_name(v) == "abs" or even_root(v) is not None]
    for v in found[:NODES]:
        if row_name(v) != "abs" or not _is_the_sign_alone(world, v):
            yield Told("|u| for u", "plain", partial(_words, v), partial(_vector, v), AFTER_ROWS)


def _is_the_sign_alone(world: World, v: Value) -> bool:
    """Does the value of |u| not matter, only its slope: sign(u) forgotten, which is told so?"""
    import numpy as np

    (u,) = v.inputs
    if not isinstance(u, Value):
        return True
    calculus = world.calculus
    bent = world.truth + calculus.G[v][:, None] * (calculus.D[u] - calculus.D[v])
    taken = _vector(v, world)
    return taken is None or bool(np.allclose(taken, bent, rtol=1e-9, atol=0))


def _without_sign(v: Value) -> tuple[Any, float]:
    """(u, n) where uⁿ is what |u| or (u²)ᵖ is taken for."""
    return even_root(v) or (v.inputs[0], 1)


def _words(v: Value) -> tuple[str, str]:
    u, n = _without_sign(v)
    name = spelled(u)
    power = name if n == 1 else f"{in_brackets(name)}^{n:g}"
    return say(
        fr=f"{place(v)} pris pour {power} : ce n’est vrai que là où {name} > 0",
        en=f"{place(v)} taken for {power}: that is true where {name} > 0 only",
    ), say(fr="Que vaut √u² pour u < 0 ?", en="What is √u² for u < 0?")


def _vector(v: Value, world: World) -> Array:
    try:
        twin = Graph(_without(world.graph, v))
        rows = [gradient_at(twin, world.asked, point) for point in world.points]
        return world.array(rows)
    except (ArithmeticError, ValueError, DomainError):
        return None


def _without(graph: Graph, bars: Value) -> Value:
    """The same cost with u, or a power of it, in the place of one node."""
    made: dict[Value, Any] = {v: v for v in graph.leaves}
    for v in graph.nodes:
        if v is bars:
            u, n = _without_sign(v)
            made[v] = made[u] if n == 1 else made[u] ** n
        elif v not in made:
            made[v] = rule(v)(*(made[u] if isinstance(u, Value) else u for u in v.inputs))
    output: Value = made[graph.output] + 0
    return output
