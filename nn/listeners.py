"""Downhill, and again: what goes on beside the steps, one small thing a listener.

Those with more to say have rooms of their own: `divergence`, `checkpoint`, `bar`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from typing import Any, Literal

from tinygrad_fr.engine import Value
from tinygrad_fr.nn import optim
from tinygrad_fr.nn.accuracy import Judge, right
from tinygrad_fr.nn.given import Pair
from tinygrad_fr.nn.module import Module
from tinygrad_fr.nn.training import Listener, Snapshot, Training
from tinygrad_fr.rest import at_rest


class Modes(Listener):
    """Dropout drops in steps; whatever was called in between, and as it was before at the end."""

    def begins(self, t: Training) -> None:
        self.before = bool(getattr(t.model, "training", None))

    def opens(self, t: Training) -> None:
        if isinstance(t.model, Module) and not t.model.training:
            t.model.train()

    def closes(self, t: Training) -> None:
        if isinstance(t.model, Module):
            t.model.train(self.before)


class Record(Listener):
    """Writes the epoch into the history: its mean cost, its share of right answers, the time."""

    def __init__(self, judge: Judge | None) -> None:
        self.judge = judge
        self.total, self.right = 0.0, 0

    def begins(self, t: Training) -> None:
        self.began = time.perf_counter() - t.history.seconds

    def opens(self, t: Training) -> None:
        t.seen, self.total, self.right = 0, 0.0, 0

    def stepped(self, t: Training, predictions: Any, ys: Any) -> None:
        count = len(ys)
        t.seen += count
        self.total += t.cost * count
        if self.judge is not None:
            self.right += right(self.judge, predictions, ys)

    def leapt(self, t: Training, costs: Any, counts: Any, right: int) -> None:
        t.seen += int(counts.sum())
        self.total += float(costs.dot(counts))
        self.right += right

    def passed(self, t: Training) -> None:
        t.judged = self.total / t.seen
        if self.judge is not None:
            t.history.accuracy.append(self.right / t.seen)

    def counted(self, t: Training) -> None:
        t.history.steps = t.step
        t.history.loss.append(self.total / t.seen)
        t.history.seconds = time.perf_counter() - self.began

    def ends(self, t: Training) -> None:
        t.history.cut()  # what an interrupted epoch has begun to write

    def closes(self, t: Training) -> None:
        t.history.cut()


class Clip(Listener):
    """A gradient longer than this is made as long as this."""

    def __init__(self, longest: float) -> None:
        self.longest = longest

    def backward(self, t: Training, L: Value) -> None:
        optim.clip_gradients(t.optimizer.parameters, self.longest)


class Validation(Listener):
    """After an epoch: the cost of the examples kept apart, and how many are right."""

    def __init__(self, tests: Pair, judge: Judge | None) -> None:
        self.tests, self.judge = tests, judge

    def passed(self, t: Training) -> None:
        if isinstance(t.model, Module):
            t.model.eval()
        with at_rest():
            t.judged, count = self.examine(t)
        t.history.validation_loss.append(t.judged)
        if self.judge is not None:
            t.history.validation_accuracy.append(count / len(self.tests[1]))

    def examine(self, t: Training) -> tuple[float, int]:
        X, y = self.tests
        if t.elsewhere:
            return t.elsewhere.examine(X, y)
        predictions = list(map(t.model, X))
        cost = float(t.loss(predictions, y).data)
        return cost, 0 if self.judge is None else right(self.judge, predictions, y)


class Schedules(Listener):
    """The rate of the step to come; and `plateau` is told the cost."""

    def passed(self, t: Training) -> None:
        t.history.learning_rate.append(t.optimizer.learning_rate)
        t.optimizer.observe(t.judged)


class Best(Listener):
    """Keeps the best weights so far in memory.

    early  the cost of an epoch is that of the weights before it: full batches, no validation
    """

    def __init__(self, early: bool) -> None:
        self.early = early
        self.before: Collection[Any] = ()

    def opens(self, t: Training) -> None:
        if self.early:
            self.before = t.weights()

    def counted(self, t: Training) -> None:
        if t.judged < t.best.cost:
            epoch = len(t.history.loss)
            if self.early:
                t.best = Snapshot(t.judged, epoch - 1, self.before)
            else:
                t.best = Snapshot(t.judged, epoch, t.weights())


class Patience(Listener):
    """Stops after so many epochs without a better cost."""

    def __init__(self, epochs: int, early: bool) -> None:
        self.epochs, self.early = epochs, early

    def begins(self, t: Training) -> None:
        self.counted(t)  # it may have run out before a checkpoint was written

    def counted(self, t: Training) -> None:
        if len(t.history.loss) - (t.best.epoch + self.early) >= self.epochs:
            t.history.stopped = "patience"


class Callback(Listener):
    """A function of one's own, called after each epoch; True stops."""

    def __init__(self, called: Callable[..., Any]) -> None:
        self.called = called

    def counted(self, t: Training) -> None:
        t.settle()
        stop = self.called(t.model, t.history)
        if stop is True or (getattr(stop, "dtype", None) == "bool" and stop):  # NumPy's too
            t.history.stopped = "callback"
        t.take()  # it may have pruned a weight


class Keep(Listener):
    """At the end leaves the best weights or the last; unless told, whichever suits the end.

    validated  there are examples kept apart: then the best unless told
    """

    def __init__(self, which: Literal["best", "last"] | None, validated: bool) -> None:
        self.which, self.validated = which, validated

    def ends(self, t: Training) -> None:
        history = t.history
        early = history.stopped in ("patience", "interrupted")
        which = self.which or ("best" if self.validated or early else "last")
        history.best_epoch = len(history.loss)
        if which == "best":
            t.put(t.best.weights)
            history.best_epoch = t.best.epoch
