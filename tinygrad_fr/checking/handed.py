"""Check it: what a function written in matrices is called with; the line at which it stops.

arrays_of(program, space, backprop)     backprop(W1, b1, …, X, Y) → {"W1": array, "b1": …}
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from tinygrad_fr.checking.returned import returned
from tinygrad_fr.checking.their_line import their_line
from tinygrad_fr.program.program import Program
from tinygrad_fr.refusals import refuse
from tinygrad_fr.words import say

Numbers = Any  # an array of NumPy
SHAPES = re.compile("shape|dimension|broadcast|align|match")  # what NumPy says of shapes


def arrays_of(
    program: Program, space: Mapping[str, Any], hand: Callable[..., Any]
) -> tuple[dict[str, Numbers], float]:
    """What hand gives, by the names of the parameters, and the unit of its floats' last place.

    It is called with copies: by name where its own parameters have the names of the arrays, else in
    their order.
    """
    import numpy as np

    taken = [f.name for f in (*program.parameters, *program.given)]
    values = {name: space[name].copy() for name in taken}
    shapes = {f.name: f.shape for f in program.parameters}
    arrays = returned(_called(hand, values, program), shapes)
    kinds = [a.dtype for a in arrays.values() if a.dtype.kind == "f"]
    unit = max((float(np.finfo(kind).eps) for kind in kinds), default=2.0**-52)
    return {n: _flat_column(a.astype(float), shapes[n]) for n, a in arrays.items()}, unit


def _called(hand: Callable[..., Any], values: Mapping[str, Any], program: Program) -> Any:
    """hand by name or in order; where shapes do not go together, the line is told."""
    names = _parameters(hand)
    if names is not None and len(names) != len(values) and {*names} != {*values}:
        wanted, has = ", ".join(values), ", ".join(names)
        refuse(
            fr=f"hand est appelée avec ({wanted}) ; elle prend ({has})",
            en=f"hand is called with ({wanted}); it takes ({has})",
            kind=TypeError,
        )
    try:
        if names is not None and {*names} == {*values}:
            return hand(**values)
        return hand(*values.values())
    except Exception as error:
        _refuse_line(error, program)


def _parameters(hand: Callable[..., Any]) -> list[str] | None:
    """The names that it must be given; None where it takes any number, or does not say."""
    try:
        found = inspect.signature(hand).parameters.values()
    except (TypeError, ValueError):
        return None
    if any(p.kind is p.VAR_POSITIONAL or p.kind is p.POSITIONAL_ONLY for p in found):
        return None
    return [p.name for p in found if p.default is p.empty and p.kind is not p.VAR_KEYWORD]


def _refuse_line(error: Exception, program: Program) -> NoReturn:
    """The line of their code in which it stopped, the shapes there, and the program's own line."""
    line = their_line(error)
    why = f"{type(error).__name__}: {error}"
    if line is None:
        raise ValueError(say(fr=f"hand s’arrête : {why}", en=f"hand stops: {why}")) from error
    own = [x for x in str(program).splitlines() if line.target == x.split(" = ")[0] != ""]
    if line.shapes and type(error) is ValueError and SHAPES.search(str(error)):
        together = say(fr="ces formes ne vont pas ensemble", en="these shapes do not go together")
        why = say(fr=f"{line.sizes} ; {together}", en=f"{line.sizes}; {together}")
    raise ValueError(
        say(fr=f"hand s’arrête, {line.where} : {why}", en=f"hand stops at {line.where}: {why}")
        + "".join(say(fr=f". Le programme : {x}", en=f". The program: {x}") for x in own)
    ) from error


def _flat_column(a: Numbers, shape: tuple[int, ...]) -> Numbers:
    """A bias as a column is the same numbers: whoever has examples as columns writes it so."""
    return a.ravel() if a.ndim == 2 and a.shape == (*shape, 1) else a
