"""Build a graph, walk it backward: programs written for micrograd run with only the import changed.

Each test is one habit of micrograd's clients: its README, its tests, its notebooks, the lecture
that writes it, the courses and forks that extend it.  The numbers are checked against plain Python:
a forward-mode pair of ten lines, or arithmetic by hand.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from tinygrad_fr.engine import Value
from tinygrad_fr.gradient import gradient
from tinygrad_fr.picture.dot import to_dot
from tinygrad_fr.replay import replay


class Pair:
    """A number and its derivative, carried forward: an oracle that knows nothing of graphs."""

    def __init__(self, x: float, d: float = 0.0) -> None:
        self.x, self.d = x, d

    def __add__(self, o: Any) -> Pair:
        o = o if isinstance(o, Pair) else Pair(o)
        return Pair(self.x + o.x, self.d + o.d)

    def __mul__(self, o: Any) -> Pair:
        o = o if isinstance(o, Pair) else Pair(o)
        return Pair(self.x * o.x, self.d * o.x + self.x * o.d)

    def __pow__(self, n: float) -> Pair:
        return Pair(self.x**n, n * self.x ** (n - 1) * self.d)

    def relu(self) -> Pair:
        return self if self.x > 0 else Pair(0.0)

    def __neg__(self) -> Pair:
        return self * -1

    def __sub__(self, o: Any) -> Pair:
        return self + -o

    def __rsub__(self, o: float) -> Pair:
        return -self + o

    def __truediv__(self, o: Any) -> Pair:
        return self * o**-1

    def __rtruediv__(self, o: float) -> Pair:
        return self**-1 * o

    __radd__, __rmul__ = __add__, __mul__


def same_as_forward(f: Callable[..., Any], *at: float) -> None:
    """backward() through f gives what forward mode gives, one input at a time."""
    leaves = [Value(x) for x in at]
    out = f(*leaves)
    out.backward()
    for i, leaf in enumerate(leaves):
        pair = f(*(Pair(x, float(i == j)) for j, x in enumerate(at)))
        assert out.data == pytest.approx(pair.x, rel=1e-14)
        assert leaf.grad == pytest.approx(pair.d, rel=1e-13)


def nodes_of(root: Any) -> set[Any]:
    """Every node below root, found as a client finds it: by walking `_prev`."""
    found, waiting = set(), [root]
    while waiting:
        v = waiting.pop()
        if v not in found:
            found.add(v)
            waiting.extend(v._prev)
    return found


# ── its README and its tests ─────────────────────────────────────────────────────────────────────


def readme(a: Any, b: Any) -> Any:
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


def test_the_readme_s_expression() -> None:
    a, b = Value(-4.0), Value(2.0)
    g = readme(a, b)
    g.backward()
    assert f"{g.data:.4f} {a.grad:.4f} {b.grad:.4f}" == "24.7041 138.8338 645.5773"
    same_as_forward(readme, -4.0, 2.0)
    same_as_forward(readme, 1.5, -0.75)


def test_one_input_used_on_several_paths() -> None:
    def f(x: Any) -> Any:
        z = 2 * x + 2 + x
        q = z.relu() + z * x
        h = (z * z).relu()
        return h + q + q * x

    x = Value(-4.0)
    y = f(x)
    y.backward()
    assert (y.data, x.grad) == (-20.0, 46.0)
    same_as_forward(f, 1.25)


def test_whole_numbers_stay_whole() -> None:
    a, b = Value(3), Value(-2)
    y = a * b + b**2
    y.backward()
    assert (y.data, a.grad, b.grad) == (-2, -2, -1)
    assert type(y.data) is int and repr(a) == "Value(data=3, grad=-2)"


def test_before_any_pass() -> None:
    v = Value(-4.0)
    assert (v.grad, v._op, len(v._prev)) == (0, "", 0)
    assert repr(v) == str(v) == "Value(data=-4.0, grad=0)"
    assert repr([v]) == "[Value(data=-4.0, grad=0)]"
    assert v._backward() is None and v.grad == 0  # a leaf has nothing to hand on


# ── its notebooks ────────────────────────────────────────────────────────────────────────────────


def trace(root: Any) -> tuple[set[Any], set[tuple[Any, Any]]]:
    """Nodes and edges in two sets, by recursion, as the notebook that draws the graph does."""
    nodes: set[Any] = set()
    edges: set[tuple[Any, Any]] = set()

    def build(v: Any) -> None:
        if v not in nodes:
            nodes.add(v)
            for child in v._prev:
                edges.add((child, v))
                build(child)

    build(root)
    return nodes, edges


def test_a_trace_reads_op_data_and_grad() -> None:
    x = Value(1.0)
    y = (x * 2 + 1).relu()
    y.backward()
    nodes, edges = trace(y)
    assert (len(nodes), len(edges)) == (6, 5)
    lines = sorted("%s|data %.2f|grad %.2f" % (n._op, n.data, n.grad) for n in nodes)  # noqa: UP031
    assert lines == [
        "*|data 2.00|grad 1.00",
        "+|data 3.00|grad 1.00",
        "ReLU|data 3.00|grad 1.00",
        "|data 1.00|grad 1.00",
        "|data 1.00|grad 2.00",
        "|data 2.00|grad 1.00",
    ]
    names = {str(id(n)) + n._op for n in nodes if n._op}
    assert len(names) == 3


def test_operation_strings() -> None:
    x, y = Value(0.5), Value(2.0)
    made = [x + y, x * y, x**2, x**-1, x**0.5, x.relu()]
    assert [v._op for v in made] == ["+", "*", "**2", "**-1", "**0.5", "ReLU"]


def test_a_number_becomes_a_node_of_its_own() -> None:
    x = Value(3.0)
    for y, constant in [(x + 7.0, 7.0), (7.0 + x, 7.0), (x * 7.0, 7.0), (7.0 * x, 7.0)]:
        (other,) = set(y._prev) - {x}
        assert (other.data, other._op, len(other._prev)) == (constant, "", 0)
        y.backward()
        assert other.grad == (1.0 if y._op == "+" else 3.0)
    assert set((x**2)._prev) == {x}  # an exponent is not one


def test_hinge_cost_on_a_random_batch() -> None:
    rng = np.random.RandomState(7)
    X, y = rng.randn(40, 2), rng.randint(0, 2, 40) * 2 - 1
    batch = rng.permutation(X.shape[0])[:12]
    w, b = [Value(0.3), Value(-0.2)], Value(0.1)

    def score(row: Any, w: Any, b: Any) -> Any:
        return sum((wi * xi for wi, xi in zip(w, row, strict=True)), b)

    inputs = [list(map(Value, row)) for row in X[batch]]
    scores = [score(row, w, b) for row in inputs]
    losses = [(1 + -yi * s).relu() for yi, s in zip(y[batch], scores, strict=True)]
    data_loss = sum(losses) * (1.0 / len(losses))
    total = data_loss + 1e-4 * sum(p * p for p in [*w, b])
    right = [(yi > 0) == (s.data > 0) for yi, s in zip(y[batch], scores, strict=True)]
    total.backward()

    def plain(p: list[float]) -> float:
        margins = [
            1 - yi * (p[0] * u + p[1] * v + p[2])
            for yi, (u, v) in zip(y[batch], X[batch], strict=True)
        ]
        return sum(max(m, 0.0) for m in margins) / len(margins) + 1e-4 * sum(q * q for q in p)

    at, h = [0.3, -0.2, 0.1], 1e-6
    assert total.data == pytest.approx(plain(at), rel=1e-13)
    for i, p in enumerate([*w, b]):
        up, down = ([q + s * h * (i == j) for j, q in enumerate(at)] for s in (1, -1))
        assert p.grad == pytest.approx((plain(up) - plain(down)) / (2 * h), rel=1e-7, abs=1e-9)
    assert 0 < sum(right) / len(right) < 1


def test_a_grid_of_predictions() -> None:
    """The picture of a boundary: rows of a NumPy mesh become Values, their signs an array."""
    xx, yy = np.meshgrid(np.arange(-1, 1, 0.5), np.arange(-1, 1, 0.5))
    mesh = np.c_[xx.ravel(), yy.ravel()]
    w = [Value(1.0), Value(-2.0)]
    scores = [sum(wi * xi for wi, xi in zip(w, map(Value, row), strict=True)) for row in mesh]
    signs = np.array([s.data > 0 for s in scores]).reshape(xx.shape)
    assert signs.dtype == bool and (signs == (xx - 2 * yy > 0)).all()


# ── the lecture ──────────────────────────────────────────────────────────────────────────────────


def neuron() -> dict[str, Any]:
    """Two weighted inputs, a bias, tanh from exp, the labels given after."""
    x1, x2, w1, w2 = Value(2.0), Value(0.0), Value(-3.0), Value(1.0)
    b = Value(6.8813735870195432)
    s1, s2 = x1 * w1, x2 * w2
    z = s1 + s2
    n = z + b
    e = (2 * n).exp()
    o = (e - 1) / (e + 1)
    named = {
        "x1": x1,
        "x2": x2,
        "w1": w1,
        "w2": w2,
        "b": b,
        "s1": s1,
        "s2": s2,
        "z": z,
        "n": n,
        "o": o,
    }
    for name, v in named.items():
        v.label = name
    return named


def test_labels_assigned_after_construction() -> None:
    v = neuron()
    assert [v[name].label for name in v] == list(v)
    assert Value(1.0).label == "" and Value(1.0, label="a").label == "a"
    assert Value(1.0, (), "", "a").label == "a"
    assert Value(2.0, (v["x1"], v["x2"]), "+", label="s")._op == "+"


def test_tanh_taken_apart_and_whole() -> None:
    v = neuron()
    v["o"].backward()
    n = Value(v["n"].data)
    whole = n.tanh()
    whole.backward()
    assert (whole._op, (n * 1.0).exp()._op, Value(1.0).log()._op) == ("tanh", "exp", "log")
    assert v["o"].data == pytest.approx(math.sqrt(0.5), rel=1e-12)
    assert v["n"].grad == pytest.approx(0.5, rel=1e-12) == pytest.approx(n.grad, rel=1e-12)
    grads = {name: v[name].grad for name in ("x1", "w1", "x2", "w2")}
    assert grads == pytest.approx(
        {"x1": -1.5, "w1": 1.0, "x2": 0.5, "w2": 0.0}, rel=1e-12, abs=1e-15
    )


def test_the_chain_rule_by_hand_node_by_node() -> None:
    x1, w1, x2, w2, b = (Value(x) for x in (2.0, -3.0, 0.0, 1.0, 7.0))
    s1, s2 = x1 * w1, x2 * w2
    z = s1 + s2
    n = z + b
    o = n.relu()
    o.grad = 1.0
    for v in (o, n, b, z, s1, s2):
        assert v._backward() is None
    assert [v.grad for v in (n, z, b, s1, s2)] == [1.0] * 5
    assert [v.grad for v in (x1, w1, x2, w2)] == [-3.0, 2.0, 1.0, 0.0]


def test_an_order_of_one_s_own() -> None:
    """The lecture builds the list itself, visits inputs first, and walks it from the end."""
    v = neuron()
    topo: list[Any] = []
    visited: set[Any] = set()

    def build(u: Any) -> None:
        if u not in visited:
            visited.add(u)
            for child in u._prev:
                build(child)
            topo.append(u)

    build(v["o"])
    v["o"].grad = 1.0
    for u in reversed(topo):
        u._backward()
    w = neuron()
    w["o"].backward()
    assert {k: v[k].grad for k in v} == pytest.approx({k: w[k].grad for k in w}, rel=1e-14)


def test_the_same_input_twice() -> None:
    a = Value(3.0)
    b = a + a
    b.backward()
    assert a.grad == 2.0
    a, b = Value(-2.0), Value(3.0)
    f = (a * b) * (a + b)
    f.backward()
    assert (a.grad, b.grad) == (-3.0, -8.0)


def test_a_bump_by_hand() -> None:
    """The lecture's first check: rebuild with one number moved, and compare."""

    def L(h: float, which: int) -> Any:
        a, b, c, f = (Value(x + h * (i == which)) for i, x in enumerate((2.0, -3.0, 10.0, -2.0)))
        return (a * b + c) * f, (a, b, c, f)

    out, leaves = L(0.0, 0)
    out.backward()
    for i, leaf in enumerate(leaves):
        assert leaf.grad == pytest.approx((L(1e-3, i)[0].data - out.data) / 1e-3, rel=1e-9)


def test_a_training_loop_by_hand() -> None:
    """Rows as plain numbers, zero_grad as a loop, `p.data += -rate * p.grad`."""
    random.seed(3)
    rows, goals = [[2.0, 3.0], [3.0, -1.0], [0.5, 1.0]], [1.0, -1.0, -1.0]
    w, b = [Value(random.uniform(-1, 1)) for _ in range(2)], Value(random.uniform(-1, 1))
    p, q = [v.data for v in w], b.data
    for _ in range(25):
        guesses = [sum((wi * xi for wi, xi in zip(w, row, strict=True)), b) for row in rows]
        loss = sum((out - goal) ** 2 for goal, out in zip(goals, guesses, strict=True))
        for v in [*w, b]:
            v.grad = 0.0
        loss.backward()
        for v in [*w, b]:
            v.data += -0.01 * v.grad
        errors = [p[0] * r[0] + p[1] * r[1] + q - t for r, t in zip(rows, goals, strict=True)]
        assert loss.data == pytest.approx(sum(e * e for e in errors), rel=1e-12)
        p = [p[j] - 0.02 * sum(e * r[j] for e, r in zip(errors, rows, strict=True)) for j in (0, 1)]
        q -= 0.02 * sum(errors)
    assert [*(v.data for v in w), b.data] == pytest.approx([*p, q], rel=1e-12)


# ── the courses and forks ────────────────────────────────────────────────────────────────────────


def cube(v: Any) -> Any:
    """An operation of a client's own: a node, its inputs, a name, and a closure."""
    out = Value(v.data**3, (v,), "cube")

    def step() -> None:
        v.grad += 3 * v.data**2 * out.grad

    out._backward = step  # type: ignore[method-assign]
    return out


def blend(a: Any, b: Any, t: float) -> Any:
    out = Value(t * a.data + (1 - t) * b.data, (a, b), "blend")

    def step() -> None:
        a.grad += t * out.grad
        b.grad += (1 - t) * out.grad

    out._backward = step  # type: ignore[method-assign]
    return out


def test_a_custom_operation_inside_a_larger_graph() -> None:
    a, b = Value(2.0), Value(-1.5)
    inner = a * b
    c = cube(inner)
    y = c * a + blend(c, b, 0.25) + a
    y.backward()
    assert c._op == "cube" and set(c._prev) == {inner}
    assert y.data == -27 * 2 + 0.25 * -27 + 0.75 * -1.5 + 2
    # y = a⁴b³ + ¼a³b³ + ¾b + a
    assert a.grad == 4 * 8 * -3.375 + 0.75 * 4 * -3.375 + 1
    assert b.grad == 3 * 16 * 2.25 + 0.75 * 8 * 2.25 + 0.75


def test_a_custom_operation_at_the_root_and_twice_on_one_input() -> None:
    a = Value(3.0)
    y = cube(a)
    y.backward()
    assert (y.data, y.grad, a.grad) == (27.0, 1, 27.0)
    a = Value(3.0)
    cube(cube(a) * 1e-3).backward()
    assert a.grad == pytest.approx(9 * 3.0**8 * 1e-9, rel=1e-14)


def test_a_custom_chain_deeper_than_the_recursion_limit() -> None:
    """(micrograd stops at about 1,000.)"""
    v = root = Value(1.0)
    for _ in range(3000):
        v = blend(v, v, 0.5)
    v.backward()
    assert root.grad == 1.0


def test_gradient_says_that_it_has_no_rule() -> None:
    a = Value(2.0)
    c = cube(a)
    c.label = "volume"
    for ask in (lambda: gradient(c * a, a), lambda: replay(c * a, {a: 3.0})):
        with pytest.raises(TypeError, match="cube.*volume"):
            ask()
    with pytest.raises(TypeError, match=r"cube.*Value\(data=8\.0"):
        gradient(cube(a) + 1, a)
    assert gradient(c * a, c).data == 2.0  # nothing of the client's lies on that way


def test_a_custom_operation_is_drawn_like_any_other() -> None:
    a = Value(2.0, label="side")
    y = cube(a) * a
    y.backward()
    dot = to_dot(y)
    assert "cube" in dot and "side" in dot


def test_counting_calls_by_wrapping() -> None:
    a, b = Value(2.0), Value(5.0)
    product = a * b
    y = (product + a) * product
    seen: list[float] = []
    before = product._backward

    def counted() -> None:
        seen.append(product.grad)
        before()

    product._backward = counted  # type: ignore[method-assign]
    y.backward()
    # y = (ab + a)·ab = a²b² + a²b
    assert seen == [22.0]  # once, when its gradient is complete: (ab + a) + ab
    assert (a.grad, b.grad) == (2 * 2 * 25 + 2 * 2 * 5, 2 * 4 * 5 + 4)
    assert (product._op, product._prev.__len__(), product.data) == ("*", 2, 10.0)


def test_clipping_a_gradient_on_its_way() -> None:
    a = Value(3.0)
    n = a * 10.0
    y = n**2
    before = n._backward

    def clipped() -> None:
        n.grad = max(-1.0, min(1.0, n.grad))
        before()

    n._backward = clipped  # type: ignore[method-assign]
    y.backward()
    assert (n.grad, a.grad) == (1.0, 10.0)


def test_wrapping_every_operation_of_a_graph() -> None:
    a, b = Value(-4.0), Value(2.0)
    g = readme(a, b)
    times: dict[Any, int] = {}

    def watch(v: Any) -> None:
        before = v._backward

        def watched() -> None:
            times[v] = times.get(v, 0) + 1
            before()

        v._backward = watched

    inner = [v for v in nodes_of(g) if v._op]
    for v in inner:
        watch(v)
    g.backward()
    assert times == dict.fromkeys(inner, 1)
    assert f"{a.grad:.4f} {b.grad:.4f}" == "138.8338 645.5773"


def test_a_replaced_backward_replaces() -> None:
    """Stop-gradient, as a course writes it: the node hands nothing on."""
    a = Value(3.0)
    square = a * a
    square._backward = lambda: None  # type: ignore[method-assign]
    (square + a).backward()
    assert (square.grad, a.grad) == (1.0, 1.0)


@pytest.fixture
def restored() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


def test_methods_replaced_on_the_class(restored: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    plus, times, relu, show = Value.__add__, Value.__mul__, Value.relu, Value.__repr__
    restored.setattr(Value, "__add__", lambda s, o: (calls.append("+"), plus(s, o))[1])
    restored.setattr(Value, "__mul__", lambda s, o: (calls.append("*"), times(s, o))[1])
    restored.setattr(Value, "relu", lambda s: (calls.append("relu"), relu(s))[1])
    restored.setattr(Value, "__repr__", lambda s: "my " + show(s))
    a = Value(2.0)
    y = (a * a + a).relu()
    assert calls == ["*", "+", "relu"]
    y.backward()
    assert (a.grad, repr(a)) == (5.0, "my Value(data=2.0, grad=5.0)")


def test_backward_replaced_on_the_class(restored: pytest.MonkeyPatch) -> None:
    """The walk without an order, as it fails: the class accepts even that."""

    def naive(self: Any) -> None:
        self._backward()
        for child in self._prev:
            if child._prev:
                naive(child)

    restored.setattr(Value, "backward", naive)
    a = Value(3.0)
    b = a * 2
    c = b + b * b
    c.grad = 1.0
    c.backward()
    assert a.grad != 2 + 2 * 2 * 6  # b was walked before its gradient was complete
    restored.undo()
    a = Value(3.0)
    b = a * 2
    (b + b * b).backward()
    assert a.grad == 2 + 2 * 2 * 6


def test_methods_added_to_the_class(restored: pytest.MonkeyPatch) -> None:
    def swish_of_mine(self: Any) -> Any:
        out = Value(self.data / (1 + math.exp(-self.data)), (self,), "mine")

        def step() -> None:
            s = 1 / (1 + math.exp(-self.data))
            self.grad += (s + self.data * s * (1 - s)) * out.grad

        out._backward = step  # type: ignore[method-assign]
        return out

    restored.setattr(Value, "swish_of_mine", swish_of_mine, raising=False)
    restored.setattr(Value, "item", lambda self: self.data, raising=False)
    x = Value(0.5)
    y = (x * 2).swish_of_mine() * 3  # type: ignore[operator]
    y.backward()
    s = 1 / (1 + math.exp(-1.0))
    assert y.item() == pytest.approx(3 * s, rel=1e-14)
    assert x.grad == pytest.approx(6 * (s + s * (1 - s)), rel=1e-14)


def test_tanh_and_exp_written_by_the_client(restored: pytest.MonkeyPatch) -> None:
    """Whoever follows the lecture defines them on the class: theirs are then the ones called."""

    def tanh(self: Any) -> Any:
        t = (math.exp(2 * self.data) - 1) / (math.exp(2 * self.data) + 1)
        out = Value(t, (self,), "tanh")

        def step() -> None:
            self.grad += (1 - t**2) * out.grad

        out._backward = step  # type: ignore[method-assign]
        return out

    restored.setattr(Value, "tanh", tanh)
    n = Value(0.8813735870195432)
    o = n.tanh()
    o.backward()
    assert n.grad == pytest.approx(0.5, rel=1e-12) and o._op == "tanh"


def test_subclasses() -> None:
    class Named(Value):
        def __init__(self, data: Any, _children: Any = (), _op: str = "", name: str = "") -> None:
            super().__init__(data, _children, _op)
            self.name = name

        def double(self) -> Any:
            return self * 2

        def __repr__(self) -> str:
            return f"{self.name}={self.data}"

    a, b = Named(3.0, name="a"), Value(4.0)
    y = a * b + b * a + 2 * a + a.double()
    y.backward()
    assert (y.data, a.grad, b.grad) == (36.0, 12.0, 6.0)
    assert (repr(a), a.name, isinstance(a, Value), a in (a * b)._prev) == ("a=3.0", "a", True, True)
    out = Named(9.0, (a,), "square", name="s")
    out._backward = lambda: setattr(a, "grad", a.grad + 2 * a.data * out.grad)  # type: ignore[method-assign]
    a.grad = 0
    (out + b).backward()
    assert a.grad == 6.0


def test_a_home_made_adam() -> None:
    """Any attribute may be set on a Value: m, v and a step count live on the parameters."""
    target, p = 3.0, Value(0.0)
    p.m, p.v = 0.0, 0.0  # type: ignore[attr-defined]
    x, m, v = 0.0, 0.0, 0.0
    for t in range(1, 30):
        p.grad = 0
        ((p - target) ** 2).backward()
        p.m = 0.9 * p.m + 0.1 * p.grad
        p.v = 0.999 * p.v + 0.001 * p.grad**2
        p.data -= 0.1 * (p.m / (1 - 0.9**t)) / ((p.v / (1 - 0.999**t)) ** 0.5 + 1e-8)
        g = 2 * (x - target)
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        x -= 0.1 * (m / (1 - 0.9**t)) / ((v / (1 - 0.999**t)) ** 0.5 + 1e-8)
    assert p.data == pytest.approx(x, rel=1e-12) and x > 1
    node = p * 2
    node.note = "on inner nodes too"  # type: ignore[attr-defined]
    assert node.note == "on inner nodes too" and not hasattr(p, "note")
    with pytest.raises(AttributeError):
        p.nothing_of_the_kind


def test_identity_is_equality_hash_and_truth() -> None:
    a, b = Value(0.0), Value(0.0)
    assert a == a and a != b and hash(a) != hash(b)
    assert bool(a) and bool(b)  # zero is a node like any other
    assert len({a, b, a}) == 2 and {a: 1, b: 2}[b] == 2
    assert a in [b, a] and b not in [a] and [b, a].index(a) == 1


def test_data_reassigned_between_passes() -> None:
    p = Value(2.0)
    for expected in (4.0, 2.0, 1.0):
        p.grad = 0
        (p * p).backward()
        assert p.grad == expected
        p.data += -0.25 * p.grad


def test_leaves_accumulate_over_graphs() -> None:
    p = Value(2.0)
    (p * 3).backward()
    (p * 4).backward()
    assert p.grad == 7.0
    p.grad = 0
    (p * 4).backward()
    assert p.grad == 4.0


def test_sum_of_generators() -> None:
    values = [Value(float(i)) for i in range(5)]
    start = Value(100.0)
    assert sum(v * v for v in values).data == 30.0  # type: ignore[union-attr]
    total = sum((v * 2 for v in values), start)
    total.backward()
    assert total.data == 120.0 and [v.grad for v in [*values, start]] == [2.0] * 5 + [1.0]


@pytest.mark.parametrize("kind", [np.float64, np.float32, np.int64, int, float, bool])
def test_numpy_scalars_on_either_side(kind: Any) -> None:
    one = kind(1)
    x = Value(0.5)
    pairs = [(x + one, one + x), (x * one, one * x), (x - one, -(one - x))]
    for left, right in pairs:
        assert isinstance(left, Value) and isinstance(right, Value)
        assert left.data == right.data
        x.grad = 0
        (left + right).backward()
        assert x.grad == 2.0
    quotient = one / x
    x.grad = 0
    quotient.backward()
    assert isinstance(quotient, Value) and (quotient.data, x.grad) == (2.0, -4.0)
    assert (Value(kind(1)) * 2.0).data == 2.0


def test_matrix_products_of_object_arrays() -> None:
    W = np.array([[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]])
    x = np.array([Value(5.0), Value(-1.0)])
    assert W.dtype == x.dtype == object and W.shape == (2, 2)
    z = W @ x
    y = (z * z).sum()
    y.backward()
    assert [v.data for v in z] == [3.0, 11.0] and y.data == 130.0
    assert [[v.grad for v in row] for row in W] == [[30.0, -6.0], [110.0, -22.0]]
    assert [v.grad for v in x] == [72.0, 100.0]
    assert isinstance(np.dot(np.array([1.0, 2.0]), x), Value)
    assert (W.T @ np.array([1.0, 1.0]))[0].data == 4.0
    assert [v.data for v in x * np.array([2.0, 3.0]) + 1] == [11.0, -2.0]


def test_numpy_s_functions_on_arrays_of_values() -> None:
    numbers = np.array([0.3, -0.7, 1.2])
    leaves = np.array([Value(x) for x in numbers])
    for f, slope in [
        (np.exp, np.exp),
        (np.tanh, lambda a: 1 - np.tanh(a) ** 2),
        (np.cos, lambda a: -np.sin(a)),
    ]:
        for v in leaves:
            v.grad = 0
        out = f(leaves)
        out.sum().backward()
        assert [v.data for v in out] == pytest.approx(list(f(numbers)), rel=1e-14)
        assert [v.grad for v in leaves] == pytest.approx(list(slope(numbers)), rel=1e-13)
    for v in leaves:
        v.grad = 0
    (leaves**2).mean().backward()
    assert [v.grad for v in leaves] == pytest.approx(list(2 * numbers / 3), rel=1e-14)
    assert np.exp(Value(0.0)).data == 1.0


def test_an_array_of_values_is_centred_and_scaled() -> None:
    """Batch normalisation as people write it: np.var asks every entry for its conjugate."""
    numbers = np.array([0.3, -0.7, 1.2])
    leaves = np.array([Value(x) for x in numbers])
    scaled = (leaves - leaves.mean()) / np.std(leaves, ddof=1)
    expected = (numbers - numbers.mean()) / numbers.std(ddof=1)
    assert [v.data for v in scaled] == pytest.approx(list(expected), rel=1e-14)
    leaves.var().backward()
    slopes = 2 * (numbers - numbers.mean()) / 3
    assert [v.grad for v in leaves] == pytest.approx(list(slopes), rel=1e-13)


def test_an_array_beside_a_value() -> None:
    v = Value(2.0)
    for out in (v * np.array([1.0, 2.0]), np.array([1.0, 2.0]) * v):
        assert isinstance(out, np.ndarray) and [u.data for u in out] == [2.0, 4.0]
    v.grad = 0
    (v + np.array([1.0, 2.0])).sum().backward()
    assert v.grad == 2.0


def test_max_and_sorted_compare_data() -> None:
    a, b, c = Value(2.0), Value(-1.0), Value(0.5)
    assert max(a, b, c) is a and min(a, b, c) is b and max(a, b) is a
    assert sorted([a, b, c]) == [b, c, a]
    assert sorted([a, b, c], key=lambda v: -v.data) == [a, c, b]
    assert a > b and a >= 2.0 and b < 0 and 1 > c and not a <= c  # noqa: SIM300
    assert np.argmax(np.array([b, c, a])) == 2
    hinge = max(Value(0.0), 1 - a * b)
    hinge.backward()
    assert (a.grad, b.grad) == (1.0, -2.0)


# ── where micrograd's answer is another one ──────────────────────────────────────────────────────


def test_backward_twice_doubles_the_leaves() -> None:
    """(micrograd's inner nodes keep the first pass: its second adds 19, not 7.)"""
    a = Value(3.0)
    y = a * a * 1 + a
    y.backward()
    assert a.grad == 7.0
    y.backward()
    assert a.grad == 14.0 and y.grad == 1
    b = Value(2.0)
    z = cube(b * 1.0) + b  # a client's own operation among them
    for times in (1, 2, 3):
        z.backward()
        assert b.grad == times * 13.0


def test_subtraction_and_division_are_operations_of_their_own() -> None:
    """(micrograd writes a − b as a + b·(−1), and a/b as a·b**−1.)"""
    a, b = Value(1.0), Value(4.0)
    assert ((a - b)._op, (a / b)._op, (-a)._op) == ("-", "/", "neg")
    assert (a - b)._prev == (a, b) and (a * a)._prev == (a, a)


def test_sums_longer_than_the_recursion_limit() -> None:
    """(micrograd fails on a sum of 996.)"""
    values = [Value(1.0) for _ in range(5000)]
    total: Any = sum(values)
    total.backward()
    assert total.data == 5000.0 and {v.grad for v in values} == {1.0}
