"""Build a graph, walk it backward, free it: this checkout beside another, step by step in turns.

    python benchmarks/beside.py ../before [--only b,c4] [--pairs 9] [--peers micrograd,floor]

Another checkout of this repository is named by its folder.  Each side lives in a process of its own
and makes one step when it is told to, one after the other, the first to go changing with every
pair: what else the machine does meets both.  A ratio is taken within a pair; shown are the median
of the ratios and half the distance of their quartiles.  Collector on: left alone, the whole step.
Off: a collection before, not timed, and none during the step.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import os
import subprocess
import sys
from pathlib import Path
from statistics import median, quantiles
from typing import Any

HERE = Path(__file__).resolve().parents[1]


# ── one side, in a process of its own ────────────────────────────────────────────────────────────


def serve(folder: str, engine: str, key: str) -> None:
    """Make one step for every line that comes in, "on" or "off"; answer with its seconds."""
    sys.path.insert(0, folder)
    found = importlib.import_module("tinygrad_fr").__file__  # before anything else asks for it
    assert found is not None and Path(found).is_relative_to(folder), found
    from engines import load
    from turns import clock
    from workloads import workloads

    side = load(engine)
    assert side is not None
    workload = workloads()[key]
    build, leaves = workload.prepare(side)
    build().backward()
    print("ready", flush=True)
    for line in sys.stdin:
        for v in leaves if engine != "floor" else ():
            v.grad = 0
        gc.collect()
        (gc.enable if line.strip() == "on" else gc.disable)()
        began = clock()
        for _ in range(workload.repeat):
            root = build()
            root.backward()
            del root
        print(clock() - began, flush=True)


class Side:
    """A process that makes steps when it is told to."""

    def __init__(self, folder: Path, engine: str, key: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--serve", str(folder), engine, key],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONHASHSEED": "0"},
        )
        self.read()

    def read(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def step(self, mode: str) -> float:
        """Seconds of one step; NaN if this side cannot (micrograd's recursion)."""
        assert self.process.stdin is not None
        try:
            print(mode, file=self.process.stdin, flush=True)
            return float(self.read() or "nan")
        except BrokenPipeError:
            return float("nan")

    def end(self) -> None:
        self.process.communicate()


# ── the pairs ────────────────────────────────────────────────────────────────────────────────────


def race(sides: dict[str, tuple[Path, str]], key: str, pairs: int) -> dict[tuple[str, str], Any]:
    """(side, mode) → its seconds, one entry a pair."""
    found: dict[tuple[str, str], list[float]] = {}
    rounds = 3 if pairs >= 9 else 1  # new processes: memory lies otherwise in each
    for i in range(rounds):
        running = {name: Side(*where, key) for name, where in sides.items()}
        for mode in ("off", "on"):
            for name in running:
                running[name].step(mode)  # warm
            for pair in range(-(-pairs // rounds)):
                turn = list(running)
                turn = turn[(pair + i) % len(turn) :] + turn[: (pair + i) % len(turn)]
                for name in turn:
                    found.setdefault((name, mode), []).append(running[name].step(mode))
        for side in running.values():
            side.end()
    return found


def ratios(found: dict[tuple[str, str], Any], above: str, below: str, mode: str) -> list[float]:
    both = zip(found[above, mode], found[below, mode], strict=True)
    return [a / b for a, b in both if a == a and b == b]


def middle(factors: list[float]) -> str:
    """The median and half the distance of the quartiles."""
    if len(factors) < 2:
        return "–"
    low, _, high = quantiles(factors, n=4)
    return f"{median(factors):.3f} ± {(high - low) / 2:.3f}"


def main() -> int:
    parser = argparse.ArgumentParser(allow_abbrev=False, description=(__doc__ or "").split("\n")[0])
    parser.add_argument("before", nargs="?", type=Path, help="the folder of another checkout")
    parser.add_argument("--only", default="", help="workloads, with commas")
    parser.add_argument("--pairs", type=int, default=9)
    parser.add_argument("--peers", default="micrograd,floor", help="with commas; '' for none")
    parser.add_argument("--serve", nargs=3, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve:
        serve(*args.serve)
        return 0
    sys.path.insert(0, str(HERE))
    from engines import load, machine
    from workloads import operations, workloads

    keys = args.only.split(",") if args.only else list(workloads())
    sides: dict[str, tuple[Path, str]] = {"ours": (HERE, "ours")}
    if args.before:
        sides["before"] = (args.before.resolve(), "ours")
    peers = [p for p in args.peers.split(",") if p and load(p) is not None]
    print(machine(), f"{args.pairs} pairs", sep=", ")
    print("| workload | GC | ns per operation | ours / before | × micrograd | × floor |")
    print("| --- | --: | --: | --: | --: | --: |")
    for key in keys:
        workload = workloads()[key]
        able = {} if workload.needs or workload.heavy else {p: (HERE, p) for p in peers}
        if key[0] == "d":  # too deep for its recursion
            able.pop("micrograd", None)
        found = race({**sides, **able}, key, args.pairs)
        ops = operations(workload) * workload.repeat
        for mode in ("off", "on"):
            row = [workload.name, mode, f"{median(found['ours', mode]) * 1e9 / ops:.0f}"]
            row.append(middle(ratios(found, "ours", "before", mode)) if args.before else "–")
            row.append(
                middle(ratios(found, "micrograd", "ours", mode)) if "micrograd" in able else "–"
            )
            row.append(middle(ratios(found, "ours", "floor", mode)) if "floor" in able else "–")
            print(f"| {' | '.join(row)} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
