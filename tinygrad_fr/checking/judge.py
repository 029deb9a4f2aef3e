"""Check it: the judge, who knows no derivative rule and has as many digits as it takes.

It replays the *forward* graph at x ± h with d digits, h = 10^(−d/3)·|x|, and takes Richardson
steps.  What is left of doubt is known: how far two estimates differ, and what rounding may have
done.  As long as that is not small beside the slope, d is doubled, and h shrinks with it: what a
large number absorbed comes to light, a step that was too long for the function gets shorter, a kink
that lay within it is left outside.  What 2,000 digits do not settle is not settled.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from tinygrad_fr.checking.graph import Graph, Point
from tinygrad_fr.engine import Value
from tinygrad_fr.exact import in_digits, is_constant
from tinygrad_fr.ops import DomainError

DIGITS = 50  # with which the judge begins
MOST = 2000  # with which it gives up
PROOF = 1e-18  # two formulas that agree so far at every point are one
GUARD = 15  # digits beside, for the roundings on the way
STEPS = (1, 2, 4)  # h, h/2, h/4: three differences, two Richardson steps
CLEAR = 1e-25  # of the slope: a doubt so small is none
FORWARD = {"sub", "add", "neg", "sum", "dot", "mul"}  # exact where what meets there is exact


class Slope(NamedTuple):
    """∂output/∂leaf, a bound on its error, and the one-sided slopes where the leaf sits on a kink.

    NaN with an infinite bound where there is none, or where it could not be found.  What is smaller
    than its bound counts as 0.
    """

    value: Any
    error: Any
    sides: list[Any]


class Judge:
    """The slopes of one graph at one point, from its forward pass alone."""

    def __init__(
        self, output: Value | Graph, point: Point | None = None, digits: int = DIGITS
    ) -> None:
        from mpmath import MPContext

        self.context = MPContext()
        self.context.dps = digits + GUARD
        self.digits = digits
        self.graph = Graph.of(output)
        self.output = self.graph.output
        self.given = dict(point or {})
        self.point = {v: self._number(v) for v in self.graph.leaves}
        self.base = self.graph.at(self.point, self.constant)
        self._finer: Judge | None = None

    def exact(self, x: Any) -> Any:
        """A number with the judge's digits; a float is taken at its exact value."""
        if isinstance(x, Fraction):
            return self.context.mpf(x.numerator) / x.denominator
        return self.context.mpf(x)

    def _number(self, leaf: Value) -> Any:
        """Where a leaf stands: as given; a constant as it is spelled."""
        if leaf in self.given:
            return self.exact(self.given[leaf])
        return self.constant(leaf) if is_constant(leaf) else self.exact(leaf.data)

    def constant(self, u: Any) -> Any:
        """A constant with the judge's digits: the 0.1 that somebody wrote is one tenth."""
        return u if type(u) is int else in_digits(u, self.context)

    @property
    def finer(self) -> Judge:
        """The same graph at the same point, with twice the digits."""
        if self._finer is None:
            self._finer = Judge(self.graph, self.given, 2 * self.digits)
        return self._finer

    def slope(self, leaf: Value) -> Slope:
        """The slope, with digits added until it is clear of its error bound, or stands still.

        The bound thinks the worst of every rounding; two estimates that agree, the second with
        twice the digits and a far shorter step, are as good; unless both are 0: that tells nothing.
        """
        judge, before, grew = self, self.context.zero, 0
        while True:
            found, estimate, grows = judge._differences(leaf)
            grew = grew + 1 if grows else 0
            if found is not None:
                change = abs(estimate - before)
                if estimate != 0 and change <= CLEAR * abs(estimate):
                    return Slope(estimate, change, [])
                if found.sides or found.error <= CLEAR * abs(found.value) or grew > 1:
                    return found
                before = estimate
            if 2 * judge.digits > MOST:
                return found if found is not None and not grows else judge._none()
            judge = judge.finer

    def sides(self, leaf: Value) -> list[Any]:
        """The slopes left and right, the smaller first; [] if one is missing or infinite."""
        try:
            return self._one_sided(leaf, self._step(leaf)).sides
        except DomainError:
            return []

    def _none(self) -> Slope:
        return Slope(self.context.nan, self.context.inf, [])

    def _step(self, leaf: Value) -> Any:
        return self.context.mpf(10) ** -(self.digits // 3) * (abs(self.base[leaf]) or 1)

    def _at(self, leaf: Value, x: Any) -> dict[Value, Any]:
        return self.graph.moved(self.base, {leaf: x}, self.constant)

    def _branches(self, values: Mapping[Value, Any]) -> list[int]:
        """On which side of its kink every kinked node is; 0 exactly on it."""
        return [int((x > 0) - (x < 0)) for _, x in self.graph.kinks(values, self.constant)]

    def _differences(self, leaf: Value) -> tuple[Slope | None, Any, bool]:
        """(the slope as so many digits show it, the best estimate, whether it grows as h shrinks).

        None where more digits are needed to say anything: a kink within h, the edge of a domain.
        """
        x, h, zero = self.base[leaf], self._step(leaf), self.context.zero
        here = self._branches(self.base)
        try:
            pairs = [(self._at(leaf, x + h / n), self._at(leaf, x - h / n)) for n in STEPS]
        except DomainError:
            return None, zero, False
        beside = [self._branches(values) for pair in pairs for values in pair]
        for side, *others in zip(here, *beside, strict=True):
            if side == 0 and any(others):  # the leaf sits on a kink
                return self._one_sided(leaf, h), zero, False
        if any(branches != here for branches in beside):
            return None, zero, False
        D = [
            (up[self.output] - down[self.output]) * n / (2 * h)
            for (up, down), n in zip(pairs, STEPS, strict=True)
        ]
        first, found = (4 * D[1] - D[0]) / 3, (4 * D[2] - D[1]) / 3
        up, down = pairs[-1]
        if found == 0 and self._still(up, down):
            return Slope(zero, zero, []), zero, False
        size = max((abs(up[v]) for v in self.graph.above(leaf)), default=abs(x))
        rounding = self.context.eps * (size + abs(found * x)) / h * 100
        error = abs(found - first) + rounding
        grows = all(
            abs(narrow) > 1.02 * abs(wide) + rounding
            for wide, narrow in zip(D, D[1:], strict=False)
        )
        if grows:
            return self._none(), zero, True
        return Slope(zero if abs(found) <= error else found, error, []), found, False

    def _still(self, up: Mapping[Value, Any], down: Mapping[Value, Any]) -> bool:
        """Whether the output stands still because the function does, not because digits ran out.

        It does where each node that lost the movement is flat there (a step, the dead side of a
        kink), multiplies it by 0, or takes it away again.
        """
        for v in self.graph.nodes:
            if v.op is None or up[v] != down[v]:
                continue
            if any(up[u] != down[u] for u in v.inputs if isinstance(u, Value)):
                flat = getattr(v.op, "kinks", None) is not None
                exact = getattr(v.op, "name", "") in FORWARD and up[v] == 0
                if not flat and not exact:
                    return False
        return True

    def _one_sided(self, leaf: Value, h: Any) -> Slope:
        """The slopes from the left and from the right; NaN if one of them has no limit."""
        x, f = self.base[leaf], self.base[self.output]
        sides, error = [], self.context.zero
        for sign in (-1, 1):
            D = [
                (self._at(leaf, x + sign * h / n)[self.output] - f) * n / (sign * h) for n in STEPS
            ]
            rounding = self.context.eps * (abs(f) + abs(x) + 1) / h * 100
            if abs(D[1]) > 1.02 * abs(D[0]) + rounding and abs(D[2]) > 1.02 * abs(D[1]) + rounding:
                return self._none()
            first, side = 2 * D[1] - D[0], 2 * D[2] - D[1]
            sides.append(side)
            error = max(error, abs(side - first) + rounding)
        if abs(sides[1] - sides[0]) <= 1e3 * error:  # no kink after all
            return Slope((sides[0] + sides[1]) / 2, error, [])
        return Slope((sides[0] + sides[1]) / 2, abs(sides[1] - sides[0]), sorted(sides))
