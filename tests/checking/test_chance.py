"""Check it: how probable wrong numbers are, by themselves."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.checking.exercises import world
from tinygrad_fr.checking.answer import Answer
from tinygrad_fr.checking.chance import ZERO, Chance, by_chance, cell
from tinygrad_fr.checking.hand import as_typed


def of(truth: tuple[float, ...], *typed: str) -> Chance:
    read = [as_typed(t) for t in typed]
    answer = Answer.of([float(n.value) for n in read], [float(n.tolerance) for n in read])
    return by_chance(world(truth), answer)


@pytest.mark.parametrize("digits", [2, 3])
def test_the_chances_of_all_that_can_be_typed_are_one(digits: int) -> None:
    """Every number of so many digits in two decades, of either sign; none of them is right."""
    total, truth = 0.0, 50.0
    for decade in (-1, 0):
        unit = Decimal(1).scaleb(decade - digits + 1)
        for k in range(10 ** (digits - 1), 10**digits):
            for sign in "", "-":
                total += of((truth,), f"{sign}{k * unit}").p
    assert total == pytest.approx(1, abs=0.06 if digits == 2 else 0.01)


def test_so_many_digits_have_so_wide_a_cell() -> None:
    """A unit of the last digit, in whichever way it was left; a computed number has no digits."""
    for text in ("2.50", "-2.50"):
        number = as_typed(text)
        assert cell(float(number.value), float(number.tolerance)) == pytest.approx(0.01)
    assert cell(2.5, 2.5e-9) == 5e-9


def test_numbers_in_one_ratio_are_one_observation_and_right_ones_none() -> None:
    truth = (1.5, -0.4, 2.2)
    alone = of(truth, "4.50", "-0.4", "2.2")
    assert (alone.observations, alone.entries, alone.three_digits) == (1, 1, True)
    thrice = of(truth, "4.50", "-1.20", "2.2")
    assert (thrice.observations, thrice.entries) == (1, 2)
    assert thrice.p == min(alone.p, of(truth, "1.5", "-1.20", "2.2").p)
    both = of(truth, "4.50", "-1.7", "2.2")
    assert both.observations == 2
    assert both.p == pytest.approx(alone.p * of(truth, "1.5", "-1.7", "2.2").p)
    assert not of(truth, "1.5", "-1.7", "2.2").three_digits


def test_a_zero_is_typed_now_and_then() -> None:
    assert of((1.5,), "0").p == ZERO


def test_formulas_leave_nothing_to_chance() -> None:
    answer = Answer([[1.0], [2.0]], [[1e-9], [1e-9]])
    assert by_chance(world([3.0]), answer).p == 0
