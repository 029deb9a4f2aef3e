"""Check it: a right gradient with a constant lost in one block, or worked out with other data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import combinations, islice, permutations
from typing import Any

from tinygrad_fr.checking.calculus import Array, in_floats
from tinygrad_fr.checking.own import of_block
from tinygrad_fr.checking.structure import Scene
from tinygrad_fr.checking.wording import spelled
from tinygrad_fr.checking.world import AFTER_BENDS, Told, World
from tinygrad_fr.engine import Value
from tinygrad_fr.formula.parameters import is_parameter
from tinygrad_fr.words import say

Numbers = dict[Value, Any]  # of the leaves, at a point
MULTIPLY = ("mul", "div", "pow", "square", "dot")
MOVES = 40  # exchanged and misread data that are tried


def _factor(c: Fraction) -> str:
    """2, ½, −1, 1/3."""
    return "½" if c == Fraction(1, 2) else str(c).replace("-", "−")


def shown(c: Fraction) -> str:
    """×2, ×½, ×(−1), ×1/3."""
    return f"×({_factor(c)})" if c < 0 else f"×{_factor(c)}"


def times(c: Fraction) -> str:
    """The same in words: multiplied by 2."""
    return say(fr=f"multiplié par {_factor(c)}", en=f"multiplied by {_factor(c)}")


def blocks(world: World, known: Iterable[Fraction]) -> Iterator[Told]:
    """A constant lost in one block of the answer only."""
    first = world.scenes[0]
    places = [first.places.get(p) for p in first.parameters]
    if None in places:
        return
    blocks: dict[Any, list[int]] = {}
    for k, at in enumerate(places):
        assert at is not None
        for block in (at[:1], at[:2]):  # all the weights or biases, those of a layer
            blocks.setdefault(block, []).append(k)
    for columns in blocks.values():
        if len(columns) < len(places):
            for c in known:
                yield _block(first, columns, c)


def _block(first: Scene, columns: list[int], c: Fraction) -> Told:
    m = first.examples

    def words() -> tuple[str, str]:
        name = of_block(first, columns)
        if c == m > 2:  # ×2 may be the 2 of the square as well
            told = say(
                fr=f"le facteur 1/{m} de la moyenne est oublié, dans {name} seulement",
                en=f"the factor 1/{m} of the mean is forgotten, in {name} only",
            )
        else:
            told = say(fr=f"{times(c)} dans {name} seulement", en=f"{times(c)} in {name} only")
        return told, say(
            fr="Les constantes du coût valent pour tous les paramètres.",
            en="The constants of the cost apply to every parameter.",
        )

    def vector(w: World) -> Array:
        mixed = w.truth.copy()
        mixed[:, columns] *= float(c)
        return mixed

    return Told(f"block {shown(c)}", "plain", words, vector, AFTER_BENDS)


def factors(world: World) -> Iterator[Told]:
    """The whole answer divided by a number of the exercise: a k lost on the way."""
    rows = world.calculus.row
    for v in world.graph.leaves:
        multiplies = any(rows(u) in MULTIPLY for u, _ in world.graph.users.get(v, []))
        if (
            v.label
            and v not in world.asked
            and multiplies
            and abs(world.points[0][v]) not in (0, 1)
        ):
            yield _lost(v)


def _lost(v: Value) -> Told:
    def words() -> tuple[str, str]:
        letter = spelled(v)
        told = say(fr=f"le facteur {letter} manque", en=f"the factor {letter} is missing")
        return told, say(
            fr=f"Combien de fois {letter} multiplie-t-il la pente ?",
            en=f"How many times does {letter} multiply the slope?",
        )

    def vector(w: World) -> Array:
        import numpy as np

        x = w.calculus.value[v][:, None]
        with np.errstate(all="ignore"):
            return w.truth / x

    return Told("factor lost", "plain", words, vector, AFTER_BENDS)


def exchanged_answers(world: World) -> Iterator[Told]:
    """Two right answers, each under the name of the other."""
    for i, j in islice(combinations(range(len(world.asked)), 2), MOVES):
        yield _under_the_other(world.asked, i, j)


def _under_the_other(asked: Sequence[Value], i: int, j: int) -> Told:
    def words() -> tuple[str, str]:
        one, other = spelled(asked[i]), spelled(asked[j])
        return say(
            fr=f"les réponses pour {one} et {other} échangées",
            en=f"the answers for {one} and {other} exchanged",
        ), say(
            fr="À quel paramètre appartient chaque réponse ?",
            en="Which parameter does each answer belong to?",
        )

    def vector(w: World) -> Array:
        order = list(range(len(asked)))
        order[i], order[j] = j, i
        return w.truth[:, order]

    return Told("answers exchanged", "plain", words, vector, AFTER_BENDS)


def moves(world: World) -> Iterator[Told]:
    """The right way with other numbers: a datum misread, two exchanged, a label turned."""
    asked = set(world.asked)
    data = [v for v in world.graph.leaves if v.label and v not in asked and not is_parameter(v)]
    told: list[Told] = []
    for v in data:
        told.append(_misread(v))
        if world.points[0][v] in (0, 1):
            told.append(_label(v))
    inputs = {x for n in world.scenes[0].neurons for _, x in n.weights}
    alike = ((u, v) for u, v in permutations(data, 2) if (u in inputs) == (v in inputs))
    told += (_taken_for(u, v) for u, v in islice(alike, MOVES // 4))
    for leaves in (data, world.asked):
        told += (_exchanged(u, v) for u, v in islice(combinations(leaves, 2), MOVES))
    yield from told[:MOVES]


def _moved(key: str, words: Callable[[], str], moved: Callable[[Numbers], Numbers]) -> Told:
    """The right way from other numbers: those that `moved` gives at a point."""

    def told() -> tuple[str, str]:
        return words(), say(
            fr="Relisez les données de votre calcul.",
            en="Reread the numbers you worked with.",
        )

    return Told(key, "plain", told, lambda w: w.moved(moved), AFTER_BENDS)


def _misread(v: Value) -> Told:
    return _moved(
        "misread",
        lambda: say(fr=f"signe de {spelled(v)} mal lu", en=f"sign of {spelled(v)} misread"),
        lambda p: {v: -p[v]},
    )


def _label(v: Value) -> Told:
    return _moved(
        "label",
        lambda: say(fr=f"l’étiquette {spelled(v)} mal lue", en=f"the label {spelled(v)} misread"),
        lambda p: {v: 1 - p[v]},
    )


def _exchanged(u: Value, v: Value) -> Told:
    return _moved(
        "exchanged",
        lambda: say(
            fr=f"{spelled(u)} et {spelled(v)} échangés",
            en=f"{spelled(u)} and {spelled(v)} exchanged",
        ),
        lambda p: {u: p[v], v: p[u]},
    )


def _taken_for(u: Value, v: Value) -> Told:
    return _moved(
        "taken for",
        lambda: say(
            fr=f"{spelled(u)} à la place de {spelled(v)}",
            en=f"{spelled(u)} instead of {spelled(v)}",
        ),
        lambda p: {v: p[u]},
    )


# ── a polynomial of one variable, as a whole ─────────────────────────────────────────────────────

POLYNOMIAL = {"add", "sub", "neg", "mul", "pow", "square", "sum"}
NODES = 16  # Gauss’s nodes: exact up to the degree 31


def polynomials(world: World) -> Iterator[Told]:
    """No exponent lowered in any term; the primitive for the derivative."""
    graph, asked = world.graph, world.asked
    rows = {world.calculus.row(v) for v in graph.nodes if v.op is not None}
    if len(asked) != 1 or not rows <= POLYNOMIAL or not world.scenes[0].one_variable():
        return
    (x,) = asked

    def hint() -> str:
        return say(fr="Que devient chaque terme c·xⁿ ?", en="What becomes of each term c·xⁿ?")

    def primitive(w: World) -> Array:
        import numpy as np

        nodes, weights = np.polynomial.legendre.leggauss(NODES)
        total = 0 * w.truth
        for node, weight in zip((nodes + 1) / 2, weights / 2, strict=True):
            for row, point in zip(total, w.points, strict=True):
                there = in_floats(graph, {**point, x: node * float(point[x])})
                row += weight * float(point[x]) * there[graph.output]
        return total

    yield Told(
        "no exponent lowered",
        "plain",
        lambda: (
            say(
                fr="n·xⁿ : l’exposant n’est diminué dans aucun terme",
                en="n·xⁿ: the exponent is not lowered in any term",
            ),
            hint(),
        ),
        lambda w: w.truth * w.calculus.value[x][:, None],
        AFTER_BENDS,
    )
    yield Told(
        "primitive",
        "plain",
        lambda: (
            say(
                fr="la primitive au lieu de la dérivée",
                en="the antiderivative instead of the derivative",
            ),
            hint(),
        ),
        primitive,
        AFTER_BENDS,
    )
