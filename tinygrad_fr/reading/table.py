"""What a person saves becomes a table: names of columns and rows of cells, from a CSV file.

    table = read_table("answers.csv", header=True)      names, then at least one row
    table.names                                         ["student", "w", "b"]
    for row in table.rows:
        row.line, row.cells                             3, ["Ada", "-0,188", "0,25"]
        table.number(row, 1)                            -0.188, or one line that says which cell
    table.place("w")                                    1, or one line with the nearest name
    table.refuse(fr="…", en="…", row=row, column=1)     "answers.csv: line 3, column 2 (w): …"

The separator (tab, `;` or `,`) and, unless told, whether the first line names the columns are found
out; quotes may hold separators and ends of lines; blank rows are passed over.  Points to learn from
and the answers of a class are read here.  What cannot be read is a ValueError in one line.
"""

from __future__ import annotations

import codecs
import csv
import os
import re
from pathlib import Path
from typing import NamedTuple, NoReturn

from tinygrad_fr.reading.number import is_number, parse_number
from tinygrad_fr.refusals import did_you_mean, refuse
from tinygrad_fr.words import say

WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # how .xlsx and .ods begin, and .xls
MISSING = {"", "na", "n/a", "nan", "null", "none", "?"}  # what stands where there is no number
_SAID = re.compile(r"\s*\"?sep=(.)\"?[;,\t]*\r?\n", re.IGNORECASE)  # as Excel says it, in line 1
_BOUNDLESS = re.compile(r"[+-]?(?:inf|infinity|∞)", re.IGNORECASE)


class Row(NamedTuple):
    """The cells of one row, and the line of the file on which it begins."""

    line: int
    cells: list[str]


class Table:
    """The cells of a file: `names` of the columns, `rows`; `named` if the file says the names."""

    def __init__(
        self,
        path: str | os.PathLike[str],
        text: str,
        header: bool | None = None,
        corner: bool = False,
    ) -> None:
        self.path, self.corner = path, corner
        told = _SAID.match(text)
        self.separator = told[1] if told else _separator(text)
        self.rows = self._read(text[told.end() :] if told else text, begin=2 if told else 1)
        if not self.rows:
            self.refuse(
                fr="le fichier est vide ; il faut une ligne de noms, puis une ligne par exemple",
                en="the file is empty; a line of names is needed, then one line per example",
            )
        first = self.rows[0].cells
        self.named = header if header is not None else not any(map(like_number, first))
        self.names = first if self.named else [f"x_{i}" for i in range(1, len(first) + 1)]
        self.decimal = ""  # the mark that the numbers read so far have before their decimals
        self._hold_widths()
        if self.named:
            self._hold_names(self.rows.pop(0))

    def __repr__(self) -> str:
        return f"<{len(self.rows)} rows of ({', '.join(self.names)})>"

    # ── the cells ──

    def number(self, row: Row, column: int) -> float:
        """The number in a cell, the columns counted from 0; all cells have one decimal mark."""
        cell = row.cells[column]
        if cell.lower() in MISSING:
            found = say(fr="valeur manquante", en="missing value")
            found += f" ({cell!r})" if cell else ""
            self.refuse(
                fr=f"{found} ; complétez la ligne ou ôtez-la",
                en=f"{found}; complete the line or take it out",
                row=row,
                column=column,
            )
        if _BOUNDLESS.fullmatch(cell.replace("−", "-")):
            self.refuse(
                fr=f"{cell!r} est infini ; il faut un nombre fini",
                en=f"{cell!r} is infinite; a finite number is needed",
                row=row,
                column=column,
            )
        try:
            x = parse_number(cell)
        except ValueError as error:
            self.refuse(fr=str(error), en=str(error), row=row, column=column)
        mark = next((c for c in cell if c in ",."), "")
        if mark and self.decimal and mark != self.decimal:
            self.refuse(
                fr=f"{cell!r} écrit sa décimale avec « {mark} », les lignes d’avant avec "
                f"« {self.decimal} » ; choisissez l’un des deux",
                en=f"{cell!r} has '{mark}' before its decimals, the lines above have "
                f"'{self.decimal}'; choose one",
                row=row,
                column=column,
            )
        self.decimal = self.decimal or mark
        return x

    def place(self, given: str | int | None, option: str = "target") -> int:
        """The place, from 0, of a column given by name or by number (1 the first, −1 the last).

        The last one if nothing is given.
        """
        count = len(self.names)
        if given is None:
            return count - 1
        if isinstance(given, str):
            if self.named and given in self.names:
                return self.names.index(given)
            if not re.fullmatch(r"-?\d+", given, re.ASCII):
                self._refuse_name(given, option)
            given = int(given)
        if given == 0 or not -count <= given <= count:
            self.refuse(
                fr=f"{option}={given} : il y a {count} colonnes ; donnez un numéro de 1 à {count}",
                en=f"{option}={given}: there are {count} columns; give a number from 1 to {count}",
            )
        return given - 1 if given > 0 else count + given

    def called(self, column: int) -> str:
        """A column, counted from 0, as a person finds it: its number from 1, its name: 3 (age)."""
        return f"{column + 1}" + (f" ({self.names[column]})" if self.named else "")

    # ── what is held of every table ──

    def _read(self, text: str, begin: int) -> list[Row]:
        lines = csv.reader(
            text.splitlines(keepends=True),
            delimiter=self.separator,
            strict=True,
            skipinitialspace=True,
        )
        rows, first = [], begin
        try:
            for cells in lines:
                stripped = [cell.strip() for cell in cells]
                if any(stripped):
                    rows.append(Row(begin, stripped))
                begin = lines.line_num + first
        except csv.Error as error:
            self.refuse(
                fr=f'ligne {begin} : un guillemet " n’est pas fermé comme il faut ({error})',
                en=f'line {begin}: a quote " is not closed as it should be ({error})',
            )
        width = max(map(_filled, rows), default=0)
        return [Row(line, cells[:width]) for line, cells in rows]

    def _hold_widths(self) -> None:
        for line, cells in self.rows:
            if len(cells) != len(self.names):
                comma = self.separator == "," and len(cells) > len(self.names)
                self.refuse(
                    fr=f"ligne {line} : {len(cells)} cases au lieu de {len(self.names)}"
                    + (" (avec des virgules décimales, séparez par ;)" if comma else ""),
                    en=f"line {line}: {len(cells)} cells instead of {len(self.names)}"
                    + (" (with decimal commas, separate by ;)" if comma else ""),
                )

    def _hold_names(self, row: Row) -> None:
        for i, name in enumerate(self.names):
            if not name and not (i == 0 and self.corner):
                self.refuse(
                    fr=f"ligne {row.line} : la colonne {i + 1} n’a pas de nom ; nommez-la ou "
                    "ôtez-la",
                    en=f"line {row.line}: column {i + 1} has no name; name it or take it out",
                )
            if name in self.names[:i]:
                self.refuse(
                    fr=f"ligne {row.line} : deux colonnes s’appellent {name!r} ; renommez-en une",
                    en=f"line {row.line}: two columns are named {name!r}; rename one",
                )
        if not self.rows:
            self.refuse(
                fr="les colonnes ont un nom, mais aucune ligne ne suit ; il faut une ligne par "
                "exemple",
                en="the columns have names, but no line follows; one line per example is needed",
            )

    # ── what is refused ──

    def refuse(self, *, fr: str, en: str, row: Row | None = None, column: int = -1) -> NoReturn:
        """Say what is wrong with this file, or with this cell of it (columns counted from 0)."""
        if row is not None and column >= 0:
            named = self.called(column)
            fr = f"ligne {row.line}, colonne {named} : {fr}"
            en = f"line {row.line}, column {named}: {en}"
        refuse_file(self.path, fr=fr, en=en)

    def _refuse_name(self, given: str, option: str) -> NoReturn:
        count, names = len(self.names), ", ".join(self.names)
        if not self.named:
            self.refuse(
                fr=f"{option}={given!r}, mais la première ligne ne nomme pas les colonnes ; "
                f"donnez un numéro de 1 à {count}",
                en=f"{option}={given!r}, but the first line does not name the columns; "
                f"give a number from 1 to {count}",
            )
        hint = did_you_mean(given, self.names)
        self.refuse(
            fr=f"{option}={given!r} est inconnu.{hint} Choisissez parmi : {names}",
            en=f"{option}={given!r} is unknown.{hint} Choose one of: {names}",
        )


def read_table(
    path: str | os.PathLike[str],
    *,
    header: bool | None = None,
    corner: bool = False,
    encoding: str | None = None,
    option: str = "",
) -> Table:
    """The table in a CSV file.

    header    whether the first line names the columns; found out unless told (no cell is a number)
    corner    whether the first of these names may be missing, as a class's over its students
    encoding  found out unless told: see `read_text`
    option    how a person may tell it: "encoding=, --encoding"; "" where it cannot be told

    Raises FileNotFoundError, or ValueError in one line for what cannot be read as a table.
    """
    return Table(path, read_text(path, encoding, option), header, corner)


def read_text(path: str | os.PathLike[str], encoding: str | None = None, option: str = "") -> str:
    """The text of a file; FileNotFoundError, or ValueError in one line where there is none to read.

    encoding  unless told UTF-16 if the file begins as it does; else UTF-8 if it can be that; else
              cp1252, as spreadsheets in the west of Europe write
    option    how a person may tell it, if they can
    """
    content = _content(path)
    if content.startswith(WORKBOOKS):
        refuse_file(
            path,
            fr="c’est un classeur de tableur (.xlsx, .ods, .xls) ; enregistrez la feuille en CSV",
            en="this is a spreadsheet’s workbook (.xlsx, .ods, .xls); save the sheet as CSV",
        )
    name = _encoding(content) if encoding is None else encoding
    try:
        text = content.decode(name)
    except UnicodeDecodeError as error:
        line, byte = content[: error.start].count(b"\n") + 1, content[error.start]
        name = "utf-8, cp1252" if encoding is None else name.removesuffix("-sig")
        refuse_file(
            path,
            fr=f"ligne {line} : l’octet 0x{byte:02x} n’est pas de l’{name} ; enregistrez le "
            "fichier en UTF-8 (« CSV UTF-8 » dans un tableur)"
            + (f", ou dites son encodage ({option})" if option else ""),
            en=f"line {line}: byte 0x{byte:02x} is not {name}; save the file as UTF-8 "
            "(“CSV UTF-8” in a spreadsheet)"
            + (f", or give its encoding ({option})" if option else ""),
        )
    except (LookupError, UnicodeError):
        refuse_file(
            path,
            fr=f"encodage {name!r} inconnu ; par exemple « utf-8 » ou « cp1252 »",
            en=f"unknown encoding {name!r}; 'utf-8' or 'cp1252' for example",
        )
    if "\0" in text:
        refuse_file(
            path,
            fr="ce n’est pas un texte ; enregistrez le tableau en CSV, UTF-8",
            en="this is not text; save the table as CSV, UTF-8",
        )
    return text.removeprefix("\ufeff")


def _content(path: str | os.PathLike[str]) -> bytes:
    """The bytes of a file."""
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        refuse_file(
            path,
            fr="aucun fichier de ce nom ; vérifiez le chemin",
            en="there is no such file; check the path",
            kind=FileNotFoundError,
        )
    except OSError as error:
        if Path(path).is_dir():
            refuse_file(
                path,
                fr="c’est un dossier ; donnez un fichier",
                en="this is a folder; give a file",
            )
        refuse_file(
            path, fr=f"illisible ({error.strerror})", en=f"it cannot be read ({error.strerror})"
        )


def _encoding(content: bytes) -> str:
    """Which encoding these bytes are in, as far as they show it."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        content.decode()
    except UnicodeDecodeError:
        return "utf-8" if b"\0" in content else "cp1252"
    return "utf-8"


def like_number(cell: str) -> bool:
    """Whether the cell is, or should have been, a number; a name or the word of a class is not."""
    plain = cell.replace("−", "-")
    return bool(cell.lower() in MISSING - {""} or is_number(cell) or _BOUNDLESS.fullmatch(plain))


def refuse_file(
    path: str | os.PathLike[str], *, fr: str, en: str, kind: type[Exception] = ValueError
) -> NoReturn:
    """Say what is wrong with a file, after its name."""
    refuse(fr=f"{path} : {fr}", en=f"{path}: {en}", kind=kind)


def _filled(row: Row) -> int:
    """How many cells, up to the last that holds something: a spreadsheet adds empty ones, a;b;;"""
    return next(n for n in range(len(row.cells), 0, -1) if row.cells[n - 1])


def _separator(text: str) -> str:
    """A tab, a semicolon or a comma: the first of them that divides the first line, outside "
    "quotes."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    for separator in "\t;":
        if len(next(csv.reader([first], delimiter=separator, skipinitialspace=True), [])) > 1:
            return separator
    return ","
