"""Check it: NumPy code builds the scalar graph: the same numbers and slopes, or it is Stopped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tinygrad_fr.checking.arrays import Stopped, nodes
from tinygrad_fr.engine import Value
from tinygrad_fr.walk import chain_rule

RNG = np.random.default_rng(3)
W, B, X = RNG.normal(size=(2, 3)), RNG.normal(size=3), RNG.normal(size=(4, 2))
Y = np.eye(3)[[0, 1, 2, 0]]


def softmax(Z: Any) -> Any:
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


LOSSES: dict[str, Callable[..., Any]] = {
    "matmul": lambda W, B, X: (X @ W + B).sum(),
    "dot": lambda W, B, X: np.sum(np.dot(X, W) + B),
    "method dot": lambda W, B, X: np.sum(X.dot(W)),
    "a vector": lambda W, B, X: (X @ W @ B).mean(),
    "inner": lambda W, B, X: np.inner(B, B),
    "outer": lambda W, B, X: np.outer(X[0], B).sum(),
    "tanh": lambda W, B, X: np.mean(np.tanh(X @ W) ** 2),
    "sigmoid": lambda W, B, X: np.mean(1 / (1 + np.exp(-(X @ W + B)))),
    "cross-entropy": lambda W, B, X: -np.mean(np.sum(Y * np.log(softmax(X @ W + B)), axis=1)),
    "picked": lambda W, B, X: -np.log(softmax(X @ W)[np.arange(4), [0, 1, 2, 0]]).mean(),
    "maximum": lambda W, B, X: np.mean(np.maximum(0, X @ W)),
    "where": lambda W, B, X: np.mean(np.where(X @ W > 0, X @ W, 0.1 * (X @ W))),
    "mask": lambda W, B, X: np.sum((X @ W) * (X @ W > 0)),
    "clip": lambda W, B, X: np.clip(X @ W, -0.5, None).sum(),
    "sign": lambda W, B, X: np.sum(np.sign(X @ W) * (X @ W)),
    "einsum": lambda W, B, X: np.einsum("ij,jk->ik", X, W).sum(),
    "abs": lambda W, B, X: np.abs(W).sum() + np.sum(np.square(B)),
    "shapes": lambda W, B, X: np.sum((X @ W).T.reshape(-1)[:3] * B),
    "stacked": lambda W, B, X: np.concatenate([W.ravel(), B]).sum() + np.vstack([B, B]).prod(),
    "max": lambda W, B, X: np.max(X @ W, axis=0).sum() + np.min(W),
    "std": lambda W, B, X: np.std(X @ W, axis=0).sum() + np.var(W),
    "axes": lambda W, B, X: np.sum(X @ W, axis=(0, 1)) + np.mean(W, axis=-1, keepdims=True)[0, 0],
    "logaddexp": lambda W, B, X: np.logaddexp(0, X @ W).mean(),
    "in place": lambda W, B, X: _in_place(X @ W, B),
    "equal": lambda W, B, X: np.where(Y == 1, X @ W, 0.0).sum(),
    "checked": lambda W, B, X: np.sum(W) if np.isfinite(X @ W).all() else np.nan,
    "astype": lambda W, B, X: np.sum(W.astype(float) * 2),
}


def _in_place(Z: Any, B: Any) -> Any:
    Z = Z.copy()
    Z += B
    Z *= 2
    return Z.sum()


@pytest.mark.parametrize("kind", LOSSES)
def test_a_loss_of_arrays_is_the_graph_of_its_numbers(kind: str) -> None:
    loss = LOSSES[kind]
    output = loss(nodes(W, "W"), nodes(B, "B"), nodes(X))
    assert isinstance(output, Value)
    assert output.data == pytest.approx(float(loss(W, B, X)), rel=1e-12)
    arrived = {v.label: float(g) for v, g in chain_rule(output).items() if v.label}
    for place in np.ndindex(W.shape):
        step = np.zeros_like(W)
        step[place] = 1e-6
        slope = (loss(W + step, B, X) - loss(W - step, B, X)) / 2e-6
        assert arrived.get(f"W[{place[0]},{place[1]}]", 0.0) == pytest.approx(slope, abs=1e-7)


STOPPED: dict[str, Callable[[Any], Any]] = {
    "np.linalg.inv": lambda W: np.linalg.inv(W[:, :2]),
    "np.fft.fft": np.fft.fft,
    "np.round": np.round,
    "astype(int64)": lambda W: W.astype(np.int64),
    "np.interp": lambda W: np.interp(W[0], [0, 1], [0, 1]),
    "np.add(…, out=…)": lambda W: np.add(W, 1, out=np.zeros(W.shape)),
    "np.matmul": lambda W: np.stack([W, W]) @ W.T,
}


@pytest.mark.parametrize("call", STOPPED)
def test_where_values_cannot_go_the_call_is_named(call: str) -> None:
    with pytest.raises(Stopped) as caught:
        STOPPED[call](nodes(W, "W"))
    assert caught.value.call == call


def test_a_scalar_product_and_a_sum_are_one_node_each() -> None:
    """As a neuron of the library makes them: what is found in its graph is found here."""
    output = (nodes(X) @ nodes(W, "W"))[0, 0]
    assert output.op.name == "dot" and len(output.inputs) == 4
    total = nodes(B, "B").sum()
    assert total.op.name == "sum" and [v.label for v in total.inputs] == ["B[0]", "B[1]", "B[2]"]


def test_an_array_of_whole_numbers_stays_whole() -> None:
    entries = nodes(np.array([[1, 0]]), "y")
    assert type(entries[0, 0].data) is int and entries[0, 1].label == "y[0,1]"
