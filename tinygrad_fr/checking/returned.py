"""Check it: what a function written in matrices gives back, each array by its parameter's name.

(dW1, db1, …)   [(dW1, db1), …]   ([dW1, dW2], [db1, db2])   one long vector
{"dW1": …}      {"dW": [dW1, dW2], …}   [{"dW": …, "db": …}, …]
any of them with the cost before or after it
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, pairwise
from math import prod
from typing import Any, NoReturn

from tinygrad_fr.checking.lab import slope_of
from tinygrad_fr.refusals import excerpt, refuse
from tinygrad_fr.words import say

Numbers = Any  # an array of NumPy
Shapes = Mapping[str, tuple[int, ...]]  # of the parameters, by name and in their order


def returned(answer: Any, shapes: Shapes) -> dict[str, Numbers]:
    """The arrays of the answer by the names of the parameters: dW1 belongs to W1.

    Raises ValueError where one is missing, saying which; TypeError for what is no real number.
    """
    answer = _one_dictionary(_without_the_cost(answer, shapes))
    if isinstance(answer, Mapping):
        found = _by_name(answer, [*shapes])
    else:
        found = dict(zip(shapes, _in_order(answer, shapes), strict=True))
    return {name: _array(name, found[name]) for name in shapes}


# ── by name ──────────────────────────────────────────────────────────────────────────────────────


def _one_dictionary(answer: Any) -> Any:
    """[{"dW": …, "db": …}, …] and {"dW": [dW1, dW2], …} as {"dW1": …}."""
    if isinstance(answer, (tuple, list)) and answer:
        if all(isinstance(x, Mapping) for x in answer):
            return {f"{k}{i}": a for i, x in enumerate(answer, start=1) for k, a in x.items()}
        return answer
    if not isinstance(answer, Mapping):
        return answer
    found: dict[str, Any] = {}
    for key, x in answer.items():
        layers = isinstance(x, (tuple, list)) and _holds_arrays(x) and not str(key)[-1:].isdigit()
        found |= {f"{key}{i}": a for i, a in enumerate(x, start=1)} if layers else {str(key): x}
    return {**answer, **found}


def _by_name(answer: Mapping[Any, Any], names: Sequence[str]) -> Mapping[str, Any]:
    """By names as they are, else in other capitals."""
    found: dict[str, Any] = {}
    for key, x in answer.items():
        name = slope_of(str(key), names)
        if name is not None:
            found[name] = x
    small = {name.casefold(): name for name in names if name not in found}
    for key, x in answer.items():
        name = slope_of(str(key).casefold(), small)
        if name is not None:
            found.setdefault(small[name], x)
    missing = [name for name in names if name not in found]
    if missing:
        keys = ", ".join(map(str, answer))
        _refuse(
            names,
            say(
                fr=f"dans son dictionnaire ({excerpt(keys)}) il manque {_slopes(missing)}",
                en=f"its dictionary ({excerpt(keys)}) lacks {_slopes(missing)}",
            ),
        )
    return found


# ── in order ─────────────────────────────────────────────────────────────────────────────────────


def _in_order(answer: Any, shapes: Shapes) -> Sequence[Any]:
    """As many arrays as there are parameters, one by one."""
    listed = _listed(answer, shapes)
    if len(listed) == len(shapes):
        return listed
    if len(listed) == 1 and (parts := _cut(listed[0], shapes)):
        return parts
    if answer is None:
        _refuse(shapes, say(fr="elle ne renvoie rien (None)", en="it returns nothing (None)"))
    sizes = [_shape(x) for x in listed]
    if all(sizes):
        given = ", ".join(map(str, sizes))
        told = say(
            fr=f"ses tableaux, {len(listed)} en tout, ont les formes {given}",
            en=f"its arrays, {len(listed)} in all, have the shapes {given}",
        )
    else:
        told = say(
            fr=f"elle renvoie {excerpt(repr(answer))}", en=f"it returns {excerpt(repr(answer))}"
        )
    _refuse(shapes, told)


def _without_the_cost(answer: Any, shapes: Shapes) -> Any:
    """The gradients, where single numbers stand beside them: the cost, the accuracy."""
    if not isinstance(answer, (tuple, list)) or _fit(answer, shapes):
        return answer
    rest = [x for x in answer if isinstance(x, Mapping) or _shape(x) != ()]
    if len(rest) == len(answer):
        return answer
    if len(rest) == 1:
        (inner,) = rest
        if isinstance(inner, Mapping) or len(_listed(inner, shapes)) == len(shapes):
            return inner
    return rest if len(answer) != len(shapes) else answer


def _listed(answer: Any, shapes: Shapes) -> list[Any]:
    """(dW1, db1, …), [(dW1, db1), …] layer by layer or ([dW1, dW2], [db1, db2]), one by one."""
    if not isinstance(answer, (tuple, list)):
        return [answer]
    if not all(isinstance(x, (tuple, list)) and _holds_arrays(x) for x in answer):
        return list(answer)
    by_layer = [a for x in answer for a in x]
    by_kind = [a for x in zip(*answer, strict=False) for a in x]
    return by_kind if _fit(by_kind, shapes) and not _fit(by_layer, shapes) else by_layer


def _holds_arrays(x: Sequence[Any]) -> bool:
    return any(getattr(a, "ndim", 0) > 0 or isinstance(a, list) for a in x)


def _cut(x: Any, shapes: Shapes) -> list[Numbers]:
    """One long vector cut into the parameters; [] if it is none."""
    sizes = [prod(shape) for shape in shapes.values()]
    shape = _shape(x)
    if shape is None or len(sizes) < 2 or [n for n in shape if n != 1] != [sum(sizes)]:
        return []
    import numpy as np

    flat, ends = np.ravel(x), accumulate(sizes, initial=0)
    parts = zip(pairwise(ends), shapes.values(), strict=True)
    return [flat[i:j].reshape(shape) for (i, j), shape in parts]


def _fit(arrays: Iterable[Any], shapes: Shapes) -> bool:
    found = [_shape(a) for a in arrays]
    return [a and sorted(a) for a in found] == [
        shape and sorted(shape) for shape in shapes.values()
    ]


def _shape(x: Any) -> tuple[int, ...] | None:
    """The shape of an array or of nested lists of numbers; None for anything else."""
    import numpy as np

    try:
        found = np.shape(x)
        return found if np.asarray(x).dtype.kind in "biufc" else None
    except (TypeError, ValueError, RuntimeError):
        return getattr(x, "shape", None)


# ── what is refused ──────────────────────────────────────────────────────────────────────────────


def _slopes(names: Iterable[str]) -> str:
    return ", ".join("d" + name for name in names)


def _refuse(names: Iterable[str], told: str) -> NoReturn:
    wanted = _slopes(names)
    refuse(
        fr=f"hand doit renvoyer ({wanted}), ou un dictionnaire avec ces noms ; {told}",
        en=f"hand must return ({wanted}), or a dictionary with these names; {told}",
    )


def _array(name: str, x: Any) -> Numbers:
    """What was given for a parameter, as an array of real numbers."""
    import numpy as np

    try:
        found = np.asarray(x.detach() if hasattr(x, "detach") else x)
        if found.dtype.kind == "c" and not np.imag(found).any():
            found = np.real(found)
        if found.dtype.kind not in "fc":
            return np.array(found, dtype=float)
        if found.dtype.kind == "f":
            return found
    except (TypeError, ValueError):
        pass
    refuse(
        fr=f"d{name} n’est pas un tableau de nombres réels : {excerpt(repr(x))}",
        en=f"d{name} is not an array of real numbers: {excerpt(repr(x))}",
        kind=TypeError,
    )
