"""Build no graph: NumPy and the graph agree, and a model that was changed is called."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tinygrad_fr.engine import Value
from tinygrad_fr.nn import MLP, Layer, Module, arrays
from tinygrad_fr.nn.layers import ACTIVATIONS
from tinygrad_fr.ops import DomainError
from tinygrad_fr.words import use


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_numpy_and_the_graph_agree(name: str) -> None:
    X = [[0.3, -0.8], [1.4, 0.6], [-2.0, 0.1], [0.0, 0.0]]
    for model in (
        MLP(2, [4, 3], activation="tanh" if name == "softmax" else name, output="linear", seed=3),
        MLP(2, [4, 3], activation="tanh", output=name, seed=4),
    ):
        assert arrays.plain(model)
        for i, p in enumerate(model.parameters()):
            p.data += 0.01 * i  # the biases are 0 no longer
        try:
            expected = [[v.data for v in model(x)] for x in X]
        except DomainError:
            with pytest.raises(DomainError):
                arrays.outputs(model, X)
            continue
        assert arrays.outputs(model, X) == pytest.approx(np.array(expected), rel=1e-12, abs=1e-14)


def test_far_out_the_sigmoid_stays_right() -> None:
    model = MLP(2, [1], output="sigmoid", seed=0)
    for p, x in zip(model.parameters(), (1000.0, 0.0, 0.0), strict=True):
        p.data = x
    assert arrays.outputs(model, [[1.0, 0.0], [-1.0, 0.0], [0.0, 5.0]]).tolist() == [
        [1.0],
        [0.0],
        [0.5],
    ]


def test_any_other_model_is_called_in_evaluation_mode() -> None:
    class Squares(Module):
        def __call__(self, x: Any) -> Value:
            assert not self.training
            out: Value = Value(x[0]) * x[0] + x[1] * x[1] - 1
            return out

    model = Squares()
    assert arrays.outputs(model, [[2.0, 1.0], [0.0, 0.5]]).tolist() == [[4.0], [-0.75]]
    assert model.training
    assert arrays.outputs(lambda x: [x[0], x[1]], [[2.0, 1.0]]).tolist() == [[2.0, 1.0]]


def test_a_layer_that_was_changed_is_called() -> None:
    class Halved(Layer):
        def __call__(self, x: Any) -> Any:
            return [a * 0.5 for a in super().__call__(x)]

    model = MLP(2, [3, 1], seed=0)
    model.layers[0] = Halved(2, 3, seed=1)
    assert not arrays.plain(model)
    x = [0.4, -1.0]
    assert arrays.outputs(model, [x])[0, 0] == pytest.approx(model(x).data)
    model = MLP(2, [3, 1], seed=0)
    model.layers[0].neurons[1].activation = "sigmoid"
    assert arrays.outputs(model, [x])[0, 0] == pytest.approx(model(x).data)


def test_dropout_does_not_drop_in_a_picture() -> None:
    model = MLP(2, [8, 1], dropout=0.5, seed=0)
    x = [0.4, -1.0]
    found = arrays.outputs(model, [x])[0, 0]
    assert model.training
    assert found == pytest.approx(model.eval()(x).data)


@pytest.mark.parametrize(
    ("X", "found"),
    [
        ([[1.0, 2.0], [3.0]], "list"),
        ([[1.0, 2.0, 3.0]], "1 × 3"),
        ([1.0, 2.0], "list"),
        ([[1.0, float("nan")]], "1 × 2"),
        ([["a", "b"]], "list"),
    ],
)
def test_examples_that_do_not_fit_are_counted(X: Any, found: str) -> None:
    with (
        use("en"),
        pytest.raises(ValueError, match=f"of 2 finite numbers are needed, got {found};"),
    ):
        arrays.as_rows(X, 2)
    assert arrays.as_rows([[Value(1.0), 2]], 2).tolist() == [[1.0, 2.0]]
