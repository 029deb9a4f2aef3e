"""Results share memory, and nobody reads what was written over."""

from __future__ import annotations

import random

import pytest

from tinygrad_fr.program.calls import Call
from tinygrad_fr.program.storage import homes, stored


def calls_of(seed: int) -> list[Call]:
    r = random.Random(seed)
    made: list[Call] = []
    for i in range(40):
        reads = tuple(c.out for c in r.sample(made, min(len(made), r.randint(0, 3))))
        size = (r.choice([2, 3]), 4)
        made.append(Call("f", reads, f"v{i}", reads, size, r.random() < 0.6))
    return made


def settled(calls: list[Call], fixed: dict[str, str]) -> tuple[dict[str, object], list[int]]:
    """Where each result lies, fixed or not."""
    own = homes(calls, fixed)
    place, sizes = stored(calls, own)
    assert not own.keys() & place.keys()
    return {**place, **own}, sizes


@pytest.mark.parametrize("fixed", [{}, {f"v{i}": f"A{i}" for i in (5, 17, 22, 30, 39)}])
@pytest.mark.parametrize("seed", range(30))
def test_what_is_read_is_what_was_written(seed: int, fixed: dict[str, str]) -> None:
    calls = calls_of(seed)
    place, sizes = settled(calls, fixed)
    assert len(sizes) < len(calls)
    holds: dict[object, str] = {}
    sized = {call.out: call.size for call in calls}
    for call in calls:
        where = place[call.out]
        for name in call.reads:
            assert holds[place[name]] == name
        assert call.size is not None
        if isinstance(where, int):
            assert sizes[where] == call.size[0] * call.size[1]
        for name in call.reads:
            if place[name] == where:
                assert call.aligned and sized[name] == call.size
        holds[where] = call.out
    assert all(holds[home] == name for name, home in fixed.items())


def test_what_is_written_over_in_a_place_lies_there() -> None:
    made = [("x", "v0", False), ("v0", "v1", True), ("v1", "v2", True)]
    calls = [Call("f", (a,), b, (a,), (2, 4), aligned) for a, b, aligned in made]
    assert homes(calls, {"v2": "A1"}) == {"v0": "A1", "v1": "A1", "v2": "A1"}
    later = Call("f", ("v1",), "v3", ("v1",), (2, 4), True)
    assert homes([*calls, later], {"v2": "A1"}) == {"v2": "A1"}
    other = [calls[0]._replace(size=(3, 4)), *calls[1:]]
    assert homes(other, {"v2": "A1"}) == {"v1": "A1", "v2": "A1"}


def test_a_fixed_place_is_left_alone() -> None:
    calls = calls_of(1)
    place, _ = stored(calls, {"v3": "A1", "v7": "A2"})
    assert not {"v3", "v7"} & place.keys()
