"""Check it, with a proof: two formulas whose normal forms are equal are equal at every point.

A graph is rewritten as a polynomial with exact coefficients in its atoms: the leaves, and every
operation that is no polynomial, σ(z) for example, known by the normal form of what stands inside.
Then a(1 − a) and a − a² are the same dictionary.  Different dictionaries prove nothing: σ(2z) and
σ(z)²/(1 − 2σ(z) + 2σ(z)²) are equal too, and only other points can tell.

No operation is listed here: a row is written in the words of a page, and on this page a sum is the
sum of polynomials, a product their product; log1p(x) and ln(1 + x) are written alike.  A constant
is the number that it spells: 0.1 is one tenth, and π and e are atoms.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, TypeVar

from tinygrad_fr.engine import Value
from tinygrad_fr.exact import IRRATIONAL, is_constant, meant
from tinygrad_fr.ops import Op, log, sigmoid, sqrt
from tinygrad_fr.replay import rule
from tinygrad_fr.spelling import Page, Term
from tinygrad_fr.walk import order

T = TypeVar("T")
Atom = tuple[Any, ...]
Monomial = frozenset[tuple[Atom, int]]  # atoms with their powers, which may be negative
Polynomial = dict[Monomial, Fraction]

MOST = 2_000  # monomials; what grows beyond is not proved
LONGEST = 50_000  # letters of what stands inside an atom, written out
ONE: Monomial = frozenset()


class TooLarge(Exception):
    """The polynomial has more monomials, or larger atoms, than can be compared in good time."""


def equal(
    one: Value,
    other: Value,
    atoms: Iterable[Value] = (),
    given: Mapping[Value, Value] | None = None,
) -> bool:
    """True if the normal forms are equal, which proves the formulas are; False proves nothing.

    Leaves with a label are variables; those without are their numbers, and those that were told.
    A sum below a fraction bar is cleared: both sides are multiplied by it.

    atoms   nodes that are variables too, whatever they are made from
    given   what else is known of a variable: {y: 1 - x} where x + y = 1

    >>> z, w = Value(0.3, label="z"), Value(2.0, label="w")
    >>> equal((z + w) ** 2, z * z + 2 * z * w + w * w)
    True
    >>> equal(z / (z + w), 1 - w / (z + w)), equal(z * z, z - z * w, given={w: 1 - z})
    (True, True)
    """
    try:
        known = {v: _atom("node", id(v)) for v in atoms}
        for v, formula in (given or {}).items():
            known[v] = normal_form(formula, known)
        first, second = normal_form(one, known), normal_form(other, known)
        return first == second or not _cleared(_sum([first, _scaled(second, Fraction(-1))]))
    except (TooLarge, TypeError, ValueError, OverflowError):  # a client's operation, a NaN
        return False


def normal_form(output: Value, known: Mapping[Value, Polynomial] | None = None) -> Polynomial:
    """The polynomial of output in its atoms; TooLarge, or TypeError at a client's operation.

    known   the polynomials of nodes that are not looked into
    """
    found = dict(known or {})
    for v in _above(output, found):
        if v.op is None:
            found[v] = _spelled(v) if is_constant(v) else _atom("leaf", id(v))
        else:
            inputs = [found[u] if isinstance(u, Value) else _spelled(u) for u in v.inputs]
            found[v] = _apply(rule(v), inputs)
            if len(found[v]) > MOST:
                raise TooLarge
    return found[output]


def _above(output: Value, known: Mapping[Value, Polynomial]) -> Iterable[Value]:
    """The nodes that the output needs, each after its inputs, where some are known."""
    if not known:
        return order(output)
    needed: set[Any] = set()
    todo: list[Any] = [output]
    while todo:
        v = todo.pop()
        if isinstance(v, Value) and v not in needed and v not in known:
            needed.add(v)
            todo += v.inputs
    return [v for v in order(output) if v in needed]


def _spelled(u: Any) -> Polynomial:
    """What a constant spells; a float that was computed is only itself."""
    number = meant(u)
    if isinstance(number, str):
        return _named(number)
    return _constant(getattr(u, "data", u) if number is None else number)


def _named(name: str) -> Polynomial:
    """A number that no fraction is: π and e are atoms, √2 is written as the rows write it."""
    if name in ("pi", "e"):
        return _atom(name)
    pi, e = Value(1.0), Value(1.0)
    pi.exact, e.exact = "pi", "e"
    return normal_form(IRRATIONAL[name](SimpleNamespace(pi=pi, e=e, mpf=Value, sqrt=sqrt, ln=log)))


def _apply(row: Op, inputs: list[Polynomial]) -> Polynomial:
    """The row on polynomials; the sign of what stands inside is taken out where it can be."""
    if len(inputs) == 1 and _leads_negative(inputs[0]):
        turned = [_scaled(inputs[0], Fraction(-1))]
        if row.parity:
            return _scaled(_apply(row, turned), Fraction(row.parity))
        if row is sigmoid:  # σ(−z) = 1 − σ(z)
            return _sum([_constant(1), _scaled(_apply(row, turned), Fraction(-1))])
    return _of(row.spell(EXPANDED, list(map(Expanded, inputs))))


class Expanded(Term):
    """A polynomial, as a piece of a page."""

    __slots__ = ("polynomial",)

    def __init__(self, polynomial: Polynomial) -> None:
        super().__init__("")
        self.polynomial = polynomial


class _Expanding(Page):
    """The page on which polynomials stand: its words calculate."""

    def term(self, x: Any) -> Term:
        if isinstance(x, Expanded):
            return x
        return Expanded(_atom(x) if isinstance(x, str) else _constant(x))

    def sum(self, *terms: Any) -> Term:
        return Expanded(_sum([_of(self.term(x)) for x in terms]))

    def minus(self, a: Any, b: Any = None) -> Term:
        first, *rest = [_of(self.term(x)) for x in (a, b) if x is not None]
        less = _scaled((rest or [first])[0], Fraction(-1))
        return Expanded(_sum([first, less]) if rest else less)

    def product(self, a: Any, b: Any) -> Term:
        return Expanded(_product(_of(self.term(a)), _of(self.term(b))))

    def quotient(self, a: Any, b: Any) -> Term:
        return Expanded(_product(_of(self.term(a)), _power(_of(self.term(b)), -1)))

    def power(self, a: Any, b: Any) -> Term:
        base, exponent = _of(self.term(a)), _of(self.term(b))
        n = _whole(exponent)
        if n is not None:
            return Expanded(_power(base, n))
        found = _constant(1)
        for monomial, c in exponent.items():  # a^(x + y) = aˣ·aʸ
            found = _product(found, _raised(base, monomial, c))
        return Expanded(found)

    def root(self, a: Any, n: int = 2) -> Term:
        """√a is a^½, both for a ≥ 0; ∛a is more than a^⅓."""
        return self.power(a, Fraction(1, 2)) if n == 2 else self.call("root", a, n)

    def call(self, name: str | Term, *inputs: Any) -> Term:
        called = name if isinstance(name, str) else _of(name)
        return Expanded(_atom(called, *(_of(self.term(x)) for x in inputs)))

    def subscript(self, a: Any, b: Any) -> Term:
        return self.call("_", a, b)

    def infix(self, sign: str, a: Any, b: Any) -> Term:
        return self.call(sign, a, b)

    def either(self, line: T, paper: T) -> T:
        return paper


EXPANDED = _Expanding()


def _raised(base: Polynomial, monomial: Monomial, c: Fraction) -> Polynomial:
    """base^(c·monomial): a number c stands outside where it is whole, and e^(ln u) is u."""
    if c.denominator != 1:
        sign = -1 if c < 0 else 1  # e^(−z/2) = 1/e^(z/2)
        return _power(_atom("^", base, {monomial: abs(c)}), sign)
    whole = int(c)
    if monomial == ONE:
        return _power(base, whole)
    inside = [atom[1] for atom, power in monomial if atom[0] == "ln" and power == 1]
    if base == _atom("e") and len(monomial) == 1 and inside:
        return _power(dict(inside[0]), whole)
    return _power(_atom("^", base, {monomial: Fraction(1)}), whole)


def _of(term: Term) -> Polynomial:
    assert isinstance(term, Expanded)
    return term.polynomial


def _atom(*inside: Any) -> Polynomial:
    """What is no polynomial, known by its name and what stands inside it, to the power 1."""
    known = tuple(_frozen(x) if isinstance(x, dict) else x for x in inside)
    return {frozenset({(known, 1)}): Fraction(1)}


def _constant(x: Any) -> Polynomial:
    exact = Fraction(x)
    return {ONE: exact} if exact else {}


def _sum(parts: list[Polynomial]) -> Polynomial:
    total: Polynomial = {}
    for part in parts:
        for monomial, c in part.items():
            total[monomial] = total.get(monomial, Fraction(0)) + c
    return {monomial: c for monomial, c in total.items() if c}


def _scaled(p: Polynomial, factor: Fraction) -> Polynomial:
    return {monomial: c * factor for monomial, c in p.items()}


def _product(p: Polynomial, q: Polynomial) -> Polynomial:
    if len(p) * len(q) > 20 * MOST:
        raise TooLarge
    total: Polynomial = {}
    for m, c in p.items():
        for n, d in q.items():
            powers = dict(m)
            for atom, power in n:
                powers[atom] = powers.get(atom, 0) + power
            both = frozenset((atom, power) for atom, power in powers.items() if power)
            total[both] = total.get(both, Fraction(0)) + c * d
    return {monomial: c for monomial, c in total.items() if c}


def _power(p: Polynomial, n: int) -> Polynomial:
    """pⁿ; a sum to a negative power is an atom, the first coefficient taken out of it."""
    if n < 0 and len(p) == 1:
        ((monomial, c),) = p.items()
        return {frozenset((atom, power * n) for atom, power in monomial): c**n}
    if n < 0:
        if not p:
            raise ValueError  # 1/0
        first = min(p, key=_canonical)
        inside = _scaled(p, 1 / p[first])
        return {frozenset({(("sum", _frozen(inside)), n)}): p[first] ** n}
    if abs(n) > 64:
        raise TooLarge
    out = _constant(1)
    for _ in range(n):
        out = _product(out, p)
    return out


def _cleared(p: Polynomial) -> Polynomial:
    """p times every sum that stands below a fraction bar in it."""
    for _ in range(MOST):
        below = [(atom, n) for m in p for atom, n in m if n < 0 and atom[0] == "sum"]
        if not below:
            return p
        atom, least = min(below, key=lambda found: (_told(found[0]), found[1]))
        p = _times_power(p, atom, -least)
    raise TooLarge


def _times_power(p: Polynomial, atom: Atom, n: int) -> Polynomial:
    """p·sⁿ for the sum s that an atom is; what stood over sⁿ has it no longer."""
    inside: Polynomial = dict(atom[1])
    parts: list[Polynomial] = []
    for monomial, c in p.items():
        powers = dict(monomial)
        left = powers.pop(atom, 0) + n
        parts.append(_product({frozenset(powers.items()): c}, _power(inside, left)))
    return _sum(parts)


def _whole(p: Polynomial) -> int | None:
    """The whole number that p is, or None."""
    if any(monomial != ONE for monomial in p):
        return None
    x = p.get(ONE, Fraction(0))
    return int(x) if x.denominator == 1 else None


def _frozen(p: Polynomial) -> frozenset[tuple[Monomial, Fraction]]:
    return frozenset(p.items())


def _leads_negative(p: Polynomial) -> bool:
    return bool(p) and p[min(p, key=_canonical)] < 0


def _canonical(monomial: Monomial) -> str:
    """A text that does not depend on the order in which a set is walked."""
    return ",".join(sorted(_told(atom) + f"^{power}" for atom, power in monomial))


@lru_cache(1 << 12)
def _told(x: Any) -> str:
    """An atom in words, kept: what is nested in what is nested would be told again and again."""
    if not isinstance(x, (frozenset, tuple)):
        return str(x)
    parts = map(_told, x)
    found = f"{{{','.join(sorted(parts))}}}" if isinstance(x, frozenset) else f"({','.join(parts)})"
    if len(found) > LONGEST:
        raise TooLarge
    return found
