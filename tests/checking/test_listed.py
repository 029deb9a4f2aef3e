"""Check it: an array as people type it, with decimal commas or points."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tinygrad_fr.checking.listed import typed_array
from tinygrad_fr.words import use


def test_numbers_keep_the_tolerance_of_their_digits() -> None:
    a = typed_array("W1", "0,10 0,2; 3 4")
    assert a.shape == (2, 2) and a[0, 0].value == Fraction(1, 10)
    assert 0 < a[0, 0].tolerance < a[0, 1].tolerance
    assert typed_array("b1", "0,18; -0,23").shape == (2,)


def test_rows_of_several_lengths_are_refused() -> None:
    for lang, told in (("fr", "les lignes ont 2, 1 nombres"), ("en", "the rows have 2, 1 numbers")):
        with use(lang), pytest.raises(ValueError, match=told):
            typed_array("W1", "1 2; 3")
    with use("en"), pytest.raises(ValueError, match="W1: the rows have 0"):
        typed_array("W1", " ")
