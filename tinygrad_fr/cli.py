"""The whole sentence from a terminal: see a graph drawn, run a demo, walk through the course.

Each command imports what it needs when it runs, so that `tinygrad-fr --help` is quick.  A mistake
in what was typed ends in one line and exit status 2, Ctrl-C in 130; a traceback is always ours.
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import io
import math
import os
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from tinygrad_fr.unmoved import unmoved
from tinygrad_fr.words import LANGUAGES, number, say, use

if TYPE_CHECKING:
    from tinygrad_fr.nn.run import Job

PROGRAM = "tinygrad-fr"
OUT = Path("out")  # where pictures go unless -o says otherwise


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line and give its exit status: 0, 1 (a wrong item, a divergence), 2."""
    _speak_utf8()
    try:
        lang, words = _language_first(sys.argv[1:] if argv is None else argv)
    except ValueError as error:
        return _refuse(error)
    with use(lang):
        try:
            status = _run(words)
            sys.stdout.flush()
            return status
        except KeyboardInterrupt:
            return 130
        except BrokenPipeError:  # the reader left, as `| head` does
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 141
        except (ValueError, TypeError, OSError) as error:
            return _refuse(error)
        except RuntimeError as error:
            from tinygrad_fr.picture.layout import LayoutError

            if isinstance(error, LayoutError):
                return _refuse(error)
            raise


def _run(words: Sequence[str]) -> int:
    if not words or words[0] in ("-h", "--help"):
        print(_overview())
        return 0
    command, *rest = words
    if command not in COMMANDS:
        raise ValueError(
            say(fr=f"commande inconnue : {command}. ", en=f"unknown command: {command}. ")
            + _instead(command, COMMANDS)
        )
    return COMMANDS[command](rest)


def _overview() -> str:
    return say(
        fr=f"""\
Voir, comparer et comprendre la rétropropagation du gradient.

  {PROGRAM} course                  parcourt le cours point par point et vérifie chaque nombre
  {PROGRAM} demo                    liste les démonstrations ; « demo linear » en lance une
  {PROGRAM} draw EXPRESSION x=2 …   dessine le graphe d’une expression et ses gradients
  {PROGRAM} check EXPRESSION x=2 …  compare un gradient calculé à la main, et nomme l’erreur
  {PROGRAM} train --data moons      entraîne un réseau, et écrit le modèle et les images

Chaque commande s’explique avec --help ; --lang fr ou --lang en choisit la langue.
Un exemple : {PROGRAM} draw "(w*x - y)**2" w=1 x=2 y=4 -o graph.svg""",
        en=f"""\
See, compare and understand backpropagation.

  {PROGRAM} course                  walks through the course item by item and checks each number
  {PROGRAM} demo                    lists the demos; `demo linear` runs one
  {PROGRAM} draw EXPRESSION x=2 …   draws the graph of an expression and its gradients
  {PROGRAM} check EXPRESSION x=2 …  compares a gradient derived by hand, and names the mistake
  {PROGRAM} train --data moons      trains a network, and writes the model and the pictures

Each command explains itself with --help; --lang fr or --lang en chooses the language.
An example: {PROGRAM} draw "(w*x - y)**2" w=1 x=2 y=4 -o graph.svg""",
    )


# ── the commands ─────────────────────────────────────────────────────────────────────────────────


def _course(words: Sequence[str]) -> int:
    parser = _Parser(
        "course",
        say(
            fr="Parcourt le cours point par point : ce qui est vérifié, l’écart, l’image.",
            en="Walks through the course item by item: what was checked, the error, the picture.",
        ),
    )
    _add_out(parser)
    args = parser.read(words)
    if args is None:
        return 0
    from tinygrad_fr.demos import course

    return int(course.main(args.out))


def _demo(words: Sequence[str]) -> int:
    parser = _Parser(
        "demo",
        say(
            fr="Liste les démonstrations par point du cours, ou en lance une.",
            en="Lists the demos by course item, or runs one.",
        ),
    )
    parser.add_argument(
        "name",
        nargs="?",
        metavar=say(fr="NOM", en="NAME"),
        help=say(fr="la démonstration à lancer", en="the demo to run"),
    )
    _add_out(parser)
    args = parser.read(words)
    if args is None:
        return 0
    demos = _demos()
    if args.name is None:
        _list_demos(demos)
        return 0
    if args.name not in demos:
        raise ValueError(
            say(fr=f"démonstration inconnue : {args.name}. ", en=f"unknown demo: {args.name}. ")
            + _instead(args.name, demos)
        )
    demos[args.name].main(args.out)
    return 0


def _demos() -> dict[str, ModuleType]:
    """The demos by name, in the order of the course: whatever lies in demos/, except the tour."""
    import importlib
    import pkgutil

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


def _list_demos(demos: dict[str, ModuleType]) -> None:
    with unmoved():
        from rich.console import Console
        from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    table.add_column(say(fr="cours", en="course"), no_wrap=True)
    table.add_column(say(fr="nom", en="name"), no_wrap=True)
    table.add_column(say(fr="ce qu’on y voit", en="what it shows"))
    for name, module in demos.items():
        table.add_row(module.ITEMS, name, module.title())
    console = Console(highlight=False, markup=False)
    console.print(table)
    console.print(
        say(
            fr=f"\nPour en lancer une : {PROGRAM} demo NOM", en=f"\nTo run one: {PROGRAM} demo NAME"
        )
    )


def _draw(words: Sequence[str]) -> int:
    parser = _Parser(
        "draw",
        say(
            fr="Dessine le graphe d’une expression, ses valeurs et ses gradients.",
            en="Draws the graph of an expression, its values and its gradients.",
        ),
    )
    parser.add_argument(
        "expression",
        nargs="?",
        metavar="EXPRESSION",
        help=say(
            fr='entre guillemets : "(w*x - y)**2", "sigmoid(w*x + b)"',
            en='in quotes: "(w*x - y)**2", "sigmoid(w*x + b)"',
        ),
    )
    parser.add_argument(
        "values",
        nargs="*",
        metavar=say(fr="nom=valeur", en="name=value"),
        help=say(
            fr="la valeur de chaque nom : w=1 x=0,25 y=1/3",
            en="each name’s value: w=1 x=0.25 y=1/3",
        ),
    )
    parser.add_argument(
        "-o",
        "--out",
        type=Path,
        metavar=say(fr="FICHIER", en="FILE"),
        help=say(
            fr=f"l’image : .svg, .png, .pdf ou .dot ({OUT / 'graph.svg'} si rien n’est dit)",
            en=f"the picture: .svg, .png, .pdf or .dot ({OUT / 'graph.svg'} if not given)",
        ),
    )
    parser.add_argument(
        "--level",
        default="auto",
        metavar=say(fr="NIVEAU", en="LEVEL"),
        help=say(
            fr="ce qu’une boîte représente : operation, sum, neuron ou layer (au mieux si rien n’est dit)",
            en="what one box stands for: operation, sum, neuron or layer (the best one if not given)",
        ),
    )
    args = parser.read(words)
    if args is None:
        return 0
    if args.expression is None:
        raise ValueError(
            say(
                fr='il manque l’expression à dessiner. Essayez : draw "(w*x - y)**2" w=1 x=2 y=4',
                en='the expression to draw is missing. Try: draw "(w*x - y)**2" w=1 x=2 y=4',
            )
        )
    if args.level not in ("auto", *LEVELS):
        raise ValueError(
            say(fr=f"niveau inconnu : {args.level}. ", en=f"unknown level: {args.level}. ")
            + _instead(args.level, LEVELS)
        )
    return _draw_expression(args.expression.strip(), args.values, args.out, args.level)


LEVELS = ("operation", "sum", "neuron", "layer")


def _draw_expression(text: str, pairs: list[str], out: Path | None, level: str) -> int:
    with unmoved():
        from rich.console import Console
        from rich.table import Table

    from tinygrad_fr.picture.draw import draw
    from tinygrad_fr.reading.expression import parse
    from tinygrad_fr.walk import order

    names = _read_values(pairs)
    L = parse(text, names)
    leaves = {v.label: v for v in order(L) if v.op is None and v.label in names}
    for name in names:
        if name not in leaves:
            raise ValueError(
                say(
                    fr=f"{name} reçoit une valeur mais n’est pas dans l’expression {text}. "
                    f"Retirez {name}=… ou écrivez {name} dans l’expression",
                    en=f"{name} is given a value but is not in the expression {text}. "
                    f"Remove {name}=… or write {name} in the expression",
                )
            )
    L.backward()
    if out is None:
        OUT.mkdir(exist_ok=True)
        out = OUT / "graph.svg"
    draw(L, out, level)

    table = Table()
    table.add_column(say(fr="nom", en="name"))
    table.add_column(say(fr="valeur", en="value"), justify="right")
    table.add_column("gradient", justify="right")
    for name in names:
        table.add_row(name, number(leaves[name].data, 6), number(leaves[name].grad, 6))
    console = Console(highlight=False, markup=False)
    console.print(f"{text} = {number(L.data, 6)}", soft_wrap=True)
    console.print(table)
    console.print(say(fr=f"Image : {out}", en=f"Picture: {out}"), soft_wrap=True)
    return 0


def _read_values(pairs: Iterable[str]) -> dict[str, float]:
    """The numbers of `w=1 x=0,25 y=1/3`, by name."""
    from tinygrad_fr.reading.expression import parse_number

    values: dict[str, float] = {}
    for pair in pairs:
        name, equals, text = (part.strip() for part in pair.partition("="))
        if not equals or not name.isidentifier() or not text:
            raise ValueError(
                say(
                    fr=f"« {pair} » n’est pas de la forme nom=valeur. Écrivez par exemple w=0,25 ; "
                    "une expression qui contient des espaces va entre guillemets",
                    en=f"'{pair}' is not of the form name=value. Write for example w=0.25; "
                    "an expression with spaces goes in quotes",
                )
            )
        if name in values:
            raise ValueError(
                say(
                    fr=f"{name} reçoit deux valeurs. Gardez-en une",
                    en=f"{name} is given two values. Keep one",
                )
            )
        values[name] = parse_number(text)
    return values


def _check(words: Sequence[str]) -> int:
    parser = _Parser(
        "check",
        say(
            fr="Compare un gradient calculé à la main avec la règle de la chaîne, et dit quelle erreur "
            "il contient. Donnez une expression et ses valeurs, ou le fichier Python d’un élève : il est "
            "exécuté, puisque vous le nommez.",
            en="Compares a gradient derived by hand with the chain rule, and says which mistake it "
            "holds. Give an expression and its values, or a student’s Python file: it is executed, "
            "since you name it.",
        ),
        say(
            fr="Un fichier .py définit loss(w=0.5, x=1.5, …), dont les valeurs par défaut sont le point, et "
            "gradient(…), des mêmes noms, qui rend {nom: valeur}. Une classe est un CSV : une colonne pour "
            "l’élève, une par paramètre. État de sortie : 0 juste, 1 faux, 2 indécis, 3 entrée refusée. "
            'Exemple : check "(w*x - y)**2" w=1 x=2 y=4 --hand w="2*x*(w*x - y)"',
            en="A .py file defines loss(w=0.5, x=1.5, …), whose defaults are the point, and gradient(…), of "
            "the same names, which gives {name: value}. A class is a CSV: one column for the student, one "
            "per parameter. Exit status: 0 right, 1 wrong, 2 undecided, 3 input refused. "
            'Example: check "(w*x - y)**2" w=1 x=2 y=4 --hand w="2*x*(w*x - y)"',
        ),
    )
    parser.add_argument(
        "what",
        nargs="*",
        metavar=say(
            fr="EXPRESSION nom=valeur… | FICHIER.py", en="EXPRESSION name=value… | FILE.py"
        ),
        help=say(
            fr="ce qui est dérivé, et en quel point", en="what is derived, and at which point"
        ),
    )
    for option, fr, en in (
        (
            "--hand",
            'une formule calculée à la main : w="2*(a-y)*x"',
            'a formula derived by hand: w="2*(a-y)*x"',
        ),
        (
            "--answer",
            "un nombre calculé à la main : w=-0,188, ou un fichier .csv ou .json de nombres",
            "a number worked out by hand: w=-0.188, or a .csv or .json file of numbers",
        ),
        (
            "--where",
            'une grandeur intermédiaire : a="sigmoid(w*x+b)"',
            'an intermediate quantity: a="sigmoid(w*x+b)"',
        ),
    ):
        named = say(fr="nom=…", en="name=…")
        parser.add_argument(
            option, action="append", default=[], metavar=named, help=say(fr=fr, en=en)
        )
    parser.add_argument(
        "--class",
        dest="answers",
        type=Path,
        metavar=say(fr="FICHIER.csv", en="FILE.csv"),
        help=say(
            fr="les réponses d’une classe, un CSV (avec --key)",
            en="the answers of a class, a CSV (with --key)",
        ),
    )
    parser.add_argument(
        "--key",
        type=Path,
        metavar=say(fr="FICHIER.py", en="FILE.py"),
        help=say(
            fr="le fichier Python qui définit loss(…)", en="the Python file that defines loss(…)"
        ),
    )
    parser.add_argument(
        "--solution",
        action="store_true",
        help=say(fr="montrer aussi la dérivée", en="show the derivative too"),
    )
    args = parser.read(words)
    if args is None:
        return 0
    try:
        return _checked(args)
    except (ValueError, TypeError, OSError) as error:
        _refuse(error)
        return 3


def _checked(args: argparse.Namespace) -> int:
    with unmoved():
        from rich.console import Console

    from tinygrad_fr.checking.classes import check_class
    from tinygrad_fr.checking.student_file import check_file
    from tinygrad_fr.checking.typed import check_expression, read_answers, solution

    console = Console(highlight=False, markup=False)
    if args.answers or args.key:
        if not (args.answers and args.key):
            raise ValueError(
                say(fr="--class et --key vont ensemble", en="--class and --key go together")
            )
        console.print(check_class(args.answers, args.key))
        return 0
    if not args.what:
        raise ValueError(
            say(
                fr="il manque l’expression ou le fichier. Voir tinygrad-fr check --help",
                en="the expression or the file is missing. See tinygrad-fr check --help",
            )
        )
    first, *pairs = map(str.strip, args.what)
    numbers: dict[str, str] = {}
    for typed in args.answer:
        read = (
            read_answers(typed)
            if typed.endswith((".csv", ".json"))
            else _named([typed], "--answer")
        )
        _once([*numbers, *read])
        numbers.update(read)
    if first.endswith(".py"):
        if pairs or args.hand or args.where:
            extra = [
                *pairs,
                *(f"--hand {text}" for text in args.hand),
                *(f"--where {text}" for text in args.where),
            ]
            raise ValueError(
                say(
                    fr=f"{first} dit déjà le point et les formules : « {extra[0]} » est en trop. "
                    "Un fichier s’accompagne seulement de --answer",
                    en=f"{first} says the point and the formulas already: '{extra[0]}' is one too many. "
                    "With a file, only --answer may be given",
                )
            )
        report, exercise = check_file(first, numbers)
        output, leaves = exercise.output, exercise.leaves
    else:
        formulas = _named(args.hand, "--hand")
        _once([*formulas, *numbers])
        if not formulas and not numbers:
            raise ValueError(
                say(
                    fr='il n’y a rien à comparer : ajoutez --hand w="…" ou --answer w=…',
                    en='there is nothing to compare: add --hand w="…" or --answer w=…',
                )
            )
        report, output, leaves = check_expression(
            first, _read_values(pairs), formulas, numbers, _named(args.where, "--where")
        )
    console.print(report)
    if args.solution:
        for line in solution(output, leaves, [entry.name for entry in report.entries]):
            console.print(line)
    return report.exit_status


def _once(names: Sequence[str]) -> None:
    twice = [name for i, name in enumerate(names) if name in names[:i]]
    if twice:
        raise ValueError(
            say(
                fr=f"{twice[0]} reçoit deux réponses. Gardez-en une, --hand ou --answer",
                en=f"{twice[0]} is given two answers. Keep one, --hand or --answer",
            )
        )


def _named(pairs: Iterable[str], option: str) -> dict[str, str]:
    """The texts of `w=…`, by name."""
    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, text = (part.strip() for part in pair.partition("="))
        if not equals or not name or not text or name in found:
            raise ValueError(
                say(
                    fr=f"{option} attend nom=…, une fois par nom, reçu « {pair} »",
                    en=f"{option} expects name=…, once per name, got '{pair}'",
                )
            )
        found[name] = text
    return found


def _train(words: Sequence[str]) -> int:
    parser = _Parser(
        "train",
        say(
            fr="Entraîne un réseau sur des points et écrit le modèle, l’historique et les images. "
            "Ctrl-C arrête et garde les meilleurs poids.",
            en="Trains a network on points and writes the model, the history and the pictures. "
            "Ctrl-C stops and keeps the best weights.",
        ),
    )
    for option, metavar, fr, en in (
        (
            "--data",
            "NOM|FICHIER.csv NAME|FILE.csv",
            "clouds, xor, moons, circles, spirals, parabola, ou un fichier CSV",
            "clouds, xor, moons, circles, spirals, parabola, or a CSV file",
        ),
        (
            "--target",
            "COLONNE COLUMN",
            "la colonne de la cible, par son nom ou son numéro (la dernière si rien n’est dit)",
            "the target’s column, by name or number (the last if not given)",
        ),
        (
            "--points",
            "N N",
            "combien de points, si les données sont tirées (200)",
            "how many points, where the data are drawn (200)",
        ),
        (
            "--activation",
            "NOM NAME",
            "la fonction de transfert des couches cachées (tanh)",
            "the activation function of the hidden layers (tanh)",
        ),
        (
            "--loss",
            "NOM NAME",
            "le coût : bce, cross_entropy, hinge, squared… (ce qui convient à la cible)",
            "the cost: bce, cross_entropy, hinge, squared… (what suits the target)",
        ),
        (
            "--optimizer",
            "NOM NAME",
            "sgd, momentum, nesterov, adagrad, rmsprop, adam ou adamw (adam)",
            "sgd, momentum, nesterov, adagrad, rmsprop, adam or adamw (adam)",
        ),
        (
            "--learning-rate",
            "λ λ",
            "le taux d’apprentissage (0,01 pour adam et adamw, sinon celui de l’optimiseur)",
            "the learning rate (0.01 for adam and adamw, else the optimiser’s own)",
        ),
        (
            "--epochs",
            "N N",
            "combien de fois tous les exemples sont vus (100)",
            "how many times all examples are seen (100)",
        ),
        ("--batch-size", "N N", "exemples par pas (20)", "examples per step (20)"),
        (
            "--validation",
            "PART SHARE",
            "part des exemples gardée à l’écart, par exemple 0,2 (aucune)",
            "share of the examples kept apart, for example 0.2 (none)",
        ),
        (
            "--seed",
            "N N",
            "la graine des points, des poids et de l’ordre (0)",
            "the seed of points, weights and order (0)",
        ),
    ):
        french, english = metavar.split(" ")
        parser.add_argument(option, metavar=say(fr=french, en=english), help=say(fr=fr, en=en))
    parser.add_argument(
        "--hidden",
        nargs="*",
        metavar="N",
        default=[],
        help=say(
            fr="neurones de chaque couche cachée : --hidden 6 4 (aucune si rien n’est dit)",
            en="neurons of each hidden layer: --hidden 6 4 (none if not given)",
        ),
    )
    parser.add_argument(
        "-o",
        "--out",
        type=Path,
        default=OUT / "train",
        metavar=say(fr="DOSSIER", en="FOLDER"),
        help=say(
            fr=f"le dossier des résultats ({OUT / 'train'} si rien n’est dit) ; s’il en contient déjà, "
            "-2, -3… s’ajoute au nom",
            en=f"the folder for the results ({OUT / 'train'} if not given); if it holds some already, "
            "-2, -3… is added to the name",
        ),
    )
    args = parser.read(words)
    if args is None:
        return 0
    if args.data is None:
        raise ValueError(
            say(
                fr="il manque les données. Donnez --data moons, ou --data points.csv --target label",
                en="the data are missing. Give --data moons, or --data points.csv --target label",
            )
        )
    from tinygrad_fr.nn.run import Job, folder_for
    from tinygrad_fr.nn.train import Divergence

    epochs = _whole("--epochs", args.epochs, 100)
    options = {
        "batch_size": _whole("--batch-size", args.batch_size, 20),
        "learning_rate": _real("--learning-rate", args.learning_rate),
    }
    if options["learning_rate"] is None and args.optimizer in (None, "adam", "adamw"):
        options["learning_rate"] = 0.01
    job = Job(
        args.data,
        args.target,
        points=_whole("--points", args.points, 200),
        hidden=[_whole("--hidden", text) for text in args.hidden],
        activation=args.activation or "tanh",
        loss=args.loss,
        optimizer=args.optimizer or "adam",
        validation=_real("--validation", args.validation, below=1),
        seed=_whole("--seed", args.seed, 0, least=0),
    )
    folder = folder_for(args.out)
    try:
        history = job.train(epochs=epochs, **options)
    except Divergence as error:
        with contextlib.suppress(OSError):
            folder.rmdir()  # if nothing is in it
        _refuse(error)
        return 1
    return _trained(job, history.stopped == "interrupted", job.write(folder_for(args.out)))


def _trained(job: Job, interrupted: bool, written: list[Path]) -> int:
    with unmoved():
        from rich.console import Console
        from rich.table import Table

    console = Console(highlight=False, markup=False)
    console.print(job.model.summary())
    if job.classes and job.classes != tuple(range(len(job.classes))):
        named = ", ".join(f"{k} = {name}" for k, name in enumerate(job.classes))
        console.print(say(fr=f"classes : {named}", en=f"classes: {named}"), soft_wrap=True)
    table = Table()
    table.add_column("")
    for title in (
        say(fr="exemples", en="examples"),
        say(fr="coût", en="cost"),
        say(fr="exactitude", en="accuracy"),
    ):
        table.add_column(title, justify="right")
    for part in job.parts():
        share = "–"
        if part.accuracy is not None:
            right = number(100 * part.accuracy)
            share = say(fr=f"{right} %", en=f"{right}%")
        table.add_row(part.name, str(part.examples), number(part.cost), share)
    console.print(table)
    epochs, kept = len(job.history.loss), job.history.best_epoch
    if interrupted:
        console.print(
            say(
                fr=f"Interrompu, époques finies : {epochs} ; poids gardés : ceux de l’époque {kept}.",
                en=f"Interrupted, epochs done: {epochs}; weights kept: those of epoch {kept}.",
            ),
            soft_wrap=True,
        )
    files = ", ".join(path.name for path in written)
    console.print(
        say(
            fr=f"Résultats : {written[0].parent}{os.sep} ({files})",
            en=f"Results: {written[0].parent}{os.sep} ({files})",
        ),
        soft_wrap=True,
    )
    return 130 if interrupted else 0


def _whole(option: str, text: str | None, default: int = 1, least: int = 1) -> int:
    """The whole number of an option; ValueError for text or less than `least`."""
    if text is None:
        return default
    if not re.fullmatch(r"[+-]?\d{1,9}", text, re.ASCII) or int(text) < least:
        raise ValueError(
            say(
                fr=f"{option} attend un entier d’au moins {least}, reçu « {text} » ; écrivez par exemple {option} {max(least, 4)}",
                en=f"{option} expects an integer of at least {least}, got '{text}'; write for example {option} {max(least, 4)}",
            )
        )
    return int(text)


def _real(option: str, text: str | None, below: float = math.inf) -> float | None:
    """The number of an option, between 0 and `below`, both left out; 0,05 and 0.05 are the same."""
    if text is None:
        return None
    try:
        x = float(text.replace(",", "."))
    except ValueError:
        x = math.nan
    if not 0 < x < below:
        fr, en = (
            ("plus grand que 0", "above 0")
            if below == math.inf
            else (f"entre 0 et {below:g}", f"between 0 and {below:g}")
        )
        raise ValueError(
            say(
                fr=f"{option} attend un nombre {fr}, reçu « {text} » ; écrivez par exemple {option} 0,1",
                en=f"{option} expects a number {en}, got '{text}'; write for example {option} 0.1",
            )
        )
    return x


COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "check": _check,
    "course": _course,
    "demo": _demo,
    "draw": _draw,
    "train": _train,
}


# ── reading what was typed, in the reader's language ─────────────────────────────────────────────


class _Formatter(argparse.HelpFormatter):
    def add_usage(self, usage, actions, groups, prefix=None):  # type: ignore[no-untyped-def]
        super().add_usage(usage, actions, groups, say(fr="utilisation : ", en="usage: "))


class _Parser(argparse.ArgumentParser):
    """argparse, with its sentences in French or English; refusals are ValueErrors."""

    def __init__(self, command: str, description: str, below: str | None = None) -> None:
        super().__init__(
            prog=f"{PROGRAM} {command}",
            description=description,
            epilog=below,
            formatter_class=_Formatter,
            add_help=False,
            allow_abbrev=False,
            exit_on_error=False,
        )
        self.group = self.add_argument_group(say(fr="à écrire après\u202f", en="what may follow"))
        self.add_argument(
            "-h", "--help", action="store_true", help=say(fr="cette aide", en="this help")
        )

    def add_argument(self, *names: str, **options: object) -> argparse.Action:
        return self.group.add_argument(*names, **options)  # type: ignore[arg-type]

    def read(self, words: Sequence[str]) -> argparse.Namespace | None:
        """What was typed; None if it was --help, then printed."""
        try:
            args, unknown = self.parse_known_intermixed_args(
                [self._shielded(word) for word in words]
            )
        except argparse.ArgumentError as error:
            raise ValueError(
                say(
                    fr=f"l’option {error.argument_name} attend une valeur. Voir {self.prog} --help",
                    en=f"the option {error.argument_name} expects a value. See {self.prog} --help",
                )
            ) from None
        if args.help:
            self.print_help()
            return None
        if unknown:
            raise ValueError(
                say(
                    fr=f"« {unknown[0].strip()} » est en trop ou inconnu. Voir {self.prog} --help",
                    en=f"'{unknown[0].strip()}' is one too many or unknown. See {self.prog} --help",
                )
            )
        return args

    def _shielded(self, word: str) -> str:
        """A word that argparse must not take for an option, "-y*ln(a)": a space in front tells it so."""
        option = word.partition("=")[0] in self._option_string_actions
        mistyped = re.fullmatch(r"--[a-z][a-z-]+(=.*)?", word)
        return word if option or mistyped or word[:1] != "-" else f" {word}"


def _add_out(parser: _Parser) -> None:
    parser.add_argument(
        "-o",
        "--out",
        type=Path,
        default=OUT,
        metavar=say(fr="DOSSIER", en="FOLDER"),
        help=say(
            fr=f"le dossier des images ({OUT}{os.sep} si rien n’est dit)",
            en=f"the folder for pictures ({OUT}{os.sep} if not given)",
        ),
    )


def _language_first(words: Sequence[str]) -> tuple[str | None, list[str]]:
    """The language asked for by --lang, wherever it stands, and the other words."""
    lang, rest = None, []
    left = list(words)
    while left:
        word = left.pop(0)
        if word != "--lang" and not word.startswith("--lang="):
            rest.append(word)
            continue
        lang = word.partition("=")[2] or (left.pop(0) if left else "")
        if lang not in LANGUAGES:
            raise ValueError(
                say(
                    fr=f"--lang attend fr ou en, reçu « {lang} ». Essayez --lang fr",
                    en=f"--lang expects fr or en, got '{lang}'. Try --lang en",
                )
            )
    return lang, rest


def _instead(word: str, known: Iterable[str]) -> str:
    """What to type instead of a word that is not known."""
    names = list(known)
    close = difflib.get_close_matches(word, names, n=1)
    if close:
        return say(fr=f"Vouliez-vous dire {close[0]} ?", en=f"Did you mean {close[0]}?")
    return say(fr="Choisissez parmi : ", en="Choose among: ") + ", ".join(names)


def _refuse(error: Exception) -> int:
    if isinstance(error, OSError) and error.filename is not None:
        message = say(
            fr=f"impossible d’ouvrir ou d’écrire {error.filename} ({error.strerror}). "
            "Choisissez un autre endroit avec -o",
            en=f"cannot open or write {error.filename} ({error.strerror}). "
            "Choose another place with -o",
        )
    else:
        message = " ".join(line.strip() for line in str(error).splitlines())
    print(f"{PROGRAM}: {message}", file=sys.stderr)
    return 2


def _speak_utf8() -> None:
    """Write UTF-8 whatever the console claims: a minus sign must never come out as “?”."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
