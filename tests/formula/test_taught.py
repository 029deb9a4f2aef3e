"""Write it as a formula: softmax and the cross-entropies as a course writes them."""

from __future__ import annotations

import math

import pytest

from tests.shared import named
from tinygrad_fr import ops
from tinygrad_fr.engine import Value
from tinygrad_fr.formula.derivation import explain
from tinygrad_fr.formula.taught import PART, Taught, part_of
from tinygrad_fr.gradient import gradient
from tinygrad_fr.nn import losses
from tinygrad_fr.ops import TABLE, bce_with_logits, cross_entropy, exp, log_softmax, softmax
from tinygrad_fr.walk import order
from tinygrad_fr.words import use


def scores() -> list[Value]:
    return named(z_1=1.0, z_2=2.0, z_3=0.5)


def test_the_outputs_of_a_softmax_are_found_by_what_they_are() -> None:
    zs = scores()
    parts = [part_of(p) for p in softmax(zs)]
    assert [(p.k, p.scores) for p in parts if p] == [(k, tuple(zs)) for k in range(3)]
    other = Value(0.25)
    for v in (zs[0], exp(zs[0]), exp(other - ops.logsumexp(zs)), log_softmax(zs)[0]):
        assert part_of(v) is None
    inner = softmax(zs)[0]
    inner.inputs[0].label = "e"  # who gave it a name wants to see it
    assert part_of(inner) is None


def test_the_row_of_a_derivation_is_in_no_table() -> None:
    assert PART.name not in TABLE and PART not in TABLE.values()
    zs = scores()
    for k, p in enumerate(softmax(zs)):
        assert PART(k, *zs).data == p.data
        found = gradient(PART(k, *zs), zs)
        expected = gradient(p, zs)
        assert [g.data for g in found] == pytest.approx([g.data for g in expected], rel=1e-14)


def test_the_graph_itself_stays_as_it_is() -> None:
    zs = scores()
    cost = -ops.log(softmax(zs)[1])
    before = [(v, v.op, v.inputs, v.label) for v in order(cost)]
    found = Taught(cost)
    assert [(v, v.op, v.inputs, v.label) for v in order(cost)] == before
    assert found.output.data == cost.data and PART in [v.op for v in order(found.output)]


def lines(cost: Value, wrt: list[Value], notation: str | None = None) -> list[str]:
    with use("en"):
        return [line.strip() for line in str(explain(cost, wrt=wrt, notation=notation)).split("\n")]


@pytest.mark.parametrize("k", range(3))
def test_the_cost_of_a_class_is_minus_the_logarithm_of_its_probability(k: int) -> None:
    zs = scores()
    found = lines(cross_entropy(zs, k), zs)
    assert f"L = −ln(p{'₁₂₃'[k]})" in " ".join(found)
    for j in range(3):
        slope = f"∂L/∂z{'₁₂₃'[j]} = p{'₁₂₃'[j]}" + " − 1" * (j == k)
        assert any(line.startswith(slope + " = ") for line in found), found


def test_a_name_in_use_is_not_given_to_a_probability() -> None:
    zs = scores()
    (other,) = named(p_1=0.5)
    found = lines(cross_entropy(zs, 0) * other, zs)
    assert "p₂ = softmax(z₁, z₂, z₃)₁ = softmax(1, 2, 0.5)₁ = 0.231" in found


def test_slopes_of_logsumexp_are_probabilities() -> None:
    zs = scores()
    found = lines(ops.logsumexp(zs), zs)
    assert found[-1] == "∂L/∂z₃ = p₃ = 0.14"


def test_a_cost_of_scores_has_its_sigmoid() -> None:
    z, y = named(z=0.3, y=1.0)
    found = lines(bce_with_logits(z, y), [z])
    assert found[1:3] == [
        "a = σ(z) = σ(0.3) = 0.574",
        "L = −(y·ln(a) + (1−y)·ln(1 − a)) = −(1·ln(0.5744)+(1−1)·ln(1−0.5744)) = 0.554",
    ]
    assert found[-1] == "∂L/∂z = a − y = 0.574 − 1 = −0.426"


@pytest.mark.parametrize("z", [40.0, -1000.0])
def test_where_a_sigmoid_is_0_or_1_its_logarithm_is_not_written(z: float) -> None:
    score, y = named(z=z, y=1.0)
    found = lines(bce_with_logits(score, y), [score])
    assert "ln" not in " ".join(found) and found[-1].startswith("∂L/∂z = σ(z) − y")
    zs = named(z_1=z, z_2=0.0, z_3=1000.0)
    found = lines(cross_entropy(zs, 0), zs)
    assert "ln(0)" not in " ".join(found) and not math.isnan(float(cross_entropy(zs, 0).data))


def test_two_outputs_of_a_mean_are_two_lines() -> None:
    """By hand: L = (L₁ + L₂)/2, so that ∂L/∂zₖ = (aₖ − yₖ)/2."""
    zs, ys = named(**{"z_1^[1]": 0.9, "z_2^[1]": 1.3}), named(y_1=0.0, y_2=1.0)
    found = lines(losses.bce_with_logits([zs], [ys]), zs)
    assert "∂L/∂zₖ⁽¹⁾ = (1/2)(aₖ⁽¹⁾−yₖ)" in found
    assert "a₂⁽¹⁾ = σ(z₂⁽¹⁾) = σ(1.3) = 0.786" in found and "L = (u₁ + u₂)/2" in " ".join(found)


def layer(count: int) -> list[Value]:
    """Scores z_1^[1], z_2^[1], … of one weight each."""
    (x,) = named(x=2.0)
    found = []
    for k in range(1, count + 1):
        (w,) = named(**{f"w_{k}^[1]": 0.1 * k})
        z = w * x
        z.label = f"z_{k}^[1]"
        found.append(z)
    return found


@pytest.mark.parametrize("count", [2, 3, 6])
@pytest.mark.parametrize("k", [0, 1])
def test_the_slopes_of_a_class_have_a_general_form(count: int, k: int) -> None:
    cost = cross_entropy(layer(count), k)
    with use("en"):
        text = str(explain(cost, notation="delta"))
        latex = explain(cost, notation="delta").to_latex()
        page = explain(cost, notation="delta").to_html()
    assert f"  δₖ⁽¹⁾ = pₖ − [k = {k + 1}]   [C8]\n" in text
    assert ("more" in text) is (count == 6)
    assert rf"\delta_{{k}}^{{[1]}} &= p_{{k}} - \left[k = {k + 1}\right]" in latex
    assert f"<mi>k</mi><mo>=</mo><mn>{k + 1}</mn>" in page


def test_two_costs_of_classes_have_none() -> None:
    zs = layer(3)
    with use("en"):
        text = str(explain(cross_entropy(zs, 0) + cross_entropy(zs, 1), notation="delta"))
    assert "[k =" not in text and "δ₁⁽¹⁾ = " in text
