"""What the engines are asked to do: each workload is written once and counts its operations."""

from __future__ import annotations

import math
import random
import sys
from array import array
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from engines import Counted, Engine  # noqa: E402

from tinygrad_fr.words import say  # noqa: E402

Build = Callable[[], Any]

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
    network = engine.mlp(2, sizes[1:]) if kind == "nn" and engine.mlp else None
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

    if network is None:
        return written_out, parameters
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
