"""Walk it backward another way, in this thread only: the laboratory of mistakes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from tinygrad_fr.walk import sweep, sweep_in_use


@contextmanager
def sweeping(other: Callable[[Sequence[Any]], None]) -> Iterator[None]:
    """Let `backward` walk another way in this thread.

    `other` is given the nodes that hand something on, each after its inputs, the output last; their
    gradients are 0, that of the output 1.
    """
    token = sweep_in_use.set(other)
    try:
        yield
    finally:
        sweep_in_use.reset(token)


def bent() -> bool:
    """Whether `backward` walks another way than the chain rule here: inside `sweeping`."""
    return sweep_in_use.get() is not sweep
