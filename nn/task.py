"""Build a graph: what is to be learnt: the examples, those kept apart, the cost that suits them.

task = Task("points.csv", target="label", validation=0.2)
task.X, task.y                      to learn from, as the cost wants them
task.tests                          the same, kept apart
task.names, task.target             ("u", "v"), "label"
task.classes                        ("no", "yes"); () for a quantity
task.outputs, task.output           how many the network has, and the activation of the last layer
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from tinygrad_fr.nn import data, losses
from tinygrad_fr.refusals import known, refuse

SHORT = {**losses.SHORT, "squared": "squared_error"}
TWO = ("binary_cross_entropy", "bce_with_logits", "hinge")  # costs of exactly two classes
STEPS = 1000  # of a training, unless somebody says how many epochs


class Task:
    """What is learnt from what.

    source      a name of `data.DATASETS`, or a CSV file, with the column `target` (the last)
    inputs      the columns of the file to learn from; all but the target unless told
    encoding    of the file, found out unless told
    points      how many, where they are drawn
    loss        a name of the costs; unless told what suits the targets: binary cross-entropy for
                two classes, cross-entropy for more, the squared error for a quantity
    validation  the share of the examples kept apart, or None; `kept` has their places from 0
    seed        of the points drawn and of those kept apart

    The outputs follow: one per class for the cross-entropy, else a single one.  Raises ValueError
    or OSError in one line for whatever does not fit together.
    """

    def __init__(
        self,
        source: str,
        target: str | None = None,
        *,
        inputs: Sequence[str] = (),
        encoding: str | None = None,
        points: int = 200,
        loss: str | None = None,
        validation: float | None = None,
        seed: int = 0,
    ) -> None:
        if loss is not None:
            known("--loss", loss, [*losses.LOSSES, *SHORT])
        examples = _read(source, target, inputs, encoding, points, seed)
        self.names, self.target = examples.names, examples.target
        self.classes: tuple[Any, ...]
        self.classes, y = _classes(examples)
        self.loss = SHORT.get(loss, loss) if loss else self._fitting_loss()
        self.y, self.outputs, self.output = self._fitted(examples, y)
        self.X = list(examples[0])
        self.tests: tuple[list[Any], list[Any]] | None = None
        self.kept: list[int] = []
        if validation is not None:
            self._split(validation, seed)

    def _split(self, share: float, seed: int) -> None:
        (learnt, y), (kept, tests) = data.split(range(len(self.X)), self.y, share, seed)
        self.kept, X = kept, self.X
        self.X, self.y = [X[i] for i in learnt], y
        self.tests = [X[i] for i in kept], tests

    def _fitting_loss(self) -> str:
        if not self.classes:
            return "squared_error"
        return "binary_cross_entropy" if len(self.classes) == 2 else "cross_entropy"

    def _fitted(self, examples: data.Examples, y: list[Any]) -> tuple[list[Any], int, str]:
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
        if found == 1 and isinstance(self.classes[0], str):
            refuse(
                fr=f"la cible {self.target} ne contient que {self.classes[0]!r} ; donnez des "
                "exemples de deux classes, ou une autre colonne avec --target",
                en=f"the target {self.target} holds nothing but {self.classes[0]!r}; give "
                "examples of two classes, or another column with --target",
            )
        refuse(
            fr=f"--loss {self.loss} attend {needed} classes, la cible "
            + (f"en a {found}" if found else "est une quantité")
            + f" ; prenez --loss {other}, ou une autre colonne avec --target",
            en=f"--loss {self.loss} expects {needed} classes, the target "
            + (f"has {found}" if found else "is a quantity")
            + f"; take --loss {other}, or another column with --target",
        )

    @property
    def examples(self) -> tuple[list[Any], list[Any]]:
        """All of them: those learnt from, then those kept apart."""
        X, y = self.tests or ([], [])
        return self.X + X, self.y + y

    def epochs(self, batch_size: int) -> int:
        """As many as make a thousand steps, 100 for 200 examples by 20; at least one."""
        return math.ceil(STEPS / math.ceil(len(self.X) / batch_size))

    def __repr__(self) -> str:
        return f"<{self.target} from {', '.join(self.names)}: {len(self.examples[0])} examples>"


def _read(
    source: str,
    target: str | None,
    inputs: Sequence[str],
    encoding: str | None,
    points: int,
    seed: int,
) -> data.Examples:
    if source in data.DATASETS:
        given = {"--target": target, "--inputs": inputs or None, "--encoding": encoding}
        for option, value in given.items():
            if value is not None:
                refuse(
                    fr=f"{option} est pour un fichier CSV, et {source} n’en est pas un ; "
                    f"ôtez {option}",
                    en=f"{option} is for a CSV file, and {source} is not one; leave out {option}",
                )
        return data.dataset(source, points, seed)
    if Path(source).suffix or os.sep in source or Path(source).exists():
        return data.read_csv(source, target, inputs, encoding=encoding)
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
