"""Build a graph: a cost, and beside it what large weights cost.

L = Penalised("bce", model.parameters(), l2=0.001)      L(predictions, targets) as any other cost
fit(model, X, y, loss=L)
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from tinygrad_fr.engine import Value
from tinygrad_fr.nn import losses
from tinygrad_fr.refusals import between


class Penalised:
    """cost + l2·Σθ² + l1·Σ|θ|, over all parameters, biases included.

    By hand, what is added to ∂cost/∂θ is 2·l2·θ + l1·sign(θ), and 0 for |θ| at θ = 0.
    """

    def __init__(
        self,
        cost: str | losses.Loss,
        parameters: Iterable[Value],
        l2: float = 0.0,
        l1: float = 0.0,
    ) -> None:
        self.cost = losses.loss(cost) if isinstance(cost, str) else cost
        self.parameters = list(parameters)
        self.l2, self.l1 = between("l2", l2, 0, math.inf), between("l1", l1, 0, math.inf)
        name = getattr(self.cost, "__name__", "cost")
        self.__name__ = f"{name} + {l2!r}·Σθ² + {l1!r}·Σ|θ|"  # a checkpoint knows it by its name

    def __call__(self, predictions: Any, targets: Any) -> Value:
        L = self.cost(predictions, targets)
        if self.l2:
            L = L + losses.l2_penalty(self.parameters, self.l2)
        if self.l1:
            L = L + losses.l1_penalty(self.parameters, self.l1)
        return L
