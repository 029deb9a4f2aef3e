"""Downhill, on which engine: whether a model of one's own reads numbers.

An `if` on a number is in a program as it was for the first example: a model that reads `.data`
stays with the scalars, unless arrays are asked for by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import CodeType, FunctionType, MethodType
from typing import Any

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
        if not isinstance(function, FunctionType) or function.__module__.split(".")[0] == OURS:
            continue
        for code in _codes(function.__code__):
            if code in seen:
                continue
            seen.add(code)
            if "data" in code.co_names:
                return True
            functions += [(f, owner) for f in _called(code, function, owner)]
    return False


OURS = __name__.split(".")[0]


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
