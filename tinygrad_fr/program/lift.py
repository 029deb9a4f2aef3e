"""Compile it: families in order become statements, sums of products the products of matrices.

What shares its factors in rows and columns is `A1 @ W2.T` (`matrix`); a term that depends on the
row only is added as it is; whatever fits nowhere is taken with an index array: always right, only
less beautiful.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import prod
from typing import Any, NamedTuple, NoReturn

from tinygrad_fr.engine import Value
from tinygrad_fr.program.arrays import (
    LOG_ADD_EXP,
    SQUARE,
    Array,
    Shape,
    Statement,
    filled,
    has_product,
    log_sum_exp,
    matmul,
    named,
    spread,
    take,
    times,
    total,
)
from tinygrad_fr.program.cells import NOTHING, Cell, Factors, Terms
from tinygrad_fr.program.constants import Constants
from tinygrad_fr.program.families import Family, Hues, families
from tinygrad_fr.program.layout import Kind, lay_leaf, lay_like, lay_sum
from tinygrad_fr.program.matrix import (
    Blocks,
    Known,
    Ordered,
    Products,
    aligned,
    coefficients,
    data_matrix,
    in_places,
    matrix,
    transposed,
)
from tinygrad_fr.program.names import Names
from tinygrad_fr.program.read import LOG_SUM_EXP
from tinygrad_fr.program.slopes import reads_inputs, uses_result
from tinygrad_fr.refusals import refuse

# Groups: each takes 4 ms to become calls of NumPy, and 10 µs a run, as long as ten scalars; beyond,
# with less than four scalars in each, arrays would be of no use.
ALONE = 2_000
DEEP = 8  # operations on operations that still fit on a line
SHORT = 2  # those that may stand there again, in a slope: w·x − y in 2·(w·x − y)·x
NO_FACTOR = (NOTHING,)
CHEAP = {"add", "sub", "mul", "div", "neg", "square", "pow"}


class Stretch(NamedTuple):
    """Terms of one kind side by side in a sum: where they belong, and how."""

    to: dict[Cell, Products]
    swap: bool
    start: int
    end: int
    numbered: bool


class Lift:
    """The way from families to statements.

    lines       the statements so far, the cost apart
    cost        what one example costs; rest: what is added whatever the examples are
    constants   the arrays of numbers that were written, and of indices, by name
    """

    def __init__(self, cells: Sequence[Cell], kept: Collection[Value] = ()) -> None:
        self.families = families(cells, kept)
        if len(self.families) > ALONE and len(cells) < 4 * len(self.families):
            _refuse_alone(len(cells), len(self.families))
        self.index = {f: i for i, f in enumerate(self.families)}
        inputs = [f for f in self.families if f.kind == "input"]
        self.names = Names(len(inputs))
        self.constants = Constants(self.names)
        self.lines: list[Statement] = []
        self.blocks: dict[tuple[Family, Kind], Blocks] = {}
        self.hues, self.rows = Hues(), Known()
        self.parts: dict[Any, Factors] = {}
        self.kinds = {f: self.sorted_terms(f) for f in self.families if f.kind == "sum"}
        self.cost: Any = 0
        self.rest: list[Any] = []
        for f in self.kinds:
            self.find_matrices(f)
        for f in sorted(inputs, key=lambda f: f.group):
            self.settle(f)
        for f in self.families:
            if f.kind in ("sum", "row"):
                self.build(f)

    # ── what a sum is made of ──

    def sorted_terms(self, f: Family) -> dict[Kind, dict[Cell, Products]]:
        """The terms kind by kind: for each cell those of that kind, parameters first.

        Sums whose terms are alike one by one are sorted alike.
        """
        found: dict[Kind, dict[Cell, Products]] = {}
        sorting: dict[Any, list[Stretch]] = {}
        for c in f.cells:
            terms = c.terms
            assert terms is not None
            alike = self.hues.kind(terms)
            if alike not in sorting:
                sorting[alike] = self.sorting(terms, found)
            for to, swap, start, end, numbered in sorting[alike]:
                one = self.part(terms.first, start, end)
                other = self.part(terms.second, start, end)
                numbers = terms.numbers[start:end] if numbered else ()
                products = Products(other, one, numbers) if swap else Products(one, other, numbers)
                if c in to:
                    to[c].extend(products)
                else:
                    to[c] = products
            for sign, n in terms.loose:
                found.setdefault((sign, True, ()), {})[c] = Products(NO_FACTOR, NO_FACTOR, (n,))
        return found

    def sorting(self, terms: Terms, found: dict[Kind, dict[Cell, Products]]) -> list[Stretch]:
        """Where each stretch of terms of one kind belongs."""
        to: list[Stretch] = []
        for (role, *_), start, end in terms.stretches():
            numbered = role % 2 == 0
            swap, made_of = self.in_order(terms.first[start].family, terms.second[start].family)
            kind = 1 if role > 1 else -1, numbered, made_of
            to.append(Stretch(found.setdefault(kind, {}), swap, start, end, numbered))
        return to

    def part(self, row: Factors, start: int, end: int) -> Factors:
        """A part of a row of factors, one tuple for all rows that have it."""
        if end - start == len(row):
            return row
        part = id(row), start, end
        if part not in self.parts:
            cells = row[start:end]
            self.parts[part] = self.parts.setdefault(cells, cells)
        return self.parts[part]

    def in_order(self, a: Any, b: Any) -> tuple[bool, tuple[Family, ...]]:
        """The families of a term, a parameter first, then what has no batch, then the earlier."""
        made_of = [g for g in (a, b) if g is not None]
        best = sorted(made_of, key=lambda g: (g.kind != "parameter", g.batched, self.index[g]))
        return best != made_of, tuple(best)

    def find_matrices(self, f: Family) -> None:
        """Look for products of matrices, and let them say how their first factor should lie."""
        for kind, terms in self.kinds[f].items():
            _, scaled, made_of = kind
            found = None
            if len(made_of) == 2 and not scaled:
                found = self.product_of(f, made_of, terms)
            elif len(made_of) == 1 and scaled and not made_of[0].batched:
                several = len(f.cells) > 1 or made_of[0].kind == "parameter"
                found = data_matrix(f.cells, terms, self.rows) if several else None
            if found is not None:
                self.blocks[f, kind] = found
                p, shape = made_of[0], (len(found.left), len(found.left[0]))
                if p.wish is None and len(p.cells) == prod(shape):
                    left = [u for row in found.left for u in row]
                    p.wish = (left, shape) if len({*left}) == len(left) else None

    def product_of(
        self, f: Family, made_of: tuple[Family, ...], terms: dict[Cell, Products]
    ) -> Blocks | None:
        p, q = made_of
        width = len(terms[f.cells[0]])
        alone = len(f.cells) == 1
        if p is q or p.batched or (alone and (p.kind != "parameter" or width == 1)):
            return None
        found = matrix(f.cells, terms, self.rows)
        return None if found is None or (width == 1 and len(found.left) == 1) else found

    # ── statements ──

    def known(self, g: Family, cells: Sequence[Cell] = (), shape: Shape | None = None) -> None:
        """A parameter gets its layout and its name where it is first used."""
        if not g.laid:
            lay_leaf(g, cells, shape)
        if g.array is None:
            self.settle(g)

    def settle(self, f: Family) -> None:
        """A leaf, or a family with a line of its own, is known by its name from here on."""
        f.laid = True
        f.array = named(self.names.of(f), f.shape, f.batched)

    def build(self, f: Family) -> None:
        last = f is self.families[-1]
        if f.kind == "sum":
            lay_sum(f, self.kinds[f], self.blocks, last)
            e = self.sum(f, last)
        else:
            lay_like(f, self.operands(f))
            e = self.row(f)
        if isinstance(e, Array) and (e.shape, e.batched) != (f.shape, f.batched):
            e = filled(e, f.shape, f.batched)  # it repeats what it is made of; 0·x is no more there
        f.laid = True
        if last:
            self.cost = whole(e)
            if not f.batched:
                self.cost, self.rest = 0, [self.cost]
        elif self.stands(f, e):
            if not isinstance(e, Array):
                f.array = e
                return
            self.lines.append(Statement(self.names.of(f), e))
            self.settle(f)
        else:
            f.array = e

    def stands(self, f: Family, e: Any) -> bool:
        """Whether it has a line: it has a name, or several users, or would be dear to repeat."""
        label = f.cells[0].value.label
        if (label and label[0] != "L") or f.kept or len(f.users) > 1 or has_product(e):
            return True
        again = any(u.kind == "row" and reads_inputs(u.cells[0].row) for u in f.users)
        if isinstance(e, Array) and e.depth > (SHORT if again else DEEP):
            return True
        if f.kind == "sum" or f.cells[0].row is None:
            return False
        if f.cells[0].row.name in CHEAP:
            return False
        multiplied = any(
            f in kind[2]
            for u in f.users
            for kind in self.kinds.get(u, ())
            if (u, kind) in self.blocks
        )
        return multiplied or uses_result(e)

    def sum(self, f: Family, last: bool) -> Any:
        found: Any = 0
        for kind, terms in self.kinds[f].items():
            e = self.product(f, kind, terms)
            if last and f.batched and not any(g.batched for g in kind[2]):
                self.rest.append(whole(kind[0] * e))
            else:
                found = found + e if kind[0] > 0 else found - e
        return found

    def product(self, f: Family, kind: Kind, terms: dict[Cell, Products]) -> Any:
        """The terms of one kind, whichever way they fit."""
        blocks = self.blocks.get((f, kind))
        found = blocks and aligned(blocks, f.cells, f.shape)
        if found:
            return self.matrix_product(f, kind, found, terms)
        return self.entrywise(f, kind, terms)

    def matrix_product(
        self, f: Family, kind: Kind, found: Blocks, terms: dict[Cell, Products]
    ) -> Array:
        p = kind[2][0]
        rows, width = len(found.left), len(found.left[0])
        shape = (width,) if len(f.shape) == 1 else (len(found.right), width)
        if len(kind[2]) == 2:
            x = self.exactly(kind[2][1], [v for row in found.right for v in row], shape)
        else:
            letter = "C" if self.names.groups else "X"  # as data are called, where none are given
            x = self.constants.table(shape, letter, *coefficients(found, terms))
        left = [u for row in found.left for u in row]
        self.known(p, left, (rows, width))
        if p.shape == (width, rows) and [u.place for u in left] == transposed(rows, width):
            return times(x, p.array)
        return matmul(x, self.exactly(p, left, (rows, width)))

    def entrywise(self, f: Family, kind: Kind, terms: dict[Cell, Products]) -> Any:
        """number · u · v entry by entry, summed over the last axes if there are several terms."""
        _, scaled, made_of = kind
        width = len(terms[f.cells[0]])
        rows = [terms[c] for c in f.cells]
        shape: Shape = f.shape
        axes = 0
        if width > 1:
            for g in made_of:
                self.known(g)
            rows = [*map(in_places(), rows)]
            shape, axes = (*f.shape, width), 1
        widest = max(made_of, key=lambda g: len(g.shape), default=None)
        whole = axes or (not f.shape and widest is not None and widest.laid)
        if widest and len(f.cells) == 1 and len(widest.cells) == width and whole:
            shape, axes = widest.shape, len(widest.shape)  # all of it is added up
            k = made_of.index(widest)
            rows = [Ordered(lambda *pair: pair[k].place)(rows[0])]
        number: Any = 1
        if scaled:
            number = self.constants.entries([n for row in rows for n in row.numbers], shape)
        e: Any = number if isinstance(number, Array) else 1
        factors = [[u for row in rows for u in row.factors(k)] for k in range(len(made_of))]
        found = [
            self.pick(us[0].family, us, shape) for us in factors[: 1 + (factors[1:] != factors[:1])]
        ]
        e = e * SQUARE(found[0]) if len(factors) > len(found) else prod(found, start=e)
        if axes:
            e = total(filled(e, shape, isinstance(e, Array) and e.batched), axes)
            e = spread(e, len(f.shape) - len(e.shape))
        return e if isinstance(number, Array) else number * e

    def row(self, f: Family) -> Any:
        row = f.cells[0].row
        assert row is not None
        inputs = list(zip(*(c.inputs for c in f.cells), strict=True))
        if row is LOG_SUM_EXP:
            return self.over_inputs(f)
        return row(*(self.operand(us, f.shape) for us in inputs))

    def operand(self, us: Sequence[Any], shape: Shape) -> Any:
        if isinstance(us[0], Cell):
            return self.pick(us[0].family, us, shape)
        return self.constants.entries(us, shape)

    def over_inputs(self, f: Family) -> Any:
        """log Σ eˣ over inputs of one family; of several, place by place."""
        width = len(f.cells[0].inputs)
        by = [sorted(c.inputs, key=_where) for c in f.cells]
        if len({_home(u) for u in by[0]}) == 1 and isinstance(by[0][0], Cell):
            cells = [u for us in by for u in us]
            return log_sum_exp(self.exactly(cells[0].family, cells, (*f.shape, width)))
        return LOG_ADD_EXP(*(self.operand(us, f.shape) for us in zip(*by, strict=True)))

    # ── what is taken from an array ──

    def operands(self, f: Family) -> list[list[Cell]]:
        """The inputs of a family of rows, place by place, where they are cells."""
        inputs = zip(*(c.inputs for c in f.cells), strict=True)
        return [list(us) for us in inputs if isinstance(us[0], Cell)]

    def exactly(self, g: Family, cells: Sequence[Cell], shape: Shape) -> Array:
        """These cells of g as an array of exactly this shape."""
        return filled(self.pick(g, cells, shape), shape, g.batched)

    def pick(self, g: Family, cells: Sequence[Cell], shape: Shape) -> Any:
        """These cells of g as an array that is stretched to this shape: g itself, or taken."""
        import numpy as np

        self.known(g, cells, shape)
        if not isinstance(g.array, Array):
            return g.array
        index = np.array([u.place for u in cells]).reshape(shape)
        own = np.arange(len(g.cells)).reshape(g.shape)
        more = len(shape) - len(g.shape)
        if (
            more < 0
            and g.shape[more:] == (1,) * -more
            and np.array_equal(own.ravel(), index.ravel())
        ):
            return total(g.array, -more)
        # the batch is the first axis: nothing with a batch is stretched in front
        for n in range(more if g.batched else 0, more + 1):
            stretched = own.reshape((*g.shape, *(1,) * n))
            if _stretches(stretched.shape, shape) and (stretched == index).all():
                return spread(g.array, n)
        if not g.batched and shape == g.shape[:1] and len(g.shape) == 2:
            chosen = index % g.shape[1]
            if (index == chosen + g.shape[1] * np.arange(len(index))).all():  # one of each row
                ones = (np.arange(g.shape[1]) == chosen[:, None]).astype(float)
                Y = self.constants.table(ones.shape, "Y", ones.ravel().tolist())
                return total(Y * g.array, 1)
        return take(g.array, self.constants.kept("I", index), shape)


def _refuse_alone(scalars: int, groups: int) -> NoReturn:
    refuse(
        fr=f"ce calcul ne se regroupe pas : {scalars} scalaires, {groups} sortes. Restez sur le "
        "moteur scalaire (backward)",
        en=f"this computation does not group: {scalars} scalars of {groups} kinds. Stay on the "
        "scalar engine (backward)",
    )


def _stretches(shape: Shape, to: Shape) -> bool:
    """Whether NumPy stretches the one shape to the other."""
    behind = to[len(to) - len(shape) :]
    return len(shape) <= len(to) and all(a in (1, b) for a, b in zip(shape, behind, strict=True))


def whole(e: Any) -> Any:
    """The sum of all entries, without the batch."""
    return total(e, len(e.shape)) if isinstance(e, Array) else e


def _home(u: Any) -> Any:
    return u.family if isinstance(u, Cell) else None


def _where(u: Any) -> tuple[int, int]:
    return (u.colour, u.place) if isinstance(u, Cell) else (-1, 0)
