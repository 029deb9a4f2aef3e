"""Check it: a formula right here and wrong elsewhere: where is elsewhere?

On the other side of a kink (`w·x + b < 0`), where that is what the points have in common; else at
one of them, by its numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tinygrad_fr.checking.graph import Graph
from tinygrad_fr.checking.wording import formula
from tinygrad_fr.engine import Value
from tinygrad_fr.ops import DomainError
from tinygrad_fr.replay import rule
from tinygrad_fr.words import number, say

Place = Mapping[Value, Any]
MOST = 4  # numbers told of a point; its others are left out


def where_wrong(
    graph: Graph, wrong: Sequence[Place], right: Sequence[Place], yours: Any, expected: Any
) -> str:
    """Where the points lie at which a formula is wrong; `right` holds the others.

    It follows "right at this point, wrong at 3 of 10 others", and gives both numbers at the first.
    """
    side = _beyond_a_kink(graph, wrong, right)
    beyond = say(fr=f", là où {side}", en=f", where {side}") if side else ""
    at, one, other = _at(wrong[0]), number(yours), number(expected)
    if not at or one == other:
        return beyond
    return beyond + say(
        fr=f" ; en {at} : {one} au lieu de {other}", en=f"; at {at}: {one} instead of {other}"
    )


def _beyond_a_kink(graph: Graph, wrong: Sequence[Place], right: Sequence[Place]) -> str:
    """The condition, "x < 0", that the wrong points fulfil and no right one; "" if none."""
    here = {v: v.data for v in graph.leaves}
    try:
        values = [graph.at({**here, **p}) for p in (*wrong, *right)]
    except (DomainError, ZeroDivisionError, OverflowError, TypeError):
        return ""
    for v, i in _kinks(graph):
        signs = [_sign(v, i, found) for found in values]
        of_wrong, of_right = set(signs[: len(wrong)]), set(signs[len(wrong) :])
        if len(of_wrong) == 1 and not of_wrong & of_right and 0 not in of_wrong:
            return f"{formula(_argument(v, i))} {'>' if signs[0] > 0 else '<'} 0"
    return ""


def _kinks(graph: Graph) -> Iterator[tuple[Value, int]]:
    for v in graph.kinked:
        kinks = rule(v).kinks
        if kinks is not None:
            yield from ((v, i) for i in range(len(tuple(kinks(*v.inputs)))))


def _argument(v: Value, i: int) -> Any:
    """What is 0 at the kink, as an expression."""
    return tuple(rule(v).kinks(*v.inputs))[i]  # type: ignore[misc]


def _sign(v: Value, i: int, values: Mapping[Value, Any]) -> int:
    inputs = (values[u] if isinstance(u, Value) else u for u in v.inputs)
    x = tuple(rule(v).kinks(*inputs))[i]  # type: ignore[misc]
    return int(x > 0) - int(x < 0)


def _at(place: Place) -> str:
    named = [(v.label, x) for v, x in place.items() if v.label]
    *told, last = [f"{name} = {number(float(x))}" for name, x in named[:MOST]] or [""]
    return say(fr=" et ", en=" and ").join([", ".join(told), last] if told else [last])
