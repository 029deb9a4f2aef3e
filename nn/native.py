"""Downhill, compiled for the processor: the steps of an epoch in one call.

    native = Native(t, right, clip)       the arrays of `compiled`, and a compiled step
    native.epoch(t, tell)                 every batch; whoever listens hears of the steps afterwards

The weights lie in the compiled code's own buffer while it trains; the arrays stand beside it for
what it does not do: other examples, and the check that both agree.
"""

from __future__ import annotations

import math
from itertools import chain
from typing import Any

from tinygrad_fr.engine import Value
from tinygrad_fr.nn.accuracy import Judge
from tinygrad_fr.nn.compiled import CHECKED, CLOSE, Arrays
from tinygrad_fr.nn.divergence import limit
from tinygrad_fr.nn.traced import Unfit
from tinygrad_fr.nn.training import Listener, Step, Training
from tinygrad_fr.program.native.native import Native as Compiled
from tinygrad_fr.program.native.native import Unsuitable
from tinygrad_fr.refusals import refuse
from tinygrad_fr.words import number, say

AT_ONCE = 10_000_000  # parameters × examples of one call: about a tenth of a second at most


class Native(Arrays):
    """A training whose steps are compiled; raises Unfit where they cannot be."""

    def __init__(self, t: Training, right: Judge | None, clip: float | None) -> None:
        if clip is not None:
            raise Unfit(
                say(
                    fr="clip a besoin du gradient entier avant chaque pas",
                    en="clip needs the whole gradient before each step",
                )
            )
        super().__init__(t, right, clip)
        answers = self.traced.outputs if right is not None else ()
        try:
            self.native = Compiled(
                self.traced.program, t.optimizer, rows=t.batches.size, answers=answers
            )
        except Unsuitable as why:
            raise Unfit(str(why)) from None
        self.tables = (self.X.T.copy(), self.Y.T.copy())
        self.at_once = max(1, AT_ONCE // (len(t.parameters) * t.batches.size))
        self.places = self.native.places(t.parameters)
        self.compare()

    # ── where the numbers are ──

    def take(self) -> None:
        super().take()
        if hasattr(self, "native"):
            self.native.take()

    def weights(self) -> list[Any]:
        found: list[Any] = self.native.numbers[self.places].tolist()
        return found

    def settle(self) -> None:
        self.native.give_back()

    def mirrored(self) -> None:
        """The arrays, with the numbers of the compiled code."""
        for name in self.native.names:
            self.theta.views[name][...] = self.native.array(name)

    def examine(self, X: list[Any], y: list[Any]) -> tuple[float, int]:
        self.mirrored()
        return super().examine(X, y)

    # ── an epoch ──

    def epoch(self, t: Training, tell: Listener, plain: Step) -> None:
        """Every batch once; a step whose cost is no finite number, or far too large, is undone and
        made on the scalar engine, which says which node it was."""
        batches = list(t.batches.places(t.epoch))
        while batches:
            now = batches[: self.at_once]
            before, steps = self.native.kept(), t.optimizer.steps
            costs = self.trained(now)
            good = self.good(t, costs)
            self.told(t, tell, now[:good], costs)
            if good < len(now):
                self.native.put_back(before)
                t.optimizer.steps = steps
                if good:
                    self.trained(now[:good])
                t.step += 1
                self.replay(t, tell, now[good], plain)
                good += 1
            batches = batches[good:]

    def trained(self, batches: list[list[int]]) -> list[float]:
        """The steps, compiled; the cost before each."""
        order = list(chain.from_iterable(batches))
        costs: list[float] = self.native.train(self.tables, order, list(map(len, batches))).tolist()
        return costs

    def good(self, t: Training, costs: list[float]) -> int:
        """How many steps came to a cost that is a cost, and moved the weights to numbers."""
        most = limit(t.first if t.step else costs[0])
        for k, cost in enumerate(costs):
            if not math.isfinite(cost) or abs(cost) > most:
                return k
        if not self.native.finite():
            return len(costs) - 1
        return len(costs)

    def told(
        self, t: Training, tell: Listener, batches: list[list[int]], costs: list[float]
    ) -> None:
        """Each step, to whoever listens."""
        start = 0
        for places, cost in zip(batches, costs, strict=False):
            t.step += 1
            tell.forward(t, Value(cost))
            if self.judge is None:
                tell.stepped(t, places, places)
            else:
                rows = self.native.answered[start : start + len(places)]
                tell.stepped(t, rows.T, self.T.take(places, axis=1).T)
            start += len(places)

    # ── what is held against the arrays ──

    def compare(self) -> None:
        """The first step on the first examples, in arrays and compiled: cost and weights."""
        import numpy as np

        t = self.t
        places = next(t.batches.places(t.epoch))[:CHECKED]
        before, steps = self.native.kept(), t.optimizer.steps
        with np.errstate(all="ignore"):
            cost = float(self.filled(places).run())
            self.optimizer.step()
        wanted = self.theta.vector[self.where]
        found = float(self.native.again(self.tables, places, 1)[0])
        far = float(np.abs(self.native.numbers[self.places] - wanted).max(initial=0))
        size = max(1.0, float(np.abs(wanted).max(initial=0)))
        self.native.put_back(before)
        t.optimizer.steps = steps
        self.optimizer = self.flat(t.optimizer)
        self.mirrored()
        if not math.isfinite(cost):
            return  # the first step meets it too, and says so
        if far > CLOSE * size or abs(found - cost) > CLOSE * max(1.0, abs(cost)):
            refuse(
                fr=f"le code compilé et les tableaux ne s’accordent pas sur les {len(places)} "
                f"premiers exemples : coût {number(found)} au lieu de {number(cost)}, poids à "
                f'{number(far)} près. Prenez engine="numpy" ou "scalar"',
                en=f"the compiled code and the arrays do not agree on the first {len(places)} "
                f"examples: cost {number(found)} instead of {number(cost)}, weights off by "
                f'{number(far)}. Take engine="numpy" or "scalar"',
            )
