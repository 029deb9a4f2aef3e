"""The bar: it shows the cost, is drawn seldom, and only where there is a terminal."""

from __future__ import annotations

import itertools
import time
from io import StringIO

import pytest
from rich.console import Console

from tests.nn.small import X, Y, a_model, noisy_validation, quietly
from tinygrad_fr.nn import History, losses, optim
from tinygrad_fr.nn.bar import Bar
from tinygrad_fr.nn.training import Batches, Training
from tinygrad_fr.words import use


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


def test_a_short_training_shows_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fifth of a second is too short to read anything."""
    clock = itertools.count()
    monkeypatch.setattr(time, "perf_counter", lambda: next(clock) / 1000)
    page = StringIO()
    quietly(a_model(), epochs=40, progress=Console(file=page, force_terminal=True, width=90))
    assert page.getvalue() == ""


def test_the_bar_is_as_long_as_the_share_that_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    model = a_model()
    descent = optim.SGD(model.parameters(), 0.1)
    t = Training(model, losses.squared_error, descent, Batches(X, Y, 6, 0))
    bar = Bar(Console(file=StringIO(), force_terminal=True, width=90), epochs=4)
    bar.begins(t)
    for seconds, epochs, seen, length in ((0.3, 0, 12, 0.5), (0.6, 1, 6, 1.25), (0.7, 1, 12, 1.25)):
        now[0], t.seen = seconds, seen
        t.history.loss = [0.5] * epochs
        bar.stepped(t, [], [])
        assert bar.bar.tasks[0].completed == length and bar.bar.tasks[0].total == 4
    bar.closes(t)
    assert bar.bar is None
