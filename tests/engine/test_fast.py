"""What is written out for speed says nothing new: order and gradients are those of `walk`."""

from __future__ import annotations

import os
import random

import pytest

from tinygrad_fr import ops
from tinygrad_fr.engine import Value
from tinygrad_fr.walk import order, sweep

pytestmark = pytest.mark.skipif(
    bool(os.environ.get("TINYGRAD_SLOW")), reason="the package is here without `fast`"
)


def random_graph(seed: int) -> Value:
    """Operators, functions, sums and scalar products of any earlier nodes, several times too."""
    draw = random.Random(seed)
    nodes = [Value(draw.uniform(-1, 1)) for _ in range(4)]
    for _ in range(draw.randint(1, 40)):
        a, b, *more = draw.choices(nodes, k=draw.randint(2, 6))
        kind = draw.randrange(6)
        if kind == 0:
            nodes.append(ops.sum([a, b, *more]))
        elif kind == 1:
            nodes.append(ops.dot([a, *more], [b, *reversed(more)]))
        elif kind == 2:
            nodes.append(ops.dot([a, b], [0.5, -0.25]))
        else:
            nodes.append([a * b, a - b, a.tanh()][kind - 3])
    return ops.sum(nodes[-3:])


@pytest.mark.parametrize("seed", range(60))
def test_the_order_is_that_of_walk(seed: int) -> None:
    from tinygrad_fr.fast_walk import inner

    root = random_graph(seed)
    assert inner(root, float(0)) == [v for v in order(root) if v.op is not None]


@pytest.mark.parametrize("seed", range(60))
def test_the_gradients_are_those_of_walk_to_the_bit(seed: int) -> None:
    root = random_graph(seed)
    root.backward()
    nodes = order(root)
    found = [v.grad for v in nodes]
    for v in nodes:
        v.grad = 0.0
    root.grad = 1
    sweep([v for v in nodes if v.op is not None])
    assert found == [v.grad for v in nodes]
