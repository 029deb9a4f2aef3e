"""Then draw it: what a network has learnt and how it went, with matplotlib: the contents.

    ax = boundary(model, X, y)          # decision regions, and each hidden neuron's own line
    history(fit(…))                     # cost and accuracy, epoch by epoch
    save(ax, "boundary.png")

Every function draws on the `ax` it is given, or on a figure of its own, and gives the axes back.
"""

from tinygrad_fr.nn.arrays import outputs
from tinygrad_fr.nn.plot.boundary import boundary
from tinygrad_fr.nn.plot.curves import activation, history
from tinygrad_fr.nn.plot.figure import (
    BLUE,
    CLASSES,
    DARK,
    MARKERS,
    NEGATIVE,
    POSITIVE,
    RED,
    axes,
    captioned,
    save,
)
from tinygrad_fr.nn.plot.film import Film, animate
from tinygrad_fr.nn.plot.reel import KINDS as FILMS
from tinygrad_fr.nn.plot.regression import regression
from tinygrad_fr.nn.plot.saturation import saturation
from tinygrad_fr.nn.plot.scene import Frame
from tinygrad_fr.nn.plot.weights import weights

__all__ = [
    "BLUE",
    "CLASSES",
    "DARK",
    "FILMS",
    "MARKERS",
    "NEGATIVE",
    "POSITIVE",
    "RED",
    "Film",
    "Frame",
    "activation",
    "animate",
    "axes",
    "boundary",
    "captioned",
    "history",
    "outputs",
    "regression",
    "saturation",
    "save",
    "weights",
]

FLOORS = (
    ("figure", "reel"),
    ("boundary", "curves", "regression", "weights"),
    ("saturation", "scene"),
    ("film",),
)
