"""Compile it: a scalar graph is read as cells, each a sum of products or one row of the table.

What a person writes as `w1*x1 + w2*x2 + b - y/2` is one sum of four terms, however its nodes were
chained.  A node is taken over by the sum above it where nobody else uses it and nobody named it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import compress
from operator import not_
from typing import Any

from tinygrad_fr.engine import Value
from tinygrad_fr.face import HOOKED
from tinygrad_fr.gradient import table_rule
from tinygrad_fr.ops import TABLE, Op
from tinygrad_fr.program.cells import NOTHING, Cell, Datum, Made, Parameter, Term, Terms, Written
from tinygrad_fr.program.nodes import Walk
from tinygrad_fr.program.outline import EXACT
from tinygrad_fr.refusals import refuse
from tinygrad_fr.walk import order

ADD, SUB, NEG, MUL, DIV = (TABLE[name] for name in ("add", "sub", "neg", "mul", "div"))
TOTAL, DOT = TABLE["sum"], TABLE["dot"]
CLASS, LOG_SUM_EXP = TABLE["cross_entropy"], TABLE["logsumexp"]
CHAINED = {ADD, SUB, NEG, MUL}  # the sum above takes them over without their being looked at before
SUMS = {ADD, SUB, MUL, DIV, TOTAL, DOT}
FLIP: Any = object()  # on the pile of a sum: from here on the other sign


def cells(
    output: Value,
    inputs: Sequence[Sequence[Value]] = (),
    parameters: Iterable[Value] = (),
) -> list[Cell]:
    """The cells below output, each after those it is made of, output last.

    inputs      the leaves that are columns of data, a list per array
    parameters  the leaves that move; every other leaf is the number that it holds now

    Raises TypeError, naming the node, at an operation of a client or a rule that was replaced.
    """
    return Reading(output, inputs, parameters, (), Walk([output])).out


Codes = tuple[dict[Any, int], dict[Any, int]]  # of a leaf, and the first of those of a node


class Reading:
    """The walk over a graph: what each node has become so far.

    `kept` are other nodes than the output that are wanted too, and stand by themselves; `walk` is
    the way over all of these, `codes` say of the numbers which is which (`outline`).

    made      the cell of each node that stands by itself
    numbers   the number that an operation gives on which nothing moves
    used      the numbers of leaves and of dots, with their codes
    apart     the sums and products that are needed for themselves: none takes them over
    once      every row of factors
    twins     the cells of one example, by what they say; decided: the codes of numbers in which two
              were the same
    forms     the terms of a node that the sum above may still take over, where they had to be
              looked at before: products with a number or of sums, sums of many
    """

    def __init__(
        self,
        output: Value,
        inputs: Sequence[Sequence[Value]],
        parameters: Iterable[Value],
        kept: Sequence[Value],
        walk: Walk,
        codes: Codes | None = None,
    ) -> None:
        if HOOKED:
            _refuse_hooked(output)
        moving = filter({*walk.leaves}.__contains__, dict.fromkeys(parameters))
        self.made: dict[Any, Any] = {v: Parameter(v) for v in moving}
        self.shared = walk.shared
        self.numbers: dict[Any, Any] = {}
        self.codes, self.starts = codes or ({}, {})
        self.used: list[Written] = []
        self.forms: dict[Any, Terms] = {}
        self.once: dict[Any, Any] = {}
        self.apart: set[Any] = set()
        given = [(v, Datum(v, group)) for group, column in enumerate(inputs) for v in column]
        self.out: list[Cell] = [*(c for _, c in given), *self.made.values()]
        self.made.update(given)
        self.shared.update(kept)
        self.kept = {*kept}
        self.twins: dict[Any, Made] | None = {} if given else None
        self.decided: set[int] = set()
        self.read(walk)
        root = self.thing(output)
        if not self.out or root is not self.out[-1] or output.op is None:
            self.out.append(Made(output, Terms(_single(root)).settle(self.once)))

    def read(self, walk: Walk) -> None:
        made, look_at = self.made, self.look_at
        stand = self.shared.union(compress(walk.visited, walk.labels or ()))
        nodes: Iterable[Value] = walk.nodes
        if stand.isdisjoint(compress(nodes, map(not_, walk.single))):
            nodes = compress(nodes, walk.single)  # the sums take over the others as they are
        for v in nodes:
            row: Any = v.op
            a = v.a
            if row not in CHAINED or a is None or (v.db is None and row is not NEG):
                look_at(v, row)
            elif row is MUL:
                b = v.b
                if (a not in made and a.op is not None) or (b not in made and b.op is not None):
                    look_at(v, row)
            if v in stand and v not in made and v not in self.numbers:
                self.alone(v, self.terms(v))
                self.apart.add(v)

    def entered(self, made: Made) -> Made:
        """This new cell, or of one example the one that was written before and says the same.

        (In a loop over examples two rows may be the same by chance, and stay two.)
        """
        if self.twins is not None and not made.value.label and made.value not in self.kept:
            twin = self.twins.setdefault(made.said(), made)
            if twin is not made:
                numbers = twin.terms.numbers if twin.terms else ()
                self.decided.update(n.code for n in numbers if type(n) is Written)
                return twin
        self.out.append(made)
        return made

    def look_at(self, v: Value, row: Any) -> None:
        """A node that is no plain chain: its terms are laid down, or it is a row by itself."""
        if v._closure is not None:
            _refuse_closure(v)
        found = self.sum(v, row, v.inputs) if row in SUMS else None
        if found is None:
            found = self.row(v, table_rule(v))
        if found is not None:
            self.forms[v] = found

    def sum(self, v: Value, row: Op, inputs: tuple[Any, ...]) -> Terms | None:
        """The terms of a sum or a product; None for a quotient by what moves."""
        a, *rest = inputs
        if row in CHAINED and v.a is not None and v in self.starts:  # a number as second
            rest = [self.written(rest[0], self.starts[v])]
            inputs = (a, *rest)
        if row is DOT:
            return self.paired(v, inputs)
        if row is TOTAL or row is ADD:
            return self.terms(*inputs)
        if row is SUB:
            found = self.terms(a)
            found.extend(self.terms(*rest), -1)
            return found
        if row is MUL:
            return Terms(self.times(*inputs))
        below = self.thing(rest[0])
        if isinstance(below, Cell) or below == 0:
            return None
        return Terms(self.times(a, 1 / below))  # by a number it is a multiple

    def row(self, v: Value, row: Op) -> Terms | None:
        """A node that is no sum: its row on cells, or a number if nothing moves."""
        inputs = tuple(map(self.thing, v.inputs))
        if not any([isinstance(u, Cell) for u in inputs]):
            self.numbers[v] = row(*inputs)
            return None
        if row is CLASS:  # log Σ eᶻ − z_k: the class is a place, a datum like any other
            k, *zs = inputs
            whole = self.entered(Made(v, None, LOG_SUM_EXP, tuple(zs)))
            _, number, u, _ = _single(zs[int(k)])
            return Terms((1, None, whole, NOTHING), (-1, number, u, NOTHING))
        self.made[v] = self.entered(Made(v, None, row, inputs))
        return None

    # ── what a node is to the sum above it ──

    def thing(self, u: Any) -> Any:
        """A cell or a number; terms that nobody took over become a cell here."""
        if u in self.made:
            return self.made[u]
        if not isinstance(u, Value):
            return u
        if u.op is None:
            return u.data
        return self.numbers[u] if u in self.numbers else self.alone(u, self.terms(u))

    def number(self, u: Any) -> Any:
        """A number; of a leaf, with its code."""
        code = self.codes.get(u) if getattr(u, "op", u) is None else None
        return self.thing(u) if code is None else self.written(u.data, code)

    def written(self, n: Any, code: int) -> Any:
        """A number with its code, where it is a float, or is one to the last digit."""
        if type(n) is not float and (type(n) is not int or abs(n) > EXACT):
            return n
        found = Written(n)
        found.code = code
        self.used.append(found)
        return found

    def terms(self, *us: Any) -> Terms:
        """The terms of nodes that are added up: those of the sums below, taken over in order."""
        made, forms, apart, found, sign = self.made, self.forms, self.apart, Terms(), 1
        waiting: list[Any] = [*reversed(us)]
        push, pop, add = waiting.append, waiting.pop, found.add
        first, second = found.first.append, found.second.append
        signs, numbers = found.signs.append, found.numbers.append
        codes, used = self.codes, self.used.append
        while waiting:
            u = pop()
            row = getattr(u, "op", None)
            while row is ADD and u not in apart and u not in forms:  # down along the chain
                push(u.b)
                u = u.a
                row = u.op
            if row is MUL and u not in apart:  # most terms by far
                a, b = u.a, u.b
                x, y = made.get(a), made.get(b)
                if x and y:
                    if type(y) is Parameter and type(x) is not Parameter:
                        x, y = y, x  # parameters first: the same row of them in many sums
                    first(x)
                    second(y)
                    if sign < 0 or not found.plain:
                        found.has(sign, None)
                elif u in forms:
                    found.extend(forms.pop(u), sign)
                elif x or y:  # the other is a leaf, a number
                    first(x or y or NOTHING)
                    second(NOTHING)
                    n = b if x else a
                    code = codes.get(n)
                    if code is not None and type(n.data) is float:  # `written`, said again
                        number = Written(n.data)
                        number.code = code
                        used(number)
                    else:
                        number = self.number(n)
                    if found.plain:
                        found.has(sign, number)
                    else:
                        signs(sign)
                        numbers(number)
                else:
                    add(sign, a.data * b.data, NOTHING, NOTHING)
            elif u in made:
                add(sign, None, made[u], NOTHING)
            elif u in forms:
                found.extend(forms.pop(u), sign)
            elif u in apart:  # a number
                add(sign, self.numbers[u], NOTHING, NOTHING)
            elif row is SUB:
                waiting += (FLIP, u.b, FLIP, u.a)
            elif row is NEG:
                waiting += (FLIP, u.a, FLIP)
            elif u is FLIP:
                sign = -sign
            else:
                add(sign, self.number(u), NOTHING, NOTHING)
        return found

    def paired(self, v: Value, us: Sequence[Any]) -> Terms:
        """The terms of w·x."""
        half, found = len(us) // 2, Terms()
        ws, xs = us[:half], us[half:]
        first: list[Any] = list(map(self.made.get, ws))
        second: list[Any] = list(map(self.made.get, xs))
        if None not in first and (None not in second or {*map(type, xs)} == {float}):
            data = None in second
            found.first, found.second = first, [NOTHING] * half if data else second
            if data:
                found.part(half)
                start = self.starts.get(v)
                codes = None if start is None else range(start, start + half)
                found.numbers = [*xs] if codes is None else list(map(self.written, xs, codes))
            return found
        for w, x in zip(ws, xs, strict=True):
            found.add(*self.times(w, x))
        return found

    def times(self, a: Any, b: Any) -> Term:
        """Two single terms meet; a sum of several stands by itself: a number that differs from
        example to example would else tear it apart."""
        s, t = self.factor(a), self.factor(b)
        if s[3] is not NOTHING and t[2] is not NOTHING:
            s = _single(self.alone(a, Terms(s)))
        if t[3] is not NOTHING and s[2] is not NOTHING:
            t = _single(self.alone(b, Terms(t)))
        number = s[1] if t[1] is None else t[1] if s[1] is None else s[1] * t[1]
        factors = [u for u in (*s[2:], *t[2:]) if u is not NOTHING] + [NOTHING, NOTHING]
        return s[0] * t[0], number, factors[0], factors[1]

    def factor(self, u: Any) -> Term:
        """A node as a single term: its own if it has only one."""
        if u in self.made or u in self.numbers or getattr(u, "op", None) is None:
            return _single(self.made[u] if u in self.made else self.number(u))
        terms = self.terms(u)
        return next(iter(terms)) if len(terms) == 1 else _single(self.alone(u, terms))

    def alone(self, u: Any, terms: Terms) -> Any:
        """A node whose terms were asked for and not taken: a cell, or a number."""
        found = self.settled(u, terms)
        (self.made if isinstance(found, Cell) else self.numbers)[u] = found
        return found

    def settled(self, v: Value, terms: Terms) -> Any:
        """A cell of these terms: numbers added up, equal products merged; a number if all are."""
        if len(terms.loose) > 1:  # one that is taken away stays so: a − 1
            terms.loose = [(1, sum(sign * n for sign, n in terms.loose))]
        if not terms.first:
            return sum(sign * n for sign, n in terms.loose)
        if len(terms) == 1 and terms.plain and terms.second[0] is NOTHING:
            return terms.first[0]
        return self.entered(Made(v, _merged(terms).settle(self.once)))


def _single(u: Any) -> Term:
    return (1, None, u, NOTHING) if isinstance(u, Cell) else (1, u, NOTHING, NOTHING)


def _coefficient(t: Term) -> Any:
    """The number that a term is multiplied by, with its sign."""
    return t[0] if t[1] is None else t[0] * t[1]


def _merged(terms: Terms) -> Terms:
    """x + x is 2·x: terms of the same factors become one."""
    count = len(terms.first)
    if len({*terms.first}) == count or len({*zip(terms.first, terms.second, strict=True)}) == count:
        return terms
    found: dict[Any, Term] = {}
    for t in terms:
        first = found.get(t[2:])
        if first is not None:
            t = (1, _coefficient(first) + _coefficient(t), t[2], t[3])
        found[t[2:]] = t
    return Terms(*found.values())


def _refuse_hooked(output: Value) -> None:
    for v in order(output):
        if v.op is None and v._closure is not None:
            _refuse_closure(v)


def _refuse_closure(v: Value) -> None:
    name = repr(v.label or v)
    refuse(
        fr=f"le _backward du nœud {name} a été remplacé : un programme ne connaît que les règles "
        "de la table. Appelez backward(), qui suit le vôtre",
        en=f"the _backward of node {name} was replaced: a program knows only the rules of the "
        "table. Call backward(), which follows yours",
        kind=TypeError,
    )
