"""From a terminal, `train`: a network learns from points; its model, history and pictures."""

from __future__ import annotations

import argparse
import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from tinygrad_fr.command.options import (
    OUT,
    Command,
    Parser,
    console,
    real_number,
    table,
    told,
    whole_number,
)
from tinygrad_fr.refusals import refuse
from tinygrad_fr.words import number, say

if TYPE_CHECKING:
    from tinygrad_fr.nn.run import Job


def parser() -> Parser:
    """What may be typed after `train`."""
    from tinygrad_fr.nn.data import DATASETS

    may = Parser(
        "train",
        say(
            fr="Entraîne un réseau sur des points et écrit le modèle, l’historique et les images. "
            "Ctrl-C arrête et garde les meilleurs poids.",
            en="Trains a network on points and writes the model, the history and the pictures. "
            "Ctrl-C stops and keeps the best weights.",
        ),
    )
    may.add_argument(
        "--data",
        metavar=say(fr="NOM|FICHIER.csv", en="NAME|FILE.csv"),
        help=say(
            fr=f"{', '.join(DATASETS)}, ou un fichier CSV",
            en=f"{', '.join(DATASETS)}, or a CSV file",
        ),
    )
    may.add_argument(
        "--hidden",
        nargs="*",
        metavar="N",
        default=[],
        help=say(
            fr="neurones de chaque couche cachée : --hidden 6 4 (aucune si rien n’est dit)",
            en="neurons of each hidden layer: --hidden 6 4 (none if not given)",
        ),
    )
    for option, metavar, told_in_words in (*_of_the_network(), *_of_the_training()):
        may.add_argument(option, metavar=metavar, help=told_in_words)
    may.add_argument(
        "-o",
        "--out",
        type=Path,
        default=OUT / "train",
        metavar=say(fr="DOSSIER", en="FOLDER"),
        help=say(
            fr=f"le dossier des résultats ({OUT / 'train'} si rien n’est dit) ; s’il en contient "
            "déjà, -2, -3… s’ajoute au nom",
            en=f"the folder for the results ({OUT / 'train'} if not given); if it holds some "
            "already, -2, -3… is added to the name",
        ),
    )
    return may


def _of_the_network() -> list[tuple[str, str, str]]:
    """The options that take one word: its name, what it stands for, what it is."""
    from tinygrad_fr.nn.optim import OPTIMIZERS

    column, name = say(fr="COLONNE", en="COLUMN"), say(fr="NOM", en="NAME")
    target = say(
        fr="la colonne de la cible, par son nom ou son numéro (la dernière si rien n’est dit)",
        en="the target’s column, by name or number (the last if not given)",
    )
    points = say(
        fr="combien de points, si les données sont tirées (200)",
        en="how many points, where the data are drawn (200)",
    )
    activation = say(
        fr="la fonction de transfert des couches cachées (tanh)",
        en="the activation function of the hidden layers (tanh)",
    )
    loss = say(
        fr="le coût : bce, cross_entropy, hinge, squared… (ce qui convient à la cible)",
        en="the cost: bce, cross_entropy, hinge, squared… (what suits the target)",
    )
    optimizer = say(
        fr=f"{', '.join(OPTIMIZERS)} (adam si rien n’est dit)",
        en=f"{', '.join(OPTIMIZERS)} (adam if not given)",
    )
    return [
        ("--target", column, target),
        ("--points", "N", points),
        ("--activation", name, activation),
        ("--loss", name, loss),
        ("--optimizer", name, optimizer),
    ]


def _of_the_training() -> list[tuple[str, str, str]]:
    rate = say(
        fr="le taux d’apprentissage (0,01 pour adam et adamw, sinon celui de l’optimiseur)",
        en="the learning rate (0.01 for adam and adamw, else the optimiser’s own)",
    )
    epochs = say(
        fr="combien de fois tous les exemples sont vus (100)",
        en="how many times all examples are seen (100)",
    )
    batch = say(fr="exemples par pas (20)", en="examples per step (20)")
    apart = say(
        fr="part des exemples gardée à l’écart, par exemple 0,2 (aucune)",
        en="share of the examples kept apart, for example 0.2 (none)",
    )
    seed = say(
        fr="la graine des points, des poids et de l’ordre (0)",
        en="the seed of points, weights and order (0)",
    )
    return [
        ("--learning-rate", "λ", rate),
        ("--epochs", "N", epochs),
        ("--batch-size", "N", batch),
        ("--validation", say(fr="PART", en="SHARE"), apart),
        ("--seed", "N", seed),
    ]


def run(args: argparse.Namespace) -> int:
    """0; 1 for a training that diverges, 130 for one ended by Ctrl-C, 143 by SIGTERM."""
    if not args.data:
        refuse(
            fr="il manque les données. Donnez --data moons, ou --data points.csv --target label",
            en="the data are missing. Give --data moons, or --data points.csv --target label",
        )
    from tinygrad_fr.nn import Divergence, Interrupted
    from tinygrad_fr.nn.run import folder_for, sigterm

    job, options = _job(args), _options(args)
    folder, term, status = folder_for(args.out), sigterm(), 0
    try:
        with term:
            job.train(**options)
    except Interrupted:
        status = 143 if term.came else 130  # 128 + the number of the signal
    except BaseException as error:
        with contextlib.suppress(OSError):
            folder.rmdir()  # if nothing is in it
        if not isinstance(error, Divergence):
            raise
        told(error)
        return 1
    _show(job, job.write(folder))
    return status


def _job(args: argparse.Namespace) -> Job:
    """What is trained on what."""
    from tinygrad_fr.nn.run import Job

    return Job(
        args.data,
        args.target,
        points=whole_number("--points", args.points, 200),
        hidden=[whole_number("--hidden", text) for text in args.hidden],
        activation="tanh" if args.activation is None else args.activation,
        loss=args.loss,
        optimizer="adam" if args.optimizer is None else args.optimizer,
        validation=real_number("--validation", args.validation, below=1),
        seed=whole_number("--seed", args.seed, 0, least=0),
    )


def _options(args: argparse.Namespace) -> dict[str, float | None]:
    """How it is trained."""
    rate = real_number("--learning-rate", args.learning_rate)
    if rate is None and (args.optimizer or "adam").lower() in ("adam", "adamw"):
        rate = 0.01
    return {
        "epochs": whole_number("--epochs", args.epochs, 100),
        "batch_size": whole_number("--batch-size", args.batch_size, 20),
        "learning_rate": rate,
    }


def _show(job: Job, written: list[Path]) -> None:
    """The network, how it does, and where the files are."""
    terminal = console()
    terminal.print(job.model.summary())
    if job.classes and job.classes != tuple(range(len(job.classes))):
        classes = ", ".join(f"{k} = {name}" for k, name in enumerate(job.classes))
        terminal.print(say(fr=f"classes : {classes}", en=f"classes: {classes}"), soft_wrap=True)
    titles = [
        say(fr="exemples", en="examples"),
        say(fr="coût", en="cost"),
        say(fr="exactitude", en="accuracy"),
    ]
    shown = table("", *titles, right=titles)
    for part in job.parts():
        share = "–"
        if part.accuracy is not None:
            right = number(100 * part.accuracy)
            share = say(fr=f"{right} %", en=f"{right}%")
        shown.add_row(part.name, str(part.examples), number(part.cost), share)
    terminal.print(shown)
    if job.history.stopped == "interrupted":
        epochs, kept = len(job.history.loss), job.history.best_epoch
        terminal.print(
            say(
                fr=f"Interrompu, époques finies : {epochs} ; "
                f"poids gardés : ceux de l’époque {kept}.",
                en=f"Interrupted, epochs done: {epochs}; weights kept: those of epoch {kept}.",
            ),
            soft_wrap=True,
        )
    files = ", ".join(path.name for path in written)
    terminal.print(
        say(
            fr=f"Résultats : {written[0].parent}{os.sep} ({files})",
            en=f"Results: {written[0].parent}{os.sep} ({files})",
        ),
        soft_wrap=True,
    )


COMMAND = Command(
    lambda: "train --data moons",
    lambda: say(
        fr="entraîne un réseau, et écrit le modèle et les images",
        en="trains a network, and writes the model and the pictures",
    ),
    parser,
    run,
)
