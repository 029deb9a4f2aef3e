"""Check it: an array as it is typed: "0,18; -0,23", "0.1 0.2; 0.3 0.4", [[0.1, 0.2], [0.3, 0.4]].

A semicolon or a new line ends a row, a space separates; between brackets a comma separates too.
Elsewhere a comma followed by a space separates, and one within a number is decimal.
"""

from __future__ import annotations

import re
from typing import Any

from tinygrad_fr.checking.hand import as_typed
from tinygrad_fr.refusals import refuse


def rows_of(text: str) -> list[list[str]]:
    """The numbers of a typed array, row by row, as text.

    >>> rows_of("0,18; -0,23"), rows_of("[[1, 2], [3, 4]]"), rows_of("0,1 0,2; 3 4")
    ([['0,18'], ['-0,23']], [['1', '2'], ['3', '4']], [['0,1', '0,2'], ['3', '4']])
    """
    if "[" in text:
        inside = re.sub(r"\]\s*,?\s*\[", ";", text)
        cells = [
            re.split(r"[,\s]+", row.strip()) for row in re.sub(r"[\[\]]", "", inside).split(";")
        ]
    else:
        cells = [re.split(r",\s+|\s+", row.strip()) for row in re.split(r"[;\n]", text.strip())]
    return [[cell for cell in row if cell] for row in cells if any(row)]


def typed_array(name: str, text: str) -> Any:
    """The same as an array of Numbers, of one axis where it is one row or one column.

    Raises ValueError where a row is longer than another, or a cell is no number.
    """
    import numpy as np

    rows = rows_of(text)
    if not rows or len({len(row) for row in rows}) > 1:
        lengths = ", ".join(str(len(row)) for row in rows) or "0"
        refuse(
            fr=f"{name} : les lignes ont {lengths} nombres. Séparez les nombres par des espaces, "
            'les lignes par des points-virgules : "0,1 0,2 ; 0,3 0,4"',
            en=f"{name}: the rows have {lengths} numbers. Separate numbers by spaces, "
            'rows by semicolons: "0.1 0.2; 0.3 0.4"',
        )
    out = np.empty((len(rows), len(rows[0])), dtype=object)
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            out[i, j] = as_typed(cell)
    return out.ravel() if 1 in out.shape else out
