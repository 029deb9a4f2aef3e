"""Write it as a formula: the paths back to a number, counted, multiplied along, added."""

from __future__ import annotations

import pytest

from tests.formula.test_derivation import one_neuron, two_three_two
from tests.shared import named
from tinygrad_fr.engine import Value
from tinygrad_fr.formula.paths import paths
from tinygrad_fr.gradient import gradient
from tinygrad_fr.reading.expression import read
from tinygrad_fr.walk import order
from tinygrad_fr.words import use


def test_the_products_along_the_paths_add_up_to_the_gradient() -> None:
    output = two_three_two()
    for leaf in [v for v in order(output) if v.label.startswith(("w", "b", "x"))]:
        found = paths(output, leaf)
        assert found.count == len(found.shown) == {"x": 6, "w": 2, "b": 2}[leaf.label[0]] or (
            "^[2]" in leaf.label and found.count == 1
        )
        assert sum(p.product for p in found.shown) == pytest.approx(found.total, rel=1e-13)
        assert found.total == pytest.approx(gradient(output, leaf).data, rel=1e-15)


def test_the_one_path_of_a_neuron() -> None:
    L = one_neuron()
    w = next(v for v in order(L) if v.label == "w")
    with use("en"):
        assert str(paths(L, w)).splitlines()[0] == "1 path from the cost to this number"
        assert str(paths(L, w)).splitlines()[2] == "Sum: ∂L/∂w = −0.188"
        typed = read("z = w*x + b; a = σ(z); L = (a - y)^2", {"w": 1, "x": 2, "b": -2, "y": 1})
        way = str(paths(typed.output, typed.leaves["w"])).splitlines()[1]
        assert way == "  L ← a − y ← a ← z ← w·x ← w: −1·1·0.25·1·2 = −0.5"
    with use("fr"):
        assert "0,188" in str(paths(L, w)) and "rétropropagation" in str(paths(L, w))


def test_two_to_the_60_paths_are_counted_not_walked() -> None:
    (x,) = named(x=1.0)
    v: Value = x
    for _ in range(60):
        v = v + v
    found = paths(v, x)
    assert found.count == 2**60 and len(found.shown) == 20
    assert found.multiplications == 60 * 2**60 - 2**60 and found.backward == 119
    with use("en"):
        assert "more" in str(found)


def test_what_does_not_lead_there_has_no_path() -> None:
    x, y = named(x=1.0, y=2.0)
    found = paths(x * x, y)
    assert (found.count, found.total, found.shown) == (0, 0, ())
    with use("en"):
        assert str(found).startswith("0 path")


def test_numbers_are_no_nodes() -> None:
    (x,) = named(x=1.0)
    with pytest.raises(TypeError, match="paths"):
        paths(x * x, 3.0)  # type: ignore[arg-type]


def test_in_french_a_narrow_space_stands_before_the_colon_of_a_path() -> None:
    w = Value(2.0, label="w")
    with use("fr"):
        assert str(paths(w * w, w).shown[0]).endswith("w\u202f: 2 = 2")
