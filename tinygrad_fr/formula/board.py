"""Write it as a formula: the pages of a derivation, with names and with the numbers put in.

Both pages write the same formula.  Where numbers are put in there is always a dot, 2·(0.6−1), and a
negative number stands in parentheses unless it comes first: −0.97·0.37 + (−0.48)·0.78.  What a
page simplifies (1·x = x) it sees on the constants of the formula only, never on what was put in.
"""

from __future__ import annotations

from functools import cache
from typing import Any, cast

from tinygrad_fr.formula.symbol import Course, Light, Symbol
from tinygrad_fr.pages import PAGES
from tinygrad_fr.spelling import ATOM, Page, Term
from tinygrad_fr.words import language, number

LOWERED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")  # an exponent's digits


class Board(Course):
    """A page of a derivation: numbers as the reader's language writes them, 𝟙[z > 0]."""

    def number(self, x: Any) -> Term:
        found = figure(self, number(x, 12))
        return Term(found.text, found.level)

    def call(self, name: str | Term, *inputs: Any) -> Term:
        if name == "step" and self.language == "text":
            return Term(f"𝟙[{self.term(inputs[0])} > 0]")
        if language() == "en":
            return super().call(name, *inputs)
        apart = {"mathml": "<mo>;</mo>"}.get(self.language, " ; ")  # a comma is a point in French
        listed = [part for x in inputs for part in (apart, self.term(x).text)][1:]
        inside = self.brackets(self.joined(*listed) if len(inputs) > 1 else listed[0])
        return Term(self.joined(self.word(name), self.applied, inside))


class Put(Symbol):
    """A piece in which numbers stand; `after` is its text where something stands before it."""

    __slots__ = ("after",)

    def __init__(
        self, text: str, level: int, page: Page, after: str = "", negated: Any = None
    ) -> None:
        super().__init__(text, level, page, None, negated)
        self.after = after or text


class Figures(Course):
    """A page on which numbers are put in."""

    def sum(self, *terms: Any) -> Term:
        first, *rest = terms or (0,)
        return self._put(1, first, *((self.plus, self._later(x, 1)) for x in rest))

    def minus(self, a: Any, b: Any = None) -> Term:
        if b is not None:
            return self._put(1, a, (self.less, self._later(b, 2)))
        text = self.joined(self.negative, self._later(a, 2))
        return Put(text, 1, self, self.brackets(text), self.term(a))

    def product(self, a: Any, b: Any) -> Term:
        return self._put(2, a, (self.times, self._later(b, 2)))

    def quotient(self, a: Any, b: Any) -> Term:
        whole = super().quotient(a, b)
        if whole.level > 2 or self.term(a).level < 2:  # a fraction, or brackets already
            return Put(whole.text, whole.level, self)
        after = super().quotient(Term(self._later(a, 2), 2), b)
        return Put(whole.text, whole.level, self, after.text)

    def _put(self, level: int, a: Any, *rest: tuple[str, str]) -> Put:
        """a, then each text behind its sign."""
        texts = [part for pair in rest for part in pair]
        term = self.term(a)
        first = self._factor(a) if level == 2 else term.text
        after = self._later(a, level)
        return Put(self.joined(first, *texts), level, self, self.joined(after, *texts))

    def _later(self, x: Any, need: int) -> str:
        """x where something stands before it."""
        term = self.term(x)
        if term.level < need:
            return self.brackets(self.tight(term.text) if need == 2 else term.text)
        if isinstance(term, Put):
            return term.after
        negative = self.plain(term.text)[:1] in ("−", "-")
        return self.brackets(term.text) if negative else term.text


def figure(page: Page, text: str) -> Symbol:
    """A number as `words.number` writes it, on a page; a negative one may need brackets."""
    if text.startswith("−"):
        of = figure(page, text[1:])
        shown = page.joined(page.negative, of.text)
        return Put(shown, 2, page, page.brackets(shown))
    mantissa, power, exponent = text.partition("×10")
    shown = page.digits(mantissa)
    if page.language == "latex":
        shown = page.numbers.get(
            {"∞": "inf", "NaN": "nan"}.get(text, ""), shown.replace(",", "{,}")
        )
    if not power:
        return Put(shown, 2 if "/" in text else ATOM, page)
    raised = page.power(page.number(10), Term(page.digits(exponent.translate(LOWERED))))
    plain = page.language == "text"
    return Put(text if plain else page.joined(shown, page.times, raised.text), 2, page)


@cache
def board(language: str = "text", light: bool = False, figures: bool = False) -> Board:
    """The page of a derivation: as it stands or simplified, with names or with numbers put in."""
    kinds: list[type[Page]] = [Board, Light, Figures, type(PAGES[language])]
    chosen = [k for k, on in zip(kinds, (True, light, figures, True), strict=True) if on]
    return cast(Board, type("Board", tuple(chosen), {})())
