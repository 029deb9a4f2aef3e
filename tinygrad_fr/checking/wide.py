"""Check it: the arrays that a student's gradient gives, shapes first, then entry by entry.

Each entry of an array is a parameter of the graph, W1[0,1] as the file writes it.  Data do not
move: a Y of 0 and 1 stays one.  Where Values could not go through the loss, its slopes are
differences of floats, and nothing is named.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tinygrad_fr.checking.answered import COMPUTED, TYPED, Array, with_shapes
from tinygrad_fr.checking.arrays import label
from tinygrad_fr.checking.compare import compare
from tinygrad_fr.checking.exercise import Exercise, NoNumber
from tinygrad_fr.checking.hand import DOUBLES, Number, as_typed
from tinygrad_fr.checking.listed import typed_array
from tinygrad_fr.checking.model import LARGE, SAMPLE, check_sample
from tinygrad_fr.checking.points import Place, Seen, near_points
from tinygrad_fr.checking.report import Report
from tinygrad_fr.checking.settle import defined
from tinygrad_fr.checking.shapes import Mend
from tinygrad_fr.checking.verdict import (
    FLOAT,
    UNDECIDED,
    WRONG,
    Entry,
    agrees,
    tried_elsewhere,
)
from tinygrad_fr.engine import Value
from tinygrad_fr.refusals import refuse
from tinygrad_fr.replay import rule
from tinygrad_fr.walk import chain_rule
from tinygrad_fr.words import say

ROUNDED = 1e-7  # relative: how well differences of floats know a slope
OWN, OTHER = 1e-14, 1e-9  # of the largest entry: what floats lose at the file's point, elsewhere
NODES = 10_000  # of all the graphs at the other points together
WORK = 200_000  # parameters × nodes; beyond, the judge sees a sample
FEW = 2  # other points, where it does
MANY = 2_000  # slopes by differences


def check_arrays(
    exercise: Exercise,
    numbers: Mapping[str, str],
    points: int,
    rate: Any,
    seed: int,
    accept: Collection[str],
) -> Report:
    """The report on what the file's gradient gives, or on arrays typed beside it."""
    typed, alone = _typed(exercise, numbers)
    answer = typed if numbers else exercise.given
    asked = list(answer) + [name.partition("[")[0] for name in alone]
    truth = _truth(exercise, asked, seed)
    arrays = []
    for name, given in answer.items():
        names = [name + label(place) for place in _places(truth[name])]
        relative = TYPED if numbers else COMPUTED
        arrays.append(Array.of(name, given, truth[name], names, exercise.examples, relative))
    hands: dict[str, Any] = dict(alone)
    for a in arrays:
        if a.mend is not None:
            hands |= _entries(exercise, a, bool(numbers))
    report = Report([])
    if hands and exercise.stopped:
        report = _by_differences(exercise, hands)
    elif hands:
        report = _by_the_graph(exercise, hands, points, rate, seed, accept)
    return with_shapes(report, arrays, exercise.examples)


def _typed(
    exercise: Exercise, numbers: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, Number]]:
    """What was typed: whole arrays by name, and single entries."""
    whole = {
        n: _in_its_shape(exercise.arrays.get(n), typed_array(n, text))
        for n, text in numbers.items()
        if "[" not in n
    }
    alone = {n: as_typed(text) for n, text in numbers.items() if "[" in n}
    for name in alone:
        base, _, place = name.partition("[")
        a = exercise.arrays.get(base)
        inside = a is not None and place in {label(p)[1:] for p in _places(a)}
        if not inside:
            refuse(
                fr=f"« {name} » n’est pas un paramètre : les indices commencent à 0, comme dans "
                "le fichier",
                en=f"'{name}' is not a parameter: indices begin at 0, as in the file",
            )
    return whole, alone


def _in_its_shape(parameter: Any, typed: Any) -> Any:
    """A row, or a column, of numbers as the file has it: (3, 1) is typed as three numbers."""
    if parameter is None or typed.ndim > 1 or typed.size != parameter.size:
        return typed
    alone = typed.size == max(parameter.shape, default=1)
    return typed.reshape(parameter.shape) if alone else typed


def _places(a: Any) -> Iterator[tuple[int, ...]]:
    from numpy import ndindex

    yield from ndindex(a.shape)


def _truth(exercise: Exercise, asked: Collection[str], seed: int) -> dict[str, Any]:
    """The slopes in floats, by the chain rule or by differences; NaN for those not looked at."""
    import numpy as np

    wanted = {n: a for n, a in exercise.arrays.items() if n in asked}
    if not exercise.stopped:
        arrived = chain_rule(exercise.output, along=exercise.graph.nodes)
        found = {n: float(arrived.get(leaf, 0)) for n, leaf in exercise.leaves.items()}
    else:
        many = sum(a.size for a in wanted.values()) > MANY
        rng = random.Random(seed)
        point: dict[str, float] = {}
        for n, a in wanted.items():
            places = list(np.ndindex(a.shape))
            for place in rng.sample(places, min(SAMPLE, len(places))) if many else places:
                point[n + label(place)] = float(a[place])
        found = {n: slope for n, (slope, _) in _slopes(exercise, point).items()}
    out = {n: np.full(a.shape, np.nan) for n, a in wanted.items()}
    for n, a in out.items():
        for place in np.ndindex(a.shape):
            a[place] = found.get(n + label(place), np.nan)
    return out


def _slopes(exercise: Exercise, point: Mapping[str, float]) -> dict[str, tuple[float, float]]:
    """What the file's differences give, kept: they are asked for once."""
    exercise.differences = exercise.slopes(point)
    return exercise.differences


# ── entry by entry ───────────────────────────────────────────────────────────────────────────────


def _entries(exercise: Exercise, array: Array, typed: bool) -> dict[str, Any]:
    """What was answered for each entry: a number, or the file's gradient as a function."""
    assert array.mend is not None
    mended = array.mended
    out: dict[str, Any] = {}
    for place in _places(array.truth):
        name = array.name + label(place)
        if typed or exercise.stopped:
            x = mended[place]
            out[name] = x if isinstance(x, Number) else Number(float(x), abs(float(x)) * DOUBLES)
            if out[name].value != out[name].value:
                _refuse_nan(exercise, name)
        else:
            out[name] = OfFile(exercise, array.name, place, array.mend)
    return out


@dataclass(frozen=True, slots=True)
class OfFile:
    """One entry of one array of the file's gradient, as a function of the point."""

    exercise: Exercise
    name: str
    place: tuple[int, ...]
    mend: Mend

    def __call__(self, **point: Any) -> Number:
        return self.among(self.exercise.by_hand(point), self.exercise.here(point))

    def among(self, given: Mapping[str, Any], here: bool) -> Number:
        """The entry, where all that the file gives at a point is known; is it the file's own?"""
        import numpy as np

        found = given.get(self.name)
        if found is None:
            self.exercise.running.refuse(
                f"gradient : {self.name} manque en un autre point",
                f"gradient: {self.name} is missing at another point",
            )
        x = float(self.mend.apply(found)[self.place])
        if not np.isfinite(x):
            if not here:
                raise NoNumber
            _refuse_nan(self.exercise, self.name + label(self.place))
        largest = float(np.nanmax(np.abs(found)))
        return Number(x, abs(x) * (DOUBLES if here else OTHER) + largest * (OWN if here else OTHER))


def _all_at(
    exercise: Exercise, given: Mapping[Value, Any], point: Mapping[str, Any]
) -> dict[Value, Any]:
    """What every hand gives at one point; the file is asked, and its point looked at, once."""
    found, here = exercise.by_hand(point), exercise.here(point)
    return {
        p: hand.among(found, here)
        if isinstance(hand, OfFile)
        else hand(**point)
        if callable(hand)
        else hand
        for p, hand in given.items()
    }


def _refuse_nan(exercise: Exercise, name: str) -> None:
    exercise.running.refuse(
        f"gradient : {name} n’est pas un nombre fini", f"gradient: {name} is not a finite number"
    )


def _by_the_graph(
    exercise: Exercise,
    hands: Mapping[str, Any],
    points: int,
    rate: Any,
    seed: int,
    accept: Collection[str],
) -> Report:
    """The judge, at the file's point and at others; a sample where there is too much."""
    given: dict[Value, Any] = {exercise.leaves[name]: hand for name, hand in hands.items()}
    graph = exercise.graph
    if len(given) > LARGE or len(given) * len(graph.nodes) > WORK:
        return _by_a_sample(exercise, given, min(points, FEW), rate, seed, accept)
    size = max((abs(p.data) for p in given), default=1.0)
    scale = Fraction(min(2.0, max(0.5, size))).limit_denominator(100)
    count = max(2, min(points, NODES // len(graph.nodes))) if points else 0
    return compare(graph, given, count, rate, None, seed, accept, exercise.at, [scale])


def _by_a_sample(
    exercise: Exercise,
    given: Mapping[Value, Any],
    points: int,
    rate: Any,
    seed: int,
    accept: Collection[str],
) -> Report:
    """The judge sees a sample at the file's point; what is right there is tried at others too."""
    own = {leaf.label: leaf.data for leaf in exercise.leaves.values()}
    here = _all_at(exercise, given, own)
    groups: dict[str, list[Value]] = {}
    for p in here:
        groups.setdefault(p.label.partition("[")[0], []).append(p)
    report = check_sample(
        exercise.graph, here, list(groups.values()), rate, seed, accept, arrays=True
    )
    if not report.ok or not all(map(callable, given.values())):
        return report
    seen = Seen([exercise.graph], given)
    places = near_points(seen, points, seed, lambda place: defined(lambda: exercise.at(place)))
    found = [_agreeing(exercise, given, place) for place in places]
    for i, entry in enumerate(report.entries):
        tried_elsewhere(entry, [agreeing[i] for agreeing in found], doubles=True)
    return report


def _agreeing(exercise: Exercise, given: Mapping[Value, Any], place: Place) -> list[bool | None]:
    """Whether each entry of the file's gradient is the slope at a point, by the rules in floats."""
    graph = exercise.at(place)
    at = {v: float(x) for v, x in place.items()}
    values = graph.at(at)

    def slopes(v: Value) -> list[Any]:
        numbers = [values[u] if isinstance(u, Value) else u for u in v.inputs]
        return rule(v).local_derivatives(
            numbers, values[v], [isinstance(u, Value) for u in v.inputs]
        )

    arrived = chain_rule(graph.output, slopes, along=graph.nodes)
    point = {v.label: x for v, x in at.items()}
    numbers = _all_at(exercise, given, point)
    return [agrees(x, float(arrived.get(p, 0))) for p, x in numbers.items()]


def _by_differences(exercise: Exercise, hands: Mapping[str, Number]) -> Report:
    """Right to float accuracy, undecided, or wrong; nothing is named."""
    entries = []
    for name, hand in hands.items():
        slope, error = exercise.differences.get(name, (None, 0.0))
        if slope is None:  # not in the sample
            continue
        yours = float(hand.value)
        room = float(hand.tolerance) + ROUNDED * abs(slope) + error
        entry = Entry(name, yours, slope, FLOAT)
        if not abs(yours - slope) <= room:
            entry.verdict = WRONG
        elif error > 1e-3 * max(abs(slope), abs(yours)) and yours != slope:
            entry.verdict = UNDECIDED
            entry.remark = say(
                fr="trop petit pour des différences finies en flottants",
                en="too small for finite differences of floats",
            )
        entries.append(entry)
    report = Report(entries)
    report.notes.append(
        say(
            fr=f"Les Value n’ont pas traversé loss ({exercise.stopped}) : les dérivées viennent de "
            "différences finies en flottants, exactes à 10⁻⁷ près, et aucune erreur n’est nommée.",
            en=f"Values did not go through loss ({exercise.stopped}): the derivatives are finite "
            "differences of floats, exact to 10⁻⁷, and no mistake is named.",
        )
    )
    return report
