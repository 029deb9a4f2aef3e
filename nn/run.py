"""Build, walk backward, step downhill, draw: one training from its data to a folder of results.

    job = Job(Recipe("moons", hidden=[6, 4], seed=7))
    folder = folder_for("run")
    job.train(epochs=200, folder=folder)
    for file in job.write(folder):
        print(file)

    Job.resumed("run").train(epochs=400, folder="run", resume=True)

What cannot work is refused before the training begins, and what lay in the folder stays.  From the
first epoch on the folder holds a model and its history, whatever ends the training.
"""

from __future__ import annotations

import contextlib
import os
import platform
import signal
import threading
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from tinygrad_fr.nn import album, losses, plot
from tinygrad_fr.nn.accuracy import Judge, judge
from tinygrad_fr.nn.checkpoint import Seldom
from tinygrad_fr.nn.divergence import Divergence
from tinygrad_fr.nn.folder import MODEL, TRAINING, keep, kept
from tinygrad_fr.nn.history import History, Interrupted
from tinygrad_fr.nn.layers import MLP
from tinygrad_fr.nn.recipe import Recipe
from tinygrad_fr.refusals import refuse
from tinygrad_fr.version import version
from tinygrad_fr.words import percent, say

GOOD = 0.9  # of the examples learnt from: with fewer on their side it begins anew
PIECE = 1000  # examples whose graph is in memory at a time


class Part(NamedTuple):
    """How the model does on some of the examples: accuracy is None where there are no classes."""

    name: str
    examples: int
    cost: float
    accuracy: float | None


class Start:
    """A beginning, number 0, 1, 2, …: the network with its first weights, and how it went."""

    def __init__(self, job: Job, number: int) -> None:
        self.job, self.number = job, number
        self.model = job.recipe.network(job.task, number)
        self.history, self.film = History(), plot.Film(most=60)
        self.parts: list[Part] = []

    def train(self, epochs: int, checkpoint: Path | None, watch: Any, **options: Any) -> None:
        """Train it, as far as it comes; raises what `fit` does."""
        try:
            self.history = self.job.recipe.fit(
                self.model,
                self.job.task,
                epochs,
                checkpoint=checkpoint,
                callbacks=[self.film, watch],
                **options,
            )
        except Interrupted as stop:
            self.history = stop.history
            self.measure()
            raise
        self.measure()

    def measure(self) -> None:
        """Cost and accuracy on what it learnt from and beside."""
        model, task = self.model, self.job.task
        cost = losses.loss(task.loss)
        right = judge(cost, task.examples[1], model)
        told = [(say(fr="apprentissage", en="training"), (task.X, task.y))]
        if task.tests:
            told.append((say(fr="validation", en="validation"), task.tests))
        model.eval()
        self.parts = [_part(name, model, cost, right, *examples) for name, examples in told]
        model.train()

    @property
    def accuracy(self) -> float | None:
        """The share of the examples it learnt from that are right."""
        return self.parts[0].accuracy if self.parts else None

    def better(self, other: Start) -> bool:
        """Whether more of its examples are right, or as many at a lower cost."""
        mine, theirs = self.accuracy or 0.0, other.accuracy or 0.0
        lower = self.parts[0].cost < other.parts[0].cost
        return mine > theirs or (mine == theirs and lower)

    def told(self) -> dict[str, Any]:
        """How it went, as a file keeps it; no numbers where it diverged."""
        cost = self.parts[0].cost if self.parts else None
        return {"start": self.number, "accuracy": self.accuracy, "cost": cost}


class Job:
    """One training: its recipe, the task, the start that is kept and what is known of all of them.

    Raises ValueError or OSError in one line for whatever does not fit together.
    """

    def __init__(self, recipe: Recipe, start: int = 0) -> None:
        self.recipe, self.task = recipe, recipe.task()
        self.start = Start(self, start)
        self.starts: list[dict[str, Any]] = []
        self.epochs = self.made = 0  # wanted; made before, where it goes on

    @property
    def model(self) -> Any:
        """The network that is kept."""
        return self.start.model

    @property
    def history(self) -> History:
        """How its training went."""
        return self.start.history

    # ── trained ──

    def train(
        self,
        epochs: int | None = None,
        *,
        folder: str | os.PathLike[str] | None = None,
        resume: bool = False,
        progress: Any = True,
        tell: Callable[[str], object] = lambda line: None,
    ) -> History:
        """Train, and where fewer than 90 % of the examples end on their side begin anew.

        epochs  a thousand steps' worth unless told; with `resume`, those made before included
        folder  holds a model and a history from the first epoch on, and what `resume` needs
        tell    is told in a line that it begins anew

        A new start has other weights; the first one that is good ends the search, else the best is
        kept.  Without a hidden layer there is one best place only, and no new start.
        At Ctrl-C it raises Interrupted, as `fit` does, and `write` has what there is to write.
        """
        where = None if folder is None else Path(folder)
        self.epochs = epochs or self.task.epochs(self.recipe.batch_size)
        watch, seldom = self.start, Seldom()

        def look(model: Any, history: History) -> None:
            watch.history = history
            if where is not None:
                seldom.do(partial(keep, where, model, self.card(), history))

        checkpoint = None if where is None else where / TRAINING
        try:
            watch.train(self.epochs, checkpoint, look, resume=resume, progress=progress)
        finally:
            self.starts = [s for s in self.starts if s["start"] != watch.number] + [watch.told()]
        for number in range(1, self.recipe.restarts + 1 if not resume else 1):
            if not self.short or not self.recipe.hidden:
                break
            tell(self._anew(number))
            self._again(number, where, progress)
        return self.history

    def _again(self, number: int, folder: Path | None, progress: Any) -> None:
        """Another start, kept if it is better."""
        start = Start(self, number)
        beside = None if folder is None else folder / f"start-{number}.json"
        try:
            with contextlib.suppress(Divergence):
                start.train(self.epochs, beside, lambda *_: None, progress=progress)
        finally:
            self.starts.append(start.told())
            if start.history.loss and start.better(self.start):
                self.start = start
                if folder is not None and beside is not None:
                    keep(folder, start.model, self.card(), start.history)
                    os.replace(beside, folder / TRAINING)
            if beside is not None:
                beside.unlink(missing_ok=True)

    @property
    def short(self) -> bool:
        """Whether fewer than 90 % of the examples it learnt from are right."""
        return self.start.accuracy is not None and self.start.accuracy < GOOD

    def _anew(self, number: int) -> str:
        share, of = percent(self.start.accuracy or 0.0), self.recipe.restarts
        return say(
            fr=f"{share} d’exemples justes : nouveau départ {number} sur {of}, avec d’autres poids",
            en=f"{share} of the examples right: new start {number} of {of}, with other weights",
        )

    # ── what is known of it ──

    def card(self) -> dict[str, Any]:
        """All that is known of this training, in words and numbers: what a file keeps of it."""
        recipe, task, history = self.recipe, self.task, self.history
        found = Path(recipe.source)
        source = str(found.resolve()) if found.is_file() else recipe.source
        return {
            "choices": {**asdict(recipe), "source": source, "hidden": list(recipe.hidden)},
            "inputs": list(task.names),
            "target": task.target,
            "classes": list(task.classes),
            "apart": task.kept,
            "cost": task.loss,
            "learning_rate": recipe.rate(self.model),
            "epochs_wanted": self.epochs,
            "epochs": len(history.loss),
            "best_epoch": history.best_epoch,
            "stopped": history.stopped,
            "engine": history.engine,
            "start": self.start.number,
            "starts": self.starts,
            "versions": {"tinygrad_fr": version(), "python": platform.python_version()},
        }

    @classmethod
    def resumed(cls, folder: str | os.PathLike[str], source: str | None = None) -> Job:
        """The training in a folder, to go on with; source: where its data are now, if they moved.

        Raises ValueError in one line where a folder holds none.
        """
        place = Path(folder)
        card = kept(place)[1] if (place / MODEL).is_file() else {}
        try:
            recipe = Recipe(**card["choices"])
            start, starts = int(card["start"]), list(card["starts"])
            wanted, made = int(card["epochs_wanted"]), int(card["epochs"])
        except (KeyError, TypeError):
            _refuse_folder(place)
        if not (place / TRAINING).is_file():
            _refuse_folder(place)
        job = cls(replace(recipe, source=source or recipe.source), start)
        job.starts, job.epochs, job.made = starts, wanted, made
        return job

    def parts(self) -> list[Part]:
        """Cost and accuracy of the model that is kept, on what it learnt from and beside."""
        return self.start.parts

    # ── written ──

    def write(self, folder: Path, kind: str = "png") -> list[Path]:
        """Write model, table and pictures, each whole or not at all; gives the files.

        kind  of the pictures: png, svg or pdf
        """
        written = keep(folder, self.model, self.card(), self.history)
        if (folder / TRAINING).is_file():
            written.append(folder / TRAINING)
        caption = self.recipe.told(self.task, self.model)
        for name, picture in album.pictures(self.model, self.task, self.history, caption):
            written.append(folder / f"{name}.{kind}")
            plot.save(picture, written[-1])
        return written

    def film(self, path: Path) -> Path:
        """The training as it went, a GIF or a page."""
        return album.film(self.start.film, self.task, path)


class sigterm:
    """SIGTERM, as `kill` sends it, ends what runs inside as Ctrl-C does: `with sigterm() as term:`.

    `term.came` says whether it did.  In another thread than the first nothing changes: only the
    first one hears signals.
    """

    def __init__(self) -> None:
        self.came = False

    def __enter__(self) -> sigterm:
        self.first = threading.current_thread() is threading.main_thread()
        if self.first:
            self.before = signal.signal(signal.SIGTERM, self._interrupt) or signal.SIG_DFL
        return self

    def __exit__(self, *error: object) -> None:
        if self.first:
            signal.signal(signal.SIGTERM, self.before)

    def _interrupt(self, *_: object) -> None:
        if not self.came:  # once is enough: what is there is being written
            self.came = True
            raise KeyboardInterrupt


def _part(
    name: str, model: MLP, cost: losses.Loss, right: Judge | None, X: list[Any], y: list[Any]
) -> Part:
    """How the model does on these examples, looked at piece by piece."""
    total, count = 0.0, 0
    for i in range(0, len(y), PIECE):
        answers, targets = list(map(model, X[i : i + PIECE])), y[i : i + PIECE]
        total += float(cost(answers, targets).data) * len(targets)
        count += 0 if right is None else sum(map(right, answers, targets))
    return Part(name, len(y), total / len(y), None if right is None else count / len(y))


def _refuse_folder(folder: Path) -> NoReturn:
    refuse(
        fr=f"{folder} ne contient pas d’apprentissage à reprendre ({MODEL} et {TRAINING}) ; "
        "donnez un dossier écrit par train",
        en=f"{folder} holds no training to go on with ({MODEL} and {TRAINING}); "
        "give a folder written by train",
    )
