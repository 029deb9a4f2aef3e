"""Check it: each wrong formula by itself, where no single mistake explains them all."""

from __future__ import annotations

import pytest

from tests.shared import diagnosis

AT = {"a": 0.7, "b": 1.3, "x": 2.1}


@pytest.mark.parametrize(
    ("cost", "hand", "words"),
    [
        ("a/b", {"a": "1/a", "b": "b"}, ("not 1/u, at a/b (for a)", "not v, at a/b (for b)")),
        (
            "a*x + sin(b)",
            {"a": "1", "b": "-cos(b)"},
            (
                "input forgotten (∂(a·x)/∂a = 1) (for a)",
                "sign of the term sin(b), at a·x + sin(b) (for b)",
            ),
        ),
        (
            "exp(a)*x + b**3",
            {"a": "exp(a)", "b": "3*b**3"},
            ("(for a)", "not lowered, at b³ (for b)"),
        ),
        (
            "sin(a*x) + b**2",
            {"a": "x*cos(a*x)", "b": "x*cos(a*x)"},
            ("answer for a is given (for b)",),
        ),
    ],
)
def test_two_mistakes_in_two_answers(
    cost: str, hand: dict[str, str], words: tuple[str, ...]
) -> None:
    at = {name: x for name, x in AT.items() if name in cost}
    found = diagnosis(cost, at, hand)
    assert all(word in found for word in words), found


def test_in_french() -> None:
    found = diagnosis("a/b", {"a": 0.7, "b": 1.3}, {"a": "1/a", "b": "b"}, lang="fr")
    assert "∂(u/v)/∂u = 1/v et non 1/u, en a/b (pour a) ; " in found, found


def test_where_one_of_them_has_no_name_none_is_told() -> None:
    hand = {"a": "1/a", "b": "7.31*b + sin(a)"}
    assert "No known mistake" in diagnosis("a/b", {"a": 0.7, "b": 1.3}, hand)


def test_a_mistake_that_explains_them_all_is_one_mistake() -> None:
    found = diagnosis("a/b", {"a": 0.7, "b": 1.3}, {"a": "b", "b": "a"})
    assert "that of a product, at a/b." in found and "(for" not in found, found


def test_numbers_are_too_few_for_that() -> None:
    assert "(for" not in diagnosis("a/b", {"a": 0.7, "b": 1.3}, {"a": "1/a", "b": "b"}, 4)
