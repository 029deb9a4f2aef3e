"""Check it: what people write for the slopes of ReLU and its kin, of max, min, |u|."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tinygrad_fr.checking.by_slope import RAMPS, ones
from tinygrad_fr.checking.calculus import Array, Site
from tinygrad_fr.checking.plain import Plain, node, slope


def one_side(i: int) -> Callable[[Site], Array]:
    """The slope of this input, whichever wins: no mask is looked at."""
    return lambda s: s.du[i] * ones(s, i)[:, None] if s.du[1 - i].any() else None


def left_of_elu(of_output: bool, alpha: bool) -> Callable[[Site, int], Array]:
    """z + α, or a, for the slope a + α of α(eᶻ − 1), where z < 0."""

    def change(s: Site, i: int) -> Array:
        import numpy as np

        wrong = (s.y if of_output else s.x[0]) + (s.x[1] if len(s.x) > 1 else 1.0) * alpha
        return np.where(s.x[0] > 0, s.d[i], wrong)

    return change


MASK = (
    "Quelle est la pente de l’autre côté du point anguleux ?",
    "What is the slope on the other side of the kink?",
)
OF_ABS = ("Que vaut la dérivée de |u| pour u < 0 ?", "What is the derivative of |u| for u < 0?")
UNMASKED = ("le masque de {f} est oublié", "the mask of {f} is forgotten", *MASK)
KINKS: list[Plain] = [
    slope("mask", UNMASKED, ones, RAMPS + " clip"),
    slope(
        "mask turned",
        ("le masque de {f} est à l’envers", "the mask of {f} is inverted", *MASK),
        lambda s, i: 1 - s.d[i],
        "relu",
    ),
    slope(
        "left slope",
        (
            "la pente du côté négatif partout",
            "the slope of the negative side everywhere",
            *MASK,
        ),
        lambda s, i: s.x[1] + 0 * s.x[0] if len(s.x) > 1 else None,
        "leaky_relu",
    ),
    slope(
        "usual left slope",
        (
            "0,01 pour la pente du côté négatif, comme d’habitude, au lieu de celle de l’exercice",
            "0.01 for the slope of the negative side, as usual, instead of that of the exercise",
            *MASK,
        ),
        lambda s, i: s.d[i] * (s.x[0] > 0) + 0.01 * (s.x[0] <= 0),
        "leaky_relu",
    ),
    slope(
        "no left slope",
        (
            "0 au lieu de la pente du côté négatif",
            "0 instead of the slope of the negative side",
            *MASK,
        ),
        lambda s, i: s.d[i] * (s.x[0] > 0),
        "leaky_relu elu",
    ),
    *(
        slope(
            key,
            (
                f"{told} du côté négatif, au lieu de a + α",
                f"{told} on the negative side, for a + α",
                *MASK,
            ),
            left_of_elu(of_output, alpha),
            "elu",
        )
        for key, told, of_output, alpha in (
            ("z + alpha", "z + α", False, True),
            ("a alone", "a", True, False),
        )
    ),
    slope("sign of u", ("signe(u) est oublié", "sign(u) is forgotten", *OF_ABS), ones, "abs"),
    slope(
        "-1 for sign",
        ("−1 au lieu de signe(u)", "−1 instead of sign(u)", *OF_ABS),
        lambda s, i: -ones(s, i),
        "abs",
    ),
]
for i in (0, 1):
    words = ("le masque du maximum est oublié", "the mask of the maximum is forgotten", *MASK)
    side = ("la pente de {w} partout", "the slope of {w} everywhere", *MASK)
    KINKS.append(slope("mask", words, ones, "maximum minimum", i))
    turned = (
        "le masque du maximum est à l’envers",
        "the mask of the maximum is inverted",
        *MASK,
    )
    KINKS.append(slope("mask turned", turned, lambda s, i: 1 - s.d[i], "maximum minimum", i))
    KINKS.append(replace(node("one side", side, one_side(i), "maximum minimum"), i=i))


MEAN = (
    "la moyenne à la place du maximum",
    "the mean in the place of the maximum",
    *MASK,
)
KINKS.append(
    node(
        "mean",
        MEAN,
        lambda s: (s.du[0] + s.du[1]) / 2 if len(s.du) > 1 else None,
        "maximum minimum",
    )
)
