"""What a function in matrices gives back: in whatever order, by name, with the cost, in one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tinygrad_fr import use
from tinygrad_fr.checking.returned import returned

SHAPES: dict[str, tuple[int, ...]] = {"W1": (3, 2), "b1": (3,), "W2": (2, 3), "b2": (2,)}
ARRAYS = {
    name: np.arange(10.0 * i, 10 * i + np.prod(shape)).reshape(shape)
    for i, (name, shape) in enumerate(SHAPES.items())
}
W1, b1, W2, b2 = ARRAYS.values()
WAYS: dict[str, Any] = {
    "in order": (W1, b1, W2, b2),
    "a list": [W1, b1, W2, b2],
    "layer by layer": [(W1, b1), (W2, b2)],
    "by kind": ([W1, W2], [b1, b2]),
    "by name": {"dW1": W1, "db1": b1, "dW2": W2, "db2": b2},
    "in other capitals": {"dw1": W1, "DB1": b1, "grad_w2": W2, "B2": b2},
    "by layer and name": [{"dW": W1, "db": b1}, {"dW": W2, "db": b2}],
    "by kind and name": {"dW": [W1, W2], "db": [b1, b2]},
    "with more": {"dW1": W1, "db1": b1, "dW2": W2, "db2": b2, "cost": 0.5, "A": [W1, W1]},
    "the cost first": (0.5, W1, b1, W2, b2),
    "the cost last": (W1, b1, W2, b2, np.float64(0.5)),
    "the cost beside": (0.5, (W1, b1, W2, b2)),
    "the cost beside names": ({"dW1": W1, "db1": b1, "dW2": W2, "db2": b2}, 0.5, 0.9),
    "one vector": np.concatenate([a.ravel() for a in ARRAYS.values()]),
    "one column": np.concatenate([a.ravel() for a in ARRAYS.values()])[:, None],
    "nested lists": [a.tolist() for a in ARRAYS.values()],
    "complex": [a + 0j for a in ARRAYS.values()],
}


@pytest.mark.parametrize("way", WAYS)
def test_each_array_finds_its_parameter(way: str) -> None:
    found = returned(WAYS[way], SHAPES)
    assert [*found] == [*SHAPES]
    for name, a in ARRAYS.items():
        assert found[name].dtype == float and np.array_equal(found[name], a), name


def test_capitals_count_where_both_are_there() -> None:
    found = returned({"dw": [1.0], "dW": [2.0]}, {"W": (1,), "w": (1,)})
    assert found["W"] == [2] and found["w"] == [1]


def test_two_numbers_are_two_gradients() -> None:
    assert {n: float(x) for n, x in returned((1, 2), {"w": (), "b": ()}).items()} == dict(w=1, b=2)
    found = returned((0.5, [[1.0, 2.0], [3.0, 4.0]]), {"b": (), "W": (2, 2)})
    assert found["b"] == 0.5 and found["W"].shape == (2, 2)


def test_an_array_of_another_kind_is_read() -> None:
    torch = pytest.importorskip("torch")
    asked = torch.ones(2, 3, requires_grad=True)
    assert returned([W1, b1, asked, b2], SHAPES)["W2"].tolist() == [[1, 1, 1]] * 2


@pytest.mark.parametrize(
    ("answer", "fr", "en"),
    [
        (None, "elle ne renvoie rien (None)", "it returns nothing (None)"),
        (
            (W1, b1, W2),
            "ses tableaux, 3 en tout, ont les formes (3, 2), (3,), (2, 3)",
            "its arrays, 3 in all, have the shapes (3, 2), (3,), (2, 3)",
        ),
        (W1, "1 en tout, ont les formes (3, 2)", "1 in all, have the shapes (3, 2)"),
        (
            {"dW1": W1, "db1": b1},
            "dans son dictionnaire (dW1, db1) il manque dW2, db2",
            "its dictionary (dW1, db1) lacks dW2, db2",
        ),
        ("abc", "elle renvoie 'abc'", "it returns 'abc'"),
    ],
)
def test_the_array_that_is_missing_is_said(answer: Any, fr: str, en: str) -> None:
    for lang, words in (("fr", fr), ("en", en)):
        with use(lang), pytest.raises(ValueError) as caught:
            returned(answer, SHAPES)
        assert str(caught.value).replace("\u202f", " ").endswith(words)


@pytest.mark.parametrize("wrong", ["a", [[1, 2], [3]], 1j, {}])
def test_an_array_without_real_numbers_is_refused(wrong: Any) -> None:
    with use("en"), pytest.raises(TypeError, match="db1 is not an array of real numbers"):
        returned({"dW1": W1, "db1": wrong, "dW2": W2, "db2": b2}, SHAPES)
