"""Check it: what else may be answered: the value of a step, its gradient, a layer's δ, a matrix.

    z                       the value of the step z             one number
    dz, dL/dz, ∂L/∂z        the gradient that arrives at it     one number
    dw, dL/dw               as w, a parameter                   one number
    delta, delta2, δ²       ∂L/∂z of the last layer, of layer 2, one example a row
    W1, b1, dW1             the gradient of the weights or biases of layer 1, one neuron a row

Several numbers are typed row by row, with ; between.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NoReturn

from tinygrad_fr.checking.another import as_other_cost, other_cost
from tinygrad_fr.checking.answer import Answer
from tinygrad_fr.checking.check import check
from tinygrad_fr.checking.compare import Case
from tinygrad_fr.checking.cost import versions
from tinygrad_fr.checking.graph import Graph
from tinygrad_fr.checking.hand import Hand, Number, as_typed
from tinygrad_fr.checking.judge import Judge, Slope
from tinygrad_fr.checking.report import Report
from tinygrad_fr.checking.structure import Structure
from tinygrad_fr.checking.verdict import COST, WRONG, Entry, judged
from tinygrad_fr.engine import Value
from tinygrad_fr.formula.names import parts, pretty, steps_of
from tinygrad_fr.formula.parameters import is_parameter
from tinygrad_fr.reading.letters import Names, as_compared
from tinygrad_fr.reading.rows import rows_of
from tinygrad_fr.refusals import refuse
from tinygrad_fr.walk import order
from tinygrad_fr.words import say

DATA = "xXyŷYtT"  # with which the names of inputs and targets begin
POINTS = 10  # other points at which the formula of a gradient is compared
_DERIVATIVE = re.compile(r"(?:[d∂]\w*/)?[d∂](?P<of>[^\W\d].*)")
_DELTA = re.compile(r"(?:delta|δ)[_^]*\[?(?P<layer>\d*)\]?")
_ARRAY = re.compile(r"(?P<kind>[WwBb])_?\^?\[?(?P<layer>\d*)\]?")


@dataclass(frozen=True, slots=True)
class Quantity:
    """Something that one number answers: the value of a node, or the gradient that arrives."""

    name: str
    node: Value
    is_value: bool = False


class Known:
    """The names of one graph: its parameters, its steps, and what they make."""

    def __init__(
        self, output: Value, leaves: Mapping[str, Value], steps: Mapping[str, Value] | None = None
    ) -> None:
        self.output, self.leaves = output, leaves
        self.graph = Graph(output)
        self.steps = steps_of(self.graph.nodes) if steps is None else dict(steps)
        self._inside = set(self.graph.nodes)
        self._leaves, self._steps = Names(leaves), Names(self.steps)

    @cached_property
    def structure(self) -> Structure:
        return Structure(self.graph, self._parameters())

    def _parameters(self) -> list[Value]:
        """Which leaves a descent moves, by their names; else all but x, y and t, that are data."""
        leaves = list(self.leaves.values())
        named = [v for v in leaves if is_parameter(v)]
        return named or [v for v in leaves if not v.label or pretty(v.label)[0] not in DATA]

    def find(self, name: str) -> list[Quantity]:
        """What a name asks for, one quantity for each number; refuses a name that is none."""
        found = self._plain(name)
        if found:
            return found
        arrived = _DERIVATIVE.fullmatch(name)
        if arrived:
            found = self._slopes(arrived["of"])
        found = found or self._delta(name) or self._array(name)
        if not found:
            self._refuse(name)
        return found

    def _plain(self, name: str) -> list[Quantity]:
        leaf = self._leaves.find(name)
        if leaf is not None:
            return [Quantity(leaf, self.leaves[leaf])]
        step = self._steps.find(name)
        if step is not None:
            return [Quantity(step, self.steps[step], is_value=True)]
        several = [n for n in self.steps if re.fullmatch(re.escape(name) + r"_\d+", n)]
        return [Quantity(n, self.steps[n], is_value=True) for n in several]

    def _slopes(self, name: str) -> list[Quantity]:
        """The gradient of what `name` is."""
        return [
            Quantity(f"∂L/∂{q.name}" if q.is_value else q.name, q.node)
            for q in self._plain(name) or self._array(name)
            if q.node in self._inside or not q.is_value
        ]

    def arriving(self, name: str) -> Value | None:
        """The step z of which a name in a formula, ∂L/∂z or δ, is the gradient; None for others.

        Refuses a δ of several numbers.  A parameter's own gradient is what is asked for.
        """
        arrived = _DERIVATIVE.fullmatch(name) if name.startswith("∂") else None
        found = self._slopes(arrived["of"]) if arrived else self._delta_of(name)
        found = [q for q in found if q.node.op is not None]
        if len(found) > 1:
            listed = ", ".join(pretty(q.name) for q in found)
            refuse(
                fr=f"{name} désigne plusieurs nombres dans une formule. Écrivez l’un d’eux : "
                f"{listed}",
                en=f"{name} stands for several numbers in a formula. Write one of them: {listed}",
            )
        return found[0].node if found else None

    def _delta_of(self, name: str) -> list[Quantity]:
        """δ₁⁽²⁾, which is ∂L/∂z₁⁽²⁾, or the δ of a layer."""
        letter = parts(name)
        if letter is None or letter.base != "δ":
            return []
        alike = [v for k, v in self.steps.items() if parts(k) == letter._replace(base="z")]
        return [Quantity(f"∂L/∂{v.label}", v) for v in alike] or self._delta(name)

    def _delta(self, name: str) -> list[Quantity]:
        asked = _DELTA.fullmatch(as_compared(name))
        if not asked:
            return []
        layer = int(asked["layer"] or self.structure.layers)
        neurons = [n for n in self.structure.neurons if n.layer == layer]
        neurons.sort(key=lambda n: (n.example, n.place))
        alone = len(neurons) == 1
        return [
            Quantity(f"∂L/∂{n.z.label}" if n.z.label else name if alone else f"{name}[{i}]", n.z)
            for i, n in enumerate(neurons, start=1)
        ]

    def _array(self, name: str) -> list[Quantity]:
        asked = _ARRAY.fullmatch(as_compared(name))
        if not asked:
            return []
        kind = asked["kind"].upper() if asked["kind"] in "Ww" else "b"
        layer = int(asked["layer"] or self.structure.layers)
        places = [(at, p) for p, at in self.structure.places.items()]
        names = {v: n for n, v in self.leaves.items()}
        here = [(at, p) for at, p in places if at[:2] == (kind, layer) and p in names]
        return [Quantity(names[p], p) for _, p in sorted(here, key=lambda found: found[0])]

    def _refuse(self, name: str) -> NoReturn:
        leaves, steps = ", ".join(self.leaves), ", ".join(self.steps)
        also = say(fr=f" ; les étapes {steps}", en=f"; the steps {steps}") if steps else ""
        if self.structure.layers and as_compared(name)[0] in "dδ":
            deltas = ", ".join(f"delta{n}" for n in range(1, self.structure.layers + 1))
            also += say(fr=f" ; par couche, {deltas}", en=f"; for a layer, {deltas}")
        refuse(
            fr=f"« {name} » n’est pas un paramètre de ce graphe ; il y a {leaves}{also}",
            en=f"'{name}' is not a parameter of this graph; it has {leaves}{also}",
        )


# ── numbers typed ────────────────────────────────────────────────────────────────────────────────


def typed_numbers(known: Known, name: str, text: str) -> dict[Quantity, Number]:
    """The numbers of an answer, each with what it answers; ValueError where their count is off."""
    asked = known.find(name)
    single = len(asked) == 1 and not re.search(r"[;\n\[]", text)  # 1 000 is one number
    rows = [text] if single else [cell for row in rows_of(text) for cell in row]
    if len(rows) != len(asked):
        if len(asked) == 1:
            refuse(
                fr=f"{name} est un nombre, la réponse en a {len(rows)}. Donnez-en un ; "
                "la virgule est décimale, le point-virgule sépare",
                en=f"{name} is one number, the answer has {len(rows)}. Give one; "
                "a comma marks decimals, a semicolon separates",
            )
        order = ", ".join(q.name for q in asked)
        refuse(
            fr=f"{name} a {len(asked)} nombres, la réponse en a {len(rows)}. "
            f"Séparez-les par des points-virgules : {order}",
            en=f"{name} has {len(asked)} numbers, the answer has {len(rows)}. "
            f"Separate them by semicolons: {order}",
        )
    return dict(zip(asked, map(as_typed, rows), strict=True))


def all_typed(
    known: Known, numbers: Mapping[str, str], answers: Mapping[Quantity, Any] | None = None
) -> dict[Quantity, Any]:
    """The answers there are, and all these numbers; ValueError where something has two."""
    found = dict(answers or {})
    for name, text in numbers.items():
        for quantity, answer in typed_numbers(known, name, text).items():
            put(found, quantity, answer)
    return found


def put(found: dict[Quantity, Any], quantity: Quantity, answer: Any) -> None:
    """One answer more; ValueError where there is one already."""
    if quantity in found:
        refuse(
            fr=f"{quantity.name} reçoit deux réponses. Gardez-en une",
            en=f"{quantity.name} is given two answers. Keep one",
        )
    found[quantity] = answer


def derived(known: Known, name: str) -> Quantity:
    """What a formula by hand is the derivative in; a step's value has a formula already."""
    asked = known.find(name)
    if len(asked) != 1 or asked[0].is_value:
        refuse(
            fr=f"--hand {name} : une formule est une dérivée ; écrivez d{name} ou le nom d’un "
            "paramètre",
            en=f"--hand {name}: a formula is a derivative; write d{name} or a parameter’s name",
        )
    return asked[0]


# ── the report ───────────────────────────────────────────────────────────────────────────────────


def check_quantities(
    known: Known,
    answers: Mapping[Quantity, Any],
    *,
    accept: Collection[str] = (),
    rate: Any = None,
    on_parameters: Callable[[Mapping[Value, Any]], Report] | None = None,
) -> Report:
    """The report on parameters, by `check` unless told, and on the steps that were answered."""
    parameters = {q.node: a for q, a in answers.items() if q.node.op is None}
    steps = [(q, a) for q, a in answers.items() if q.node.op is not None]
    report = Report([])
    if parameters and on_parameters is not None:
        report = on_parameters(parameters)
    elif parameters:
        report = check(known.output, parameters, accept=accept, rate=rate)
    if not steps:
        return report
    values = [_value(q, a) for q, a in steps if q.is_value]
    cases = [(q, Case(known.graph, {q.node: a}, rate=rate)) for q, a in steps if not q.is_value]
    slopes = [_slope(case, q.name) for q, case in cases]
    _for_another_cost(known, report, [case for _, case in cases], slopes, accept)
    nodes = {q.name: q.node for q, _ in steps}
    height = {name: _height(v) for name, v in nodes.items()}
    depth = _depths(known.graph)
    values.sort(key=lambda e: height[e.name])
    slopes.sort(key=lambda e: depth[nodes[e.name]])
    report.notes[:0] = _first_wrong(values, slopes)
    report.entries = [*values, *slopes, *report.entries]
    return report


def _height(node: Value) -> int:
    """How far a node is from the leaves, along the longest way; it may be none of the cost's."""
    height: dict[Value, int] = {}
    for v in order(node):
        height[v] = 1 + max((height[u] for u in v.inputs if isinstance(u, Value)), default=0)
    return height[node]


def _depths(graph: Graph) -> dict[Value, int]:
    """How far each node is from the output, along the longest way."""
    depth = dict.fromkeys(graph.nodes, 0)
    for v in reversed(graph.nodes):
        for u in v.inputs:
            if isinstance(u, Value):
                depth[u] = max(depth[u], depth[v] + 1)
    return depth


def _value(asked: Quantity, answer: Any) -> Entry:
    """The verdict on the value of a step."""
    judge = Judge(asked.node)
    hand = Hand.of(answer, judge.exact)
    given = hand.at(judge.point, judge.constant)
    slope = Slope(judge.base[asked.node], judge.context.zero, [])
    entry, _ = judged(slope, asked.name, given, judge.exact(asked.node.data), hand.is_formula)
    return entry


def _slope(case: Case, name: str) -> Entry:
    """The verdict on the gradient that arrives at a step."""
    case.names = [name]
    if case.all_formulas:
        case.look_elsewhere(POINTS, 0)
    return case.entry(0)


def _for_another_cost(
    known: Known,
    report: Report,
    cases: Sequence[Case],
    slopes: Sequence[Entry],
    accept: Collection[str],
) -> None:
    """Mark the gradients of steps that are right for the other cost that the parameters are.

    Without parameters, the steps themselves may be right for another cost.
    """
    if not any(e.verdict == WRONG for e in slopes):
        return
    asked = [v for v in known.leaves.values() if is_parameter(v)]
    found = versions(known.graph, asked)
    given = [case.here[0].value for case in cases]
    rooms = [case.rooms[0] for case in cases]
    answer = Answer([given], [rooms])
    fitting = other_cost(found, [[e.truth for e in slopes]], answer)
    if report.entries:
        fitting = [v for v in fitting if v.keys == report.cost]
    if not fitting:
        return
    if report.entries:
        for e in slopes:
            e.verdict = COST
        return
    found_out = as_other_cost(Report(list(slopes)), fitting, accept, known.structure)
    report.notes, report.accepted = found_out.notes, found_out.accepted
    report.cost, report.missing = found_out.cost, found_out.missing
    report.pointing = found_out.pointing


def _first_wrong(values: Iterable[Entry], slopes: Iterable[Entry]) -> list[str]:
    """Where to look first: forward in the values, backward in the gradients."""
    told = []
    value = next((e.name for e in values if e.verdict == WRONG), None)
    if value is not None:
        told.append(
            say(
                fr=f"Passe avant : la première valeur fausse est {value}.",
                en=f"Forward pass: the first wrong value is {value}.",
            )
        )
    slope = next((e.name for e in slopes if e.verdict == WRONG), None)
    if slope is not None:
        told.append(
            say(
                fr=f"En remontant depuis le coût, la première dérivée fausse est {slope}.",
                en=f"Going back from the cost, the first wrong derivative is {slope}.",
            )
        )
    return told
