"""Walk it backward: any architecture, activation, cost and optimiser, against differences."""

from __future__ import annotations

import math
import random
from typing import Any

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinygrad_fr.nn import MLP, losses, optim, weights
from tinygrad_fr.replay import replay

# Those that grow no faster than their input, so that a deep net of them stays finite.
TAME = [
    "linear",
    "relu",
    "leaky_relu",
    "elu",
    "tanh",
    "sigmoid",
    "softplus",
    "logsigmoid",
    "silu",
    "gelu",
    "sin",
    "cos",
    "atan",
    "erf",
    "asinh",
    "abs",
    "softmax",
]


@st.composite
def setups(draw: st.DrawFn) -> dict[str, Any]:
    loss = draw(st.sampled_from(sorted(losses.LOSSES)))
    outputs = draw(st.integers(2, 3)) if loss == "cross_entropy" else draw(st.integers(1, 2))
    proper = {"binary_cross_entropy": ["sigmoid", "softmax"] if outputs > 1 else ["sigmoid"]}
    return {
        "loss": loss,
        "sizes": [draw(st.integers(1, 3)), *draw(st.lists(st.integers(1, 3), max_size=2)), outputs],
        "activation": draw(st.sampled_from(TAME)),
        "output": draw(st.sampled_from(proper.get(loss, TAME))),
        "init": draw(st.sampled_from(sorted(weights.INITIALISATIONS))),
        "optimizer": draw(st.sampled_from(sorted(optim.OPTIMIZERS))),
        "seed": draw(st.integers(0, 10**6)),
    }


def build(setup: dict[str, Any], examples: int = 3) -> tuple[MLP, list[Any], list[Any], Any]:
    sizes, draw = setup["sizes"], random.Random(setup["seed"])
    model = MLP(
        sizes[0],
        sizes[1:],
        activation=setup["activation"],
        output=setup["output"],
        init=setup["init"],
        seed=setup["seed"],
    )
    for layer in model.layers:
        for neuron in layer.neurons:
            neuron.b.data = draw.uniform(-1, 1)  # away from the kink at 0
    X = [[draw.uniform(-2, 2) for _ in range(sizes[0])] for _ in range(examples)]
    if setup["loss"] == "cross_entropy":
        Y: list[Any] = [draw.randrange(sizes[-1]) for _ in X]
    else:
        kinds = {
            "hinge": (-1, 1),
            "binary_cross_entropy": (0, 1, 0.3),
            "bce_with_logits": (0, 1, 0.3),
        }
        choices = kinds.get(setup["loss"], (0.7, -0.4, 2.1))
        Y = [[draw.choice(choices) for _ in range(sizes[-1])] for _ in X]
    return model, X, Y, losses.LOSSES[setup["loss"]]


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(setups())
def test_any_setup_has_gradients_equal_to_differences(setup: dict[str, Any]) -> None:
    """After one step of its optimiser; the differences are of the replayed graph, at 40 digits."""
    model, X, Y, loss = build(setup)
    parameters = model.parameters()
    descent = optim.optimizer(setup["optimizer"], parameters, 0.05)
    for _ in range(2):
        descent.zero_grad()
        L = loss([model(x) for x in X], Y)
        L.backward()
        gradients = [p.grad for p in parameters]
        point = {p: p.data for p in parameters}
        descent.step()
    assert all(math.isfinite(p.data) for p in parameters)
    largest = max(map(abs, gradients))
    with mpmath.workdps(40):
        h = mpmath.mpf("1e-12")
        exact = {p: mpmath.mpf(x) for p, x in point.items()}
        for p, g in zip(parameters, gradients, strict=True):
            up, down = (replay(L, {**exact, p: exact[p] + s * h}) for s in (1, -1))
            slope = (up - down) / (2 * h)
            # Rounding: some hundred operations of 1e-16 on numbers up to the largest gradient.
            assert abs(slope - g) <= 1e-12 * (abs(g) + largest + 1), (p.label, slope, g)


@settings(max_examples=40, deadline=None)
@given(setups(), st.randoms(use_true_random=False))
def test_permuted_examples_have_the_same_gradient(setup: dict[str, Any], shuffle: Any) -> None:
    model, X, Y, loss = build(setup, examples=7)

    def gradients(pairs: list[tuple[Any, Any]]) -> list[float]:
        model.zero_grad()
        loss([model(x) for x, _ in pairs], [y for _, y in pairs]).backward()
        return [p.grad for p in model.parameters()]

    pairs = list(zip(X, Y, strict=True))
    straight = gradients(pairs)
    shuffle.shuffle(pairs)
    largest = max(map(abs, straight))
    assert gradients(pairs) == pytest.approx(straight, rel=1e-13, abs=1e-14 * (1 + largest))
