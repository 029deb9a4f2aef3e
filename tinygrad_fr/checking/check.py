"""Check it: a gradient derived by hand against the chain rule, and which mistake it holds.

    report = check(L, {w: 2 * x * (x * w - y)})     # formulas as Values, as functions, or numbers
    report["w"].verdict, report.ok, print(report)

The judge knows no derivative rule: it replays the *forward* graph with 50 digits at x ± h, with
h = 10⁻¹²·|x| (10⁻¹² at 0), and takes one Richardson step, which leaves some 35 right digits.  Where
rounding could still be seen it doubles the digits: a slope that shrinks with them is 0, and a
quotient that grows as h shrinks is no slope at all.
Formulas are compared at 50 digits at the student's point and at random ones; numbers with the
tolerance that their own digits give, never with an absolute floor: a saturated neuron is exactly
where a floor would let a factor 2 pass.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product as combinations
from typing import Any

from tinygrad_fr.checking.mistakes import CATALOGUE, Answer, Diagnosis, diagnose
from tinygrad_fr.checking.scene import Scene, recognised
from tinygrad_fr.engine import Value
from tinygrad_fr.formula.proof import equal
from tinygrad_fr.gradient import gradient
from tinygrad_fr.ops import DomainError
from tinygrad_fr.reading.number import read_number as typed
from tinygrad_fr.replay import replay, rule
from tinygrad_fr.walk import order
from tinygrad_fr.words import number, say

DIGITS = 50  # of the judge
LARGE = 500  # parameters; above it the judge sees a sample
SAMPLE = 64  # how many it sees, and of those that disagree with autograd as many again
PROOF = 1e-18  # two formulas that agree so far at every point are one
KINKS = {
    "abs",
    "relu",
    "leaky_relu",
    "elu",
    "step",
    "sign",
    "floor",
    "mod",
    "maximum",
    "minimum",
    "clip",
}

RIGHT, FLOAT, CONVENTION, KINK, UNDECIDED, WRONG = (
    "right",
    "float",
    "convention",
    "kink",
    "undecided",
    "wrong",
)


def verdict_name(verdict: str) -> str:
    """A verdict in words."""
    return {
        RIGHT: say(fr="juste", en="right"),
        FLOAT: say(fr="juste, aux arrondis près", en="right to float accuracy"),
        CONVENTION: say(fr="juste sous une autre convention", en="right under another convention"),
        KINK: say(fr="point anguleux", en="kink"),
        UNDECIDED: say(fr="indécis", en="undecided"),
        WRONG: say(fr="faux", en="wrong"),
    }[verdict]


@dataclass(slots=True)
class Entry:
    """One parameter of the report: the student's number, the judge's, the verdict."""

    name: str
    yours: Any
    truth: Any
    verdict: str = RIGHT
    remark: str = ""

    @property
    def ratio(self) -> float | None:
        """yours / truth; None where the truth is 0."""
        return float(self.yours / self.truth) if self.truth != 0 else None


@dataclass(slots=True)
class Report:
    """What the check found: one entry per parameter, the diagnosis, the remarks.

    ok           every entry is right, to float accuracy, under another convention, or at a kink
    exit_status  0 if ok, 1 if an entry is wrong, 2 if one is undecided
    """

    entries: list[Entry]
    diagnosis: Diagnosis | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return all(e.verdict in (RIGHT, FLOAT, CONVENTION, KINK) for e in self.entries)

    @property
    def exit_status(self) -> int:
        if any(e.verdict == WRONG for e in self.entries):
            return 1
        return 0 if self.ok else 2

    def __getitem__(self, name: str) -> Entry:
        for entry in self.entries:
            if entry.name == name:
                return entry
        known = ", ".join(e.name for e in self.entries)
        raise KeyError(
            say(fr=f"pas de « {name} » ; il y a {known}", en=f"no '{name}'; there is {known}")
        )

    @property
    def hint(self) -> str:
        """A question to think about, without the answer; "" where nothing was named."""
        if self.diagnosis is None or self.diagnosis.kind != "named":
            return ""
        return self.diagnosis.hypotheses[0].mistake.hint

    def sentences(self) -> list[str]:
        """The remarks below the table."""
        out = list(self.notes)
        if self.diagnosis is not None:
            out.append(str(self.diagnosis))
        if self.hint:
            out.append(say(fr=f"Indice : {self.hint}", en=f"Hint: {self.hint}"))
        return out

    def __rich__(self) -> Any:
        from rich.console import Group
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, header_style="bold")
        for title in _titles():
            table.add_column(
                title, justify="left" if title in (_titles()[0], _titles()[-1]) else "right"
            )
        for row in self._rows():
            table.add_row(*map(Text, row))
        return Group(table, *map(Text, self.sentences()))

    def _rows(self) -> list[list[str]]:
        rows = []
        for e in self.entries:
            ratio = "" if e.ratio is None else number(e.ratio)
            words = verdict_name(e.verdict) + (f" ({e.remark})" if e.remark else "")
            rows.append([e.name, number(e.yours, 4), number(e.truth, 4), ratio, words])
        return rows

    def __str__(self) -> str:
        from io import StringIO

        from rich.console import Console

        console = Console(file=StringIO(), width=100, color_system=None)
        console.print(self)
        return console.file.getvalue().rstrip()  # type: ignore[attr-defined, no-any-return]

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from html import escape

        head = "".join(f"<th>{escape(t)}</th>" for t in _titles())
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>"
            for row in self._rows()
        )
        below = "".join(f"<p>{escape(sentence)}</p>" for sentence in self.sentences())
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{below}"


def _titles() -> list[str]:
    return [
        say(fr="paramètre", en="parameter"),
        say(fr="à la main", en="yours"),
        say(fr="autograd", en="autograd"),
        say(fr="rapport", en="ratio"),
        say(fr="verdict", en="verdict"),
    ]


# ── the judge ────────────────────────────────────────────────────────────────────────────────────


class Judge:
    """The slopes of one graph at one point, from its forward pass alone."""

    def __init__(
        self, output: Value, point: Mapping[Value, Any] | None = None, digits: int = DIGITS
    ) -> None:
        from mpmath import MPContext

        self.context = MPContext()
        self.context.dps = digits + 15
        self.digits = digits
        self.output = output
        self.nodes = order(output)
        self.given = dict(point or {})
        self.point = {v: self.exact(self.given.get(v, v.data)) for v in self.nodes if v.op is None}
        self.base = self._forward({})

    def exact(self, x: Any) -> Any:
        """A number with the judge's digits; a float is taken at its exact value."""
        if isinstance(x, Fraction):
            return self.context.mpf(x.numerator) / x.denominator
        return self.context.mpf(x)

    def _forward(self, moved: Mapping[Value, Any]) -> dict[Value, Any]:
        """All values, recomputed only above what moved."""
        known: dict[Value, Any] = dict(self.base) if moved else dict(self.point)
        known.update(moved)
        fresh = set(moved)
        for v in self.nodes:
            if v.op is None or v in moved:
                continue
            if not moved or any(u in fresh for u in v._prev):
                known[v] = rule(v)(*(known[u] if isinstance(u, Value) else u for u in v.inputs))
                fresh.add(v)
        return known

    def _branches(self, values: Mapping[Value, Any]) -> list[int]:
        """On which side of its kink every kinked node is; 0 exactly on it."""
        return [int((x > 0) - (x < 0)) for x in self._kink_arguments(values)]

    def _kink_arguments(self, values: Mapping[Value, Any]) -> Iterable[Any]:
        for v in self.nodes:
            name = getattr(v.op, "name", "")
            if name not in KINKS:
                continue
            a, *others = (values[u] if isinstance(u, Value) else u for u in v.inputs)
            if name in ("maximum", "minimum"):
                yield a - others[0]
            elif name == "clip":
                yield from (a - others[0], a - others[1])
            else:
                yield a

    def slope(self, leaf: Value) -> tuple[Any, Any, list[Any]]:
        """(∂output/∂leaf, bound on its error, one-sided slopes if the leaf sits on a kink).

        NaN with an infinite bound where there is none: at the edge of a domain, at a jump, at a
        vertical tangent.
        """
        found, error, sides, noise = self._differences(leaf)
        judge = self
        while not sides and noise > PROOF * abs(found) and judge.digits < 8 * DIGITS:
            judge = Judge(self.output, self.given, 2 * judge.digits)
            finer, error, sides, noise = judge._differences(leaf)
            change, found = abs(finer - found), finer
            if abs(found) <= 1e-9 * change:  # it shrinks with the digits
                return self.context.zero, change, sides
            if change <= PROOF * abs(found):  # rounding was smaller than feared
                error, noise = error - noise + change, self.context.zero
        return (self.context.zero if abs(found) <= error else self.context.mpf(found)), error, sides

    def sides(self, leaf: Value) -> list[Any]:
        """The slopes on the left and on the right, the smaller first; [] if one is missing or infinite."""
        x = self.point[leaf]
        try:
            return self._one_sided(leaf, x, self.context.mpf(10) ** -12 * (abs(x) or 1))[2]
        except DomainError:
            return []

    def _differences(self, leaf: Value) -> tuple[Any, Any, list[Any], Any]:
        """`slope` at this number of digits, and how much of it may be rounding.

        One Richardson step on central differences: (4·D(h/2) − D(h))/3, whose error is O(h⁴);
        where a kink lies within h, h is made smaller.
        """
        nothing: tuple[Any, Any, list[Any], Any] = (
            self.context.nan,
            self.context.inf,
            [],
            self.context.zero,
        )
        x = self.point[leaf]
        h = self.context.mpf(10) ** -12 * (abs(x) if x != 0 else 1)
        here = self._branches(self.base)
        while True:
            try:
                up, down = self._forward({leaf: x + h}), self._forward({leaf: x - h})
            except DomainError:  # the edge of a domain: one side only
                return nothing
            above, below = self._branches(up), self._branches(down)
            if above == here == below or h < self.context.mpf(10) ** -28 * abs(x):
                break
            if any(side == 0 and (a or b) for side, a, b in zip(here, above, below, strict=True)):
                return *self._one_sided(leaf, x, h), self.context.zero
            h = h * self.context.mpf(10) ** -8
        wide = (up[self.output] - down[self.output]) / (2 * h)
        half = h / 2
        up, down = self._forward({leaf: x + half}), self._forward({leaf: x - half})
        narrow = (up[self.output] - down[self.output]) / h
        found = (4 * narrow - wide) / 3
        largest = max(abs(up[v]) for v in self.nodes)
        noise = self.context.eps * (largest + abs(found * x)) / h * 100
        if self._grows(wide, narrow, noise):
            return nothing
        return found, abs(narrow - wide) * (h / (abs(x) or 1)) + noise, [], noise

    def _grows(self, wide: Any, narrow: Any, noise: Any) -> bool:
        """A quotient that grows as h is halved has no limit: a jump, or a vertical tangent."""
        return bool(abs(narrow) > 1.02 * abs(wide) + noise)

    def _one_sided(self, leaf: Value, x: Any, h: Any) -> tuple[Any, Any, list[Any]]:
        f = self.base[self.output]
        sides = []
        for sign in (-1, 1):
            wide = (self._forward({leaf: x + sign * h})[self.output] - f) / (sign * h)
            narrow = (self._forward({leaf: x + sign * h / 2})[self.output] - f) / (sign * h / 2)
            if self._grows(wide, narrow, self.context.eps / h):
                return self.context.nan, self.context.inf, []
            sides.append(2 * narrow - wide)
        return (sides[0] + sides[1]) / 2, abs(sides[1] - sides[0]), sorted(sides)


# ── what the student gives ───────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Number:
    """A number given by hand, and how far it may be from the truth: half a unit of its last digit."""

    value: Any
    tolerance: Any = 0


def read_number(text: str) -> Number:
    """A number as typed: 0,25 · -3/2 · 1,2e-3.  Its digits give its tolerance (0.6 of the last unit).

    Raises ValueError if it is none.

    >>> read_number("0,25")
    Number(value=Fraction(1, 4), tolerance=Fraction(3, 500))
    """
    value, unit = typed(text)
    return Number(value, Fraction(6, 10) * unit)


def read_numbers(text: str) -> list[Number]:
    """Several numbers separated by `;`: "1,5; -3/2; 0,25"."""
    return [read_number(part) for part in text.split(";")]


Hand = Any  # a Value, a function of the leaves' labels, a number, a text, or Numbers


def check(
    what: Any,
    answers: Any = None,
    targets: Any = None,
    *,
    loss: Callable[..., Value] | str | None = None,
    hand: Callable[..., Any] | None = None,
    points: int = 10,
    rate: Any = None,
    digits: int | None = None,
    seed: int = 0,
) -> Report:
    """Compare a gradient derived by hand with the chain rule; diagnose it if it is wrong.

    check(L, {w: formula, "b": -0.12})
        L is a Value.  Each answer, by node or by label, is a formula (a Value built on the same
        leaves, or a function whose parameters are labels of leaves) or a number; a number typed
        as text has the tolerance of its digits, a float that of double precision, or of `digits`
        significant digits if given.
    check(model, X, y, loss=…, hand=my_backprop)
        loss is a function or a name of `nn.losses`; my_backprop(X, y) gives [(dW1, db1), (dW2, db2), …], dW as (neurons, inputs).

    points  at how many random points formulas are compared, beside the student's own
    rate    the step of the update, for the mistakes that involve it
    seed    of the random points, and of the sample judged with 50 digits in a model of more than
            500 parameters, whose entries are all compared with autograd's floats
    """
    if isinstance(what, Value):
        return _check_graph(what, answers, points, rate, digits, seed)
    if loss is None or hand is None:
        raise TypeError(
            say(
                fr="check(model, X, y, loss=…, hand=…) : il manque loss ou hand",
                en="check(model, X, y, loss=…, hand=…): loss or hand is missing",
            )
        )
    if isinstance(loss, str):
        from tinygrad_fr.nn.losses import loss as by_name

        loss = by_name(loss)
    return _check_model(what, answers, targets, loss, hand, rate, digits, seed)


def _check_graph(
    output: Value, answers: Any, points: int, rate: Any, digits: int | None, seed: int
) -> Report:
    given = _by_leaf(output, answers)
    parameters = list(given)
    judge = Judge(output)
    hands = [_evaluator(judge, given[p], digits) for p in parameters]
    formulas = all(callable(h) for h in hands)
    places = [judge.point]
    if formulas:
        places += _random_points(output, parameters, judge, points, seed, hands)
    named = recognised(output)  # the judge keeps the graph as it was written
    scenes = [Scene(named, parameters, place, rate) for place in places]
    numbers = [h if isinstance(h, Number) else h(judge.point) for h in hands]
    names = [p.label or f"p{i + 1}" for i, p in enumerate(parameters)]
    entries, tolerances = [], []
    for i, (p, n) in enumerate(zip(parameters, numbers, strict=True)):
        entry, tolerance = _judge_entry(
            judge, p, names[i], n, scenes[0].truth[i], callable(hands[i])
        )
        if formulas:
            _everywhere(
                entry, hands[i], [s.truth[i] for s in scenes[1:]], places[1:], bool(n.tolerance)
            )
        if entry.verdict == RIGHT and isinstance(given[p], Value):
            entry.remark = entry.remark or _digits_lost(given[p], output, entry.truth)
        entries.append(entry)
        tolerances.append(tolerance)

    rows = [[n.value for n in numbers]]
    allowed = [
        [
            t + 1e-9 * abs(n.value) if callable(h) else t
            for t, n, h in zip(tolerances, numbers, hands, strict=True)
        ]
    ]
    for place in places[1:]:
        rows.append([h(place).value for h in hands])
        allowed.append([1e-9 * abs(x) for x in rows[-1]])
    report = _conclude(entries, scenes, Answer(rows, allowed))
    if formulas:
        right = {e.name for e in entries if e.verdict in (RIGHT, FLOAT)}
        pairs = {n: pair for n, pair in zip(names, given.items(), strict=True) if n in right}
        report.notes += _how_sure(output, pairs, len(places))
    return report


def _how_sure(output: Value, right: Mapping[str, tuple[Value, Hand]], points: int) -> list[str]:
    """Which of the right formulas are proved, and what the verdict on the others rests on."""
    proved = [
        name
        for name, (p, hand) in right.items()
        if isinstance(hand, Value) and equal(hand, gradient(output, p))
    ]
    rest = [name for name in right if name not in proved]
    told = []
    if proved:
        listed = ", ".join(proved)
        told.append(
            say(
                fr=f"Démontré pour {listed} : développées, la formule et la dérivée sont le même polynôme.",
                en=f"Proved for {listed}: expanded, the formula and the derivative are the same polynomial.",
            )
        )
    if rest:
        listed = ", ".join(rest)
        told.append(
            say(
                fr=f"{listed} : les deux formules sont égales en {points} points, avec {DIGITS} chiffres.",
                en=f"{listed}: the two formulas are equal at {points} points, with {DIGITS} digits.",
            )
        )
    return told


def _by_leaf(output: Value, answers: Any) -> dict[Value, Hand]:
    """The answers by leaf, names resolved; refuses names that are not there."""
    if not isinstance(answers, Mapping) or not answers:
        raise TypeError(
            say(
                fr="check(L, {w: …}) attend un dictionnaire : un paramètre, sa dérivée calculée à la main",
                en="check(L, {w: …}) expects a dictionary: a parameter, its derivative worked out by hand",
            )
        )
    leaves = [v for v in order(output) if v.op is None]
    labels = {v.label: v for v in leaves if v.label}
    out: dict[Value, Hand] = {}
    for key, hand in answers.items():
        leaf = key if isinstance(key, Value) else labels.get(key)
        if leaf is None or leaf not in leaves:
            name = key.label if isinstance(key, Value) else key
            raise ValueError(
                say(
                    fr=f"« {name} » n’est pas un paramètre de ce graphe ; il y a {', '.join(labels)}",
                    en=f"'{name}' is no parameter of this graph; there is {', '.join(labels)}",
                )
            )
        out[leaf] = hand
    return out


def _evaluator(judge: Judge, hand: Hand, digits: int | None) -> Any:
    """A formula as a function of the point giving a Number; a number as a Number."""
    typed = isinstance(hand, float) and hand - hand == 0 and len(repr(hand)) < 12
    if isinstance(hand, str) or (typed and digits is None):
        hand = read_number(str(hand))  # a few digits: typed by a person, not computed
    if isinstance(hand, Number):
        return Number(judge.exact(hand.value), judge.exact(hand.tolerance))
    if isinstance(hand, Value):

        def formula(point: Mapping[Value, Any]) -> Number:
            return Number(replay(hand, _exact_leaves(judge, hand, point)))

        return formula
    if callable(hand):

        def function(point: Mapping[Value, Any]) -> Number:
            return _call(judge, hand, point)

        return function
    if hand != hand or abs(hand) == float("inf"):
        raise ValueError(
            say(
                fr=f"la réponse {hand!r} n’est pas un nombre fini",
                en=f"the answer {hand!r} is not a finite number",
            )
        )
    if digits is not None:
        return _evaluator(judge, f"{float(hand):.{digits - 1}e}", None)
    return Number(judge.exact(hand), abs(judge.exact(hand)) * 1e-11)


def _exact_leaves(judge: Judge, formula: Value, point: Mapping[Value, Any]) -> dict[Value, Any]:
    return {
        v: point[v] if v in point else judge.exact(v.data) for v in order(formula) if v.op is None
    }


def _call(judge: Judge, hand: Callable[..., Any], point: Mapping[Value, Any]) -> Number:
    """A student's function at a point: with all the digits, or in double precision if it must.

    It may use doubles inside without telling, so it is held to their precision only.
    """
    import inspect

    labels = {v.label: x for v, x in point.items() if v.label}
    entries = inspect.signature(hand).parameters.values()
    names = [e.name for e in entries if e.kind is not e.VAR_KEYWORD]
    if len(names) < len(entries):  # **point: all of them
        names = list(labels)
    unknown = [n for n in names if n not in labels]
    if unknown:
        raise ValueError(
            say(
                fr=f"la fonction demande {', '.join(unknown)} ; le graphe a {', '.join(labels)}",
                en=f"the function asks for {', '.join(unknown)}; the graph has {', '.join(labels)}",
            )
        )
    try:
        x = judge.exact(hand(**{n: labels[n] for n in names}))
    except (TypeError, AttributeError):
        x = judge.exact(float(hand(**{n: float(labels[n]) for n in names})))
    return Number(x, abs(x) * 1e-11)


def _random_points(
    output: Value,
    parameters: Sequence[Value],
    judge: Judge,
    count: int,
    seed: int,
    hands: Sequence[Any] = (),
) -> list[dict[Value, Any]]:
    """Points with |x| ≤ 2 where the graph and the formulas are defined; nearer the student's if need be."""
    rng = random.Random(seed)
    free = [v for v in judge.point if v.label or v in parameters]
    out: list[dict[Value, Any]] = []
    for attempt in range(20 * count):
        if len(out) == count:
            break
        reach = 2.0 if attempt < 5 * count else 0.3
        point = dict(judge.point)
        for v in free:
            u = Fraction(rng.randrange(-(10**9), 10**9), 10**9)
            point[v] = (
                judge.exact(u) * reach
                if reach > 1
                else judge.point[v] * (1 + reach * judge.exact(u))
            )
        try:
            replay(output, point)
            for hand in hands:
                hand(point)
        except (DomainError, ZeroDivisionError):
            continue
        out.append(point)
    return out


def _judge_entry(
    judge: Judge, p: Value, name: str, given: Number, autograd: Any, formula: bool
) -> tuple[Entry, Any]:
    truth, error, sides = judge.slope(p)
    finite = judge.context.isfinite(autograd)
    if not finite and not sides:
        sides = judge.sides(p)
    if truth != truth and finite:
        truth, error = autograd, abs(autograd) * judge.context.eps
    if not sides and not (finite and truth == truth):
        remark = say(
            fr="pas de pente finie en ce point : prenez-en un autre",
            en="no finite slope at this point: take another",
        )
        return Entry(name, given.value, autograd, UNDECIDED, remark), given.tolerance
    entry = Entry(name, given.value, truth)
    tolerance = given.tolerance
    if sides and sides[1] - sides[0] > 1e-9 * max(map(abs, sides)):
        low, high = (
            sides[0] - tolerance - abs(sides[0]) * 1e-15,
            sides[1] + tolerance + abs(sides[1]) * 1e-15,
        )
        entry.truth = autograd if finite else truth
        if low <= given.value <= high:
            entry.verdict = KINK
            entry.remark = say(
                fr=f"toute pente de {number(sides[0])} à {number(sides[1])} convient ; "
                f"la convention ici donne {number(entry.truth)}",
                en=f"any slope from {number(sides[0])} to {number(sides[1])} will do; "
                f"the convention here gives {number(entry.truth)}",
            )
        else:
            entry.verdict = WRONG
        return entry, tolerance
    distance = abs(given.value - truth)
    if formula and tolerance == 0:
        tolerance = PROOF * abs(truth) + 1e3 * error  # the formula rounds as the judge does
        entry.verdict = RIGHT if distance <= tolerance else WRONG
        return entry, tolerance
    tolerance = tolerance + abs(truth) * 1e-11 + error
    if distance > tolerance:
        entry.verdict = WRONG
    elif given.tolerance > abs(truth) / 100 and distance > abs(truth) * 1e-11 + error:
        entry.verdict = UNDECIDED
        entry.remark = say(
            fr="trop peu de chiffres pour décider : donnez-en trois, ou un point où la pente est plus grande",
            en="too few digits to decide: give three, or a point where the slope is larger",
        )
    elif given.tolerance > abs(truth) * 1e-10:
        entry.verdict = RIGHT
    else:
        entry.verdict = FLOAT if distance > PROOF * abs(truth) + error else RIGHT
    return entry, tolerance


def _everywhere(
    entry: Entry,
    hand: Callable[..., Number],
    truths: Sequence[Any],
    places: Sequence[Mapping[Value, Any]],
    doubles: bool,
) -> None:
    """What the other points say: a formula is right everywhere, or wrong.

    One that computes with doubles and is right at all the others has lost its digits at this one;
    where the slope is not finite, only the others tell.
    """
    wrong = 0
    for truth, place in zip(truths, places, strict=True):
        given = hand(place)
        allowed = given.tolerance or PROOF * abs(truth) + 1e-40
        wrong += not abs(given.value - truth) <= allowed
    if entry.verdict == UNDECIDED and places:
        entry.verdict = WRONG if wrong else RIGHT
    elif entry.verdict == WRONG and doubles and not wrong and len(places) > 4 and _near(entry):
        entry.verdict = FLOAT
        entry.remark = say(
            fr=f"juste aux {len(places)} autres points ; ici une soustraction de nombres voisins, 1 − σ(z) par exemple, perd les chiffres",
            en=f"right at the {len(places)} other points; here a difference of close numbers, 1 − σ(z) say, loses the digits",
        )
    elif entry.verdict in (RIGHT, FLOAT) and wrong:
        entry.verdict = WRONG
        entry.remark = say(
            fr=f"juste en ce point, faux en {wrong} des {len(places)} autres",
            en=f"right at this point, wrong at {wrong} of {len(places)} others",
        )


def _near(entry: Entry) -> bool:
    return bool(abs(entry.yours - entry.truth) < abs(entry.truth) / 2)


def _digits_lost(formula: Value, output: Value, truth: Any) -> str:
    """A remark where the formula is right but floats lose its digits (of some 16) at this point."""
    here = {v: float(v.data) for v in order(output) if v.op is None}
    try:
        computed = float(replay(formula, here))
    except (DomainError, OverflowError):
        return ""
    if truth == 0 or computed - computed != 0:
        return ""
    off = abs(computed / truth - 1)
    if off < 1e-11:
        return ""
    lost = min(16, 16 + int(math.floor(math.log10(float(off)))))
    return say(
        fr=f"formule juste, mais en flottants elle perd ici {lost} chiffres sur 16",
        en=f"the formula is right, but in floats it loses {lost} digits of 16 here",
    )


def _conclude(entries: list[Entry], scenes: Sequence[Scene], answer: Answer) -> Report:
    """All right, right under another convention, or a diagnosis."""
    report = Report(entries)
    if not any(e.verdict == WRONG for e in entries):
        return report
    found = _convention(scenes, answer)
    if found is not None:
        keys, factor = found
        names = " ; ".join(CATALOGUE[k].convention for k in keys)
        for e in entries:
            e.verdict = CONVENTION
        here = number(1 / Fraction(factor))
        report.notes.append(
            say(
                fr=f"Juste sous une autre convention : {names} ; ici, multipliez par {here}.",
                en=f"Right under another convention: {names}; here multiply by {here}.",
            )
        )
        return report
    report.diagnosis = diagnose(scenes, answer)
    keys_named = report.diagnosis.keys
    if "M6" in keys_named and scenes[0].parameters_weigh():
        report.notes.append(
            say(
                fr="Avec la mise à jour w := w + λ·g, ce signe serait le bon.",
                en="With the update w := w + λ·g this sign would be right.",
            )
        )
    return report


def _convention(scenes: Sequence[Scene], answer: Answer) -> tuple[list[str], Any] | None:
    """The conventions (½, sum over examples, mean over outputs) under which all is right."""
    scene = scenes[0]
    options = [
        [("", Fraction(1)), *([("M1", Fraction(1, 2))] if scene.squared_errors() else [])],
        [("", Fraction(1)), *([("M3", Fraction(scene.examples))] if scene.examples > 1 else [])],
        [("", Fraction(1)), *([("M5", Fraction(1, scene.outputs))] if scene.outputs > 1 else [])],
    ]
    for chosen in sorted(combinations(*options), key=lambda c: sum(bool(k) for k, _ in c)):
        factor = chosen[0][1] * chosen[1][1] * chosen[2][1]
        keys = [k for k, _ in chosen if k]
        if factor == 1 or not keys:
            continue
        if answer.fits([[_times(g, factor) for g in s.truth] for s in scenes]):
            return keys, factor
    return None


def _times(g: Any, factor: Fraction) -> Any:
    return g * factor.numerator / factor.denominator


# ── a network and a backpropagation written by hand ──────────────────────────────────────────────


def _check_model(
    model: Any,
    X: Any,
    y: Any,
    loss: Callable[..., Value],
    hand: Callable[..., Any],
    rate: Any,
    digits: int | None,
    seed: int,
) -> Report:
    output = loss([model(x) for x in X], y)
    answers = hand(X, y)
    given: dict[Value, Any] = {}
    for number_of, (layer, answer) in enumerate(zip(model.layers, answers, strict=True), start=1):
        dW, db = ([list(map(float, row)) for row in answer[0]], list(map(float, answer[1])))
        rows, columns = len(layer.neurons), len(layer.neurons[0].w)
        shape = (len(dW), len(dW[0]) if dW else 0)
        if shape != (rows, columns) or len(db) != rows:
            turned = shape == (columns, rows)
            raise ValueError(
                say(
                    fr=f"dW{number_of} a la forme {shape}, W{number_of} a la forme {(rows, columns)}"
                    + (" : transposez-la" if turned else f" et db{number_of} {rows} nombres"),
                    en=f"dW{number_of} has the shape {shape}, W{number_of} has {(rows, columns)}"
                    + (": transpose it" if turned else f" and db{number_of} {rows} numbers"),
                )
            )
        for neuron, dw_row, db_k in zip(layer.neurons, dW, db, strict=True):
            given.update(
                zip(neuron.w, map(Number, dw_row, [abs(g) * 1e-11 for g in dw_row]), strict=True)
            )
            given[neuron.b] = Number(db_k, abs(db_k) * 1e-11)
    if len(given) > LARGE:
        return _check_sample(output, given, model, rate, seed)
    return _check_graph(output, given, 0, rate, digits, 0)


def _check_sample(
    output: Value, given: dict[Value, Number], model: Any, rate: Any, seed: int
) -> Report:
    """Every entry against autograd's float; a sample, and what disagrees, before the judge.

    The sample is drawn with `seed`, as many entries from every layer.  Where more entries disagree
    with autograd than the judge can see, the others are wrong, or undecided if they differ by less
    than a relative 1e-6, which rounding could explain.
    """
    parameters = list(given)
    floats = _floats(output, parameters)
    names = [p.label or f"p{i + 1}" for i, p in enumerate(parameters)]
    place = {p: i for i, p in enumerate(parameters)}
    rng = random.Random(seed)
    share = -(-SAMPLE // len(model.layers))
    sample: set[int] = set()
    for layer in model.layers:
        of_layer = [place[p] for p in layer.parameters()]
        sample.update(rng.sample(of_layer, min(share, len(of_layer))))
    differ = [
        i
        for i, p in enumerate(parameters)
        if not abs(given[p].value - floats[i]) <= given[p].tolerance + abs(floats[i]) * 1e-11
    ]
    judged = sorted(sample | set(differ[:SAMPLE]))
    judge = Judge(output)
    entries: list[Entry] = []
    for i, p in enumerate(parameters):
        entry = Entry(names[i], given[p].value, floats[i], FLOAT)
        entries.append(entry)
    for i in differ:
        near = abs(entries[i].yours - floats[i]) <= 1e-6 * abs(floats[i])
        entries[i].verdict = UNDECIDED if near else WRONG
    tolerances = [
        given[p].tolerance + abs(g) * 1e-11 for p, g in zip(parameters, floats, strict=True)
    ]
    bent = 0
    for i in _shown(judged):
        p = parameters[i]
        hand = Number(judge.exact(given[p].value), judge.exact(given[p].tolerance))
        entries[i], _ = _judge_entry(judge, p, names[i], hand, judge.exact(floats[i]), False)
        off = abs(floats[i] - entries[i].truth)
        bent += bool(entries[i].verdict != KINK and off > 1e-6 * abs(entries[i].truth))
    if bent:
        report = Report(entries)
    else:
        scene = Scene(output, parameters, None, rate)
        report = _conclude(
            entries, [scene], Answer([[given[p].value for p in parameters]], [tolerances])
        )
    report.notes.insert(
        0, _what_was_sampled(len(parameters), len(judged), len(sample), share, seed)
    )
    if bent:
        report.notes.append(
            say(
                fr=f"Autograd lui-même est faux à {bent} des {len(judged)} paramètres jugés : une règle "
                "de dérivation est fausse, et les autres paramètres ne sont pas sûrs.",
                en=f"Autograd itself is wrong at {bent} of the {len(judged)} entries judged: a "
                "derivative rule is wrong, and the other entries are not certain.",
            )
        )
    return report


def _floats(output: Value, parameters: Sequence[Value]) -> list[float]:
    """Autograd's gradient in doubles; what `.grad` held is put back."""
    before = [p.grad for p in parameters]
    for p in parameters:
        p.grad = 0.0
    output.backward()
    found = [float(p.grad) for p in parameters]
    for p, g in zip(parameters, before, strict=True):
        p.grad = g
    return found


def _shown(judged: Sequence[int]) -> Iterable[int]:
    """The entries one by one, with a bar on stderr where that is a terminal."""
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    title = say(fr="le juge, à 50 chiffres", en="the judge, 50 digits")
    return track(judged, title, console=console, transient=True, disable=not console.is_terminal)


def _what_was_sampled(entries: int, judged: int, drawn: int, share: int, seed: int) -> str:
    return say(
        fr=f"{entries} paramètres comparés à autograd en double précision ; {judged} jugés à 50 "
        f"chiffres : {drawn} tirés au sort (jusqu’à {share} par couche, graine {seed})"
        + (f" et {judged - drawn} en désaccord." if judged > drawn else "."),
        en=f"{entries} entries compared with autograd in double precision; {judged} judged with 50 "
        f"digits: {drawn} drawn at random (up to {share} per layer, seed {seed})"
        + (f" and {judged - drawn} that disagree." if judged > drawn else "."),
    )
