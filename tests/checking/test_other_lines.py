"""Lines of a program written otherwise: each way is told by its line, and is never right."""

from __future__ import annotations

from functools import cache, partial
from typing import Any

import numpy as np
import pytest

from tests.checking.test_matrices import X, program
from tests.shared import in_matrices
from tinygrad_fr import Value, check, to_numpy, use
from tinygrad_fr.checking.lines import told_lines
from tinygrad_fr.checking.other_lines import WAYS, changes, other_lines, slopes
from tinygrad_fr.nn import MLP, losses
from tinygrad_fr.program.arrays import Statement
from tinygrad_fr.program.program import Program

CLASSES = np.eye(3)[[2, 0, 0]]
SHARES = np.array([[0.3, 1.0, 0.2], [0.0, 1.0, 0.7], [0.5, 0.25, 0.4]])
Data = tuple[Program, list[Any]]


@cache
def of_softmax(cost: str, output: str = "linear", activation: str = "tanh") -> Program:
    """2-3-3, as many classes as examples, so that a sum over the wrong axis has the right shape."""
    model = MLP(2, [3, 3], activation=activation, output=output, seed=4)
    for i, p in enumerate(model.parameters()):
        p.data += 0.01 * i
    x = [Value(0.5, label=f"x_{i}") for i in (1, 2)]
    y = [Value(float(i == 1), label=f"y_{i}") for i in (1, 2, 3)]
    L = losses.loss(cost)([model(x)], [y])
    return to_numpy(L, [x, y], model.parameters())


@cache
def programs() -> list[Data]:
    return [
        (program(2), [X, SHARES[:, :2]]),
        (of_softmax("cross_entropy"), [X, CLASSES]),
        (of_softmax("squared_error", "softmax", "softplus"), [X, SHARES]),
    ]


P = "np.exp(Z2 - U1[..., None])"  # softmax
LINES = {
    "W for Wᵀ in Z": ["Z1 = X @ W1 + b1", "Z2 = A1 @ W2 + b2"],
    "Wᵀ for W on the way back": ["D1 = (D2 @ W2.T) * A1 * (1 - A1)"],
    "W read as (inputs × neurons)": ["dW1 = X.T @ D1 / m", "Z1 = X @ W1 + b1"],
    "a sum over the wrong axis": ["db2 = D2.sum(-1) / m", "db1 = D1.sum(-1) / m"],
    "a sum over all axes": ["db2 = D2.sum() / m", "db1 = D1.sum() / m"],
    "1/m is forgotten": ["dW2 = D2.T @ A1", "db2 = D2.sum(0)", "dW1 = D1.T @ X"],
    "1/m is taken twice": ["dW2 = D2.T @ A1 / m / m", "db1 = D1.sum(0) / m / m"],
    "one array for another": [
        "dW2 = D2.T @ X / m",
        "dW1 = D2.T @ X / m",
        "db1 = A1.sum(0) / m",
        "dW1 = (D2 @ W2).T @ X / m",
        "D1 = (D2 @ W2) * (1 - Z1 ** 2)",
        "Z2 = Z1 @ W2.T + b2",
        "Z1 = X @ W1.T + b2",
    ],
    "the derivative of the transfer function is missing": [
        "D1 = D2 @ W2",
        "D2 = 2 * (A2 - Y)",
    ],
    "a sign": [
        "D1 = (D2 @ W2) * (1 + A1 ** 2)",
        "D2 = 2 * (Y - A2) * A2 * (1 - A2)",
        "Z1 = X @ W1.T - b1",
    ],
    "a term is forgotten": ["Z2 = b2", "D2 = 2 * A2 * A2 * (1 - A2)"],
    "a factor is forgotten": ["D1 = (D2 @ W2) * A1", "D2 = 2 * (A2 - Y) * (1 - A2)"],
    "a square is forgotten": ["D1 = (D2 @ W2) * (1 - A1)"],
    "a factor is taken twice": ["D1 = (D2 @ W2) * A1 * (1 - A1) * A1"],
    "another transfer function": ["A1 = np.maximum(Z1, 0)", "A1 = np.tanh(Z1)", "A1 = Z1"],
    "a transfer function too many": ["Z2 = np.tanh(A1 @ W2.T + b2)"],
    "the bias is forgotten": ["Z1 = X @ W1.T", "Z2 = A1 @ W2.T"],
    "σ is miswritten": ["A1 = 1 + np.exp(-Z1)", "A1 = 1 / (1 + np.exp(Z1))"],
    "one operation for another": ["dW1 = (D1.T @ X) * m", "D1 = D2 @ W2 + (1 - A1 ** 2)"],
    "one number for another": ["D1 = (D2 @ W2) * A1 * (2 - A1)"],
    "softmax: the sum is over the examples (axis 0)": ["D2 = np.exp(Z2) / np.exp(Z2).sum(0) - Y"],
    "softmax: without the exponential": ["D2 = Z2 / Z2.sum(-1, keepdims=True) - Y"],
    "softmax: the largest score is that of the examples (axis 0)": [
        "D2 = np.exp(Z2 - Z2.max(0)) / np.exp(Z2 - Z2.max(0)).sum(-1, keepdims=True) - Y"
    ],
    "p − y: y is forgotten": ["D2 = np.exp(Z2 - U1[..., None])"],
    "softmax: only the diagonal of the Jacobian": ["D2 = dA2 * A2 * (1 - A2)"],
    "softmax: keepdims is forgotten, and the sum of one example divides the others": [
        "A2 = np.exp(Z2) / np.exp(Z2).sum(-1)",
        "D2 = np.exp(Z2) / np.exp(Z2).sum(-1) - Y",
    ],
    "softmax: the sum is over the whole array": [
        "A2 = np.exp(Z2) / np.exp(Z2).sum()",
        "D2 = np.exp(Z2) / np.exp(Z2).sum() - Y",
    ],
    "softmax: the exponential is not divided by the sum": [
        "A2 = np.exp(Z2)",
        "D2 = np.exp(Z2 - Z2.max()) - Y",
    ],
    "softmax: keepdims is forgotten at the largest score": [
        "A2 = np.exp(Z2 - Z2.max(-1)) / np.exp(Z2 - Z2.max(-1)).sum(-1, keepdims=True)"
    ],
    "softmax: the mean instead of the sum": [
        "A2 = np.exp(Z2) / np.exp(Z2).mean(-1, keepdims=True)"
    ],
    "softmax: its logarithm instead of it": [
        "A2 = Z2 - U1[..., None]",
        "D2 = Z2 - U1[..., None] - Y",
    ],
    "softmax: applied twice": [f"A2 = np.exp({P}) / np.exp({P}).sum(-1, keepdims=True)"],
    "softmax: e^−z instead of e^z": ["A2 = np.exp(-Z2) / np.exp(-Z2).sum(-1, keepdims=True)"],
    "softmax: σ instead of it, score by score": [
        "A2 = 1 / (1 + np.exp(-Z2))",
        "D2 = 1 / (1 + np.exp(-Z2)) - Y",
    ],
    "p − y: the sign": [f"D2 = Y - {P}"],
    "p − y: an extra factor p": [f"D2 = {P} * ({P} - Y)"],
    "p − y: an extra factor p(1 − p)": [f"D2 = ({P} - Y) * {P} * (1 - {P})"],
    "p(1 − p), and the cost is not differentiated": [f"D2 = {P} * (1 - {P})"],
    "the derivative of a squared error, 2(p − y)": [f"D2 = 2 * ({P} - Y)"],
    "the derivative of a squared error, 2(p − y)·p(1 − p)": [
        f"D2 = 2 * ({P} - Y) * {P} * (1 - {P})"
    ],
    "−y/p, and p is not differentiated": [f"D2 = -Y / {P}"],
    "the true class only": [f"D2 = Y * ({P} - 1)"],
    "p − 1 for every class": [f"D2 = {P} - 1"],
    "z − y instead of p − y": ["D2 = Z2 - Y"],
    "softmax: the Jacobian forgotten": ["D2 = dA2"],
    "softmax: p instead of p(1 − p)": ["D2 = dA2 * A2"],
}


def changed_by(name: str) -> tuple[set[str], list[tuple[Data, Any]]]:
    """The lines that the ways of this name give in all the programs, and what is changed."""
    texts, found = set[str](), []
    for made, data in programs():
        for changed in (c for way in WAYS if way.en == name for c in changes(made, way)):
            texts.update(told_lines([Statement(*x) for x in changed.items()], made.constants))
            found.append(((made, data), changed))
    return texts, found


QUICK = ["a sign", "softmax: without the exponential"]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[] if name in QUICK else pytest.mark.slow)
        for name in dict.fromkeys(way.en for way in WAYS)
    ],
)
def test_each_way_gives_other_numbers_and_is_told(name: str) -> None:
    texts, found = changed_by(name)
    assert found and {*LINES[name]} <= texts
    computed = 0
    for (made, data), changed in found[:: 1 + len(found) // 6]:
        space = made.space(data)
        right, given = slopes(made, space, {}), slopes(made, space, changed)
        assert right is not None
        if given is None:  # the shapes of this program stop it
            continue
        computed += 1
        assert not same(given, right), changed
        diagnosis = other_lines(made, space, partial(fits, given))
        assert diagnosis is not None and diagnosis.kind == "named" and len(diagnosis.hints) == 1
    assert computed


def test_every_line_that_is_expected_belongs_to_a_way() -> None:
    assert {*LINES} == {way.en for way in WAYS} and {*QUICK} <= {*LINES}


def same(given: Any, x: Any) -> bool:
    return all(fits(given, name, x[name]) for name in x)


def fits(given: Any, name: str, x: Any) -> bool:
    return given[name].shape == x.shape and bool(np.allclose(given[name], x, 1e-9, 1e-13))


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (
            ["D2 = Y - P", "dW1 = D2.T @ X / m"],
            ["p − y: the sign: D2 = Y - ", "; and also: one array for another: dW1 = D2.T @ X / m"],
        ),
        (
            ["db1 = D1.sum(1) / m", "dW2 = D2.T @ A1"],
            ["db1 = D1.sum(-1) / m", "dW2 = D2.T @ A1 in"],
        ),
        (["A1 = Z1", "P = E / E.sum(0)"], []),
        (["Z2 = A1 @ W2.T", "D1 = D2 @ W2"], ["Z2 = A1 @ W2.T instead", "D1 = D2 @ W2 instead"]),
    ],
)
def test_several_mistakes_at_once(lines: list[str], told: list[str]) -> None:
    source = {
        "m": "len(X)",
        "Z1": "X @ W1.T + b1",
        "A1": "np.tanh(Z1)",
        "Z2": "A1 @ W2.T + b2",
        "E": "np.exp(Z2)",
        "P": "E / E.sum(1, keepdims=True)",
        "D2": "P - Y",
        "dW2": "D2.T @ A1 / m",
        "db2": "D2.sum(0) / m",
        "D1": "(D2 @ W2) * (1 - A1 ** 2)",
        "dW1": "D1.T @ X / m",
        "db1": "D1.sum(0) / m",
    }
    source |= dict(line.split(" = ", 1) for line in lines)
    body = "".join(f"    {name} = {x}\n" for name, x in source.items())
    head = "def backprop(W1, b1, W2, b2, X, Y):\n"
    hand = in_matrices(f"{head}{body}    return dW1, db1, dW2, db2")
    with use("en"):
        report = check(of_softmax("cross_entropy"), X, CLASSES, hand=hand)
    words = " ".join(str(report).split())
    assert not report.ok and all(part in words for part in told), words


def test_french_and_english_lines_are_told_alike() -> None:
    made, data = programs()[1]
    space = made.space(data)
    way = next(way for way in WAYS if way.en == "p − y: y is forgotten")
    (changed,) = changes(made, way)
    given = slopes(made, space, changed)
    diagnosis = other_lines(made, space, partial(fits, given))
    assert diagnosis is not None
    with use("fr"):
        assert diagnosis.names[0].replace("\u202f", " ") == (
            "p − y : y est oublié : D2 = np.exp(Z2 - U1[..., None]) au lieu de "
            "D2 = np.exp(Z2 - U1[..., None]) - Y"
        )
        assert diagnosis.hints[0].startswith("Que vaut ∂L/∂z pour la vraie classe")
