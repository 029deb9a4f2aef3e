"""A cost with a penalty: its numbers, its slopes by hand, and what a training makes of it."""

from __future__ import annotations

import pytest

from tinygrad_fr.nn import MLP, data, fit, losses
from tinygrad_fr.nn.penalised import Penalised

X, Y = data.moons(20, seed=1)


def a_model() -> MLP:
    return MLP(2, [3, 1], activation="tanh", output="sigmoid", seed=0)


def test_the_cost_and_its_slopes_by_hand() -> None:
    model = a_model()
    plain = losses.binary_cross_entropy([model(x) for x in X], Y)
    plain.backward()
    slopes = [p.grad for p in model.parameters()]
    model.zero_grad()
    L = Penalised("bce", model.parameters(), l2=0.01, l1=0.003)([model(x) for x in X], Y)
    L.backward()
    thetas = [p.data for p in model.parameters()]
    added = 0.01 * sum(t * t for t in thetas) + 0.003 * sum(map(abs, thetas))
    assert L.data == pytest.approx(plain.data + added, rel=1e-14)
    for p, slope in zip(model.parameters(), slopes, strict=True):
        sign = (p.data > 0) - (p.data < 0)
        assert p.grad == pytest.approx(slope + 0.02 * p.data + 0.003 * sign, rel=1e-12)


def test_it_knows_right_from_wrong_as_its_cost_does() -> None:
    """A score is compared with 0 under a cost of scores, penalty or not."""
    found = []
    for penalised in (False, True):
        model = MLP(2, [3, 2], activation="tanh", seed=0)
        cost = losses.cross_entropy
        loss = Penalised(cost, model.parameters(), l2=1e-9) if penalised else cost
        found.append(fit(model, X, Y, loss=loss, epochs=3, progress=False).accuracy)
    assert found[0] == found[1] != []


def test_weights_stay_small() -> None:
    sums = []
    for l2 in (0.0, 0.1):
        model = a_model()
        loss = Penalised("bce", model.parameters(), l2=l2)
        fit(model, X, Y, loss=loss, learning_rate=0.1, epochs=40, progress=False)
        sums.append(sum(p.data**2 for p in model.parameters()))
    assert sums[1] < sums[0] / 4


def test_a_penalty_is_not_negative() -> None:
    for options in ({"l2": -1.0}, {"l1": float("nan")}):
        with pytest.raises(ValueError, match="l[12]"):
            Penalised("bce", a_model().parameters(), **options)
