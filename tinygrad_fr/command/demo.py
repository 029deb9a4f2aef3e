"""From a terminal, `demo`: one idea of the course, or the list of them."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys
from types import ModuleType

from tinygrad_fr.command.options import PROGRAM, Command, Parser, console, instead, table
from tinygrad_fr.refusals import refuse
from tinygrad_fr.words import say


def parser() -> Parser:
    """What may be typed after `demo`."""
    may = Parser(
        "demo",
        say(
            fr="Liste les démonstrations par point du cours, ou en lance une.",
            en="Lists the demos by course item, or runs one.",
        ),
    )
    may.add_argument(
        "name",
        nargs="?",
        metavar=say(fr="NOM", en="NAME"),
        help=say(fr="la démonstration à lancer", en="the demo to run"),
    )
    may.add_out()
    return may


def run(args: argparse.Namespace) -> int:
    """Print the list, or run the demo of that name."""
    found = demos()
    if args.name is None:
        _show(found)
        return 0
    if args.name not in found:
        refuse(
            fr=f"démonstration inconnue : {args.name}. {instead(args.name, found)}",
            en=f"unknown demo: {args.name}. {instead(args.name, found)}",
        )
    args.out.mkdir(parents=True, exist_ok=True)  # refused before the work, not after it
    found[args.name].main(args.out)
    return 0


def demos() -> dict[str, ModuleType]:
    """The demos by name, in the order of the course: whatever lies in demos/, except the tour."""
    import tinygrad_fr.demos as folder

    names = [found.name for found in pkgutil.iter_modules(folder.__path__)]
    modules = {
        name: importlib.import_module(f"tinygrad_fr.demos.{name}")
        for name in names
        if name != "course" and not name.startswith("_")
    }
    return dict(sorted(modules.items(), key=lambda pair: (_first_item(pair[1].ITEMS), pair[0])))


def _first_item(items: str) -> int:
    """The number of the first course item: 17 of "C17, C18"; what has none comes last."""
    first = items.replace("–", ",").split(",")[0].strip().lstrip("C")
    return int(first) if first.isdecimal() else sys.maxsize


def _show(found: dict[str, ModuleType]) -> None:
    columns = (
        say(fr="cours", en="course"),
        say(fr="nom", en="name"),
        say(fr="ce qu’on y voit", en="what it shows"),
    )
    shown = table(*columns, box=None, pad_edge=False, padding=(0, 3, 0, 0))
    shown.columns[0].no_wrap = shown.columns[1].no_wrap = True
    for name, module in found.items():
        shown.add_row(module.ITEMS, name, module.title())
    terminal = console()
    terminal.print(shown)
    terminal.print(
        say(
            fr=f"\nPour en lancer une : {PROGRAM} demo NOM", en=f"\nTo run one: {PROGRAM} demo NAME"
        )
    )


COMMAND = Command(
    lambda: "demo",
    lambda: say(
        fr="liste les démonstrations ; « demo linear » en lance une",
        en="lists the demos; `demo linear` runs one",
    ),
    parser,
    run,
)
