"""The examiner examines: nothing wrong with the judge on a few cases, and a fault would be seen."""

from __future__ import annotations

import random

import pytest

from benchmarks import examiner, trees
from benchmarks.examiner import FAMILIES, examine, make, sound
from benchmarks.trees import UNDEFINED, M, call, derivative, spell, value

X = ("var", "x")


def told(cases: int = 20, seed: int = 3) -> dict[str, int]:
    """How many of each kind."""
    out: dict[str, int] = {}
    for (_, kind), count in examine(cases, seed, show=False).items():
        out[kind] = out.get(kind, 0) + count
    return out


def test_no_false_alarm_and_no_miss_in_twenty_cases() -> None:
    found = told()
    assert sum(found.values()) == 20 and set(found) <= {"fine", "undecided, 1 or 2 digits"}


def test_a_judge_that_always_says_right_or_wrong_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examiner, "verdict", lambda case: "right")
    assert told().get("miss", 0) >= 5
    monkeypatch.setattr(examiner, "verdict", lambda case: "wrong")
    assert told().get("false alarm", 0) >= 5


def test_a_refusal_is_counted_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examiner, "verdict", lambda case: "refused: no")
    assert told() == {"refused": 20}


def test_a_wrong_rule_of_the_oracle_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each derivative is held to differences: with a false rule there is no case."""
    at = {"x": M.mpf("0.7")}
    right = {"x": derivative(("sin", X), "x")}
    assert sound(("sin", X), right, at) == {"x": M.cos(at["x"])}
    monkeypatch.setitem(trees.RULES, "sin", lambda u: ("sin", u))
    assert sound(("sin", X), {"x": derivative(("sin", X), "x")}, at) is None


def test_a_tower_of_exponentials_has_no_value_here() -> None:
    """It would be right in the end, after hours: such a case is none."""
    tower = call("exp", call("exp", call("exp", X)))
    with pytest.raises(UNDEFINED, match="too large"):
        value(call("exp", tower), {"x": M.mpf(3)})
    assert value(tower, {"x": M.mpf(1)}) > 10**6
    tail = ("**", call("cosh", ("num", "500")), ("num", "-2"))
    assert 0 < value(tail, {}) < M.mpf(10) ** -400


def test_spelled_in_whatever_way_it_is_the_same_expression() -> None:
    from tinygrad_fr import parse

    chance = random.Random(5)
    seen = 0
    for i in range(40):
        case = make(chance, FAMILIES[i % 2])
        if case is None or not case.hands or not case.right:
            continue
        leaves = {x: float(text) for x, text in case.point.items()}
        for text in case.hands.values():
            parse(text, leaves)
            seen += 1
    assert seen >= 5
    t = ("/", ("sqrt", X), ("**", ("sigmoid", X), ("num", "2")))
    truth = value(t, {"x": M.mpf("1.5")})
    for _ in range(20):
        found = parse(spell(t, chance), {"x": 1.5}).data
        assert found == pytest.approx(float(truth), rel=1e-13)
