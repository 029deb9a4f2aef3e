"""Compile it for the processor: where everything lies in one buffer of doubles.

An array of one example takes its entries one after the other; an array of many takes a row of lanes
per entry, an example a lane.  A row is an odd number of cache lines long, so that the rows of a
column do not all fall into the same place of the cache.  Data from which the gradient of a wide
matrix is made stand there a second time, an example after the other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod

LINE = 8  # doubles in a cache line


@dataclass(slots=True)
class Spot:
    """An array in the buffer: where it begins, what it is, and which buffer: %b, or %x of data."""

    start: int
    shape: tuple[int, ...]
    batched: bool
    base: str = "%b"

    @property
    def size(self) -> int:
        return prod(self.shape)


@dataclass(slots=True)
class Rows:
    """Data that stand a second time in %x, an example after the other: where, and how far apart."""

    start: int
    pitch: int


@dataclass(slots=True)
class Layout:
    """The buffer: names and their spots; lanes for at most so many examples at a time."""

    lanes: int
    spots: dict[str, Spot] = field(default_factory=dict)
    by_example: dict[str, Rows] = field(default_factory=dict)
    size: int = 0
    data: int = 0  # the doubles of a block of data

    @property
    def stride(self) -> int:
        lines = -(-self.lanes // LINE)
        return LINE * (lines + 1 - lines % 2)

    def put(self, name: str, shape: tuple[int, ...], batched: bool) -> Spot:
        """Give an array its place at the end of the buffer."""
        spot = Spot(self.size, shape, batched)
        self.size += whole_lines(spot.size * (self.stride if batched else 1))
        self.spots[name] = spot
        return spot

    def put_data(self, name: str, shape: tuple[int, ...]) -> Spot:
        """Give an array of examples its place in a block of data."""
        spot = Spot(self.data, shape, True, "%x")
        self.data += spot.size * self.stride
        self.spots[name] = spot
        return spot

    def put_rows(self, name: str) -> None:
        """Let data stand a second time in each block, an example after the other."""
        if name not in self.by_example:
            pitch = whole_lines(self.spots[name].size)
            self.by_example[name] = Rows(self.data, pitch)
            self.data += pitch * self.lanes


def whole_lines(n: int) -> int:
    """n, up to a whole number of cache lines."""
    return -(-n // LINE) * LINE
