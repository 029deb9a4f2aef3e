"""Check it: the other points at which formulas are compared, and what they can see."""

from __future__ import annotations

from fractions import Fraction as F

import pytest

from tests.shared import named
from tinygrad_fr.checking.check import check
from tinygrad_fr.checking.graph import Graph
from tinygrad_fr.checking.points import BESIDES, FEW, Seen, other_points
from tinygrad_fr.checking.typed import check_expression
from tinygrad_fr.engine import Value
from tinygrad_fr.ops import log, maximum, relu, sigmoid, sqrt


def points_of(output: Value, *asked: Value, count: int = 10, seed: int = 0) -> list[dict[Value, F]]:
    return other_points(Seen([Graph(output)], asked), count, seed)


def test_the_points_differ_from_each_other_and_from_the_students() -> None:
    w, x = named(w=0.5, x=1.5)
    points = points_of(w * x + 3, w, count=20)
    for v in (w, x):
        seen = {float(point[v]) for point in points} | {v.data}
        assert len(seen) == 21  # as many numbers as points
        assert min(seen) < -0.5 < 0.5 < max(seen)
    assert any(abs(a) > 2 for point in points for a in point.values())


def test_constants_stay_and_an_unnamed_parameter_moves() -> None:
    w, three = Value(0.5), Value(3.0)
    points = points_of(w * three, w, count=5)
    assert all(three not in point for point in points)
    assert len({float(point[w]) for point in points}) == 5


def test_the_seed_chooses_them() -> None:
    (x,) = named(x=1.0)
    one, again, other = (points_of(x * x, x, count=5, seed=seed) for seed in (1, 1, 2))
    assert one == again != other


@pytest.mark.parametrize("where", ["cost", "formula"])
def test_they_stand_where_all_is_defined(where: str) -> None:
    (x,) = named(x=40.0)
    graphs = [Graph(log(x - 39))] if where == "cost" else [Graph(x), Graph(sqrt(x - 39))]
    points = other_points(Seen(graphs, [x]), 10, 0)
    assert points and all(39 <= point[x] < 52 for point in points)  # nearer the student's own


@pytest.mark.parametrize("bound", [6, 100, 20_000])
def test_both_sides_of_every_kink_are_seen_however_far(bound: int) -> None:
    (x,) = named(x=1.5)
    points = points_of(maximum(0, x) + relu(x - bound), x)
    assert any(point[x] > bound for point in points) and any(point[x] < 0 for point in points)


def test_the_sides_of_kinks_are_seen_two_by_two_where_they_are_few() -> None:
    v, x = named(v=0.5, x=1.5)
    points = points_of(maximum(abs(x), v + 2.3), x)
    seen = {(point[x] > 0, abs(point[x]) > point[v] + F("2.3")) for point in points}
    assert len(seen) == 4 and len(points) <= 10 + 4


def test_many_kinks_are_seen_side_by_side_only() -> None:
    xs = named(**{f"x{i}": 0.5 for i in range(FEW + 1)})
    few = len(points_of(sum(map(relu, xs[:FEW]), Value(0.0)), *xs))
    assert len(points_of(sum(map(relu, xs), Value(0.0)), *xs)) == 10 < few <= 10 + BESIDES


@pytest.mark.parametrize(
    ("cost", "values", "formula", "right"),
    [
        (
            "max(abs(x), v + 2.3)",
            {"x": 1.5, "v": 0.5},
            "step(abs(x) - v - 2.3)",
            "step(abs(x) - v - 2.3)*sign(x)",
        ),
        ("min(max(0,x),6)", {"x": 1.5}, "step(x)", "step(x)*step(6-x)"),
        ("clip(x,0,6)", {"x": 1.5}, "step(x)", "step(x)*step(6-x)"),
        ("max(0,1-y*w*x)", {"w": 0.5, "y": 1, "x": 1}, "-y*x", "-y*x*step(1-y*w*x)"),
        ("abs(x-3)*x", {"x": 5}, "2*x-3", "sign(x-3)*x+abs(x-3)"),
        ("relu(x-100)", {"x": 1}, "0", "step(x-100)"),
    ],
)
def test_a_formula_right_on_one_side_only_is_wrong(
    cost: str, values: dict[str, float], formula: str, right: str
) -> None:
    first = next(iter(values))
    assert not check_expression(cost, values, {first: formula})[0].ok
    assert check_expression(cost, values, {first: right})[0].ok


def test_a_label_of_a_cross_entropy_stays_a_label() -> None:
    w, x, y = named(w=0.5, x=1.5, y=1.0)
    a = sigmoid(w * x)
    points = points_of(-(y * log(a) + (1 - y) * log(1 - a)), w)
    assert {point[y] for point in points} == {0, 1}
    points = points_of((a - y) ** 2, w)
    assert len({point[y] for point in points}) > 5  # a target of a squared error is any number


def test_the_label_of_a_hinge_stays_itself() -> None:
    w, x, y = named(w=0.5, x=1.5, y=-1.0)
    assert {point[y] for point in points_of(maximum(0, 1 - y * w * x), w)} == {-1}


def test_a_function_is_asked_where_it_answers() -> None:
    (x,) = named(x=2.0)

    def slope(x: float) -> float:
        return 1 / 0 if x < 0 else 2 * x

    assert check(x**2, {x: slope}).ok
