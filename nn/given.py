"""Build a graph for each of them: what a training may be given as X and y."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NoReturn

from tinygrad_fr.engine import Value
from tinygrad_fr.nn import data
from tinygrad_fr.nn.layers import MLP, Layer, Neuron
from tinygrad_fr.refusals import refuse
from tinygrad_fr.words import counted

Pair = tuple[list[Any], list[Any]]  # examples and their targets


def apart(model: Any, X: Any, y: Any, validation: Any, seed: int) -> tuple[Pair, Pair | None]:
    """The examples to learn from, and those kept apart: a share of them, others, or none."""
    learnt = read(model, X, y)
    if validation is None:
        return learnt, None
    if isinstance(validation, tuple) and len(validation) == 2:
        return learnt, read(model, *validation, "validation[0]", "validation[1]")
    if not isinstance(validation, float) or not 0 < validation < 1:
        _refuse_validation(validation)
    return data.split(*learnt, validation, seed)


def read(model: Any, X: Any, y: Any, x_name: str = "X", y_name: str = "y") -> Pair:
    """X and y as lists of the same length, rows of the width of the model, all numbers finite."""
    rows, targets = _list(X, x_name), _list(y, y_name)
    m, n = len(rows), len(targets)
    if m != n or not rows:
        examples = counted(m, fr="exemple", en="example")
        given = counted(n, fr="cible", en="target")
        refuse(
            fr=f"{x_name} a {examples} et {y_name} {given} ; donnez autant de cibles que "
            "d’exemples, au moins une",
            en=f"{x_name} has {examples} and {y_name} {given}; give as many targets as examples, "
            "at least one",
        )
    _check(x_name, rows, width(model) or len(_entries(rows[0])))
    _check(y_name, targets, len(_entries(targets[0])))
    return rows, targets


def width(model: Any) -> int:
    """How many inputs the model has, 0 if it does not say."""
    part = model.layers[0] if isinstance(model, MLP) else model
    part = part.neurons[0] if isinstance(part, Layer) else part
    return len(part.w) if isinstance(part, Neuron) else 0


def largest(rows: list[Any]) -> float:
    """The largest |x| of all entries."""
    return max((abs(float(a)) for x in rows for a in _entries(x)), default=0.0)


def _check(name: str, rows: list[Any], expected: int) -> None:
    """Every row has as many numbers as expected, all of them finite."""
    for i, row in enumerate(rows, start=1):
        numbers = _entries(row)
        if len(numbers) != expected:
            found = counted(len(numbers), fr="nombre", en="number")
            refuse(
                fr=f"{name} : l’exemple {i} a {found} au lieu de {expected}",
                en=f"{name}: example {i} has {found} instead of {expected}",
            )
        for a in numbers:
            try:
                finite = math.isfinite(a.data if isinstance(a, Value) else a)
            except TypeError:
                finite = False
            if not finite:
                refuse(
                    fr=f"{name} : l’exemple {i} contient {a!r} ; il faut des nombres finis",
                    en=f"{name}: example {i} contains {a!r}; finite numbers are needed",
                )


def _entries(row: Any) -> Sequence[Any]:
    return row if isinstance(row, (list, tuple)) else [row]


def _list(values: Any, name: str) -> list[Any]:
    if hasattr(values, "tolist"):
        values = values.tolist()
    if isinstance(values, (str, bytes, dict)) or not hasattr(values, "__iter__"):
        kind = type(values).__name__
        refuse(
            fr=f"{name} doit être une liste d’exemples, reçu {kind} ; donnez une ligne par exemple",
            en=f"{name} must be a list of examples, got {kind}; give one row per example",
            kind=TypeError,
        )
    return [row.tolist() if hasattr(row, "tolist") else row for row in values]


def _refuse_validation(given: Any) -> NoReturn:
    shown = repr(given) if len(repr(given)) < 40 else type(given).__name__
    refuse(
        fr=f"validation vaut {shown} ; donnez une part entre 0 et 1, ou un couple (X, y)",
        en=f"validation is {shown}; give a share between 0 and 1, or a pair (X, y)",
    )
