"""How long lifting takes: `to_numpy` against the size of the graph, 10³ … 10⁶ operations.

    python benchmarks/lifting.py              the table of benchmarks/README.md, three minutes
    python benchmarks/lifting.py --largest 1e5

first   a graph that was never seen; again: the same built anew, with other parameters
bytes   a node, at the peak of the first, beside the graph itself (tracemalloc, another run)

Time of this process alone, the median of the turns; a graph is built anew for each turn.
"""

from __future__ import annotations

import argparse
import gc
import random
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tinygrad_fr.engine import Value  # noqa: E402
from tinygrad_fr.nn import MLP, losses  # noqa: E402
from tinygrad_fr.ops import tanh  # noqa: E402
from tinygrad_fr.program import recall  # noqa: E402
from tinygrad_fr.program.program import to_numpy  # noqa: E402
from tinygrad_fr.walk import order  # noqa: E402

GOALS = "goals: ≥ 0.4 M operations/s, ≤ 10 % again, ≤ 400 bytes a node"


class Graph(NamedTuple):
    """A cost, and what `to_numpy` is told of it."""

    loss: Value
    inputs: list[list[Value]]
    parameters: list[Value]


def leaves(n: int, r: random.Random) -> list[Value]:
    return [Value(r.gauss(0, 0.3)) for _ in range(n)]


def chained(w: list[Value], x: list[Any], b: Value) -> Any:
    """A neuron as one writes it by hand."""
    return sum(p * a for p, a in zip(w, x, strict=True)) + b


def by_hand(sizes: list[int], r: random.Random) -> tuple[Callable[[list[Any]], Any], list[Value]]:
    """A network in chains, and its parameters."""
    layers = [
        ([leaves(nin, r) for _ in range(nout)], leaves(nout, r))
        for nin, nout in zip(sizes, sizes[1:], strict=False)
    ]

    def model(x: list[Any]) -> list[Any]:
        for i, (W, b) in enumerate(layers):
            x = [chained(w, x, c) for w, c in zip(W, b, strict=True)]
            x = x if i == len(layers) - 1 else [tanh(z) for z in x]
        return x

    rows = [row for W, b in layers for row in (*W, b)]
    return model, [p for row in rows for p in row]


def chains(operations: int, r: random.Random) -> Graph:
    """One example of a network with one hidden layer, in chains; data and targets are columns."""
    n = max(4, round((operations / 3) ** 0.5))
    model, parameters = by_hand([n, n, n // 2], r)
    x, y = leaves(n, r), leaves(n // 2, r)
    loss = sum((p - t) ** 2 for p, t in zip(model(x), y, strict=True))
    return Graph(loss, [x, y], parameters)


def dots(operations: int, r: random.Random) -> Graph:
    """The same by our layers: a neuron's w·x is one node."""
    n = max(4, round((operations / 3) ** 0.5))
    model = MLP(n, [n, n // 2], activation="tanh", output="linear", seed=r.randrange(1000))
    x, y = leaves(n, r), leaves(n // 2, r)
    return Graph(losses.squared_error([model(x)], [y]), [x, y], model.parameters())


def unrolled(operations: int, r: random.Random) -> Graph:
    """Many examples in a Python loop: data and targets are numbers, the same each time."""
    data = random.Random(1)
    model, parameters = by_hand([8, 16, 1], r)
    costs = []
    for _ in range(max(1, operations // 330)):
        (p,) = model([data.random() for _ in range(8)])
        costs.append((p - data.random()) ** 2)
    return Graph(sum(costs) / len(costs), [], parameters)


def through_time(operations: int, r: random.Random) -> Graph:
    """A recurrent network of 16 cells: one layer after the other."""
    U, w, state = [leaves(16, r) for _ in range(16)], leaves(16, r), leaves(16, r)
    x, moving = leaves(max(1, operations // 560), r), [p for row in U for p in row] + w + state
    for a in x:
        state = [tanh(chained(u, state, a * v)) for u, v in zip(U, w, strict=True)]
    return Graph(sum(s * s for s in state), [x], moving)


KINDS = {
    "one example, chains": chains,
    "one example, our layers": dots,
    "examples in a loop": unrolled,
    "a recurrent network": through_time,
}


class Found(NamedTuple):
    """Of one graph: its size, seconds, bytes."""

    operations: int
    nodes: int
    first: float
    again: float
    peak: int


def size(loss: Value) -> tuple[int, int]:
    """How many scalar operations, w·x of n numbers being 2n − 1, and how many nodes."""
    nodes = order(loss)
    inputs = [len(v.inputs) if v.op.arity is None else 2 for v in nodes if v.op is not None]
    return sum(n - 1 for n in inputs), len(nodes)


def timed(graph: Graph) -> float:
    gc.collect()
    began = process_time()
    to_numpy(*graph)
    return process_time() - began


def measured(build: Callable[[int, random.Random], Graph], operations: int, turns: int) -> Found:
    first, again = [], []
    for seed in range(turns):
        recall.latest.clear()
        first.append(timed(build(operations, random.Random(seed))))
        again.append(timed(build(operations, random.Random(seed + 100))))
    recall.latest.clear()
    graph = build(operations, random.Random(0))
    gc.collect()
    tracemalloc.start()
    to_numpy(*graph)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    recall.latest.clear()
    return Found(*size(graph.loss), median(first), median(again), peak)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--largest", type=float, default=1e6, help="operations")
    parser.add_argument("--turns", type=int, default=5)
    args = parser.parse_args()
    to_numpy(*chains(1000, random.Random(0)))  # NumPy is there
    print("| graph | operations | first | M operations/s | again | of the first | bytes a node |")
    print("| --- | --: | --: | --: | --: | --: | --: |")
    for name, build in KINDS.items():
        for operations in (10**k for k in range(3, 7) if 10**k <= args.largest):
            f = measured(build, operations, args.turns if operations < 10**6 else 3)
            print(
                f"| {name} | {f.operations:,} | {f.first * 1e3:,.1f} ms | "
                f"{f.operations / f.first / 1e6:.2f} | {f.again * 1e3:,.1f} ms | "
                f"{f.again / f.first:.0%} | {f.peak / f.nodes:.0f} |",
                flush=True,
            )
    print(f"\n{GOALS}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
