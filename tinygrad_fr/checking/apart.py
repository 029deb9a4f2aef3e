"""Check it: each wrong formula by itself, where no single mistake explains them all.

Who derives by each letter anew makes a mistake for each: 1/a and b for the two slopes of a/b.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from tinygrad_fr.checking.by_data import shown
from tinygrad_fr.checking.calculus import Array
from tinygrad_fr.checking.candidates import SHARES, Candidates
from tinygrad_fr.checking.fits import LIKELY, Fit, Given, different, fitting
from tinygrad_fr.checking.wording import spelled
from tinygrad_fr.checking.world import AFTER_BENDS, Candidate, Told, World
from tinygrad_fr.engine import Value
from tinygrad_fr.words import say

MOST = 4  # wrong formulas; where more are wrong there is one reason, or none that is known
# how the keys begin of what is told of several answers together
OF_SEVERAL = ("answers exchanged", "block", "M6", shown(Fraction(-1)))


@dataclass(frozen=True, slots=True)
class Alone:
    """The mistake in the answer for one parameter."""

    parameter: Value
    fit: Fit

    @property
    def key(self) -> str:
        return self.fit.keys()[0]

    def words(self) -> tuple[str, str]:
        name, hint = self.fit.words()
        letter = spelled(self.parameter)
        return say(fr=f"{name} (pour {letter})", en=f"{name} (for {letter})"), hint


def together(known: Candidates, found: Sequence[Alone]) -> Array:
    """The gradient that all of these mistakes lead to."""
    gradient = known.whole.truth.copy()
    for alone in found:
        gradient[:, known.whole.asked.index(alone.parameter)] = alone.fit.vector[:, 0]
    return gradient


def each_its_own(known: Candidates, given: Given) -> list[Alone]:
    """The mistake in each of the wrong formulas; [] if one of them has no name."""
    world, out = known.whole, list[Alone]()
    wrong = [k for k, right in enumerate(given.right(world)) if not right]
    if len(world.asked) < 2 or not 0 < len(wrong) <= MOST:
        return []
    for k in wrong:
        fits = different(fitting(_of_one(known, k), given.only(k)))
        if not fits or fits[0].weight < LIKELY * sum(f.weight for f in fits):
            return []
        fits[0].told.sort(key=lambda t: t.rank)
        out.append(Alone(world.asked[k], fits[0]))
    return out


def _of_one(known: Candidates, k: int) -> Candidates:
    """The same list for one parameter; with the right answers for the others under its name."""
    import numpy as np

    asked, singles = known.first.asked, list[Candidate]()
    for c in known.singles:
        told = [_column(t, k) for t in c.told if not t.key.startswith(OF_SEVERAL)]
        same = np.allclose(c.vector[:, k], known.first.truth[:, k], rtol=1e-9, atol=0)
        if told and not same:
            singles.append(Candidate(c.vector[:, [k]], told, c.kind, c.weight))
    for j in range(len(asked)):
        if j != k:
            told = [_answer_for(asked[j], asked[k], j)]
            vector = known.first.truth[:, [j]]
            weight = SHARES["plain"] / max(1, len(known.singles))
            singles.append(Candidate(vector, told, "plain", weight))
    return known.with_singles(singles)


def _column(told: Told, k: int) -> Told:
    def vector(w: World) -> Array:
        found = told.vector(w)
        return None if found is None else found[:, [k]]

    return replace(told, vector=vector)


def _answer_for(other: Value, mine: Value, j: int) -> Told:
    def words() -> tuple[str, str]:
        one, two = spelled(other), spelled(mine)
        return say(
            fr=f"la réponse pour {one} est donnée", en=f"the answer for {one} is given"
        ), say(fr=f"Que multiplie {two} ?", en=f"What does {two} multiply?")

    return Told("answer of another", "plain", words, lambda w: w.truth[:, [j]], AFTER_BENDS)
