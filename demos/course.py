"""The whole sentence, item by item: what the course says, checked; a table, and pages."""

from __future__ import annotations

import importlib
import inspect
import math
import pkgutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from textwrap import fill
from types import ModuleType

import tinygrad_fr.demos as room
from tinygrad_fr.demos import Item, _pages, tell
from tinygrad_fr.demos._lessons import covered
from tinygrad_fr.unmoved import unmoved


def demos() -> Iterator[ModuleType]:
    """Whatever lies in this folder, except what begins with _ and this tour."""
    for module in pkgutil.iter_modules(room.__path__):
        if module.name != "course" and not module.name.startswith("_"):
            yield importlib.import_module(f"{room.__name__}.{module.name}")


def items(out: Path, asked: str = "") -> list[Item]:
    """The items of every demo in the course's order; a demo that breaks down is an item too.

    asked   "C8": of this one only, from the demos that show it
    """
    found: list[Item] = []
    for demo in watched([d for d in demos() if not asked or covered(asked) & covered(d.ITEMS)]):
        try:
            found += demo.checks(out)
        except Exception as error:  # whatever it is, the other items are still worth their line
            what = f"{name(demo)}: {type(error).__name__}: {error}"
            found.append(Item(demo.ITEMS.split(",")[0], what, math.nan, 0, ""))
    mine = [x for x in found if not asked or covered(asked) & covered(x.number)]
    return sorted(mine, key=lambda item: min(covered(item.number), default=0))


def name(demo: ModuleType) -> str:
    return demo.__name__.rpartition(".")[2]


def watched(found: Sequence[ModuleType]) -> Iterator[ModuleType]:
    """The demos one after another; on a terminal, a bar says which one is at work."""
    with unmoved():
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    terminal = Console(stderr=True)
    columns = TextColumn("{task.description:16}"), BarColumn(), MofNCompleteColumn()
    with Progress(
        *columns, console=terminal, transient=True, disable=not terminal.is_terminal
    ) as bar:
        task = bar.add_task("", total=len(found))
        for demo in found:
            bar.update(task, description=name(demo))
            yield demo
            bar.advance(task)


def programs() -> dict[int, dict[str, str]]:
    """The programs that show each item, by their names."""
    found: dict[int, dict[str, str]] = {}
    for demo in demos():
        for n in covered(demo.ITEMS):
            found.setdefault(n, {})[f"demos/{name(demo)}.py"] = inspect.getsource(demo)
    return found


def main(out: Path, asked: str = "") -> int:
    """Run every item, or the one that is asked for; print the table, write the pages.

    1 if an item fails, else 0.
    """
    out.mkdir(parents=True, exist_ok=True)
    found = items(out, asked) if asked else items(out)
    show(found)
    page = _pages.write(found, out, programs(), index=not asked)
    wrong = sum(not item.ok for item in found)
    tell(
        fr=f"Vérifications : {len(found)}, échecs : {wrong}. Les pages : {page}",
        en=f"Checks: {len(found)}, failures: {wrong}. The pages: {page}",
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
