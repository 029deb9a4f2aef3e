"""Draw it: every arrow carries the chain rule: a formula, its number, and what flows back."""

from __future__ import annotations

import pytest

from tests.picture.graphs import arrows, by_name, mlp, named, neuron
from tinygrad_fr.engine import Value
from tinygrad_fr.ops import sum as total
from tinygrad_fr.picture.levels import LEVELS
from tinygrad_fr.picture.view import view
from tinygrad_fr.places import scope


def test_every_arrow_carries_formula_number_and_contribution() -> None:
    seen = view(neuron(steps=True))
    joined = arrows(seen)
    (sigma,) = joined["z", "a"]
    assert sigma.formula == "a(1−a)"
    a = by_name(seen)["a"]
    assert sigma.local == pytest.approx(a.data * (1 - a.data))
    assert sigma.contribution == pytest.approx(by_name(seen)["z"].grad)
    (square,) = joined["e", "L"]
    assert (square.formula, square.gradient) == ("2e", 1)
    (product,) = joined["w₁", "u₁"]
    assert (product.formula, product.local) == ("x₁", 1.5)
    assert not any(node.sum for node in seen.nodes)  # nothing is used twice


def test_contributions_of_the_arrows_add_up_to_the_gradient() -> None:
    for level in LEVELS:
        seen = view(mlp(2, 3, 2), level=level)
        sums: dict[str, float] = {}
        for edge in seen.edges:
            if not edge.several:
                sums[edge.src] = sums.get(edge.src, 0.0) + edge.contribution
        for node in seen.nodes:
            if node.id in sums and not isinstance(node.grad, tuple) and node.grad is not None:
                assert sums[node.id] == pytest.approx(node.grad, rel=1e-9), (level, node.name)


def test_the_local_derivative_through_a_neuron() -> None:
    seen = view(neuron(steps=True), level="neuron")
    (edge,) = arrows(seen)["x₁", "a"]
    a = by_name(seen)["a"]
    assert edge.formula == "a(1−a)·w₁"
    assert edge.local == pytest.approx(a.data * (1 - a.data) * 0.5)
    assert edge.contribution == pytest.approx(a.grad * edge.local)
    assert a.expression == "σ(w₁·x₁ + w₂·x₂ + b)"
    assert [name for name, _, _ in a.parameters] == ["w₁", "w₂", "b"]
    assert a.title == "neuron 1"


def test_parallel_arrows_are_kept() -> None:
    (x,) = named(x=3.0)
    cost = x * x
    cost.backward()
    seen = view(cost)
    assert [(e.position, e.formula, e.contribution) for e in seen.edges] == [
        (0, "x", 3.0),
        (1, "x", 3.0),
    ]
    assert by_name(seen)["x"].sum == "∂L/∂x = 1·3 + 1·3 = 6"


def test_no_gradient_before_a_backward_pass() -> None:
    w, x = named(w=2.0, x=3.0)
    seen = view((w * x) ** 2)
    assert not seen.backward
    assert all(node.grad is None and node.sum == "" for node in seen.nodes)
    assert all(edge.contribution is None and edge.gradient is None for edge in seen.edges)
    assert {edge.local for edge in seen.edges} == {2.0, 3.0, 12.0}


def test_foreign_nodes_are_shown() -> None:
    x, y = named(x=2.0, y=3.0)
    out = Value(24.0, (x, y), "cube")
    out.label = "o"
    cost = out * x
    cost.backward = lambda: None  # type: ignore[method-assign]
    seen = view(cost)
    assert by_name(seen)["o"].kind == "foreign"
    assert by_name(seen)["o"].expression == "cube(x, y)"
    (edge,) = arrows(seen)["y", "o"]
    assert edge.local is None and edge.formula == ""


def test_eight_parallel_arrows_are_drawn_the_others_in_one() -> None:
    (x,) = named(x=3.0)
    for n in (8, 9, 10, 12):
        cost = total([x] * n)
        cost.backward()
        counts = [edge.count for edge in view(cost, level="operation").edges]
        assert counts == [1] * min(n, 8) + ([n - 8] if n > 8 else [])
    last = view(cost, level="operation").edges[-1]
    assert (last.formula, last.local, last.contribution, last.several) == ("", None, 4, False)


def test_an_arrow_from_several_nodes_carries_the_norm() -> None:
    x, y = named(x=1.0, y=2.0)
    with scope("layer", 1):
        a, b = x * 3, y * 4
    cost = a * 3 + b * 4
    cost.backward()
    with scope("layer", 2):
        c = a * 3 + b * 4
    c.backward()
    (edge,) = (e for e in view(c * 1, level="layer").edges if e.count == 2)
    assert edge.several and edge.feeds is a and edge.local is None
    assert edge.contribution is None  # no backward pass has reached c·1
    whole = c * 1
    whole.backward()
    (edge,) = (e for e in view(whole, level="layer").edges if e.count == 2)
    assert edge.contribution == pytest.approx(5.0)  # √(3² + 4²)


def test_a_group_with_a_clients_operation_has_no_slope_of_its_own() -> None:
    (x,) = named(x=2.0)
    with scope("neuron", 1):
        a = Value(8.0, (x * x,), "cube")
    cost = a * 2
    cost._backward = lambda: None
    (edge,) = (e for e in view(cost, level="neuron").edges if e.count == 2)
    assert edge.local is None and edge.formula == ""


def test_arrows_are_plain_data_that_nobody_changes() -> None:
    edge = view(neuron()).edges[0]
    with pytest.raises(AttributeError):
        edge.local = 3  # type: ignore[misc]
