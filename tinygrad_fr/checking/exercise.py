"""Check it: a student's file from outside: questions to the process it runs in, and the answers.

The loss of an `Exercise` is a graph, or numbers alone where Values could not go through its NumPy
code; its gradient is asked at any point, and the loss is called anew there: branches may differ.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, NoReturn

from tinygrad_fr.checking.graph import Graph
from tinygrad_fr.checking.wire import pack_point, unpack_graph, unpack_number, unpack_point
from tinygrad_fr.child import Child, Died, TooLong
from tinygrad_fr.engine import Value
from tinygrad_fr.refusals import refuse
from tinygrad_fr.words import language, number

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
    """A student's file in a process of its own, ended after so many seconds of its work.

    output   what it has printed so far, in order
    """

    def __init__(self, path: str, limits: Limits) -> None:
        self.path, self.seconds = path, limits.seconds or 0.0
        self.left = self.seconds
        self.output = ""
        self.child = Child(SERVED, limits.memory)
        self._printed, self._asked = limits.printed, {"at", "slopes"}

    def ask(self, **request: Any) -> dict[str, Any]:
        """One question to the file; ValueError in one line where it fails or takes too long."""
        try:
            return self._answered(request)
        finally:
            self.output += self.child.output
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
                f"arrêté après {number(self.seconds)} s : une boucle infinie ?",
                f"stopped after {number(self.seconds)} s: an endless loop?",
            )
        except (Died, ValueError) as trouble:
            self._mourn(trouble)
        self.left -= time.monotonic() - begun
        if "refused" in found:
            self.refuse(found["refused"], found["refused"])
        return found  # type: ignore[no-any-return]

    def _mourn(self, trouble: Exception) -> NoReturn:
        if isinstance(trouble, Died) and "MemoryError" in trouble.output:
            self.refuse(*_too_much_memory())
        status = getattr(trouble, "status", None)
        self.refuse(
            f"le fichier a mis fin à son processus avant de répondre (état {status})",
            f"the file ended its process before it had answered (status {status})",
        )

    def refuse(self, fr: str, en: str) -> NoReturn:
        """Raise ValueError with the name of the file before the sentence."""
        name = os.path.basename(self.path)
        refuse(fr=f"{name} : {fr}", en=f"{name}: {en}")


def _too_much_memory() -> tuple[str, str]:
    return (
        "mémoire épuisée : le fichier en demande plus qu’il n’en a",
        "out of memory: the file asks for more than it has",
    )


class NoNumber(ZeroDivisionError):
    """The file has no number at this point."""


@dataclass
class Exercise:
    """A file's `def loss(w=0.5, x=1.5, …)`, or `loss(W1, b1, X, Y)` of arrays, at its point.

    output, leaves  the graph of the loss, its parameters by name: w, W1[0,1]
    asked           the parameters of its gradient; None where it has none
    known           those of them that have a value without the loss: a default, the file's own
    others          its gradient takes any other parameter too (**point)
    accept          the other versions of the cost that its line `accept = ("sum",)` lets pass
    arrays          the arrays whose slopes are asked, by name
    given           what its gradient gives for them at its point
    examples        how many the data have, as far as their shape tells
    differences     slopes in floats and their errors, where there is no graph
    stopped         which call kept Values out of a loss of arrays; "" where they went through
    """

    running: Running
    output: Value
    leaves: dict[str, Value]
    asked: list[str] | None
    known: list[str] = field(default_factory=list)
    others: bool = False
    accept: tuple[str, ...] = ()
    arrays: dict[str, Any] = field(default_factory=dict)
    given: dict[str, Any] = field(default_factory=dict)
    examples: int = 1
    stopped: str = ""
    differences: dict[str, tuple[float, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._found: dict[Any, dict[str, Any]] = {}
        self._graphs: dict[Any, Graph] = {}

    @property
    def path(self) -> str:
        return self.running.path

    @cached_property
    def graph(self) -> Graph:
        """The graph of the loss at the file's own point."""
        return Graph(self.output)

    def at(self, point: Mapping[Value, Any]) -> Graph:
        """The graph of the loss called anew at a point; `graph` itself where it is the same."""
        full = {name: point.get(leaf, leaf.data) for name, leaf in self.leaves.items()}
        self.by_hand(full)
        return self._graphs[_key(full)]

    def by_hand(self, point: Mapping[str, Any]) -> dict[str, Any]:
        """What the file's gradient gives at a point, by name; the file is asked once per point.

        Raises NoNumber where the loss has none there.
        """
        full = {name: point.get(name, leaf.data) for name, leaf in self.leaves.items()}
        key = _key(full)
        if self.arrays and self.here(full):
            return self.given
        if key not in self._found:
            do = "gradient" if self.here(full) else "at"
            found = self.running.ask(do=do, point=pack_point(full))
            if "outside" in found:
                raise NoNumber
            graph = found.get("graph")
            self._graphs[key] = Graph(unpack_graph(graph, self.leaves)) if graph else self.graph
            read = unpack_arrays if self.arrays else unpack_point
            self._found[key] = read(found["values"])
        return self._found[key]

    def here(self, point: Mapping[str, Any]) -> bool:
        """Is it the file's own point?"""
        return all(point[name] == leaf.data for name, leaf in self.leaves.items())

    def answered(self) -> list[str]:
        """For which parameters the file's gradient gives a number, at its own point in floats."""
        full = {name: leaf.data for name, leaf in self.leaves.items()}
        return list(self.running.ask(do="gradient", point=pack_point(full))["values"])

    def slopes(self, point: Mapping[str, float]) -> dict[str, tuple[float, float]]:
        """∂loss/∂entry in floats, and how far it may be off, where there is no graph."""
        found = self.running.ask(do="slopes", point=pack_point(point))["slopes"]
        return {name: (unpack_number(a), unpack_number(b)) for name, (a, b) in found.items()}


def _key(point: Mapping[str, Any]) -> tuple[float, ...]:
    return tuple(map(float, point.values()))


def unpack_arrays(packed: Mapping[str, Any]) -> dict[str, Any]:
    """Arrays by name."""
    import numpy as np

    return {
        str(name): np.array(list(map(unpack_number, numbers)), dtype=float).reshape(shape)
        for name, (shape, numbers) in packed.items()
    }


def opened(running: Running, names: Iterable[str]) -> Exercise:
    """The file, run: the graph of its loss at its point; `names` are those that are answered."""
    from tinygrad_fr.checking.arrays import label

    found = running.ask(do="loss", path=running.path, names=list(names))
    leaves = {name: Value(x, label=name) for name, x in unpack_point(found["leaves"]).items()}
    arrays = unpack_arrays(found.get("arrays") or {})
    stopped = found.get("stopped") or ""
    if not stopped:
        for name, a in arrays.items():
            for place in _places(a.shape):
                leaves[name + label(place)] = Value(float(a[place]), label=name + label(place))
    asked = found["gradient"] or {"names": None, "known": [], "others": False}
    return Exercise(
        running,
        Value(0.0) if stopped else unpack_graph(found["graph"], leaves),
        leaves,
        asked["names"],
        asked["known"],
        asked["others"],
        tuple(found["accept"]),
        arrays,
        unpack_arrays(found.get("given") or {}),
        found.get("examples", 1),
        stopped,
    )


def _places(shape: tuple[int, ...]) -> Iterable[tuple[int, ...]]:
    import numpy as np

    return np.ndindex(shape)
