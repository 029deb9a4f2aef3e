"""Check it: a student's Python file, its loss(…) and its gradient(…), run in a process of its own.

    report, exercise = check_file("td3.py")

A file is executed because a person named it, and never here: a `Child` runs it and ends it where it
takes too long.  The graph of its loss comes back as data, its gradient's numbers point by point.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from tinygrad_fr.checking.check import check
from tinygrad_fr.checking.cost import ACCEPT
from tinygrad_fr.checking.report import Report
from tinygrad_fr.checking.typed import one_number
from tinygrad_fr.checking.wire import pack_point, unpack_graph, unpack_point
from tinygrad_fr.child import Child, Died, TooLong
from tinygrad_fr.engine import Value
from tinygrad_fr.refusals import known, refuse
from tinygrad_fr.words import language, number

SECONDS = 10.0  # how long a student's file may run
MEMORY = 4_000_000_000  # bytes that it may use
SERVED = "tinygrad_fr.checking.run_file:answer"


class Limits(NamedTuple):
    """What a student's file may use, and who reads what it prints.

    seconds  of its work, all questions together; memory, in bytes
    printed  called with what the file printed, while it was read and at its own point
    """

    seconds: float | None = None
    memory: int | None = None
    printed: Callable[[str], object] | None = None


USUAL = Limits()


class Running:
    """A student's file in a process of its own, ended after so many seconds of its work."""

    def __init__(self, path: str, limits: Limits = USUAL) -> None:
        self.path = path
        self.seconds = SECONDS if limits.seconds is None else limits.seconds
        self.left = self.seconds
        self.child = Child(SERVED, MEMORY if limits.memory is None else limits.memory)
        self._printed, self._asked = limits.printed, set[str]()

    def ask(self, **request: Any) -> dict[str, Any]:
        """One question to the file; ValueError in one line where it fails or takes too long."""
        try:
            return self._answered(request)
        finally:
            if self._printed is not None and request["do"] not in self._asked:
                self._printed(self.child.output)
            self._asked.add(request["do"])

    def _answered(self, request: Mapping[str, Any]) -> dict[str, Any]:
        question = json.dumps({**request, "lang": language()}).encode()
        try:
            self.child.start()
            begun = time.monotonic()
            found = json.loads(self.child.ask(question, max(self.left, 0.01)))
        except TooLong:
            self.refuse(
                f"arrêté après {number(self.seconds)} s : une boucle sans fin ?",
                f"stopped after {number(self.seconds)} s: an endless loop?",
            )
        except (Died, ValueError) as trouble:
            status = getattr(trouble, "status", None)
            self.refuse(
                f"le fichier a mis fin à son processus avant de répondre (état {status})",
                f"the file ended its process before it had answered (status {status})",
            )
        self.left -= time.monotonic() - begun
        if "refused" in found:
            self.refuse(found["refused"], found["refused"])
        return found  # type: ignore[no-any-return]

    def refuse(self, fr: str, en: str) -> NoReturn:
        """Raise ValueError with the name of the file before the sentence."""
        name = os.path.basename(self.path)
        refuse(fr=f"{name} : {fr}", en=f"{name}: {en}")


@dataclass(slots=True)
class Exercise:
    """A file's `def loss(w=0.5, x=1.5, …)`: its defaults are the point.

    output, leaves  the graph of the loss, its parameters by name
    asked           the parameters of its gradient; None where it has none
    others          its gradient takes any other parameter too (**point)
    accept          the other versions of the cost that its line `accept = ("sum",)` lets pass
    """

    output: Value
    leaves: dict[str, Value]
    asked: list[str] | None
    others: bool
    running: Running
    accept: tuple[str, ...] = ()
    _last: tuple[dict[str, Any], dict[str, Any]] | None = field(default=None, repr=False)

    @property
    def path(self) -> str:
        return self.running.path

    def by_hand(self, point: Mapping[str, Any]) -> dict[str, Any]:
        """What the file's gradient gives at a point, by name; the file is asked once per point."""
        if self._last is None or self._last[0] != point:
            self._last = dict(point), self._asked_at(point)
        return self._last[1]

    def answered(self) -> list[str]:
        """For which parameters the file's gradient gives a number, at its own point in floats."""
        return list(self._asked_at({}))

    def _asked_at(self, point: Mapping[str, Any]) -> dict[str, Any]:
        full = {name: point.get(name, leaf.data) for name, leaf in self.leaves.items()}
        return unpack_point(self.running.ask(do="gradient", point=pack_point(full))["values"])


def read_exercise(path: str | os.PathLike[str], limits: Limits = USUAL) -> Exercise:
    """Run a Python file and build the graph of its loss at the defaults of its parameters.

    Raises ValueError in one line where the file fails, runs too long, or has no such loss.
    """
    running = Running(os.fspath(path), limits)
    if not Path(path).is_file():
        running.refuse("fichier introuvable", "no such file")
    found = running.ask(do="loss", path=running.path)
    leaves = {name: Value(x, label=name) for name, x in unpack_point(found["leaves"]).items()}
    asked = found["gradient"] or {"names": None, "others": False}
    output = unpack_graph(found["graph"], leaves)
    accept = _accepted(running, found["accept"])
    return Exercise(output, leaves, asked["names"], asked["others"], running, accept)


def _accepted(running: Running, keys: Iterable[str]) -> tuple[str, ...]:
    """The file's line `accept = (…)`, each of its keys known."""
    try:
        return tuple(known("accept", key, ACCEPT) for key in keys)
    except ValueError as error:
        running.refuse(str(error), str(error))


def check_file(
    path: str | os.PathLike[str],
    numbers: Mapping[str, str] | None = None,
    seconds: float | None = None,
    *,
    memory: int | None = None,
    printed: Callable[[str], object] | None = None,
    accept: Iterable[str] = (),
    rate: Any = None,
) -> tuple[Report, Exercise]:
    """Check the gradient(…) of a student's file, or numbers given beside it, against its loss(…).

    gradient has the same parameters as loss and gives {name: value}.  seconds and memory (bytes)
    limit the file; `printed` is called with what it prints; accept and rate as in `check`, and a
    line `accept = ("sum",)` of the file counts as well.
    """
    exercise = read_exercise(path, Limits(seconds, memory, printed))
    accepted = {*accept, *exercise.accept}
    if numbers:
        answers: dict[str, Any] = {name: one_number(name, text) for name, text in numbers.items()}
        return check(exercise.output, answers, accept=accepted, rate=rate), exercise
    _hold_names(exercise)
    running = exercise.running
    running.left = running.seconds  # as long again as the file itself
    asked = {name: _entry(exercise, name) for name in exercise.answered()}
    try:
        return check(exercise.output, asked, accept=accepted, rate=rate), exercise
    except (ValueError, TypeError) as error:
        if str(error).startswith(os.path.basename(running.path)):
            raise
        running.refuse(str(error), str(error))


def _hold_names(exercise: Exercise) -> None:
    """Raise ValueError where there is no gradient, or one of other parameters than the loss."""
    names, asked = list(exercise.leaves), exercise.asked
    if asked is None:
        exercise.running.refuse(
            "il faut une fonction gradient(…) qui rend {nom: valeur}, ou des réponses avec "
            "--answer",
            "a function gradient(…) that gives {name: value} is needed, or answers with --answer",
        )
    if set(asked) != set(names) and not exercise.others:
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
