"""Results share memory, and nobody reads what was written over."""

from __future__ import annotations

import random

import pytest

from tinygrad_fr.program.calls import Call
from tinygrad_fr.program.storage import stored


def calls_of(seed: int) -> list[Call]:
    r = random.Random(seed)
    made: list[Call] = []
    for i in range(40):
        reads = tuple(c.out for c in r.sample(made, min(len(made), r.randint(0, 3))))
        size = (r.choice([2, 3]), 4)
        made.append(Call("f", reads, f"v{i}", reads, size, r.random() < 0.6))
    return made


@pytest.mark.parametrize("seed", range(30))
def test_what_is_read_is_what_was_written(seed: int) -> None:
    calls = calls_of(seed)
    place, sizes = stored(calls, {})
    assert len(sizes) < len(calls)
    holds: dict[int, str] = {}
    sized = {call.out: call.size for call in calls}
    for call in calls:
        for name in call.reads:
            assert holds[place[name]] == name
        assert call.size is not None and sizes[place[call.out]] == call.size[0] * call.size[1]
        for name in call.reads:
            if place[name] == place[call.out]:
                assert call.aligned and sized[name] == call.size
        holds[place[call.out]] = call.out


def test_a_fixed_place_is_left_alone() -> None:
    calls = calls_of(1)
    place, _ = stored(calls, {"v3": "A1", "v7": "A2"})
    assert not {"v3", "v7"} & place.keys()
