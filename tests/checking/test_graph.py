"""Check it: a graph is put in order once, and read at any point."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from fractions import Fraction as F
from types import FrameType

import pytest

from tests.shared import named
from tinygrad_fr.checking.check import check
from tinygrad_fr.checking.graph import Graph
from tinygrad_fr.nn import MLP
from tinygrad_fr.nn.losses import squared_error
from tinygrad_fr.ops import DomainError, dot, log, sigmoid, tanh
from tinygrad_fr.replay import replay_all
from tinygrad_fr.walk import order


def test_a_graph_at_a_point_is_its_replay() -> None:
    w, x = named(w=F(1, 2), x=F(3))
    u = w * x + 2
    graph = Graph(u**2 + w)
    assert graph.nodes == order(graph.output) and graph.leaves[:2] == [w, x]
    for point in ({}, {w: F(2)}, {u: F(5)}, {w: F(1), u: F(0)}):
        assert graph.at(point) == replay_all(graph.output, point)
    assert Graph.of(graph) is graph


def test_what_moved_is_computed_anew_and_nothing_else() -> None:
    w, x = named(w=0.5, x=3.0)
    left, right = tanh(w) * 2, sigmoid(x)
    graph = Graph(left + right)
    base = graph.at()
    moved = graph.moved(base, {w: 0.75})
    assert moved == graph.at({w: 0.75}) and moved[right] is base[right]
    assert base == graph.at()


def test_where_it_is_not_defined_it_says_so() -> None:
    (x,) = named(x=1.0)
    with pytest.raises(DomainError):
        Graph(log(x)).at({x: -1.0})


def counted(work: Callable[[], object]) -> Counter[int]:
    """How often `order` was called during the work, by the node whose graph it put in order."""
    calls: Counter[int] = Counter()

    def look(frame: FrameType, event: str, arg: object) -> None:
        if event == "call" and frame.f_code is order.__code__:
            calls[id(frame.f_locals["root"])] += 1

    sys.setprofile(look)
    try:
        work()
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.slow
@pytest.mark.parametrize("factor", [1.0, 1.5])
def test_a_check_of_numbers_puts_the_graph_in_order_once(factor: float) -> None:
    """2-3-2, 17 numbers, right and wrong: diagnosis included.  (It was 169 times.)"""
    model = MLP(2, [3, 2], activation="sigmoid", output="sigmoid", seed=0)
    X, y = [[0.5, -1.0]], [[0.2, 0.9]]
    squared_error([model(x) for x in X], y).backward()
    answers = [
        ([[factor * w.grad for w in n.w] for n in layer.neurons], [n.b.grad for n in layer.neurons])
        for layer in model.layers
    ]
    calls = counted(
        lambda: check(model, X, y, loss=squared_error, hand=lambda X, y: answers, points=0)
    )
    assert calls.total() == 1


def test_a_check_of_formulas_puts_every_graph_in_order_a_few_times() -> None:
    """L for the check and for its derivatives; a formula for its numbers and for its proof."""
    w, x, b, y = named(w=0.5, x=1.5, b=0.1, y=1.0)
    a = sigmoid(dot([w], [x]) + b)
    L = (a - y) ** 2
    delta = 2 * (a - y) * a * (1 - a)
    formulas = {w: delta * x, b: delta}
    calls = counted(lambda: check(L, formulas))
    assert calls[id(L)] == 2
    assert all(calls[id(formula)] == 2 for formula in formulas.values())
    assert calls.total() <= 10
