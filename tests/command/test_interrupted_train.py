"""`train`, ended at any moment by Ctrl-C, `kill` or a power cut: a model and its history stay.

Five moments here; fifty at random in benchmarks/interrupted.py.
"""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tinygrad_fr import cli
from tinygrad_fr.nn.folder import HISTORY, MODEL, TRAINING, kept

pytestmark = pytest.mark.skipif(os.name == "nt", reason="other signals there")
LONG = [
    *("train", "--data", "moons", "--points", "60", "--hidden", "4", "--batch-size", "10"),
    *("--validation", "0.2", "--epochs", "100000", "-o", "run"),
]


def begun(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tinygrad_fr", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(cli.__file__).parents[1])},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def wait_for(path: Path, process: subprocess.Popen[bytes]) -> None:
    for _ in range(6000):
        if path.exists():
            return
        assert process.poll() is None
        time.sleep(0.01)
    raise AssertionError(f"no {path}")


def epochs_of(run: Path) -> int:
    """How many epochs the folder knows of: the model loads, the table is whole."""
    _, card = kept(run)
    with (run / HISTORY).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["epoch"]) for row in rows] == list(range(1, len(rows) + 1))
    assert all(None not in row and None not in row.values() for row in rows)
    assert card["choices"]["hidden"] == [4]
    return len(rows)


def end(folder: Path, how: signal.Signals, delay: float, *, first_epoch: bool = True) -> None:
    """Begin a training, end it so long after its first epoch (or its start), look at what stays."""
    old = folder / "older" / MODEL
    old.parent.mkdir(exist_ok=True)
    old.write_text("mine", "utf-8")
    process = begun(folder, *LONG)
    try:
        if first_epoch:
            wait_for(folder / "run" / HISTORY, process)
        time.sleep(delay)
        process.send_signal(how)
        _, said = process.communicate(timeout=60)
    finally:
        process.kill()
    run = folder / "run"
    if first_epoch or (run / MODEL).exists():
        assert epochs_of(run) >= (1 if first_epoch else 0)
    elif run.exists():
        assert not any((run / name).exists() for name in (HISTORY, TRAINING)), said
    assert b"Traceback" not in said or not first_epoch, said.decode()
    assert old.read_text("utf-8") == "mine"


MOMENTS = [
    (signal.SIGKILL, 0.0),
    (signal.SIGKILL, 1.1),
    (signal.SIGTERM, 0.2),
    (signal.SIGINT, 0.6),
]


@pytest.mark.slow
@pytest.mark.parametrize(("how", "delay"), MOMENTS)
def test_ended_after_the_first_epoch(how: signal.Signals, delay: float, tmp_path: Path) -> None:
    end(tmp_path, how, delay)


@pytest.mark.slow
def test_a_power_cut_while_it_goes_on_and_then_it_goes_on(tmp_path: Path) -> None:
    words = [*LONG[:-3], "3", "-o", "run"]
    assert begun(tmp_path, *words).wait(60) == 0
    process = begun(tmp_path, "train", "--resume", "run", "--epochs", "100000")
    try:
        before = (tmp_path / "run" / HISTORY).stat().st_mtime_ns
        while (tmp_path / "run" / HISTORY).stat().st_mtime_ns == before:
            assert process.poll() is None
            time.sleep(0.01)
        time.sleep(0.3)
    finally:
        process.kill()
        process.wait(60)
    made = epochs_of(tmp_path / "run")
    assert made > 3
    more = str(made + 20_000)
    process = begun(tmp_path, "train", "--resume", "run", "--epochs", more)
    wait_for(tmp_path / "run" / HISTORY, process)
    time.sleep(1.5)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert epochs_of(tmp_path / "run") >= made
