"""What a person types becomes rows of numbers, with decimal commas or points."""

from __future__ import annotations

import pytest

from tinygrad_fr.reading.rows import rows_of


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("0.1 0.2; 0.3 0.4", [["0.1", "0.2"], ["0.3", "0.4"]]),
        ("0,1  0,2 ;0,3 0,4", [["0,1", "0,2"], ["0,3", "0,4"]]),
        ("0.1, 0.2\n0.3, 0.4", [["0.1", "0.2"], ["0.3", "0.4"]]),
        ("[[0.1,0.2],[0.3,0.4]]", [["0.1", "0.2"], ["0.3", "0.4"]]),
        ("[[0.1 0.2]\n [0.3 0.4]]", [["0.1", "0.2"], ["0.3", "0.4"]]),
        ("0,18; -0,23", [["0,18"], ["-0,23"]]),
        ("[1, 2, 3]", [["1", "2", "3"]]),
        ("0.5", [["0.5"]]),
    ],
)
def test_rows(text: str, rows: list[list[str]]) -> None:
    assert rows_of(text) == rows
