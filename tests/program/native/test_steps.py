"""Statements cut into steps: what needs a loop of its own gets a name, and its part."""

from __future__ import annotations

from tests.program.test_program import two_three_two
from tinygrad_fr.program.arrays import Over, Statement, named, summed
from tinygrad_fr.program.native.steps import parts


def test_the_steps_of_the_golden_program() -> None:
    program = two_three_two()[1]
    found = parts([*program.forward, *program.backward])
    assert found is not None
    assert found.before == []
    assert [s.name for s in found.each if s.kind == "fill"][:4] == ["Z1", "A1", "Z2", "A2"]
    assert sorted(s.kind for s in found.each if s.kind != "fill") == ["outer"] * 2 + ["total"] * 3
    assert [s.name for s in found.after] == ["L", "dW2", "db2", "dW1", "db1"]


def test_an_example_that_needs_all_the_others_is_refused() -> None:
    x = named("X", (2,), True)
    mean = Statement("T", summed(x, Over(True, ())))
    centred = Statement("C", x - named("T", (2,), False))
    assert parts([mean]) is not None and parts([mean, centred]) is None
