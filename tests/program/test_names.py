"""Names of arrays: a letter of the label and its layer, else the house's own."""

from __future__ import annotations

import pytest

from tinygrad_fr.engine import Value
from tinygrad_fr.program.families import families
from tinygrad_fr.program.names import Names
from tinygrad_fr.program.read import cells


def named(label: str, shape: tuple[int, ...], kind: str = "parameter", groups: int = 1) -> str:
    """What a family of one leaf with this label, laid like this, is called."""
    v = Value(1.0, label=label)
    made = cells(v * 2, [[v]] if kind == "input" else (), [v])
    f = families(made)[0]
    f.shape = shape
    return Names(groups).of(f)


@pytest.mark.parametrize(
    ("label", "shape", "name"),
    [
        ("w_1,2^[3]", (2, 4), "W3"),
        ("w_1,2^[3]", (4,), "w3"),
        ("b_1^[2]", (4,), "b2"),
        ("k_7", (3,), "k"),
        ("w", (), "w"),
        ("", (2, 3), "W1"),
        ("m", (2,), "m2"),
        ("L_1", (2,), "w1"),
        ("theta_1", (2,), "w1"),
        ("w1; import os", (2,), "w1"),
        ("w_1^[12345]", (2,), "w1"),
    ],
)
def test_a_letter_and_a_layer(label: str, shape: tuple[int, ...], name: str) -> None:
    assert named(label, shape) == name


def test_data_without_labels() -> None:
    assert named("", (2,), "input") == "X"
    assert named("", (2,), "input", groups=2) == "X1"
    assert named("y_1", (2,), "input", groups=2) == "Y"


def test_a_name_is_given_once() -> None:
    names = Names(1)
    assert [names.fresh("W"), names.fresh("W"), names.fresh("W1"), names.fresh("W1")] == [
        "W", "W2", "W1", "W1_2",
    ]  # fmt: skip
    assert [names.numbered("Z"), names.numbered("Z"), names.numbered("W")] == ["Z1", "Z2", "W3"]
