"""Walk it backward, then one step downhill: how long a step is, as a function of its number.

    descent = SGD(model.parameters(), inverse_time(1.0, 0.1))

λ(t) for t = 0, 1, 2, …; small letters, because a schedule is read as a function.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from tinygrad_fr.refusals import between, known, positive


class Schedule:
    """λ(t) for t = 0, 1, 2, …; a schedule of your own defines `__call__`."""

    def __call__(self, t: int) -> float:
        raise NotImplementedError

    def observe(self, cost: float) -> None:
        """Told the cost after each step (or epoch); only `plateau` listens."""

    def state(self) -> dict[str, Any]:
        """What it would need to go on after a break, as plain numbers."""
        return {}

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Go on from there."""


class constant(Schedule):
    """λ(t) = λ₀."""

    def __init__(self, start: float) -> None:
        self.start = positive("start", start)

    def __call__(self, t: int) -> float:
        return self.start


class inverse_time(Schedule):
    """λ(t) = λ₀/(1 + d·t): the 1/t decay under which stochastic descent converges.

    Robbins & Monro 1951, "A stochastic approximation method": Σλ = ∞ and Σλ² < ∞.
    """

    def __init__(self, start: float, decay: float = 0.01) -> None:
        self.start, self.decay = positive("start", start), between("decay", decay, 0, math.inf)

    def __call__(self, t: int) -> float:
        return self.start / (1 + self.decay * t)


class exponential(Schedule):
    """λ(t) = λ₀·rᵗ."""

    def __init__(self, start: float, rate: float = 0.99) -> None:
        self.start, self.rate = positive("start", start), positive("rate", rate)

    def __call__(self, t: int) -> float:
        return float(self.start * self.rate**t)


class linear(Schedule):
    """λ(t) on the straight line from λ₀ at t = 0 to λ₁ at t = T, then λ₁.

    micrograd's demo has linear(1.0, 0.1, over=100).
    """

    def __init__(self, start: float, end: float, over: int) -> None:
        self.start, self.end = positive("start", start), between("end", end, 0, math.inf)
        self.over = positive("over", over)

    def __call__(self, t: int) -> float:
        return self.start - (self.start - self.end) * min(t, self.over) / self.over


class cosine(Schedule):
    """λ(t) = λ₁ + ½(λ₀ − λ₁)(1 + cos(πt/T)) up to t = T, then λ₁.

    Loshchilov & Hutter 2017, "SGDR: stochastic gradient descent with warm restarts", eq. 5,
    without the restarts.
    """

    def __init__(self, start: float, over: int, end: float = 0.0) -> None:
        self.start, self.end = positive("start", start), between("end", end, 0, math.inf)
        self.over = positive("over", over)

    def __call__(self, t: int) -> float:
        turn = math.cos(math.pi * min(t, self.over) / self.over)
        return self.end + (self.start - self.end) * (1 + turn) / 2


class plateau(Schedule):
    """λ times `factor` when the cost has failed to improve more than `patience` times running.

    As PyTorch's ReduceLROnPlateau: better means below (1 − threshold) × the best so far.
    """

    def __init__(
        self,
        start: float,
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        lowest: float = 0.0,
    ) -> None:
        self.start, self.factor = positive("start", start), positive("factor", factor)
        self.patience, self.threshold, self.lowest = patience, threshold, lowest
        self.now, self.best, self.waited = self.start, math.inf, 0

    def __call__(self, t: int) -> float:
        return self.now

    def observe(self, cost: float) -> None:
        """The cost, once per epoch."""
        if cost < self.best * (1 - self.threshold):
            self.best, self.waited = cost, 0
        else:
            self.waited += 1
        if self.waited > self.patience:
            self.now, self.waited = max(self.now * self.factor, self.lowest), 0

    def state(self) -> dict[str, Any]:
        return {"now": self.now, "best": self.best, "waited": self.waited}

    def load_state(self, state: Mapping[str, Any]) -> None:
        self.now, self.best, self.waited = state["now"], state["best"], state["waited"]


SCHEDULES: dict[str, Callable[..., Schedule]] = {
    "constant": constant,
    "inverse_time": inverse_time,
    "exponential": exponential,
    "linear": linear,
    "cosine": cosine,
    "plateau": plateau,
}


def schedule(name: str, start: float, **options: Any) -> Schedule:
    """The schedule of that name: `schedule("cosine", 0.1, over=500)`."""
    return SCHEDULES[known("schedule", name, SCHEDULES)](start, **options)
