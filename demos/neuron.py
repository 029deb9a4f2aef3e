"""Build a graph: one neuron, a = f(w·x + b), drawn at three levels; its transfer functions."""

from __future__ import annotations

import math
from pathlib import Path

from tinygrad_fr import Value, scope
from tinygrad_fr.demos import Item, _figures, report, tell, worst
from tinygrad_fr.ops import Op, relu, sigmoid
from tinygrad_fr.words import number, say

ITEMS = "C1, C2, C3"
X, Y, DEAD = (1.5, -0.5), 0.5, -2.0  # inputs, target, a bias that puts out the neuron


def title() -> str:
    return say(fr="Un neurone, ReLU et sigmoïde", en="One neuron, ReLU and sigmoid")


def neuron(f: Op, bias: float = 0.1, one: Value | None = None) -> tuple[Value, float, list[Value]]:
    """L = (f(z) − y)², the number z, and w₁, w₂, b: the bias, or the weight of the input `one`."""
    x, y = [Value(v, label=f"x_{i}") for i, v in enumerate(X, start=1)], Value(Y, label="y")
    with scope("layer", 1), scope("neuron", 1):
        w1, w2, b = Value(0.5, label="w_1"), Value(-0.3, label="w_2"), Value(bias, label="b")
        z = w1 * x[0] + w2 * x[1] + (b * one if one else b)
        a = f(z)
    e = a - y
    z.label, a.label, e.label = "z", "a", "e"
    return e**2, z.data, [w1, w2, b]


def by_hand(f: Op, z: float) -> list[float]:
    """∂L/∂w₁, ∂L/∂w₂, ∂L/∂b on paper: δx₁, δx₂, δ, with δ = ∂L/∂z = 2(a − y)·f′(z)."""
    a = f(z)
    delta = 2 * (a - Y) * (a * (1 - a) if f is sigmoid else float(z > 0))
    return [delta * X[0], delta * X[1], delta]


def transfer_functions() -> list[_figures.Curve]:
    kink = _figures.curve("ReLU", relu, lambda s: (s, 1.0) if s > 0 else (0.0, 0.0))
    bend = _figures.curve(
        "σ", sigmoid, lambda s: (1 / (1 + math.exp(-s)), math.exp(-s) / (1 + math.exp(-s)) ** 2)
    )
    return [kink, bend]


def checks(out: Path) -> list[Item]:
    pairs: list[tuple[float, float]] = []
    pictures: list[str] = []
    for f in (relu, sigmoid):
        for level in ("operation", "neuron", "layer"):
            L, z, weights = neuron(f)
            pictures.append(f"{f.name}-{level}.svg")
            _figures.graph(L, out / pictures[-1], level)
        pairs += zip((w.grad for w in weights), by_hand(f, z), strict=True)
    L, z, weights = neuron(sigmoid, one=Value(1.0, label="x_0"))
    pictures.append("neuron-bias.svg")
    _figures.graph(L, out / pictures[-1])
    pairs += zip((w.grad for w in weights), by_hand(sigmoid, z), strict=True)
    L, _, dead = neuron(relu, DEAD)
    _figures.graph(L, out / "neuron-dead.svg")
    kink, bend = transfer_functions()
    _figures.functions([kink, bend], out / "neuron-transfer.png")
    flat = [*kink.pairs(), *((w.grad, 0) for w in dead)]
    derived = say(
        fr="a = f(W·X + b) : ∂L/∂w, ∂L/∂b, à la main ; b est le poids d’une entrée 1",
        en="a = f(W·X + b): ∂L/∂w, ∂L/∂b, by hand; b is the weight of an input 1",
    )
    off = say(
        fr="ReLU et sa pente, exactement 0 pour s ≤ 0",
        en="ReLU and its slope, exactly 0 for s ≤ 0",
    )
    bent = say(
        fr="σ et σ′ = σ(1 − σ) = e⁻ˢ/(1 + e⁻ˢ)² sur [−6, 6]",
        en="σ and σ′ = σ(1 − σ) = e⁻ˢ/(1 + e⁻ˢ)² on [−6, 6]",
    )
    return [
        Item("C1", derived, worst(pairs), 1e-15, " ".join(pictures)),
        Item("C2", off, worst(flat), 0, "neuron-transfer.png neuron-dead.svg"),
        # y(1 − y) loses the digits of 1 − y: at s = 6 a rounding counts e⁶ ≈ 400 times
        Item("C3", bent, worst(bend.pairs()), 2e-13, "neuron-transfer.png"),
    ]


def main(out: Path) -> None:
    hand = say(fr="à la main", en="by hand")
    for curve in transfer_functions():
        for i in (80, 120, 160):  # s = −2, 0, 2
            s, f, slope, paper = (
                number(row[i]) for row in (curve.s, curve.f, curve.slope, curve.slope_by_hand)
            )
            found = f"{f'{curve.name}({s}) = {f}':16}{f'{curve.name}′ = {slope}':16}"
            print(f"  {found} {hand} {paper}")
    report(checks(out), out)
    z = number(neuron(relu, DEAD)[1])
    tell(
        fr=f"Pour s > 0 le gradient de ReLU ne s’évanouit pas. Ici b = {number(DEAD)}, "
        f"z = {z} : il vaut exactement 0, le neurone est éteint ; "
        "éteint pour tous les exemples, il est mort.",
        en=f"For s > 0 ReLU’s gradient does not vanish. Here b = {number(DEAD)}, z = {z}: "
        "it is exactly 0, the neuron is off; off for every example, it is dead.",
    )


if __name__ == "__main__":
    main(Path("out"))
