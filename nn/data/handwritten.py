"""Build a graph: pictures of handwritten digits, eight by eight, from scikit-learn."""

from __future__ import annotations

import importlib
import random

from tinygrad_fr.nn.data.examples import Examples, Rows, Targets
from tinygrad_fr.refusals import refuse, whole
from tinygrad_fr.unmoved import unmoved


def digits(n: int | None = None, seed: int = 0) -> Examples:
    """The handwritten digits of scikit-learn: 8 × 8 pictures and the digit that each shows.

    X: n × 64, row by row of the picture, from 0 (paper) to 1 (ink); y: 0 … 9.  n: so many, drawn
    without repetition; all 1797 unless told.  Raises ImportError if scikit-learn is not installed.
    """
    try:
        with unmoved():  # it brings rich along
            loaded = importlib.import_module("sklearn.datasets").load_digits()
    except ImportError:
        refuse(
            fr="digits() lit les chiffres de scikit-learn, qui n’est pas installé : "
            "« pip install scikit-learn », ou prenez une autre source, par exemple moons()",
            en="digits() reads the digits of scikit-learn, which is not installed: "
            "pip install scikit-learn, or take other data, moons() for example",
            kind=ImportError,
        )
    X: Rows = (loaded.data / 16).tolist()
    y: Targets = loaded.target.tolist()
    if n is not None:
        whole("n", n, 1, len(X))
        chosen = random.Random(seed).sample(range(len(X)), n)
        X, y = [X[i] for i in chosen], [y[i] for i in chosen]
    names = [f"pixel_{i},{j}" for i in range(1, 9) for j in range(1, 9)]
    return Examples(X, y, names, range(10))
