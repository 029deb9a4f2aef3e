"""One training from its data to a folder: what an early end leaves to be written."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import Any

import pytest

from tinygrad_fr.nn import Interrupted, load, optim
from tinygrad_fr.nn.run import Job, folder_for, sigterm


@pytest.fixture
def at_the_fifth_step(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Do something at the fifth step of Adam."""

    def plant(what: Any) -> None:
        step, steps = optim.Adam.step, [0]

        def planted(self: Any) -> None:
            steps[0] += 1
            if steps[0] == 5:
                what()
            step(self)

        monkeypatch.setattr(optim.Adam, "step", planted)

    return plant


def ctrl_c() -> None:
    raise KeyboardInterrupt


def terminate() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def a_job() -> Job:
    return Job("moons", points=20, hidden=[3], seed=7)


def test_an_interrupted_job_has_what_there_is_to_write(
    at_the_fifth_step: Any, tmp_path: Path
) -> None:
    at_the_fifth_step(ctrl_c)
    job = a_job()
    with pytest.raises(Interrupted) as caught:
        job.train(epochs=9, batch_size=10, progress=False)
    assert job.history is caught.value.history and len(job.history.loss) == 2
    job.write(folder_for(tmp_path / "run"))
    assert len((tmp_path / "run" / "history.csv").read_text().splitlines()) == 3
    kept = load(tmp_path / "run" / "model.json")
    assert [p.data for p in kept.parameters()] == [p.data for p in job.model.parameters()]


def test_sigterm_ends_a_training_as_ctrl_c_does(at_the_fifth_step: Any) -> None:
    at_the_fifth_step(terminate)
    before, job = signal.getsignal(signal.SIGTERM), a_job()
    with pytest.raises(Interrupted), sigterm() as term:
        job.train(epochs=9, batch_size=10, progress=False)
    assert term.came and len(job.history.loss) == 2
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_second_sigterm_is_patient() -> None:
    """Who sends it twice wants the end; it has begun, and what is there is being written."""
    with sigterm() as term:
        with pytest.raises(KeyboardInterrupt):
            terminate()
        terminate()
    assert term.came


def test_without_sigterm_nothing_came() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with sigterm() as term:
        assert signal.getsignal(signal.SIGTERM) is not before
    assert not term.came and signal.getsignal(signal.SIGTERM) is before


def test_another_thread_than_the_first_trains_as_well() -> None:
    """Only the first thread may say what a signal does: elsewhere nothing is changed."""
    found: list[Any] = []

    def train() -> None:
        with sigterm() as term:
            found.append((a_job().train(epochs=1, progress=False), term.came))

    thread = threading.Thread(target=train)
    thread.start()
    thread.join()
    [(history, came)] = found
    assert len(history.loss) == 1 and not came


def test_the_cost_and_the_accuracy_of_both_parts() -> None:
    job = Job("moons", points=20, hidden=[3], seed=7, validation=0.25)
    job.train(epochs=2, progress=False)
    learnt, kept = job.parts()
    assert (learnt.examples, kept.examples) == (15, 5)
    for part, (X, y) in zip((learnt, kept), ((job.X, job.y), job.tests or ([], [])), strict=True):
        right = sum((job.model(x).data > 0.5) == t for x, t in zip(X, y, strict=True))
        assert part.accuracy == right / len(y) and part.cost > 0
