"""Examples in a loop that was written out: their rows are found, or it is said that they mix."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from tinygrad_fr import to_numpy
from tinygrad_fr.engine import Value
from tinygrad_fr.nn import MLP
from tinygrad_fr.ops import logsumexp
from tinygrad_fr.ops import sum as total
from tinygrad_fr.program.program import Program
from tinygrad_fr.program.rows import example


def looped(m: int, penalty: float = 1e-4) -> tuple[MLP, Program]:
    """micrograd's demo, on m points."""
    r, model = random.Random(m), MLP(2, [5, 3, 1], seed=2)
    X = [[Value(r.gauss(0, 1)), Value(r.gauss(0, 1))] for _ in range(m)]
    y = [r.choice([-1, 1]) for _ in X]
    losses = [(1 + -t * s).relu() for t, s in zip(y, map(model, X), strict=True)]
    L = sum(losses) * (1.0 / m) + penalty * sum(p * p for p in model.parameters())
    return model, to_numpy(L, (), model.parameters())


def test_the_rows_of_a_loop_are_its_examples() -> None:
    found = example(looped(20)[1])
    assert found.several
    assert [(x.name, x.shape) for x in found.inputs] == [("X1", (2,)), ("C1", (1,))]
    assert [t.shape for t in found.tables] == [(20, 2), (20, 1)]
    shapes = {s.name: (s.array.shape, s.array.batched) for s in found.forward}
    assert shapes["Z1"] == ((5,), True) and shapes["L"] == ((), False)
    assert {s.name: s.array.batched for s in found.backward}["dW1"] is False


@pytest.mark.parametrize("written", ["zeros and ones", "the class"])
def test_classes_in_a_loop_are_a_table(written: str) -> None:
    r, model = random.Random(3), MLP(2, [4, 3], output="linear", seed=2)
    X = [[Value(r.gauss(0, 1)), Value(r.gauss(0, 1))] for _ in range(20)]
    k = [i % 3 for i in range(20)]
    costs: list[Any] = []
    for x, label in zip(X, k, strict=True):
        z: Any = model(x)
        right = total([float(j == label) * z[j] for j in range(3)])
        costs.append(logsumexp(z) - (right if written == "zeros and ones" else z[label]))
    program = to_numpy(sum(costs) / 20, (), model.parameters())
    assert "U1.sum() - (" in str(program) and "scatter" not in str(program)
    found = example(program)
    assert [table.shape for table in found.tables] == [(20, 2), (20, 3)]
    assert (found.tables[1] == np.eye(3)[k]).all()


def test_as_many_neurons_as_examples_are_not_taken_for_them() -> None:
    found = example(looped(5)[1])
    assert found.several and found.parameters[0].shape == (5, 2)
    assert {s.name: s.array.shape for s in found.backward}["dW2"] == (3, 5)


def test_examples_that_are_compared_with_one_another_are_mixed() -> None:
    w, r = Value(0.5), random.Random(1)
    out = [w * r.random() for _ in range(8)]
    L = total([(a - b) ** 2 for a, b in zip(out, out[1:], strict=False)])
    program = to_numpy(L, (), [w])
    found = example(program)
    assert not found.several and found.forward is program.forward and not found.inputs


def test_one_example_with_inputs_is_as_it_is() -> None:
    w, x, y = Value(0.5), Value(1.0), Value(2.0)
    program = to_numpy((w * x - y) ** 2, [[x], [y]], [w])
    found = example(program)
    assert found.several and found.forward is program.forward and found.tables == []
    assert not example(to_numpy(w**2, [[x]], [w])).several


def test_a_cost_without_rows_has_no_example() -> None:
    w = Value(2.0)
    assert not example(to_numpy(w**2, (), [w])).several
    assert not example(to_numpy(Value(3.0))).several
