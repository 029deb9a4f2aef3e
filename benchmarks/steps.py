"""Code written a scalar at a time, beside matrices: microseconds for a step of gradient descent.

    python benchmarks/steps.py                        # 2 minutes
    python benchmarks/steps.py --quick                # 30 seconds
    python benchmarks/steps.py --only w1,w3 --peers native,numpy,jax --rounds 40
    python benchmarks/steps.py -o docs/benchmarks.md  # the table, with the machine and the versions

A step is the cost, all gradients and θ − λ∇L, in float64, on one thread pinned to one core.  All
make the same 5 steps first and must agree.  Then they make bursts in turns; shown are the least and
the median time of a step over the rounds.  A peer that is not installed is left out with a word.
"""

from __future__ import annotations

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"  # before NumPy is imported
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

import argparse  # noqa: E402
import importlib.metadata  # noqa: E402
import sys  # noqa: E402
from collections.abc import Sequence  # noqa: E402
from pathlib import Path  # noqa: E402
from statistics import median  # noqa: E402
from time import perf_counter  # noqa: E402
from typing import Any  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parent))

import numpy as np  # noqa: E402
from engines import machine  # noqa: E402
from steppers import RATE, STEPPERS, WORKLOADS, Stepper, Workload  # noqa: E402

TITLE = """# A step of gradient descent, side by side

`native` and `program` are scalar code, lifted; the others were written in matrices.
`python benchmarks/steps.py -o docs/benchmarks.md` makes this page again, in about a minute.

"""
BURST = 0.02  # seconds that a burst should take
LONG = {"casadi": 200_000, "casadi-gcc": 200_000}  # more multiplications are not for them
PACKAGES = ("numpy", "llvmlite", "jax", "torch", "casadi")

# How many times slower than native a peer should be, and how many times the program in NumPy may
# take what NumPy by hand takes: measured on another machine.
GOALS = {
    "jax": {"w1": 3.0, "w2": 3.0, "w3": 1.7, "w4": 1.3, "w5": 1.05},
    "torch": {"w1": 30.0, "w2": 30.0, "w3": 9.0, "w4": 2.5, "w5": 1.5},
    "casadi": {"w1": 35.0, "w2": 35.0},
    "casadi-gcc": {"w1": 12.0, "w2": 12.0},
}


def pinned() -> str:
    """This process on one core, where the system can; which one."""
    if not hasattr(os, "sched_setaffinity"):
        return "not pinned"
    core = max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    return f"pinned to core {core}"


def made(w: Workload, names: Sequence[str]) -> dict[str, Stepper]:
    """The steppers that there are, after five steps on which all agree."""
    found: dict[str, Stepper] = {}
    for name in names:
        if w.multiplications() > LONG.get(name, w.multiplications()):
            continue
        try:
            found[name] = STEPPERS[name](w)
        except ImportError as missing:
            print(f"{name}: left out, {missing}", file=sys.stderr)
    truth: list[Any] | None = None
    for name, stepper in found.items():
        if hasattr(stepper, "steps"):  # a compiled loop of a fixed length is compared by its costs
            continue
        stepper.burst(5)
        theta = stepper.parameters()
        truth = theta if truth is None else truth
        apart = max(float(np.abs(a - b).max()) for a, b in zip(theta, truth, strict=True))
        if apart > 1e-12:
            raise SystemExit(f"{w.name}: {name} is {apart:.1e} away after five steps")
    return found


def long_enough(stepper: Stepper) -> int:
    """How many steps make a burst: doubled until they take BURST, the call itself included."""
    n = getattr(stepper, "steps", 1)
    stepper.burst(n)  # what is compiled is compiled now
    while True:
        began = perf_counter()
        stepper.burst(n)
        if perf_counter() - began > BURST:
            return n
        n *= 2


def race(steppers: dict[str, Stepper], rounds: int) -> dict[str, list[float]]:
    """Bursts in turns: µs of a step, one figure a round."""
    lengths = {name: long_enough(stepper) for name, stepper in steppers.items()}
    found: dict[str, list[float]] = {name: [] for name in steppers}
    for _ in range(rounds):
        for name, stepper in steppers.items():
            n = lengths[name]
            began = perf_counter()
            done = len(stepper.burst(n))
            found[name].append((perf_counter() - began) / done * 1e6)
    return found


def demo(rounds: int) -> list[str]:
    """micrograd's demo cost as its notebook writes it, 100 points in a Python loop, 65,077
    operations: our own eager step, the program that was lifted from it, and the compiled one."""
    import gc

    from engines import load
    from workloads import hinge_step

    from tinygrad_fr import to_numpy
    from tinygrad_fr.nn import optim
    from tinygrad_fr.program.fast import Fast, Plan
    from tinygrad_fr.program.moving import Moving
    from tinygrad_fr.program.native.native import Native

    engine = load("ours")
    assert engine is not None
    build, leaves = hinge_step(engine)
    began = perf_counter()
    program = to_numpy(build(), (), leaves)
    lifted = perf_counter() - began
    began = perf_counter()
    native = Native(program, optim.SGD(leaves, RATE))
    compiled = perf_counter() - began
    plan = Plan(program)
    fast, theta = Fast(plan, 1), plan.theta
    theta.read()
    move = Moving(optim.SGD(leaves, RATE), theta).step
    whole, steps = np.arange(native.rows), 5000

    def eager() -> float:
        gc.collect()
        gc.disable()
        began = perf_counter()
        L = build()
        L.backward()
        took = perf_counter() - began
        gc.enable()
        return took * 1e6

    def burst() -> float:
        began = perf_counter()
        native.again((), whole, steps)
        return (perf_counter() - began) / steps * 1e6

    def in_numpy() -> float:
        began = perf_counter()
        for _ in range(200):
            fast.run()
            move(RATE, 0)
        return (perf_counter() - began) / 200 * 1e6

    burst()
    in_numpy()
    times = [(eager(), burst(), in_numpy()) for _ in range(rounds)]
    ours, theirs, arrays = (sorted(t) for t in zip(*times, strict=True))
    factor = median(a / b for a, b, _ in times)
    slower = median(a / c for a, _, c in times)
    return [
        "micrograd's demo cost as its notebook writes it (100 points looped in Python):",
        f"lifted in {lifted * 1e3:.0f} ms, compiled in {compiled * 1e3:.0f} ms;",
        f"our eager step (binary operators, collector off) {ours[0]:.0f} ({median(ours):.0f}) µs,",
        f"in NumPy {arrays[0]:.3g} ({median(arrays):.3g}) µs, goal ≤ 25: {slower:,.0f} × (goal ≥ "
        f"1,200 × {'✓' if slower >= 1200 else '✗'}),",
        f"native {theirs[0]:.3g} ({median(theirs):.3g}) µs, goal ≤ 6: {factor:,.0f} × "
        f"(goal ≥ 5,000 × {'✓' if factor >= 5000 else '✗'}).",
    ]


def versions() -> str:
    """What was there."""
    said = []
    for package in PACKAGES:
        try:
            said.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return ", ".join(said)


def table(results: dict[str, dict[str, list[float]]], names: Sequence[str]) -> list[str]:
    """min (median) of each peer on each workload."""
    keys = list(results)
    lines = ["| µs a step | " + " | ".join(f"{k}: {WORKLOADS[k].name}" for k in keys) + " |"]
    lines.append("| --- |" + " --: |" * len(keys))
    for name in names:
        if not any(name in results[k] for k in keys):
            continue
        cells = [
            f"{min(t):.3g} ({median(t):.3g})" if (t := results[k].get(name)) else "–" for k in keys
        ]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines


def goals(results: dict[str, dict[str, list[float]]]) -> list[str]:
    """How many times slower than native each peer is, beside what was set."""
    lines = [
        "| beside native | workload | goal | measured | reached |",
        "| --- | --- | --: | --: | --- |",
    ]
    for peer, wanted in GOALS.items():
        for key, goal in wanted.items():
            times = results.get(key, {})
            ours = times.get("native")
            theirs = [times[p] for p in (peer, f"{peer}-columns") if p in times]
            if not ours or not theirs:
                continue
            factor = min(median(a / b for a, b in zip(t, ours, strict=True)) for t in theirs)
            mark = "✓" if factor >= goal else "✗"
            lines.append(f"| {peer} | {key} | ≥ {goal:g} × | {factor:.3g} × | {mark} |")
    return lines


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", default=",".join(WORKLOADS))
    parser.add_argument("--peers", default=",".join(STEPPERS))
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("-o", "--output", type=Path)
    args = parser.parse_args()
    names, where = args.peers.split(","), pinned()
    rounds = 8 if args.quick else args.rounds
    results = {}
    for key in args.only.split(","):
        results[key] = race(made(WORKLOADS[key], names), rounds)
        print(key, {n: round(median(t), 2) for n, t in results[key].items()}, file=sys.stderr)
    head = f"{machine()}, {where}; {versions()}; {rounds} rounds, λ = {RATE:g}; min (median)."
    more = demo(rounds) if "native" in names else []
    text = "\n".join([head, "", *table(results, names), "", *goals(results), "", *more, ""])
    print(text)
    if args.output:
        args.output.write_text(TITLE + text, "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
