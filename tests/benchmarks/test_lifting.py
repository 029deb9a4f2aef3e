"""The benchmark of lifting: its graphs, and how much memory a node takes."""

from __future__ import annotations

import random

import pytest

from benchmarks.lifting import KINDS, measured, size
from tinygrad_fr.engine import Value
from tinygrad_fr.ops import dot
from tinygrad_fr.program.program import to_numpy


def test_a_dot_counts_as_its_products_and_sums() -> None:
    w, x = [Value(1.0) for _ in range(3)], [Value(2.0) for _ in range(3)]
    assert size(dot(w, x) + w[0] * x[0]) == (5 + 2, 6 + 3)
    assert size(sum(a * b for a, b in zip(w, x, strict=True)).tanh())[0] == 3 + 3 + 1  # 0 + …


@pytest.mark.parametrize("name", KINDS)
def test_a_node_takes_less_than_400_bytes(name: str) -> None:
    found = measured(KINDS[name], 10_000, 1)
    assert 8_000 < found.operations < 12_000 and 0 < found.again < found.first
    assert found.peak < 400 * found.nodes


@pytest.mark.parametrize("name", KINDS)
def test_its_graphs_group(name: str) -> None:
    graph = KINDS[name](2_000, random.Random(0))
    program = to_numpy(*graph)
    assert len(program.forward) <= 4 * 4 + 4
