"""Build a graph: the examples in a CSV file, one per line.

X, y = read_csv("points.csv", target="label")
"""

from __future__ import annotations

import os
from typing import NoReturn

from tinygrad_fr.nn.data.examples import Examples, Rows, Targets
from tinygrad_fr.reading.table import MISSING, Table, like_number, read_table


def read_csv(
    path: str | os.PathLike[str],
    target: str | int | None = None,
    *,
    header: bool | None = None,
    encoding: str | None = None,
) -> Examples:
    """The examples of a CSV file: one per line, a column for each input and one for the target.

    target    name of the column of the targets, or its number counted from 1 (−1 is the last);
              the last column unless told.  Where its cells are words they are classes, numbered in
              alphabetical order (`.classes` keeps the words); the other columns are numbers
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
    return _examples(table, table.place(target))


def _examples(table: Table, place: int) -> Examples:
    """The other columns as numbers; the target's as numbers, or as classes if they are words."""
    words = [not like_number(row.cells[place]) for row in table.rows]
    X: Rows = []
    y: Targets = []
    for row, word in zip(table.rows, words, strict=True):
        X.append([table.number(row, i) for i in range(len(row.cells)) if i != place])
        cell = row.cells[place]
        if cell.lower() in MISSING:
            table.number(row, place)  # says what is missing
        if word != words[0]:
            _refuse_mixture(table, words, place)
        y.append(cell if word else table.number(row, place))
    names = [name for i, name in enumerate(table.names) if i != place]
    target = table.names[place] if table.named else "y"
    if words[0]:
        classes = {word: k for k, word in enumerate(sorted(set(y)))}
        return Examples(X, [classes[word] for word in y], names, list(classes), target)
    if all(t.is_integer() for t in y):
        y = [int(t) for t in y]
        if min(y) == 0 and max(y) == len(set(y)) - 1:
            return Examples(X, y, names, range(max(y) + 1), target)
    return Examples(X, y, names, target=target)


def _refuse_mixture(table: Table, words: list[bool], place: int) -> NoReturn:
    one, other = table.rows[0], table.rows[words.index(not words[0])]
    named = f"{place + 1}" + (f" ({table.names[place]})" if table.named else "")
    table.refuse(
        fr=f"colonne {named} : {one.cells[place]!r} (ligne {one.line}) et {other.cells[place]!r} "
        f"(ligne {other.line}), des mots et des nombres ; une cible est faite des uns "
        "ou des autres",
        en=f"column {named}: {one.cells[place]!r} (line {one.line}) and {other.cells[place]!r} "
        f"(line {other.line}), words and numbers; a target is made of one or the other",
    )
