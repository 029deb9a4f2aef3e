"""Build a graph: the examples that a network learns from, and those kept to test it on.

X is a list of examples, each a list of floats; y a list with one target per example, an int where
it is a class (0, 1, 2, …).  Plain Python numbers, and a generator of its own per call: the same
seed gives the same points on every machine, and nobody else's random numbers move.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from tinygrad_fr.refusals import out_of_range, refuse
from tinygrad_fr.words import counted

Rows = list[list[float]]
Targets = list[Any]


class Examples(tuple[Rows, Targets]):
    """`X, y = …`, and what else is known of them.

    names    of the columns of X
    target   the name of what is to be learnt, y unless told
    classes  what the targets 0, 1, 2, … stand for; empty where y is a quantity
    """

    names: tuple[str, ...]
    classes: tuple[Any, ...]
    target: str

    def __new__(
        cls,
        X: Rows,
        y: Targets,
        names: Sequence[str] = (),
        classes: Sequence[Any] = (),
        target: str = "y",
    ) -> Examples:
        out = super().__new__(cls, (X, y))
        out.names = tuple(names) or tuple(f"x_{i}" for i in range(1, len(X[0]) + 1))
        out.classes = tuple(classes)
        out.target = target
        return out

    def __getnewargs__(self) -> tuple[Any, ...]:
        return *self, self.names, self.classes, self.target  # how copies and pickles are made

    def __repr__(self) -> str:
        X, _ = self
        kind = f"{len(self.classes)} classes" if self.classes else "a quantity"
        return f"<{len(X)} examples of ({', '.join(self.names)}), target: {kind}>"


def split(
    X: Sequence[Any], y: Sequence[Any], fraction: float = 0.2, seed: int = 0
) -> tuple[tuple[list[Any], list[Any]], tuple[list[Any], list[Any]]]:
    """((X, y) to learn from, (X, y) to test on): the second has `fraction` of the examples.

    Drawn with the seed; each part keeps at least one example.

    >>> (X, y), (X_test, y_test) = split([[float(i)] for i in range(10)], list(range(10)), 0.3)
    >>> len(X), len(y), len(X_test), len(y_test)
    (7, 7, 3, 3)
    """
    if len(X) != len(y) or len(X) < 2:
        examples = counted(len(X), fr="exemple", en="example")
        targets = counted(len(y), fr="cible", en="target")
        refuse(
            fr=f"split a reçu {examples} et {targets} : il en faut autant des deux, au moins deux",
            en=f"split was given {examples} and {targets}: give as many of both, at least two",
        )
    if not 0 < fraction < 1:
        out_of_range("fraction", fraction, "> 0, < 1")
    places = list(range(len(X)))
    random.Random(seed).shuffle(places)
    count = min(max(round(fraction * len(X)), 1), len(X) - 1)

    def part(chosen: list[int]) -> tuple[list[Any], list[Any]]:
        return [X[i] for i in chosen], [y[i] for i in chosen]

    return part(places[count:]), part(places[:count])
