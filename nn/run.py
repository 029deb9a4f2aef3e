"""Build, walk backward, step downhill, draw: one training from its data to a folder of results.

    job = Job("moons", hidden=[6, 4], activation="tanh", loss="bce", seed=7)
    history = job.train(epochs=200, batch_size=20)
    for file in job.write(folder_for("run")):
        print(file)

What cannot work is refused before the training begins, and what lay in the folder stays.
"""

from __future__ import annotations

import os
import signal
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from tinygrad_fr.files import write_whole
from tinygrad_fr.nn import data, losses, plot
from tinygrad_fr.nn.accuracy import judge
from tinygrad_fr.nn.fit import fit
from tinygrad_fr.nn.history import History, Interrupted
from tinygrad_fr.nn.layers import ACTIVATIONS, MLP
from tinygrad_fr.nn.optim import OPTIMIZERS
from tinygrad_fr.refusals import known, refuse
from tinygrad_fr.words import say

MODEL, HISTORY, CURVES, BOUNDARY, WEIGHTS = FILES = (
    "model.json",
    "history.csv",
    "curves.png",
    "boundary.png",
    "weights.png",
)
SHORT = {**losses.SHORT, "squared": "squared_error"}
TWO = ("binary_cross_entropy", "bce_with_logits", "hinge")  # costs of exactly two classes


class Part(NamedTuple):
    """How the model does on some of the examples: accuracy is None where there are no classes."""

    name: str
    examples: int
    cost: float
    accuracy: float | None


class Job:
    """What is trained on what: the examples, the cost and a network that fits both.

    source      a name of `data.DATASETS`, or a CSV file, with the column `target` (the last)
    hidden      neurons of each hidden layer, from the inputs on
    loss        a name of the costs; unless told what suits the targets: binary cross-entropy for
                two classes, cross-entropy for more, the squared error for a quantity
    validation  the share of the examples kept apart, or None

    The outputs follow: one per class for the cross-entropy, else a single one.  Raises ValueError
    or OSError in one line for whatever does not fit together.
    """

    def __init__(
        self,
        source: str,
        target: str | None = None,
        *,
        points: int = 200,
        hidden: Sequence[int] = (),
        activation: str = "tanh",
        loss: str | None = None,
        optimizer: str = "adam",
        validation: float | None = None,
        seed: int = 0,
    ) -> None:
        known("--activation", activation, ACTIVATIONS)
        self.optimizer = known("--optimizer", optimizer.lower(), OPTIMIZERS)
        if loss is not None:
            known("--loss", loss, [*losses.LOSSES, *SHORT])
        examples = _read(source, target, points, seed)
        self.classes, y = _classes(examples)
        self.loss = SHORT.get(loss, loss) if loss else self._fitting_loss()
        y, outputs, output = self._task(examples, y)
        self.X, self.y, self.seed = list(examples[0]), y, seed
        self.tests: tuple[list[Any], list[Any]] | None = None
        if validation is not None:
            (self.X, self.y), self.tests = data.split(self.X, y, validation, seed)
        self.model = MLP(
            len(self.X[0]), [*hidden, outputs], activation=activation, output=output, seed=seed
        )
        self.history = History()

    def _fitting_loss(self) -> str:
        if not self.classes:
            return "squared_error"
        return "binary_cross_entropy" if len(self.classes) == 2 else "cross_entropy"

    def _task(self, examples: data.Examples, y: list[Any]) -> tuple[list[Any], int, str]:
        """The targets as the cost wants them, how many outputs, and the activation of the last."""
        count, cost = len(self.classes), self.loss
        if cost in TWO and count != 2:
            self._refuse_classes("2", "cross_entropy" if count > 2 else "squared")
        if cost == "cross_entropy":
            if count < 2:
                self._refuse_classes("≥ 2", "squared")
            return y, count, "linear"
        if cost in TWO:
            if cost == "hinge":
                y = [2 * t - 1 for t in y]
            return y, 1, "sigmoid" if cost == "binary_cross_entropy" else "linear"
        if count == 2:
            return y, 1, "sigmoid"
        if any(isinstance(c, str) for c in self.classes):
            self._refuse_classes("≤ 2", "cross_entropy")
        self.classes = ()  # numbers: a quantity
        return list(examples[1]), 1, "linear"

    def _refuse_classes(self, needed: str, other: str) -> NoReturn:
        found = len(self.classes)
        refuse(
            fr=f"--loss {self.loss} attend {needed} classes, la cible "
            + (f"en a {found}" if found else "est une quantité")
            + f" ; prenez --loss {other}, ou une autre colonne avec --target",
            en=f"--loss {self.loss} expects {needed} classes, the target "
            + (f"has {found}" if found else "is a quantity")
            + f"; take --loss {other}, or another column with --target",
        )

    def train(self, **options: Any) -> History:
        """What `fit` gives; its options are `epochs`, `batch_size`, `learning_rate`, `progress`.

        At Ctrl-C it raises Interrupted, as `fit` does, and `write` has what there is to write.
        """
        try:
            self.history = fit(
                self.model,
                self.X,
                self.y,
                loss=self.loss,
                optimizer=self.optimizer,
                seed=self.seed,
                validation=self.tests,
                **options,
            )
        except Interrupted as stop:
            self.history = stop.history
            raise
        return self.history

    def parts(self) -> list[Part]:
        """Cost and accuracy of the model as it is now, on what it learnt from and beside."""
        cost = losses.loss(self.loss)
        right = judge(cost, [*self.y, *(self.tests[1] if self.tests else [])], self.model)
        told = [(say(fr="apprentissage", en="training"), (self.X, self.y))]
        if self.tests:
            told.append((say(fr="validation", en="validation"), self.tests))
        self.model.eval()
        found = []
        for name, (X, y) in told:
            answers = [self.model(x) for x in X]
            share = None if right is None else sum(map(right, answers, y)) / len(y)
            found.append(Part(name, len(y), float(cost(answers, y).data), share))
        self.model.train()
        return found

    def write(self, folder: Path) -> list[Path]:
        """Write model, table and pictures, each whole or not at all; gives the files.

        The pictures of a training without a whole epoch, and the plane of what is not made of
        points of the plane in at most eight classes, are left out.
        """
        self.model.save(folder / MODEL)
        write_whole(folder / HISTORY, _csv(self.history.curves()))
        written = [folder / MODEL, folder / HISTORY]
        if self.history.loss:
            written.append(folder / CURVES)
            plot.save(self.history.plot(), written[-1])
        if len(self.X[0]) == 2 and 2 <= len(self.classes) <= len(plot.CLASSES):
            X, y = (a + b for a, b in zip((self.X, self.y), self.tests or ([], []), strict=True))
            written.append(folder / BOUNDARY)
            plot.save(plot.boundary(self.model, X, y), written[-1])
        written.append(folder / WEIGHTS)
        plot.save(plot.weights(self.model), written[-1])
        return written


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


def folder_for(wanted: str | os.PathLike[str]) -> Path:
    """The folder, made and writable: `run`, or `run-2`, `run-3` … if `run` holds results."""
    wanted = Path(wanted)
    if wanted.name in ("", ".."):  # `-o .` has no name to add a number to
        wanted = wanted.resolve()
    folder, k = wanted, 1
    try:
        while any((folder / name).exists() for name in FILES):
            k += 1
            folder = wanted.with_name(f"{wanted.name}-{k}")
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        refuse(
            fr=f"impossible d’écrire dans {folder} ; il faut un dossier où vous avez le droit "
            "d’écrire : donnez-en un avec -o",
            en=f"cannot write into {folder}; it must be a folder that you may write into: "
            "give one with -o",
        )


def _read(source: str, target: str | None, points: int, seed: int) -> data.Examples:
    if source in data.DATASETS:
        if target is not None:
            refuse(
                fr=f"--target nomme une colonne d’un fichier CSV, et {source} n’en est pas un ; "
                "ôtez --target",
                en=f"--target names a column of a CSV file, and {source} is none; "
                "leave out --target",
            )
        return data.dataset(source, points, seed)
    if Path(source).suffix or os.sep in source or Path(source).exists():
        return data.read_csv(source, target)
    try:
        known("--data", source, data.DATASETS)
    except ValueError as error:
        refuse(fr=f"{error}, ou donnez un fichier .csv", en=f"{error}, or give a .csv file")
    raise AssertionError


def _classes(examples: data.Examples) -> tuple[tuple[Any, ...], list[Any]]:
    """What the targets stand for, and their places in it; () and the targets of a quantity.

    Two whole numbers are two classes (1 and 2, −1 and 1), and so are 0, 1, 2, … with none missing.
    """
    y = list(examples[1])
    if examples.classes:
        return examples.classes, y
    found = sorted(set(y))
    if len(found) == 2 and all(isinstance(t, int) for t in found):
        return tuple(found), [found.index(t) for t in y]
    return (), y


def _csv(curves: dict[str, list[float]]) -> str:
    """One line per epoch, with the point as decimal mark: what spreadsheets and programs read."""
    kept = {name: values for name, values in curves.items() if values}
    lines = [",".join(["epoch", *kept])]
    for epoch, row in enumerate(zip(*kept.values(), strict=True), start=1):
        lines.append(",".join([str(epoch), *map(repr, row)]))
    return "".join(f"{line}\n" for line in lines)
