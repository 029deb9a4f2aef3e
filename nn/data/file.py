"""Build a graph: the examples in a CSV file, one per line.

X, y = read_csv("points.csv", target="label")
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NoReturn

from tinygrad_fr.nn.data.examples import Examples, Rows, Targets
from tinygrad_fr.reading.table import MISSING, Table, like_number, read_table


def read_csv(
    path: str | os.PathLike[str],
    target: str | int | None = None,
    inputs: Sequence[str | int] = (),
    *,
    header: bool | None = None,
    encoding: str | None = None,
) -> Examples:
    """The examples of a CSV file: one per line, a column for each input and one for the target.

    target    name of the column of the targets, or its number counted from 1 (−1 is the last);
              the last column unless told.  Where its cells are words they are classes, numbered in
              alphabetical order (`.classes` keeps the words); the other columns are numbers
    inputs    the columns to learn from, by name or number; all the others unless told
    header    whether the first line names the columns; found out unless told (no cell is a number)
    encoding  UTF-8, UTF-16 or cp1252, found out unless told

    The separator is a tab, a semicolon or a comma, found out; a decimal comma is read as one, where
    the separator leaves it.  Blank lines are passed over.  Raises FileNotFoundError, and ValueError
    in one line that names line and column for whatever cannot be a number: missing, text, infinite.
    """
    table = read_table(path, header=header, encoding=encoding, option="encoding=, --encoding")
    if len(table.names) < 2:
        table.refuse(
            fr="une seule colonne ; il en faut une par entrée et une pour la cible, "
            "séparées par une virgule, un point-virgule ou une tabulation",
            en="a single column; one is needed for each input and one for the target, "
            "separated by a comma, a semicolon or a tab",
        )
    place = table.place(target)
    columns = [table.place(name, "inputs") for name in inputs]
    if place in columns:
        _refuse_target(table, place)
    return _examples(table, columns or [i for i in range(len(table.names)) if i != place], place)


def _examples(table: Table, columns: Sequence[int], place: int) -> Examples:
    """These columns as numbers; the target's as numbers, or as classes if they are words."""
    _hold_numbers(table, columns)
    words = [not like_number(row.cells[place]) for row in table.rows]
    X: Rows = []
    y: Targets = []
    for row, word in zip(table.rows, words, strict=True):
        X.append([table.number(row, i) for i in columns])
        cell = row.cells[place]
        if cell.lower() in MISSING:
            table.number(row, place)  # says what is missing
        if word != words[0]:
            _refuse_mixture(table, words, place)
        y.append(cell if word else table.number(row, place))
    names = [table.names[i] for i in columns]
    target = table.names[place] if table.named else "y"
    if words[0]:
        _hold_capitals(table, y, place)
        classes = {word: k for k, word in enumerate(sorted(set(y)))}
        return Examples(X, [classes[word] for word in y], names, list(classes), target)
    if all(t.is_integer() for t in y):
        y = [int(t) for t in y]
        if min(y) == 0 and max(y) == len(set(y)) - 1:
            return Examples(X, y, names, range(max(y) + 1), target)
    return Examples(X, y, names, target=target)


def _hold_numbers(table: Table, columns: Sequence[int]) -> None:
    """No column of words among the inputs, as of students' names, where others are numbers."""

    def worded(i: int) -> bool:
        cells = [row.cells[i] for row in table.rows]
        return not any(like_number(cell) or cell.lower() in MISSING for cell in cells)

    words = [i for i in columns if worded(i)]
    if not words or len(words) == len(columns):
        return
    numbers = [i for i in columns if i not in words]
    named = ",".join(table.names[i] if table.named else str(i + 1) for i in numbers)
    row, i = table.rows[0], words[0]
    table.refuse(
        fr=f"{row.cells[i]!r} n’est pas un nombre, et il n’y en a pas plus bas ; ôtez la colonne, "
        f"ou nommez celles des entrées (inputs=, --inputs {named})",
        en=f"{row.cells[i]!r} is not a number, nor is any cell below; take the column out, or "
        f"name those of the inputs (inputs=, --inputs {named})",
        row=row,
        column=i,
    )


def _hold_capitals(table: Table, y: Sequence[str], place: int) -> None:
    """No two classes that differ in capitals only, yes and Yes; the letters a and A may."""
    seen: dict[str, int] = {}
    for k, word in enumerate(y):
        first = seen.setdefault(word.casefold(), k)
        if y[first] != word and len(word) > 1:
            line = table.rows[first].line
            table.refuse(
                fr=f"{word!r}, mais {y[first]!r} ligne {line} : ce seraient deux classes ; "
                "écrivez-les de la même façon",
                en=f"{word!r}, but {y[first]!r} on line {line}: these would be two classes; "
                "write them alike",
                row=table.rows[k],
                column=place,
            )


def _refuse_target(table: Table, place: int) -> NoReturn:
    name = table.names[place]
    table.refuse(
        fr=f"inputs={name!r} est aussi la cible ; ôtez-la des entrées, ou nommez une autre cible",
        en=f"inputs={name!r} is the target as well; take it out of the inputs, or name another "
        "target",
    )


def _refuse_mixture(table: Table, words: list[bool], place: int) -> NoReturn:
    one, other = table.rows[0], table.rows[words.index(not words[0])]
    named = table.called(place)
    table.refuse(
        fr=f"colonne {named} : {one.cells[place]!r} (ligne {one.line}) et {other.cells[place]!r} "
        f"(ligne {other.line}), des mots et des nombres ; une cible est faite des uns "
        "ou des autres",
        en=f"column {named}: {one.cells[place]!r} (line {one.line}) and {other.cells[place]!r} "
        f"(line {other.line}), words and numbers; a target is made of one or the other",
    )
