"""From a terminal, `explain`: the derivation of an expression, as it stands on the board."""

from __future__ import annotations

import argparse
from pathlib import Path

from tinygrad_fr.birth import finite, where_born
from tinygrad_fr.command.model_options import add_graph, graph
from tinygrad_fr.command.options import Command, Parser, whole_number
from tinygrad_fr.engine import Value
from tinygrad_fr.files import check_target, write_whole
from tinygrad_fr.formula.derivation import NOTATIONS, Derivation, explain
from tinygrad_fr.formula.paths import paths
from tinygrad_fr.formula.putting import MOST
from tinygrad_fr.reading.expression import Typed
from tinygrad_fr.reading.letters import Names, as_compared
from tinygrad_fr.refusals import known, nearest, refuse, whole
from tinygrad_fr.words import say

ENDINGS = {
    ".tex": Derivation.to_latex,
    ".md": Derivation.to_markdown,
    ".html": Derivation.to_html,
    ".py": Derivation.to_python,
}


def parser() -> Parser:
    """What may be typed after `explain`."""
    may = Parser("explain", *_described())
    add_graph(may)
    _add_written(may)
    _add_shown(may)
    return may


def _add_written(may: Parser) -> None:
    """How the lines are written."""
    may.add_argument(
        "--notation",
        metavar="|".join(NOTATIONS),
        help=say(
            fr="course : ∂L/∂a et σ′(z), comme le cours ; delta : δ = ∂L/∂z ; neutral : ∂L/∂v à "
            "chaque étape (course s’il y a une fonction de transfert)",
            en="course: ∂L/∂a and σ′(z), as in the course; delta: δ = ∂L/∂z; neutral: ∂L/∂v "
            "at every step (course if there is a transfer function)",
        ),
    )
    may.add_argument(
        "--digits",
        metavar="N",
        help=say(
            fr="le nombre de chiffres d’une valeur (3) ; ceux qu’on remplace en ont plus s’il le "
            "faut",
            en="how many digits a value has (3); the numbers put in have more where needed",
        ),
    )
    may.add_argument(
        "-o",
        "--out",
        type=Path,
        metavar=say(fr="FICHIER", en="FILE"),
        help=say(
            fr=f"l’écrire dans un fichier : {', '.join(ENDINGS)}",
            en=f"write it to a file: {', '.join(ENDINGS)}",
        ),
    )


def _add_shown(may: Parser) -> None:
    """What is shown."""
    name = say(fr="NOM", en="NAME")
    may.add_argument(
        "--wrt",
        action="append",
        default=[],
        metavar=name,
        help=say(
            fr="par rapport à quoi l’on dérive, plusieurs fois si l’on veut (les paramètres par "
            "défaut)",
            en="what to differentiate with respect to, as often as needed (the parameters by "
            "default)",
        ),
    )
    may.add_argument(
        "--paths",
        action="append",
        default=[],
        metavar=name,
        help=say(
            fr="montrer aussi les chemins du coût à ce nombre, leurs produits et leur somme",
            en="also show the paths from the cost to this number, their products and their sum",
        ),
    )
    may.add_argument(
        "--all",
        action="store_true",
        help=say(
            fr="tous les neurones d’une couche de plus de 4",
            en="every neuron of a layer of more than 4",
        ),
    )
    may.add_argument(
        "--example",
        metavar="I",
        help=say(
            fr="lequel des exemples d’une moyenne L = (L_1 + L_2)/2 est dérivé (le premier)",
            en="which example of a mean L = (L_1 + L_2)/2 is differentiated (the first)",
        ),
    )


def run(args: argparse.Namespace) -> int:
    """Print the derivation, or write it to a file; print the paths asked for."""
    digits = whole("--digits", whole_number("--digits", args.digits, 3), 1, MOST)
    example = whole_number("--example", args.example)
    if args.notation is not None:
        known("--notation", args.notation, NOTATIONS)
    if args.out:
        check_target(args.out, ENDINGS)
    typed = graph(args, "explain")
    wrt = [_named(typed, "--wrt", name) for name in args.wrt] or None
    ends = [_named(typed, "--paths", name) for name in args.paths]
    found = explain(
        typed.output,
        notation=args.notation,
        wrt=wrt,
        digits=digits,
        all=args.all,
        example=example,
    )
    if args.out:
        write_whole(args.out, ENDINGS[args.out.suffix.lower()](found))
        print(say(fr=f"Dérivation : {args.out}", en=f"Derivation: {args.out}"))
    else:
        print(found)
    if not all(finite(line.value) for line in found.lines):
        typed.output.backward()
        print(f"\n{where_born(typed.output)}")
    for end in ends:
        print(f"\n{paths(typed.output, end)}")
    return 0


def _named(typed: Typed, option: str, name: str) -> Value:
    """The node of a name that was typed: a value's or a step's."""
    nodes = typed.leaves | typed.steps
    key = Names(nodes).find(name.strip())
    if key is not None:
        return nodes[key]
    near = nearest(as_compared(name.strip()), nodes)
    listed = ", ".join(nodes)
    refuse(
        fr=f"{option} attend un nom de l’expression, reçu « {name} ». "
        + (f"Vouliez-vous dire {near} ?" if near else f"Choisissez parmi : {listed}"),
        en=f"{option} expects a name of the expression, got '{name}'. "
        + (f"Did you mean {near}?" if near else f"Choose among: {listed}"),
    )


def _described() -> tuple[str, str]:
    """What stands above and below the options in the help."""
    return say(
        fr="Écrit la dérivation d’une expression ou d’un réseau comme au tableau : la passe avant, "
        "puis la règle de la chaîne, chaque ligne avec ses nombres.",
        en="Writes the derivation of an expression or a network as on the board: the "
        "forward pass, then the chain rule, each line with its numbers.",
    ), say(
        fr="Un fichier .tex se compile avec pdflatex ; une page .html se lit hors ligne ; "
        "un .py se lance.\n\n"
        'Exemple : explain "z = w*x + b ; a = sigmoid(z) ; L = (a - y)**2" w=0,5 x=1,5 b=0,1 y=1\n'
        "Un réseau : explain --model 2-3-2 --seed 3 --x 0,8 -1,2 --y 0 1",
        en="A .tex file is compiled with pdflatex; an .html page can be read offline; a "
        ".py file can be run.\n\n"
        'Example: explain "z = w*x + b; a = sigmoid(z); L = (a - y)**2" w=0.5 x=1.5 b=0.1 y=1\n'
        "A network: explain --model 2-3-2 --seed 3 --x 0.8 -1.2 --y 0 1",
    )


COMMAND = Command(
    lambda: "explain EXPRESSION x=2 …",
    lambda: say(
        fr="écrit la dérivation d’une expression, ligne à ligne",
        en="writes the derivation of an expression, line by line",
    ),
    parser,
    run,
)
