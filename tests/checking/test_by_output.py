"""Check it: the gradient of a step, or of the outputs, handed in for that of the cost."""

from __future__ import annotations

import pytest

from tests.shared import diagnosis

AT = {"w": 0.7, "b": 0.3, "x": 1.2, "t": 0.3}
CROSS = "o=sigmoid(w*x+b); -(t*log(o)+(1-t)*log(1-o))"
LOGITS = "bce_with_logits(w*x+b,t)"
NET = "h=tanh(w*x+b); (v*h+c-t)**2"
TWO = "o1=sigmoid(w*x+b); o2=sigmoid(w*u+b); -log(o1)-log(1-o2)"


@pytest.mark.parametrize("digits", [0, 4])
@pytest.mark.parametrize(
    ("cost", "slope", "words"),
    [
        (CROSS, "o*(1-o)", "the derivative of o, not of the cost: the factor ∂L/∂o is missing"),
        (CROSS, "1", "the derivative of w·x + b, not of the cost"),
        ("z=w*x+b; exp(z)**3", "1", "not of the cost: the factor ∂L/∂z is missing"),
        (
            LOGITS,
            "sigmoid(w*x+b)*(1-sigmoid(w*x+b))",
            "σ′(z), the slope of σ, not of the cost, at BCE(w·x + b, t)",
        ),
    ],
)
def test_the_output_and_not_the_cost(cost: str, slope: str, words: str, digits: int) -> None:
    found = diagnosis(cost, AT, {"w": f"({slope})*x", "b": slope}, digits)
    assert words in found, found


def test_the_outputs_of_several_examples() -> None:
    hand = {"w": "o1*(1-o1)*x + o2*(1-o2)*u", "b": "o1*(1-o1) + o2*(1-o2)"}
    found = diagnosis(TWO, {**AT, "u": -0.8}, hand)
    assert "the derivative of o, not of the cost: the factor ∂L/∂o is missing" in found, found


def test_a_step_past_which_some_of_the_cost_goes_is_none() -> None:
    """v and c do not act through h."""
    at = {**AT, "v": 0.9, "c": 0.1}
    hand = {"w": "(1-h**2)*x", "b": "1-h**2", "v": "0", "c": "0"}
    found = diagnosis(NET, at, hand)
    assert "derivative of h, not of the cost" not in found, found


@pytest.mark.parametrize("digits", [0, 4])
@pytest.mark.parametrize("cost", ["-(t*log(o)+(1-t)*log(1-o))", "-log(o)", "-log(1-o)"])
def test_the_slope_of_sigma_for_that_of_a_cross_entropy(cost: str, digits: int) -> None:
    found = diagnosis(cost, {"o": 0.37, "t": 0.3}, {"o": "o*(1-o)"}, digits)
    assert "o(1 − o) is the slope of σ, not that of the cost with respect to o" in found, found
