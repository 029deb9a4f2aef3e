"""What a person types becomes rows of numbers: "0,18; -0,23", "0.1 0.2; 0.3 0.4", [[0.1, 0.2]].

A semicolon or a new line ends a row, a space separates; between brackets a comma separates too.
Elsewhere a comma followed by a space separates, and one within a number is decimal.
"""

from __future__ import annotations

import re


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
