"""Gradients as graphs, to order three, against SymPy's formulas; and what gradient promises."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction as F
from itertools import combinations_with_replacement
from typing import Any

import pytest
import sympy

from tinygrad_fr import ops
from tinygrad_fr.engine import Value
from tinygrad_fr.formula.derivation import explain
from tinygrad_fr.gradient import grad, gradient
from tinygrad_fr.ops import TABLE
from tinygrad_fr.picture.view import view
from tinygrad_fr.replay import replay
from tinygrad_fr.walk import order
from tinygrad_fr.words import use

x, y, z = sympy.symbols("x y z", positive=True)
POINT = (0.7, 1.3, 0.4)

# ours, SymPy's: written twice, once in each language.
EXPRESSIONS: list[tuple[str, Callable[..., Any], Any]] = [
    ("polynomial", lambda a, b, c: (a**3 * b - c) ** 2 / b, (x**3 * y - z) ** 2 / y),
    (
        "shared",
        lambda a, b, c: (h := a * b) * h + h / c + a * h,
        (x * y) ** 2 + x * y / z + x**2 * y,
    ),
    ("powers", lambda a, b, c: a**b + 2**c + b**-1.5, x**y + 2**z + y ** sympy.Rational(-3, 2)),
    ("tower", lambda a, b, c: a ** (b**c), x ** (y**z)),
    (
        "angles",
        lambda a, b, c: ops.sin(a * b) * ops.cos(c) / ops.tan(a),
        sympy.sin(x * y) * sympy.cos(z) / sympy.tan(x),
    ),
    (
        "arcs",
        lambda a, b, c: ops.asin(a) + ops.acos(c) * ops.atan(b) + ops.atan2(a, b),
        sympy.asin(x) + sympy.acos(z) * sympy.atan(y) + sympy.atan2(x, y),
    ),
    (
        "hyperbolas",
        lambda a, b, c: ops.sinh(a) * ops.cosh(b) - ops.tanh(a * c),
        sympy.sinh(x) * sympy.cosh(y) - sympy.tanh(x * z),
    ),
    (
        "their arcs",
        lambda a, b, c: ops.asinh(a) * ops.acosh(b) + ops.atanh(c),
        sympy.asinh(x) * sympy.acosh(y) + sympy.atanh(z),
    ),
    (
        "logarithms",
        lambda a, b, c: ops.log(a) * ops.log2(b) + ops.log10(c) * ops.log1p(a),
        sympy.log(x) * sympy.log(y) / sympy.log(2)
        + sympy.log(z) / sympy.log(10) * sympy.log(1 + x),
    ),
    (
        "exponentials",
        lambda a, b, c: ops.exp(a * b) - ops.exp2(c) * ops.expm1(a),
        sympy.exp(x * y) - 2**z * (sympy.exp(x) - 1),
    ),
    (
        "roots",
        lambda a, b, c: ops.sqrt(a * b) + ops.cbrt(c) * ops.hypot(a, b) + ops.square(c),
        sympy.sqrt(x * y) + sympy.cbrt(z) * sympy.sqrt(x**2 + y**2) + z**2,
    ),
    (
        "bells",
        lambda a, b, c: ops.erf(a * b) + ops.erfc(c) * ops.gelu(a),
        sympy.erf(x * y) + sympy.erfc(z) * x * (1 + sympy.erf(x / sympy.sqrt(2))) / 2,
    ),
    (
        "sigmoids",
        lambda a, b, c: ops.sigmoid(a * b) + ops.softplus(c) * ops.silu(a) + ops.logsigmoid(b),
        1 / (1 + sympy.exp(-x * y))
        + sympy.log(1 + sympy.exp(z)) * x / (1 + sympy.exp(-x))
        - sympy.log(1 + sympy.exp(-y)),
    ),
    (
        "wide",
        lambda a, b, c: (
            ops.dot([a, b, a], [b, c, a]) * ops.logsumexp([a, b, c]) + ops.sum([a, a, c])
        ),
        (x * y + y * z + x**2) * sympy.log(sympy.exp(x) + sympy.exp(y) + sympy.exp(z)) + 2 * x + z,
    ),
    (
        "softmax",
        lambda a, b, c: ops.softmax([a, b, c])[1] + ops.log_softmax([a, b])[0] * c,
        sympy.exp(y) / (sympy.exp(x) + sympy.exp(y) + sympy.exp(z))
        + (x - sympy.log(sympy.exp(x) + sympy.exp(y))) * z,
    ),
    (
        "costs",
        lambda a, b, c: ops.cross_entropy([a, b, c], 2) + ops.bce_with_logits(a, c),
        sympy.log(sympy.exp(x) + sympy.exp(y) + sympy.exp(z))
        - z
        - z * sympy.log(1 / (1 + sympy.exp(-x)))
        - (1 - z) * sympy.log(1 / (1 + sympy.exp(x))),
    ),
    (
        "kinks far off",
        lambda a, b, c: (
            ops.relu(a - c) * abs(-b)
            + ops.maximum(a * a, c) * ops.leaky_relu(-a * b, 0.1)
            + ops.clip(a * b, 0.0, 9.0) ** 2
            + ops.elu(-c, 2.0)
        ),
        (x - z) * y
        + x**2 * sympy.Rational(-1, 10) * x * y
        + (x * y) ** 2
        + 2 * (sympy.exp(-z) - 1),
    ),
    ("remainder", lambda a, b, c: (a * b) % c * b, (x * y - 2 * z) * y),
]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ours", "formula"), [case[1:] for case in EXPRESSIONS], ids=[case[0] for case in EXPRESSIONS]
)
def test_all_derivatives_to_order_three(ours: Callable[..., Any], formula: Any) -> None:
    """The function, 3 slopes, 6 second and 10 third derivatives: SymPy's, but for rounding."""
    leaves = [Value(t) for t in POINT]
    known: dict[tuple[int, ...], Any] = {(): ours(*leaves)}
    values = {s: sympy.Rational(t) for s, t in zip((x, y, z), POINT, strict=True)}
    for n in range(4):
        for which in combinations_with_replacement(range(3), n):
            if n:
                known[which] = gradient(known[which[:-1]], leaves[which[-1]])
            right = sympy.diff(formula, *((x, y, z)[i] for i in which)) if n else formula
            expected = float(sympy.N(right.subs(values), 25))
            assert known[which].data == pytest.approx(expected, rel=2e-11, abs=1e-12), which
    assert [v.grad for v in order(known[()])] == [0] * len(order(known[()]))


def test_the_order_of_inputs_does_not_matter() -> None:
    a, b = Value(0.7), Value(1.3)
    L = a**b * ops.tanh(a * b) + a
    mixed = [gradient(gradient(L, u), v).data for u, v in ((a, b), (b, a))]
    assert mixed[0] == pytest.approx(mixed[1], rel=1e-14)


def test_gradient_is_backward() -> None:
    a, b = Value(0.7), Value(1.3)
    h = a * b
    L = ops.dot([h, a], [b, h]) + ops.logsumexp([h, h, 0.5]) - h**3
    L.backward()
    assert [g.data for g in gradient(L, [a, b, h])] == pytest.approx(
        [a.grad, b.grad, h.grad], rel=1e-14
    )


def test_one_value_or_a_list() -> None:
    a, b = Value(2.0), Value(3.0)
    L = a * b
    assert isinstance(gradient(L, a), Value)
    for many in ([a, b], (a, b), iter([a, b])):
        found = gradient(L, many)
        assert isinstance(found, list) and [g.data for g in found] == [3.0, 2.0]
    assert gradient(L, []) == [] and [g.data for g in gradient(L, [a, a])] == [3.0, 3.0]


def test_the_spelling_of_pytorch() -> None:
    a, b = Value(2.0), Value(3.0)
    L = a * a * b
    first = grad(L, [a, b], create_graph=True)
    assert isinstance(first, tuple) and [g.data for g in first] == [12.0, 4.0]
    assert [g.data for g in grad(first[0], (a, b))] == [6.0, 4.0] and grad(L, a)[0].data == 12.0
    assert all(g.op is None for g in grad(L, [a, b], create_graph=False))
    assert (a.grad, b.grad, L.grad) == (0, 0, 0)


def test_an_output_that_is_an_input_and_one_that_depends_on_nothing() -> None:
    a, b = Value(2.0), Value(3.0)
    L = a * a
    assert [g.data for g in gradient(L, [L, a, b])] == [1, 4.0, 0]
    assert gradient(a, a).data == 1 and gradient(a, b).data == 0
    assert gradient(gradient(a * 3, a), a).data == 0
    assert gradient(gradient(gradient(b, a), a), a).data == 0


def test_only_what_leads_to_an_input_is_walked() -> None:
    a, b = Value(2.0), Value(3.0)
    foreign = Value(9.0, (b,), "myop", label="f")
    L = a * a + foreign * 2 + ops.sqrt(Value(0.0))
    assert gradient(L, a).data == 4.0 and gradient(L, foreign).data == 2.0
    for lang, said in (
        ("en", "no rule for the operation 'myop' of node 'f'"),
        ("fr", "aucune règle pour l’opération"),
    ):
        with use(lang), pytest.raises(TypeError, match=said):
            gradient(L, b)


@pytest.mark.parametrize(
    ("output", "inputs"),
    [(1.0, Value(1.0)), (Value(1.0), 1.0), (Value(1.0), [Value(1.0), 2.0]), (Value(1.0), None)],
)
def test_only_values_have_gradients(output: Any, inputs: Any) -> None:
    with use("en"), pytest.raises(TypeError, match=r"gradient\(L, \[w, b\]\) expects Values"):
        gradient(output, inputs)
    with use("fr"), pytest.raises(TypeError, match=r"attend des Value"):
        gradient(output, inputs)


def test_a_gradient_is_a_graph_like_any_other() -> None:
    """It can be walked backward: Newton's method finds √2 from f′ and f″."""
    t = Value(1.0)
    for _ in range(6):
        f = t**3 / 3 - 2 * t
        slope = gradient(f, t)
        t.grad = 0
        slope.backward()
        assert t.grad == gradient(slope, t).data == pytest.approx(2 * t.data, rel=1e-15)
        t = Value(t.data - slope.data / t.grad)
    assert t.data == pytest.approx(math.sqrt(2), rel=1e-15)


def test_exact_gradients_of_gradients() -> None:
    a, b = Value(F(2, 3)), Value(F(5, 7))
    L = ((a * b - 1) ** 3 / 4 + a / b) / 3
    d = gradient(gradient(L, a), b)
    third = sympy.diff(((x * y - 1) ** 3 / 4 + x / y) / 3, x, y).subs(
        {x: sympy.Rational(2, 3), y: sympy.Rational(5, 7)}
    )
    assert isinstance(d.data, F) and d.data == F(int(third.p), int(third.q))


def test_the_gradient_of_a_product_costs_a_few_nodes_each() -> None:
    """No derivative is built twice: the graph of the slope of a chain grows with the chain."""
    t = Value(1.001)
    sizes = []
    for n in (50, 100):
        f: Any = t
        for _ in range(n):
            f = ops.tanh(f) * f
        sizes.append(len(order(gradient(f, t))))
    assert sizes[1] < 2.2 * sizes[0] and sizes[0] < 10 * 100


def test_what_is_made_is_labelled_as_a_derivative() -> None:
    w, x, b = (Value(v, label=n) for v, n in ((0.5, "w_1"), (1.5, "x"), (0.1, "")))
    L = (w * x + b).tanh()
    L.label = "C"
    dw, dx, db = gradient(L, [w, x, b])
    assert [g.label for g in (dw, dx, db)] == ["∂C/∂w_1", "∂C/∂x", "∂C/∂u_3"]
    second = gradient(dw, x)
    assert second.label == "∂²C/∂w_1∂x" and gradient(second, w).label == "∂³C/∂w_1∂x∂w_1"


def test_what_was_there_before_keeps_its_name() -> None:
    w, x = Value(2.0, label="w"), Value(3.0, label="x")
    assert gradient(w * x, w) is x and x.label == "x"
    z = w.exp()
    slope = gradient(z * x, x)  # z, which has no name in this graph either
    assert slope.label == "∂L/∂x" and slope.inputs == (z,) and z.label == ""
    assert gradient(slope, z).data == 1 and gradient(slope, w).data == z.data == slope.data
    assert view(slope).root == "∂L/∂x" and "  ∂L/∂x = a = 7.39" in str(explain(slope))
    assert gradient(w * x, Value(1.0, label="q")).label == ""


FEW = [
    "x**3*y",
    "sin(x)*exp(y)",
    "tanh(x*y)",
    "log(1 + x**2)/y",
    "sqrt(x*y) + x/y",
    "x**y",
    "(x - y)**4",
]


@pytest.mark.parametrize("text", FEW)
def test_three_orders_against_sympy(text: str) -> None:
    symbols = sympy.symbols("x y", positive=True)
    formula = sympy.sympify(text, dict(zip("xy", symbols, strict=True)))
    x, y = Value(0.7), Value(1.3)
    names: dict[str, Any] = {name: TABLE[name] for name in ("sin", "exp", "tanh", "log", "sqrt")}
    ours = eval(text, {**names, "x": x, "y": y})  # the test's own text
    for first in (0, 1):
        for second in (0, 1):
            d1 = gradient(ours, (x, y)[first])
            d2 = gradient(d1, (x, y)[second])
            d3 = gradient(d2, x)
            for found, wrt in ((d1, [first]), (d2, [first, second]), (d3, [first, second, 0])):
                right = sympy.diff(formula, *[symbols[i] for i in wrt])
                at = right.subs(
                    dict(zip(symbols, (sympy.Float(0.7, 30), sympy.Float(1.3, 30)), strict=True))
                )
                assert found.data == pytest.approx(float(at), rel=1e-12)
    assert x.grad == y.grad == 0


def test_gradient_of_one_of_many_and_of_nothing() -> None:
    x, y, z = Value(2.0), Value(3.0), Value(4.0)
    L = x * y
    assert isinstance(gradient(L, x), Value)
    assert [g.data for g in gradient(L, [x, y, z])] == [3.0, 2.0, 0]
    assert gradient(L, L).data == 1 and gradient(x, x).data == 1
    assert [g.data for g in grad(L, [x, y])] == [3.0, 2.0] and grad(L, x, create_graph=False)[
        0
    ].op is None
    with use("en"), pytest.raises(TypeError, match="expects Values, got float"):
        gradient(L, [2.0])


def test_gradient_refuses_a_rule_that_was_replaced() -> None:
    a = Value(2.0)
    h = a * a
    h.label = "h"
    h._backward = lambda: None
    for lang, word in (("en", "'h' was replaced"), ("fr", "'h' a été remplacé")):
        with use(lang), pytest.raises(TypeError, match=word):
            gradient(h + 1, a)
    assert gradient(h * 3, h).data == 3.0 and replay(h, {a: 3.0}) == 9.0
    (h * 3).backward()
    assert a.grad == 0 and h.grad == 3.0


def test_a_slope_of_plain_0_or_1_makes_no_node() -> None:
    x = Value(2.5)
    nowhere = gradient(ops.floor(x) * ops.tanh(x) + x, x)
    assert len(order(nowhere)) < len(order(gradient(ops.sin(x) * ops.tanh(x) + x, x)))
    assert gradient(ops.floor(x) + 3.0, x).op is None
    assert gradient(x + 3.0, x).op is None and gradient(-x, x).data == -1
