"""The students' mistakes: there are enough, they are mistakes, and each judgement is seen."""

from __future__ import annotations

from collections import Counter

import pytest

from benchmarks.students import (
    KINDS,
    Exercise,
    examine,
    exercises,
    handed_in,
    judged,
    kind_of,
    written,
)
from tinygrad_fr.words import use

EXERCISES = exercises("students.toml", None)
FRESH = exercises("students_fresh.toml", None)
PEOPLE = exercises("people.toml", None)


def test_there_are_two_hundred_and_more() -> None:
    assert sum(len(exercise.wrong) for exercise in EXERCISES) >= 200
    assert len({exercise.kind for exercise in EXERCISES}) == len(EXERCISES) >= 20
    assert sum(len(exercise.wrong) for exercise in FRESH) >= 90
    assert not {e.kind for e in EXERCISES} & {e.kind for e in FRESH}


@pytest.mark.parametrize("exercise", EXERCISES[:3], ids=[e.kind for e in EXERCISES[:3]])
def test_a_seed_moves_the_numbers_and_keeps_the_labels(exercise: Exercise) -> None:
    (moved, *_) = [e for e in exercises("students.toml", 5) if e.kind == exercise.kind]
    before, after = (dict(p.split("=") for p in e.at.split()) for e in (exercise, moved))
    assert before.keys() == after.keys() and before != after
    assert all(after[n] == x for n, x in before.items() if float(x) in (0, 1, -1))


def test_forty_and_more_were_made_in_public() -> None:
    assert sum(len(exercise.wrong) for exercise in PEOPLE) >= 40
    assert all(exercise.source.startswith("http") for exercise in PEOPLE)
    assert len({exercise.kind for exercise in PEOPLE}) == len(PEOPLE)
    assert sum(bool(exercise.lab) for exercise in PEOPLE) >= 10


@pytest.mark.slow
@pytest.mark.parametrize("digits", [None, 4])
def test_real_mistakes_are_named_or_pointed_to(digits: int | None) -> None:
    """Four of five are named; of the others a useful place is told, and none is named wrongly."""
    with use("en"):
        total = sum(examine(PEOPLE, digits, show=False).values(), Counter[str]())
    assert total["named"] >= 0.8 * total.total(), total
    assert not any(total[kind] for kind in KINDS[1:] if kind != "place"), total


@pytest.mark.parametrize("exercise", [*EXERCISES, *FRESH, *PEOPLE], ids=lambda e: e.kind)
def test_the_derivation_that_they_get_wrong_is_right(exercise: Exercise) -> None:
    assert judged(exercise, "", None).ok


def test_a_wrong_derivation_says_only_what_is_wrong() -> None:
    first = EXERCISES[0]
    where, hand = handed_in(first, "g=1; b=0")
    assert (where["g"], where["c"]) == ("1", first.where["c"])
    assert (hand["b"], hand["w"]) == ("0", first.hand["w"])


def test_a_wrong_line_of_a_file_says_only_what_is_wrong() -> None:
    (lab,) = [e for e in PEOPLE if e.kind == "a mean divided once more"]
    right, wrong = lab.lab.splitlines(), written(lab, "dT=X.T @ dA / len(X)").splitlines()
    assert [b for a, b in zip(right, wrong, strict=True) if a != b] == [
        "    dT = X.T @ dA / len(X)"
    ]


def test_each_judgement_is_seen() -> None:
    """σ′ forgotten is named; by other words it is another; a word it must not say is false."""
    first = EXERCISES[0]
    with use("en"):
        report = judged(first, "g=1", None)
        assert kind_of(report, "missing", "") == "named"
        assert kind_of(report, "transposed", "") == "another"
        assert kind_of(report, "missing", "known") == "false"
        assert kind_of(judged(first, "", None), "missing", "") == "accepted"
    assert {"named", "another", "false", "accepted"} <= set(KINDS)
