"""Check it: the report as it is looked at: wrong rows first, right ones folded, a hint below.

The same rows become a terminal's table (the digits that differ in bold), a text, a notebook's HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tinygrad_fr.checking.verdict import COST, FLOAT, KINK, RIGHT, UNDECIDED, WRONG, Entry
from tinygrad_fr.checking.verdict import verdict_name as in_words
from tinygrad_fr.unmoved import unmoved
from tinygrad_fr.words import NARROW, number, say

WIDTH = 100  # columns of the text
MANY = 8  # right rows; more than these are folded, layer by layer
SHOWN = 24  # wrong rows; what is left is counted
NONE = "–"  # in the place of a number
DIGITS = 4  # of a number, where these tell it from the other
MOST = 45  # digits; the judge has 50
CLOSE = 1e-30  # relative: nearer than this, two numbers are shown as the same
GLUE = "\ue000"  # one column wide, and no space to those who break lines
FIRST = (WRONG, COST, UNDECIDED, KINK, FLOAT, RIGHT)  # in which order the rows stand
_LAYER = re.compile(r"\^\[(\d+)\]$|^[A-Za-z]+_?(\d+)\[")  # of w_1,2^[3], of W3[1,2]


@dataclass(frozen=True, slots=True)
class Cell:
    """A text, and from where to where it differs from its neighbour's."""

    text: str
    begin: int = 0
    end: int = 0

    def parts(self) -> tuple[str, str, str]:
        return self.text[: self.begin], self.text[self.begin : self.end], self.text[self.end :]


@dataclass(frozen=True, slots=True)
class Shown:
    """A table and sentences below; without `expected` nothing gives the right number away."""

    entries: Sequence[Entry]
    below: Sequence[str]
    expected: bool = True

    def titles(self) -> list[str]:
        found = [say(fr="paramètre", en="parameter"), say(fr="à la main", en="yours")]
        if self.expected:
            found += [say(fr="attendu", en="expected"), say(fr="rapport", en="ratio")]
        return [*found, say(fr="verdict", en="verdict")]

    def rows(self) -> list[list[Cell]]:
        """The wrong ones first; many right ones in one row a layer, many wrong ones counted."""
        ranked = sorted(self.entries, key=lambda e: FIRST.index(e.verdict))
        alone = [e for e in ranked if not _plain(e)]
        plain = [e for e in ranked if _plain(e)]
        rows = [self._row(e) for e in alone[:SHOWN]]
        if len(alone) > SHOWN:
            rows.append(self._folded("…", _counted(alone[SHOWN:])))
        if len(plain) <= MANY:
            return rows + [self._row(e) for e in plain]
        for layer in sorted({_layer(e.name) for e in plain}):
            group = [e for e in self.entries if _plain(e) and _layer(e.name) == layer]
            rows.append(self._folded(_called(layer, group), _counted(group)))
        return rows

    def _row(self, e: Entry) -> list[Cell]:
        words = in_words(e.verdict)
        if not self.expected:
            return [Cell(e.name), Cell(_number(e.yours)), Cell(words)]
        if e.yours is None or e.truth is None:
            yours, expected = Cell(_number(e.yours)), Cell(_number(e.truth))
        else:
            differ = e.verdict in (WRONG, COST) and not e.reshaped
            yours, expected = apart(e.yours, e.truth, differ)
        ratio = "" if e.ratio is None else _ratio(e)
        words += f" ({e.remark})" if e.remark else ""
        return [Cell(e.name), yours, expected, Cell(ratio), Cell(words)]

    def _folded(self, name: str, words: str) -> list[Cell]:
        return [Cell(name), *[Cell("")] * (len(self.titles()) - 2), Cell(words)]

    # ── where it is looked at ──

    def __rich__(self) -> Any:
        with unmoved():
            from rich.console import Group
            from rich.table import Table
            from rich.text import Text

        titles, rows = self.titles(), self.rows()
        table = Table(box=None, header_style="bold")
        for i, title in enumerate(titles[:-1]):
            width = max(len(cell) for cell in (title, *(row[i].text for row in rows)))
            justify: Any = "right" if i else "left"
            table.add_column(title, justify=justify, min_width=width, no_wrap=True)
        table.add_column(titles[-1])
        for row in rows:
            table.add_row(*(_bold(cell, Text) for cell in row))
        return Glued(Group(table, *(Text(glue(line)) for line in self.below)))

    def text(self, width: int = WIDTH) -> str:
        """In plain characters, wherever it is read: a file, a notebook's print, a pipe."""
        return plain_text(self, width)

    def __str__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        from html import escape

        def html(cell: Cell) -> str:
            before, apart, after = map(escape, cell.parts())
            return before + (f"<b>{apart}</b>" if apart else "") + after

        head = "".join(f"<th>{escape(t)}</th>" for t in self.titles())
        body = "".join(
            "<tr>" + "".join(f"<td>{html(cell)}</td>" for cell in row) + "</tr>"
            for row in self.rows()
        )
        below = "".join(f"<p>{escape(sentence)}</p>" for sentence in self.below)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{below}"


def plain_text(shown: Any, width: int = WIDTH) -> str:
    """What a terminal of that width would show, without colours; the same in a notebook."""
    from io import StringIO

    with unmoved():
        from rich.console import Console

        file = StringIO()
        console = Console(
            file=file,
            width=width,
            color_system=None,
            force_jupyter=False,
            force_terminal=False,
            highlight=False,
        )
        console.print(shown)
    return "\n".join(line.rstrip() for line in file.getvalue().rstrip().splitlines())


def glue(text: str) -> str:
    """The text for `Glued`: with narrow spaces at which no line is broken."""
    return text.replace(NARROW, GLUE)


class Glued:
    """What is shown, its narrow spaces put back once the lines are made: none begins with a `;`."""

    def __init__(self, shown: Any) -> None:
        self.shown = shown

    def __rich_console__(self, console: Any, options: Any) -> Iterator[Any]:
        with unmoved():
            from rich.segment import Segment

        for text, style, control in console.render(self.shown, options):
            yield Segment(text.replace(GLUE, NARROW), style, control)


def _bold(cell: Cell, text: Any) -> Any:
    before, apart, after = map(glue, cell.parts())
    return text.assemble(before, (apart, "bold underline"), after)


# ── two numbers side by side ─────────────────────────────────────────────────────────────────────


def apart(yours: Any, expected: Any, differ: bool = True) -> tuple[Cell, Cell]:
    """Two numbers with as many digits as it takes to see that they differ, and where they do.

    >>> [cell.text for cell in apart(0.123456, 0.123459)]
    ['0.123456', '0.123459']
    """
    texts = number(yours, DIGITS), number(expected, DIGITS)
    digits = DIGITS
    differ = differ and bool(abs(yours - expected) > CLOSE * abs(expected))
    while differ and texts[0] == texts[1] and digits < MOST:
        digits += 1
        texts = number(yours, digits), number(expected, digits)
    if not differ or texts[0] == texts[1]:
        return Cell(texts[0]), Cell(texts[1])
    one, other = texts
    if one.lstrip("−") == other.lstrip("−"):
        return Cell(one, 0, int(one[0] == "−")), Cell(other, 0, int(other[0] == "−"))
    same = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    begin = min(len(one), len(other)) if same is None else same
    return Cell(one, begin, len(one)), Cell(other, begin, len(other))


def _number(x: Any) -> str:
    """A number; a dash where there is none."""
    return NONE if x is None else number(x, DIGITS)


def _ratio(e: Entry) -> str:
    """yours / expected; a wrong one never reads as 1."""
    digits = 3
    text = number(e.ratio, digits)
    while e.verdict in (WRONG, COST) and not e.reshaped and text == "1" and digits < 16:
        digits += 1
        text = number(e.ratio, digits)
    return text


# ── what is folded ───────────────────────────────────────────────────────────────────────────────


def _plain(e: Entry) -> bool:
    """Right, and nothing is to be said of it."""
    return e.verdict in (RIGHT, FLOAT) and not e.remark


def _layer(name: str) -> int:
    """The layer that a parameter's name tells; 0 if none."""
    found = _LAYER.search(name)
    return int(found[1] or found[2]) if found else 0


def _called(layer: int, group: Sequence[Entry]) -> str:
    if layer:
        return say(fr=f"couche {layer}", en=f"layer {layer}")
    if len(group) == 1:
        return group[0].name
    return f"{group[0].name} … {group[-1].name}"


def _counted(group: Sequence[Entry]) -> str:
    """How many of each verdict: 9 right; 7 right, 2 right up to rounding."""
    counts = {v: sum(e.verdict == v for e in group) for v in FIRST}
    return ", ".join(f"{n} {plural(v, n)}" for v, n in counts.items() if n)


def plural(verdict: str, n: int) -> str:
    """A verdict said of n answers."""
    if n == 1:
        return in_words(verdict)
    return {
        RIGHT: say(fr="justes", en="right"),
        FLOAT: say(fr="justes aux arrondis près", en="right up to rounding"),
        COST: say(fr="justes pour un autre coût", en="right for another cost"),
        KINK: say(fr="points anguleux", en="kinks"),
        UNDECIDED: say(fr="indécis", en="undecided"),
        WRONG: say(fr="faux", en="wrong"),
    }[verdict]
