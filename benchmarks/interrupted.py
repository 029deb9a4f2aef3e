"""Downhill, ended: fifty trainings, each stopped at a random moment, and what stays of them.

python -m benchmarks.interrupted            about three minutes, from the root of the checkout

SIGINT, SIGTERM and SIGKILL in turn, up to 2.5 s after the start of the process or after the first
epoch; the seed is fixed.  Whatever does not hold ends it with an AssertionError.
"""

from __future__ import annotations

import random
import signal
import tempfile
from pathlib import Path

from tests.command.test_interrupted_train import end

MOMENTS, LATEST, SEED = 50, 2.5, 14


def main() -> None:
    draw = random.Random(SEED)
    for k in range(MOMENTS):
        how = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)[k % 3]
        first_epoch = how is signal.SIGKILL or k % 2 == 0
        delay = LATEST * draw.random()
        with tempfile.TemporaryDirectory() as folder:
            end(Path(folder), how, delay, first_epoch=first_epoch)
        print(f"{k + 1:2} {how.name:8} {delay:.2f} s", flush=True)
    print(f"{MOMENTS} of {MOMENTS}: a model that loads and a whole history, or nothing yet")


if __name__ == "__main__":
    main()
