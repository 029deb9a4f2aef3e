"""Write it as a formula: the derivation on the board, line for line, and worked out."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.shared import named, neuron
from tinygrad_fr import ops
from tinygrad_fr.demos.backpropagation import X, Y, network
from tinygrad_fr.engine import Value
from tinygrad_fr.formula.board import board
from tinygrad_fr.formula.derivation import Derivation, explain
from tinygrad_fr.formula.names import pretty
from tinygrad_fr.formula.product import Ref, Sum, Working, nodes_of
from tinygrad_fr.gradient import gradient
from tinygrad_fr.nn import losses
from tinygrad_fr.ops import TABLE, DomainError, absolute, bce_with_logits, relu, sigmoid, tanh
from tinygrad_fr.reading.expression import parse
from tinygrad_fr.reading.values import parse_values
from tinygrad_fr.replay import replay, replay_all, rule
from tinygrad_fr.walk import order
from tinygrad_fr.words import number, use

GOLDEN = Path(__file__).parent / "golden"


def one_neuron() -> Value:
    return neuron()[0]


def two_three_two() -> Value:
    x = [Value(v, label=f"x_{i}") for i, v in enumerate(X[0], start=1)]
    y = [Value(v, label=f"y_{i}") for i, v in enumerate(Y[0], start=1)]
    return losses.squared_error([network()(x)], [y])


def typed(text: str, values: str) -> Callable[[], Value]:
    return lambda: parse(text, parse_values(values.split()))


NEURON = "z = w*x + b; a = sigmoid(z); L = "
VALUES = "w=0.5 x=1.5 b=0.1 y=1"
GRAPHS: dict[str, Callable[[], Value]] = {
    "one-neuron": one_neuron,
    "2-3-2": two_three_two,
    "half-squared": typed(NEURON + "1/2*(a - y)^2", VALUES),
    "l1": typed(NEURON + "|a - y|", VALUES),
    "bce": typed(NEURON + "-(y*ln(a) + (1 - y)*ln(1 - a))", VALUES),
    "softmax": typed(
        "z_1^[1] = w_1^[1]*x + b_1^[1]; z_2^[1] = w_2^[1]*x + b_2^[1]; "
        "z_3^[1] = w_3^[1]*x + b_3^[1]; p = softmax(z_1^[1], z_2^[1], z_3^[1]); "
        "L = -(y_1*ln(p_1) + y_2*ln(p_2) + y_3*ln(p_3))",
        "x=2 w_1^[1]=0.5 b_1^[1]=0.1 w_2^[1]=-0.3 b_2^[1]=0.2 w_3^[1]=0.8 b_3^[1]=0 "
        "y_1=0 y_2=0 y_3=1",
    ),
    "mean-of-neurons": typed(
        "L_1 = (sigmoid(w*x_1 + b) - y_1)^2; L_2 = (sigmoid(w*x_2 + b) - y_2)^2; L = (L_1 + L_2)/2",
        "w=0.5 b=0.1 x_1=1.5 y_1=1 x_2=-0.5 y_2=0",
    ),
    "mean-of-lines": typed(
        "L_1 = (w*x_1 - y_1)^2; L_2 = (w*x_2 - y_2)^2; L_3 = (w*x_3 - y_3)^2; "
        "L = (L_1 + L_2 + L_3)/3",
        "w=1 x_1=1 y_1=2 x_2=2 y_2=4 x_3=3 y_3=6",
    ),
}


@pytest.mark.parametrize("case", sorted(path.stem for path in GOLDEN.iterdir()))
def test_as_it_stands_on_the_board(case: str) -> None:
    graph, notation, lang = case.rsplit("-", 2)
    expected = (GOLDEN / f"{case}.txt").read_text("utf-8")
    with use(lang):
        assert str(explain(GRAPHS[graph](), notation=notation)) == expected.rstrip("\n")


def test_every_graph_is_on_the_board_in_both_languages() -> None:
    seen = [path.stem.rsplit("-", 2) for path in GOLDEN.iterdir()]
    assert {(graph, lang) for graph, _, lang in seen} == {
        (graph, lang) for graph in GRAPHS for lang in ("en", "fr")
    }


CANCELLED = 1e-10  # 1/3 + 1/3 − 2/3 in floats: twelve digits cannot say what is left


def read_back(found: Derivation, near: float = 1e-9) -> int:
    """Type every printed line again, with what its names stand for; gives how many there are."""
    values = {str(found.name(key, board())): x for key, x in found.values().items()}
    seen = 0
    for section in found.sections():
        for line in section.lines:
            if "Σ" in line.formula or line.sign != "=":
                continue
            seen += 1
            for text in filter(None, (line.formula, line.short)):
                worked = float(parse(text, values).data)
                assert worked == pytest.approx(values[line.symbol], rel=near, abs=near), line
            if line.numbers and abs(values[line.symbol]) > CANCELLED:
                worked, value = float(parse(line.numbers, {}).data), values[line.symbol]
                tie = worked == pytest.approx(value, rel=1e-14)  # 9.755 is 9.75 or 9.76
                assert tie or number(worked) == line.value, line
    return seen


@pytest.mark.parametrize("notation", ["course", "delta", "neutral"])
@pytest.mark.parametrize("graph", GRAPHS)
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_every_line_typed_again_gives_its_value(graph: str, notation: str, lang: str) -> None:
    with use(lang):
        seen = read_back(explain(GRAPHS[graph](), notation=notation))
    assert seen >= {"2-3-2": 33, "mean-of-lines": 2}.get(graph, 5)


@pytest.mark.parametrize("notation", ["course", "delta", "neutral"])
@pytest.mark.parametrize("graph", GRAPHS)
def test_every_line_is_the_gradient_at_50_digits(graph: str, notation: str) -> None:
    """At ten points: each line, and each short form, is what the table's partials give."""
    found = explain(GRAPHS[graph](), notation=notation)
    stages, dice, digits = found.stages, random.Random(5), mpmath.mp.clone()
    digits.dps = 50
    inner = [v for v in stages.forward if v.op is not None and v in stages.names]
    slopes = dict(zip(inner, gradient(stages.output, inner), strict=True))
    leaves = [v for v in order(stages.output) if v.op is None]
    slopes |= dict(zip(leaves, gradient(stages.output, leaves), strict=True))
    for _ in range(10):
        forward = {v: digits.mpf(v.data if v.constant else dice.uniform(0.1, 0.9)) for v in leaves}
        for *others, last in {x.short.given for x in found.lines if x.short and x.short.given}:
            forward[last] = 1 - sum(forward[y] for y in others)  # what the short form needs
        for v in stages.forward:
            forward |= replay_all(v, forward)
        names = {
            x.name: replay(slopes[x.node], forward)
            for x in found.lines
            if x.kind in ("gradient", "parameter")
        }
        names |= {
            x.name: rule(x.node).local_derivative(0, [forward[x.node.inputs[0]]], forward[x.node])
            for x in found.lines
            if x.kind == "slope"
        }
        for line in found.lines:
            expected = forward[line.node] if line.kind == "forward" else names[line.name]
            for short in (False, True):
                worked = found.spelled(line, Working(digits), (forward | names).get, short)
                assert abs(worked - expected) <= abs(expected) * digits.mpf(10) ** -45, line


def test_nobody_s_grad_moves() -> None:
    output = two_three_two()
    for v in order(output):
        v.grad = 7.0
    str(explain(output))
    assert all(v.grad == 7.0 for v in order(output))
    assert [v.label for v in order(output)] == [v.label for v in order(two_three_two())]


def test_a_client_s_own_rule_is_refused_in_one_line_that_names_it() -> None:
    x = Value(2.0, label="x")
    cube = Value(8.0, (x,), "cube")
    cube.label = "c"
    with use("en"), pytest.raises(TypeError, match="'cube'.*'c'") as caught:
        explain(cube * x, wrt=x)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_what_cannot_be_explained_is_said(lang: str) -> None:
    x = Value(2.0, label="x")
    with use(lang), pytest.raises(TypeError, match="explain"):
        explain(x)
    with use(lang), pytest.raises(ValueError, match="neutral"):
        explain(x * x, notation="deltas")


GRAPHS_MADE = int(os.environ.get("RANDOM_GRAPHS", "100"))
UNARY = [row for row in TABLE.values() if row.arity == 1 and row.kind != "guard"]
BINARY = ["add", "sub", "mul", "div", "maximum", "hypot", "pow"]


@st.composite
def graphs(draw: st.DrawFn) -> Value:
    """A cost of random rows on labelled leaves and constants, with numbers inside their domains."""
    number_of = st.floats(0.2, 1.9).map(lambda x: round(x, 2))
    pool: list[Any] = [
        Value(draw(number_of), label=label) for label in ("w_1", "w_2", "x", "y", "b")
    ]
    for i in range(draw(st.integers(2, 9))):
        a, b = draw(st.sampled_from(pool)), draw(st.sampled_from([*pool, 2, 0.5]))
        one = draw(st.booleans())
        row = draw(st.sampled_from(UNARY)) if one else TABLE[draw(st.sampled_from(BINARY))]
        try:
            made = row(a) if one else row(a, b)
        except DomainError:
            continue
        if not (1e-3 < abs(made.data) < 50):
            continue
        if draw(st.booleans()) and draw(st.booleans()):
            made.label = f"v_{i}"
        pool.append(made)
    zs, y = pool[-3:], Value(draw(st.sampled_from([0.0, 0.3, 1.0])), label="t")
    end = draw(st.sampled_from(["sum", "softmax", "class", "binary", "sum"]))
    if end == "softmax":
        p = ops.softmax(zs)
        return cast(Value, -(y * ops.log(p[0]) + (1 - y) * ops.log(p[2])))
    if end == "class":
        return cast(Value, ops.cross_entropy(zs, draw(st.integers(0, 2))) * pool[0])
    if end == "binary":
        return cast(Value, bce_with_logits(zs[0], y) + bce_with_logits(zs[1], 1 - y) / 2)
    return cast(Value, ops.sum(zs) + pool[0] * pool[-1])


@pytest.mark.slow
@settings(max_examples=GRAPHS_MADE, deadline=None)
@given(graphs(), st.sampled_from(["course", "delta", "neutral"]))
def test_every_line_of_any_graph_is_the_gradient(output: Value, notation: str) -> None:
    found = explain(output, notation=notation)
    leaves = [v for v in order(output) if v.label[:1] in ("w", "b")]
    lines = {x.node: x for x in found.lines if x.kind == "parameter"}
    for leaf in leaves:
        expected = gradient(output, leaf).data
        if expected - expected == 0:
            assert lines[leaf].value == pytest.approx(expected, rel=1e-9, abs=1e-9), str(found)
    names = {pretty(x.label) for x in order(output) if x.label}
    assert len(names) == len({x.label for x in order(output) if x.label})
    with use("fr"):
        assert str(found).count("\n") >= len(found.lines)
    assert "None" not in str(found)
    done: set[Any] = set()
    for line in found.lines:
        what = line.what if isinstance(line.what, Sum) else Sum(())
        assert all(x in done for x in nodes_of(what) if isinstance(x, Ref) and notation == "course")
        done.add(line.name)
    with use("en"):
        read_back(found)


def three_examples() -> Value:
    (w,) = named(w=0.5)
    xs = named(x_1=1.0, x_2=2.0, x_3=3.0)
    ys = named(y_1=1.0, y_2=2.0, y_3=3.5)
    return losses.squared_error([w * x for x in xs], ys)


def test_a_mean_over_examples_then_one_of_them() -> None:
    """C17 by hand: ∂L/∂w = (1/3)·Σ 2(w·xᵢ − yᵢ)·xᵢ = (−1 − 4 − 12)/3."""
    with use("en"):
        lines = str(explain(three_examples())).splitlines()
    assert lines[:5] == [
        "Mean of 3 examples",
        "  L = (1/3) Σᵢ Lᵢ = (1/3)·(0.25 + 1 + 4) = 1.75",
        "  ∂L/∂w = (1/3) Σᵢ ∂Lᵢ/∂w = (1/3)·(−1 + (−4) + (−12)) = −5.67   [C12]",
        "  w ← w − λ·∂L/∂w   [C12]",
        "",
    ]
    assert lines[-1] == "  ∂L₁/∂w = 2(w·x₁−y₁)·x₁ = 2·(0.5·1−1)·1 = −1"
    with use("fr"):
        second = str(explain(three_examples(), example=2)).splitlines()
    assert second[0] == "Moyenne de 3 exemples" and "Passe arrière, exemple 2" in second
    assert second[-1] == "  ∂L₂/∂w = 2(w·x₂−y₂)·x₂ = 2·(0,5·2−2)·2 = −4"
    with use("en"), pytest.raises(ValueError, match="from 1 to 3"):
        explain(three_examples(), example=4)


def test_spelled_as_on_the_board() -> None:
    """Orientation, ½, numbers beside a leaf, λ/2 of a penalty, the step of relu."""
    w, x, b, y = named(w=0.5, x=1.5, b=0.1, y=1.0)
    z = w * x + b
    for cost, wrt, notation, last in [
        ((y - tanh(z)) ** 2, y, None, "∂L/∂y = −2(a−y)"),
        ((y - tanh(z)) ** 2, b, "delta", "∂L/∂b = δ"),
        (0.5 * (z - y) ** 2, w, None, "∂L/∂w = (w·x+b−y)·x"),
        ((w * 3 - y) ** 2, w, None, "∂L/∂w = 2(w·3−y)·3"),
        (z + 0.01 / 2 * w**2, w, None, "∂L/∂w = x + 0.01w"),
        (absolute(z - y), b, None, "∂L/∂b = sign(w·x + b − y)"),
        (x / w, w, None, "∂L/∂w = −L/w = −3/0.5"),
        (bce_with_logits(z, y), z, None, "∂L/∂z = a − y"),
    ]:
        with use("en"):
            found = str(explain(cost, wrt=wrt, notation=notation)).splitlines()[-1]
        assert found.strip().startswith(last), found
    with use("en"):
        assert "δ = 2(a−y)·𝟙[z > 0]" in str(explain((relu(z) - y) ** 2, notation="delta"))
        assert "tanh′(z) = 1 − a²" in str(explain((tanh(z) - y) ** 2))
        assert "1−𝟙[w−1 > 0]" in str(explain(ops.clip(w, 0, 1) ** 2))
        assert "∂L/∂a = 2(a−y)" in str(explain((y - tanh(z)) ** 2))


def test_a_general_form_that_is_not_general_is_not_printed() -> None:
    """Two neurons of one layer with two functions: σ′ and tanh′ are no one line with a k."""
    (x,) = named(x_1=2.0)
    outputs = []
    for k, f in enumerate((sigmoid, tanh), start=1):
        w, b = named(**{f"w_{k},1^[1]": 0.3 * k, f"b_{k}^[1]": 0.1})
        z = w * x + b
        a = f(z)
        z.label, a.label = f"z_{k}^[1]", f"a_{k}^[1]"
        outputs.append(a)
    for notation in ("course", "delta"):
        with use("en"):
            text = str(explain(ops.sum([a**2 for a in outputs]), notation=notation))
        assert "ₖ" not in text and "layer 1" in text and "[C8]" in text


def test_a_graph_of_micrograd_without_a_name() -> None:
    """By hand: L = (relu(0.5·2 + 0.1) − 1)², so that ∂L/∂w = 2·0.1·1·2."""
    from tinygrad_fr.micrograd.engine import Value as Theirs

    w, b = Theirs(0.5), Theirs(0.1)
    cost = ((w * 2.0 + b).relu() - 1) ** 2
    with use("en"):
        found = str(explain(cost, wrt=[w, b])).splitlines()
    assert found[1] == "  z = u₁·2 + u₂ = 0.5·2 + 0.1 = 1.1"
    assert "  ∂L/∂u₁ = ∂L/∂a·relu′(z)·2 = 0.2·1·2 = 0.4" in found
    assert str(explain(cost)).count("∂L/∂u") == 2


def test_a_rule_that_a_client_replaced_is_refused() -> None:
    (z,) = named(z=2.0)
    square = z * z
    square.label = "q"
    square._backward = lambda: None
    with use("en"), pytest.raises(TypeError, match="_backward of node 'q'"):
        explain(square * z)
    softmaxes = ops.softmax([z * z, square])
    with use("en"), pytest.raises(TypeError, match="_backward of node 'q'"):
        explain(softmaxes[0] * z)


def wide(neurons: int, inputs: int) -> Value:
    """One layer of sigmoids, the squares of their outputs added."""
    xs = named(**{f"x_{j}": j / 10 for j in range(1, inputs + 1)})
    outputs = []
    for k in range(1, neurons + 1):
        ws = named(**{f"w_{k},{j}^[1]": (k - j) / 10 for j in range(1, inputs + 1)})
        z = ops.dot(ws, xs) + named(**{f"b_{k}^[1]": k / 10})[0]
        z.label = f"z_{k}^[1]"
        a = sigmoid(z)
        a.label = f"a_{k}^[1]"
        outputs.append(a)
    return ops.sum([a**2 for a in outputs])


def test_a_large_layer_shows_its_general_form_and_its_first_neuron() -> None:
    with use("en"):
        found = explain(wide(5, 12))
        lines = str(found).split("\n")
        assert lines[:4] == [
            "Forward pass, layer 1",
            "  zₖ⁽¹⁾ = Σⱼ wₖⱼ⁽¹⁾·xⱼ + bₖ⁽¹⁾",
            "  aₖ⁽¹⁾ = σ(zₖ⁽¹⁾)",
            "",
        ]
        assert lines[6] == "  … 4 more" and lines[-1] == "  … 4 more"
        assert "z₂⁽¹⁾ =" not in str(found) and "Forward pass" in lines
        every = str(explain(wide(5, 12), all=True))
        assert "z₅⁽¹⁾ = w₅,₁⁽¹⁾" in every.replace("w₅₁", "w₅,₁") and "Σⱼ wₖⱼ⁽¹⁾" not in every
        few = str(explain(wide(4, 12)))
        assert "more" not in few and few.startswith("Forward pass\n  z₁⁽¹⁾ = w₁₁⁽¹⁾·x₁ + ")


def test_a_forward_form_that_is_not_general_hides_nothing() -> None:
    """Five neurons, the last without its second weight: no one line stands for them."""
    xs = named(x_1=1.0, x_2=2.0)
    outputs = []
    for k in range(1, 6):
        ws = named(**{f"w_{k},{j}^[1]": 0.1 * k for j in range(1, 3 if k < 5 else 2)})
        z = ops.sum([w * x for w, x in zip(ws, xs, strict=False)]) + 0.5 * xs[0]
        z.label = f"z_{k}^[1]"
        a = sigmoid(z)
        a.label = f"a_{k}^[1]"
        outputs.append(a)
    with use("en"):
        text = str(explain(ops.sum(outputs) ** 2))
    assert "zₖ" not in text.partition("Backward")[0] and "z₅⁽¹⁾ = " in text


def test_a_negative_number_in_a_quotient_stands_in_parentheses_after_a_minus() -> None:
    x = Value(0.5, label="x")
    for lang in ("fr", "en"):
        with use(lang):
            told = str(explain(-ops.log(1 / (1 + ops.exp(-x)))))
            assert "−(−1" in told and "−−" not in told, told


def test_a_second_derivative_is_no_sum_of_examples() -> None:
    """Its two products have no name; a batch has L_1, L_2, …"""
    w, x, y = named(w=0.5, x=1.5, y=1.0)
    L = (w * x - y) ** 2
    first, second = gradient(L, w), gradient(gradient(L, x), w)
    assert str(explain(first)).splitlines()[1] == (
        "  ∂L/∂w = 2(w·x−y)·x = 2·(0.5·1.5−1)·1.5 = −0.75"  # an exponent of 1 is not written
    )
    assert "example" not in str(explain(second))
    assert str(explain(second)).splitlines()[-1] == (
        "  ∂³L/∂x∂w∂w = ∂³L/∂x∂w∂u₁·x + 2·x = 2·1.5 + 2·1.5 = 6"
    )
