"""Write it as a formula: cutting a large graph takes a time in proportion to its size."""

from __future__ import annotations

import random
import time
from fractions import Fraction

from tinygrad_fr import ops
from tinygrad_fr.engine import Value, as_leaf
from tinygrad_fr.formula.constants import exactly
from tinygrad_fr.formula.derivation import explain
from tinygrad_fr.formula.product import Factor, Product, Sum
from tinygrad_fr.formula.stages import Stages
from tinygrad_fr.nn.described import described
from tinygrad_fr.walk import order


def cost(n: int) -> Value:
    return described(f"2-{n}-{n}-1", seed=3, x="0.8 -1.2", y="1").output


def microseconds_a_node(output: Value) -> float:
    """The best of three, in the time of this process."""
    found = []
    for _ in range(3):
        start = time.process_time()
        Stages(output, None, "course")
        found.append(time.process_time() - start)
    return 1e6 * min(found) / len(order(output))


def test_seventeen_times_as_many_nodes_take_seventeen_times_as_long() -> None:
    """Where a list is searched for each node, a node of the large net takes 15 times as long."""
    small, large = microseconds_a_node(cost(10)), microseconds_a_node(cost(50))
    assert large < 4 * small, (small, large)


def test_what_arrives_is_added_up_in_the_order_of_the_graph() -> None:
    """Of three users of w, the first one's product stands first."""
    w, x = Value(2.0, label="w"), [Value(1.0 + i, label=f"x_{i}") for i in range(3)]
    u, v, z = (w * xi for xi in x)
    for name, node in {"u": u, "v": v, "z": z}.items():
        node.label = name
    stages = Stages(u * v * z, [w], "neutral")
    ways = [p.factors for p in stages.gradients[w].products]
    assert [f[-1].what for f in ways] == x


def test_equal_products_are_counted_and_opposite_ones_vanish() -> None:
    one = Fraction(1)
    a, b = (Product(one, (Factor(0, name),)) for name in "ab")
    less = Product(-one, b.factors)
    found = Sum.of([Sum((a, b)), Sum((a,)), Sum((less,))])
    assert found == Sum((Product(2 * one, a.factors),))


def spaghetti(n: int) -> Value:
    """n steps without names, each from two of the thirty before it, nested and shared."""
    draw = random.Random(1)
    steps = [Value(draw.uniform(-1, 1), label=f"x_{i}") for i in range(8)]
    for _ in range(n):
        a, b = draw.choice(steps[-30:]), draw.choice(steps[-30:])
        steps.append(draw.choice([lambda a, b: a + b, lambda a, b: a * b, tanh, sub])(a, b))
    return ops.sum(steps[-20:])


def tanh(a: Value, b: Value) -> Value:
    return a.tanh()


def sub(a: Value, b: Value) -> Value:
    return a - b


def test_nested_and_shared_steps_are_derived_in_good_time() -> None:
    """Where a node is looked into as often as there are ways to it, this takes minutes."""
    start = time.process_time()
    assert len(explain(spaghetti(320), all=True).lines) > 300
    assert time.process_time() - start < 20


def test_a_number_made_from_numbers_is_exact_however_deep() -> None:
    one = as_leaf(1)
    third = one / 3
    assert exactly(third * 3 - 1) == 0 and exactly(third) == Fraction(1, 3)
    v = as_leaf(2)
    for _ in range(3000):
        v = v * 1 + 0
    assert exactly(v) == 2 and exactly(0.1) == Fraction(1, 10)
    w = Value(2.0, label="w")
    assert exactly(v * w) is None and exactly(as_leaf(0.1 + 0.2)) is None
    assert exactly(ops.exp(one)) is None
