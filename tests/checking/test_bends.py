"""Check it: the walk with one rule bent, against the same slip in plain arithmetic."""

from __future__ import annotations

import math

import pytest

from tests.checking.exercises import two_layers
from tinygrad_fr.checking.bends import bent_answer
from tinygrad_fr.checking.catalogue import CATALOGUE
from tinygrad_fr.checking.structure import Structure
from tinygrad_fr.engine import Value
from tinygrad_fr.ops import bce_with_logits


def by_hand(bend: str = "") -> list[float]:
    """The course's recursion for that net, in plain arithmetic, one rule bent on request."""
    W1, b1 = [[0.4, -0.7], [1.3, 0.6]], [0.2, -0.3]
    W2, b2 = [[-0.8, 1.1], [0.7, -1.4]], [0.15, -0.25]
    s = lambda z: 1 / (1 + math.exp(-z))
    g = [0.0] * 12
    for x, t in (((0.9, -1.6), (0.3, 0.8)), ((-0.35, 0.65), (0.75, 0.15))):
        a1 = [s(W1[k][0] * x[0] + W1[k][1] * x[1] + b1[k]) for k in (0, 1)]
        a2 = [s(W2[k][0] * a1[0] + W2[k][1] * a1[1] + b2[k]) for k in (0, 1)]
        dL = [2 * (a2[k] - t[k]) for k in (0, 1)]
        d2 = [dL[k] * (1 if bend == "M9" else a2[k] * (1 - a2[k])) for k in (0, 1)]
        up = dL if bend == "M15" else d2
        js = (0,) if bend == "M16" else (0, 1)
        back = [
            sum(
                up[j] * (1 if bend == "M18" else W2[k][j] if bend == "M17" else W2[j][k])
                for j in js
            )
            for k in (0, 1)
        ]
        d1 = [back[k] * (1 if bend == "M14" else a1[k] * (1 - a1[k])) for k in (0, 1)]
        for k in (0, 1):
            for i in (0, 1):
                g[2 * k + i] += d1[k] * x[i]
                g[6 + 2 * k + i] += d2[k] * a1[i]
            g[4 + k] += d1[k]
            g[10 + k] += d2[k]
    return g


@pytest.mark.parametrize("key", ["", "M9", "M14", "M15", "M16", "M17", "M18"])
def test_bent_walks_against_plain_arithmetic(key: str) -> None:
    """The graph's walk, bent, gives what the same slip in the matrix recursion gives."""
    scene = two_layers()
    where = CATALOGUE[key].places[0] if key else ""
    got = bent_answer(scene, CATALOGUE[key], where) if key else scene.truth
    assert got == pytest.approx(by_hand(key), rel=1e-12)


def test_labels_tell_the_two_terms_of_the_cross_entropy() -> None:
    w, b = Value(0.7, label="w"), Value(-0.2, label="b")
    data = [(1.2, 1), (0.4, 0), (-0.9, 1)]
    total = sum((bce_with_logits(w * x + b, t) for x, t in data), start=Value(0.0))
    scene = Structure.of(total, [w, b]).at()
    sig = lambda z: 1 / (1 + math.exp(-z))
    for key, factor in (("M31", -1), ("M32", 0)):
        share = [(sig(0.7 * x - 0.2) - t) * (1 if t else factor) for x, t in data]
        expected = [sum(d * x for d, (x, _) in zip(share, data, strict=True)), sum(share)]
        assert bent_answer(scene, CATALOGUE[key]) == pytest.approx(expected, rel=1e-12)
