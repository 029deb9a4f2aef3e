"""Check it: a formula right at some points and wrong at others: where is it right?

On one side of a kink (`w·x + b > 0`), for one sign of a letter or of a step (√k² is k where k > 0),
for one label: where that is what the points have in common.  Else one of them is told by its
numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tinygrad_fr.checking.graph import Graph
from tinygrad_fr.checking.wording import ETC, formula, spelled
from tinygrad_fr.engine import Value
from tinygrad_fr.ops import DomainError
from tinygrad_fr.replay import rule
from tinygrad_fr.words import number, say

Place = Mapping[Value, Any]
MOST = 4  # numbers told of a point; its others are left out
ENOUGH = 6  # points before a sign that they have in common is no chance
FARTHER = (1, 3, 0.2)  # times the student’s own number, on the other side of 0
NEVER = (DomainError, ZeroDivisionError, OverflowError, TypeError)  # where there is no value


Tried = tuple[bool | None, Place, Any, Any]  # right there?, where, the formula’s number, the slope


def where_right(graph: Graph, tried: Sequence[Tried], right_here: bool, told: str) -> str:
    """The remark on a formula that is wrong at a point at least, here or where it was tried.

    told    what is said where nothing parts the points: how many there are
    """
    wrong = [place for right, place, *_ in tried if right is False]
    right = [place for right, place, *_ in tried if right]
    (right if right_here else wrong).insert(0, {})
    if right_here:
        example = next(
            at_one(place, yours, truth) for right, place, yours, truth in tried if right is False
        )
        return (two_sides(graph, wrong, right) or told) + example
    telling = any(right and truth != 0 for right, _, _, truth in tried)
    return (two_sides(graph, wrong, right) if telling else "") or told


def two_sides(graph: Graph, wrong: Sequence[Place], right: Sequence[Place]) -> str:
    """What parts the points at which a formula is right from those where it is wrong; or ""."""
    for what, mine, other in _parted(graph, wrong, right):
        return say(
            fr=f"juste là où {what} {mine}, faux là où {what} {other}",
            en=f"right where {what} {mine}, wrong where {what} {other}",
        )
    return ""


def at_one(place: Place, yours: Any, expected: Any) -> str:
    """Both numbers at a point, as a remark goes on; "" where they look alike."""
    at, one, other = _at(place), number(yours), number(expected)
    if not at or one == other:
        return ""
    return say(
        fr=f" ; en {at} : {one} au lieu de {other}", en=f"; at {at}: {one} instead of {other}"
    )


def without_value(cost: Graph, hand: Graph) -> str:
    """Where a formula has no value and the cost has one, "k < 0": for one sign of a letter."""
    if all(getattr(v.op, "outside", None) is None for v in hand.nodes):
        return ""
    for v in hand.leaves:
        x = float(v.data)
        if not v.label or v not in cost.own or abs(x) in (0, 1):
            continue
        there = [{v: -x * far} for far in FARTHER]
        if all(_has_value(cost, p) and not _has_value(hand, p) for p in there):
            return f"{spelled(v)} {'<' if x > 0 else '>'} 0"
    return ""


def _has_value(graph: Graph, place: Place) -> bool:
    floats = {v: float(v.data) for v in graph.leaves}
    try:
        return bool(abs(graph.at({**floats, **place})[graph.output]) < float("inf"))
    except NEVER:
        return False


def _parted(
    graph: Graph, wrong: Sequence[Place], right: Sequence[Place]
) -> Iterator[tuple[str, str, str]]:
    """(x, "> 0", "< 0"): conditions that all the right points fulfil, and all the wrong ones."""
    here = {v: v.data for v in graph.leaves}
    try:
        values = [graph.at({**here, **p}) for p in (*wrong, *right)]
    except NEVER:
        return
    for v, i in _kinks(graph):
        signs = [_sign(_kink(v, i, found)) for found in values]
        yield from _by_sign(formula(_argument(v, i)), signs, len(wrong))
    if len(values) < ENOUGH:
        return
    for v in graph.nodes:
        name = spelled(v, "")
        if not name or ETC in name or v is graph.output:
            continue
        numbers = [found[v] for found in values]
        if v.op is None and {*numbers} <= {-1, 0, 1}:
            yield from _by_label(name, numbers, len(wrong))
        else:
            yield from _by_sign(name, [_sign(x) for x in numbers], len(wrong))


def _by_sign(what: str, signs: Sequence[int], wrong: int) -> Iterator[tuple[str, str, str]]:
    of_wrong, of_right = set(signs[:wrong]), set(signs[wrong:])
    if len(of_wrong) == 1 and not of_wrong & of_right and 0 not in of_wrong:
        yield (what, "> 0", "< 0") if signs[0] < 0 else (what, "< 0", "> 0")


def _by_label(what: str, labels: Sequence[Any], wrong: int) -> Iterator[tuple[str, str, str]]:
    of_wrong, of_right = set(labels[:wrong]), set(labels[wrong:])
    if len(of_wrong) == len(of_right) == 1 and of_wrong != of_right:
        yield what, f"= {number(*of_right)}", f"= {number(*of_wrong)}"


def _kinks(graph: Graph) -> Iterator[tuple[Value, int]]:
    for v in graph.kinked:
        kinks = rule(v).kinks
        if kinks is not None:
            yield from ((v, i) for i in range(len(tuple(kinks(*v.inputs)))))


def _argument(v: Value, i: int) -> Any:
    """What is 0 at the kink, as an expression."""
    return tuple(rule(v).kinks(*v.inputs))[i]  # type: ignore[misc]


def _kink(v: Value, i: int, values: Mapping[Value, Any]) -> Any:
    """Its number: 0 on the kink."""
    inputs = (values[u] if isinstance(u, Value) else u for u in v.inputs)
    return tuple(rule(v).kinks(*inputs))[i]  # type: ignore[misc]


def _sign(x: Any) -> int:
    return int(x > 0) - int(x < 0)


def _at(place: Place) -> str:
    named = [(v.label, x) for v, x in place.items() if v.label]
    *told, last = [f"{name} = {number(float(x))}" for name, x in named[:MOST]] or [""]
    return say(fr=" et ", en=" and ").join([", ".join(told), last] if told else [last])
