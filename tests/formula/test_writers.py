"""Write it as a formula: a derivation in Markdown, LaTeX, HTML; any label is text."""

from __future__ import annotations

import re
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.formula.test_derivation import GOLDEN, GRAPHS, one_neuron, two_three_two
from tests.shared import named
from tinygrad_fr import ops
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


LABELS = [
    "</script>",
    "\\input{a}",
    "w_%",
    "a_{b}",
    "x^[#]",
    "é loss",
    "日本",
    "😀",
    "αβ ∂ 1",
    "~^_$",
]
LABELS += [
    "a\nb\tc",
    "\x1b[31mred",
    "50 % & more",
    "ŷ",
    "ō",
    "% \\end{document}",
    "{",
    "}}",
    "`x`",
    "ﬁ",
]


def with_labels(labels: list[str]) -> Value:
    """A sum of squares of leaves that are called so."""
    return ops.sum([Value(0.5 + i, label=label) ** 2 for i, label in enumerate(labels)])


def test_what_cannot_be_seen_is_spelled_out() -> None:
    text = str(explain(with_labels(LABELS)))
    assert all(line == "" or line.isprintable() for line in text.split("\n"))
    assert r"\x1b[31mred" in text and "a b c" in text
    page = explain(with_labels(LABELS)).to_html()
    ElementTree.fromstring("<a>" + page.partition("<body>")[2].partition("</body>")[0] + "</a>")


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="no pdflatex here")
def test_latex_compiles_and_stays_on_the_page(tmp_path: Path) -> None:
    """Every golden case, and any label, in one document; pdflatex stops at the first error."""
    bodies = []
    for case in sorted(path.stem for path in GOLDEN.iterdir()):
        graph, notation, lang = case.rsplit("-", 2)
        with use(lang):
            bodies.append(explain(GRAPHS[graph](), notation=notation).to_latex(document=False))
    for label in LABELS:
        bodies.append(explain(with_labels([label, "x"])).to_latex(document=False))
    wide = named(**{f"w_{i}": i / 10 for i in range(1, 30)})
    w = ops.sum([ops.sigmoid(v) for v in wide])
    bodies.append(explain((w - 1) ** 2 * w, notation="delta").to_latex(document=False))
    head, begin, _ = explain(one_neuron()).to_latex().partition("\\section*")
    assert re.findall(r"\\usepackage(?:\[[^]]*\])?\{(\w+)\}", head) == [
        "inputenc",
        "fontenc",
        "amsmath",
        "geometry",
    ]
    (tmp_path / "all.tex").write_text(head + "\n".join(bodies) + "\\end{document}\n", "utf-8")
    told = subprocess.run(
        ["pdflatex", "-halt-on-error", "-interaction=nonstopmode", "all.tex"],
        cwd=tmp_path,
        capture_output=True,
    )
    log = told.stdout.decode("latin-1")
    assert told.returncode == 0, log[-2000:]
    assert "Overfull" not in log, re.findall("Overfull.*", log)


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
    assert found._repr_html_().replace("h3>", "h2>") in page  # below a heading of its own


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
