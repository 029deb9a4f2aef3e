"""Downhill, and go on tomorrow: a training in a file, whole or not at all, to the same digits."""

from __future__ import annotations

import json
import math
import os
import random
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

from tinygrad_fr.files import check_target, write_whole
from tinygrad_fr.nn.given import Pair
from tinygrad_fr.nn.history import History
from tinygrad_fr.nn.layers import Dropout
from tinygrad_fr.nn.module import Module
from tinygrad_fr.nn.training import Listener, Snapshot, Training
from tinygrad_fr.refusals import refuse

FORM = "tinygrad_fr training 1"
LOOK, WRITE, SHARE = 0.05, 1.0, 30  # seconds, seconds, and writing takes 1/30 of the time at most


class Seldom:
    """Now and then: every second, and so seldom that it takes less than a thirtieth of the time."""

    def __init__(self) -> None:
        self.next = 0.0

    def do(self, what: Callable[[], object]) -> None:
        """Do it if it is time."""
        now = time.perf_counter()
        if now >= self.next:
            what()
            end = time.perf_counter()
            self.next = end + max(WRITE, SHARE * (end - now))


class Checkpoint(Listener):
    """The state after a whole epoch, in memory and in a file.

    Taken every twentieth of a second, and written now and then.

    same  what must be the same for the rest to be: see `signature`
    """

    def __init__(self, path: str | os.PathLike[str], same: dict[str, Any]) -> None:
        self.path = Path(path)
        check_target(self.path, [".json"])
        self.same = same
        self.state: dict[str, Any] | None = None
        self.curves: dict[str, list[float]] = {}
        self.next_look, self.seldom = 0.0, Seldom()

    # ── written ──

    def begins(self, t: Training) -> None:
        self.remember(t)

    def counted(self, t: Training) -> None:
        now = time.perf_counter()
        if now < self.next_look:
            return
        self.next_look = now + LOOK
        self.remember(t)
        self.seldom.do(self.write)

    def ends(self, t: Training) -> None:
        if t.history.stopped != "interrupted":  # else it may be in the midst of an epoch
            self.remember(t)

    def closes(self, t: Training) -> None:
        self.write()

    def remember(self, t: Training) -> None:
        """Take the state, whole: an interruption meets the one before or this one."""
        history = t.history
        t.settle()
        self.curves = history.curves()  # they only grow: cut to this length when they are written
        self.state = {
            "form": FORM,
            "training": self.same,
            "parameters": list(t.weights()),
            "optimizer": t.optimizer.state(),
            "best": [t.best.cost, t.best.epoch, list(t.best.weights)],
            "first": t.first,
            "chance": [_plain(generator) for generator in generators(t.model)],
            "epochs": len(history.loss),
            "steps": history.steps,
            "seconds": history.seconds,
            "engine": history.engine,
        }

    def write(self) -> None:
        """Write what is remembered, if it has not been written yet."""
        if self.state is not None:
            count = self.state["epochs"]
            curves = {name: values[:count] for name, values in self.curves.items()}
            content = {**self.state, "curves": curves}
            write_whole(self.path, json.dumps(content, ensure_ascii=False, indent=1))
            self.state = None

    # ── read ──

    def read(self, t: Training) -> None:
        """Go on where the file left off; ValueError, with nothing changed, if it does not fit."""
        found = self.opened()
        expected = json.loads(json.dumps(self.same))
        for name, value in expected.items():
            there = found.get("training", {}).get(name)
            if there != value:
                self.refuse(
                    fr=f"un autre apprentissage, {name} : {there} dans le fichier, {value} ici",
                    en=f"another training, {name}: {there} in the file, {value} here",
                )
        drawing = list(generators(t.model))
        try:
            weights = list(map(_finite, found["parameters"]))
            cost, epoch, kept = found["best"]
            best = Snapshot(float(cost), int(epoch), list(map(_finite, kept)))
            history = _history(found)
            chance = list(map(_state, found["chance"]))
            first = float(found["first"])
            if not len(weights) == len(kept) == len(t.weights()) or len(chance) != len(drawing):
                raise ValueError
        except (KeyError, TypeError, ValueError, OverflowError):
            self.refuse_foreign()
        t.optimizer.load_state(found["optimizer"])  # refuses before it changes anything
        t.put(weights)
        t.best, t.history, t.first, t.step = best, history, first, history.steps
        for generator, state in zip(drawing, chance, strict=True):
            generator.setstate(state)

    def opened(self) -> dict[str, Any]:
        """What the file holds, if it is of this form."""
        try:
            found: Any = json.loads(self.path.read_bytes())
        except FileNotFoundError:
            refuse(
                fr=f"{self.path} : aucun fichier de ce nom ; pour commencer, ôtez resume=True",
                en=f"{self.path}: there is no such file; to begin, leave out resume=True",
                kind=FileNotFoundError,
            )
        except (OSError, ValueError):
            found = None
        if not isinstance(found, dict) or found.get("form") != FORM:
            self.refuse_foreign()
        return found

    def refuse_foreign(self) -> NoReturn:
        self.refuse(
            fr="fichier tronqué ou d’un autre format",
            en="the file is truncated or in another format",
        )

    def refuse(self, fr: str, en: str) -> NoReturn:
        refuse(
            fr=f"{self.path} : {fr}. Rien n’a changé ; donnez le fichier que checkpoint= a écrit "
            "pour le même apprentissage, ou commencez-en un autre (sans resume=True, --resume)",
            en=f"{self.path}: {en}. Nothing was changed; give the file that checkpoint= wrote "
            "for the same training, or begin another one (without resume=True, --resume)",
        )


def signature(t: Training, tests: Pair | None, clip: float | None) -> dict[str, Any]:
    """What must be the same for the rest to be: nothing that is left out changes a digit."""
    model, (X, y, size, seed) = t.model, t.batches
    return {
        "model": model.architecture() if isinstance(model, Module) else type(model).__name__,
        "loss": getattr(t.loss, "__name__", type(t.loss).__name__),
        "batch_size": size,
        "seed": seed,
        "clip": clip,
        "data": zlib.crc32(repr((X, y, tests)).encode()),
    }


def _history(found: dict[str, Any]) -> History:
    history = History(steps=int(found["steps"]), seconds=float(found["seconds"]))
    history.engine = str(found.get("engine", "scalar"))
    for name, values in history.curves().items():
        values.extend(map(float, found["curves"][name]))
    return history


def _finite(x: Any) -> Any:
    if isinstance(x, bool) or not isinstance(x, (int, float)) or not math.isfinite(x):
        raise ValueError
    return x


# ── where random numbers come from ───────────────────────────────────────────────────────────────


def generators(model: Any) -> Iterator[Any]:
    """Where the dropouts of a model draw from, each once."""
    seen: set[int] = set()
    parts = [model] if isinstance(model, Module) else []
    while parts:
        part = parts.pop()
        parts += part._parts()
        if isinstance(part, Dropout) and part.p:
            generator: Any = part.generator or random
            if id(generator) not in seen:
                seen.add(id(generator))
                yield generator


def _plain(generator: Any) -> list[Any]:
    """The state of a generator as a file can hold it."""
    version, words, gauss = generator.getstate()
    return [version, list(words), gauss]


def _state(found: Any) -> Any:
    """The same from a file; raises for a state that is none."""
    version, words, gauss = found
    state = version, tuple(words), gauss
    random.Random().setstate(state)
    return state
