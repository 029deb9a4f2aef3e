"""From a terminal, `compile`: the matrices of an expression or a network, as a NumPy program."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from tinygrad_fr.command.look_options import add_parameters, separate, tell_parameters
from tinygrad_fr.command.model_options import add_graph, graph
from tinygrad_fr.command.options import Command, Parser, instead
from tinygrad_fr.engine import Value
from tinygrad_fr.files import check_target, write_whole
from tinygrad_fr.formula.names import parts
from tinygrad_fr.formula.parameters import is_parameter
from tinygrad_fr.reading.letters import Names
from tinygrad_fr.refusals import refuse
from tinygrad_fr.walk import order
from tinygrad_fr.words import number, say

if TYPE_CHECKING:
    from tinygrad_fr.program.program import Program

ENDINGS = (".py",)


def parser() -> Parser:
    """What may be typed after `compile`."""
    may = Parser("compile", *_described())
    add_graph(may)
    may.add_argument(
        "--inputs",
        action="append",
        metavar=say(fr="NOMS", en="NAMES"),
        help=say(
            fr="les colonnes d’un tableau de données : x_1,x_2 ; répétez l’option pour un autre "
            "tableau (par défaut, un par lettre, sans les paramètres)",
            en="the columns of an array of data: x_1,x_2; repeat it for another array (by default, "
            "one per letter, without the parameters)",
        ),
    )
    add_parameters(may)
    may.add_argument(
        "-o",
        "--out",
        type=Path,
        metavar=say(fr="FICHIER.py", en="FILE.py"),
        help=say(
            fr="l’écrire dans un fichier, comme une fonction",
            en="write it to a file, as a function",
        ),
    )
    return may


def run(args: argparse.Namespace) -> int:
    """Print the program, or write it to a file; say how many scalars it stands for."""
    from tinygrad_fr.program.program import to_numpy

    if args.out:
        check_target(args.out, ENDINGS)
    typed = graph(args, "compile")
    tell_parameters(args.parameters, typed.leaves)
    moving = [v for v in typed.leaves.values() if is_parameter(v)]
    data = {name: v for name, v in typed.leaves.items() if not is_parameter(v)}
    program = to_numpy(typed.output, _columns(args.inputs, data), moving)
    if args.out:
        write_whole(args.out, program.source())
        print(say(fr=f"Programme : {args.out}", en=f"Program: {args.out}"))
    else:
        print(program)
    print(f"\n{told(program, typed.output)}")
    return 0


def told(program: Program, L: Value) -> str:
    """How many operations on scalars became how many lines."""
    n = sum(v.op is not None for v in order(L))
    value, _ = program(*([[v.data for v in column]] for column in program.columns))
    return say(
        fr=f"Opérations sur des scalaires : {n}. Lignes : {len(program.forward)} pour la passe "
        f"avant, {len(program.backward)} pour la passe arrière. Ici L = {number(value, 6)}",
        en=f"Operations on scalars: {n}. Lines: {len(program.forward)} for the forward pass, "
        f"{len(program.backward)} for the backward pass. Here L = {number(value, 6)}",
    )


def _columns(typed: list[str] | None, data: dict[str, Value]) -> list[list[Value]]:
    """The arrays of data: as they were typed, else the leaves of one letter each.

    Several examples (x_2,1 is a number of the second) stay the numbers that they are.
    """
    if typed is not None:
        return [[_named(name, data) for name in separate(names, data)] for names in typed]
    letters = {name: parts(name) for name in data}
    if any(letter is not None and "," in letter.below for letter in letters.values()):
        return []
    found: dict[str, list[Value]] = {}
    for name, v in data.items():
        letter = letters[name]
        found.setdefault(letter.base if letter else name, []).append(v)
    return list(found.values())


def _named(name: str, data: dict[str, Value]) -> Value:
    key = Names(data).find(name.strip())
    if key is None:
        refuse(
            fr=f"--inputs : « {name} » n’est pas une donnée de l’expression. {instead(name, data)}",
            en=f"--inputs: '{name}' is not an input of the expression. {instead(name, data)}",
        )
    return data[key]


def _described() -> tuple[str, str]:
    """What stands above and below the options in the help."""
    return say(
        fr="Trouve les matrices d’une expression ou d’un réseau écrit scalaire par scalaire, et "
        "les écrit comme un programme NumPy.",
        en="Finds the matrices of an expression or a network written scalar by scalar, and writes "
        "them as a NumPy program.",
    ), say(
        fr="Exemple : compile --model 2-3-2 --x 0,8 -1,2 --y 0 1\n"
        'Une expression : compile "(w_1*x_1 + w_2*x_2 + b - y)**2" w_1=1 w_2=2 b=0 x_1=1 x_2=3 y=1',
        en="Example: compile --model 2-3-2 --x 0.8 -1.2 --y 0 1\n"
        'An expression: compile "(w_1*x_1 + w_2*x_2 + b - y)**2" w_1=1 w_2=2 b=0 x_1=1 x_2=3 y=1',
    )


COMMAND = Command(
    lambda: "compile EXPRESSION x=2 …",
    lambda: say(
        fr="écrit les matrices d’une expression, en NumPy",
        en="writes the matrices of an expression, in NumPy",
    ),
    parser,
    run,
)
