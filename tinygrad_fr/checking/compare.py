"""Check it: the answers for one graph: proved, judged, at other points, then named or located."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property, partial
from typing import Any

from tinygrad_fr.birth import finite
from tinygrad_fr.checking.another import as_other_cost, other_cost
from tinygrad_fr.checking.answer import Answer
from tinygrad_fr.checking.births import births
from tinygrad_fr.checking.cost import versions
from tinygrad_fr.checking.diagnose import diagnose
from tinygrad_fr.checking.graph import Graph, Point
from tinygrad_fr.checking.hand import Formula, Function, Hand, Number
from tinygrad_fr.checking.judge import DIGITS, Judge
from tinygrad_fr.checking.points import FAR, ORDINARY, SCALES, Place, Seen, other_points
from tinygrad_fr.checking.recognise import recognised
from tinygrad_fr.checking.report import Report
from tinygrad_fr.checking.rules import rules_crossed
from tinygrad_fr.checking.settle import defined, settled
from tinygrad_fr.checking.shapes import together
from tinygrad_fr.checking.sides import where_right, without_value
from tinygrad_fr.checking.structure import Scene, Structure
from tinygrad_fr.checking.verdict import (
    FLOAT,
    RIGHT,
    WRONG,
    Entry,
    agrees,
    digits_lost,
    floats_differ,
    judged,
    tried_elsewhere,
)
from tinygrad_fr.engine import Value
from tinygrad_fr.exact import meant
from tinygrad_fr.formula.names import pretty
from tinygrad_fr.formula.proof import equal
from tinygrad_fr.gradient import gradient
from tinygrad_fr.ops import DomainError
from tinygrad_fr.reading.rounded import meanings
from tinygrad_fr.refusals import refuse
from tinygrad_fr.replay import rule
from tinygrad_fr.walk import chain_rule
from tinygrad_fr.words import say

NEAR = 1  # how far out functions, which may compute in floats, are asked for two sides at once
FITS = 1e-9  # how near a formula must come to a mistake, relative to its number


def compare(
    output: Value | Graph,
    answers: Any,
    points: int,
    rate: Any,
    digits: int | None,
    seed: int,
    accept: Collection[str] = (),
    anew: Callable[[Place], Graph] | None = None,
    scales: Sequence[Fraction | int] | None = None,
) -> Report:
    """The report on answers by leaf or by label; what the arguments mean is told in `check`.

    anew    the graph at another point, where that may be another: a function called again
    scales  of the other points
    """
    graph = Graph.of(output)
    case = Case(graph, _by_leaf(graph, answers), digits, rate, anew, scales)
    if case.all_formulas and points:
        case.look_elsewhere(points, seed)
    entries = [case.entry(i) for i in range(len(case.parameters))]
    report = case.conclude(entries, accept)
    if case.all_formulas:
        report.notes += case.how_sure(entries)
    report.notes += births(
        graph.output, entries, dict(zip(case.names, case.given.values(), strict=True))
    )
    return report


@dataclass
class Case:
    """Answers for the leaves of one graph, and all that is found out about them on the way."""

    graph: Graph
    given: dict[Value, Any]
    digits: int | None = None
    rate: Any = None
    anew: Callable[[Place], Graph] | None = None
    scales: Sequence[Fraction | int] | None = None
    places: list[Place] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.parameters = list(self.given)
        self.names = leaf_names(self.given)
        self.judge = Judge(self.graph)
        self.hands = [Hand.of(g, self.judge.exact, self.digits) for g in self.given.values()]
        self.all_formulas = all(hand.is_formula for hand in self.hands)
        self.here = self._given_here()
        self.rooms: list[Any] = []
        self.elsewhere: list[tuple[list[Any], list[Number]]] = []
        self.judges: list[Judge] = []  # one for each other point

    @cached_property
    def proved(self) -> list[bool]:
        """Which formulas are the derivative, by their normal form: asked first, and certain."""
        written = [i for i, hand in enumerate(self.hands) if isinstance(hand, Formula)]
        out = [False] * len(self.hands)
        if written:
            try:
                found = gradient(self.graph.output, [self.parameters[i] for i in written])
            except (TypeError, DomainError):
                return out
            for i, derivative in zip(written, found, strict=True):
                out[i] = equal(self.hands[i].given, derivative)
        return out

    def look_elsewhere(self, points: int, seed: int) -> None:
        """Find the other points, and the slopes and formulas there."""
        written = [hand.graph for hand in self.hands if isinstance(hand, Formula)]
        functions = [hand for hand in self.hands if isinstance(hand, Function)]
        seen = Seen([self.graph, *written], self.parameters)

        def answered(place: Place) -> bool:
            point = Judge(self.graph, place).point if functions else {}
            return defined(lambda: [f.at(point, self.judge.constant) for f in functions])

        scales = self.scales or (ORDINARY if functions else SCALES)
        reach = NEAR if functions else FAR[-1]
        self.places = other_points(seen, points, seed, answered, scales, reach)
        for place in self.places:
            judge = Judge(self.anew(place) if self.anew else self.graph, place)
            truth = settled(judge, lambda j: slopes_by_the_rules(j, self.parameters))
            self.elsewhere.append((truth, self._given_at(judge)))
            self.judges.append(judge)

    def _given_here(self) -> list[Number]:
        """What the hands give at the student's point; refuses a formula without a value there."""
        out = []
        for name, hand in zip(self.names, self.hands, strict=True):
            try:
                out.append(_number(hand, self.judge))
            except DomainError as error:
                refuse(
                    fr=f"la formule pour {pretty(name)} n’a pas de valeur en ce point : "
                    f"{error.told}. Corrigez-la, ou prenez un autre point",
                    en=f"the formula for {pretty(name)} has no value at this point: "
                    f"{error.told}. Correct it, or take another point",
                )
        return out

    def _given_at(self, judge: Judge) -> list[Number]:
        """What the hands give at the judge's point: formulas settled, the others asked once."""
        return [_number(hand, judge) for hand in self.hands]

    @cached_property
    def autograd(self) -> list[Any]:
        """The slopes by the table's rules at the student's point, with the judge's digits."""
        return slopes_by_the_rules(self.judge, self.parameters)

    @cached_property
    def spelled_apart(self) -> list[Any]:
        """How far the slopes are others at the decimals that the values spell: 0.1 is no float."""
        place = {v: x for v in self.graph.leaves if isinstance(x := meant(v), Fraction)}
        there = slopes_by_the_rules(Judge(self.graph, place), self.parameters)
        return [a - b for a, b in zip(there, self.autograd, strict=True)]

    @cached_property
    def floats(self) -> list[float]:
        """The slopes as `backward` would give them, in floats."""
        found = chain_rule(self.graph.output, along=self.graph.nodes)
        return [float(found.get(p, 0)) for p in self.parameters]

    def entry(self, i: int) -> Entry:
        """The verdict on answer number i."""
        elsewhere = [numbers[i] for _, numbers in self.elsewhere]
        entry, room = self._verdict(i, self.here[i], elsewhere)
        if self.proved[i] and entry.verdict != WRONG:
            entry.verdict, entry.remark = RIGHT, ""
        elif entry.verdict == WRONG:
            entry = self._with_a_constant_rounded(i) or entry
        if entry.verdict == RIGHT and not entry.remark:
            entry.remark = self._in_floats(i, entry)
        if entry.verdict == WRONG:  # so it is for whoever asks where it goes wrong
            room = min(room, abs(entry.yours - entry.truth) * 0.99)
        self.rooms.append(room)
        return entry

    def _verdict(self, i: int, given: Number, elsewhere: Sequence[Number]) -> tuple[Entry, Any]:
        """The verdict on these numbers for parameter i, and how far the first might be off."""
        hand = self.hands[i]
        slope = self.judge.slope(self.parameters[i])
        if not slope.sides and not (slope.value == slope.value and finite(self.autograd[i])):
            slope = slope._replace(sides=self.judge.sides(self.parameters[i]))
        entry, room = judged(slope, self.names[i], given, self.autograd[i], hand.is_formula)
        if entry.verdict == WRONG and given.readings and not slope.sides:
            slope = slope._replace(value=slope.value + self.spelled_apart[i])
            again, _ = judged(slope, self.names[i], given, self.autograd[i], hand.is_formula)
            entry = again if again.verdict == RIGHT else entry
        if elsewhere:
            truths = [truth[i] for truth, _ in self.elsewhere]
            found = [agrees(x, truth) for x, truth in zip(elsewhere, truths, strict=True)]
            right_here = entry.verdict in (RIGHT, FLOAT)
            tried_elsewhere(entry, found, isinstance(hand, Function))
            if entry.verdict == WRONG and False in found:
                yours = [number.value for number in elsewhere]
                tried = list(zip(found, self.places, yours, truths, strict=True))
                entry.remark = where_right(self.graph, tried, right_here, entry.remark)
        return entry, room + FITS * abs(given.value) if hand.is_formula else room

    def _with_a_constant_rounded(self, i: int) -> Entry | None:
        """The entry of a formula that is right if a decimal in it is a rounded π; else None."""
        hand = self.hands[i]
        if not isinstance(hand, Formula):
            return None
        for leaf in hand.graph.leaves:
            number = meant(leaf)
            if leaf.label or not isinstance(number, Fraction):
                continue
            before = leaf.exact
            for meaning in meanings(number):
                leaf.exact = meaning.exact
                try:
                    beyond = [_number(hand, judge) for judge in self.judges]
                    entry, _ = self._verdict(i, _number(hand, self.judge), beyond)
                finally:
                    leaf.exact = before
                if entry.verdict == RIGHT:
                    typed = str(leaf.data)
                    entry.remark = say(
                        fr=f"{typed.replace('.', ',')} pour {meaning.spelled}",
                        en=f"{typed} for {meaning.spelled}",
                    )
                    return entry
        return None

    def _in_floats(self, i: int, entry: Entry) -> str:
        """A remark on what floats make of a right formula, or of the slope itself."""
        hand = self.hands[i]
        if isinstance(hand, Formula):
            nowhere = without_value(self.graph, hand.graph)
            if nowhere:
                return say(
                    fr=f"sans valeur là où {nowhere}, où le coût en a une",
                    en=f"without a value where {nowhere}, where the cost has one",
                )
            at = {v: float(v.data) for v in self.graph.leaves}
            try:
                computed = float(hand.graph.at(at)[hand.graph.output])
            except (DomainError, OverflowError, ZeroDivisionError):
                return ""
            return digits_lost(computed, entry.truth)
        return floats_differ(self.floats[i], entry.truth)

    # ── all together ──

    def conclude(self, entries: list[Entry], accept: Collection[str] = ()) -> Report:
        """All right, right for another cost, or a diagnosis."""
        report = Report(entries)
        if not any(e.verdict == WRONG for e in entries):
            return report
        truths = [[e.truth for e in entries], *(t for t, _ in self.elsewhere)]
        answer = self._answer()
        nothing = any(e.verdict == WRONG and e.truth == 0 for e in entries)  # no factor helps
        known = [] if nothing else versions(self.graph, self.parameters)
        found = other_cost(known, truths, answer)
        if found:
            structure = Structure(self.graph, self.parameters)
            return as_other_cost(report, found, accept, structure)
        wrong = [p for p, e in zip(self.parameters, entries, strict=True) if e.verdict == WRONG]
        report.crossed = partial(rules_crossed, self.graph, wrong)
        keep = [i for i, judge in enumerate(self.judges) if judge.graph is self.graph]
        if len(keep) < len(self.judges):  # what is named is named in this graph
            self.places = [self.places[i] for i in keep]
            self.elsewhere = [self.elsewhere[i] for i in keep]
            answer = self._answer()
        return diagnosed(report, self._scenes(), answer)

    def _answer(self) -> Answer:
        rows = [self.here, *(numbers for _, numbers in self.elsewhere)]
        values = [[n.value for n in row] for row in rows]
        beyond = [[FITS * abs(x) for x in row] for row in values[1:]]
        return Answer(values, [self.rooms, *beyond])

    def _scenes(self) -> list[Scene]:
        structure = Structure(recognised(self.graph), self.parameters)
        points: list[Point] = [self.judge.point]
        points += [Judge(self.graph, place).point for place in self.places]
        return [structure.at(point, self.rate) for point in points]

    def how_sure(self, entries: Sequence[Entry]) -> list[str]:
        """Which of the right formulas are proved, and what the verdict on the others rests on."""
        right = [i for i, e in enumerate(entries) if e.verdict in (RIGHT, FLOAT)]
        proved = together([self.names[i] for i in right if self.proved[i]], self.names)
        rest = together([self.names[i] for i in right if not self.proved[i]], self.names)
        told = []
        if proved:
            told.append(
                say(
                    fr=f"Démontré pour {proved} : une fois développées, la formule et la dérivée "
                    "sont identiques.",
                    en=f"Proved for {proved}: once expanded, the formula and the derivative are "
                    "identical.",
                )
            )
        if rest:
            count = 1 + len(self.places)
            doubles = any(isinstance(self.hands[i], Function) for i in right)
            how = say(fr=f"avec {DIGITS} chiffres", en=f"to {DIGITS} digits")
            if doubles:
                how = say(fr="aux arrondis des flottants près", en="up to float rounding")
            told.append(
                say(
                    fr=f"Pour {rest}, les deux formules sont égales en {count} points, {how}.",
                    en=f"For {rest}, the two formulas are equal at {count} points, {how}.",
                )
            )
        return told


def slopes_by_the_rules(judge: Judge, parameters: Sequence[Value]) -> list[Any]:
    """∂output/∂p for each parameter by the chain rule, with the judge's digits at its point."""
    values = judge.base

    def slopes(v: Value) -> list[Any]:
        numbers = [values[u] if isinstance(u, Value) else judge.constant(u) for u in v.inputs]
        nodes = [isinstance(u, Value) for u in v.inputs]
        return rule(v).local_derivatives(numbers, values[v], nodes)

    arrived = chain_rule(judge.output, slopes, along=judge.graph.nodes)
    return [judge.exact(arrived.get(p, 0)) for p in parameters]


def _number(hand: Hand, judge: Judge) -> Number:
    """What a hand gives at the judge's point: a formula settled, anything else asked once."""
    if isinstance(hand, Formula):
        return Number(settled(judge, lambda j: [hand.at(j.point, j.constant).value])[0])
    point = {v: judge.exact(x) for v, x in judge.given.items()} | judge.point
    return hand.at(point, judge.constant)


# ── what is named ────────────────────────────────────────────────────────────────────────────────


def diagnosed(report: Report, scenes: Sequence[Scene], answer: Answer) -> Report:
    """With the name of the mistake, or where the numbers leave the chain rule."""
    report.diagnosis = diagnose(scenes, answer)
    if "M6" in report.diagnosis.keys and scenes[0].asks_parameters():
        report.beside.append(
            say(
                fr="Avec la mise à jour w := w + λ·g, ce signe serait le bon.",
                en="With the update w := w + λ·g this sign would be right.",
            )
        )
    return report


# ── who is asked ─────────────────────────────────────────────────────────────────────────────────


def leaf_names(leaves: Mapping[Value, Any]) -> list[str]:
    """How the leaves are called in the report: by their label, else p1, p2, …"""
    return [p.label or f"p{i}" for i, p in enumerate(leaves, start=1)]


def _by_leaf(graph: Graph, answers: Any) -> dict[Value, Any]:
    """The answers by leaf, names resolved; refuses names that are not there."""
    if not isinstance(answers, Mapping) or not answers:
        refuse(
            fr="check(L, {w: …}) attend un dictionnaire : un paramètre, sa dérivée calculée à la "
            "main",
            en="check(L, {w: …}) expects a dictionary: a parameter, its derivative worked out by "
            "hand",
            kind=TypeError,
        )
    labels = {v.label: v for v in graph.leaves if v.label}
    leaves = set(graph.leaves)
    out: dict[Value, Any] = {}
    for key, hand in answers.items():
        leaf = key if isinstance(key, Value) else labels.get(key)
        if leaf is None or leaf not in leaves:
            name = key.label if isinstance(key, Value) else key
            refuse(
                fr=f"« {name} » n’est pas un paramètre de ce graphe ; il y a {', '.join(labels)}",
                en=f"'{name}' is not a parameter of this graph; it has {', '.join(labels)}",
            )
        out[leaf] = hand
    return out
