"""Check it: a class, one row of a table for each student."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.shared import file
from tinygrad_fr import cli
from tinygrad_fr.checking.classes import ClassReport, Student, check_class, mark
from tinygrad_fr.checking.diagnose import Diagnosis
from tinygrad_fr.checking.report import Report
from tinygrad_fr.checking.shown import plain_text
from tinygrad_fr.checking.verdict import WRONG, Entry
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
    assert tom.report is None and tom.remark == "no answer at all"
    assert [s.mark for s in found.students] == ["✓", "✗", "?", "?", "?"]
    assert [s.ok for s in found.students] == [True, False, False, False, False]
    assert eve.gaps == max_.gaps == ("w",) and tom.gaps == ("w", "b")
    assert [count for _, count in found.mistakes] == [1]


def test_a_class_without_a_column_of_the_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key, table = file(tmp_path, LOSS), file(tmp_path, "name;u;v\nAda;1;2\n", "a.csv")
    for words in (
        ["--class", table, "--key", key],
        ["--class", table],
        ["--key", key],
        ["--class", key + "x", "--key", key],
    ):
        assert cli.main(["--lang", "en", "check", *words]) == 3
        out, err = capsys.readouterr()
        assert out == "" and err.count("\n") == 1


def test_a_spreadsheet_as_french_excel_saves_it(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("élève;w\nZoé;-0,45\n".encode("cp1252"))
    (zoe,) = check_class(tmp_path / "a.csv", file(tmp_path, LOSS)).students
    assert zoe.name == "Zoé" and zoe.ok


@pytest.mark.parametrize(
    ("table", "names", "told"),
    [
        ("name;mail;w;b;mark\nAda;a@b;-0,45;-0,30;12\n", ["Ada"], "Columns not compared: mail, "),
        ("mail;Nom;Prénom;w;b\na@b;Lovelace;Ada;-0,45;-0,30\n", ["Lovelace Ada"], "compared: mail"),
        ("w;b;who\n-0,45;-0,30;Ada\n", ["Ada"], ""),
        (";w;b\nAda;-0,45;-0,30\n;-0,45;-0,30\n", ["Ada", "(line 3)"], ""),
        ("name;w;bb\nAda;-0,45;1\n", ["Ada"], "Parameters of the key without a column: b."),
    ],
)
def test_any_other_column_is_let_through(
    table: str, names: list[str], told: str, tmp_path: Path
) -> None:
    found = check_class(file(tmp_path, table, "a.csv"), file(tmp_path, LOSS))
    assert [s.name for s in found.students] == names and all(s.ok for s in found.students)
    assert told in " ".join(found.notes) and bool(told) is bool(found.notes)


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("w;b\n-0,45;-0,30\n", "no column names the students"),
        ("name;w;w\nAda;-0,45;1\n", "two columns are named 'w'"),
        ("name;u\nAda;1\n", "no column has the name of a parameter; the key has w, b"),
    ],
)
def test_a_table_that_could_be_misread_is_refused(table: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=told):
        check_class(file(tmp_path, table, "a.csv"), file(tmp_path, LOSS))


def test_two_of_one_name_are_told(tmp_path: Path) -> None:
    rows = "name;w;b\nAda;-0,45;-0,30\nBob;-0,45;-0,30\nAda;;-0,30\n"
    found = check_class(file(tmp_path, rows, "a.csv"), file(tmp_path, LOSS))
    assert [s.remark for s in found.students] == [
        "same name as on line 4",
        "",
        "same name as on line 2; w: no answer",
    ]


def test_right_for_another_cost_in_a_class(tmp_path: Path) -> None:
    """≈ in either case; whether it counts as right is the teacher's word, on either side."""
    rows = "name;w;b\nHal;-0,225;-0,15\n"
    answers = file(tmp_path, rows, "a.csv")
    accepting = file(tmp_path, LOSS + "accept = ('half',)\n", "accepting.py")
    for key, accept, ok in (
        (file(tmp_path, LOSS), [], False),
        (file(tmp_path, LOSS), ["half"], True),
        (file(tmp_path, LOSS), ["sum"], False),
        (accepting, [], True),
    ):
        (hal,) = check_class(answers, key, accept=accept).students
        assert (hal.mark, hal.ok) == ("≈", ok)
        assert hal.mistake == "the factor 2 is missing"


def test_a_suggested_mistake_has_a_question_mark() -> None:
    class Suggested:
        kind, names, place = "suggested", ("sign", "factor"), ""

    report = Report([Entry("w", 1.0, 2.0, WRONG)], Suggested())  # type: ignore[arg-type]
    assert Student("Ada", report).mistake == "sign ?"
    report = Report([Entry("w", 1.0, 2.0, WRONG)], Diagnosis("unknown", place="look at δ"))
    assert Student("Ada", report).told() == "unknown mistake: look at δ"


def seventeen(tmp_path: Path, students: int) -> ClassReport:
    names = [f"p{i}" for i in range(17)]
    code = f"def loss({', '.join(f'{n}=0.5' for n in names)}):\n    return {' * '.join(names)}\n"
    slope = 0.5**16
    rows = [
        f"A student of a rather long name {k};" + ";".join([str(slope * (1 if k else 2))] * 17)
        for k in range(students)
    ]
    table = "\n".join(["name;" + ";".join(names), *rows])
    return check_class(file(tmp_path, table, "a.csv"), file(tmp_path, code))


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_seventeen_parameters_and_thirty_students_can_be_read(lang: str, tmp_path: Path) -> None:
    """One line each at 80 columns, the marks never cut."""
    few = seventeen(tmp_path, 2)
    found = ClassReport(few.parameters, few.students * 15)
    with use(lang):
        lines = plain_text(found, 80).splitlines()
    assert max(map(len, lines)) <= 80 and len(lines) <= 30 + 8
    assert [line.split()[-1] for line in lines[2:31:2]] == ["17/17"] * 15
    assert all(" 0/17 " in line and "✗" in line for line in lines[1:31:2])


def test_a_class_is_a_table_everywhere(tmp_path: Path) -> None:
    rows = "name;w;b\n<Ada>;-0,45;-0,30\nBob;0,45;0,30\n"
    found = check_class(file(tmp_path, rows, "a.csv"), file(tmp_path, LOSS))
    for text in (str(found), repr(found), plain_text(found, 60)):
        assert "Bob" in text and "✗" in text and "1 of 2 students has everything right" in text
    html = found._repr_html_()
    assert "<td>&lt;Ada&gt;</td>" in html and "<td>✗</td>" in html and "<Ada>" not in html


def test_a_class_as_json(tmp_path: Path) -> None:
    rows = "name;w;b\nAda;-0,45;-0,30\nTom;;\n"
    ada, tom = check_class(file(tmp_path, rows, "a.csv"), file(tmp_path, LOSS)).students
    assert ada.report is not None
    assert ada.to_json() == {
        "student": "Ada",
        "mark": "✓",
        "right": 1,
        "remark": "",
        "report": ada.report.to_json(),
    }
    assert tom.to_json()["report"] is None and tom.to_json()["right"] == 0


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
    assert head.split() == ["student", "mark", "w", "b", "right", "diagnosis"]
    assert ada.split() == ["Ada", "✓", "✓", "✓", "2/2"]
    assert bob.split()[:5] == ["Bob", "✗", "✗", "✗", "0/2"] and "sign (y − ŷ" in bob
    assert eve.split()[:5] == ["Eve", "?", "?", "✓", "1/2"] and "too few digits to decide" in eve
    assert tom.split()[:5] == ["Tom", "?", "–", "✓", "1/2"] and "w: no answer" in tom
    counts = next(line for line in rest if line.strip().startswith("sign"))
    assert counts.split()[-1] == "2"
    with use("fr"):
        titles = shown(tmp_path, rows)[0].split()
        assert titles == ["élève", "note", "w", "b", "justes", "diagnostic"]


@pytest.mark.parametrize(
    ("verdict", "sign"),
    [
        ("right", "✓"),
        ("float", "✓"),
        ("cost", "≈"),
        ("kink", "✓"),
        ("undecided", "?"),
        ("wrong", "✗"),
    ],
)
def test_a_verdict_in_one_character(verdict: str, sign: str) -> None:
    assert mark(verdict) == sign
