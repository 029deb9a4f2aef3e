"""Names as the course writes them, in text and in LaTeX."""

from __future__ import annotations

import pytest

from tinygrad_fr.formula.names import free_names, latex_name, pretty, shown
from tinygrad_fr.pages import PAGES


@pytest.mark.parametrize(
    ("label", "text", "latex"),
    [
        ("w_1", "w₁", "w_{1}"),
        ("a_1^[2]", "a₁⁽²⁾", "a_{1}^{[2]}"),
        ("w_3,2^[1]", "w₃₂⁽¹⁾", "w_{3,2}^{[1]}"),
        ("w_3,12^[1]", "w₃,₁₂⁽¹⁾", "w_{3,12}^{[1]}"),
        ("W^[l]", "W⁽ˡ⁾", "W^{[l]}"),
        ("sigma", "σ", r"\sigma"),
        ("theta_3", "θ₃", r"\theta_{3}"),
        ("y_hat", "ŷ", r"\hat{y}"),
        ("x1", "x₁", "x_{1}"),
        ("f'", "f′", "f'"),
        ("w₁", "w₁", "w_{1}"),
        ("relu2", "relu2", r"\text{relu2}"),
        ("my loss", "my loss", r"\text{my loss}"),
        ("50%", "50%", r"\text{50\%}"),
    ],
)
def test_names_as_the_course_writes_them(label: str, text: str, latex: str) -> None:
    assert pretty(label) == text
    assert latex_name(label) == latex


def test_free_names_avoid_what_is_taken() -> None:
    name = free_names({"u₁", "u₃"})
    assert [name(), name(), name()] == ["u₂", "u₄", "u₅"]


@pytest.mark.parametrize(
    ("label", "markup"),
    [
        ("w_1", "<msub><mi>w</mi><mn>1</mn></msub>"),
        ("W^[l]", "<msup><mi>W</mi><mrow><mo>[</mo><mn>l</mn><mo>]</mo></mrow></msup>"),
        ("theta", "<mi>θ</mi>"),
        ("f'", "<mi>f′</mi>"),
        ("a & b", "<mtext>a &amp; b</mtext>"),
        (
            "∂L/∂w_1",
            "<mfrac><mrow><mi>∂</mi><mi>L</mi></mrow><mrow><mi>∂</mi>"
            "<msub><mi>w</mi><mn>1</mn></msub></mrow></mfrac>",
        ),
    ],
)
def test_names_in_mathml(label: str, markup: str) -> None:
    assert shown(label, PAGES["mathml"]) == markup


@pytest.mark.parametrize(
    ("label", "text", "latex"),
    [
        ("∂L/∂w_1^[2]", "∂L/∂w₁⁽²⁾", r"\frac{\partial L}{\partial w_{1}^{[2]}}"),
        ("∂²L/∂w∂b", "∂²L/∂w∂b", r"\frac{\partial ^{2}L}{\partial w\partial b}"),
        ("∂my loss/∂w", "∂my loss/∂w", r"\frac{\partial \text{my loss}}{\partial w}"),
    ],
)
def test_derivatives_by_name(label: str, text: str, latex: str) -> None:
    assert (pretty(label), latex_name(label)) == (text, latex)
