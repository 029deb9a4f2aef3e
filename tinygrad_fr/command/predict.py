"""From a terminal, `predict`: a network that was trained answers for the rows of a table."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tinygrad_fr.command.options import Command, Parser
from tinygrad_fr.files import check_target, write_whole
from tinygrad_fr.refusals import refuse
from tinygrad_fr.words import percent, say


def parser() -> Parser:
    """What may be typed after `predict`."""
    may = Parser(
        "predict",
        say(
            fr="Applique un réseau entraîné à chaque ligne d’un tableau : la classe et la "
            "part de chacune, ou la quantité.",
            en="Applies a trained network to each row of a table: the class and the share of "
            "each, or the quantity.",
        ),
    )
    may.add_argument(
        "model",
        nargs="?",
        metavar=say(fr="DOSSIER|MODELE.json", en="FOLDER|MODEL.json"),
        help=say(
            fr="le dossier écrit par train, ou un modèle",
            en="the folder written by train, or a model",
        ),
    )
    may.add_argument(
        "examples",
        nargs="?",
        metavar=say(fr="POINTS.csv", en="POINTS.csv"),
        help=say(
            fr="le tableau : les colonnes de l’apprentissage, par leur nom ou dans le même ordre",
            en="the table: the columns of the training, by name or in the same order",
        ),
    )
    may.add_argument(
        "--encoding",
        metavar=say(fr="NOM", en="NAME"),
        help=say(
            fr="l’encodage du tableau (UTF-8, UTF-16 ou cp1252, reconnu par défaut)",
            en="the encoding of the table (UTF-8, UTF-16 or cp1252, recognised by default)",
        ),
    )
    may.add_argument(
        "-o",
        "--out",
        type=Path,
        metavar=say(fr="FICHIER.csv", en="FILE.csv"),
        help=say(
            fr="le tableau avec les réponses (affiché par défaut)",
            en="the table with the answers (printed by default)",
        ),
    )
    return may


def run(args: argparse.Namespace) -> int:
    """Write the table, or print it; say how many are right where the table knows."""
    if args.model is None or args.examples is None:
        refuse(
            fr="il faut un dossier et un tableau : tinygrad-fr predict run/ points.csv",
            en="a folder and a table are needed: tinygrad-fr predict run/ points.csv",
        )
    if args.out is not None:
        check_target(args.out, [".csv"])
    from tinygrad_fr.nn.predict import predicted

    found = predicted(args.model, args.examples, args.encoding)
    if args.out is None:
        print(found.text, end="")
    else:  # with the mark by which spreadsheets know UTF-8
        write_whole(args.out, found.text.encode("utf-8-sig"))
    if found.right is not None:
        share, count = percent(found.right), len(found.answers)
        print(
            say(
                fr=f"Réponses justes : {share} de {count}",
                en=f"Right answers: {share} of {count}",
            ),
            file=sys.stderr if args.out is None else sys.stdout,
        )
    return 0


COMMAND = Command(
    lambda: say(fr="predict DOSSIER POINTS.csv", en="predict FOLDER POINTS.csv"),
    lambda: say(
        fr="applique un réseau entraîné à chaque ligne d’un tableau",
        en="applies a trained network to each row of a table",
    ),
    parser,
    run,
)
