"""Check it: numbers that are right for another version of the cost, or fit it by chance."""

from __future__ import annotations

from fractions import Fraction as F

import pytest

from tinygrad_fr.checking.another import other_cost
from tinygrad_fr.checking.answer import Answer
from tinygrad_fr.checking.cost import versions
from tinygrad_fr.checking.graph import Graph
from tinygrad_fr.checking.hand import as_typed
from tinygrad_fr.checking.typed import check_expression
from tinygrad_fr.checking.verdict import COST, WRONG
from tinygrad_fr.reading.expression import read

NEURON = "(sigmoid(w*x + b) - y)**2"
POINT = {"w": 1.0, "x": 2.0, "b": 0.5, "y": 0.0}  # ∂L/∂w = 0.2591, ∂L/∂b = 0.1296


@pytest.mark.parametrize(
    ("numbers", "verdict"),
    [
        ({"w": "0.13"}, COST),
        ({"w": "0.130"}, COST),
        ({"w": "0.1"}, WRONG),  # one digit: any number from 0.1 to 0.2
        ({"w": "0.13", "b": "0.065"}, COST),
        ({"b": "0.065"}, COST),
        ({"b": "0.06"}, WRONG),
    ],
)
def test_one_digit_fits_by_chance(numbers: dict[str, str], verdict: str) -> None:
    report = check_expression(NEURON, POINT, numbers=numbers)[0]
    assert {e.verdict for e in report.entries} == {verdict}
    assert (report.cost == ("half",)) is (verdict == COST)


def test_the_versions_that_explain_every_number() -> None:
    typed = read(NEURON, POINT)
    asked = [typed.leaves[n] for n in "wb"]
    known = versions(Graph(typed.output), asked)
    typed.output.backward()
    truth = [[p.grad for p in asked]]
    half = Answer.of([g / 2 for g in truth[0]])
    assert [v.factor for v in other_cost(known, truth, half)] == [F(1, 2)]
    assert other_cost(known, truth, Answer.of([truth[0][0] / 2, truth[0][1]])) == []


def test_how_much_digits_tell() -> None:
    def told(*texts: str) -> float:
        numbers = [as_typed(t) for t in texts]
        answer = Answer([[n.value for n in numbers]], [[n.tolerance for n in numbers]])
        return answer.told([[n.value * F(101, 100) for n in numbers]])

    assert told("0.1") == 1 and told("0.11") == 11 and told("0.11", "-0.5") == 55
    assert told("3") == 3 and Answer.of([3]).told([[3]]) == 1e9


def test_one_digit_that_is_exact_is_enough() -> None:
    text = "((w*x1 - y1)**2 + (w*x2 - y2)**2)/2"
    point = {"w": 1.0, "x1": 1.0, "y1": 0.0, "x2": 2.0, "y2": 1.0}
    report = check_expression(text, point, numbers={"w": "6"}, accept=["sum"])[0]
    assert report.ok and report.cost == ("sum",)  # 3 is the slope of the mean
