"""Compiled programs: the same numbers as NumPy's, the same steps as each optimiser's."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from tests.program import test_lift
from tests.program.nets import SEEDS, drawn
from tests.program.test_program import two_three_two
from tests.program.test_rows import looped
from tinygrad_fr import ops, to_numpy
from tinygrad_fr.engine import Value
from tinygrad_fr.nn import MLP, optim
from tinygrad_fr.ops import logsumexp
from tinygrad_fr.ops import sum as total
from tinygrad_fr.program.native import native
from tinygrad_fr.program.native.native import Native, Unsuitable
from tinygrad_fr.program.program import Program
from tinygrad_fr.words import use

R = np.random.default_rng(1)


def same(found: Any, truth: Any) -> None:
    assert found[0] == pytest.approx(truth[0], rel=1e-13)
    assert found[1].keys() == truth[1].keys()
    for name, g in truth[1].items():
        np.testing.assert_allclose(found[1][name], g, rtol=1e-12, atol=1e-14)


# ── the numbers ──


@pytest.mark.parametrize("m", [1, 2, 7, 8, 9, 100, 200, 257, 1000])
def test_the_golden_program_at_any_number_of_examples(m: int) -> None:
    program = two_three_two()[1]
    data = R.normal(size=(m, 2)), R.random((m, 2))
    same(Native(program, rows=m)(*data), program(*data))


class Compiled:
    """A program that is compiled when it is called; one that is not made for that runs in NumPy."""

    refused = 0

    def __init__(self, program: Program) -> None:
        self.program, self.at = program, program.at

    def __call__(self, *data: Any) -> Any:
        try:
            return Native(self.program, rows=len(data[0]) if data else 1)(*data)
        except Unsuitable:
            Compiled.refused += 1
            return self.program(*data)


@pytest.mark.slow
@pytest.mark.parametrize("start", range(0, SEEDS // 5, 10))
def test_random_costs_compiled_are_those_of_the_scalar_engine(
    start: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(test_lift, "to_numpy", lambda *given: Compiled(to_numpy(*given)))
    monkeypatch.setattr(Compiled, "refused", 0)
    for seed in range(start, start + 10):
        assert test_lift.wrong(seed, False, [1, 2, 7, 20][seed % 4]) == [], seed
    assert Compiled.refused == 0


@pytest.mark.slow
def test_loops_that_were_written_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(test_lift, "to_numpy", lambda *given: Compiled(to_numpy(*given)))
    monkeypatch.setattr(Compiled, "refused", 0)
    for seed in range(30):
        assert test_lift.wrong(seed, True, [4, 9, 17][seed % 3]) == [], seed
    assert Compiled.refused < 28  # most mix their rows: index arrays over all of them


def test_micrograd_s_demo_as_it_is_written() -> None:
    model, program = looped(20)
    same(Native(program)(), program())
    twin, same_program = looped(20)
    native = Native(program, optim.SGD(model.parameters(), 0.1))
    costs = native.again((), range(20), 30)
    theirs = optim.SGD(twin.parameters(), 0.1)
    assert costs == pytest.approx(followed(same_program, theirs, (), [()] * 30), rel=1e-12)


def softmax_net(sizes: list[int]) -> tuple[Program, MLP]:
    model = MLP(sizes[0], sizes[1:], activation="relu", output="linear", seed=1)
    x = [Value(0.1, label=f"x_{i}") for i in range(1, sizes[0] + 1)]
    y = [Value(0.0, label=f"y_{k}") for k in range(1, sizes[-1] + 1)]
    z = model(x)
    L = logsumexp(z) - total([a * b for a, b in zip(y, z, strict=True)])
    return Program(L, [x, y], model.parameters(), kept=z), model


def classes(m: int, sizes: list[int]) -> tuple[Any, Any]:
    return R.normal(size=(m, sizes[0])), np.eye(sizes[-1])[R.integers(0, sizes[-1], m)]


@pytest.mark.parametrize("m", [3, 64, 300])
def test_a_net_of_several_tiles(m: int) -> None:
    sizes = [33, 19, 10]
    program, _ = softmax_net(sizes)
    data = classes(m, sizes)
    same(Native(program, rows=m)(*data), program(*data))


def test_two_matrices_on_the_same_wide_data() -> None:
    """Whose rows stand a second time, once for both; 19 columns are two vectors and three more."""
    x = [Value(0.1, label=f"x_{i}") for i in range(1, 20)]
    W, V = (MLP(19, [n], activation="tanh", seed=n) for n in (7, 5))
    L = total(W(x)) * total(V(x))
    program = to_numpy(L, [x], [*W.parameters(), *V.parameters()])
    for m in (1, 7, 8, 30):
        native, data = Native(program, rows=m), R.normal(size=(m, 19))
        assert list(native.made.layout.by_example) == ["X"]
        same(native(data), program(data))
        same(native(data[: m // 2 + 1]), program(data[: m // 2 + 1]))


# ── the steps ──


def followed(program: Program, optimizer: Any, data: Any, batches: list[Any]) -> list[float]:
    """The same steps with NumPy's numbers and the optimiser itself."""
    costs = []
    for batch in batches:
        value, gradients = program(*(table[list(batch)] for table in data))
        for p in optimizer.parameters:
            name, place = program.at(p)
            p.grad = float(gradients[name][place])
        optimizer.step()
        costs.append(value)
    return costs


def trained(native: Native, data: Any, batches: Sequence[Sequence[int]]) -> list[float]:
    """The compiled steps on the same batches."""
    order = [i for batch in batches for i in batch]
    return native.train(data, order, [len(batch) for batch in batches]).tolist()


def shuffled(n: int, size: int, epochs: int) -> list[list[int]]:
    r, found = random.Random(3), []
    for _ in range(epochs):
        order = r.sample(range(n), n)
        found += [order[i : i + size] for i in range(0, n, size)]
    return found


@pytest.mark.slow
@pytest.mark.parametrize("size", [7, 50])
@pytest.mark.parametrize("name", optim.OPTIMIZERS)
def test_every_optimiser_makes_the_same_steps(name: str, size: int) -> None:
    model, program = two_three_two()
    twin, same_program = two_three_two()
    data = R.normal(size=(50, 2)), R.random((50, 2))
    batches = shuffled(50, size, 4)
    schedule = optim.inverse_time(0.05, 0.1)
    options = {} if name == "adamw" else {"weight_decay": 0.01}
    ours = optim.optimizer(name, model.parameters(), schedule, **options)
    theirs = optim.optimizer(name, twin.parameters(), schedule, **options)
    native = Native(program, ours, rows=size)
    first = trained(native, data, batches[:3])
    native.give_back()  # a break in between changes nothing
    native.take()
    costs = [*first, *trained(native, data, batches[3:])]
    assert costs == pytest.approx(followed(same_program, theirs, data, batches), rel=1e-13)
    native.give_back()
    assert ours.steps == theirs.steps
    for a, b in zip(model.parameters(), twin.parameters(), strict=True):
        assert a.data == pytest.approx(b.data, rel=1e-12)
    for kept, wanted in zip(ours.memory.values(), theirs.memory.values(), strict=True):
        assert kept == pytest.approx(wanted, rel=1e-12)


def test_steps_over_several_blocks() -> None:
    sizes = [5, 12, 3]
    program, model = softmax_net(sizes)
    same_program, twin = softmax_net(sizes)
    data = classes(700, sizes)
    batches = shuffled(700, 300, 2)
    native = Native(program, optim.Adam(model.parameters(), 0.01), rows=300)
    costs = trained(native, data, batches)
    theirs = optim.Adam(twin.parameters(), 0.01)
    assert costs == pytest.approx(followed(same_program, theirs, data, batches), rel=1e-12)


def test_what_is_asked_of_each_example() -> None:
    """The largest score, the first of several; one score by itself; in the order given, and those
    of the last step where all steps take the same examples."""
    sizes = [5, 7, 3]
    program, model = softmax_net(sizes)
    data = classes(90, sizes)
    data[0][::4] = -30.0  # every other neuron is silent, and all three scores are their biases
    for p in model.layers[-1].neurons:
        p.b.data = 0.25
    order = R.permutation(90)[:71]
    scores = np.array([[p.data for p in model(x.tolist())] for x in data[0][order]])
    assert (scores.max(1, keepdims=True) == scores).sum(1).max() == 3
    for asked, truth in ((program.places, scores.argmax(1)), (program.places[1:2], scores[:, 1])):
        still = optim.SGD(model.parameters(), 1e-30)  # it moves nothing
        native = Native(program, still, rows=32, answers=asked)
        native.train(data, order, [32, 20, 1, 18])
        np.testing.assert_allclose(native.answered, truth, rtol=1e-12, atol=1e-12)
        native.again(data, order[:9], 2)
        np.testing.assert_allclose(native.answered, truth[:9], rtol=1e-12, atol=1e-12)


def test_more_steps_on_what_lies_there() -> None:
    sizes = [5, 7, 3]
    program, model = softmax_net(sizes)
    data = classes(40, sizes)
    native = Native(program, optim.SGD(model.parameters(), 0.1), rows=30)
    other = Native(program, optim.SGD(model.parameters(), 0.1), rows=30)
    order = R.permutation(40)[:30]
    costs = native.again(data, order, 6).tolist()
    first = other.again(data, order, 1).tolist()
    order[:] = 0  # they lie there
    assert [*first, *other.more(2).tolist(), *other.more(3).tolist()] == costs
    assert other.numbers.tolist() == native.numbers.tolist()
    other.train(data, range(20), [10, 10])
    for nothing in (other, Native(program, optim.SGD(model.parameters(), 0.1))):
        with use("en"), pytest.raises(ValueError, match="no examples lie there"):
            nothing.more(1)


def tied() -> tuple[list[Value], Program]:
    """W and its transpose: the gradient is the sum of two sums over examples."""
    W = [[Value(0.1 * (3 * i + j) - 0.3) for j in range(3)] for i in range(2)]
    x = [Value(0.0, label=f"x_{i}") for i in (1, 2, 3)]
    h = [total([a * b for a, b in zip(row, x, strict=True)]).tanh() for row in W]
    back = [total([W[i][j] * h[i] for i in range(2)]) for j in range(3)]
    L = total([(a - b) ** 2 for a, b in zip(back, x, strict=True)])
    parameters = [w for row in W for w in row]
    return parameters, to_numpy(L, [x], parameters)


def entangled() -> tuple[list[Value], Program]:
    """A penalty in which each matrix is multiplied by the other."""
    W = [[Value(0.1 * (2 * i + j + 1)) for j in range(2)] for i in range(2)]
    V = [[Value(0.2 * (i - j) + 0.1) for j in range(2)] for i in range(2)]
    x = [Value(0.0, label=f"x_{i}") for i in (1, 2)]
    h = [total([a * b for a, b in zip(row, x, strict=True)]).tanh() for row in W]
    z = [total([a * b for a, b in zip(row, h, strict=True)]) for row in V]
    pairs = [(w * v) ** 2 for r, s in zip(W, V, strict=True) for w, v in zip(r, s, strict=True)]
    parameters = [w for row in [*W, *V] for w in row]
    return parameters, to_numpy(total([a * a for a in z]) + total(pairs), [x], parameters)


@pytest.mark.parametrize("kind", [optim.SGD, optim.Adam])
@pytest.mark.parametrize("made", [tied, entangled])
def test_a_parameter_moves_once_and_when_nobody_needs_it_as_it_was(made: Any, kind: Any) -> None:
    parameters, program = made()
    twins, same_program = made()
    data = (R.normal(size=(9, len(program.columns[0]))),)
    native = Native(program, kind(parameters, 0.1), rows=9)
    costs = native.again(data, range(9), 10)
    expected = followed(same_program, kind(twins, 0.1), data, [range(9)] * 10)
    assert costs == pytest.approx(expected, rel=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("start", range(0, SEEDS // 10, 10))
def test_random_costs_are_trained_as_the_optimiser_does(start: int) -> None:
    for seed in range(start, start + 10):
        net, r = drawn(seed), random.Random(seed)
        numbers = [r.uniform(-1, 1) for _ in range(net.parameters)]
        data = [np.random.default_rng(seed).normal(size=(7, n)) for n in net.widths]
        (ours, one), (theirs, other) = [
            (parameters, test_lift.lifted(net, parameters, data)[0])
            for parameters in ([Value(x) for x in numbers], [Value(x) for x in numbers])
        ]
        moving = [p for p in ours if p in one.home]
        if not moving:
            continue
        native = Native(one, optim.Adam(moving, 0.01), rows=7)
        descent = optim.Adam([q for p, q in zip(ours, theirs, strict=True) if p in one.home], 0.01)
        expected = followed(other, descent, data, [range(7)] * 4)
        assert native.again(data, range(7), 4) == pytest.approx(expected, rel=1e-7), seed


def test_a_long_gradient_is_made_shorter() -> None:
    """Biases and weights lie apart, and what lies between them is no gradient."""
    model, program = two_three_two()
    twin, same_program = two_three_two()
    data = R.normal(size=(9, 2)), R.random((9, 2))
    native = Native(program, optim.SGD(model.parameters(), 1.0), rows=9, clip=0.01)
    native.again(data, range(9), 1)
    _, gradients = same_program(*data)
    length = sum(float((g**2).sum()) for g in gradients.values()) ** 0.5
    native.give_back()
    for p, q in zip(model.parameters(), twin.parameters(), strict=True):
        name, place = same_program.at(q)
        moved = q.data - gradients[name][place] / length * 0.01
        assert length > 0.01 and p.data == pytest.approx(moved, abs=1e-14)


def test_an_optimiser_of_one_s_own() -> None:
    class Halving(optim.Optimizer):
        remembers = ("h",)

        def change(self, i: int, g: Any, rate: float) -> Any:
            self.memory["h"][i] = self.memory["h"][i] / 2 + g / (1 + g * g)
            return rate * self.memory["h"][i]

    model, program = two_three_two()
    twin, same_program = two_three_two()
    data = R.normal(size=(9, 2)), R.random((9, 2))
    native = Native(program, Halving(model.parameters(), 0.1), rows=9)
    costs = native.again(data, range(9), 20)
    theirs = Halving(twin.parameters(), 0.1)
    expected = followed(same_program, theirs, data, [range(9)] * 20)
    assert costs == pytest.approx(expected, rel=1e-13)


def test_an_optimiser_that_asks_questions_is_not_compiled() -> None:
    class Careful(optim.SGD):
        def change(self, i: int, g: Any, rate: float) -> Any:
            return rate * g if g > 0 else 0

    model, program = two_three_two()
    with pytest.raises(Unsuitable):
        Native(program, Careful(model.parameters(), 0.1), rows=9)


def test_an_optimiser_moves_all_the_parameters_and_no_other() -> None:
    model, program = two_three_two()
    for parameters in (model.parameters()[:-1], [*model.parameters(), Value(1.0)]):
        with use("en"), pytest.raises(Unsuitable, match="those of the program, all of them"):
            Native(program, optim.SGD(parameters, 0.1), rows=9)


# ── what is given ──


def test_a_program_that_would_take_minutes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pendulum, each step of it two lines of the program."""
    g, (angle, speed) = Value(0.9), (x := [Value(0.3), Value(0.2)])
    for _ in range(5):
        speed = speed - 0.01 * g * ops.sin(angle)
        angle = angle + 0.01 * speed
    program, data = to_numpy(angle**2, [x], [g]), [[0.3, 0.2], [0.1, 0.5]]
    compiled = Native(program, rows=2)
    same(compiled(data), program(data))
    length = compiled.made.text.count("\n")
    monkeypatch.setattr(native, "LONGEST", length)
    Native(program, rows=2)
    monkeypatch.setattr(native, "LONGEST", length - 1)
    with use("en"), pytest.raises(Unsuitable, match=f"minutes to compile: {length} lines"):
        Native(program, rows=2)


def test_what_does_not_fit_is_refused() -> None:
    model, program = two_three_two()
    native = Native(program, optim.SGD(model.parameters(), 0.1), rows=5)
    X, Y = R.normal(size=(9, 2)), R.random((9, 2))
    with use("en"):
        for batches in ([range(6)], [[]]):
            with pytest.raises(ValueError, match="1 to 5 examples"):
                trained(native, (X, Y), batches)
        for data, batch in (
            ((X, Y), [8, 9]),
            ((X, Y), [-1]),
            ((X, Y[:8]), [0]),
            ((X[:, :1], Y), [0]),
            ((X,), [0]),
        ):
            with pytest.raises(ValueError, match="one array per input"):
                trained(native, data, [batch])
        for order, counts in (([0, 1], [1]), ([0], [1, 1]), ([[0], [1]], [1, 1])):
            with pytest.raises(ValueError, match="as many rows as the steps take"):
                native.train((X, Y), order, counts)
    assert native.optimizer.steps == 0
    assert native.train((X, Y), [], []).shape == (0,)


def test_the_text_holds_none_of_a_user_s_words() -> None:
    bad = '"); import os #'
    w, x, y = (Value(0.5, label=f"{bad}{k}") for k in range(3))
    program = to_numpy((w * x - y) ** 2, [[x], [y]], [w])
    native = Native(program, optim.SGD([w], 0.1), rows=3)
    assert "import" not in native.made.text and bad not in native.made.text
    same(
        Native(program, rows=3)([[1], [2], [3]], [[1], [1], [1]]),
        program([[1], [2], [3]], [[1]] * 3),
    )


def test_integers_and_slices_are_taken_as_floats() -> None:
    program = two_three_two()[1]
    X, Y = R.integers(-3, 4, size=(6, 4))[:, ::2], R.integers(0, 2, size=(2, 6)).T
    same(Native(program, rows=6)(X, Y), program(X, Y))


def test_a_drawn_cost_is_not_always_a_simple_one() -> None:
    """The random costs above need scattering, windows and sums over axes."""
    kinds: set[str] = set()
    for seed in range(60):
        net = drawn(seed)
        program, _ = test_lift.lifted(net, [Value(0.1) for _ in range(net.parameters)], [])
        from tinygrad_fr.program.native.steps import parts

        found = parts([*program.forward, *program.backward])
        assert found is not None
        kinds |= {s.kind for s in found.all()}
    assert kinds >= {"fill", "outer", "total", "sum", "scatter", "lse"}
