"""Check it: what a student gives for one parameter: a number, a formula or a function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tinygrad_fr.checking.graph import Graph, Point
from tinygrad_fr.engine import Value
from tinygrad_fr.reading.number import Reading, read_number, readings
from tinygrad_fr.refusals import refuse

DOUBLES = 1e-11  # to what relative precision a number computed in floats is held


@dataclass(slots=True)
class Number:
    """A number given by hand, how far it may be from the truth, and what it may stand for.

    readings   of a typed number: rounded, cut off, in single precision; the first that explains
               the truth is meant.  `tolerance` is then that of the widest.
    """

    value: Any
    tolerance: Any = 0
    readings: tuple[Reading, ...] = ()


def as_typed(text: str) -> Number:
    """A number as typed; its digits give its tolerance, a plain 0 and a fraction are exact.

    Raises ValueError if it is none.

    >>> as_typed("0,25").value, as_typed("0,25").tolerance
    (Fraction(1, 4), Fraction(1, 100))
    """
    value = read_number(text).value
    found = readings(text)
    return Number(value, max(abs(r.value - value) + r.tolerance for r in found), tuple(found))


Exact = Callable[[Any], Any]  # a number of any kind with the judge's digits


class Hand:
    """What was worked out by hand for one parameter.

    given       as it came: a Value, a function of the leaves' labels, a number, a text, a Number
    is_formula  it can be asked at any point
    """

    is_formula = False

    def __init__(self, given: Any, exact: Exact) -> None:
        self.given, self.exact = given, exact

    def at(self, point: Point, number: Exact) -> Number:
        """The number at a point, and how far it may be off; `number` reads a constant there."""
        raise NotImplementedError

    @staticmethod
    def of(given: Any, exact: Exact, digits: int | None = None) -> Hand:
        """What was given, read; `digits` significant ones are meant where it is a plain number.

        Raises ValueError for a text that is no number and for what is not finite.
        """
        if isinstance(given, Value):
            return Formula(given, exact)
        if callable(given):
            return Function(given, exact)
        return Fixed(given, exact, digits)


class Fixed(Hand):
    """A number, at the student's own point only."""

    def __init__(self, given: Any, exact: Exact, digits: int | None = None) -> None:
        super().__init__(given, exact)
        number = self._read(given, digits)
        self.number = Number(exact(number.value), exact(number.tolerance), number.readings)

    def at(self, point: Point, number: Exact) -> Number:
        return self.number

    def _read(self, given: Any, digits: int | None) -> Number:
        if isinstance(given, Number):
            return given
        if isinstance(given, str):
            return as_typed(given)
        if given != given or abs(given) == float("inf"):
            refuse(
                fr=f"la réponse {given!r} n’est pas un nombre fini",
                en=f"the answer {given!r} is not a finite number",
            )
        if digits is not None:
            return as_typed(f"{float(given):.{digits - 1}e}")
        if isinstance(given, float) and len(repr(given)) < 12:
            return as_typed(str(given))  # a few digits: typed by a person, not computed
        return Number(given, abs(self.exact(given)) * DOUBLES)


class Formula(Hand):
    """A Value built on the leaves of the graph."""

    is_formula = True

    def __init__(self, given: Value, exact: Exact) -> None:
        super().__init__(given, exact)
        self.graph = Graph(given)

    def at(self, point: Point, number: Exact) -> Number:
        leaves = {v: point[v] if v in point else number(v) for v in self.graph.leaves}
        return Number(self.graph.at(leaves, number)[self.graph.output])


class Function(Hand):
    """A function of the leaves' labels: with all the digits, or in double precision if it must.

    It may use doubles inside without telling, so it is held to their precision only.
    """

    is_formula = True

    def at(self, point: Point, number: Exact) -> Number:
        labels = {v.label: x for v, x in point.items() if v.label}
        names = self._asked(labels)
        try:
            found = self.given(**{n: labels[n] for n in names})
            if isinstance(found, Number):  # it says itself how far it may be off
                return Number(self.exact(found.value), self.exact(found.tolerance))
            x = self.exact(found)
        except (TypeError, AttributeError):
            x = self.exact(float(self.given(**{n: float(labels[n]) for n in names})))
        return Number(x, abs(x) * DOUBLES)

    def _asked(self, labels: Mapping[str, Any]) -> list[str]:
        """The names of the function's parameters; all that there are where it takes **point."""
        import inspect

        entries = inspect.signature(self.given).parameters.values()
        names = [e.name for e in entries if e.kind is not e.VAR_KEYWORD]
        if len(names) < len(entries):
            return list(labels)
        unknown = [n for n in names if n not in labels]
        if unknown:
            refuse(
                fr=f"la fonction demande {', '.join(unknown)} ; le graphe a {', '.join(labels)}",
                en=f"the function asks for {', '.join(unknown)}; the graph has {', '.join(labels)}",
            )
        return names
