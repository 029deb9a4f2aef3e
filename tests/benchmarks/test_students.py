"""The students' mistakes: there are enough, they are mistakes, and each judgement is seen."""

from __future__ import annotations

import pytest

from benchmarks.students import EXERCISES, KINDS, Exercise, handed_in, judged, kind_of
from tinygrad_fr.words import use


def test_there_are_two_hundred_and_more() -> None:
    assert sum(len(exercise.wrong) for exercise in EXERCISES) >= 200
    assert len({exercise.kind for exercise in EXERCISES}) == len(EXERCISES) >= 20


@pytest.mark.parametrize("exercise", EXERCISES, ids=[e.kind for e in EXERCISES])
def test_the_derivation_that_they_get_wrong_is_right(exercise: Exercise) -> None:
    assert judged(exercise, "", None).ok


def test_a_wrong_derivation_says_only_what_is_wrong() -> None:
    first = EXERCISES[0]
    where, hand = handed_in(first, "g=1; b=0")
    assert (where["g"], where["c"]) == ("1", first.where["c"])
    assert (hand["b"], hand["w"]) == ("0", first.hand["w"])


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
