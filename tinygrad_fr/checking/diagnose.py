"""Check it: which mistake explains *all* the numbers, if one is likelier than all else.

A name is given when it is nineteen times likelier than everything else together: the other
mistakes that fit, by the weights of `candidates` and by how the digits were left (rounded, as a
rule), and `chance`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from tinygrad_fr.checking.answer import Answer, open_end, same
from tinygrad_fr.checking.by_data import shown, times
from tinygrad_fr.checking.calculus import Array
from tinygrad_fr.checking.candidates import BARE, KINDS, PROGRAMS, SHARES, Candidates
from tinygrad_fr.checking.catalogue import CATALOGUE
from tinygrad_fr.checking.chance import NONE_OF_THESE, ROUNDED, by_chance
from tinygrad_fr.checking.locate import located, same_ratio
from tinygrad_fr.checking.pairs import pairs
from tinygrad_fr.checking.slip import slip
from tinygrad_fr.checking.structure import Scene
from tinygrad_fr.checking.twins import told_apart
from tinygrad_fr.checking.viewpoints import FORMULA, at_its_labels, finite, most_wrong_first
from tinygrad_fr.checking.world import Told, World
from tinygrad_fr.words import say

LIKELY = 0.95  # of all that explains the answer, to be named
OTHER_LETTERS = {"M11", "M12", "M13", "M30b", "M34"}  # rows told in σ, a and z
PLACED = {"M9", "M10", "M14", "M30", "M33b", "M33c"}  # rows of one node, which is told
FACTORS = {"n forgotten", "factor forgotten 0", "factor forgotten 1"}  # either, by its number
SEVERAL = 3  # steps at which one sign may have been lost, each as likely as the others
LIKELIER = 0.8  # or not to be called a slip of the digits
PAIRED = 1e-6  # two mistakes at once are tried where chance is smaller than this
FOR_TWO = 3  # wrong numbers, no two in one ratio: there are far more pairs than single mistakes
NUMBER, LAST_BITS = 1e-9, 1e-12  # how far floats may be off a candidate, relative
EXACT = 1e-12  # as near as the same number, relative
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


@dataclass(slots=True)
class Fit:
    """A candidate that gives the answer's numbers, at every point.

    beside  other mistakes that do so at this one point only, told as well
    """

    told: list[Told]
    vector: Array
    weight: float
    constant: Fraction | None = None
    beside: Sequence[Told] = ()

    def keys(self) -> tuple[str, ...]:
        """Of the rows it is; else of the first bend."""
        first = self.told[0]
        if first.kind == "const":
            alike = [t.key for t in self.told if t.kind == "const" and t.rank < BARE]
            return tuple(alike or [first.key])
        rows = [t.key for t in self.told if t.kind == "row"]
        return tuple(dict.fromkeys([first.key, *rows] if first.kind != "row" else rows))

    def words(self) -> tuple[str, str]:
        """The name of the first, the hint of it; in the exercise's own functions if it can be."""
        first = self.told[0]
        plain = next((t for t in self.told if t.kind == "plain"), None)
        if plain is not None and first.key in OTHER_LETTERS:
            first = plain
        names = [first.words()]
        names += [t.words() for t in self.told[1:3] if _alike(first, t) and t.key != first.key]
        names += [t.words() for t in [*self.beside, *self._also(first)]]
        both = say(fr=" ; ou bien : ", en="; or: ")
        name = both.join(dict.fromkeys(n for n, _ in names))
        if plain is not None and first.key in PLACED:
            name += plain.at()
        anywhere = self._sign_anywhere()
        if anywhere is not None:
            told, hint = anywhere.words()
            return say(
                fr=f"{told} ; par exemple : {name}", en=f"{told}; for instance: {name}"
            ), hint
        return name + self._times(), names[0][1]

    def _sign_anywhere(self) -> Told | None:
        """×(−1) as such, where a sign may have been lost at one of several steps."""
        bends = sum(t.kind == "plain" for t in self.told)
        bare = next((t for t in self.told if t.key == shown(Fraction(-1))), None)
        return bare if self.told[0].kind == "plain" and bends >= SEVERAL else None

    def _times(self) -> str:
        """The constant beside the mistake, if there is one."""
        if self.constant is None:
            return ""
        if self.constant == -1:
            return say(fr=", et le signe est changé", en=", and the sign is reversed")
        factor = times(self.constant)
        return say(fr=f", le tout {factor}", en=f", and all of it {factor}")

    def _also(self, first: Told) -> list[Told]:
        """What is as usual as the first: another factor that was forgotten; what programs do."""
        also = [t for t in self.told if t.key in PROGRAMS]
        factors = [t for t in self.told if t.key in FACTORS and t.key != first.key]
        return [*(factors[:1] if first.key in FACTORS else []), *also]


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


def _alike(first: Told, other: Told) -> bool:
    """Both rows of the catalogue, or both rows that are constants: both are told."""
    return other.kind == first.kind and other.kind in ("row", "const") and other.rank < BARE


def _is_constant(told: Told) -> bool:
    row = CATALOGUE.get(told.key)
    return told.kind == "const" or (row is not None and row.factors is not None)


# ── what fits ────────────────────────────────────────────────────────────────────────────────────


class Given:
    """The answer as arrays: what a candidate's numbers are held against."""

    def __init__(self, answer: Answer, points: Sequence[Scene]) -> None:
        import numpy as np

        self.x = np.array([[float(g) for g in row] for row in answer.numbers])
        allowed, near = (
            np.array([[open_end(float(t)) for t in row] for row in read.tolerance])
            for read in (answer, answer.rounded())
        )
        relative = FORMULA if len(points) > 1 else NUMBER
        along = 0 if len(points) > 1 else 1  # what an entry is elsewhere, else what others are
        usual = np.median(np.abs(self.x), axis=along, keepdims=True)
        truth = np.array([[abs(float(t)) for t in scene.truth] for scene in points])
        floats = LAST_BITS * (usual + truth)
        self.room = np.maximum(allowed, relative * np.abs(self.x)) + floats
        self.near = np.maximum(near, relative * np.abs(self.x)) + floats

    def as_read(self, vector: Array) -> float:
        """How probable it is that these numbers are typed so: rounded, or in another way."""
        import numpy as np

        off = np.abs(vector - self.x[: len(vector)])
        return ROUNDED if np.all(off <= self.near[: len(vector)]) else 1 - ROUNDED

    def exactly(self, vectors: Iterable[Array]) -> bool:
        """Are the numbers typed all that these are, digit for digit?"""
        import numpy as np

        return all(bool(np.all(np.abs(v - self.x) <= EXACT * np.abs(self.x))) for v in vectors)

    def only_zeros_differ(self, world: World) -> bool:
        """Are all the wrong numbers 0?"""
        import numpy as np

        wrong = np.abs(self.x[0] - world.truth[0]) > self.room[0]
        return bool(wrong.any() and not self.x[0][wrong].any())

    def fits_first(self, vector: Array) -> Array:
        """Which rows of these vectors (at the first point) are the answer."""
        import numpy as np

        with np.errstate(all="ignore"):
            return np.all(np.abs(vector - self.x[0]) <= self.room[0], axis=-1)

    def fits(self, told: Told, world: World, factor: float = 1.0) -> Array:
        """The numbers it leads to at every point, if they are the answer; else None."""
        import numpy as np

        found = told.there(world)
        if found is None or not np.all(np.abs(factor * found - self.x) <= self.room):
            return None
        return factor * found


def fitting(known: Candidates, given: Given) -> list[Fit]:
    """Every candidate that gives these numbers, and every constant times one."""
    import numpy as np

    if not known.singles:
        return []
    table = np.array([c.vector[0] for c in known.singles])
    out: list[Fit] = []
    for k in np.flatnonzero(given.fits_first(table)):
        c = known.singles[k]
        found = [(t, v) for t in c.told if (v := given.fits(t, known.whole)) is not None]
        if found:
            kind = min((t.kind for t, _ in found), key=KINDS.index)
            weight = c.weight if kind == c.kind else SHARES[kind] / len(known.singles)
            out.append(Fit([t for t, _ in found], found[0][1], weight))
    for factor in known.constants:
        for k in np.flatnonzero(given.fits_first(float(factor) * table)):
            c = known.singles[k]
            if c.kind == "const":
                continue
            found = [
                (t, v)
                for t in c.told
                if (v := given.fits(t, known.whole, float(factor))) is not None
            ]
            if found:
                weight = known.times_constants()
                out.append(Fit([t for t, _ in found], found[0][1], weight, factor))
    return out


def different(fits: list[Fit]) -> list[Fit]:
    """One for each gradient, the heaviest; equal ones are one, and told together."""
    out: list[Fit] = []
    for f in sorted(fits, key=lambda f: -f.weight):
        twin = next((g for g in out if same(f.vector, g.vector)), None)
        if twin is None:
            out.append(f)
        elif not f.constant and not twin.constant:
            twin.told += f.told
    return out


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
