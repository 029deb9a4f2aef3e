"""The fast program: what it computes, in place, is what the readable one does."""

from __future__ import annotations

import math
import random
import re
from typing import Any

import numpy as np
import pytest

from tests.program.nets import SEEDS, drawn, leaves
from tests.program.test_program import X, Y, two_three_two
from tinygrad_fr import sigmoid, tanh, to_numpy
from tinygrad_fr.engine import Value
from tinygrad_fr.nn import MLP, losses
from tinygrad_fr.ops import dot, hypot, logsumexp
from tinygrad_fr.ops import sum as total
from tinygrad_fr.program.fast import Fast, Plan
from tinygrad_fr.program.program import Program

DATA = X, Y


def run(program: Program, data: list[Any], m: int) -> tuple[Plan, list[float]]:
    """The program for m examples, twice: nothing of the first run is left in the second."""
    plan = Plan(program)
    fast = Fast(plan, m)
    plan.theta.read()
    for place, table in zip(fast.data, data, strict=True):
        place[...] = np.asarray(table, dtype=float).T
    with np.errstate(all="ignore"):
        return plan, [fast.run(), fast.run()]


def differing(seed: int, strange: float = 0.0) -> list[str]:
    """Where the two differ; `strange` is one number of the data or of the parameters, or is not."""
    net, r = drawn(seed), random.Random(seed)
    parameters = leaves(seed, [r.uniform(-1, 1) for _ in range(net.parameters)])
    inputs = [leaves(seed + k, [0.3] * n) for k, n in enumerate(net.widths)]
    m = r.choice([1, 2, 7, 100])
    data = [np.random.default_rng(seed).normal(size=(m, n)) for n in net.widths]
    program = to_numpy(net.cost(inputs, list(parameters)), inputs, parameters)
    if strange and r.random() < 0.3 and parameters:
        r.choice(parameters).data = strange
    elif strange:
        r.choice(data)[r.randrange(m), 0] = strange
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(program, "replay_first", lambda data: None)
        value, gradients = program(*data)
    plan, costs = run(program, data, m)
    found = [f"cost {c} for {value}" for c in costs if not same(c, value)]
    pairs = [(name, plan.theta.gradients[name], g) for name, g in gradients.items()]
    return found + [f"{name}: {e} for {g}" for name, e, g in pairs if not same(e, g)]


def same(x: Any, truth: Any) -> bool:
    size = max([1.0, *np.abs(np.ravel(truth)[np.isfinite(np.ravel(truth))])])
    return bool(np.allclose(x, truth, rtol=0, atol=1e-11 * size, equal_nan=True))


@pytest.mark.slow
@pytest.mark.parametrize("start", range(0, SEEDS, 50))
def test_the_fast_program_is_the_readable_one(start: int) -> None:
    for seed in range(start, start + 50):
        assert differing(seed) == [], seed


@pytest.mark.slow
@pytest.mark.parametrize("strange", [math.nan, math.inf, -math.inf])
def test_nan_and_infinity_are_in_the_same_places(strange: float) -> None:
    for seed in range(SEEDS // 3):
        assert differing(seed, strange) == [], seed


def test_biases_lie_behind_their_weights() -> None:
    _, program = two_three_two()
    plan = Plan(program)
    assert [fold.both for fold in plan.folds] == ["W1_b1", "W2_b2"]
    source = Fast(plan, 3).source
    assert "W1_b1.dot(X_1, _v0)" in source and " b1, " not in source.split("def run")[1]
    plan.theta.read()
    assert (plan.theta.views["W1_b1"][:, :2] == plan.theta.views["W1"]).all()
    assert np.shares_memory(plan.theta.views["W1_b1"], plan.theta.vector)


def test_a_penalty_on_all_parameters_is_one_line() -> None:
    model = MLP(2, [3, 1], seed=1)
    x = [Value(0.1, label=f"x_{i}") for i in (1, 2)]
    y = [Value(1.0, label="y_1")]
    L = losses.hinge([model(x)], [y]) + losses.l2_penalty(model.parameters(), 0.25)
    program = to_numpy(L, [x, y], model.parameters())
    source = Fast(Plan(program), 4).source
    inside = source.split("def run")[1]
    assert inside.count("theta") == 3 and inside.count("W") == 3
    data = [[[0.5, 1.0], [1, -1]], [[1], [-1]]]
    plan, (cost, again) = run(program, data, 2)
    value, gradients = program(*data)
    assert cost == again == pytest.approx(value, rel=1e-14)
    for name, g in gradients.items():
        assert plan.theta.gradients[name] == pytest.approx(g, rel=1e-13)


def test_the_source_is_a_file_of_its_own() -> None:
    _, program = two_three_two()
    value, gradients = program(DATA[0], DATA[1])
    space: dict[str, Any] = {}
    exec(program.source(fast=True, m=3), space)
    plan = Plan(program)
    plan.theta.read()
    space["theta"][...] = plan.theta.vector
    space["X"][...], space["Y"][...] = np.transpose(DATA[0]), np.transpose(DATA[1])
    assert space["run"]() == pytest.approx(value, rel=1e-14)
    for name, g in gradients.items():
        (fold,) = (f for f in plan.folds if name in (f.w, f.b))
        found = space["d" + fold.both]
        found = found[:, :-1] if name == fold.w else found[:, -1]
        assert found == pytest.approx(g, rel=1e-12)


def unrolled(m: int) -> tuple[MLP, Program, Value]:
    """micrograd's demo on m points, as its notebook writes it."""
    r, model = random.Random(m), MLP(2, [4, 3, 1], seed=2)
    X = [[r.gauss(0, 1), r.gauss(0, 1)] for _ in range(m)]
    y = [r.choice([-1, 1]) for _ in X]
    scores = [model([Value(a) for a in x]) for x in X]
    losses = [(1 + -t * s).relu() for t, s in zip(y, scores, strict=True)]
    L = sum(losses) * (1.0 / m) + 1e-4 * sum(p * p for p in model.parameters())
    return model, to_numpy(L, (), model.parameters()), L


@pytest.mark.parametrize("m", [2, 7, 100])
def test_a_loop_over_examples_is_the_program_of_one(m: int) -> None:
    model, program, L = unrolled(m)
    plan = Plan(program)
    plan.theta.read()
    fast = Fast(plan, 1)
    assert (fast.m, fast.data) == (m, [])
    L.backward()
    assert fast.run() == pytest.approx(L.data, rel=1e-14)
    truth = [v.grad for v in plan.theta.order]
    assert plan.theta.slopes == pytest.approx(truth, rel=1e-12, abs=1e-15)
    space: dict[str, Any] = {}
    exec(program.source(fast=True), space)
    space["theta"][...] = plan.theta.vector
    assert space["run"]() == fast.run() and (space["slopes"] == plan.theta.slopes).all()


def test_a_loop_over_examples_costs_what_one_example_costs() -> None:
    model = MLP(2, [4, 3, 1], seed=2)
    x, y = [Value(0.1), Value(0.2)], Value(1.0)
    penalty = 1e-4 * sum(p * p for p in model.parameters())
    one = to_numpy((1 - y * model(x)).relu() + penalty, [x, [y]], model.parameters())
    written, looped = (Fast(Plan(p), 20).body.split("def run")[1] for p in (one, unrolled(20)[1]))
    assert written.replace("X2", "C1").replace("subtract(_c2, _v5", "add(_v5, _c2") == looped


def test_numbers_wait_and_what_nobody_reads_is_not_computed() -> None:
    model = MLP(3, [4, 2], output="linear", seed=1)
    x, y = ([Value(0.1) for _ in range(n)] for n in (3, 2))
    z = model(x)
    program = to_numpy(logsumexp(z) - dot(y, z), [x, y], model.parameters())
    inside = Fast(Plan(program), 8).body.split("def run")[1]
    assert inside.count("subtract(") == 3  # z − max, log Σ − yᵀz, softmax − y: no z − log Σ
    assert inside.count("multiply(") == 3  # yᵀz, all of D2 by 1/m, D1 by its slope
    L = total([(0.5 * (a - b)) ** 2 for a, b in zip(z, y, strict=True)])
    inside = Fast(Plan(to_numpy(L, [x, y], model.parameters())), 8).body.split("def run")[1]
    assert "square" not in inside  # Σ e² is e·e


def halves(step: int) -> tuple[Program, str]:
    """One half of z is bent, the other opens it: the first and the last, or every second one."""
    x, y = [Value(0.1) for _ in range(3)], Value(0.5)
    model = MLP(3, [6], output="linear", seed=1)
    z: Any = model(x)
    pairs = zip(z[::2], z[1::2], strict=True) if step == 2 else zip(z[:3], z[3:], strict=True)
    L = total([(tanh(a) * sigmoid(b) - y) ** 2 for a, b in pairs])
    program = to_numpy(L, [x, [y]], model.parameters())
    return program, Fast(Plan(program), 5).body.split("def run")[1]


@pytest.mark.parametrize(("step", "takes"), [(1, 0), (2, 2)])
def test_a_run_is_no_copy_and_entries_that_differ_have_their_place(step: int, takes: int) -> None:
    program, inside = halves(step)
    assert inside.count(".take(") == takes and "scattered" not in inside
    assert len(re.findall(r"_v\d+\[.*\] = _v\d+", inside)) == 2
    data = [np.random.default_rng(1).normal(size=(5, n)) for n in (3, 1)]
    plan, (cost, again) = run(program, data, 5)
    value, gradients = program(*data)
    assert cost == again == pytest.approx(value, rel=1e-14)
    for name, g in gradients.items():
        assert plan.theta.gradients[name] == pytest.approx(g, rel=1e-12, abs=1e-15)


def test_theta_goes_there_and_back() -> None:
    model, program = two_three_two()
    theta = Plan(program).theta
    theta.read()
    assert set(theta.order) == set(model.parameters())
    theta.vector *= 2
    before = [p.data for p in model.parameters()]
    theta.write()
    assert [p.data for p in model.parameters()] == [2 * x for x in before]


def test_examples_are_fetched_from_tables() -> None:
    """X has a bias behind it, and is read elsewhere in one piece; Y has none."""
    x, y = [Value(0.1), Value(0.2)], [Value(0.5), Value(0.4)]
    model = MLP(2, [2], output="linear", seed=1)
    z: Any = model(x)
    L = dot(x, [tanh(a + b) for a, b in zip(z, y, strict=True)])
    program = to_numpy(L, [x, y], model.parameters())
    data = [np.random.default_rng(1).normal(size=(9, 2)) for _ in (x, y)]
    plan = Plan(program)
    plan.theta.read()
    fast, tables = Fast(plan, 4), plan.tables(data)
    assert [axis for axis, _ in fast.places] == [0, -1]
    for order in ([3, 0, 8, 5], [1, 1, 7, 2]):
        fast.fetch(tables, order)
        value, gradients = program(*(table[order] for table in data))
        assert fast.run() == pytest.approx(value, rel=1e-14)
        for name, g in gradients.items():
            assert plan.theta.gradients[name] == pytest.approx(g, rel=1e-12, abs=1e-15)


def test_no_label_reaches_what_is_executed() -> None:
    hostile = '"); import os; os.system("true") #'
    w, x, y = (Value(0.5, label=hostile) for _ in range(3))
    z = tanh(w * x)
    z.label = "__import__"
    source = Fast(Plan(to_numpy((z - y) ** 2, [[x], [y]], [w])), 2).source
    assert not {"os", "system"} & set(re.findall(r"[A-Za-z]+", source))
    assert source.count("import") == 2  # NumPy, and its functions


def test_a_nan_stays_in_its_place() -> None:
    k = [Value(a, label=f"k_{i}") for i, a in enumerate((0.0, 0.0, 1.0, 2.0, 3.0))]
    L = total([hypot(a, b) for a, b in zip(k, [*k[1:], k[0]], strict=True)])
    L.backward()
    plan, _ = run(to_numpy(L, (), k), [], 1)
    found = {v.label: x for v, x in zip(plan.theta.order, plan.theta.slopes, strict=True)}
    truth = {v.label: v.grad for v in k}
    assert sum(x != x for x in truth.values()) == 2
    assert {n for n, x in found.items() if x != x} == {n for n, x in truth.items() if x != x}
