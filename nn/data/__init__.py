"""Build a graph: what a network learns from: the contents.

X, y = moons(200, noise=0.1, seed=0)
X, y = read_csv("points.csv", target="label")
(X, y), (X_test, y_test) = split(X, y, 0.2, seed=0)
"""

from tinygrad_fr.nn.data.examples import Examples, Rows, Targets, split
from tinygrad_fr.nn.data.file import read_csv
from tinygrad_fr.nn.data.handwritten import digits
from tinygrad_fr.nn.data.points import (
    DATASETS,
    circles,
    clouds,
    dataset,
    moons,
    parabola,
    spirals,
    xor,
)

FLOORS = (
    ("examples",),
    ("points", "handwritten", "file"),
)

__all__ = [
    "DATASETS",
    "Examples",
    "Rows",
    "Targets",
    "circles",
    "clouds",
    "dataset",
    "digits",
    "moons",
    "parabola",
    "read_csv",
    "split",
    "spirals",
    "xor",
]
