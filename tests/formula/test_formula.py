"""Write it as a formula: what is read in text and LaTeX, and that it gives the number back."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from fractions import Fraction
from typing import Any

import pytest

from tests.shared import named
from tinygrad_fr.engine import Value
from tinygrad_fr.formula.formula import to_latex, to_mathml, to_text, written
from tinygrad_fr.gradient import gradient
from tinygrad_fr.ops import TABLE, dot
from tinygrad_fr.pages import PAGES
from tinygrad_fr.replay import replay
from tinygrad_fr.spelling import Page
from tinygrad_fr.words import use


def test_whole_formula() -> None:
    w, x, y = named(w=1.0, x=2.0, y=4.0)
    cost = (w * x - y) ** 2
    assert to_text(cost) == "(w·x − y)²"
    assert to_latex(cost) == r"\left(w \cdot x - y\right)^{2}"


def test_numbers_without_a_label_stand_as_numbers() -> None:
    (x,) = named(x=2.0)
    assert to_text(3 * x + 0.1) == "3x + 0.1"
    assert to_text(x - (-4.0)) == "x − (−4)"
    assert to_text(x + -4.0) == "x + (−4)"


def test_shared_nodes_are_named_and_listed() -> None:
    (a,) = named(a=3.0)
    b = a + a
    b.label = "b"
    c = b * b
    with use("en"):
        assert to_text(c) == "b·b\nwith b = a + a"
    with use("fr"):
        assert to_text(c) == "b·b\navec b = a + a"
    assert to_latex(c).splitlines() == [
        r"\begin{aligned}",
        r"L &= b \cdot b \\",
        "b &= a + a",
        r"\end{aligned}",
    ]


def test_a_graph_of_2_to_the_60_paths_stays_short() -> None:
    (x,) = named(x=1.0)
    v = x
    for _ in range(60):
        v = v + v
    with use("en"):
        text = to_text(v)
    assert text.count("\n") == 59
    assert len(text) < 2000


@pytest.mark.slow
def test_long_chain_without_recursion() -> None:
    v: Value = Value(1.0, label="x")
    for _ in range(100_000):
        v = v.tanh()
    assert max(map(len, to_text(v).splitlines())) < 400


def test_foreign_nodes_by_their_name() -> None:
    x, y = named(x=2.0, y=3.0)
    out = Value(8.0, (x, y), "cube")
    assert to_text(out * x) == "cube(x, y)·x"
    assert to_latex(out) == r"\mathrm{cube}\left(x, y\right)"


def test_dot_written_out() -> None:
    w, v, x, y = named(w_1=1.0, w_2=2.0, x_1=3.0, x_2=4.0)
    assert to_text(dot([w, v], [x, y])) == "w₁·x₁ + w₂·x₂"


def test_text_read_back_gives_the_value() -> None:
    a, b, c = named(a=0.7, b=-1.3, c=2.1)
    names = {"a": 0.7, "b": -1.3, "c": 2.1}
    for v in (
        (a - b) * (c - a) / (b * c),
        a - (b - c),
        -(a + b) * c,
        (a / b) / c,
        a / (b / c),
        -((-a) ** 2),
        (a + b) * -c,
        (c**a) ** b,
        c ** (a**2.0),
        2 * (a + b) ** 2 - 3 / c,
    ):
        text = to_text(v)
        for up, down in zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-", strict=True):
            text = text.replace(up, "^" + down)
        text = text.replace("−", "-").replace("·", "*").replace("^", "**")
        text = text.replace("2(", "2*(").replace(")(", ")*(").replace("2)**-", "2)**-")
        assert _value(text, names) == pytest.approx(replay(v), rel=1e-14), text


def _value(text: str, names: dict[str, float]) -> float:
    """The value of an arithmetic expression, by Python's own parser and nothing else."""
    import ast
    import operator

    rules = {
        ast.Add: operator.add,
        ast.Sub: operator.sub,
        ast.Mult: operator.mul,
        ast.Div: operator.truediv,
        ast.Pow: operator.pow,
    }

    def walk(node: Any) -> Any:
        if isinstance(node, ast.BinOp):
            return rules[type(node.op)](walk(node.left), walk(node.right))  # type: ignore[index]
        if isinstance(node, ast.UnaryOp):
            return -walk(node.operand)
        return names[node.id] if isinstance(node, ast.Name) else node.value

    return float(walk(ast.parse(text, mode="eval").body))


# ── derivatives ──────────────────────────────────────────────────────────────────────────────────


def test_a_derivative_is_never_called_L() -> None:
    w, x, b = named(w_1=0.5, x=1.5, b=0.1)
    L = (w * x + b).sigmoid() ** 2
    g = gradient(L, w)
    d = r"\frac{\partial L}{\partial w_{1}}"
    assert to_latex(g).splitlines()[1].startswith(d + " &= 2")
    assert (
        to_latex(gradient(g, b))
        .splitlines()[1]
        .startswith(r"\frac{\partial ^{2}L}{\partial w_{1}\partial b} &=")
    )
    assert "<mfrac><mrow><mi>∂</mi><mi>L</mi></mrow>" in to_mathml(g)
    with use("en"):
        assert to_text(g * g).splitlines()[:2] == [
            "∂L/∂w₁·∂L/∂w₁",
            "with ∂L/∂w₁ = 2u₁·u₁(1−u₁)·x",
        ]
    assert to_latex(g * g + g).splitlines()[1].startswith("u_{2} &= " + d)
    L.label = "C"
    assert r"\frac{\partial C}{\partial w_{1}} &=" in to_latex(gradient(L, w))


def test_a_derivative_inside_a_power_asks_for_parentheses() -> None:
    w, x = named(w=0.5, x=1.5)
    g = gradient((w * x).sigmoid(), w)
    assert to_text(g**2 + g).startswith("(∂L/∂w)² + ∂L/∂w")


# ── MathML ───────────────────────────────────────────────────────────────────────────────────────


def test_mathml_of_a_formula_and_of_what_it_shares() -> None:
    w, x, y = named(w_1=1.0, x=2.0, y_hat=4.0)
    text = to_mathml((2 * w - y) ** 2 / x)
    root = ElementTree.fromstring(text)
    assert root.tag == "{http://www.w3.org/1998/Math/MathML}math"
    assert (
        "<msub><mi>w</mi><mn>1</mn></msub>" in text
        and '<mover accent="true"><mi>y</mi><mo>^</mo></mover>' in text
    )
    assert "<mo>\u2062</mo>" in text and text.count("<mfrac>") == 1 and "·" not in text
    shared = w + x
    text = to_mathml(shared * shared.exp())
    assert text.count("<mtr>") == 2 and ElementTree.fromstring(text) is not None


@pytest.mark.parametrize("label", ["<b>", "a&b", '"', "x</mi>", "<script>alert(1)</script>", "]]>"])
def test_hostile_labels_are_text_in_mathml(label: str) -> None:
    x = Value(2.0, label=label)
    client = Value(1.0, (x,), label)
    for v in (x * x, client + x, x.exp() * x.exp().tanh()):
        root = ElementTree.fromstring(to_mathml(v))
        assert label in {e.text for e in root.iter()} and {
            e.tag.rpartition("}")[2] for e in root.iter()
        } <= {"math", "mrow", "mi", "mo", "mn", "mtext", "msup", "mtable", "mtr", "mtd", "msub"}


def test_a_new_language_writes_every_graph_at_once() -> None:
    class Spoken(Page):
        language = "spoken"
        plus, times = " plus ", " times "

    try:
        a, b = named(a=2.0, b=3.0)
        assert written(a * b + a, "spoken") == "a times b plus a"
        shared = a + b
        assert written(shared * shared, "spoken") == "u_1 = a plus b\nL = u_1 times u_1"
    finally:
        del PAGES["spoken"]


def test_constants_that_have_a_name() -> None:
    pi, e, x = Value(3.14), Value(2.72), Value(0.5, label="x")
    pi.exact, e.exact = "pi", "e"
    assert to_text(2 * pi * x + e**x) == "2π·x + e^x"
    assert to_latex(pi * x) == r"\pi \cdot x"
    assert to_text(gradient(TABLE["erf"](x), x)) == "2/√π·exp(−x²)"
    assert to_text(gradient(TABLE["log10"](x), x)) == "1/(x·ln(10))"


def test_a_line_can_be_read_in_one_way_only() -> None:
    x, n, e = Value(0.5, label="x"), Value(2.0, label="n"), Value(3.0, label="e")
    third = Value(Fraction(1, 3))
    assert to_text(x / third) == "x/(1/3)" and to_text(third * x) == "1/3·x"
    assert to_text(x / n * (1 - x)) == "x/n·(1−x)" and to_text(x**n * (1 - x)) == "x^n·(1−x)"
    assert to_text(TABLE["sqrt"](x) * (1 - x)) == "√x·(1−x)"
    assert to_text(x * (2 * e - 3)) == "x(2e − 3)" and to_text(x * (2 * n - 3)) == "x(2n−3)"
    assert to_text(2 * Value(1.0, label="e3x")) == "2·e3x"
    assert to_text((x / n).tanh() * (1 - x)) == "tanh(x/n)(1−x)"
