"""Check it: the judge, who knows no derivative rule and has as many digits as it takes.

It replays the *forward* graph with 50 digits at x ± h, with h = 10⁻¹²·|x| (10⁻¹² at 0), and takes
one Richardson step, which leaves some 35 right digits.  Where rounding could still be seen it doubles
the digits: a slope that shrinks with them is 0, and a quotient that grows as h shrinks is no slope.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from tinygrad_fr.checking.graph import Graph, Point
from tinygrad_fr.engine import Value
from tinygrad_fr.ops import DomainError

DIGITS = 50  # of the judge
PROOF = 1e-18  # two formulas that agree so far at every point are one
Slope = tuple[Any, Any, list[Any]]  # the slope, a bound on its error, the one-sided ones at a kink


class Judge:
    """The slopes of one graph at one point, from its forward pass alone."""

    def __init__(
        self, output: Value | Graph, point: Point | None = None, digits: int = DIGITS
    ) -> None:
        from mpmath import MPContext

        self.context = MPContext()
        self.context.dps = digits + 15
        self.digits = digits
        self.graph = Graph.of(output)
        self.output = self.graph.output
        self.given = dict(point or {})
        self.point = {v: self.exact(self.given.get(v, v.data)) for v in self.graph.leaves}
        self.base = self.graph.at(self.point)

    def exact(self, x: Any) -> Any:
        """A number with the judge's digits; a float is taken at its exact value."""
        if isinstance(x, Fraction):
            return self.context.mpf(x.numerator) / x.denominator
        return self.context.mpf(x)

    def slope(self, leaf: Value) -> Slope:
        """(∂output/∂leaf, bound on its error, one-sided slopes if the leaf sits on a kink).

        NaN with an infinite bound where there is none: at the edge of a domain, at a jump, at a
        vertical tangent.
        """
        found, error, sides, noise = self._differences(leaf)
        judge = self
        while not sides and noise > PROOF * abs(found) and judge.digits < 8 * DIGITS:
            judge = Judge(self.graph, self.given, 2 * judge.digits)
            finer, error, sides, noise = judge._differences(leaf)
            change, found = abs(finer - found), finer
            if abs(found) <= 1e-9 * change:  # it shrinks with the digits
                return self.context.zero, change, sides
            if change <= PROOF * abs(found):  # rounding was smaller than feared
                error, noise = error - noise + change, self.context.zero
        return (self.context.zero if abs(found) <= error else self.context.mpf(found)), error, sides

    def sides(self, leaf: Value) -> list[Any]:
        """The slopes on the left and on the right, the smaller first; [] if one is missing or infinite."""
        x = self.point[leaf]
        try:
            return self._one_sided(leaf, x, self.context.mpf(10) ** -12 * (abs(x) or 1))[2]
        except DomainError:
            return []

    def _at(self, leaf: Value, x: Any) -> dict[Value, Any]:
        return self.graph.moved(self.base, {leaf: x})

    def _branches(self, values: Mapping[Value, Any]) -> list[int]:
        """On which side of its kink every kinked node is; 0 exactly on it."""
        return [int((x > 0) - (x < 0)) for x in self._kink_arguments(values)]

    def _kink_arguments(self, values: Mapping[Value, Any]) -> Iterable[Any]:
        for v in self.graph.nodes:
            kinks = getattr(v.op, "kinks", None)
            if kinks is not None:
                yield from kinks(*(values[u] if isinstance(u, Value) else u for u in v.inputs))

    def _differences(self, leaf: Value) -> tuple[Any, Any, list[Any], Any]:
        """`slope` at this number of digits, and how much of it may be rounding.

        One Richardson step on central differences: (4·D(h/2) − D(h))/3, whose error is O(h⁴);
        where a kink lies within h, h is made smaller.
        """
        nothing: tuple[Any, Any, list[Any], Any] = (
            self.context.nan,
            self.context.inf,
            [],
            self.context.zero,
        )
        x = self.point[leaf]
        h = self.context.mpf(10) ** -12 * (abs(x) if x != 0 else 1)
        here = self._branches(self.base)
        while True:
            try:
                up, down = self._at(leaf, x + h), self._at(leaf, x - h)
            except DomainError:  # the edge of a domain: one side only
                return nothing
            above, below = self._branches(up), self._branches(down)
            if above == here == below or h < self.context.mpf(10) ** -28 * abs(x):
                break
            if any(side == 0 and (a or b) for side, a, b in zip(here, above, below, strict=True)):
                return *self._one_sided(leaf, x, h), self.context.zero
            h = h * self.context.mpf(10) ** -8
        wide = (up[self.output] - down[self.output]) / (2 * h)
        half = h / 2
        up, down = self._at(leaf, x + half), self._at(leaf, x - half)
        narrow = (up[self.output] - down[self.output]) / h
        found = (4 * narrow - wide) / 3
        largest = max(abs(up[v]) for v in self.graph.nodes)
        noise = self.context.eps * (largest + abs(found * x)) / h * 100
        if self._grows(wide, narrow, noise):
            return nothing
        return found, abs(narrow - wide) * (h / (abs(x) or 1)) + noise, [], noise

    def _grows(self, wide: Any, narrow: Any, noise: Any) -> bool:
        """A quotient that grows as h is halved has no limit: a jump, or a vertical tangent."""
        return bool(abs(narrow) > 1.02 * abs(wide) + noise)

    def _one_sided(self, leaf: Value, x: Any, h: Any) -> Slope:
        f = self.base[self.output]
        sides = []
        for sign in (-1, 1):
            wide = (self._at(leaf, x + sign * h)[self.output] - f) / (sign * h)
            narrow = (self._at(leaf, x + sign * h / 2)[self.output] - f) / (sign * h / 2)
            if self._grows(wide, narrow, self.context.eps / h):
                return self.context.nan, self.context.inf, []
            sides.append(2 * narrow - wide)
        return (sides[0] + sides[1]) / 2, abs(sides[1] - sides[0]), sorted(sides)
