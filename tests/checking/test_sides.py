"""Check it: where a formula is wrong that is right here."""

from __future__ import annotations

import pytest

from tinygrad_fr.checking.check import check
from tinygrad_fr.checking.graph import Graph
from tinygrad_fr.checking.sides import at_one, two_sides
from tinygrad_fr.checking.typed import check_expression
from tinygrad_fr.checking.verdict import WRONG
from tinygrad_fr.engine import Value
from tinygrad_fr.ops import relu
from tinygrad_fr.words import use


@pytest.mark.parametrize(
    ("cost", "point", "formula", "where"),
    [
        ("relu(w*x + b)", {"w": 1, "x": 2, "b": 0.5}, "x", "where w·x + b < 0"),
        ("abs(w)*w", {"w": 2}, "2*w", "where w < 0"),
        ("abs(w)*w", {"w": -2}, "-2*w", "where w > 0"),
    ],
)
def test_the_side_of_the_kink(cost: str, point: dict[str, float], formula: str, where: str) -> None:
    with use("en"):
        report, *_ = check_expression(cost, point, {"w": formula})
        assert report["w"].verdict == WRONG and where in report["w"].remark


def test_a_point_where_there_is_no_side() -> None:
    w = Value(1.0, label="w")
    with use("en"):
        remark = check(w**3, {w: 3 * w})["w"].remark
        assert remark.startswith("right at this point, wrong at the 10 others; at w = ")
        numbers = remark.partition("at w = ")[2].replace("−", "-")
        at, _, rest = numbers.partition(": ")
        yours, _, expected = rest.partition(" instead of ")
        assert float(yours) == pytest.approx(3 * float(at), rel=0.02)
        assert float(expected) == pytest.approx(3 * float(at) ** 2, rel=0.02)
    with use("fr"):
        remark = check(w**3, {w: 3 * w})["w"].remark.replace("\u202f", " ")
        assert remark.startswith("juste en ce point, faux aux 10 autres ; en w = ")
        assert " au lieu de " in remark


def test_a_side_that_a_right_point_shares_is_not_told() -> None:
    w = Value(1.0, label="w")
    graph = Graph(relu(w))
    with use("en"):
        found = two_sides(graph, [{w: -1}], [{}, {w: 2}])
        assert found == "right where w > 0, wrong where w < 0"
        assert two_sides(graph, [{w: -1}], [{}, {w: -2}]) == ""
        assert two_sides(graph, [{w: -1}, {w: 3}], [{}]) == ""


def test_a_sign_is_told_of_enough_points_only() -> None:
    w, x = Value(1.0, label="w"), Value(1.0, label="x")
    right = [{w: k, x: (-1) ** k} for k in range(1, 6)]
    with use("fr"):
        found = two_sides(Graph(w * x), [{w: -2, x: 1}], right)
        assert found == "juste là où w > 0, faux là où w < 0"
        assert two_sides(Graph(w * x), [{w: -2, x: 1}], right[:4]) == ""


@pytest.mark.parametrize(
    ("cost", "k", "formula", "told"),
    [
        ("sqrt(k**2)", 0.7, "1", "right where k > 0, wrong where k < 0; at k = −0.888: 1 instead"),
        ("sqrt(k**2)", -0.7, "1", "right where k > 0, wrong where k < 0"),
        ("sqrt(k**2)", -0.7, "-1", "right where k < 0, wrong where k > 0; at k = "),
        ("k**3", 0.7, "3*abs(k)**3/k", "right where k > 0, wrong where k < 0; at k = "),
        ("(k**2)**0.75", 0.7, "1.5*abs(k)**0.5", "right where k > 0, wrong where k < 0; at k = "),
    ],
)
def test_one_sign_of_a_letter(cost: str, k: float, formula: str, told: str) -> None:
    with use("en"):
        report, *_ = check_expression(cost, {"k": k}, {"k": formula})
        assert report["k"].verdict == WRONG and report["k"].remark.startswith(told)


def test_one_sign_of_a_difference() -> None:
    at, hand = {"a": 0.7, "b": 0.9}, {"a": "1", "b": "-1"}
    with use("fr"):
        report, *_ = check_expression("sqrt((a-b)**2)", at, hand)
        assert report["b"].remark == "juste là où a − b > 0, faux là où a − b < 0"


def test_one_label() -> None:
    """(o − 1)·x is the slope of −ln o."""
    cost = "o = sigmoid(w*x); -(t*log(o) + (1-t)*log(1-o))"
    for t in (0, 1):
        with use("en"):
            report, *_ = check_expression(cost, {"w": 0.7, "x": 1.2, "t": t}, {"w": "(o-1)*x"})
            assert report["w"].remark.startswith("right where t = 1, wrong where t = 0")


def test_where_both_are_0_tells_nothing() -> None:
    """ReLU is flat where w·x < 0: that its slope is right there is no merit."""
    report, *_ = check_expression("relu(w*x)**2", {"w": 0.7, "x": 1.2}, {"w": "2*relu(w*x)"})
    assert report["w"].verdict == WRONG and report["w"].remark == ""


@pytest.mark.parametrize(
    ("cost", "k", "formula", "told"),
    [
        ("k**2", 0.7, "2*sqrt(k)**2", "without a value where k < 0, where the cost has one"),
        ("(k**2)**0.75", 0.7, "1.5*k**0.5", "without a value where k < 0, where the cost has"),
        ("k**2", -0.7, "-2*sqrt(-k)**2", "without a value where k > 0, where the cost has one"),
        ("(k**0.5)**2", 0.7, "1", ""),
        ("log(k)", 0.7, "1/sqrt(k)**2", ""),  # nor has the cost
        ("k**2 + log(x)", 0.7, "2*k", ""),
    ],
)
def test_a_formula_without_a_value(cost: str, k: float, formula: str, told: str) -> None:
    with use("en"):
        report, *_ = check_expression(cost, {"k": k, "x": 1.5}, {"k": formula})
        assert report.ok and report["k"].remark.startswith(told)
        assert told or "without" not in report["k"].remark


def test_a_point_of_two_numbers() -> None:
    w, x = Value(1.0, label="w"), Value(1.0, label="x")
    for lang, told in (("en", "; at w = 2 and x = 3: "), ("fr", " ; en w = 2 et x = 3 : ")):
        with use(lang):
            found = at_one({w: 2, x: 3}, 1, 0).replace("\u202f", " ")
            assert found.startswith(told)
            assert at_one({w: 2, x: 3}, 1, 1) == ""
