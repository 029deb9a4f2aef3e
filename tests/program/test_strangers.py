"""Costs of many kinds, written as people write them: read, run fast and compiled, all the same."""

from __future__ import annotations

import importlib
import random
import re
from typing import Any

import numpy as np
import pytest

from tests.program.strangers.pen import EACH, WHOLE, Pen
from tests.program.test_program import run_file
from tinygrad_fr import to_numpy
from tinygrad_fr.engine import Value
from tinygrad_fr.program.fast import Fast, Plan
from tinygrad_fr.program.program import Program

for room in ("costs", "images", "models", "sequences"):
    importlib.import_module(f"tests.program.strangers.{room}")

M = 5
# those in which a person would write no list of places, and no entry is picked
PLAIN = """
    class_based deep_ar elastic_net fixed_dropout focal fourier gan_discriminator
    gaussian_mixture gaussian_nll gumbel horner huber_by_hand implicit_euler kalman kl
    label_smoothing layernorm lstm mixture_of_experts newton_inside object_arrays pendulum
    poisson powers rbm_free_energy reduce_code residual_net siamese student_t svm_l2
    swish_hand tied_autoencoder triplet
""".split()


def examples(name: str) -> tuple[Pen, list[list[list[float]]], list[list[Value]], Value]:
    """The weights, the numbers of M examples, the leaves of one, and its cost."""
    cost, widths, low = EACH[name]
    r, p = random.Random(name), Pen(7)
    rows = [[[r.uniform(low, 0.95) for _ in range(n)] for n in widths] for _ in range(M)]
    inputs = [
        [Value(a, label=f"{letter}_{i}") for i, a in enumerate(part, start=1)]
        for letter, part in zip("xyzu", rows[0], strict=False)
    ]
    return p, rows, inputs, cost(p, *inputs)


def backward(L: Value, parameters: list[Value]) -> tuple[float, list[float]]:
    for v in parameters:
        v.grad = 0.0
    L.backward()
    return L.data, [v.grad for v in parameters]


def compare(program: Program, data: list[Any], L: Value, parameters: list[Value]) -> None:
    """The program, both its files and its compiled code, against the scalar engine."""
    cost, slopes = backward(L, parameters)
    gradients = [program(*data), compiled(program, data)]
    for value, found in filter(None, gradients):
        assert value == pytest.approx(cost, rel=1e-11)
        for v, slope in zip(parameters, slopes, strict=True):
            name, place = program.at(v)
            assert found[name][place] == pytest.approx(slope, rel=1e-9, abs=1e-11), name
    assert run_file(program, data) == pytest.approx([cost, cost], rel=1e-11)
    plan = Plan(program)
    fast = Fast(plan, M)
    plan.theta.read()
    for place, table in zip(fast.data, data, strict=True):
        place[...] = np.asarray(table).T
    fast.run()
    found = dict(zip(plan.theta.order, plan.theta.slopes, strict=True))
    assert [found[v] for v in parameters] == pytest.approx(slopes, rel=1e-9, abs=1e-11)


def compiled(program: Program, data: list[Any]) -> Any:
    """None where there is no compiler, or no example can be told apart."""
    pytest.importorskip("llvmlite")
    from tinygrad_fr.program.native.native import Native, Unsuitable

    try:
        return Native(program, rows=M)(*data)
    except Unsuitable:
        assert not program.columns
        return None


@pytest.mark.slow
@pytest.mark.parametrize("name", EACH)
def test_the_cost_of_an_example(name: str) -> None:
    """With its numbers as data; and written out in a loop, as a mean."""
    p, rows, inputs, one = examples(name)
    L: Any = sum(EACH[name].cost(p.again(), *row) for row in rows) / M
    data = [np.array([row[k] for row in rows]) for k in range(len(inputs))]
    program = to_numpy(one, inputs, p.all)
    assert program.columns == inputs
    compare(program, data, L, p.all)
    compare(to_numpy(L, parameters=p.all), [], L, p.all)


@pytest.mark.slow
@pytest.mark.parametrize("name", WHOLE)
def test_the_cost_of_a_batch(name: str) -> None:
    p = Pen(7)
    L = WHOLE[name](p, random.Random(name))
    compare(to_numpy(L, parameters=p.all), [], L, p.all)


@pytest.mark.parametrize("name", PLAIN)
def test_what_is_plain_is_written_plainly(name: str) -> None:
    p, _, inputs, one = examples(name)
    text = str(to_numpy(one, inputs, p.all))
    assert not re.search(r"\bI\d+ = |scatter|ravel|reshape", text)
