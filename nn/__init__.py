"""Build a graph: the table of contents of what learns, `from tinygrad_fr.nn import MLP, losses`."""

from tinygrad_fr.engine import Value as Value  # micrograd's clients look for it here
from tinygrad_fr.nn import data, losses, optim, plot
from tinygrad_fr.nn.divergence import Divergence
from tinygrad_fr.nn.fit import fit
from tinygrad_fr.nn.history import History, Interrupted
from tinygrad_fr.nn.layers import MLP, Dropout, Layer, Neuron, load
from tinygrad_fr.nn.module import Module

__all__ = [
    "MLP",
    "Divergence",
    "Dropout",
    "History",
    "Interrupted",
    "Layer",
    "Module",
    "Neuron",
    "data",
    "fit",
    "load",
    "losses",
    "optim",
    "plot",
]

FLOORS = (
    ("weights", "reduction", "summary", "saving", "example"),
    ("module",),
    ("layers", "losses", "optim", "data", "frozen"),
    ("arrays", "task", "penalised"),
    ("plot",),
    ("history", "accuracy", "given"),
    ("training", "described"),
    ("listeners", "divergence", "checkpoint", "bar"),
    ("traced",),
    ("compiled",),
    ("native",),
    ("engines",),
    ("fit", "folder", "album"),
    ("recipe",),
    ("run", "predict"),
    ("advice",),
)
