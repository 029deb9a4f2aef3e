"""Check it: a class, one row of a table for each student."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tinygrad_fr import cli
from tinygrad_fr.checking.classes import check_class
from tinygrad_fr.words import use

LOSS = "def loss(w=0.5, b=0.1):\n    return (w * 1.5 + b - 1.0) ** 2\n"


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with use("en"):
        yield


def file(folder: Path, content: str, name: str = "td.py") -> str:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return str(path)


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
