"""Names as the course writes them, in text and in LaTeX."""

from __future__ import annotations

import pytest

from tinygrad_fr.formula.names import free_names, latex_name, pretty


@pytest.mark.parametrize(
    ("label", "text", "latex"),
    [
        ("w_1", "w₁", "w_{1}"),
        ("a_1^[2]", "a₁⁽²⁾", "a_{1}^{[2]}"),
        ("w_3,2^[1]", "w₃,₂⁽¹⁾", "w_{3,2}^{[1]}"),
        ("W^[l]", "W⁽ˡ⁾", "W^{[l]}"),
        ("sigma", "σ", r"\sigma"),
        ("theta_3", "θ₃", r"\theta_{3}"),
        ("y_hat", "ŷ", r"\hat{y}"),
        ("x1", "x₁", "x_{1}"),
        ("f'", "f′", "f'"),
        ("w₁", "w₁", "w_{1}"),
        ("relu2", "relu2", r"\mathrm{relu2}"),
        ("my loss", "my loss", r"\mathrm{my loss}"),
        ("50%", "50%", r"\mathrm{50\%}"),
    ],
)
def test_names_as_the_course_writes_them(label: str, text: str, latex: str) -> None:
    assert pretty(label) == text
    assert latex_name(label) == latex


def test_free_names_avoid_what_is_taken() -> None:
    name = free_names({"u₁", "u₃"})
    assert [name(), name(), name()] == ["u₂", "u₄", "u₅"]
