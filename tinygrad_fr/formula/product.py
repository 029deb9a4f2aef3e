"""Write it as a formula: a slope is a written sum of products, whose factors have ranks.

    rank 0   what arrived: ∂L/∂a, δ, a bracketed sum      3   the slope of a transfer row: σ′(z)
         1   any other local slope: the a − y of a square  4   a value
         2   a parameter

A factor is an expression: a node of the graph or of a slope, a Ref (a line by its name) or a Sum.
One function, `spell`, reads them all: with names it gives the text, with rounded numbers the
numbers put in, with numbers the value.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, NamedTuple, Protocol

from tinygrad_fr.engine import Value
from tinygrad_fr.exact import in_digits, meant
from tinygrad_fr.formula.board import Figures, board
from tinygrad_fr.formula.symbol import Symbol, symbol
from tinygrad_fr.ops import ratio
from tinygrad_fr.replay import rule
from tinygrad_fr.spelling import ATOM

ARRIVED, SLOPE, PARAMETER, TRANSFER, VALUE = range(5)


class Ref(NamedTuple):
    """A line by its name: ∂L/∂v ("∂", or δ where v is cut so), or f′(z) of v = f(z) ("′")."""

    kind: str
    node: Value


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor of a product, or one divisor: what it is, and where it stands."""

    rank: int
    what: Any
    under: bool = False


@dataclass(frozen=True, slots=True)
class Product:
    """number · factors; the numbers of the rules are multiplied together exactly."""

    number: Fraction
    factors: tuple[Factor, ...] = ()

    def __mul__(self, other: Product) -> Product:
        joined = sorted(self.factors + other.factors, key=lambda f: (f.under, f.rank))
        return Product(self.number * other.number, tuple(joined))


@dataclass(frozen=True, slots=True)
class Sum:
    """The products that arrive, in the order of the graph; equal ones are counted."""

    products: tuple[Product, ...]

    @classmethod
    def of(cls, parts: Iterable[Sum]) -> Sum:
        """All of them in one."""
        found: dict[frozenset[tuple[Factor, int]], Product] = {}
        for p in (p for part in parts for p in part.products):
            key = frozenset((f, p.factors.count(f)) for f in p.factors)
            before = found.get(key)
            found[key] = replace(p, number=p.number + before.number) if before else p
        return cls(tuple(p for p in found.values() if p.number))

    def __add__(self, other: Sum) -> Sum:
        return Sum.of((self, other))

    def __mul__(self, by: Product) -> Sum:
        """Each product, or the whole sum in brackets."""
        found = self.as_product() * by
        return Sum((found,) if found.number else ())

    def as_product(self) -> Product:
        if len(self.products) > 1:
            return Product(Fraction(1), (Factor(ARRIVED, self),))
        return self.products[0] if self.products else Product(Fraction(0))


class Way(Protocol):
    """A way to spell: what a number, a row, a product and a sum become."""

    def constant(self, x: Any) -> Any: ...
    def row(self, v: Value, inputs: Sequence[Any]) -> Any: ...
    def product(self, number: Fraction, over: Sequence[Any], under: Sequence[Any]) -> Any: ...
    def sum(self, terms: Sequence[tuple[bool, Any]], whole: bool) -> Any: ...


def spell(what: Any, at: Callable[[Any], Any], way: Way, whole: bool = True) -> Any:
    """What a node, a Ref or a Sum becomes; `at` gives what is known by name, else None.

    `whole` is False for a sum that stands in brackets.
    """
    if isinstance(what, Sum):
        return way.sum([(p.number < 0, _spelled(p, at, way)) for p in what.products], whole)
    if not isinstance(what, (Value, Ref)):
        return way.constant(what)
    known = at(what)
    if known is not None:
        return known
    assert isinstance(what, Value), what
    if what.op is None:
        return way.constant(what)
    return way.row(what, [spell(u, at, way) for u in what.inputs])


def _spelled(p: Product, at: Callable[[Any], Any], way: Way) -> Any:
    over, under = (
        [spell(f.what, at, way, False) for f in p.factors if f.under is side]
        for side in (False, True)
    )
    return way.product(abs(p.number), over, under)


def nodes_of(what: Any) -> Iterable[Any]:
    """The nodes and Refs that an expression names in its factors."""
    for p in what.products:
        for f in p.factors:
            yield from nodes_of(f.what) if isinstance(f.what, Sum) else (f.what,)


class Writing:
    """The way of a page: text.

    graph   the nodes that are written as they stand, w·1; what belongs to a slope is simplified
    sums    the marks put around a sum, for who wants to find it
    """

    def __init__(
        self,
        language: str = "text",
        graph: Container[Any] = (),
        figures: bool = False,
        sums: tuple[str, str] = ("", ""),
    ) -> None:
        self.page, self.stands = board(language, True, figures), board(language, False, figures)
        self.graph, self.sums = graph, sums

    def constant(self, x: Any) -> Any:
        exact = meant(x)
        if exact in ("pi", "e"):
            return Symbol(self.page.word({"pi": "π"}.get(str(exact), "e")), page=self.page)
        return self.page.term(getattr(x, "data", x))

    def row(self, v: Value, inputs: Sequence[Any]) -> Any:
        row = rule(v)  # a guard row is no term of the course: 2·e¹ is 2e
        stands = v in self.graph and row.kind != "guard"
        found = row.spell(self.stands if stands else self.page, inputs)
        if isinstance(found, Symbol):
            return found
        return Symbol(found.text, found.level, self.page)

    def number(self, n: Fraction) -> Symbol:
        """A number of a rule: 2, 0.02, (1/3)."""
        plain = n.denominator == 1 or n.denominator > 9 and 10**9 % n.denominator == 0
        if plain:
            return self.page.term(float(n) if n.denominator > 1 else n.numerator)
        over = self.page.quotient(n.numerator, n.denominator)
        flat = self.page.language == "text"
        return Symbol(f"({over.text})" if flat else over.text, ATOM, self.page)

    def product(self, number: Fraction, over: Sequence[Any], under: Sequence[Any]) -> Any:
        page, pieces = self.page, list(over)
        if number != 1 or not over:
            pieces.insert(0, self.number(number))
        found = pieces[0]
        for i, piece in enumerate(pieces[1:]):
            beside = i == 0 and len(pieces) > len(over)
            found = self.stands.product(found, piece) if beside else self._dotted(found, piece)
        for piece in under:
            found = page.quotient(found, piece)
        return page.term(found)

    def _dotted(self, a: Any, b: Any) -> Symbol:
        """a·b with its dot, where the page would leave it out."""
        page = self.stands
        if isinstance(page, Figures):
            return symbol(page.product(a, b), page)
        left, right = (
            x.text if x.level >= 2 else page.brackets(page.tight(x.text)) for x in (a, b)
        )
        return Symbol(page.joined(left, page.times, right), 2, page)

    def sum(self, terms: Sequence[tuple[bool, Any]], whole: bool) -> Any:
        page = self.page
        found = page.term(0)
        for i, (negative, term) in enumerate(terms):
            if i:
                found = page.term(page.minus(found, term) if negative else page.sum(found, term))
            else:
                found = page.term(page.minus(term)) if negative else term
        if len(terms) < 2:
            return found
        opened, closed = self.sums
        text = opened + found.text + closed
        if not whole:
            return Symbol(page.brackets(text), ATOM, page)
        return Symbol(text, 1, page)


class Working:
    """The way of numbers: the value, with floats or with a context's digits."""

    def __init__(self, context: Any = None) -> None:
        self.context = context

    def constant(self, x: Any) -> Any:
        return in_digits(x, self.context) if self.context else getattr(x, "data", x)

    def row(self, v: Value, inputs: Sequence[Any]) -> Any:
        return rule(v)(*inputs)

    def product(self, number: Fraction, over: Sequence[Any], under: Sequence[Any]) -> Any:
        whole = number.denominator == 1
        found: Any = number.numerator if whole or self.context else float(number)
        if self.context and not whole:
            found = self.context.mpf(number.numerator) / number.denominator
        for x in over:
            found = found * x
        for x in under:
            found = ratio(found, x)  # as IEEE 754 divides: the slope of √x at 0 is ∞
        return found

    def sum(self, terms: Sequence[tuple[bool, Any]], whole: bool) -> Any:
        found: Any = 0
        for negative, x in terms:
            found = found - x if negative else found + x
        return found
