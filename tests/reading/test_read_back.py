"""What the tool prints can be typed: the formula of any graph reads back to the same number."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import mpmath
import pytest

from tinygrad_fr.checking.graph import Graph
from tinygrad_fr.engine import Value
from tinygrad_fr.exact import in_digits
from tinygrad_fr.formula.formula import to_text
from tinygrad_fr.gradient import gradient
from tinygrad_fr.ops import TABLE, DomainError
from tinygrad_fr.reading.expression import parse
from tinygrad_fr.reading.letters import as_printed

LABELS = (
    "x y w1 w_2 w_12 w_1^[2] w_{1,2}^[3] a_3^[1] b^[2] theta lambda_ λ ŷ y_hat e e3x E2 sigma "
    "alpha_1 sin step max long_name X été w₁ z⁽²⁾ i j ∂L/∂a ∂²L/∂w_1∂b pi_1 u_1 h t_10"
).split()
NUMBERS = [2, 3, -1, 0.1, 0.5, -0.25, 1e-07, 2.5e16, 1000, Fraction(1, 3), Fraction(-2, 7), 7.25]
CONTEXT = mpmath.mp.clone()
CONTEXT.dps = 60


def number(output: Value) -> Any:
    """The number of a graph with sixty digits, every constant as it is spelled."""
    graph = Graph(output)
    known = {v: in_digits(v, CONTEXT) for v in graph.leaves}
    return graph.at(known, lambda u: u if type(u) is int else in_digits(u, CONTEXT))[output]


class Grown:
    """A random graph over all rows, its inner nodes named now and then."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        taken: set[str] = set()
        self.labels = []
        for label in self.chance.sample(LABELS, len(LABELS)):
            if as_printed(label) not in taken:
                taken.add(as_printed(label))
                self.labels.append(label)
        self.leaves = [
            Value(round(self.chance.uniform(-2, 2), 3), label=self.labels.pop()) for _ in range(5)
        ]
        self.nodes = list(self.leaves)

    def grow(self, size: int) -> Value:
        last = self.leaves[0]
        while size:
            try:
                v = self.step()
                assert abs(number(v)) < 1e30
            except (DomainError, AssertionError, ZeroDivisionError, OverflowError):
                continue
            if self.chance.random() < 0.15 and self.labels:
                v.label = self.labels.pop()
            self.nodes.append(v)
            last, size = v, size - 1
        return last

    def step(self) -> Value:
        chance = self.chance
        name = chance.choice([*TABLE, *"add sub mul div pow neg".split() * 3])
        row = TABLE[name]
        count = chance.randrange(1, 4) if row.arity is None else row.arity
        inputs: list[Any] = [self.input() for _ in range(count)]
        match name:
            case "pow" if chance.random() < 0.7:
                return inputs[0] ** chance.choice([2, -1, 3, 0.5, -2, Fraction(1, 3), 10])  # type: ignore[no-any-return]
            case "dot":
                inputs = [self.input() for _ in range(2 * count)]
            case "cross_entropy":
                inputs = [chance.randrange(count), *inputs]
        return row(*inputs)  # type: ignore[no-any-return]

    def input(self) -> Value:
        return self.chance.choice(
            [*self.nodes[-4:], *self.leaves, Value(self.chance.choice(NUMBERS))]
        )


def values(output: Value) -> dict[str, Any]:
    return {v.label: v.data for v in Graph(output).leaves if v.label}


def reads_back(L: Value) -> None:
    text = to_text(L)
    try:
        again, expected = number(parse(text, values(L))), number(L)
    except DomainError:  # 1/0 is ∞ in a guard row, and outside the domain in a formula
        assert any(getattr(v.op, "kind", "") == "guard" for v in Graph(L).nodes)
        return
    assert abs(again - expected) <= 1e-40 * (1 + abs(expected)), text


@pytest.mark.parametrize("seed", range(300))
def test_a_formula_reads_back_to_the_same_number(seed: int) -> None:
    L = Grown(seed).grow(2 + seed % 12)
    reads_back(L)


@pytest.mark.parametrize("seed", range(60))
def test_the_formula_of_a_gradient_reads_back(seed: int) -> None:
    grown = Grown(1000 + seed)
    L = grown.grow(5)
    leaf = next((v for v in Graph(L).leaves if v.label), grown.leaves[0])
    for v in Graph(L).nodes:
        if v.label.startswith("∂"):
            v.label = ""
    reads_back(gradient(L, leaf))


def test_the_property_can_fail() -> None:
    x, y = Value(0.5, label="x"), Value(2.0, label="y")
    assert number(parse("x·y − 1", {"x": 0.5, "y": 2.0})) != number(x * y - 1.5)
