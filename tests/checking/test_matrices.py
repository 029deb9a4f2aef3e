"""A student's matrix code against the program: right, or each mistake of matrices by its name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tinygrad_fr import Value, check, to_numpy, use
from tinygrad_fr.checking.matrices import written_out
from tinygrad_fr.nn import MLP, losses
from tinygrad_fr.program.program import Program

BACKPROP = """
def backprop(W1, b1, W2, b2, X, Y):
    m = len(X)
    Z1 = X @ W1.T + b1
    A1 = 1 / (1 + np.exp(-Z1))
    Z2 = A1 @ W2.T + b2
    A2 = 1 / (1 + np.exp(-Z2))
    D2 = 2 * (A2 - Y) * A2 * (1 - A2)
    dW2 = D2.T @ A1 / m
    db2 = D2.sum(0) / m
    D1 = (D2 @ W2) * A1 * (1 - A1)
    dW1 = D1.T @ X / m
    db1 = D1.sum(0) / m
    return dW1, db1, dW2, db2
"""
X = [[0.8, -1.2], [-0.4, 0.9], [1.5, 0.3]]
Y = [[0, 1], [1, 0], [0.5, 0.25]]


def program(hidden: int) -> Program:
    model = MLP(2, [hidden, 2], activation="sigmoid", output="sigmoid", seed=3)
    for i, p in enumerate(model.parameters()):
        p.data += 0.01 * i  # no bias is 0
    x, y = ([Value(0.5, label=f"{c}_{i}") for i in (1, 2)] for c in "xy")
    L = losses.squared_error([model(x)], [y])
    return to_numpy(L, [x, y], model.parameters())


def function(*changes: str) -> Any:
    """The student's function with lines changed."""
    source = BACKPROP
    for old, new in zip(changes[::2], changes[1::2], strict=True):
        assert old in source
        source = source.replace(old, new)
    space: dict[str, Any] = {"np": np}
    exec(source, space)
    return space["backprop"]


@pytest.mark.parametrize("hidden", [2, 3])
def test_a_right_function_is_right(hidden: int) -> None:
    report = check(program(hidden), X, Y, hand=function())
    assert report.ok and len(report.entries) == hidden * 5 + 2
    by_name = function("return dW1, db1, dW2, db2", "return dict(dW1=dW1, db1=db1, b2=db2, W2=dW2)")
    assert check(program(hidden), X, Y, hand=by_name).ok
    pairs = function("return dW1, db1, dW2, db2", "return [(dW1, db1), (dW2, db2)]")
    assert check(program(hidden), X, Y, hand=pairs).ok


MISTAKES = {
    "Wᵀ in Z": (2, ["X @ W1.T", "X @ W1"], "exchanged"),
    "W for Wᵀ in δ": (2, ["D2 @ W2)", "D2 @ W2.T)"], "W transposed on the way back"),
    "dW transposed": (3, ["D2.T @ A1", "A1.T @ D2"], "Right once transposed"),
    "square dW transposed": (2, ["D1.T @ X", "X.T @ D1"], "Right once transposed"),
    "sum over axis 1": (2, ["D1.sum(0)", "D1.sum(1)"], "a sum over the wrong axis"),
    "no 1/m": (3, [" / m", ""], "the factor 1/m = 1/3 is missing"),
    "1/m twice": (3, ["A2 * (1 - A2)", "A2 * (1 - A2) / m"], "1/m applied twice"),
    "1/m on W only": (
        3,
        [".sum(0) / m", ".sum(0)"],
        "the factor 1/3 of the mean is forgotten, in ∂L/∂b only",
    ),
    "bias not summed": (3, ["D1.sum(0) / m", "D1 / m"], "not summed over the examples"),
    "Z for A": (3, ["D2.T @ A1", "D2.T @ Z1"], "z instead of a in ∂L/∂W"),
    "A of the wrong layer": (2, ["D1.T @ X", "D1.T @ A1"], "layer shifted"),
    "σ′ left out": (
        3,
        ["* A1 * (1 - A1)", ""],
        "the derivative of the transfer function is missing",
    ),
    "layers exchanged": (
        2,
        ["return dW1, db1, dW2, db2", "return dW2, db2, dW1, db1"],
        "dW1 is right for W2: the layers are in the wrong order",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", MISTAKES)
def test_each_mistake_of_matrices_is_named(name: str) -> None:
    hidden, changes, words = MISTAKES[name]
    with use("en"):
        report = check(program(hidden), X, Y, hand=function(*changes))
        assert not report.ok
        assert words in " ".join(str(report).split()), report


def test_what_is_no_gradient_is_refused() -> None:
    with use("en"), pytest.raises(ValueError, match=r"hand must return \(dW1, db1, dW2, db2\)"):
        check(program(2), X, Y, hand=lambda *given: given[0])
    with use("en"), pytest.raises(ValueError, match="Y is 3 × 1; it must be m × 2"):
        check(program(2), X, [[1], [2], [3]], hand=function())


def test_the_function_cannot_change_the_data() -> None:
    data, found = np.array(X), program(2)
    writes = function("    return dW1", "    W1 *= 2; X *= 0\n    return dW1")
    before = [p.data for f in found.parameters for p in (c.value for c in f.cells)]
    assert check(found, data, Y, hand=writes).ok and (data == X).all()
    assert before == [p.data for f in found.parameters for p in (c.value for c in f.cells)]


def test_the_scalars_written_out_are_the_mean() -> None:
    found = program(3)
    L = written_out(found, [X, Y])
    value, gradients = found(X, Y)
    assert L.data == pytest.approx(value, rel=1e-14) and L.label == "L"
    L.backward()
    for f in found.parameters:
        slopes = [c.value.grad for c in f.cells]
        assert gradients[f.name].ravel().tolist() == pytest.approx(slopes, rel=1e-12)
