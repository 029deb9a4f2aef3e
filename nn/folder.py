"""Keep what was learnt: the folder of a training, where each file is whole at any moment.

folder = folder_for("run")          made; run-2 if run holds results already
keep(folder, model, card, history)  model.json and history.csv, now
model, card = kept(folder)          the network, and what is known of its training
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import Any

from tinygrad_fr.files import write_whole
from tinygrad_fr.nn.history import History
from tinygrad_fr.nn.layers import MLP, load
from tinygrad_fr.nn.saving import recorded
from tinygrad_fr.refusals import refuse

MODEL, HISTORY, TRAINING = "model.json", "history.csv", "training.json"
PICTURES = ("curves", "boundary", "regression", "weights")
KINDS = ("png", "svg", "pdf")


def folder_for(wanted: str | os.PathLike[str]) -> Path:
    """The folder, made and writable: `run`, or `run-2`, `run-3` … if `run` holds results."""
    wanted = Path(wanted)
    if wanted.name in ("", ".."):  # `-o .` has no name to add a number to
        wanted = wanted.resolve()
    folder, k = wanted, 1
    try:
        while _holds_results(folder):
            k += 1
            folder = wanted.with_name(f"{wanted.name}-{k}")
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        refuse(
            fr=f"impossible d’écrire dans {folder} ; il faut un dossier où vous avez le droit "
            "d’écrire : donnez-en un avec -o",
            en=f"cannot write to {folder}; it must be a folder that you may write to: "
            "give one with -o",
        )


def _holds_results(folder: Path) -> bool:
    names = [MODEL, HISTORY, TRAINING, *(f"{name}.{kind}" for name in PICTURES for kind in KINDS)]
    return any((folder / name).exists() for name in names)


def swept(folder: Path, everything: bool) -> None:
    """Take the folder away if nothing is in it, or with what a training has begun to write."""
    with contextlib.suppress(OSError):
        for name in (MODEL, HISTORY, TRAINING) if everything else ():
            (folder / name).unlink(missing_ok=True)
        folder.rmdir()


def keep(folder: Path, model: MLP, card: dict[str, Any], history: History) -> list[Path]:
    """Write the model, with what is known of its training, and the table; gives the files."""
    model.save(folder / MODEL, training=card)
    write_whole(folder / HISTORY, _csv(history.curves()))
    return [folder / MODEL, folder / HISTORY]


def kept(place: str | os.PathLike[str]) -> tuple[MLP, dict[str, Any]]:
    """The network in a folder, or in its model's file, and what is known of its training."""
    path = Path(place)
    path = path / MODEL if path.is_dir() or not path.suffix else path
    return load(path), recorded(path)


def _csv(curves: dict[str, list[float]]) -> str:
    """One line per epoch, with the point as decimal mark: what spreadsheets and programs read."""
    kept = {name: values for name, values in curves.items() if values}
    lines = [",".join(["epoch", *kept])]
    for epoch, row in enumerate(zip(*kept.values(), strict=True), start=1):
        lines.append(",".join([str(epoch), *map(repr, row)]))
    return "".join(f"{line}\n" for line in lines)
