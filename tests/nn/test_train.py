"""The training loop: the same numbers as a bare loop, and an end that is told, however it comes."""

from __future__ import annotations

import contextlib
import gc
import itertools
import json
import math
import random
import signal
import subprocess
import sys
import time
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from tinygrad_fr.engine import Value
from tinygrad_fr.nn import MLP, Layer, Module, data, losses, optim, plot, train
from tinygrad_fr.nn.train import Divergence, History, fit
from tinygrad_fr.words import use

ROOT = Path(__file__).resolve().parents[2]
X, Y = data.moons(24, noise=0.1, seed=0)


def a_model(seed: int = 0, **options: Any) -> MLP:
    return MLP(2, [4, 1], **{"activation": "tanh", "output": "sigmoid", "seed": seed, **options})


def numbers(model: Module) -> list[Any]:
    return [p.data for p in model.parameters()]


def quietly(model: Any, X: Any = X, y: Any = Y, **options: Any) -> History:
    return fit(model, X, y, **{"loss": "bce", "learning_rate": 0.05, "progress": False, **options})


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


class Line(Module):
    """ŷ = w·x."""

    def __init__(self) -> None:
        self.w = Value(1.0, label="w")

    def __call__(self, x: Any) -> Value:
        out: Value = self.w * x[0]
        return out

    def parameters(self) -> list[Value]:
        return [self.w]


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


def test_clip_bounds_the_step() -> None:
    model = a_model()
    before = numbers(model)
    quietly(model, loss="mse", optimizer="sgd", learning_rate=1.0, clip=1e-3, epochs=1)
    assert math.dist(before, numbers(model)) == pytest.approx(1e-3)


def test_a_plateau_is_told_the_cost() -> None:
    model = a_model()
    schedule = optim.plateau(1e-12, factor=0.5, patience=1)
    history = quietly(model, optimizer="sgd", learning_rate=schedule, epochs=8)
    assert history.learning_rate[0] == 1e-12 and history.learning_rate[-1] < 1e-12


# ── right and wrong ──


@pytest.mark.parametrize(
    ("loss", "output", "targets", "predictions", "right"),
    [
        ("bce", "sigmoid", [0, 1, 1], [0.4, 0.6, 0.4], [True, True, False]),
        ("bce_with_logits", "linear", [0, 1, 1], [0.4, 0.6, -0.4], [False, True, False]),
        ("mse", "linear", [0, 1, 1], [0.4, 0.6, 0.4], [True, True, False]),
        ("hinge", "linear", [-1, 1, 1], [-0.1, 0.1, -0.1], [True, True, False]),
        ("hinge", "linear", [1, 1, 1], [-0.1, 0.1, 0.1], [False, True, True]),
        ("mse", "tanh", [-1, 1, 1], [-0.1, 0.1, -0.1], [True, True, False]),
        (
            "cross_entropy",
            "linear",
            [0, 2, 1],
            [[3, 1, 2], [1, 2, 3], [3, 2, 1]],
            [True, True, False],
        ),
        ("cross_entropy", "linear", [[1, 0], [0, 1]], [[3, 1], [3, 1]], [True, False]),
        ("mse", "sigmoid", [[1, 0], [0, 1]], [[0.3, 0.1], [0.3, 0.1]], [True, False]),
        ("mse", "linear", [0.5, 1, 2], None, None),
        ("mse", "linear", [[0.5, 1], [1, 1]], None, None),
    ],
)
def test_what_is_right(loss: str, output: str, targets: Any, predictions: Any, right: Any) -> None:
    model = MLP(2, [1], output=output, seed=0)
    judge = train._judge(losses.loss(loss), targets, model)
    if right is None:
        assert judge is None
        return
    assert judge is not None
    for wrap in (lambda p: p, lambda p: [Value(u) for u in p] if isinstance(p, list) else Value(p)):
        assert [judge(wrap(p), t) for p, t in zip(predictions, targets, strict=True)] == right


def test_an_unknown_cost_on_scores_has_no_accuracy() -> None:
    """A lambda around bce_with_logits would want 0, around squared_error ½: no guess."""
    model = a_model(output="linear")
    assert train._judge(lambda p, t: losses.bce_with_logits(p, t), Y, model) is None
    assert train._judge(lambda p, t: losses.bce_with_logits(p, t), Y, a_model()) is not None


def test_accuracy_is_that_of_the_weights() -> None:
    model = a_model()
    history = quietly(model, epochs=1)
    model = a_model()
    share = sum((model(x).data > 0.5) == t for x, t in zip(X, Y, strict=True)) / 24
    assert history.accuracy == [share]


# ── validation, early stopping, callbacks ──


def test_validation_is_measured_after_the_epoch() -> None:
    model = a_model()
    Xv, yv = data.moons(10, seed=5)
    history = quietly(model, epochs=3, validation=(Xv, yv), keep="last")
    cost = losses.binary_cross_entropy([model(x) for x in Xv], yv).data
    assert history.validation_loss[-1] == cost and len(history.validation_loss) == 3
    assert (
        history.validation_accuracy[-1]
        == sum((model(x).data > 0.5) == t for x, t in zip(Xv, yv, strict=True)) / 10
    )


def test_a_share_kept_apart_is_not_learnt_from() -> None:
    a, b = a_model(), a_model()
    (X1, y1), tests = data.split(X, Y, 0.25, seed=7)
    h = quietly(a, epochs=3, validation=0.25, seed=7)
    k = quietly(b, X1, y1, epochs=3, validation=tests, seed=7)
    assert numbers(a) == numbers(b) and h.validation_loss == k.validation_loss


def noisy_validation() -> Any:
    """Targets turned round: the better the training, the worse the validation."""
    return X, [1 - t for t in Y]


def test_the_best_weights_of_the_validation_are_kept() -> None:
    model = a_model(seed=3)
    passed: list[list[Any]] = []
    history = quietly(
        model,
        epochs=12,
        validation=noisy_validation(),
        callbacks=lambda m, h: passed.append(numbers(m)),
    )
    best = history.validation_loss.index(min(history.validation_loss))
    assert history.best_epoch == best + 1 < 12
    assert numbers(model) == passed[best] != passed[-1]
    again = a_model(seed=3)
    assert quietly(again, epochs=12, validation=noisy_validation(), keep="last").best_epoch == 12
    assert numbers(again) == passed[-1]


@pytest.mark.parametrize("patience", [1, 3])
def test_patience(patience: int) -> None:
    history = quietly(a_model(seed=3), epochs=50, validation=noisy_validation(), patience=patience)
    assert history.stopped == "patience"
    assert len(history.loss) == history.best_epoch + patience


def test_patience_on_the_training_cost() -> None:
    """λ far too large from the 4th step: with full batches the cost is of the weights before."""
    model = a_model()
    passed: list[list[Any]] = []
    history = quietly(
        model,
        optimizer="sgd",
        learning_rate=lambda t: 0.1 if t < 3 else 1e-15 if t < 4 else -30.0,
        epochs=50,
        patience=2,
        callbacks=[lambda m, h: passed.append(numbers(m))],
    )
    best = history.loss.index(min(history.loss))
    assert history.stopped == "patience" and len(history.loss) == best + 3
    assert history.best_epoch == best and numbers(model) == passed[best - 1]


def test_a_flat_cost_is_no_better() -> None:
    history = quietly(
        a_model(), optimizer="sgd", learning_rate=1e-300, epochs=9, validation=(X, Y), patience=2
    )
    assert history.stopped == "patience" and history.best_epoch == 1 and len(history.loss) == 3


def test_callbacks_are_called_and_can_stop() -> None:
    model, called = a_model(), []

    def enough(m: Any, history: History) -> bool:
        called.append((m is model, len(history.loss)))
        return len(history.loss) == 3

    film = plot.Film()
    history = quietly(model, epochs=10, callbacks=[enough, film])
    assert called == [(True, 1), (True, 2), (True, 3)] and history.stopped == "callback"
    assert [frame[0] for frame in film.frames] == [1, 2, 3]


def test_the_modes() -> None:
    """Dropout drops in training steps, not in validation; the model is left in the mode it had."""
    modes = []

    class Watched(Line):
        def __call__(self, x: Any) -> Value:
            modes.append(self.training)
            return super().__call__(x)

    model = Watched()
    model.eval()
    quietly(model, [[1.0], [2.0]], [1.0, 2.0], loss="mse", epochs=2, validation=([[3.0]], [3.0]))
    assert modes == [True, True, False] * 2 and not model.training
    model.train()
    quietly(model, [[1.0]], [1.0], loss="mse", epochs=1, validation=([[3.0]], [3.0]))
    assert model.training


def test_history_is_said_and_drawn() -> None:
    history = quietly(a_model(), epochs=2, validation=0.2)
    with use("en"):
        assert str(history).startswith("2 epochs, cost 0.") and "validation accuracy" in repr(
            history
        )
    with use("fr"):
        assert str(history).startswith("2 époques, coût 0,") and str(history).endswith("\u202f%")
    assert list(history.curves()) == [
        "loss",
        "accuracy",
        "validation_loss",
        "validation_accuracy",
        "learning_rate",
    ]
    assert {len(v) for v in history.curves().values()} == {2}
    assert len(history.plot()) == 2


# ── Ctrl-C ──


class Interrupting(MLP):
    """Ctrl-C at the call number `at`."""

    at = -1

    def __call__(self, x: Any) -> Any:
        self.at -= 1
        if self.at == 0:
            raise KeyboardInterrupt
        return super().__call__(x)


@pytest.mark.parametrize("at", [1, 10, 24, 25, 60, 24 * 3])
def test_ctrl_c_keeps_the_best_weights(at: int) -> None:
    whole = a_model()
    passed = [numbers(whole)]
    costs = quietly(whole, epochs=4, callbacks=lambda m, h: passed.append(numbers(m))).loss
    model = Interrupting(2, [4, 1], activation="tanh", output="sigmoid", seed=0)
    model.at = at
    history = quietly(model, epochs=4)
    done = (at - 1) // 24
    assert history.stopped == "interrupted" and history.loss == costs[:done]
    assert {len(v) for v in history.curves().values() if v} <= {done}
    best = costs[:done].index(min(costs[:done])) if done else 0
    assert history.best_epoch == best and numbers(model) == passed[best]
    assert gc.isenabled() and model.training


def test_ctrl_c_between_two_epochs() -> None:
    """While the epoch is being written down: it does not count, and no curve is longer than another."""

    class Late(optim.constant):
        def observe(self, cost: float) -> None:
            raise KeyboardInterrupt

    history = quietly(a_model(), optimizer="sgd", learning_rate=Late(0.1), epochs=3, validation=0.2)
    assert history.stopped == "interrupted" and set(map(len, history.curves().values())) == {0}


def test_a_real_ctrl_c(tmp_path: Path) -> None:
    """A process that trains, a real SIGINT, and what it says on its way out."""
    program = """
import os, signal, sys
from tinygrad_fr.nn import MLP, data
from tinygrad_fr.nn.train import fit
X, y = data.moons(40)
def interrupt(model, history):
    if len(history.loss) == 3:
        os.kill(os.getpid(), signal.SIGINT)
h = fit(MLP(2, [3, 1], seed=0), X, y, epochs=10**6, callbacks=interrupt, checkpoint=sys.argv[1])
print(h.stopped, len(h.loss))
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "c.json")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    word, count = done.stdout.split()
    assert word == "interrupted" and int(count) >= 3
    assert 1 <= json.loads((tmp_path / "c.json").read_text())["epochs"] <= int(count)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


# ── checkpoints ──


@pytest.mark.parametrize("name", list(optim.OPTIMIZERS))
@pytest.mark.parametrize("more", [{}, {"batch_size": 7, "validation": 0.2, "keep": "last"}])
def test_resumed_is_uninterrupted_bit_for_bit(
    tmp_path: Path, name: str, more: dict[str, Any]
) -> None:
    options = {"optimizer": name, "dropout": 0.0, **more}
    options.pop("dropout")
    whole = a_model(dropout=0.3)
    expected = quietly(whole, epochs=7, **options)
    file = tmp_path / "run.json"
    quietly(a_model(dropout=0.3), epochs=3, checkpoint=file, **options)
    model = a_model(seed=99, dropout=0.3)  # what it starts from does not matter
    history = quietly(model, epochs=7, checkpoint=file, resume=True, **options)
    assert numbers(model) == numbers(whole)
    assert history.curves() == expected.curves()
    assert (history.steps, history.best_epoch) == (expected.steps, expected.best_epoch)
    saved = json.loads(file.read_text())
    assert saved["epochs"] == 7 and saved["parameters"] == numbers(whole)


@given(st.data())
@settings(max_examples=15, deadline=None)
def test_interrupted_anywhere_and_resumed(
    tmp_path_factory: pytest.TempPathFactory, drawn: st.DataObject
) -> None:
    """Ctrl-C after any number of calls of the model, then resumed: the same weights."""
    size = drawn.draw(st.sampled_from([None, 5, 12]))
    at = drawn.draw(st.integers(1, 24 * 4 - 1))
    whole = a_model()
    expected = quietly(whole, epochs=4, batch_size=size)
    file = tmp_path_factory.mktemp("run") / "run.json"
    model = Interrupting(2, [4, 1], activation="tanh", output="sigmoid", seed=0)
    model.at = at
    assert quietly(model, epochs=4, batch_size=size, checkpoint=file).stopped == "interrupted"
    history = quietly(model, epochs=4, batch_size=size, checkpoint=file, resume=True)
    assert numbers(model) == numbers(whole) and history.curves() == expected.curves()


def test_a_finished_training_resumed_is_finished(tmp_path: Path) -> None:
    file, model = tmp_path / "run.json", a_model()
    expected = quietly(model, epochs=3, checkpoint=file)
    again = a_model(seed=5)
    assert quietly(again, epochs=3, checkpoint=file, resume=True).curves() == expected.curves()
    assert numbers(again) == numbers(model)
    model = a_model(seed=3)
    told = quietly(model, epochs=50, validation=noisy_validation(), patience=2, checkpoint=file)
    again = a_model()
    h = quietly(
        again, epochs=50, validation=noisy_validation(), patience=2, checkpoint=file, resume=True
    )
    assert (
        len(h.loss) == len(told.loss)
        and h.stopped == "patience"
        and numbers(again) == numbers(model)
    )


def test_a_checkpoint_is_written_now_and_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a clock of a tenth of a second per look: once a second at most, and at the end."""
    written = []
    monkeypatch.setattr(
        train, "write_whole", lambda path, text: written.append(json.loads(text)["epochs"])
    )
    clock = itertools.count()
    monkeypatch.setattr(time, "perf_counter", lambda: next(clock) / 10)
    quietly(a_model(), epochs=60, checkpoint=tmp_path / "run.json")
    assert written[-1] == 60 and 3 <= len(written) <= 30


def test_a_checkpoint_holds_one_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """State taken after epoch 2, written at the end of epoch 3: nothing of epoch 3 in it."""
    file, now = tmp_path / "run.json", [0.0, 0.1, 0.1]
    passed: list[list[Any]] = []
    monkeypatch.setattr(time, "perf_counter", lambda: now[min(len(passed), 2)])

    def third(model: Any, history: History) -> None:
        passed.append(numbers(model))
        if len(passed) == 3:
            raise KeyboardInterrupt

    quietly(a_model(), epochs=9, checkpoint=file, callbacks=third)
    saved = json.loads(file.read_text())
    assert saved["epochs"] == 2 and saved["parameters"] == passed[1]
    assert len(saved["curves"]["loss"]) == len(saved["curves"]["accuracy"]) == 2


def test_a_model_without_dropout_draws_nothing_to_save(tmp_path: Path) -> None:
    quietly(a_model(), epochs=1, checkpoint=tmp_path / "a.json")
    assert json.loads((tmp_path / "a.json").read_text())["chance"] == []
    random.seed(1)
    model = MLP(2, [4, 1], output="sigmoid", dropout=0.3)  # draws from the module random
    quietly(model, epochs=1, checkpoint=tmp_path / "a.json")
    state = random.getstate()
    random.random()
    quietly(model, epochs=1, checkpoint=tmp_path / "a.json", resume=True)
    assert random.getstate() == state


def test_a_truncated_checkpoint_never_resumes(tmp_path: Path) -> None:
    file, model = tmp_path / "run.json", a_model()
    quietly(model, epochs=2, checkpoint=file)
    content = file.read_bytes()
    before = numbers(model)
    for end in {*range(0, len(content), 97), len(content) - 1}:
        file.write_bytes(content[:end])
        with (
            use("en"),
            pytest.raises(ValueError, match="truncated or foreign. Nothing was changed"),
        ):
            quietly(model, epochs=4, checkpoint=file, resume=True)
        assert numbers(model) == before


@pytest.mark.parametrize(
    "change",
    [
        {"parameters": [1.0]},
        {"parameters": "abc"},
        {"parameters": [True] * 17},
        {"parameters": [math.nan] * 17},
        {"best": [1.0, 2]},
        {"best": None},
        {"curves": {}},
        {"curves": {"loss": ["x"]}},
        {"steps": None},
        {"chance": [[3, [1, 2], None]]},
        {"chance": [1]},
        {"first": "x"},
        {"form": "another"},
        {"training": {}},
        {"optimizer": {"optimizer": "SGD"}},
        {"optimizer": None},
    ],
)
def test_a_meddled_checkpoint_changes_nothing(tmp_path: Path, change: dict[str, Any]) -> None:
    file, model = tmp_path / "run.json", a_model()
    quietly(model, epochs=2, checkpoint=file)
    file.write_text(json.dumps({**json.loads(file.read_text()), **change}))
    before, kept = numbers(model), file.read_bytes()
    with pytest.raises(ValueError):
        quietly(model, epochs=4, checkpoint=file, resume=True)
    assert numbers(model) == before and file.read_bytes() == kept


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"loss": "mse"}, "loss: binary_cross_entropy in the file, squared_error here"),
        ({"batch_size": 5}, "batch_size: 24 in the file, 5 here"),
        ({"seed": 1}, "seed: 0 in the file, 1 here"),
        ({"clip": 1.0}, "clip: None in the file, 1.0 here"),
        ({"y": [1 - t for t in Y]}, "data"),
        ({"validation": 0.2}, "batch_size"),
        ({"optimizer": "sgd"}, "state given is of Adam"),
        ({"model": MLP(2, [5, 1], activation="tanh", output="sigmoid", seed=0)}, "model"),
    ],
)
def test_another_training_is_not_resumed(tmp_path: Path, change: dict[str, Any], word: str) -> None:
    file = tmp_path / "run.json"
    quietly(a_model(), epochs=2, checkpoint=file)
    model = change.pop("model", a_model())
    before = numbers(model)
    with use("en"), pytest.raises(ValueError) as caught:
        quietly(model, **{"epochs": 4, "checkpoint": file, "resume": True, **change})
    assert word in str(caught.value) and numbers(model) == before


# ── when the numbers leave the finite ──


def test_an_exploding_cost_is_told(tmp_path: Path) -> None:
    model = a_model(output="linear", activation="relu")
    before = numbers(model)
    with use("en"), pytest.raises(Divergence) as caught:
        quietly(
            model, [[100 * a for a in x] for x in X], loss="mse", optimizer="sgd", learning_rate=5.0
        )
    told, error = str(caught.value), caught.value
    assert told.startswith(
        f"the training diverges at step {error.step} (epoch {error.epoch}): the cost is "
    )
    assert (
        "Try a smaller learning rate (λ = 5; try 0.5), or a bounded gradient (clip=1), or smaller inputs"
        in told
    )
    assert "out of all proportion is L_1 = " in told and "\n" not in told
    assert error.node is not None and abs(error.node.data) > 1e6
    assert error.history is not None and len(error.history.loss) == error.epoch - 1
    assert numbers(model) == before  # the best so far: the second epoch was worse
    assert gc.isenabled()


def test_the_first_node_that_is_not_finite() -> None:
    model = a_model(output="exp", activation="linear")
    for p in model.parameters():
        p.data = 1.0
    with use("en"), pytest.raises(Divergence) as caught:
        quietly(model, [[9e9, 9e9]], [1.0], loss="mse", optimizer="sgd")
    assert caught.value.node is not None and caught.value.node.label == "a_1^[2]"
    assert "step 1" in str(
        caught.value
    ) and "a_1^[2] = exp(z_1^[2]) = ∞ (layer 2, neuron 1)" in str(caught.value)
    assert "learning rate" not in str(caught.value) and "init=" in str(caught.value)


def test_a_gradient_that_is_not_finite_moves_nothing() -> None:
    """√ at 0: a finite cost, an infinite slope."""

    class Root(Line):
        def __call__(self, x: Any) -> Value:
            out: Value = (self.w * x[0]).sqrt()
            return out

    model = Root()
    model.w.data = 0.0
    with use("fr"), pytest.raises(Divergence) as caught:
        quietly(model, [[1.0]], [1.0], loss="mse")
    assert model.w.data == 0.0
    assert "le gradient de w·1 = 0 vaut −∞" in str(caught.value)


def test_a_domain_left_on_the_way() -> None:
    class Log(Line):
        def __call__(self, x: Any) -> Value:
            out: Value = (self.w * x[0]).log()
            return out

    with (
        use("en"),
        pytest.raises(Divergence, match="diverges at step 2 .*log needs a > 0") as caught,
    ):
        quietly(Log(), [[1.0]], [-9.0], loss="mse", optimizer="sgd", learning_rate=1.0)
    assert caught.value.node is None
    with (
        use("en"),
        pytest.raises(ValueError, match="^log needs a > 0"),
    ):  # at once: not a divergence
        quietly(Log(), [[-1.0]], [1.0], loss="mse")


def test_a_divergence_leaves_a_whole_epoch_in_the_checkpoint(tmp_path: Path) -> None:
    model, file = Line(), tmp_path / "run.json"
    with pytest.raises(Divergence) as caught:
        quietly(
            model, [[1.0]], [2.0], loss="mse", optimizer="sgd", learning_rate=100.0, checkpoint=file
        )
    saved = json.loads(file.read_text())
    assert 0 < saved["epochs"] < caught.value.epoch
    assert saved["best"][2] == [1.0] == numbers(model)


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

            with contextlib.suppress(KeyError):
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


# ── the bar ──


def test_the_bar_shows_the_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    page = StringIO()
    console = Console(file=page, force_terminal=True, width=90, color_system=None)
    clock = itertools.count()
    monkeypatch.setattr(time, "perf_counter", lambda: next(clock) / 20)
    with use("en"):
        history = quietly(a_model(), epochs=40, batch_size=12, progress=console)
    told = page.getvalue()
    assert "epoch 40/40, cost 0." in told and told.rstrip().endswith(str_in("en", history))
    drawn = told.count("epoch ")
    assert 5 < drawn < 60  # 80 steps of 0.05 s and more: not one drawing each


def str_in(lang: str, history: History) -> str:
    with use(lang):
        return str(history)


def test_the_bar_says_why_it_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = itertools.count()
    monkeypatch.setattr(time, "perf_counter", lambda: next(clock) / 2)
    page = StringIO()
    console = Console(file=page, force_terminal=True, width=90, color_system=None)
    with use("fr"):
        quietly(
            a_model(seed=3), epochs=50, validation=noisy_validation(), patience=2, progress=console
        )
    assert "le coût ne baissait plus\u202f; poids gardés\u202f: ceux de l’époque" in page.getvalue()


def test_nothing_is_printed_where_there_is_no_terminal(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = itertools.count()
    monkeypatch.setattr(time, "perf_counter", lambda: next(clock) / 2)
    quietly(a_model(), epochs=3, progress=True)
    page = StringIO()
    quietly(a_model(), epochs=3, progress=Console(file=page, width=90))
    assert capfd.readouterr() == ("", "") and page.getvalue() == ""


# ── what is refused ──

BAD: list[tuple[dict[str, Any], str]] = [
    ({"y": Y[:-1]}, "X has 24 examples and y 23 targets"),
    ({"X": [], "y": []}, "at least one"),
    ({"X": [[1.0, 2.0, 3.0]] * 24}, "example 1 has 3 numbers instead of 2"),
    ({"X": [*X[:-1], [1.0]]}, "example 24 has 1 numbers instead of 2"),
    ({"X": [*X[:-1], [1.0, math.nan]]}, "example 24 contains nan; finite numbers are needed"),
    ({"X": [*X[:-1], [1.0, "a"]]}, "example 24 contains 'a'"),
    ({"y": [*Y[:-1], None]}, "y: example 24 contains None"),
    ({"y": [*Y[:-1], [1, 0]]}, "y: example 24 has 2 numbers instead of 1"),
    ({"X": "abc"}, "X is a list of examples, got str"),
    ({"X": 3}, "X is a list of examples, got int"),
    ({"loss": "bse"}, "loss='bse' is unknown"),
    ({"loss": 3}, "loss is a name or a function"),
    ({"loss": lambda p, t: 3.0}, "must give a Value, got float: 3.0"),
    ({"optimizer": "adan"}, "Did you mean 'adam'"),
    ({"optimizer": 3, "learning_rate": None}, "optimizer is a name or an optimiser, got 3"),
    ({"optimizer": optim.SGD([Value(1.0)]), "learning_rate": None}, "of another model"),
    ({"learning_rate": -1.0}, "learning_rate is −1"),
    ({"epochs": 0}, "epochs is 0; it must be an integer of at least 1"),
    ({"epochs": 1.5}, "epochs is 1.5"),
    ({"epochs": None}, "epochs is None"),
    ({"batch_size": 0}, "batch_size is 0; it must be an integer of at least 1, or None"),
    ({"batch_size": True}, "batch_size is True"),
    ({"patience": 0}, "patience is 0"),
    ({"seed": 1.5}, "seed is an integer, got 1.5"),
    ({"clip": 0}, "clip is 0; it must be > 0"),
    ({"keep": "first"}, "keep='first' is unknown; choose 'best'"),
    ({"validation": 1.0}, "validation is 1.0; give a share between 0 and 1, or a pair (X, y)"),
    ({"validation": True}, "validation is True"),
    ({"validation": (X,)}, "a pair (X, y)"),
    ({"validation": "moons"}, "validation is 'moons'"),
    ({"validation": (X, Y[:3])}, "validation[0] has 24 examples and validation[1] 3 targets"),
    ({"callbacks": [3]}, "callback(model, history), got 3"),
    ({"resume": True}, "resume=True needs checkpoint="),
    ({"checkpoint": "run.txt"}, "run.txt: name the checkpoint .json"),
    ({"checkpoint": "no/such/run.json"}, "no/such does not exist; make it"),
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


def test_widths_of_other_models() -> None:
    assert train._width(Layer(3, 2)) == 3 and train._width(Layer(3, 2).neurons[0]) == 3
    assert train._width(Line()) == 0 and train._width(lambda x: x) == 0
    history = quietly(MLP(1, [2, 1], output="sigmoid", seed=0), [0.5, -0.5], [1, 0], epochs=2)
    assert len(history.loss) == 2  # one input: plain numbers are examples too


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
