"""Write it as a formula: short forms, which numbers propose and a proof decides."""

from __future__ import annotations

import pytest

from tinygrad_fr import ops
from tinygrad_fr.engine import Value
from tinygrad_fr.formula.derivation import explain
from tinygrad_fr.reading.expression import read
from tinygrad_fr.reading.values import parse_values
from tinygrad_fr.words import use

POINT = "w=0.5 x=1.5 b=0.1 y=1 z1=1 z2=2 z3=0.5 y1=0.25 y2=0.25 y3=0.5 v1=0 v2=0 v3=0.5"
BCE = "-(y*ln(a) + (1 - y)*ln(1 - a))"
CE = "-(y1*ln(p_1) + y2*ln(p_2) + y3*ln(p_3))"
SOFTMAX = "p = softmax(z1, z2, z3); "


def line_of(text: str, name: str, notation: str | None = "delta") -> str:
    """The line of a derivation that begins with that name."""
    typed = read(text, parse_values(POINT.split()))
    wrt: list[Value] | None = None
    if "z1" in text:
        wrt = [typed.leaves[k] for k in ("z1", "z2", "z3")]
    with use("en"):
        found = str(explain(typed.output, notation=notation, wrt=wrt)).splitlines()
    return next(line.strip() for line in found if line.strip().startswith(name + " ="))


@pytest.mark.parametrize(
    ("text", "name", "short"),
    [
        (f"a = σ(w*x + b); {BCE}", "δ", " = a − y = 0.701 − 1 = −0.299"),
        (f"a = σ(w*x + b); {BCE}/3", "δ", " = (1/3)(a−y) = "),
        ("a = σ(w*x + b); -ln(a)", "δ", " = a − 1 = "),
        ("a = σ(w*x + b); -ln(1 - a)", "δ", " = a = 0.701"),
        (f"{SOFTMAX}{CE}", "∂L/∂z₁", " = p₁ − y₁ = 0.2312 − 0.25 = −0.0188   (y₁ + y₂ + y₃ = 1)"),
        (f"{SOFTMAX}{CE}", "∂L/∂z₃", " = p₃ − y₃ = 0.14 − 0.5 = −0.36   (y₁ + y₂ + y₃ = 1)"),
        (f"{SOFTMAX}-ln(p_2)", "∂L/∂z₂", " = p₂ − 1 = "),
        (f"{SOFTMAX}-ln(p_2)", "∂L/∂z₁", " = p₁ = 0.231"),
    ],
)
def test_what_is_proved_is_short(text: str, name: str, short: str) -> None:
    assert short in line_of(text, name)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("a = σ(w*x + b); (a - y)**2", "δ"),  # 2(a − y)·a(1 − a) is no a − y
        (f"{SOFTMAX}{CE.replace('y', 'v')}", "∂L/∂z₁"),  # targets that add up to ½
        (f"{SOFTMAX}(p_1 - y1)**2 + (p_2 - y2)**2", "∂L/∂z₁"),
        ("a = σ(w*x + b); a**2", "δ"),
    ],
)
def test_what_is_not_proved_is_not_short(text: str, name: str) -> None:
    assert line_of(text, name).count(" = ") == 3


def test_numbers_that_fit_here_only_are_no_proof() -> None:
    """At z = 0, σ = ½ and 2(a − y)·a(1 − a) is ½·(a − y): at this point, not at others."""
    typed = read("z = w*x; a = σ(z); (a - y)**2", parse_values(["w=0", "x=2", "y=1"]))
    with use("en"):
        found = str(explain(typed.output, notation="delta"))
    assert "δ = 2(a−y)·a(1−a) = 2·(0.5−1)·0.5·(1−0.5) = −0.25" in found


def test_the_course_s_products_become_short_too() -> None:
    text = f"a = σ(w*x + b); {BCE}"
    assert line_of(text, "∂L/∂w", "course") == (
        "∂L/∂w = ∂L/∂a·σ′(z)·x = (a−y)·x = (0.701−1)·1.5 = −0.449   [C8]"
    )
    assert line_of(text, "∂L/∂b", "course").startswith("∂L/∂b = ∂L/∂a·σ′(z) = a − y = ")
    twice = "z = w*x + b; a = σ(z); -ln(a) + z"  # z meets the cost twice: ∂L/∂a·σ′(z) is not ∂L/∂z
    assert "a − 1" not in line_of(twice, "∂L/∂b", "course")


def test_two_targets_of_one_name_are_no_family() -> None:
    """Only what has a name of its own can stand in a short form."""
    z = [Value(x, label=f"z_{k}") for k, x in enumerate((1.0, 2.0), start=1)]
    p = ops.softmax(z)
    cost = -(Value(0.0, label="y") * ops.log(p[0]) + Value(1.0, label="y") * ops.log(p[1]))
    with use("en"):
        assert "∂L/∂z₁ = " in str(explain(cost, wrt=z))
