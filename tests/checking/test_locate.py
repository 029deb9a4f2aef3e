"""Check it: where an answer that no mistake explains leaves the chain rule, in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.checking.exercises import linear, two_layers
from tinygrad_fr.checking.answer import Answer
from tinygrad_fr.checking.check import check
from tinygrad_fr.checking.diagnose import diagnose
from tinygrad_fr.checking.typed import check_expression
from tinygrad_fr.engine import Value
from tinygrad_fr.ops import exp, log, sigmoid
from tinygrad_fr.words import use


def test_one_ratio_is_a_matter_of_constants() -> None:
    for lang, words in (("en", "multiplied by 1.7"), ("fr", "multiplié par 1,7")):
        with use(lang):
            found = diagnose(linear(), Answer.of([1.7, -6.8, -2.55]))
            assert found.kind == "unknown" and words in str(found)


def test_all_zeros_ask_for_the_backward_pass() -> None:
    w, b = Value(1.0, label="w"), Value(2.0, label="b")
    report = check((w * 3 + b) ** 2 + exp(w) - log(b), {w: "0", b: "0"})
    assert report.exit_status == 1 and "did the backward pass happen" in str(report)


@pytest.mark.slow
def test_localisation_says_where() -> None:
    scene = two_layers()
    with use("en"):
        recursion = [
            1.3 * g if i < 6 and i % 2 else 0.4 * g if i < 6 else g
            for i, g in enumerate(scene.truth)
        ]
        assert "wrong from layer 1 on" in str(diagnose(scene, Answer.of(recursion)))
        slip = [g + 0.1 if i == 7 else g for i, g in enumerate(scene.truth)]
        found = diagnose(scene, Answer.of(slip))
        assert found.kind == "slip" and "w_1,2^[2]" in str(found)


def told(bend: Callable[[int, Any], Any]) -> str:
    """What is said of the gradient of the two layers with some entries changed."""
    scene = two_layers()
    answer = [bend(i, g) for i, g in enumerate(scene.truth)]
    return str(diagnose(scene, Answer.of(answer)))


ODD = (1.3, 0.4, 1.7, 0.6, 1.2, 0.8)  # factors that no mistake has; W¹ is 0–3, b¹ 4–5, W² 6–9


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lang", "places", "words"),
    [
        ("en", (0, 6), "Right down to layer 2, wrong from layer 1 on: look at the recursion that"),
        ("fr", (0, 6), "Juste jusqu’à la couche 2, faux à partir de la couche 1 : regardez la"),
        ("en", (6, 12), "Wrong from the last layer on"),
        ("fr", (6, 12), "Faux dès la dernière couche"),
        ("en", (6, 10), "The biases are right, the weights wrong: look at ∂z/∂W"),
        ("fr", (6, 10), "Les biais sont justes, les poids faux : regardez ∂z/∂W"),
        ("en", (10, 12), "2 entries of 12 differ"),
        ("en", (4, 6), "2 entries of 12 differ"),
    ],
)
def test_the_first_wrong_quantity_is_told(lang: str, places: tuple[int, int], words: str) -> None:
    with use(lang):
        said = told(lambda i, g: ODD[i % 6] * g if places[0] <= i < places[1] else g)
        assert words in said.replace("\u202f", " "), said


def test_wrong_biases_of_both_layers_are_told() -> None:
    with use("en"):
        said = told(lambda i, g: ODD[i % 6] * g if i in (4, 5, 10, 11) else g)
        assert "The weights are right, the biases wrong: look at ∂z/∂b" in said


def test_almost_right_asks_for_the_last_digits() -> None:
    with use("en"):
        said = str(diagnose(linear(), Answer.of([1.001, -4.004, -1.5015])))
        assert "right to within 1%" in said


def test_one_differs_and_two_differ() -> None:
    for lang, words in (("fr", "2 nombres sur 12 diffèrent ("), ("en", "2 entries of 12 differ (")):
        with use(lang):
            assert words in told(lambda i, g: 2 * g if i == 10 else 3 * g if i == 11 else g)


def test_there_are_no_empty_parentheses() -> None:
    w = Value(3.0)
    with use("en"):
        found = check(w**2, {w: "6.02"}).diagnosis
    assert found is not None and "()" not in str(found) and "?" not in str(found)


def test_one_neuron_has_no_last_layer() -> None:
    w, b = Value(0.7, label="w"), Value(-0.3, label="b")
    cost = (sigmoid(w * Value(1.6, label="x") + b) - 0.4) ** 2
    with use("en"):
        said = str(check(cost, {w: "0.3217", b: "0.7113"}).diagnosis)
    assert "Nothing is right" in said and "layer" not in said, said


@pytest.mark.parametrize(("given", "told"), [("2.6", True), ("2.59", True), ("0.03", False)])
def test_a_point_that_has_moved_shows_in_two_digits(given: str, told: bool) -> None:
    """∂L/∂w = 0.2591: one digit is within reach of too many numbers."""
    point = {"w": 1.0, "x": 2.0, "b": 0.5, "y": 0.0}
    with use("en"):
        report = check_expression("(sigmoid(w*x + b) - y)**2", point, numbers={"w": given})[0]
        assert ("the point has moved" in str(report)) is told
