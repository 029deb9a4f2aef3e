"""Write it as a formula: what a leaf is, decided in one place."""

from __future__ import annotations

import pytest

from tinygrad_fr.checking.check import check
from tinygrad_fr.checking.sabotage import sabotage
from tinygrad_fr.engine import Value
from tinygrad_fr.formula.parameters import is_parameter
from tinygrad_fr.picture.gathered import leaf_kind
from tinygrad_fr.places import scope
from tinygrad_fr.words import use

LABELS = {
    **dict.fromkeys(["w", "W_12^[1]", "b", "B2", "θ", "Θ_1", "theta", "theta_1", "w3"], True),
    **dict.fromkeys(["x", "y_hat", "a", "v1", "tau", "thetas", ""], False),
}


@pytest.mark.parametrize(("label", "expected"), LABELS.items())
def test_a_parameter_is_known_by_its_name(label: str, expected: bool) -> None:
    leaf = Value(2.0, label=label)
    assert is_parameter(leaf) is expected
    assert (leaf_kind(leaf) == "parameter") is expected


def test_what_is_told_comes_before_the_name() -> None:
    w, v = Value(1.0, label="w"), Value(1.0, label="v")
    assert is_parameter(v, parameter=True) and not is_parameter(w, parameter=False)
    v.parameter, w.parameter = True, False
    assert is_parameter(v) and not is_parameter(w)
    assert leaf_kind(v) == "parameter" and leaf_kind(w) == "data"


@pytest.mark.parametrize(("word", "expected"), [("neuron", True), ("layer", True), ("loss", False)])
def test_without_a_name_the_place_tells(word: str, expected: bool) -> None:
    with scope(word, 1):
        leaf, x = Value(2.0), Value(2.0, label="x")
    assert is_parameter(leaf) is expected and not is_parameter(x)


def test_theta_is_a_parameter_for_check_and_for_sabotage() -> None:
    theta, x, y = (Value(v, label=k) for k, v in {"theta": 1.0, "x": 2.0, "y": 4.0}.items())
    cost = (theta * x - y) ** 2
    with use("en"):
        report = check(cost, {theta: 2 * x * (y - theta * x)})
        assert "w := w + λ·g" in str(report)
    with sabotage("M37"):
        cost.backward()
    assert (theta.grad, x.grad) == (-4.0, -4.0)  # M37: ∂z/∂θ = 1; x is no parameter
