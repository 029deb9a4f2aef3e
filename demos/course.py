"""The whole sentence, item by item: what the course says, checked; a table, a page of pictures."""

from __future__ import annotations

import importlib
import math
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from textwrap import fill
from types import ModuleType

import tinygrad_fr.demos as room
from tinygrad_fr.demos import Item, _pages, tell
from tinygrad_fr.files import write_whole
from tinygrad_fr.unmoved import unmoved


def demos() -> Iterator[ModuleType]:
    """Whatever lies in this folder, except what begins with _ and this tour."""
    for module in pkgutil.iter_modules(room.__path__):
        if module.name != "course" and not module.name.startswith("_"):
            yield importlib.import_module(f"{room.__name__}.{module.name}")


def items(out: Path) -> list[Item]:
    """The items of every demo in the course's order; a demo that breaks down is an item too."""
    found: list[Item] = []
    for demo in demos():
        try:
            found += demo.checks(out)
        except Exception as error:  # whatever it is, the other items are still worth their line
            what = f"{demo.__name__.rpartition('.')[2]}: {type(error).__name__}: {error}"
            found.append(Item(demo.ITEMS.split(",")[0], what, math.nan, 0, ""))
    return sorted(found, key=lambda item: int("0" + "".join(re.findall(r"\d+", item.number)[:1])))


def main(out: Path) -> int:
    """Run every item, print the table, write the pages; 1 if an item fails, else 0."""
    out.mkdir(parents=True, exist_ok=True)
    found = items(out)
    show(found)
    page = write_whole(out / "index.html", _pages.html(found))
    write_whole(out / "index.md", _pages.markdown(found))
    wrong = sum(not item.ok for item in found)
    tell(
        fr=f"{len(found)} points vérifiés, {wrong} faux. Les images : {page}",
        en=f"{len(found)} items checked, {wrong} wrong. The pictures: {page}",
    )
    return 1 if wrong or not found else 0


def show(found: list[Item]) -> None:
    """Print the table, as wide as the terminal."""
    with unmoved():
        from rich.console import Console
        from rich.table import Table

    console = Console(highlight=False, markup=False)
    table = Table(*_pages.headings(), title=_pages.title())
    rows = [_pages.headings(), *map(_pages.cells, found)]
    others = sum(max(len(row[i]) for row in rows) for i in (0, 2, 3, 4))
    for item in found:
        number, checked, *rest = _pages.cells(item)
        # rich would start a line with « : »; fill does not
        checked = fill(checked, max(20, console.width - others - 16))
        table.add_row(number, checked, *rest, style="" if item.ok else "bold red")
    console.print(table)


if __name__ == "__main__":
    raise SystemExit(main(Path("out")))
