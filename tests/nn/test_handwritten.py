"""Build a graph: the digits of scikit-learn, and what is said where it is missing."""

from __future__ import annotations

import sys
import types
from typing import Any

import numpy as np
import pytest

from tinygrad_fr.nn import data
from tinygrad_fr.words import use


def test_digits_without_scikit_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with (
        use("en"),
        pytest.raises(ImportError, match="pip install scikit-learn, or take other data"),
    ):
        data.digits()


def test_digits_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a stand-in of its interface: 30 pictures."""
    grey = np.arange(30 * 64).reshape(30, 64) % 17.0
    stand_in: Any = types.ModuleType("sklearn.datasets")
    stand_in.load_digits = lambda: types.SimpleNamespace(data=grey, target=np.arange(30) % 10)
    monkeypatch.setitem(sys.modules, "sklearn", types.ModuleType("sklearn"))
    monkeypatch.setitem(sys.modules, "sklearn.datasets", stand_in)
    X, y = data.digits()
    assert len(X) == 30 and len(X[0]) == 64 and max(map(max, X)) == 1 and type(X[0][0]) is float
    assert type(y[0]) is int and y == [i % 10 for i in range(30)]
    few = data.digits(5, seed=1)
    assert len(few[0]) == 5 and all(x in X for x in few[0]) and few.names[8] == "pixel_2,1"
    with pytest.raises(ValueError):
        data.digits(31)


def test_the_real_digits() -> None:
    pytest.importorskip("sklearn.datasets")
    X, y = data.digits()
    assert len(X) == 1797 and set(y) == set(range(10))
