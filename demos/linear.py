"""Walk it backward: the course's linear model, autograd in the place of the derivative by hand.

One weight, ŷ = w·x, three examples, one update per example.  The course derives 2x(xw − y) on
paper; here nobody does, and all numbers come out equal to the last digit.
"""

from __future__ import annotations

from pathlib import Path

from tinygrad_fr.demos import Item, _figures, worst
from tinygrad_fr.draw import draw
from tinygrad_fr.engine import Value
from tinygrad_fr.words import say

ITEMS = "C17, C18"
X, Y = [1.0, 2.0, 3.0], [2.0, 4.0, 6.0]
RATE, EPOCHS = 0.01, 100


def title() -> str:
    return say(fr="Le modèle linéaire : une descente, à la main et sans les mains", en="The linear model: one descent, by hand and without")


def cost(w: Value, x: float, y: float) -> Value:
    e = x * w - y
    return e * e


def descend() -> list[tuple[list[float], float, float]]:
    """Every epoch as (its three gradients, w after it, the cost of the last example)."""
    w = Value(1.0, label="w")
    history = []
    for _ in range(EPOCHS):
        gradients = []
        for x, y in zip(X, Y, strict=True):
            w.grad = 0
            cost(w, x, y).backward()
            gradients.append(w.grad)
            w = Value(w.data - RATE * w.grad, label="w")
        history.append((gradients, w.data, cost(w, X[-1], Y[-1]).data))
    return history


def by_hand() -> list[tuple[list[float], float, float]]:
    """The same with the derivative worked out on paper: 2x(xw − y)."""
    w, history = 1.0, []
    for _ in range(EPOCHS):
        gradients = []
        for x, y in zip(X, Y, strict=True):
            gradients.append(2 * x * (x * w - y))
            w = w - RATE * gradients[-1]
        history.append((gradients, w, (X[-1] * w - Y[-1]) * (X[-1] * w - Y[-1])))
    return history


def checks(out: Path) -> list[Item]:
    out.mkdir(parents=True, exist_ok=True)
    found, paper = descend(), by_hand()
    ws = [1.0, *(w for _, w, _ in found)]
    mean = lambda w: sum((w * x - y) ** 2 for x, y in zip(X, Y, strict=True)) / 3  # noqa: E731
    _figures.descent(mean, ws, out / "linear-descent.png")
    w = Value(1.0, label="w")
    x, y = Value(2.0, label="x"), Value(4.0, label="y")
    e = w * x - y
    e.label = "e"
    L = e * e
    L.backward()
    draw(L, out / "linear-graph.svg")
    slopes = [(a, b) for f, p in zip(found, paper, strict=True) for a, b in zip(f[0], p[0], strict=True)]
    return [
        Item("C17", say(fr="ŷ = w·x : dL/dw sur le graphe = 2x(xw − y)", en="ŷ = w·x: dL/dw on the graph = 2x(xw − y)"), worst(slopes), 0, "linear-graph.svg"),
        Item("C18", say(fr="300 gradients, 100 coûts, au dernier chiffre", en="300 gradients, 100 costs, to the last digit"), worst([p for f, h in zip(found, paper, strict=True) for p in ((f[1], h[1]), (f[2], h[2]))]), 0, "linear-descent.png"),
    ]  # fmt: skip


def main(out: Path) -> None:
    history = descend()
    print(say(fr="avant : prédiction pour x =", en="before: prediction for x ="), 4, 4 * 1.0)
    for epoch, (gradients, w, loss) in enumerate(history):
        for x, y, g in zip(X, Y, gradients, strict=True):
            print("\t", say(fr="gradient en (x, y) :", en="gradient at (x, y):"), x, y, g)
        print(say(fr="époque", en="epoch"), epoch, "w =", w, say(fr="coût =", en="cost ="), loss)
    print(say(fr="après : prédiction pour x =", en="after: prediction for x ="), 4, 4 * history[-1][1])
    _, exact = checks(out)
    print(say(fr=f"Écart avec le calcul à la main, sur 300 gradients et 100 coûts : {exact.error!r}.", en=f"Difference from the derivation by hand, over 300 gradients and 100 costs: {exact.error!r}."))
    print(say(fr=f"Images : {out}", en=f"Pictures: {out}"))


if __name__ == "__main__":
    main(Path("out"))
