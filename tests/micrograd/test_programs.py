"""Public programs of micrograd's kind, with only the import line changed: through both doors.

Each program is a function of an engine's Value and a package's nn; what it prints through
`tinygrad_fr.engine` and through `tinygrad_fr.micrograd.engine` is what micrograd prints.
"""

from __future__ import annotations

import importlib
import math
import random
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest


class Door(NamedTuple):
    """Where a program's two imports lead."""

    Value: Any
    nn: Any
    engine: Any


def door(package: str) -> Door:
    engine = importlib.import_module(f"{package}.engine")
    return Door(engine.Value, importlib.import_module(f"{package}.nn"), engine)


DOORS = ["tinygrad_fr", "tinygrad_fr.micrograd"]
Program = Callable[[Door], Any]


def trace_graph(use: Door) -> Any:
    """The notebook that draws: nodes and edges in sets, an extra node for each operation."""
    random.seed(1337)
    n = use.nn.Neuron(2)
    x = [use.Value(1.0), use.Value(-2.0)]
    y = n(x)
    y.backward()
    nodes, edges = set(), set()

    def build(v: Any) -> None:
        if v not in nodes:
            nodes.add(v)
            for child in v._prev:
                edges.add((child, v))
                build(child)

    build(y)
    lines = ["digraph { rankdir=LR"]
    for v in nodes:
        lines.append(f'{id(v)} [label="{{ data {v.data:.4f} | grad {v.grad:.4f} }}" shape=record]')
        if v._op:
            lines.append(f'{id(v)}{v._op} [label="{v._op}"]')
            lines.append(f"{id(v)}{v._op} -> {id(v)}")
    lines += [f"{id(a)} -> {id(b)}{b._op}" for a, b in edges]
    assert all(v in nodes and w in nodes for v, w in edges)
    assert len(lines) == 1 + len(nodes) + 2 * sum(bool(v._op) for v in nodes) + len(edges)
    return [v.data for v in (y, *x)], [v.grad for v in (y, *x, *n.parameters())]


def tanh_by_closure(use: Door) -> Any:
    """The lecture's neuron with a tanh of one's own, and the gradients it writes on the board."""
    Value = use.Value

    def tanh(self: Any) -> Any:
        t = (math.exp(2 * self.data) - 1) / (math.exp(2 * self.data) + 1)
        out = Value(t, (self,), "tanh")

        def _backward() -> None:
            self.grad += (1 - t**2) * out.grad

        out._backward = _backward
        return out

    x1, x2, w1, w2 = Value(2.0), Value(0.0), Value(-3.0), Value(1.0)
    b = Value(6.8813735870195432)
    o = tanh(x1 * w1 + x2 * w2 + b)
    o.backward()
    return [round(v.grad, 10) for v in (x1, x2, w1, w2)], round(o.data, 10), o._op


def bigrams(use: Door) -> Any:
    """A table of logits trained on bigrams: softmax and log by closures, the cost −log p."""
    Value = use.Value

    def by_closure(v: Any, y: float, slope: float, name: str) -> Any:
        out = Value(y, (v,), name)

        def _backward() -> None:
            v.grad += slope * out.grad

        out._backward = _backward
        return out

    def exp(v: Any) -> Any:
        return by_closure(v, math.exp(v.data), math.exp(v.data), "exp")

    def log(v: Any) -> Any:
        return by_closure(v, math.log(v.data), 1 / v.data, "log")

    letters = ".abn"
    pairs = [
        (letters.index(a), letters.index(b)) for a, b in zip(".banana", "banana.", strict=True)
    ]
    random.seed(7)
    W = [[Value(random.gauss(0, 1)) for _ in letters] for _ in letters]
    costs = []
    for _ in range(12):
        cost = Value(0.0)
        for a, b in pairs:
            counts = [exp(logit) for logit in W[a]]
            total = sum(counts)
            cost = cost - log(counts[b] / total)
        cost = cost / len(pairs)
        for row in W:
            for p in row:
                p.grad = 0.0
        cost.backward()
        for row in W:
            for p in row:
                p.data -= 2.0 * p.grad
        costs.append(cost.data)
    assert costs[-1] < costs[0] / 2
    return costs


def counting_wrapper(use: Door) -> Any:
    """+ and × wrapped on the class, to count what an expression costs."""
    Value, calls = use.Value, {"+": 0, "*": 0}
    plus, times = Value.__add__, Value.__mul__

    def add(self: Any, other: Any) -> Any:
        calls["+"] += 1
        return plus(self, other)

    def mul(self: Any, other: Any) -> Any:
        calls["*"] += 1
        return times(self, other)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Value, "__add__", add)
        patch.setattr(Value, "__mul__", mul)
        w = [Value(0.5), Value(-1.0), Value(2.0)]
        x = [Value(1.0), Value(2.0), Value(3.0)]
        y = sum((wi * xi for wi, xi in zip(w, x, strict=True)), Value(0.25)).relu()
        y.backward()
    return calls, y.data, [v.grad for v in (*w, *x)]


def svm_step(use: Door) -> Any:
    """The demo's loop on an MLP: max-margin cost, penalty on the weights, decaying rate."""
    random.seed(1337)
    draw = random.Random(1)
    X = [[draw.uniform(-1, 1), draw.uniform(-1, 1)] for _ in range(20)]
    y = [1 if u * v > 0 else -1 for u, v in X]
    model = use.nn.MLP(2, [6, 1])
    found = []
    for k in range(5):
        scores = [model(list(map(use.Value, row))) for row in X]
        losses = [(1 + -yi * s).relu() for yi, s in zip(y, scores, strict=True)]
        data_loss = sum(losses) * (1.0 / len(losses))
        total = data_loss + 1e-4 * sum(p * p for p in model.parameters())
        hits = [(yi > 0) == (s.data > 0) for yi, s in zip(y, scores, strict=True)]
        model.zero_grad()
        total.backward()
        for p in model.parameters():
            p.data -= (1.0 - 0.9 * k / 100) * p.grad
        found.append((total.data, sum(hits)))
    return [round(cost, 10) for cost, _ in found], [n for _, n in found], repr(model)


# What micrograd 0.1.0 prints.
PRINTED: dict[str, Any] = {
    "trace_graph": ([0.102443419483, 1.0, -2.0], [1, 0.235505713903, 0.06653114721, 1.0, -2.0, 1]),
    "tanh_by_closure": ([-1.5, 0.5, 1.0, 0.0], 0.7071067812, "tanh"),
    "bigrams": [
        1.49041608308,
        1.17669443758,
        0.97932585836,
        0.844981871286,
        0.747047793669,
        0.672713601475,
        0.614978221872,
        0.569443189383,
        0.533069503516,
        0.503654199575,
        0.479570269777,
        0.459608803668,
    ],
    "counting_wrapper": ({"+": 3, "*": 3}, 4.75, [1.0, 2.0, 3.0, 0.5, -1.0, 2.0]),
    "svm_step": (
        [0.7690074356, 0.6458965536, 0.5229226593, 0.4399831708, 0.406023199],
        [13, 17, 17, 17, 18],
        "MLP of [Layer of [ReLUNeuron(2), ReLUNeuron(2), ReLUNeuron(2), ReLUNeuron(2), "
        "ReLUNeuron(2), ReLUNeuron(2)], Layer of [LinearNeuron(6)]]",
    ),
}

PROGRAMS: list[Program] = [trace_graph, tanh_by_closure, bigrams, counting_wrapper, svm_step]


@pytest.mark.parametrize("package", [*DOORS, "micrograd"])
@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_prints_what_micrograd_printed(program: Program, package: str) -> None:
    if package == "micrograd":
        pytest.importorskip("micrograd.engine")
    found, printed = flat(program(door(package))), flat(PRINTED[program.__name__])
    assert found == pytest.approx(printed, rel=1e-9, abs=1e-12)


def flat(found: Any) -> list[Any]:
    """The numbers of an answer, words as their letters' codes."""
    if isinstance(found, str):
        return [ord(letter) for letter in found]
    if isinstance(found, dict):
        return flat(list(found.values()))
    return (
        [x for part in found for x in flat(part)] if isinstance(found, (list, tuple)) else [found]
    )
