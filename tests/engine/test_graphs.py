"""Random graphs of every row: four independent ways to the same derivative.

backward, gradient (a graph), forward mode (written here) and differences of the replayed graph at
50 digits.  How far two of them may differ is counted beside the numbers: Σ over all paths of the
absolute products (`weights`) is what rounding can be a few units of.
"""

from __future__ import annotations

import copy
import math
import pickle
from collections.abc import Callable
from typing import Any

import mpmath
import pytest
from hypothesis import assume, event, given, note, settings
from hypothesis import strategies as st

from tinygrad_fr import ops
from tinygrad_fr.engine import Value
from tinygrad_fr.gradient import gradient
from tinygrad_fr.ops import TABLE, Op
from tinygrad_fr.replay import replay, replay_all, rule
from tinygrad_fr.walk import order

M = mpmath.MPContext()
M.dps = 50
EPS = 2.0**-52
WIDE = {"sum": 0, "dot": 2, "logsumexp": 1, "cross_entropy": 1}

# How any number comes into the domain of a row; the others take all numbers.
COME_IN: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(["asin", "acos", "atanh"], lambda v: ops.tanh(v) * 0.9),
    **dict.fromkeys(["log", "log2", "log10", "log1p", "sqrt", "cbrt"], lambda v: v * v + 0.3),
    **dict.fromkeys(["exp", "exp2", "expm1", "sinh", "cosh"], lambda v: ops.tanh(v) * 3),
    "acosh": lambda v: v * v + 1.5,
    "tan": lambda v: ops.sin(v),
}
COME_IN_SECOND: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(["div", "ratio", "mod", "quotient"], lambda v: v * v + 0.4),
    **dict.fromkeys(["pow", "scaled_power"], lambda v: ops.tanh(v) * 3),
    "power_log": lambda v: v * v + 0.3,
}


@st.composite
def graphs(draw: Any, rows: tuple[str, ...] = tuple(TABLE)) -> tuple[Value, list[Value]]:
    """A root and its leaves: shared nodes, repeated inputs, constants, wide nodes, all rows."""
    number = st.floats(-2.0, 2.0).map(lambda t: round(t, 3))
    leaves = [Value(draw(number)) for _ in range(3)]
    nodes: list[Value] = list(leaves)
    for _ in range(draw(st.integers(1, 9))):
        recent = st.integers(1, len(nodes)).map(lambda k: nodes[-k])
        row = TABLE[draw(st.sampled_from(rows))]
        out = draw_node(draw, row, recent, number)
        nodes.append(out if abs(out.data) < 50 else ops.tanh(out / 50))
    return nodes[-1], leaves


def draw_node(draw: Any, row: Op, node: Any, number: Any) -> Value:
    if row.name in WIDE:
        n = draw(st.integers(max(WIDE[row.name], 1), 4))
        some = st.one_of(node, node, number)
        inputs = [draw(node), *(draw(some) for _ in range(n - 1))]
        if row.name == "dot":
            return ops.dot(inputs, [draw(some) for _ in range(n)])
        if row.name == "cross_entropy":
            return ops.cross_entropy(inputs, draw(st.integers(0, n - 1)))
        return row(*inputs)
    inputs = [draw(node) for _ in range(row.arity or 0)]
    if len(inputs) > 1 and row.name != "clip" and draw(st.booleans()):
        inputs[1] = draw(number)
    if row.name in COME_IN:
        inputs[0] = COME_IN[row.name](inputs[0])
    if row.name in COME_IN_SECOND:
        inputs[1] = COME_IN_SECOND[row.name](inputs[1])
    if row.name in ("pow", "scaled_power"):
        base = {"pow": 0, "scaled_power": 1}[row.name]
        if draw(st.booleans()):  # a whole power of any number, or any power of a positive one
            inputs[base + 1] = draw(st.integers(0, 3))
        else:
            inputs[base] = inputs[base] * inputs[base] + 0.3
            inputs[base + 1] = ops.tanh(inputs[base + 1]) * 3
    if row.name == "clip":
        inputs[1:] = [-abs(inputs[1]) - 0.5, abs(inputs[2]) + 0.5]
    return row(*inputs)  # type: ignore[no-any-return]


# ── the other readings ───────────────────────────────────────────────────────────────────────────


def forward_mode(output: Value, leaf: Value, weigh: Callable[[Any], Any] = lambda d: d) -> Any:
    """∂output/∂leaf carried from the leaf up: every node's slope from its inputs' slopes."""
    slope: dict[Value, Any] = {leaf: 1}
    for v in order(output):
        if v.op is None or v is leaf:
            continue
        inputs = [u.data if isinstance(u, Value) else u for u in v.inputs]
        local = rule(v).local_derivatives(inputs, v.data)
        terms = zip(v.inputs, local, strict=True)
        slope[v] = sum(
            weigh(d) * slope[u] for u, d in terms if isinstance(u, Value) and slope.get(u)
        )
    return slope.get(output, 0)


def same_graph_in(output: Value, leaves: list[Value]) -> tuple[Any, list[Value]]:
    """The graph built once more, of nodes that hold 50 digits."""
    exact = [Value(M.mpf(v.data)) for v in leaves]
    point: dict[Value, Any] = dict(zip(leaves, exact, strict=True))
    point |= {v: M.mpf(v.data) for v in order(output) if v.op is None and v not in point}
    return replay(output, point), exact


def difference(output: Value, leaf: Value) -> tuple[Any, Any] | None:
    """A central difference at 50 digits with its error; None where a node has a kink or a jump."""
    exact = {v: M.mpf(v.data) for v in order(output) if v.op is None}
    h = M.mpf(10) ** -12
    at = lambda t: replay_all(output, {**exact, leaf: exact[leaf] + t})
    here, found = at(0), []
    for step in (h, h / 2):
        up, down = at(step), at(-step)
        for v in here:
            if not abs(up[v] - 2 * here[v] + down[v]) <= 1e-4 * step * (
                1 + abs(up[v] - here[v]) / step
            ):
                return None
        found.append((up[output] - down[output]) / (2 * step))
    wide, narrow = found
    return (4 * narrow - wide) / 3, abs(narrow - wide) + M.mpf(10) ** -30 * (1 + abs(wide))


def compare(graph: tuple[Value, list[Value]]) -> int:
    """All readings against each other at one random graph; how many leaves met the differences."""
    output, leaves = graph
    nodes = order(output)
    if output.op is None or not all(math.isfinite(v.data) for v in nodes):
        return 0
    for v in nodes:
        if any(d is not None and not abs(d) < 1e6 for d in v.partials):
            return 0
    output.backward()
    slopes = gradient(output, leaves)
    twin, exact = same_graph_in(output, leaves)
    twin.backward()
    met = 0
    for leaf, g, fine in zip(leaves, slopes, exact, strict=True):
        weight = abs(forward_mode(output, leaf, abs)) + 1e-12
        rounding = 8 * len(nodes) * EPS * float(weight)
        assert abs(leaf.grad - g.data) <= rounding, "backward and gradient"
        assert abs(leaf.grad - forward_mode(output, leaf)) <= rounding, "backward and forward mode"
        close = difference(output, leaf) if leaf in nodes else (M.mpf(0), M.mpf(0))
        if close is None:
            continue
        right, error = close
        assert abs(fine.grad - right) <= 100 * error + M.mpf(10) ** -15 * weight, (
            "backward at 50 digits and differences"
        )
        met += 1
    return met


@pytest.mark.slow
@given(graphs())
@settings(max_examples=400, deadline=None)
def test_four_readings_of_one_derivative(graph: tuple[Value, list[Value]]) -> None:
    nodes = order(graph[0])
    note(f"{[(v._op, v.data, [nodes.index(u) for u in v._prev]) for v in nodes]}")
    event(f"{compare(graph)} leaves compared with differences")


SMOOTH = tuple(
    set(TABLE) - {"mod", "quotient", "floor", "step", "sign", "ratio", "scaled_power", "power_log"}
)


@given(graphs(rows=tuple(sorted(SMOOTH))))
@settings(max_examples=120, deadline=None)
def test_second_derivatives_are_the_derivative_of_the_first(
    graph: tuple[Value, list[Value]],
) -> None:
    """∂²L/∂u∂v in two orders at 50 digits, and the second as backward of the first's graph."""
    output, leaves = graph
    assume(output.op is not None and len(order(output)) < 25)
    twin, exact = same_graph_in(output, leaves)
    assume(isinstance(twin, Value))
    first = gradient(twin, exact)
    second = [gradient(g, exact) for g in first]
    assume(all(abs(h.data) < 1e9 for line in second for h in line))
    size = 1 + max(abs(h.data) for line in second for h in line)
    kinked = any(
        rule(v).name
        in ("relu", "abs", "maximum", "minimum", "clip", "leaky_relu", "elu", "hypot", "atan2")
        for v in order(twin)
        if v.op is not None
    )
    for i, g in enumerate(first):
        for v in exact:
            v.grad = M.mpf(0)
        g.backward()
        for j, v in enumerate(exact):
            assert abs(v.grad - second[i][j].data) <= M.mpf(10) ** -35 * size
            if not kinked:
                assert abs(second[i][j].data - second[j][i].data) <= M.mpf(10) ** -30 * size


@given(graphs())
@settings(max_examples=100, deadline=None)
def test_copies_replays_and_second_passes_change_nothing(graph: tuple[Value, list[Value]]) -> None:
    output, leaves = graph
    assume(all(math.isfinite(v.data) for v in order(output)))
    assert replay(output) == output.data
    before = [v.data for v in order(output)]
    output.backward()
    once = [v.grad for v in leaves]
    for twin in (copy.deepcopy(output), pickle.loads(pickle.dumps(output))):
        assert [v.data for v in order(twin)] == before
        twin.backward()
    if output.op is not None:
        output.backward()
        for v, g in zip(leaves, once, strict=True):
            assert v.grad == pytest.approx(2 * g, rel=1e-9, abs=1e-9, nan_ok=True)
    assert [v.data for v in order(output)] == before


# ── the walk can fail ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "name", ["tanh", "mul", "dot", "log", "logsumexp", "div", "pow", "gelu", "cross_entropy"]
)
def test_a_rule_wrong_by_half_a_thousandth_is_caught(name: str) -> None:
    row = TABLE[name]
    right = row.partials
    x, y = Value(0.7), Value(0.9)
    try:
        if row.arity is None:
            row.partials = (lambda xs, y: [1.0005 * d for d in right[0](xs, y)],)
        else:
            row.partials = tuple(lambda *a, p=p: 1.0005 * p(*a) for p in right)
        u, v = ops.exp(x) + y, x * y + 1.5
        wide = {
            "dot": lambda: row(u, v, v, u),
            "logsumexp": lambda: row(u, v),
            "cross_entropy": lambda: row(1, u, v),
        }
        out = wide[name]() if name in wide else row(*(u, v)[: row.arity or 0])
        with pytest.raises(AssertionError, match="differences|forward mode|backward and gradient"):
            compare((out + 0.0, [x, y, Value(0.0)]))
    finally:
        row.partials = right
