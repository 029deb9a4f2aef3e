"""Build a graph, walk it backward: what one operation costs, beside micrograd and PyTorch scalars.

    python benchmarks/eager.py [--quick] [--peers micrograd,torch] [--only b,c4] [--huge]
                               [--markdown FILE]

The workloads are written once; each engine brings its leaf and nothing else.  One elementary
operation is one +, −, ×, ÷, power, negation or ReLU *as written*, whatever an engine makes of it; a
scalar product of n terms with its bias is 2n of them.  Times are the process's own where the system
counts them finely.  Values and gradients are compared between the engines before they race.

Engines take turns, each in a process of its own (A B A B …), so that one's garbage is never
another's; figures are medians over the turns, ratios medians of the ratios within a turn.
Python's collector of cycles is, in three ways:

    on      as users run it: steps one after another; the mean of build + backward + free
    clean   on, with a collection (not timed) before every step; the median of build + backward
    off     switched off while a step runs, a collection (not timed) before; the same
"""

from __future__ import annotations

import argparse
import gc
import importlib
import json
import math
import os
import platform
import random
import subprocess
import sys
import tracemalloc
from array import array
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import mean, median
from time import get_clock_info, perf_counter, process_time
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tinygrad_fr.words import number, say  # noqa: E402

MODES = ("on", "clean", "off")
# Time of this process alone, where it is counted finely: other programs do not enter then.
clock = process_time if get_clock_info("process_time").resolution < 1e-6 else perf_counter
Build = Callable[[], Any]


# ── the engines ──────────────────────────────────────────────────────────────────────────────────


class Engine(NamedTuple):
    """A leaf, how to read a node, and what only some have."""

    leaf: Callable[[float], Any]
    data: Callable[[Any], float]
    grad: Callable[[Any], float]
    dot: Callable[[Any, Any], Any] | None = None
    mlp: Callable[[int, list[int]], Any] | None = None


def load(name: str) -> Engine | None:
    """The engine of that name, None where it is not installed."""
    if name == "ours":
        from tinygrad_fr import Value, dot
        from tinygrad_fr.nn import MLP

        return Engine(Value, lambda v: v.data, lambda v: v.grad, dot, MLP)
    try:
        if name == "micrograd":
            theirs = importlib.import_module("micrograd.engine").Value
            return Engine(theirs, lambda v: v.data, lambda v: v.grad)
        torch = importlib.import_module("torch")
    except ImportError:
        return None
    torch.set_num_threads(1)

    def leaf(x: float) -> Any:
        return torch.tensor(x, dtype=torch.float64, requires_grad=True)

    return Engine(leaf, lambda v: v.item(), lambda v: v.grad.item())


class Counted:
    """An engine that computes and counts: the number of operations as they are written."""

    made = 0

    def __init__(self, data: float) -> None:
        self.data = data

    def _of(self, data: float) -> Counted:
        Counted.made += 1
        return Counted(data)

    def __add__(self, other: Any) -> Counted:
        return self._of(self.data + getattr(other, "data", other))

    def __sub__(self, other: Any) -> Counted:
        return self._of(self.data - getattr(other, "data", other))

    def __mul__(self, other: Any) -> Counted:
        return self._of(self.data * getattr(other, "data", other))

    def __truediv__(self, other: Any) -> Counted:
        return self._of(self.data / getattr(other, "data", other))

    def __rtruediv__(self, other: float) -> Counted:
        return self._of(other / self.data)

    def __pow__(self, n: float) -> Counted:
        return self._of(self.data**n)

    def __neg__(self) -> Counted:
        return self._of(-self.data)

    def relu(self) -> Counted:
        return self._of(max(self.data, 0.0))

    __radd__, __rmul__ = __add__, __mul__


# ── the workloads: each gives a function that builds the graph, and the leaves it stands on ───────


def readme(engine: Engine) -> tuple[Build, list[Any]]:
    """micrograd's README expression."""
    leaves = [engine.leaf(-4.0), engine.leaf(2.0)]

    def build() -> Any:
        a, b = leaves
        c = a + b
        d = a * b + b**3
        c += c + 1
        c += 1 + c + (-a)
        d += d * 2 + (b + a).relu()
        d += 3 * d + (b - a).relu()
        e = c - d
        f = e**2
        g = f / 2.0
        g += 10.0 / f
        return g

    return build, leaves


def points(n: int) -> tuple[list[list[float]], list[int]]:
    """Two noisy half-circles, labelled −1 and 1."""
    rng = random.Random(1)
    X, y = [], []
    for i in range(n):
        t, side = rng.uniform(0, math.pi), i % 2
        centre = (1 - math.cos(t), 0.5 - math.sin(t)) if side else (math.cos(t), math.sin(t))
        X.append([c + rng.gauss(0, 0.1) for c in centre])
        y.append(2 * side - 1)
    return X, y


def hinge_step(engine: Engine, kind: str = "binary") -> tuple[Build, list[Any]]:
    """The cost of an MLP 2-16-16-1 on 100 points: hinge and a penalty on the weights."""
    X, y = points(100)
    leaf, dot, sizes = engine.leaf, engine.dot, [2, 16, 16, 1]
    rng = random.Random(2)
    layers = [
        [([leaf(rng.uniform(-1, 1)) for _ in range(nin)], leaf(0.0)) for _ in range(nout)]
        for nin, nout in zip(sizes, sizes[1:], strict=False)
    ]
    parameters = [p for layer in layers for w, b in layer for p in (*w, b)]

    def binary(w: Any, x: Any, b: Any) -> Any:
        return sum((wi * xi for wi, xi in zip(w, x, strict=True)), b)

    def with_dot(w: Any, x: Any, b: Any) -> Any:
        return dot(w, x) + b  # type: ignore[misc]

    neuron = with_dot if kind == "dot" else binary

    def model(x: list[Any]) -> Any:
        for layer in layers[:-1]:
            x = [neuron(w, x, b).relu() for w, b in layer]
        ((w, b),) = layers[-1]
        return neuron(w, x, b)

    def written_out() -> Any:
        scores = [model([leaf(v) for v in row]) for row in X]
        return cost(scores)

    def cost(scores: list[Any]) -> Any:
        margins = [(1 + -yi * s).relu() for yi, s in zip(y, scores, strict=True)]
        return sum(margins) * (1.0 / len(margins)) + 1e-4 * sum(p * p for p in parameters)

    if kind != "nn":
        return written_out, parameters
    assert engine.mlp is not None
    network = engine.mlp(2, sizes[1:])
    mine, parameters = parameters, network.parameters()
    for p, q in zip(parameters, mine, strict=True):
        p.data = q.data
    return lambda: cost([network(row) for row in X]), parameters


def random_dag(n: int, engine: Engine) -> tuple[Build, list[Any]]:
    """n operations, + or × at random, each on the oldest unused result and on any earlier one.

    About n/10 leaves; at the end the unused results are joined two by two: every node counts, and
    the graph is some tens of levels deep.  Drawn once, as plain arrays.
    """
    rng = random.Random(n)
    width = n // 10 + 2
    numbers = [rng.uniform(-1, 1) for _ in range(width)]
    leaves = [engine.leaf(x) for x in numbers]
    unused = deque(range(width))
    left, right, times = array("i"), array("i"), bytearray()
    for k in range(n):
        if k < n - width + 1:
            i, j = unused.popleft(), rng.randrange(len(numbers))
        else:  # a balanced tree over what is left
            i, j = unused.popleft(), unused.popleft()
        unused.append(len(numbers))
        product = rng.random() < 0.5 and abs(numbers[i] * numbers[j]) < 1e3
        numbers.append(numbers[i] * numbers[j] if product else numbers[i] + numbers[j])
        left.append(i)
        right.append(j)
        times.append(product)

    def build() -> Any:
        nodes = leaves.copy()
        add = nodes.append
        for i, j, product in zip(left, right, times, strict=True):
            add(nodes[i] * nodes[j] if product else nodes[i] + nodes[j])
        return nodes[-1]

    return build, leaves


def chain(n: int, engine: Engine) -> tuple[Build, list[Any]]:
    """x → x·y → x·y + z → …, n operations deep."""
    leaves = [engine.leaf(1.0), engine.leaf(1 - 1e-7), engine.leaf(1e-7)]

    def build() -> Any:
        x, y, z = leaves
        for _ in range(n // 2):
            x = x * y
            x = x + z
        return x

    return build, leaves


def fresh_numbers(engine: Engine) -> tuple[Build, list[Any]]:
    """100 short chains x + 1.5, × 0.5, …: every operation meets a number that is not a node yet."""
    leaves = [engine.leaf(1.0)]

    def build() -> Any:
        ends = []
        for _ in range(100):
            x = leaves[0]
            for _ in range(50):
                x = (x + 1.5) * 0.5
            ends.append(x)
        while len(ends) > 1:  # joined two by two
            ends = [a + b for a, b in zip(ends[::2], ends[1::2], strict=False)] + ends[
                len(ends) & ~1 :
            ]
        return ends[0]

    return build, leaves


class Workload(NamedTuple):
    """What is measured: its name, how it is built, its operations (0: count them), its needs."""

    name: str
    prepare: Callable[[Engine], tuple[Build, list[Any]]]
    operations: int = 0
    repeat: int = 1  # graphs per step, where one is too short to be timed
    needs: str = ""  # an engine without it is not asked
    heavy: bool = False  # run in the first turn only, without a warming step


def workloads() -> dict[str, Workload]:
    return {
        "a": Workload(
            say(fr="(a) expression du README", en="(a) README expression"), readme, repeat=200
        ),
        "b": Workload("(b) MLP 2-16-16-1", hinge_step),
        "b_dot": Workload(
            say(fr="(b) un dot par neurone", en="(b) one dot per neuron"),
            lambda e: hinge_step(e, "dot"),
            needs="dot",
        ),
        "b_nn": Workload(
            say(fr="(b) par tinygrad_fr.nn", en="(b) by tinygrad_fr.nn"),
            lambda e: hinge_step(e, "nn"),
            needs="mlp",
        ),
        "c4": Workload(
            say(fr="(c) graphe au hasard, 10⁴", en="(c) random DAG, 10⁴"),
            lambda e: random_dag(10**4, e),
            10**4,
        ),
        "c6": Workload(
            say(fr="(c) graphe au hasard, 10⁶", en="(c) random DAG, 10⁶"),
            lambda e: random_dag(10**6, e),
            10**6,
            heavy=True,
        ),
        "d3": Workload(
            say(fr="(d) chaîne, 10³", en="(d) chain, 10³"),
            lambda e: chain(10**3, e),
            10**3,
            repeat=20,
        ),
        "d5": Workload(
            say(fr="(d) chaîne, 10⁵", en="(d) chain, 10⁵"), lambda e: chain(10**5, e), 10**5
        ),
        "d6": Workload(
            say(fr="(d) chaîne, 10⁶", en="(d) chain, 10⁶"),
            lambda e: chain(10**6, e),
            10**6,
            heavy=True,
        ),
    }


def operations(load_: Workload) -> int:
    """How many elementary operations the workload writes."""
    if load_.operations:
        return load_.operations
    counting = Engine(Counted, lambda v: v.data, lambda v: 0.0)
    if load_.needs:
        return operations(workloads()["b"])  # the same cost, written shorter
    build, _ = load_.prepare(counting)
    Counted.made = 0
    build()
    return Counted.made


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


def ask(*arguments: str) -> Any:
    """The answer of a worker: this file, in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, *arguments], stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(done.stdout)


# ── the tables ───────────────────────────────────────────────────────────────────────────────────


class Grid(NamedTuple):
    """A table, to be shown on a terminal or written as Markdown."""

    title: str
    header: list[str]
    rows: list[list[str]]

    def markdown(self) -> str:
        lines = [self.header, ["---", *("--:" for _ in self.header[1:])], *self.rows]
        return (
            f"**{self.title}**\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
        )

    def show(self) -> None:
        from rich.console import Console
        from rich.table import Table

        table = Table(title=self.title, title_justify="left", title_style="bold")
        for i, column in enumerate(self.header):
            table.add_column(column, justify="right" if i else "left", no_wrap=True)
        for row in self.rows:
            table.add_row(*row)
        Console(width=None if sys.stdout.isatty() else 120).print(table)


Results = dict[str, list[dict[str, Any]]]  # engine → one entry per turn


def timed(results: Results, engine: str, key: str, mode: str) -> Any:
    """The medians over the turns, "RecursionError", or None if never asked."""
    found = [t["times"].get(key, {}).get(mode) for t in results.get(engine, [])]
    found = [x for x in found if x is not None]
    if not found or isinstance(found[0], str):
        return found[0] if found else None
    return [median(column) for column in zip(*found, strict=True)]


def ratios(results: Results, peer: str, key: str, mode: str) -> list[float]:
    """How many times our time for `key` the peer takes, one entry per turn that has both."""
    theirs = "b" if workloads()[key].needs else key
    turns = []
    for a, b in zip(results.get(peer, []), results["ours"], strict=False):
        x, y = a["times"].get(theirs, {}).get(mode), b["times"].get(key, {}).get(mode)
        if isinstance(x, list) and isinstance(y, list):
            turns.append(x[0] / y[0])
    return turns


def cell(x: Any, i: int = 0) -> str:
    if isinstance(x, str):
        return x
    return "–" if x is None or math.isnan(x[i]) else number(round(x[i]), 5)


def times_table(results: Results, peers: list[str], keys: Sequence[str]) -> Grid:
    steps = [
        say(fr="bâtir", en="build"),
        say(fr="retour", en="backward"),
        say(fr="libérer", en="free"),
    ]
    header = [say(fr="programme", en="workload"), "GC", "tinygrad_fr"]
    rows = []
    for key in keys:
        load_ = workloads()[key]
        theirs = "b" if load_.needs else key
        for mode in MODES:
            ours = timed(results, "ours", key, mode)
            if ours is None:
                continue
            row = [load_.name, mode, cell(ours), *(cell(ours, i) for i in (1, 2, 3))]
            for peer in peers:
                factors = ratios(results, peer, key, mode)
                row += [
                    cell(timed(results, peer, theirs, mode)),
                    number(median(factors)) if factors else "–",
                ]
            rows.append(row)
    title = say(
        fr="ns par opération élémentaire : bâtir le graphe et le parcourir en arrière (« on » : "
        "le libérer aussi)",
        en="ns per elementary operation: build the graph and walk it backward (on: free it too)",
    )
    return Grid(title, [*header, *steps, *(h for p in peers for h in (p, "×"))], rows)


MEMORY_GOALS = {"node": 192, "fresh": 376, "dot": 56}
SPEED_GOALS = [
    ("micrograd", "b", "off", 3.6),
    ("micrograd", "b_dot", "off", 13.0),
    ("micrograd", "b", "on", 25.0),
    ("micrograd", "b_dot", "on", 100.0),
    ("micrograd", "a", "off", 3.3),
    ("micrograd", "c4", "off", 3.0),
    ("micrograd", "c6", "off", 3.0),
    ("torch", "a", "on", 11.0),
    ("torch", "b", "on", 12.0),
    ("torch", "b_dot", "on", 40.0),
    ("torch", "c4", "on", 12.0),
    ("torch", "c6", "on", 12.0),
    ("torch", "d5", "on", 12.0),
    ("torch", "d6", "on", 12.0),
]


def goals_table(results: Results, peers: list[str], keys: Sequence[str]) -> Grid:
    rows = []
    for peer, key, mode, goal in SPEED_GOALS:
        factors = ratios(results, peer, key, mode)
        if key not in keys or not factors:
            continue
        spread = f"{number(min(factors))} – {number(max(factors))}" if len(factors) > 1 else "–"
        factor = median(factors)
        row = [workloads()[key].name, peer, mode, f"≥ {number(goal)} ×", f"{number(factor)} ×"]
        rows.append([*row, spread, tick(factor >= goal)])
    header = [
        say(fr="programme", en="workload"),
        say(fr="face à", en="beside"),
        say(fr="mode", en="mode"),
        say(fr="but", en="goal"),
        say(fr="mesuré", en="measured"),
        say(fr="selon le tour", en="over the turns"),
        say(fr="atteint", en="reached"),
    ]
    return Grid(say(fr="les buts", en="the goals"), header, rows)


def memory_table(results: Results) -> Grid:
    names = {
        "node": say(fr="opération entre nœuds existants", en="operation between existing nodes"),
        "fresh": say(fr="opération avec un nombre nouveau", en="operation with a fresh number"),
        "dot": say(
            fr="(b) avec dot, par opération élémentaire",
            en="(b) with dot, per elementary operation",
        ),
    }
    found = {name: turns[0]["memory"] for name, turns in results.items() if turns[0]["memory"]}
    rows = []
    for key, name in names.items():
        ours, goal = found["ours"][key], MEMORY_GOALS[key]
        row = [name, number(ours, 4), f"≤ {goal}", tick(ours <= goal)]
        rows.append(
            row
            + [number(found[p][key], 4) if key in found[p] else "–" for p in found if p != "ours"]
        )
    title = say(
        fr="octets que tient le graphe après backward, par opération",
        en="bytes held by the graph after backward, per operation",
    )
    header = ["", "tinygrad_fr", say(fr="but", en="goal"), "", *(p for p in found if p != "ours")]
    return Grid(title, header, rows)


def tick(reached: bool) -> str:
    return "✓" if reached else "✗"


def machine() -> str:
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = info.read_text().splitlines()
        model = next(
            (line.split(":")[1].strip() for line in lines if line.startswith("model name")), model
        )
    busy = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}, "
    f"{platform.system()}{busy}"


def disagreements(results: Results) -> list[str]:
    """Where an engine's value or gradients are not the others': the race would be worth nothing."""
    first: dict[str, tuple[str, list[float]]] = {}
    wrong = []
    for name, turns in results.items():
        for key, found in turns[0]["checks"].items():
            same = "b" if key.startswith("b") else key
            by, expected = first.setdefault(same, (name, found))
            if not all(
                math.isclose(x, y, rel_tol=1e-9) for x, y in zip(found, expected, strict=True)
            ):
                wrong.append(f"{name} {key}: {found} ≠ {expected} ({by})")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(
        allow_abbrev=False, description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument(
        "--quick", action="store_true", help="two short turns, nothing of 10⁶, no clean"
    )
    parser.add_argument(
        "--peers", default="micrograd,torch", help="which peers, with commas; '' for none"
    )
    parser.add_argument(
        "--only", default="", help="workloads, with commas: " + " ".join(workloads())
    )
    parser.add_argument("--huge", action="store_true", help="also a chain of 10⁷ (2 GB)")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables there too")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    parser.add_argument("--first", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    keys = (
        args.only.split(",")
        if args.only
        else [k for k, w in workloads().items() if not (w.heavy and args.quick)]
    )
    unknown = [k for k in keys if k not in workloads()]
    asked = [p for p in args.peers.split(",") if p]
    unknown += [p for p in asked if p not in ("micrograd", "torch")]
    if unknown:
        parser.error(
            say(
                fr=f"inconnu : {', '.join(unknown)}. Programmes : {', '.join(workloads())} ; "
                "pairs : micrograd, torch",
                en=f"unknown: {', '.join(unknown)}. Workloads: {', '.join(workloads())}; peers: "
                "micrograd, torch",
            )
        )
    plan = "quick" if args.quick else "full"
    if args.worker:
        print(
            json.dumps(
                huge() if args.worker == "huge" else turn(args.worker, keys, plan, args.first)
            )
        )
        return 0
    began = perf_counter()
    peers = [p for p in asked if load(p) is not None]
    for p in asked:
        if p not in peers:
            print(
                say(
                    fr=f"{p} n’est pas installé : rien ne lui est comparé (pip install {p})",
                    en=f"{p} is not installed: nothing is compared with it (pip install {p})",
                ),
                flush=True,
            )
    results: Results = {name: [] for name in ("ours", *peers)}
    for i in range(2 if args.quick else 3):
        for name in results:
            print(f"{i + 1} {name}", end=" … ", file=sys.stderr, flush=True)
            extra = [*(["--quick"] if args.quick else []), *(["--first"] if i == 0 else [])]
            results[name].append(ask("--worker", name, "--only", ",".join(keys), *extra))
    print(file=sys.stderr)
    grids = [
        times_table(results, peers, keys),
        goals_table(results, peers, keys),
        memory_table(results),
    ]
    lines = [machine()]
    if args.huge:
        found = {k: number(v) for k, v in ask("--worker", "huge").items()}
        lines.append(
            say(
                fr=f"chaîne de 10⁷, ramasse-miettes actif : bâtie en {found['build']} s, "
                "parcourue en arrière en "
                f"{found['backward']} s, libérée en {found['free']} s ; "
                f"{found['gigabytes']} Go au plus",
                en=f"chain of 10⁷, collector on: built in {found['build']} s, walked backward in "
                f"{found['backward']} s, freed in {found['free']} s; "
                f"{found['gigabytes']} GB at most",
            )
        )
    for grid in grids:
        grid.show()
    wrong = disagreements(results)
    print(*lines, *wrong, sep="\n")
    print(say(fr=f"en {perf_counter() - began:.0f} s", en=f"in {perf_counter() - began:.0f} s"))
    if args.markdown:
        args.markdown.write_text(
            "\n".join([*(g.markdown() for g in grids), *lines, ""]), encoding="utf-8"
        )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
