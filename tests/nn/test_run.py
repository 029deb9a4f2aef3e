"""One training from its data to a folder: what an early end leaves to be written."""

from __future__ import annotations

import os
import signal
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from tinygrad_fr.nn import Interrupted, load, optim
from tinygrad_fr.nn.folder import folder_for, kept
from tinygrad_fr.nn.recipe import Recipe
from tinygrad_fr.nn.run import Job, sigterm
from tinygrad_fr.words import use


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
    return Job(Recipe("moons", points=20, hidden=[3], batch_size=10, restarts=0, seed=7))


def test_an_interrupted_job_has_what_there_is_to_write(
    at_the_fifth_step: Any, tmp_path: Path
) -> None:
    at_the_fifth_step(ctrl_c)
    job = a_job()
    with pytest.raises(Interrupted) as caught:
        job.train(epochs=9, progress=False)
    assert job.history is caught.value.history and len(job.history.loss) == 2
    job.write(folder_for(tmp_path / "run"))
    assert len((tmp_path / "run" / "history.csv").read_text().splitlines()) == 3
    kept = load(tmp_path / "run" / "model.json")
    assert [p.data for p in kept.parameters()] == [p.data for p in job.model.parameters()]


def test_sigterm_ends_a_training_as_ctrl_c_does(at_the_fifth_step: Any) -> None:
    at_the_fifth_step(terminate)
    before, job = signal.getsignal(signal.SIGTERM), a_job()
    with pytest.raises(Interrupted), sigterm() as term:
        job.train(epochs=9, progress=False)
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
    job = Job(Recipe("moons", points=20, hidden=[3], seed=7, validation=0.25, restarts=0))
    job.train(epochs=2, progress=False)
    task, (learnt, kept) = job.task, job.parts()
    assert (learnt.examples, kept.examples) == (15, 5)
    for part, (X, y) in zip(
        (learnt, kept), ((task.X, task.y), task.tests or ([], [])), strict=True
    ):
        right = sum((job.model(x).data > 0.5) == t for x, t in zip(X, y, strict=True))
        assert part.accuracy == right / len(y) and part.cost > 0


# ── nothing is lost ──────────────────────────────────────────────────────────────────────────────


def a_table(folder: Path) -> str:
    """Two columns that decide, and words for classes."""
    path = folder / "points.csv"
    rows = (f"{u / 7:.3f};{v / 5:.3f};{'yes' if u > v else 'no'}" for u in range(6) for v in (1, 4))
    path.write_text("u;v;label\n" + "\n".join(rows) + "\n", "utf-8")
    return str(path)


def test_the_card_says_all_that_was_chosen_and_found(tmp_path: Path) -> None:
    recipe = Recipe(
        a_table(tmp_path), "label", hidden=[2], l2=0.01, dropout=0.1, validation=0.25, seed=3
    )
    job, folder = Job(recipe), folder_for(tmp_path / "run")
    job.train(3, folder=folder, progress=False)
    job.write(folder)
    model, card = kept(folder)
    assert [p.data for p in model.parameters()] == [p.data for p in job.model.parameters()]
    chosen = {**asdict(recipe), "source": str(tmp_path / "points.csv"), "inputs": []}
    assert card["choices"] == chosen
    assert (card["inputs"], card["target"]) == (["u", "v"], "label")
    assert (card["classes"], card["cost"]) == (["no", "yes"], "binary_cross_entropy")
    assert card["apart"] == job.task.kept and len(card["apart"]) == 3
    assert (card["learning_rate"], card["epochs"], card["engine"]) == (0.01, 3, "scalar")
    assert card["best_epoch"] == job.history.best_epoch
    assert [s["start"] for s in card["starts"]] == list(range(len(card["starts"])))
    assert set(card["versions"]) == {"tinygrad_fr", "python"}


@pytest.mark.slow
def test_a_resumed_training_ends_where_one_without_a_break_does(tmp_path: Path) -> None:
    """To the last digit: the optimiser's memory, the order and dropout's chance go on."""
    ends = []
    for parts in ([6], [2, 6]):
        folder = folder_for(tmp_path / "run")
        recipe = Recipe(
            "moons", points=20, hidden=[3], dropout=0.2, batch_size=7, decay=0.1, restarts=0
        )
        job = Job(recipe)
        job.train(parts[0], folder=folder, progress=False)
        job.write(folder)
        for epochs in parts[1:]:
            job = Job.resumed(folder)
            assert (job.made, job.epochs) == (2, 2)
            job.train(epochs, folder=folder, resume=True, progress=False)
            job.write(folder)
        ends.append(
            (
                [p.data for p in kept(folder)[0].parameters()],
                (folder / "history.csv").read_text("utf-8"),
            )
        )
    assert ends[0] == ends[1] and ends[0][1].count("\n") == 7


def test_a_folder_without_a_training_cannot_be_resumed(tmp_path: Path) -> None:
    with use("en"), pytest.raises(ValueError, match="holds no training to go on with"):
        Job.resumed(tmp_path)
    job, folder = a_job(), folder_for(tmp_path / "run")
    job.train(1, folder=folder, progress=False)
    job.write(folder)
    (folder / "training.json").unlink()
    with use("fr"), pytest.raises(ValueError, match="ne contient pas d’apprentissage"):
        Job.resumed(folder)
    job.model.save(folder / "model.json")
    with use("en"), pytest.raises(ValueError, match="holds no training to go on with"):
        Job.resumed(folder)


def test_other_data_are_not_gone_on_with(tmp_path: Path) -> None:
    source = a_table(tmp_path)
    job, folder = Job(Recipe(source, hidden=[2], restarts=0)), folder_for(tmp_path / "run")
    job.train(2, folder=folder, progress=False)
    job.write(folder)
    moved = tmp_path / "moved.csv"
    moved.write_bytes((tmp_path / "points.csv").read_bytes())
    (tmp_path / "points.csv").unlink()
    assert Job.resumed(folder, str(moved)).task.X == job.task.X
    moved.write_text("u;v;label\n1;2;no\n2;1;yes\n", "utf-8")
    with use("en"), pytest.raises(ValueError, match="another training"):
        Job.resumed(folder, str(moved)).train(3, folder=folder, resume=True, progress=False)


# ── it begins anew ───────────────────────────────────────────────────────────────────────────────


def hard(**choices: Any) -> Recipe:
    """Two neurons for XOR, at a rate and a length that many starts are too short for."""
    return Recipe("xor", points=40, hidden=[2], learning_rate=0.03, seed=1, **choices)


def test_a_bad_start_is_followed_by_others_and_the_best_is_kept(tmp_path: Path) -> None:
    told: list[str] = []
    job, folder = Job(hard()), folder_for(tmp_path / "run")
    with use("en"):
        job.train(40, folder=folder, progress=False, tell=told.append)
    shares = [s["accuracy"] for s in job.starts]
    assert 1 < len(shares) <= 6 and shares[0] < 0.9
    assert len(told) == len(shares) - 1 and "new start 1 of 5" in told[0]
    assert all(share < 0.9 for share in shares[:-1]) or len(shares) == 6
    assert job.parts()[0].accuracy == max(shares)
    job.write(folder)
    assert sorted(p.suffix for p in folder.iterdir() if p.name.startswith("start-")) == []
    model, card = kept(folder)
    assert card["start"] == job.start.number and card["starts"] == job.starts
    assert [p.data for p in model.parameters()] == [p.data for p in job.model.parameters()]
    resumed = Job.resumed(folder)  # goes on with the start that was kept
    resumed.train(41, folder=folder, resume=True, progress=False)
    assert resumed.start.number == job.start.number and len(resumed.starts) == len(shares)


def test_no_new_start_where_none_is_wanted_or_none_would_help() -> None:
    for recipe in (
        hard(restarts=0),
        Recipe("xor", points=40, seed=1),
        Recipe("xor", points=40, hidden=[2], loss="squared", restarts=0),
    ):
        job = Job(recipe)
        job.train(3, progress=False)
        assert len(job.starts) == 1


@pytest.mark.slow
def test_the_four_lines_of_xor_are_learnt_with_the_defaults(tmp_path: Path) -> None:
    path = tmp_path / "xor.csv"
    path.write_text("x1,x2,y\n0,0,0\n0,1,1\n1,0,1\n1,1,0\n", "utf-8")
    for seed in range(10):
        job = Job(Recipe(str(path), hidden=[4], seed=seed))
        job.train(progress=False)
        assert job.parts()[0].accuracy == 1, seed
