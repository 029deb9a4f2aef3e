"""Check it: all the wrong gradients that one mistake leads to here, each with its weight.

The weights are written down before an answer is looked at: how often the first try is of a kind,
spread evenly over the different gradients of that kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from copy import copy
from fractions import Fraction

from tinygrad_fr.checking.bends import Mistake
from tinygrad_fr.checking.by_chain import CHAIN
from tinygrad_fr.checking.by_cost import COSTS
from tinygrad_fr.checking.by_data import (
    blocks,
    exchanged_answers,
    factors,
    moves,
    polynomials,
    shown,
    times,
)
from tinygrad_fr.checking.by_kink import KINKS
from tinygrad_fr.checking.by_network import in_a_network
from tinygrad_fr.checking.by_output import of_a_probability, of_a_step
from tinygrad_fr.checking.by_power import POWERS
from tinygrad_fr.checking.by_quotient import QUOTIENTS
from tinygrad_fr.checking.by_rule import PRODUCTS, SUMS
from tinygrad_fr.checking.by_sign import without_bars
from tinygrad_fr.checking.by_slope import SLOPES
from tinygrad_fr.checking.by_softmax import CROSS_ENTROPY, PROBABILITIES
from tinygrad_fr.checking.by_use import of_its_uses
from tinygrad_fr.checking.calculus import Array
from tinygrad_fr.checking.catalogue import CATALOGUE, layers, transfer
from tinygrad_fr.checking.cost import shape
from tinygrad_fr.checking.groups import EVERYWHERE, ONE, Group, groups
from tinygrad_fr.checking.own import Own
from tinygrad_fr.checking.plain import Plain
from tinygrad_fr.checking.structure import Scene
from tinygrad_fr.checking.wording import NO_PLACE, place, spelled
from tinygrad_fr.checking.world import AFTER_BENDS, Candidate, Told, World
from tinygrad_fr.words import say

KINDS = ("const", "row", "plain", "const*", "two")
# two mistakes at once are rare: of 344 wrong derivations explained in benchmarks/students*.toml
# four are a constant times another mistake, and one is two bends
SHARES = {"const": 0.30, "row": 0.35, "plain": 0.21, "const*": 0.02, "two": 0.02}
CONSTANT = 0.05  # each constant that changes something, and no more than its share together
# where numbers coincide, what is told first: the course, the catalogue, a bend; a bare factor last
CONSTANT_ROW, ROW, PLAIN, BY_PROGRAM, ROW_ELSEWHERE, BARE = 0.0, 1.0, 2.0, 3.5, 4.0, 5.0
OF_NETWORKS = [*layers.ROWS, *transfer.ROWS]
SHIFTED = {"M23", "M23b"}  # rows that name another layer
OF_INPUTS = {"M25b", "M25c"}  # rows that are M25 where a neuron has a single input
PROGRAMS = {"M26c", "order"}  # rows that a program makes, and nobody by hand
BENDS = (
    *CHAIN[:1],
    *PRODUCTS,
    *QUOTIENTS,
    *SUMS,
    *POWERS,
    *KINKS,
    *SLOPES,
    *COSTS,
    *PROBABILITIES,
    *CHAIN[1:],
)
WIDE = 200_000  # arrows times parameters above which only the catalogue is tried


class Candidates:
    """The candidates of one exercise: `singles`, and the constants by which each may be multiplied.

    scenes  the graph at one point or several, in floats; the first one is looked at first
    """

    def __init__(self, scenes: Sequence[Scene]) -> None:
        self.scenes = list(scenes)
        self.first = World(self.scenes[:1])
        self._whole: World | None = None
        self.constants = constants(self.scenes[0])
        self.singles: list[Candidate] = []
        self._seen: dict[bytes, Candidate] = {}
        self._truth = _signature(self.first.truth)
        for told in ways(self.first, self.constants):
            self._take(told)
        self._weigh()

    @property
    def whole(self) -> World:
        """The same exercise at all the points."""
        if len(self.scenes) == 1:
            return self.first
        if self._whole is None:
            self._whole = World(self.scenes)
        return self._whole

    def _take(self, told: Told) -> None:
        import numpy as np

        vector = told.there(self.first)
        if vector is None or not np.all(np.isfinite(vector)):
            return
        key = _signature(vector)
        if key == self._truth:
            return
        known = self._seen.get(key)
        if known is None:
            known = self._seen[key] = Candidate(vector)
            self.singles.append(known)
        known.told.append(told)

    def _weigh(self) -> None:
        for c in self.singles:
            c.told.sort(key=lambda t: t.rank)  # the outermost of equals first: bends come that way
            c.kind = min((t.kind for t in c.told), key=KINDS.index)
        for kind in KINDS:
            alike = [c for c in self.singles if c.kind == kind]
            for c in alike:
                c.weight = SHARES[kind] / len(alike)
                if kind == "const":
                    c.weight = min(CONSTANT, c.weight)

    def without(self, left_out: Candidate) -> Candidates:
        """The same list with one mistake that nobody thought of."""
        return self.with_singles([c for c in self.singles if c is not left_out])

    def with_singles(self, singles: list[Candidate]) -> Candidates:
        """The same exercise with another list."""
        twin = copy(self)
        twin.singles = singles
        return twin

    def times_constants(self) -> float:
        """The weight of a constant times one of the others."""
        count = sum(c.kind != "const" for c in self.singles) * len(self.constants)
        return SHARES["const*"] / max(1, count)


def _signature(vector: Array) -> bytes:
    """The same for the same numbers, but for rounding."""
    import numpy as np

    scale = float(np.max(np.abs(vector))) or 1.0
    rounded = np.round(vector / scale, 9) + 0.0
    return bytes(rounded.tobytes()) + b"%.8e" % scale


def constants(scene: Scene) -> dict[Fraction, list[str]]:
    """The constants people lose or add here, each with the rows of the catalogue that it is."""
    counted = shape(scene.graph, scene.parameters)
    m, n = max(counted.examples, scene.examples), max(counted.outputs, scene.outputs)
    named = [
        (Fraction(2), "M2"),
        (Fraction(1, 2), "M1"),
        (Fraction(-1), "M6"),
        (Fraction(m), "M3"),
        (Fraction(1, m), "M4"),
        (Fraction(n), "n"),
        (Fraction(1, n), "M5"),
    ]
    out: dict[Fraction, list[str]] = {}
    for c, key in named:
        if c != 1:
            out.setdefault(c, []).append(key)
    return out


# ── everything people do ─────────────────────────────────────────────────────────────────────────


def ways(world: World, known: dict[Fraction, list[str]]) -> Iterator[Told]:
    """Every way of coming to a wrong gradient, but constants times others and pairs."""
    yield from _constants(world, known)
    yield from _rows(world)
    if work(world) > WIDE:
        return
    yield from in_a_network(world)
    yield from _bends(world)
    yield from of_a_step(world)
    yield from of_a_probability(world)
    yield from without_bars(world)
    yield from of_its_uses(world)
    yield from polynomials(world)
    yield from blocks(world, known)
    yield from factors(world)
    yield from exchanged_answers(world)
    yield from moves(world)


def work(world: World) -> int:
    """How much one pass forward computes: arrows of the graph times parameters."""
    return sum(len(v.inputs) for v in world.graph.nodes) * len(world.asked)


def _constants(world: World, known: dict[Fraction, list[str]]) -> Iterator[Told]:
    first = world.scenes[0]
    rank = CONSTANT_ROW if first.is_network() else ROW_ELSEWHERE
    for c, keys in known.items():

        def vector(w: World, c: Fraction = c) -> Array:
            return w.truth * float(c)

        for order, key in enumerate(keys):
            row = CATALOGUE.get(key)
            if row is not None and row.factors is not None and list(row.factors(first)):
                yield Told(key, "const", _words_of(row, first), vector, rank + order / 10)
        yield Told(shown(c), "const", _bare_words(c), vector, BARE)


def _words_of(
    row: Mistake, scene: Scene, where: str = "everywhere"
) -> Callable[[], tuple[str, str]]:
    """Its name and its hint, in the letters of the exercise."""
    own = Own(scene, where)
    return lambda: (own(row.name) + _where(row, where), own(row.hint))


def _bare_words(c: Fraction) -> Callable[[], tuple[str, str]]:
    return lambda: _plain_constant(c)


def _plain_constant(c: Fraction) -> tuple[str, str]:
    if c == -1:
        return say(
            fr="signe : tout est multiplié par −1", en="sign: everything is multiplied by −1"
        ), say(fr="Quel est le signe de chaque étape ?", en="What is the sign of each step?")
    return say(fr=f"tout est {times(c)}", en=f"everything is {times(c)}"), say(
        fr="D’où vient ce facteur ?", en="Where does this factor come from?"
    )


def _rows(world: World) -> Iterator[Told]:
    first = world.scenes[0]
    taken = {"M1", "M2", "M3", "M4", "M5", "M6"}
    network = first.is_network()
    usual = ROW if network else ROW_ELSEWHERE
    for mistake in CATALOGUE.values():
        if mistake.key in taken:
            continue
        if mistake.key in SHIFTED and first.layers < 2:
            continue  # there is no other layer
        if mistake.key in OF_INPUTS and all(len(n.weights) == 1 for n in first.neurons):
            continue
        if mistake in OF_NETWORKS and not network:
            continue
        one_layer = first.layers <= 1 and "everywhere" in mistake.places
        for where in ("everywhere",) if one_layer else mistake.places:

            def vector(w: World, m: Mistake = mistake, where: str = where) -> Array:
                try:
                    return w.row(m, where)
                except (ArithmeticError, ValueError, IndexError, TypeError, AssertionError):
                    return None

            rank = max(usual, BY_PROGRAM) if mistake.key in PROGRAMS else usual
            yield Told(mistake.key, "row", _words_of(mistake, first, where), vector, rank)


def _where(mistake: Mistake, where: str) -> str:
    if len(mistake.places) == 1:  # its name says it
        return ""
    return {
        "output": say(fr=" (couche de sortie)", en=" (output layer)"),
        "hidden": say(fr=" (couches cachées)", en=" (hidden layers)"),
    }.get(where, "")


def bendings(world: World) -> Iterator[tuple[Plain, Group, int]]:
    """Every bend at every group of nodes where it may be made, the outermost first; its order."""
    tops = tuple(world.calculus.softmaxes)
    several = [Group(tops, EVERYWHERE)] if len(tops) > 1 else []
    for group in [*several, *(Group((v,), ONE) for v in tops)]:
        for order, bend in enumerate(CROSS_ENTROPY):
            yield bend, group, order - len(CROSS_ENTROPY)
    for group in reversed(list(groups(world.graph, world.asked))):
        name = getattr(group.first.op, "name", "")
        for order, bend in enumerate(BENDS):
            if not bend.rows or name in bend.rows:
                yield bend, group, order


def _bends(world: World) -> Iterator[Told]:
    first = world.scenes[0]
    hidden = [
        k
        for k, p in enumerate(first.parameters)
        if p in first.places and first.places[p][1] < first.layers
    ]
    some = hidden if 0 < len(hidden) < len(first.parameters) and first.layered() else []
    for bend, group, order in bendings(world):
        yield _bend(world, bend, group, [], order)
        if some and bend.both and group.scope != EVERYWHERE:
            yield _bend(world, bend, group, some, order)


def _bend(world: World, bend: Plain, group: Group, hidden: list[int], order: int) -> Told:
    whole = bend in CROSS_ENTROPY and group.nodes == tuple(world.calculus.softmaxes)

    def at() -> str:
        there = "" if whole else stands_at(world, group)
        if not there and bend in CROSS_ENTROPY and not whole:
            return say(
                fr=", pour une partie des exemples seulement", en=", for some of the examples only"
            )
        return there

    def words() -> tuple[str, str]:
        name, hint = bend.named(group.first, group.scope == EVERYWHERE and not whole)
        return name + at() + _only(hidden), hint

    def vector(w: World) -> Array:
        found = w.bent(bend, group)
        if found is None or not hidden:
            return found
        mixed = w.truth.copy()
        mixed[:, hidden] = found[:, hidden]
        return mixed

    share = (order / len(BENDS) + (group.scope == EVERYWHERE and not whole)) / 2
    rank = AFTER_BENDS + share / 4 if hidden else PLAIN + share
    kind = "row" if bend.course else "plain"
    return Told(bend.key, kind, words, vector, rank, at)


def stands_at(world: World, group: Group) -> str:
    """Where these nodes are, as a name goes on: ", at a = σ(z)"."""
    if group.scope == EVERYWHERE:
        return say(fr=", à chaque fois", en=", each time")
    at = place(group.first)
    if not at.strip(NO_PLACE):  # of a long sum no more than … + …
        own = ", ".join(_only_there(world, group))
        return say(fr=f", là où entre {own}", en=f", where {own} enters") if own else ""
    if len(group.nodes) > 1:
        return say(fr=f", en {at} et aux nœuds semblables", en=f", at {at} and the nodes like it")
    return say(fr=f", en {at}", en=f", at {at}")


def _only_there(world: World, group: Group) -> list[str]:
    """The first named data below the nodes that are below none of their like; [] if all are."""
    names = {getattr(v.op, "name", "") for v in group.nodes}
    below = {u for v in group.nodes for u in world.graph.below(v)}
    like = [v for v in world.graph.nodes if getattr(v.op, "name", "") in names and v not in below]
    under = [set(world.graph.below(v)) for v in like]
    others = {u for nodes in under if not nodes & set(group.nodes) for u in nodes}
    data = [u for u in world.graph.leaves if u.label and u not in world.asked]
    own = [spelled(u) for u in data if u in below - others]
    return own[:1] if len(own) < len(data) else []


def _only(hidden: list[int]) -> str:
    if not hidden:
        return ""
    return say(fr=" (pour les couches cachées seulement)", en=" (for the hidden layers only)")
