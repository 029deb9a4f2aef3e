"""Check it: the line of somebody's function at which it stopped, and the shapes of arrays there.

The last line of theirs counts: where NumPy stops inside its own Python, in `np.linalg.solve`, it is
the one that called it.
"""

from __future__ import annotations

import linecache
import re
from collections.abc import Iterator
from pathlib import PurePath
from types import FrameType, TracebackType
from typing import NamedTuple

from tinygrad_fr.words import say

Shape = tuple[int, ...]


class TheirLine(NamedTuple):
    """Where it stopped: the file if it is another than the function's, the line, its text.

    shapes  of the arrays that the line names, with their names
    """

    file: str
    number: int
    text: str
    shapes: list[tuple[str, Shape]]

    @property
    def where(self) -> str:
        """line 8, P = E / S"""
        line = say(fr=f"ligne {self.number}", en=f"line {self.number}")
        return ", ".join(part for part in (self.file, line, self.text) if part)

    @property
    def sizes(self) -> str:
        """E (5, 3), S (5,)"""
        return ", ".join(f"{name} {shape}" for name, shape in self.shapes)

    @property
    def target(self) -> str:
        """The name that the line gives a value to; "" for another line."""
        name, equals, _ = self.text.partition("=")
        return name.strip() if equals else ""


def their_line(error: BaseException) -> TheirLine | None:
    """The line, of an error caught in the room that called their function; None: it has no lines.

    Theirs is what lies in the folder of the function, a helper beside it too.
    """
    _, *called = _frames(error.__traceback__)
    if not called:
        return None
    first = PurePath(called[0][0].f_code.co_filename)
    own = [x for x in called if PurePath(x[0].f_code.co_filename).parent == first.parent]
    frame, number = own[-1]
    path = PurePath(frame.f_code.co_filename)
    text = linecache.getline(str(path), number).strip()
    names = dict.fromkeys(re.findall(r"[^\W\d]\w*", text))
    held = [(name, getattr(frame.f_locals.get(name), "shape", None)) for name in names]
    shapes = [(name, tuple(shape)) for name, shape in held if isinstance(shape, tuple)]
    return TheirLine("" if path == first else path.name, number, text, shapes)


def _frames(trace: TracebackType | None) -> Iterator[tuple[FrameType, int]]:
    while trace is not None:
        yield trace.tb_frame, trace.tb_lineno
        trace = trace.tb_next
