"""One step downhill: every schedule is held to numbers worked out by hand."""

from __future__ import annotations

import json
import math
from collections.abc import Callable

import pytest

from tinygrad_fr.engine import Value
from tinygrad_fr.nn import optim
from tinygrad_fr.words import use

ROOT_HALF = math.sqrt(0.5)  # cos(π/4)

# λ(0), λ(1), …
BY_HAND: dict[str, tuple[optim.Schedule, list[float]]] = {
    "constant": (optim.constant(0.5), [0.5] * 4),
    "inverse_time": (optim.inverse_time(1.0, 1.0), [1, 1 / 2, 1 / 3, 1 / 4]),
    "exponential": (optim.exponential(1.0, 0.5), [1, 0.5, 0.25, 0.125]),
    "linear": (optim.linear(1.0, 0.1, over=3), [1, 0.7, 0.4, 0.1, 0.1]),
    "cosine": (
        optim.cosine(1.0, over=4, end=0.2),
        [1.0, 0.6 + 0.4 * ROOT_HALF, 0.6, 0.6 - 0.4 * ROOT_HALF, 0.2, 0.2],
    ),
    "plateau": (optim.plateau(1.0), [1, 1, 1]),  # until it is told of a cost
}


def test_every_schedule_has_its_numbers_and_its_place_in_the_contents() -> None:
    assert set(BY_HAND) == set(optim.SCHEDULES)
    for name, kind in optim.SCHEDULES.items():
        assert name in optim.__all__ and getattr(optim, name) is kind


@pytest.mark.parametrize("name", optim.SCHEDULES)
def test_a_schedule_is_what_one_works_out_by_hand(name: str) -> None:
    schedule, expected = BY_HAND[name]
    assert type(schedule) is optim.SCHEDULES[name]
    assert [schedule(t) for t in range(len(expected))] == pytest.approx(expected, rel=1e-15)


def test_micrograd_s_line() -> None:
    for k in range(100):
        assert optim.linear(1.0, 0.1, over=100)(k) == pytest.approx(1.0 - 0.9 * k / 100, rel=1e-15)


def test_the_defaults() -> None:
    assert optim.inverse_time(1.0).decay == 0.01
    assert optim.exponential(1.0).rate == 0.99
    assert optim.cosine(1.0, 5).end == 0.0
    p = optim.plateau(1.0)
    assert (p.factor, p.patience, p.threshold, p.lowest) == (0.1, 10, 1e-4, 0.0)


def test_a_plateau_is_noticed() -> None:
    p = Value(1.0)
    descent = optim.SGD([p], optim.plateau(1.0, factor=0.5, patience=2, lowest=0.2))
    rates = []
    for cost in (5.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0, 3.0, 3.0, 3.0, 3.0, math.nan):
        descent.observe(cost)
        rates.append(descent.learning_rate)
    assert rates == [1, 1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25, 0.2, 0.2]
    other = optim.SGD([p], optim.plateau(1.0, factor=0.5, patience=2, lowest=0.2))
    other.load_state(json.loads(json.dumps(descent.state())))
    assert other.learning_rate == 0.2


def test_a_plateau_wants_more_than_its_threshold() -> None:
    for threshold, rate in ((0.1, 0.5), (0.01, 1.0)):
        descent = optim.plateau(1.0, factor=0.5, patience=0, threshold=threshold)
        descent.observe(1.0)
        descent.observe(0.95)
        assert descent(2) == rate


def test_schedules_by_name() -> None:
    assert optim.schedule("cosine", 0.1, over=5)(5) == 0
    with use("en"), pytest.raises(ValueError, match="Did you mean 'cosine'"):
        optim.schedule("cosin", 0.1)
    with pytest.raises(NotImplementedError):
        optim.Schedule()(0)


@pytest.mark.parametrize(
    ("make", "option"),
    [
        (lambda: optim.constant(0), "start"),
        (lambda: optim.inverse_time(0.1, -1), "decay"),
        (lambda: optim.exponential(0.1, 0), "rate"),
        (lambda: optim.linear(0.1, -1, over=5), "end"),
        (lambda: optim.linear(0.1, 0, over=0), "over"),
        (lambda: optim.cosine(0.1, over=0), "over"),
        (lambda: optim.cosine(0.1, over=5, end=math.inf), "end"),
        (lambda: optim.plateau(math.nan), "start"),
        (lambda: optim.plateau(0.1, factor=0), "factor"),
    ],
)
def test_options_of_a_schedule_are_checked(make: Callable[[], object], option: str) -> None:
    with use("en"), pytest.raises(ValueError, match=f"^{option} is .*; it must be [>≥] 0$"):
        make()
