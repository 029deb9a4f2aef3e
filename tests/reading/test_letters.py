"""Names as people type them and as the tool prints them."""

from __future__ import annotations

import pytest

from tests.shared import refusal
from tinygrad_fr.reading.letters import Names, as_compared, as_printed, is_name, name_end


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("w1*x", "w1"),
        ("w₁x", "w₁"),
        ("w₁₂⁽²⁾x", "w₁₂⁽²⁾"),
        ("w₁²", "w₁"),
        ("w_1^[2]*x", "w_1^[2]"),
        ("w_{1,2}(x)", "w_{1,2}"),
        ("w₁,₂+x", "w₁,₂"),
        ("w₁,x", "w₁"),
        ("x⁽²", "x"),
        ("x⁽⁾", "x"),
        ("ŷ−y", "ŷ"),
        ("∂L/∂w·x", "∂L/∂w"),
        ("∂²L/∂w_1∂b+1", "∂²L/∂w_1∂b"),
        ("∂L", ""),
        ("∂L/w", ""),
        ("_x", "_x"),
        ("²x", ""),
    ],
)
def test_where_a_name_ends(text: str, name: str) -> None:
    assert text[: name_end(text, 0)] == name
    assert is_name(name) == bool(name) and is_name(text) == (text == name)


@pytest.mark.parametrize(
    ("one", "other"),
    [("w_1", "w₁"), ("w1", "w₁"), ("theta", "θ"), ("y_hat", "ŷ"), ("w_1^[2]", "w₁⁽²⁾"), ("é", "é")],
)
def test_two_ways_to_write_one_name(one: str, other: str) -> None:
    assert as_printed(one) == as_printed(other)
    assert Names([one]).find(other) == one and Names([other]).find(one) == other


def test_other_names_stay_others() -> None:
    assert as_printed("w_1") != as_printed("w_2") and as_compared("w_1") != as_compared("w1")
    known = Names(["w1", "w_1"])
    assert known.find("w1") == "w1" and known.find("w_1") == "w_1"
    assert known.find("w_2") is None and "w_2" not in known and "w1" in known
    assert known.exactly("w₁") == "w1" and known.exactly("w_{1}") is None


def test_two_names_that_are_one_are_refused() -> None:
    assert "x1 and x₁ are one" in refusal(lambda: Names(["x1", "x₁"]), "en")
    assert "x1 et x₁ sont un même nom" in refusal(lambda: Names(["x1", "x₁"]), "fr")
