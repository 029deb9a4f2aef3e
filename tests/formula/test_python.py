"""Write it as a formula: the function that a student can paste and run, run in a child."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from tests.formula.test_derivation import GRAPHS, graphs
from tests.formula.test_writers import LABELS, with_labels
from tests.ops.table import ROWS, far_points, width
from tests.shared import named
from tinygrad_fr.engine import Value
from tinygrad_fr.formula.derivation import Derivation, explain
from tinygrad_fr.formula.python import _identifier
from tinygrad_fr.ops import Op, sqrt
from tinygrad_fr.walk import chain_rule
from tinygrad_fr.words import use

RUNNER = (
    "import contextlib, io, json, runpy, sys\n"
    "for path in sys.argv[1:]:\n"
    "    with contextlib.redirect_stdout(io.StringIO()):\n"
    "        found = runpy.run_path(path)['derivation']()\n"
    "    print(json.dumps(found))\n"
)


def run(programs: list[str], folder: Path) -> list[Any]:
    """What each function gives, in a child that has nothing of ours."""
    paths = []
    for i, text in enumerate(programs):
        imported = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.ImportFrom)]
        assert {n.module for n in imported} <= {"math"} and "import math" not in text
        paths.append(folder / f"p{i}.py")
        paths[-1].write_text(text, "utf-8")
    told = subprocess.run(
        [sys.executable, "-I", "-c", RUNNER, *map(str, paths)],
        capture_output=True,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in told.stdout.splitlines()]


def held(found: list[Derivation], folder: Path) -> None:
    """Each program gives the output and the gradient that the walk gives."""
    for d, (output, slopes) in zip(found, run([d.to_python() for d in found], folder), strict=True):
        assert output == pytest.approx(d.stages.output.data, rel=1e-9, abs=1e-12)
        arrived = chain_rule(d.stages.output)
        expected = {d.stages.names[v]: arrived.get(v, 0.0) for v in d.stages.wanted}
        assert slopes == pytest.approx(expected, rel=1e-7, abs=1e-9)
        assert len(slopes) == len(d.stages.wanted) > 0


def test_every_golden_graph_in_every_notation(tmp_path: Path) -> None:
    notations = ("course", "delta", "neutral")
    held([explain(GRAPHS[g](), notation=n) for g in GRAPHS for n in notations], tmp_path)


def test_every_row(tmp_path: Path) -> None:
    found = []
    for row in ROWS.args[1]:
        assert isinstance(row, Op)
        leaves = [Value(x, label=c) for c, x in zip("pqrs", far_points(row, 1)[0], strict=False)]
        if row.kind != "guard" and row.name not in ("sign", "step", "floor"):
            whole = [1] if row.name == "cross_entropy" else []
            found.append(explain(row(*whole, *leaves[: width(row)]) * leaves[0], wrt=leaves))
    assert len(found) > 40
    held(found, tmp_path)


def test_random_graphs(tmp_path: Path) -> None:
    found: list[Derivation] = []

    @settings(max_examples=60, deadline=None)
    @given(graphs())
    def keep(output: Value) -> None:
        if all(g - g == 0 for g in chain_rule(output).values()):
            found.append(explain(output))

    keep()
    held(found[-50:], tmp_path)


def test_any_label_is_a_name_of_python(tmp_path: Path) -> None:
    words = ["lambda", "class", "exp", "e", "print", "derivation", "def", "L", "dL_dw", "w", "w_"]
    labels = [*LABELS, *words, "'", '"""', "\\", "a\nimport os", "# x"]
    found = explain(with_labels(labels))
    assert all(name.isidentifier() and name.isascii() for name in map(_identifier, labels))
    held([found], tmp_path)


def test_as_a_student_would_write_it() -> None:
    with use("en"):
        text = explain(GRAPHS["one-neuron"]()).to_python()
    assert text.startswith("from math import exp\n\n\ndef derivation(\n    w=0.5,\n    x=1.5,\n")
    assert "    da_dz = a * (1 - a)  # σ′(z)\n    dL_dw = dL_da * da_dz * x\n" in text
    assert text.endswith("\n\n\nprint(derivation())\n")
    with use("fr"):
        assert "# Passe avant" in explain(GRAPHS["one-neuron"]()).to_python()
    assert [_identifier(x) for x in ("w_1,12^[2]", "theta", "y_hat_1", "w_1,2^[1]")] == [
        "w1_12_2",
        "theta",
        "y_hat1",
        "w12_1",
    ]


def test_a_line_without_a_number_is_refused() -> None:
    (x,) = named(x=0.0)
    with use("en"), pytest.raises(ValueError, match="∂L/∂x has no value here"):
        explain(sqrt(x) * 1.0).to_python()
