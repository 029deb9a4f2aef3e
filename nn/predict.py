"""What was learnt is asked: a table of examples, and beside each row what the network answers.

    table = predicted("run", "points.csv")      u;v;label predicted;p(no);p(yes)
    write_whole("out.csv", table.text)

The columns are found by the names the network has learnt from, else by their places.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from typing import Any, NamedTuple

from tinygrad_fr.nn.arrays import decided, outputs, shares
from tinygrad_fr.nn.folder import kept
from tinygrad_fr.nn.layers import MLP
from tinygrad_fr.reading.table import Table, read_table
from tinygrad_fr.words import say


class Predictions(NamedTuple):
    """The answers, and the whole table with them, written as the file was that asked."""

    answers: list[Any]  # the name of a class, or a number
    text: str
    right: float | None  # the share that is right, where the table knows the classes


def predicted(
    model: str | os.PathLike[str], examples: str | os.PathLike[str], encoding: str | None = None
) -> Predictions:
    """What a network answers for every row of a CSV file.

    model     the folder of a training, or the file of a model

    For classes: the name of the class and the share of each; for a quantity: the number.
    Raises ValueError or OSError in one line for what cannot be read or does not fit.
    """
    network, card = kept(model)
    table = read_table(examples, encoding=encoding, option="encoding=, --encoding")
    places = _places(table, card.get("inputs", []), network.layers[0].shape[0])
    rows = [[table.number(row, i) for i in places] for row in table.rows]
    classes, target = card.get("classes", []), str(card.get("target", "y"))
    answers, columns = _answered(network, rows, classes)
    width = 1 if classes else len(columns[0])
    named = [target] if width == 1 else [f"{target}_{k}" for k in range(1, width + 1)]
    titles = [say(fr=f"{name} prédit", en=f"{name} predicted") for name in named]
    titles += [f"p({name})" for name in classes]
    right = None
    if classes and target in table.names:
        known = [row.cells[table.names.index(target)] for row in table.rows]
        right = sum(map(_same, known, answers)) / len(answers)
    return Predictions(answers, _written(table, titles, columns), right)


def _places(table: Table, names: Sequence[str], width: int) -> list[int]:
    """Where the inputs stand in the table."""
    if names and set(names) <= set(table.names):
        return [table.names.index(name) for name in names]
    count = len(table.names)
    if count == width or (not table.named and count == width + 1):
        return list(range(width))
    wanted, found = ", ".join(names) or str(width), ", ".join(table.names)
    table.refuse(
        fr=f"le réseau attend les colonnes {wanted} ; le tableau a {found}",
        en=f"the network expects the columns {wanted}; the table has {found}",
    )


def _answered(
    network: MLP, rows: list[list[float]], classes: Sequence[Any]
) -> tuple[list[Any], list[list[Any]]]:
    """The answer for each row, and the cells that stand for it."""
    out = outputs(network, rows)
    if not classes:
        numbers = out.tolist()
        return [row[0] if len(row) == 1 else row for row in numbers], numbers
    p, cut = shares(network, out)
    answers = [classes[k] for k in decided(p, cut)]
    return answers, [[a, *row] for a, row in zip(answers, p.tolist(), strict=True)]


def _same(cell: str, answer: Any) -> bool:
    try:
        return float(cell.replace(",", ".")) == float(answer)
    except ValueError:
        return cell == str(answer)


def _written(table: Table, titles: list[str], columns: list[list[Any]]) -> str:
    """The table and its new columns, with the separator and the decimal mark that it has."""
    text = io.StringIO()
    pen = csv.writer(text, delimiter=table.separator, lineterminator="\n")
    pen.writerow([*table.names, *titles])
    comma = table.decimal == ","
    for row, new in zip(table.rows, columns, strict=True):
        cells = [repr(x) if isinstance(x, float) else str(x) for x in new]
        numbers = [c.replace(".", ",") if comma else c for c in cells]
        pen.writerow(
            [
                *row.cells,
                *(
                    n if isinstance(x, float) else c
                    for x, n, c in zip(new, numbers, cells, strict=True)
                ),
            ]
        )
    return text.getvalue()
