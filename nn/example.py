"""Build a graph: one example, the row of numbers that a network takes, and what is none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

from tinygrad_fr.refusals import refuse
from tinygrad_fr.words import counted, say


def as_row(x: Any) -> Any:
    """One example as a list: a single number is a list of one, a NumPy row gives its numbers."""
    if type(x) is list:
        return x
    if hasattr(x, "tolist"):
        x = x.tolist()
    return x if hasattr(x, "__len__") else list(x) if hasattr(x, "__iter__") else [x]


def refuse_inputs(x: Sequence[Any], width: int, name: str = "") -> NoReturn:
    """Say how many numbers the neuron of that name was given, and how many it takes."""
    refuse_table(x)
    given = counted(len(x), fr="entrée", en="input")
    weights = counted(width, fr="poids", en="weight")
    wanted = counted(width, fr="nombre", en="number")
    neuron = say(fr=f"le neurone de {name}", en=f"the neuron of {name}")
    neuron = neuron if name else say(fr="ce neurone", en="this neuron")
    refuse(
        fr=f"{neuron} a reçu {given} pour {weights} : donnez des exemples de {wanted}",
        en=f"{neuron} was given {given} for {weights}: give examples of {wanted}",
    )


def refuse_table(x: Sequence[Any]) -> None:
    """Several examples where one should be: say how many, and how they are taken."""
    if len(x) and all(hasattr(row, "__len__") and not isinstance(row, str) for row in x):
        rows, each = counted(len(x), fr="ligne", en="row"), "[model(x) for x in X]"
        refuse(
            fr=f"un tableau de {rows} ; un réseau prend un exemple à la fois : {each}",
            en=f"a table of {rows}; a network takes one example at a time: {each}",
        )
