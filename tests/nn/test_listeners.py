"""What goes on beside the steps: validation, patience, callbacks, modes, the bounded gradient."""

from __future__ import annotations

import math
import time
from io import StringIO
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from tests.nn.small import Line, X, Y, a_model, interrupted, noisy_validation, numbers, quietly
from tinygrad_fr.engine import Value
from tinygrad_fr.nn import History, data, losses, optim, plot
from tinygrad_fr.words import use


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


def test_numpy_s_true_stops_as_well() -> None:
    """`lambda m, h: np.mean(h.loss[-3:]) < 0.1` gives one; it used to be passed over."""
    history = quietly(a_model(), epochs=4, callbacks=lambda m, h: np.bool_(len(h.loss) == 2))
    assert history.stopped == "callback" and len(history.loss) == 2


@pytest.mark.parametrize("answer", [1, "yes", [0], None, False, np.bool_(False), np.float64(1)])
def test_only_true_stops(answer: Any) -> None:
    """A callback that happens to give something back does not end the training."""
    history = quietly(a_model(), epochs=2, callbacks=lambda m, h: answer)
    assert history.stopped == "" and len(history.loss) == 2


def test_what_an_interrupted_epoch_wrote_is_not_told() -> None:
    """Ctrl-C after the share of right answers was written down, before the epoch counts."""
    page = StringIO()
    console = Console(file=page, force_terminal=True, width=90, color_system=None)

    class Slow(optim.constant):
        left = 3

        def observe(self, cost: float) -> None:
            time.sleep(0.25)  # the bar has appeared by the second epoch
            self.left -= 1
            if not self.left:
                raise KeyboardInterrupt

    with use("en"):
        history = interrupted(
            a_model(2), optimizer="sgd", learning_rate=Slow(0.5), epochs=9, progress=console
        )
    assert len(history.accuracy) == len(history.loss) == 2
    assert f"accuracy {100 * history.accuracy[-1]:.3g}%; interrupted" in page.getvalue()
