"""A written page: the few words in which every row is written, whatever the language.

    written=lambda p, a, b: p.quotient(a, b)        # a/b, \\frac{a}{b}, a / b, <mfrac>…</mfrac>

A page knows how its language writes a sum or a root; it knows no row.  The languages themselves
stand in `pages`; what one of them does not say otherwise is written as here, plain and right.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

T = TypeVar("T")
ATOM = 9  # how tightly a piece of text holds together: + is 1, · is 2, unary minus 1, powers 4

PAGES: dict[str, Page] = {}


class Term:
    """A piece of text and how tightly it holds together: parentheses come only if needed."""

    __slots__ = ("level", "text")

    def __init__(self, text: str, level: int = ATOM) -> None:
        self.text, self.level = text, level

    def __repr__(self) -> str:
        return self.text


class Letter(NamedTuple):
    """A name of the course, taken apart: ŵ₁′⁽²⁾ is w with a hat, a prime, 1 below and 2 above."""

    base: str
    hat: bool = False
    primes: int = 0
    below: str = ""
    above: str = ""


class Page:
    """A written language in its words; each takes Terms or plain numbers and gives a Term.

    sum product quotient minus power root bars floor call subscript     what formulas are made of
    infix       a loose sign between two: a mod b, a > 0
    either      the first on a line of text, the second where fractions and exponents are set

    `language` is the name it is asked for by; a class that has one is on the shelf, in PAGES.
    """

    language = ""
    plus, less, times, over = " + ", " - ", " * ", " / "
    negative, beside, comma, applied, dots = "-", "", ", ", "", "…"
    after_plus, after_times = 1, 2  # how tightly the right side must hold
    signs: dict[str, str] = {}
    numbers: dict[str, str] = {}  # those that have a name: infinities, NaN

    def __init_subclass__(cls) -> None:
        if "language" in vars(cls):
            PAGES[cls.language] = cls()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.language}>".replace(" >", ">")

    # ── pieces ──

    def term(self, x: Any) -> Term:
        """x as a Term: a Term as it is, a word, or a number."""
        if isinstance(x, Term):
            return x
        return Term(self.word(x)) if isinstance(x, str) else self.number(x)

    def number(self, x: Any) -> Term:
        """A number, exactly: 2.0 is 2; a negative one asks for parentheses after · or ^."""
        whole = isinstance(x, (int, float)) and abs(x) < 1e15 and x == int(x)
        text = repr(int(x)) if whole else f"{x}"
        return Term(
            self.digits(self.numbers.get(text, text)),
            1 if text.startswith("-") else 2 if "/" in text else ATOM,
        )

    def digits(self, text: str) -> str:
        return text

    def word(self, name: str | Term) -> str:
        """The name of a function or a constant."""
        return name.text if isinstance(name, Term) else name

    def letter(self, name: Letter) -> str | None:
        """A name of the course; None if this language cannot write its indices."""
        base = name.base + "_hat" * name.hat + "'" * name.primes
        return "_".join(filter(None, (base, name.below, name.above)))

    def label(self, text: str) -> str:
        """Any other name, as it was given."""
        return text

    def joined(self, *texts: str) -> str:
        return "".join(texts)

    def brackets(self, text: str) -> str:
        return f"({text})"

    def within(self, x: Any, need: int) -> str:
        """x where only what holds as tightly as `need` may stand: in parentheses if it does not."""
        term = self.term(x)
        return term.text if term.level >= need else self.brackets(term.text)

    def plain(self, text: str) -> str:
        """The text as it is seen, without its commands."""
        return text

    def tight(self, text: str) -> str:
        """The text as it stands in the parentheses of a factor."""
        return text

    def open_ended(self, text: str) -> bool:
        """Whether a bracket that follows would be read as part of what the text ends with."""
        return False

    def chosen(self, written: T, program: T) -> T:
        """Of a row's two spellings, as a formula and as a program, the one of this page."""
        return written

    # ── words ──

    def sum(self, *terms: Any) -> Term:
        texts = [self.within(t, self.after_plus if i else 1) for i, t in enumerate(terms or (0,))]
        parts = [part for text in texts for part in (self.plus, text)]
        return Term(self.joined(*parts[1:]), 1)

    def minus(self, a: Any, b: Any = None) -> Term:
        if b is None:
            return Term(self.joined(self.negative, self.within(a, 2)), 1)
        return Term(self.joined(self.within(a, 1), self.less, self.within(b, 2)), 1)

    def product(self, a: Any, b: Any) -> Term:
        return Term(self.joined(self.within(a, 2), self.times, self.within(b, self.after_times)), 2)

    def quotient(self, a: Any, b: Any) -> Term:
        return Term(self.joined(self.within(a, 2), self.over, self.within(b, 3)), 2)

    def power(self, a: Any, b: Any) -> Term:
        return Term(self.joined(self.within(a, 5), "^", self.within(b, 5)), 4)

    def root(self, a: Any, n: int = 2) -> Term:
        return self.call({2: "sqrt", 3: "cbrt"}[n], a)

    def bars(self, a: Any) -> Term:
        return self.call("abs", a)

    def floor(self, a: Any) -> Term:
        return self.call("floor", a)

    def call(self, name: str | Term, *inputs: Any) -> Term:
        listed = self.comma.join(self.term(x).text for x in inputs)
        return Term(self.joined(self.word(name), self.applied, self.brackets(listed)))

    def subscript(self, a: Any, b: Any) -> Term:
        return Term(f"{self.term(a)}_{self.term(b)}")

    def infix(self, sign: str, a: Any, b: Any) -> Term:
        between = self.signs.get(sign, f" {sign} ")
        return Term(self.joined(self.within(a, 2), between, self.within(b, 3)), 0)

    def either(self, line: T, paper: T) -> T:
        return line

    # ── a whole formula ──

    def whole(self, name: str, formula: str, definitions: Sequence[tuple[str, str]]) -> str:
        """The formula; if it uses definitions (name, formula), they come first, a line each."""
        lines = [f"{name} = {text}" for name, text in definitions]
        return "\n".join([*lines, f"{name} = {formula}"]) if definitions else formula
