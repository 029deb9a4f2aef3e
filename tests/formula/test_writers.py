"""Write it as a formula: a derivation in Markdown, LaTeX, HTML; any label is text."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable

import pytest

from tests.formula.test_derivation import one_neuron, two_three_two
from tinygrad_fr.engine import Value
from tinygrad_fr.formula.derivation import explain
from tinygrad_fr.ops import relu
from tinygrad_fr.walk import order
from tinygrad_fr.words import use

HOSTILE = "</script>", "x<&$_{", "\\input{a}"


def hostile() -> Value:
    x, w, y = (Value(v, label=k) for v, k in zip((2.0, 0.5, 1.0), HOSTILE, strict=True))
    return (relu(w * x) - y) ** 2


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_latex_on_the_board(lang: str) -> None:
    with use(lang):
        text = explain(one_neuron()).to_latex()
    point = {"en": ".", "fr": "{,}"}[lang]
    assert r"\begin{document}" in text and text.count("{") == text.count("}")
    assert (
        r"\frac{\partial L}{\partial a} &= 2 \left(a - y\right) "
        rf"= 2 \cdot \left(0{point}7006 - 1\right) = -0{point}599 \tag*{{[C9]}}"
    ) in text
    assert r"\sigma'\left(z\right) &= a \left(1 - a\right)" in text
    assert text.isascii() or lang == "fr"


def test_general_forms_in_latex() -> None:
    text = explain(two_three_two()).to_latex(document=False)
    assert (
        r"\frac{\partial L}{\partial a_{k}^{[1]}} &= \sum_{j} "
        r"\frac{\partial L}{\partial a_{j}^{[2]}} \cdot w_{j,k}^{[2]}"
        r" \cdot \sigma'\left(z_{j}^{[2]}\right) \tag*{[C11]}"
    ) in text
    assert "document" not in text


@pytest.mark.parametrize("graph", [one_neuron, two_three_two, hostile])
@pytest.mark.parametrize("notation", ["course", "delta", "neutral"])
def test_html_is_well_formed_and_needs_nothing_from_elsewhere(
    graph: Callable[[], Value], notation: str
) -> None:
    output = graph()
    found = explain(output, notation=notation, wrt=[v for v in order(output) if v.op is None])
    page = found.to_html()
    ElementTree.fromstring("<a>" + page.partition("<body>")[2].partition("</body>")[0] + "</a>")
    assert "</script>" not in page and not re.search(r"""(src|href)\s*=|url\(|@import""", page)
    assert found._repr_html_() in page


def test_markdown_is_headings_and_formulas() -> None:
    with use("en"):
        text = explain(two_three_two()).to_markdown()
    heads = [line for line in text.splitlines() if line.startswith("#")]
    assert heads[1:] == [
        "## Forward pass",
        "## Backward pass, layer 2",
        "## Backward pass, layer 1",
    ]
    assert text.count("$$") == 2 * 5 and text.count(r"\begin{aligned}") == 5


def test_hostile_labels_are_text_in_latex() -> None:
    output = hostile()
    text = explain(output, wrt=[v for v in order(output) if v.op is None]).to_latex()
    assert r"\input{a}" not in text and "$" not in text.replace(r"\$", "")
