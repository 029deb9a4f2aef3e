"""Step through it: what is often written instead of the right number is known by its name."""

from __future__ import annotations

import math

import pytest

from tests.picture.graphs import mlp, named, network, neuron
from tinygrad_fr.checking.catalogue import CATALOGUE
from tinygrad_fr.engine import Value
from tinygrad_fr.picture.frames import Film, Frame, film
from tinygrad_fr.picture.told import told
from tinygrad_fr.picture.wrong import APART, HERE, wrong_numbers
from tinygrad_fr.words import use


def step(found: Film, name: str, place: int = 1) -> Frame:
    """The step that gives a name its number."""
    for frame in found.frames:
        line = told(found, frame, "text")
        if line is not None and line.name == name and frame.place == place:
            return frame
    raise AssertionError(name)


def names(found: Film, name: str, place: int = 1) -> dict[str, float]:
    return {m.key: x for x, m in wrong_numbers(found, step(found, name, place))}


def test_through_a_sigmoid() -> None:
    """g = −0.538, a = 0.731, z = 1: by hand."""
    found = film(neuron())
    a, g = 1 / (1 + math.exp(-1)), 2 * (1 / (1 + math.exp(-1)) - 1)
    wrong = names(found, "∂L/∂z")
    assert wrong["M9"] == pytest.approx(g)  # σ′ forgotten
    assert wrong["M12"] == pytest.approx(0, abs=1e-12)  # z(1 − z)
    assert wrong["M13"] == pytest.approx(g * (1 - a * a))  # tanh′
    assert wrong["M10"] == pytest.approx(g * (a * (1 - a)) ** 2)
    assert wrong["arriving"] == pytest.approx(a * (1 - a))
    assert wrong["sign"] == pytest.approx(-g * a * (1 - a))
    assert wrong["M30"] == pytest.approx(g + a * (1 - a))


def test_through_a_product_and_a_square() -> None:
    found = film(neuron())
    g = 2 * (1 / (1 + math.exp(-1)) - 1) * 0.19661193324148185
    wrong = names(found, "∂L/∂w₁")  # g·x₁, with x₁ = 1.5 and w₁ = 0.5
    assert wrong["M37"] == pytest.approx(g) and wrong["M21"] == pytest.approx(0.5 * g)
    assert names(found, "∂L/∂x₁")["M18"] == pytest.approx(g)
    net = film(network())
    arrives = next(node.grad for node in net.view.nodes if node.name == "z₂⁽²⁾")
    assert names(net, "∂L/∂a₁⁽¹⁾")["M18"] == pytest.approx(arrives)  # in a scalar product too
    assert names(net, "∂L/∂w₂₁⁽²⁾")["M37"] == pytest.approx(arrives)
    e = 1 / (1 + math.exp(-1)) - 1
    square = names(found, "∂L/∂u₃")  # 2e
    assert square["M1"] == pytest.approx(e) and square["M39"] == pytest.approx(e * e)
    assert square["M6"] == pytest.approx(-2 * e)


def test_where_several_paths_meet() -> None:
    (x,) = named(x=2.0)
    found = film(3 * x + x * x)  # backward: x·x brings 2 and 2, then 3x its 3, or the other way
    frame = step(found, "∂L/∂x", 3)
    assert frame.before is not None
    wrong = {m.key: y for y, m in wrong_numbers(found, frame)}
    assert wrong["alone"] == pytest.approx(frame.value - frame.before)
    assert wrong["M16"] == pytest.approx(frame.before)


def test_z_for_a_in_the_gradient_of_a_weight() -> None:
    found = film(network())
    by_name = {node.name: node for node in found.view.nodes}
    g, z = by_name["z₁⁽²⁾"].grad, by_name["z₁⁽¹⁾"].data
    assert names(found, "∂L/∂w₁₁⁽²⁾")["M22"] == pytest.approx(g * z)


def test_forward() -> None:
    found = film(neuron())
    assert names(found, "z")["M36"] == pytest.approx(0.9)  # 0.75 + 0.15, without b
    assert names(found, "a")["transfer"] == pytest.approx(1.0)
    assert names(found, "a")["other"] == pytest.approx(math.tanh(1))
    assert names(found, "u₁")["added"] == pytest.approx(2.0)
    assert names(found, "u₃")["turned"] == pytest.approx(1 - found.node("n8").data)
    assert names(found, "L")["square"] == pytest.approx(found.node("n10").data)
    inside = names(film(mlp(2, 6, 4, 1)), "a₁⁽¹⁾")
    assert {"transfer", "term"} <= inside.keys()


@pytest.mark.parametrize("graph", [neuron, network, lambda: mlp(2, 6, 4, 1)])
def test_no_wrong_number_is_the_right_one_or_another(graph: object) -> None:
    found = film(graph())  # type: ignore[operator]
    for frame in found.frames:
        wrong = wrong_numbers(found, frame)
        values = [frame.value, *(x for x, _ in wrong)]
        for i, x in enumerate(values if wrong else []):
            assert math.isfinite(x)
            for y in values[:i]:
                assert abs(x - y) > APART * max(abs(x), abs(y))


def test_every_name_and_hint_is_said_in_both_languages() -> None:
    for mistake in HERE.values():
        with use("fr"):
            french = mistake.name, mistake.hint
        with use("en"):
            english = mistake.name, mistake.hint
        assert all(french) and all(english) and french[0] != english[0] != french[1]
    assert not HERE.keys() & CATALOGUE.keys()


def test_a_step_outside_of_a_domain_has_a_shorter_list() -> None:
    x = Value(-3.0, label="x")
    found = film((x * 2).exp().log())
    assert all(math.isfinite(y) for f in found.frames for y, _ in wrong_numbers(found, f))
