"""From a terminal, `draw`: the graph of an expression, its values and its gradients."""

from __future__ import annotations

import argparse
from pathlib import Path

from tinygrad_fr.birth import finite, where_born
from tinygrad_fr.command.model_options import add_graph, graph
from tinygrad_fr.command.options import OUT, Command, Parser, console, instead, table
from tinygrad_fr.picture.levels import LEVELS
from tinygrad_fr.refusals import refuse
from tinygrad_fr.words import number, say


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
            fr=f"l’image : .svg, .png, .pdf ou .dot ({OUT / 'graph.svg'} si rien n’est dit)",
            en=f"the picture: .svg, .png, .pdf or .dot ({OUT / 'graph.svg'} if not given)",
        ),
    )
    may.add_argument(
        "--level",
        default="auto",
        metavar=say(fr="NIVEAU", en="LEVEL"),
        help=say(
            fr=f"ce qu’une boîte représente : {', '.join(LEVELS)} (au mieux si rien n’est dit)",
            en=f"what one box stands for: {', '.join(LEVELS)} (the best one if not given)",
        ),
    )
    return may


def run(args: argparse.Namespace) -> int:
    """Write the picture, print each name's value and gradient."""
    if args.level not in ("auto", *LEVELS):
        refuse(
            fr=f"niveau inconnu : {args.level}. {instead(args.level, LEVELS)}",
            en=f"unknown level: {args.level}. {instead(args.level, LEVELS)}",
        )
    from tinygrad_fr.picture.draw import draw

    typed = graph(args, "draw")
    L, named = typed.output, typed.leaves | typed.steps
    L.backward()
    out = args.out
    if out is None:
        OUT.mkdir(exist_ok=True)
        out = OUT / "graph.svg"
    draw(L, out, args.level)

    name, value = say(fr="nom", en="name"), say(fr="valeur", en="value")
    shown = table(name, value, "gradient", right=(value, "gradient"))
    for name, v in named.items():
        shown.add_row(name, number(v.data, 6), number(v.grad, 6))
    terminal = console()
    terminal.print(f"{typed.formula} = {number(L.data, 6)}", soft_wrap=True)
    terminal.print(shown)
    if not all(finite(x) for v in (L, *named.values()) for x in (v.data, v.grad)):
        terminal.print(where_born(L), soft_wrap=True)
    terminal.print(say(fr=f"Image : {out}", en=f"Picture: {out}"), soft_wrap=True)
    return 0


COMMAND = Command(
    lambda: "draw EXPRESSION x=2 …",
    lambda: say(
        fr="dessine le graphe d’une expression et ses gradients",
        en="draws the graph of an expression and its gradients",
    ),
    parser,
    run,
)
