"""Check it: the catalogue of mistakes on the exact numbers of the one-neuron example, and on nets."""

from __future__ import annotations

import math
from fractions import Fraction as F
from typing import Any

import pytest
from mpmath import MPContext

from tinygrad_fr.checking.answer import Answer
from tinygrad_fr.checking.bends import bent_answer
from tinygrad_fr.checking.catalogue import CATALOGUE
from tinygrad_fr.checking.diagnose import diagnose, hypotheses
from tinygrad_fr.checking.sabotage import find, sabotage
from tinygrad_fr.checking.structure import Scene, Structure
from tinygrad_fr.engine import Value
from tinygrad_fr.ops import bce_with_logits, dot, sigmoid
from tinygrad_fr.words import use

# One linear neuron, three examples, L = 1/3 Σ e²; worked out by hand: ∇ = (1, −4, −3/2).
X = [(F(1), F(2)), (F(3), F(-1)), (F(-2), F(1))]
Y = [F(1), F(2), F(-1)]
VECTORS = {
    "M1": (F(1, 2), F(-2), F(-3, 4)),
    "M3": (F(3), F(-12), F(-9, 2)),
    "M6": (F(-1), F(4), F(3, 2)),
    "M4": (F(1, 3), F(-4, 3), F(-1, 2)),
    "M24": (F(1), F(-4), F(0)),
    "M25": (F(1), F(-4), F(1)),
    "M7": (F(-1, 10), F(2, 5), F(3, 20)),
    "M2": (F(2), F(-8), F(-3)),
    "M26": (F(1), F(-1, 2), F(-1, 2)),
    "M37": (F(-3, 2), F(-3, 2), F(-3, 2)),
    "M38": (F(-4), F(1), F(-3, 2)),
    "M21": (F(-3, 4), F(3, 2), F(-3, 2)),
    "M35": (F(-3), F(-3), F(-3, 2)),
    "M33": (F(2), F(3), F(5, 2)),
    "M39": (F(15, 4), F(27, 4), F(33, 8)),
    "M36": (F(2, 3), F(-13, 3), F(-2)),
    "M27": (F(7, 15), F(-6), F(-23, 10)),
}


def linear(point: Any = None) -> Scene:
    w = [Value(F(1, 2), label="w_1"), Value(F(-1), label="w_2")]
    b = Value(F(1, 4), label="b")
    costs = [((w[0] * x[0] + w[1] * x[1] + b) - y) ** 2 for x, y in zip(X, Y, strict=True)]
    total = costs[0] + costs[1] + costs[2]
    return Structure.of(total * F(1, 3), [*w, b]).at(point, rate=F(1, 10))


def wrong(scene: Scene, key: str) -> list[Any]:
    mistake = CATALOGUE[key]
    if mistake.factors is None:
        return bent_answer(scene, mistake)
    (factor,) = mistake.factors(scene)
    return [factor * g for g in scene.truth]


def test_the_truth_is_the_one_worked_out_by_hand() -> None:
    scene = linear()
    assert scene.truth == [1, -4, F(-3, 2)]
    assert (scene.examples, scene.layers, scene.outputs) == (3, 1, 1)
    assert scene.values[scene.output] == F(33, 16)


@pytest.mark.parametrize("key", VECTORS)
def test_each_mistake_gives_its_exact_vector(key: str) -> None:
    assert tuple(wrong(linear(), key)) == VECTORS[key]


def test_the_root_of_the_cost_at_fifty_digits() -> None:
    """RMSE for MSE: ∇√L = ∇L/(2√L) with L = 33/16, so 1/(2√L) = 2/√33."""
    context = MPContext()
    context.dps = 50
    plain = linear()
    point = {
        v: context.mpf(v.data.numerator) / v.data.denominator for v in plain.nodes if v.op is None
    }
    scene = plain.structure.at(point, F(1, 10))
    expected = [g * 2 / context.sqrt(33) for g in (1, -4, context.mpf(-3) / 2)]
    for got, right in zip(wrong(scene, "M8"), expected, strict=True):
        assert abs(got - right) < context.mpf(10) ** -48


def test_the_vectors_are_distinct_at_two_digits() -> None:
    scene = linear()
    vectors = [*VECTORS.values(), tuple(wrong(scene, "M8")), (F(1), F(-4), F(-3, 2))]
    assert len({tuple(f"{float(g):.1e}" for g in v) for v in vectors}) == len(vectors) == 19


def two_digits(numbers: list[Any]) -> Answer:
    """As a student would write them: two significant digits, right to 0.6 of the last unit."""
    typed = [f"{float(g):.1e}" for g in numbers]
    return Answer.of(
        [float(t) for t in typed], [0.6 * 10 ** (int(t.split("e")[1]) - 1) for t in typed]
    )


@pytest.mark.parametrize("key", [*VECTORS, "M8"])
def test_each_vector_is_diagnosed(key: str) -> None:
    scene = linear()
    found = diagnose(scene, two_digits(wrong(scene, key)))
    assert found.kind == "named" and found.keys[0] == key


def test_the_truth_and_nonsense_are_not_named() -> None:
    scene = linear()
    assert diagnose(scene, Answer.of([1.37, 5.11, -0.77])).kind == "unknown"
    assert diagnose(scene, Answer.of([1.0, -4.0, 2.2])).kind != "named"


def test_one_ratio_is_a_matter_of_constants() -> None:
    for lang, words in (("en", "same ratio 1.7"), ("fr", "même rapport 1,7")):
        with use(lang):
            found = diagnose(linear(), Answer.of([1.7, -6.8, -2.55]))
            assert found.kind == "unknown" and words in str(found)


def net() -> tuple[Scene, list[Value]]:
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
    return Structure.of(total, parameters).at(rate=0.5), parameters


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
    scene, _ = net()
    where = CATALOGUE[key].places[0] if key else ""
    got = bent_answer(scene, CATALOGUE[key], where) if key else scene.truth
    assert got == pytest.approx(by_hand(key), rel=1e-12)


def test_every_mistake_that_shows_on_a_net_is_told_from_the_others() -> None:
    scene, _ = net()
    rounds = list(hypotheses([scene]))
    named = 0
    for hypothesis, answers in [*rounds[0], *rounds[1]]:
        found = diagnose(
            scene,
            Answer.of([float(f"{g:.3e}") for g in answers[0]], [1e-3 * abs(g) for g in answers[0]]),
            rounds,
        )
        assert hypothesis.mistake.key in found.keys, hypothesis
        named += found.kind == "named"
    assert named > 40


def test_localisation_says_where() -> None:
    scene, _ = net()
    with use("en"):
        recursion = [
            1.3 * g if i < 6 and i % 2 else 0.4 * g if i < 6 else g
            for i, g in enumerate(scene.truth)
        ]
        assert "wrong from layer 1 on" in str(diagnose(scene, Answer.of(recursion)))
        slip = [g + 0.1 if i == 7 else g for i, g in enumerate(scene.truth)]
        found = diagnose(scene, Answer.of(slip))
        assert found.kind == "slip" and "w_1,2^[2]" in str(found)


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


def test_sabotage_bends_backward_and_says_where() -> None:
    a = Value(3.0, label="a")
    b = a + a
    c = b * b
    with sabotage("overwrite instead of accumulate") as lab:
        c.backward()
    assert a.grad == 6.0 and lab.broken[0] is b  # each sum keeps its last term only
    a.grad = 0
    c.backward()
    assert a.grad == 24.0  # 2b·2 with b = 6: nothing stays bent outside


def test_sabotage_of_a_constant() -> None:
    w = Value(2.0, label="w")
    cost = (w * 3.0 - 1.0) ** 2
    with sabotage("M6"):
        cost.backward()
    assert w.grad == -30.0


def test_find_by_key_and_by_name_in_both_languages() -> None:
    assert find("m16").key == "M16"
    assert find("bias forgotten (0)") is find("biais oublié") is CATALOGUE["M24"]
    with (
        use("en"),
        pytest.raises(ValueError, match="unknown mistake: 'bias forgoten'.*bias forgotten"),
    ):
        find("bias forgoten")


def test_every_row_says_itself_in_two_languages() -> None:
    for m in CATALOGUE.values():
        assert m.fr and m.en and m.fr != m.en and m.hint_fr and m.hint_en
