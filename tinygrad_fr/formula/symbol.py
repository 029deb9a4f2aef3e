"""A name that calculates: a Symbol takes part in the table's rows as a number does, and gives text.

So the line that computes a derivative also spells it: σ′ = y(1 − y), run on the name `a`, is
`a(1−a)`.  Nothing here knows an operation: a row is written in the words of a page, and a page of
the course has customs of its own (2e, a(1−a), x³); a light one also knows 1·x = x.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, cast

from tinygrad_fr.ops import TABLE, Op, absolute, add, div, mod, mul, neg, power, sub
from tinygrad_fr.pages import PAGES
from tinygrad_fr.spelling import ATOM, Page, Term


class Course(Page):
    """A page with the customs of a course: no dot where nobody writes it, 2 + (−4), x³."""

    def term(self, x: Any) -> Symbol:
        if isinstance(x, Symbol):
            return x
        return symbol(super().term(x) if isinstance(x, str) else x, self)

    def sum(self, *terms: Any) -> Term:
        first, *rest = map(self.term, terms or (0,))
        return super().sum(first, *map(self._apart, rest))

    def _apart(self, term: Symbol) -> Term:
        """A term that may follow a plus: in parentheses where it begins with a minus."""
        negative = self.plain(term.text)[:1] in ("−", "-")
        return Term(self.within(term, 2)) if negative else term

    def minus(self, a: Any, b: Any = None) -> Term:
        found = super().minus(a, b)
        return found if b is not None else Symbol(found.text, 1, self, None, self.term(a))

    def product(self, a: Any, b: Any) -> Term:
        """a·b, without the dot where nobody writes it: 2e, a(1−a)."""
        left, right = self._factor(a), self._factor(b)
        seen, after = self.plain(left), self.plain(right)
        bracket = after[:1] == "(" and self.term(b).number is None  # x·(−2), no call of x
        together = bracket and not _is_function(seen)
        if self.term(a).number is not None and seen[-1:].isdigit():
            exponent = re.match("[eE][0-9]", after)  # 2·e3x
            together = together or (after[:1].isalpha() and not exponent)
        together = together and not self.open_ended(left)
        return Term(self.joined(left, self.beside if together else self.times, right), 2)

    def _factor(self, x: Any) -> str:
        term = self.term(x)
        return term.text if term.level >= 2 else self.brackets(self.tight(term.text))

    def power(self, a: Any, b: Any) -> Term:
        text = "" if isinstance(b, int) else self.term(b).text
        whole = re.fullmatch(r"−?\d+", text)
        return super().power(a, int(text.replace("−", "-")) if whole else b)


@cache
def _functions() -> frozenset[str]:
    return frozenset(name for row in TABLE.values() for name in (row.name, *row.aliases))


def _is_function(seen: str) -> bool:
    """Whether it ends with a word that a bracket would make a call of: a label th is no tanh."""
    return seen[seen.rfind("·") + 1 :] in _functions()


class Light(Course):
    """A course's page that simplifies what is plain to every reader: 1·x, 0 + x, x¹, −(−x), 2·3."""

    def sum(self, *terms: Any) -> Term:
        if len(terms) != 2:
            return super().sum(*terms)
        a, b = map(self.term, terms)
        if a.number is not None and b.number is not None:
            return symbol(a.number + b.number, self)
        if a.number == 0 or b.number == 0:
            return b if a.number == 0 else a
        return super().sum(a, b) if b.negated is None else self.minus(a, b.negated)

    def minus(self, a: Any, b: Any = None) -> Term:
        a = self.term(a)
        if b is None:
            return self._opposite(a)
        b = self.term(b)
        if a.number is not None and b.number is not None:
            return symbol(a.number - b.number, self)
        if a.number == 0 or b.number == 0:
            return a if b.number == 0 else self._opposite(b)
        return super().minus(a, b) if b.negated is None else self.sum(a, b.negated)

    def _opposite(self, a: Symbol) -> Term:
        if a.number is not None:
            return symbol(-a.number, self)
        return super().minus(a) if a.negated is None else a.negated

    def product(self, a: Any, b: Any) -> Term:
        a, b = self.term(a), self.term(b)
        if a.number is not None and b.number is not None:
            return symbol(a.number * b.number, self)
        pairs: tuple[tuple[Symbol, Symbol], ...] = ((a, b), (b, a))
        for one, other in pairs:
            if one.number is not None and one.number in (0, 1):
                return one if one.number == 0 else other
        if a.negated is not None:
            return self.minus(self.product(a.negated, b))
        if b.negated is not None:
            return self.minus(self.product(a, b.negated))
        # the number first, as everyone writes it
        return super().product(a, b) if b.number is None else super().product(b, a)

    def quotient(self, a: Any, b: Any) -> Term:
        above: Symbol = self.term(a)
        a, b = above, self.term(b)
        if b.number == 1 or (a.number == 0 and b.number is None):
            return above
        if a.negated is not None:
            return self.minus(self.quotient(a.negated, b))
        return super().quotient(a, b)

    def power(self, a: Any, b: Any) -> Term:
        n = b if isinstance(b, int) else self.term(b).number
        if n == 0:
            return symbol(1, self)
        return self.term(a) if n == 1 else super().power(a, b)


@cache
def course(language: str = "text") -> Course:
    """The page of that language, as a course writes on it."""
    return cast(Course, type("Course", (Course, type(PAGES[language])), {})())


@cache
def light(language: str = "text") -> Light:
    """The same page, simplifying."""
    return cast(Light, type("Light", (Light, type(PAGES[language])), {})())


class Symbol(Term):
    """Text that takes part in the table's rows: `Symbol("a") * 2` is the text `2a`.

    page     the course's page it stands on
    number   the number it stands for, or None
    negated  what it is the opposite of, or None: −(−x) is x again

    >>> a = Symbol("a")
    >>> a * (1 - a), a**2, -(-a), 1 * a + 0
    (a(1−a), a², a, a)
    """

    __slots__ = ("negated", "number", "page")

    def __init__(
        self,
        text: str,
        level: int = ATOM,
        page: Page | None = None,
        number: Any = None,
        negated: Symbol | None = None,
    ) -> None:
        super().__init__(text, level)
        self.page, self.number, self.negated = page or course(), number, negated

    def __format__(self, need: str) -> str:
        """`f"{a:5}"`: in parentheses where it holds less tightly than 5."""
        return self.page.within(self, int(need or 0))

    def __op__(self, row: Op, inputs: Sequence[Any]) -> Symbol:
        """The row written on these inputs, after what is plain to every reader: 1·x = x."""
        return write(row, inputs, self.page)

    def __like__(self, n: Any) -> Symbol:
        """The number n as text; π by its name."""
        return Symbol(self.page.word("π"), page=self.page) if n == math.pi else symbol(n, self.page)

    def __add__(self, other: Any) -> Symbol:
        return self.__op__(add, (self, other))

    def __radd__(self, other: Any) -> Symbol:
        return self.__op__(add, (other, self))

    def __sub__(self, other: Any) -> Symbol:
        return self.__op__(sub, (self, other))

    def __rsub__(self, other: Any) -> Symbol:
        return self.__op__(sub, (other, self))

    def __mul__(self, other: Any) -> Symbol:
        return self.__op__(mul, (self, other))

    def __rmul__(self, other: Any) -> Symbol:
        return self.__op__(mul, (other, self))

    def __truediv__(self, other: Any) -> Symbol:
        return self.__op__(div, (self, other))

    def __rtruediv__(self, other: Any) -> Symbol:
        return self.__op__(div, (other, self))

    def __mod__(self, other: Any) -> Symbol:
        return self.__op__(mod, (self, other))

    def __pow__(self, other: Any) -> Symbol:
        return self.__op__(power, (self, other))

    def __rpow__(self, other: Any) -> Symbol:
        return self.__op__(power, (other, self))

    def __neg__(self) -> Symbol:
        return self.__op__(neg, (self,))

    def __abs__(self) -> Symbol:
        return self.__op__(absolute, (self,))


def symbol(x: Any, page: Page | None = None, spelled: Callable[[Any], str] | None = None) -> Symbol:
    """x as a Symbol: itself, or a number spelled exactly (or by `spelled`), its minus in front."""
    page = page or course()
    if isinstance(x, Symbol):
        return x
    if isinstance(x, Term):
        return Symbol(x.text, x.level, page)
    if x < 0:
        positive = symbol(-x, page, spelled)
        return Symbol(page.joined(page.negative, positive.text), 1, page, x, positive)
    term = Term(spelled(x)) if spelled else page.number(x)
    return Symbol(term.text, term.level, page, x)


def write(row: Op, inputs: Sequence[Any], page: Page | None = None) -> Symbol:
    """The row on these inputs, lightly simplified: 1·x = x, 0 + x = x, x¹ = x, −(−x) = x."""
    page = page or course()
    return symbol(row.spell(light(page.language), inputs), page)


def spell(row: Op, inputs: Sequence[Any], page: Page | None = None) -> Symbol:
    """The row on these inputs as it stands, in the customs of the course: e², 2e, a(1−a).

    A guard row is no term of the course: it is simplified, so that 2·e¹ is 2e.
    """
    page = page or course()
    return (
        write(row, inputs, page) if row.kind == "guard" else symbol(row.spell(page, inputs), page)
    )


def sum_of(terms: Sequence[Symbol], page: Page | None = None, longest: int = 0) -> Symbol:
    """t₁ + t₂ + …; with `longest`, the middle of a longer sum is left out."""
    page, shown = page or course(), list(terms)
    if longest and len(shown) > longest:
        shown = [*shown[: longest - 2], Symbol(page.dots, page=page), shown[-1]]
    return symbol(page.sum(*shown), page)
