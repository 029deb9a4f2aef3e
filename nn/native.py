"""Downhill, compiled for the processor: the steps of an epoch in one call.

    native = Native(t, judge, clip)       the arrays of `compiled`, and a compiled step
    native.epoch(t, tell, plain)          every batch once

The weights lie in the compiled code's own buffer while it trains; the arrays stand beside it for
what it does not do: other examples, and the check that both agree.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from tinygrad_fr.nn.accuracy import Judge
from tinygrad_fr.nn.compiled import CLOSE, Arrays, Weights
from tinygrad_fr.nn.traced import Unfit
from tinygrad_fr.nn.training import Training
from tinygrad_fr.program.native.native import Native as Compiled
from tinygrad_fr.program.native.native import Unsuitable
from tinygrad_fr.refusals import refuse
from tinygrad_fr.words import number

if TYPE_CHECKING:
    Numbers = Any


class Native(Arrays):
    """A training whose steps are compiled; raises Unfit where they cannot be."""

    def __init__(
        self, t: Training, judge: Judge | None, clip: float | None, wary: bool = False
    ) -> None:
        super().__init__(t, judge, clip, wary)
        answers = self.traced.outputs if judge is not None else ()
        try:
            self.native = Compiled(
                self.traced.program, t.optimizer, rows=t.batches.size, answers=answers, clip=clip
            )
        except Unsuitable as why:
            raise Unfit(str(why)) from None
        self.places = self.native.places(t.parameters)
        self.compare()

    # ── where the numbers are ──

    def take(self) -> None:
        super().take()
        if hasattr(self, "native"):
            self.native.take()

    def weights(self) -> Weights:
        return Weights(self.native.numbers.copy(), self.places)

    def settle(self) -> None:
        self.native.give_back()

    def state(self) -> list[Numbers]:
        return self.native.state()

    def finite(self) -> bool:
        return self.native.finite()

    def mirrored(self) -> None:
        """The arrays, with the numbers of the compiled code."""
        for name in self.native.names:
            self.theta.views[name][...] = self.native.array(name)

    def examine(self, X: list[Any], y: list[Any]) -> tuple[float, int]:
        self.mirrored()
        return super().examine(X, y)

    # ── steps ──

    def steps(self, order: Numbers, counts: Numbers) -> Numbers:
        native = self.native
        return native.more(1) if self.there else native.train(self.data, order, counts)

    def heard(self) -> Numbers:
        return self.native.answered

    # ── what is held against the arrays ──

    def compare(self) -> None:
        """The first step on the first examples, in arrays and compiled: cost and weights."""
        import numpy as np

        t = self.t
        places = self.first_examples()
        self.keep()
        found = float(self.native.again(self.data, places, 1)[0])
        there = self.native.numbers[self.places]
        self.put_back()
        with np.errstate(all="ignore"):
            cost = float(self.filled(places).run())
            self.down()
        wanted = self.theta.vector[self.where]
        t.optimizer.steps -= 1
        super().take()
        far = float(np.abs(there - wanted).max(initial=0))
        size = max(1.0, float(np.abs(wanted).max(initial=0)))
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
