"""Build a graph, put it in order, walk it backward, one step downhill, and again: the loop.

    history = fit(model, X, y, loss="bce", optimizer="adam", epochs=200, batch_size=20)
    history.plot()

A step is what a bare loop does, in the same order, so the numbers are the same to the last digit:

    predictions = [model(x) for x in batch]        # the forward pass builds the graph
    L = loss(predictions, targets)
    optimizer.zero_grad()
    L.backward()
    optimizer.step()

Everything around it listens (`training` says to which moments): validation, early stopping, a bar
that shows the cost, checkpoints, and an end with its reason when the numbers leave the finite.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal

from tinygrad_fr.engine import Value
from tinygrad_fr.nn import engines, losses, optim
from tinygrad_fr.nn.accuracy import judge
from tinygrad_fr.nn.bar import Bar
from tinygrad_fr.nn.checkpoint import Checkpoint, signature
from tinygrad_fr.nn.divergence import Watch
from tinygrad_fr.nn.given import apart
from tinygrad_fr.nn.history import History, Interrupted
from tinygrad_fr.nn.listeners import (
    Best,
    Callback,
    Clip,
    Keep,
    Modes,
    Patience,
    Record,
    Schedules,
    Validation,
)
from tinygrad_fr.nn.training import Batches, Everyone, Listener, Training
from tinygrad_fr.ops import DomainError
from tinygrad_fr.refusals import known, positive, refuse, whole
from tinygrad_fr.rest import at_rest


def step(t: Training, tell: Listener, xs: list[Any], ys: list[Any]) -> None:
    """One step of the bare loop, and who hears of it."""
    predictions = list(map(t.model, xs))
    L = t.loss(predictions, ys)
    tell.forward(t, L)
    t.optimizer.zero_grad()
    L.backward()
    tell.backward(t, L)
    t.optimizer.step()
    tell.stepped(t, predictions, ys)


def epoch(t: Training, tell: Listener) -> None:
    """Every example once, batch by batch; then the epoch is judged, and counts."""
    tell.opens(t)
    resting = at_rest()
    try:
        if t.elsewhere:
            t.elsewhere.epoch(t, tell, step)
        else:
            for places in t.batches.places(t.epoch):
                t.step += 1
                with resting:
                    step(t, tell, *t.batches.at(places))
        tell.passed(t)
    except (DomainError, OverflowError) as error:
        tell.failed(t, error)
        raise
    tell.counted(t)


def through(t: Training, tell: Listener, epochs: int) -> History:
    """All epochs, or as many as come; Interrupted, with the best weights, at Ctrl-C."""
    tell.begins(t)
    try:
        try:
            for _ in range(len(t.history.loss), epochs):
                if t.history.stopped:
                    break
                epoch(t, tell)
        except KeyboardInterrupt:
            t.history.stopped = "interrupted"
        t.settle()
        tell.ends(t)
    finally:
        t.settle()
        tell.closes(t)
    if t.history.stopped == "interrupted":
        raise Interrupted(t.history)
    return t.history


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
    engine: Literal["auto", "scalar", "numpy", "native"] = "auto",
) -> History:
    """Train the model on the examples X and targets y; gives the history, epoch by epoch.

    X, y           one example and one target per entry; lists or NumPy arrays
    loss           a name of `losses.LOSSES`, or any loss(predictions, targets) → Value
    optimizer      a name of `optim.OPTIMIZERS`, or one of your own on the model's parameters
    learning_rate  λ, or a schedule of the step number; else what the optimiser has
    batch_size     examples per step, shuffled anew each epoch; None: all of them, in their order
    seed           of the shuffling and the validation split: with the model's, it settles all
    validation     a share of the examples kept apart (0.2), or examples and targets (X, y)
    patience       stop after so many epochs without a better cost: of validation, else of training
    keep           weights left at the end: "best" or "last"; unless told the best if there is a
                   validation, if patience ran out or at Ctrl-C.  Without validation the training
                   cost judges; with full batches it is that of the weights before the step
    clip           the largest length of the gradient (`optim.clip_gradients`)
    callbacks      called as callback(model, history) after each epoch; True stops
    checkpoint     a .json file in which the training is kept, about every second and at the end
                   however it comes; resume=True goes on from it, to the same digits
    progress       a bar on stderr where that is a terminal; or a rich Console to draw it on
    engine         "scalar", "numpy" (the same steps in arrays), "native" (compiled), or "auto": the
                   fastest there is from two seconds of work on; `history.engine` says which

    Raises Divergence (a ValueError), with the best weights restored, when a number leaves the
    finite or the cost grows a million-fold; at Ctrl-C Interrupted (a KeyboardInterrupt), with the
    weights that `keep` says and the history in it; ValueError or TypeError for bad arguments.

    >>> from tinygrad_fr.nn import MLP, data
    >>> model = MLP(2, [4, 1], activation="tanh", output="sigmoid", seed=2)
    >>> X, y = data.xor(4, noise=0)
    >>> fit(model, X, y, loss="bce", learning_rate=0.1, epochs=60, progress=False).accuracy[-1]
    1.0
    """
    _check(epochs, batch_size, patience, seed, keep, clip, engine)
    learnt, tests = apart(model, X, y, validation, seed)
    t = _training(model, loss, optimizer, learning_rate, learnt, batch_size, seed)
    kept = _checkpoint(t, checkpoint, resume, tests, clip)
    engines.chosen(t.history.engine if resume and engine == "auto" else engine, t, clip, epochs)
    bar = Bar(progress, epochs) if progress not in (None, False) else None
    listeners = _listeners(t, tests, clip, patience, keep, kept, callbacks, bar)
    return through(t, Everyone(listeners), epochs)


def _training(
    model: Any,
    loss: str | losses.Loss,
    optimizer: str | optim.Optimizer,
    learning_rate: float | Callable[[int], float] | None,
    learnt: tuple[Any, Any],
    batch_size: int | None,
    seed: int,
) -> Training:
    """The training before its first step: the model, its cost, its optimiser, its batches."""
    batches = Batches(*learnt, min(batch_size or len(learnt[0]), len(learnt[0])), seed)
    descent = _optimizer(optimizer, learning_rate, list(model.parameters()))
    return Training(model, _loss(loss), descent, batches)


def _listeners(
    t: Training,
    tests: Any,
    clip: float | None,
    patience: int | None,
    keep: Literal["best", "last"] | None,
    kept: Any,
    callbacks: Callable[..., Any] | Iterable[Callable[..., Any]],
    bar: Bar | None,
) -> Iterator[Any]:
    """Who listens to the loop, in the order in which a moment reaches them."""
    called, right = _callbacks(callbacks), judge(t.loss, t.batches.y, t.model)
    early = tests is None and t.batches.full
    everyone = [
        Watch(clip),
        Modes(),
        Record(right),
        Clip(clip) if clip is not None else None,
        Validation(tests, right) if tests is not None else None,
        Schedules(),
        Best(early),
        Patience(patience, early) if patience is not None else None,
        kept,
        *called,
        Keep(keep, validated=tests is not None),
        bar,
    ]
    return (one for one in everyone if one is not None)


# ── what is given ────────────────────────────────────────────────────────────────────────────────


def _check(
    epochs: Any, batch_size: Any, patience: Any, seed: Any, keep: Any, clip: Any, engine: Any
) -> None:
    """ValueError or TypeError for an option out of its range, before anything is read."""
    known("engine", engine, engines.ENGINES)
    whole("epochs", epochs, 1)
    for option, count in (("batch_size", batch_size), ("patience", patience)):
        if count is not None:
            whole(option, count, 1)
    if keep is not None:
        known("keep", keep, ("best", "last"))
    if clip is not None:
        positive("clip", clip)
    if isinstance(seed, bool) or not isinstance(seed, int):
        refuse(
            fr=f"seed doit être un entier, reçu {seed!r} ; 0 par exemple",
            en=f"seed must be an integer, got {seed!r}; 0 for example",
            kind=TypeError,
        )


def _loss(given: str | losses.Loss) -> losses.Loss:
    if isinstance(given, str):
        return losses.loss(given)
    if not callable(given):
        refuse(
            fr=f"loss doit être un nom ou une fonction loss(predictions, targets), reçu {given!r} "
            "; "
            "« mse » par exemple",
            en=f"loss must be a name or a function loss(predictions, targets), got {given!r}; "
            "'mse' for example",
            kind=TypeError,
        )
    return given


def _optimizer(
    given: str | optim.Optimizer,
    learning_rate: float | Callable[[int], float] | None,
    parameters: list[Value],
) -> optim.Optimizer:
    if isinstance(given, str):
        return optim.optimizer(given, parameters, learning_rate)
    if not isinstance(given, optim.Optimizer):
        refuse(
            fr=f"optimizer doit être un nom ou un optimiseur, reçu {given!r} ; par exemple « adam "
            "» ou "
            "SGD(model.parameters(), 0.1)",
            en=f"optimizer must be a name or an optimiser, got {given!r}; 'adam' or "
            "SGD(model.parameters(), 0.1) for example",
            kind=TypeError,
        )
    if learning_rate is not None:
        refuse(
            fr=f"learning_rate={learning_rate!r} et un optimiseur qui a déjà le sien ; "
            "donnez-le à l’optimiseur",
            en=f"learning_rate={learning_rate!r} and an optimiser that has its own; "
            "give it to the optimiser",
        )
    if not set(given.parameters) <= set(parameters):
        refuse(
            fr="l’optimiseur a les paramètres d’un autre modèle ; "
            "faites-le avec model.parameters()",
            en="the optimiser has the parameters of another model; make it with model.parameters()",
        )
    return given


def _callbacks(given: Callable[..., Any] | Iterable[Callable[..., Any]]) -> list[Callback]:
    called = [given] if callable(given) else list(given)
    for callback in called:
        if not callable(callback):
            refuse(
                fr="un callback doit être une fonction callback(model, history), reçu "
                f"{callback!r}",
                en=f"a callback must be a function callback(model, history), got {callback!r}",
                kind=TypeError,
            )
    return list(map(Callback, called))


def _checkpoint(
    t: Training, path: str | os.PathLike[str] | None, resume: bool, tests: Any, clip: float | None
) -> Checkpoint | None:
    """What keeps the training in a file, if one is given; with `resume` it is read from there."""
    if path is None:
        if resume:
            refuse(
                fr="resume=True demande checkpoint=, le fichier d’où reprendre",
                en="resume=True needs checkpoint=, the file to go on from",
            )
        return None
    kept = Checkpoint(path, signature(t, tests, clip))
    if resume:
        kept.read(t)
    return kept
