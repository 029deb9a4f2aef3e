"""What a person types becomes the graph they meant, or one line that says how to write it."""

from __future__ import annotations

import ast
import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import mpmath
import pytest
from hypothesis import example, given, seed, settings
from hypothesis import strategies as st

from tests.house import ROOT
from tests.shared import refusal
from tinygrad_fr.engine import Value
from tinygrad_fr.ops import TABLE, DomainError
from tinygrad_fr.reading import expression, grammar, graph, letters, signs, slips, steps, values
from tinygrad_fr.reading.expression import names, parse, read, refuse_unused
from tinygrad_fr.reading.grammar import FUNCTIONS
from tinygrad_fr.replay import replay
from tinygrad_fr.walk import order
from tinygrad_fr.words import NARROW, use

POINT = {"x": 2.0, "y": 3.0, "w": 0.5, "b": -1.25}
x, y, w, b = POINT.values()


def value(text: str, **more: Any) -> Any:
    return parse(text, POINT | more).data


# ── what is understood ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(w*x - y)**2", (w * x - y) ** 2),
        ("-x**2", -(x**2)),
        ("(-x)**2", x**2),
        ("2**-x", 2**-x),
        ("2**3**2", 512),
        ("x**-1", 1 / x),
        ("x/y/w", x / y / w),
        ("x/y*w", x / y * w),
        ("x - y - w", x - y - w),
        ("-7 % 3", 2),
        ("x - -y", x + y),
        ("--x", x),
        ("+x", x),
        ("2/3*x", 2 / 3 * x),
        ("x**(1/3)", x ** (1 / 3)),
        ("x**(-2/4)", x**-0.5),
        ("x**(4/2)", x**2),
        (".5 + 1. + 1e-3 + 2.5E2", 0.5 + 1.0 + 1e-3 + 2.5e2),
        ("007", 7),
        ("2", 2),
        ("\tx\n +\u00a0y\u202f", x + y),
        # as a course writes it
        ("ln(x)", math.log(x)),
        ("σ(x)", 1 / (1 + math.exp(-x))),
        ("ReLU(b)", 0),
        ("max(x, y) - min(x, y)", 1),
        ("abs(b)", 1.25),
        ("arctan(x) + arcsin(w)", math.atan(x) + math.asin(w)),
        ("argsh(x) + th(w)", math.asinh(x) + math.tanh(w)),
        ("2*pi*x", 2 * math.pi * x),
        ("2*π*x", 2 * math.pi * x),
        ("e**x", math.e**x),
        ("exp(x)", math.exp(x)),
        ("clip(y, 0, 1)", 1),
        ("leaky_relu(b)", -0.0125),
        ("leaky_relu(b, 0.1)", -0.125),
        ("sum(x, y, w)", x + y + w),
        ("logsumexp(x, x)", x + math.log(2)),
        ("pow(x, 3)", x**3),
        ("mod(y, 2)", 1),
        # signs of the keyboard's neighbours
        ("w·x − y×2 ÷ 4", w * x - y * 2 / 4),
        ("x² + y³", x**2 + y**3),
        ("x⁻¹", 1 / x),
        ("-x²", -(x**2)),
        ("2**x²", 2 ** (x**2)),
        ("(x+y)²·w", (x + y) ** 2 * w),
        ("x¹⁰", x**10),
        # as the tool prints it
        ("x^2", x**2),
        ("2^-x^2", 2 ** -(x**2)),
        ("2x", 2 * x),
        ("2 x", 2 * x),
        ("-2x", -2 * x),
        ("2(x)", 2 * x),
        ("2(x+1)²", 2 * (x + 1) ** 2),
        ("(x)(y)", x * y),
        ("x(y)", x * y),
        ("x (y)", x * y),
        ("x²(y+1)", x**2 * (y + 1)),
        ("w(1−w)(x−y)", w * (1 - w) * (x - y)),
        ("y − 2x²", y - 2 * x**2),
        ("x·2y", x * 2 * y),
        ("2exp(x)", 2 * math.exp(x)),
        ("2π(x)", 2 * math.pi * x),
        ("2e", 2 * math.e),
        ("|b|", -b),
        ("2|b|", -2 * b),
        ("|b||x|", -b * x),
        ("||b| − |x||", x + b),
        ("|x|²", x**2),
        ("√x", math.sqrt(x)),
        ("√x·y", math.sqrt(x) * y),
        ("2√x", 2 * math.sqrt(x)),
        ("√(x²)", x),
        ("√√x", x**0.25),
        ("√|b|", math.sqrt(-b)),
        ("∛(x+6)", 2),
        ("√exp(x)", math.exp(1)),
        ("⌊b⌋", -2),
        ("2⌊b⌋", -4),
        ("y mod x", 1),
        ("(y + x) mod 2", 1),
        ("½*x", 1),
        ("½(x−y)²", 0.5),
        ("x^⅓", x ** (1 / 3)),
        ("0,5*x", 1),
        ("0,05x", 0.1),
        ("(0,5)", 0.5),
        ("max((0,5), x)", 2),
        ("max(0,5 ; 0,25)", 0.5),
        ("1,2e-3*x", 0.0024),
        ("1,5×10⁻³", 0.0015),
        ("1\u202f000x", 2000),
        ("log10(1000)", 3),
        ("BCE(b, 1)", math.log1p(math.exp(-b))),
        ("softmax(x, y)", 1 / (1 + math.e)),
        ("softmax(x, y)[2]", math.e / (1 + math.e)),
        ("log_softmax(x, y, y)[3]", 3 - math.log(math.exp(2) + 2 * math.exp(3))),
        ("cross_entropy(1, x, y)", math.log1p(math.exp(-1))),
        ("-ln(softmax(x, y)[2])", math.log1p(math.exp(-1))),
        # steps
        ("z = w*x + b; (z - y)**2", (w * x + b - y) ** 2),
        ("z = w*x + b\na = σ(z)\n\n(a - y)²", (1 / (1 + math.exp(0.25)) - y) ** 2),
        ("z = w*x + b; L = z²", 0.0625),
        ("L = x²;", 4),
        ("z = (w*x +\n b)\nz *\n z", 0.0625),
        ("z = w*x\n  * 2\nz", 2),
        ("e = x - y; e²", 1),
        ("k = 2; k*x", 4),
        ("u₁ = x; u_1*u1", 4),
        ("p = softmax(x, y); p_1 + p_2 + p₁ - p1", 1),
        ("p = softmax(x, y)[1]; p(1−p)", math.e / (1 + math.e) ** 2),
        ("u₁(1−u₁)\nwith u₁ = σ(u₂)\n     u₂ = w·x − 1", 0.25),
        ("u₁(1−u₁)\navec u₁ = σ(0)", 0.25),
        ("∂L/∂a·x\nwith ∂L/∂a = 2(x−y)", -4),
        ("'x*x'", 4),
        ('"x"', 2),
        ("“x²”", 4),
        (" «2x» ", 4),
    ],
)
def test_the_number_is_the_one_that_was_meant(text: str, expected: float) -> None:
    assert value(text) == pytest.approx(expected, rel=1e-15, abs=0)


def test_a_name_is_one_leaf_and_a_number_a_node() -> None:
    L = parse("x*x + 2*x", {"x": 3.0})
    leaves = [v for v in order(L) if v.op is None]
    assert [(v.label, v.data) for v in leaves] == [("x", 3.0), ("", 2)]
    assert L.label == "" and L.data == 15.0


def test_the_exponent_stays_a_number() -> None:
    L = parse("x**2", POINT)
    assert L._op == "**2" and L.inputs[1] == 2 and not isinstance(L.inputs[1], Value)
    assert parse("x**-1", POINT).inputs[1] == -1
    assert parse("x**(1/3)", POINT).inputs[1] == Fraction(1, 3)


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("x*2/3", lambda x: x * 2 / 3),
        ("2/3*x", lambda x: x * 2 / 3),
        ("x**(2/3)", lambda x: x ** (mpmath.mpf(2) / 3)),
        ("x**(-1/3)/7", lambda x: x ** (mpmath.mpf(-1) / 3) / 7),
    ],
)
def test_at_fifty_digits_no_fraction_was_rounded(text: str, exact: Callable[[Any], Any]) -> None:
    L = parse(text, {"x": 5.0})
    with mpmath.workdps(50):
        point = {v: mpmath.mpf(v.data) for v in order(L) if v.op is None}
        assert abs(replay(L, point) - exact(mpmath.mpf(5))) < mpmath.mpf(10) ** -47


def test_fractions_stay_exact() -> None:
    L = parse("(w*x - 1/3)**2 % 5", {"w": Fraction(1, 7), "x": 2})
    assert L.data == pytest.approx((2 / 7 - 1 / 3) ** 2)
    M = parse("(w*x - y)**2", {"w": Fraction(1, 7), "x": 2, "y": Fraction(1, 3)})
    M.backward()
    assert M.data == Fraction(1, 441)
    assert {v.label: v.grad for v in order(M) if v.op is None} == {
        "w": Fraction(-4, 21),
        "x": Fraction(-2, 147),
        "y": Fraction(2, 21),
    }


def test_gradients_of_a_neuron() -> None:
    L = parse("(σ(w*x + b) - y)²", {"w": 0.5, "x": 1.5, "b": 0.1, "y": 1.0})
    L.backward()
    a = 1 / (1 + math.exp(-0.85))
    delta = 2 * (a - 1) * a * (1 - a)
    grads = {v.label: v.grad for v in order(L) if v.op is None}
    assert grads["w"] == pytest.approx(delta * 1.5, rel=1e-14)
    assert grads["b"] == pytest.approx(delta, rel=1e-14)
    assert grads["y"] == pytest.approx(-2 * (a - 1), rel=1e-14)


def test_a_given_value_stays_what_it_is() -> None:
    z = Value(2.0, label="z")
    a = z * z
    L = parse("a + z", {"a": a, "z": z})
    assert L._prev == (a, z)
    assert parse("z", {"z": z}) is z


def test_pi_and_e_give_way_to_a_value_of_that_name() -> None:
    assert value("pi") == math.pi and value("e") == math.e
    assert value("pi", pi=3.0) == 3.0 and value("e*x", e=10.0) == 20.0
    assert parse("π*x", POINT)._prev[0].label == ""  # a number, not something to vary


def test_a_function_name_may_also_be_a_variable() -> None:
    assert value("step*relu(step)", step=3.0) == 9.0


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("x₁", "x1"),
        ("x1", "x₁"),
        ("e\u0301", "é"),
        ("é", "e\u0301"),
        ("\u00b5", "μ"),
        ("ŷ", "ŷ"),
        ("λ", "λ"),
    ],
)
def test_one_name_typed_in_two_ways(typed: str, key: str) -> None:
    leaf = parse(typed, {key: 5.0})
    assert (leaf.data, leaf.label) == (5.0, key)


def test_every_function_of_the_table_can_be_typed() -> None:
    refused = {"ratio", "quotient", "scaled_power", "power_log", "dot", "cross_entropy"}
    for name, row in TABLE.items():
        if name in refused:
            with pytest.raises(ValueError):
                parse(f"{name}(w, w)", POINT)
            continue
        inputs = [1.5] if name == "acosh" else [0.5, 0.25, 0.75][: row.arity or 3]
        typed = parse(f"{name}({', '.join(map(repr, inputs))})", {})
        named = parse(
            f"{name}({', '.join('pqr'[: len(inputs)])})", dict(zip("pqr", inputs, strict=False))
        )
        assert typed.data == named.data == row.compute(*inputs), name
        assert named.op is row
    assert all(f in TABLE for f in FUNCTIONS.values())


def test_whole_numbers_do_what_their_floats_do() -> None:
    for name, row in TABLE.items():
        if row.arity == 1 and name in FUNCTIONS and name not in ("asin", "acos", "atanh"):
            assert value(f"{name}(2)") == value(f"{name}(2.0)"), name


def test_the_names_in_order() -> None:
    assert names("exp(x)*pi + w*x - e") == ["x", "w"]
    assert names("b + a*b + sin(sin)") == ["b", "a", "sin"]
    assert names("2") == []


# ── against an interpreter of its own ────────────────────────────────────────────────────────────

Tree = Any
BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda p, q: p + q,
    "-": lambda p, q: p - q,
    "*": lambda p, q: p * q,
    "/": lambda p, q: p / q,
    "%": lambda p, q: p % q,
    "**": lambda p, q: p**q,
}
CALLS: dict[str, Callable[..., float]] = {
    "exp": math.exp,
    "ln": math.log,
    "sin": math.sin,
    "tanh": math.tanh,
    "sqrt": math.sqrt,
    "abs": abs,
    "max": max,
    "hypot": math.hypot,
}
TIGHTNESS = {"+": 1, "-": 1, "*": 2, "/": 2, "%": 2, "minus": 3, "**": 4}

trees = st.recursive(
    st.sampled_from(["x", "y", "w", "b"]) | st.sampled_from([0.0, 0.25, 1.0, 2.0, 3.5, 1e3, 1e-3]),
    lambda t: (
        st.tuples(st.sampled_from(sorted(BINARY)), t, t)
        | st.tuples(st.just("minus"), t)
        | st.tuples(st.sampled_from(["exp", "ln", "sin", "tanh", "sqrt", "abs"]), t)
        | st.tuples(st.sampled_from(["max", "hypot"]), t, t)
    ),
    max_leaves=12,
)


def written(tree: Tree, parentheses: bool) -> str:
    """The tree as text: with all parentheses, or only those that a mathematician would write."""

    def inside(part: Tree, need: int) -> str:
        text = written(part, parentheses)
        bare = not isinstance(part, tuple) or part[0] in CALLS
        return text if bare or (not parentheses and TIGHTNESS[part[0]] >= need) else f"({text})"

    if not isinstance(tree, tuple):
        return str(tree)
    head, *parts = tree
    if head in CALLS:
        return f"{head}({', '.join(written(p, parentheses) for p in parts)})"
    if head == "minus":
        return f"-{inside(parts[0], 3)}"
    level = TIGHTNESS[head]
    if head == "**":
        return f"{inside(parts[0], 5)} ** {inside(parts[1], 3)}"
    return f"{inside(parts[0], level)} {head} {inside(parts[1], level + 1)}"


def computed(tree: Tree, point: Mapping[str, float]) -> Any:
    """The tree's value in Python's own arithmetic."""
    if not isinstance(tree, tuple):
        return point[tree] if isinstance(tree, str) else tree
    head, *parts = tree
    numbers = [computed(part, point) for part in parts]
    if any(isinstance(n, complex) for n in numbers):
        raise ValueError
    if head == "minus":
        return -numbers[0]
    return CALLS[head](*numbers) if head in CALLS else BINARY[head](*numbers)


@seed(1)
@settings(max_examples=400, deadline=None)
@given(trees, st.booleans(), st.lists(st.floats(-10, 10), min_size=4, max_size=4))
@example(("-", "x", ("-", "y", "w")), False, [1.0, 2.0, 3.0, 4.0])
@example(("**", ("**", "x", "y"), ("minus", "w")), False, [2.0, 3.0, 2.0, 0.0])
@example(("minus", ("**", "x", 2.0)), False, [3.0, 0.0, 0.0, 0.0])
@example(("%", ("minus", "x"), "y"), False, [7.0, 3.0, 0.0, 0.0])
def test_random_expressions(tree: Tree, parentheses: bool, numbers: list[float]) -> None:
    point = dict(zip("xywb", numbers, strict=True))
    text = written(tree, parentheses)
    try:
        expected = computed(tree, point)
    except (ValueError, ZeroDivisionError, OverflowError):
        expected = math.nan
    try:
        found = parse(text, point).data
    except ValueError:
        # refused: outside the reals, or too large
        assert isinstance(expected, complex) or not math.isfinite(expected)
        return
    if not isinstance(expected, complex) and math.isfinite(expected):
        assert found == expected, text
    else:
        assert not isinstance(found, complex)


def test_the_interpreter_of_this_test_can_tell_the_difference() -> None:
    tree = ("-", "x", ("-", "y", "w"))
    assert written(tree, False) == "x - (y - w)" and written(tree, True) == "x - (y - w)"
    assert computed(tree, POINT) != value("x - y - w")


# ── large and long ───────────────────────────────────────────────────────────────────────────────


def test_whole_numbers_beyond_a_float_s_digits_are_floats() -> None:
    assert type(value("9007199254740992")) is int
    assert type(value("9007199254740993")) is float and value("1" + "0" * 300) == 1e300


def test_long_but_not_too_long() -> None:
    assert value("+".join("x" * 1400)) == 2800.0
    assert value("(" * 99 + "x" + ")" * 99) == 2.0
    assert value("-" * 99 + "x") == -2.0
    assert value("*".join(["(x**-1)", "x"] * 100)) == 1.0


def test_overflow_at_a_point_is_an_infinity_as_the_table_says() -> None:
    assert value("exp(1000*x)") == math.inf


@pytest.mark.parametrize("number", [9, Fraction(9)])
def test_exact_numbers_do_not_fill_the_memory(number: Any) -> None:
    assert "1.8e308" in refusal(lambda: parse("x**x**x", {"x": number}), "en")
    assert "1.8e308" in refusal(lambda: parse("square(" * 20 + "x" + ")" * 20, {"x": number}), "en")
    assert "1.8e308" in refusal(lambda: parse("*".join(["x**6000"] * 2), {"x": number}), "en")


def test_a_value_that_is_no_number() -> None:
    with use("en"), pytest.raises(TypeError, match="expects one real number"):
        parse("x", {"x": "2"})


def test_two_keys_that_are_one_name() -> None:
    assert "x1 and x₁ are one" in refusal(lambda: parse("x1", {"x1": 1.0, "x₁": 2.0}), "en")
    assert "x1 et x₁ sont un même nom" in refusal(lambda: parse("x1", {"x1": 1.0, "x₁": 2.0}), "fr")


def test_unused_values() -> None:
    refuse_unused("w*x + pi", {"w": 1.0, "x": 2.0, "pi": 3.0})
    refuse_unused("x₁", {"x1": 2.0})
    message = refusal(lambda: refuse_unused("w*x", POINT), "en")
    assert message == (
        "y is given a value but is not in the expression w*x. Remove y=… or write y in the "
        "expression"
    )
    assert "Did you mean x?" in refusal(lambda: refuse_unused("w*x", {"w": 1.0, "X": 2.0}), "en")
    assert "Vouliez-vous dire x" in refusal(
        lambda: refuse_unused("w*x", {"w": 1.0, "X": 2.0}), "fr"
    )


# ── anything at all ──────────────────────────────────────────────────────────────────────────────

SCRAPS = (
    "x y w b 2 3 0.5 1e3 9 , . + - * / ** % ( ) exp( max( ln( pi e ² ⁻¹ · − = ^ | _ [ '".split()
)
SCRAPS += [
    "\u200b",
    "½",
    "√",
    "⌊",
    "⌋",
    "z = ",
    "z",
    "; ",
    "\n",
    "softmax(",
    ")[2]",
    "mod",
    "₁",
    "⁽²⁾",
]
typed = st.text(max_size=40) | st.lists(st.sampled_from(SCRAPS), max_size=14).map("".join)


@seed(2)
@settings(max_examples=600, deadline=None)
@given(typed)
@example("𝐱**2")
@example("x\u0345")
@example("\u0344")
def test_whatever_is_typed_gives_a_graph_or_one_line(text: str) -> None:
    try:
        L = parse(text, POINT)
    except ValueError as error:
        assert str(error).replace(NARROW, " ").isprintable()
        return
    assert len(order(L)) <= 2 * len(text)
    assert (
        not isinstance(L.data, complex)
        and L.data == L.data
        or math.inf in map(abs, map(_number, order(L)))
    )
    assert set(names(text)) <= {unicodedata.normalize("NFKC", key) for key in POINT}


def _number(v: Value) -> float:
    return float(v.data)


EXTREME = st.sampled_from(
    [0.0, -0.0, 5e-324, -1e-300, 1.0, -1.0, 1e16, 1e300, -1.7e308, math.inf, -math.inf, math.nan]
)


@seed(4)
@settings(max_examples=300, deadline=None)
@given(trees, st.lists(EXTREME, min_size=4, max_size=4))
def test_extreme_values_raise_nothing_but_the_table_s_own_line(
    tree: Tree, numbers: list[float]
) -> None:
    try:
        with use("en"):
            parse(written(tree, False), dict(zip("xywb", numbers, strict=True))).backward()
    except ValueError as error:
        assert re.search("needs|held", str(error)), error


def test_nothing_typed_is_ever_run() -> None:
    rooms = (expression, grammar, graph, letters, signs, slips, steps, values)
    trees = [ast.parse(Path(str(room.__file__)).read_text("utf-8")) for room in rooms]
    calls = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call))
    called = {ast.unparse(node.func) for node in calls}
    assert not called & {
        "eval",
        "exec",
        "compile",
        "__import__",
        "getattr",
        "globals",
        "ast.literal_eval",
    }
    imported = {
        node.names[0].name
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
    }
    assert "Builder" in called and not imported & {"ast", "builtins", "importlib", "pickle"}


PAGE = (ROOT / "docs" / "typing.md").read_text("utf-8")
ROWS = re.findall(r"^\| (`.*`) \| (`.*`) \|$", PAGE, re.MULTILINE)


def test_the_page_of_what_can_be_typed_has_rows() -> None:
    assert len(ROWS) >= 18 and "refus" in PAGE


@pytest.mark.parametrize(("typed", "read_as"), ROWS)
def test_the_page_says_how_it_is_read(typed: str, read_as: str) -> None:
    """Each sign of a line is read as the sign beside it, or as the only one there."""
    point = POINT | {"w_1": 0.7}
    left, right = (re.findall("`(.*?)`", part.replace("\\|", "|")) for part in (typed, read_as))
    assert len(right) in (1, len(left))
    for i, text in enumerate(left):
        plain = right[i % len(right)]
        assert parse(text, point).data == pytest.approx(parse(plain, point).data, rel=1e-14)


@pytest.mark.parametrize("text", ["1/2x", "e^2x", "√2x", "x y", "leaky_relu(0,5)"])
def test_the_page_says_what_is_refused(text: str) -> None:
    assert PAGE.count(f"`{text}`") == 2
    with pytest.raises(ValueError):
        parse(text, POINT)


def test_a_step_named_e_is_no_longer_the_number_e() -> None:
    """Whatever waits for it: d = e is read after e = …, though e has a meaning before."""
    for waiting in ({"e": "2*a", "d": "e"}, {"d": "e", "e": "2*a"}, {"d": "3*e", "e": "2*a"}):
        found = expression.read("a = w*x; a", {"w": 2.0, "x": 3.0}, waiting)
        assert found.steps["d"].data == (36 if waiting["d"] == "3*e" else 12)


@pytest.mark.parametrize("name", ["e", "pi", "ln", "z"])
def test_a_step_of_the_expression_is_known_to_those_beside_it(name: str) -> None:
    """d = 2·e, typed beside “e = w·x; e²”, is twice the step: it was twice the number e."""
    typed = read(f"{name} = w*x; {name}**2", {"w": 3.0, "x": 0.5}, {"d": f"2*{name}"})
    assert typed.steps["d"].data == 3.0


def test_a_step_that_floats_cannot_work_out_waits_for_more_digits() -> None:
    x = Value(-800.0, label="x")
    with pytest.raises(DomainError):
        read("exp(2*x)/exp(x)", {"x": x})
    output = read("exp(2*x)/exp(x)", {"x": x}, lazy=True).output
    assert math.isnan(output.data) and x.data == -800.0
    assert replay(output, {x: -2.0}) == pytest.approx(math.exp(-2))
    for never in ("2*x/0", "1/0 + x", "x + log(-1)"):
        with pytest.raises(DomainError):
            read(never, {"x": x}, lazy=True)
