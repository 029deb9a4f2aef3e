"""Check it: at which other points formulas are compared: such as can see where a formula differs.

A formula may be right on one side of a kink and wrong on the other, right near 0 and wrong far out.
So the points are chosen for what they see: first as many as were asked for, on several scales;
then, for each kink of the graph and of the formulas, one on each side, looked for farther and
farther out; then, where the kinks are few, every two sides together: what is wrong of max(|x|, v)
may show only where x < 0 and |x| > v.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import combinations

from tinygrad_fr.checking.graph import Graph
from tinygrad_fr.engine import Value
from tinygrad_fr.exact import is_constant
from tinygrad_fr.ops import DomainError

Place = dict[Value, Fraction]  # where the leaves with a name stand, exactly
Side = tuple[int, int, bool]  # graph, kink, on its positive side
Pair = tuple[Side, Side]  # of two kinks, seen at one point

SCALES = (2, 2, 2, Fraction(1, 2), 8)  # |x| of the points, in turn
ORDINARY = (2,)  # where floats are to keep their digits
OWN = 0.5  # of the points keep the labels they were given: a formula may be right for these only
NEAR = Fraction(3, 10)  # or within 30 % of the student's own numbers
FAR = tuple(10**k for k in range(9))  # how far out a side of a kink is looked for
TRIES = 20  # for each point asked for
FEW = 12  # kinks, up to which their sides are seen two by two
ALONE = 64  # leaves, at most, that are moved far out one by one
BESIDES = 12  # points, at most, for the sides two by two
LOGARITHMIC = {"log", "log1p", "log2", "log10", "logsumexp", "bce_with_logits", "cross_entropy"}


class Seen:
    """The graphs compared, in floats: where they are defined, and on which side of a kink."""

    def __init__(self, graphs: Sequence[Graph], asked: Iterable[Value]) -> None:
        self.graphs = list(graphs)
        parameters = set(asked)
        leaves = dict.fromkeys(v for g in self.graphs for v in g.leaves)
        self.free = [v for v in leaves if v in parameters or not is_constant(v)]
        self.labels = self._labels(parameters)

    def _labels(self, parameters: set[Value]) -> dict[Value, tuple[int, ...]]:
        """What enters a cross-entropy as 0 or 1 stays one of the two, a hinge's ±1 stays itself."""
        names = {getattr(v.op, "name", "") for g in self.graphs for v in g.nodes}
        either = bool(names & LOGARITHMIC)
        found: dict[Value, tuple[int, ...]] = {}
        for v in self.free:
            if v in parameters or v.label[:1] not in "yt" or v.data not in (-1, 0, 1):
                continue
            if either and v.data != -1:
                found[v] = (0, 1)
            elif "max" in " ".join(names) or names & {"relu", "softplus", "log"}:
                found[v] = (int(v.data),)
        return found

    def sides(self, place: Place) -> set[Side] | None:
        """On which side of every kink this point is; None where a graph is not defined there."""
        point = {v: float(x) for v, x in place.items()}
        found: set[Side] = set()
        try:
            for g, graph in enumerate(self.graphs):
                values = graph.at({v: x for v, x in point.items() if v in graph.own})
                if not abs(values[graph.output]) < 1e300:
                    return None
                for k, (_, x) in enumerate(graph.kinks(values)):
                    if x:
                        found.add((g, k, bool(x > 0)))
        except (DomainError, ZeroDivisionError, OverflowError):
            return None
        return found


def other_points(
    seen: Seen,
    count: int,
    seed: int,
    defined: Callable[[Place], bool] = lambda place: True,
    scales: Sequence[Fraction | int] = SCALES,
    reach: int = FAR[-1],
) -> list[Place]:
    """Points where all the graphs are defined; what has a name moves, and what is asked for.

    `count` of them for a start, fewer where too many are outside the domain, and those that see
    what the first do not: the other side of a kink, if it can be found, two sides at once, if the
    kinks are few.  `defined` may refuse more.  Two sides at once are looked for as far out as
    `reach`: floats have lost their digits far out.
    """
    rng = random.Random(seed)
    start = _some(seen, count, rng, defined, scales)
    out, met = [place for place, _ in start], [sides for _, sides in start]
    met.append(seen.sides({v: Fraction(v.data) for v in seen.free}) or set())
    covered, together = set[Side]().union(*met), set[Pair]().union(*map(_pairs, met))
    everything = 2 * max(map(len, met))
    left: list[tuple[Place, set[Side]]] = []
    for scale, place, sides in _farther(seen, rng) if count else ():
        if len(covered) == everything > 2 * FEW:
            break
        if not sides - covered:
            left += [(place, sides)] * (scale <= reach)
        elif defined(place):
            out.append(place)
            covered |= sides
            together |= _pairs(sides)
    return out + _two_by_two(left, together, defined)


def near_points(seen: Seen, count: int, seed: int, defined: Callable[[Place], bool]) -> list[Place]:
    """Points near the student's own only, where floats keep their digits as they do there.

    A 0 moves as far as 0.1 would.  Fewer where too many are outside the domain.
    """
    rng, out = random.Random(seed), list[Place]()
    for _ in range(TRIES * count):
        place = {
            v: Fraction(v.data) + Fraction(v.data or 0.1) * NEAR * _fraction(rng) for v in seen.free
        }
        if len(out) < count and seen.sides(place) is not None and defined(place):
            out.append(place)
    return out


def _some(
    seen: Seen,
    count: int,
    rng: random.Random,
    defined: Callable[[Place], bool],
    scales: Sequence[Fraction | int],
) -> list[tuple[Place, set[Side]]]:
    """Up to `count` points, and the sides they see."""
    out: list[tuple[Place, set[Side]]] = []
    for attempt in range(TRIES * count):
        if len(out) == count:
            break
        near = attempt >= 5 * count
        place = _near(seen, rng) if near else _drawn(seen, rng, scales[len(out) % len(scales)])
        sides = seen.sides(place)
        if sides is not None and defined(place):
            out.append((place, sides))
    return out


def _pairs(sides: set[Side]) -> set[Pair]:
    """Two sides at a time, where the kinks are few."""
    return set(combinations(sorted(sides), 2)) if len(sides) <= FEW else set()


def _two_by_two(
    left: Iterable[tuple[Place, set[Side]]], together: set[Pair], defined: Callable[[Place], bool]
) -> list[Place]:
    """Of the points left over, the nearest that see two sides which no point sees together."""
    out: list[Place] = []
    for place, sides in left:
        if len(out) < BESIDES and _pairs(sides) - together and defined(place):
            out.append(place)
            together |= _pairs(sides)
    return out


def _drawn(seen: Seen, rng: random.Random, scale: Fraction | int) -> Place:
    return {v: _fraction(rng) * scale for v in seen.free} | _labels(seen, rng)


def _near(seen: Seen, rng: random.Random) -> Place:
    around = {v: Fraction(v.data) * (1 + NEAR * _fraction(rng)) for v in seen.free}
    return around | _labels(seen, rng)


def _labels(seen: Seen, rng: random.Random) -> Place:
    """Every other time the student's own labels, else others: a formula may be right for these."""
    own = {v: int(v.data) for v in seen.labels}
    if rng.random() < OWN:
        return {v: Fraction(x) for v, x in own.items()}
    drawn = {v: rng.choice(either) for v, either in seen.labels.items()}
    if drawn == own:
        drawn = {v: next((x for x in seen.labels[v] if x != own[v]), own[v]) for v in own}
    return {v: Fraction(x) for v, x in drawn.items()}


def _fraction(rng: random.Random) -> Fraction:
    return Fraction(rng.randrange(-(10**9), 10**9), 10**9)


def _farther(seen: Seen, rng: random.Random) -> Iterator[tuple[int, Place, set[Side]]]:
    """Points farther and farther out, all the leaves at once and one at a time; how far out."""
    if not any(graph.kinked for graph in seen.graphs):
        return
    for scale in FAR:
        places = [_drawn(seen, rng, scale) for _ in range(12)]
        for v in seen.free if len(seen.free) <= ALONE else rng.sample(seen.free, ALONE):
            for sign in (-1, 1):
                places.append({**_near(seen, rng), v: sign * scale * abs(_fraction(rng))})
        for place in places:
            sides = seen.sides(place)
            if sides is not None:
                yield scale, place, sides
