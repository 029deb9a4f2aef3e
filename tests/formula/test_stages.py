"""Write it as a formula: cutting a large graph takes a time in proportion to its size."""

from __future__ import annotations

import time
from fractions import Fraction

from tinygrad_fr.engine import Value
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
