"""Build a graph, walk it backward, free it: this checkout beside another, step by step in turns.

    python benchmarks/beside.py [../before] [--only b,c4] [--pairs 9] [--peers micrograd,floor,slow]

Another checkout of this repository is named by its folder; beside it micrograd, `floor` (a node
that is only made: a number and where it came from, no slope, no walk) and `slow` (ours with
TINYGRAD_SLOW=1).  Each side lives in a process of its own and makes one step when it is told to,
one after the other, the first to go changing with every pair: what else the machine does meets
both.  A ratio is taken within a pair; shown are the median of the ratios and half the distance of
their quartiles.  Python's collector of cycles is *off* during a step, with a collection before it,
not timed; *clean*: the same, but it may run; *on*: as users run it, left alone, mean of 6 steps.
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

HERE = Path(__file__).resolve().parents[1]

MODES = ("off", "clean", "on")
STEPS = 6  # with the collector on, whose full collections come every other step or so

# How many times the floor a step may take: a node that can be named, drawn and walked may cost as
# much again as one that is only made; a scalar product no more than its 2n bare nodes.
GOALS = {"a": 2.0, "b": 2.0, "b_dot": 1.0, "b_nn": 1.0, "c4": 2.0, "d3": 2.0, "d5": 2.0}


# ── one side, in a process of its own ────────────────────────────────────────────────────────────


def serve(folder: str, engine: str, key: str) -> None:
    """Make one step for every line that comes in, which is its mode; answer with its seconds."""
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
        mode = line.strip()
        steps = STEPS if mode == "on" and not workload.heavy else 1
        if mode != "on":
            gc.collect()
        (gc.disable if mode == "off" else gc.enable)()
        began = clock()
        for _ in range(workload.repeat * steps):
            root = build()
            root.backward()
            del root
        print((clock() - began) / steps, flush=True)


class Side:
    """A process that makes steps when it is told to."""

    def __init__(self, folder: Path, engine: str, key: str) -> None:
        environment = {**os.environ, "PYTHONHASHSEED": "0"}
        if engine == "slow":  # ours, without what is written a second time
            environment["TINYGRAD_SLOW"] = engine = "ours"
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--serve", str(folder), engine, key],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
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


Place = tuple[Path, str, str]  # a folder, an engine, a workload
Times = dict[tuple[str, str], list[float]]  # (side, mode) → seconds, one entry a pair


def race(sides: dict[str, Place], pairs: int) -> Times:
    """Steps in turns, in one mode after the other."""
    found: Times = {}
    rounds = 3 if pairs >= 9 else 1  # new processes: memory lies otherwise in each
    for i in range(rounds):
        running = {name: Side(*where) for name, where in sides.items()}
        for mode in MODES:
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


def ratios(found: Times, above: str, below: str, mode: str) -> list[float]:
    both = zip(found.get((above, mode), []), found.get((below, mode), []), strict=False)
    return [a / b for a, b in both if a == a and b == b]


def middle(factors: list[float]) -> str:
    """The median and half the distance of the quartiles."""
    if len(factors) < 2:
        return "–"
    low, _, high = quantiles(factors, n=4)
    return f"{median(factors):.3f} ± {(high - low) / 2:.3f}"


def goal(key: str, factors: list[float]) -> str:
    """How many times the floor it may be, and whether it is."""
    if key not in GOALS or not factors:
        return "–"
    return f"≤ {GOALS[key]:g} {'✓' if median(factors) <= GOALS[key] else '✗'}"


def peers_of(key: str, asked: list[str]) -> dict[str, Place]:
    """Who can do this workload: others write scalar products out, micrograd makes no long chain."""
    from workloads import workloads

    workload = workloads()[key]
    places = {p: (HERE, p, "b" if workload.needs and p != "slow" else key) for p in asked}
    if workload.heavy:
        places.clear()
    if key[0] == "d":
        places.pop("micrograd", None)
    return places


def main() -> int:
    parser = argparse.ArgumentParser(allow_abbrev=False, description=(__doc__ or "").split("\n")[0])
    parser.add_argument("before", nargs="?", type=Path, help="the folder of another checkout")
    parser.add_argument("--only", default="", help="workloads, with commas")
    parser.add_argument("--pairs", type=int, default=9)
    parser.add_argument("--peers", default="micrograd,floor", help="also slow; '' for none")
    parser.add_argument("--serve", nargs=3, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve:
        serve(*args.serve)
        return 0
    sys.path.insert(0, str(HERE))
    from engines import load, machine
    from workloads import operations, workloads

    keys = args.only.split(",") if args.only else list(workloads())
    asked = [p for p in args.peers.split(",") if p == "slow" or (p and load(p) is not None)]
    print(machine(), f"{args.pairs} pairs", sep=", ")
    print("| workload | GC | ns | ours / before | × micrograd | × floor | goal | slow / ours |")
    print("| --- | --: | --: | --: | --: | --: | --: | --: |")
    for key in keys:
        sides: dict[str, Place] = {"ours": (HERE, "ours", key)}
        if args.before:
            sides["before"] = (args.before.resolve(), "ours", key)
        found = race(sides | peers_of(key, asked), args.pairs)
        ops = operations(workloads()[key]) * workloads()[key].repeat
        for mode in MODES:
            row = [workloads()[key].name, mode, f"{median(found['ours', mode]) * 1e9 / ops:.0f}"]
            row.append(middle(ratios(found, "ours", "before", mode)))
            row.append(middle(ratios(found, "micrograd", "ours", mode)))
            row.append(middle(ratios(found, "ours", "floor", mode)))
            row.append(goal(key, ratios(found, "ours", "floor", mode)))
            row.append(middle(ratios(found, "slow", "ours", mode)))
            print(f"| {' | '.join(row)} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
