"""Downhill, from a terminal: how long `train` takes, start-up and pictures included.

python benchmarks/train.py             each engine five times, in turns; about two minutes

The README's command: 200 points, 6 + 4 neurons, 200 epochs; and one epoch of it, which is what
start-up and pictures take.  Wall and processor seconds, medians.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMMAND = (
    "train --data moons --hidden 6 4 --activation tanh --loss bce --optimizer adam "
    "--learning-rate 0.05 --batch-size 20 --validation 0.2 --seed 7"
)
CASES = {
    "scalar": "--epochs 200 --engine scalar",
    "numpy": "--epochs 200 --engine numpy",
    **({"native": "--epochs 200 --engine native"} if find_spec("llvmlite") else {}),
    "one epoch": "--epochs 1 --engine scalar --restarts 0",
}
TURNS = 5


def took(words: str, folder: Path) -> tuple[float, float]:
    """Wall and processor seconds of one command, in a process of its own."""
    before, began = os.times(), time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "tinygrad_fr", *COMMAND.split(), *words.split(), "-o", "run"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    after = os.times()
    spent = after.children_user + after.children_system
    return time.perf_counter() - began, spent - before.children_user - before.children_system


def main() -> None:
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in CASES}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(TURNS):
            for name, words in CASES.items():
                found[name].append(took(words, Path(folder)))
    print("| | wall (s) | processor (s) |\n|---|--:|--:|")
    for name, pairs in found.items():
        wall, processor = (statistics.median(column) for column in zip(*pairs, strict=True))
        print(f"| {name} | {wall:.2f} | {processor:.2f} |")


if __name__ == "__main__":
    main()
