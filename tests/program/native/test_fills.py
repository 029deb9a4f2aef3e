"""Tiles stay in the registers, on processors with short vectors and with few registers too."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import numpy as np
import pytest

from tests.program.native.test_native import classes, same, softmax_net
from tests.program.test_program import two_three_two
from tinygrad_fr.program.native import native
from tinygrad_fr.program.native.machine import Machine
from tinygrad_fr.program.native.module import module
from tinygrad_fr.program.rows import example

OTHERS = [Machine(2, 16), Machine(2, 32), Machine(4, 16), Machine(8, 32)]
SIZES = [33, 16, 10]


def held(text: str, width: int) -> int:
    """The most vectors that a loop carries on."""
    carried = [f"phi <{width} x double>" in line for line in text.splitlines()]
    return max(sum(run) for _, run in groupby(carried))


@pytest.mark.parametrize("other", OTHERS)
def test_what_is_summed_up_fits_in_the_registers(other: Machine) -> None:
    made = module(example(softmax_net(SIZES)[0]), None, 100, *other)
    assert made is not None
    assert 8 <= held(made.text, other.width) <= {16: 12, 32: 24}[other.registers]


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("m", [1, 7, 100])
def test_another_processor_finds_the_same(
    m: int, other: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(native, "machine", lambda: other)
    cases: list[tuple[Any, Any]] = [
        (softmax_net(SIZES)[0], classes(m, SIZES)),
        (two_three_two()[1], (np.sin(np.arange(2.0 * m)).reshape(m, 2), np.ones((m, 2)))),
    ]
    for program, data in cases:
        same(native.Native(program, rows=m)(*data), program(*data))
