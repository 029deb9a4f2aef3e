"""Random scalar costs, written as people write them: loops, chains, windows, shared weights."""

from __future__ import annotations

import math
import os
import random
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from tinygrad_fr import ops
from tinygrad_fr.engine import Value
from tinygrad_fr.ops import TABLE, dot, log_softmax, logsumexp, softmax

SEEDS = int(os.environ.get("TINYGRAD_FUZZ", "500"))  # how many costs; `make fuzz` takes more
STEPS = {TABLE[name] for name in ("floor", "sign", "step")}  # their slope is 0 everywhere
UNARY = [row for row in TABLE.values() if row.arity == 1 and row.kind != "guard"]


class Drawn(NamedTuple):
    """A cost as a function of the leaves, and how many there are of each."""

    cost: Callable[[list[list[Any]], list[Any]], Any]
    widths: list[int]
    parameters: int


class Pen:
    """Writes one cost: the same seed writes the same lines, whatever the leaves are."""

    def __init__(self, seed: int, parameters: list[Any]) -> None:
        self.r = random.Random(seed)
        self.parameters = parameters
        self.used = 0

    def fresh(self, n: int) -> list[Any]:
        """n parameters that were not used before."""
        self.used += n
        while len(self.parameters) < self.used:
            self.parameters.append(Value(0.3))
        return self.parameters[self.used - n : self.used]

    def matrix(self, rows: int, columns: int) -> list[list[Any]]:
        return [self.fresh(columns) for _ in range(rows)]

    # ── what a layer may be ──

    def dense(self, h: list[Any]) -> list[Any]:
        """Z = W h + b, as a dot, a chain or a sum."""
        n = self.r.randint(1, 4)
        W, b = self.matrix(n, len(h)), self.fresh(n)
        how = self.r.randrange(3)
        if how == 0:
            return [dot(w, h) + c for w, c in zip(W, b, strict=True)]
        if how == 1:
            return [
                sum((p * x for p, x in zip(w, h, strict=True)), c)
                for w, c in zip(W, b, strict=True)
            ]
        return [
            ops.sum([p * x for p, x in zip(w, h, strict=True)]) - c
            for w, c in zip(W, b, strict=True)
        ]

    def window(self, h: list[Any]) -> list[Any]:
        """One kernel that slides."""
        n = self.r.randint(1, len(h))
        k = self.fresh(n)
        return [dot(k, h[i : i + n]) for i in range(len(h) - n + 1)]

    def again(self, h: list[Any]) -> list[Any]:
        """One square matrix, used twice; or back again, transposed."""
        n = len(h)
        W = self.matrix(n, n)
        W2 = [[W[j][i] for j in range(n)] for i in range(n)] if self.r.random() < 0.5 else W
        h = [self.curve(dot(w, h)) for w in W]
        return [dot(w, h) for w in W2]

    def gate(self, h: list[Any]) -> list[Any]:
        return [a * self.curve(p * a) for a, p in zip(h, self.fresh(len(h)), strict=True)]

    def skip(self, h: list[Any]) -> list[Any]:
        return [a + self.curve(z) for a, z in zip(h, self.again(h), strict=True)]

    def scale(self, h: list[Any]) -> list[Any]:
        (c,) = self.fresh(1)
        return [c * a - self.r.choice([0, 1, 0.5]) for a in h]

    def numbers(self, h: list[Any]) -> list[Any]:
        return [self.r.uniform(-1, 1) * a + self.r.choice([-1, 1]) for a in h]

    def products(self, h: list[Any]) -> list[Any]:
        p, q = self.fresh(len(h)), self.fresh(len(h))
        return [a * (u * v) for a, u, v in zip(h, p, q, strict=True)]

    def shares(self, h: list[Any]) -> list[Any]:
        return self.r.choice([softmax, log_softmax])(h)

    def whole(self, h: list[Any]) -> list[Any]:
        how = self.r.randrange(4)
        if how == 0:
            return [logsumexp([*h, self.curve(h[0]), self.r.choice([0.5, -math.inf])])]
        return [logsumexp(h)] if how < 3 else [ops.sum(h) / len(h), h[-1]]

    def pairs(self, h: list[Any]) -> list[Any]:
        row = self.r.choice([ops.maximum, ops.minimum, ops.hypot, self.angle])
        return [row(a, b) for a, b in zip(h, h[1:] + [1.5], strict=True)]

    def quotients(self, h: list[Any]) -> list[Any]:
        return (
            [a / (2 + h[0] * h[0]) for a in h] if self.r.random() < 0.5 else [a / 3 - a for a in h]
        )

    def powers(self, h: list[Any]) -> list[Any]:
        n = self.r.choice([2, 3, -1, 0.5])
        if self.r.random() < 0.5:
            (p,) = self.fresh(1)
            return [self.inside(a) ** p for a in h]
        return [self.inside(a) ** n for a in h]

    def bounded(self, h: list[Any]) -> list[Any]:
        how = self.r.randrange(4)
        if how == 0:
            return [ops.clip(a, -0.5, 0.7) for a in h]
        if how == 1:
            return [ops.leaky_relu(a, 0.1) for a in h]
        if how == 2:
            return [ops.elu(a) for a in h]
        return [a % 1.5 for a in h]

    def rows(self, h: list[Any]) -> list[Any]:
        row = self.r.choice(UNARY)
        return [row(self.inside(a) + (1 if row.name == "acosh" else 0)) for a in h]

    def mixed(self, h: list[Any]) -> list[Any]:
        """What no two entries have in common."""
        return [self.curve(a) * self.r.choice(h) for a in h]

    # ── pieces ──

    def curve(self, a: Any) -> Any:
        return self.r.choice([ops.tanh, ops.relu, ops.sigmoid, ops.sin, ops.softplus])(a)

    def angle(self, a: Any, b: Any) -> Any:
        """Away from the left, where ±0 are half a turn apart."""
        return ops.atan2(a, self.inside(b))

    def inside(self, a: Any) -> Any:
        """Between 0.1 and 0.9, where every row is defined."""
        return 0.4 * ops.tanh(a) + 0.5

    def cost(self, h: list[Any], y: list[Any]) -> Any:
        pairs = [(a, y[i % len(y)]) for i, a in enumerate(h)]
        how = self.r.randrange(5)
        if how == 0:
            return ops.sum([(a - t) ** 2 for a, t in pairs])
        if how == 1:
            return ops.sum([abs(a - t) for a, t in pairs]) / len(h)
        if how == 2:
            return ops.sum([ops.bce_with_logits(a, self.inside(t)) for a, t in pairs])
        if how == 3:
            return sum(ops.relu(1 - a * t) for a, t in pairs)
        return ops.sum([-t * q for q, (_, t) in zip(log_softmax(h), pairs, strict=True)])

    def penalty(self) -> Any:
        kept = self.parameters[: self.used]
        how = self.r.randrange(3)
        if how == 0 or not kept:
            return 0
        if how == 1:
            return 0.01 * dot(kept, kept)
        return 0.02 * sum(abs(p) for p in kept)


LAYERS: list[Callable[[Pen, list[Any]], list[Any]]] = [
    Pen.dense, Pen.dense, Pen.dense, Pen.window, Pen.again, Pen.gate, Pen.skip, Pen.scale,
    Pen.numbers, Pen.products, Pen.shares, Pen.whole, Pen.pairs, Pen.quotients, Pen.powers,
    Pen.bounded, Pen.rows, Pen.rows, Pen.mixed,
]  # fmt: skip


def drawn(seed: int) -> Drawn:
    """The cost number `seed`."""
    r = random.Random(seed)
    widths = [r.randint(1, 4), r.randint(1, 3)]
    chosen = [r.choice(LAYERS) for _ in range(r.randint(1, 5))]

    def cost(inputs: list[list[Any]], parameters: list[Any]) -> Any:
        pen = Pen(seed, parameters)
        h: list[Any] = inputs[0]
        for layer in chosen:
            h = [0.5 * a for a in layer(pen, h)]
            if pen.r.random() < 0.5:
                h = [pen.curve(a) for a in h] if pen.r.random() < 0.2 else [ops.tanh(a) for a in h]
        return pen.cost(h, inputs[1]) + pen.penalty()

    leaves: list[Any] = []
    cost([[Value(0.3) for _ in range(n)] for n in widths], leaves)
    return Drawn(cost, widths, len(leaves))


def leaves(seed: int, numbers: Sequence[float]) -> list[Value]:
    """Leaves of these numbers, every other time with letters, which a program may want itself."""
    r = random.Random(seed)
    letters = r.choice(["", "", "abcdesx", "rtvXZDI"])
    return [
        Value(x, label=f"{r.choice(letters)}_{i}" if letters else "") for i, x in enumerate(numbers)
    ]


class Scalar(NamedTuple):
    """What the scalar engine finds: the mean cost and gradients, each with the sum of its terms."""

    value: float
    size: float
    gradients: list[float]
    sizes: list[float]
    nodes: int


def by_scalars(net: Drawn, data: Sequence[Any], numbers: Sequence[float]) -> Scalar:
    """Example by example, with the absolute values added up beside.

    A step hands nothing on: where the engine multiplies its 0 by a NaN, that NaN is not counted.
    """
    from tinygrad_fr.walk import order

    m = len(data[0])
    value = size = 0.0
    gradients, sizes = [0.0] * len(numbers), [0.0] * len(numbers)
    nodes = 0
    for i in range(m):
        leaves = [Value(x) for x in numbers]
        inputs = [[Value(float(x)) for x in table[i]] for table in data]
        L = net.cost(inputs, leaves)
        if not isinstance(L, Value):
            L = Value(L)
        L.backward()
        order_of = order(L)
        nodes = max(nodes, len(order_of))
        value += L.data / m
        size += max(abs(v.data) for v in order_of) / m
        flow: dict[Any, float] = {L: 1.0}
        slope: dict[Any, float] = {L: 1.0}
        for v in reversed(order_of):
            for u, d in zip(v.inputs, v.partials, strict=True):
                if d is not None and v in flow and v.op not in STEPS:
                    flow[u] = flow.get(u, 0.0) + flow[v] * max(abs(d), 1.0)
                    slope[u] = slope.get(u, 0.0) + slope[v] * d
        for k, p in enumerate(leaves):
            gradients[k] += (p.grad if p.grad == p.grad else slope.get(p, 0.0)) / m
            sizes[k] += flow.get(p, 0.0) / m
    return Scalar(value, size, gradients, sizes, nodes)
