"""Keep what was learnt: architecture and weights in a file, whole or not at all, never a pickle.

JSON keeps floats digit for digit and can be read by eye; .npz has one NumPy array per weight
matrix (W1, b1, …).  Both hold the same content: "architecture", then the arrays by name; and,
where it is known, "training": what the network has learnt from, and how.
"""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from tinygrad_fr.engine import Value
from tinygrad_fr.files import write_whole
from tinygrad_fr.refusals import refuse

# What json, zipfile and numpy say of a file that is not theirs, or not whole.
_UNREADABLE = (
    OSError,
    ValueError,
    KeyError,
    EOFError,
    SyntaxError,
    RuntimeError,
    zipfile.BadZipFile,
)


WORDS = ("architecture", "training")  # what a file holds beside its arrays


# ── written ──────────────────────────────────────────────────────────────────────────────────────


def write(
    path: str | os.PathLike[str],
    architecture: dict[str, Any],
    arrays: dict[str, Any],
    training: dict[str, Any] | None = None,
) -> None:
    """Write architecture and arrays (nested lists of Values, by name) to a .json or .npz file.

    training  what else the file keeps: words and numbers by name

    Raises ValueError for another suffix or for weights that such a file cannot hold.
    """
    content = {"architecture": architecture, **_numbers(arrays)}
    if training is not None:
        content["training"] = training
    put = WRITERS.get(Path(path).suffix.lower())
    if put is None:
        _refuse_suffix(path)
    write_whole(path, lambda file: put(file, content))


def _numbers(values: Any) -> Any:
    """Nested lists of Values as nested lists of their numbers."""
    if isinstance(values, dict):
        return {name: _numbers(entry) for name, entry in values.items()}
    if isinstance(values, list):
        return [_numbers(entry) for entry in values]
    if isinstance(values.data, (float, int)):
        return values.data
    named, kind = values.label or repr(values), type(values.data).__name__
    refuse(
        fr=f"le paramètre {named} est un {kind} : un fichier garde des float ou des int ; "
        "convertissez p.data avant d’enregistrer",
        en=f"parameter {named} is a {kind}: a file keeps floats or ints; "
        "convert p.data before saving",
    )


def _write_json(file: BinaryIO, content: dict[str, Any]) -> None:
    # No newline at the end: without its last byte, the brace, the file is not JSON any more.
    file.write(json.dumps(content, ensure_ascii=False, indent=1).encode())


def _write_npz(file: BinaryIO, content: dict[str, Any]) -> None:
    import numpy as np

    arrays: dict[str, Any] = {
        name: np.array(json.dumps(x)) if name in WORDS else np.array(x, dtype=float)
        for name, x in content.items()
    }
    np.savez(file, **arrays)


WRITERS = {".json": _write_json, ".npz": _write_npz}


# ── read ─────────────────────────────────────────────────────────────────────────────────────────


def read(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The content of a model file; ValueError in one line if it is truncated or foreign."""
    suffix = Path(path).suffix.lower()
    if suffix not in WRITERS:
        _refuse_suffix(path)
    if not Path(path).is_file():
        refuse(
            fr=f"{path} : aucun fichier de ce nom ; vérifiez le chemin",
            en=f"{path}: there is no such file; check the path",
            kind=FileNotFoundError,
        )
    try:
        content = _read_npz(path) if suffix == ".npz" else json.loads(Path(path).read_bytes())
    except _UNREADABLE:
        content = None
    if not isinstance(content, dict):
        refuse_file(
            path,
            fr="fichier tronqué ou d’un autre format",
            en="the file is truncated or in another format",
        )
    return content


def _read_npz(path: str | os.PathLike[str]) -> dict[str, Any]:
    import numpy as np

    if not zipfile.is_zipfile(path):
        raise ValueError
    with np.load(path, allow_pickle=False) as arrays:
        content = {name: arrays[name].tolist() for name in arrays.files}
    return {name: json.loads(x) if name in WORDS else x for name, x in content.items()}


def recorded(path: str | os.PathLike[str]) -> dict[str, Any]:
    """What the file of a model keeps of its training, by name; {} if nothing."""
    found = read(path).get("training", {})
    if not isinstance(found, dict):
        refuse_file(
            path,
            fr="fichier tronqué ou d’un autre format",
            en="the file is truncated or in another format",
        )
    return found


# ── matched ──────────────────────────────────────────────────────────────────────────────────────


def matched(
    path: str | os.PathLike[str], architecture: dict[str, Any], arrays: dict[str, Any]
) -> list[tuple[Value, float]]:
    """(parameter, its number in the file) for every parameter of the arrays.

    A truncated or foreign file, another architecture or another shape raises ValueError in one
    line.
    """
    content = read(path)
    found = content.pop("architecture", None)
    content.pop("training", None)
    if found != architecture:
        fr, en = _difference(found, architecture)
        refuse_file(path, fr=fr, en=en)
    if set(content) != set(arrays):
        listed = f"{', '.join(sorted(content))} ≠ {', '.join(sorted(arrays))}"
        refuse_file(path, fr=f"elle contient {listed}", en=f"it holds {listed}")
    pairs: list[tuple[Value, float]] = []
    for name, values in arrays.items():
        if not _fits(values, content[name], pairs):
            refuse_file(
                path,
                fr=f"{name} n’a pas la bonne forme",
                en=f"{name} does not have the right shape",
            )
    return pairs


def _fits(values: Any, found: Any, pairs: list[tuple[Value, float]]) -> bool:
    """Whether found has the shape of values, number by number; the pairs are collected."""
    if isinstance(values, list):
        if not isinstance(found, list) or len(found) != len(values):
            return False
        return all(_fits(v, x, pairs) for v, x in zip(values, found, strict=True))
    pairs.append((values, found))
    return isinstance(found, (float, int)) and not isinstance(found, bool)


def _difference(found: Any, expected: dict[str, Any]) -> tuple[str, str]:
    """Where the architecture of the file differs from the model's, in French and in English."""
    if not isinstance(found, dict):
        return "l’architecture manque", "the architecture is missing"
    for name in (*expected, *found):
        there, here = found.get(name), expected.get(name)
        if there != here:
            return (
                f"architecture différente, {name} = {there} dans le fichier, {here} dans le modèle",
                f"another architecture, {name} = {there} in the file, {here} in the model",
            )
    raise AssertionError


# ── refused ──────────────────────────────────────────────────────────────────────────────────────


def refuse_file(path: str | os.PathLike[str], *, fr: str, en: str) -> NoReturn:
    """Say what is wrong with a model's file, and that the model is as it was."""
    refuse(
        fr=f"{path} : {fr}. Le modèle n’a pas changé ; donnez un fichier écrit par save",
        en=f"{path}: {en}. The model was not changed; give a file written by save",
    )


def _refuse_suffix(path: str | os.PathLike[str]) -> NoReturn:
    suffix = Path(path).suffix
    refuse(
        fr=f"{path} : suffixe {suffix!r} inconnu ; nommez le fichier .json ou .npz",
        en=f"{path}: unknown suffix {suffix!r}; name the file .json or .npz",
    )
