"""Check it: the rules crossed on the way from a parameter to the cost."""

from __future__ import annotations

import pytest

from tinygrad_fr.checking.graph import Graph
from tinygrad_fr.checking.rules import MOST, rules_crossed
from tinygrad_fr.engine import Value
from tinygrad_fr.ops import exp, log, sigmoid, sin
from tinygrad_fr.words import use

w, x, b = Value(0.5, label="w"), Value(1.5, label="x"), Value(0.25, label="b")


@pytest.mark.parametrize(
    ("output", "told"),
    [
        (w + b, []),
        (w * x, ["∂(u·v)/∂u = v"]),
        (x * w, ["∂(u·v)/∂v = u"]),
        (w * w, ["∂(u·v)/∂u = v", "∂(u·v)/∂v = u"]),
        (w / x, ["∂(u/v)/∂u = 1/v"]),
        (w**3 + x * x, ["∂(u³)/∂u = 3u²"]),
        (sin(w), ["∂sin(u)/∂u = cos(u)"]),
        (abs(w), ["∂|u|/∂u = sign(u)"]),
        (sigmoid(w) ** 2, ["∂(u²)/∂u = 2u", "∂σ(u)/∂u = y(1−y), with y = σ(u)"]),
        (sigmoid(w) ** 2 + sigmoid(w + 1) ** 2, None),
    ],
)
def test_each_rule_on_the_way_once_the_cost_s_first(output: Value, told: list[str] | None) -> None:
    with use("en"):
        found = rules_crossed(Graph(output), [w])
    assert found == (
        ["∂(u²)/∂u = 2u", "∂σ(u)/∂u = y(1−y), with y = σ(u)"] if told is None else told
    )


def test_a_letter_of_the_exercise_is_not_taken_for_another_thing() -> None:
    y = Value(1.0, label="y")
    with use("en"):
        assert rules_crossed(Graph(sigmoid(w) - y), [w]) == ["∂σ(u)/∂u = a(1−a), with a = σ(u)"]


def test_rules_off_the_way_are_not_told() -> None:
    with use("en"):
        assert rules_crossed(Graph(sin(w) + exp(x)), [x]) == ["∂exp(u)/∂u = exp(u)"]


def test_a_hint_is_no_textbook() -> None:
    output = sin(exp(sigmoid(log(w) ** 2 / x) * b))
    assert len(rules_crossed(Graph(output), [w])) == MOST
