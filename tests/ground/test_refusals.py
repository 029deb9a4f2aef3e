"""What is refused says what was given, of whatever kind it is."""

from __future__ import annotations

from typing import Any

import pytest

from tinygrad_fr.refusals import between, positive
from tinygrad_fr.words import use


@pytest.mark.parametrize("given", ["0.1", [0.1], None])
def test_what_is_no_number_is_told_as_one_that_is_too_small(given: Any) -> None:
    """learning_rate="0.1" used to say that '<' is not supported."""
    for lang, said in (("en", f"{given!r}; it must be >"), ("fr", f"{given!r}\u202f; il faut >")):
        with use(lang), pytest.raises(ValueError) as caught:
            positive("learning_rate", given)
        assert said in str(caught.value)
    with use("en"), pytest.raises(ValueError, match="dropout is .*; it must be ≥ 0, < 1"):
        between("dropout", given, 0, 1)


def test_a_number_inside_is_given_back() -> None:
    assert (positive("λ", 0.5), between("p", 0.0, 0, 1)) == (0.5, 0.0)
    for outside in (1.0, -0.5, float("nan")):
        with pytest.raises(ValueError):
            between("p", outside, 0, 1)
