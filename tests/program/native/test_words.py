"""The words in LLVM's lines: right to the last digit, at the edges too."""

from __future__ import annotations

import math
import platform
from typing import Any

import mpmath
import numpy as np
import pytest

from tests.program.native.lines import applied
from tinygrad_fr.ops import TABLE
from tinygrad_fr.program.native import machine, words

EDGES = [0.0, -0.0, 1.0, -1.0, math.inf, -math.inf, math.nan, 5e-324, -5e-324, 1e-300, 1e300]


def ulps(found: Any, truth: Any) -> float:
    """The greatest distance, in units of the last place of the truth."""
    worst = 0.0
    for x, t in zip(found, truth, strict=True):
        nearest = float(t)
        if math.isfinite(nearest):
            worst = max(worst, float(abs(mpmath.mpf(float(x)) - t) / math.ulp(nearest)))
        else:
            assert x == nearest or (x != x and nearest != nearest)
    return worst


def spread(low: float, high: float) -> Any:
    """Numbers of all sizes between two bounds."""
    r = np.random.default_rng(5)
    sizes = 10.0 ** r.uniform(-12, math.log10(max(high, -low)), 3000)
    return np.clip(np.concatenate([r.uniform(low, high, 5000), sizes, -sizes]), low, high)


@pytest.mark.slow
@pytest.mark.parametrize("lanes", [True, False])
@pytest.mark.parametrize(
    ("name", "low", "high", "most"),
    [
        ("exp", -700, 709, 1.0),
        ("expm1", -50, 709, 1.5),
        ("log", 1e-12, 1e6, 1.0),
        ("log1p", -0.999, 1e6, 2.0),
        ("tanh", -30, 30, 2.5),
    ],
)
def test_functions_are_right_to_the_last_digit(
    name: str, low: float, high: float, most: float, lanes: bool
) -> None:
    xs = spread(low, high)
    found = applied(lambda p, a: p.call(name, a), xs, lanes=lanes)
    with mpmath.workdps(40):
        truth = [getattr(mpmath, name)(mpmath.mpf(float(x))) for x in xs]
        assert ulps(found, truth) <= most


def fused() -> bool:
    """Whether (1 + ε)(1 − ε) − 1 is −ε², and not 0."""
    given = [np.full(8, x) for x in (1 + 2.0**-30, 1 - 2.0**-30, -1.0)]
    return bool(applied(lambda p, a, b, c: p.text.fma(a, b, c, p.kind), *given)[0])


def plain_target() -> Any:
    """This processor as if it had two doubles in a vector, and no fused product."""
    import llvmlite.binding as llvm

    features = llvm.get_host_cpu_features()
    for name in features:
        features[name] &= not name.startswith(("avx", "fma"))
    return llvm.Target.from_default_triple().create_target_machine(
        cpu="x86-64", features=features.flatten(), opt=3, reloc="pic", codemodel="small"
    )


def test_this_processor_is_known() -> None:
    """Whatever LLVM calls its features."""
    assert machine.fuses() == fused()


@pytest.mark.slow
@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="all others fuse")
def test_exp_is_right_to_the_last_digit_where_no_product_is_fused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(machine, "target", plain_target)
    monkeypatch.setattr(machine, "_kept", lambda key: None)
    monkeypatch.setattr(machine, "_keep", lambda key, code: None)
    monkeypatch.setattr(words, "fuses", lambda: False)
    assert not fused()
    xs = spread(-700, 709)
    with mpmath.workdps(40):
        truth = [mpmath.exp(mpmath.mpf(float(x))) for x in xs]
        for lanes in (True, False):
            found = applied(lambda p, a: p.call("exp", a), xs, lanes=lanes, width=2)
            assert ulps(found, truth) <= 0.9
    edges = np.array([*EDGES, 709.8, -745.0, -746.0, 720.0])
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(applied(lambda p, a: p.call("exp", a), edges), np.exp(edges))


@pytest.mark.parametrize("name", ["exp", "expm1", "log", "log1p", "tanh", "sqrt", "abs", "floor"])
def test_edges_are_numpy_s(name: str) -> None:
    xs = np.array([*EDGES, 709.8, -745.0, -746.0, 720.0, 40.0, -40.0, -1.5, 2.5])
    found = applied(lambda p, a: p.call(name, a), xs)
    with np.errstate(all="ignore"):
        truth = getattr(np, name)(xs)
    np.testing.assert_allclose(found, truth, rtol=4e-16, atol=5e-324)
    same = ~np.isnan(truth)
    assert (np.signbit(found) == np.signbit(truth))[same].all()


@pytest.mark.parametrize(
    ("name", "truth"),
    [
        ("maximum", np.maximum),
        ("minimum", np.minimum),
        ("logaddexp", np.logaddexp),
        ("arctan2", np.arctan2),
        ("hypot", np.hypot),
        ("heaviside", np.heaviside),
    ],
)
def test_words_of_two(name: str, truth: Any) -> None:
    values = [*EDGES[:7], 2.0, 3.5, 700.0, -700.0]
    a, b = map(np.array, zip(*((x, y) for x in values for y in values), strict=True))
    if name == "heaviside":
        b = np.zeros(len(a))
    with np.errstate(all="ignore"):
        expected = truth(a, b)
    found = applied(lambda p, x, y: p.call(name, x, y), a, b)
    np.testing.assert_allclose(found, expected, rtol=4e-16, atol=0)


@pytest.mark.parametrize("width", [2, 4, 8])
def test_any_width_gives_the_same_bits(width: int) -> None:
    xs = spread(-20, 20)
    words = lambda p, a: p.sum(p.call("tanh", a), p.power(a, 3), p.call("sin", a))  # noqa: E731
    assert (applied(words, xs, width=width) == applied(words, xs, width=2)).all()


def test_a_square_is_a_product() -> None:
    def body(words: Any, a: str) -> Any:
        found = TABLE["pow"].spell(words, [a, 2])
        assert not words.text.uses
        return found

    xs = spread(-3, 3)
    assert (applied(body, xs) == xs * xs).all()


@pytest.mark.parametrize("name", ["exp", "expm1", "exp2", "sigmoid", "log2", "log10", "gelu"])
def test_rows_say_what_they_are(name: str) -> None:
    """As a row spells it, and exp never by way of C's pow."""
    xs = np.abs(spread(-3, 3)) + 0.1
    row = TABLE[name]
    seen: list[set[str]] = []

    def body(words: Any, a: str) -> Any:
        seen.append(words.text.uses)
        return row.spell(words, [a])

    np.testing.assert_allclose(applied(body, xs), [row(x) for x in xs], rtol=1e-14)
    assert name == "exp2" or not any("@pow" in line for line in seen[0])


def test_remainders_and_choices() -> None:
    a, b = np.array([7.5, -7.5, 7.5, -7.5, 6.0]), np.array([2.0, 2.0, -2.0, -2.0, 3.0])
    assert (applied(lambda p, x, y: p.infix("mod", x, y), a, b) == np.mod(a, b)).all()
    assert (applied(lambda p, x, y: p.infix("//", x, y), a, b) == a // b).all()
    chosen = applied(lambda p, x, y: p.call("where", p.infix(">", x, 0), x, p.product(y, x)), a, b)
    assert (chosen == np.where(a > 0, a, b * a)).all()
    for n in (-3, -1, 2, 3, 5, 16, 0.5, 2.5, -0.5):
        found = applied(lambda p, x, n=n: p.power(x, n), np.abs(a))
        np.testing.assert_allclose(found, np.abs(a) ** n, rtol=1e-15)
