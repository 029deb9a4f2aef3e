"""Check it: numbers that are right, but for another version of the cost."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from fractions import Fraction
from typing import Any

from tinygrad_fr.checking.answer import Answer
from tinygrad_fr.checking.catalogue import CATALOGUE
from tinygrad_fr.checking.cost import Version
from tinygrad_fr.checking.own import Own
from tinygrad_fr.checking.report import Report
from tinygrad_fr.checking.structure import Structure
from tinygrad_fr.checking.verdict import COST
from tinygrad_fr.words import number, say

FEW = 10  # numbers by chance: two digits of one of them


def other_cost(
    known: Sequence[Version], truths: Sequence[Sequence[Any]], answer: Answer
) -> list[Version]:
    """The versions of the cost whose gradient all these numbers are, the simplest first.

    None where the numbers have so few digits that they fit by chance.
    """
    out = []
    for version in known:
        f = version.factor
        scaled = [[g * f.numerator / f.denominator for g in row] for row in truths]
        if answer.fits(scaled) and answer.told(scaled) > FEW:
            out.append(version)
    return out


def as_other_cost(
    report: Report, found: Sequence[Version], accept: Collection[str], structure: Structure
) -> Report:
    """Every entry is right for another cost; the teacher may accept that."""
    for e in report.entries:
        e.verdict = COST
    accepted = [version for version in found if set(version.keys) <= set(accept)]
    report.accepted = bool(accepted)
    version = (accepted or found)[0]
    report.cost, report.missing = version.keys, version.missing
    own = Own(structure)
    report.pointing = next((own(CATALOGUE[key].hint) for key in version.mistakes), "")
    factor = number(1 / Fraction(version.factor))
    report.notes.append(
        say(
            fr=f"Juste pour un autre coût : {version.cost} ; pour le vôtre, {version.missing} "
            f"(multipliez par {factor}).",
            en=f"Right for another cost: {version.cost}; for yours, {version.missing} "
            f"(multiply by {factor}).",
        )
    )
    return report
