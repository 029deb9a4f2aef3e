"""Build a graph, put it in order, walk it backward, one step downhill, and again: the training loop.

    history = fit(model, X, y, loss="binary_cross_entropy", optimizer="adam", epochs=200, batch_size=20)
    history.plot()

A step is what a bare loop does, in the same order, so the numbers are the same to the last digit:

    predictions = [model(x) for x in batch]        # the forward pass builds the graph
    L = loss(predictions, targets)
    optimizer.zero_grad(); L.backward(); optimizer.step()

Around it: mini-batches, validation, early stopping, a bar that shows the cost, Ctrl-C, checkpoints,
and an end with its reason when the numbers leave the finite.
"""

from __future__ import annotations

import gc
import json
import math
import os
import random
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NoReturn

from tinygrad_fr.engine import Value
from tinygrad_fr.files import write_whole
from tinygrad_fr.nn import data, losses, optim, plot
from tinygrad_fr.nn.layers import MLP, Dropout, Layer, Neuron
from tinygrad_fr.nn.module import Module
from tinygrad_fr.ops import DomainError, Op
from tinygrad_fr.places import name_of, place_words
from tinygrad_fr.unmoved import unmoved
from tinygrad_fr.walk import order
from tinygrad_fr.words import number, percent, say

EXPLODED = 1e6  # a cost so many times the first (or 1, if that is more) has exploded
Judge = Callable[[Any, Any], bool]


# ── what a training leaves behind ────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class History:
    """One number per epoch of each kind, and how the training ended.

    loss             mean cost of the epoch's batches, each before its own step
    accuracy         share of right answers in passing; empty where targets are not classes
    validation_…     the same after the epoch, on the examples kept apart; empty if there are none
    learning_rate    λ of the step to come
    best_epoch       after how many epochs the model had the weights it was left with
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
    stopped: str = ""

    def curves(self) -> dict[str, list[float]]:
        """The lists by name, in order: what a table of the training has for columns."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {name: numbers for name, numbers in values.items() if isinstance(numbers, list)}

    def plot(self, ax: Any = None) -> Any:
        """The curves of cost and accuracy: see `plot.history`."""
        return plot.history(self, ax)

    def __str__(self) -> str:
        """The last epoch in the language in use: `12 epochs, cost 0.05, accuracy 98%`."""
        count = len(self.loss)
        told = [say(fr="époque", en="epoch") if count == 1 else say(fr="époques", en="epochs")]
        told[0] = f"{count} {told[0]}"
        for values, word in (
            (self.loss, say(fr="coût", en="cost")),
            (self.accuracy, say(fr="exactitude", en="accuracy")),
            (self.validation_loss, say(fr="coût de validation", en="validation cost")),
            (
                self.validation_accuracy,
                say(fr="exactitude de validation", en="validation accuracy"),
            ),
        ):
            if values:
                share = values is self.accuracy or values is self.validation_accuracy
                told.append(f"{word} {percent(values[-1]) if share else number(values[-1])}")
        return ", ".join(told)

    __repr__ = __str__


class Divergence(ValueError):
    """The numbers left the finite: says the step, the first node that did, and what to try.

    step, epoch  when, counted from 1
    node         the first node that went wrong
    history      of the epochs before
    """

    step: int = 0
    epoch: int = 0
    node: Value | None = None
    history: History | None = None


# ── the training ─────────────────────────────────────────────────────────────────────────────────


def fit(
    model: Any,
    X: Any,
    y: Any,
    *,
    loss: str | losses.Loss = "squared_error",
    optimizer: str | optim.Optimizer = "adam",
    learning_rate: float | Callable[[int], float] | None = None,
    epochs: int = 100,
    batch_size: int | None = None,
    seed: int = 0,
    validation: float | tuple[Any, Any] | None = None,
    patience: int | None = None,
    keep: Literal["best", "last"] | None = None,
    clip: float | None = None,
    callbacks: Callable[..., Any] | Iterable[Callable[..., Any]] = (),
    checkpoint: str | os.PathLike[str] | None = None,
    resume: bool = False,
    progress: Any = True,
) -> History:
    """Train the model on the examples X and targets y; gives the history, epoch by epoch.

    X, y           one example and one target per entry; lists or NumPy arrays
    loss           a name of `losses.LOSSES`, or any loss(predictions, targets) → Value
    optimizer      a name of `optim.OPTIMIZERS`, or one of your own on the model's parameters
    learning_rate  λ, or a schedule of the step number; else what the optimiser has
    batch_size     examples per step, shuffled anew each epoch; None: all of them, in their order
    seed           of the shuffling and of the validation split: with those of the model and the
                   data it settles every digit
    validation     a share of the examples kept apart (0.2), or examples and targets (X, y)
    patience       stop after so many epochs without a better cost: of validation, else of training
    keep           weights left at the end: "best" or "last"; unless told the best if there is a
                   validation, if patience ran out or at Ctrl-C.  Without validation the best are
                   judged by the training cost, which with full batches is that of the weights
                   before the step
    clip           the largest length of the gradient (`optim.clip_gradients`)
    callbacks      called as callback(model, history) after each epoch; True stops
    checkpoint     a .json file in which the training is kept, about every second and at the end
                   however it comes; resume=True goes on from it, to the same digits
    progress       a bar on stderr where that is a terminal; or a rich Console to draw it on

    Raises Divergence (a ValueError), with the best weights restored, when a number leaves the
    finite or the cost grows a million-fold; ValueError or TypeError in one line for bad arguments.

    >>> from tinygrad_fr.nn.layers import MLP
    >>> model = MLP(2, [4, 1], activation="tanh", output="sigmoid", seed=2)
    >>> X, y = data.xor(4, noise=0)
    >>> fit(model, X, y, loss="bce", learning_rate=0.1, epochs=60, progress=False).accuracy[-1]
    1.0
    """
    for option, count in (("epochs", epochs), ("batch_size", batch_size), ("patience", patience)):
        _count(option, count, needed=option == "epochs")
    if keep not in (None, "best", "last"):
        _refuse(
            f"keep={keep!r} est inconnu ; choisissez « best », « last » ou None",
            f"keep={keep!r} is unknown; choose 'best', 'last' or None",
        )
    rows, targets = _examples(model, X, y, "X", "y")
    tests: tuple[list[Any], list[Any]] | None = None
    if isinstance(validation, tuple):
        if len(validation) != 2:
            _refuse_validation(validation)
        tests = _examples(model, *validation, "validation[0]", "validation[1]")
    elif validation is not None:
        if (
            isinstance(validation, bool)
            or not isinstance(validation, (int, float))
            or not 0 < validation < 1
        ):
            _refuse_validation(validation)
        (rows, targets), tests = data.split(rows, targets, validation, seed)
    run = _Run(model, rows, targets, tests, loss, optimizer, learning_rate, batch_size, seed, clip)
    run.patience, run.keep = patience, keep
    run.callbacks = [callbacks] if callable(callbacks) else list(callbacks)
    for callback in run.callbacks:
        if not callable(callback):
            _refuse_type(
                f"un callback est une fonction callback(model, history), reçu {callback!r}",
                f"a callback is a function callback(model, history), got {callback!r}",
            )
    if checkpoint is not None:
        run.file = _Checkpoint(checkpoint)
        if resume:
            run.file.read(run)
    elif resume:
        _refuse(
            "resume=True demande checkpoint=, le fichier d’où reprendre",
            "resume=True needs checkpoint=, the file to go on from",
        )
    return run.through(epochs, _Bar(progress))


class _Run:
    """One training: what it works on, and where it is."""

    def __init__(
        self,
        model: Any,
        X: list[Any],
        y: list[Any],
        tests: tuple[list[Any], list[Any]] | None,
        loss: str | losses.Loss,
        optimizer: str | optim.Optimizer,
        learning_rate: float | Callable[[int], float] | None,
        batch_size: int | None,
        seed: int,
        clip: float | None,
    ) -> None:
        self.model, self.X, self.y, self.tests = model, X, y, tests
        self.parameters: list[Value] = list(model.parameters())
        self.loss = _loss(loss)
        self.optimizer = _optimizer(optimizer, learning_rate, self.parameters)
        self.size = min(batch_size or len(X), len(X))
        self.seed, self.clip = seed, clip
        if isinstance(seed, bool) or not isinstance(seed, int):
            _refuse_type(f"seed est un entier, reçu {seed!r}", f"seed is an integer, got {seed!r}")
        if clip is not None and not 0 < clip < math.inf:
            _refuse(
                f"clip vaut {number(clip)} ; il faut clip > 0",
                f"clip is {number(clip)}; it must be > 0",
            )
        self.judge = _judge(self.loss, y, model)
        self.patience: int | None = None
        self.keep: str | None = None
        self.callbacks: list[Callable[..., Any]] = []
        self.file: _Checkpoint | None = None
        self.history = History()
        self.first = 0.0  # the cost of the first step
        self.best: tuple[float, int, list[Any]] = (math.inf, 0, self.numbers())

    def numbers(self) -> list[Any]:
        return [p.data for p in self.parameters]

    def put(self, numbers: list[Any]) -> None:
        for p, x in zip(self.parameters, numbers, strict=True):
            p.data = x

    # ── from the first epoch to the last ──

    def through(self, epochs: int, bar: _Bar) -> History:
        """All epochs, or as many as come; the model is left in the mode it was in."""
        model, history = self.model, self.history
        mode = getattr(model, "training", None)
        began = time.perf_counter() - history.seconds
        history.stopped = "patience" if self.tired() else ""
        bar.open(epochs)
        if self.file is not None:
            self.file.remember(self)
        try:
            while len(history.loss) < epochs and not history.stopped:
                self.epoch(bar)
                history.seconds = time.perf_counter() - began
                self.after_epoch()
            if self.file is not None:
                self.file.remember(self)
        except KeyboardInterrupt:
            history.stopped = "interrupted"
            for values in history.curves().values():
                del values[len(history.loss) :]  # `loss` is the last that an epoch adds to
        except Divergence as error:
            self.put(self.best[2])
            error.history = history
            raise
        finally:
            if isinstance(model, Module):
                model.train(bool(mode))
            bar.close()
            if self.file is not None:
                self.file.write()
        keep = self.keep
        if keep is None and (self.tests or history.stopped in ("patience", "interrupted")):
            keep = "best"
        if keep == "best":
            self.put(self.best[2])
        history.best_epoch = self.best[1] if keep == "best" else len(history.loss)
        bar.farewell(history)
        return history

    def epoch(self, bar: _Bar) -> None:
        """Every example once, batch by batch; then the examples kept apart."""
        history, size, X, y = self.history, self.size, self.X, self.y
        count, epoch = len(X), len(history.loss) + 1
        if isinstance(self.model, Module) and not self.model.training:
            self.model.train()
        before = self.numbers() if size == count else []
        if size < count:
            # a generator per epoch: whoever goes on from a checkpoint needs to know nothing else
            places = list(range(count))
            random.Random(f"{self.seed} {epoch}").shuffle(places)
            X, y = [X[i] for i in places], [y[i] for i in places]
        total, right, steps = 0.0, 0, history.steps
        for start in range(0, count, size):
            end = min(start + size, count)
            steps += 1
            L, correct = self.step(X[start:end], y[start:end], steps, epoch)
            total += L * (end - start)
            right += correct
            if bar.next < math.inf:
                bar.tell(epoch, end / count, L)
        cost = total / count
        judged, passed = (cost, 0) if self.tests is None else self.examine(steps, epoch)
        # From here on the epoch counts: nothing below can fail halfway.
        history.steps = steps
        history.learning_rate.append(self.optimizer.learning_rate)
        if self.judge is not None:
            history.accuracy.append(right / count)
        if self.tests is not None:
            history.validation_loss.append(judged)
            if self.judge is not None:
                history.validation_accuracy.append(passed / len(self.tests[0]))
        if judged < self.best[0]:
            early = self.tests is None and size == count
            self.best = (judged, epoch - 1, before) if early else (judged, epoch, self.numbers())
        self.optimizer.observe(judged)
        history.loss.append(cost)

    def after_epoch(self) -> None:
        """What may end the training; and what a checkpoint keeps."""
        history = self.history
        if self.tired():
            history.stopped = "patience"
        if self.file is not None:
            self.file.look(self)
        for callback in self.callbacks:
            if callback(self.model, history) is True:
                history.stopped = "callback"

    def tired(self) -> bool:
        """Whether the patience has run out."""
        seen = self.best[1] + (self.tests is None and self.size == len(self.X))
        return self.patience is not None and len(self.history.loss) - seen >= self.patience

    # ── one step ──

    def step(self, xs: list[Any], ys: list[Any], step: int, epoch: int) -> tuple[float, int]:
        """Forward, backward, one step downhill; gives the cost and how many answers were right.

        The garbage collector is paused: a graph has no cycles and is freed when the function
        returns, and the collector's search for cycles among thousands of live nodes would cost a
        fifth of the time.
        """
        collecting = gc.isenabled()
        gc.disable()
        try:
            predictions = list(map(self.model, xs))
            cost = self.loss(predictions, ys)
            if not isinstance(cost, Value):
                _refuse_cost(cost)
            L = float(cost.data)
            if step == 1:
                self.first = L
            if not math.isfinite(L) or abs(L) > EXPLODED * max(abs(self.first), 1.0):
                self.diverged(step, epoch, cost)
            optimizer = self.optimizer
            optimizer.zero_grad()
            cost.backward()
            slope = 0.0
            for p in optimizer.parameters:
                slope += p.grad
            if not math.isfinite(slope) and not all(
                math.isfinite(p.grad) for p in optimizer.parameters
            ):
                self.diverged(step, epoch, cost, backward=True)
            if self.clip is not None:
                optim.clip_gradients(optimizer.parameters, self.clip)
            optimizer.step()
            judge = self.judge
            return L, 0 if judge is None else sum(map(judge, predictions, ys))
        except (DomainError, OverflowError) as error:
            if step == 1:
                raise  # nothing has moved yet: the model or its data are at fault, as it says
            self.left_domain(step, epoch, error)
        finally:
            if collecting:
                gc.enable()

    def examine(self, step: int, epoch: int) -> tuple[float, int]:
        """The cost of the examples kept apart, in evaluation mode, and how many were right."""
        assert self.tests is not None
        collecting = gc.isenabled()
        gc.disable()
        try:
            if isinstance(self.model, Module):
                self.model.eval()
            predictions = list(map(self.model, self.tests[0]))
            L = float(self.loss(predictions, self.tests[1]).data)
            judge = self.judge
            return L, 0 if judge is None else sum(map(judge, predictions, self.tests[1]))
        except (DomainError, OverflowError) as error:
            self.left_domain(step, epoch, error)
        finally:
            if collecting:
                gc.enable()

    # ── when the numbers leave the finite ──

    def diverged(self, step: int, epoch: int, cost: Value, backward: bool = False) -> NoReturn:
        """Find the first node that went wrong, and raise Divergence with it."""
        nodes = order(cost)
        if backward:
            node = next((v for v in reversed(nodes) if not math.isfinite(v.grad)), cost)
            seen = say(
                fr=f"le gradient de {_describe(node)} vaut {number(node.grad)}",
                en=f"the gradient of {_describe(node)} is {number(node.grad)}",
            )
        elif math.isfinite(cost.data):
            limit = EXPLODED * max(abs(self.first), 1.0)
            node = next((v for v in nodes if abs(v.data) > limit), cost)
            seen = say(
                fr=f"le coût vaut {number(cost.data)}, {number(self.first)} au début ; le premier nœud "
                f"démesuré est {_describe(node)}",
                en=f"the cost is {number(cost.data)}, {number(self.first)} at the start; the first node "
                f"out of all proportion is {_describe(node)}",
            )
        else:
            node = next((v for v in nodes if not math.isfinite(v.data)), cost)
            seen = say(
                fr=f"le premier nœud qui n’est plus un nombre fini est {_describe(node)}",
                en=f"the first node that is no finite number any more is {_describe(node)}",
            )
        self.give_up(step, epoch, seen, node)

    def left_domain(self, step: int, epoch: int, error: Exception) -> NoReturn:
        self.give_up(step, epoch, str(error).rstrip("."), None)

    def give_up(self, step: int, epoch: int, seen: str, node: Value | None) -> NoReturn:
        rate = self.optimizer.learning_rate
        advice = [
            say(
                fr=f"un taux d’apprentissage plus petit (λ = {number(rate)} ; essayez {number(rate / 10)})",
                en=f"a smaller learning rate (λ = {number(rate)}; try {number(rate / 10)})",
            ),
            say(fr="un gradient borné (clip=1)", en="a bounded gradient (clip=1)"),
        ]
        if self.clip is not None:
            advice.pop()
        if step == 1:  # nothing has moved yet
            advice = [
                say(
                    fr='d’autres poids de départ (init="glorot")',
                    en='other weights to start from (init="glorot")',
                )
            ]
        largest = max((abs(float(a)) for x in self.X for a in _entries(x)), default=0.0)
        if largest > 10:
            advice.append(
                say(
                    fr=f"des entrées plus petites (elles vont jusqu’à {number(largest)} : divisez-les)",
                    en=f"smaller inputs (they go up to {number(largest)}: divide them)",
                )
            )
        error = Divergence(
            say(
                fr=f"l’apprentissage diverge au pas {step} (époque {epoch}) : {seen}. Les meilleurs poids "
                f"sont remis. Essayez {', ou '.join(advice)}",
                en=f"the training diverges at step {step} (epoch {epoch}): {seen}. The best weights "
                f"are restored. Try {', or '.join(advice)}",
            )
        )
        error.step, error.epoch, error.node = step, epoch, node
        raise error from None


def _describe(v: Value) -> str:
    """A node in words: its name, how it was made, its number, where: `z_1^[1] = w·x + b = ∞ (layer 1)`."""
    parts = [v.label] if v.label else []
    if isinstance(v.op, Op):
        made = v.op.spell("text", [name_of(u) for u in v.inputs]).text
        parts.append(made if len(made) <= 60 else f"{made[:57]}…")
    where = ", ".join(place_words(v.scope))
    return " = ".join([*parts, number(v.data)]) + (f" ({where})" if where else "")


# ── right or wrong ───────────────────────────────────────────────────────────────────────────────


def _judge(loss: losses.Loss, y: list[Any], model: Any) -> Judge | None:
    """How an answer is told right or wrong, from the cost and the targets; None if it cannot be.

    Several outputs: the largest is the class.  A single one is compared with ½ or 0: with ½ where
    it is a probability or the cost is a distance to 0 and 1, with 0 where it is a score.
    """
    if all(isinstance(t, (list, tuple)) and len(t) > 1 for t in y):
        if all(sorted(map(_plain, t)) == [0] * (len(t) - 1) + [1] for t in y):
            return _same_largest
        return None
    kinds = {_plain(t[0] if isinstance(t, (list, tuple)) else t) for t in y}
    if loss is losses.cross_entropy:
        return _largest_is
    if kinds <= {-1, 1} and (-1 in kinds or loss is losses.hinge):
        return _same_sign
    if not kinds <= {0, 1}:
        return None
    if loss is losses.bce_with_logits:
        return _same_side_of_zero
    layers = getattr(model, "layers", None)
    probable = isinstance(layers, list) and getattr(layers[-1], "activation", "") == "sigmoid"
    return _same_side_of_half if probable or loss in losses.LOSSES.values() else None


def _plain(t: Any) -> Any:
    return t.data if isinstance(t, Value) else t


def _only(p: Any) -> Any:
    """The number of a single output, or of its target."""
    if p.__class__ is Value:
        return p.data
    return _plain(p[0] if isinstance(p, (list, tuple)) else p)


def _place_of_largest(numbers: Sequence[Any]) -> int:
    plain = [_plain(u) for u in numbers]
    return plain.index(max(plain))


def _largest_is(p: Any, t: Any) -> bool:
    return bool(_place_of_largest(p) == _only(t))


def _same_largest(p: Any, t: Any) -> bool:
    return _place_of_largest(p) == _place_of_largest(t)


def _same_sign(p: Any, t: Any) -> bool:
    return bool((_only(p) > 0) == (_only(t) > 0))


def _same_side_of_half(p: Any, t: Any) -> bool:
    return bool((_only(p) > 0.5) == (_only(t) > 0.5))


def _same_side_of_zero(p: Any, t: Any) -> bool:
    return bool((_only(p) > 0) == (_only(t) > 0.5))


# ── a training in a file ─────────────────────────────────────────────────────────────────────────


class _Checkpoint:
    """The state after a whole epoch, in memory and in a file: whole or not at all.

    Taken every twentieth of a second, written every second, and so seldom that writing takes less
    than a thirtieth of the time.
    """

    FORM = "tinygrad_fr training 1"

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        if self.path.suffix.lower() != ".json":
            _refuse(f"{path} : nommez le checkpoint .json", f"{path}: name the checkpoint .json")
        if not self.path.parent.is_dir():
            _refuse(
                f"{path} : le dossier {self.path.parent} n’existe pas ; créez-le",
                f"{path}: the folder {self.path.parent} does not exist; make it",
            )
        self.state: dict[str, Any] | None = None
        self.curves: dict[str, list[float]] = {}
        self.same: dict[str, Any] = {}
        self.next_look = self.next_write = 0.0

    def look(self, run: _Run) -> None:
        """After an epoch: take the state, and write it, if it is time."""
        now = time.perf_counter()
        if now < self.next_look:
            return
        self.next_look = now + 0.05
        self.remember(run)
        if now >= self.next_write:
            self.write()
            end = time.perf_counter()
            self.next_write = end + max(1.0, 30 * (end - now))

    def remember(self, run: _Run) -> None:
        """Take the state of the run, whole: an interruption meets the one before or this one."""
        history = run.history
        self.curves = history.curves()  # they only grow: cut to this length when they are written
        self.state = {
            "form": self.FORM,
            "training": self.training(run),
            "parameters": run.numbers(),
            "optimizer": run.optimizer.state(),
            "best": list(run.best),
            "first": run.first,
            "chance": [[state[0], list(state[1]), state[2]] for state in _chance(run.model)],
            "epochs": len(history.loss),
            "steps": history.steps,
            "seconds": history.seconds,
        }

    def training(self, run: _Run) -> dict[str, Any]:
        """What must be the same for the rest to be: nothing that is left out changes a digit."""
        if not self.same:
            content = repr((run.X, run.y, run.tests)).encode()
            model = run.model
            self.same = {
                "model": model.architecture()
                if isinstance(model, Module)
                else type(model).__name__,
                "loss": getattr(run.loss, "__name__", type(run.loss).__name__),
                "batch_size": run.size,
                "seed": run.seed,
                "clip": run.clip,
                "data": zlib.crc32(content),
            }
        return self.same

    def write(self) -> None:
        """Write what is remembered, if it has not been written yet."""
        if self.state is not None:
            count = self.state["epochs"]
            curves = {name: values[:count] for name, values in self.curves.items()}
            content = {**self.state, "curves": curves}
            write_whole(self.path, json.dumps(content, ensure_ascii=False, indent=1))
            self.state = None

    def read(self, run: _Run) -> None:
        """Put the run where the file left off; ValueError, with nothing changed, if it does not fit."""
        try:
            found: Any = json.loads(self.path.read_bytes())
        except FileNotFoundError:
            raise FileNotFoundError(
                say(
                    fr=f"{self.path} : aucun fichier de ce nom ; pour commencer, ôtez resume=True",
                    en=f"{self.path}: there is no such file; to begin, leave out resume=True",
                )
            ) from None
        except (OSError, ValueError):
            found = None
        if not isinstance(found, dict) or found.get("form") != self.FORM:
            self.refuse("fichier tronqué ou étranger", "the file is truncated or foreign")
        expected = json.loads(json.dumps(self.training(run)))
        for name, value in expected.items():
            there = found.get("training", {}).get(name)
            if there != value:
                self.refuse(
                    f"un autre apprentissage, {name} : {there} dans le fichier, {value} ici",
                    f"another training, {name}: {there} in the file, {value} here",
                )
        try:
            numbers = [_finite(x) for x in found["parameters"]]
            cost, epoch, kept = found["best"]
            best = (float(cost), int(epoch), [_finite(x) for x in kept])
            history = History(steps=int(found["steps"]), seconds=float(found["seconds"]))
            for name, values in history.curves().items():
                values.extend(map(float, found["curves"][name]))
            chance = [(version, tuple(words), gauss) for version, words, gauss in found["chance"]]
            generators = list(_generators(run.model))
            fits = len(numbers) == len(kept) == len(run.parameters) and len(chance) == len(
                generators
            )
            for state in chance:
                random.Random().setstate(state)  # raises for a state that is none
            first = float(found["first"])
            if not fits:
                raise ValueError
        except (KeyError, TypeError, ValueError, OverflowError):
            self.refuse("fichier tronqué ou étranger", "the file is truncated or foreign")
        run.optimizer.load_state(found["optimizer"])  # refuses before it changes anything
        run.put(numbers)
        run.best, run.history, run.first = best, history, first
        for generator, state in zip(generators, chance, strict=True):
            generator.setstate(state)

    def refuse(self, fr: str, en: str) -> NoReturn:
        raise ValueError(
            say(
                fr=f"{self.path} : {fr}. Rien n’a changé ; donnez le fichier que checkpoint= a écrit "
                "pour le même apprentissage, ou ôtez resume=True",
                en=f"{self.path}: {en}. Nothing was changed; give the file that checkpoint= wrote "
                "for the same training, or leave out resume=True",
            )
        )


def _finite(x: Any) -> Any:
    if isinstance(x, bool) or not isinstance(x, (int, float)) or not math.isfinite(x):
        raise ValueError
    return x


def _generators(model: Any) -> Iterator[Any]:
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


def _chance(model: Any) -> list[Any]:
    return [generator.getstate() for generator in _generators(model)]


# ── a bar that shows the cost ────────────────────────────────────────────────────────────────────


class _Bar:
    """Drawn four times a second at most, from 0.2 s on; nothing where stderr is no terminal."""

    def __init__(self, progress: Any) -> None:
        self.wanted = progress
        self.epochs = 0
        self.bar: Any = None
        self.task: Any = None
        self.seen = (0, 0.0, math.nan)  # epoch, share of it, cost
        self.console: Any = None
        self.next = math.inf

    def open(self, epochs: int) -> None:
        self.epochs = epochs
        if self.wanted is False or self.wanted is None:
            return
        self.next = time.perf_counter() + 0.2

    def tell(self, epoch: int, share: float, cost: float) -> None:
        """After a step: such a share of the examples of this epoch was seen."""
        self.seen = epoch, share, cost
        if time.perf_counter() < self.next:
            return
        if self.bar is None:
            self.begin()
        if self.bar is not None:
            self.draw()
            self.next = time.perf_counter() + 0.25

    def draw(self) -> None:
        epoch, share, cost = self.seen
        told = say(
            fr=f"époque {epoch}/{self.epochs}, coût ", en=f"epoch {epoch}/{self.epochs}, cost "
        )
        self.bar.update(self.task, completed=epoch - 1 + share, told=told + number(cost))
        self.bar.refresh()

    def begin(self) -> None:
        with unmoved():
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self.console = self.wanted if isinstance(self.wanted, Console) else Console(stderr=True)
        if not (self.console.is_terminal or self.console.is_jupyter):
            self.console, self.next = None, math.inf
            return
        # drawn by hand, not by rich's own thread, which would draw ten times a second
        self.bar = Progress(
            BarColumn(),
            TextColumn("{task.fields[told]}"),
            TimeRemainingColumn(),
            console=self.console,
            auto_refresh=False,
        )
        self.task = self.bar.add_task("", total=self.epochs, told="")
        self.bar.start()

    def close(self) -> None:
        self.next = math.inf
        if self.bar is not None:
            self.draw()
            self.bar.stop()

    def farewell(self, history: History) -> None:
        """One line at the end, where there was a bar, and why it ended if it ended early."""
        if self.console is None:
            return
        why = {
            "": "",
            "patience": say(fr=" ; le coût ne baissait plus", en="; the cost had stopped falling"),
            "callback": say(fr=" ; un callback l’a arrêté", en="; a callback stopped it"),
            "interrupted": say(fr=" ; interrompu", en="; interrupted"),
        }[history.stopped]
        if history.best_epoch != len(history.loss):
            why += say(
                fr=f" ; poids gardés : ceux de l’époque {history.best_epoch}",
                en=f"; weights kept: those of epoch {history.best_epoch}",
            )
        self.console.print(f"{history}{why}", highlight=False, markup=False, soft_wrap=True)


# ── what is refused ──────────────────────────────────────────────────────────────────────────────


def _loss(loss: str | losses.Loss) -> losses.Loss:
    if isinstance(loss, str):
        return losses.loss(loss)
    if not callable(loss):
        _refuse_type(
            f"loss est un nom ou une fonction loss(predictions, targets), reçu {loss!r}",
            f"loss is a name or a function loss(predictions, targets), got {loss!r}",
        )
    return loss


def _optimizer(
    given: str | optim.Optimizer,
    learning_rate: float | Callable[[int], float] | None,
    parameters: list[Value],
) -> optim.Optimizer:
    if isinstance(given, str):
        return optim.optimizer(given, parameters, learning_rate)
    if not isinstance(given, optim.Optimizer):
        _refuse_type(
            f"optimizer est un nom ou un optimiseur, reçu {given!r} ; par exemple « adam » ou "
            "SGD(model.parameters(), 0.1)",
            f"optimizer is a name or an optimiser, got {given!r}; 'adam' or "
            "SGD(model.parameters(), 0.1) for example",
        )
    if learning_rate is not None:
        _refuse(
            f"learning_rate={learning_rate!r} et un optimiseur qui a déjà le sien ; donnez-le à l’optimiseur",
            f"learning_rate={learning_rate!r} and an optimiser that has its own; give it to the optimiser",
        )
    if not set(given.parameters) <= set(parameters):
        _refuse(
            "l’optimiseur a les paramètres d’un autre modèle ; faites-le avec model.parameters()",
            "the optimiser has the parameters of another model; make it with model.parameters()",
        )
    return given


def _examples(model: Any, X: Any, y: Any, x_name: str, y_name: str) -> tuple[list[Any], list[Any]]:
    """X and y as lists of the same length, rows of the width of the model, all numbers finite."""
    rows, targets = _list(X, x_name), _list(y, y_name)
    if len(rows) != len(targets) or not rows:
        _refuse(
            f"{x_name} a {len(rows)} exemples et {y_name} {len(targets)} cibles ; donnez-en autant des deux, "
            "au moins un",
            f"{x_name} has {len(rows)} examples and {y_name} {len(targets)} targets; give as many of both, "
            "at least one",
        )
    width = _width(model) or len(_entries(rows[0]))
    for name, entries, expected in (
        (x_name, rows, width),
        (y_name, targets, len(_entries(targets[0]))),
    ):
        for i, row in enumerate(entries, start=1):
            numbers = _entries(row)
            if len(numbers) != expected:
                _refuse(
                    f"{name} : l’exemple {i} a {len(numbers)} nombres au lieu de {expected}",
                    f"{name}: example {i} has {len(numbers)} numbers instead of {expected}",
                )
            for a in numbers:
                try:
                    finite = math.isfinite(_plain(a))
                except TypeError:
                    finite = False
                if not finite:
                    _refuse(
                        f"{name} : l’exemple {i} contient {a!r} ; il faut des nombres finis",
                        f"{name}: example {i} contains {a!r}; finite numbers are needed",
                    )
    return rows, targets


def _width(model: Any) -> int:
    """How many inputs the model has, 0 if it does not say."""
    part = model.layers[0] if isinstance(model, MLP) else model
    part = part.neurons[0] if isinstance(part, Layer) else part
    return len(part.w) if isinstance(part, Neuron) else 0


def _entries(row: Any) -> Sequence[Any]:
    return row if isinstance(row, (list, tuple)) else [row]


def _list(values: Any, name: str) -> list[Any]:
    if hasattr(values, "tolist"):
        values = values.tolist()
    if isinstance(values, (str, bytes, dict)) or not hasattr(values, "__iter__"):
        _refuse_type(
            f"{name} est une liste d’exemples, reçu {type(values).__name__}",
            f"{name} is a list of examples, got {type(values).__name__}",
        )
    return [row.tolist() if hasattr(row, "tolist") else row for row in values]


def _count(option: str, given: Any, needed: bool) -> None:
    if given is None and not needed:
        return
    if isinstance(given, bool) or not isinstance(given, int) or given < 1:
        _refuse(
            f"{option} vaut {given!r} ; il faut un entier d’au moins 1"
            + ("" if needed else ", ou None"),
            f"{option} is {given!r}; it must be an integer of at least 1"
            + ("" if needed else ", or None"),
        )


def _refuse_validation(given: Any) -> NoReturn:
    shown = repr(given) if len(repr(given)) < 40 else type(given).__name__
    _refuse(
        f"validation vaut {shown} ; donnez une part entre 0 et 1, ou un couple (X, y)",
        f"validation is {shown}; give a share between 0 and 1, or a pair (X, y)",
    )


def _refuse_cost(cost: Any) -> NoReturn:
    _refuse_type(
        f"loss(predictions, targets) doit rendre un Value, reçu {type(cost).__name__} : {cost!r}",
        f"loss(predictions, targets) must give a Value, got {type(cost).__name__}: {cost!r}",
    )


def _refuse(fr: str, en: str) -> NoReturn:
    raise ValueError(say(fr=fr, en=en)) from None


def _refuse_type(fr: str, en: str) -> NoReturn:
    raise TypeError(say(fr=fr, en=en)) from None
