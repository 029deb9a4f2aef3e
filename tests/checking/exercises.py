"""The exercises on which each mistake was worked out by hand once, with their true gradients.

linear      ŷ = w₁x₁ + w₂x₂ + b, L = ⅓ Σ e²; x = (1, 2), (3, −1), (−2, 1); y = 1, 2, −1
            w = (½, −1), b = ¼: e = (−9/4, ¾, −¾), L = 33/16
absolute    the same neuron under L = ⅓ Σ |e|
sigma       L = (σ(w·2 + b) − ⅛)², w = ln 3, b = −ln 3: z = ln 3, a = ¾, e = ⅝, ∂L/∂a = 5/4
tanh        L = (tanh(w·2 + b) − ⅛)², w = ½ ln 3 = −b: z = ½ ln 3, a = ½, e = ⅜, ∂L/∂a = ¾
net         2-2-2, leaky ReLU of slope ¼ in both layers, L = Σ e², one example x = (2, −3):
            W¹ = (2 ½; ½ 3/2), b¹ = (½, −½): z¹ = (3, −4), a¹ = (3, −1), f′ = (1, ¼)
            W² = (½ −2; −3/2 2), b² = (½, ½): z² = (4, −6), a² = (4, −3/2), f′ = (1, ¼)
            t = (3/2, ½): e = (5/2, −2), ∂L/∂a² = (5, −4), δ² = (5, −1)
            W²ᵀδ² = (½·5 + 3/2, −2·5 − 2) = (4, −12), δ¹ = (4, −3)
relu        1-4-1, hidden ReLU, L = e², x = 2: w = (3/2, 3, −½, −2), b = (−1, ½, ¼, ½):
            z = (2, 13/2, −¾, −7/2); v = (2, −½, 3/2, −3), c = ¼: ŷ = 1, y = −½, ∂L/∂ŷ = 3,
            v·3 = (6, −3/2, 9/2, −9), δ = (6, −3/2, 0, 0)
softmax     L = −ln p₁ of the scores (ln 3, ln 2, 0): p = (½, ⅓, ⅙)
labels      L = Σ cross-entropy of σ(w·x + b) and t, w = b = ln 2: x = 1, −2, −3, t = 1, 0, 0:
            a = (4/5, ⅓, ⅕), a − t = (−⅕, ⅓, ⅕)
twice       b = a + a, c = b·b at a = 3
cube        (2x + 1)³ at x = 3/2
depths      u = x², L = u + u·x at x = 3
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction as F
from typing import Any

from tinygrad_fr.checking.structure import Scene, Structure
from tinygrad_fr.checking.world import World
from tinygrad_fr.engine import Value
from tinygrad_fr.ops import (
    bce_with_logits,
    cross_entropy,
    dot,
    leaky_relu,
    relu,
    sigmoid,
    tanh,
)

Numbers = tuple[Any, ...]

DATA = (((F(1), F(2)), F(1)), ((F(3), F(-1)), F(2)), ((F(-2), F(1)), F(-1)))


def leaf(x: Any, label: str) -> Value:
    return Value(x, label=label)


def _three_errors() -> tuple[list[Value], list[Value]]:
    w, b = [leaf(F(1, 2), "w_1"), leaf(F(-1), "w_2")], leaf(F(1, 4), "b")
    return [w[0] * x[0] + w[1] * x[1] + b - y for x, y in DATA], [*w, b]


def linear() -> Scene:
    (e1, e2, e3), parameters = _three_errors()
    return Structure.of((e1**2 + e2**2 + e3**2) * F(1, 3), parameters).at(rate=F(1, 10))


def absolute() -> Scene:
    (e1, e2, e3), parameters = _three_errors()
    return Structure.of((abs(e1) + abs(e2) + abs(e3)) * F(1, 3), parameters).at()


def _one_neuron(f: Callable[[Value], Value], z: float) -> Scene:
    w, b = leaf(z, "w"), leaf(-z, "b")
    return Structure.of((f(w * 2.0 + b) - 0.125) ** 2, [w, b]).at()


def net() -> Scene:
    numbers = [
        ([[F(2), F(1, 2)], [F(1, 2), F(3, 2)]], [F(1, 2), F(-1, 2)]),
        ([[F(1, 2), F(-2)], [F(-3, 2), F(2)]], [F(1, 2), F(1, 2)]),
    ]
    a: Sequence[Any] = [F(2), F(-3)]
    parameters: list[Value] = []
    for layer, (rows, biases) in enumerate(numbers, start=1):
        W = [
            [leaf(x, f"w_{k},{i}^[{layer}]") for i, x in enumerate(row, start=1)]
            for k, row in enumerate(rows, start=1)
        ]
        b = [leaf(x, f"b_{k}^[{layer}]") for k, x in enumerate(biases, start=1)]
        a = [leaky_relu(dot(w, a) + c, F(1, 4)) for w, c in zip(W, b, strict=True)]
        parameters += [*W[0], *W[1], *b]
    L = (a[0] - F(3, 2)) ** 2 + (a[1] - F(1, 2)) ** 2
    return Structure.of(L, parameters).at(rate=F(1, 2))


def hidden_relu() -> Scene:
    w = [leaf(x, f"w_{k}") for k, x in enumerate((F(3, 2), F(3), F(-1, 2), F(-2)), start=1)]
    b = [leaf(x, f"b_{k}") for k, x in enumerate((F(-1), F(1, 2), F(1, 4), F(1, 2)), start=1)]
    v = [leaf(x, f"w_{k}^[2]") for k, x in enumerate((F(2), F(-1, 2), F(3, 2), F(-3)), start=1)]
    c = leaf(F(1, 4), "b^[2]")
    a = [relu(w_k * F(2) + b_k) for w_k, b_k in zip(w, b, strict=True)]
    return Structure.of((dot(v, a) + c + F(1, 2)) ** 2, [*w, *b, *v, c]).at()


def softmax() -> Scene:
    zs = [leaf(z, f"z_{k}") for k, z in enumerate((math.log(3), math.log(2), 0.0), start=1)]
    return Structure.of(cross_entropy(zs, 0), zs).at()


def labels() -> Scene:
    w, b = leaf(math.log(2), "w"), leaf(math.log(2), "b")
    one, two, three = (bce_with_logits(w * x + b, t) for x, t in ((1.0, 1), (-2.0, 0), (-3.0, 0)))
    return Structure.of(one + two + three, [w, b]).at()


def twice() -> Scene:
    a = leaf(F(3), "a")
    b = a + a
    return Structure.of(b * b, [a]).at()


def cube() -> Scene:
    x = leaf(F(3, 2), "x")
    return Structure.of((2 * x + 1) ** 3, [x]).at()


def depths() -> Scene:
    x = leaf(F(3), "x")
    u = x**2
    return Structure.of(u + u * x, [x]).at()


def world(truth: Sequence[float]) -> World:
    """An exercise whose gradient is this: that of Σ c·p is c."""
    ps = [Value(1.0, label=f"p_{k}") for k in range(1, len(truth) + 1)]
    total = sum((p * c for p, c in zip(ps, truth, strict=True)), start=Value(0.0))
    return World([Structure.of(total, ps).at()])


def two_layers() -> Scene:
    """2-2-2, σ, Σ(a − t)², two examples."""
    numbers = iter([0.4, -0.7, 1.3, 0.6, 0.2, -0.3, -0.8, 1.1, 0.7, -1.4, 0.15, -0.25])
    layers = []
    parameters: list[Value] = []
    for layer in (1, 2):
        rows = [
            [Value(next(numbers), label=f"w_{k},{i}^[{layer}]") for i in (1, 2)] for k in (1, 2)
        ]
        biases = [Value(next(numbers), label=f"b_{k}^[{layer}]") for k in (1, 2)]
        layers.append((rows, biases))
        parameters += [*rows[0], *rows[1], *biases]
    total: Any = 0
    for x, t in (((0.9, -1.6), (0.3, 0.8)), ((-0.35, 0.65), (0.75, 0.15))):
        a: Any = list(x)
        for rows, biases in layers:
            a = [sigmoid(dot(w, a) + b) for w, b in zip(rows, biases, strict=True)]
        for out, target in zip(a, t, strict=True):
            total = total + (out - target) ** 2
    return Structure.of(total, parameters).at(rate=0.5)


EXERCISES: dict[str, tuple[Callable[[], Scene], Numbers]] = {  # with the true gradient
    # ⅓ Σ 2e·x = ⅓(−9/2 + 9/2 + 3), ⅓(−9 − 3/2 − 3/2), ⅓(−9/2 + 3/2 − 3/2)
    "linear": (linear, (F(1), F(-4), F(-3, 2))),
    # ⅓ Σ sign(e)·x = ⅓(−1 + 3 + 2), ⅓(−2 − 1 − 1), ⅓(−1 + 1 − 1)
    "absolute": (absolute, (F(4, 3), F(-4, 3), F(-1, 3))),
    # δ = 5/4·¾·¼ = 15/64, times x = 2
    "sigma": (lambda: _one_neuron(sigmoid, math.log(3)), (F(15, 32), F(15, 64))),
    # δ = ¾·(1 − ¼) = 9/16, times x = 2
    "tanh": (lambda: _one_neuron(tanh, math.log(3) / 2), (F(9, 8), F(9, 16))),
    # δ¹xᵀ, δ¹, δ²a¹ᵀ, δ²
    "net": (net, (8, -12, -6, 9, 4, -3, 15, -5, -3, 1, 5, -1)),
    # δ·2, δ, 3·a, 3
    "relu": (hidden_relu, (12, -3, 0, 0, 6, F(-3, 2), 0, 0, 6, F(39, 2), 0, 0, 3)),
    # p − (1, 0, 0)
    "softmax": (softmax, (F(-1, 2), F(1, 3), F(1, 6))),
    # −⅕ − ⅔ − ⅗ and −⅕ + ⅓ + ⅕
    "labels": (labels, (F(-22, 15), F(1, 3))),
    # (2a)² = 4a², so 8a
    "twice": (twice, (F(24),)),
    # 3·(2x + 1)²·2 = 3·16·2
    "cube": (cube, (F(96),)),
    # x² + x³, so 2x + 3x²
    "depths": (depths, (F(33),)),
}
