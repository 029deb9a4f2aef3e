"""Check it: a node in the student's own letters, its numbers as the language writes them."""

import pytest

from tinygrad_fr import Value, leaky_relu, sigmoid, use
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
