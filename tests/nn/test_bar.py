"""The bar: it shows the cost, is drawn seldom, and only where there is a terminal."""

from __future__ import annotations

import itertools
import time
from io import StringIO

import pytest
from rich.console import Console

from tests.nn.small import (
    a_model,
    noisy_validation,
    quietly,
)
from tinygrad_fr.nn import (
    History,
)
from tinygrad_fr.words import use

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
