"""Rows turned into columns in registers, at every width that a processor may have."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest

from tests.program.native.lines import applied
from tests.program.native.test_native import same
from tinygrad_fr import to_numpy
from tinygrad_fr.engine import Value
from tinygrad_fr.ops import dot
from tinygrad_fr.program.native.gathering import transposed
from tinygrad_fr.program.native.native import Native
from tinygrad_fr.program.native.words import Words

R = np.random.default_rng(2)


@pytest.mark.parametrize("width", [2, 4, 8])
def test_lane_k_of_vector_i_is_lane_i_of_vector_k(width: int) -> None:
    """Vector i holds 10 i + its lanes: vector k comes out as the k of each."""

    def column(k: int, words: Words, a: str) -> Any:
        return transposed(words.text, [words.sum(a, 10.0 * i) for i in range(width)])[k]

    for k in range(width):
        found = applied(partial(column, k), np.arange(width), width=width)
        assert found.tolist() == [10.0 * i + k for i in range(width)]


@pytest.mark.parametrize("n", [1, 3, 8, 9, 21])
@pytest.mark.parametrize("m", [1, 5, 8, 13, 300])
def test_every_entry_arrives(n: int, m: int) -> None:
    """Rows shorter and longer than a vector, with and without a rest; one block, and several."""
    x = [Value(0.1, label=f"x_{i}") for i in range(1, n + 1)]
    w = [Value(a, label=f"w_{i}") for i, a in enumerate(R.normal(size=n).tolist(), start=1)]
    program = to_numpy((dot(w, x) - 1) ** 2, [x], w)
    data = R.normal(size=(m, n))
    same(Native(program, rows=m)(data), program(data))
