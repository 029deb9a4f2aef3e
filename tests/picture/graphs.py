"""The graphs that the tests of pictures draw, and how they read a view."""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.shared import named
from tinygrad_fr.engine import Value
from tinygrad_fr.nn.layers import MLP
from tinygrad_fr.ops import dot
from tinygrad_fr.picture.arrows import Edge
from tinygrad_fr.picture.draw import Picture, draw
from tinygrad_fr.picture.labels import Node
from tinygrad_fr.picture.view import View
from tinygrad_fr.places import scope

NASTY = [
    '<b>&"|{}\\N',
    "two\nlines",
    "",
    "été Ünïcödé",
    "q" * 500,
    "\\l\\n\\G",
    "x\x00y\x1b",
    "&amp;<br/>",
    "{a|b}",
    '"',
    "]]>",
    "<!--",
    "' onload=",
    "w_1^[2]",
    "\ud800",
]


def square() -> Value:
    w, x, y = named(w=1.0, x=2.0, y=4.0)
    cost = (w * x - y) ** 2
    cost.backward()
    return cost


def neuron(steps: bool = False) -> Value:
    """(σ(w₁x₁ + w₂x₂ + b) − y)², walked backward; with `steps`, e and L are named."""
    x1, x2, y = named(x1=1.5, x2=-0.5, y=1.0)
    with scope("neuron", 1):
        w1, w2, b = named(w1=0.5, w2=-0.3, b=0.1)
        z = w1 * x1 + w2 * x2 + b
        z.label = "z"
        a = z.sigmoid()
        a.label = "a"
    e = a - y
    cost = e**2
    if steps:
        e.label, cost.label = "e", "L"
    cost.backward()
    return cost


def network() -> Value:
    model = MLP(2, [3, 2], activation="sigmoid", output="sigmoid", seed=1)
    outputs = model(named(x_1=0.8, x_2=-1.2))
    cost = (outputs[0] - named(y_1=0.0)[0]) ** 2 + (outputs[1] - named(y_2=1.0)[0]) ** 2
    cost.backward()
    return cost


def mlp(*sizes: int, examples: int = 1) -> Value:
    """Σ (ŷ − y)² of an MLP of these sizes on random points, walked backward."""
    model = MLP(sizes[0], list(sizes[1:]), activation="sigmoid", output="sigmoid", seed=1)
    rng = random.Random(0)
    cost: Value = Value(0.0)
    for _ in range(examples):
        outputs = model([Value(rng.uniform(-1, 1), label=f"x_{i + 1}") for i in range(sizes[0])])
        for out in outputs if isinstance(outputs, list) else [outputs]:
            cost = cost + (out - Value(rng.random(), label="y")) ** 2
    cost.backward()
    return cost


def by_name(seen: View) -> dict[str, Node]:
    return {node.name: node for node in seen.nodes}


def arrows(seen: View) -> dict[tuple[str, str], list[Edge]]:
    names = {node.id: node.name for node in seen.nodes}
    found: dict[tuple[str, str], list[Edge]] = {}
    for edge in seen.edges:
        found.setdefault((names[edge.src], names[edge.dst]), []).append(edge)
    return found


def nasty() -> Value:
    v = Value(0.5, label=NASTY[0])
    for label in NASTY[1:]:
        v = v + Value(1.0, label=label)
        v.label = label[::-1]
    v.backward()
    return v


def wide() -> Value:
    z = dot(
        [Value(0.1 * i, label=f"w_{i}") for i in range(1, 41)],
        [Value(-1.0, label=f"x_{i}") for i in range(1, 41)],
    )
    cost = z.tanh()
    cost.backward()
    return cost


def long() -> Value:
    v = named(x=1.0)[0]
    for _ in range(3000):
        v = (v * 1.001).tanh()
    v.backward()
    return v


PICTURES: dict[str, Callable[[], Picture]] = {
    "square": lambda: draw(square()),
    "carré": lambda: draw(square(), lang="fr"),
    "neuron": lambda: draw(neuron()),
    "operations": lambda: draw(neuron(), level="operation", lang="fr"),
    "one box": lambda: draw(neuron(), level="neuron"),
    "network": lambda: draw(network(), lang="fr"),
    "neurons": lambda: draw(network(), level="neuron", lang="fr"),
    "layers": lambda: draw(network(), level="layer"),
    "opened": lambda: draw(network(), level="layer", open=["layer 2"]),
    "nasty": lambda: draw(nasty(), size="free"),
    "wide": lambda: draw(wide()),
    "long": lambda: draw(long()),
}
