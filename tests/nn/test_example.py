"""One example, and what is none: a whole table, a row of another length, words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tinygrad_fr.micrograd import nn as in_its_words
from tinygrad_fr.nn import MLP, Neuron
from tinygrad_fr.nn.example import as_row
from tinygrad_fr.words import use


def test_a_row_in_many_spellings() -> None:
    assert as_row(2.0) == [2.0] and as_row((1, 2)) == (1, 2) and as_row(np.ones(2)) == [1.0, 1.0]
    assert as_row(np.float64(2)) == [2.0] and as_row(x for x in (1, 2)) == [1, 2]


@pytest.mark.parametrize("model", [MLP(2, [3, 1]), Neuron(2)])
@pytest.mark.parametrize("rows", [1, 2, 3])
def test_a_table_is_many_examples(model: Any, rows: int) -> None:
    """With as many rows as inputs it was told that a Value is one number, else of a length."""
    for table in ([[1.0, 2.0]] * rows, np.ones((rows, 2))):
        for lang, said in (("en", f"a table of {rows} row"), ("fr", f"un tableau de {rows} ligne")):
            with use(lang), pytest.raises(ValueError, match=rf"{said}.*for x in X\]"):
                model(table)


def test_another_length_and_words_are_told_as_such() -> None:
    for model, name in ((MLP(2, [1]), r"neuron of z_1\^\[1\]"), (in_its_words.Neuron(2), "this")):
        with use("en"), pytest.raises(ValueError, match=rf"{name}.* was given 3 inputs for 2 w"):
            model([1.0, 2.0, 3.0])
    with use("en"), pytest.raises(TypeError, match="got str: '1,5'"):
        MLP(2, [1])(["1,5", "2"])
