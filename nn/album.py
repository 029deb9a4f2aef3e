"""Then draw it: the pictures of one training, each with the names of its data and how it learnt.

for name, axes in pictures(model, task, history, "adam, λ = 0.01, …"):
    save(axes, f"{name}.png")
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from tinygrad_fr.nn import plot
from tinygrad_fr.nn.history import History
from tinygrad_fr.nn.layers import MLP
from tinygrad_fr.nn.task import Task


def pictures(model: MLP, task: Task, history: History, caption: str) -> Iterator[tuple[str, Any]]:
    """The name of each picture, and its axes: the curves, the plane or the curve, the weights.

    The curves of a training without a whole epoch are left out, and so is the plane of what is not
    made of points of the plane in at most eight classes.
    """
    if history.loss:
        yield "curves", plot.captioned(history.plot(), caption)
    if _plane(task):
        drawn = plot.boundary(model, task.X, task.y, **_told(task))
        yield "boundary", plot.captioned(drawn, caption)
    elif _curve(task):
        drawn = plot.regression(model, task.X, task.y, **_told(task))
        yield "regression", plot.captioned(drawn, caption)
    yield "weights", plot.captioned(plot.weights(model, **_neurons(task)), caption)


def film(kept: plot.Film, task: Task, path: Path) -> Path:
    """The training as it went, a GIF or a page: the plane, the curve, else the weights."""
    if _plane(task):
        plot.animate(kept, task.X, task.y, path, **_told(task))
        return path
    if _curve(task):
        drawn = partial(plot.regression, **_told(task))
    else:
        drawn = partial(_weights, **_neurons(task))
    plot.animate(kept, task.X, task.y, path, plot.axes(8.0, 5.6, shown=False), picture=drawn)
    return path


def _plane(task: Task) -> bool:
    """Whether it can be seen in the plane: two inputs, at most eight classes."""
    return len(task.names) == 2 and 2 <= len(task.classes) <= len(plot.CLASSES)


def _curve(task: Task) -> bool:
    """Whether it can be seen as a curve: one input, a quantity."""
    return len(task.names) == 1 and not task.classes


def _told(task: Task) -> dict[str, Any]:
    """What a picture of the points says of them."""
    if _curve(task):
        return {"name": task.names[0], "target": task.target, "apart": task.tests}
    return {"names": task.names, "classes": task.classes, "apart": task.tests}


def _neurons(task: Task) -> dict[str, Any]:
    """What a picture of the network says of its inputs and outputs."""
    answers = task.classes if task.outputs > 1 else [task.target]
    return {"names": task.names, "answers": answers}


def _weights(model: Any, X: Any, y: Any, ax: Any, **told: Any) -> Any:
    """The weights, as a picture of a film."""
    return plot.weights(model, ax, **told)
