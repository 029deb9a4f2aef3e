"""Draw it: what nodes are called, and their formulas one level deep."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.picture.graphs import by_name, named
from tinygrad_fr.engine import Value
from tinygrad_fr.gradient import gradient
from tinygrad_fr.ops import cross_entropy, dot, logsumexp
from tinygrad_fr.ops import sum as total
from tinygrad_fr.picture.dot import to_dot
from tinygrad_fr.picture.draw import draw
from tinygrad_fr.picture.names import listed, shown_name
from tinygrad_fr.picture.view import View, view
from tinygrad_fr.places import scope
from tinygrad_fr.reading.expression import parse
from tinygrad_fr.words import use


def test_names_of_unnamed_nodes() -> None:
    w, x, y = named(w=1.0, x=2.0, y=4.0)
    seen = view((w * x - y) ** 2)
    assert [f"{n.name} = {n.expression}" for n in seen.nodes if n.expression] == [
        "u₁ = w·x",
        "u₂ = u₁ − y",
        "L = u₂²",
    ]
    assert seen.root == "L"


def test_the_name_of_the_output_avoids_what_is_taken() -> None:
    (cost,) = named(L=2.0)
    assert view(cost * 2).root == "u₁"


def test_a_derivative_is_never_called_l() -> None:
    w, x = named(w_1=3.0, x=2.0)
    g = gradient(w**3 * x**2, w)  # 3w²·x²
    g.backward()
    seen = view(g)
    assert seen.root == "∂L/∂w₁"
    last = seen.nodes[-1]
    assert (last.name, last.kind, last.data) == ("∂L/∂w₁", "derivative", 108)
    assert "cost" not in to_dot(g) and "derivative" in to_dot(g)
    assert "coût" not in to_dot(g, lang="fr") and "dérivée" in to_dot(g, lang="fr")
    assert "∂²L/∂w₁∂·" in to_dot(g) and "∂∂" not in to_dot(g) and "∂∂" not in draw(g).svg
    again = view(gradient(g, x))
    assert again.root == "∂²L/∂w₁∂x"
    assert [view(v).root for v in (g * 2, x * 2)] == ["u₃", "L"]  # the first L is another one


def test_awkward_labels_stay_in_one_line() -> None:
    assert shown_name("two\nlines") == "two↵lines"
    assert shown_name("a\x00b\x1b\ud800") == "a\ufffdb\ufffd\ufffd"
    assert len(shown_name("q" * 500)) == 40
    assert shown_name("q" * 500).endswith("…")


def test_decimal_commas_and_lists() -> None:
    x = Value(0.25, label="x")
    with use("fr"):
        seen = view(x.clip(0.5, 0.75))
    assert [n.expression for n in seen.nodes if n.expression] == ["clip(x\u202f; 0,5\u202f; 0,75)"]


def test_the_index_of_a_class_is_no_name() -> None:
    zs = named(z_1=0.0, z_2=0.0)
    cost = cross_entropy(zs, 1)  # softmax is ½, ½: the slopes are ½ − 0 and ½ − 1
    cost.backward()
    seen = view(cost)
    assert by_name(seen)["L"].expression == "cross_entropy(1, z₁, z₂)"
    assert [(edge.formula, edge.local) for edge in seen.edges] == [
        ("exp(z₁ − z₂ − L)", pytest.approx(0.5)),
        ("expm1(−L)", pytest.approx(-0.5)),
    ]


def test_a_group_with_2_to_the_60_paths() -> None:
    (x,) = named(x=1.0)
    with scope("neuron", 1):
        v = x
        for _ in range(40):
            v = v * v
    v.backward()
    assert len(view(v, level="neuron").nodes) == 2


def test_a_label_keeps_forty_letters_in_its_box_and_twenty_four_in_a_formula() -> None:
    for length in (24, 25, 40, 41):
        seen = view(Value(1.0, label="q" * length) * 2)
        assert seen.nodes[0].name == ("q" * length if length < 41 else "q" * 39 + "…")
        shown = "q" * length if length < 25 else "q" * 23 + "…"
        assert seen.nodes[1].expression == f"{shown}·2"


def test_four_digits_in_a_formula_three_beside_it() -> None:
    (x,) = named(x=1.0)
    assert view(x * 1.23456).nodes[1].expression == "x·1.235"


def test_long_sums_lose_their_middle() -> None:
    def shown(n: int, label: str = "x") -> str:
        seen = view(total([Value(1.0, label=f"{label}_{i}") for i in range(1, n + 1)]))
        return seen.nodes[-1].expression

    assert shown(6) == "x₁ + x₂ + x₃ + x₄ + x₅ + x₆"
    assert shown(7) == "x₁ + x₂ + x₃ + x₄ + … + x₇"
    assert shown(100) == "x₁ + … + x₁₀₀"
    assert shown(4, "q" * 10) == " + ".join(f"{'q' * 10}{i}" for i in "₁₂₃₄")  # 44 letters
    assert shown(4, "q" * 11) == f"{'q' * 11}₁ + … + {'q' * 11}₄"  # 48
    (x,) = named(x=1.0)
    u = Value(2.0, tuple(named(a=1.0, b=1.0, c=1.0, d=1.0, e=1.0, f=1.0, g=1.0)), "f")
    assert view(u * x).nodes[-3].expression == "f(a, b, c, …, g)"
    u = Value(2.0, tuple(named(a=1.0, b=1.0, c=1.0, d=1.0, e=1.0, f=1.0)), "f")
    assert view(u * x).nodes[-3].expression == "f(a, b, c, d, e, f)"
    for op, shown in (("f" * 16, "f" * 16), ("f" * 17, "f" * 15 + "…")):
        assert view(Value(2.0, (x,), op)).nodes[-1].expression == f"{shown}(x)"


def test_thirty_four_characters_still_stand_beside_an_arrow_or_in_a_box() -> None:
    def power(n: int) -> str:
        a, b = Value(2.0, label="a" * n), Value(3.0, label="b" * 7)
        return view(a**b).edges[0].formula

    def neuron(p: int, q: int, a: int) -> View:
        one, other = Value(0.5, label="p" * p), Value(0.3, label="q" * q)
        with scope("neuron", 1):
            out = (one * other).tanh()
        out.label = "a" * a
        return view(out * 1, level="neuron")

    def expression(q: int) -> str:
        return next(n.expression for n in neuron(24, q, 1).nodes if n.kind == "group")

    assert power(12) == f"{'b' * 7}·{'a' * 12}^({'b' * 7} − 1)" and len(power(12)) == 34
    assert power(13) == ""
    assert [len(neuron(1, 23, n).edges[0].formula) for n in (4, 5, 6)] == [33, 34, 0]
    assert expression(3) == f"tanh({'p' * 24}·qqq)" and len(expression(3)) == 34
    assert expression(4) == "tanh(…)"


def test_sixty_inputs_or_nodes_are_still_spelled() -> None:
    for n, formula in ((60, "exp(x₁ − L)"), (61, "")):
        xs = [Value(0.1, label=f"x_{i}") for i in range(1, n + 1)]
        assert view(logsumexp(xs), level="operation").edges[0].formula == formula
    for members, formula in ((60, "w"), (61, ""), (62, "")):
        (x,) = named(x=1.0)
        with scope("neuron", 1):
            v = x * Value(2.0, label="w")
            for _ in range(members - 2):
                v = -v
        seen = view(v * 1, level="neuron")
        assert [n.count for n in seen.nodes if n.kind == "group"] == [members]
        assert seen.edges[0].formula == formula


def test_a_neuron_is_written_on_what_enters_it() -> None:
    def title(n: int) -> str:
        xs = [Value(1.0, label=f"x_{i}") for i in range(1, n + 1)]
        with scope("neuron", 1):
            a = (dot([Value(0.1, label=f"w_{i}") for i in range(1, n + 1)], xs) - 1).tanh()
        return next(n.expression for n in view(a * 1, level="neuron").nodes if n.kind == "group")

    assert title(2) == "tanh(w₁·x₁ + w₂·x₂ − 1)"
    assert title(4) == "tanh(w₁·x₁ + … + w₄·x₄ − 1)"


def test_the_function_of_a_layer() -> None:
    def written(layer: Callable[[Value, Value, int], Value]) -> str:
        x, w, v = named(x=1.0, w=2.0, v=3.0)
        with scope("layer", 1):
            outs = [layer(x, u, i) for i, u in enumerate((w, v))]
        seen = view(outs[0] * outs[1], level="layer")
        return next(n.expression for n in seen.nodes if n.kind == "group")

    assert written(lambda x, w, i: dot([w], [x]).tanh()) == "tanh(W·x + b)"
    assert written(lambda x, w, i: dot([w], [x]) + 1) == "W·x + b"
    assert written(lambda x, w, i: dot([w], [x])) == "W·x + b"
    assert written(lambda x, w, i: (x * 2).tanh()) == "tanh(…)"
    assert written(lambda x, w, i: x + w) == ""
    assert written(lambda x, w, i: x.tanh() if i else x.sin()) == ""


def test_lists_in_a_formula_have_semicolons_beside_decimal_commas() -> None:
    assert listed("max(0,5, x)") == "max(0,5, x)"
    with use("fr"):
        assert listed("max(0,5, x)") == "max(0,5\u202f; x)"
        assert listed("max(a, x)") == "max(a, x)"


def test_pi_and_e_are_called_by_their_names() -> None:
    L = parse("2π*x + e**x", {"x": 0.5})
    seen = view(L, "operation")
    assert {n.expression for n in seen.nodes} >= {"2π", "e^x"}
