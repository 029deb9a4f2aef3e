"""Compile it for the processor: the page on which a row is written in LLVM's lines.

`p.quotient(1, p.sum(1, p.call("exp", a)))` is text on the NumPy page; here it becomes four lines
that compute it, on one number or on a vector of examples.  exp, log and tanh are written here in
those lines: an argument is brought near 0, where a short polynomial is right to the last digit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache, reduce
from typing import Any

from tinygrad_fr.program.native.machine import fuses
from tinygrad_fr.program.native.text import Text
from tinygrad_fr.spelling import Page, T

LOG2_HIGH, LOG2_LOW = 0.6931471805598903, 5.497923018708371e-14  # ln 2 in two parts
MAGIC = 6755399441055744.0  # adding it rounds to a whole number, which is then the lowest bits
MAGIC_BITS = 0x4338000000000000
IN_C = {
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
    "arcsinh": "asinh",
    "arccosh": "acosh",
    "arctanh": "atanh",
    "arctan2": "atan2",
    "hypot": "hypot",
    "log10": "log10",
    "log2": "log2",
    "exp2": "exp2",
}


def short(coefficients: Sequence[float], reach: float, degree: int) -> list[float]:
    """A polynomial of a lower degree in place of Σ cₖ·xᵏ for |x| ≤ reach: written in Chebyshev's
    polynomials, where what is cut off does least.  Highest power first, as Horner takes it."""
    from numpy.polynomial import Chebyshev, Polynomial

    wave = Polynomial(coefficients).convert(domain=[-reach, reach], kind=Chebyshev)
    found: list[float] = wave.truncate(degree + 1).convert(kind=Polynomial).coef.tolist()
    return found[::-1]


@cache
def exp_near_0() -> tuple[list[float], list[float]]:
    """eʳ and (eʳ − 1 − r)/r², for |r| ≤ ln 2 / 2."""
    factors = [1 / math.factorial(k) for k in range(18)]
    return short(factors, math.log(2) / 2, 11), short(factors[2:], math.log(2) / 2, 9)


class Words(Page):
    """The words of a page as lines of `text`; a piece is the name of a line of kind `kind`."""

    def __init__(self, text: Text, kind: str) -> None:
        self.text, self.kind = text, kind
        self.constants: dict[str, float] = {}  # what a constant is, by its line

    def number_line(self, x: float) -> str:
        line = self.text.number(float(x), self.kind)
        self.constants[line] = float(x)
        return line

    def term(self, x: Any) -> Any:
        if isinstance(x, str):
            return self.number_line(math.e) if x == "e" else x
        return self.number_line(x)

    def chosen(self, written: T, program: T) -> T:
        return program or written

    def _two(self, operation: str, a: Any, b: Any) -> str:
        return self.text.line(f"{operation} {self.kind} {self.term(a)}, {self.term(b)}")

    def sum(self, *terms: Any) -> Any:
        return reduce(lambda a, b: self._two("fadd", a, b), terms)

    def minus(self, a: Any, b: Any = None) -> Any:
        if b is None:
            return self.text.line(f"fneg {self.kind} {self.term(a)}")
        return self._two("fsub", a, b)

    def product(self, a: Any, b: Any) -> Any:
        return self._two("fmul", a, b)

    def quotient(self, a: Any, b: Any) -> Any:
        return self._two("fdiv", a, b)

    def power(self, a: Any, b: Any) -> Any:
        """aᵇ: by products where b is a small whole number."""
        if a == "e":
            return self.exp_of(b)
        n = self.constants.get(b, math.nan) if isinstance(b, str) else float(b)
        if n.is_integer() and 0 < abs(n) <= 16:
            found = self.whole_power(self.term(a), int(abs(n)))
            return found if n > 0 else self.quotient(1, found)
        return self.root(a) if n == 0.5 else self.each("pow", a, b)

    def whole_power(self, a: str, n: int) -> str:
        """aⁿ by squarings."""
        half = self.whole_power(a, n // 2) if n > 1 else ""
        square = self._two("fmul", half, half) if half else a
        return self._two("fmul", square, a) if half and n % 2 else square

    def root(self, a: Any, n: int = 2) -> Any:
        return self.text.call("sqrt", self.kind, self.term(a)) if n == 2 else self.each("cbrt", a)

    def bars(self, a: Any) -> Any:
        return self.text.call("fabs", self.kind, self.term(a))

    def floor(self, a: Any) -> Any:
        return self.text.call("floor", self.kind, self.term(a))

    def infix(self, sign: str, a: Any, b: Any) -> Any:
        if sign == ">":
            return self.test("ogt", a, b)
        whole = self.floor(self.quotient(a, b))
        return whole if sign == "//" else self.minus(a, self.product(b, whole))

    def call(self, name: Any, *inputs: Any) -> Any:
        own: Callable[..., Any] | None = getattr(self, f"{name}_of", None)
        if own is not None:
            return own(*inputs)
        word = str(name)
        return self.each(IN_C.get(word, word), *inputs)

    # ── choices ──

    def test(self, relation: str, a: Any, b: Any) -> str:
        return self.text.line(f"fcmp {relation} {self.kind} {self.term(a)}, {self.term(b)}")

    def where_of(self, test: str, a: Any, b: Any) -> str:
        bit = "i1" if self.kind == "double" else f"<{self.text.width} x i1>"
        a, b = self.term(a), self.term(b)
        return self.text.line(f"select {bit} {test}, {self.kind} {a}, {self.kind} {b}")

    def maximum_of(self, a: Any, b: Any) -> str:
        """The greater; NaN if one of the two is."""
        greater = self.where_of(self.test("ogt", a, b), a, b)  # b where one is NaN
        return self.where_of(self.test("uno", a, a), a, greater)

    def minimum_of(self, a: Any, b: Any) -> str:
        less = self.where_of(self.test("olt", a, b), a, b)
        return self.where_of(self.test("uno", a, a), a, less)

    def heaviside_of(self, a: Any, _: Any) -> str:
        found = self.where_of(self.test("ogt", a, 0), 1, 0)
        return self.where_of(self.test("uno", a, a), a, found)

    def sign_of(self, a: Any) -> str:
        found = self.where_of(
            self.test("ogt", a, 0), 1, self.where_of(self.test("olt", a, 0), -1, a)
        )
        return found

    def clip_of(self, a: Any, low: Any, high: Any) -> str:
        return self.minimum_of(self.maximum_of(a, low), high)

    def square_of(self, a: Any) -> str:
        return self._two("fmul", a, a)

    def sqrt_of(self, a: Any) -> Any:
        return self.root(a)

    def abs_of(self, a: Any) -> Any:
        return self.bars(a)

    def floor_of(self, a: Any) -> Any:
        return self.floor(a)

    def cbrt_of(self, a: Any) -> Any:
        return self.each("cbrt", a)

    # ── exponentials and logarithms ──

    def exp_of(self, a: Any) -> str:
        """eᵃ = 2ⁿ·eʳ with |r| ≤ ln 2 / 2."""
        bits, r = self._halved(self.term(a))
        near = self._polynomial(r, exp_near_0()[0]) if fuses() else self._exp_apart(r)
        return self._scaled(near, bits)

    def _exp_apart(self, r: str) -> str:
        """eʳ where a product is rounded before it is added: what 1 + r loses is added again."""
        whole = self.sum(1, r)
        lost = self.minus(r, self.minus(whole, 1))
        square = self._two("fmul", r, r)
        small = self.text.fma(square, self._polynomial(r, exp_near_0()[1]), lost, self.kind)
        return self._two("fadd", whole, small)

    def expm1_of(self, a: Any) -> str:
        """eᵃ − 1; a itself where it is tiny, so that −0 stays −0."""
        a = self.term(a)
        found = self._expm1(a)
        found = self.where_of(self.test("ogt", a, 709.79), math.inf, found)
        return self.where_of(self.test("olt", self.bars(a), 1e-300), a, found)

    def _expm1(self, a: str) -> str:
        """2ⁿ·(eʳ − 1) + (2ⁿ − 1)"""
        bits, r = self._halved(a)
        power = self._scaled(self.number_line(1), bits)
        small = self._from_one(r, [1 / math.factorial(k) for k in range(13, 1, -1)])
        return self.text.fma(power, small, self.minus(power, 1), self.kind)

    def _from_one(self, r: str, series: list[float]) -> str:
        """eʳ − 1 for a small r, from the series of (eʳ − 1 − r)/r²."""
        square = self._two("fmul", r, r)
        return self.text.fma(square, self._polynomial(r, series), r, self.kind)

    def tanh_of(self, a: Any) -> str:
        """u/(u + 2) with u = e^(2|a|) − 1, and the sign of a."""
        a, t = self.term(a), self.text
        size = self.bars(a)
        near = self.where_of(self.test("ogt", size, 22), 22, size)
        bits, r = self._reduced(self.sum(near, near))
        power = self._power(bits)
        small = self._from_one(r, exp_near_0()[1])
        u = t.fma(power, small, self.minus(power, 1), self.kind)
        return t.call("copysign", self.kind, self.quotient(u, self.sum(u, 2)), a)

    def log_of(self, a: Any) -> str:
        """ln(2ᵏ·m) = k·ln 2 + 2·artanh((m − 1)/(m + 1)) with m from √½ to √2."""
        a, t = self.term(a), self.text
        tiny = self.test("olt", a, 2.2250738585072014e-308)
        scaled = self.where_of(tiny, self.product(a, 1.8014398509481984e16), a)
        whole = self._integers()
        bits = t.line(f"bitcast {self.kind} {scaled} to {whole}")
        shifted = t.line(f"sub {whole} {bits}, {self._integer(0x3FE6A09E667F3BCD)}")
        k = t.line(f"ashr {whole} {shifted}, {self._integer(52)}")
        high = t.line(f"shl {whole} {k}, {self._integer(52)}")
        m = t.line(f"bitcast {whole} {t.line(f'sub {whole} {bits}, {high}')} to {self.kind}")
        exponent = t.line(f"sitofp {whole} {k} to {self.kind}")
        exponent = self.where_of(tiny, self.minus(exponent, 54), exponent)
        f = self.minus(m, 1)
        s = self.quotient(f, self.sum(f, 2))
        z = self._two("fmul", s, s)
        series = self._polynomial(z, [2 / k for k in range(23, 1, -2)])  # 2/3 + 2z/5 + …
        half = self.product(self._two("fmul", f, f), 0.5)
        tail = self._two("fmul", s, self.sum(half, self._two("fmul", z, series)))
        low = self.text.fma(exponent, self.number_line(LOG2_LOW), tail, self.kind)
        found = self.minus(f, self.minus(half, low))
        found = self.text.fma(exponent, self.number_line(LOG2_HIGH), found, self.kind)
        found = self.where_of(self.test("oeq", a, 0), -math.inf, found)
        found = self.where_of(self.test("oeq", a, math.inf), math.inf, found)
        return self.where_of(self.test("ult", a, 0), math.nan, found)

    def log1p_of(self, a: Any) -> str:
        """ln(1 + a): that of u = fl(1 + a), put right by what the rounding lost."""
        a = self.term(a)
        u = self.sum(1, a)
        lost = self.minus(a, self.minus(u, 1))
        found = self.sum(self.log_of(u), self.quotient(lost, u))
        return self.where_of(self.test("olt", self.bars(a), 1e-300), a, self._edges(found, u))

    def _edges(self, found: str, u: str) -> str:
        found = self.where_of(self.test("oeq", u, math.inf), math.inf, found)
        return self.where_of(self.test("oeq", u, 0), -math.inf, found)

    def logaddexp_of(self, a: Any, b: Any) -> str:
        """The greater, plus ln(1 + e^−|a − b|)."""
        a, b = self.term(a), self.term(b)
        apart = self.minus(self.bars(self.minus(a, b)))
        found = self.sum(self.maximum_of(a, b), self.log1p_of(self.exp_of(apart)))
        return self.where_of(self.test("oeq", a, b), self.sum(a, math.log(2)), found)

    def _integers(self) -> str:
        return "i64" if self.kind == "double" else f"<{self.text.width} x i64>"

    def _integer(self, n: int) -> str:
        one = f"i64 {n}"
        return str(n) if self.kind == "double" else "<" + ", ".join([one] * self.text.width) + ">"

    def _halved(self, a: str) -> tuple[str, str]:
        """a = n·ln 2 + r: the bits of n, and r."""
        a = self.where_of(self.test("ogt", a, 1000), 1000, a)
        return self._reduced(self.where_of(self.test("olt", a, -1000), -1000, a))

    def _reduced(self, a: str) -> tuple[str, str]:
        """The same, where |a| ≤ 1000 is known; above n its bits are those of MAGIC."""
        t, number, whole = self.text, self.number_line, self._integers()
        moved = t.fma(a, number(1 / math.log(2)), number(MAGIC), self.kind)
        n = self.minus(moved, MAGIC)
        r = t.fma(n, number(-LOG2_HIGH), a, self.kind)
        r = t.fma(n, number(-LOG2_LOW), r, self.kind)
        return t.line(f"bitcast {self.kind} {moved} to {whole}"), r

    def _power(self, bits: str) -> str:
        """2ⁿ for |n| ≤ 1022; whatever stands above n is shifted out."""
        t, whole = self.text, self._integers()
        moved = t.line(f"add {whole} {bits}, {self._integer(1023)}")
        up = t.line(f"shl {whole} {moved}, {self._integer(52)}")
        return t.line(f"bitcast {whole} {up} to {self.kind}")

    def _scaled(self, p: str, bits: str) -> str:
        """p·2ⁿ in two steps, so that it overflows and underflows as it should."""
        t, whole = self.text, self._integers()
        n = t.line(f"sub {whole} {bits}, {self._integer(MAGIC_BITS)}")
        half = t.line(f"ashr {whole} {n}, {self._integer(1)}")
        for part in (half, t.line(f"sub {whole} {n}, {half}")):
            p = self._two("fmul", p, self._power(part))
        return p

    def _polynomial(self, x: str, coefficients: list[float]) -> str:
        """Horner, highest power first."""
        found = self.number_line(coefficients[0])
        for c in coefficients[1:]:
            found = self.text.fma(found, x, self.number_line(c), self.kind)
        return found

    # ── C's own functions, a lane at a time ──

    def each(self, name: str, *inputs: Any) -> str:
        """A function of C's mathematics on each lane."""
        t, terms = self.text, [self.term(x) for x in inputs]
        t.uses.add(f"declare double @{name}({', '.join(['double'] * len(terms))})")
        if self.kind == "double":
            return t.line(f"call double @{name}({', '.join(f'double {x}' for x in terms)})")
        found = "poison"
        for lane in range(t.width):
            parts = [t.line(f"extractelement {self.kind} {x}, i32 {lane}") for x in terms]
            one = t.line(f"call double @{name}({', '.join(f'double {x}' for x in parts)})")
            found = t.line(f"insertelement {self.kind} {found}, double {one}, i32 {lane}")
        return found
