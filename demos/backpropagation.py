"""Walk it backward: the course's formulas for a 2-3-2 network, by hand beside autograd.

The recursion below is written as the course writes it, with its names: dLda[k] is ∂L/∂a_k^[l], and
every entry is compared with what the scalar graph gives by itself.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from tinygrad_fr.checking.check import check
from tinygrad_fr.demos import Item, report, tell, worst
from tinygrad_fr.engine import Value
from tinygrad_fr.nn import MLP, losses
from tinygrad_fr.picture.draw import draw
from tinygrad_fr.walk import order
from tinygrad_fr.words import number, say

ITEMS = "C8–C12"
X, Y = [[0.8, -1.2], [-0.4, 0.9], [1.5, 0.3]], [[0.0, 1.0], [1.0, 0.0], [0.5, 0.25]]
RATE = 0.5
Gradients = list[tuple[list[list[float]], list[float]]]


def title() -> str:
    return say(
        fr="Les formules de la rétropropagation, à la main et sur le graphe",
        en="The backpropagation formulas, by hand and on the graph",
    )


def network() -> Any:
    return MLP(2, [3, 2], activation="sigmoid", output="sigmoid", seed=3)


def forward(model: Any, x: list[float]) -> list[list[float]]:
    """a^[0] = x, a^[1], …, Ŷ, in plain arithmetic."""
    a = [x]
    for layer in model.layers:
        z = [
            sum(w.data * v for w, v in zip(n.w, a[-1], strict=True)) + n.b.data
            for n in layer.neurons
        ]
        a.append([1 / (1 + math.exp(-s)) for s in z])
    return a


def by_hand(model: Any, x: list[float], y: list[float]) -> tuple[Gradients, list[list[float]]]:
    """(∂L/∂w, ∂L/∂b) of every layer and ∂L/∂a of every layer, for one example, L = Σ (Ŷ − Y)²."""
    a = forward(model, x)
    dLda = [2 * (out - t) for out, t in zip(a[-1], y, strict=True)]  # C9: ∂L/∂Ŷ = 2(Ŷ − Y)
    gradients: Gradients = []
    upstream: list[list[float]] = [dLda]
    for l in range(len(model.layers), 0, -1):
        slope = [s * (1 - s) for s in a[l]]  # C9: σ′(z) = a(1 − a)
        dLdb = [g * s for g, s in zip(dLda, slope, strict=True)]  # C8, C10
        gradients.insert(0, ([[d * v for v in a[l - 1]] for d in dLdb], dLdb))
        weights = [n.w for n in model.layers[l - 1].neurons]
        dLda = [  # C11: the sum over j, one term per neuron that a_k feeds
            math.fsum(dLda[j] * weights[j][k].data * slope[j] for j in range(len(weights)))
            for k in range(len(a[l - 1]))
        ]
        upstream.insert(0, dLda)
    return gradients, upstream


def mean_by_hand(model: Any, xs: Any, ys: Any) -> Gradients:
    """C12: (1/N) Σᵢ ∂Lᵢ/∂w over the examples."""
    each = [by_hand(model, x, y)[0] for x, y in zip(xs, ys, strict=True)]
    n = len(each)
    return [
        (
            [
                [sum(row) / n for row in zip(*rows, strict=True)]
                for rows in zip(*(g[l][0] for g in each), strict=True)
            ],
            [sum(b) / n for b in zip(*(g[l][1] for g in each), strict=True)],
        )
        for l in range(len(each[0]))
    ]


def names(model: Any, l: int) -> list[str]:
    """The weights and biases of layer l, in the order of `pairs`."""
    return [v.label for neuron in model.layers[l].neurons for v in (*neuron.w, neuron.b)]


def pairs(model: Any, l: int, hand: Gradients) -> list[tuple[float, float]]:
    """(autograd, by hand) for every weight and bias of layer l, counted from 0."""
    dW, db = hand[l]
    out = []
    for neuron, row, b in zip(model.layers[l].neurons, dW, db, strict=True):
        out += [(w.grad, g) for w, g in zip(neuron.w, row, strict=True)] + [(neuron.b.grad, b)]
    return out


def compared(out: Path) -> dict[str, list[tuple[float, float]]]:
    """(autograd, by hand) for each item, on the first example; C12 on all of them, one step on."""
    model = network()
    x = [Value(v, label=f"x_{i}") for i, v in enumerate(X[0], start=1)]
    outputs = model(x)
    L = losses.squared_error([outputs], [Y[0]])
    L.backward()
    draw(L, out / "backpropagation.svg")
    hand, upstream = by_hand(model, X[0], Y[0])
    inner = {v.label: v for v in order(L)}
    slopes = [
        (inner[f"a_{k}^[2]"].partials[0], s * (1 - s))
        for k, s in enumerate(forward(model, X[0])[2], start=1)
    ]
    above = [(o.grad, g) for o, g in zip(outputs, upstream[2], strict=True)]
    below = [(inner[f"a_{k}^[1]"].grad, g) for k, g in enumerate(upstream[1], start=1)]
    below += [(v.grad, g) for v, g in zip(x, upstream[0], strict=True)]
    return {
        "C8": pairs(model, 1, hand),
        "C9": slopes + above,
        "C10": pairs(model, 0, hand),
        "C11": below,
        "C12": stepped(model),
    }


def stepped(model: Any) -> list[tuple[float, float]]:
    """w − λ·∂L/∂w of every parameter, with the judge's mean gradient and with ours."""
    report = check(
        model, X, Y, loss=losses.squared_error, hand=lambda xs, ys: mean_by_hand(model, xs, ys)
    )
    weights = dict(model.named_parameters())
    steps = []
    for entry in report.entries:
        w = weights[entry.name].data
        steps.append((w - RATE * float(entry.truth), w - RATE * float(entry.yours)))
    return steps if report.ok else [(math.nan, math.nan)]


def checks(out: Path) -> list[Item]:
    out.mkdir(parents=True, exist_ok=True)
    said = {
        "C8": say(
            fr="dernière couche : ∂L/∂w = ∂L/∂Ŷ·σ′(z)·a, 8 nombres",
            en="last layer: ∂L/∂w = ∂L/∂Ŷ·σ′(z)·a, 8 numbers",
        ),
        "C9": say(
            fr="σ′(z) = Ŷ(1 − Ŷ) et ∂L/∂Ŷ = 2(Ŷ − Y)",
            en="σ′(z) = Ŷ(1 − Ŷ) and ∂L/∂Ŷ = 2(Ŷ − Y)",
        ),
        "C10": say(
            fr="couche cachée : ∂L/∂w et ∂L/∂b, 9 nombres",
            en="hidden layer: ∂L/∂w and ∂L/∂b, 9 numbers",
        ),
        "C11": say(
            fr="∂L/∂a^[l] : la somme sur j, jusqu’à l’entrée",
            en="∂L/∂a^[l]: the sum over j, down to the input",
        ),
        "C12": say(
            fr="w − λ·(1/N) Σ ∂Lᵢ/∂w, 17 paramètres, contre 50 chiffres",
            en="w − λ·(1/N) Σ ∂Lᵢ/∂w, 17 parameters, against 50 digits",
        ),
    }
    found = compared(out)
    return [Item(n, said[n], worst(found[n]), 1e-14, "backpropagation.svg") for n in said]


def main(out: Path) -> None:
    model = network()
    hand, upstream = by_hand(model, X[0], Y[0])
    L = losses.squared_error([model(X[0])], [Y[0]])
    L.backward()
    tell(
        fr="Réseau 2-3-2, σ, L = Σ (Ŷ − Y)².  ∂L/∂a_1^[1], la somme sur j :",
        en="2-3-2 network, σ, L = Σ (Ŷ − Y)².  ∂L/∂a_1^[1], the sum over j:",
    )
    a = forward(model, X[0])
    terms = [
        upstream[2][j] * n.w[0].data * a[2][j] * (1 - a[2][j])
        for j, n in enumerate(model.layers[1].neurons)
    ]
    print("  " + " + ".join(map(number, terms)) + " = " + number(upstream[1][0]))
    for l in (1, 0):
        for name, (found, expected) in zip(names(model, l), pairs(model, l, hand), strict=True):
            print(
                f"  ∂L/∂{name:<10} autograd {number(found, 6):>12}   "
                f"{say(fr='à la main', en='by hand')} {number(expected, 6):>12}"
            )
    report(checks(out), out)
    tell(
        fr="Aucune formule n’a été écrite dans le moteur : elles sortent du graphe. "
        f"Images : {out}",
        en=f"No formula was written into the engine: they come out of the graph. Pictures: {out}",
    )


if __name__ == "__main__":
    main(Path("out"))
