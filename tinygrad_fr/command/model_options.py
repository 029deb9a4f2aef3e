"""From a terminal: a graph that is asked for, as an expression or as a network, for every command.

add_model(parser)           --model 2-3-2 --seed 3 --x 0.8 -1.2 --y 0 1
network = read_model(args)  the network at its examples; None where none is asked for
graph(args)                 what is drawn, explained, stepped through: of either
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from tinygrad_fr.command.options import PROGRAM, Parser, whole_number
from tinygrad_fr.formula.names import steps_of
from tinygrad_fr.reading.expression import Typed, read, refuse_unused
from tinygrad_fr.reading.values import parse_values
from tinygrad_fr.refusals import refuse
from tinygrad_fr.walk import order
from tinygrad_fr.words import say

if TYPE_CHECKING:
    from tinygrad_fr.nn.described import Described

# of a network, beside --model and --weights that ask for one
OPTIONS = ("activation", "output", "seed", "loss", "data", "target", "x", "y")


def add_graph(may: Parser) -> None:
    """EXPRESSION name=value …, or the options of a network."""
    may.add_argument(
        "expression",
        nargs="?",
        metavar="EXPRESSION",
        help=say(
            fr='entre guillemets : "(w*x - y)**2", ou par étapes : "z = w*x + b ; σ(z)"',
            en='in quotes: "(w*x - y)**2", or in steps: "z = w*x + b; σ(z)"',
        ),
    )
    may.add_argument(
        "values",
        nargs="*",
        metavar=say(fr="nom=valeur", en="name=value"),
        help=say(
            fr="la valeur de chaque nom : w=1 x=0,25 y=1/3 t=pi/2",
            en="each name’s value: w=1 x=0.25 y=1/3 t=pi/2",
        ),
    )
    add_model(may)


def add_model(may: Parser) -> None:
    """The options that describe a network and its examples."""
    for option, metavar, told in (*_of_the_network(), *_of_the_examples()):
        several = {"nargs": "+", "action": "append"} if option in ("--x", "--y") else {}
        may.add_argument(option, metavar=metavar, help=told, **several)


def _of_the_network() -> list[tuple[str, str, str]]:
    name = say(fr="NOM", en="NAME")
    model = say(
        fr="un réseau à la place d’une expression : les tailles de ses couches",
        en="a network instead of an expression: the sizes of its layers",
    )
    weights = say(
        fr="un réseau enregistré, à la place de --model",
        en="a saved network, instead of --model",
    )
    activation = say(
        fr="la fonction de transfert des couches cachées (sigmoid)",
        en="the transfer function of the hidden layers (sigmoid)",
    )
    output = say(
        fr="celle de la dernière couche (sigmoid, ou ce que le coût demande)",
        en="that of the last layer (sigmoid, or what the cost asks for)",
    )
    seed = say(fr="la graine des poids (0)", en="the seed of the weights (0)")
    loss = say(
        fr="le coût : squared_error par défaut, bce, cross_entropy, hinge…",
        en="the cost: squared_error by default, bce, cross_entropy, hinge…",
    )
    return [
        ("--model", "2-3-2", model),
        ("--weights", say(fr="MODELE.json", en="MODEL.json"), weights),
        ("--activation", name, activation),
        ("--output", name, output),
        ("--seed", "N", seed),
        ("--loss", name, loss),
    ]


def _of_the_examples() -> list[tuple[str, str, str]]:
    x = say(
        fr="les entrées d’un exemple : --x 0,8 -1,2 ; répétez l’option pour un autre exemple",
        en="the inputs of one example: --x 0.8 -1.2; repeat it for another example",
    )
    y = say(fr="ses cibles : --y 0 1", en="its targets: --y 0 1")
    data = say(fr="les exemples d’un fichier CSV", en="the examples of a CSV file")
    target = say(
        fr="la colonne de la cible, par son nom ou son numéro (la dernière)",
        en="the target’s column, by name or number (the last)",
    )
    return [
        ("--x", say(fr="NOMBRE", en="NUMBER"), x),
        ("--y", say(fr="NOMBRE", en="NUMBER"), y),
        ("--data", say(fr="POINTS.csv", en="POINTS.csv"), data),
        ("--target", say(fr="COLONNE", en="COLUMN"), target),
    ]


def read_model(args: argparse.Namespace, anew: bool = False) -> Described | None:
    """The network that is asked for at its examples; None without --model and --weights.

    anew  its data are given anew to a program, a class too

    Raises ValueError in one line for an option of a network where there is none.
    """
    if args.model is None and args.weights is None:
        for option in OPTIONS:
            if getattr(args, option) is not None:
                refuse(
                    fr=f"--{option} n’a pas de sens ici : cette option décrit un réseau (--model "
                    "2-3-2)",
                    en=f"--{option} does not belong here: it describes a network (--model 2-3-2)",
                )
        return None
    from tinygrad_fr.nn.described import described

    return described(
        args.model,
        args.weights,
        activation=args.activation,
        output=args.output,
        seed=None if args.seed is None else whole_number("--seed", args.seed, least=0),
        loss=args.loss,
        data=args.data,
        target=args.target,
        x=_rows(args.x),
        y=_rows(args.y),
        anew=anew,
    )


def _rows(typed: list[list[str]] | None) -> str | None:
    """The numbers of an option that may be repeated, a row each time."""
    return None if typed is None else "; ".join(" ".join(words) for words in typed)


def graph(args: argparse.Namespace, command: str) -> Typed:
    """The graph that is asked for: EXPRESSION name=value …, or --model 2-3-2 …

    Raises ValueError in one line where it is neither, or both.
    """
    network = read_model(args, anew=command == "compile")
    given = [word for word in (args.expression, *args.values) if word is not None]
    if network is None:
        if args.expression is None:
            refuse(
                fr=f"il manque l’expression. Essayez : {PROGRAM} {command} "
                '"(w*x - y)**2" w=1 x=2 y=4',
                en=f"the expression is missing. Try: {PROGRAM} {command} "
                '"(w*x - y)**2" w=1 x=2 y=4',
            )
        text, values = args.expression.strip(), parse_values(args.values)
        typed = read(text, values)
        refuse_unused(text, values)
        return typed
    if given:
        refuse(
            fr=f"« {given[0].strip()} » est en trop : --model décrit déjà le réseau",
            en=f"'{given[0].strip()}' is not needed: --model already describes the network",
        )
    return Typed(network.output, network.leaves, steps_of(order(network.output)), "L")
