"""One turn of one engine, in a process of its own: times, values to compare, memory held."""

from __future__ import annotations

import gc
import math
import sys
import tracemalloc
from collections.abc import Callable, Sequence
from statistics import mean, median
from time import get_clock_info, perf_counter, process_time
from typing import Any

from engines import Engine, load
from workloads import (
    Build,
    chain,
    fresh_numbers,
    hinge_step,
    operations,
    random_dag,
    workloads,
)

MODES = ("on", "clean", "off")
# Time of this process alone, where it is counted finely: other programs do not enter then.
clock = process_time if get_clock_info("process_time").resolution < 1e-6 else perf_counter

# ── one turn of one engine, in a process of its own ──────────────────────────────────────────────


def measure(
    build: Build, ops: int, repeat: int, mode: str, seconds: float, warm: bool = True
) -> list[float]:
    """Nanoseconds per operation: [all, build, backward, free]; NaN where a step is many graphs.

    All is the whole step with the collector on; else without `free`, because what micrograd leaves
    behind is freed by a collection that is not timed.
    With the collector on, the first step is not counted: it has no garbage before it.
    """
    warm = warm and mode == "on"
    parts: list[list[float]] = []
    kept: list[Any] = [None] * repeat
    (gc.disable if mode == "off" else gc.enable)()
    gc.collect()
    began = perf_counter()
    while len(parts) < 1 + warm or (perf_counter() - began < seconds and len(parts) < 100):
        if mode != "on":
            gc.collect()
        if repeat == 1:
            t0 = clock()
            root = build()
            t1 = clock()
            root.backward()
            t2 = clock()
            del root
            t3 = clock()
        else:
            t0 = t1 = clock()
            for i in range(repeat):
                root = build()
                root.backward()
                if mode != "on":
                    kept[i] = root
            del root
            t2 = clock()
            kept[:] = [None] * repeat
            t3 = clock()
        parts.append([(t3 if mode == "on" else t2) - t0, t1 - t0, t2 - t1, t3 - t2])
    gc.enable()
    columns = zip(*parts[warm:], strict=True)
    middle: Any = mean if mode == "on" else median
    found = [middle(column) * 1e9 / (ops * repeat) for column in columns]
    return (
        found
        if repeat == 1
        else [found[0], math.nan, math.nan, math.nan if mode == "on" else found[3]]
    )


def turn(name: str, keys: Sequence[str], plan: str, first: bool) -> dict[str, Any]:
    """Everything one engine is asked in one turn; a RecursionError is a result."""
    engine = load(name)
    assert engine is not None
    seconds = 0.1 if plan == "quick" else 0.3
    times: dict[str, dict[str, Any]] = {}
    checks: dict[str, list[float]] = {}
    too_deep = ""
    for key in keys:
        load_ = workloads()[key]
        if load_.needs and getattr(engine, load_.needs) is None:
            continue
        if load_.heavy and not first:
            continue
        if too_deep and key[0] == too_deep[0]:
            times[key] = dict.fromkeys(MODES, "RecursionError")
            continue
        ops = operations(load_)
        build, leaves = load_.prepare(engine)
        modes: tuple[str, ...] = MODES if plan == "full" and not load_.heavy else ("on", "off")
        if load_.heavy and name == "torch":
            modes = ("on",)  # it makes no garbage, and takes its time
        times[key] = {}
        try:
            if not load_.heavy:
                root = build()
                root.backward()
                grads = math.fsum(abs(engine.grad(v)) for v in leaves)
                checks[key] = [engine.data(root), grads]
                del root
            for mode in modes:
                times[key][mode] = measure(build, ops, load_.repeat, mode, seconds, not load_.heavy)
        except RecursionError:
            gc.enable()
            too_deep = key
            times[key] = dict.fromkeys(MODES, "RecursionError")
    memory = {} if name == "torch" or not first else {k: held(engine, k) for k in bytes_per(engine)}
    return {"times": times, "checks": checks, "memory": memory}


def bytes_per(engine: Engine) -> dict[str, tuple[Callable[[Engine], tuple[Build, list[Any]]], int]]:
    """What memory is measured on, and how many operations it holds."""
    cost = operations(workloads()["b"])
    kinds = {
        "node": (lambda e: random_dag(10**4, e), 10**4),
        "fresh": (fresh_numbers, 100 * 100 + 99),
    }
    if engine.dot is not None:
        kinds["dot"] = (lambda e: hinge_step(e, "dot"), cost)
    return kinds


def held(engine: Engine, key: str) -> float:
    """Bytes per operation that a graph holds after backward, its leaves not counted."""
    prepare, ops = bytes_per(engine)[key]
    build, _ = prepare(engine)
    build().backward()  # the leaves get their gradients now
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    root = build()
    root.backward()
    gc.collect()
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    del root
    return (after - before) / ops


def huge() -> dict[str, float]:
    """A chain of 10⁷ in this process: seconds to build, walk back and free, and the peak memory."""
    engine = load("ours")
    assert engine is not None
    build, _ = chain(10**7, engine)
    t0 = perf_counter()
    root = build()
    t1 = perf_counter()
    root.backward()
    t2 = perf_counter()
    del root
    t3 = perf_counter()
    found = {"build": t1 - t0, "backward": t2 - t1, "free": t3 - t2, "gigabytes": math.nan}
    try:
        import resource
    except ImportError:  # Windows
        return found
    unit = 1 if sys.platform == "darwin" else 1024
    found["gigabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9
    return found
