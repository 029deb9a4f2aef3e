"""Check it: the gradient of a step, or of the outputs, handed in for that of the cost."""

from __future__ import annotations

import pytest

from tinygrad_fr.checking.typed import check_expression
from tinygrad_fr.words import use

AT = {"w": 0.7, "b": 0.3, "x": 1.2, "t": 0.3}
CROSS = "o=sigmoid(w*x+b); -(t*log(o)+(1-t)*log(1-o))"
LOGITS = "bce_with_logits(w*x+b,t)"
NET = "h=tanh(w*x+b); (v*h+c-t)**2"
TWO = "o1=sigmoid(w*x+b); o2=sigmoid(w*u+b); -log(o1)-log(1-o2)"


def said(cost: str, at: dict[str, float], hand: dict[str, str], digits: int = 0) -> str:
    """What is said of formulas, or of their numbers with so many digits."""
    with use("en"):
        report, *_ = check_expression(cost, at, hand)
        if digits:
            numbers = {e.name: f"{float(e.yours):#.{digits}g}" for e in report.entries}
            report, *_ = check_expression(cost, at, numbers=numbers)
        return str(report.diagnosis)


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
    found = said(cost, AT, {"w": f"({slope})*x", "b": slope}, digits)
    assert words in found, found


def test_the_outputs_of_several_examples() -> None:
    hand = {"w": "o1*(1-o1)*x + o2*(1-o2)*u", "b": "o1*(1-o1) + o2*(1-o2)"}
    found = said(TWO, {**AT, "u": -0.8}, hand)
    assert "the derivative of o, not of the cost: the factor ∂L/∂o is missing" in found, found


def test_a_step_past_which_some_of_the_cost_goes_is_none() -> None:
    """v and c do not act through h."""
    at = {**AT, "v": 0.9, "c": 0.1}
    hand = {"w": "(1-h**2)*x", "b": "1-h**2", "v": "0", "c": "0"}
    found = said(NET, at, hand)
    assert "derivative of h, not of the cost" not in found, found
