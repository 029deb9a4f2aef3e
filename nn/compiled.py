"""Downhill, compiled: the steps of a training as array programs, found in one scalar example.

    arrays = Arrays(t, judge, clip)      the cost of the first example becomes a program
    arrays.epoch(t, tell, plain)         every batch once, in NumPy
    arrays.settle()                      the model has its numbers again

The weights lie in one vector while the arrays train.  What the arrays give is held against the
scalar engine on the first examples, and whatever is no finite number is done again there, so that
its error names the node.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

from tinygrad_fr.nn.accuracy import IN_ARRAYS, Judge, said
from tinygrad_fr.nn.divergence import limit
from tinygrad_fr.nn.reduction import entries
from tinygrad_fr.nn.traced import Unfit, fits, reader, targets_of, traced
from tinygrad_fr.nn.training import Listener, Step, Training
from tinygrad_fr.ops import DomainError
from tinygrad_fr.program.fast import Fast, Plan
from tinygrad_fr.program.moving import Moving
from tinygrad_fr.refusals import refuse
from tinygrad_fr.rest import at_rest
from tinygrad_fr.walk import chain_rule
from tinygrad_fr.words import number, say

if TYPE_CHECKING:
    Numbers = Any

CHECKED = 8  # examples on which the arrays are held against the scalar engine
LOOKED_AT = 4_000_000  # parameters × examples, about two seconds, where the code reads numbers
CLOSE = 1e-9  # how near they must be
# Steps are made as many at once as take a tenth of a second at most; a step costs as much as so
# many products of a parameter and an example, and those.
AT_ONCE, STEP = 500_000_000, 150_000


class Weights(Collection[Any]):
    """The numbers of all parameters at some time, copied as they lay; in their order when read."""

    def __init__(self, numbers: Numbers, where: Numbers) -> None:
        self.numbers, self.where = numbers, where

    def __iter__(self) -> Iterator[Any]:
        return iter(self.numbers[self.where].tolist())

    def __len__(self) -> int:
        return len(self.where)

    def __contains__(self, x: object) -> bool:
        return x in self.numbers


class Arrays:
    """The weights of a training in one vector, and a program for each size of a batch.

    wary    refuse a model or a cost whose code reads a number: an `if` on it would be frozen
    """

    def __init__(
        self, t: Training, judge: Judge | None, clip: float | None, wary: bool = False
    ) -> None:
        import numpy as np

        fits(t)
        self.reader = reader(t)
        if wary and self.reader:
            raise Unfit(say(fr=f"{self.reader} lit un nombre", en=f"{self.reader} reads a number"))
        self.t, self.judge, self.clip = t, judge, clip
        self.traced = traced(t)
        self.plan = Plan(self.traced.program)
        self.theta = self.plan.theta
        self.moving = Moving(t.optimizer, self.theta)
        place = {v: i for i, v in enumerate(self.theta.order)}
        if {*place} != {*t.parameters}:
            raise Unfit(
                say(
                    fr="le coût ne dépend pas de tous les paramètres",
                    en="the cost does not depend on every parameter",
                )
            )
        self.where = np.array([place[p] for p in t.parameters])
        self.moved = np.array([place[p] for p in t.optimizer.parameters])
        self.programs: dict[tuple[int, bool], Fast] = {}
        self.before: list[Numbers] = []
        self.examined: list[Any] | None = None  # the examples that were looked at last
        self.read_in()
        self.take()
        self.verify()

    def read_in(self) -> None:
        """The examples as arrays, a row each, and what is right of each."""
        import numpy as np

        b, t = self.t.batches, self.traced
        self.data = np.array([entries(x) for x in b.X], dtype=float), t.targets
        self.tables = self.plan.tables(self.data)
        self.truth, self.order = self.told(b.y), np.arange(len(b.X))
        steps = max(1, AT_ONCE // (STEP + len(self.t.parameters) * b.size))
        self.leaps = steps * b.size  # so many examples at once
        self.room = np.empty((len(t.outputs), min(self.leaps, len(b.X))))  # for their answers
        self.counted: dict[int, Numbers] = {}
        self.there = False  # all examples are in their places, for good

    # ── where the numbers are ──

    def take(self) -> None:
        self.theta.read()
        for name, values in self.t.optimizer.memory.items():
            self.moving.memory[name][self.moved] = values

    def weights(self) -> Weights:
        return Weights(self.theta.vector.copy(), self.where)

    def settle(self) -> None:
        self.theta.write()
        for name, values in self.moving.memory.items():
            self.t.optimizer.memory[name] = values[self.moved].tolist()

    def state(self) -> list[Numbers]:
        """The arrays that a step changes."""
        return [self.theta.vector, *self.moving.memory.values()]

    def keep(self) -> None:
        """Copy all that a step changes, to be put back; to the same place each time."""
        import numpy as np

        state = self.state()
        if len(self.before) != len(state):
            self.before = list(map(np.empty_like, state))
        for copy, array in zip(self.before, state, strict=True):
            np.copyto(copy, array)
        self.steps_before = self.t.optimizer.steps

    def put_back(self) -> None:
        for copy, array in zip(self.before, self.state(), strict=True):
            array[...] = copy
        self.t.optimizer.steps = self.steps_before

    def finite(self) -> bool:
        """Every parameter is a finite number, and so small that its square is one."""
        return math.isfinite(self.theta.vector.dot(self.theta.vector))

    # ── steps ──

    def epoch(self, t: Training, tell: Listener, plain: Step) -> None:
        """Every batch once; `plain` is a step on the scalar engine."""
        import numpy as np

        order = self.order
        if not t.batches.full:
            order = np.array(t.batches.order(t.epoch), dtype=np.int64)
        with np.errstate(all="ignore"):  # what is no finite number is looked at by `leap`
            for start in range(0, len(order), self.leaps):
                self.leap(t, tell, plain, order[start : start + self.leaps])

    def leap(self, t: Training, tell: Listener, plain: Step, order: Numbers) -> None:
        """The steps on these examples, all at once.

        Where a number is not finite, or a cost far too large, they are undone and made one by one;
        the one that fails, on the scalar engine, which says which node it was.
        """
        size = t.batches.size
        self.keep()
        counts = self.counts(len(order))
        costs = self.steps(order, counts)
        self.there = t.batches.full
        if self.good(costs):
            t.step += len(costs)
            tell.leapt(t, costs, counts, self.right(order))
            return
        self.put_back()
        if len(costs) == 1:
            t.step += 1
            self.replay(t, tell, order.tolist(), plain)
            return
        for start in range(0, len(order), size):
            self.leap(t, tell, plain, order[start : start + size])

    def good(self, costs: Numbers) -> bool:
        """Every cost is one, and so is every weight."""
        most = limit(self.t.first if self.t.step else costs[0])
        return bool(abs(costs).max() <= most) and self.finite()

    def counts(self, n: int) -> Numbers:
        """How many of n examples each step learns from."""
        import numpy as np

        size = self.t.batches.size
        if n not in self.counted:
            self.counted[n] = np.full(-(-n // size), size)
            self.counted[n][-1] = n % size or size
        return self.counted[n]

    def steps(self, order: Numbers, counts: Numbers) -> Numbers:
        """A step on each batch, of so many examples; the costs before each."""
        import numpy as np

        size = self.t.batches.size
        whole = len(order) // size * size
        self.answered = self.room[:, : len(order)]
        costs = self.walked(order[:whole], size, 0)
        costs += self.walked(order[whole:], len(order) - whole, whole)
        return np.array(costs)

    def walked(self, order: Numbers, m: int, first: int) -> list[float]:
        """A step on each m of these examples, whose answers are kept from the first place on."""
        if not len(order):
            return []
        fast, costs = self.program(m), []
        fetch, tables, run, down = fast.fetch, self.tables, fast.run, self.down
        answered, answers = self.answered[:, first:], self.answers(fast)
        if self.t.batches.full and len(answers) == 1:  # they are read where they lie
            [(_, self.answered)], answers = answers, []
        for start in range(0, len(order), m):
            if not self.there:
                fetch(tables, order[start : start + m])
            costs.append(run())
            for row, answer in answers:
                answered[row, start : start + m] = answer
            down()
        return costs

    def down(self) -> None:
        """The optimiser's step along the gradient that was found, made shorter where it must be.

        A length that is no finite number gives NaN, which is looked at after the steps.
        """
        if self.clip is not None:
            slopes = self.theta.slopes
            length = math.sqrt(slopes.dot(slopes))
            if length > self.clip:
                slopes *= self.clip / length + 0 * length  # 0·∞ is NaN
        descent = self.t.optimizer
        self.moving.step(descent.schedule(descent.steps), descent.steps)
        descent.steps += 1

    def program(self, m: int, slopes: bool = True) -> Fast:
        """The program for so many examples, made when it is first needed."""
        if (m, slopes) not in self.programs:
            kept = {name for name, _ in self.traced.outputs}
            self.programs[m, slopes] = Fast(self.plan, m, slopes, kept)
        return self.programs[m, slopes]

    def filled(self, places: list[int]) -> Fast:
        """The program for these examples, which are in it."""
        fast = self.program(len(places))
        fast.fetch(self.tables, places)
        return fast

    def answers(self, fast: Fast) -> list[tuple[Any, Numbers]]:
        """Where the outputs are after a run: a row each, or all of them where they lie together;
        none if they are not judged."""
        if self.judge is None:
            return []
        (first, _), *_ = outputs = self.traced.outputs
        rows = fast.space[first].reshape(-1, fast.m)
        if outputs == [(first, i) for i in range(len(rows))]:
            return [(slice(None), rows)]
        found = [(fast.space[name].reshape(-1, fast.m), i) for name, i in outputs]
        return [(k, rows[i]) for k, (rows, i) in enumerate(found)]

    def told(self, y: list[Any]) -> Numbers:
        """What is right for each of these targets."""
        import numpy as np

        if self.judge is None:
            return None
        T = np.array([entries(target) for target in y], dtype=float).T
        return IN_ARRAYS[self.judge].told(T)

    def right(self, order: Numbers) -> int:
        """How many answers were right, of those on the examples of the last steps."""
        if self.judge is None:
            return 0
        return IN_ARRAYS[self.judge].right(self.heard(), self.truth.take(order))

    def heard(self) -> Numbers:
        """What was said at the last steps, a number per example."""
        return said(self.answered)

    def replay(self, t: Training, tell: Listener, places: list[int], plain: Step) -> None:
        """The same step on the scalar engine, which says which node it was."""
        self.settle()
        with at_rest():
            plain(t, tell, *t.batches.at(places))
        self.take()

    # ── what is held against the scalar engine ──

    def first_examples(self) -> list[int]:
        return next(self.t.batches.places(self.t.epoch))[:CHECKED]

    def some_examples(self) -> list[int]:
        """The first ones; where a number is read many, from all over."""
        if not self.reader:
            return self.first_examples()
        everyone = len(self.t.batches.X)
        count = min(everyone, max(CHECKED, LOOKED_AT // len(self.t.parameters)))
        return [i * everyone // count for i in range(count)]

    def verify(self) -> None:
        """Some examples on both engines: cost and gradients, within CLOSE."""
        import numpy as np

        t = self.t
        places = self.some_examples()
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
                fr=f"les tableaux et le moteur scalaire ne s’accordent pas sur {len(places)} "
                f"exemples : coût {number(cost)} au lieu de {number(L.data)}, gradients à "
                f'{number(far)} près. Prenez engine="scalar" : un `if` du modèle ou du coût '
                "dépend sans doute des nombres",
                en=f"the arrays and the scalar engine do not agree on {len(places)} "
                f"examples: cost {number(cost)} instead of {number(L.data)}, gradients off by "
                f'{number(far)}. Take engine="scalar": an `if` of the model or the cost probably '
                "depends on the numbers",
            )

    def examine(self, X: list[Any], y: list[Any]) -> tuple[float, int]:
        """Cost and right answers on other examples, with the weights as they are now."""
        import numpy as np

        fast = self.program(len(X), slopes=False)
        if self.examined is not X:
            fast.data[0][...] = np.array([entries(x) for x in X], dtype=float).T
            fast.data[1][...] = targets_of(self.t, y, len(fast.data[1])).T
            self.examined, self.expected = X, self.told(y)
        with np.errstate(all="ignore"):
            cost = float(fast.run())
        if not math.isfinite(cost):
            self.settle()
            return float(self.t.loss(list(map(self.t.model, X)), y).data), 0
        if self.judge is None:
            return cost, 0
        answered = np.empty((len(self.traced.outputs), len(X)))
        for row, answer in self.answers(fast):
            answered[row] = answer
        return cost, IN_ARRAYS[self.judge].right(said(answered), self.expected)
