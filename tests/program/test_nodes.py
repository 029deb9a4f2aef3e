"""The walk of the lift: each after its inputs, who is shared, which leaves move."""

from __future__ import annotations

import random

import pytest

from tinygrad_fr.engine import Value
from tinygrad_fr.gradient import gradient
from tinygrad_fr.ops import dot, tanh
from tinygrad_fr.program.nodes import Walk
from tinygrad_fr.walk import order


def users(*roots: Value) -> dict[Value, int]:
    """How many inputs lead to each node."""
    count: dict[Value, int] = {}
    for v in {v for root in roots for v in order(root)}:
        for u in v.inputs:
            if isinstance(u, Value):
                count[u] = count.get(u, 0) + 1
    return count


def drawn(seed: int) -> tuple[Value, list[Value]]:
    """A graph of any shape, and half of its leaves."""
    r = random.Random(seed)
    leaves = [Value(r.uniform(0.5, 1.5)) for _ in range(4)]
    pool = list(leaves)
    for _ in range(r.randint(1, 25)):
        a, b = r.choice(pool), r.choice(pool)
        pool.append(
            r.choice(
                [
                    lambda a, b: a + b,
                    lambda a, b: a * b,
                    lambda a, b: a - 2.0,
                    lambda a, b: a**2,
                    lambda a, b: tanh(a),
                    lambda a, b: dot([a, b], [b, a]),
                    lambda a, b: dot(leaves, leaves),
                    lambda a, b: dot([a, b], [0.5, 2.0]),
                ]
            )(a, b)
        )
    return pool[-1] + pool[r.randrange(len(pool))], leaves[::2]


@pytest.mark.parametrize("seed", range(200))
def test_an_order_and_who_is_shared(seed: int) -> None:
    L, moving = drawn(seed)
    walk = Walk((L,))
    nodes, below = walk.nodes, order(L)
    assert set(nodes) == set(walk.visited) == {v for v in below if v.op is not None}
    assert len(nodes) == len(walk.visited) == len(set(nodes))
    assert set(walk.leaves) == {v for v in below if v.op is None}
    place = {v: i for i, v in enumerate(nodes)}
    for v in nodes:
        assert all(place[u] < place[v] for u in v.inputs if u in place)
    assert walk.shared == {u for u, n in users(L).items() if n > 1 and u.op is not None}


def test_derivatives_share_much() -> None:
    a, b, c, x = (Value(n) for n in (2.0, 3.0, 5.0, 7.0))
    z = a * x + b
    L = gradient(z * tanh(z) + dot([a, b], [z, c]), a)
    walk = Walk((L,))
    assert set(walk.nodes) == {v for v in order(L) if v.op is not None}
    assert walk.shared == {u for u, n in users(L).items() if n > 1 and u.op is not None}


def test_leaves_are_in_the_order_in_which_one_reads() -> None:
    a, b, c, d = (Value(n) for n in (2.0, 3.0, 5.0, 7.0))
    assert Walk((d * tanh(c * a) + b * d,)).leaves == [d, c, a, b, d]
    assert Walk((dot([a, b], [c, a]),)).leaves == [a, b, c, a]


def test_numbers_are_no_leaves() -> None:
    a, b = Value(2.0), Value(3.0)
    walk = Walk((dot([tanh(b), a], [0.5, b]) ** 3,))
    assert walk.numbers == [3, 0.5] and walk.leaves == [a, b, b]


def test_a_second_root_is_walked_too() -> None:
    a, b = Value(2.0), Value(3.0)
    one, other = a * b, tanh(b)
    assert Walk((one, other)).nodes == [one, other] and Walk((a,)).leaves == [a]
