"""A file is written whole or not at all: pictures, models, tables, pages.

Whoever reads meets the old file or the new one, never a half, and a failure leaves the old one.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO

from tinygrad_fr.refusals import refuse

Content = bytes | str | Callable[[BinaryIO], object]


def write_whole(path: str | os.PathLike[str], content: Content) -> Path:
    """Write bytes, text (UTF-8), or what a function writes; beside first, then renamed into place.

    Raises OSError in one clear line where the folder is missing or closed.
    """
    target = Path(path)
    beside = target.with_name(f".{secrets.token_hex(6)}.part")
    try:
        with beside.open("xb") as file:
            if callable(content):
                content(file)
            else:
                file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())  # else a power cut may leave the new name on an empty file
        os.replace(beside, target)
    except OSError as trouble:
        why = trouble.strerror or trouble
        refuse(
            fr=f"{target} : impossible d’écrire ({why}) ; "
            "choisissez un dossier où vous en avez le droit",
            en=f"{target}: cannot be written ({why}); choose a folder where you may write",
            kind=type(trouble),
        )
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
    return target


def check_target(path: str | os.PathLike[str], endings: Iterable[str]) -> str:
    """The ending of a file about to be written, before any work is done for it.

    Raises ValueError for an ending that is not one of `endings`, FileNotFoundError where the folder
    is missing.
    """
    target, listed = Path(path), list(endings)
    ending = target.suffix.lower()
    if ending not in listed:
        choices = ", ".join(listed)
        refuse(
            fr=f"{target} : extension {target.suffix!r} inconnue ; choisissez {choices}",
            en=f"{target}: unknown extension {target.suffix!r}; choose {choices}",
        )
    if not target.parent.is_dir():
        refuse(
            fr=f"{target} : le dossier {target.parent} n’existe pas ; créez-le d’abord",
            en=f"{target}: the folder {target.parent} does not exist; create it first",
            kind=FileNotFoundError,
        )
    return ending
