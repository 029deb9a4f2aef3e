"""Public cases of the engine and its pictures: what people asked, and what is right."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from tinygrad_fr import Value, draw, exp, gradient, log_softmax, maximum, sigmoid, tanh, use


def test_a_second_backward_doubles_the_leaves_and_nothing_else() -> None:
    """karpathy/micrograd#102: the gradient of an inner node was doubled as well."""
    leaf = Value(2.0)
    inner = leaf * leaf
    output = inner * inner
    output.backward()
    assert (leaf.grad, inner.grad) == (4 * 2.0**3, 2 * 4.0)
    output.backward()
    assert (leaf.grad, inner.grad) == (2 * 4 * 2.0**3, 2 * 4.0)


def test_three_thousand_steps_make_a_picture_of_some_boxes(tmp_path: Path) -> None:
    """szagoruyko/pytorchviz#57, #71: 15,001 nodes are of no use as 15,001 boxes."""
    y = Value(0.5, label="x")
    for _ in range(3000):
        y = tanh(y * 1.001 + 0.001)
    y.backward()
    picture = draw(y, tmp_path / "chain.svg")
    assert picture.dot.count("[label=") < 200
    assert (tmp_path / "chain.svg").stat().st_size < 2_000_000


def test_a_picture_before_backward_shows_no_gradients(tmp_path: Path) -> None:
    """karpathy/nn-zero-to-hero#40, #80: zeros were taken for gradients."""
    w, x = Value(2.0, label="w"), Value(-3.0, label="x")
    with use("en"):
        draw(w * x + 10, tmp_path / "g.svg")
    assert "no backward pass" in (tmp_path / "g.svg").read_text("utf-8")


@pytest.mark.parametrize("base", [-2.0, -1.5])
def test_a_negative_base_has_a_slope_and_its_exponent_has_none(base: float) -> None:
    """karpathy/micrograd#41: aᵇ with both as nodes."""
    a, b = Value(base), Value(-3.0)
    power = a**b
    power.backward()
    assert power.data == pytest.approx(base**-3) and a.grad == pytest.approx(-3 * base**-4)
    assert math.isnan(b.grad)


def test_a_positive_base_has_both() -> None:
    a, b = Value(2.0), Value(3.0)
    (a**b).backward()
    assert a.grad == 12 and b.grad == pytest.approx(8 * math.log(2), rel=1e-15)


@pytest.mark.parametrize("at", [2.0, -2.0, 0.25])
def test_the_second_derivative_of_a_power_of_abs(at: float) -> None:
    """sympy/sympy#21572: |x|^1.5, whose slope at 0 is 0."""
    x = Value(at)
    second = gradient(gradient(abs(x) ** 1.5, x), x)
    assert second.data == pytest.approx(0.75 / math.sqrt(abs(at)), rel=1e-14)
    origin = Value(0.0)
    (abs(origin) ** 1.5).backward()
    assert origin.grad == 0


def test_where_all_the_sides_agree_a_tie_has_their_slope() -> None:
    """symforce-org/symforce#36: three functions that are 0 with slope 1 at 0."""
    x = Value(0.0)
    L = maximum(maximum(x, exp(x) - 1), (x + 1) ** 2 / 2 - 0.5)
    L.backward()
    assert (L.data, x.grad) == (0, 1)
    a, b = Value(1.0), Value(1.0)
    maximum(a, b).backward()
    assert a.grad + b.grad == 1


@pytest.mark.parametrize("point", [(-2.0, 5.0, -4.0), (1.5, -0.5, 3.0)])
def test_a_sum_times_a_third(point: tuple[float, float, float]) -> None:
    """noelwelsh/fdl#1, CS231n: (x + y)·z."""
    x, y, z = (Value(number) for number in point)
    q = x + y
    (q * z).backward()
    assert (x.grad, y.grad, z.grad, q.grad) == (z.data, z.data, x.data + y.data, z.data)


def test_the_sum_of_both_log_softmaxes() -> None:
    """mlpack/mlpack#2360: the slope is 1 − 2p, not 1 + p summed up."""
    a, b = Value(0.1), Value(0.9)
    u, v = log_softmax([a, b])
    (u + v).backward()
    p = 1 / (1 + math.exp(0.8))
    assert a.grad == pytest.approx(1 - 2 * p) == pytest.approx(-b.grad)


def test_a_gradient_inside_the_cost_is_followed_or_held() -> None:
    """discuss.pytorch.org, retain_graph: with g a number −6.054, followed through −6.108486."""
    x = Value(1.0, label="x")
    g = gradient((3 * x - 4) ** 2, x)
    followed = ((3 * x + 3 * (x + 0.001 * g)) / 2 - 4) ** 2
    held = ((3 * x + 3 * (x + 0.001 * g.data)) / 2 - 4) ** 2
    assert gradient(followed, x).data == pytest.approx(-6.108486, rel=1e-9)
    assert gradient(held, x).data == pytest.approx(-6.054, rel=1e-9)


@pytest.mark.parametrize(("row", "far"), [(sigmoid, 40.0), (tanh, 20.0)])
def test_saturated_slopes_are_written_as_the_course_does_and_the_row_says_what_that_costs(
    row: object, far: float
) -> None:
    """tenstorrent/tt-metal#55724, #56358: y(1 − y) and 1 − y² lose their digits far out."""
    v = Value(far)
    row(v).backward()  # type: ignore[operator]
    assert v.grad == 0
    assert "loses digits" in row.note  # type: ignore[attr-defined]
