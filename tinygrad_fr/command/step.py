"""From a terminal, `step`: both passes step by step, as a page to predict on, or as slides."""

from __future__ import annotations

import argparse
from pathlib import Path

from tinygrad_fr.command.look_options import add_names, tell_parameters
from tinygrad_fr.command.model_options import add_graph, graph
from tinygrad_fr.command.options import OUT, Command, Parser
from tinygrad_fr.files import check_target
from tinygrad_fr.picture.levels import LEVELS
from tinygrad_fr.refusals import known
from tinygrad_fr.words import say


def parser() -> Parser:
    """What may be typed after `step`."""
    may = Parser("step", *_described())
    add_graph(may)
    may.add_argument(
        "-o",
        "--out",
        type=Path,
        metavar=say(fr="FICHIER", en="FILE"),
        help=say(
            fr=f"une page .html ({OUT / 'step.html'} par défaut), des diapositives .pdf ou "
            "une animation .gif",
            en=f"an .html page ({OUT / 'step.html'} by default), .pdf slides or a .gif animation",
        ),
    )
    may.add_argument(
        "--level",
        default="auto",
        metavar=say(fr="NIVEAU", en="LEVEL"),
        help=say(
            fr=f"ce qu’une case représente : {', '.join(LEVELS)} (80 pas au plus par défaut)",
            en=f"what one box stands for: {', '.join(LEVELS)} (at most 80 steps by default)",
        ),
    )
    add_names(may)
    return may


def run(args: argparse.Namespace) -> int:
    """Write the page, the slides or the animation, and say where."""
    from tinygrad_fr.picture.steps import FORMATS, step_through

    if args.level != "auto":
        known("--level", args.level, LEVELS)
    if args.out is not None:
        check_target(args.out, FORMATS)
    typed = graph(args, "step")
    tell_parameters(args.parameters, typed.leaves)
    out = args.out
    if out is None:
        OUT.mkdir(exist_ok=True)
        out = OUT / "step.html"
    step_through(typed.output, out, args.level, title=args.title)
    print(say(fr=f"Pas à pas : {out}", en=f"Step by step: {out}"))
    return 0


def _described() -> tuple[str, str]:
    """What stands above and below the options in the help."""
    return say(
        fr="Parcourt la passe avant puis la passe arrière d’une expression ou d’un réseau, pas à "
        "pas : chaque nombre est caché, prédit, puis montré.",
        en="Walks through the forward pass, then the backward pass of an expression or a network, "
        "step by step: each number is hidden, predicted, then shown.",
    ), say(
        fr="La page s’ouvre hors ligne dans un navigateur : flèches pour avancer et reculer, P "
        "pour agrandir.\n\n"
        'Exemple : step "z = w*x + b ; a = sigmoid(z) ; L = (a - y)**2" w=0,5 x=1,5 b=0,1 y=1',
        en="The page opens offline in a browser: arrows to go forward and back, P for large "
        "type.\n\n"
        'Example: step "z = w*x + b; a = sigmoid(z); L = (a - y)**2" w=0.5 x=1.5 b=0.1 y=1',
    )


COMMAND = Command(
    lambda: "step EXPRESSION x=2 …",
    lambda: say(
        fr="parcourt les deux passes pas à pas, chaque nombre à prédire",
        en="walks through both passes step by step, each number to be predicted",
    ),
    parser,
    run,
)
