"""Build a graph of one example, and compile it: what a training is, as a program.

found = traced(t)
found.program            the cost of one example, its numbers and its target as columns of data
found.outputs            where its answers are: the name of a line, and a place in it
found.targets            the targets of all examples, a row each
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from tinygrad_fr import ops
from tinygrad_fr.engine import Value
from tinygrad_fr.nn import losses, optim
from tinygrad_fr.nn.checkpoint import generators
from tinygrad_fr.nn.frozen import Watch, ours, reads_numbers
from tinygrad_fr.nn.module import Module
from tinygrad_fr.nn.penalised import Penalised
from tinygrad_fr.nn.reduction import entries
from tinygrad_fr.nn.training import Training
from tinygrad_fr.program.program import Program
from tinygrad_fr.words import say

Numbers = Any  # an array


class Unfit(Exception):
    """Why a training stays on the scalar engine, in one line."""


class Traced(NamedTuple):
    """One example as a program: where its outputs are, and the targets of all as its data."""

    program: Program
    outputs: list[tuple[str, int]]
    targets: Any


# ── one example becomes a program ────────────────────────────────────────────────────────────────


def traced(t: Training) -> Traced:
    """The cost of the first example as a program, its numbers as columns; raises Unfit."""
    x, y, outputs, L = _example(t)
    try:
        program = Program(L, [x, y], t.parameters, kept=outputs)
    except (TypeError, ValueError, KeyError) as error:
        raise Unfit(str(error)) from None
    named = program.places
    if not all(any(name == line.name for line in program.lines) for name, _ in named):
        raise Unfit(
            say(
                fr="les sorties n’ont pas de ligne à elles",
                en="the outputs have no line of their own",
            )
        )
    return Traced(program, named, targets_of(t, t.batches.y, len(y)))


def reader(t: Training) -> str:
    """Who reads a number while the first example is answered and judged: "model.py, 12"; or whose
    code would.  "" where nobody does."""
    if ours(t.model) and known_cost(t):
        return ""
    with Watch() as watch:
        _example(t)
    would = isinstance(t.model, Module) and reads_numbers(t.model)
    return watch.found or (type(t.model).__name__ if would else "")


def _example(t: Training) -> tuple[list[Value], list[Value], Sequence[Any], Value]:
    """The leaves of the first example, its answers and its cost; raises Unfit."""
    x = _leaves("x", entries(t.batches.X[0]))
    answer = t.model(x if isinstance(t.batches.X[0], (list, tuple)) else x[0])
    outputs = answer if isinstance(answer, (list, tuple)) else [answer]
    if not all(isinstance(p, Value) and p.op is not None for p in outputs):
        raise Unfit(
            say(fr="le modèle ne renvoie pas de Value", en="the model does not return Values")
        )
    L, y = _cost(t, answer, outputs, t.batches.y[0])
    return x, y, outputs, L


def _cost(
    t: Training, answer: Any, outputs: Sequence[Any], target: Any
) -> tuple[Value, list[Value]]:
    """What the answer costs, and the targets in it as leaves; of a class, a 1 in its place."""
    inner = inner_cost(t)
    if inner is losses.cross_entropy:
        inner([answer], [target])  # refuses what it always refuses
        k = losses.class_of(target, len(outputs), 1)
        target = [float(j == k) for j in range(len(outputs))]
    if inner is losses.binary_cross_entropy and not all(p.op is ops.sigmoid for p in outputs):
        raise Unfit(
            say(
                fr="binary_cross_entropy demande ici une sortie sigmoid",
                en="binary_cross_entropy needs a sigmoid output here",
            )
        )
    y = _leaves("y", entries(target))
    return t.loss([answer], [y if isinstance(target, (list, tuple)) else y[0]]), y


def inner_cost(t: Training) -> Any:
    """The cost without its penalty."""
    return t.loss.cost if isinstance(t.loss, Penalised) else t.loss


def known_cost(t: Training) -> bool:
    """Whether the cost is one of this house, which is known to read no number."""
    return inner_cost(t) in losses.LOSSES.values()


def targets_of(t: Training, ys: list[Any], width: int) -> Numbers:
    """The targets as data, a row per example: of classes, a 1 in the place of each."""
    import numpy as np

    if inner_cost(t) is losses.cross_entropy:
        places = [losses.class_of(y, width, i) for i, y in enumerate(ys, start=1)]
        return np.eye(width)[places]
    if known_cost(t):
        t.loss([[0.5] * width for _ in ys], ys)  # refuses what it always refuses
    return np.array([entries(y) for y in ys], dtype=float)


def _leaves(letter: str, numbers: Sequence[Any]) -> list[Value]:
    return [Value(float(x), label=f"{letter}_{i}") for i, x in enumerate(numbers, start=1)]


def fits(t: Training) -> None:
    """Raise Unfit for what only the scalar engine can do."""
    if isinstance(t.model, Module) and any(generators(t.model)):
        raise Unfit(
            say(
                fr="dropout tire au sort à chaque exemple",
                en="dropout draws at random for each example",
            )
        )
    if type(t.optimizer) not in optim.OPTIMIZERS.values():
        raise Unfit(
            say(
                fr="l’optimiseur n’est pas de ceux de tinygrad_fr",
                en="the optimiser is not one of tinygrad_fr's",
            )
        )
    if {*t.optimizer.parameters} != {*t.parameters}:
        raise Unfit(
            say(
                fr="l’optimiseur ne déplace pas tous les paramètres",
                en="the optimiser does not move every parameter",
            )
        )
    rows = [*t.batches.X, *t.batches.y]
    if any(isinstance(a, Value) for row in rows for a in entries(row)) or not all(
        type(p.data) in (float, int) for p in t.parameters
    ):
        raise Unfit(
            say(
                fr="des nombres ne sont pas des float ordinaires",
                en="some numbers are not plain floats",
            )
        )
