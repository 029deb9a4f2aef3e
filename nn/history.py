"""Downhill, and again: what a training leaves behind, a number per epoch, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tinygrad_fr.nn import plot
from tinygrad_fr.words import number, percent, say


@dataclass(slots=True)
class History:
    """One number per epoch of each kind, and how the training ended.

    loss             mean cost of the epoch's batches, each before its own step
    accuracy         share of right answers in passing; empty where targets are not classes
    validation_…     the same after the epoch, on the examples kept apart; empty if there are none
    learning_rate    λ of the step to come
    best_epoch       after how many epochs the model had the weights it was left with
    engine           what made the steps: "scalar", "numpy" (in arrays) or "native" (compiled)
    stopped          "" went through all epochs; "patience", "callback" or "interrupted"
    """

    loss: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)
    validation_accuracy: list[float] = field(default_factory=list)
    learning_rate: list[float] = field(default_factory=list)
    steps: int = 0
    best_epoch: int = 0
    seconds: float = 0.0
    engine: str = "scalar"
    stopped: str = ""

    def curves(self) -> dict[str, list[float]]:
        """The lists by name, in order: what a table of the training has for columns."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {name: numbers for name, numbers in values.items() if isinstance(numbers, list)}

    def cut(self) -> None:
        """Forget what an epoch that was not finished has written: `loss` is its last word."""
        for values in self.curves().values():
            del values[len(self.loss) :]

    def plot(self, ax: Any = None) -> Any:
        """The curves of cost and accuracy: see `plot.history`."""
        return plot.history(self, ax)

    def __str__(self) -> str:
        """The last epoch in the language in use: `12 epochs, cost 0.05, accuracy 98%`."""
        count = len(self.loss)
        if count == 1:
            told = [say(fr="1 époque", en="1 epoch")]
        else:
            told = [say(fr=f"{count} époques", en=f"{count} epochs")]
        for values, shown, word in (
            (self.loss, number, say(fr="coût", en="cost")),
            (self.accuracy, percent, say(fr="exactitude", en="accuracy")),
            (self.validation_loss, number, say(fr="coût de validation", en="validation cost")),
            (
                self.validation_accuracy,
                percent,
                say(fr="exactitude de validation", en="validation accuracy"),
            ),
        ):
            if values:
                told.append(f"{word} {shown(values[-1])}")
        return ", ".join(told)

    __repr__ = __str__


class Interrupted(KeyboardInterrupt):
    """Ctrl-C ended a training: the model has its best weights, `history` says how far it came.

    A KeyboardInterrupt, so that whoever does not ask for it ends too: half a training gives no
    number to go on with.  Whoever wants it all the same catches it: `except Interrupted as stop`.
    """

    def __init__(self, history: History) -> None:
        super().__init__(
            say(
                fr=f"{history}, puis Ctrl-C. Le modèle a ses poids de l’époque "
                f"{history.best_epoch} ; pour continuer avec eux : except Interrupted",
                en=f"{history}, then Ctrl-C. The model has its weights of epoch "
                f"{history.best_epoch}; to go on with them: except Interrupted",
            )
        )
        self.history = history
