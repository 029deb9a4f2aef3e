"""Lines of a program written otherwise: each way is told by its line, and is never right."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.checking.test_matrices import X, Y, program
from tinygrad_fr.checking.other_lines import WAYS, Otherwise, changes, other_lines, slopes
from tinygrad_fr.program.arrays import Statement
from tinygrad_fr.program.written import lines_of

LINES = {
    "w_for_its_transpose": ["Z1 = X @ W1 + b1", "Z2 = A1 @ W2 + b2"],
    "transpose_for_w": ["D1 = (D2 @ W2.T) * A1 * (1 - A1)"],
    "as_inputs_by_neurons": ["dW1 = X.T @ D1 / m", "Z1 = X @ W1 + b1"],
    "over_axis_1": ["db2 = D2.sum(-1) / m", "db1 = D1.sum(-1) / m"],
    "over_all_axes": ["db2 = D2.sum() / m", "db1 = D1.sum() / m"],
    "not_divided": ["dW2 = D2.T @ A1", "db2 = D2.sum(0)", "dW1 = D1.T @ X", "db1 = D1.sum(0)"],
    "divided_twice": ["dW2 = D2.T @ A1 / m / m", "db1 = D1.sum(0) / m / m"],
    "another_array": ["dW2 = D2.T @ X / m", "dW1 = D2.T @ X / m", "db1 = A1.sum(0) / m"],
}


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.way.__name__)
def test_each_way_gives_other_numbers_and_is_told(way: Otherwise) -> None:
    found = program(2)
    space, texts = found.space([X, Y]), set[str]()
    right = slopes(found, space, {})
    assert right is not None
    for changed in changes(found, way):
        texts.update(lines_of([Statement(*x) for x in changed.items()], found.constants))
        given = slopes(found, space, changed)
        assert given is not None
        assert list(changed) == ["L"] or not same(given, right), changed
        diagnosis = other_lines(found, space, lambda other, given=given: same(other, given))
        assert diagnosis is not None and diagnosis.kind == "named" and len(diagnosis.hints) == 1
    assert {*LINES[way.way.__name__]} <= texts


def test_what_was_not_written_otherwise_is_not_told() -> None:
    found = program(2)
    space = found.space([X, Y])
    assert other_lines(found, space, lambda other: False) is None
    wide = program(3)  # W2 has 2 rows and 3 columns: nobody writes A1 @ W2
    texts = [line for way in WAYS[:3] for changed in changes(wide, way) for line in changed]
    assert texts == []


def same(a: Any, b: Any) -> bool:
    return all(a[n].shape == b[n].shape and np.allclose(a[n], b[n], rtol=1e-12) for n in b)
