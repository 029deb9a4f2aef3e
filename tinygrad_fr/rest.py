"""While a graph is built or read, the collector of cycles rests: a graph has none."""

from __future__ import annotations

import gc


class at_rest:
    """While a graph lives, the garbage collector is paused: `with at_rest(): …`.

    A graph has no cycles and is freed with its last name; the collector's search for cycles among
    thousands of live nodes would cost a fifth of the time.
    """

    __slots__ = ("collecting",)

    def __enter__(self) -> None:
        self.collecting = gc.isenabled()
        gc.disable()

    def __exit__(self, *error: object) -> None:
        if self.collecting:
            gc.enable()
