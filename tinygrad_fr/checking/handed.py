"""Check it: what a function written in matrices is called with, and what it gives, as arrays.

arrays_of(program, space, backprop)     backprop(W1, b1, …, X, Y) → {"W1": array, "b1": …}
"""

from __future__ import annotations

import inspect
import linecache
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NoReturn

from tinygrad_fr.checking.lab import slope_of
from tinygrad_fr.program.program import Program
from tinygrad_fr.refusals import excerpt, refuse
from tinygrad_fr.words import say

Numbers = Any  # an array of NumPy


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
    found = _by_name(_called(hand, values, program), program)
    arrays = {name: _array(name, x) for name, x in found.items()}
    kinds = [a.dtype for a in arrays.values() if a.dtype.kind == "f"]
    unit = max((float(np.finfo(kind).eps) for kind in kinds), default=2.0**-52)
    shapes = {f.name: f.shape for f in program.parameters}
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
    except ValueError as error:
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


def _refuse_line(error: ValueError, program: Program) -> NoReturn:
    """The line of their code in which it stopped, the shapes there, and the program's own line."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    assert trace is not None
    frame, line = trace.tb_frame, trace.tb_lineno
    text = linecache.getline(frame.f_code.co_filename, line).strip()
    known = [n for n in dict.fromkeys(re.findall(r"[^\W\d]\w*", text)) if n in frame.f_locals]
    sizes = [(n, frame.f_locals[n].shape) for n in known if hasattr(frame.f_locals[n], "shape")]
    told = ", ".join(f"{n} {tuple(shape)}" for n, shape in sizes)
    where = say(fr=f"ligne {line}", en=f"line {line}") + (f", {text}" if text else "")
    why = say(fr="ces formes ne vont pas ensemble", en="these shapes do not go together")
    own = [x for x in str(program).splitlines() if x.split(" = ")[0] == text.split("=")[0].strip()]
    raise ValueError(
        say(fr=f"hand s’arrête, {where} : ", en=f"hand stops at {where}: ")
        + (say(fr=f"{told} ; {why}", en=f"{told}; {why}") if sizes else str(error))
        + "".join(say(fr=f". Le programme : {x}", en=f". The program: {x}") for x in own)
    ) from error


# ── what it gives ────────────────────────────────────────────────────────────────────────────────


def _by_name(answer: Any, program: Program) -> dict[str, Any]:
    """The arrays by the names of the parameters: dW1 belongs to W1, a tuple is in their order."""
    names = [f.name for f in program.parameters]
    if isinstance(answer, Mapping):
        found = {slope_of(str(name), names): x for name, x in answer.items()}
    else:
        listed = _in_order(answer, program)
        found = dict(zip(names, listed, strict=False)) if len(listed) == len(names) else {}
    if not {*names} <= {*found}:
        wanted = ", ".join("d" + name for name in names)
        refuse(
            fr=f"hand doit renvoyer ({wanted}), ou un dictionnaire avec ces noms ; elle renvoie "
            f"{excerpt(repr(answer))}",
            en=f"hand must return ({wanted}), or a dictionary with these names; it returns "
            f"{excerpt(repr(answer))}",
        )
    return {name: found[name] for name in names}


def _in_order(answer: Any, program: Program) -> list[Any]:
    """(dW1, db1, …), [(dW1, db1), …] layer by layer or ([dW1, dW2], [db1, db2]), one by one."""
    if not isinstance(answer, (tuple, list)):
        return [answer]
    if not all(isinstance(x, (tuple, list)) and _holds_arrays(x) for x in answer):
        return list(answer)
    by_layer = [a for x in answer for a in x]
    by_kind = [a for x in zip(*answer, strict=False) for a in x]
    sizes = [f.shape for f in program.parameters]
    return by_kind if _fit(by_kind, sizes) and not _fit(by_layer, sizes) else by_layer


def _holds_arrays(x: Sequence[Any]) -> bool:
    return any(getattr(a, "ndim", 0) > 0 or isinstance(a, list) for a in x)


def _fit(arrays: Iterable[Any], shapes: Sequence[tuple[int, ...]]) -> bool:
    import numpy as np

    found = [tuple(sorted(np.shape(a))) for a in arrays]
    return found == [tuple(sorted(shape)) for shape in shapes]


def _array(name: str, x: Any) -> Numbers:
    """What was given for a parameter, as an array of real numbers."""
    import numpy as np

    try:
        found = np.asarray(x)
        return found if found.dtype.kind in "f" else np.array(found, dtype=float)
    except (TypeError, ValueError):
        refuse(
            fr=f"d{name} n’est pas un tableau de nombres réels : {excerpt(repr(x))}",
            en=f"d{name} is not an array of real numbers: {excerpt(repr(x))}",
            kind=TypeError,
        )


def _flat_column(a: Numbers, shape: tuple[int, ...]) -> Numbers:
    """A bias as a column is the same numbers: whoever has examples as columns writes it so."""
    return a.ravel() if a.ndim == 2 and a.shape == (*shape, 1) else a
