"""What an epoch of `fit` costs beside its bare steps and the shuffle: microseconds.

    python benchmarks/epoch.py                          # a minute
    python benchmarks/epoch.py --only w1/10,w3 --engines native --rounds 40

A workload is one of `steps.py`, with as many examples as an epoch has and so many of them to a
step.  Bare are the steps of `steppers.py` on batches that lie in place already; the shuffle is
Python's own, of the list of all places.  An epoch of `fit` is measured with everything that `fit`
does by itself: mean cost, share of right answers, best weights.  The three take turns, ten epochs
each, and the clock is the processor's: other programs do not count.  Shown are medians and, of what
an epoch costs beyond bare steps and shuffle, the median and the least of the differences within a
round.
"""

from __future__ import annotations

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"  # before NumPy is imported

import argparse  # noqa: E402
import random  # noqa: E402
import sys  # noqa: E402
from collections.abc import Callable, Iterator  # noqa: E402
from dataclasses import replace  # noqa: E402
from pathlib import Path  # noqa: E402
from statistics import median  # noqa: E402
from time import get_clock_info, perf_counter, process_time  # noqa: E402
from typing import Any, NamedTuple  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.engines import machine  # noqa: E402
from benchmarks.steppers import (  # noqa: E402
    PENALTY,
    RATE,
    WORKLOADS,
    Native,
    Ours,
    Stepper,
    Workload,
)
from benchmarks.steps import pinned  # noqa: E402
from tinygrad_fr.nn import MLP, engines, losses, optim  # noqa: E402
from tinygrad_fr.nn.fit import _listeners, through  # noqa: E402
from tinygrad_fr.nn.penalised import Penalised  # noqa: E402
from tinygrad_fr.nn.training import Batches, Everyone, Listener, Training  # noqa: E402

clock = process_time if get_clock_info("process_time").resolution < 1e-6 else perf_counter

STEPPERS: dict[str, type[Stepper]] = {"numpy": Ours, "native": Native}
BEYOND, TIMES = 60.0, 1.3  # µs beyond bare steps and shuffle; on w5 times as long in all


class Epoch(NamedTuple):
    """A workload, the examples of an epoch, and how many of them make a step."""

    key: str
    examples: int
    size: int

    @property
    def name(self) -> str:
        return f"{self.key}, {self.size} of {self.examples}"

    def sizes(self) -> list[int]:
        whole, rest = divmod(self.examples, self.size)
        return [self.size] * whole + [rest] * (rest > 0)


EPOCHS = {
    "w1": Epoch("w1", 100, 100),
    "w1/10": Epoch("w1", 100, 10),
    "w2": Epoch("w2", 200, 200),
    "w2/20": Epoch("w2", 200, 20),
    "w3": Epoch("w3", 1797, 64),
    "w4": Epoch("w4", 1797, 1797),
    "w5": Epoch("w5", 640, 64),
}
Timed = Callable[[int], float]  # so many epochs; µs of all


def bare(e: Epoch, engine: str) -> Timed:
    """The steps of an epoch, each on a batch in place."""
    w, counts = WORKLOADS[e.key], {m: e.sizes().count(m) for m in e.sizes()}
    steppers = {m: STEPPERS[engine](replace(w, m=m)) for m in counts}

    def run(epochs: int) -> float:
        began = clock()
        for _ in range(epochs):
            for m, n in counts.items():
                steppers[m].burst(n)
        return (clock() - began) * 1e6

    return run


def shuffled(e: Epoch) -> Timed:
    """Python's shuffle, as an epoch has one; none if all examples make a step."""

    def run(epochs: int) -> float:
        began = clock()
        for epoch in range(epochs) if e.size < e.examples else ():
            random.Random(f"0 {epoch}").shuffle(list(range(e.examples)))
        return (clock() - began) * 1e6

    return run


class Clock(Listener):
    """Looks at the clock before the first epoch and after each."""

    def begins(self, t: Training) -> None:
        self.began = clock()

    def counted(self, t: Training) -> None:
        self.ended = clock()


def fitted(e: Epoch, engine: str) -> Timed:
    """Epochs of `fit`."""
    t, watch = training(replace(WORKLOADS[e.key], m=e.examples), e.size), Clock()
    engines.chosen(engine, t, None, 1)
    everyone = _listeners(t, None, None, None, "last", None, (), None)
    tell = Everyone([*everyone, watch])

    def run(epochs: int) -> float:
        through(t, tell, len(t.history.loss) + epochs)
        return (watch.ended - watch.began) * 1e6

    return run


def training(w: Workload, size: int) -> Training:
    X, Y = (table.tolist() for table in w.data())
    model = MLP(w.sizes[0], list(w.sizes[1:]), activation=w.curve, output="linear", seed=0)
    cost: Any = losses.squared_error
    if w.cost == "hinge":
        cost = Penalised("hinge", model.parameters(), l2=PENALTY)
    elif w.cost == "softmax":
        cost, Y = losses.cross_entropy, [row.index(1) for row in Y]
    else:
        model = MLP(w.sizes[0], list(w.sizes[1:]), activation="tanh", output="tanh", seed=0)
    return Training(model, cost, optim.SGD(model.parameters(), RATE), Batches(X, Y, size, 0))


def rows(names: list[str], kinds: list[str], rounds: int, epochs: int) -> Iterator[str]:
    """A line of the table for each workload and engine."""
    for name in names:
        e = EPOCHS[name]
        for engine in kinds:
            runs = [bare(e, engine), shuffled(e), fitted(e, engine)]
            for run in runs:
                run(1)
            found = [[run(epochs) / epochs for run in runs] for _ in range(rounds)]
            steps, shuffle, epoch = (median(times) for times in zip(*found, strict=True))
            beyond = [c - a - b for a, b, c in found]
            times = median(c / a for a, _, c in found)
            good = times <= TIMES if name == "w5" else median(beyond) <= BEYOND
            yield (
                f"| {e.name} | {engine} | {steps:.0f} | {shuffle:.0f} | {epoch:.0f} | "
                f"{median(beyond):.0f} ({min(beyond):.0f}) | {times:.2f} | {'✓' if good else '✗'} |"
            )


def main() -> int:
    parser = argparse.ArgumentParser(
        allow_abbrev=False, description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--only", default=",".join(EPOCHS))
    parser.add_argument("--engines", default=",".join(STEPPERS))
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--epochs", type=int, default=10, help="in a turn")
    args = parser.parse_args()
    where = pinned()
    print(f"{machine()}, {where}; {args.rounds} rounds\n")
    print("| epoch | engine | bare steps | shuffle | epoch of fit | beyond (least) | × | goal |")
    print("| --- | --- | --: | --: | --: | --: | --: | --- |")
    names, kinds = args.only.split(","), args.engines.split(",")
    for line in rows(names, kinds, args.rounds, args.epochs):
        print(line, flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
