"""Walk it backward: the course's linear model, autograd in the place of the derivative by hand.

One weight, ŷ = w·x, three examples, one update per example.  With e = xw − y the paper computes
(2x)·e and the graph (2e)·x: doubling a float is exact, so both round the same product, once.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

from tinygrad_fr.demos import Item, _figures, report, tell, worst
from tinygrad_fr.engine import Value
from tinygrad_fr.words import say

ITEMS, DATA = "C17, C18", [(1.0, 2.0), (2.0, 4.0), (3.0, 6.0)]


def title() -> str:
    return say(
        fr="Le modèle linéaire : une descente, à la main et sans les mains",
        en="The linear model: one descent, by hand and without",
    )


def cost(w: Any, x: Any, y: Any) -> Any:
    e = x * w - y
    return e * e


def by_hand(w: Any, x: Any, y: Any) -> Any:
    return 2 * x * (x * w - y)


def by_autograd(w: Any, x: Any, y: Any) -> Any:
    weight = Value(w)
    cost(weight, x, y).backward()
    return weight.grad


def descend(gradient: Callable[[Any, Any, Any], Any]) -> list[tuple[list[float], float, float]]:
    """100 epochs from w = 1, λ = 0.01: each one's gradients, w after it, the last one's cost."""
    w, history = 1.0, []
    for _ in range(100):
        gradients = []
        for x, y in DATA:
            gradients.append(gradient(w, x, y))
            w = w - 0.01 * gradients[-1]
        history.append((gradients, w, cost(w, *DATA[-1])))
    return history


def checks(out: Path) -> list[Item]:
    found, paper = descend(by_autograd), descend(by_hand)
    mean = lambda w: sum(cost(w, x, y) for x, y in DATA) / 3
    _figures.descent(mean, [1.0, *(w for _, w, _ in found)], out / "linear-descent.png")
    w, x, y = Value(1.0, label="w"), Value(2.0, label="x"), Value(4.0, label="y")
    L = cost(w, x, y)
    e = L.inputs[0]
    e.label, e.inputs[0].label = "e", "ŷ"
    _figures.graph(L, out / "linear-graph.svg")
    exact = [
        (sum(by_autograd(w, int(x), int(y)) for x, y in DATA) / 3, 28 * (w - 2) / 3)
        for w in map(Fraction, ("-1", "1/3", "1", "5/2"))
    ]
    digits = [
        p
        for f, h in zip(found, paper, strict=True)
        for p in zip([*f[0], *f[1:]], [*h[0], *h[1:]], strict=True)
    ]
    in_fractions = say(
        fr="L(w) = ⅓ Σ (wx − y)² : L′(w) = 28(w − 2)/3, en fractions",
        en="L(w) = ⅓ Σ (wx − y)²: L′(w) = 28(w − 2)/3, in fractions",
    )
    to_the_last_digit = say(
        fr="300 gradients, 100 poids, 100 coûts, au dernier chiffre",
        en="300 gradients, 100 weights, 100 costs, to the last digit",
    )
    return [
        Item("C17", in_fractions, worst(exact), 0, "linear-descent.png"),
        Item("C18", to_the_last_digit, worst(digits), 0, "linear-graph.svg"),
    ]


def main(out: Path) -> None:
    history = descend(by_autograd)
    print(say(fr="avant : prédiction pour x =", en="before: prediction for x ="), 4, 4 * 1.0)
    for epoch, (gradients, w, loss) in enumerate(history):
        for (x, y), gradient in zip(DATA, gradients, strict=True):
            print("\t", say(fr="gradient en (x, y) :", en="gradient at (x, y):"), x, y, gradient)
        print(say(fr="époque", en="epoch"), epoch, "w =", w, say(fr="coût =", en="cost ="), loss)
    end = history[-1][1]
    print(say(fr="après : prédiction pour x =", en="after: prediction for x ="), 4, 4 * end)
    report(checks(out), out)
    tell(
        fr="Personne n’a donné la formule 2x(xw − y) au graphe : il l’a retrouvée, au bit près.",
        en="Nobody gave the graph the formula 2x(xw − y): it found it by itself, to the last bit.",
    )


if __name__ == "__main__":
    main(Path("out"))
