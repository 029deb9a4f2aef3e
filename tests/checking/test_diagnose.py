"""Check it: which known mistake explains all the numbers, and when none is named."""

from __future__ import annotations

from typing import Any

import pytest

from tests.checking.exercises import EXERCISES, linear, two_layers
from tests.checking.vectors import VECTORS
from tinygrad_fr.checking.answer import Answer
from tinygrad_fr.checking.diagnose import diagnose, hypotheses
from tinygrad_fr.checking.structure import Structure

LISTED = [k for k, (first, *_) in VECTORS.items() if first.exercise == "linear"]


def two_digits(numbers: list[Any]) -> Answer:
    """As a student would write them: two significant digits, right to 0.6 of the last unit."""
    typed = [f"{float(g):.1e}" for g in numbers]
    return Answer.of(
        [float(t) for t in typed], [0.6 * 10 ** (int(t.split("e")[1]) - 1) for t in typed]
    )


@pytest.mark.parametrize("key", LISTED)
def test_each_vector_is_diagnosed(key: str) -> None:
    found = diagnose(linear(), two_digits(list(VECTORS[key][0].numbers)))
    assert found.kind == "named" and found.keys[0] == key


def test_the_vectors_are_distinct_at_two_digits() -> None:
    """All those of the one-neuron example and the truth: a whole vector tells them apart."""
    vectors = [VECTORS[key][0].numbers for key in LISTED] + [EXERCISES["linear"][1]]
    assert len({tuple(f"{float(g):.1e}" for g in v) for v in vectors}) == len(vectors) == 22


@pytest.mark.parametrize("key", VECTORS)
def test_each_mistake_is_found_in_its_own_words(key: str) -> None:
    """From the vectors worked out by hand, on every exercise: it is among those that are told."""
    for exercise, numbers, _ in VECTORS[key]:
        scene = EXERCISES[exercise][0]()
        found = diagnose(scene, Answer.of([float(g) for g in numbers]))
        assert key in found.keys, (exercise, found)


def test_where_one_ratio_says_all_no_rule_and_constant_is_guessed() -> None:
    """A single number is some ratio of the truth: twice M9 (or anything else) would be a guess."""
    scene = EXERCISES["sigma"][0]()
    alone = Structure.of(scene.output, scene.parameters[:1]).at()
    forgotten = float(VECTORS["M9"][0].numbers[0])
    assert diagnose(alone, Answer.of([forgotten])).keys == ("M9",)
    assert diagnose(alone, Answer.of([2 * forgotten])).kind == "unknown"
    both = Answer.of([2 * float(g) for g in VECTORS["M30b"][1].numbers])
    assert "×2" in str(diagnose(EXERCISES["net"][0](), both))  # twelve numbers tell


def test_the_truth_and_nonsense_are_not_named() -> None:
    scene = linear()
    assert diagnose(scene, Answer.of([1.37, 5.11, -0.77])).kind == "unknown"
    assert diagnose(scene, Answer.of([1.0, -4.0, 2.2])).kind != "named"


def test_every_mistake_that_shows_on_a_net_is_told_from_the_others() -> None:
    scene = two_layers()
    rounds = list(hypotheses([scene]))
    named = 0
    for hypothesis, answers in [*rounds[0], *rounds[1]]:
        found = diagnose(
            scene,
            Answer.of([float(f"{g:.3e}") for g in answers[0]], [1e-3 * abs(g) for g in answers[0]]),
            rounds,
        )
        assert hypothesis.mistake.key in found.keys, hypothesis
        named += found.kind == "named"
    assert named > 40
