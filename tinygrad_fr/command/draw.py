"""From a terminal, `draw`: the graph of an expression, its values and its gradients."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from tinygrad_fr.birth import finite, where_born
from tinygrad_fr.command.look_options import add_looks, looks, tell_parameters
from tinygrad_fr.command.model_options import add_graph, graph
from tinygrad_fr.command.options import OUT, Command, Parser, console, instead, table
from tinygrad_fr.picture.blank import BLANKS
from tinygrad_fr.picture.levels import LEVELS
from tinygrad_fr.picture.size import CANVASES
from tinygrad_fr.refusals import known, refuse
from tinygrad_fr.words import number, say

if TYPE_CHECKING:
    from tinygrad_fr.picture.draw import Picture


def parser() -> Parser:
    """What may be typed after `draw`."""
    may = Parser(
        "draw",
        say(
            fr="Dessine le graphe d’une expression ou d’un réseau, ses valeurs et ses gradients.",
            en="Draws the graph of an expression or a network, its values and its gradients.",
        ),
    )
    add_graph(may)
    may.add_argument(
        "-o",
        "--out",
        type=Path,
        metavar=say(fr="FICHIER", en="FILE"),
        help=say(
            fr=f"l’image : .svg, .png, .pdf ou .dot ({OUT / 'graph.svg'} par défaut)",
            en=f"the picture: .svg, .png, .pdf or .dot ({OUT / 'graph.svg'} by default)",
        ),
    )
    may.add_argument(
        "--level",
        default="auto",
        metavar=say(fr="NIVEAU", en="LEVEL"),
        help=say(
            fr=f"ce qu’une case représente : {', '.join(LEVELS)} (le meilleur par défaut)",
            en=f"what one box stands for: {', '.join(LEVELS)} (the best one by default)",
        ),
    )
    add_looks(may)
    _add_blank(may)
    return may


def _add_blank(may: Parser) -> None:
    may.add_argument(
        "--blank",
        nargs="?",
        const="gradients",
        default="",
        metavar="gradients|all",
        help=say(
            fr="une feuille à compléter, et son corrigé à côté : sans les gradients, ou sans rien "
            "de ce qui se calcule",
            en="a worksheet, and its key beside it: without the gradients, or without anything "
            "that has to be computed",
        ),
    )


def run(args: argparse.Namespace) -> int:
    """Write the picture, print each name's value and gradient."""
    if args.level not in ("auto", *LEVELS):
        refuse(
            fr=f"niveau inconnu : {args.level}. {instead(args.level, LEVELS)}",
            en=f"unknown level: {args.level}. {instead(args.level, LEVELS)}",
        )
    look = looks(args)
    blank = known("--blank", args.blank, BLANKS) if args.blank else ""
    from tinygrad_fr.picture.draw import draw

    typed = graph(args, "draw")
    tell_parameters(args.parameters, typed.leaves)
    L, named = typed.output, typed.leaves | typed.steps
    L.backward()
    out = args.out
    if out is None:
        OUT.mkdir(exist_ok=True)
        out = OUT / "graph.svg"
    picture = draw(L, out, args.level, **look._asdict(), blank=blank)
    terminal = console()
    if not blank:  # else the answers would stand above the worksheet
        name, value = say(fr="nom", en="name"), say(fr="valeur", en="value")
        shown = table(name, value, "gradient", right=(value, "gradient"))
        precise = max(look.digits, 6)
        for name, v in named.items():
            shown.add_row(name, number(v.data, precise), number(v.grad, precise))
        terminal.print(f"{typed.formula} = {number(L.data, precise)}", soft_wrap=True)
        terminal.print(shown)
    if not all(finite(x) for v in (L, *named.values()) for x in (v.data, v.grad)):
        terminal.print(where_born(L), soft_wrap=True)
    terminal.print(say(fr=f"Image : {out}", en=f"Picture: {out}"), soft_wrap=True)
    if picture.key is not None:
        beside = out.with_stem(f"{out.stem}-key")
        terminal.print(say(fr=f"Corrigé : {beside}", en=f"Key: {beside}"), soft_wrap=True)
    if look.size in CANVASES and out.suffix != ".dot":
        _tell_small(picture)
    return 0


def _tell_small(picture: Picture) -> None:
    """Say so where a level that was asked for cannot be read at the size that was asked for."""
    least = CANVASES[picture.size].readable
    if picture.text_height < least:
        found, wanted = number(picture.text_height, 2), number(least)
        console().print(
            say(
                fr=f"Le plus petit texte a {found} pixels de haut ; pour être lu il en faut "
                f"{wanted}. Essayez --level neuron, --level layer ou --size free",
                en=f"The smallest text is {found} pixels high; to be read it needs {wanted}. "
                "Try --level neuron, --level layer or --size free",
            ),
            soft_wrap=True,
        )


COMMAND = Command(
    lambda: "draw EXPRESSION x=2 …",
    lambda: say(
        fr="dessine le graphe d’une expression et ses gradients",
        en="draws the graph of an expression and its gradients",
    ),
    parser,
    run,
)
