"""What a person saves becomes a table: separators, names, quotes, and one line for what cannot be "
"read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tinygrad_fr.reading.table import Row, like_number, read_table, read_text
from tinygrad_fr.words import use


def saved(folder: Path, content: str | bytes) -> Path:
    path = folder / "table.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


ROWS = [Row(2, ["Ada", "-0,5"]), Row(3, ["Bob", "1,25"])]


@pytest.mark.parametrize(
    "text",
    [
        "name;w\nAda;-0,5\nBob;1,25\n",
        "name\tw\nAda\t-0,5\nBob\t1,25",
        '"name","w"\n"Ada","-0,5"\n Bob , "1,25"\n',
        "\ufeffname;w\r\nAda;-0,5\r\nBob;1,25\r\n\r\n;\n",
        "name;w;;\r\nAda;-0,5;;\r\nBob;1,25;;\r\n;;;\r\n",
        "name;w\nAda;-0,5;\nBob;1,25;\n",
    ],
)
def test_names_and_rows_in_many_spellings(tmp_path: Path, text: str) -> None:
    for header in (True, None):
        table = read_table(saved(tmp_path, text), header=header)
        assert table.names == ["name", "w"] and table.rows == ROWS and table.named
        assert [table.number(row, 1) for row in table.rows] == [-0.5, 1.25]
    assert repr(table) == "<2 rows of (name, w)>"


@pytest.mark.parametrize("said", ["sep=;\n", "SEP=;\r\n", '"sep=;"\r\n', "sep=;;;\n"])
def test_the_separator_may_be_said_in_the_first_line(tmp_path: Path, said: str) -> None:
    """As Excel writes and reads it; lines are counted with it all the same."""
    table = read_table(saved(tmp_path, f"\ufeff{said}name;w\nAda;-0,5\nBob;1,25\n"))
    assert table.names == ["name", "w"] and table.separator == ";"
    assert table.rows == [Row(n + 1, cells) for n, cells in ROWS]
    odd = read_table(saved(tmp_path, "sep=|\nname|w\nAda|-0.5\n"))
    assert odd.names == ["name", "w"] and odd.rows[0].cells == ["Ada", "-0.5"]


def test_an_empty_cell_inside_is_kept(tmp_path: Path) -> None:
    table = read_table(saved(tmp_path, "a;b;c\n1;;\n2;;\n"))
    assert table.names == ["a", "b", "c"] and [row.cells for row in table.rows] == [
        ["1", "", ""],
        ["2", "", ""],
    ]
    with use("en"), pytest.raises(ValueError, match="line 3: 3 cells instead of 2"):
        read_table(saved(tmp_path, "a;b\n1;2\n1;2;3;\n"))


def test_names_are_found_out_unless_told(tmp_path: Path) -> None:
    path = saved(tmp_path, "1 000;1/3\n1,5×10³;nan\n")
    table = read_table(path)
    assert table.names == ["x_1", "x_2"] and not table.named and table.rows[0].line == 1
    assert table.number(table.rows[0], 0) == 1000 and table.number(table.rows[0], 1) == 1 / 3
    assert table.number(table.rows[1], 0) == 1500
    assert read_table(path, header=True).names == ["1 000", "1/3"]
    assert read_table(saved(tmp_path, "a;b\nc;d\n"), header=False).names == ["x_1", "x_2"]


def test_only_the_corner_may_have_no_name_and_only_if_told(tmp_path: Path) -> None:
    path = saved(tmp_path, ";w\nAda;1\n")
    assert read_table(path, header=True, corner=True).names == ["", "w"]
    with use("en"), pytest.raises(ValueError, match="line 1: column 1 has no name"):
        read_table(path, header=True)
    with use("en"), pytest.raises(ValueError, match="line 1: column 2 has no name"):
        read_table(saved(tmp_path, "w;\nAda;1\n"), header=True, corner=True)


def test_a_cell_that_is_wrong_is_named(tmp_path: Path) -> None:
    table = read_table(saved(tmp_path, "name;w\nAda;one\n\nBob;1e999\nEve;-∞\nTom;n/a\nLea;\n"))
    said = []
    for row in table.rows:
        with use("en"), pytest.raises(ValueError) as caught:
            table.number(row, 1)
        said.append(str(caught.value).partition("table.csv: ")[2])
    assert [line.partition(": ")[0] for line in said] == [
        f"line {n}, column 2 (w)" for n in (2, 4, 5, 6, 7)
    ]
    for line, words in zip(
        said,
        ["'one' is not a number", "outside what", "infinite", "value ('n/a')", "missing value;"],
        strict=True,
    ):
        assert words in line


def test_one_decimal_mark_in_one_file(tmp_path: Path) -> None:
    table = read_table(saved(tmp_path, "w;b\n1;0,5\n2;0.5\n"))
    assert table.number(table.rows[0], 1) == 0.5
    with use("en"), pytest.raises(ValueError, match="has '.' before its decimals"):
        table.number(table.rows[1], 1)


def test_a_column_by_name_and_by_number(tmp_path: Path) -> None:
    table = read_table(saved(tmp_path, "a;b;c\n1;2;3\n"))
    assert [table.place(x) for x in ("a", "c", 1, "3", -1, None)] == [0, 2, 0, 2, 2, 2]
    with use("en"), pytest.raises(ValueError, match="there are 3 columns"):
        table.place(0)
    with use("en"), pytest.raises(ValueError, match=r"table.csv: key='bb' is unknown. Did you"):
        table.place("bb", option="key")


def test_like_a_number() -> None:
    assert all(map(like_number, ["1", "1 000", "0,5", "1/3", "nan", "?", "-∞", "1e999"]))
    assert not any(map(like_number, ["", "one", "w", "1/2/3", "x1"]))


def test_where_there_is_no_text(tmp_path: Path) -> None:
    for lang, missing, folder in (("en", "no such file", "folder"), ("fr", "aucun", "dossier")):
        with use(lang), pytest.raises(FileNotFoundError, match=missing):
            read_text(tmp_path / "none.csv")
        with use(lang), pytest.raises(ValueError, match=folder):
            read_text(tmp_path)
    with use("fr"), pytest.raises(ValueError, match="ligne 2.*CSV UTF-8.*--encoding"):
        read_text(saved(tmp_path, b"a\n\x81"), option="--encoding")
    with use("fr"), pytest.raises(ValueError, match=r"dans un tableur\)$"):
        read_text(saved(tmp_path, b"a\n\x81"))
    for begin in (b"PK\x03\x04\x14\0", b"\xd0\xcf\x11\xe0\xa1\xb1"):
        for lang, said in (("en", "workbook.*the sheet as CSV"), ("fr", "classeur.*en CSV")):
            with use(lang), pytest.raises(ValueError, match=said):
                read_text(saved(tmp_path, begin + b"\0rels"), option="--encoding")
    with use("en"), pytest.raises(ValueError, match="this is not text"):
        read_text(saved(tmp_path, b"a\0b\n"))


def test_the_encodings_of_spreadsheets(tmp_path: Path) -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252"):
        assert read_text(saved(tmp_path, "é;€\n".encode(encoding))) == "é;€\n"
    assert read_text(saved(tmp_path, "é".encode("cp1252")), encoding="latin2") == "é"
    with use("en"), pytest.raises(ValueError, match="line 1: byte 0xe9 is not ascii"):
        read_text(saved(tmp_path, "é".encode("cp1252")), encoding="ascii")
