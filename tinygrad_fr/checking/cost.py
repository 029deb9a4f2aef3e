"""Check it: the cost is given, and the other versions of it whose gradient somebody may have taken.

A gradient of ½(ŷ − y)² is right for that cost, and wrong for (ŷ − y)².  Which versions there are is
read off the graph: the cost is written out as Σ c·tᵢ, its terms are sorted into examples (alike,
the same parameters, other data) and outputs (other parameters), and c tells what is in front
already.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Any

from tinygrad_fr.checking.graph import Graph
from tinygrad_fr.checking.structure import squared
from tinygrad_fr.checking.terms import Term, written_out
from tinygrad_fr.engine import Value
from tinygrad_fr.formula.parameters import is_parameter
from tinygrad_fr.words import say

ACCEPT = ("half", "whole", "sum", "mean", "outputs")
HALF = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Version:
    """Another cost: its gradient is `factor` times that of the cost asked.

    keys    what a teacher accepts: "half", "sum"; several where versions meet
    mistake the row of the catalogue that it is here
    """

    keys: tuple[str, ...]
    factor: Fraction
    cost: str  # "L = ½ Σ (ŷ − y)²"
    missing: str  # "the factor 2 is missing"
    mistakes: tuple[str, ...] = ()

    def and_(self, other: Version) -> Version:
        both = say(fr=" ; ", en="; ")
        return Version(
            self.keys + other.keys,
            self.factor * other.factor,
            self.cost + both + other.cost,
            self.missing + both + other.missing,
            self.mistakes + other.mistakes,
        )


def versions(graph: Graph, parameters: Iterable[Value]) -> list[Version]:
    """The other versions of this cost, the simplest first; some may have the same factor."""
    found_shape = shape(graph, parameters)
    single = [v for v in _single(found_shape) if v.factor != 1]
    found: list[Version] = []
    for count in (1, 2, 3):
        for chosen in combinations(single, count):
            families = [_family(v.keys[0]) for v in chosen]
            if len(set(families)) < count:
                continue
            whole = chosen[0]
            for other in chosen[1:]:
                whole = whole.and_(other)
            if whole.factor != 1:
                found.append(whole)
    return found


def shape(graph: Graph, parameters: Iterable[Value]) -> Shape:
    """How many examples and outputs this cost has, and which constants stand in front."""
    return Shape(graph, set(parameters))


def _family(key: str) -> str:
    return {"half": "½", "whole": "½", "sum": "m", "mean": "m"}.get(key, key)


def _single(s: Shape) -> list[Version]:
    out = []
    if s.squared and not s.halved:
        missing = say(fr="le facteur 2 manque", en="the factor 2 is missing")
        out.append(Version(("half",), HALF, "L = ½ Σ (ŷ − y)²", missing, ("M1",)))
    if s.squared and s.halved:
        missing = say(
            fr="il y a un facteur 2 en trop : le ½ est oublié",
            en="there is an extra factor 2: the ½ is forgotten",
        )
        out.append(Version(("whole",), Fraction(2), "L = Σ (ŷ − y)²", missing, ("M2",)))
    if s.examples > 1:
        m = s.examples
        by_sum = say(fr="L = somme sur les exemples", en="L = sum over the examples")
        by_mean = say(fr="L = moyenne sur les exemples", en="L = mean over the examples")
        if s.averaged_over_examples:
            missing = say(
                fr=f"le facteur 1/m = 1/{m} manque", en=f"the factor 1/m = 1/{m} is missing"
            )
            out.append(Version(("sum",), Fraction(m), by_sum, missing, ("M3",)))
        else:
            missing = say(
                fr=f"il y a un facteur 1/m = 1/{m} en trop",
                en=f"there is an extra factor 1/m = 1/{m}",
            )
            out.append(Version(("mean",), Fraction(1, m), by_mean, missing, ("M4",)))
    if s.outputs > 1:
        n = s.outputs
        if s.averaged_over_outputs:
            cost = say(fr="L = somme sur les sorties", en="L = sum over the outputs")
            missing = say(
                fr=f"le facteur 1/n = 1/{n} manque", en=f"the factor 1/n = 1/{n} is missing"
            )
            out.append(Version(("outputs",), Fraction(n), cost, missing))
        else:
            cost = say(fr="L = moyenne sur les sorties", en="L = mean over the outputs")
            missing = say(
                fr=f"il y a un facteur 1/n = 1/{n} en trop, n étant le nombre de sorties",
                en=f"there is an extra factor 1/n = 1/{n}, n being the number of outputs",
            )
            out.append(Version(("outputs",), Fraction(1, n), cost, missing, ("M5",)))
    return out


# ── what kind of cost it is ──────────────────────────────────────────────────────────────────────


class Shape:
    """m examples, n outputs, squares or not, and which constants stand in front."""

    def __init__(self, graph: Graph, asked: set[Value]) -> None:
        self.graph = graph
        self.forms: dict[Any, int] = {}
        self.moved = asked | {v for v in graph.leaves if is_parameter(v)}
        self.below: dict[Value, tuple[frozenset[Value], tuple[Any, ...]]] = {}
        terms = [t for t in written_out(graph.output) if self._leaves(t[2])[1]]
        self.squared = bool(terms) and all(self._squared_error(v) for _, _, v in terms)
        groups: dict[Any, list[Term]] = {}
        for term in terms:
            v = term[2]
            groups.setdefault((self._leaves(v)[0], self._form(v)), []).append(term)
        counts = {len({self._leaves(v)[1] for _, _, v in group}) for group in groups.values()}
        plain = counts == {len(group) for group in groups.values()} and len(counts) == 1
        self.examples = counts.pop() if plain else 1
        owners = {owner for owner, _ in groups}
        alike = len({self._form(v, whose=False) for _, _, v in terms}) == 1  # a penalty is none
        self.outputs = len(owners) if alike and len(owners) == len(groups) else 1
        in_front = {(abs(outer), abs(inner)) for outer, inner, _ in terms}
        self._read_constant(*(in_front.pop() if len(in_front) == 1 else (None, None)))

    def _read_constant(self, outer: Fraction | None, inner: Fraction | None) -> None:
        """What is averaged, and whether there is a ½: before each square, or before their sum."""
        m, n = self.examples, self.outputs
        self.averaged_over_examples = self.averaged_over_outputs = self.halved = False
        for half in (inner == HALF, True):
            for over_m, over_n in ((m > 1, False), (False, False), (m > 1, n > 1), (False, n > 1)):
                whole = (outer or 0) * (inner or 0) * (m if over_m else 1) * (n if over_n else 1)
                if whole == (HALF if half else 1):
                    self.halved = half
                    self.averaged_over_examples, self.averaged_over_outputs = over_m, over_n
                    return
        self.squared, self.examples, self.outputs = (
            False,
            1,
            1,
        )  # another constant: nothing is known

    def _leaves(self, v: Value) -> tuple[frozenset[Value], tuple[Any, ...]]:
        """(the parameters below v, its data: what is no parameter)."""
        if v not in self.below:
            parameters: set[Value] = set()
            data: list[Any] = []
            for node in self.graph.below(v):
                if node.op is None:
                    if node in self.moved:
                        parameters.add(node)
                    elif node.label:
                        data.append(node)
                    else:
                        data.append(node.data)
                elif getattr(node.op, "name", "") != "pow":  # an exponent is no datum
                    data += [u for u in node.inputs if not isinstance(u, Value)]
            self.below[v] = frozenset(parameters), tuple(data) if parameters else ()
        return self.below[v]

    def _squared_error(self, v: Value) -> bool:
        """v = (ŷ − y)²: something that the parameters move, and a datum."""
        e = squared(v)
        if e is None:
            return False
        name, sides = getattr(e.op, "name", ""), _nodes(e)
        turned = name == "add" and any(getattr(u.op, "name", "") == "neg" for u in sides)
        if not (name == "sub" or turned):
            return False
        moving = [bool(self._leaves(u)[0]) or u in self.moved for u in sides]
        return any(moving) and (len(sides) < 2 or not all(moving))

    def _form(self, v: Value, whose: bool = True) -> int:
        """A number for what v is without its data: two examples have the same.

        whose   with the parameters it has; without them, two outputs have the same too
        """
        form: dict[Value, int] = {}
        for node in self.graph.below(v):
            if node.op is None:
                moved = ("parameter", node if whose else None)
                key: Any = moved if node in self.moved else ("datum",)
            else:
                inside = (form[u] if isinstance(u, Value) else -1 for u in node.inputs)
                key = (node.op, *inside)
            form[node] = self.forms.setdefault(key, len(self.forms))
        return form[v]


def _nodes(v: Value) -> list[Value]:
    return [u for u in v.inputs if isinstance(u, Value)]
