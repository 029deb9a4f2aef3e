"""Check it: where a formula is wrong that is right here."""

from __future__ import annotations

import pytest

from tinygrad_fr.checking.check import check
from tinygrad_fr.checking.graph import Graph
from tinygrad_fr.checking.sides import where_wrong
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
        assert where_wrong(graph, [{w: -1}], [{}, {w: 2}], 1, 0).startswith(", where w < 0")
        assert where_wrong(graph, [{w: -1}], [{}, {w: -2}], 1, 0) == "; at w = −1: 1 instead of 0"
        assert where_wrong(graph, [{w: -1}, {w: 3}], [{}], 1, 0) == "; at w = −1: 1 instead of 0"


def test_a_point_of_two_numbers() -> None:
    w, x = Value(1.0, label="w"), Value(1.0, label="x")
    for lang, told in (("en", "; at w = 2 and x = 3: "), ("fr", " ; en w = 2 et x = 3 : ")):
        with use(lang):
            found = where_wrong(Graph(w * x), [{w: 2, x: 3}], [{}], 1, 0).replace("\u202f", " ")
            assert found.startswith(told)
