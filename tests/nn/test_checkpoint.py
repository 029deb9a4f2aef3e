"""A training in a file: whole or not at all, and to the same digits."""

from __future__ import annotations

import itertools
import json
import math
import random
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.nn.small import Interrupting, Y, a_model, interrupted, noisy_validation, numbers, quietly
from tinygrad_fr.nn import MLP, History, checkpoint, optim
from tinygrad_fr.words import use


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
    interrupted(model, epochs=4, batch_size=size, checkpoint=file)
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
        checkpoint, "write_whole", lambda path, text: written.append(json.loads(text)["epochs"])
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

    interrupted(a_model(), epochs=9, checkpoint=file, callbacks=third)
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
            pytest.raises(ValueError, match="truncated or in another format. Nothing was changed"),
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
        ({"optimizer": "sgd"}, "given state is that of Adam"),
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


def test_writing_takes_a_thirtieth_of_the_time_at_most(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a second an epoch, a second to write: 100 s of training, four times at most."""
    clock, written = [0.0], []

    def slow(path: Path, text: str) -> None:
        clock[0] += 1.0
        written.append(clock[0])

    def half_a_second(model: Any, history: History) -> None:
        clock[0] += 0.5

    monkeypatch.setattr(checkpoint, "write_whole", slow)
    monkeypatch.setattr(time, "perf_counter", lambda: clock[0])
    quietly(a_model(), epochs=200, checkpoint=tmp_path / "run.json", callbacks=half_a_second)
    assert len(written) == 5  # after the first epoch, thrice, and at the end
    assert all(b - a >= 31 for a, b in itertools.pairwise(written[:-1]))
