"""Build a graph: the table of contents of what learns, `from tinygrad_fr.nn import MLP, losses`."""

from tinygrad_fr.nn import data, losses, optim, plot
from tinygrad_fr.nn.layers import MLP, Dropout, Layer, Neuron, load
from tinygrad_fr.nn.module import Module
from tinygrad_fr.nn.train import Divergence, History, fit

__all__ = [
    "MLP",
    "Divergence",
    "Dropout",
    "History",
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
    ("weights", "reduction", "summary", "saving"),
    ("module",),
    ("layers", "losses", "optim", "data"),
    ("arrays",),
    ("plot",),
    ("train",),
    ("run",),
)
