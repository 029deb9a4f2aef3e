"""From a terminal, `course`: the whole sentence item by item, and each number checked."""

from __future__ import annotations

import argparse
import re

from tinygrad_fr.command.options import Command, Parser
from tinygrad_fr.refusals import refuse
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
    may.add_argument(
        "item",
        nargs="?",
        metavar="C8",
        help=say(fr="un seul point du cours (tous)", en="one item of the course (all of them)"),
    )
    may.add_out()
    return may


def run(args: argparse.Namespace) -> int:
    """0 if every item is right, else 1."""
    from tinygrad_fr.demos import course
    from tinygrad_fr.demos._lessons import LESSONS, covered

    asked = (args.item or "").strip()
    if not asked:
        return int(course.main(args.out))
    number = covered(asked if re.fullmatch(r"[Cc]?\d{1,3}", asked) else "")
    if not any(number & lesson.numbers for lesson in LESSONS):
        listed = ", ".join(lesson.key.replace("-", "–") for lesson in LESSONS)
        refuse(
            fr=f"« {asked} » n’est pas un point du cours. Choisissez parmi : {listed}",
            en=f"'{asked}' is not an item of the course. Choose among: {listed}",
        )
    return int(course.main(args.out, asked))


COMMAND = Command(
    lambda: "course [C8]",
    lambda: say(
        fr="parcourt le cours point par point et vérifie chaque nombre",
        en="walks through the course item by item and checks each number",
    ),
    parser,
    run,
)
