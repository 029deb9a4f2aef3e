"""An optimiser's own step in place, on a vector: the same numbers as parameter by parameter."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.program.test_program import two_three_two
from tinygrad_fr.nn import optim
from tinygrad_fr.program.fast import Plan
from tinygrad_fr.program.moving import Moving
from tinygrad_fr.words import use

R = np.random.default_rng(5)


class Shadow(optim.Optimizer):
    """Remembers where it was, the gradient before, and the two memories of before, exchanged."""

    remembers = ("was", "slope", "a", "b")

    def step(self) -> None:
        rate = self.schedule(self.steps)
        self.steps += 1
        m = self.memory
        for i, p in enumerate(self.parameters):
            g, before = p.grad, p.data
            p.data = before - rate * (g + m["slope"][i]) + (m["a"][i] - m["was"][i]) * 0.01
            m["was"][i], m["slope"][i] = before, g
            m["a"][i], m["b"][i] = m["b"][i] + 1, m["a"][i]


def compared(kind: Any, **options: Any) -> Moving:
    """Six steps on vectors and on numbers: θ and all that is remembered."""
    model, program = two_three_two()
    theta = Plan(program).theta
    theta.read()
    mine = kind(theta.order, optim.inverse_time(0.1, 0.5), **options)
    moving = Moving(mine, theta)
    for step in range(6):
        theta.slopes[...] = R.normal(size=theta.slopes.shape)
        for v, g in zip(theta.order, theta.slopes.tolist(), strict=True):
            v.grad = g
        moving.step(mine.schedule(step), step)
        mine.step()
        assert theta.vector == pytest.approx([v.data for v in theta.order], rel=1e-14, abs=1e-15)
        for name, numbers in moving.memory.items():
            assert numbers == pytest.approx(mine.memory[name], rel=1e-13, abs=1e-15), name
    return moving


@pytest.mark.parametrize("name", optim.OPTIMIZERS)
def test_every_optimiser_s_own_step(name: str) -> None:
    compared(optim.OPTIMIZERS[name], weight_decay=0.02)


def test_what_is_read_later_is_written_over_last() -> None:
    """θ is kept as it was, and two memories change places."""
    compared(Shadow)


def test_a_step_makes_no_arrays() -> None:
    """Every line of plain descent writes in place: over the gradient, then over θ."""
    before, inside = compared(optim.SGD).source.split("def step(rate, time):")
    assert "_v1 = slopes" in before and "_v2 = theta" in before and "full(" not in before
    assert inside.split("\n")[1:] == [
        "    multiply(rate, slopes, _v1)",
        "    subtract(theta, _v1, _v2)",
    ]


def test_a_bound_may_be_infinite() -> None:
    class Softened(optim.SGD):
        def change(self, i: int, g: Any, rate: float) -> Any:
            return rate * g / (1 + g * g / float("inf"))

    compared(Softened)


def test_what_is_the_same_for_all_is_python() -> None:
    source = compared(optim.Adam).source
    assert "_v8 = 0.9 ** _v0\n" in source and source.count("sqrt(") == 1


def test_a_step_that_asks_questions_is_refused() -> None:
    class Careful(optim.SGD):
        def change(self, i: int, g: Any, rate: float) -> Any:
            return rate * g if g > 0 else 0

    class Told(optim.SGD):
        def change(self, i: int, g: Any, rate: float) -> Any:
            return g if rate else 0

    class Forgetful(optim.Momentum):
        def change(self, i: int, g: Any, rate: float) -> Any:
            self.memory["b"][i] = rate
            return g

    for kind in (Careful, Told, Forgetful):
        with use("en"), pytest.raises(TypeError):
            compared(kind)
