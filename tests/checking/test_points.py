"""Check it: the other points at which formulas are compared."""

from __future__ import annotations

import pytest

from tinygrad_fr.checking.hand import Hand
from tinygrad_fr.checking.judge import Judge
from tinygrad_fr.checking.points import other_points
from tinygrad_fr.engine import Value
from tinygrad_fr.ops import log, sqrt


def leaves(**numbers: float) -> list[Value]:
    return [Value(x, label=name) for name, x in numbers.items()]


def test_the_points_differ_from_each_other_and_from_the_students() -> None:
    w, x = leaves(w=0.5, x=1.5)
    judge = Judge(w * x + 3)
    points = other_points(judge, [w], 10, seed=0)
    for v in (w, x):
        seen = {float(point[v]) for point in [judge.point, *points]}
        assert len(seen) == 11  # as many numbers as points
        assert all(abs(a) <= 2 for a in seen) and min(seen) < -0.5 < 0.5 < max(seen)


def test_constants_stay_and_an_unnamed_parameter_moves() -> None:
    w, three = Value(0.5), Value(3.0)
    judge = Judge(w * three)
    points = other_points(judge, [w], 5, seed=0)
    assert {float(point[three]) for point in points} == {3.0}
    assert len({float(point[w]) for point in points}) == 5


def test_the_seed_chooses_them() -> None:
    (x,) = leaves(x=1.0)
    judge = Judge(x * x)
    one, again, other = (other_points(judge, [x], 5, seed) for seed in (1, 1, 2))
    assert one == again != other


@pytest.mark.parametrize("where", ["cost", "formula"])
def test_they_stand_where_all_is_defined(where: str) -> None:
    (x,) = leaves(x=40.0)
    narrow = log(x - 39) if where == "cost" else x
    judge = Judge(narrow)
    hands = [] if where == "cost" else [Hand.of(sqrt(x - 39), judge.exact)]
    points = other_points(judge, [x], 10, 0, hands)
    assert points and all(39 <= point[x] < 52 for point in points)  # nearer the student's own
