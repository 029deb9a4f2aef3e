"""What is written out for speed says nothing new: order and gradients are those of `walk`."""

from __future__ import annotations

import os
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.graphs import FLOATS, same_bits
from tinygrad_fr import ops
from tinygrad_fr.engine import Value
from tinygrad_fr.ops import TABLE
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


@given(st.lists(st.tuples(FLOATS, FLOATS, st.booleans()), max_size=5))
def test_the_written_out_dot_is_its_row(entries: list[tuple[float, float, bool]]) -> None:
    w = [Value(a) for a, _, _ in entries]
    for x in (
        [Value(b) for _, b, _ in entries],
        [b for _, b, _ in entries],
        [Value(b) if v else b for _, b, v in entries],
    ):
        for left, right in ((w, x), (x, w)):
            fast, slow = ops.dot(left, right), TABLE["dot"](*left, *right)
            if not entries:
                assert fast == slow == 0
                continue
            assert fast.op is slow.op and same_bits(fast.data, slow.data)
            assert all(
                a is b or same_bits(a, b) for a, b in zip(fast.inputs, slow.inputs, strict=True)
            )
            for a, b in zip(fast.partials, slow.partials, strict=True):
                assert a is b is None or same_bits(a, b)
