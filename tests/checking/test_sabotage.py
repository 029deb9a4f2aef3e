"""Check it, the other way round: one rule of `backward` bent, and what breaks."""

from __future__ import annotations

import pytest

from tinygrad_fr.checking.catalogue import CATALOGUE
from tinygrad_fr.checking.sabotage import find, laboratory, sabotage
from tinygrad_fr.demos.sabotage import network
from tinygrad_fr.engine import Value
from tinygrad_fr.walk import order
from tinygrad_fr.words import use


def test_sabotage_bends_backward_and_says_where() -> None:
    a = Value(3.0, label="a")
    b = a + a
    c = b * b
    with sabotage("overwriting instead of accumulating") as lab:
        c.backward()
    assert a.grad == 6.0 and lab.broken[0] is b  # each sum keeps its last term only
    a.grad = 0
    c.backward()
    assert a.grad == 24.0  # 2b·2 with b = 6: nothing stays bent outside


def test_sabotage_of_a_constant() -> None:
    w = Value(2.0, label="w")
    cost = (w * 3.0 - 1.0) ** 2
    with sabotage("M6"):
        cost.backward()
    assert w.grad == -30.0


def test_find_by_key_and_by_name_in_both_languages() -> None:
    assert find("m16").key == "M16"
    assert find("bias forgotten (0)") is find("biais oublié") is CATALOGUE["M24"]
    with (
        use("en"),
        pytest.raises(ValueError, match="unknown mistake: 'bias forgoten'.*bias forgotten"),
    ):
        find("bias forgoten")


def test_an_earlier_backward_leaves_no_mark() -> None:
    """What a leaf's grad held before is no part of what the bent walk brought, nor of the truth."""
    w, x, y = (Value(v, label=k) for k, v in {"w": 0.5, "x": 2.0, "y": 0.25}.items())
    e = w * x - y
    cost = e * e
    cost.backward()
    with sabotage("M26c") as lab:
        cost.backward()
        assert laboratory() is lab
    assert laboratory() is None
    assert lab.broken == [e]
    assert [lab.arrived[v] for v in (cost, e, w, x, y)] == [1, 0.75, 1.5, 0.375, -0.75]
    assert [lab.truth[v] for v in (cost, e, w, x, y)] == [1, 1.5, 3.0, 0.75, -1.5]
    assert [w.grad, x.grad, y.grad] == [4.5, 1.125, -2.25]  # they accumulate, as ever


def test_where_says_in_which_layers_the_rule_is_bent() -> None:
    """1-1-1: in the output layer all is wrong, in the hidden layer only what is below it."""
    changed = {}
    for where in ("output", "hidden", "everywhere"):
        graph = network()
        with sabotage("M10", where) as lab:
            graph.backward()
        changed[where] = {v.label for v in order(graph) if lab.arrived[v] != lab.truth[v]}
    assert {"w_1", "b"} < changed["hidden"] and "w_2" not in changed["hidden"]
    assert {"w_1", "b", "w_2"} < changed["output"]
    graph = network()
    with sabotage("M10") as lab:  # where it is usually made
        graph.backward()
    assert {v.label for v in order(graph) if lab.arrived[v] != lab.truth[v]} == changed["output"]


def test_an_unknown_place_is_refused() -> None:
    with (
        use("en"),
        pytest.raises(ValueError, match="where='outptu' is unknown.*'output'"),
        sabotage("M9", where="outptu"),
    ):
        pass
