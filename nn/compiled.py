"""Downhill, compiled: the steps of a training as array programs, found in one scalar example.

    arrays = compiled(t, right)          the cost of the first example becomes a program
    arrays.step(t, tell, places)         one step on these examples, in NumPy
    arrays.settle()                      the model has its numbers again

The weights lie in one vector while the arrays train.  What the arrays give is held against the
scalar engine on the first examples, and whatever is no finite number is done again there, so that
its error names the node.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tinygrad_fr.engine import Value
from tinygrad_fr.nn import optim
from tinygrad_fr.nn.accuracy import Judge, right
from tinygrad_fr.nn.divergence import limit
from tinygrad_fr.nn.reduction import entries
from tinygrad_fr.nn.traced import Unfit, fits, targets_of, traced
from tinygrad_fr.nn.training import Listener, Step, Training
from tinygrad_fr.ops import DomainError
from tinygrad_fr.program.fast import Fast, Plan
from tinygrad_fr.refusals import refuse
from tinygrad_fr.rest import at_rest
from tinygrad_fr.walk import chain_rule
from tinygrad_fr.words import number, say

if TYPE_CHECKING:
    Numbers = Any

CHECKED = 8  # examples on which the arrays are held against the scalar engine
CLOSE = 1e-9  # how near they must be


class Arrays:
    """The weights of a training in one vector, and a program for each size of a batch."""

    def __init__(self, t: Training, right: Judge | None, clip: float | None) -> None:
        import numpy as np

        fits(t)
        self.t, self.judge, self.clip = t, right, clip
        self.traced = traced(t)
        self.plan = Plan(self.traced.program)
        self.theta = self.plan.theta
        place = {v: i for i, v in enumerate(self.theta.order)}
        if {*place} != {*t.parameters}:
            raise Unfit(
                say(
                    fr="le coût ne dépend pas de tous les paramètres",
                    en="the cost does not depend on every parameter",
                )
            )
        self.where = [place[p] for p in t.parameters]
        self.moved = [place[p] for p in t.optimizer.parameters]
        self.programs: dict[tuple[int, bool], Fast] = {}
        self.full: Fast | None = None  # the program that holds all examples
        self.X = np.array([entries(x) for x in t.batches.X], dtype=float).T.copy()
        self.Y = self.traced.targets.T.copy()
        self.T = np.array([entries(y) for y in t.batches.y], dtype=float).T.copy()
        self.take()
        self.verify()

    # ── where the numbers are ──

    def take(self) -> None:
        self.theta.read()
        self.optimizer = self.flat(self.t.optimizer)

    def weights(self) -> list[Any]:
        found: list[Any] = self.theta.vector[self.where].tolist()
        return found

    def settle(self) -> None:
        self.theta.write()
        theirs, ours = self.t.optimizer, self.optimizer
        theirs.steps = ours.steps
        for name, (values,) in ours.memory.items():
            if not isinstance(values, float):
                theirs.memory[name] = values[self.moved].tolist()

    def flat(self, optimizer: optim.Optimizer) -> Any:
        """The optimiser with one parameter, the vector of all: its formulas know no difference."""
        import numpy as np

        flat: Any = copy.copy(optimizer)
        flat.parameters = [_Vector(self.theta)]
        flat.memory = {}
        for name, values in optimizer.memory.items():
            found = np.empty(len(values))
            found[self.moved] = values
            flat.memory[name] = [found]
        return flat

    # ── a step ──

    def epoch(self, t: Training, tell: Listener, plain: Step) -> None:
        """Every batch once; `plain` is a step on the scalar engine."""
        import numpy as np

        with np.errstate(all="ignore"):  # what is no finite number is looked at by `step`
            for places in t.batches.places(t.epoch):
                t.step += 1
                self.step(t, tell, places, plain)

    def program(self, m: int, slopes: bool = True) -> Fast:
        """The program for so many examples, made when it is first needed."""
        if (m, slopes) not in self.programs:
            kept = {name for name, _ in self.traced.outputs}
            self.programs[m, slopes] = Fast(self.plan, m, slopes, kept)
        return self.programs[m, slopes]

    def filled(self, places: Sequence[int], slopes: bool = True) -> Fast:
        fast = self.program(len(places), slopes)
        if fast is not self.full:
            for place, table in zip(fast.data, (self.X, self.Y), strict=True):
                table.take(places, axis=1, out=place, mode="clip")
            if len(places) == self.X.shape[1] and self.t.batches.full:
                self.full = fast  # all examples, always: they stay there
        return fast

    def step(self, t: Training, tell: Listener, places: list[int], plain: Step) -> None:
        """One step on these examples: cost, gradients, θ; whoever listens hears of the cost."""
        fast, slopes = self.filled(places), self.theta.slopes
        cost = float(fast.run())
        length = math.sqrt(slopes.dot(slopes))
        wild = abs(cost) > limit(t.first if t.step > 1 else cost)
        if not math.isfinite(cost) or wild or not math.isfinite(length):
            self.replay(t, tell, places, plain)
            return
        tell.forward(t, Value(cost))
        if self.clip is not None and length > self.clip:
            slopes *= self.clip / length
        self.optimizer.step()
        t.optimizer.steps = self.optimizer.steps
        if self.judge is None:
            tell.stepped(t, places, places)
        else:
            T = self.T if fast is self.full else self.T.take(places, axis=1)
            tell.stepped(t, self.answers(fast), T.T)

    def answers(self, fast: Fast) -> Numbers:
        """The outputs, one row each."""
        import numpy as np

        (first, _), *_ = outputs = self.traced.outputs
        rows = fast.space[first].reshape(-1, fast.m)
        if outputs == [(first, i) for i in range(len(rows))]:  # one array, as it lies
            return rows
        return np.array([fast.space[name].reshape(-1, fast.m)[i] for name, i in outputs])

    def replay(self, t: Training, tell: Listener, places: list[int], plain: Step) -> None:
        """The same step on the scalar engine, which says which node it was."""
        self.settle()
        with at_rest():
            plain(t, tell, *t.batches.at(places))
        self.take()

    # ── what is held against the scalar engine ──

    def verify(self) -> None:
        """The first examples on both engines: cost and gradients, within CLOSE."""
        import numpy as np

        t = self.t
        places = next(t.batches.places(t.epoch))[:CHECKED]
        xs, ys = t.batches.at(places)
        try:
            L = t.loss(list(map(t.model, xs)), ys)
        except (DomainError, OverflowError):
            return  # the first step meets it too, and says so
        arrived = chain_rule(L)
        truth = np.array([float(arrived.get(p, 0.0)) for p in self.theta.order])
        with np.errstate(all="ignore"):
            cost = float(self.filled(places).run())
        far = float(np.abs(self.theta.slopes - truth).max(initial=0))
        size = max(1.0, float(np.abs(truth).max(initial=0)))
        if far > CLOSE * size or abs(cost - L.data) > CLOSE * max(1.0, abs(L.data)):
            refuse(
                fr=f"les tableaux et le moteur scalaire ne s’accordent pas sur les {len(places)} "
                f"premiers exemples : coût {number(cost)} au lieu de {number(L.data)}, gradients à "
                f'{number(far)} près. Prenez engine="scalar" : un `if` du modèle ou du coût '
                "dépend sans doute des nombres",
                en=f"the arrays and the scalar engine do not agree on the first {len(places)} "
                f"examples: cost {number(cost)} instead of {number(L.data)}, gradients off by "
                f'{number(far)}. Take engine="scalar": an `if` of the model or the cost probably '
                "depends on the numbers",
            )

    def examine(self, X: list[Any], y: list[Any]) -> tuple[float, int]:
        """Cost and right answers on other examples, with the weights as they are now."""
        import numpy as np

        fast = self.program(len(X), slopes=False)
        fast.data[0][...] = np.array([entries(x) for x in X], dtype=float).T
        fast.data[1][...] = targets_of(self.t, y, len(fast.data[1])).T
        with np.errstate(all="ignore"):
            cost = float(fast.run())
        if not math.isfinite(cost):
            self.settle()
            return float(self.t.loss(list(map(self.t.model, X)), y).data), 0
        if self.judge is None:
            return cost, 0
        T = np.array([entries(target) for target in y], dtype=float)
        return cost, right(self.judge, self.answers(fast), T)


class _Vector:
    """All parameters as one, for an optimiser: assigned anew, it keeps its place in memory."""

    __slots__ = ("theta",)

    def __init__(self, theta: Any) -> None:
        self.theta = theta

    @property
    def data(self) -> Any:
        return self.theta.vector

    @data.setter
    def data(self, x: Any) -> None:
        self.theta.vector[...] = x

    @property
    def grad(self) -> Any:
        return self.theta.slopes
