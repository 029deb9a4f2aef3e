"""Check it: a letter that is used several times, and not all of its uses are counted."""

from __future__ import annotations

import pytest

from tests.shared import diagnosis

RNN = "h1 = tanh(w*x1); h2 = tanh(u*h1 + w*x2); h3 = tanh(u*h2 + w*x3); (h3 - y)**2"
AT = {"w": 0.7, "u": -0.5, "x1": 0.6, "x2": -1.1, "x3": 0.9, "y": 0.3}
STEPS = {"d3": "2*(h3-y)*(1-h3**2)", "d2": "d3*u*(1-h2**2)", "d1": "d2*u*(1-h1**2)"}
W = "d3*x3+d2*x2+d1*x1"


@pytest.mark.parametrize("digits", [0, 4])
@pytest.mark.parametrize(
    ("w", "u", "words"),
    [
        (W, "d3*h2", "u is used several times, and is not counted at u·h₁"),
        ("d1*x1", "d2*h1", "only the first use of each parameter is counted"),
    ],
)
def test_a_use_that_is_not_counted(w: str, u: str, words: str, digits: int) -> None:
    found = diagnosis(RNN, AT, {"w": w, "u": u}, digits, STEPS)
    assert words in found, found


def test_an_input_beside_its_block() -> None:
    """x acts through the block and past it."""
    cost, at = "h = tanh(w*x+b); (x + h - t)**2", {"w": 0.7, "b": 0.3, "x": 1.2, "t": 0.5}
    where = {"e": "2*(x+h-t)"}
    hand = {"w": "e*(1-h**2)*x", "b": "e*(1-h**2)", "x": "e"}
    assert "x is used several times, and is not counted at w·x" in diagnosis(
        cost, at, hand, 0, where
    )
    found = diagnosis(cost, at, hand, 0, where, "fr")
    assert "x sert plusieurs fois, et n’est pas compté en w·x" in found, found
