"""When the numbers leave the finite: at which node, and what to try."""

from __future__ import annotations

import gc
import json
from pathlib import Path
from typing import Any

import pytest

from tests.nn.small import (
    Line,
    X,
    a_model,
    numbers,
    quietly,
)
from tinygrad_fr.engine import Value
from tinygrad_fr.nn import (
    Divergence,
)
from tinygrad_fr.words import use

# ── when the numbers leave the finite ──


def test_an_exploding_cost_is_told(tmp_path: Path) -> None:
    model = a_model(output="linear", activation="relu")
    before = numbers(model)
    with use("en"), pytest.raises(Divergence) as caught:
        quietly(
            model, [[100 * a for a in x] for x in X], loss="mse", optimizer="sgd", learning_rate=5.0
        )
    told, error = str(caught.value), caught.value
    assert told.startswith(
        f"the training diverges at step {error.step} (epoch {error.epoch}): the cost is "
    )
    assert (
        "Try a smaller learning rate (λ = 5; try 0.5), or a bounded gradient (clip=1), or smaller inputs"
        in told
    )
    assert "out of all proportion is L_1 = " in told and "\n" not in told
    assert error.node is not None and abs(error.node.data) > 1e6
    assert error.history is not None and len(error.history.loss) == error.epoch - 1
    assert numbers(model) == before  # the best so far: the second epoch was worse
    assert gc.isenabled()


def test_the_first_node_that_is_not_finite() -> None:
    model = a_model(output="exp", activation="linear")
    for p in model.parameters():
        p.data = 1.0
    with use("en"), pytest.raises(Divergence) as caught:
        quietly(model, [[9e9, 9e9]], [1.0], loss="mse", optimizer="sgd")
    assert caught.value.node is not None and caught.value.node.label == "a_1^[2]"
    assert "step 1" in str(
        caught.value
    ) and "a_1^[2] = exp(z_1^[2]) = ∞ (layer 2, neuron 1)" in str(caught.value)
    assert "learning rate" not in str(caught.value) and "init=" in str(caught.value)


def test_a_gradient_that_is_not_finite_moves_nothing() -> None:
    """√ at 0: a finite cost, an infinite slope."""

    class Root(Line):
        def __call__(self, x: Any) -> Value:
            out: Value = (self.w * x[0]).sqrt()
            return out

    model = Root()
    model.w.data = 0.0
    with use("fr"), pytest.raises(Divergence) as caught:
        quietly(model, [[1.0]], [1.0], loss="mse")
    assert model.w.data == 0.0
    assert "le gradient de w·1 = 0 vaut −∞" in str(caught.value)


def test_a_domain_left_on_the_way() -> None:
    class Log(Line):
        def __call__(self, x: Any) -> Value:
            out: Value = (self.w * x[0]).log()
            return out

    with (
        use("en"),
        pytest.raises(Divergence, match="diverges at step 2 .*log needs a > 0") as caught,
    ):
        quietly(Log(), [[1.0]], [-9.0], loss="mse", optimizer="sgd", learning_rate=1.0)
    assert caught.value.node is None
    with (
        use("en"),
        pytest.raises(ValueError, match="^log needs a > 0"),
    ):  # at once: not a divergence
        quietly(Log(), [[-1.0]], [1.0], loss="mse")


def test_a_divergence_leaves_a_whole_epoch_in_the_checkpoint(tmp_path: Path) -> None:
    model, file = Line(), tmp_path / "run.json"
    with pytest.raises(Divergence) as caught:
        quietly(
            model, [[1.0]], [2.0], loss="mse", optimizer="sgd", learning_rate=100.0, checkpoint=file
        )
    saved = json.loads(file.read_text())
    assert 0 < saved["epochs"] < caught.value.epoch
    assert saved["best"][2] == [1.0] == numbers(model)
