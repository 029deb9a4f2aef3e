"""From a terminal, `train`: a network learns from points; its model, history and pictures."""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from collections.abc import Sequence
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
from tinygrad_fr.files import check_target
from tinygrad_fr.refusals import known, refuse, whole
from tinygrad_fr.words import number, percent, say

if TYPE_CHECKING:
    from tinygrad_fr.nn.run import Job

POINTS = 100_000  # at most: each example is a graph of its own


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
        help=say(
            fr="neurones de chaque couche cachée : --hidden 6 4 (aucune par défaut)",
            en="neurons of each hidden layer: --hidden 6 4 (none by default)",
        ),
    )
    for option, metavar, told_in_words in (
        *_of_the_network(),
        *_of_the_training(),
        *_of_the_remedies(),
        *_of_the_results(),
    ):
        may.add_argument(option, metavar=metavar, help=told_in_words)
    may.add_argument(
        "-o",
        "--out",
        type=Path,
        metavar=say(fr="DOSSIER", en="FOLDER"),
        help=say(
            fr=f"le dossier des résultats ({OUT / 'train'} par défaut) ; s’il en contient "
            "déjà, -2, -3… s’ajoute au nom",
            en=f"the folder for the results ({OUT / 'train'} by default); if it holds some "
            "already, -2, -3… is added to the name",
        ),
    )
    return may


def _of_the_network() -> list[tuple[str, str, str]]:
    """The options that take one word: its name, what it stands for, what it is."""
    from tinygrad_fr.nn.optim import OPTIMIZERS

    column, name = say(fr="COLONNE", en="COLUMN"), say(fr="NOM", en="NAME")
    target = say(
        fr="la colonne de la cible, par son nom ou son numéro (la dernière par défaut)",
        en="the target’s column, by name or number (the last by default)",
    )
    inputs = say(
        fr="les colonnes des entrées : --inputs age,taille (toutes les autres par défaut)",
        en="the columns of the inputs: --inputs age,height (all the others by default)",
    )
    encoding = say(
        fr="l’encodage du fichier (UTF-8, UTF-16 ou cp1252, reconnu par défaut)",
        en="the encoding of the file (UTF-8, UTF-16 or cp1252, recognised by default)",
    )
    points = say(
        fr="combien de points, si les données sont tirées (200)",
        en="how many points, if the data are drawn (200)",
    )
    activation = say(
        fr="la fonction de transfert des couches cachées (tanh)",
        en="the transfer function of the hidden layers (tanh)",
    )
    loss = say(
        fr="le coût : bce, cross_entropy, hinge, squared… (ce qui convient à la cible)",
        en="the cost: bce, cross_entropy, hinge, squared… (what suits the target)",
    )
    optimizer = say(
        fr=f"{', '.join(OPTIMIZERS)} (adam par défaut)",
        en=f"{', '.join(OPTIMIZERS)} (adam by default)",
    )
    return [
        ("--target", column, target),
        ("--inputs", say(fr="COLONNE,…", en="COLUMN,…"), inputs),
        ("--encoding", name, encoding),
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
    decay = say(
        fr="d de λ/(1 + d·t), t le nombre de pas faits : un taux qui décroît (0)",
        en="d of λ/(1 + d·t), t the steps made: a rate that decays (0)",
    )
    epochs = say(
        fr="combien de fois tous les exemples sont vus (de quoi faire mille pas)",
        en="how many times all examples are seen (as many as make a thousand steps)",
    )
    batch = say(fr="exemples par pas (20)", en="examples per step (20)")
    apart = say(
        fr="part des exemples gardée à l’écart, par exemple 0,2 (aucune)",
        en="share of the examples set aside, for example 0.2 (none)",
    )
    seed = say(
        fr="la graine des points, des poids et de l’ordre (0)",
        en="the seed of points, weights and order (0)",
    )
    restarts = say(
        fr="nouveaux départs, au plus, si moins de neuf exemples sur dix finissent justes (5)",
        en="new starts, at most, if fewer than nine examples in ten end up right (5)",
    )
    engine = say(
        fr="ce qui fait les pas : scalar, numpy (en tableaux), native (compilé) ou auto (selon "
        "le travail)",
        en="what makes the steps: scalar, numpy (in arrays), native (compiled) or auto (whatever "
        "suits the work)",
    )
    return [
        ("--engine", say(fr="NOM", en="NAME"), engine),
        ("--learning-rate", "λ", rate),
        ("--decay", "d", decay),
        ("--epochs", "N", epochs),
        ("--batch-size", "N", batch),
        ("--validation", say(fr="PART", en="SHARE"), apart),
        ("--restarts", "N", restarts),
        ("--seed", "N", seed),
    ]


def _of_the_remedies() -> list[tuple[str, str, str]]:
    square = say(
        fr="α de la pénalité α·Σθ², ajoutée au coût (0)",
        en="α of the penalty α·Σθ², added to the cost (0)",
    )
    absolute = say(
        fr="α de la pénalité α·Σ|θ|, ajoutée au coût (0)",
        en="α of the penalty α·Σ|θ|, added to the cost (0)",
    )
    dropout = say(
        fr="la probabilité d’éteindre un neurone caché à chaque exemple (0)",
        en="the probability of dropping a hidden neuron, for each example (0)",
    )
    clip = say(
        fr="la plus grande norme du gradient (aucune limite)",
        en="the largest norm of the gradient (no limit)",
    )
    return [
        ("--l2", "α", square),
        ("--l1", "α", absolute),
        ("--dropout", "p", dropout),
        ("--clip", "N", clip),
    ]


def _of_the_results() -> list[tuple[str, str, str]]:
    from tinygrad_fr.nn.folder import KINDS

    resume = say(
        fr="reprend l’apprentissage de ce dossier ; --epochs compte depuis le début",
        en="goes on with the training in this folder; --epochs counts from the beginning",
    )
    pictures = say(
        fr=f"le format des images : {', '.join(KINDS)} (png par défaut)",
        en=f"the format of the pictures: {', '.join(KINDS)} (png by default)",
    )
    film = say(
        fr="un film de l’apprentissage : .gif, ou .html avec un curseur sur les époques",
        en="a film of the training: .gif, or .html with a slider over the epochs",
    )
    return [
        ("--film", say(fr="FICHIER", en="FILE"), film),
        ("--resume", say(fr="DOSSIER", en="FOLDER"), resume),
        ("--pictures", "FORMAT", pictures),
    ]


def run(args: argparse.Namespace) -> int:
    """0; 1 for a training that diverges, 130 for one ended by Ctrl-C, 143 by SIGTERM."""
    from tinygrad_fr.nn import Divergence, Interrupted, plot
    from tinygrad_fr.nn.folder import KINDS, folder_for, swept
    from tinygrad_fr.nn.run import sigterm

    kind = "png" if args.pictures is None else known("--pictures", args.pictures, KINDS)
    if args.film is not None:
        check_target(args.film, plot.FILMS)
    job, epochs = _resumed(args) if args.resume else _begun(args)
    folder = Path(args.resume) if args.resume else folder_for(args.out or OUT / "train")
    term, status = sigterm(), 0
    try:
        with term:
            job.train(epochs, folder=folder, resume=bool(args.resume), tell=_tell)
    except Interrupted:
        status = 143 if term.came else 130  # 128 + the number of the signal
    except BaseException as error:
        if not args.resume:
            swept(folder, everything=isinstance(error, Divergence))
        if not isinstance(error, Divergence):
            raise
        told(error)
        return 1
    with warnings.catch_warnings(record=True) as missing:
        warnings.filterwarnings("always", "Glyph .* missing")
        written = job.write(folder, kind)
        if args.film is not None and job.history.loss:
            written.append(job.film(Path(args.film)))
    _show(job, written)
    if missing:
        _tell(
            say(
                fr="Des lettres manquent à la police des images : des cases en tiennent lieu.",
                en="Some letters are missing from the font of the pictures: boxes stand for them.",
            )
        )
    return status


def _begun(args: argparse.Namespace) -> tuple[Job, int | None]:
    """What is trained on what, from the first step on."""
    from tinygrad_fr.nn.recipe import Recipe
    from tinygrad_fr.nn.run import Job

    if not args.data:
        refuse(
            fr="il manque les données. Donnez --data moons, ou --data points.csv --target label",
            en="the data are missing. Give --data moons, or --data points.csv --target label",
        )
    recipe = Recipe(
        args.data,
        args.target,
        [name.strip() for name in (args.inputs or "").split(",") if name.strip()],
        encoding=args.encoding,
        points=whole("--points", whole_number("--points", args.points, 200), 1, POINTS),
        loss=args.loss,
        validation=real_number("--validation", args.validation, below=1),
        hidden=_hidden(args.hidden or []),
        activation="tanh" if args.activation is None else args.activation,
        dropout=real_number("--dropout", args.dropout, below=1) or 0.0,
        l2=real_number("--l2", args.l2) or 0.0,
        l1=real_number("--l1", args.l1) or 0.0,
        optimizer="adam" if args.optimizer is None else args.optimizer.lower(),
        learning_rate=real_number("--learning-rate", args.learning_rate),
        decay=real_number("--decay", args.decay) or 0.0,
        clip=real_number("--clip", args.clip),
        batch_size=whole_number("--batch-size", args.batch_size, 20),
        engine="auto" if args.engine is None else args.engine,
        restarts=whole_number("--restarts", args.restarts, 5, least=0),
        seed=whole_number("--seed", args.seed, 0, least=0),
    )
    return Job(recipe), _epochs(args)


def _hidden(typed: Sequence[str]) -> list[int]:
    """The sizes of the hidden layers, not more than a graph of scalars can have."""
    from tinygrad_fr.nn.described import hold_sizes

    sizes = [whole_number("--hidden", text) for text in typed]
    return hold_sizes(f"--hidden {' '.join(typed)}", [1, *sizes, 1])[1:-1]


def _resumed(args: argparse.Namespace) -> tuple[Job, int]:
    """A training in a folder, to go on with, and how many epochs it shall have in all."""
    from tinygrad_fr.nn.run import Job

    may = {"resume", "epochs", "data", "film", "pictures", "help"}
    for name, given in vars(args).items():
        if given is not None and name not in may:
            option = "-o" if name == "out" else f"--{name.replace('_', '-')}"
            refuse(
                fr=f"--resume garde les choix de {args.resume} ; ôtez {option}",
                en=f"--resume keeps the choices of {args.resume}; leave out {option}",
            )
    job = Job.resumed(args.resume, args.data)
    epochs, done = _epochs(args) or job.epochs, job.made
    if epochs <= done:
        refuse(
            fr=f"{args.resume} a déjà ses {done} époques ; donnez-en plus, "
            f"--epochs {2 * done} par exemple",
            en=f"{args.resume} already has its {done} epochs; give more, "
            f"--epochs {2 * done} for example",
        )
    return job, epochs


def _epochs(args: argparse.Namespace) -> int | None:
    return None if args.epochs is None else whole_number("--epochs", args.epochs)


def _tell(line: str) -> None:
    print(line, file=sys.stderr)


def _show(job: Job, written: list[Path]) -> None:
    """The network, how it does, and where the files are."""
    from tinygrad_fr.nn.advice import advice

    terminal, task = console(), job.task
    terminal.print(job.model.summary())
    if task.classes and task.classes != tuple(range(len(task.classes))):
        classes = ", ".join(f"{k} = {name}" for k, name in enumerate(task.classes))
        terminal.print(say(fr=f"classes : {classes}", en=f"classes: {classes}"), soft_wrap=True)
    titles = [
        say(fr="exemples", en="examples"),
        say(fr="coût", en="cost"),
        say(fr="exactitude", en="accuracy"),
    ]
    shown = table("", *titles, right=titles)
    for part in job.parts():
        share = "–" if part.accuracy is None else percent(part.accuracy)
        shown.add_row(part.name, str(part.examples), number(part.cost), share)
    terminal.print(shown)
    folder = written[0].parent
    files = ", ".join(p.name if p.parent == folder else str(p) for p in written)
    for line in (
        _engine(job),
        _interrupted(job),
        advice(job),
        say(
            fr=f"Résultats : {folder}{os.sep} ({files})",
            en=f"Results: {folder}{os.sep} ({files})",
        ),
    ):
        if line:
            terminal.print(line, soft_wrap=True)


def _engine(job: Job) -> str:
    """What made the steps, where it was not the graph."""
    engine = job.history.engine
    if engine == "scalar":
        return ""
    return say(fr=f"Pas faits par : {engine}.", en=f"Steps made by: {engine}.")


def _interrupted(job: Job) -> str:
    """How far it came, where Ctrl-C ended it."""
    if job.history.stopped != "interrupted":
        return ""
    epochs, kept = len(job.history.loss), job.history.best_epoch
    return say(
        fr=f"Interrompu, époques finies : {epochs} ; "
        f"poids gardés : ceux de l’époque {kept}. --resume reprend à cet endroit.",
        en=f"Interrupted, epochs done: {epochs}; weights kept: those of epoch {kept}. "
        "--resume goes on from there.",
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
