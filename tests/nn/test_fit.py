"""The training loop: the same numbers as a bare loop, and an end that is told, however it comes."""

from __future__ import annotations

import contextlib
import gc
import json
import math
import random
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.nn.small import ROOT, Interrupting, Line, X, Y, a_model, interrupted, numbers, quietly
from tinygrad_fr.engine import Value
from tinygrad_fr.nn import MLP, History, data, fit, losses, optim
from tinygrad_fr.words import use

# ── the same as a bare loop ──


def bare_loop(
    model: Any, loss: Any, descent: optim.Optimizer, epochs: int, size: int, seed: int = 0
) -> list[float]:
    """What `fit` promises to be, written out."""
    found = []
    for epoch in range(1, epochs + 1):
        places = list(range(len(X)))
        if size < len(X):
            random.Random(f"{seed} {epoch}").shuffle(places)
        total = 0.0
        for start in range(0, len(X), size):
            chosen = places[start : start + size]
            cost = loss([model(X[i]) for i in chosen], [Y[i] for i in chosen])
            for p in model.parameters():
                p.grad = 0
            cost.backward()
            descent.step()
            total += cost.data * len(chosen)
        found.append(total / len(X))
    return found


@pytest.mark.parametrize("name", list(optim.OPTIMIZERS))
@pytest.mark.parametrize("size", [24, 7, 1])
def test_to_the_last_digit(name: str, size: int) -> None:
    a, b = a_model(), a_model()
    descent = optim.optimizer(name, b.parameters(), 0.05)
    expected = bare_loop(b, losses.binary_cross_entropy, descent, 4, size)
    history = quietly(a, optimizer=name, epochs=4, batch_size=size)
    assert numbers(a) == numbers(b)
    assert history.loss == expected
    assert history.steps == descent.steps == 4 * math.ceil(24 / size)
    assert history.best_epoch == 4 and history.stopped == "" and history.seconds > 0


def test_the_listing_of_the_course() -> None:
    """One weight, one update per example, in order: w after two epochs, by hand and by fit."""
    w = 1.0
    for _ in range(2):
        for x, y in ((1.0, 2.0), (2.0, 4.0), (3.0, 6.0)):
            w -= 0.01 * (2 * x * (x * w - y))
    model = Line()
    for _ in range(2):
        for x, y in ((1.0, 2.0), (2.0, 4.0), (3.0, 6.0)):
            quietly(model, [[x]], [y], loss="mse", optimizer="sgd", learning_rate=0.01, epochs=1)
    assert model.w.data == pytest.approx(w, rel=1e-15) and w == pytest.approx(1.453417766656)


def test_the_mean_over_the_examples() -> None:
    """C12: w := w − λ(1/N)ΣᵢLᵢ′, by hand."""
    model = Line()
    xs, ys = [1.0, 2.0, 3.0], [2.0, 4.0, 6.0]
    quietly(model, [[x] for x in xs], ys, loss="mse", optimizer="sgd", learning_rate=0.01, epochs=1)
    mean = sum(2 * x * (x - y) for x, y in zip(xs, ys, strict=True)) / 3
    assert model.w.data == pytest.approx(1 - 0.01 * mean, rel=1e-15)


def test_every_example_once_per_epoch_and_in_another_order() -> None:
    seen: list[list[float]] = []

    class Watched(Line):
        def __call__(self, x: Any) -> Value:
            seen.append(x[0])
            return super().__call__(x)

    def order(seed: int, size: int) -> list[list[float]]:
        seen.clear()
        rows = [[float(i)] for i in range(10)]
        quietly(
            Watched(),
            rows,
            [0.0] * 10,
            loss="mse",
            learning_rate=1e-9,
            epochs=3,
            batch_size=size,
            seed=seed,
        )
        return [list(map(float, seen[k : k + 10])) for k in (0, 10, 20)]  # type: ignore[arg-type]

    shuffled = order(0, 3)
    assert all(sorted(epoch) == list(range(10)) for epoch in shuffled)
    assert len({tuple(epoch) for epoch in shuffled}) == 3
    assert order(0, 3) == shuffled != order(1, 3)
    assert order(0, 10) == [list(map(float, range(10)))] * 3


def test_nobody_else_s_random_numbers_move() -> None:
    random.seed(3)
    before = random.getstate()
    quietly(a_model(), epochs=2, batch_size=5, validation=0.2)
    assert random.getstate() == before


def test_numpy_arrays_are_the_same_examples() -> None:
    a, b = a_model(), a_model()
    quietly(a, epochs=2)
    quietly(b, np.array(X), np.array(Y), epochs=2, validation=None)
    assert numbers(a) == numbers(b)
    quietly(b, [np.array(x) for x in X], Y, epochs=1)


def test_an_optimiser_and_a_loss_of_one_s_own() -> None:
    a, b = a_model(), a_model()

    def penalised(predictions: Any, targets: Any) -> Value:
        cost = losses.binary_cross_entropy(predictions, targets)
        return cost + losses.l2_penalty(a.parameters(), 0.01)

    descent = optim.SGD(a.parameters(), optim.inverse_time(0.5, 0.1))
    history = quietly(a, loss=penalised, optimizer=descent, learning_rate=None, epochs=3)
    assert descent.steps == 3
    assert history.learning_rate == pytest.approx([0.5 / 1.1, 0.5 / 1.2, 0.5 / 1.3])
    assert history.accuracy
    quietly(b, optimizer="sgd", learning_rate=optim.inverse_time(0.5, 0.1), epochs=3)
    assert numbers(a) != numbers(b)


# ── Ctrl-C ──


@pytest.mark.parametrize("at", [1, 10, 24, 25, 60, 24 * 3])
def test_ctrl_c_keeps_the_best_weights(at: int) -> None:
    whole = a_model()
    passed = [numbers(whole)]
    costs = quietly(whole, epochs=4, callbacks=lambda m, h: passed.append(numbers(m))).loss
    model = Interrupting(2, [4, 1], activation="tanh", output="sigmoid", seed=0)
    model.at = at
    history = interrupted(model, epochs=4)
    done = (at - 1) // 24
    assert history.loss == costs[:done]
    assert {len(v) for v in history.curves().values() if v} <= {done}
    best = costs[:done].index(min(costs[:done])) if done else 0
    assert history.best_epoch == best and numbers(model) == passed[best]
    assert gc.isenabled() and model.training


def test_ctrl_c_between_two_epochs() -> None:
    """While the epoch is written down: it does not count, no curve is longer than another."""

    class Late(optim.constant):
        def observe(self, cost: float) -> None:
            raise KeyboardInterrupt

    options = {"optimizer": "sgd", "learning_rate": Late(0.1), "epochs": 3, "validation": 0.2}
    assert set(map(len, interrupted(a_model(), **options).curves().values())) == {0}


STOPPED = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # where it was started in the background
from tinygrad_fr.nn import MLP, Interrupted, data, fit
X, y = data.moons(40)
passed = []
def interrupt(model, history):
    passed.append([p.data for p in model.parameters()])
    if len(history.loss) == 3:
        os.kill(os.getpid(), signal.SIGINT)
model = MLP(2, [3, 1], seed=0)
def train():
    fit(model, X, y, epochs=10**6, callbacks=interrupt, checkpoint=sys.argv[1], engine=sys.argv[2])
"""
CAUGHT = """
try:
    train()
except Interrupted as stop:
    print(stop.history.stopped, len(stop.history.loss))
"""
UNCAUGHT = """
import atexit
atexit.register(lambda: print(passed.index([p.data for p in model.parameters()]) + 1))
try:
    train()
except Exception:  # it is none: a loop over trainings ends too
    pass
print("goes on")
"""


def ended(program: str, *arguments: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_real_ctrl_c(tmp_path: Path) -> None:
    """A process that trains, a real SIGINT, and what it says on its way out."""
    done = ended(STOPPED + CAUGHT, tmp_path / "c.json", "auto")
    assert done.returncode == 0, done.stderr
    word, count = done.stdout.split()
    assert word == "interrupted" and int(count) >= 3
    assert 1 <= json.loads((tmp_path / "c.json").read_text())["epochs"] <= int(count)


@pytest.mark.parametrize("engine", ["scalar", "numpy"])
def test_a_ctrl_c_that_nobody_asked_for(tmp_path: Path, engine: str) -> None:
    """It ends the script, in a line that says what there is; the model has its best weights."""
    done = ended(STOPPED + UNCAUGHT, tmp_path / "c.json", engine)
    assert done.returncode != 0 and "goes on" not in done.stdout
    assert "Exception ignored" not in done.stderr and "During handling" not in done.stderr
    said = re.search(r"Interrupted: (\d+) epochs, .*has its weights of epoch (\d+);", done.stderr)
    assert said, done.stderr
    assert int(done.stdout) == int(said[2]) and int(said[1]) - int(said[2]) in (0, 1)


# ── the garbage collector ──


@pytest.mark.parametrize("enabled", [True, False])
def test_the_collector_rests_during_steps_only(enabled: bool) -> None:
    seen: list[bool] = []

    class Watched(Line):
        def __call__(self, x: Any) -> Value:
            seen.append(gc.isenabled())
            return super().__call__(x)

    def watch(model: Any, history: History) -> None:
        called.append(gc.isenabled())

    called: list[bool] = []
    try:
        (gc.enable if enabled else gc.disable)()
        options = {"loss": "mse", "epochs": 2, "validation": ([[1.0]], [1.0])}
        quietly(Watched(), [[1.0]], [1.0], callbacks=watch, **options)
        assert not any(seen) and called == [enabled, enabled] and gc.isenabled() == enabled
        for bad in (KeyError, KeyboardInterrupt):

            class Failing(Line):
                raised = bad

                def __call__(self, x: Any) -> Value:
                    raise self.raised

            with contextlib.suppress(bad):
                quietly(Failing(), [[1.0]], [1.0], loss="mse")
            assert gc.isenabled() == enabled
    finally:
        gc.enable()


def test_no_graph_is_left_behind() -> None:
    gc.collect()
    gc.disable()
    try:
        quietly(a_model(), epochs=2)
        count = sum(isinstance(o, Value) for o in gc.get_objects())
        quietly(a_model(), epochs=6)
        assert sum(isinstance(o, Value) for o in gc.get_objects()) <= count
    finally:
        gc.enable()


# ── what is refused ──

BAD: list[tuple[dict[str, Any], str]] = [
    ({"y": Y[:-1]}, "X has 24 examples and y 23 targets"),
    ({"X": [], "y": []}, "at least one"),
    ({"X": [[1.0, 2.0, 3.0]] * 24}, "example 1 has 3 numbers instead of 2"),
    ({"X": [*X[:-1], [1.0]]}, "example 24 has 1 number instead of 2"),
    ({"X": [*X[:-1], [1.0, math.nan]]}, "example 24 contains nan; finite numbers are needed"),
    ({"X": [*X[:-1], [1.0, "a"]]}, "example 24 contains 'a'"),
    ({"y": [*Y[:-1], None]}, "y: example 24 contains None"),
    ({"y": [*Y[:-1], [1, 0]]}, "y: example 24 has 2 numbers instead of 1"),
    ({"X": "abc"}, "X must be a list of examples, got str"),
    ({"X": 3}, "X must be a list of examples, got int"),
    ({"loss": "bse"}, "loss='bse' is unknown"),
    ({"loss": 3}, "loss must be a name or a function"),
    ({"loss": lambda p, t: 3.0}, "must return a Value, got float: 3.0"),
    ({"optimizer": "adan"}, "Did you mean 'adam'"),
    ({"optimizer": 3, "learning_rate": None}, "optimizer must be a name or an optimiser, got 3"),
    ({"optimizer": optim.SGD([Value(1.0)]), "learning_rate": None}, "of another model"),
    ({"learning_rate": -1.0}, "learning_rate is −1"),
    ({"epochs": 0}, "epochs is 0; it must be an integer ≥ 1"),
    ({"epochs": 1.5}, "epochs is 1.5"),
    ({"epochs": None}, "epochs is None"),
    ({"batch_size": 0}, "batch_size is 0; it must be an integer ≥ 1"),
    ({"batch_size": True}, "batch_size is True"),
    ({"patience": 0}, "patience is 0"),
    ({"seed": 1.5}, "seed must be an integer, got 1.5"),
    ({"clip": 0}, "clip is 0; it must be > 0"),
    ({"keep": "first"}, "keep='first' is unknown. Choose one of: best, last"),
    ({"validation": 1.0}, "validation is 1.0; give a share between 0 and 1, or a pair (X, y)"),
    ({"validation": True}, "validation is True"),
    ({"validation": (X,)}, "a pair (X, y)"),
    ({"validation": "moons"}, "validation is 'moons'"),
    ({"validation": (X, Y[:3])}, "validation[0] has 24 examples and validation[1] 3 targets"),
    ({"callbacks": [3]}, "callback(model, history), got 3"),
    ({"resume": True}, "resume=True needs checkpoint="),
    ({"checkpoint": "run.txt"}, "run.txt: unknown extension '.txt'; choose .json"),
    ({"checkpoint": "no/such/run.json"}, "no/such does not exist; create it"),
    (
        {"checkpoint": "none.json", "resume": True},
        "none.json: there is no such file; to begin, leave out resume=True",
    ),
]


@pytest.mark.parametrize(("change", "word"), BAD, ids=[word[:40] for _, word in BAD])
def test_bad_arguments_are_one_line(
    change: dict[str, Any], word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    model = a_model()
    before = numbers(model)
    with use("en"), pytest.raises((ValueError, TypeError, FileNotFoundError)) as caught:
        quietly(model, **{"X": X, "y": Y, "epochs": 2, **change})
    assert word in str(caught.value) and "\n" not in str(caught.value)
    assert numbers(model) == before and gc.isenabled()
    with use("fr"), pytest.raises(type(caught.value)) as again:
        quietly(model, **{"X": X, "y": Y, "epochs": 2, **change})
    assert str(again.value) != str(caught.value)


def test_an_optimiser_has_its_own_rate() -> None:
    model = a_model()
    with pytest.raises(ValueError, match="optimi"):
        quietly(model, optimizer=optim.SGD(model.parameters()), learning_rate=0.1)


# ── it learns ──


@pytest.mark.parametrize("name", ["xor", "circles", "parabola"])
def test_it_learns_what_a_line_cannot(name: str) -> None:
    points, targets = data.dataset(name, 40, seed=1)
    model = MLP(2, [6, 1], activation="tanh", output="sigmoid", seed=1)
    history = fit(
        model,
        points,
        targets,
        loss="bce",
        learning_rate=0.1,
        epochs=60,
        batch_size=20,
        progress=False,
    )
    assert history.accuracy[-1] >= 0.95
    line = MLP(2, [1], output="sigmoid", seed=1)
    if name != "parabola":
        assert (
            fit(
                line, points, targets, loss="bce", learning_rate=0.1, epochs=60, progress=False
            ).accuracy[-1]
            < 0.8
        )


def test_classes_with_cross_entropy() -> None:
    points, targets = data.clouds(30, classes=3)
    model = MLP(2, [3], seed=0)
    assert (
        quietly(
            model, points, targets, loss="cross_entropy", learning_rate=0.2, epochs=60
        ).accuracy[-1]
        == 1
    )
