"""Build a graph: a CSV file is read as it was meant, and a bad one is told line by line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tinygrad_fr.nn import data
from tinygrad_fr.words import NARROW, use

# ── CSV files that are read ──


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "points.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


PLAIN = [[1.5, -2.0], [0.25, 3e-4]]


@pytest.mark.parametrize(
    "text",
    [
        "a,b,label\n1.5,-2,0\n0.25,3e-4,1\n",
        "1.5,-2,0\n0.25,3e-4,1",
        "a;b;label\n1,5;-2;0\n0,25;3e-4;1\n",
        "a;b;label\n1.5;-2;0\n.25;3e-4;1\n",
        "a\tb\tlabel\n1,5\t-2\t0\n,25\t3E-4\t1\n",
        "\ufeffa,b,label\r\n1.5,-2,0\r\n0.25,3e-4,1\r\n",
        "\n\na,b,label\n\n1.5,-2,0\n  \n0.25,3e-4,1\n,,\n\n",
        '"a","b","label"\n"1.5", "-2", "0"\n"0.25","0.0003","1"\n',
        '"1,5","-2","0"\n"0,25","0,0003","1"\n',
        "  a , b , label \n 1.5 , −2 , 0 \n +0.25 , 3e-4 , 1 \n",
        '"a",b,label\n1.5,-2,0\n0.25,3e-4,1\n',
        "1,5;-2;0\n0,25;3e-4;1\n",
    ],
)
def test_the_same_table_in_many_spellings(tmp_path: Path, text: str) -> None:
    X, y = read = data.read_csv(written(tmp_path, text))
    assert X == PLAIN and y == [0, 1] and read.classes == (0, 1)
    assert all(type(k) is int for k in y)
    assert read.names == (("a", "b") if "a" in text else ("x_1", "x_2"))


def test_a_semicolon_within_quotes_separates_nothing(tmp_path: Path) -> None:
    assert data.read_csv(written(tmp_path, '"a;1",b\n1.5,-2\n')).names == ("a;1",)


def test_a_cell_of_two_lines_counts_as_two(tmp_path: Path) -> None:
    path = written(tmp_path, 'a,"the\nlabel"\n1,2\n\nx,4\n')
    with use("en"), pytest.raises(ValueError, match=r"line 5, column 1 \(a\): 'x'"):
        data.read_csv(path)


def test_target_by_name_and_by_number(tmp_path: Path) -> None:
    path = written(tmp_path, "kind,a,b\nred,1,2\nblue,3,4\nred,5,6\n")
    for target in ("kind", 1, "1", -3):
        X, y = read = data.read_csv(path, target=target)
        assert X == [[1, 2], [3, 4], [5, 6]] and y == [1, 0, 1]
        assert read.classes == ("blue", "red") and read.names == ("a", "b")
    with (
        use("en"),
        pytest.raises(ValueError, match=r"line 2, column 1 \(kind\): 'red' is not a number"),
    ):
        data.read_csv(path)


def test_the_inputs_may_be_named(tmp_path: Path) -> None:
    """A teacher's table: a column of names stands in it, and another that is of no use."""
    path = written(tmp_path, "nom;n1;n2;n3;reçu\nZoé;1;2;3;oui\nAda;4;5;6;non\n")
    for inputs in (["n3", "n1"], [4, 2], ["4", "-4"]):
        found = data.read_csv(path, "reçu", inputs)
        assert found[0] == [[3.0, 1.0], [6.0, 4.0]] and found.names == ("n3", "n1")
        assert found[1] == [1, 0] and found.classes == ("non", "oui")
    with use("en"), pytest.raises(ValueError, match="inputs='n4' is unknown. Choose one of"):
        data.read_csv(path, "reçu", ["n4"])
    for lang, said in (("en", "'reçu' is the target as well"), ("fr", "est aussi la cible")):
        with use(lang), pytest.raises(ValueError, match=said):
            data.read_csv(path, inputs=["n1", "reçu"])


def test_a_column_of_words_says_how_it_is_left_out(tmp_path: Path) -> None:
    path = written(tmp_path, "n1;nom;n2;reçu\n1;Zoé;2;oui\n4;Ada;5;non\n")
    with use("en"), pytest.raises(ValueError, match=r"column 2 \(nom\).*--inputs n1,n2\)"):
        data.read_csv(path)
    with use("fr"), pytest.raises(ValueError, match=r"colonne 2 \(nom\).*pas plus bas"):
        data.read_csv(path)
    path = written(tmp_path, "1;Zoé;2;oui\n4;Ada;5;non\n")
    with use("en"), pytest.raises(ValueError, match=r"column 2: 'Zoé'.*--inputs 1,3\)"):
        data.read_csv(path)
    path = written(tmp_path, "n1;n2;reçu\n1;deux;oui\n4;5;non\n")
    with use("en"), pytest.raises(ValueError, match=r"'deux' is not a number. Write for example"):
        data.read_csv(path)


def test_classes_that_differ_in_capitals_only_are_told(tmp_path: Path) -> None:
    path = written(tmp_path, "u,label\n1,yes\n\n2,no\n3,Yes\n")
    for lang, said in (("en", "'Yes', but 'yes' on line 2"), ("fr", "'Yes', mais 'yes' ligne 2")):
        with use(lang), pytest.raises(ValueError, match=rf"5, col\w+ 2 \(label\).*{said}"):
            data.read_csv(path)
    letters = data.read_csv(written(tmp_path, "u,label\n1,a\n2,A\n"))
    assert letters.classes == ("A", "a")


def test_words_as_classes_without_a_header(tmp_path: Path) -> None:
    read = data.read_csv(written(tmp_path, "1,2,+\n3,4,-\n5,6,+\n"))
    assert read == ([[1, 2], [3, 4], [5, 6]], [0, 1, 0])
    assert read.classes == ("+", "-") and read.names == ("x_1", "x_2")


def test_a_quantity_is_no_class(tmp_path: Path) -> None:
    read = data.read_csv(written(tmp_path, "x,y\n1,2.5\n2,4\n"))
    assert read == ([[1], [2]], [2.5, 4.0]) and read.classes == ()
    assert data.read_csv(written(tmp_path, "x,y\n1,-1\n2,1\n")).classes == ()


def test_a_header_of_numbers_can_be_said(tmp_path: Path) -> None:
    path = written(tmp_path, "1,2\n3,4\n5,7\n")
    assert data.read_csv(path) == ([[1], [3], [5]], [2, 4, 7])
    assert data.read_csv(path, header=True) == ([[3], [5]], [4, 7])


def test_another_encoding(tmp_path: Path) -> None:
    text = "x;espèce\n1,5;rosé\n2;doré\n"
    path = written(tmp_path, text.encode("cp1252"))
    assert data.read_csv(path).classes == ("doré", "rosé")
    with use("en"), pytest.raises(ValueError, match="line 1: byte 0xe8 is not utf-8.*--encoding"):
        data.read_csv(path, encoding="utf-8")
    path = written(tmp_path, text.encode("utf-16"))
    found = data.read_csv(path, "espèce")
    assert found[0] == [[1.5], [2.0]] and found.target == "espèce"


# ── CSV files that are not ──


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b,label\n1,2,0\n3,,1\n", "line 3, column 2 (b): missing value; complete the line"),
        ("a,b,label\n1,2,0\n3,NaN,1\n", "line 3, column 2 (b): missing value ('NaN')"),
        ("a,b,label\n1,2,0\n3,NA,1\n", "missing value ('NA')"),
        ("a,b,label\n1,2,0\n\n3,four,1\n", "line 4, column 2 (b): 'four' is not a number"),
        ("1,2,0\n3,inf,1\n", "line 2, column 2: 'inf' is infinite"),
        ("1,2,0\n3,1e999,1\n", "line 2, column 2: '1e999' is outside what a number can hold"),
        ("1,2,0\n3,4,\n", "line 2, column 3: missing value"),
        ("1,2,red\n3,4,\n", "line 2, column 3: missing value"),
        ("nan,nan,red\n3,4,red\n", "line 1, column 1: missing value"),
        ("inf,inf,red\n3,4,red\n", "line 1, column 1: 'inf' is infinite"),
        ("1,2,red\n3,4,5\n", "'red' (line 1) and '5' (line 2), words and numbers"),
        ("1,2,label\n3,4,5\n", "'label' (line 1) and '5' (line 2), words and numbers"),
        ("a,b,label\n1,2,0\n3,4\n", "line 3: 2 cells instead of 3"),
        (
            "a,b,label\n1,5,2,0\n",
            "line 2: 4 cells instead of 3 (with decimal commas, separate by ;)",
        ),
        (
            "a;b;label\n1,5;2;0\n1.5;2;0\n",
            "line 3, column 1 (a): '1.5' has '.' before its decimals",
        ),
        ("a;b\n1.234,5;2\n", "'1.234,5' is not a number"),
        ("a;b\n1_000;2\n", "'1_000' is not a number"),
        ("a;b\n١;2\n", "is not a number"),
        ("", "the file is empty"),
        ("\n \n", "the file is empty"),
        ("a,b,label\n", "no line follows; one line per example is needed"),
        ("a,,label\n1,2,3\n", "line 1: column 2 has no name"),
        (",,red\n1,2,red\n", "line 1: column 1 has no name"),
        ("a,a,label\n1,2,3\n", "two columns are named 'a'"),
        ("1\n2\n", "a single column"),
        ('a,b\n1,"2\n3,4\n', "line 2: a quote"),
        ('a,b\n1,"2"3\n', "line 2: a quote"),
        ("a,b\n1,\x002\n", "this is not text"),
    ],
)
def test_a_bad_file_is_told_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    path = written(tmp_path, text)
    with use("en"), pytest.raises(ValueError) as caught:
        data.read_csv(path)
    told = str(caught.value)
    assert message in told and "\n" not in told and told.startswith(str(path))
    with use("fr"), pytest.raises(ValueError) as caught:
        data.read_csv(path)
    assert f"{NARROW}: " in str(caught.value) and str(caught.value) != told


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("lable", "Did you mean 'label'? Choose one of: a, b, label"),
        (4, "there are 3 columns; give a number from 1 to 3"),
        (0, "there are 3 columns"),
        ("-4", "there are 3 columns"),
    ],
)
def test_a_target_that_is_not_there(tmp_path: Path, target: str | int, message: str) -> None:
    path = written(tmp_path, "a,b,label\n1,2,0\n3,4,1\n")
    with use("en"), pytest.raises(ValueError) as caught:
        data.read_csv(path, target=target)
    assert message in str(caught.value)


def test_a_name_without_a_header(tmp_path: Path) -> None:
    with (
        use("en"),
        pytest.raises(ValueError, match="does not name the columns; give a number from 1 to 2"),
    ):
        data.read_csv(written(tmp_path, "1,2\n3,4\n"), target="label")


def test_no_file_and_no_file_at_all(tmp_path: Path) -> None:
    with use("en"), pytest.raises(FileNotFoundError, match="there is no such file; check the path"):
        data.read_csv(tmp_path / "none.csv")
    with use("en"), pytest.raises(ValueError, match="this is a folder; give a file"):
        data.read_csv(tmp_path)
    with use("en"), pytest.raises(ValueError, match="unknown encoding 'latin-one'"):
        data.read_csv(written(tmp_path, "1,2\n"), encoding="latin-one")
