"""Check it: at which other points formulas are compared: such as can see where a formula differs.

A formula may be right on one side of a kink and wrong on the other, right near 0 and wrong far out.
So the points are chosen for what they see: first as many as were asked for, on several scales;
then, for each kink of the graph and of the formulas, one on each side, looked for farther and
farther out.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction

from tinygrad_fr.checking.graph import Graph
from tinygrad_fr.engine import Value
from tinygrad_fr.exact import is_constant
from tinygrad_fr.ops import DomainError

Place = dict[Value, Fraction]  # where the leaves with a name stand, exactly
Side = tuple[int, int, bool]  # graph, kink, on its positive side

SCALES = (2, 2, 2, Fraction(1, 2), 8)  # |x| of the points, in turn
ORDINARY = (2,)  # where floats are to keep their digits
OWN = 0.5  # of the points keep the labels they were given: a formula may be right for these only
NEAR = Fraction(3, 10)  # or within 30 % of the student's own numbers
FAR = tuple(10**k for k in range(9))  # how far out a side of a kink is looked for
TRIES = 20  # for each point asked for
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
) -> list[Place]:
    """Points where all the graphs are defined; what has a name moves, and what is asked for.

    `count` of them for a start, fewer where too many are outside the domain, and those that see
    what the first do not: the other side of a kink, if it can be found.  `defined` may refuse more.
    """
    rng = random.Random(seed)
    out: list[Place] = []
    covered = seen.sides({v: Fraction(v.data) for v in seen.free}) or set()
    for attempt in range(TRIES * count):
        if len(out) == count:
            break
        near = attempt >= 5 * count
        place = _near(seen, rng) if near else _drawn(seen, rng, scales[len(out) % len(scales)])
        sides = seen.sides(place)
        if sides is not None and defined(place):
            out.append(place)
            covered |= sides
    for place, sides in _farther(seen, rng) if count else ():
        if sides - covered and defined(place):
            out.append(place)
            covered |= sides
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


def _farther(seen: Seen, rng: random.Random) -> Iterator[tuple[Place, set[Side]]]:
    """Points farther and farther out, all the leaves at once and one at a time."""
    if not any(graph.kinked for graph in seen.graphs):
        return
    for scale in FAR:
        for _ in range(12):
            yield from _with_sides(seen, _drawn(seen, rng, scale))
        for v in seen.free:
            for sign in (-1, 1):
                moved = {**_near(seen, rng), v: sign * scale * abs(_fraction(rng))}
                yield from _with_sides(seen, moved)


def _with_sides(seen: Seen, place: Place) -> Iterator[tuple[Place, set[Side]]]:
    sides = seen.sides(place)
    if sides is not None:
        yield place, sides
