"""Check it: what is wrong with a shape is said first, and whether the values are right."""

from __future__ import annotations

import numpy as np
import pytest

from tinygrad_fr.checking.shapes import best, common_factor, mends, sentence, why_not
from tinygrad_fr.words import use

TRUTH = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
BIAS = np.array([2.0, 3.0, 5.0])
DELTA = np.array([[1.0, 1.0, 2.0], [1.0, 2.0, 3.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]])


@pytest.mark.parametrize(
    ("given", "truth", "told"),
    [
        (TRUTH, TRUTH, ""),
        (TRUTH.T, TRUTH, "right once transposed"),
        (BIAS[None, :], BIAS, "right once reshaped to (3,)"),
        (BIAS[:, None], BIAS, "right once reshaped to (3,)"),
        (BIAS, BIAS[None, :], "right once reshaped to (1, 3)"),
        (DELTA, BIAS, "right once summed over the examples (axis 0)"),
        (DELTA * 4, BIAS, "right once averaged over the examples (axis 0)"),
        (DELTA.T, BIAS[:, None], "right once summed over the examples (axis 1)"),
        (np.stack([TRUTH, TRUTH]), 2 * TRUTH, "right once summed over axis 0"),
    ],
)
def test_the_obvious_mend(given: np.ndarray, truth: np.ndarray, told: str) -> None:
    with use("en"):
        mend, right = best(given, truth, examples=4)
    assert mend is not None and right and mend.once == told
    assert mend.apply(given) == pytest.approx(truth)


def test_a_square_matrix_may_be_transposed_too() -> None:
    square = np.array([[1.0, 2.0], [3.0, 4.0]])
    with use("en"):
        mend, right = best(square.T, square)
        assert mend is not None and right and mend.told == "transposed"
        assert sentence("W1", (2, 2), (2, 2), mend.told, mend.once) == "dW1: Right once transposed."


def test_a_mend_that_does_not_make_it_right_says_so() -> None:
    mend, right = best(2 * TRUTH.T, TRUTH)
    assert mend is not None and not right and (mend.apply(2 * TRUTH.T) == 2 * TRUTH).all()


def test_what_nothing_mends() -> None:
    with use("en"):
        assert mends((4,), (3,), 4) == [] and best(np.zeros(4), BIAS, 4) == (None, False)
        for given, wanted in (((4,), (3,)), ((4, 1), (1, 3)), ((4, 1), (3,))):
            told = why_not(given, wanted, 4)
            assert "each of the 4 examples, so a sum over the wrong axis" in told
        assert why_not((2, 6), (3, 4), 5) == "as many numbers, arranged differently"
        assert why_not((7,), (3,), 4) == "these shapes do not go together"


@pytest.mark.parametrize(
    ("factor", "told"),
    [
        (4.0, "the factor 1/m = 1/4 of the mean is missing"),
        (0.25, "divided by m = 4 once too often"),
        (-1.0, "the sign is wrong"),
        (0.5, "the factor 2 is missing"),
        (3.0, "3 is the number of outputs"),
    ],
)
def test_a_constant_everywhere_has_a_name(factor: float, told: str) -> None:
    with use("en"):
        assert told in common_factor(factor * TRUTH, TRUTH, 4, 3)
        assert common_factor(1.7 * TRUTH, TRUTH, 4, 3) == ""
        assert common_factor(factor * TRUTH + np.eye(2, 3), TRUTH, 4, 3) == ""


def test_in_both_languages() -> None:
    for lang, told in (("fr", "Juste une fois transposé."), ("en", "Right once transposed.")):
        with use(lang):
            mend, _ = best(TRUTH.T, TRUTH)
            assert mend is not None
            assert sentence("W1", (3, 2), (2, 3), mend.told, mend.once).endswith(told)
