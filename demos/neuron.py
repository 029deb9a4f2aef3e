"""Build a graph: one neuron, y = f(w·x + b), drawn at three levels; its transfer functions."""

from __future__ import annotations

import math
from pathlib import Path

from tinygrad_fr.demos import Item, _figures, worst
from tinygrad_fr.draw import draw
from tinygrad_fr.engine import Value, scope
from tinygrad_fr.ops import relu, sigmoid
from tinygrad_fr.words import number, say

ITEMS = "C1, C2, C3"
GRID = [i / 20 for i in range(-120, 121)]
W, X, B = [0.5, -0.3], [1.5, -0.5], 0.1


def title() -> str:
    return say(fr="Un neurone, ReLU et sigmoïde", en="One neuron, ReLU and sigmoid")


def neuron(transfer: str = "sigmoid") -> tuple[Value, list[Value]]:
    """The squared error of one neuron on one example, and its weights, inputs, bias, target."""
    with scope("layer", 1), scope("neuron", 1):
        w = [Value(v, label=f"w_{i}") for i, v in enumerate(W, start=1)]
        b = Value(B, label="b")
    x = [Value(v, label=f"x_{i}") for i, v in enumerate(X, start=1)]
    y = Value(1.0, label="y")
    with scope("layer", 1), scope("neuron", 1):
        z = w[0] * x[0] + w[1] * x[1] + b
        z.label = "z"
        a = getattr(z, transfer)()
        a.label = "a"
    e = a - y
    e.label = "e"
    return e**2, [*w, *x, b, y]


def slopes(f: object) -> list[tuple[float, float, float]]:
    """(s, f(s), f′(s)) over the grid, f′ by autograd."""
    points = []
    for s in GRID:
        v = Value(s)
        out = f(v)  # type: ignore[operator]
        out.backward()
        points.append((s, out.data, v.grad))
    return points


def checks(out: Path) -> list[Item]:
    out.mkdir(parents=True, exist_ok=True)
    L, leaves = neuron()
    L.backward()
    for level in ("operation", "neuron", "layer"):
        draw(L, out / f"neuron-{level}.svg", level=level)
    z = sum(w * x for w, x in zip(W, X, strict=True)) + B
    a = 1 / (1 + math.exp(-z))
    delta = 2 * (a - 1) * a * (1 - a)  # by hand: ∂L/∂z = 2(a − y)·a(1 − a)
    hand = [delta * X[0], delta * X[1], delta * W[0], delta * W[1], delta, -2 * (a - 1)]
    curves = {"ReLU": slopes(relu), "σ": slopes(sigmoid)}
    _figures.functions([(n, *map(list, zip(*c, strict=True))) for n, c in curves.items()], out / "neuron-transfer.png")  # type: ignore[misc]
    kink = [(f, max(s, 0.0)) for s, f, _ in curves["ReLU"]] + [(d, float(s > 0)) for s, _, d in curves["ReLU"]]
    sigma = [p for s, f, d in curves["σ"] for p in ((f, 1 / (1 + math.exp(-s))), (d, math.exp(-s) / (1 + math.exp(-s)) ** 2))]
    return [
        Item("C1", say(fr="y = f(W·X) : 6 dérivées = le calcul à la main", en="y = f(W·X): 6 derivatives = the calculation by hand"), worst((v.grad, h) for v, h in zip(leaves, hand, strict=True)), 1e-15, "neuron-operation.svg"),
        Item("C2", say(fr="ReLU et sa pente, exactement 0 pour s ≤ 0", en="ReLU and its slope, exactly 0 for s ≤ 0"), worst(kink), 0, "neuron-transfer.png"),
        Item("C3", say(fr="σ et σ′ = e⁻ˢ/(1 + e⁻ˢ)², sur [−6, 6]", en="σ and σ′ = e⁻ˢ/(1 + e⁻ˢ)², on [−6, 6]"), worst(sigma), 1e-12, "neuron-transfer.png"),
    ]  # fmt: skip


def main(out: Path) -> None:
    for item in checks(out):
        print(item.number, item.checked, say(fr=": écart", en=": error"), number(item.error))
    print(say(
        fr="Le « gradient non évanescent » de ReLU vaut pour s > 0 ; pour s ≤ 0 la pente est 0 et le neurone n’apprend plus.",
        en="ReLU’s gradient does not vanish for s > 0; for s ≤ 0 the slope is 0 and the neuron no longer learns.",
    ))  # fmt: skip
    print(say(
        fr="Le biais est le poids d’une entrée constante 1 : ∂z/∂b = 1, comme ∂z/∂w = x.",
        en="The bias is the weight of a constant input 1: ∂z/∂b = 1, as ∂z/∂w = x.",
    ))  # fmt: skip
    print(say(fr=f"Images : {out}", en=f"Pictures: {out}"))


if __name__ == "__main__":
    main(Path("out"))
