"""What stands on the page: short constants as they are, long ones by their size, helpers first."""

from __future__ import annotations

import numpy as np
import pytest

from tinygrad_fr import erf, to_numpy, use
from tinygrad_fr.engine import Value
from tinygrad_fr.ops import sum as total
from tinygrad_fr.program.arrays import Over, Statement, filled, matmul, named, outer, summed, times
from tinygrad_fr.program.written import lines_of, written

X, W, b = named("X", (2,), True), named("W", (3, 2)), named("b", (3,))
S = named("S", (4, 2), True)
U = named("U", (4, 2))


@pytest.mark.parametrize(
    ("array", "text"),
    [
        (matmul(X, W) + b, "X @ W.T + b"),
        (matmul(X, W) * b, "(X @ W.T) * b"),
        (times(matmul(X, W) + b, W), "(X @ W.T + b) @ W"),
        (outer(matmul(X, W), X) / named("m"), "(X @ W.T).T @ X / m"),
        (outer(S, S), "S.reshape(-1, 2).T @ S.reshape(-1, 2)"),
        (outer(b, b), "np.outer(b, b)"),
        (outer(U, U), "U.T @ U"),
        (summed(S, Over(True, (0, 1))), "S.sum()"),
        (summed(S, Over(True, ())), "S.sum(0)"),
        (summed(S, Over(False, (1,))), "S.sum(-1)"),
        (summed(S, Over(False, (1,), keep=True)), "S.sum(-1, keepdims=True)"),
        (summed(U, Over(False, (0,))), "U.sum(0)"),
        (filled(2, (3,), True), "np.full((m, 3), 2.0)"),
        (filled(b, (3,), True), "np.broadcast_to(b, (m, 3))"),
        (-(X * 3) + 1, "1 - 3 * X"),
        (X * (X * -1), "-X * X"),
        (b - (-2) * b, "b + 2 * b"),
    ],
)
def test_each_kind_of_array(array: object, text: str) -> None:
    assert lines_of([Statement("v", array)], {}) == [f"v = {text}"]


def test_constants_are_shown_or_told_by_their_size() -> None:
    constants = {"C1": np.array([1.0, np.nan]), "C2": np.zeros((4, 5)), "C3": np.ones(2)}
    line = Statement("v", named("C1", (2,)) + named("C2", (4, 5)))
    told = {}
    for lang in ("fr", "en"):
        with use(lang):
            told[lang] = written([[line]], constants).splitlines()
    assert told["en"] == ["C1 = np.array([1.0, np.nan])", "# C2: 4 × 5 numbers", "", "v = C1 + C2"]
    assert told["fr"][1] == "# C2: 4 × 5 nombres"


def test_what_numpy_lacks_comes_first_and_only_where_it_is_used() -> None:
    x, w = Value(0.5, label="x"), Value(0.25, label="w")
    text = str(to_numpy(erf(w * x), [[x]], [w]))
    assert text.startswith("ERF = (") and "def erf(a):" in text and "def scatter" not in text
    assert "def" not in str(to_numpy(w * x, [[x]], [w]))
    k = [Value(0.1 * i, label=f"k_{i}") for i in range(5)]
    z = [erf(k[i] * k[i + 1]) for i in range(4)] + [erf(k[4] * k[0])]
    assert "def scatter(" in str(to_numpy(total(z), (), k))
