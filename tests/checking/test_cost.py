"""Check it: which other versions of a cost there are, read off its graph."""

from __future__ import annotations

from fractions import Fraction as F

import pytest

from tinygrad_fr.checking.check import check
from tinygrad_fr.checking.cost import versions
from tinygrad_fr.checking.graph import Graph
from tinygrad_fr.checking.verdict import COST, WRONG
from tinygrad_fr.engine import Value
from tinygrad_fr.nn import MLP, losses
from tinygrad_fr.reading.expression import parse

THREE = "(w*x1+b-y1)**2+(w*x2+b-y2)**2+(w*x3+b-y3)**2"
NET = "(w1*x+b1-y1)**2+(w2*x+b2-y2)**2"


def found(text: str, asked: str = "w b") -> dict[tuple[str, ...], F]:
    names = {n: Value(0.5 + i, label=n) for i, n in enumerate("w b w1 w2 b1 b2".split())}
    names |= {n: Value(1.5 - i / 7, label=n) for i, n in enumerate("x y x1 x2 x3 y1 y2 y3".split())}
    output = parse(text, {n: v for n, v in names.items() if n in text})
    return {v.keys: v.factor for v in versions(Graph(output), [names[a] for a in asked.split()])}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(w*x+b-y)**2", {("half",): F(1, 2)}),
        ("(w*x+b-y)**2/2", {("whole",): F(2)}),
        ("1/2*(w*x+b-y)**2", {("whole",): F(2)}),
        ("0.5*(w*x+b-y)**2", {("whole",): F(2)}),
        (f"({THREE})/3", {("half",): F(1, 2), ("sum",): F(3), ("half", "sum"): F(3, 2)}),
        (THREE, {("half",): F(1, 2), ("mean",): F(1, 3), ("half", "mean"): F(1, 6)}),
        (f"({THREE})/6", {("whole",): F(2), ("sum",): F(3), ("whole", "sum"): F(6)}),
        ("-(y*log(sigmoid(w*x))+(1-y)*log(1-sigmoid(w*x)))", {}),
        ("(w*x+b-y)**2 + x3*w**2", {}),  # a penalty is no second output
        ("(w*x)/(1+w*x)", {}),
        ("sin(w*x)", {}),
        ("abs(w*x-y)", {}),
        ("w**2", {}),
    ],
)
def test_the_versions_of_a_cost(text: str, expected: dict[tuple[str, ...], F]) -> None:
    assert found(text, "w b" if "b" in text.replace("abs", "") else "w") == expected


def test_outputs_have_parameters_of_their_own() -> None:
    assert found(NET, "w1 w2 b1 b2")[("outputs",)] == F(1, 2)
    assert found(f"({NET})/2", "w1 w2 b1 b2")[("outputs",)] == 2
    halves = found("1/2*(w1*x+b1-y1)**2+1/2*(w2*x+b2-y2)**2", "w1 w2 b1 b2")
    assert halves[("whole",)] == 2 and halves[("outputs",)] == F(1, 2)


def test_what_is_typed_twice_is_one_example() -> None:
    x = Value(1.5, label="x")
    w = Value(0.5, label="w")
    twice = versions(Graph((w * x - 1) ** 2 + (w * x - 1) ** 2), [w])
    assert [v.keys for v in twice] == [("half",)]


def test_a_network_and_its_loss() -> None:
    model = MLP(2, [3, 2], seed=1)
    X, Y = [[0.8, -1.2], [-0.4, 0.9], [1.5, 0.3]], [[0.0, 1.0], [1.0, 0.0], [0.5, 0.25]]
    L = losses.squared_error([model(x) for x in X], Y)
    keys = {v.keys: v.factor for v in versions(Graph(L), model.parameters())}
    assert keys[("half",)] == F(1, 2) and keys[("sum",)] == 3 and keys[("outputs",)] == F(1, 2)


def test_a_doubled_gradient_of_one_example_is_wrong() -> None:
    x, y = Value(1.5, label="x"), Value(1.0, label="y")
    w = Value(0.5, label="w")
    a = (w * x).sigmoid()
    L = -(y * a.log() + (1 - y) * (1 - a).log())
    assert check(L, {w: 2 * (a - y) * x})["w"].verdict == WRONG
    assert check((w * x - y) ** 2 / 2, {w: (w * x - y) * x / 2})["w"].verdict == WRONG
    assert check((w * x - y) ** 2 / 2, {w: 2 * (w * x - y) * x})["w"].verdict == COST
