"""Compile it: a scalar graph as cells, each a sum of products or one row of the table.

What a person writes as `w1*x1 + w2*x2 + b - y/2` is one sum of four terms, however its nodes were
chained.  A node is taken over by the sum above it where nobody else uses it and nobody named it.
Numbers that multiply something are data and stay apart from the signs, which are structure: a label
of +1 or −1 must not decide which cells are alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from tinygrad_fr.engine import Value
from tinygrad_fr.gradient import table_rule
from tinygrad_fr.ops import TABLE, Op
from tinygrad_fr.refusals import refuse

ADD, SUB, NEG, MUL, DIV = (TABLE[name] for name in ("add", "sub", "neg", "mul", "div"))
TOTAL, DOT, SQUARE = TABLE["sum"], TABLE["dot"], TABLE["square"]
CLASS, LOG_SUM_EXP = TABLE["cross_entropy"], TABLE["logsumexp"]


# One term of a sum: sign, number (None where none was written), and two factors.
Term = tuple[int, Any, "Cell", "Cell"]


class Cell:
    """One scalar of the program: an input, a parameter, a sum of terms, or a row on other cells.

    kind      "input", "parameter", "sum" or "row"; "" for NOTHING, which stands for no factor
    value     the node it came from
    birth     its number, in the order in which cells are made
    inputs    of a row: cells and numbers in order
    terms     of a sum
    group     of an input: the number of the array it belongs to
    colour    cells of one colour are alike (`families`)
    family    the cells of its colour, and `place`: where it lies in their array, in one number
    """

    __slots__ = (
        "birth",
        "colour",
        "family",
        "group",
        "inputs",
        "kind",
        "place",
        "row",
        "terms",
        "value",
    )

    value: Value
    family: Any
    row: Op | None

    def __init__(self, kind: str, value: Value | None, birth: int) -> None:
        self.kind, self.birth = kind, birth
        if value is not None:
            self.value = value
        self.row = self.family = None
        self.inputs: tuple[Any, ...] = ()
        self.terms: list[Term] = []
        self.group = self.colour = self.place = 0

    def below(self) -> list[Cell]:
        """The cells it is made of, in order, with multiplicity."""
        if self.terms:
            return [u for t in self.terms for u in t[2:] if u is not NOTHING]
        return [u for u in self.inputs if u.__class__ is Cell]


NOTHING = Cell("", None, -1)


def cells(
    output: Value,
    inputs: Sequence[Sequence[Value]] = (),
    parameters: Iterable[Value] = (),
    kept: Sequence[Value] = (),
) -> list[Cell]:
    """The cells below output, each after those it is made of, output last.

    inputs      the leaves that are columns of data, a list per array
    parameters  the leaves that move; every other leaf is the number that it holds now
    kept        other nodes that are wanted too, and stand by themselves

    Raises TypeError, naming the node, at an operation of a client or a rule that was replaced.
    """
    return Reading(output, inputs, parameters, kept).out


class Reading:
    """The walk over a graph: what each node has become so far.

    made    a cell or a number, for each node that stands by itself
    forms   the terms of each node that the sum above may still take over: one user, no name
    """

    def __init__(
        self,
        output: Value,
        inputs: Sequence[Sequence[Value]],
        parameters: Iterable[Value],
        kept: Sequence[Value] = (),
    ) -> None:
        self.out: list[Cell] = []
        self.made: dict[Any, Any] = {}
        self.forms: dict[Any, list[Term]] = {}
        for group, column in enumerate(inputs):
            for v in column:
                self.made[v] = self.cell("input", v)
                self.made[v].group = group
        nodes, self.shared = walked(*kept, output)
        self.shared.update(kept)
        self.read(nodes, set(parameters))
        root = self.thing(output)
        if root.__class__ is not Cell or root is not self.out[-1] or output.op is None:
            above = self.cell("sum", output)
            inner = root.__class__ is Cell
            above.terms = [(1, None, root, NOTHING) if inner else (1, root, NOTHING, NOTHING)]

    def read(self, nodes: list[Value], moving: set[Value]) -> None:
        made, forms, shared = self.made, self.forms, self.shared
        linear: dict[Any, Callable[..., list[Term] | None]] = {
            ADD: self.added,
            SUB: self.subtracted,
            NEG: self.opposite,
            TOTAL: self.added,
            MUL: self.times,
            DOT: self.paired,
            DIV: self.divided,
        }
        for v in nodes:
            row: Any = v.op
            if v._closure is not None:
                _refuse_closure(v)
            if row is None:
                if v not in made:
                    made[v] = self.cell("parameter", v) if v in moving else v.data
                continue
            how = linear.get(row)
            found = how(*v.inputs) if how is not None else None
            if found is None:
                found = self.row(v, table_rule(v))
            if found is not None:
                if v in shared or v.label:
                    made[v] = self.settled(v, found)
                else:
                    forms[v] = found

    def cell(self, kind: str, v: Value) -> Cell:
        made = Cell(kind, v, len(self.out))
        self.out.append(made)
        return made

    def row(self, v: Value, row: Op) -> list[Term] | None:
        """A node that is no sum: its row on cells, or a number if nothing moves."""
        inputs = tuple(map(self.thing, v.inputs))
        if not any(u.__class__ is Cell for u in inputs):
            self.made[v] = row(*inputs)
            return None
        if row is CLASS:  # log Σ eᶻ − z_k: the class is a place, a datum like any other
            k, *zs = inputs
            whole = self.cell("row", v)
            whole.row, whole.inputs = LOG_SUM_EXP, tuple(zs)
            return [(1, None, whole, NOTHING), *map(_opposite, _single(zs[int(k)]))]
        made = self.made[v] = self.cell("row", v)
        made.row, made.inputs = row, inputs
        return None

    # ── what a node is to the sum above it ──

    def thing(self, u: Any) -> Any:
        """A cell or a number; terms that nobody took over become a cell here."""
        if u in self.forms:
            self.made[u] = self.settled(u, self.forms.pop(u))
        return self.made.get(u, u) if isinstance(u, Value) else u

    def form(self, u: Any) -> list[Term]:
        """The terms of a node: those of its own if nobody else needs it, else itself."""
        found = self.forms.pop(u, None)
        return _single(self.thing(u)) if found is None else found

    def added(self, *us: Any) -> list[Term]:
        first = self.form(us[0]) if us else []
        for u in us[1:]:
            first += self.form(u)  # in place: a chain of a thousand sums is one list
        return first

    def subtracted(self, a: Any, b: Any) -> list[Term]:
        first = self.form(a)
        first += map(_opposite, self.form(b))
        return first

    def opposite(self, a: Any) -> list[Term]:
        return list(map(_opposite, self.form(a)))

    def paired(self, *us: Any) -> list[Term]:
        half, terms = len(us) // 2, list[Term]()
        for a, b in zip(us[:half], us[half:], strict=True):
            terms += self.times(a, b)
        return terms

    def divided(self, a: Any, b: Any) -> list[Term] | None:
        """By a number it is a multiple; by a cell a row like any other."""
        below = self.thing(b)
        return None if below.__class__ is Cell or below == 0 else self.times(a, 1 / below)

    def times(self, a: Any, b: Any) -> list[Term]:
        """Two single terms meet; a sum of several stands by itself: a number that differs from
        example to example would else tear it apart."""
        x, y = self.made.get(a, a), self.made.get(b, b)
        if x.__class__ is Cell and y.__class__ is Cell:  # most products by far
            return [(1, None, x, y)]
        one, other = self.form(a), self.form(b)
        s = one[0] if len(one) == 1 else (1, None, self.alone(a, one), NOTHING)
        t = other[0] if len(other) == 1 else (1, None, self.alone(b, other), NOTHING)
        if s[3] is not NOTHING and t[2] is not NOTHING:
            s = (1, None, self.alone(a, one), NOTHING)
        if t[3] is not NOTHING and s[2] is not NOTHING:
            t = (1, None, self.alone(b, other), NOTHING)
        number = s[1] if t[1] is None else t[1] if s[1] is None else s[1] * t[1]
        factors = [u for u in (*s[2:], *t[2:]) if u is not NOTHING] + [NOTHING, NOTHING]
        return [(s[0] * t[0], number, factors[0], factors[1])]

    def alone(self, u: Any, terms: list[Term]) -> Cell:
        """The cell of a node whose terms were asked for and not taken."""
        if u not in self.made:
            self.made[u] = self.settled(u, terms)
        found: Cell = self.made[u]
        return found

    def settled(self, v: Value, terms: list[Term]) -> Any:
        """A cell of these terms: numbers added up, equal products merged; a number if all are."""
        moving = [t for t in terms if t[2] is not NOTHING]
        if len(moving) < len(terms):
            whole = sum(_coefficient(t) for t in terms if t[2] is NOTHING)
            if not moving:
                return whole
            moving.append((1, whole, NOTHING, NOTHING))
        elif len(moving) == 1 and moving[0][3] is NOTHING and moving[0][:2] == (1, None):
            return moving[0][2]
        made = self.cell("sum", v)
        made.terms = _merged(moving)
        return made


def walked(*roots: Value) -> tuple[list[Value], set[Any]]:
    """The nodes below the roots, each after its inputs, depth-first, and those of several users.

    `walk.order`, written out over the slots of a node (the table at the top of `engine`).
    """
    done: dict[Any, None] = {}
    used: set[Any] = set()
    shared: set[Any] = set()
    waiting: list[Any] = [*reversed(roots)]
    push, pop = waiting.append, waiting.pop
    while waiting:
        v = pop()
        if v in done:
            continue
        if v.op is None:
            done[v] = None
            continue
        a = v.a
        if a is None:
            missing = [u for u in v.b if u not in done]
            if missing:
                push(v)
                waiting += reversed(missing)
                continue
            for u in v.b:
                (shared if u in used else used).add(u)
        else:
            b = a if v.db is None else v.b
            if a not in done or b not in done:
                push(v)
                if b not in done:
                    push(b)
                if a not in done:
                    push(a)
                continue
            (shared if a in used else used).add(a)
            if v.db is not None:
                (shared if b in used else used).add(b)
        done[v] = None
    return list(done), shared


def _single(u: Any) -> list[Term]:
    return [(1, None, u, NOTHING) if u.__class__ is Cell else (1, u, NOTHING, NOTHING)]


def _opposite(t: Term) -> Term:
    return -t[0], t[1], t[2], t[3]


def _coefficient(t: Term) -> Any:
    """The number that a term is multiplied by, with its sign."""
    return t[0] if t[1] is None else t[0] * t[1]


def _merged(terms: list[Term]) -> list[Term]:
    """x + x is 2·x: terms of the same factors become one."""
    if len({t[2:] for t in terms}) == len(terms):
        return terms
    found: dict[Any, Term] = {}
    for t in terms:
        first = found.get(t[2:])
        if first is not None:
            t = (1, _coefficient(first) + _coefficient(t), t[2], t[3])
        found[t[2:]] = t
    return list(found.values())


def _refuse_closure(v: Value) -> None:
    name = repr(v.label or v)
    refuse(
        fr=f"le _backward du nœud {name} a été remplacé : un programme ne connaît que les règles "
        "de la table. Appelez backward(), qui suit le vôtre",
        en=f"the _backward of node {name} was replaced: a program knows only the rules of the "
        "table. Call backward(), which follows yours",
        kind=TypeError,
    )
