"""Compile it for the processor: an entry of an array expression, in lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product as every
from typing import Any

from tinygrad_fr.program.arrays import Array
from tinygrad_fr.program.native.layout import Layout, Spot
from tinygrad_fr.program.native.text import Place, Text
from tinygrad_fr.program.native.turns import Where, flat, gathered, unflat
from tinygrad_fr.program.native.words import Words

# where an entry is: its index, its vector if there are examples, whether every lane wants it
Entry = tuple[Any, Where, Place | None, bool]


class Entries:
    """The entries of the arrays of a layout: loaded, computed, stored.

    indices     the arrays of indices by name, which are constants of the module
    known       what is in a register already; forgotten where a loop begins
    """

    def __init__(self, text: Text, layout: Layout, indices: Mapping[str, Any]) -> None:
        self.text, self.layout, self.indices = text, layout, indices
        self.vector, self.scalar = Words(text, text.vector), Words(text, "double")
        self.known: dict[Entry, str] = {}

    def words(self, lanes: bool) -> Words:
        return self.vector if lanes else self.scalar

    def place(self, spot: Spot, where: Where, v: Place) -> Place:
        entry = flat(self.text, where, spot.shape)
        if not spot.batched:
            return self.text.sum(spot.start, entry)
        lane = self.text.times(v, self.text.width)
        return self.text.sum(spot.start, self.text.times(entry, self.layout.stride), lane)

    def load(self, e: Array, where: Where, v: Place, lanes: bool) -> str:
        """An entry of a named array: a vector of examples, or a double (in every lane)."""
        key = (e.name, where, v if e.batched else None, lanes)
        if key not in self.known:
            spot = self.layout.spots[e.name]
            place = self.place(spot, where, v)
            kind = self.text.vector if spot.batched else "double"
            found = self.text.load(place, kind, spot.base)
            self.known[key] = self.text.splat(found) if lanes and not spot.batched else found
        return self.known[key]

    def store(self, x: str, name: str, where: Where, v: Place) -> None:
        spot = self.layout.spots[name]
        kind = self.text.vector if spot.batched else "double"
        self.text.store(x, self.place(spot, where, v), kind, spot.base)

    def at(self, e: Any, where: Where, v: Place, lanes: bool) -> str:
        """The entry of an array expression."""
        if not isinstance(e, Array):
            return self.words(lanes).number_line(e)
        if e.kind == "name":
            return self.load(e, where, v, lanes)
        key = (id(e), where, v, lanes)
        if key not in self.known:
            self.known[key] = self._computed(e, where, v, lanes)
        return self.known[key]

    def _computed(self, e: Array, where: Where, v: Place, lanes: bool) -> str:
        if e.row is not None:
            inputs = [self.at(u, aligned(u, where), v, lanes) for u in e.inputs]
            return str(e.row.spell(self.words(lanes), inputs))
        (x, *_) = e.inputs
        if e.kind == "spread":
            return self.at(x, where[: len(where) - e.data], v, lanes)
        if e.kind == "fill":
            return self.at(x, aligned(x, where), v, lanes)
        if e.kind == "take":
            return self.load(x, self.taken(e.data, e.shape, where, x.shape), v, lanes)
        return self.products(e, [where], [v], lanes)[0]

    def taken(self, index: str, shape: Sequence[int], where: Where, of: Sequence[int]) -> Where:
        """Where in an array of shape `of` the entry comes from that index[where] names."""
        t, spot = self.text, flat(self.text, where, shape)
        if isinstance(spot, int):
            return unflat(t, int(self.indices[index].ravel()[spot]), of)
        address = t.line(f"getelementptr i64, ptr @{index}, i64 {spot}")
        return unflat(t, t.line(f"load i64, ptr {address}"), of)

    def products(
        self, e: Array, wheres: Sequence[Where], vs: Sequence[Place], lanes: bool
    ) -> list[str]:
        """x @ w.T or x @ w at some rows × some vectors, summed over the columns in registers."""
        x, w = e.inputs
        kind, kept = self.words(lanes).kind, self.known

        def body(where: Where, held: list[str]) -> list[str]:
            (t,) = where
            self.known = {}
            found = []
            for k, (place, v) in enumerate(every(wheres, vs)):
                *lead, r = place
                a = self.load(x, (*lead, t), v, lanes)
                b = self.load(w, (r, t) if e.kind == "matmul" else (t, r), 0, lanes)
                found.append(self.text.fma(a, b, held[k], kind))
            return found

        zeros = [self.words(lanes).number_line(0)] * (len(wheres) * len(vs))
        found = gathered(self.text, [x.shape[-1]], body, zeros, kind)
        self.known = kept
        return found

    def in_a_row(self, e: Any, i: Place, words: Words, given: Mapping[str, str]) -> str:
        """Entries that lie one after the other from i on, a vector of them or one, of pieces that
        all have one shape; `given` are there already."""
        if not isinstance(e, Array):
            return words.number_line(e)
        if e.kind == "name":
            if e.name in given:
                return given[e.name]
            spot = self.layout.spots[e.name]
            if spot.shape:
                return self.text.load(self.text.sum(spot.start, i), words.kind, align=8)
            one = self.text.load(spot.start, "double")
            return one if words.kind == "double" else self.text.splat(one)
        assert e.row is not None
        return str(e.row.spell(words, [self.in_a_row(u, i, words, given) for u in e.inputs]))


def aligned(e: Any, where: Where) -> Where:
    """The index of a smaller array at an index of the larger one it is stretched to."""
    if not isinstance(e, Array):
        return ()
    mine = where[len(where) - len(e.shape) :]
    return tuple(0 if n == 1 else i for i, n in zip(mine, e.shape, strict=True))


def products_in(e: Any) -> Iterator[Array]:
    """The products of matrices in an expression."""
    return (u for u in elsewhere(e) if u.kind in ("matmul", "times"))


def elsewhere(e: Any) -> Iterator[Array]:
    """The pieces of an expression that read other entries than the one in hand."""
    if isinstance(e, Array):
        if e.kind in ("matmul", "times", "take", "spread", "fill"):
            yield e
        for u in e.inputs:
            yield from elsewhere(u)
