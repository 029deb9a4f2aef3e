"""Check it: what people write for the two slopes of a quotient, each told as what it is."""

from __future__ import annotations

import pytest

from tests.shared import diagnosis

AT = {"a": 0.7, "b": 1.3}


@pytest.mark.parametrize("digits", [0, 5])
@pytest.mark.parametrize(
    ("a", "b", "words"),
    [
        ("1/a", "-a/b^2", "∂(u/v)/∂u = 1/v and not 1/u, at a/b"),
        ("b", "-a/b^2", "∂(u/v)/∂u = 1/v and not v, at a/b"),
        ("1/b^2", "-a/b^2", "∂(u/v)/∂u = 1/v and not 1/v², at a/b"),
        ("a/b", "-a/b^2", "∂(u/v)/∂u = 1/v and not u/v, at a/b"),
        ("1/b", "b", "∂(u/v)/∂v = −u/v² and not v, at a/b"),
        ("1/b", "a", "∂(u/v)/∂v = −u/v² and not u, at a/b"),
        ("1/b", "a/b", "∂(u/v)/∂v = −u/v² and not u/v, at a/b"),
        ("1/b", "1/b", "∂(u/v)/∂v = −u/v² and not 1/v, at a/b"),
        ("1/b", "-1/b^2", "∂(u/v)/∂v = −u/v² and not −1/v², at a/b"),
        ("1/b", "a*log(b)", "∂(u/v)/∂v = −u/v² and not u·ln v, at a/b"),
        ("b", "a", "u′·v + u·v′ is that of a product, at a/b"),
        ("-b/a^2", "1/a", "v/u is differentiated, and not u/v, at a/b"),
    ],
)
def test_the_two_slopes_of_a_quotient(a: str, b: str, words: str, digits: int) -> None:
    found = diagnosis("a/b", AT, {"a": a, "b": b}, digits)
    assert words in found, found


def test_in_other_letters_and_under_a_function() -> None:
    at = {"p": 0.7, "q": 1.3, "x": 2.0}
    found = diagnosis("exp((p*x + 1)/q)", at, {"p": "exp((p*x+1)/q)*x/(p*x+1)"})
    assert "∂(u/v)/∂u = 1/v and not 1/u, at (p·x + 1)/q" in found, found


@pytest.mark.parametrize(
    ("cost", "hand"),
    [
        ("(x-log(x))/x**2", "((1-1/x)*x**2-x-log(x)*2*x)/x**4"),
        ("(x+sin(x))/x**2", "((1+cos(x))*x**2-x+sin(x)*2*x)/x**4"),
    ],
)
def test_brackets_that_are_not_written(cost: str, hand: str) -> None:
    found = diagnosis(cost, {"x": 1.7}, {"x": hand})
    assert "without brackets only the last term of u is multiplied by v′" in found, found


@pytest.mark.parametrize("digits", [0, 4])
@pytest.mark.parametrize(
    ("cost", "hand", "words"),
    [
        ("(t-o)**2", "2*(t-o)*o", "the term o has the slope 1 or −1, and not o, at t − o"),
        ("(o+t)**3", "3*(o+t)**2*o", "the term o has the slope 1 or −1, and not o, at o + t"),
    ],
)
def test_a_letter_stays_in_its_slope(cost: str, hand: str, words: str, digits: int) -> None:
    found = diagnosis(cost, {"o": 0.43, "t": 1.9}, {"o": hand}, digits)
    assert words in found, found


@pytest.mark.parametrize("digits", [0, 4])
def test_the_output_stays_in_the_slope_of_the_error(digits: int) -> None:
    at = {"w": 0.7, "b": -0.3, "x": 1.6, "t": 0.9}
    slope = "2*(t-o)*o*o*(1-o)"
    found = diagnosis(
        "o = sigmoid(w*x + b); (t - o)**2", at, {"w": f"{slope}*x", "b": slope}, digits
    )
    assert "the term o has the slope 1 or −1, and not o, at t − o" in found, found
