"""Walk it backward: an ∞ or a NaN is found where it was born, with its reason."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tinygrad_fr.birth import Birth, born, where_born
from tinygrad_fr.checking.sabotage import sabotage
from tinygrad_fr.engine import Value
from tinygrad_fr.formula.symbol import Symbol
from tinygrad_fr.ops import dot, exp, hypot, sqrt
from tinygrad_fr.ops import sum as total
from tinygrad_fr.words import NARROW, use

INF, NAN = float("inf"), float("nan")


def leaves(**numbers: float) -> list[Value]:
    return [Value(float(x), label=name) for name, x in numbers.items()]


def typed(text: str, **numbers: float) -> Value:
    from tinygrad_fr.reading.expression import parse

    L = parse(text, {name: Value(float(x), label=name) for name, x in numbers.items()})
    L.backward()
    return L


def two_roots() -> Value:
    """√x − √x of two nodes (typed, it would be one node twice)."""
    (x,) = leaves(x=0.0)
    L = sqrt(x) - sqrt(x)
    L.backward()
    return L


# What each says, worked out by hand: exp(710) > 1.8·10³⁰⁸; √′(0) = 1/(2·0); (x²)′ = 2·0.
LINES = [
    (
        typed("exp(x) - exp(x)", x=1000),
        "∞ is born at exp(x): exp(1000) is beyond the largest float; "
        "NaN is born at L = exp(x) − exp(x): ∞ − ∞",
        "∞ naît en exp(x) : exp(1000) dépasse le plus grand float ; "
        "NaN naît en L = exp(x) − exp(x) : ∞ − ∞",
    ),
    (
        typed("sqrt(x**2)", x=0),
        "∞ is born in ∂L/∂(x²): the slope of √(x²) at x² = 0 is ∞; "
        "NaN is born in ∂L/∂x, coming back through x²: ∞·0",
        "∞ naît dans ∂L/∂(x²) : la pente de √(x²) en x² = 0 est ∞ ; "
        "NaN naît dans ∂L/∂x, en revenant par x² : ∞·0",
    ),
    (
        typed("sqrt(x**2 + y**2)**2", x=0, y=0),
        "NaN is born in ∂L/∂(x² + y²), coming back through √(x² + y²): "
        "0·∞ (the slope of √(x² + y²) at x² + y² = 0)",
        "NaN naît dans ∂L/∂(x² + y²), en revenant par √(x² + y²) : "
        "0·∞ (la pente de √(x² + y²) en x² + y² = 0)",
    ),
    (
        typed("1/(1 + exp(-x))", x=-1000),
        "∞ is born at exp(−x): exp(1000) is beyond the largest float; "
        "NaN is born in ∂L/∂(−x), coming back through exp(−x): 0·∞",
        "∞ naît en exp(−x) : exp(1000) dépasse le plus grand float ; "
        "NaN naît dans ∂L/∂(−x), en revenant par exp(−x) : 0·∞",
    ),
    (
        typed("x*y*z", x=1e200, y=1e200, z=0),
        "∞ is born at x·y: 1×10²⁰⁰·1×10²⁰⁰ is beyond the largest float; "
        "NaN is born at L = x·y·z: ∞·0",
        "∞ naît en x·y : 1×10²⁰⁰·1×10²⁰⁰ dépasse le plus grand float ; NaN naît en L = x·y·z : ∞·0",
    ),
    (
        two_roots(),
        "∞ is born in ∂L/∂x: the slope of √x at x = 0 is ∞; NaN is born in ∂L/∂x: ∞ − ∞",
        "∞ naît dans ∂L/∂x : la pente de √x en x = 0 est ∞ ; NaN naît dans ∂L/∂x : ∞ − ∞",
    ),
    (
        typed("x*y*y", x=1, y=1e200),
        "∞ is born at L = x·y·y: 1×10²⁰⁰·1×10²⁰⁰ is beyond the largest float",
        "∞ naît en L = x·y·y : 1×10²⁰⁰·1×10²⁰⁰ dépasse le plus grand float",
    ),
    (
        typed("x*y*y*y", x=0, y=1e200),
        "∞ is born in ∂L/∂(x·y), coming back through x·y·y: "
        "1×10²⁰⁰·1×10²⁰⁰ is beyond the largest float; "
        "NaN is born in ∂L/∂y, coming back through x·y: ∞·0",
        "∞ naît dans ∂L/∂(x·y), en revenant par x·y·y : "
        "1×10²⁰⁰·1×10²⁰⁰ dépasse le plus grand float ; "
        "NaN naît dans ∂L/∂y, en revenant par x·y : ∞·0",
    ),
    (
        typed("x**0.5", x=0),
        "∞ is born in ∂L/∂x: the slope of x^0.5 at x = 0 is ∞",
        "∞ naît dans ∂L/∂x : la pente de x^0,5 en x = 0 est ∞",
    ),
]


@pytest.mark.parametrize(("graph", "english", "french"), LINES, ids=range(len(LINES)))
def test_the_line(graph: Value, english: str, french: str) -> None:
    with use("en"):
        assert where_born(graph) == english
    with use("fr"):
        assert where_born(graph).replace(NARROW, " ") == french


def test_where_all_is_finite_nothing_is_said() -> None:
    for graph in (typed("(w*x - y)**2", w=1, x=2, y=4), Value(Fraction(1, 3)), Value(10**400)):
        assert born(graph) == [] and where_born(graph) == ""


def test_the_first_one_is_found_not_what_it_infects() -> None:
    (x,) = leaves(x=800)
    first = exp(x)
    second = exp(first - first)  # NaN, then everything
    L = second * 2 + second
    assert [(b.kind, b.cause) for b in born(L)] == [("∞", "value"), ("NaN", "value")]
    assert born(L)[0].node is first and born(L)[1].node is second.inputs[0]


def test_a_number_given_so() -> None:
    for bad, kind in ((NAN, "NaN"), (INF, "∞"), (-INF, "∞")):
        (x,) = leaves(x=bad)
        assert born(x * 2) == [Birth(kind, x, "given")]
        assert where_born(x * 2) == f"{kind} comes from x, given as it is"
    with use("fr"):
        assert where_born(leaves(x=NAN)[0] * 2) == "NaN vient de x, donné tel quel"


def test_before_a_backward_pass_only_values_are_looked_at() -> None:
    (x,) = leaves(x=0)
    L = sqrt(x)
    assert born(L) == []
    L.backward()
    assert [(b.kind, b.cause, b.node) for b in born(L)] == [("∞", "slope", x)]


def test_a_slope_that_is_no_number() -> None:
    x, y = leaves(x=0, y=0)
    L = hypot(x, y)
    L.backward()
    assert where_born(L) == (
        "NaN is born in ∂L/∂x: the slope of √(x² + y²) at x = 0 and y = 0 is NaN"
    )


def test_a_slope_that_an_infinite_value_turns_into_nan() -> None:
    x, y = leaves(x=1000, y=1)
    L = hypot(exp(x), y)  # ∞, and its slope is ∞/∞
    L.backward()
    assert where_born(L) == (
        "∞ is born at exp(x): exp(1000) is beyond the largest float; "
        "NaN is born in ∂L/∂exp(x): the slope of √(exp(x)² + y²) at exp(x) = ∞ and y = 1 is NaN"
    )
    bad, good = leaves(bad=NAN, good=0)
    whole = hypot(bad, y) + sqrt(good)
    whole.backward()  # the slope of NaN is nobody's doing; that of √ is
    assert [(b.kind, b.cause, b.node) for b in born(whole)] == [
        ("NaN", "given", bad),
        ("∞", "slope", good),
    ]


def test_a_number_used_twice_is_said_once() -> None:
    (x,) = leaves(x=0)
    L = hypot(x, x)
    L.backward()
    assert where_born(L).endswith("the slope of √(x² + x²) at x = 0 is NaN")


def test_six_inputs_are_written_out_and_two_say_where() -> None:
    for n, shown in ((6, "a, b, c, d, e, f"), (7, "a, b, c, …, g")):
        inputs = leaves(**dict.fromkeys("abcdefg"[:n], 1.0))
        assert f"at L = boom({shown}):" in where_born(Value(INF, tuple(inputs), "boom"))


def test_the_sum_of_what_comes_back_can_be_too_large() -> None:
    x, w = leaves(x=1e-10, w=1.5e308)
    L = w * x + w * x
    L.backward()
    assert (
        where_born(L)
        == "∞ is born in ∂L/∂x: the sum of what comes back is beyond the largest float"
    )
    with use("fr"):
        assert "la somme de ce qui revient dépasse" in where_born(L)


def test_what_an_earlier_pass_left_is_said_to_be_old() -> None:
    (x,) = leaves(x=0)
    sqrt(x).backward()
    L = x * 2
    L.backward()
    assert where_born(L) == "∂L/∂x was ∞ before this pass: reset the gradients to zero"
    with use("fr"):
        assert where_born(L).replace(NARROW, " ") == (
            "∂L/∂x valait ∞ avant cette passe : remettez les gradients à zéro"
        )
    x.grad = 0
    assert where_born(L) == ""


def test_a_bent_walk_is_not_taken_for_an_earlier_pass() -> None:
    (x,) = leaves(x=2)
    L = x * x
    with sabotage("M9"):
        L.backward()
        x.grad = INF
        assert born(L) == []


def test_names_of_a_picture_are_used() -> None:
    (x,) = leaves(x=1000)
    u = exp(x)
    L = u - u
    assert where_born(L, lambda v: Symbol("u₁") if v is u else None) == (
        "∞ is born at u₁ = exp(x): exp(1000) is beyond the largest float; "
        "NaN is born at L = u₁ − u₁: ∞ − ∞"
    )
    L.label = "my cost"
    assert "at my cost = exp(x) − exp(x)" in where_born(L)


def test_many_inputs_and_deep_formulas_stay_short() -> None:
    xs = [Value(1e308, label=f"x_{i}") for i in range(1, 400)]
    assert where_born(total(xs)) == (
        "∞ is born at L = x₁ + x₂ + x₃ + … + x₃₉₉: "
        "1×10³⁰⁸ + 1×10³⁰⁸ + 1×10³⁰⁸ + … + 1×10³⁰⁸ is beyond the largest float"
    )
    assert where_born(dot(xs, xs)).startswith(
        "∞ is born at L = dot(x₁, x₂, x₃, …, x₃₉₉): dot(1×10³⁰⁸"
    )
    v = Value(2.0, label="x")
    for _ in range(12):
        v = v * v
    assert len(where_born(v)) < 200


@pytest.mark.slow
def test_a_clients_operation_and_a_long_chain() -> None:
    (x,) = leaves(x=2)
    out = Value(INF, (x,), "boom")
    assert where_born(out) == "∞ is born at L = boom(x): boom(2) is beyond the largest float"
    v = Value(1.0, label="x")
    for _ in range(100_000):
        v = v * 1.01
    v.backward()
    assert [b.kind for b in born(v)] == ["∞"]
