"""A loop that builds its cost anew: lifted once, and what is recalled is what would be lifted."""

from __future__ import annotations

import gc
import random
import weakref
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tests.program.nets import drawn
from tinygrad_fr import ops, sin, tanh, to_numpy, use
from tinygrad_fr.engine import Value
from tinygrad_fr.nn import MLP, losses
from tinygrad_fr.ops import dot
from tinygrad_fr.program import recall
from tinygrad_fr.program.cells import NOTHING, Cell
from tinygrad_fr.program.program import Program


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    recall.latest.clear()
    yield
    recall.latest.clear()


@pytest.fixture
def lifts(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How often something was lifted: one entry each time."""
    found: list[int] = []
    lift = recall.lifted

    def counted(*given: Any) -> Any:
        found.append(1)
        return lift(*given)

    monkeypatch.setattr(recall, "lifted", counted)
    return found


def example(model: MLP, x: list[float], y: list[float]) -> Program:
    xs, ys = [Value(n) for n in x], [Value(n) for n in y]
    return to_numpy(losses.squared_error([model(xs)], [ys]), [xs, ys], model.parameters())


def test_a_loop_is_lifted_once(lifts: list[int]) -> None:
    model = MLP(2, [3, 2], seed=1)
    r = random.Random(0)
    for _ in range(5):
        x, y = [r.random(), r.random()], [r.random(), r.random()]
        value, gradients = example(model, x, y)([x], [y])
        L = losses.squared_error([model(x)], [y])
        L.backward()
        assert value == pytest.approx(L.data, rel=1e-14)
        assert gradients["W1"][2, 1] == pytest.approx(model.layers[0].neurons[2].w[1].grad)
        for p in model.parameters():
            p.data -= 0.1 * p.grad
            p.grad = 0
    assert len(lifts) == 1


def test_each_program_has_its_own_parameters(lifts: list[int]) -> None:
    one, other = MLP(2, [3, 1], seed=1), MLP(2, [3, 1], seed=2)
    first, second = example(one, [1.0, 2.0], [0.5]), example(other, [1.0, 2.0], [0.5])
    assert len(lifts) == 1 and str(first) == str(second)
    for model, program in ((one, first), (other, second)):
        L = losses.squared_error([model([1.0, 2.0])], [[0.5]])
        assert program([[1.0, 2.0]], [[0.5]])[0] == pytest.approx(L.data, rel=1e-14)
        assert program.at(model.layers[0].neurons[1].w[0]) == ("W1", (1, 0))
        assert program.at(program.columns[0][1]) == ("X1", (1,))
    with use("en"), pytest.raises(ValueError, match="no place"):
        second.at(one.parameters()[0])


def test_a_node_built_once_where_two_were_built() -> None:
    """The program is right, though such a node has no place in it."""
    w, x = Value(0.7), 0.3
    to_numpy(tanh(w * x) * tanh(w * x), (), [w])
    z = tanh(w * x)
    L = z * z
    program = to_numpy(L, (), [w])
    value, gradients = program()
    L.backward()
    assert value == L.data and float(gradients["w1"].item()) == pytest.approx(w.grad, rel=1e-14)
    assert program.at(w) == ("w1", ())
    with use("en"), pytest.raises(ValueError, match="no place"):
        program.at(z)


def test_two_numbers_that_made_two_sums_one_must_stay_the_same(lifts: list[int]) -> None:
    """A sum that is written twice is computed once; with other numbers it is two, and lifted."""
    w, x = [Value(0.7), Value(0.4)], [Value(0.3), Value(0.2)]
    pair, same = (0.5, 0.6), [(0.5, 0.6), (0.5, 0.6)]
    for a, b in (same, ((0.9, 0.6), pair), (pair, (0.9, 0.6)), same):
        L = ops.sum([tanh(p * t + n * p) for p, t, n in zip(w, x, a, strict=True)])
        L = L * ops.sum([sin(p * t + n * p) for p, t, n in zip(w, x, b, strict=True)])
        equal_to_scalars(L, to_numpy(L, [x], w), w, [[v.data for v in x]])
    assert len(lifts) == 2


def test_a_number_that_moves_now_is_another_program(lifts: list[int]) -> None:
    """The same cost and the same numbers: a leaf that was a number is a parameter, or a datum."""
    w, x, c = Value(0.5), Value(0.3), Value(0.5)
    for other in (c, w, x):
        L = tanh(w * x) + x * other
        equal_to_scalars(L, to_numpy(L, [[x]], [w]), [w], [[x.data]])
    one, two = Value(0.5), Value(0.25)
    L = tanh(one * x) + two * x
    for parameters in ([one], [two], [one], [two]):
        program = to_numpy(L, [[x]], parameters)
        equal_to_scalars(L, program, parameters, [[x.data]])
        assert len(program.parameters) == 1
    with use("en"), pytest.raises(ValueError, match="none of the parameters"):
        to_numpy(L, [[x]], [w])
    equal_to_scalars(L, to_numpy(L, [[x]], [two]), [two], [[x.data]])


def test_an_inner_node_of_a_recalled_program_has_its_place() -> None:
    def build() -> tuple[Value, Program]:
        w, x = [Value(0.1), Value(0.2)], [Value(1.0), Value(2.0)]
        z = tanh(w[0] * x[0] + w[1] * x[1])
        return z, to_numpy(z * z + z, [x], w)

    first, second = build(), build()
    assert first[1].at(first[0]) == second[1].at(second[0])
    assert second[1].at(second[1].loss) == ("L", ())


def test_other_numbers_are_other_programs(lifts: list[int]) -> None:
    w = Value(2.0)
    for n in (0.5, 0.25, 0.25, 0.5):
        value, gradients = to_numpy(w * n + n, (), [w])()
        assert (value, gradients["w1"].tolist()) == (3 * n, n)


def test_a_number_in_an_array_that_is_an_exponent_too() -> None:
    w = [Value(0.2), Value(0.3)]
    for number in (2.0, 3.0, 2.0):
        n = Value(number)
        L = ops.sum([tanh(w[0] * n + 1), tanh(w[1] * 0.5 + 1)]) + (w[0] + w[1]) ** n
        value, _ = to_numpy(L, (), w)()
        assert value == pytest.approx(L.data, rel=1e-14)


def test_what_differs_in_one_thing_is_not_recalled(lifts: list[int]) -> None:
    w, v, x = Value(0.7, label="w"), Value(0.4, label="v"), Value(0.3, label="x")
    costs: list[Any] = [
        w**2 * x, w**3 * x, ops.clip(w * x, 0.1, 0.2), ops.clip(w * x, 0.1, 0.3),
        ops.leaky_relu(-w * x, 0.1), ops.leaky_relu(-w * x, 0.2), w * x + v * x, w * x + w * x,
        v * x + w * x,
    ]  # fmt: skip
    for _ in range(2):
        for L in costs:
            program = to_numpy(L, [[x]], [w, v])
            value, gradients = program([[x.data]])
            w.grad = v.grad = 0.0
            L.backward()
            assert value == L.data
            for p in {w, v}.intersection(program.home):
                name, place = program.at(p)
                assert float(gradients[name][place]) == pytest.approx(p.grad, rel=1e-14)


def test_labels_name_the_arrays_each_time() -> None:
    for label in ("w", "v", "w"):
        w, x = Value(0.7, label=label), Value(0.3)
        assert list(to_numpy(w * x, [[x]], [w])([[1.0]])[1]) == [label]


def test_the_order_of_labels_is_the_order_of_the_array() -> None:
    for labels in (("w_1", "w_2"), ("w_2", "w_1"), ("w_1", "w_2")):
        w = [Value(0.1, label=labels[0]), Value(0.2, label=labels[1])]
        program = to_numpy(tanh(w[0]) + tanh(w[1]), (), w)
        assert [v.label for v in program.parameters[0].values] == ["w_1", "w_2"]


def test_no_graph_is_kept_alive() -> None:
    w, x = Value(0.7), Value(0.3)
    L = tanh(w * x)
    program = to_numpy(L, [[x]], [w])
    seen = weakref.ref(L)
    del L, program
    gc.collect()
    assert seen() is None and len(recall.latest) == 1


def test_no_cell_is_left() -> None:
    """Not even until the collector comes by."""
    model = MLP(2, [3, 1], seed=1)
    gc.collect()
    gc.disable()
    try:
        example(model, [1.0, 2.0], [0.5])
        left = [c for c in gc.get_objects() if isinstance(c, Cell) and c is not NOTHING]
    finally:
        gc.enable()
    assert left == []


def test_only_the_latest_are_remembered() -> None:
    w = L = Value(0.7)
    for _ in range(recall.LATEST + 3):
        L = tanh(L)
        to_numpy(L, (), [w])
    assert len(recall.latest) == recall.LATEST


def test_a_replaced_rule_is_refused_though_the_same_was_lifted() -> None:
    w, x = Value(0.7, label="w"), Value(0.3)
    to_numpy(w * x, [[x]], [w])
    w._backward = lambda: None
    with use("en"), pytest.raises(TypeError, match="the _backward of node 'w' was replaced"):
        to_numpy(w * x, [[x]], [w])
    del w.__dict__["_closure"]


@pytest.mark.parametrize("seed", range(80))
def test_random_costs_recalled_are_what_is_lifted(seed: int, lifts: list[int]) -> None:
    net, r = drawn(seed), random.Random(seed)
    data = [np.random.default_rng(seed).normal(size=(2, n)) for n in net.widths]

    def build() -> tuple[Program, list[Value]]:
        leaves = [Value(r.uniform(-1, 1)) for _ in range(net.parameters)]
        inputs = [[Value(r.uniform(-1, 1)) for _ in range(n)] for n in net.widths]
        return to_numpy(net.cost(inputs, list(leaves)), inputs, leaves), leaves

    build()
    recalled, leaves = build()
    assert len(lifts) == 1
    recall.latest.clear()
    fresh = to_numpy(recalled.loss, recalled.columns, leaves)
    assert str(fresh) == str(recalled)
    one, other = recalled(*data), fresh(*data)
    assert np.array_equal(one[0], other[0], equal_nan=True)
    assert all(np.array_equal(one[1][k], other[1][k], equal_nan=True) for k in other[1])
    for p in leaves:
        if p in fresh.home:
            assert recalled.at(p) == fresh.at(p)


# ── other numbers ──


def equal_to_scalars(L: Value, program: Program, leaves: list[Value], *data: Any) -> None:
    """The program of a cost, at the numbers it was built with, against its own backward pass."""
    value, gradients = program(*data)
    for p in leaves:
        p.grad = 0.0
    L.backward()
    assert value == pytest.approx(L.data, rel=1e-12, abs=1e-13, nan_ok=True)
    for p in {*leaves}.intersection(program.home):
        name, place = program.at(p)
        g = float(gradients[name][place])
        assert g == pytest.approx(p.grad, rel=1e-9, abs=1e-11, nan_ok=True)


def batch(r: random.Random, leaves: list[Value], targets: list[float]) -> Value:
    """A mini-batch written out: chains on floats, targets as numbers."""
    w, v, (b, c) = leaves[:4], leaves[4:6], leaves[6:]
    costs: list[Any] = []
    for t in targets:
        x = [r.gauss(0, 1), r.gauss(0, 1)]
        h = [tanh(w[0] * x[0] + w[1] * x[1] + b), tanh(w[2] * x[0] + w[3] * x[1])]
        costs.append((v[0] * h[0] + v[1] * h[1] + c - t) ** 2)
    return sum(costs) / len(costs)  # type: ignore[return-value]


def test_a_mini_batch_is_other_data_in_the_same_program(lifts: list[int]) -> None:
    r = random.Random(3)
    leaves = [Value(r.gauss(0, 1)) for _ in range(8)]
    for _ in range(6):
        L = batch(r, leaves, [r.gauss(0, 1) for _ in range(5)])
        equal_to_scalars(L, to_numpy(L, (), leaves), leaves)
    assert len(lifts) == 1


def test_a_mini_batch_of_our_layers_too(lifts: list[int]) -> None:
    r, model = random.Random(4), MLP(3, [4, 2], seed=2)
    for _ in range(4):
        X = [[r.gauss(0, 1) for _ in range(3)] for _ in range(6)]
        Y = [[r.gauss(0, 1) for _ in range(2)] for _ in range(6)]
        L = losses.squared_error([model(x) for x in X], Y)
        equal_to_scalars(L, to_numpy(L, (), model.parameters()), model.parameters())
    assert len(lifts) == 1


def test_what_was_one_matrix_may_be_two() -> None:
    """Two neurons on the same data, then each on its own."""
    r = random.Random(7)
    w = [Value(r.gauss(0, 1)) for _ in range(4)]
    rows = [[[r.gauss(0, 1), r.gauss(0, 1)] for _ in range(3)] for _ in range(3)]
    for one, other in ((rows[0], rows[0]), (rows[1], rows[2]), (rows[2], rows[2])):
        L = ops.sum(
            [
                tanh(w[0] * a[0] + w[1] * a[1]) * tanh(w[2] * b[0] + w[3] * b[1])
                for a, b in zip(one, other, strict=True)
            ]
        )
        equal_to_scalars(L, to_numpy(L, (), w), w)


def test_what_was_one_number_may_become_several() -> None:
    r = random.Random(5)
    leaves = [Value(r.gauss(0, 1)) for _ in range(8)]
    for targets in ([1.0, 1.0, 1.0], [1.0, -1.0, 1.0], [-1.0, -1.0, -1.0], [1.0, -1.0, -1.0]):
        L = batch(r, leaves, targets)
        equal_to_scalars(L, to_numpy(L, (), leaves), leaves)


@pytest.mark.parametrize(
    "write",
    [
        lambda w, x: tanh(w[0] * x[0]) + tanh(w[1] * x[1]),
        lambda w, x: tanh(w[0] * x[0] + x[0]) + tanh(w[1] * x[1] + x[0]),
        lambda w, x: (w[0] * x[0]) * (w[1] * x[0]) + w[1] * x[1],
        lambda w, x: 2 * (w[0] * x[0]) + 3 * (w[1] * x[1]) + 2 * x[1] * w[0],
        lambda w, x: w[0] / x[0] + w[1] * x[0] - w[0] * x[1],
        lambda w, x: w[0] * x[0] + w[0] * x[1] - x[0] - x[1],
        lambda w, x: ops.maximum(w[0] * x[0], x[0]) + w[1] * (x[0] + x[1]),
        lambda w, x: tanh(w[0] * x[0]) * x[0] + tanh(w[1] * x[1]) * x[0] + ops.sin(w[0]) * x[0],
        lambda w, x: ops.sum([tanh(a * b + c) for a in w for b, c in ((x[0], x[1]), (x[1], 1.0))]),
        lambda w, x: ops.sum(
            [tanh(dot([w[0], w[1]], [a, b])) for a, b in ((x[0], x[1]), (x[1], 0.5))]
        ),
        lambda w, x: -(w[0] * x[0] - x[1]) - (x[0] - w[1] * x[1]),
    ],
)
@pytest.mark.parametrize("shared", [False, True])
def test_numbers_in_every_place(write: Any, shared: bool) -> None:
    """The same leaf in several places, or floats: both are as if they were lifted anew."""
    r = random.Random(6)
    w = [Value(0.3), Value(-0.4)]
    for i in range(8):
        x: list[Any] = [r.choice([0.5, 0.25, r.gauss(0, 1)]), r.choice([0.5, r.gauss(0, 1)])]
        x = [Value(n) for n in x] if shared else x
        L = write(w, x)
        program = to_numpy(L, (), w)
        equal_to_scalars(L, program, w)
        if i % 3 == 2:
            recall.latest.clear()


@pytest.mark.parametrize("seed", range(80))
def test_random_loops_with_other_data(seed: int) -> None:
    net, r = drawn(seed), random.Random(seed)
    for turn in range(3):
        leaves = [Value(r.uniform(-1, 1)) for _ in range(net.parameters)]
        data = [np.random.default_rng(100 * turn + seed).normal(size=(3, n)) for n in net.widths]
        costs = [net.cost([list(map(float, t[i])) for t in data], list(leaves)) for i in range(3)]
        L: Any = ops.sum(costs) / 3
        if isinstance(L, Value):
            equal_to_scalars(L, to_numpy(L, (), leaves), leaves)
