"""Check it: every row of the catalogue means what the hand says it means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction as F
from typing import Any

import pytest
from mpmath import MPContext

from tests.checking.exercises import EXERCISES, linear
from tests.checking.vectors import VECTORS
from tinygrad_fr.checking.bends import bent_answer
from tinygrad_fr.checking.catalogue import CATALOGUE
from tinygrad_fr.checking.structure import Scene


def wrong(scene: Scene, key: str, where: str = "") -> list[Any]:
    mistake = CATALOGUE[key]
    if mistake.factors is None:
        return bent_answer(scene, mistake, where or mistake.places[0])
    (factor,) = mistake.factors(scene)
    return [factor * g for g in scene.truth]


def same(numbers: Sequence[Any], expected: Sequence[Any]) -> bool:
    """Fractions to the last digit; floats but for their rounding."""
    return len(numbers) == len(expected) and all(
        a == b if isinstance(a, F) else abs(a - float(b)) <= 1e-14 * max(1, abs(b))
        for a, b in zip(numbers, expected, strict=True)
    )


def test_every_row_has_a_vector_worked_out_by_hand() -> None:
    assert set(VECTORS) == set(CATALOGUE)
    assert all(VECTORS.values())


@pytest.mark.parametrize("name", EXERCISES)
def test_the_true_gradients_are_those_worked_out_by_hand(name: str) -> None:
    make, expected = EXERCISES[name]
    assert same(make().truth, expected)


@pytest.mark.parametrize("key", VECTORS)
def test_each_mistake_gives_its_vector(key: str) -> None:
    for exercise, numbers, where in VECTORS[key]:
        make, truth = EXERCISES[exercise]
        found = wrong(make(), key, where)
        assert same(found, numbers), (exercise, [str(g) for g in found])
        assert not same(found, truth)


def test_the_truth_is_the_one_worked_out_by_hand() -> None:
    scene = linear()
    assert scene.truth == [1, -4, F(-3, 2)]
    assert (scene.examples, scene.layers, scene.outputs) == (3, 1, 1)
    assert scene.values[scene.output] == F(33, 16)


def test_the_root_of_the_cost_at_fifty_digits() -> None:
    """RMSE for MSE: ∇√L = ∇L/(2√L) with L = 33/16, so 1/(2√L) = 2/√33."""
    context = MPContext()
    context.dps = 50
    plain = linear()
    point = {
        v: context.mpf(v.data.numerator) / v.data.denominator for v in plain.nodes if v.op is None
    }
    scene = plain.structure.at(point, F(1, 10))
    expected = [g * 2 / context.sqrt(33) for g in (1, -4, context.mpf(-3) / 2)]
    for got, right in zip(wrong(scene, "M8"), expected, strict=True):
        assert abs(got - right) < context.mpf(10) ** -48


def test_every_row_says_itself_in_two_languages() -> None:
    for m in CATALOGUE.values():
        assert m.fr and m.en and m.fr != m.en and m.hint_fr and m.hint_en


# what a hint points at, in either language; the others are whole sentences
POINTS_AT = {
    "M1": "e²",
    "M2": "½e²",
    "M3": "1/m",
    "M6": "∂L/∂ŷ",
    "M9": "∂a/∂z",
    "M10": "σ",
    "M11": "σ′",
    "M12": "σ′",
    "M14": "∂a/∂z",
    "M15": "∂L/∂a",
    "M17": "Wᵀ",
    "M18": "∂z/∂a",
    "M20": "∂L/∂W",
    "M21": "∂(w·x)/∂w",
    "M23": "∂z^[l]/∂W^[l]",
    "M23b": "∂z^[l]/∂W^[l]",
    "M24": "∂z/∂b",
    "M28": "p_j",
    "M29": "softmax",
    "M30b": "f(z(w))",
    "M31": "ln(1 − ŷ)",
    "M33": "e²",
    "M33b": "|e|",
    "M33c": "|e|",
    "M34": "ReLU′",
    "M35": "Σ e·x",
    "M36": "b",
    "M37": "∂(w·x + b)/∂w",
    "M39": "e²",
    "inner": "f(u(x))",
}


@pytest.mark.parametrize("key", CATALOGUE)
def test_a_hint_asks_or_says_something_about_the_mistake(key: str) -> None:
    row = CATALOGUE[key]
    for hint in (row.hint_fr, row.hint_en):
        assert re.search(r"[?.]$", hint) and len(hint.split()) >= 3
        assert POINTS_AT.get(key, "") in hint
    assert row.hint_fr.endswith("?") is row.hint_en.endswith("?")


def test_rows_stand_in_the_order_of_their_numbers() -> None:
    numbers = [int(m[0]) for key in CATALOGUE if (m := re.search(r"\d+", key))]
    assert numbers == sorted(numbers) and list(CATALOGUE)[-3:] == ["inner", "minus", "order"]
