"""Check it: a letter that is used several times, and not all of its uses are counted."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from tinygrad_fr.checking.calculus import Array
from tinygrad_fr.checking.wording import NO_PLACE, place, spelled
from tinygrad_fr.checking.world import AFTER_BENDS, Told, World
from tinygrad_fr.engine import Value
from tinygrad_fr.words import say

MOST = 12  # uses, together, of which each may be forgotten
Use = tuple[Value, int]  # the node that uses it, and as which input


def of_its_uses(world: World) -> Iterator[Told]:
    """One use of a letter forgotten; only the first use of every letter counted, or the last."""
    uses = {p: world.graph.users.get(p, []) for p in world.asked}
    several = {p: found for p, found in uses.items() if len(found) > 1}
    if not several:
        return
    if sum(map(len, several.values())) <= MOST:
        for p, found in several.items():
            for use in found:
                words = partial(_forgotten, p, use)
                yield Told("use forgotten", "plain", words, partial(_without, p, use), AFTER_BENDS)
    for k in (0, -1):
        yield Told("one use", "plain", partial(_words, k), partial(_one, k), AFTER_BENDS)


def _forgotten(p: Value, use: Use) -> tuple[str, str]:
    letter, where = spelled(p), place(use[0])
    at = say(fr=f" en {where}", en=f" at {where}") if where.strip(NO_PLACE) else ""
    return say(
        fr=f"{letter} sert plusieurs fois, et n’est pas compté{at}",
        en=f"{letter} is used several times, and is not counted{at}",
    ), _hint()


def _words(k: int) -> tuple[str, str]:
    return say(
        fr=f"seul le {'premier' if k == 0 else 'dernier'} usage de chaque paramètre est compté",
        en=f"only the {'first' if k == 0 else 'last'} use of each parameter is counted",
    ), _hint()


def _hint() -> str:
    return say(
        fr="Par combien de chemins ce paramètre agit-il ?",
        en="Along how many paths does this parameter act?",
    )


def _brought(world: World, use: Use) -> Array:
    """What arrives along this use."""
    v, i = use
    return world.calculus.G[v] * world.calculus.slopes[v][i]


def _without(p: Value, use: Use, world: World) -> Array:
    found, k = world.truth.copy(), world.asked.index(p)
    found[:, k] -= _brought(world, use)
    return found


def _one(k: int, world: World) -> Array:
    found = world.truth.copy()
    for column, p in enumerate(world.asked):
        uses = world.graph.users.get(p, [])
        if len(uses) > 1:
            found[:, column] = _brought(world, uses[k])
    return found
