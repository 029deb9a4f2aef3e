"""Check it: matrices that come of the program with a line written otherwise; which line, and how.

    Z1 = X @ W1 + b1            instead of      Z1 = X @ W1.T + b1
    D1 = (D2 @ W2.T) * …        instead of      D1 = (D2 @ W2) * …
    dW2 = D2.T @ X / m          instead of      dW2 = D2.T @ A1 / m

Every such program is run, and what it gives is held against the answer, array by array, so that one
of another shape is recognised too.  The line of each array itself leads nowhere else: it is looked
at alone, after one line before it that is written otherwise, or after two.  So several mistakes at
once take hardly longer than one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tinygrad_fr.checking.diagnose import Diagnosis
from tinygrad_fr.checking.lines import Run, told_lines
from tinygrad_fr.checking.ways import (
    ENTRY_BY_ENTRY,
    OF_MATRICES,
    Known,
    Otherwise,
    Way,
    divided_twice,
    not_divided,
)
from tinygrad_fr.checking.ways_of_softmax import OF_SOFTMAX
from tinygrad_fr.program.arrays import Array, Statement, named, spelled
from tinygrad_fr.program.program import Program
from tinygrad_fr.words import say

Numbers = Any  # an array of NumPy
Space = Mapping[str, Numbers]  # the arrays by name
Changed = Mapping[str, Array]  # lines written otherwise, by name
Fits = Callable[[str, Numbers], bool]  # whether it is what was answered for that parameter
WAYS = [*OF_MATRICES, *OF_SOFTMAX, *ENTRY_BY_ENTRY]
PAIRS = 20  # lines written otherwise that explain something, after which another is looked for
MOST = 3  # that may be written otherwise at once, or much else would explain the answer too


class Edit(NamedTuple):
    """Lines that are written otherwise in one way."""

    way: Otherwise
    changed: Changed


def other_lines(program: Program, space: Space, fits: Fits) -> Diagnosis | None:
    """The fewest lines of the program that, written otherwise, give the answer."""
    search = Search(program, space, fits)
    found = search.one() or search.two()
    return _told(found, program) if found and not _another_cost(found, program) else None


def _another_cost(found: Sequence[Edit], program: Program) -> bool:
    """Whether 1/m is missing everywhere, or there twice: `compare` knows those."""
    if any(edit.way.way not in (not_divided, divided_twice) for edit in found):
        return False
    known = _known(program, 0)
    with_m = [s.name for s in _lines(program) if [*_rewritten(s.array, found[0].way.way, known)]]
    return {*with_m} == {name for edit in found for name in edit.changed}


# ── the lines that may be written otherwise ──────────────────────────────────────────────────────


def edits(program: Program) -> Iterator[Edit]:
    for way in WAYS:
        yield from (Edit(way, changed) for changed in changes(program, way))


def changes(program: Program, way: Otherwise) -> Iterator[Changed]:
    """The lines that are written otherwise, by name: one at a time, those of every layer, all."""
    lines = {s.name: s.array for s in _lines(program)}
    found: dict[str, list[Array]] = {}
    for i, (name, array) in enumerate(lines.items()):
        rewritten = _rewritten(array, way.way, _known(program, i))
        if different := _each_once(name, array, rewritten, program):
            found[name] = different
    factor = way.way in (not_divided, divided_twice)
    if way.each and not (factor and len(found) == 1):
        for name, others in found.items():
            yield from ({name: x} for x in others)
    if way.each:
        yield from _in_every_layer(found)
    if way.whole and len(found) > 1:
        known = _known(program, len(lines))
        yield {name: _everywhere(lines[name], way.way, known) for name in found}


def _in_every_layer(found: Mapping[str, Sequence[Array]]) -> Iterator[Changed]:
    """Z1 and Z2, or dW1 and dW2, written otherwise alike: those of a kind that may be in as many
    ways, as a loop over layers has them."""
    kinds: dict[tuple[str, int], list[str]] = {}
    for name, others in found.items():
        kinds.setdefault((name.rstrip("0123456789"), len(others)), []).append(name)
    for names in kinds.values():
        if len(names) > 1:
            yield from (
                dict(zip(names, each, strict=True))
                for each in zip(*(found[name] for name in names), strict=True)
            )


def _lines(program: Program) -> list[Statement]:
    """The lines that lead to a gradient."""
    return [s for s in (*program.forward, *program.backward) if s.name != "L"]


def _known(program: Program, i: int) -> Known:
    """What there is before line i."""
    data = [Statement(f.name, named(f.name, f.shape, True)) for f in program.given]
    lines = _lines(program)[:i]
    rows = [
        named(s.name, s.array.shape, True)
        for s in (*data, *lines)
        if isinstance(s.array, Array) and s.array.batched and len(s.array.shape) == 1
    ]
    weights = [named(f.name, f.shape) for f in program.parameters]
    return Known(rows, weights, {s.name: s.array for s in lines})


def _rewritten(x: Any, way: Way, known: Known) -> Iterator[Array]:
    """x with one piece of it written otherwise."""
    if not isinstance(x, Array):
        return
    yield from way(x, known)
    for i, u in enumerate(x.inputs):
        for other in _rewritten(u, way, known):
            yield _with(x, [*x.inputs[:i], other, *x.inputs[i + 1 :]])


def _each_once(name: str, x: Any, others: Iterator[Any], program: Program) -> list[Array]:
    """Those that are written differently from x and from one another."""
    arrays = [x, *(other for other in others if isinstance(other, Array))]
    texts = told_lines([Statement(name, a) for a in arrays], program.constants)
    different = dict(zip(reversed(texts), reversed(arrays), strict=True))  # the first of each
    return [a for text, a in reversed(different.items()) if text != texts[0]]


def _everywhere(x: Any, way: Way, known: Known) -> Any:
    if not isinstance(x, Array) or x.kind == "name":
        return x
    x = _with(x, [_everywhere(u, way, known) for u in x.inputs])
    return next(iter(way(x, known)), x)


def _with(x: Array, inputs: Sequence[Any]) -> Array:
    """The same piece made of others; a sum over axis 1 has a row per example."""
    batched = x.batched or (x.row is not None and any(_is_batched(u) for u in inputs))
    return Array(x.kind, inputs, x.shape, batched, row=x.row, name=x.name, data=x.data)


def _is_batched(x: Any) -> bool:
    return isinstance(x, Array) and x.batched


# ── what they give ───────────────────────────────────────────────────────────────────────────────


def slopes(program: Program, space: Space, changed: Changed) -> Space | None:
    """The gradients of the program with lines written otherwise; None where shapes do not fit."""
    there = run(program, space, changed)
    return None if there is None else {f.name: there["d" + f.name] for f in program.parameters}


def run(program: Program, space: Space, changed: Changed) -> dict[str, Numbers] | None:
    """The arrays after the last line.

    space   the arrays before the first line; where it has them all, those before the first line
            that is changed are taken as they are
    """
    there, fresh = dict(space), False
    page = Run(there)
    for name, array in _lines(program):
        fresh = fresh or name in changed or name not in there
        if fresh:
            there[name] = computed(page, changed.get(name, array))
            if there[name] is None:
                return None
    return there


def computed(page: Run, array: Any) -> Numbers | None:
    """An array on a page of numbers; None where shapes do not fit."""
    import numpy as np

    try:
        with np.errstate(all="ignore"):
            return np.asarray(spelled(page, array), dtype=float)
    except (ValueError, IndexError):
        return None


# ── which of them give the answer ────────────────────────────────────────────────────────────────


@dataclass
class Search:
    """Lines written otherwise, and which arrays of the answer they explain.

    last    for each parameter, the edits of the line that gives its gradient
    early   all the others
    """

    program: Program
    space: Space
    fits: Fits
    last: dict[str, list[Edit]] = field(default_factory=dict)
    early: list[Edit] = field(default_factory=list)
    helpful: list[Edit] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.space = run(self.program, self.space, {}) or self.space
        self.last = {f.name: [] for f in self.program.parameters}
        for edit in edits(self.program):
            names = [name.removeprefix("d") for name in edit.changed]
            alone = len(names) == 1 and "d" + names[0] in edit.changed and names[0] in self.last
            (self.last[names[0]] if alone else self.early).append(edit)

    def one(self) -> list[Edit]:
        """At most one line before the last ones; [] where that does not explain all."""
        best, matched, right = self._after([])
        if right == self.last.keys():
            return []
        for edit in self.early:
            found, more, alone = self._after([edit])
            if found and (not best or _cost(found) < _cost(best)):
                best = found
            if not alone <= matched:
                self.helpful.append(edit)
        return best

    def two(self) -> list[Edit]:
        """Two lines before the last ones, where one of them explains an array."""
        for first in self.helpful[:PAIRS]:
            for second in self.early:
                if first.changed.keys().isdisjoint(second.changed):
                    found, _, _ = self._after([first, second])
                    if found:
                        return found
        return []

    def _after(self, early: Sequence[Edit]) -> tuple[list[Edit], set[str], set[str]]:
        """(all edits, where they explain all; the arrays explained; those without a last edit)."""
        changed = {name: x for edit in early for name, x in edit.changed.items()}
        there = run(self.program, self.space, changed)
        if there is None:
            return [], set(), set()
        page, last = Run(there), list[Edit]()
        alone = {name for name in self.last if self.fits(name, there["d" + name])}
        for name in self.last.keys() - alone - {n.removeprefix("d") for n in changed}:
            for edit in self.last[name]:
                x = computed(page, edit.changed["d" + name])
                if x is not None and self.fits(name, x):
                    last.append(edit)
                    break
        explained = alone | {n.removeprefix("d") for edit in last for n in edit.changed}
        all_of_it = explained == self.last.keys() and len(early) + len(last) <= MOST
        found = [*early, *last] if all_of_it else []
        return found, explained, alone


def _cost(found: Sequence[Edit]) -> tuple[int, int]:
    """The fewer the likelier; of as many, the first in the list of ways."""
    return len(found), min(WAYS.index(edit.way) for edit in found)


def _told(found: Sequence[Edit], program: Program) -> Diagnosis:
    lines = {s.name: s for s in _lines(program)}
    order = [*lines]
    first = sorted(found, key=lambda edit: min(map(order.index, edit.changed)))

    def named_as(edit: Edit) -> str:
        right = [lines[name] for name in order if name in edit.changed]
        wrong = [Statement(line.name, edit.changed[line.name]) for line in right]
        pairs = zip(
            told_lines(wrong, program.constants), told_lines(right, program.constants), strict=True
        )
        instead = say(fr=" au lieu de ", en=" instead of ")
        told = say(fr=" ; ", en="; ").join(instead.join(pair) for pair in pairs)
        name = say(fr=edit.way.fr, en=edit.way.en)
        return say(fr=f"{name} : {told}", en=f"{name}: {told}")

    def words() -> tuple[str, str]:
        also = say(fr=" ; et aussi : ", en="; and also: ")
        way = first[0].way
        return also.join(map(named_as, first)), say(fr=way.hint_fr, en=way.hint_en)

    return Diagnosis("named", ("line",) * len(first), (words,))
