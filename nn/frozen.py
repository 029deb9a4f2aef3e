"""Downhill, on which engine: whether a model of one's own reads numbers.

An `if` on a number is in a program as it was for the first example: a model that reads `.data`
stays with the scalars, unless arrays are asked for by name.  Its code is looked through
(`reads_numbers`), and watched while it answers for the first example (`Watch`).
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FrameType, FunctionType, MethodType
from typing import Any

from tinygrad_fr import likeness
from tinygrad_fr.engine import Value
from tinygrad_fr.nn.module import Module


def reads_numbers(model: Module) -> bool:
    """Whether the code that answers, as far as it can be seen, has a `.data` in it.

    That is the code of its parts' classes, and what those call by name; the code of this house is
    known not to.
    """
    parts, functions = [model], list[Any]()
    while parts:
        part = parts.pop()
        parts += part._parts()
        functions.append((type(part).__call__, type(part)))
    seen = set[CodeType]()
    while functions:
        function, owner = functions.pop()
        if not isinstance(function, FunctionType) or _of_this_house(function.__module__):
            continue
        for code in _codes(function.__code__):
            if code in seen:
                continue
            seen.add(code)
            if "data" in code.co_names:
                return True
            functions += [(f, owner) for f in _called(code, function, owner)]
    return False


def ours(model: Any) -> bool:
    """Whether the model and all its parts are of this house, whose code is known not to."""
    parts = [model]
    while parts:
        part = parts.pop()
        if not isinstance(part, Module) or not _of_this_house(type(part).__module__):
            return False
        parts += part._parts()
    return True


def _of_this_house(module: object) -> bool:
    return str(module).split(".")[0] == __name__.split(".")[0]


def _codes(code: CodeType) -> Iterator[CodeType]:
    """A function's code, and that of the functions written inside it."""
    yield code
    for inside in code.co_consts:
        if isinstance(inside, CodeType):
            yield from _codes(inside)


def _called(code: CodeType, function: FunctionType, owner: type) -> Iterator[Any]:
    """What the names in it are: functions of the file, methods of the class."""
    for name in code.co_names:
        for found in (function.__globals__.get(name), getattr(owner, name, None)):
            yield found.__func__ if isinstance(found, MethodType) else found


# ── who reads one while it answers ──


class Watch:
    """While it watches, whoever reads the number of a Value in code that is not of this house.

        with Watch() as watch:
            model(x)
        watch.found                  # "model.py, 12": the file and the line, "" where nobody did

    It stands in the place of `data` for so long, and lets every number through; a comparison,
    `v < 0`, reads it too, whichever Value it is of.  Only this thread is watched.
    """

    def __init__(self) -> None:
        self.found, self.slot = "", Value.__dict__["data"]
        self.thread = threading.get_ident()

    def __enter__(self) -> Watch:
        self.put(self)
        return self

    def __exit__(self, *_: object) -> None:
        self.put(self.slot)

    @staticmethod
    def put(descriptor: Any, name: str = "data") -> None:
        setattr(Value, name, descriptor)

    def __set__(self, v: Value, x: Any) -> None:
        self.slot.__set__(v, x)

    def __get__(self, v: Value | None, kind: type[Value]) -> Any:
        if v is None:
            return self
        if not self.found and threading.get_ident() == self.thread:
            self.look(sys._getframe(1))
        return self.slot.__get__(v, kind)

    def look(self, frame: FrameType | None) -> None:
        """Note the reader, behind a comparison the one who compares."""
        while frame is not None and frame.f_globals.get("__name__") == likeness.__name__:
            frame = frame.f_back
        if frame is not None and not _of_this_house(frame.f_globals.get("__name__")):
            self.found = f"{Path(frame.f_code.co_filename).name}, {frame.f_lineno}"
