"""What is typed becomes nodes: equal ones are one, numbers know what they spell."""

from __future__ import annotations

import math
from fractions import Fraction as F
from typing import Any

import pytest

from tests.shared import refusal
from tinygrad_fr.checking.typed import check_expression
from tinygrad_fr.engine import Value
from tinygrad_fr.exact import meant
from tinygrad_fr.formula.formula import to_text
from tinygrad_fr.reading.expression import names, parse, read, refuse_unused
from tinygrad_fr.walk import order
from tinygrad_fr.words import use

POINT = {"x": 2.0, "y": 3.0, "w": 0.5, "b": -1.25}


def constants(L: Value) -> list[Value]:
    return [v for v in order(L) if v.op is None and not v.label]


def operations(L: Value) -> list[str]:
    return [v.op.name for v in order(L) if v.op is not None]  # type: ignore[union-attr]


# ── equal things are one node ──


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1/(1+exp(-w*x))*(1 - 1/(1+exp(-w*x)))", "neg mul exp add div sub mul"),
        ("(w*x)/(1+w*x)", "mul add div"),
        ("σ(x)(1−sigmoid(x))", "sigmoid sub mul"),
        ("x² + x**2 + x^2", "pow add add"),
        ("2x + 2.0*x", "mul add"),
        ("0,5x - ½*x", "mul sub"),
        ("1/3*x + 1/3*y", "div mul mul add"),
        ("|x| + abs(x)", "abs add"),
        ("softmax(x, y) + softmax(x, y)[2]", "logsumexp sub exp sub exp add"),
        # and these are not
        ("w*x + x*w", "mul mul add"),
        ("2x + 3x", "mul mul add"),
        ("x**2 + x**3", "pow pow add"),
        ("(w+x)+y - (w+(x+y))", "add add add add sub"),
    ],
)
def test_equal_subexpressions_are_one_node(text: str, expected: str) -> None:
    assert operations(parse(text, POINT)) == expected.split()


def test_a_shared_node_has_the_gradient_of_all_its_uses() -> None:
    L = parse("(w*x)*(w*x)", POINT)
    L.backward()
    product, *_ = L.inputs
    assert L.inputs[0] is L.inputs[1] and product.grad == 2.0
    assert next(v.grad for v in order(L) if v.label == "w") == 2 * 1.0 * 2.0


def test_a_step_is_one_with_what_was_typed_again() -> None:
    typed = read("z = w*x; u = w*x; z + u + w*x", POINT)
    assert typed.steps["z"] is typed.steps["u"] and typed.steps["z"].label == "z"
    assert operations(typed.output) == ["mul", "add", "add"]
    later = read("p = (w*x)²; z = w*x; p + z", POINT)
    assert later.steps["p"].inputs[0] is later.steps["z"] and later.steps["z"].label == "z"


# ── steps ──


def test_a_step_gives_its_node_a_name() -> None:
    typed = read("z = w*x + b; a = sigmoid(z); L = (a - y)²", POINT)
    assert list(typed.steps) == ["z", "a", "L"] and list(typed.leaves) == [*"xywb"]
    assert [v.label for v in order(typed.output) if v.op is not None][1:] == ["z", "a", "", "L"]
    assert typed.steps["L"] is typed.output and typed.formula == "(a - y)²"
    assert to_text(parse("z = w*x; z² + z", POINT)) == "z² + z\nwith z = w·x"


def test_names_are_found_as_they_are_printed() -> None:
    typed = read("z_1 = w₁·x; θ(z₁)", {"w_1": 2.0, "x": 3.0, "theta": 0.5})
    assert typed.output.data == 3.0 and typed.steps["z_1"].data == 6.0
    assert read("w_1^[2] + w₁⁽²⁾", {"w_1^[2]": 1.0}).output.data == 2.0
    assert read("w₁ + w_1", {"w₁": 1.0, "w_1": 2.0}).output.data == 3.0  # both are known as typed
    both = {"w1": 1.0, "w_1": 2.0}
    assert read("w1 + w_1", both).output.data == 3.0


def test_a_name_that_may_be_two_is_refused() -> None:
    both = {"w_1": 1.0, "w_{1}": 2.0}
    assert "w_1, w_{1}" in refusal(lambda: read("w₁", both), "en")
    assert "w1 peut être w_1, w_{1}" in refusal(lambda: read("w₁", both), "fr")


def test_a_given_value_keeps_its_name() -> None:
    z = Value(2.0)
    typed = read("a = z; a²", {"z": z})
    assert typed.steps["a"] is z and z.label == ""
    assert read("u = x; u²", POINT).steps["u"].label == "x"


def test_softmax_gives_several_names() -> None:
    typed = read("p = softmax(x, y, w); -ln(p_2)", POINT)
    assert list(typed.steps) == ["p_1", "p_2", "p_3"]
    assert sum(v.data for v in typed.steps.values()) == pytest.approx(1)
    assert typed.output.data == pytest.approx(parse("cross_entropy(1, x, y, w)", POINT).data)


def test_where_stands_before_or_after() -> None:
    typed = read("z = w*x; a²", POINT, {"a": "σ(2)"})
    assert list(typed.steps) == ["a", "z"]
    typed = read("z = w*x; σ(z)²", POINT, {"d": "a*(1-a)", "a": "σ(z)"})
    assert list(typed.steps) == ["z", "a", "d"] and typed.output.inputs[0] is typed.steps["a"]
    assert "u dans" in refusal(lambda: read("x", POINT, {"a": "u*x"}), "fr")
    assert "x a déjà une valeur" in refusal(lambda: read("x", POINT, {"x": "2"}), "fr")


def test_what_needs_a_value_and_what_is_used() -> None:
    assert names("z = w*x + b; e = z - y; e²") == ["w", "x", "b", "y"]
    refuse_unused("z = w*x; z²", {"w": 1.0, "x": 2.0})
    refuse_unused("z = w₁·x; z²", {"w_1": 1.0, "x": 2.0})
    refuse_unused("p = softmax(w, x); p₁·p_2", {"w": 1.0, "x": 2.0})
    with use("en"), pytest.raises(ValueError, match="the step z is used nowhere"):
        refuse_unused("z = w*x; w²", {"w": 1.0, "x": 2.0})
    refuse_unused("z = w*x; w²", {"w": 1.0, "x": 2.0}, also=["2z"])
    assert "l’étape z ne sert nulle part" in refusal(
        lambda: refuse_unused("z = w; w", {"w": 1.0}), "fr"
    )


# ── constants ──


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("0.1*x", F(1, 10)),
        ("0,1*x", F(1, 10)),
        ("2x", F(2)),
        ("-0.5x", F(-1, 2)),
        ("½*x", F(1, 2)),
        ("⅓*x", F(1, 3)),
        ("0.12345678901234567890*x", F(12345678901234567890, 10**20)),
        ("1e-3*x", F(1, 1000)),
        ("12345678901234567890x", F(12345678901234567890)),
        ("1.50x", F(3, 2)),
        ("π*x", "pi"),
        ("pi*x", "pi"),
        ("e*x", "e"),
        ("max(0.12345678901234567, x)", F(12345678901234567, 10**17)),
    ],
)
def test_a_constant_knows_what_it_spells(text: str, exact: Any) -> None:
    (leaf,) = constants(parse(text, POINT))
    assert leaf.exact == exact and leaf.constant
    if isinstance(exact, F):
        assert float(leaf.data) == float(exact)


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("x**0.5", F(1, 2)),
        ("x^½", F(1, 2)),
        ("x^-⅓", F(-1, 3)),
        ("x**(-2/3)", F(-2, 3)),
        ("x**-(2/3)", F(-2, 3)),
        ("x**0.12345678901234567890", F(1234567890123456789, 10**19)),
        ("max(x, 0.1)", F(1, 10)),
    ],
)
def test_a_number_in_a_node_knows_it_too(text: str, exact: F) -> None:
    L = parse(text, POINT)
    assert not constants(L) and meant(L.inputs[1]) == exact


def test_a_constant_with_a_name_stays_a_constant() -> None:
    typed = read("λ = 0.1; k = π; n = 3; n*λ*w² + k*x + 3*b", POINT)
    found = {name: (v.label, v.exact) for name, v in typed.steps.items()}
    assert found == {"λ": ("λ", F(1, 10)), "k": ("k", "pi"), "n": ("n", F(3))}
    assert [v.exact for v in constants(typed.output)] == [F(3)]  # the 3 of 3*b is no n
    assert parse("π", {}).data == math.pi and parse("0.1", {}).exact == F(1, 10)


@pytest.mark.parametrize(
    ("text", "values", "name", "formula"),
    [
        ("0.1*w**3", {"w": 2.0}, "w", "0.3*w**2"),
        ("λ = 0.1; λ*w**3", {"w": 2.0}, "w", "0.3*w**2"),
        ("0,1w³", {"w": 2.0}, "w", "3λw²".replace("λw", "*0,1*w")),
        ("0.12345678901234567*w**2", {"w": 2.0}, "w", "0.24691357802469134*w"),
        ("w**1.2345678901234567", {"w": 2.0}, "w", "1.2345678901234567*w**0.2345678901234567"),
        ("e**x", {"x": 1.5}, "x", "exp(x)"),
        ("exp(x)", {"x": 1.5}, "x", "e^x"),
        ("erf(x)", {"x": 0.5}, "x", "2/sqrt(pi)*exp(-x**2)"),
        ("erf(x)", {"x": 0.5}, "x", "2/√π·e^(−x²)"),
        ("sin(2π*x)", {"x": 0.3}, "x", "2π*cos(2π*x)"),
        ("log10(x)", {"x": 3.0}, "x", "1/(x*ln(10))"),
        ("√x", {"x": 3.0}, "x", "0,5x^(-0,5)"),
        ("bce_with_logits(w, 0.1)", {"w": 2.25}, "w", "sigmoid(w)-0.1"),
        ("(0.1*w + 0.2*x - 0.3)**2", {"w": 2.25, "x": 1.0}, "w", "0.2*(0.1*w + 0.2*x - 0.3)"),
    ],
)
def test_decimals_and_constants_are_right_for_the_judge(
    text: str, values: dict[str, float], name: str, formula: str
) -> None:
    with use("en"):
        report, _, _ = check_expression(text, values, formulas={name: formula})
        assert report.ok, str(report)


@pytest.mark.parametrize(
    ("text", "values", "name", "formula"),
    [
        ("0.1*w**3", {"w": 2.0}, "w", "0.30000000000000004*w**2"),
        ("e**x", {"x": 1.5}, "x", "exp(x)*1.0000000001"),
        ("erf(x)", {"x": 0.5}, "x", "2/sqrt(3.15)*exp(-x**2)"),
        ("bce_with_logits(w, 0.1)", {"w": 2.25}, "w", "sigmoid(w)-0.1000000001"),
    ],
)
def test_and_a_little_less_is_wrong(
    text: str, values: dict[str, float], name: str, formula: str
) -> None:
    with use("en"):
        report, _, _ = check_expression(text, values, formulas={name: formula})
        assert not report.ok, str(report)


def test_the_names_of_answers_are_found_as_they_are_printed() -> None:
    values = {"w_1": 0.5, "x": 1.5}
    with use("en"):
        report, _, _ = check_expression("z = w₁·x; z²", values, formulas={"w₁": "2z*x"})
        assert report.ok
        report, _, _ = check_expression("(w₁·x)²", values, numbers={"w1": "2,25"})
        assert report.ok
        report, _, _ = check_expression(
            "(a - 1)²",
            values,
            formulas={"w_1": "2(a-1)*d*x"},
            where={"a": "σ(w₁*x)", "d": "a(1-a)"},
        )
        assert report.ok
