"""Build a graph: examples say what they are, and are shared out without loss."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable

import pytest

from tinygrad_fr.nn import data
from tinygrad_fr.words import use


def test_examples_say_what_they_are() -> None:
    points = data.spirals(9, arms=3)
    assert points.names == ("x_1", "x_2") and points.classes == (0, 1, 2)
    assert repr(points) == "<9 examples of (x_1, x_2), target: 3 classes>"
    for twin in (copy.copy(points), copy.deepcopy(points), pickle.loads(pickle.dumps(points))):
        assert twin == points and twin.classes == points.classes and twin.names == points.names


@pytest.mark.parametrize(
    ("n", "fraction", "test"), [(10, 0.3, 3), (2, 0.01, 1), (2, 0.99, 1), (5, 0.5, 2)]
)
def test_split_loses_nothing(n: int, fraction: float, test: int) -> None:
    X, y = [[float(i)] for i in range(n)], list(range(n))
    (X1, y1), (X2, y2) = data.split(X, y, fraction, seed=4)
    assert len(X2) == len(y2) == test
    assert [x[0] for x in X1 + X2] == y1 + y2
    assert sorted(y1 + y2) == y
    assert data.split(X, y, fraction, seed=4) == ((X1, y1), (X2, y2))


def test_split_depends_on_its_seed() -> None:
    X, y = data.moons(40)
    assert data.split(X, y, seed=1) != data.split(X, y, seed=2)


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: data.split([[1.0]], [1]), "at least two"),
        (lambda: data.split([[1.0]] * 3, [1]), "3 examples and 1 target"),
        (lambda: data.split([[1.0]] * 3, [1] * 3, 1.0), "fraction is 1; it must be > 0, < 1"),
    ],
)
def test_bad_options_of_split_are_one_line(call: Callable[[], object], word: str) -> None:
    with use("en"), pytest.raises(ValueError) as caught:
        call()
    assert word in str(caught.value) and "\n" not in str(caught.value)
