"""`compile` from a terminal: the golden program, the arrays that are told, what is refused."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tinygrad_fr import cli

NET = ["compile", "--model", "2-3-2", "--x", "0.8", "-1.2", "--y", "0", "1"]
SUM = ["compile", "(w*x + v*u - y)**2", "w=1", "x=2", "v=3", "u=4", "y=5", "--lang", "en"]


def said(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert cli.main(words) == 0
    return capsys.readouterr().out


def test_the_program_of_a_network(capsys: pytest.CaptureFixture[str]) -> None:
    text = said([*NET, "--lang", "en"], capsys)
    assert text.startswith("Z1 = X @ W1.T + b1\nA1 = 1 / (1 + np.exp(-Z1))\n")
    assert "dW2 = D2.T @ A1 / m\ndb2 = D2.sum(0) / m\n" in text
    assert (
        "Operations on scalars: 20. Lines: 5 for the forward pass, "
        "6 for the backward pass. Here L = " in text
    )


def test_several_examples_are_taken_as_they_stand(capsys: pytest.CaptureFixture[str]) -> None:
    text = said([*NET, "--x", "1", "2", "--y", "1", "0"], capsys)
    assert "X1 = np.array([[0.8, -1.2], [1.0, 2.0]])" in text and "/ m" not in text
    assert "C1 = np.array([[0.0, 1.0], [1.0, 0.0]])" in text
    assert "L = 0.5 * ((A2 - C1) ** 2).sum()\n" in text


@pytest.mark.parametrize("y", [["0", "1"], ["1"]])
def test_a_class_is_given_anew(y: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    text = said([*NET[:-2], *y, "--loss", "cross_entropy"], capsys)
    assert "L = (U1 - (Y * Z2).sum(-1)).sum() / m\n" in text
    assert "D2 = np.exp(Z2 - U1[..., None]) - Y\n" in text


def test_the_arrays_are_those_that_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert "w * X" in said(SUM, capsys)
    told = said([*SUM, "--parameters", "w,v", "--inputs", "x,u", "--inputs", "y"], capsys)
    assert told.startswith("Z1 = X @ W.T - Y\n")


def test_a_name_may_have_a_comma(capsys: pytest.CaptureFixture[str]) -> None:
    text = said([*NET, "--parameters", "w_1,1^[1],b_1^[1], w_1,2^[1]"], capsys)
    assert [line.split(" = ")[0] for line in text.split("\n\n")[-2].splitlines()][-2:] == [
        "dW1",
        "db1",
    ]


def test_a_wrong_name_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([*SUM, "--inputs", "q"]) == 2
    assert "--inputs: 'q' is not an input" in capsys.readouterr().err


def test_the_file_runs_by_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "net.py"
    said([*NET, "-o", str(path)], capsys)
    script = "import numpy as np, net; a = np.ones; "
    script += "print(net.program(a((3, 2)), a(3), a((2, 3)), a(2), a((1, 2)), a((1, 2)))[0] > 0)"
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout == "True\n", done.stderr
