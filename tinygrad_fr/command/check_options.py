"""From a terminal, `check`: what may be typed after it, and what goes with what."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NamedTuple

from tinygrad_fr.command.model_options import add_model
from tinygrad_fr.command.options import Parser, real_number, whole_number
from tinygrad_fr.refusals import known, refuse
from tinygrad_fr.words import say

ACCEPT = ("half", "whole", "sum", "mean", "outputs")
MEGABYTE = 1_000_000
CLASS, FILE, EXPRESSION, NETWORK = "class", "file", "expression", "network"
GOES_WITH = {  # what an option is for; the others go with everything
    "hand": (EXPRESSION, NETWORK),
    "where": (EXPRESSION,),
    "answer": (EXPRESSION, FILE, NETWORK),
    "solution": (EXPRESSION, FILE, NETWORK),
    "key": (CLASS,),
    "out": (CLASS,),
    "pages": (CLASS,),
    "seconds": (FILE, CLASS),
    "memory": (FILE, CLASS),
    "show_output": (FILE, CLASS),
}


class Asked(NamedTuple):
    """The options that go with expressions, files and classes alike, read."""

    accept: list[str]
    rate: float | None
    hint: int
    expected: bool
    seconds: float | None
    memory: int | None


def read(args: argparse.Namespace) -> Asked:
    """Their values; ValueError in one line for what they cannot be."""
    hint = whole_number("--hint", args.hint, 1, least=0)
    if hint > 2:
        refuse(
            fr="--hint va de 0 (aucun indice) à 2 (la règle) ; au-delà, --solution montre "
            "la dérivation",
            en="--hint goes from 0 (no hint) to 2 (the rule); beyond, --solution shows the "
            "derivation",
        )
    megabytes = None if args.memory is None else whole_number("--memory", args.memory)
    return Asked(
        [known("--accept", key, ACCEPT) for key in args.accept],
        real_number("--rate", args.rate),
        hint,
        not args.no_expected,
        real_number("--seconds", args.seconds),
        None if megabytes is None else megabytes * MEGABYTE,
    )


def hold(args: argparse.Namespace, kind: str, parser: argparse.ArgumentParser) -> None:
    """Refuse an option that means nothing here, in one line, rather than pass over it."""
    for action in parser._actions:
        wanted = GOES_WITH.get(action.dest)
        if wanted is None or kind in wanted or getattr(args, action.dest) == action.default:
            continue
        option = action.option_strings[-1]
        told = say(fr=" ou ", en=" or ").join(_kinds()[k] for k in wanted)
        refuse(
            fr=f"{option} n’a pas de sens ici : cette option va avec {told}",
            en=f"{option} does not belong here: it goes with {told}",
        )


def _kinds() -> dict[str, str]:
    return {
        CLASS: say(fr="une classe (--class)", en="a class (--class)"),
        FILE: say(fr="un fichier .py", en="a .py file"),
        EXPRESSION: say(fr="une expression", en="an expression"),
        NETWORK: say(fr="un réseau (--model)", en="a network (--model)"),
    }


# ── the options ──────────────────────────────────────────────────────────────────────────────────


def parser() -> Parser:
    """What may be typed after `check`."""
    may = Parser("check", *_described())
    may.add_argument(
        "what",
        nargs="*",
        metavar=say(
            fr="EXPRESSION nom=valeur… | FICHIER.py", en="EXPRESSION name=value… | FILE.py"
        ),
        help=say(
            fr="ce qui est dérivé, et en quel point",
            en="what is differentiated, and at which point",
        ),
    )
    for option, told in _by_hand():
        may.add_argument(
            option, action="append", default=[], metavar=say(fr="nom=…", en="name=…"), help=told
        )
    add_model(may)
    _add_judged(may)
    _add_shown(may)
    _add_class(may)
    _add_limits(may)
    return may


def _by_hand() -> list[tuple[str, str]]:
    """The options that take name=…, as often as needed."""
    formula = say(
        fr='une formule calculée à la main : w="2*(a-y)*x"',
        en='a formula derived by hand: w="2*(a-y)*x"',
    )
    answer = say(
        fr="un nombre calculé à la main : w=-0,188 ; d’une étape sa valeur z=0,85 ou sa dérivée "
        'dz=-0,126 ; d’une couche delta1="…" ou W1="…" ; ou un fichier .csv, .json ou .npz',
        en="a number worked out by hand: w=-0.188; of a step its value z=0.85 or its derivative "
        'dz=-0.126; of a layer delta1="…" or W1="…"; or a .csv, .json or .npz file',
    )
    where = say(
        fr='une grandeur intermédiaire : a="sigmoid(w*x+b)"',
        en='an intermediate quantity: a="sigmoid(w*x+b)"',
    )
    return [("--hand", formula), ("--answer", answer), ("--where", where)]


def _add_judged(may: Parser) -> None:
    may.add_argument(
        "--accept",
        action="append",
        default=[],
        metavar="|".join(ACCEPT),
        help=say(
            fr="accepter aussi le gradient d’un autre coût : avec le ½ (half), sans lui (whole), "
            "la somme (sum) ou la moyenne (mean) sur les exemples, l’autre des deux sur les "
            "sorties (outputs)",
            en="accept the gradient of another cost too: with the ½ (half), without it (whole), "
            "the sum or the mean over the examples (sum, mean), the other of the two over the "
            "outputs (outputs)",
        ),
    )
    may.add_argument(
        "--rate",
        metavar="λ",
        help=say(
            fr="le taux de la mise à jour, pour reconnaître −λ∇L à la place de ∇L",
            en="the rate of the update, to recognise −λ∇L instead of ∇L",
        ),
    )


def _add_shown(may: Parser) -> None:
    may.add_argument(
        "--hint",
        metavar="0|1|2",
        help=say(
            fr="les indices : aucun, une question (1, par défaut), la règle aussi (2)",
            en="the hints: none, a question (1, the default), the rule as well (2)",
        ),
    )
    may.add_argument(
        "--solution",
        action="store_true",
        help=say(
            fr="montrer aussi la dérivation de ce qui est faux, avec → devant ses lignes",
            en="also show the derivation of what is wrong, with → before its lines",
        ),
    )
    may.add_argument(
        "--no-expected",
        action="store_true",
        help=say(
            fr="sans les nombres attendus : les verdicts et les indices seulement",
            en="without the expected numbers: verdicts and hints only",
        ),
    )
    may.add_argument(
        "--json",
        action="store_true",
        help=say(
            fr="le rapport en JSON, sur une ligne ; une ligne par élève avec --class",
            en="the report as JSON, on one line; one line per student with --class",
        ),
    )


def _add_class(may: Parser) -> None:
    may.add_argument(
        "--class",
        dest="answers",
        type=Path,
        metavar=say(fr="FICHIER.csv", en="FILE.csv"),
        help=say(
            fr="les réponses d’une classe, un CSV (avec --key)",
            en="the answers of a class, a CSV (with --key)",
        ),
    )
    may.add_argument(
        "--key",
        type=Path,
        metavar=say(fr="FICHIER.py", en="FILE.py"),
        help=say(
            fr="le fichier Python qui définit loss(…)", en="the Python file that defines loss(…)"
        ),
    )
    may.add_argument(
        "-o",
        "--out",
        type=Path,
        metavar=say(fr="NOTES.csv", en="MARKS.csv"),
        help=say(
            fr="écrire les notes de la classe dans un CSV", en="write the class’s marks to a CSV"
        ),
    )
    may.add_argument(
        "--pages",
        type=Path,
        metavar=say(fr="DOSSIER", en="FOLDER"),
        help=say(
            fr="écrire un rapport par élève dans ce dossier",
            en="write one report per student into this folder",
        ),
    )


def _add_limits(may: Parser) -> None:
    may.add_argument(
        "--seconds",
        metavar="S",
        help=say(
            fr="combien de temps un fichier .py peut calculer (10 s par défaut)",
            en="how long a .py file may compute (10 s by default)",
        ),
    )
    may.add_argument(
        "--memory",
        metavar=say(fr="MO", en="MB"),
        help=say(
            fr="combien de mémoire il peut prendre, en Mo (4000 par défaut)",
            en="how much memory it may use, in MB (4000 by default)",
        ),
    )
    may.add_argument(
        "--show-output",
        action="store_true",
        help=say(
            fr="montrer ce que le fichier affiche, masqué sinon",
            en="show what the file prints, hidden otherwise",
        ),
    )


def _described() -> tuple[str, str]:
    """What stands above and below the options in the help."""
    return say(
        fr="Compare à la règle de la chaîne un gradient calculé à la main, et dit quelle erreur "
        "il contient. Donnez une expression et ses valeurs, un réseau (--model) et ses exemples, "
        "ou le fichier Python d’un élève : il est exécuté, puisque vous le nommez.",
        en="Checks a gradient derived by hand against the chain rule, and says which mistake it "
        "contains. Give an expression and its values, a network (--model) and its examples, or a "
        "student’s Python file: it is executed, since you name it.",
    ), say(
        fr="Un fichier .py définit loss(w=0.5, x=1.5, …), dont les valeurs par défaut sont le "
        "point, et gradient(…), avec les mêmes noms, qui renvoie {nom: valeur} ; une ligne "
        'accept = ("sum",) y vaut --accept sum. Une classe est un CSV : une colonne pour '
        "l’élève, une par paramètre.\n\n"
        "État de sortie :\n"
        "  0   juste, ou juste pour un autre coût que vous acceptez ; une classe lue\n"
        "  1   faux, ou juste pour un autre coût seulement\n"
        "  2   indécis\n"
        "  3   entrée refusée\n\n"
        'Exemple : check "(w*x - y)**2" w=1 x=2 y=4 --hand w="2*x*(w*x - y)"',
        en="A .py file defines loss(w=0.5, x=1.5, …), whose defaults are the point, and "
        "gradient(…), with the same names, which returns {name: value}; in it, a line "
        'accept = ("sum",) has the effect of --accept sum. A class is a CSV: one column for the '
        "student, one per parameter.\n\n"
        "Exit status:\n"
        "  0   right, or right for another cost that you accept; a class that was read\n"
        "  1   wrong, or right for another cost only\n"
        "  2   undecided\n"
        "  3   input refused\n\n"
        'Example: check "(w*x - y)**2" w=1 x=2 y=4 --hand w="2*x*(w*x - y)"',
    )
