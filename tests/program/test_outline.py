"""The outline: a graph that differs in anything but its numbers has another."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from tests.program.nets import drawn
from tests.program.test_nodes import drawn as any_graph
from tinygrad_fr import ops
from tinygrad_fr.engine import Value
from tinygrad_fr.ops import clip, dot, leaky_relu, tanh
from tinygrad_fr.places import scope
from tinygrad_fr.program.nodes import Walk
from tinygrad_fr.program.outline import Given, Leaves, Outline, bits

a, b, c, d = (Value(n) for n in (0.2, 0.3, 0.5, 0.7))
LEAVES = [a, b, c, d]


def outlined(given: Given, walk: Walk) -> Outline:
    return Outline(given, walk, Leaves(given, walk))


def given(L: Value, data: list[Value] | None = None) -> Given:
    return Given((L,), [v for v in LEAVES if v not in (data or [])], [data] if data else [])


def same(one: Value, other: Value, data: list[Value] | None = None) -> bool:
    """Whether the second is compiled as the first was."""
    outline = outlined(given(one), walk := Walk((one,)))
    numbers = outline.fits(given(other, data))
    return numbers is not None and bits(numbers) == bits(outline.numbers(walk))


def labelled(v: Value, label: str) -> Value:
    v.label = label
    return v


def inside(word: str, build: Callable[[], Value]) -> Value:
    with scope(word, 1):
        return build()


def mine(v: Value) -> Value:
    v._backward = lambda: None
    return v


ONE: list[Callable[[], Value]] = [
    lambda: a * b + c,
    lambda: a * b + c * 2.0,
    lambda: a**2 + b,
    lambda: tanh(a * b + 1.0) * (a * b + 1.0),
    lambda: dot([a, b], [c, d]) + 0.5,
    lambda: dot([a, b], [0.5, 1.5]) + tanh(dot([c, a * b], [2.0, d])),
    lambda: leaky_relu(a + b, 0.1) + clip(c * d, -1.0, 1.0),
    lambda: a * a * b,
    lambda: (lambda z: z * z + z)(tanh(a)),
    lambda: ops.sum([a, b, tanh(c)]) - ops.maximum(a, 0.5),
    lambda: ops.cross_entropy([a, b, c * d], 1),
    lambda: a * 1.0,
    lambda: a,
]


@pytest.mark.parametrize("build", ONE)
def test_a_graph_built_again_is_the_same(build: Callable[[], Value]) -> None:
    assert same(build(), build())


@pytest.mark.parametrize("i", range(len(ONE)))
def test_no_two_of_these_are(i: int) -> None:
    for j, build in enumerate(ONE):
        assert same(ONE[i](), build()) == (i == j), j


APART: list[tuple[Callable[[], Value], Callable[[], Value]]] = [
    (lambda: a**2, lambda: a**3),
    (lambda: a**2, lambda: a**2.0),
    (lambda: a**2, lambda: a ** Value(2)),
    (lambda: a**b, lambda: a**2),
    (lambda: clip(a, 0.0, 1.0), lambda: clip(a, 0.0, 2.0)),
    (lambda: clip(a, 0.0, 1.0), lambda: clip(a, -0.0, 1.0)),
    (lambda: leaky_relu(a, 0.1), lambda: leaky_relu(a, 0.2)),
    (lambda: ops.elu(a, 1.0), lambda: ops.elu(a, 2.0)),
    (lambda: ops.cross_entropy([a, b], 0), lambda: ops.cross_entropy([a, b], 1)),
    (lambda: a * b + c, lambda: a * c + b),
    (lambda: a * b + c, lambda: b * a + c),
    (lambda: a * b + c * d, lambda: a * b + c * b),
    (lambda: a * b + a * c, lambda: a * b + d * c),
    (lambda: tanh(a) * tanh(b), lambda: (lambda z: z * z)(tanh(a))),
    (lambda: a + 1.0, lambda: a + 1),
    (lambda: a + 1.0, lambda: a + 1.5),
    (lambda: a + 0.0, lambda: a + -0.0),
    (lambda: a + 1.0, lambda: a + b),
    (lambda: a + b, lambda: a + 1.0),
    (lambda: a + b, lambda: tanh(a) + b),
    (lambda: tanh(a) + b, lambda: a + b),
    (lambda: a + b, lambda: a - b),
    (lambda: tanh(a), lambda: ops.sin(a)),
    (lambda: dot([a, b], [c, d]), lambda: dot([a, b], [d, c])),
    (lambda: dot([a, b], [c, d]), lambda: dot([a, b], [0.5, 0.7])),
    (lambda: dot([a, b], [0.5, 0.7]), lambda: dot([a, b], [c, d])),
    (lambda: dot([a, b], [0.5, 0.7]), lambda: dot([0.5, 0.7], [a, b])),
    (lambda: dot([a, b], [0.5, 0.7]), lambda: dot([a, b], [0.5, 0.8])),
    (lambda: ops.sum([a, b]), lambda: ops.sum([a, b, c])),
    (lambda: ops.sum([a, tanh(b)]), lambda: ops.sum([tanh(b), a])),
    (lambda: a * b + c, lambda: labelled(a * b, "z") + c),
    (lambda: labelled(a * b, "z_1") + c, lambda: labelled(a * b, "z_2") + c),
    (lambda: a * b, lambda: inside("layer", lambda: a * b)),
    (lambda: a * b + c, lambda: mine(a * b) + c),
    (lambda: dot([a, b], [c, d]) + c, lambda: mine(dot([a, b], [c, d])) + c),
]


@pytest.mark.parametrize(("one", "other"), APART)
def test_what_differs_is_another(one: Callable[[], Value], other: Callable[[], Value]) -> None:
    with scope("here", 1):
        assert same(one(), one()) and not same(one(), other())


@pytest.mark.parametrize(("one", "other"), APART[:-2])  # the last are lifted by nobody
def test_the_other_way_round_too(one: Callable[[], Value], other: Callable[[], Value]) -> None:
    with scope("here", 1):
        assert not same(other(), one())


def test_what_is_written_twice_may_be_built_once() -> None:
    """The value is the same; where it is built once for all, it must stay so."""
    once, twice = (lambda z: z * z)(tanh(a)), tanh(a) * tanh(a)
    assert same(twice, once) and not same(once, twice)
    once, twice = (lambda k: a * k + b * k)(Value(2.0)), a * 2.0 + b * 2.0
    assert same(twice, once) and not same(once, twice)


def test_what_moves_and_what_is_data_is_part_of_it() -> None:
    L = a * b + c
    assert same(L, a * b + c) and not same(L, a * b + c, data=[b])


def test_labels_of_parameters_are_part_of_it() -> None:
    one = outlined(given(a * b), Walk((a * b,)))
    a.label = "w_1"
    try:
        assert one.fits(given(a * b)) is None
    finally:
        a.label = ""
    assert one.fits(given(a * b)) == []


def test_numbers_that_are_no_floats_are_not_remembered() -> None:
    from fractions import Fraction

    assert bits([1, 2.0]) != bits([1.0, 2.0]) != bits([1.0, 2.5])
    assert bits([Fraction(1, 2)]) is None and bits([2**60]) is None
    assert bits([float("nan")]) == bits([float("nan")])


@pytest.mark.parametrize("seed", range(150))
def test_random_graphs_are_their_own_and_no_others(seed: int) -> None:
    L, moving = any_graph(seed)
    outline = outlined(Given((L,), moving, []), walk := Walk((L,)))
    assert outline.fits(Given((L,), moving, [])) == outline.numbers(walk)
    other, theirs = any_graph(seed + 1000)
    assert outline.fits(Given((other,), theirs, [])) is None


def cost(seed: int, shift: float) -> tuple[Value, list[Value], list[list[Value]]]:
    """A random cost; the same lines with other numbers in the leaves."""
    net, r = drawn(seed), random.Random(seed)
    leaves = [Value(r.uniform(-1, 1) + shift) for _ in range(net.parameters)]
    inputs = [[Value(0.3 + shift) for _ in range(n)] for n in net.widths]
    L: Any = net.cost(inputs, list(leaves))
    return L, leaves, inputs


@pytest.mark.parametrize("seed", range(60))
def test_random_costs_keep_their_outline(seed: int) -> None:
    L, leaves, inputs = cost(seed, 0.0)
    outline = outlined(Given((L,), leaves, inputs), walk := Walk((L,)))
    again, theirs, data = cost(seed, 0.01)
    assert outline.fits(Given((again,), theirs, data)) == outline.numbers(walk)
    if len(theirs) > 1:
        theirs[0], theirs[-1] = theirs[-1], theirs[0]
        assert outline.fits(Given((again,), theirs, data)) is None
