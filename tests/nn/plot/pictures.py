"""What the tests of the pictures share."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from tinygrad_fr.nn import MLP, plot


def drawn(ax: Any) -> None:
    """Have everything laid out and painted."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas: Any = FigureCanvasAgg(ax.figure)
    canvas.draw()


def a_line(w1: float, w2: float, b: float, output: str = "sigmoid") -> MLP:
    """One neuron that says 1 where w1·x1 + w2·x2 + b > 0."""
    model = MLP(2, [1], output=output, seed=0)
    for p, x in zip(model.parameters(), (w1, w2, b), strict=True):
        p.data = x
    return model


def a_history(**others: Any) -> Any:
    kept = {
        "loss": [1.0, 0.5, 0.25],
        "accuracy": [0.5, 0.75, 1.0],
        "validation_loss": [],
        "validation_accuracy": [],
    }
    return SimpleNamespace(**{**kept, **others})


def a_film(epochs: int, **options: int) -> tuple[plot.Film, MLP]:
    film, model = plot.Film(**options), MLP(2, [2, 1], activation="tanh", output="sigmoid", seed=0)
    told = a_history(loss=[])
    for epoch in range(epochs):
        model.parameters()[0].data = float(epoch)
        told.loss.append(1.0 / (epoch + 1))
        film(model, told)
    return film, model
