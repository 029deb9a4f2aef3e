"""Build a graph: the examples in a CSV file, one per line.

X, y = read_csv("points.csv", target="label")
"""

from __future__ import annotations

import csv
import math
import os
import re
from pathlib import Path
from typing import NoReturn

from tinygrad_fr.nn.data.examples import Examples, Rows, Targets
from tinygrad_fr.refusals import did_you_mean, refuse

_NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_MISSING = {"", "na", "n/a", "nan", "null", "none", "?"}
_BOUNDLESS = re.compile(r"[+-]?(?:inf|infinity|∞)", re.IGNORECASE)


def read_csv(
    path: str | os.PathLike[str],
    target: str | int | None = None,
    *,
    header: bool | None = None,
    encoding: str = "utf-8-sig",
) -> Examples:
    """The examples of a CSV file: one per line, a column for each input and one for the target.

    target  name of the column of the targets, or its number counted from 1 (−1 is the last);
            the last column unless told.  Where its cells are words they are classes, numbered in
            alphabetical order (`.classes` keeps the words); the other columns are numbers
    header  whether the first line names the columns; found out unless told (no cell is a number)

    The separator is a tab, a semicolon or a comma, found out; a decimal comma is read as one, where
    the separator leaves it.  Blank lines are passed over.  Raises FileNotFoundError, and ValueError
    in one line that names line and column for whatever cannot be a number: missing, text, infinite.
    """
    table = _Table(path, _read_text(path, encoding), header)
    return table.examples(table.place(target))


def _read_text(path: str | os.PathLike[str], encoding: str) -> str:
    try:
        content = Path(path).read_bytes()
    except FileNotFoundError:
        refuse(
            fr=f"{path} : aucun fichier de ce nom ; vérifiez le chemin",
            en=f"{path}: there is no such file; check the path",
            kind=FileNotFoundError,
        )
    except OSError as error:
        if Path(path).is_dir():
            _refuse(path, "c’est un dossier ; donnez un fichier", "this is a folder; give a file")
        _refuse(path, f"illisible ({error.strerror})", f"it cannot be read ({error.strerror})")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        _refuse(
            path,
            f"ligne {line} : l’octet 0x{content[error.start]:02x} n’est pas de l’{encoding} ; "
            "enregistrez le fichier en UTF-8, ou donnez encoding=, par exemple « cp1252 »",
            f"line {line}: byte 0x{content[error.start]:02x} is not {encoding}; "
            "save the file as UTF-8, or give encoding=, 'cp1252' for example",
        )
    except LookupError:
        _refuse(
            path,
            f"encodage {encoding!r} inconnu ; par exemple « utf-8 » ou « cp1252 »",
            f"unknown encoding {encoding!r}; 'utf-8' or 'cp1252' for example",
        )
    if "\0" in text:
        _refuse(
            path,
            "ce n’est pas un texte ; enregistrez le tableau en CSV, UTF-8",
            "this is not text; save the table as CSV, UTF-8",
        )
    return text


class _Table:
    """The cells of a file, each with the line it stands on."""

    def __init__(self, path: str | os.PathLike[str], text: str, header: bool | None) -> None:
        self.path = path
        self.separator, rows = self._rows(text)
        if not rows:
            _refuse(
                path,
                "le fichier est vide ; il faut une ligne par exemple",
                "the file is empty; one line per example is needed",
            )
        first = rows[0][1]
        if header is None:
            header = not any(_like_number(cell) for cell in first)
        self.names = first if header else [f"x_{i}" for i in range(1, len(first) + 1)]
        self.named = header
        self.rows = rows[1:] if header else rows
        self.decimal = ""
        self._check(rows)

    def _rows(self, text: str) -> tuple[str, list[tuple[int, list[str]]]]:
        """The separator, and every line that is not blank as (its number, its cells)."""
        first = next((line for line in text.splitlines() if line.strip()), "")
        separator = ","
        for separator in "\t;,":  # the last one if none divides the line
            if len(next(csv.reader([first], delimiter=separator, skipinitialspace=True), [])) > 1:
                break
        lines = csv.reader(
            text.splitlines(keepends=True), delimiter=separator, strict=True, skipinitialspace=True
        )
        rows = []
        begin = 1
        try:
            for cells in lines:
                stripped = [cell.strip() for cell in cells]
                if any(stripped):
                    rows.append((begin, stripped))
                begin = lines.line_num + 1
        except csv.Error as error:
            _refuse(
                self.path,
                f'ligne {begin} : un guillemet " n’est pas fermé comme il faut ({error})',
                f'line {begin}: a quote " is not closed as it should be ({error})',
            )
        return separator, rows

    def _check(self, rows: list[tuple[int, list[str]]]) -> None:
        if len(self.names) < 2:
            _refuse(
                self.path,
                "une seule colonne ; il en faut une pour chaque entrée et une pour la cible, "
                "séparées par , ou ; ou une tabulation",
                "a single column; one is needed for each input and one for the target, "
                "separated by , or ; or a tab",
            )
        for line, cells in rows:
            if len(cells) != len(self.names):
                comma = self.separator == "," and len(cells) > len(self.names)
                _refuse(
                    self.path,
                    f"ligne {line} : {len(cells)} cases au lieu de {len(self.names)}"
                    + (" (avec des virgules décimales, séparez par ;)" if comma else ""),
                    f"line {line}: {len(cells)} cells instead of {len(self.names)}"
                    + (" (with decimal commas, separate by ;)" if comma else ""),
                )
        if self.named:
            for i, name in enumerate(self.names):
                if not name:
                    _refuse(
                        self.path,
                        f"ligne {rows[0][0]} : la colonne {i + 1} n’a pas de nom ; nommez-la ou ôtez-la",
                        f"line {rows[0][0]}: column {i + 1} has no name; name it or take it out",
                    )
                if name in self.names[:i]:
                    _refuse(
                        self.path,
                        f"ligne {rows[0][0]} : deux colonnes s’appellent {name!r} ; renommez-en une",
                        f"line {rows[0][0]}: two columns are named {name!r}; rename one",
                    )
        if not self.rows:
            _refuse(
                self.path,
                "les colonnes ont un nom, mais il n’y a pas d’exemple",
                "the columns have names, but there is no example",
            )

    def place(self, target: str | int | None) -> int:
        """The place of the target's column, from 0."""
        count = len(self.names)
        if target is None:
            return count - 1
        if isinstance(target, str):
            if self.named and target in self.names:
                return self.names.index(target)
            if not re.fullmatch(r"-?\d+", target, re.ASCII):
                if self.named:
                    hint, names = did_you_mean(target, self.names), ", ".join(self.names)
                    _refuse(
                        self.path,
                        f"target={target!r} est inconnu.{hint} Choisissez parmi : {names}",
                        f"target={target!r} is unknown.{hint} Choose one of: {names}",
                    )
                _refuse(
                    self.path,
                    f"target={target!r}, mais la première ligne ne nomme pas les colonnes ; "
                    f"donnez un numéro de 1 à {count}",
                    f"target={target!r}, but the first line does not name the columns; "
                    f"give a number from 1 to {count}",
                )
            target = int(target)
        if target == 0 or not -count <= target <= count:
            _refuse(
                self.path,
                f"target={target} : il y a {count} colonnes ; donnez un numéro de 1 à {count}",
                f"target={target}: there are {count} columns; give a number from 1 to {count}",
            )
        return target - 1 if target > 0 else count + target

    def examples(self, place: int) -> Examples:
        words = [not _like_number(cells[place]) for _, cells in self.rows]
        X: Rows = []
        y: Targets = []
        for (line, cells), word in zip(self.rows, words, strict=True):
            X.append([self.number(cell, line, i) for i, cell in enumerate(cells) if i != place])
            cell = cells[place]
            if cell.lower() in _MISSING:
                self._refuse_missing(cell, line, place)
            if word != words[0]:
                self._refuse_mixture(words, place)
            y.append(cell if word else self.number(cell, line, place))
        names = [name for i, name in enumerate(self.names) if i != place]
        if words[0]:
            classes = {word: k for k, word in enumerate(sorted(set(y)))}
            return Examples(X, [classes[word] for word in y], names, list(classes))
        if all(t.is_integer() for t in y):
            y = [int(t) for t in y]
            if min(y) == 0 and max(y) == len(set(y)) - 1:
                return Examples(X, y, names, range(max(y) + 1))
        return Examples(X, y, names)

    def number(self, cell: str, line: int, i: int) -> float:
        """The number in a cell; ValueError that says where it stands if it is none."""
        text = cell.replace("−", "-")
        if text.lower() in _MISSING:
            self._refuse_missing(cell, line, i)
        if _NUMBER.fullmatch(text):
            mark = next((c for c in text if c in ",."), "")
            if mark and self.decimal and mark != self.decimal:
                self._refuse_cell(
                    cell,
                    line,
                    i,
                    f"écrit sa décimale avec « {mark} », les lignes d’avant avec « {self.decimal} » ; "
                    "choisissez l’un des deux",
                    f"has '{mark}' before its decimals, the lines above have '{self.decimal}'; choose one",
                )
            self.decimal = self.decimal or mark
            x = float(text.replace(",", "."))
            if math.isfinite(x):
                return x
        elif not _BOUNDLESS.fullmatch(text):
            self._refuse_cell(
                cell,
                line,
                i,
                "n’est pas un nombre ; corrigez la case ou ôtez la ligne",
                "is not a number; mend the cell or take the line out",
            )
        self._refuse_cell(
            cell,
            line,
            i,
            "est infini ; il faut un nombre fini",
            "is infinite; a finite number is needed",
        )

    def _column(self, i: int) -> str:
        return f"{i + 1}" + (f" ({self.names[i]})" if self.named else "")

    def _refuse_cell(self, cell: str, line: int, i: int, fr: str, en: str) -> NoReturn:
        _refuse(
            self.path,
            f"ligne {line}, colonne {self._column(i)} : {cell!r} {fr}",
            f"line {line}, column {self._column(i)}: {cell!r} {en}",
        )

    def _refuse_missing(self, cell: str, line: int, i: int) -> NoReturn:
        found = f" ({cell!r})" if cell else ""
        _refuse(
            self.path,
            f"ligne {line}, colonne {self._column(i)} : valeur manquante{found} ; "
            "complétez la ligne ou ôtez-la",
            f"line {line}, column {self._column(i)}: missing value{found}; "
            "complete the line or take it out",
        )

    def _refuse_mixture(self, words: list[bool], place: int) -> NoReturn:
        odd = words.index(not words[0])
        (line, cells), (other, others) = self.rows[0], self.rows[odd]
        _refuse(
            self.path,
            f"colonne {self._column(place)} : {cells[place]!r} (ligne {line}) et {others[place]!r} "
            f"(ligne {other}), des mots et des nombres ; une cible est faite des uns ou des autres",
            f"column {self._column(place)}: {cells[place]!r} (line {line}) and {others[place]!r} "
            f"(line {other}), words and numbers; a target is made of either",
        )


def _like_number(cell: str) -> bool:
    """Whether the cell is, or should have been, a number; a name or the word of a class is not."""
    text = cell.replace("−", "-")
    return bool(
        text.lower() in _MISSING - {""} or _NUMBER.fullmatch(text) or _BOUNDLESS.fullmatch(text)
    )


def _refuse(path: str | os.PathLike[str], fr: str, en: str) -> NoReturn:
    refuse(fr=f"{path} : {fr}", en=f"{path}: {en}")
