"""From a terminal, how a picture looks: the options that `draw` and `step` share."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import NamedTuple

from tinygrad_fr.command.options import Parser, instead, whole_number
from tinygrad_fr.engine import Value
from tinygrad_fr.picture.size import SIZES
from tinygrad_fr.reading.letters import Names
from tinygrad_fr.refusals import known, refuse
from tinygrad_fr.words import say


def add_looks(may: Parser) -> None:
    """How a picture looks: its size, its title, its numbers, what is a parameter."""
    may.add_argument(
        "--size",
        metavar=say(fr="TAILLE", en="SIZE"),
        help=say(
            fr="slide (1920 × 1080, tout se lit), page (A4 en paysage) ou free (sans limite)",
            en="slide (1920 × 1080, all of it readable), page (A4 landscape) or free (no limit)",
        ),
    )
    may.add_argument(
        "--digits",
        metavar="N",
        help=say(
            fr="chiffres significatifs des nombres (3 par défaut)",
            en="significant digits of the numbers (3 by default)",
        ),
    )
    add_names(may)


def add_names(may: Parser) -> None:
    """A title, and which leaves are parameters."""
    may.add_argument(
        "--title",
        default="",
        metavar=say(fr="TITRE", en="TITLE"),
        help=say(fr="une ligne au-dessus de l’image", en="a line above the picture"),
    )
    add_parameters(may)


def add_parameters(may: Parser) -> None:
    """Which leaves are parameters."""
    may.add_argument(
        "--parameters",
        metavar=say(fr="NOMS", en="NAMES"),
        help=say(
            fr="ce qu’une descente déplace : v1,c (w…, b…, θ… par défaut)",
            en="what a descent moves: v1,c (w…, b…, θ… by default)",
        ),
    )


class Looks(NamedTuple):
    """What was said of the look of a picture."""

    size: str | None
    title: str
    digits: int


def looks(args: argparse.Namespace) -> Looks:
    """The look that was asked for; a ValueError in a line for what is unknown."""
    size = None if args.size is None else known("--size", args.size, SIZES)
    return Looks(size, args.title, whole_number("--digits", args.digits, default=3))


def separate(typed: str, leaves: Iterable[str]) -> list[str]:
    """The names between the commas; a name may have one inside: w_1,2^[1] is one where it is known.

    >>> separate("w_1,2, b,x", ["w_1,2", "b"])
    ['w_1,2', 'b', 'x']
    """
    names, found = Names(leaves), list[str]()
    parts = [part.strip() for part in typed.split(",")]
    while parts:
        both = ",".join(parts[:2])
        count = 2 if len(parts) > 1 and names.find(both) is not None else 1
        found.append(",".join(parts[:count]))
        parts = parts[count:]
    return found


def tell_parameters(names: str | None, leaves: dict[str, Value]) -> None:
    """What --parameters says: these leaves are parameters, the others are none."""
    if names is None:
        return
    told = set()
    for name in separate(names, leaves):
        found = Names(leaves).find(name)
        if found is None:
            refuse(
                fr=f"--parameters : « {name} » n’est pas une valeur de l’expression. "
                f"{instead(name, leaves)}",
                en=f"--parameters: '{name}' is not a value of the expression. "
                f"{instead(name, leaves)}",
            )
        told.add(found)
    for name, leaf in leaves.items():
        leaf.parameter = name in told  # type: ignore[attr-defined]
