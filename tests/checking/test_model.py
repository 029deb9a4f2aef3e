"""Check it: a network too large for the judge to see every entry.

Every entry is compared with autograd's floats; a sample, drawn with a seed, goes before the judge.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from typing import Any

import pytest

from tests.house import ROOT
from tinygrad_fr.checking.check import check
from tinygrad_fr.checking.model import LARGE, SAMPLE
from tinygrad_fr.checking.report import Report
from tinygrad_fr.checking.sabotage import sabotage
from tinygrad_fr.checking.verdict import FLOAT, RIGHT, WRONG
from tinygrad_fr.nn import MLP
from tinygrad_fr.nn.losses import squared_error
from tinygrad_fr.words import use

Edit = tuple[int, int, int, float]  # layer, neuron, weight, factor

ENTRIES = 24 * 21 + 4 * 25


def net() -> tuple[MLP, list[list[float]], list[list[float]]]:
    rng = random.Random(3)
    model = MLP(20, [24, 4], activation="sigmoid", output="sigmoid", seed=5)
    return model, [[rng.uniform(-1, 1) for _ in range(20)]], [[rng.random() for _ in range(4)]]


def report_of(*edits: Edit, seed: int = 0) -> Report:
    """The report on autograd's own answer, some entries multiplied."""
    model, X, y = net()

    def hand(X: Any, y: Any) -> list[tuple[list[list[float]], list[float]]]:
        for p in model.parameters():
            p.grad = 0.0
        squared_error([model(x) for x in X], y).backward()
        answer = [
            ([[w.grad for w in n.w] for n in layer.neurons], [n.b.grad for n in layer.neurons])
            for layer in model.layers
        ]
        for layer, neuron, weight, factor in edits:
            answer[layer][0][neuron][weight] *= factor
        return answer

    return check(model, X, y, loss=squared_error, hand=hand, seed=seed)


def verdicts(report: Report) -> list[str]:
    return [e.verdict for e in report.entries]


def drawn(report: Report) -> set[int]:
    """Which entries the judge saw: their truth has 50 digits, the others' are floats."""
    return {i for i, e in enumerate(report.entries) if not isinstance(e.truth, float)}


def test_the_right_gradient_is_right_everywhere() -> None:
    report = report_of()
    assert ENTRIES > LARGE
    assert report.ok and len(report.entries) == ENTRIES
    assert set(verdicts(report)) <= {RIGHT, FLOAT}
    # as many from both layers
    seen = drawn(report)
    assert len(seen) == SAMPLE
    assert sum(i >= 24 * 21 for i in seen) == SAMPLE // 2


@pytest.mark.slow
@pytest.mark.parametrize("factor", [2.0, -1.0, 1.001, 1 + 1e-6, 0.0])
def test_an_error_in_an_entry_that_was_not_drawn_is_found(factor: float) -> None:
    seen = drawn(report_of())
    # the weights of the first neuron are the first entries of the first layer
    first = next(k for k in range(20) if k not in seen)
    report = report_of((0, 0, first, factor))
    assert [i for i, v in enumerate(verdicts(report)) if v == WRONG] == [first]
    assert drawn(report) == seen | {first}
    assert report.exit_status == 1


@pytest.mark.slow
def test_more_errors_than_the_judge_can_see_are_all_found() -> None:
    edits = [(0, n, k, 1.5 + 0.01 * k + n) for n in range(10) for k in range(20)]
    report = report_of(*edits)
    assert verdicts(report).count(WRONG) == 200
    assert len(drawn(report)) < 200


def test_an_engine_with_a_bent_rule_is_found_by_the_sample() -> None:
    """The answer is autograd's own, so nothing but the judge can tell."""
    with sabotage("overwriting instead of accumulating"), use("en"):
        report = report_of()
    assert report.exit_status == 1
    assert any("Autograd itself is wrong" in note for note in report.notes)
    first_layer = [i for i in drawn(report) if i < 24 * 21]
    assert all(report.entries[i].verdict == WRONG for i in first_layer)


@pytest.mark.parametrize(
    ("tongue", "words"),
    [
        (
            "en",
            [
                f"{ENTRIES} entries compared with autograd",
                "64 judged with 50 digits",
                "up to 32 per layer, seed 7",
            ],
        ),
        (
            "fr",
            [
                f"{ENTRIES} paramètres comparés à autograd",
                "64 jugés à 50 chiffres",
                "jusqu’à 32 par couche, graine 7",
            ],
        ),
    ],
)
def test_the_report_says_what_was_sampled(tongue: str, words: list[str]) -> None:
    with use(tongue):
        note = report_of(seed=7).notes[0]
    assert all(w in note for w in words), note


def test_the_same_seed_draws_the_same_entries_and_another_seed_others() -> None:
    one, two, other = report_of(seed=1), report_of(seed=1), report_of(seed=2)
    assert drawn(one) == drawn(two) != drawn(other)
    assert str(one) == str(two)


def test_the_gradients_of_the_model_are_left_as_they_were() -> None:
    model, X, y = net()
    zero = [([[0.0] * 20] * 24, [0.0] * 24), ([[0.0] * 24] * 4, [0.0] * 4)]
    for k, p in enumerate(model.parameters()):
        p.grad = float(k)
    check(model, X, y, loss=squared_error, hand=lambda X, y: zero)
    assert [p.grad for p in model.parameters()] == [float(k) for k in range(ENTRIES)]


PROGRAM = """
from tests.checking.test_model import report_of
print(report_of().ok)
"""


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="no such terminal here")
def test_a_bar_is_seen_in_a_terminal_only() -> None:
    import pty

    def run(stderr: int) -> bytes:
        environment = {**os.environ, "TINYGRAD_LANG": "fr", "TERM": "xterm", "COLUMNS": "80"}
        command = [sys.executable, "-c", PROGRAM]
        done = subprocess.run(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=stderr, check=True
        )
        assert done.stdout == b"True\n"
        return done.stderr or b""

    assert run(subprocess.PIPE) == b""
    ours, theirs = pty.openpty()
    try:
        run(theirs)
        seen = os.read(ours, 100_000).decode("utf-8", "replace")
    finally:
        os.close(ours)
        os.close(theirs)
    assert "le juge, à 50 chiffres" in seen and "100%" in seen
    assert seen.endswith("\x1b[2K")  # and it is wiped away
