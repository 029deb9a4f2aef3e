"""From a terminal: how what was typed is read, in the reader's language, for every command.

    parser = Parser("draw", say(fr="Dessine…", en="Draws…"))
    parser.add_argument("--level", help=say(fr="…", en="…"))
    args = parser.read(["--level", "sum"])      None if it was --help, then printed

What was typed wrong is a ValueError in one line.
"""

from __future__ import annotations

import argparse
import math
import os
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any, NamedTuple

from tinygrad_fr.reading.number import parse_number
from tinygrad_fr.refusals import nearest, refuse
from tinygrad_fr.unmoved import unmoved
from tinygrad_fr.words import LANGUAGES, say

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

PROGRAM = "tinygrad-fr"
OUT = Path("out")  # where pictures go unless -o says otherwise


class Command(NamedTuple):
    """One command: how it is called, what it does, what may follow, and what runs."""

    usage: Callable[[], str]  # "draw EXPRESSION x=2 …"
    summary: Callable[[], str]  # "draws the graph of an expression and its gradients"
    parser: Callable[[], Parser]
    run: Callable[[argparse.Namespace], int]  # gives the exit status
    refused: int = 2  # the exit status of what was typed wrong

    @property
    def name(self) -> str:
        return self.usage().split()[0]


class Formatter(argparse.HelpFormatter):
    def add_usage(self, usage, actions, groups, prefix=None):  # type: ignore[no-untyped-def]
        super().add_usage(usage, actions, groups, say(fr="utilisation : ", en="usage: "))

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        """Paragraph by paragraph, so that a small table may stand below the options."""
        filled = []
        for line in text.split("\n"):
            inner = " " * (6 if line.startswith("  ") else 0)
            margin = line[: len(line) - len(line.lstrip())]
            filled.append(fill(line.strip(), width, initial_indent=margin, subsequent_indent=inner))
        return "\n".join(filled)


class Parser(argparse.ArgumentParser):
    """argparse, with its sentences in French or English; refusals are ValueErrors."""

    def __init__(self, command: str, description: str, below: str | None = None) -> None:
        super().__init__(
            prog=f"{PROGRAM} {command}",
            description=description,
            epilog=below,
            formatter_class=Formatter,
            add_help=False,
            allow_abbrev=False,
            exit_on_error=False,
        )
        self.group = self.add_argument_group(
            say(fr="arguments et options\u202f", en="arguments and options")
        )
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
            given = [a for a in self._actions if "/".join(a.option_strings) == error.argument_name]
            if given and given[0].nargs == 0:
                refuse(
                    fr=f"l’option {error.argument_name} ne prend pas de valeur. "
                    f"Voir {self.prog} --help",
                    en=f"the option {error.argument_name} takes no value. See {self.prog} --help",
                )
            refuse(
                fr=f"l’option {error.argument_name} attend une valeur. Voir {self.prog} --help",
                en=f"the option {error.argument_name} expects a value. See {self.prog} --help",
            )
        if args.help:
            self.print_help()
            return None
        if unknown:
            refuse(
                fr=f"« {unknown[0].strip()} » est inconnu ou en trop. Voir {self.prog} --help",
                en=f"'{unknown[0].strip()}' is unknown or not needed. See {self.prog} --help",
            )
        return args

    def _shielded(self, word: str) -> str:
        """A word that argparse must not take for an option, "-y*ln(a)": a space in front tells."""
        option = word == "--" or word.partition("=")[0] in self._option_string_actions
        mistyped = re.fullmatch(r"--[a-z][a-z-]+(=.*)?", word)
        return word if option or mistyped or word[:1] != "-" else f" {word}"

    def add_out(self) -> None:
        """-o, the folder for pictures."""
        self.add_argument(
            "-o",
            "--out",
            type=Path,
            default=OUT,
            metavar=say(fr="DOSSIER", en="FOLDER"),
            help=say(
                fr=f"le dossier des images ({OUT}{os.sep} par défaut)",
                en=f"the folder for pictures ({OUT}{os.sep} by default)",
            ),
        )


def language_first(words: Sequence[str]) -> tuple[str | None, list[str]]:
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
            refuse(
                fr=f"--lang attend fr ou en, reçu « {lang} ». Essayez --lang fr",
                en=f"--lang expects fr or en, got '{lang}'. Try --lang en",
            )
    return lang, rest


# ── common readers ───────────────────────────────────────────────────────────────────────────────


def named(pairs: Iterable[str], option: str) -> dict[str, str]:
    """The texts of `w=…`, by name."""
    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, text = (part.strip() for part in pair.partition("="))
        if not equals or not name or not text or name in found:
            refuse(
                fr=f"{option} attend nom=…, une fois par nom, reçu « {pair} »",
                en=f"{option} expects name=…, once per name, got '{pair}'",
            )
        found[name] = text
    return found


def whole_number(option: str, text: str | None, default: int = 1, least: int = 1) -> int:
    """The whole number of an option; ValueError for text or less than `least`."""
    if text is None:
        return default
    text = text.strip()
    x = _number(text)
    if not (x.is_integer() and least <= x < 10**9):
        refuse(
            fr=f"{option} attend un entier d’au moins {least}, reçu « {text} » ; "
            f"écrivez par exemple {option} {max(least, 4)}",
            en=f"{option} expects an integer of at least {least}, got '{text}'; "
            f"write for example {option} {max(least, 4)}",
        )
    return int(x)


def real_number(option: str, text: str | None, below: float = math.inf) -> float | None:
    """The number of an option, between 0 and `below`, both left out."""
    if text is None:
        return None
    text = text.strip()
    x = _number(text)
    if not 0 < x < below:
        limits = (
            say(fr="plus grand que 0", en="above 0")
            if below == math.inf
            else say(fr=f"entre 0 et {below:g}", en=f"between 0 and {below:g}")
        )
        refuse(
            fr=f"{option} attend un nombre {limits}, reçu « {text} » ; "
            f"écrivez par exemple {option} 0,1",
            en=f"{option} expects a number {limits}, got '{text}'; write for example {option} 0.1",
        )
    return x


def _number(text: str) -> float:
    try:
        return parse_number(text)
    except ValueError:
        return math.nan  # the option says what it expects


def told(error: BaseException) -> None:
    """Say on the error side, in one line, what went wrong."""
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


def instead(word: str, known: Iterable[str]) -> str:
    """What to type instead of a word that is not known."""
    names = list(known)
    near = nearest(word, names)
    if near:
        return say(fr=f"Vouliez-vous dire {near} ?", en=f"Did you mean {near}?")
    return say(fr="Choisissez parmi : ", en="Choose among: ") + ", ".join(names)


def console() -> Console:
    """Where tables are printed: nothing typed by a person is read as colours."""
    with unmoved():
        from rich.console import Console

        return Console(highlight=False, markup=False)


def table(*columns: str, right: Sequence[str] = (), **options: Any) -> Table:
    """A table to print, with these columns; those named in `right` hold numbers."""
    with unmoved():
        from rich.table import Table

        found = Table(**options)
    for column in columns:
        found.add_column(column, justify="right" if column in right else "left")
    return found
