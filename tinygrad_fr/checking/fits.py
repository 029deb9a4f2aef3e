"""Check it: which mistakes give the numbers of an answer, and how probable each of them is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from fractions import Fraction

from tinygrad_fr.checking.answer import Answer, open_end, same
from tinygrad_fr.checking.by_data import shown, times
from tinygrad_fr.checking.calculus import Array
from tinygrad_fr.checking.candidates import BARE, KINDS, PROGRAMS, SHARES, Candidates
from tinygrad_fr.checking.chance import ROUNDED
from tinygrad_fr.checking.structure import Scene
from tinygrad_fr.checking.viewpoints import FORMULA
from tinygrad_fr.checking.world import Candidate, Told, World
from tinygrad_fr.words import say

LIKELY = 0.95  # of all that explains the answer, to be named
OTHER_LETTERS = {"M11", "M12", "M13", "M30b", "M34"}  # rows told in σ, a and z
PLACED = {"M9", "M10", "M14", "M30", "M33b", "M33c"}  # rows of one node, which is told
FACTORS = {"n forgotten", "factor forgotten 0", "factor forgotten 1"}  # either, by its number
SEVERAL = 3  # steps at which one sign may have been lost, each as likely as the others
NUMBER, LAST_BITS = 1e-9, 1e-12  # how far floats may be off a candidate, relative
EXACT = 1e-12  # as near as the same number, relative


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


def _alike(first: Told, other: Told) -> bool:
    """Both rows of the catalogue, or both rows that are constants: both are told."""
    return other.kind == first.kind and other.kind in ("row", "const") and other.rank < BARE


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

    def only(self, column: int) -> Given:
        """The answer for one parameter."""
        twin = copy(self)
        for name in ("x", "room", "near"):
            setattr(twin, name, getattr(self, name)[:, [column]])
        return twin

    def right(self, world: World) -> Array:
        """Which columns are the gradient, at every point."""
        import numpy as np

        return np.all(np.abs(self.x - world.truth) <= self.room, axis=0)

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
    for factor in (None, *known.constants):
        scale = 1.0 if factor is None else float(factor)
        for k in np.flatnonzero(given.fits_first(scale * table)):
            c = known.singles[k]
            if factor is not None and c.kind == "const":
                continue
            found = [(t, v) for t in c.told if (v := given.fits(t, known.whole, scale)) is not None]
            if found:
                told = [t for t, _ in found]
                weight = _weight(c, told, known) if factor is None else known.times_constants()
                out.append(Fit(told, found[0][1], weight, factor))
    return out


def _weight(c: Candidate, told: Sequence[Told], known: Candidates) -> float:
    """Its own, where what fits of it is of its kind."""
    kind = min((t.kind for t in told), key=KINDS.index)
    return c.weight if kind == c.kind else SHARES[kind] / len(known.singles)


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
