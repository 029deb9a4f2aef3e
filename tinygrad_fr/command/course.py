"""From a terminal, `course`: the whole sentence item by item, and each number checked."""

from __future__ import annotations

import argparse

from tinygrad_fr.command.options import Command, Parser
from tinygrad_fr.words import say


def parser() -> Parser:
    """What may be typed after `course`."""
    may = Parser(
        "course",
        say(
            fr="Parcourt le cours point par point : ce qui est vérifié, l’écart, l’image.",
            en="Walks through the course item by item: what was checked, the error, the picture.",
        ),
    )
    may.add_out()
    return may


def run(args: argparse.Namespace) -> int:
    """0 if every item is right, else 1."""
    from tinygrad_fr.demos import course

    return int(course.main(args.out))


COMMAND = Command(
    lambda: "course",
    lambda: say(
        fr="parcourt le cours point par point et vérifie chaque nombre",
        en="walks through the course item by item and checks each number",
    ),
    parser,
    run,
)
