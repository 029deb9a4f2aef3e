"""Lifting: random costs equal the scalar engine; windows, time, gates as people write them."""

from __future__ import annotations

import math
import random
from collections import deque
from typing import Any

import numpy as np
import pytest

from tests.program.nets import SEEDS, Drawn, by_scalars, drawn, leaves
from tinygrad_fr import log, logsumexp, ops, sigmoid, tanh, to_numpy, use
from tinygrad_fr.engine import Value
from tinygrad_fr.ops import dot
from tinygrad_fr.program.cells import Made
from tinygrad_fr.program.program import Program
from tinygrad_fr.program.slopes import RULES, Backward

EPS = 2.0**-53


def wrong(seed: int, unrolled: bool, m: int) -> list[str]:
    """What differs between the program of cost number `seed` and the scalar engine."""
    net, r = drawn(seed), random.Random(seed)
    numbers = [r.uniform(-1, 1) for _ in range(net.parameters)]
    data = [np.random.default_rng(seed).normal(size=(m, n)) for n in net.widths]
    parameters = leaves(seed, numbers)
    if unrolled:
        program, given = looped(net, parameters, data)
    else:
        program, given = lifted(net, parameters, data, seed)
    value, gradients = program(*given)
    truth = by_scalars(net, data, numbers)
    limit = 8 * truth.nodes * EPS
    found = []
    if not close(value, truth.value, limit * max(truth.size, 1)):
        found.append(f"cost {value} instead of {truth.value}")
    for k, p in enumerate(parameters):
        try:
            name, place = program.at(p)
        except ValueError:
            g = 0.0
        else:
            g = float(gradients[name][place])
        if not close(g, truth.gradients[k], limit * max(truth.sizes[k], 1)):
            found.append(f"parameter {k}: {g} instead of {truth.gradients[k]}")
    return found


def close(x: float, truth: float, limit: float) -> bool:
    return abs(x - truth) <= limit or x == truth or (x != x and truth != truth)


def lifted(
    net: Drawn, parameters: list[Value], data: list[Any], seed: int = 0
) -> tuple[Program, list[Any]]:
    """The program of one example, and the arrays that it is given."""
    inputs = [leaves(seed + k, [0.3] * n) for k, n in enumerate(net.widths)]
    L = net.cost(inputs, list(parameters))
    return to_numpy(L, inputs, parameters), data


def looped(net: Drawn, parameters: list[Value], data: list[Any]) -> tuple[Program, list[Any]]:
    """The program of the mean over examples, written as a loop."""
    m = len(data[0])
    costs = [net.cost([list(map(float, t[i])) for t in data], list(parameters)) for i in range(m)]
    L = ops.sum(costs) / m
    return to_numpy(L if isinstance(L, Value) else Value(L), (), parameters), []


@pytest.mark.slow
@pytest.mark.parametrize("unrolled", [False, True])
@pytest.mark.parametrize("start", range(0, SEEDS, 50))
def test_random_costs_are_those_of_the_scalar_engine(start: int, unrolled: bool) -> None:
    for seed in range(start, start + 50):
        assert wrong(seed, unrolled, [1, 2, 7][seed % 3]) == [], seed


def test_nothing_comes_through_a_step_not_even_a_nan() -> None:
    """√(0² + 0²) has no slope; what is above a step does not matter below it."""
    w, x = Value(0.5, label="w"), Value(0.25, label="x")
    L = w * x + ops.hypot(ops.floor(w), ops.floor(w * x))
    L.backward()
    assert w.grad != w.grad  # 0 · NaN
    value, gradients = to_numpy(L, [[x]], [w])([[0.25]])
    assert (value, float(gradients["w"].sum())) == (L.data, 0.25)
    assert wrong(3887, False, 7) == [] == wrong(3887, True, 7)


@pytest.mark.parametrize("seed", range(SEEDS, SEEDS + 8))
def test_a_batch_of_a_hundred(seed: int) -> None:
    assert wrong(seed, False, 100) == []


def spoiled(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plant a fault in the derivative."""
    from tinygrad_fr.program import lifted, recall, slopes

    monkeypatch.setattr(recall, "latest", deque[recall.Entry](maxlen=0))
    if name == "a consumer is missed":
        monkeypatch.setattr(slopes, "added", lambda parts: parts[0] if parts else None)
    elif name == "1/m is lost":
        whole = slopes.derived
        monkeypatch.setattr(lifted, "derived", lambda *given: whole(*given[:-1], 1))
    else:
        kind, other = name.split(" as ")
        monkeypatch.setitem(RULES, kind, getattr(Backward, other))


@pytest.mark.parametrize(
    "fault", ["a consumer is missed", "1/m is lost", "matmul as _times", "take as _fill"]
)
def test_a_planted_fault_is_found(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    spoiled(fault, monkeypatch)
    found = 0
    for seed in range(40):
        try:
            found += bool(wrong(seed, False, 2))
        except (ValueError, IndexError):  # shapes that do not fit
            found += 1
    assert found > 5


# ── as a person would write them ──


def text(L: Any, inputs: list[list[Value]], parameters: list[Value]) -> list[str]:
    return str(to_numpy(L, inputs, parameters)).splitlines()


def columns(letter: str, n: int) -> list[Value]:
    return [Value(0.25 * i, label=f"{letter}_{i}") for i in range(1, n + 1)]


def test_a_window_that_slides() -> None:
    k, x = columns("k", 3), columns("x", 6)
    z = [tanh(dot(k, x[i : i + 3])) for i in range(4)]
    lines = text(ops.sum(z), [x], k)
    assert lines[0] == "I1 = np.array([[0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 5]])"
    assert lines[2] == "Z1 = X[:, I1] @ K.T"


def test_one_matrix_through_time() -> None:
    U = [columns("u", 2), columns("v", 2)]
    W = [[Value(0.5), Value(0.1)], [Value(-0.5), Value(0.2)]]
    x = columns("x", 6)
    h: list[Any] = [tanh(dot(w, x[:2])) for w in W]
    for t in (2, 4):
        h = [tanh(dot(u, h) + dot(w, x[t : t + 2])) for u, w in zip(U, W, strict=True)]
    lines = text(h[0] ** 2 + h[1] ** 2, [x], [p for row in U + W for p in row])
    assert lines[0] == "Z1 = X[:, 0:2] @ W1.T"
    assert lines[2] == "Z2 = A1 @ U.T + X[:, 2:4] @ W1.T"
    assert lines[4] == "Z3 = A2 @ U.T + X[:, 4:6] @ W1.T"
    assert lines[-1].startswith(
        "dW1 = (D3.T @ X[:, 4:6] + D2.T @ X[:, 2:4] + D1.T @ X[:, 0:2]) / m"
    )


def test_gates_are_slices_of_one_matrix() -> None:
    """Update and reset of a GRU, from a state that is 0: rows in the order of the parameters."""
    W = [[Value(0.1 * i + 0.2 * j) for j in range(2)] for i in range(4)]
    U = [[Value(0.3 * i - 0.2 * j) for j in range(2)] for i in range(4)]
    x, h = columns("x", 4), [Value(0.0), Value(0.0)]
    for t in (0, 2):
        z = [sigmoid(dot(w, x[t : t + 2]) + dot(u, h)) for w, u in zip(W, U, strict=True)]
        h = [a + tanh(b * c) for a, b, c in zip(z[2:], z[:2], h, strict=True)]
    lines = "\n".join(text(ops.sum(h), [x], [p for row in W + U for p in row]))
    assert "Z3 = X[:, 2:4] @ W1.T + Z2 @ W2.T" in lines and "A3[:, 2:4]" in lines
    assert "ravel()[" not in lines


def test_one_number_stays_one_number() -> None:
    """A pendulum: g·sin θ, no sum over an axis of one."""
    g, x, y = columns("g", 1), columns("x", 2), columns("y", 1)
    angle, speed = x
    for _ in range(2):
        speed = speed - 0.1 * g[0] * ops.sin(angle)
        angle = angle + 0.1 * speed
    lines = text((angle - y[0]) ** 2, [x, y], g)
    assert lines[0] == "Z1 = X[:, 1] - 0.1 * g * np.sin(X[:, 0])"


def test_what_a_slope_is_written_with_has_a_line_of_its_own() -> None:
    """Steps of Newton's method: what is divided by stands once, not in each part of a slope."""
    a, x = columns("a", 1), columns("x", 2)
    t = x[0]
    for _ in range(2):
        t = t - (t**3 + a[0] * t - x[1]) / (3 * t**2 + a[0])
    lines = text(t, [x], a)
    assert not any("** 2 + a" in line for line in lines[lines.index("") :])
    x, y = columns("x", 1), columns("y", 1)
    assert text((a[0] * x[0] - y[0]) ** 2, [x, y], a)[0] == "L = ((a * X - Y) ** 2).sum() / m"


def test_a_gate_is_entry_by_entry() -> None:
    w, x = columns("w", 3), columns("x", 3)
    gated = [a * tanh(p * a) for a, p in zip(x, w, strict=True)]
    lines = text(ops.sum(gated), [x], w)
    assert lines[:2] == ["U1 = np.tanh(w * X)", "L = (X * U1).sum() / m"]


def test_softmax_with_the_maximum_taken_out() -> None:
    z, y = columns("z", 3), columns("y", 3)
    w = columns("w", 3)
    scores = [p * a for p, a in zip(w, z, strict=True)]
    top = max(s.data for s in scores)
    e = [ops.exp(s - top) for s in scores]
    L = -ops.sum([t * ops.log(a / ops.sum(e)) for t, a in zip(y, e, strict=True)])
    program = to_numpy(L, [z, y], w)
    assert len(program.forward) < 8
    L.backward()
    value, gradients = program([[v.data for v in z]], [[v.data for v in y]])
    assert value == pytest.approx(L.data, rel=1e-14)
    assert gradients["w"].tolist() == pytest.approx([p.grad for p in w], rel=1e-12)


def test_log_sum_exp_of_what_is_not_alike() -> None:
    """Of a score, a sum, a number that nothing adds to: a line, its parts once."""
    w, x, y = columns("w", 2), columns("x", 2), columns("y", 1)
    z = [logsumexp([dot(w, x), y[0], k * x[1], -math.inf]) for k in w]
    lines = text(ops.sum(z), [x, y], w)
    assert sum(line.count("logaddexp") for line in lines) == 3 and "-np.inf" in "".join(lines)
    truth = ops.sum(z)
    truth.backward()
    program = to_numpy(ops.sum(z), [x, y], w)
    value, gradients = program([[v.data for v in x]], [[v.data for v in y]])
    assert value == pytest.approx(truth.data, rel=1e-14)
    for v in w:
        name, place = program.at(v)
        assert gradients[name][place] == pytest.approx(v.grad, rel=1e-14)


def test_what_is_written_twice_for_an_example_is_computed_once() -> None:
    """The focal cost as it is written: 1 − p is one array."""
    w, x, y = columns("w", 2), columns("x", 2), columns("y", 1)
    p, t = sigmoid(dot(w, x)), y[0]
    lines = text(-t * (1 - p) ** 2 * log(p) - (1 - t) * p**2 * log(1 - p), [x, y], w)
    assert not any("I1" in line or "scatter" in line for line in lines)


def test_numbers_that_only_look_alike_are_two() -> None:
    x = Value(1.0, label="x_1")
    for a, b in ((0.0, -0.0), (1.0, 1), (1.0, 1.0 + 2**-52)):
        assert Made(x, None, ops.mul, (a,)).said() != Made(x, None, ops.mul, (b,)).said()


def test_two_ways_to_write_one_net_give_one_text() -> None:
    def net(chain: bool) -> list[str]:
        W = [columns("w", 2) for _ in range(3)]
        b = [Value(0.1, label=f"b_{k}") for k in range(1, 4)]
        x, y = columns("x", 2), columns("y", 3)
        for k, row in enumerate(W, start=1):
            for j, w in enumerate(row, start=1):
                w.label = f"w_{k},{j}"
        z = [
            sum((w * a for w, a in zip(row, x, strict=True)), c) if chain else dot(row, x) + c
            for row, c in zip(W, b, strict=True)
        ]
        pairs = list(zip(z, y, strict=True))
        costs = [(a - t) ** 2 for a, t in (reversed(pairs) if chain else pairs)]
        return text(ops.sum(costs), [x, y], [p for row in W for p in row] + b)

    one, other = net(False), net(True)
    assert one[0] == "Z1 = X @ W.T + b - Y" and other[0] == "Z1 = b + X @ W.T - Y"
    assert sorted(one[1:]) == sorted(other[1:])


def test_a_chain_of_a_thousand_rows() -> None:
    w, x = Value(0.5, label="w"), Value(0.3, label="x")
    L = w * x
    for i in range(1000):
        L = L * L * 0.5 + w if i % 2 else L**2 * 0.3 + x
    program = to_numpy(L, [[x]], [w])
    value, gradients = program([[0.3]])
    L.backward()
    assert value == L.data and gradients["w"].tolist() == pytest.approx([w.grad], rel=1e-12)
    assert max(map(len, str(program).splitlines()[:300])) < 200


def test_what_has_nothing_in_common_stays_with_the_scalars() -> None:
    w = Value(0.5)
    L: Any = w
    for i in range(3000):
        L = tanh(L * w) if i % 3 else ops.sin(L + w)
    with use("en"), pytest.raises(ValueError, match="does not group: .* scalars of .* kinds"):
        to_numpy(L, (), [w])


def test_a_class_of_each_example_is_a_row_of_zeros_and_a_one() -> None:
    W = [[Value(0.1 * (i + 2 * j)) for j in range(2)] for i in range(3)]
    X, classes = [[1.0, 2.0], [0.5, -1.0], [0.2, 0.3]], [2, 0, 2]
    costs = [ops.cross_entropy([dot(w, x) for w in W], k) for x, k in zip(X, classes, strict=True)]
    lines = text(ops.sum(costs) / 3, [], [p for row in W for p in row])
    assert lines[1] == "Y1 = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])"
    (signal,) = (line for line in lines if line.startswith("D1 = "))
    share = "0.3333333333333333"
    assert signal == f"D1 = {share} * np.exp(Z1 - U1[..., None]) - {share} * Y1"


@pytest.mark.parametrize("number", [0.0, 0.5])
def test_what_is_multiplied_by_0_is_a_datum_all_the_same(number: float) -> None:
    w, x = [Value(0.3), Value(0.5), Value(0.7)], Value(0.2)
    scores = [w[i] * x * number + w[(i + 1) % 3] for i in range(3)]
    L = ops.cross_entropy(scores, 1)
    program = to_numpy(L, [[x]], w)
    value, gradients = program([[0.2], [0.2]])
    L.backward()
    assert value == pytest.approx(L.data, rel=1e-14)
    for p in w:
        name, place = program.at(p)
        assert gradients[name][place] == pytest.approx(p.grad, abs=1e-14)
