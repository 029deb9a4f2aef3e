"""From a terminal, `check`: a gradient worked out by hand, or a class of them, and the mistakes."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tinygrad_fr.command.check_options import (
    CLASS,
    EXPRESSION,
    FILE,
    NETWORK,
    Asked,
    hold,
    parser,
    read,
)
from tinygrad_fr.command.model_options import read_model
from tinygrad_fr.command.options import PROGRAM, Command, console, named
from tinygrad_fr.reading.expression import names, refuse_unused
from tinygrad_fr.reading.number import is_number
from tinygrad_fr.reading.values import parse_values
from tinygrad_fr.refusals import refuse
from tinygrad_fr.words import say

if TYPE_CHECKING:
    from tinygrad_fr.checking.report import Report
    from tinygrad_fr.nn.described import Described


def run(args: argparse.Namespace) -> int:
    """0 right, 1 wrong, 2 undecided; a class gives 0."""
    first, *pairs = map(str.strip, args.what or [""])
    kind = _kind(args, first)
    hold(args, kind, parser())
    if kind == NETWORK and first:
        refuse(
            fr=f"« {first} » est en trop : le réseau est décrit par --model, et les réponses se "
            "donnent avec --answer",
            en=f"'{first}' is not needed: the network is described by --model, and answers are "
            "given with --answer",
        )
    asked, network = read(args), read_model(args)
    if network is not None:
        return _network(network, args, asked)
    if kind == CLASS:
        return _class(args, asked, first)
    if kind == FILE:
        return _file(first, pairs, args, asked)
    return _expression(first, pairs, args, asked)


def _kind(args: argparse.Namespace, first: str) -> str:
    """What is to be checked."""
    if args.answers or args.key:
        return CLASS
    if args.model or args.weights:
        return NETWORK
    if not first:
        refuse(
            fr=f"il manque l’expression ou le fichier. Voir {PROGRAM} check --help",
            en=f"the expression or the file is missing. See {PROGRAM} check --help",
        )
    if first.lower().endswith((".csv", ".json", ".ipynb", ".txt")):
        refuse(
            fr=f"{first} n’est pas une expression. Les réponses d’une classe : --class {first} "
            "--key FICHIER.py ; le fichier d’un étudiant finit par .py",
            en=f"{first} is no expression. The answers of a class: --class {first} --key FILE.py; "
            "a student’s file ends with .py",
        )
    return FILE if first.endswith(".py") else EXPRESSION


def _class(args: argparse.Namespace, asked: Asked, extra: str) -> int:
    from tinygrad_fr.checking.classes import check_class
    from tinygrad_fr.checking.marks import write_marks, write_pages
    from tinygrad_fr.files import check_target

    if not args.key:
        refuse(
            fr="--class demande aussi --key FICHIER.py : le corrigé, qui définit loss(…)",
            en="--class asks for --key FILE.py too: the key, which defines loss(…)",
        )
    if not args.answers:
        refuse(
            fr="--key demande aussi --class FICHIER.csv : les réponses de la classe",
            en="--key asks for --class FILE.csv too: the answers of the class",
        )
    if extra:
        refuse(
            fr=f"« {extra} » est en trop : une classe se compare au seul fichier de --key",
            en=f"'{extra}' is not needed: a class is compared with the file of --key alone",
        )
    if args.out:
        check_target(args.out, [".csv"])
    found = check_class(
        args.answers,
        args.key,
        asked.seconds,
        memory=asked.memory,
        printed=_printed(args),
        accept=asked.accept,
        rate=asked.rate,
    )
    if args.json:
        for student in found.students:
            _say_json(student.to_json(asked.hint, asked.expected))
    else:
        console().print(found)
    if args.out:
        write_marks(found, args.out)
    if args.pages:
        write_pages(found, args.pages, asked.hint, asked.expected)
    return 0


def _network(network: Described, args: argparse.Namespace, asked: Asked) -> int:
    from tinygrad_fr.checking.network import check_network
    from tinygrad_fr.checking.typed import solution

    formulas, numbers = named(args.hand, "--hand"), _numbers(args.answer, arrays=True)
    _once([*formulas, *numbers])
    if not formulas and not numbers:
        refuse(
            fr='il n’y a rien à comparer : ajoutez --answer W1="0,1 0,2 ; …", delta1="…", ou un '
            "fichier .json ou .npz",
            en='there is nothing to compare: add --answer W1="0.1 0.2; …", delta1="…", or a .json '
            "or .npz file",
        )
    report = check_network(network, numbers, formulas, rate=asked.rate, accept=asked.accept)
    _hold_formulas(formulas, report)
    lines = solution(network.output, network.leaves, report) if args.solution else []
    return _told(report, lines, args, asked)


def _file(path: str, pairs: list[str], args: argparse.Namespace, asked: Asked) -> int:
    from tinygrad_fr.checking.student_file import check_file
    from tinygrad_fr.checking.typed import solution

    if pairs:
        refuse(
            fr=f"{path} dit déjà le point et les formules : « {pairs[0]} » est en trop. "
            "Un fichier s’accompagne seulement de --answer",
            en=f"{path} already says the point and the formulas: '{pairs[0]}' is not needed. "
            "With a file, only --answer may be given",
        )
    report, exercise = check_file(
        path,
        _numbers(args.answer),
        asked.seconds,
        memory=asked.memory,
        printed=_printed(args),
        accept=asked.accept,
        rate=asked.rate,
    )
    lines = solution(exercise.output, exercise.leaves, report) if args.solution else []
    return _told(report, lines, args, asked)


def _expression(text: str, pairs: list[str], args: argparse.Namespace, asked: Asked) -> int:
    from tinygrad_fr.checking.typed import check_expression, solution

    formulas, numbers = named(args.hand, "--hand"), _numbers(args.answer)
    where = named(args.where, "--where")
    _once([*formulas, *numbers])
    if not formulas and not numbers:
        _refuse_nothing(text, pairs)
    _hold_pairs(pairs, args)
    values = parse_values(pairs)
    report, output, leaves = check_expression(
        text, values, formulas, numbers, where, accept=asked.accept, rate=asked.rate
    )
    refuse_unused(text, values, also=[*where.values(), *formulas.values()])
    _hold_formulas(formulas, report)
    lines = solution(output, leaves, report) if args.solution else []
    return _told(report, lines, args, asked)


# ── what is said ─────────────────────────────────────────────────────────────────────────────────


def _told(report: Report, lines: Sequence[str], args: argparse.Namespace, asked: Asked) -> int:
    """The report, as a table or as JSON, then the derivation; gives the exit status."""
    if args.json:
        found = report.to_json(asked.hint, asked.expected)
        _say_json({**found, "solution": list(lines)} if args.solution else found)
        return report.exit_status
    terminal = console()
    terminal.print(report.shown(asked.hint, asked.expected))
    if lines:
        terminal.print("\n".join(["", *lines]), soft_wrap=True)
    further = _further(report, args, asked)
    if further:
        terminal.print(further)
    return report.exit_status


def _further(report: Report, args: argparse.Namespace, asked: Asked) -> str:
    """What may be asked for next, where something is wrong."""
    more = report.hints(asked.hint + 1) != report.hints(asked.hint)
    if report.diagnosis is None or args.solution or args.hint == "0":
        return ""
    if not asked.expected:  # who holds the numbers back does not want them shown
        stage = f"[--hint {asked.hint + 1}"
        return say(fr=f"{stage} en dit plus]", en=f"{stage} tells more]") if more else ""
    if more:
        return say(
            fr=f"[--hint {asked.hint + 1} en dit plus, --solution montre la dérivation]",
            en=f"[--hint {asked.hint + 1} tells more, --solution shows the derivation]",
        )
    return say(fr="[--solution montre la dérivation]", en="[--solution shows the derivation]")


def _say_json(found: Mapping[str, object]) -> None:
    print(json.dumps(found, ensure_ascii=False, allow_nan=False))


def _printed(args: argparse.Namespace) -> Callable[[str], object] | None:
    """Where a file's own lines go if they are asked for: beside the report, not into it."""

    def show(text: str) -> None:
        sys.stderr.write(text if not text or text.endswith("\n") else text + "\n")

    return show if args.show_output else None


# ── what is typed wrong ──────────────────────────────────────────────────────────────────────────


def _refuse_nothing(text: str, pairs: Sequence[str]) -> None:
    """Nothing to compare: perhaps a file is meant, else name what could be answered."""
    if not pairs and Path(f"{text}.py").is_file():
        refuse(
            fr=f"{text} est une expression sans réponse. Vouliez-vous dire {text}.py ?",
            en=f"{text} is an expression without an answer. Did you mean {text}.py?",
        )
    name = next(iter(names(text)), "w")
    refuse(
        fr=f'il n’y a rien à comparer : ajoutez --hand {name}="…" ou --answer {name}=…',
        en=f'there is nothing to compare: add --hand {name}="…" or --answer {name}=…',
    )


def _hold_pairs(pairs: Sequence[str], args: argparse.Namespace) -> None:
    """A second answer behind one --hand or --answer looks like a value: say to repeat it."""
    seen: set[str] = set()
    for pair in pairs:
        name, equals, text = (part.strip() for part in pair.partition("="))
        if not equals:
            continue
        option = "--answer" if args.answer and name in seen and is_number(text) else "--hand"
        if option == "--answer" or (args.hand and _has_names(text)):
            refuse(
                fr=f"« {pair} » suit une option mais n’en fait pas partie : répétez {option}, "
                f'{option} {name}="{text}"',
                en=f"'{pair}' follows an option but is not part of it: repeat {option}, "
                f'{option} {name}="{text}"',
            )
        seen.add(name)


def _has_names(text: str) -> bool:
    """Whether this is a formula rather than a value, which may be calculated: pi/2."""
    try:
        return bool(names(text))
    except ValueError:
        return False


def _hold_formulas(formulas: Mapping[str, str], report: Report) -> None:
    """A wrong formula that is a decimal was worked out at the point: then it is an answer."""
    wrong = {e.name for e in report.entries if e.verdict == "wrong"}
    for name, text in formulas.items():
        if is_number(text) and set(text) & set(".,") and name in wrong:
            refuse(
                fr=f"--hand {name}={text} : c’est un nombre, et --hand attend une formule. "
                f"Écrivez --answer {name}={text}",
                en=f"--hand {name}={text}: this is a number, and --hand expects a formula. "
                f"Write --answer {name}={text}",
            )


def _numbers(typed: Sequence[str], arrays: bool = False) -> dict[str, Any]:
    """What --answer gives, typed or in a file, by name; arrays too where there is a network."""
    from tinygrad_fr.checking.typed import read_answers

    numbers: dict[str, Any] = {}
    for given in typed:
        kind = Path(given).suffix.lower()
        read: Mapping[str, Any]
        if arrays and kind in (".json", ".npz"):
            from tinygrad_fr.checking.network import read_arrays

            read = read_arrays(given)
        elif kind == ".npz":
            refuse(
                fr=f"{given} : des tableaux NumPy répondent à un réseau ; ajoutez --model 2-3-2",
                en=f"{given}: NumPy arrays answer a network; add --model 2-3-2",
            )
        else:
            in_a_file = kind in (".csv", ".json")
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
