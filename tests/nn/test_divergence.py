"""When the numbers leave the finite: at which node, and what to try."""

from __future__ import annotations

import contextlib
import gc
import json
import math
from pathlib import Path
from typing import Any

import pytest

from tests.nn.small import Line, X, a_model, numbers, quietly
from tinygrad_fr.engine import Value
from tinygrad_fr.nn import Divergence, History
from tinygrad_fr.nn.divergence import _describe
from tinygrad_fr.words import use


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
    advice = "a smaller learning rate (λ = 5; try 0.5), or a bounded gradient (clip=1, --clip 1)"
    assert f"Try {advice}, or smaller inputs" in told
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


def costs(*told: float) -> Any:
    """A cost that is what it is told to be, step by step."""
    left = iter(told)

    def cost(predictions: Any, targets: Any) -> Value:
        out: Value = predictions[0] * 0 + next(left)
        return out

    return cost


def two_steps(first: float, second: float, x: float = 1.0, **options: Any) -> History:
    return quietly(Line(), [[x]], [1.0], loss=costs(first, second), epochs=2, **options)


@pytest.mark.parametrize(
    ("first", "second", "exploded"),
    [
        (1.0, 0.99e6, False),
        (1.0, 1.01e6, True),
        (0.1, 0.99e6, False),  # a small first cost counts as 1
        (0.1, 1.01e6, True),
        (5.0, 4.9e6, False),
        (5.0, 5.1e6, True),
        (-5.0, -5.1e6, True),
        (1.0, math.inf, True),
        (1.0, math.nan, True),
    ],
)
def test_a_million_times_the_first_cost_has_exploded(
    first: float, second: float, exploded: bool
) -> None:
    if not exploded:
        assert two_steps(first, second).loss == [first, second]
        return
    with pytest.raises(Divergence) as caught:
        two_steps(first, second)
    assert (caught.value.step, caught.value.epoch) == (2, 2)
    assert caught.value.history is not None and caught.value.history.loss == [first]


@pytest.mark.parametrize(("second", "exploded"), [(4.9e6, False), (5.1e6, True)])
def test_the_first_cost_is_that_before_the_break(
    second: float, exploded: bool, tmp_path: Path
) -> None:
    file = tmp_path / "run.json"
    options = {"checkpoint": file, "progress": False, "learning_rate": 0.1}
    quietly(Line(), [[1.0]], [1.0], loss=costs(5.0), epochs=1, **options)
    with pytest.raises(Divergence) if exploded else contextlib.nullcontext():
        quietly(Line(), [[1.0]], [1.0], loss=costs(second), epochs=2, resume=True, **options)


@pytest.mark.parametrize(("x", "advised"), [(10.0, False), (-10.5, True)])
def test_large_inputs_are_better_divided(x: float, advised: bool) -> None:
    with use("en"), pytest.raises(Divergence) as caught:
        two_steps(1.0, math.inf, x=x)
    assert ("smaller inputs (they go up to 10.5: divide them)" in str(caught.value)) is advised


def test_who_clips_already_is_not_told_to() -> None:
    for options, advised in (({}, True), ({"clip": 1.0}, False)):
        with use("en"), pytest.raises(Divergence) as caught:
            two_steps(1.0, math.inf, **options)
        assert ("clip=1" in str(caught.value)) is advised
        assert "a smaller learning rate (λ = 0.05; try 0.005)" in str(caught.value)


def test_a_domain_left_by_an_example_kept_apart() -> None:
    """After the first step: something has moved, so it is the training that diverges."""

    class Log(Line):
        def __call__(self, x: Any) -> Value:
            out: Value = (self.w * x[0]).log()
            return out

    with use("en"), pytest.raises(Divergence, match="at step 1 .*log needs a > 0") as caught:
        quietly(Log(), [[1.0]], [1.0], loss="mse", validation=([[-1.0]], [1.0]))
    assert caught.value.history is not None and not caught.value.history.accuracy


@pytest.mark.parametrize("length", [60, 61])
def test_a_long_formula_is_cut(length: int) -> None:
    told = _describe(Value(2.0, label="a" * (length - 4)) + Value(1.0, label="b"))
    formula, value = told.split(" = ")
    assert value == "3" and len(formula) == (60 if length == 60 else 58)
    assert formula.endswith(" + b" if length == 60 else "a…")
