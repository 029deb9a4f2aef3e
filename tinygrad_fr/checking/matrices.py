"""Check it: backpropagation written in matrices, against the program that was found in scalars.

    program = to_numpy(L, inputs=[x, y], parameters=model.parameters())
    check(program, X, Y, hand=backprop)         # backprop(W1, b1, W2, b2, X, Y) → (dW1, db1, …)

The numbers are held against the program's, as far as floats can tell (`rounding`).  What differs is
looked for in the order of the arrays, in the program with a line written otherwise (`other_lines`),
then in the scalars, which are written out for a few examples and judged as any other answer.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from tinygrad_fr.checking.compare import compare
from tinygrad_fr.checking.elsewhere import right_where_tame, wrong_beside
from tinygrad_fr.checking.graph import Graph
from tinygrad_fr.checking.hand import Number
from tinygrad_fr.checking.handed import arrays_of
from tinygrad_fr.checking.held import Held
from tinygrad_fr.checking.model import LARGE, check_sample
from tinygrad_fr.checking.nonfinite import where_born
from tinygrad_fr.checking.other_lines import other_lines
from tinygrad_fr.checking.report import Report
from tinygrad_fr.checking.rounding import rooms
from tinygrad_fr.checking.verdict import FLOAT, WRONG
from tinygrad_fr.checking.written_out import written_out
from tinygrad_fr.engine import Value
from tinygrad_fr.program.program import Program
from tinygrad_fr.words import number, say

FEWEST, FEW = 2, 8  # examples that the judge sees, of many: in a program of many parameters; else
SAMPLE = 16  # parameters that it sees, of many, and of those that disagree as many again
MUCH = 20_000  # parameters × examples: of more, nothing is written out in scalars
SHARP = 1e-9  # relative: how near numbers are that one line explains better than rounding does
DOUBLE = 2.0**-52  # the unit of double precision
LOST = 1e-3  # relative: how far digits that were lost may move a number, before it is wrong


def check_program(
    program: Program,
    data: Sequence[Any],
    hand: Callable[..., Any],
    rate: Any = None,
    digits: int | None = None,
    seed: int = 0,
    accept: Collection[str] = (),
) -> Report:
    """The report on `hand(W1, b1, …, X, Y)`: arrays as a tuple in this order, or by name."""
    whole = Held.of(program, program.space(data), hand)
    if whole.right:
        return _right_here(whole, hand)
    held = next(_on_fewer(whole, hand), whole)
    if tries := right_where_tame(held, hand):
        return _digits_lost(held, tries, where_born(partial(arrays_of, program, held.space, hand)))
    if held.unlike:
        held.line = other_lines(program, held.space, held.fits)
    if not held.explained and held.examples * _size(program) <= MUCH:
        held.judged = _judged(held, rate, digits, seed, accept)
    report = held.report()
    if held is not whole:
        report.notes.insert(
            0,
            say(
                fr=f"Faux pour les {whole.examples} exemples ; jugé sur les {held.examples} "
                "premiers.",
                en=f"Wrong for all {whole.examples} examples; judged on the first {held.examples}.",
            ),
        )
    return report


# ── at other numbers ─────────────────────────────────────────────────────────────────────────────


def _right_here(held: Held, hand: Callable[..., Any]) -> Report:
    """What is right, unless it is so by these numbers only, or not quite."""
    if held.rough and (told := _nearly(held, hand)):
        return told
    report, places = held.report(), wrong_beside(held, hand)
    if places:
        there = Held.of(held.program, places[0], hand)
        why = say(fr="juste ici, faux ailleurs", en="right here, wrong elsewhere")
        wrong = {name for a in there.arrays if not there.fine(a).all() for name in a.names}
        for e in report.entries:
            if e.name in wrong:
                e.verdict, e.remark = WRONG, why
        if there.unlike:
            report.diagnosis = other_lines(held.program, there.space, there.fits)
        report.notes.append(
            say(
                fr="Juste pour ces nombres, par chance (un biais nul, par exemple) ; faux dès que "
                f"les paramètres changent un peu : {len(places)} essais sur {len(places)}.",
                en="Right for these numbers, by chance (a bias that is 0, for instance); wrong as "
                f"soon as the parameters change a little: {len(places)} tries of {len(places)}.",
            )
        )
    return report


def _nearly(held: Held, hand: Callable[..., Any]) -> Report | None:
    """A small term that is missing, where it explains what single precision would too."""
    some = next(_first(held, hand, FEW), held)
    line = other_lines(some.program, some.space, replace(some, close=SHARP).fits)
    if line is not None:
        some.rooms, some.line = rooms(some.program, some.space, DOUBLE), line
        return some.report()
    off = max(
        float(abs(a.mended - a.truth).max() / abs(a.truth).max())
        for a in held.arrays
        if abs(a.truth).max() > 0
    )
    report = held.report()
    report.notes.append(
        say(
            fr=f"Juste à {number(off)} près, pas mieux : simple précision, un ε, une différence "
            "finie ?",
            en=f"Right to {number(off)}, no better: single precision, an ε, a finite difference?",
        )
    )
    return report


def _digits_lost(held: Held, tries: int, born: str) -> Report:
    """A formula that is right elsewhere: what is nearly right here has lost its digits.

    born    the line of their code in which floats become infinite, told; "" where none does
    """
    report = held.report()
    why = say(fr="ici les flottants perdent des chiffres", en="here floats lose digits")
    for e in report.entries:
        if e.verdict == WRONG and e.yours is not None:
            room = LOST * abs(e.truth) + SHARP * held.largest
            if abs(e.yours - e.truth) <= room:
                e.verdict, e.remark = FLOAT, why
    report.notes.append(
        say(
            fr=f"Les formules sont justes : avec d’autres nombres, ordinaires, tout est juste "
            f"({tries} essais sur {tries}). Ici des flottants débordent (eᶻ) ou perdent leurs "
            "chiffres (1 − σ(z)).",
            en=f"The formulas are right: with other numbers, ordinary ones, all of it is right "
            f"({tries} tries of {tries}). Here floats overflow (eᶻ) or lose their digits "
            "(1 − σ(z)).",
        )
        + (f" {born}" if born and not held.births else "")
    )
    return report


# ── a few examples of many ───────────────────────────────────────────────────────────────────────


def _size(program: Program) -> int:
    """How many parameters it has."""
    return sum(len(f.values) for f in program.parameters)


def _on_fewer(held: Held, hand: Callable[..., Any]) -> Iterator[Held]:
    """The same answer where it is wrong for the first examples too, as few as the program is wide.

    A function that takes this many examples only is asked for no others.
    """
    for few in (FEWEST, FEW) if _size(held.program) > LARGE else (FEW,):
        yield from (some for some in _first(held, hand, few) if not some.right)


def _first(held: Held, hand: Callable[..., Any], few: int) -> Iterator[Held]:
    """The answer for the first examples, where there are more and it has one."""
    program = held.program
    if program.batched and held.examples > few:
        rows = {f.name: held.space[f.name][:few] for f in program.given}
        try:
            yield Held.of(program, {**held.space, **rows, "m": few}, hand)
        except (ValueError, TypeError):
            return


def _judged(
    held: Held, rate: Any, digits: int | None, seed: int, accept: Collection[str]
) -> Report:
    """The report on the scalars, written out for these examples."""
    given: dict[Value, Number] = {}
    told = {a.name: a for a in held.left if a.mend is not None}
    groups = []
    for f in held.program.parameters:
        if (a := told.get(f.name)) is not None:
            numbers = zip(
                a.mended.ravel().tolist(), held.rooms[f.name].ravel().tolist(), strict=True
            )
            leaves = f.values
            given |= {v: Number(x, room) for v, (x, room) in zip(leaves, numbers, strict=True)}
            groups.append(leaves)
    output = written_out(held.program, [held.space[f.name] for f in held.program.given])
    if len(given) > LARGE:
        graph = Graph(output)
        return check_sample(graph, given, groups, rate, seed, accept, SAMPLE, arrays=True)
    return compare(output, given, 0, rate, digits, seed, accept)
