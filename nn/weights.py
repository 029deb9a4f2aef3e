"""Build a graph: the numbers a network starts from, drawn by rule and by seed.

An initialisation is a function (inputs, outputs of the layer, generator) → one weight.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

Seed = int | random.Random | None
Initialisation = Callable[[int, int, Any], float]


def uniform(nin: int, nout: int, draw: Any) -> float:
    """A weight drawn evenly between −1 and 1, whatever the size of the layer: micrograd's."""
    return draw.uniform(-1, 1)  # type: ignore[no-any-return]


def glorot(nin: int, nout: int, draw: Any) -> float:
    """A weight drawn evenly within ±√(6/(nin + nout)): for tanh and sigmoid.

    Glorot & Bengio 2010, "Understanding the difficulty of training deep feedforward neural
    networks", eq. 16: the variance 2/(nin + nout) keeps both passes at the same scale.
    """
    bound: float = (6 / (nin + nout)) ** 0.5
    return draw.uniform(-bound, bound)  # type: ignore[no-any-return]


def he(nin: int, nout: int, draw: Any) -> float:
    """A weight drawn from the normal law of standard deviation √(2/nin): for ReLU.

    He, Zhang, Ren & Sun 2015, "Delving deep into rectifiers", eq. 10: ReLU halves the variance,
    the factor 2 gives it back.
    """
    return draw.gauss(0, (2 / nin) ** 0.5)  # type: ignore[no-any-return]


INITIALISATIONS: dict[str, Initialisation] = {"uniform": uniform, "glorot": glorot, "he": he}


def generator(seed: Seed) -> Any:
    """Where random numbers come from: the module `random` itself, or a generator of one's own."""
    if seed is None:
        return random
    return seed if isinstance(seed, random.Random) else random.Random(seed)
