"""From a terminal, `explain`: the derivation on the board, typed in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tinygrad_fr import cli
from tinygrad_fr.words import use

NEURON = ["explain", "z = w*x + b; a = sigmoid(z); L = (a - y)**2"]
VALUES = ["w=0.5", "x=1.5", "b=0.1", "y=1"]
BATCH = ["explain", "L_1 = (w*x_1 - y_1)**2; L_2 = (w*x_2 - y_2)**2; L = (L_1 + L_2)/2"]
BATCH_VALUES = ["w=0.5", "x_1=1", "x_2=2", "y_1=2", "y_2=4"]
GOLDEN = Path(__file__).parents[1] / "formula" / "golden"


def said(capsys: pytest.CaptureFixture[str], *words: str, status: int = 0) -> str:
    assert cli.main(list(words)) == status
    found = capsys.readouterr()
    return found.err if status else found.out


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("notation", ["course", "delta"])
def test_as_on_the_board(notation: str, lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    expected = (GOLDEN / f"one-neuron-{notation}-{lang}.txt").read_text("utf-8")
    typed = [*NEURON, *VALUES, "--notation", notation, "--lang", lang]
    assert said(capsys, *typed) == expected


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("notation", ["course", "delta"])
def test_a_network_in_one_line(
    notation: str, lang: str, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = (GOLDEN / f"2-3-2-{notation}-{lang}.txt").read_text("utf-8")
    typed = "--model 2-3-2 --activation sigmoid --output sigmoid --seed 3 --x 0.8 -1.2 --y 0 1"
    asked = ["explain", *typed.split(), "--notation", notation, "--lang", lang]
    assert said(capsys, *asked) == expected


def test_what_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    only = said(capsys, *NEURON, *VALUES, "--wrt", "b", "--digits", "5").splitlines()
    assert only[-1] == "  ∂L/∂b = ∂L/∂a·σ′(z) = −0.598866·0.209773 = −0.12563   [C8]"
    assert not any("∂L/∂w" in line for line in only)
    ways = said(capsys, *NEURON, *VALUES, "--paths", "w", "--paths", "b")
    assert "1 path from the cost to this number" in ways
    assert ways.count("Sum: ") == 2 and "Sum: ∂L/∂b = −0.126" in ways
    step = said(capsys, *NEURON, *VALUES, "--wrt", "z", "--notation", "neutral")
    assert "∂L/∂z = ∂L/∂a·a(1−a)" in step and "∂L/∂w" not in step


def test_without_a_parameter_every_name_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert "∂L/∂x = 2x = 2·3 = 6" in said(capsys, "explain", "x**2", "x=3")


def test_one_example_of_a_mean(capsys: pytest.CaptureFixture[str]) -> None:
    first = said(capsys, *BATCH, *BATCH_VALUES)
    assert "∂L/∂w = (1/2) Σᵢ ∂Lᵢ/∂w = (1/2)·(−3 + (−12)) = −7.5   [C12]" in first
    assert "∂L₁/∂w = 2(w·x₁−y₁)·x₁ = 2·(0.5·1−2)·1 = −3" in first
    second = said(capsys, *BATCH, *BATCH_VALUES, "--example", "2")
    assert "∂L₂/∂w = 2(w·x₂−y₂)·x₂ = 2·(0.5·2−4)·2 = −12" in second


@pytest.mark.parametrize(
    ("ending", "begins"),
    [("tex", "\\documentclass"), ("md", "# D"), ("py", "from math import exp")],
)
def test_a_file(ending: str, begins: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = said(capsys, *NEURON, *VALUES, "-o", f"d.{ending}")
    assert found == f"Derivation: d.{ending}\n"
    assert Path(f"d.{ending}").read_text("utf-8").startswith(begins)


def test_a_page(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        said(capsys, *NEURON, *VALUES, "-o", "d.HTML", "--lang", "fr")
        == "Dérivation\u202f: d.HTML\n"
    )
    page = Path("d.HTML").read_text("utf-8")
    assert page.startswith('<!DOCTYPE html>\n<html lang="fr">') and "<math" in page


def test_where_no_number_is_left_the_birth_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    found = said(capsys, "explain", "sqrt(x**2 + y**2)", "x=0", "y=0")
    assert "∂L/∂x = x/L = 0/0 = NaN" in found and "is born" in found.splitlines()[-1]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "expression"),
        (["2 + 3"], "has only numbers"),
        ([*NEURON[1:], *VALUES, "--wrt", "ww"], "--wrt expects a name.*Did you mean w?"),
        ([*NEURON[1:], *VALUES, "--paths", "q"], "--paths expects a name.*w, x, b, y, z, a, L"),
        ([*NEURON[1:], *VALUES, "--wrt", "L"], "L is not part"),
        ([*NEURON[1:], *VALUES, "--notation", "deltas"], "Did you mean 'delta'"),
        ([*NEURON[1:], *VALUES, "--digits", "13"], "--digits is 13; .* ≤ 12"),
        ([*NEURON[1:], *VALUES, "-o", "d.pdf"], "choose .tex, .md, .html, .py"),
        ([*NEURON[1:], *VALUES, "-o", "there/d.tex"], "does not exist"),
        ([*NEURON[1:], *VALUES, "k=1"], "k is given a value"),
        ([*BATCH[1:], *BATCH_VALUES, "--example", "3"], "from 1 to 2"),
    ],
)
def test_what_is_refused(words: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    import re

    english = said(capsys, "explain", *words, status=2)
    assert re.search(told, english) and english.count("\n") == 1
    with use("fr"):
        assert said(capsys, "explain", *words, "--lang", "fr", status=2) != english
    assert not list(Path().iterdir())
