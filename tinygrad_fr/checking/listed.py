"""Check it: an array as it is typed, "0,18; -0,23" or [[0.1, 0.2], [0.3, 0.4]]."""

from __future__ import annotations

from typing import Any

from tinygrad_fr.checking.hand import as_typed
from tinygrad_fr.reading.rows import rows_of
from tinygrad_fr.refusals import refuse


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
