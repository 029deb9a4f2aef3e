"""Check it: what students hand in, typed, in files, as a class; what cannot be read is one clear line."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import tinygrad_fr
from tinygrad_fr import cli
from tinygrad_fr.checking import answers
from tinygrad_fr.checking.answers import check_class, check_expression, check_file, read_answers
from tinygrad_fr.words import use

LOSS = "def loss(w=0.5, b=0.1):\n    return (w * 1.5 + b - 1.0) ** 2\n"
RIGHT = "def gradient(w, b):\n    e = w * 1.5 + b - 1.0\n    return {'w': 3.0 * e, 'b': 2 * e}\n"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(answers, "SECONDS", 1.0)
    with use("en"):
        yield


def file(folder: Path, content: str, name: str = "td.py") -> str:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return str(path)


# ── a student's file ──


def test_a_right_file_and_a_wrong_one(tmp_path: Path) -> None:
    report, exercise = check_file(file(tmp_path, LOSS + RIGHT))
    assert report.ok and exercise.output.data == pytest.approx(0.0225)
    wrong, _ = check_file(file(tmp_path, LOSS + RIGHT.replace("3.0 * e", "2 * e")))
    assert (
        wrong.exit_status == 1 and wrong["b"].verdict == "right" and wrong["w"].verdict == "wrong"
    )


def test_numbers_beside_a_file(tmp_path: Path) -> None:
    report, _ = check_file(file(tmp_path, LOSS), {"w": "-0,45", "b": "-0.30"})
    assert report.ok
    assert check_file(file(tmp_path, LOSS), {"w": "-0,46"})[0].exit_status == 1


def test_a_file_that_uses_numpy_counts_as_doubles(tmp_path: Path) -> None:
    code = "import numpy as np\n" + LOSS + RIGHT.replace("2 * e", "float(np.float64(2) * float(e))")
    assert check_file(file(tmp_path, code))[0].ok


BAD = {
    "raises": (
        LOSS + "def gradient(w, b):\n    return {'w': 1 / 0}\n",
        "ZeroDivisionError, line 4",
    ),
    "raises in loss": ("def loss(w=1.0):\n    raise RuntimeError('no')\n", "RuntimeError, line 2"),
    "loops": (LOSS + "def gradient(w, b):\n    while True:\n        pass\n", "endless loop"),
    "loops at import": ("while True:\n    pass\n", "endless loop"),
    "syntax": ("def loss(w=1.0)\n    return w\n", "syntax error, line 1"),
    "exit": ("exit()\n", "ends with exit()"),
    "no loss": (RIGHT, "a function loss"),
    "no gradient": (LOSS, "a function gradient"),
    "no default": ("def loss(w):\n    return w\n", "has no default value"),
    "a list": ("def loss(w=[1.0, 2.0]):\n    return w\n", "one real number"),
    "loss gives no node": ("def loss(w=1.0):\n    return 3.0\n", "must give one number computed"),
    "math.exp": (
        "import math\ndef loss(w=1.0):\n    return math.exp(w)\n",
        "would lose the gradient",
    ),
    "other names": (
        LOSS + "def gradient(w, y):\n    return {'w': 1.0}\n",
        "must have the same names as loss(w, b)",
    ),
    "no mapping": (
        LOSS + "def gradient(w, b):\n    return [1.0, 2.0]\n",
        "must give {name: value}",
    ),
    "text": (LOSS + "def gradient(w, b):\n    return {'w': 'x'}\n", "is not a number"),
    "an array": (LOSS + "def gradient(w, b):\n    return {'w': [1.0]}\n", "is not a number"),
    "nothing": (LOSS + "def gradient(w, b):\n    return {'w': None}\n", "is not a number"),
    "NaN": (LOSS + "def gradient(w, b):\n    return {'w': float('nan')}\n", "is NaN"),
    "unknown": (
        LOSS + "def gradient(w, b):\n    return {'v': 1.0}\n",
        "no parameter of this graph",
    ),
}


@pytest.mark.parametrize(
    "kind", [pytest.param(k, marks=pytest.mark.slow) if k.startswith("loops") else k for k in BAD]
)
def test_a_bad_file_is_one_clear_line(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, expected = BAD[kind]
    path = file(tmp_path, code)
    with pytest.raises(
        (ValueError, TypeError),
        match=expected.replace("(", r"\(").replace(")", r"\)").replace("{", r"\{"),
    ):
        check_file(path, seconds=1.0)
    said = {}
    for lang in ("fr", "en"):
        assert cli.main(["--lang", lang, "check", path]) == 3
        out, err = capsys.readouterr()
        assert out == "" and err.count("\n") == 1 and "Traceback" not in err
        said[lang] = err
    assert said["fr"] != said["en"] and expected in said["en"]


@pytest.mark.slow
def test_a_file_that_never_comes_back_is_ended_from_outside(tmp_path: Path) -> None:
    """One step of Python that holds every thread: only another process can end it."""
    path = file(tmp_path, "x = sum(range(10**15))\n")
    program = "from tinygrad_fr import cli; from tinygrad_fr.checking import answers; answers.SECONDS = 1.0; raise SystemExit(cli.main())"
    folder = str(Path(tinygrad_fr.__file__).parent.parent)
    done = subprocess.run(
        [sys.executable, "-c", program, "--lang", "en", "check", path],
        env={**os.environ, "PYTHONPATH": folder},
        capture_output=True,
        text=True,
        timeout=60,
        encoding="utf-8",
    )
    assert done.returncode == 3 and done.stdout == ""
    assert done.stderr.count("\n") == 1 and "endless loop" in done.stderr


def test_a_watched_file_is_checked_like_any_other(tmp_path: Path) -> None:
    path = file(tmp_path, LOSS + RIGHT.replace("3.0 * e", "-3.0 * e"))
    folder = str(Path(tinygrad_fr.__file__).parent.parent)
    done = subprocess.run(
        [sys.executable, "-m", "tinygrad_fr", "--lang", "fr", "check", path],
        env={**os.environ, "PYTHONPATH": folder},
        capture_output=True,
        text=True,
        timeout=60,
        encoding="utf-8",
    )
    assert done.returncode == 1 and "faux" in done.stdout and done.stderr == ""


# ── numbers in a file ──


def test_numbers_from_json_and_csv(tmp_path: Path) -> None:
    assert read_answers(file(tmp_path, '{"w": "-0,188", "b": 3}', "a.json")) == {
        "w": "-0,188",
        "b": "3",
    }
    assert read_answers(file(tmp_path, "w;b\n-0,188;3\n", "a.csv")) == {"w": "-0,188", "b": "3"}
    assert read_answers(file(tmp_path, "w,b\n-0.188,3\n", "a.csv")) == {"w": "-0.188", "b": "3"}


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.json", "{", "not a readable JSON"),
        ("a.json", "[1, 2]", "an object {name: number}"),
        ("a.csv", "", "a line of names"),
        ("a.csv", "w;b\n", "no line follows"),
        ("a.csv", "w;b\n1;2\n3;4\n", "one line of numbers"),
        ("a.csv", "w;b\n1\n", "1 cells instead of 2"),
        ("a.csv", "w\nabc\n", "not a number"),
        ("a.csv", "w\n1;2\n", "the answer has 2"),
        ("a.csv", "v\n1\n", "no parameter of this graph"),
        ("a.json", '{"w": "nan"}', "not a number"),
        ("a.json", '{"w": "1; 2"}', "is one number, the answer has 2"),
    ],
)
def test_bad_numbers_are_one_clear_line(
    name: str, content: str, expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = file(tmp_path, content, name)
    assert cli.main(["--lang", "en", "check", "w**2", "w=3", "--answer", path]) == 3
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and expected in err


def test_a_spreadsheet_that_is_not_utf8(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.csv").write_bytes("élève;w\nZoé;1\n".encode("cp1252"))
    key = file(tmp_path, LOSS)
    assert (
        cli.main(["--lang", "fr", "check", "--class", str(tmp_path / "a.csv"), "--key", key]) == 3
    )
    assert "CSV UTF-8" in capsys.readouterr().err


# ── a class ──


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


# ── typed ──


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["w**2", "w=3"], "nothing to compare"),
        ([], "is missing"),
        (["w**2", "w=3", "--hand", "w=v"], "v"),
        (["w**2", "w=3", "--hand", "v=2"], "no parameter"),
        (["w**2", "w=nan", "--answer", "w=6"], "nan"),
        (["w**2", "w=3", "--answer", "w=6;7"], "the answer has 2"),
        (["w**2", "w=3", "--answer", "w="], "--answer expects"),
        (["w**2", "w=3", "--answer", "w=inf"], "not a number"),
        (["w**2", "--answer", "w=6"], "w"),
        (["w**2", "w=3", "--hand", "w=2*w", "--answer", "w=6"], "two answers"),
        (["w**2", "w=3", "--hand", "w=2*w", "--hand", "w=3*w"], "once per name"),
        (["w**2", "w=3", "--hand", "w=2*a", "--where", "w=1"], "has a value already"),
        (["log(w)", "w=-1", "--answer", "w=1"], "log needs"),
    ],
)
def test_what_is_typed_wrong_is_one_clear_line(
    words: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said = {}
    for lang in ("fr", "en"):
        assert cli.main(["--lang", lang, "check", *words]) == 3
        out, err = capsys.readouterr()
        assert out == "" and err.count("\n") == 1
        said[lang] = err
    assert expected in said["en"] and said["fr"] != said["en"]


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["w**2", "w=3", "--hand", "w=2*w"], 0),
        (["w**2", "w=3", "--hand", "w=3*w"], 1),
        (["sqrt(w)", "w=0", "--answer", "w=1"], 2),
        (["-y*ln(a)", "a=0.7", "y=1", "--hand", "a=-y/a"], 0),
        (["w**2", "w=3", "--hand", "w=2*w", "--solution"], 0),
    ],
)
def test_the_exit_status_tells(
    words: list[str], status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["--lang", "en", "check", *words]) == status
    assert capsys.readouterr().err == ""


def test_a_file_takes_no_point_and_no_formula(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = file(tmp_path, LOSS + RIGHT)
    for words in (["w=3"], ["--hand", "w=2*w"], ["--where", "a=2"]):
        assert cli.main(["--lang", "en", "check", path, *words]) == 3
        assert "one too many" in capsys.readouterr().err


def test_where_names_what_the_formula_uses() -> None:
    report, _, leaves = check_expression(
        "(2*w - 1)**2", {"w": 3.0}, {"w": "4*e"}, where={"e": "2*w - 1"}
    )
    assert report.ok and list(leaves) == ["w"]
