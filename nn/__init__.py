"""Build a graph: the table of contents of what learns, `from tinygrad_fr.nn import MLP, losses`."""

from tinygrad_fr.nn import losses, optim
from tinygrad_fr.nn.layers import MLP, Dropout, Layer, Module, Neuron, load

__all__ = ["MLP", "Dropout", "Layer", "Module", "Neuron", "load", "losses", "optim"]
