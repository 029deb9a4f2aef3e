"""Check it: the arrays that a student's gradient gives, shapes first, then entry by entry.

Each entry of an array is a parameter of the graph, W1[0,1] as the file writes it.  Data do not
move: a Y of 0 and 1 stays one.  Where Values could not go through the loss, its slopes are
differences of floats, and nothing is named.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tinygrad_fr.checking.arrays import label
from tinygrad_fr.checking.compare import compare
from tinygrad_fr.checking.exercise import Exercise, NoNumber
from tinygrad_fr.checking.hand import DOUBLES, Number, as_typed
from tinygrad_fr.checking.listed import typed_array
from tinygrad_fr.checking.model import LARGE, SAMPLE, check_sample
from tinygrad_fr.checking.report import Report
from tinygrad_fr.checking.shapes import Mend, best, common_factor, sentence, why_not
from tinygrad_fr.checking.verdict import COST, FLOAT, KINK, RIGHT, UNDECIDED, WRONG, Entry
from tinygrad_fr.engine import Value
from tinygrad_fr.refusals import refuse
from tinygrad_fr.walk import chain_rule
from tinygrad_fr.words import say

ROUNDED = 1e-7  # relative: how well differences of floats know a slope
OWN, OTHER = 1e-14, 1e-9  # of the largest entry: what floats lose at the file's point, elsewhere
NODES = 40_000  # of all the graphs at the other points together
WORK = 3_000_000  # parameters × nodes; beyond, the judge sees a sample
MANY = 2_000  # slopes by differences


@dataclass(slots=True)
class Array:
    """One array of the answer: what fits it to its parameter, and whether it is right then."""

    name: str
    given: Any
    truth: Any
    mend: Mend | None
    right: bool

    @property
    def harmless(self) -> bool:
        """A shape that an update takes as it is: (1, n) for (n,)."""
        from numpy import broadcast_shapes

        try:
            found = broadcast_shapes(self.given.shape, self.truth.shape)
        except ValueError:
            return False
        return int(self.given.size) == int(self.truth.size) == _product(found)

    def places(self) -> Iterator[tuple[int, ...]]:
        from numpy import ndindex

        yield from ndindex(self.truth.shape)


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
        floats = _floats(given)
        mend, right = best(floats, truth[name], exercise.examples, 1e-2 if numbers else 1e-6)
        arrays.append(Array(name, given, truth[name], mend, right))
    hands: dict[str, Any] = dict(alone)
    for a in arrays:
        if a.mend is not None:
            hands |= _entries(exercise, a, bool(numbers))
    report = Report([])
    if hands and exercise.stopped:
        report = _by_differences(exercise, hands, truth)
    elif hands:
        report = _by_the_graph(exercise, hands, points, rate, seed, accept)
    return _with_shapes(exercise, report, arrays)


def _typed(
    exercise: Exercise, numbers: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, Number]]:
    """What was typed: whole arrays by name, and single entries."""
    whole = {n: typed_array(n, text) for n, text in numbers.items() if "[" not in n}
    alone = {n: as_typed(text) for n, text in numbers.items() if "[" in n}
    for name in alone:
        base, _, place = name.partition("[")
        a = exercise.arrays.get(base)
        inside = a is not None and place in {
            label(p)[1:] for p in Array("", a, a, None, True).places()
        }
        if not inside:
            refuse(
                fr=f"« {name} » n’est pas un paramètre : les indices commencent à 0, comme dans "
                "le fichier",
                en=f"'{name}' is no parameter: indices begin with 0, as in the file",
            )
    return whole, alone


def _floats(given: Any) -> Any:
    """The numbers of an array, typed ones too."""
    import numpy as np

    plain = [float(x.value) if isinstance(x, Number) else float(x) for x in given.ravel()]
    return np.array(plain).reshape(given.shape)


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
    mended = array.mend.apply(array.given)
    out: dict[str, Any] = {}
    for place in array.places():
        name = array.name + label(place)
        if typed or exercise.stopped:
            x = mended[place]
            out[name] = x if isinstance(x, Number) else Number(float(x), abs(float(x)) * DOUBLES)
            if out[name].value != out[name].value:
                _refuse_nan(exercise, name)
        else:
            out[name] = _function(exercise, array.name, place, array.mend)
    return out


def _function(
    exercise: Exercise, name: str, place: tuple[int, ...], mend: Mend
) -> Callable[..., Number]:
    """One entry of one array of the file's gradient, as a function of the point."""

    def value(**point: Any) -> Number:
        import numpy as np

        found = exercise.by_hand(point).get(name)
        if found is None:
            exercise.running.refuse(
                f"gradient : {name} manque en un autre point",
                f"gradient: {name} is missing at another point",
            )
        here = exercise.here(point)
        x = float(mend.apply(found)[place])
        if not np.isfinite(x):
            if not here:
                raise NoNumber
            _refuse_nan(exercise, name + label(place))
        largest = float(np.nanmax(np.abs(found)))
        return Number(x, abs(x) * (DOUBLES if here else OTHER) + largest * (OWN if here else OTHER))

    return value


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
    graph, leaves = exercise.graph, exercise.leaves
    given: dict[Value, Any] = {leaves[name]: hand for name, hand in hands.items()}
    if len(given) > LARGE or len(given) * len(graph.nodes) > WORK:
        own = {leaf.label: leaf.data for leaf in leaves.values()}
        fixed: dict[Value, Any] = {
            p: hand(**own) if callable(hand) else hand for p, hand in given.items()
        }
        groups: dict[str, list[Value]] = {}
        for p in fixed:
            groups.setdefault(p.label.partition("[")[0], []).append(p)
        return check_sample(graph, fixed, list(groups.values()), rate, seed, accept)
    size = max((abs(p.data) for p in given), default=1.0)
    scale = Fraction(min(2.0, max(0.5, size))).limit_denominator(100)
    count = max(2, min(points, NODES // len(graph.nodes))) if points else 0
    return compare(graph, given, count, rate, None, seed, accept, exercise.at, [scale])


def _by_differences(
    exercise: Exercise, hands: Mapping[str, Number], truth: Mapping[str, Any]
) -> Report:
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
                fr="trop petit pour des différences de flottants",
                en="too small for differences of floats",
            )
        entries.append(entry)
    report = Report(entries)
    report.notes.append(
        say(
            fr=f"Les Value n’ont pas traversé loss ({exercise.stopped}) : les pentes viennent de "
            "différences de flottants, sûres à 1e-7 près, et aucune erreur n’est nommée.",
            en=f"Values did not go through loss ({exercise.stopped}): the slopes are differences "
            "of floats, good to 1e-7, and no mistake is named.",
        )
    )
    return report


# ── shapes ───────────────────────────────────────────────────────────────────────────────────────


def _with_shapes(exercise: Exercise, report: Report, arrays: list[Array]) -> Report:
    """The sentences on shapes first; an answer that had to be mended is not right as it is."""
    told = []
    for a in arrays:
        wanted = tuple(a.truth.shape)
        why = a.mend.told if a.mend else why_not(a.given.shape, wanted, exercise.examples)
        once = a.mend.once if a.mend and a.right else ""
        if why:
            told.append(sentence(a.name, a.given.shape, wanted, why, once))
        if a.mend is None:
            nothing = float("nan")
            report.entries.append(Entry(a.name, nothing, nothing, WRONG, why))
        elif why and not a.harmless:
            for e in _of(report, a.name):
                if e.verdict in (RIGHT, FLOAT, KINK, COST):
                    e.verdict, e.remark = WRONG, once
    report.notes[:0] = told
    report.notes += _factors(exercise, report, arrays)
    return report


def _of(report: Report, name: str) -> list[Entry]:
    return [e for e in report.entries if e.name.partition("[")[0] == name]


def _factors(exercise: Exercise, report: Report, arrays: list[Array]) -> list[str]:
    """By which constant whole arrays are off, where no mistake is named."""
    named = report.diagnosis is not None and report.diagnosis.kind == "named"
    if named or any(e.verdict == COST for e in report.entries):
        return []
    biases = [a.truth.size for a in arrays if a.truth.ndim == 1 or 1 in a.truth.shape]
    outputs = int(biases[-1]) if biases else 1
    out = []
    for a in arrays:
        if a.mend is None or a.right:
            continue
        factor = common_factor(_floats(a.mend.apply(a.given)), a.truth, exercise.examples, outputs)
        if factor:
            out.append(say(fr=f"d{a.name} : {factor}.", en=f"d{a.name}: {factor}."))
    return out


def _product(shape: tuple[int, ...]) -> int:
    out = 1
    for n in shape:
        out *= n
    return out
