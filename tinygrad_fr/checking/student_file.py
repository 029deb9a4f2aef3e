"""Check it: a student's Python file, its loss(…) and its gradient(…), run in a process of its own.

    report, exercise = check_file("td3.py")

A file is executed because a person named it, and never here: a `Child` runs it and ends it where it
takes too long.  The graph of its loss comes back as data, its gradient's numbers point by point.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from tinygrad_fr.checking.compare import compare
from tinygrad_fr.checking.cost import ACCEPT
from tinygrad_fr.checking.exercise import USUAL, Exercise, Limits, Running, opened
from tinygrad_fr.checking.quantities import Known, all_typed, check_quantities
from tinygrad_fr.checking.report import Report
from tinygrad_fr.checking.wide import check_arrays
from tinygrad_fr.refusals import known

SECONDS = 10.0  # how long a student's file may run
MEMORY = 4_000_000_000  # bytes that it may use


def read_exercise(
    path: str | os.PathLike[str], limits: Limits = USUAL, names: Iterable[str] = ()
) -> Exercise:
    """Run a Python file and build the graph of its loss at the point of its parameters.

    names are those that are answered beside it.  Raises ValueError in one line where the file
    fails, runs too long, or has no such loss.
    """
    seconds = SECONDS if limits.seconds is None else limits.seconds
    memory = MEMORY if limits.memory is None else limits.memory
    running = Running(os.fspath(path), Limits(seconds, memory, limits.printed))
    if not Path(path).is_file():
        running.refuse("fichier introuvable", "no such file")
    exercise = opened(running, names)
    try:
        exercise.accept = tuple(known("accept", key, ACCEPT) for key in exercise.accept)
    except ValueError as error:
        running.refuse(str(error), str(error))
    return exercise


def check_file(
    path: str | os.PathLike[str],
    numbers: Mapping[str, str] | None = None,
    seconds: float | None = None,
    *,
    memory: int | None = None,
    printed: Callable[[str], object] | None = None,
    accept: Iterable[str] = (),
    rate: Any = None,
    points: int = 10,
    seed: int = 0,
) -> tuple[Report, Exercise]:
    """Check the gradient(…) of a student's file, or numbers given beside it, against its loss(…).

    gradient takes parameters of loss and gives {name: value}; where the loss takes arrays, a tuple
    (dW1, db1, …) too.  numbers are answers as they were typed, by name: "-0,188", or
    "0.1 0.2; 0.3 0.4" for an array.  seconds and memory (bytes) limit the file; `printed` is called
    with what it prints; accept, rate, points and seed as in `check`, and a line
    `accept = ("sum",)` of the file counts as well.
    """
    exercise = read_exercise(path, Limits(seconds, memory, printed), list(numbers or ()))
    accepted = {*(known("accept", key, ACCEPT) for key in accept), *exercise.accept}
    if not numbers:
        _hold_names(exercise)
    running = exercise.running
    running.left = running.seconds  # as long again as the file itself
    try:
        if exercise.arrays:
            return check_arrays(exercise, numbers or {}, points, rate, seed, accepted), exercise
        return _check_numbers(exercise, numbers or {}, points, rate, seed, accepted), exercise
    except (ValueError, TypeError) as error:
        if str(error).startswith(os.path.basename(running.path)) or numbers:
            raise
        running.refuse(str(error), str(error))


def _check_numbers(
    exercise: Exercise,
    numbers: Mapping[str, str],
    points: int,
    rate: Any,
    seed: int,
    accept: Collection[str],
) -> Report:
    """A loss of numbers; called anew at each point, where its branches may be others."""
    if numbers:
        known = Known(exercise.output, exercise.leaves)
        return check_quantities(known, all_typed(known, numbers), accept=accept, rate=rate)
    answers = {name: _entry(exercise, name) for name in exercise.answered()}
    return compare(exercise.graph, answers, points, rate, None, seed, accept, exercise.at)


def _hold_names(exercise: Exercise) -> None:
    """Raise ValueError where there is no gradient, or one of other parameters than the loss."""
    names, asked = list(exercise.leaves), exercise.asked
    if asked is None:
        exercise.running.refuse(
            "il faut une fonction gradient(…) qui renvoie {nom: valeur}, ou des réponses avec "
            "--answer",
            "a function gradient(…) that gives {name: value} is needed, or answers with --answer",
        )
    if exercise.arrays:  # the file was asked already
        return
    if not set(asked) <= {*names, *exercise.known}:
        exercise.running.refuse(
            f"gradient({', '.join(asked)}) doit avoir les mêmes noms que loss({', '.join(names)})",
            f"gradient({', '.join(asked)}) must have the same names as loss({', '.join(names)})",
        )


def _entry(exercise: Exercise, name: str) -> Callable[..., Any]:
    """One entry of the file's gradient, as a function of the point."""

    def value(**point: Any) -> Any:
        found = exercise.by_hand(point)
        if name not in found:
            exercise.running.refuse(
                f"gradient : {name} manque en un autre point",
                f"gradient: {name} is missing at another point",
            )
        return found[name]

    return value
