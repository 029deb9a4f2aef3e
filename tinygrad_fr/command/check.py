"""From a terminal, `check`: a gradient worked out by hand, or a class of them, and the mistakes."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from tinygrad_fr.command.options import PROGRAM, Command, Parser, console, named
from tinygrad_fr.reading.expression import names, refuse_unused
from tinygrad_fr.reading.values import parse_values
from tinygrad_fr.refusals import refuse
from tinygrad_fr.words import say


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
            fr="ce qui est dérivé, et en quel point", en="what is derived, and at which point"
        ),
    )
    for option, told in _by_hand():
        may.add_argument(
            option,
            action="append",
            default=[],
            metavar=say(fr="nom=…", en="name=…"),
            help=told,
        )
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
        "--solution",
        action="store_true",
        help=say(fr="montrer aussi la dérivée", en="show the derivative too"),
    )
    return may


def _by_hand() -> list[tuple[str, str]]:
    """The options that take name=…, as often as needed."""
    formula = say(
        fr='une formule calculée à la main : w="2*(a-y)*x"',
        en='a formula derived by hand: w="2*(a-y)*x"',
    )
    answer = say(
        fr="un nombre calculé à la main : w=-0,188, ou un fichier .csv ou .json de nombres",
        en="a number worked out by hand: w=-0.188, or a .csv or .json file of numbers",
    )
    where = say(
        fr='une grandeur intermédiaire : a="sigmoid(w*x+b)"',
        en='an intermediate quantity: a="sigmoid(w*x+b)"',
    )
    return [("--hand", formula), ("--answer", answer), ("--where", where)]


def _described() -> tuple[str, str]:
    """What stands above and below the options in the help."""
    return say(
        fr="Compare un gradient calculé à la main avec la règle de la chaîne, et dit quelle erreur "
        "il contient. Donnez une expression et ses valeurs, ou le fichier Python d’un élève : il "
        "est exécuté, puisque vous le nommez.",
        en="Compares a gradient derived by hand with the chain rule, and says which mistake it "
        "holds. Give an expression and its values, or a student’s Python file: it is executed, "
        "since you name it.",
    ), say(
        fr="Un fichier .py définit loss(w=0.5, x=1.5, …), dont les valeurs par défaut sont le "
        "point, et gradient(…), des mêmes noms, qui rend {nom: valeur}. Une classe est un CSV : "
        "une colonne pour l’élève, une par paramètre. État de sortie : 0 juste, 1 faux, 2 indécis, "
        '3 entrée refusée. Exemple : check "(w*x - y)**2" w=1 x=2 y=4 --hand w="2*x*(w*x - y)"',
        en="A .py file defines loss(w=0.5, x=1.5, …), whose defaults are the point, and "
        "gradient(…), of the same names, which gives {name: value}. A class is a CSV: one column "
        "for the student, one per parameter. Exit status: 0 right, 1 wrong, 2 undecided, "
        '3 input refused. Example: check "(w*x - y)**2" w=1 x=2 y=4 --hand w="2*x*(w*x - y)"',
    )


def run(args: argparse.Namespace) -> int:
    """0 right, 1 wrong, 2 undecided; a class gives 0."""
    if args.answers or args.key:
        return _class(args)
    if not args.what:
        refuse(
            fr=f"il manque l’expression ou le fichier. Voir {PROGRAM} check --help",
            en=f"the expression or the file is missing. See {PROGRAM} check --help",
        )
    first, *pairs = map(str.strip, args.what)
    if first.endswith(".py"):
        return _file(first, pairs, args)
    return _expression(first, pairs, args)


def _class(args: argparse.Namespace) -> int:
    from tinygrad_fr.checking.classes import check_class

    if not (args.answers and args.key):
        refuse(fr="--class et --key vont ensemble", en="--class and --key go together")
    console().print(check_class(args.answers, args.key))
    return 0


def _file(path: str, pairs: list[str], args: argparse.Namespace) -> int:
    from tinygrad_fr.checking.student_file import check_file
    from tinygrad_fr.checking.typed import solution

    extra = [*pairs, *(f"--hand {h}" for h in args.hand), *(f"--where {w}" for w in args.where)]
    if extra:
        refuse(
            fr=f"{path} dit déjà le point et les formules : « {extra[0]} » est en trop. "
            "Un fichier s’accompagne seulement de --answer",
            en=f"{path} says the point and the formulas already: '{extra[0]}' is one too many. "
            "With a file, only --answer may be given",
        )
    report, exercise = check_file(path, _numbers(args.answer))
    terminal = console()
    terminal.print(report)
    if args.solution:
        for line in solution(exercise.output, exercise.leaves, [e.name for e in report.entries]):
            terminal.print(line)
    return report.exit_status


def _expression(text: str, pairs: list[str], args: argparse.Namespace) -> int:
    from tinygrad_fr.checking.typed import check_expression, solution

    formulas, numbers = named(args.hand, "--hand"), _numbers(args.answer)
    where = named(args.where, "--where")
    _once([*formulas, *numbers])
    if not formulas and not numbers:
        name = next(iter(names(text)), "w")
        refuse(
            fr=f'il n’y a rien à comparer : ajoutez --hand {name}="…" ou --answer {name}=…',
            en=f'there is nothing to compare: add --hand {name}="…" or --answer {name}=…',
        )
    values = parse_values(pairs)
    report, output, leaves = check_expression(text, values, formulas, numbers, where)
    refuse_unused(text, values, also=[*where.values(), *formulas.values()])
    terminal = console()
    terminal.print(report)
    if args.solution:
        for line in solution(output, leaves, [entry.name for entry in report.entries]):
            terminal.print(line)
    return report.exit_status


def _numbers(typed: Sequence[str]) -> dict[str, str]:
    """The numbers of --answer, typed or in a file, by name."""
    from tinygrad_fr.checking.typed import read_answers

    numbers: dict[str, str] = {}
    for given in typed:
        in_a_file = given.endswith((".csv", ".json"))
        read = read_answers(given) if in_a_file else named([given], "--answer")
        _once([*numbers, *read])
        numbers.update(read)
    return numbers


def _once(names: Sequence[str]) -> None:
    twice = [name for i, name in enumerate(names) if name in names[:i]]
    if twice:
        refuse(
            fr=f"{twice[0]} reçoit deux réponses. Gardez-en une, --hand ou --answer",
            en=f"{twice[0]} is given two answers. Keep one, --hand or --answer",
        )


COMMAND = Command(
    lambda: "check EXPRESSION x=2 …",
    lambda: say(
        fr="compare un gradient calculé à la main, et nomme l’erreur",
        en="compares a gradient derived by hand, and names the mistake",
    ),
    parser,
    run,
    refused=3,
)
