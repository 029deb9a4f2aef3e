"""Compile it: what is given to a program: a cost, its data and parameters, then arrays of numbers.

cost_of(L)              a Value, the cost
columns_of([x, y])      the leaves that are data, a list per array
moving_of(parameters)   the leaves that move
numbers_of(parameters)  the numbers that they hold now
table_of(X, 2, "X")     what was given as an array of floats, one row per example
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain
from operator import attrgetter
from types import NoneType
from typing import Any, NoReturn

from tinygrad_fr.engine import Value
from tinygrad_fr.refusals import excerpt, refuse

OP = attrgetter("op")


def cost_of(loss: Any) -> Value:
    if isinstance(loss, Value):
        return loss
    shown = excerpt(repr(loss))
    refuse(
        fr=f"le coût est {shown} ; donnez un seul Value, calculé de vos Value : la somme ou la "
        "moyenne de vos coûts, par exemple",
        en=f"the cost is {shown}; give one Value, computed from your Values: the sum or the mean "
        "of your costs, for example",
        kind=TypeError,
    )


def columns_of(inputs: Sequence[Sequence[Value]]) -> list[list[Value]]:
    """The leaves of each array of data; each leaf is one column of one array."""
    if not isinstance(inputs, Iterable):
        _refuse_list("inputs", inputs, "[[x_1, x_2], [y_1]]")
    found = [_columns(group, i) for i, group in enumerate(inputs, start=1)]
    data = [*chain.from_iterable(found)]
    if len({*data}) < len(data):
        name = shown(next(v for v, n in Counter(data).items() if n > 1))
        refuse(
            fr=f"{name} est deux fois dans inputs : une donnée est une colonne d’un tableau",
            en=f"{name} is in inputs twice: a datum is one column of one array",
        )
    return found


def _columns(group: Any, i: int) -> list[Value]:
    if not isinstance(group, (Value, Iterable)):
        _refuse_list(f"inputs[{i - 1}]", group, "[x_1, x_2]")
    found = [group] if isinstance(group, Value) else list(group)
    if not found:
        refuse(
            fr=f"inputs : la liste {i} est vide ; donnez les colonnes du tableau",
            en=f"inputs: list {i} is empty; give the columns of the array",
        )
    return [_leaf(v, f"inputs[{i - 1}]") for v in found]


def _leaf(v: Any, where: str) -> Value:
    if isinstance(v, Value) and v.op is None:
        return v
    refuse(
        fr=f"{where} contient {shown(v)} ; donnez des feuilles : des Value qui ne sont pas "
        "calculés",
        en=f"{where} contains {shown(v)}; give leaves: Values that are not computed",
        kind=TypeError,
    )


def moving_of(parameters: Iterable[Value], columns: list[list[Value]]) -> list[Value]:
    """The leaves that move, each once; none of them is a datum too."""
    if not isinstance(parameters, Iterable):
        _refuse_list("parameters", parameters, "[w, b], model.parameters()")
    given = list(parameters)
    if {*map(type, given)} != {Value} or any(map(OP, given)):
        given = [_leaf(v, "parameters") for v in given]
    apart = {*given}
    both = apart.intersection(chain.from_iterable(columns))
    if both:
        name = shown(min(both, key=given.index))
        refuse(
            fr=f"{name} est à la fois dans inputs et dans parameters : une donnée ne bouge pas",
            en=f"{name} is in inputs and in parameters: data do not move",
        )
    return given if len(apart) == len(given) else list(dict.fromkeys(given))


def numbers_of(values: Sequence[Value]) -> list[float]:
    """The numbers that these leaves hold, floats."""
    found = []
    for v in values:
        try:
            found.append(float("" if isinstance(v.data, str) else v.data))
        except (TypeError, ValueError, OverflowError):
            refuse(
                fr=f"le paramètre {shown(v)} vaut {excerpt(repr(v.data))} ; un programme calcule "
                "sur des float, donnez un nombre réel",
                en=f"the parameter {shown(v)} is {excerpt(repr(v.data))}; a program computes on "
                "floats, give a real number",
                kind=TypeError,
            )
    return found


def _refuse_list(name: str, given: Any, example: str) -> NoReturn:
    refuse(
        fr=f"{name} vaut {shown(given)} ; donnez une liste de Value : {example}",
        en=f"{name} is {shown(given)}; give a list of Values: {example}",
        kind=TypeError,
    )


def shown(v: Any) -> str:
    """A leaf by its label, anything else as Python shows it."""
    return repr(v.label) if isinstance(v, Value) and v.label else excerpt(repr(v))


# ── arrays of numbers ────────────────────────────────────────────────────────────────────────────


def table_of(given: Any, width: int, name: str, xp: Any = None) -> Any:
    """What was given as an array of floats, one row per example; an array of xp as it is.

    An array of one column may be a list of numbers.  What is missing (None, a mask) is refused, NaN
    stays.
    """
    import numpy as np

    theirs = xp is not None and hasattr(given, "ndim") and not isinstance(given, np.ndarray)
    X = given if theirs else _floats(given)
    if X is None:
        refuse(
            fr=f"{name} : donnez un tableau de nombres réels, une ligne par exemple, sans rien qui "
            "manque (None, un masque)",
            en=f"{name}: give an array of real numbers, one row per example, with nothing missing "
            "(None, a mask)",
            kind=TypeError,
        )
    if X.ndim == 1 and width == 1:
        X = X[:, None]
    if X.ndim != 2 or X.shape[1] != width or len(X) == 0:
        size = " × ".join(map(str, X.shape))
        rank = min(X.ndim, 2)
        fr = ("un seul nombre", f"une liste de {size} nombre(s)", f"de taille {size}")[rank]
        en = ("a single number", f"a list of {size} number(s)", size)[rank]
        refuse(
            fr=f"{name} est {fr} ; il faut m × {width}, une ligne par exemple, au moins une",
            en=f"{name} is {en}; it must be m × {width}, one row per example, at least one",
        )
    return X


def _floats(given: Any) -> Any:
    """An array of floats, a new one; None where it is none."""
    import numpy as np

    if np.ma.is_masked(given):
        return None
    try:
        plain = np.asarray(given)
        missing = plain.dtype.kind == "O" and any(
            isinstance(x, (str, bytes, NoneType)) for x in plain.flat
        )
        if missing or plain.dtype.kind not in "biufO":
            return None
        return np.array(plain, dtype=float)
    except (TypeError, ValueError, OverflowError, RuntimeError):  # RuntimeError: PyTorch's
        return None
