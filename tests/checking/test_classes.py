"""Check it: a class, one row of a table for each student."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.shared import file
from tinygrad_fr import cli
from tinygrad_fr.checking.classes import check_class, mark
from tinygrad_fr.words import use

LOSS = "def loss(w=0.5, b=0.1):\n    return (w * 1.5 + b - 1.0) ** 2\n"


def test_a_class_with_gaps(tmp_path: Path) -> None:
    key = file(tmp_path, LOSS)
    table = "name;w;b\nAda;-0,45;-0,30\nBob;0,45;0,30\nEve;;-0,30\nMax;abc;-0,30\nTom;;\n"
    found = check_class(file(tmp_path, table, "a.csv"), key)
    ada, bob, eve, max_, tom = found.students
    assert ada.report is not None and ada.report.ok and ada.remark == ""
    assert (
        bob.report is not None
        and bob.report.diagnosis is not None
        and bob.report.diagnosis.keys == ("M6",)
    )
    assert eve.remark == "w: no answer" and eve.report is not None and eve.report.ok
    assert (
        "not a number" in max_.remark
        and max_.report is not None
        and max_.report["b"].verdict == "right"
    )
    assert tom.report is None and tom.remark.count("no answer") == 2
    assert [count for _, count in found.mistakes] == [1]


def test_a_class_with_an_unknown_column(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key, table = file(tmp_path, LOSS), file(tmp_path, "name;w;v\nAda;1;2\n", "a.csv")
    for words in (
        ["--class", table, "--key", key],
        ["--class", table],
        ["--key", key],
        ["--class", key + "x", "--key", key],
    ):
        assert cli.main(["--lang", "en", "check", *words]) == 3
        out, err = capsys.readouterr()
        assert out == "" and err.count("\n") == 1


def test_a_spreadsheet_that_is_not_utf8(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.csv").write_bytes("élève;w\nZoé;1\n".encode("cp1252"))
    key = file(tmp_path, LOSS)
    assert (
        cli.main(["--lang", "fr", "check", "--class", str(tmp_path / "a.csv"), "--key", key]) == 3
    )
    assert "CSV UTF-8" in capsys.readouterr().err


def shown(folder: Path, rows: str, code: str = LOSS) -> list[str]:
    """The lines of the class table as a terminal of 100 columns shows it."""
    from io import StringIO

    from rich.console import Console

    found = check_class(file(folder, rows, "a.csv"), file(folder, code))
    console = Console(file=StringIO(), width=100, color_system=None)
    console.print(found)
    return console.file.getvalue().splitlines()  # type: ignore[attr-defined, no-any-return]


def test_the_table_of_a_class_has_a_mark_for_each_answer(tmp_path: Path) -> None:
    """Right ✓, wrong ✗, too few digits to tell ?, nothing given –; then who made which mistake."""
    rows = "name;w;b\nAda;-0,45;-0,30\nBob;0,45;0,30\nEve;-0,5;-0,30\nTom;;-0,3\nSue;0,45;0,30\n"
    head, ada, bob, eve, tom, *rest = shown(tmp_path, rows)
    assert head.split() == ["student", "w", "b", "diagnosis"]
    assert ada.split() == ["Ada", "✓", "✓"]
    assert bob.split()[:3] == ["Bob", "✗", "✗"] and "Compatible with one known mistake" in bob
    assert eve.split()[:3] == ["Eve", "?", "✓"] and "too few digits to decide" in eve
    assert tom.split()[:3] == ["Tom", "–", "✓"] and "w: no answer" in tom
    counts = next(line for line in rest if line.strip().startswith("sign"))
    assert counts.split()[-1] == "2"
    with use("fr"):
        assert shown(tmp_path, rows)[0].split() == ["élève", "w", "b", "diagnostic"]


@pytest.mark.parametrize(
    ("verdict", "sign"),
    [
        ("right", "✓"),
        ("float", "✓"),
        ("convention", "✓"),
        ("kink", "✓"),
        ("undecided", "?"),
        ("wrong", "✗"),
    ],
)
def test_a_verdict_in_one_character(verdict: str, sign: str) -> None:
    assert mark(verdict) == sign
