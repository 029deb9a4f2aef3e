"""Check it: all the wrong gradients that one mistake leads to here, each with its weight.

The weights are written down before an answer is looked at: how often the first try is of a kind,
spread evenly over the different gradients of that kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from copy import copy
from fractions import Fraction
from itertools import combinations, islice

from tinygrad_fr.checking.bends import Mistake
from tinygrad_fr.checking.by_cost import COSTS
from tinygrad_fr.checking.by_rule import CHAIN, RULES
from tinygrad_fr.checking.by_slope import SLOPES
from tinygrad_fr.checking.calculus import Array
from tinygrad_fr.checking.catalogue import CATALOGUE
from tinygrad_fr.checking.cost import shape
from tinygrad_fr.checking.groups import EVERYWHERE, Group, groups
from tinygrad_fr.checking.plain import Plain
from tinygrad_fr.checking.structure import Scene
from tinygrad_fr.checking.wording import place, spelled
from tinygrad_fr.checking.world import Candidate, Told, World
from tinygrad_fr.engine import Value
from tinygrad_fr.formula.parameters import is_parameter
from tinygrad_fr.words import say

KINDS = ("const", "row", "plain", "const*", "two")
SHARES = {"const": 0.30, "row": 0.35, "plain": 0.18, "const*": 0.05, "two": 0.02}
CONSTANT = 0.05  # each constant that changes something, and no more than its share together
# where numbers coincide, what is told first: the course, the catalogue, a bend; a bare factor last
CONSTANT_ROW, ROW, PLAIN, BY_PROGRAM, ROW_ELSEWHERE, BARE = 0.0, 1.0, 2.0, 3.5, 4.0, 5.0
PROGRAMS = {"M26c", "order"}  # rows that a program makes, and nobody by hand
BENDS = (*CHAIN[:1], *RULES, *SLOPES, *COSTS, *CHAIN[1:])
WIDE = 200_000  # arrows times parameters above which only the catalogue is tried
MOVES = 40  # exchanged and misread data that are tried


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

        vector = told.vector(self.first)
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
        twin = copy(self)
        twin.singles = [c for c in self.singles if c is not left_out]
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
    yield from _bends(world)
    yield from _blocks(world, known)
    yield from _moves(world)


def work(world: World) -> int:
    """How much one pass forward computes: arrows of the graph times parameters."""
    return sum(len(v.inputs) for v in world.graph.nodes) * len(world.asked)


def shown(c: Fraction) -> str:
    """×2, ×½, ×(−1), ×1/3."""
    if c == Fraction(1, 2):
        return "×½"
    text = str(c).replace("-", "−")
    return f"×({text})" if c < 0 else f"×{text}"


def _constants(world: World, known: dict[Fraction, list[str]]) -> Iterator[Told]:
    first = world.scenes[0]
    rank = CONSTANT_ROW if first.is_network() else ROW_ELSEWHERE
    for c, keys in known.items():

        def vector(w: World, c: Fraction = c) -> Array:
            return w.truth * float(c)

        for order, key in enumerate(keys):
            row = CATALOGUE.get(key)
            if row is not None and row.factors is not None and list(row.factors(first)):
                yield Told(key, "const", _words_of(row), vector, rank + order / 10)
        yield Told(shown(c), "const", _bare_words(c), vector, BARE)


def _words_of(row: Mistake) -> Callable[[], tuple[str, str]]:
    return lambda: (row.name, row.hint)


def _bare_words(c: Fraction) -> Callable[[], tuple[str, str]]:
    return lambda: _plain_constant(c)


def _plain_constant(c: Fraction) -> tuple[str, str]:
    if c == -1:
        return say(fr="signe : tout est multiplié par −1", en="sign: everything is times −1"), say(
            fr="Quel signe chaque pas a-t-il ?", en="Which sign has each step?"
        )
    return say(fr=f"tout est {shown(c)}", en=f"everything is {shown(c)}"), say(
        fr="D’où vient ce facteur ?", en="Where does this factor come from?"
    )


def _rows(world: World) -> Iterator[Told]:
    first = world.scenes[0]
    taken = {"M1", "M2", "M3", "M4", "M5", "M6"}
    usual = ROW if first.is_network() else ROW_ELSEWHERE
    for mistake in CATALOGUE.values():
        if mistake.key in taken:
            continue
        one_layer = first.layers <= 1 and "everywhere" in mistake.places
        for where in ("everywhere",) if one_layer else mistake.places:

            def words(m: Mistake = mistake, where: str = where) -> tuple[str, str]:
                return m.name + _where(m, where), m.hint

            def vector(w: World, m: Mistake = mistake, where: str = where) -> Array:
                try:
                    return w.row(m, where)
                except (ArithmeticError, ValueError, IndexError, TypeError, AssertionError):
                    return None

            rank = max(usual, BY_PROGRAM) if mistake.key in PROGRAMS else usual
            yield Told(mistake.key, "row", words, vector, rank)


def _where(mistake: Mistake, where: str) -> str:
    if len(mistake.places) == 1:  # its name says it
        return ""
    return {
        "output": say(fr=" (couche de sortie)", en=" (output layer)"),
        "hidden": say(fr=" (couches cachées)", en=" (hidden layers)"),
    }.get(where, "")


def _bends(world: World) -> Iterator[Told]:
    first = world.scenes[0]
    hidden = [
        k
        for k, p in enumerate(first.parameters)
        if p in first.places and first.places[p][1] < first.layers
    ]
    some = hidden if 0 < len(hidden) < len(first.parameters) and first.layered() else []
    for group in reversed(list(groups(world.graph, first.parameters))):
        name = getattr(group.first.op, "name", "")
        for order, bend in enumerate(BENDS):
            if bend.rows and name not in bend.rows:
                continue
            yield _bend(bend, group, [], order)
            if some and bend.both and group.scope != EVERYWHERE:
                yield _bend(bend, group, some, order)


def _bend(bend: Plain, group: Group, hidden: list[int], order: int) -> Told:
    def words() -> tuple[str, str]:
        name, hint = bend.named(group.first)
        return name + _at(group) + _only(hidden), hint

    def vector(w: World) -> Array:
        found = w.bent(bend, group)
        if found is None or not hidden:
            return found
        mixed = w.truth.copy()
        mixed[:, hidden] = found[:, hidden]
        return mixed

    rank = PLAIN + (1 + order / len(BENDS) / 4 if hidden else order / len(BENDS))
    return Told(bend.key, "plain", words, vector, rank, lambda: _at(group))


def _at(group: Group) -> str:
    if group.scope == EVERYWHERE:
        return say(fr=", chaque fois", en=", each time")
    at = place(group.first)
    if len(group.nodes) > 1:
        return say(fr=f", en {at} et ses semblables", en=f", at {at} and its like")
    return say(fr=f", en {at}", en=f", at {at}")


def _only(hidden: list[int]) -> str:
    if not hidden:
        return ""
    return say(fr=" (pour les couches cachées seulement)", en=" (for the hidden layers only)")


def _blocks(world: World, known: dict[Fraction, list[str]]) -> Iterator[Told]:
    """A constant lost in one block of the answer only."""
    first = world.scenes[0]
    places = [first.places.get(p) for p in first.parameters]
    if None in places:
        return
    blocks: dict[str, list[int]] = {}
    for k, at in enumerate(places):
        assert at is not None
        kind, layer = at[:2]
        for name in (f"∂L/∂{kind}", f"∂L/∂{kind}^[{layer}]"):
            blocks.setdefault(name, []).append(k)
    for name, columns in blocks.items():
        if len(columns) < len(places):
            for c in known:
                yield _block(name, columns, c)


def _block(name: str, columns: list[int], c: Fraction) -> Told:
    def words() -> tuple[str, str]:
        return say(fr=f"{shown(c)} dans {name} seulement", en=f"{shown(c)} in {name} only"), say(
            fr="Les constantes du coût valent pour tous les paramètres.",
            en="The constants of the cost hold for every parameter.",
        )

    def vector(w: World) -> Array:
        mixed = w.truth.copy()
        mixed[:, columns] *= float(c)
        return mixed

    return Told(f"block {shown(c)}", "plain", words, vector, PLAIN + 1)


def _moves(world: World) -> Iterator[Told]:
    """The right way with other numbers: a datum misread, two exchanged, a label turned."""
    asked = set(world.asked)
    data = [v for v in world.graph.leaves if v.label and v not in asked and not is_parameter(v)]
    told: list[Told] = []
    for v in data:
        told.append(_misread(v, -1))
        if world.points[0][v] in (0, 1):
            told.append(_label(v))
    for alike in (data, world.asked):
        told += (_exchanged(u, v) for u, v in islice(combinations(alike, 2), MOVES))
    yield from told[:MOVES]


def _reread() -> str:
    return say(
        fr="Relisez les données avec lesquelles vous avez calculé.",
        en="Read again the numbers you worked with.",
    )


def _misread(v: Value, sign: int) -> Told:
    return Told(
        "misread",
        "plain",
        lambda: (
            say(fr=f"signe de {spelled(v)} mal lu", en=f"sign of {spelled(v)} misread"),
            _reread(),
        ),
        lambda w: w.moved(lambda p: {v: sign * p[v]}),
        PLAIN + 1,
    )


def _label(v: Value) -> Told:
    return Told(
        "label",
        "plain",
        lambda: (
            say(fr=f"l’étiquette {spelled(v)} mal lue", en=f"the label {spelled(v)} misread"),
            _reread(),
        ),
        lambda w: w.moved(lambda p: {v: 1 - p[v]}),
        PLAIN + 1,
    )


def _exchanged(u: Value, v: Value) -> Told:
    return Told(
        "exchanged",
        "plain",
        lambda: (
            say(
                fr=f"{spelled(u)} et {spelled(v)} échangés",
                en=f"{spelled(u)} and {spelled(v)} exchanged",
            ),
            _reread(),
        ),
        lambda w: w.moved(lambda p: {u: p[v], v: p[u]}),
        PLAIN + 1,
    )
