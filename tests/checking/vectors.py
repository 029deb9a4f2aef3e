"""Each known mistake on one exercise, worked out by hand: what the student would have written.

The exercises, with what is used here (e, δ, a, z), are in `exercises`; a vector has the order of
their parameters.  The working stands beside it: it is the meaning of the mistake, so that a row of
the catalogue that means anything else is red.
"""

from __future__ import annotations

import math
from fractions import Fraction as F
from typing import Any, NamedTuple


class Vector(NamedTuple):
    """The exercise, the wrong gradient, and the layer where it differs from the usual place."""

    exercise: str
    numbers: tuple[Any, ...]
    where: str = ""


LN3 = math.log(3)
S = 1 / (1 + math.exp(-0.75))  # σ(¾)
T = math.tanh(0.5)  # tanh(½)

# what of the net is right in every mistake made on the way back
OUTPUT = (15, -5, -3, 1, 5, -1)  # ∂L/∂W², ∂L/∂b²
HIDDEN = (8, -12, -6, 9, 4, -3)  # ∂L/∂W¹, ∂L/∂b¹


def one(delta: Any) -> tuple[Any, Any]:
    """(∂L/∂w, ∂L/∂b) = (δ·x, δ) of the one neuron, x = 2."""
    return 2 * delta, delta


def hidden(d1: Any, d2: Any) -> tuple[Any, ...]:
    """∂L/∂W¹ = δ¹xᵀ with x = (2, −3), then ∂L/∂b¹ = δ¹."""
    d1, d2 = F(d1), F(d2)
    return 2 * d1, -3 * d1, 2 * d2, -3 * d2, d1, d2


def output(d1: Any, d2: Any) -> tuple[Any, ...]:
    """∂L/∂W² = δ²a¹ᵀ with a¹ = (3, −1), then ∂L/∂b² = δ²."""
    d1, d2 = F(d1), F(d2)
    return 3 * d1, -d1, 3 * d2, -d2, d1, d2


VECTORS: dict[str, list[Vector]] = {
    # half, twice, three times, a third of ∇ = (1, −4, −3/2)
    "M1": [Vector("linear", (F(1, 2), F(-2), F(-3, 4)))],
    "M2": [Vector("linear", (2, -8, -3))],
    "M3": [Vector("linear", (3, -12, F(-9, 2)))],
    "M4": [Vector("linear", (F(1, 3), F(-4, 3), F(-1, 2)))],
    # two outputs: half of everything
    "M5": [Vector("net", (4, -6, -3, F(9, 2), 2, F(-3, 2), *(F(x, 2) for x in OUTPUT)))],
    "M6": [Vector("linear", (-1, 4, F(3, 2)))],
    # −η∇ with η = 1/10
    "M7": [Vector("linear", (F(-1, 10), F(2, 5), F(3, 20)))],
    # ∇√L = ∇L / (2√L), L = 33/16: divided by √33/2
    "M8": [Vector("linear", (2 / math.sqrt(33), -8 / math.sqrt(33), -3 / math.sqrt(33)))],
    "M9": [
        Vector("sigma", one(F(5, 4))),  # δ = ∂L/∂a
        # δ² = (5, −4); W²ᵀδ² = (5/2 + 6, −10 − 8) = (17/2, −18), times (1, ¼)
        Vector("net", (*hidden(F(17, 2), F(-9, 2)), *output(5, -4))),
    ],
    "M10": [
        Vector("sigma", one(F(45, 1024))),  # 5/4·(3/16)²
        # δ² = (5, −4/16); W²ᵀδ² = (5/2 + 3/8, −10 − ½) = (23/8, −21/2), times (1, ¼)
        Vector("net", (*hidden(F(23, 8), F(-21, 8)), *output(5, F(-1, 4)))),
        Vector("net", (*hidden(4, F(-3, 4)), *OUTPUT), "hidden"),  # (4, −12) times (1, 1/16)
    ],
    "M11": [
        Vector("sigma", one(1.25 * S * (1 - S))),  # σ′ at a = ¾
        Vector("tanh", one(0.75 * (1 - T * T))),  # tanh′ at a = ½
    ],
    "M12": [
        Vector("sigma", one(1.25 * LN3 * (1 - LN3))),  # z(1 − z), negative here: z > 1
        Vector("tanh", one(0.75 * (1 - LN3 * LN3 / 4))),  # 1 − z²
    ],
    "M13": [
        Vector("sigma", one(F(35, 64))),  # 5/4·(1 − 9/16)
        Vector("tanh", one(F(3, 16))),  # ¾·½(1 − ½)
    ],
    "M14": [Vector("net", (*hidden(4, -12), *OUTPUT))],  # δ¹ = W²ᵀδ²
    # W²ᵀ(5, −4) = (17/2, −18), times (1, ¼); the output layer is right
    "M15": [Vector("net", (*hidden(F(17, 2), F(-9, 2)), *OUTPUT))],
    "M16": [Vector("net", (*hidden(F(5, 2), F(-5, 2)), *OUTPUT))],  # (½·5, −2·5) times (1, ¼)
    "M16b": [Vector("net", (*hidden(F(3, 2), F(-1, 2)), *OUTPUT))],  # (3/2, −2) times (1, ¼)
    # W²δ² = (½·5 + 2, −3/2·5 − 2) = (9/2, −19/2), times (1, ¼)
    "M17": [Vector("net", (*hidden(F(9, 2), F(-19, 8)), *OUTPUT))],
    "M18": [Vector("net", (*hidden(4, 1), *OUTPUT))],  # 5 − 1 for both, times (1, ¼)
    # η = ½: W² − η∂L/∂W² = (½ − 15/2, −2 + 5/2; −3/2 + 3/2, 2 − ½) = (−7 ½; 0 3/2);
    # its transpose times (5, −1) = (−35, 5/2 − 3/2), times (1, ¼)
    "M19": [Vector("net", (*hidden(-35, F(1, 4)), *OUTPUT))],
    # rows for columns in both matrices, biases as they are
    "M20": [Vector("net", (8, -6, -12, 9, 4, -3, 15, -3, -5, 1, 5, -1))],
    "M21": [
        Vector("linear", (F(-3, 4), F(3, 2), F(-3, 2))),  # Σδ·w, Σδ = −3/2, w = (½, −1)
        # δ²·W²: (5·½, 5·−2; −1·−3/2, −1·2)
        Vector("net", (*HIDDEN, F(5, 2), -10, F(3, 2), -2, 5, -1)),
        # δ¹·W¹: (4·2, 4·½; −3·½, −3·3/2)
        Vector("net", (8, 2, F(-3, 2), F(-9, 2), 4, -3, *OUTPUT), "hidden"),
    ],
    # δ² times z¹ = (3, −4)
    "M22": [Vector("net", (*HIDDEN, 15, -20, -3, 4, 5, -1))],
    "M23": [
        # δ² times a² = (4, −3/2)
        Vector("net", (*HIDDEN, 20, F(-15, 2), -4, F(3, 2), 5, -1)),
        # δ¹ times a¹ = (3, −1)
        Vector("net", (12, -4, -9, 3, 4, -3, *OUTPUT), "hidden"),
    ],
    # δ² times x = (2, −3)
    "M23b": [Vector("net", (*HIDDEN, 10, -15, -2, 3, 5, -1))],
    "M24": [
        Vector("linear", (1, -4, 0)),
        Vector("net", (*HIDDEN, 15, -5, -3, 1, 0, 0)),
    ],
    # b has the entry of w₁, of w₂, of both together
    "M25": [Vector("linear", (1, -4, 1)), Vector("net", (*HIDDEN, 15, -5, -3, 1, 15, -3))],
    "M25b": [Vector("linear", (1, -4, -4)), Vector("net", (*HIDDEN, 15, -5, -3, 1, -5, 1))],
    "M25c": [Vector("linear", (1, -4, -3)), Vector("net", (*HIDDEN, 15, -5, -3, 1, 10, -2))],
    # 2e/3 = (−3/2, ½, −½): the last example alone is −½·(−2, 1, 1), the first −3/2·(1, 2, 1)
    "M26": [Vector("linear", (1, F(-1, 2), F(-1, 2)))],
    "M26b": [Vector("linear", (F(-3, 2), -3, F(-3, 2)))],
    # ∂c/∂b is written twice, b = 6 stays; ∂b/∂a is written twice, 1 stays
    "M26c": [Vector("twice", (6,))],
    # w − η∇ = (2/5, −3/5), b = 2/5: e = (−7/5, ⅕, 0) gives (−8/15, −2, −4/5), added to ∇
    "M27": [Vector("linear", (F(7, 15), -6, F(-23, 10)))],
    "M28": [Vector("softmax", (F(-1, 2), 0, 0))],  # p₁ − 1, and nothing elsewhere
    "M29": [Vector("softmax", (-2, 0, 0))],  # −1/p₁
    # e^−z = (⅓, ½, 1), divided by 11/6, less (1, 0, 0)
    "minus": [Vector("softmax", (F(-9, 11), F(3, 11), F(6, 11)))],
    "M30": [
        Vector("sigma", one(F(23, 16))),  # 5/4 + 3/16
        # δ² = (5 + 1, −4 + ¼); W²ᵀδ² = (3 + 45/8, −12 − 15/2) = (69/8, −39/2), times (1, ¼)
        Vector("net", (*hidden(F(69, 8), F(-39, 8)), *output(6, F(-15, 4)))),
    ],
    "M30b": [
        Vector("sigma", one(15 / 64 * LN3)),  # δ·z, z = ln 3
        # δ² = (5·4, −1·−6); W²ᵀδ² = (10 − 9, −40 + 12) = (1, −28), times (1, ¼)
        Vector("net", (*hidden(1, -7), *output(20, 6))),
    ],
    # the examples labelled 0 subtracted: −⅕ + ⅔ + ⅗ and −⅕ − ⅓ − ⅕
    "M31": [Vector("labels", (F(16, 15), F(-11, 15)))],
    # the example labelled 1 alone: −⅕·1, −⅕
    "M32": [Vector("labels", (F(-1, 5), F(-1, 5)))],
    # ⅔ Σ|e|·x: |e| = (9/4, ¾, ¾): ⅔(9/4 + 9/4 − 3/2), ⅔(9/2 − ¾ + ¾), ⅔·15/4
    "M33": [Vector("linear", (2, 3, F(5, 2)))],
    # ⅓ Σ e·x = ⅓(−9/4 + 9/4 + 3/2), ⅓(−9/2 − ¾ − ¾), ⅓·(−9/4)
    "M33b": [Vector("absolute", (F(1, 2), -2, F(-3, 4)))],
    # ⅓ Σ x = ⅓(1 + 3 − 2), ⅓(2 − 1 + 1), 1
    "M33c": [Vector("absolute", (F(2, 3), F(2, 3), 1))],
    # v·3 = (6, −3/2, 9/2, −9): what is positive passes, whatever z
    "M34": [Vector("relu", (12, 0, 9, 0, 6, 0, F(9, 2), 0, 6, F(39, 2), 0, 0, 3), "hidden")],
    # Σ 2e/3 · Σx = −3/2·(1 + 3 − 2), −3/2·(2 − 1 + 1)
    "M35": [Vector("linear", (-3, -3, F(-3, 2)))],
    # b = 0 before: e = (−5/2, ½, −1): ⅔(−5/2 + 3/2 + 2), ⅔(−5 − ½ − 1), ⅔·(−3)
    "M36": [Vector("linear", (F(2, 3), F(-13, 3), -2))],
    "M37": [
        Vector("linear", (F(-3, 2), F(-3, 2), F(-3, 2))),  # Σδ for every w
        Vector("net", (*HIDDEN, 5, 5, -1, -1, 5, -1)),  # δ² for every w
        Vector("net", (4, 4, -3, -3, 4, -3, *OUTPUT), "hidden"),
    ],
    "M38": [
        Vector("linear", (-4, 1, F(-3, 2))),
        Vector("net", (-12, 8, 9, -6, 4, -3, -5, 15, 1, -3, 5, -1)),
    ],
    # ⅔ Σ e²·x: e² = (81/16, 9/16, 9/16): ⅔(81 + 27 − 18)/16, ⅔(162 − 9 + 9)/16, ⅔·99/16
    "M39": [Vector("linear", (F(15, 4), F(27, 4), F(33, 8)))],
    "inner": [Vector("cube", (48,))],  # 3·(2x + 1)² = 3·16, without the 2 of 2x
    # u is met before u·x: it hands on its first 1, so 1·2x, and u·x gives x its u: 6 + 9
    "order": [Vector("depths", (15,))],
}
