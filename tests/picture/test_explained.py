"""Step through it: the rule of a step in a sentence, and the neurons that are saturated."""

from __future__ import annotations

import math

import pytest

from tests.picture.graphs import mlp, named, network, neuron
from tinygrad_fr.engine import Value
from tinygrad_fr.ops import TABLE
from tinygrad_fr.picture.explained import SATURATED, explained, saturated
from tinygrad_fr.picture.frames import film
from tinygrad_fr.words import use


def said(cost: object, lang: str = "en") -> dict[str, str]:
    """What the last step of each box says."""
    with use(lang):
        found = film(cost)  # type: ignore[arg-type]
        return {
            f"{f.kind} {found.node(f.box).name}" if f.box else f.kind: explained(found, f)
            for f in found.frames
        }


def test_the_rule_is_that_of_the_operation() -> None:
    told = said(neuron())
    assert told["backward w₁"] == "A product: the local derivative is the other factor."
    assert told["backward z"].startswith("A transfer function: what arrives is multiplied")
    assert told["backward b"].startswith("A sum hands on what arrives as it is")
    assert told["backward y"].startswith("What is subtracted receives the opposite")
    assert told["backward u₃"] == "A power: for e², the local derivative is 2e."
    assert told["seed L"] == "The backward pass begins at the cost: ∂L/∂L = 1."
    assert told["given"].startswith("The numbers that are given")
    assert "the contributions add up (2 of 2)" in said(network())["backward a₁⁽¹⁾"]
    assert said(mlp(2, 6, 4, 1))["backward a₁⁽²⁾"].startswith("Through a neuron")
    assert "at once" in said(mlp(2, 3, 2, examples=2))["whole x₁"]


def test_both_languages_say_something_else() -> None:
    for cost in (neuron(), network(), mlp(2, 6, 4, 1), mlp(2, 3, 2, examples=2)):
        french, english = said(cost, "fr"), said(cost, "en")
        assert french.keys() == english.keys()
        assert all(french[key] != english[key] for key in french)


@pytest.mark.parametrize(("z", "is_so"), [(0.0, False), (4.0, False), (6.1, True), (-9.0, True)])
def test_a_neuron_under_one_per_cent_of_its_steepest_slope_is_saturated(
    z: float, is_so: bool
) -> None:
    """σ′(6.1) = 0.0022 is 0.9 % of ¼."""
    (x,) = named(x=z)
    a = x.sigmoid()
    found = film(a * 2)
    assert SATURATED == 0.01
    assert [saturated(found, node) for node in found.view.nodes].count(True) == int(is_so)
    with use("en"):
        told = " ".join(explained(found, f) for f in found.frames)
    assert ("Saturated: the slope is" in told) is is_so


@pytest.mark.parametrize(
    ("function", "z", "is_so"),
    [
        ("tanh", 5.0, True),
        ("relu", -1.0, True),
        ("relu", 1.0, False),
        ("softplus", -6.0, True),
        ("silu", 6.0, False),
        ("exp", -3.0, False),  # it has no steepest slope
        ("exp", 3.0, False),
        ("sin", math.pi / 2, False),  # it does not flatten out
    ],
)
def test_only_what_flattens_out_saturates(function: str, z: float, is_so: bool) -> None:
    found = film(TABLE[function](Value(z, label="x")) * 2)
    assert any(saturated(found, node) for node in found.view.nodes) is is_so
