"""Check it: two mistakes at once: a bend below, then one above, for what fits no single one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tinygrad_fr.checking.calculus import Array, Site
from tinygrad_fr.checking.candidates import SHARES, Candidates, bendings, stands_at, work
from tinygrad_fr.checking.groups import EVERYWHERE, SCOPES, Group
from tinygrad_fr.checking.plain import Plain
from tinygrad_fr.checking.world import Told, World
from tinygrad_fr.engine import Value
from tinygrad_fr.words import say

MOST = 300  # bends of which the pairs are tried
LARGE = 20_000  # arrows times parameters above which no pair is

Bending = tuple[Plain, Group]


def pairs(known: Candidates, fits: Callable[[Array], Array]) -> list[tuple[Told, Array, float]]:
    """The pairs that give the answer at the first point, each with its weight."""
    import numpy as np

    world = known.first
    if work(world) > LARGE:
        return []
    level = _levels(world)
    chosen = _chosen(world)[:MOST]
    out: list[tuple[Told, Array, float]] = []
    weight = 2 * SHARES["two"] / max(1, len(chosen) * (len(chosen) - 1))
    for below, at in chosen:
        D = _bent(world, below, at)
        if D is None:
            continue
        above = [
            (b, g) for b, g in chosen if level[g.first] > level[at.first] or _apart(g, at, level)
        ]
        deltas, kept = [], []
        for bend, group in above:
            delta = _delta(world, bend, group, D)
            if delta is not None:
                deltas.append(delta[0])
                kept.append((bend, group))
        if not deltas:
            continue
        table = D[world.graph.output][0] + np.array(deltas)
        for k in np.flatnonzero(fits(table)):
            told = _told(world, (below, at), kept[int(k)])
            out.append((told, table[k][None, :], weight))
    return out


def _chosen(world: World) -> list[Bending]:
    """The bends that change something, one for each gradient, wider scopes first."""
    import numpy as np

    seen: dict[bytes, Bending] = {}
    wide_first = sorted(bendings(world), key=lambda found: -SCOPES.index(found[1].scope))
    for bend, group, _ in wide_first:
        if group.scope == EVERYWHERE and group.nested:
            continue
        found = world.bent(bend, group)
        if found is None or not np.all(np.isfinite(found)):
            continue
        if np.allclose(found, world.truth, rtol=1e-9, atol=0):
            continue
        scale = float(np.max(np.abs(found))) or 1.0
        key = (np.round(found / scale, 9) + 0.0).tobytes() + b"%.8e" % scale
        seen.setdefault(key, (bend, group))
    return list(seen.values())


def _levels(world: World) -> dict[Value, int]:
    level: dict[Value, int] = {}
    for v in world.graph.nodes:
        level[v] = 1 + max((level[u] for u in v.inputs if isinstance(u, Value)), default=-1)
    return level


def _apart(one: Group, other: Group, level: dict[Value, int]) -> bool:
    """On one level, at other nodes, told once."""
    same = level[one.first] == level[other.first]
    return same and one.nodes != other.nodes and id(one.first) > id(other.first)


def _bent(world: World, bend: Plain, group: Group) -> dict[Value, Any] | None:
    try:
        return world.calculus.forward(dict.fromkeys(group.nodes, bend.rule))
    except (ArithmeticError, ValueError, TypeError, IndexError):
        return None


def _delta(world: World, bend: Plain, group: Group, D: dict[Value, Any]) -> Array:
    """What the upper bend changes, where the nodes below move as the lower bend has them."""
    total = world.calculus.zero
    for v in group.nodes:
        try:
            bent = bend.rule(Site(world.calculus, v, D))
        except (ArithmeticError, ValueError, TypeError, IndexError):
            return None
        if bent is None:
            return None
        total = total + world.calculus.G[v][:, None] * (bent - D[v])
    return total


def _told(world: World, below: Bending, above: Bending) -> Told:
    def words() -> tuple[str, str]:
        told = [bend.named(group.first) for bend, group in (above, below)]
        places = [stands_at(world, group) for _, group in (above, below)]
        first, other = (name + at for (name, _), at in zip(told, places, strict=True))
        if first == other:
            return first + say(fr=", deux fois", en=", twice"), told[0][1]
        return first + say(fr=", et aussi : ", en=", and also: ") + other, told[0][1]

    def vector(w: World) -> Array:
        D = _bent(w, *below)
        delta = None if D is None else _delta(w, *above, D)
        return None if D is None or delta is None else D[w.graph.output] + delta

    return Told(f"{below[0].key} + {above[0].key}", "two", words, vector)
