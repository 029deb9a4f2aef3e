"""A student's matrix code against the program: right, or each mistake of matrices by its name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.shared import in_matrices
from tinygrad_fr import Value, check, to_numpy, use
from tinygrad_fr.checking.written_out import written_out
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
    return in_matrices(BACKPROP, *changes)


@pytest.mark.parametrize("hidden", [2, 3])
def test_a_right_function_is_right(hidden: int) -> None:
    report = check(program(hidden), X, Y, hand=function())
    assert report.ok and len(report.entries) == hidden * 5 + 2
    by_name = function("return dW1, db1, dW2, db2", "return dict(dW1=dW1, db1=db1, b2=db2, W2=dW2)")
    assert check(program(hidden), X, Y, hand=by_name).ok
    pairs = function("return dW1, db1, dW2, db2", "return [(dW1, db1), (dW2, db2)]")
    assert check(program(hidden), X, Y, hand=pairs).ok


MISTAKES = {
    "Wᵀ in Z": (2, ["X @ W1.T", "X @ W1"], "W for Wᵀ in Z: Z1 = X @ W1 + b1 instead of"),
    "Wᵀ in both": (
        2,
        ["X @ W1.T", "X @ W1", "A1 @ W2.T", "A1 @ W2"],
        "Z1 = X @ W1 + b1 instead of Z1 = X @ W1.T + b1; Z2 = A1 @ W2 + b2 instead of",
    ),
    "W as (inputs, neurons)": (
        2,
        ["X @ W1.T", "X @ W1", "A1 @ W2.T", "A1 @ W2", "D2 @ W2)", "D2 @ W2.T)"]
        + ["D2.T @ A1", "A1.T @ D2", "D1.T @ X", "X.T @ D1"],
        "W read as (inputs × neurons)",
    ),
    "W for Wᵀ in δ": (2, ["D2 @ W2)", "D2 @ W2.T)"], "Wᵀ for W on the way back: D1 = (D2 @ W2.T)"),
    "dW transposed": (3, ["D2.T @ A1", "A1.T @ D2"], "Right once transposed"),
    "square dW transposed": (2, ["D1.T @ X", "X.T @ D1"], "Right once transposed"),
    "sum over axis 1": (2, ["D1.sum(0)", "D1.sum(1)"], "over the wrong axis: db1 = D1.sum(-1) / m"),
    "sum over all axes": (2, ["D1.sum(0)", "D1.sum()"], "a sum over all axes: db1 = D1.sum() / m"),
    "no 1/m": (3, [" / m", ""], "the factor 1/m = 1/3 is missing"),
    "1/m twice": (3, ["A2 * (1 - A2)", "A2 * (1 - A2) / m"], "1/m applied twice"),
    "1/m twice on b": (3, ["db1 = D1.sum(0)", "db1 = D1.mean(0)"], "db1 = D1.sum(0) / m / m"),
    "1/m on W only": (
        3,
        [".sum(0) / m", ".sum(0)"],
        "db2 = D2.sum(0) / m; db1 = D1.sum(0) instead of",
    ),
    "1/m on b only": (3, ["A1 / m", "A1", "X / m", "X"], "dW1 = D1.T @ X instead of"),
    "1/m not on one": (3, ["X / m", "X"], "1/m is forgotten: dW1 = D1.T @ X instead of"),
    "bias not summed": (3, ["D1.sum(0) / m", "D1 / m"], "not summed over the examples"),
    "Z for A": (3, ["D2.T @ A1", "D2.T @ Z1"], "dW2 = D2.T @ Z1 / m instead of"),
    "A of the wrong layer": (2, ["D1.T @ X", "D1.T @ A1"], "dW1 = D1.T @ A1 / m instead of"),
    "A of another shape": (3, ["D2.T @ A1", "D2.T @ X"], "dW2 = D2.T @ X / m instead of"),
    "δ of the wrong layer": (2, ["db1 = D1", "db1 = D2"], "db1 = D2.sum(0) / m instead of"),
    "σ′ left out": (
        3,
        ["* A1 * (1 - A1)", ""],
        "the derivative of the transfer function is missing",
    ),
    "layers exchanged": (
        2,
        ["return dW1, db1, dW2, db2", "return dW2, db2, dW1, db1"],
        "dW1 is right for W2, db1 is right for b2, dW2 is right for W1, db2 is right for b1: the "
        "expected order is (dW1, db1, dW2, db2)",
    ),
    "W and b exchanged": (
        3,
        ["return dW1, db1, dW2, db2", "return db1, dW1, dW2, db2"],
        "dW1 is right for b1, db1 is right for W1: the expected order is",
    ),
}


QUICK = ["Wᵀ in Z", "no 1/m"]


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[] if name in QUICK else pytest.mark.slow) for name in MISTAKES],
)
def test_each_mistake_of_matrices_is_named(name: str) -> None:
    hidden, changes, words = MISTAKES[name]
    with use("en"):
        report = check(program(hidden), X, Y, hand=function(*changes))
        assert not report.ok
        text = " ".join(str(report).split())
        assert words in text, report
        assert "No known mistake" not in text, report


@pytest.mark.parametrize("label", ["", "w"])
def test_parameters_of_one_name_are_told_apart(label: str) -> None:
    w, x = [Value(0.5, label=label) for _ in range(3)], [Value(1.0), Value(1.0)]
    found = to_numpy((w[0] * x[0] + w[1] * x[1] + w[2]).tanh(), [x], w)
    right = found(X)[1]
    W, b = found.parameters

    def hand(*given: Any) -> Any:
        return right[W.name] * [2, 1], right[b.name]

    report = check(found, X, hand=hand)
    wrong = [e.name for e in report.entries if e.verdict == "wrong"]
    assert wrong == [f"{W.name}[0]"] and len({e.name for e in report.entries}) == 3


def test_a_program_for_other_arrays_is_checked_in_numpy() -> None:
    found = program(3)
    found.xp = object()  # nothing is asked of it
    assert check(found, X, Y, hand=function()).ok


def test_of_many_examples_a_few_are_judged() -> None:
    many = [a * 100 for a in (X, Y)]
    assert check(program(3), *many, hand=function()).ok
    with use("en"):
        report = check(program(3), *many, hand=function("* A1 * (1 - A1)", ""))
    text = " ".join(str(report).split())
    assert "300 examples; judged on the first 8." in text
    assert "the derivative of the transfer function is missing" in text


def test_what_is_right_on_the_first_examples_only_is_judged_on_all() -> None:
    ten = [(a * 4)[:10] for a in (X, Y)]
    report = check(program(2), *ten, hand=function("len(X)", "len(X) + 3 * (len(X) > 8)"))
    assert not report.ok and len(report.entries) == 12


def test_the_scalars_written_out_are_the_mean() -> None:
    found = program(3)
    L = written_out(found, [X, Y])
    value, gradients = found(X, Y)
    assert L.data == pytest.approx(value, rel=1e-14) and L.label == "L"
    L.backward()
    for f in found.parameters:
        slopes = [v.grad for v in f.values]
        assert gradients[f.name].ravel().tolist() == pytest.approx(slopes, rel=1e-12)


def wide() -> tuple[Program, Any, Any]:
    """30-20-3, 683 parameters, and 20 examples."""
    rng = np.random.default_rng(1)
    model = MLP(30, [20, 3], activation="tanh", output="linear", seed=2)
    x = [Value(0.5, label=f"x_{i}") for i in range(30)]
    y = [Value(0.5, label=f"y_{i}") for i in range(3)]
    L = losses.squared_error([model(x)], [y])
    found = to_numpy(L, [x, y], model.parameters())
    return found, rng.normal(size=(20, 30)), rng.normal(size=(20, 3))


WIDE = BACKPROP.replace("1 / (1 + np.exp(-Z1))", "np.tanh(Z1)").replace(
    "* A1 * (1 - A1)", "* SLOPE"
)
WIDE = WIDE.replace("1 / (1 + np.exp(-Z2))", "Z2").replace(" * A2 * (1 - A2)", "")


def wide_function(slope: str, head: str = "m = len(X)") -> Any:
    return in_matrices(WIDE, "SLOPE", slope, "m = len(X)", head)


def test_of_many_parameters_fewer_examples_and_a_sample_are_judged() -> None:
    found, X, Y = wide()
    assert check(found, X, Y, hand=wide_function("(1 - A1**2)")).ok
    with use("en"):
        report = check(found, X, Y, hand=wide_function("(1 - A1**4)"))
    text = " ".join(str(report).split())
    assert "Wrong for all 20 examples; judged on the first 2." in text
    assert "683 entries compared" in text and "drawn at random (up to 4 per array" in text
    assert "look at the recursion that gives δ^[1]" in text


def test_a_function_for_so_many_examples_only_is_judged_on_them() -> None:
    found, X, Y = wide()
    only = "m = len(X); assert m == 20"
    with use("en"):
        report = check(found, X, Y, hand=wide_function("1", only))
        assert "D1 = D2 @ W2 instead of" in " ".join(str(report).split())
        many = [np.vstack([a, a]) for a in (X, Y)]
        report = check(found, *many, hand=wide_function("(1 - A1**4)", only.replace("20", "40")))
    assert report.exit_status == 1 and report.diagnosis is None and len(report.entries) == 683
