"""Check it: which mistake explains *all* the numbers, if one is likelier than all else.

A name is given when it is nineteen times likelier than everything else together: the other
mistakes that fit, by the weights of `candidates` and by how the digits were left (rounded, as a
rule), and `chance`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tinygrad_fr.checking.answer import Answer
from tinygrad_fr.checking.apart import Alone, each_its_own, together
from tinygrad_fr.checking.calculus import Array
from tinygrad_fr.checking.candidates import Candidates
from tinygrad_fr.checking.catalogue import CATALOGUE
from tinygrad_fr.checking.chance import NONE_OF_THESE, by_chance
from tinygrad_fr.checking.fits import LIKELY, Fit, Given, different, fitting
from tinygrad_fr.checking.locate import located, same_ratio
from tinygrad_fr.checking.pairs import pairs
from tinygrad_fr.checking.slip import slip
from tinygrad_fr.checking.structure import Scene
from tinygrad_fr.checking.twins import told_apart
from tinygrad_fr.checking.viewpoints import at_its_labels, finite, most_wrong_first
from tinygrad_fr.checking.world import Told, World
from tinygrad_fr.words import say

LIKELIER = 0.8  # or not to be called a slip of the digits
PAIRED = 1e-6  # two mistakes at once are tried where chance is smaller than this
FOR_TWO = 3  # wrong numbers, no two in one ratio: there are far more pairs than single mistakes
ALMOST = 1e-9  # relative: nearer, an entry cannot tell two suggestions apart


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What the answer is compatible with.

    kind    "named": one mistake explains every number, and is likelier than all else;
            "suggested": at most three do, the likeliest first, and `place` says what would tell;
            "slip": the digits of a few numbers say how they went wrong;
            "unknown": nothing fits
    keys    of the mistakes: rows of the catalogue, else bends
    place   what can be said for certain besides, in words: where the first wrong quantity is
    ratio   where all the entries are in one ratio to the gradient, that, in words
    vectors the gradients they lead to, a row per point
    """

    kind: str
    keys: tuple[str, ...] = ()
    words: tuple[Callable[[], tuple[str, str]], ...] = ()
    place: str = ""
    ratio: str = ""
    vectors: tuple[Array, ...] = field(default=(), repr=False, compare=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The mistakes in words, in the language in use."""
        return tuple(dict.fromkeys(w()[0] for w in self.words))

    @property
    def hints(self) -> tuple[str, ...]:
        """What points to the mistake without telling it, where one is named."""
        return (self.words[0]()[1],) if self.kind == "named" else ()

    def __str__(self) -> str:
        names = say(fr=" ; ", en="; ").join(self.names)
        place = "".join(f" {told}" for told in (self.place, self.ratio) if told)
        if self.kind == "named":
            told = say(
                fr=f"Compatible avec une erreur connue : {names}.",
                en=f"Compatible with a known mistake: {names}.",
            )
            return told + place
        if self.kind == "suggested":
            return (
                say(
                    fr=f"Ces chiffres sont compatibles avec : {names}. Ils ne suffisent pas pour "
                    "conclure.",
                    en=f"These digits are compatible with: {names}. They are too few to decide.",
                )
                + place
            )
        if self.kind == "slip":
            return say(
                fr=f"Sans doute une faute d’inattention : {self.place}.",
                en=f"Probably a slip: {self.place}.",
            )
        return say(
            fr=f"Aucune erreur connue n’explique tous les nombres.{place}",
            en=f"No known mistake explains all the numbers.{place}",
        )


def diagnose(
    scenes: Scene | Sequence[Scene],
    answer: Answer,
    known: Candidates | None = None,
    two: bool = True,
) -> Diagnosis:
    """The mistake that explains every number of a wrong answer; else where it goes wrong.

    scenes  the graph at one or several points, parameters in the order of the answer
    known   the candidates, where many answers are diagnosed on the same scenes, none left out
    two     whether two mistakes at once are tried where no single one fits
    """
    points = [scenes] if isinstance(scenes, Scene) else list(scenes)
    points, answer = finite(points, answer)
    as_given = None if known else at_its_labels(points, answer)
    if known is None:
        points, answer = most_wrong_first(points, answer)
    if not points:
        return Diagnosis("unknown")
    known = known or Candidates(points)
    world = known.whole
    given = Given(answer, points)
    if len(world.asked) > 1 and not given.x.any():
        return Diagnosis("unknown", place=located(points, world, answer))
    fits = fitting(known, given)
    chance = by_chance(world, answer)
    ratio = same_ratio(world, answer)
    if not fits:
        there = diagnose(*as_given, two=False) if as_given else None
        if there is not None and there.kind == "named":
            return there
        own = each_its_own(known, given) if len(points) > 1 else []
        if own:
            return _of_each(known, own)
        told = slip(world, answer)
        if told:
            return Diagnosis("slip", place=told)
        two = two and (len(points) > 1 or chance.observations >= FOR_TWO)
        tried = pairs(known, given.fits_first) if two and chance.p < PAIRED else []
        fits = [Fit([t], v, w) for t, v, w in tried]
        fits = [f for f in fits if given.fits(f.told[0], world) is not None]
    if not fits:
        return Diagnosis("unknown", place=located(points, world, answer))
    for f in fits:
        f.weight *= given.as_read(f.vector)
    fits = different(fits)
    if len(points) == 1:
        fits[0].beside = told_apart(fits[0].told, world)
    best, total = fits[0], sum(f.weight for f in fits) + NONE_OF_THESE * chance.p
    constant = not best.constant and any(_is_constant(t) for t in best.told)
    enough = chance.observations > 1 or chance.three_digits or (constant and chance.entries > 1)
    if best.weight >= LIKELY * total and enough:
        return Diagnosis("named", best.keys(), (best.words,), "", ratio, (best.vector,))
    told = slip(world, answer, sure=True) if best.weight < LIKELIER * total else ""
    if told:
        return Diagnosis("slip", place=told)
    listed = fits[:3]
    keys = tuple(dict.fromkeys(k for f in listed for k in f.keys()[:1]))
    words, vectors = tuple(f.words for f in listed), tuple(f.vector for f in listed)
    return Diagnosis("suggested", keys, words, what_would_tell(listed, world, given), "", vectors)


def _of_each(known: Candidates, own: Sequence[Alone]) -> Diagnosis:
    """A mistake for each wrong answer."""
    keys, words = tuple(f.key for f in own), tuple(f.words for f in own)
    return Diagnosis("named", keys, words, vectors=(together(known, own),))


def _is_constant(told: Told) -> bool:
    row = CATALOGUE.get(told.key)
    return told.kind == "const" or (row is not None and row.factors is not None)


def what_would_tell(fits: Sequence[Fit], world: World, given: Given) -> str:
    """The entry in which the suggestions differ most, or another point."""
    import numpy as np

    if given.exactly(f.vector for f in fits):
        return say(
            fr="Donnez aussi la réponse en un autre point.",
            en="Give the answer at another point too.",
        )
    if given.only_zeros_differ(world):
        return say(
            fr="Des zéros disent peu de chose : donnez la formule, ou la réponse en un autre "
            "point.",
            en="Zeros say little: give the formula, or the answer at another point.",
        )
    more = say(fr="Donnez plus de chiffres", en="Give more digits")
    if len(fits) == 1:
        return f"{more}."
    one, other = fits[0].vector[0], fits[1].vector[0]
    apart = np.abs(one - other) / (np.abs(one) + np.abs(other) + 1e-300)
    k = int(np.argmax(apart))
    name = world.asked[k].label
    if len(world.asked) == 1 and apart[k] >= ALMOST:
        return f"{more}."
    if apart[k] < ALMOST or not name:
        return say(fr=f"{more}, ou un autre point.", en=f"{more}, or another point.")
    return say(fr=f"{more}, surtout pour {name}.", en=f"{more}, above all for {name}.")
