"""to_numpy: the golden program, what it gives, what it refuses, and that no label reaches it."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from tests.program.nets import drawn
from tests.program.nets import leaves as leaves_of
from tinygrad_fr import DomainError, log, ops, to_numpy, use
from tinygrad_fr.engine import Value
from tinygrad_fr.nn import MLP, losses
from tinygrad_fr.ops import dot
from tinygrad_fr.ops import sum as total
from tinygrad_fr.program.fast import Plan
from tinygrad_fr.program.program import Program

GOLDEN = """\
Z1 = X @ W1.T + b1
A1 = 1 / (1 + np.exp(-Z1))
Z2 = A1 @ W2.T + b2
A2 = 1 / (1 + np.exp(-Z2))
L = ((A2 - Y) ** 2).sum() / m

D2 = 2 * (A2 - Y) * A2 * (1 - A2)
dW2 = D2.T @ A1 / m
db2 = D2.sum(0) / m
D1 = (D2 @ W2) * A1 * (1 - A1)
dW1 = D1.T @ X / m
db1 = D1.sum(0) / m"""

X = [[0.8, -1.2], [-0.4, 0.9], [1.5, 0.3]]
Y = [[0, 1], [1, 0], [0.5, 0.25]]


def leaves(letter: str, n: int) -> list[Value]:
    return [Value(0.5, label=f"{letter}_{i}") for i in range(1, n + 1)]


def two_three_two() -> tuple[MLP, Program]:
    model = MLP(2, [3, 2], activation="sigmoid", output="sigmoid", seed=3)
    x, y = leaves("x", 2), leaves("y", 2)
    L = losses.squared_error([model(x)], [y])
    return model, to_numpy(L, inputs=[x, y], parameters=model.parameters())


def told(program: Program, gradients: dict[str, Any], parameters: list[Value]) -> list[float]:
    """The gradients in the order of the parameters, by the places that the program tells."""
    return [float(gradients[name][place]) for name, place in map(program.at, parameters)]


# ── shown ──


def test_the_golden_program() -> None:
    assert str(two_three_two()[1]) == GOLDEN


def test_a_penalty_stands_outside_the_mean() -> None:
    model = MLP(2, [1], seed=1)
    x, y = leaves("x", 2), leaves("y", 1)
    L = losses.squared_error([model(x)], [y]) + losses.l2_penalty(model.parameters(), 0.25)
    program = to_numpy(L, inputs=[x, y], parameters=model.parameters())
    assert "L = ((Z1 - Y) ** 2).sum() / m + 0.25 * ((W1 ** 2).sum()" in str(program)
    assert "dW1 = D1.T @ X / m + 0.5 * W1" in str(program)
    ones, twice = program([[1, 2]], [[0]])[0], program([[1, 2], [1, 2]], [[0], [0]])[0]
    assert ones == pytest.approx(twice, rel=1e-15)


def test_a_sum_of_several_parts_is_divided_as_a_whole() -> None:
    W = [[Value(0.1 * (i + j)) for j in range(3)] for i in range(2)]
    x = leaves("x", 3)
    h = [dot(w, x) for w in W]
    back = [dot([W[i][j] for i in range(2)], h) for j in range(3)]
    L = total([(a - b) ** 2 for a, b in zip(back, x, strict=True)])
    text = str(to_numpy(L, [x], [w for row in W for w in row]))
    assert "Z2 = Z1 @ W1 - X" in text and "D1 = D2 @ W1.T" in text
    assert "dW1 = (Z1.T @ D2 + D1.T @ X) / m" in text


def test_where_a_scalar_went() -> None:
    model, program = two_three_two()
    first, second = model.layers
    assert program.at(first.neurons[2].w[1]) == ("W1", (2, 1))
    assert program.at(second.neurons[1].b) == ("b2", (1,))
    assert program.at(program.columns[0][1]) == ("X", (1,))


def test_what_has_no_place_is_refused() -> None:
    _, program = two_three_two()
    assert program.at(program.loss) == ("L", ())
    with use("en"), pytest.raises(ValueError, match="'other' has no place"):
        program.at(Value(1.0, label="other"))
    w, unused = Value(2.0), Value(3.0, label="u")
    with use("en"), pytest.raises(ValueError, match="the cost does not depend on 'u'"):
        to_numpy(w * w, (), [w, unused]).at(unused)


def test_an_infinite_number_is_written_so_that_numpy_reads_it() -> None:
    w = leaves("w", 2)
    program = to_numpy(w[0] * float("inf") + w[1], (), w)
    space: dict[str, Any] = {}
    exec(program.source(), space)
    value, slopes = space["program"](*(np.ones(f.shape) for f in program.parameters))
    assert value == np.inf and sorted(float(g) for g in slopes.values()) == [1.0, np.inf]


def test_data_that_were_read_and_are_not_in_the_cost_are_refused() -> None:
    w, (x,), ys = Value(0.5), leaves("x", 1), leaves("y", 2)
    scores = [w * x, x - w]
    read = ops.cross_entropy(scores, int(ys[1].data > ys[0].data))  # Y is frozen in it
    with use("en"), pytest.raises(ValueError, match="depend on 'y_1', 'y_2', list 2 of inputs"):
        to_numpy(read, [[x], ys], [w])
    ys[0].data, ys[1].data = 0.0, 1.0
    program = to_numpy(losses.cross_entropy([scores], [ys]), [[x], ys], [w])
    X, Y = [[0.8], [-0.4], [1.5]], [[0, 1], [1, 0], [0, 1]]
    L = losses.cross_entropy([[w * a, a - w] for (a,) in X], Y)
    L.backward()
    value, gradients = program(X, Y)
    assert value == pytest.approx(L.data, rel=1e-14)
    assert gradients[program.at(w)[0]].tolist() == pytest.approx([w.grad], rel=1e-14)


def test_labels_give_a_letter_and_nothing_else() -> None:
    hostile = '"); import os; os.system("true") #'
    names = [hostile, "import_1", "np", "m", "L", "__class__", "lambda", "x\n= 1", "é"]
    for name in names:
        w, x, y = Value(0.5, label=name), Value(1.0, label=name), Value(2.0, label=name)
        node = w * x
        node.label = name
        text = str(to_numpy((node - y) ** 2, [[x], [y]], [w]))
        words = {"np", "m", "L", "T", "sum", *"X Y W w b Z D M N".split()}
        found = {word.rstrip("0123456789_").lstrip("d") for word in re_words(text)}
        assert found <= words | {""}, (name, text)


def re_words(text: str) -> set[str]:
    import re

    return set(re.findall(r"[A-Za-z_é]\w*", text))


def test_what_is_shown_is_what_runs() -> None:
    model, program = two_three_two()
    value, gradients = program(X, Y)
    space = {"np": np, **program.space([X, Y])}
    exec(str(program), space)
    assert space["L"] == value
    assert all((space["d" + name] == g).all() for name, g in gradients.items())


def test_a_file_of_its_own_gives_the_same() -> None:
    model, program = two_three_two()
    space: dict[str, Any] = {}
    exec(program.source(), space)
    weights = [program.space([X, Y])[f.name] for f in program.parameters]
    value, gradients = space["program"](*weights, np.array(X), np.array(Y))
    assert (value, list(gradients)) == (program(X, Y)[0], ["W1", "b1", "W2", "b2"])
    k, x = leaves("k", 2), leaves("x", 3)
    L = total([ops.erf(k[0] * a + k[1] * b) for a, b in zip(x, x[1:], strict=False)])
    source = to_numpy(L, [x], k).source()
    assert "def erf(a)" in source and "I1 = np.array([[0, 1], [1, 2]])" in source
    exec(source, space)
    assert np.isfinite(space["program"](np.ones((1, 2)), np.ones((2, 3)))[0])


@pytest.mark.slow
def test_files_of_random_costs_give_the_same() -> None:
    """As they are read, and as they run fast, whatever letters their leaves have."""
    for seed in range(120):
        net, r = drawn(seed), np.random.default_rng(seed)
        data = [r.normal(size=(3, n)) for n in net.widths]
        parameters = leaves_of(seed, r.uniform(-1, 1, net.parameters).tolist())
        columns = [leaves_of(seed + k, row) for k, row in enumerate(t[0].tolist() for t in data)]
        for inputs in (columns, []):
            program = to_numpy(net.cost(columns, list(parameters)), inputs, parameters)
            given = data if inputs else []
            value, _ = program(*given)
            assert run_file(program, given) == pytest.approx([value] * 2, rel=1e-11), seed


def test_a_file_adds_up_a_slope_that_is_one_number() -> None:
    """One entry of an array is the cost, or most of it: its slope is 1."""
    w = leaves("w", 2)
    z = [ops.tanh(a) for a in w]
    program = to_numpy(z[0] + ops.exp(z[1]), (), w)
    assert "scatter(" in str(program)
    assert run_file(program, []) == pytest.approx([program()[0]] * 2, rel=1e-14)


def run_file(program: Program, data: list[Any]) -> list[float]:
    """What both files of a program compute, by themselves."""
    plain: dict[str, Any] = {}
    exec(program.source(), plain)
    weights = [program.space(data)[f.name] for f in program.parameters]
    fast: dict[str, Any] = {}
    exec(program.source(fast=True, m=len(data[0]) if data else 1), fast)
    plan = Plan(program)
    plan.theta.read()
    fast["theta"][:] = plan.theta.vector
    for f, table in zip(program.given, data, strict=True):
        fast[f.name][...] = table.T
    return [float(plain["program"](*weights, *data)[0]), float(fast["run"]())]


# ── run ──


def test_the_mean_and_its_gradients_are_those_of_the_scalars() -> None:
    model, program = two_three_two()
    value, gradients = program(X, Y)
    L = losses.squared_error([model(x) for x in X], Y)
    L.backward()
    assert value == pytest.approx(L.data, rel=1e-15)
    slopes = [p.grad for p in model.parameters()]
    assert told(program, gradients, model.parameters()) == pytest.approx(slopes, rel=1e-13)
    assert {name: g.shape for name, g in gradients.items()} == {
        "W1": (3, 2),
        "b1": (3,),
        "W2": (2, 3),
        "b2": (2,),
    }


def test_parameters_are_read_anew() -> None:
    model, program = two_three_two()
    before = program(X, Y)[0]
    for p in model.parameters():
        p.data += 0.5
    assert program(X, Y)[0] != before
    assert program(X, Y)[0] == pytest.approx(
        losses.squared_error([model(x) for x in X], Y).data, rel=1e-15
    )


def test_results_do_not_change_with_what_was_given() -> None:
    w, x = Value(2.0), Value(1.0)
    program = to_numpy(w * x, [[x]], [w])
    given = np.array([[3.0]])
    _, gradients = program(given)
    given[0, 0] = 5.0
    assert gradients["w1"].tolist() == [3.0]


def test_nan_and_infinity_stay_or_are_refused_by_the_node() -> None:
    w, x = Value(2.0), Value(1.0, label="x")
    program = to_numpy(w * x, [[x]], [w])
    assert np.isnan(program([[float("nan")]])[0])
    assert program([[float("inf")]])[0] == float("inf")
    program = to_numpy(w * log(x), [[x]], [w])
    with (
        use("en"),
        pytest.raises(DomainError, match=r"log needs a > 0, got a = −1, at node ln\(x\)"),
    ):
        program([[1.0], [-1.0]])


def test_an_unrolled_batch_is_found() -> None:
    r = random.Random(0)
    model = MLP(2, [4, 1], seed=2)
    points = [[r.gauss(0, 1), r.gauss(0, 1)] for _ in range(30)]
    signs = [r.choice([-1, 1]) for _ in range(30)]
    scores = [model([Value(a) for a in p]) for p in points]
    hinges = [(1 + -y * s).relu() for y, s in zip(signs, scores, strict=True)]
    L = sum(hinges) * (1.0 / 30) + 1e-4 * sum(p * p for p in model.parameters())
    program = to_numpy(L, parameters=model.parameters())
    L.backward()
    value, gradients = program()
    assert value == pytest.approx(L.data, rel=1e-14)
    slopes = [p.grad for p in model.parameters()]
    assert told(program, gradients, model.parameters()) == pytest.approx(slopes, rel=1e-12)
    assert len(program.forward) <= 6 and "Z2 = A1 @ W2.T + b2" in str(program)


def test_a_cost_that_does_not_depend_on_the_examples() -> None:
    w, x = Value(3.0), Value(1.0)
    value, gradients = to_numpy(w * w, [[x]], [w])([[1.0], [2.0]])
    assert (value, gradients["w1"].tolist()) == (9.0, 6.0)
    value, gradients = to_numpy(x * 2, [[x]])([[1.0], [2.0]])
    assert (value, gradients) == (3.0, {})
    assert to_numpy(Value(5.0))() == (5.0, {})


@pytest.mark.parametrize("name", sorted(losses.LOSSES))
def test_every_cost_of_the_house(name: str) -> None:
    model = MLP(2, [3, 2], activation="tanh", output="linear", seed=5)
    if name == "binary_cross_entropy":
        model = MLP(2, [3, 2], activation="tanh", output="sigmoid", seed=5)
    targets = {"hinge": [[1, -1], [-1, -1], [1, 1]], "cross_entropy": [0, 1, 1]}
    t = targets.get(name, [[0, 1], [1, 0], [1, 1]])
    loss = losses.LOSSES[name]
    L = loss([model(x) for x in X], t)
    program = to_numpy(L, parameters=model.parameters())
    L.backward()
    value, gradients = program()
    assert value == pytest.approx(L.data, rel=1e-14)
    slopes = [p.grad for p in model.parameters()]
    assert told(program, gradients, model.parameters()) == pytest.approx(slopes, abs=1e-14)
    assert "Z2 = A1 @ W2.T + b2" in str(program)


def test_what_a_client_made_is_refused_by_name() -> None:
    w = Value(2.0, label="w")
    own = Value(4.0, (w,), "mine", label="own")
    with (
        use("en"),
        pytest.raises(TypeError, match="no rule for the operation 'mine' of node 'own'"),
    ):
        to_numpy(own * w, [], [w])
    v = w * w
    v.label = "v"
    v._backward = lambda: None
    with use("en"), pytest.raises(TypeError, match="the _backward of node 'v' was replaced"):
        to_numpy(v + w, [], [w])
