"""Check it: what a teacher keeps of a class."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tinygrad_fr.checking.classes import ClassReport, check_class
from tinygrad_fr.checking.marks import file_names, write_marks, write_pages
from tinygrad_fr.words import use

LOSS = "def loss(w=0.5, b=0.1):\n    return (w * 1.5 + b - 1.0) ** 2\n"
ROWS = "name;w;b\nAda;-0,45;-0,30\nBob;0,45;0,30\nZoé;-0,5;-0,30\nTom;;\nHal;-0,225;-0,15\n"


@pytest.fixture
def found(tmp_path: Path) -> ClassReport:
    (tmp_path / "key.py").write_text(LOSS, "utf-8")
    (tmp_path / "a.csv").write_text(ROWS, "utf-8")
    with use("en"):
        return check_class(tmp_path / "a.csv", tmp_path / "key.py", accept=["half"])


def test_marks_as_a_spreadsheet_opens_them(found: ClassReport, tmp_path: Path) -> None:
    with use("en"):
        path = write_marks(found, tmp_path / "marks.csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file, delimiter=";")
    assert head == ["student", "mark", "right", "w", "b", "mistake", "place"]
    assert [row[:5] for row in rows] == [
        ["Ada", "✓", "1", "right", "right"],
        ["Bob", "✗", "0", "wrong", "wrong"],
        ["Zoé", "?", "0", "undecided", "right"],
        ["Tom", "?", "0", "", ""],
        ["Hal", "≈", "1", "cost", "cost"],
    ]
    assert [row[5] for row in rows] == [
        "",
        "sign (y − ŷ instead of ŷ − y)",
        "",
        "",
        "the factor 2 is missing",
    ]


def test_a_name_is_no_formula(found: ClassReport, tmp_path: Path) -> None:
    found.students[0].name = "=1+1"
    text = write_marks(found, tmp_path / "marks.csv").read_text("utf-8-sig")
    assert "\n'=1+1;" in text.replace("\r\n", "\n")


def test_marks_go_into_a_csv(found: ClassReport, tmp_path: Path) -> None:
    with use("en"), pytest.raises(ValueError, match="unknown extension"):
        write_marks(found, tmp_path / "marks.xlsx")


@pytest.mark.parametrize(
    ("lang", "hint", "none"),
    [("fr", "Indice : ", "aucune réponse"), ("en", "Hint: ", "no answer at all")],
)
def test_a_page_for_every_student(lang: str, hint: str, none: str, tmp_path: Path) -> None:
    (tmp_path / "key.py").write_text(LOSS, "utf-8")
    (tmp_path / "a.csv").write_text(ROWS, "utf-8")
    with use(lang):
        found = check_class(tmp_path / "a.csv", tmp_path / "key.py")
        paths = write_pages(found, tmp_path / "pages")
    assert [p.name for p in paths] == ["Ada.txt", "Bob.txt", "Zoé.txt", "Tom.txt", "Hal.txt"]
    texts = [p.read_text("utf-8").replace("\u202f", " ") for p in paths]
    assert texts[0].startswith("Ada   ✓\n") and hint not in texts[0]
    assert texts[1].startswith("Bob   ✗\n") and hint in texts[1]
    assert none in texts[3]


def test_pages_hold_back_what_is_held_back(found: ClassReport, tmp_path: Path) -> None:
    with use("en"):
        _, bob, *_ = write_pages(found, tmp_path / "pages", hint=0, expected=False)
    text = bob.read_text("utf-8")
    assert "−0.45" not in text and "expected" not in text and "Hint" not in text and "✗" in text


@pytest.mark.parametrize(
    ("names", "files"),
    [
        (["Zoé", "zoé", "ZOÉ"], ["Zoé", "zoé-2", "ZOÉ-3"]),
        (["Zoe\u0301"], ["Zoé"]),
        (["../../x", "a/b", "a\\b"], ["x", "a_b", "a_b-2"]),
        (["con", "Com1", ""], ["con_", "Com1_", "_"]),
        (["x" * 300], ["x" * 80]),
        (["O’Neil", "D'Arc", "Jean-Luc B."], ["O’Neil", "D'Arc", "Jean-Luc B"]),
    ],
)
def test_a_name_any_system_takes(names: list[str], files: list[str]) -> None:
    assert file_names(names) == files
