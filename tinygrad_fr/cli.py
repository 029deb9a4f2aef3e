"""The whole sentence from a terminal: see a graph drawn, run a demo, walk through the course.

Each command imports what it needs when it runs, so that `tinygrad-fr --help` is quick.  A mistake
in what was typed ends in one line and exit status 2, Ctrl-C in 130; a traceback is always ours.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence

from tinygrad_fr.command import check, compile, course, demo, draw, explain, predict, step, train
from tinygrad_fr.command.options import PROGRAM, instead, language_first, told
from tinygrad_fr.refusals import refuse
from tinygrad_fr.version import version
from tinygrad_fr.words import say, use

# In the order of the overview.
ROOMS = (course, demo, draw, explain, step, compile, check, train, predict)
COMMANDS = {room.COMMAND.name: room.COMMAND for room in ROOMS}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line and give its exit status: 0, 1 (a wrong item, a divergence), 2."""
    _speak_utf8()
    typed = sys.argv[1:] if argv is None else argv
    try:
        lang, words = language_first(typed)
    except ValueError as error:
        told(error)
        return next((COMMANDS[word].refused for word in typed if word in COMMANDS), 2)
    with use(lang):
        try:
            status = _run(words)
            sys.stdout.flush()
            return status
        except KeyboardInterrupt:
            print(f"{PROGRAM}: {say(fr='interrompu', en='interrupted')}", file=sys.stderr)
            return 130
        except BrokenPipeError:  # the reader left, as `| head` does
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 141


def _run(words: Sequence[str]) -> int:
    from tinygrad_fr.picture.layout import LayoutError

    if not words or words[0] in ("-h", "--help"):
        print(overview())
        return 0
    if words[0] == "--version":
        print(f"{PROGRAM} {version()}")
        return 0
    refused = 2
    try:
        name, *rest = words
        if name not in COMMANDS:
            refuse(
                fr=f"commande inconnue : {name}. {instead(name, sorted(COMMANDS))}",
                en=f"unknown command: {name}. {instead(name, sorted(COMMANDS))}",
            )
        command = COMMANDS[name]
        refused = command.refused
        args = command.parser().read(rest)
        return 0 if args is None else command.run(args)
    except BrokenPipeError:
        raise
    except (ValueError, TypeError, OSError, LayoutError) as error:
        told(error)
        return refused


def overview() -> str:
    """What can be typed, one line a command."""
    width = max(len(command.usage()) for command in COMMANDS.values())
    lines = "\n".join(
        f"  {PROGRAM} {command.usage():{width}}  {command.summary()}"
        for command in COMMANDS.values()
    )
    example = f'{PROGRAM} draw "(w*x - y)**2" w=1 x=2 y=4 -o graph.svg'
    return say(
        fr="Voir, comparer et comprendre la rétropropagation du gradient.\n\n"
        f"{lines}\n\n"
        "Chaque commande s’explique avec --help ; --lang fr ou --lang en choisissent la langue.\n"
        f"Un exemple : {example}",
        en="See, compare and understand backpropagation.\n\n"
        f"{lines}\n\n"
        "Each command explains itself with --help; --lang fr or --lang en chooses the language.\n"
        f"An example: {example}",
    )


def _speak_utf8() -> None:
    """Write UTF-8 whatever the console claims: a minus sign must never come out as “?”."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
