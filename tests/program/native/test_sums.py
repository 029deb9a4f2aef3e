"""Lanes added: as many vectors as there are lanes become one of their sums."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.program.native.lines import applied
from tinygrad_fr.program.native.sums import lanes_added
from tinygrad_fr.program.native.words import Words


@pytest.mark.parametrize("width", [2, 4, 8])
def test_each_lane_is_the_sum_of_a_vector(width: int) -> None:
    def body(words: Words, a: str) -> Any:
        several = [words.product(a, 10.0**k) for k in range(width)]
        return lanes_added(words.text, several)

    xs = np.arange(1.0, width + 1)
    found = applied(body, xs, width=width)
    assert found.tolist() == [xs.sum() * 10.0**k for k in range(width)]
