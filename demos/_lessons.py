"""Write it as a formula: what stands on each page of the course, beside what was checked.

A lesson has its words (`_told`) and a derivation of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

from tinygrad_fr.demos import _told
from tinygrad_fr.demos import backpropagation as two_three_two
from tinygrad_fr.engine import Value
from tinygrad_fr.formula.derivation import Derivation, explain
from tinygrad_fr.nn import losses
from tinygrad_fr.reading.expression import Typed, read
from tinygrad_fr.reading.values import parse_values
from tinygrad_fr.walk import order
from tinygrad_fr.words import say


class Lesson(NamedTuple):
    """One page: the items it is about, its words, its graph, and what is derived of it."""

    items: tuple[str, ...]
    told: Callable[[], _told.Told]
    graph: Callable[[], Value]
    derived: Callable[[], Derivation]

    @property
    def numbers(self) -> set[int]:
        """The numbers of its items: 14, 15, 16."""
        return covered("–".join(self.items))

    @property
    def key(self) -> str:
        """C8, or C14-C16: the name of its file."""
        first, last = self.items[0], self.items[-1]
        return first if first == last else f"{first}-{last}"

    @property
    def steps(self) -> str:
        """The file of its step page, that of the first lesson with the same graph: C8-steps.html.

        >>> [lesson.steps for lesson in LESSONS[7:10]]
        ['C8-steps.html', 'C8-steps.html', 'C8-steps.html']
        """
        first = next(lesson for lesson in LESSONS if lesson.graph() is self.graph())
        return f"{first.key}-steps.html"


def covered(items: str) -> set[int]:
    """The numbers of "C8–C12" or "C17, C18".

    >>> sorted(covered("C1, C8–C10"))
    [1, 8, 9, 10]
    """
    found: set[int] = set()
    for part in items.split(","):
        ends = [int(n) for n in re.findall(r"\d+", part)]
        found.update(range(ends[0], ends[-1] + 1) if ends else ())
    return found


# ── graphs ───────────────────────────────────────────────────────────────────────────────────────


Shown = tuple[Callable[[], Value], Callable[[], Derivation]]  # a graph, and what is derived


@cache
def expression(text: str, values: str) -> Typed:
    """What is typed, read once, so that lessons about the same have the same graph."""
    return read(text, parse_values(values.split()))


def typed(text: str, values: str, about: str = "") -> Shown:
    """An expression, its derivation as it would be typed after `explain`, --wrt what it says."""

    def graph() -> Value:
        return expression(text, values).output

    def derived() -> Derivation:
        leaves = expression(text, values).leaves
        return explain(graph(), wrt=[leaves[name] for name in about.split()] or None)

    return graph, derived


@cache
def network(examples: int = 1) -> Value:
    """The cost of the 2-3-2 network of the demo `backpropagation`, of one example or of several."""
    n, m = examples, len(two_three_two.X[0])
    below = [f"{i},{k}" if n > 1 else f"{k}" for i in range(1, n + 1) for k in range(1, m + 1)]
    xs = [
        [Value(v, label=f"x_{below[i * m + k]}") for k, v in enumerate(row)]
        for i, row in enumerate(two_three_two.X[:n])
    ]
    ys = [
        [Value(v, label=f"y_{below[i * m + k]}") for k, v in enumerate(row)]
        for i, row in enumerate(two_three_two.Y[:n])
    ]
    model = two_three_two.network()
    return losses.squared_error([model(x) for x in xs], ys)


def of_the_network(*begins: str, examples: int = 1) -> Shown:
    """Its derivation, as far as the nodes whose labels begin and end so: "w [2]"."""

    def graph() -> Value:
        return network(examples)

    def derived() -> Derivation:
        pairs = [begin.split() for begin in begins]
        wrt = [
            v for v in order(graph()) for a, b in pairs if v.label[:1] == a and v.label.endswith(b)
        ]
        return explain(graph(), wrt=wrt, notation="course")

    return graph, derived


LESSONS = (
    Lesson(("C1",), _told.c1, *typed("z = w_1*x_1 + w_2*x_2; a = relu(z); L = (a - y)^2",
                               "w_1=0.5 w_2=-1 x_1=2 x_2=0.25 y=2")),
    Lesson(("C2",), _told.c2, *typed(_told.NEURON.format("relu"), _told.POINT)),
    Lesson(("C3",), _told.c3, *typed(_told.NEURON.format("sigmoid"), _told.POINT)),
    Lesson(("C4",), _told.c4, *typed(_told.SCORES, _told.SCORED, "z_1 z_2 z_3")),
    Lesson(("C5",), _told.c5, *typed(_told.BCE, _told.POINT)),
    Lesson(("C6",), _told.c6, *typed("L = (w - 2)^2", "w=0")),
    Lesson(("C7",), _told.c7, *typed("L = (w*x - y)^2 + 0.01*w^2", "w=0.5 x=1.5 y=1")),
    Lesson(("C8",), _told.c8, *of_the_network("w [2]", "b [2]")),
    Lesson(("C9",), _told.c9, *of_the_network("a [2]")),
    Lesson(("C10",), _told.c10, *of_the_network("w [1]", "b [1]")),
    Lesson(("C11",), _told.c11, *of_the_network("a [1]")),
    Lesson(("C12",), _told.c12, *of_the_network("b [2]", examples=3)),
    Lesson(("C13",), _told.c13, *typed(_told.MEAN, _told.MEANT)),
    Lesson(("C14", "C15", "C16"), _told.c14, *typed(
        "z = w_1*x_1 + w_2*x_2 + b; a = sigmoid(z); L = -(y*ln(a) + (1 - y)*ln(1 - a))",
        "w_1=0.5 w_2=-1 b=0.1 x_1=2 x_2=0.25 y=1")),
    Lesson(("C17",), _told.c17, *typed(_told.MEAN, _told.MEANT)),
    Lesson(("C18",), _told.c18, *typed("L = (x*w - y)^2", "x=1 w=1 y=2")),
)  # fmt: skip


def sections() -> Iterator[tuple[str, list[Lesson]]]:
    """The lessons under their headings, in the order of the course."""
    heads = [
        (say(fr="Le neurone", en="The neuron"), 3),
        (say(fr="Sorties et coûts", en="Outputs and costs"), 2),
        (say(fr="La descente", en="The descent"), 2),
        (say(fr="La rétropropagation", en="Backpropagation"), 5),
        (say(fr="En pratique", en="In practice"), 2),
        (say(fr="Un neurone tout entier", en="A whole neuron"), 2),
    ]
    start = 0
    for title, count in heads:
        yield title, list(LESSONS[start : start + count])
        start += count
