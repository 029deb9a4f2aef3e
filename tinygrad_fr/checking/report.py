"""Check it: what was found, a table with its remarks, in a terminal, a notebook, a text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tinygrad_fr.checking.diagnose import Diagnosis
from tinygrad_fr.checking.verdict import COST, FLOAT, KINK, RIGHT, WRONG, Entry, verdict_name
from tinygrad_fr.unmoved import unmoved
from tinygrad_fr.words import number, say


@dataclass(slots=True)
class Report:
    """What the check found: one entry per parameter, the diagnosis, the remarks.

    ok           every entry is right, to float accuracy, or at a kink; or all are right for another
                 cost, and that is accepted
    exit_status  0 if ok, 1 if an entry is wrong (for this cost), 2 if one is undecided
    """

    entries: list[Entry]
    diagnosis: Diagnosis | None = None
    notes: list[str] = field(default_factory=list)
    accepted: bool = False

    @property
    def ok(self) -> bool:
        fine = (RIGHT, FLOAT, KINK, *((COST,) if self.accepted else ()))
        return all(e.verdict in fine for e in self.entries)

    @property
    def exit_status(self) -> int:
        if any(e.verdict == WRONG for e in self.entries):
            return 1
        if any(e.verdict == COST for e in self.entries):
            return 0 if self.accepted else 1
        return 0 if self.ok else 2

    def __getitem__(self, name: str) -> Entry:
        for entry in self.entries:
            if entry.name == name:
                return entry
        known = ", ".join(e.name for e in self.entries)
        raise KeyError(
            say(fr=f"pas de « {name} » ; il y a {known}", en=f"no '{name}'; there is {known}")
        )

    @property
    def hint(self) -> str:
        """A question to think about, without the answer; "" where nothing was named."""
        if self.diagnosis is None or self.diagnosis.kind != "named":
            return ""
        return self.diagnosis.hypotheses[0].mistake.hint

    def sentences(self) -> list[str]:
        """The remarks below the table."""
        out = list(self.notes)
        if self.diagnosis is not None:
            out.append(str(self.diagnosis))
        if self.hint:
            out.append(say(fr=f"Indice : {self.hint}", en=f"Hint: {self.hint}"))
        return out

    def __rich__(self) -> Any:
        with unmoved():
            from rich.console import Group
            from rich.table import Table
            from rich.text import Text

        table = Table(box=None, header_style="bold")
        for title in _titles():
            table.add_column(
                title, justify="left" if title in (_titles()[0], _titles()[-1]) else "right"
            )
        for row in self._rows():
            table.add_row(*map(Text, row))
        return Group(table, *map(Text, self.sentences()))

    def _rows(self) -> list[list[str]]:
        rows = []
        for e in self.entries:
            ratio = "" if e.ratio is None else number(e.ratio)
            words = verdict_name(e.verdict) + (f" ({e.remark})" if e.remark else "")
            rows.append([e.name, number(e.yours, 4), number(e.truth, 4), ratio, words])
        return rows

    def __str__(self) -> str:
        from io import StringIO

        with unmoved():
            from rich.console import Console

        console = Console(file=StringIO(), width=100, color_system=None)
        console.print(self)
        return console.file.getvalue().rstrip()  # type: ignore[attr-defined, no-any-return]

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from html import escape

        head = "".join(f"<th>{escape(t)}</th>" for t in _titles())
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>"
            for row in self._rows()
        )
        below = "".join(f"<p>{escape(sentence)}</p>" for sentence in self.sentences())
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{below}"


def _titles() -> list[str]:
    return [
        say(fr="paramètre", en="parameter"),
        say(fr="à la main", en="yours"),
        say(fr="attendu", en="expected"),
        say(fr="rapport", en="ratio"),
        say(fr="verdict", en="verdict"),
    ]
