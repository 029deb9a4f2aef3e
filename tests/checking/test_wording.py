"""Check it: a node in the student's own letters, its numbers as the language writes them."""

import pytest

from tinygrad_fr import Value, leaky_relu, sigmoid, tanh, use
from tinygrad_fr.checking.wording import place, spelled


@pytest.mark.parametrize(("lang", "shown"), [("en", "σ(1.5w)"), ("fr", "σ(1,5w)")])
def test_the_decimals_of_a_place(lang: str, shown: str) -> None:
    w = Value(0.5, label="w")
    with use(lang):
        assert place(sigmoid(1.5 * w)) == shown
        assert spelled(1.5 * w) == shown[2:-1]


def test_beside_decimal_commas_a_list_has_semicolons() -> None:
    z = Value(-2.0, label="z")
    with use("fr"):
        assert spelled(leaky_relu(z, 0.5)).replace("\u202f", " ").endswith("(z ; 0,5)")
        assert spelled(leaky_relu(z, 2)).endswith("(z, 2)")


def test_a_formula_has_the_names_of_what_stands_below() -> None:
    """h − d where h = tanh(s), and not tanh(k·t + c) − d; what goes deeper is only outlined."""
    s, d = Value(0.5, label="s"), Value(0.2, label="d")
    h = tanh(s + 1)
    assert spelled(h - d) == "tanh(s + 1) − d"
    h.label = "h"
    assert spelled(h - d) == "h − d" and place(abs(h - d)) == "|h − d|"
    assert place(h) == "h = tanh(s + 1)"
    deep = s
    for _ in range(12):
        deep = tanh(deep)
    assert spelled(deep, "u") == "u" and place(deep) == "tanh(…)"
