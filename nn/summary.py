"""Build a graph: what a network is made of, as a table that prints itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tinygrad_fr.unmoved import unmoved
from tinygrad_fr.words import say

if TYPE_CHECKING:
    from rich.table import Table


class Summary:
    """The table that `summary()` gives: prints itself, in a terminal or a notebook.

    rows: (layer, shape, activation function, number of parameters).
    """

    def __init__(self, rows: Sequence[tuple[str, str, str, int]]) -> None:
        self.rows = list(rows)

    @property
    def parameters(self) -> int:
        """How many there are in all."""
        return sum(row[3] for row in self.rows)

    def __rich__(self) -> Table:
        with unmoved():
            from rich.table import Table

        table = Table(show_footer=True)
        table.add_column(say(fr="couche", en="layer"), footer=say(fr="total", en="total"))
        table.add_column(say(fr="forme", en="shape"))
        table.add_column(say(fr="fonction de transfert", en="transfer function"))
        table.add_column(
            say(fr="paramètres", en="parameters"), footer=str(self.parameters), justify="right"
        )
        for layer, shape, activation, count in self.rows:
            table.add_row(layer, shape, activation, str(count))
        return table

    def __repr__(self) -> str:
        from io import StringIO

        with unmoved():
            from rich.console import Console

        page = StringIO()
        Console(file=page, width=100, color_system=None).print(self)
        return page.getvalue().rstrip("\n")
