"""What the costs of this folder are written with: weights as they are asked for, and two lists."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, NamedTuple

from tinygrad_fr.engine import Value


class Pen:
    """Hands out weights, in nested lists of a shape; the same again once it is taken up anew."""

    def __init__(self, seed: int) -> None:
        self.r, self.all, self.next = random.Random(seed), list[Value](), 0

    def again(self) -> Pen:
        self.next = 0
        return self

    def __call__(self, *shape: int, label: str = "", at: float | None = None) -> Any:
        return self.nested(shape, (), label, at)

    def nested(self, shape: Any, index: tuple[int, ...], label: str, at: float | None) -> Any:
        if shape:
            n, *rest = shape
            return [self.nested(rest, (*index, i), label, at) for i in range(1, n + 1)]
        if self.next == len(self.all):
            number = self.r.uniform(-0.8, 0.8) if at is None else at
            name = "_".join(filter(None, (label, ",".join(map(str, index))))) if label else ""
            self.all.append(Value(number, label=name))
        self.next += 1
        return self.all[self.next - 1]


class Each(NamedTuple):
    """The cost of one example: of so many numbers in each list, between −1 and 1 or 0 and 1."""

    cost: Callable[..., Any]
    widths: tuple[int, ...]
    low: float


EACH: dict[str, Each] = {}
WHOLE: dict[str, Callable[..., Any]] = {}  # the cost of a batch that is written with it


def each(*widths: int, low: float = -1.0) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def kept(cost: Callable[..., Any]) -> Callable[..., Any]:
        EACH[cost.__name__] = Each(cost, widths, low)
        return cost

    return kept


def whole(cost: Callable[..., Any]) -> Callable[..., Any]:
    WHOLE[cost.__name__] = cost
    return cost
