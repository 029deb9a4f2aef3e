"""Draw it: what every picture needs, as plain data: boxes, arrows, numbers, and what was folded.

A graph as built has more nodes than a person reads.  A view gathers them into boxes, at one of four
levels, and keeps the chain rule visible: every arrow carries the local derivative and what flows back
through it, every box that is used several times says of which terms its gradient is the sum.
"""

from __future__ import annotations

import gc
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tinygrad_fr.bend import bent
from tinygrad_fr.checking.structure import is_parameter
from tinygrad_fr.engine import Value
from tinygrad_fr.formula.names import free_names, pretty
from tinygrad_fr.formula.symbol import Symbol, spell, sum_of, symbol
from tinygrad_fr.ops import TABLE, Op
from tinygrad_fr.places import Scope, place_words
from tinygrad_fr.walk import chain_rule, order
from tinygrad_fr.words import language, number, say

LEVELS = ("operation", "sum", "neuron", "layer")
READABLE = 200  # boxes that still make a picture; beyond, the next level is taken
SCREEN = 30  # boxes left when nothing but leaving out the middle helps
FEW = 6  # leaves used alike that have boxes of their own; more share one
LONG = 34  # characters of an expression or a local derivative; longer ones are said more briefly


@dataclass(slots=True)
class Node:
    """One box.

    id          "n0", "n1", … in the order of the graph
    name        as shown: a₁⁽²⁾; for a group, its output's name; for a number, the number
    expression  one level deep: σ(z); empty for a leaf
    data, grad  numbers; tuples for a box with several outputs; grad is None before a backward pass
    kind        parameter, data, number, inner, cost, foreign, group or folded
    scope       where it was built
    title       what a group is: "layer 1 · neuron 2"
    sum         "∂L/∂x = 1·3 + 1·3 = 6" where several contributions meet, else empty
    parameters  (name, data, grad) of the parameters in a group, of the leaves in a box of leaves
                (of more than 24 leaves, the first 12 and the last 6)
    truth       what the chain rule gives, where a bent walk (`sabotage`) gave something else
    broken      the walk went wrong here first: all that this box feeds is right
    count       how many nodes of the graph the box holds
    value       the node itself; the output of a group; None if there are several
    """

    id: str
    name: str
    expression: str = ""
    data: Any = None
    grad: Any = None
    kind: str = "inner"
    scope: Scope = ()
    title: str = ""
    sum: str = ""
    parameters: tuple[tuple[str, Any, Any], ...] = ()
    truth: Any = None
    broken: bool = False
    count: int = 1
    value: Value | None = field(default=None, repr=False, compare=False)


@dataclass(slots=True)
class Edge:
    """One arrow, from an input (src) to what is made from it (dst).

    position      which input of dst it is; parallel arrows have different ones
    formula       the local derivative as a formula, a(1−a); empty where none is short enough
    local         the local derivative as a number; None where there is no single one
    gradient      ∂L/∂dst, the number that arrives; None before a backward pass
    contribution  ∂L/∂dst · local: what this arrow adds to ∂L/∂src; if it comes from several nodes,
                  the norm of what it adds to each
    count         how many arrows of the graph it stands for
    several       whether these come from several nodes
    """

    src: str
    dst: str
    position: int
    formula: str = ""
    local: Any = None
    gradient: Any = None
    contribution: Any = None
    count: int = 1
    several: bool = False


@dataclass(slots=True)
class Group:
    """Boxes built in the same scope: what a frame may be drawn around."""

    scope: Scope
    title: str
    ids: list[str]


@dataclass(slots=True)
class View:
    """A picture before it is drawn; `caption` says the level, `note` what was folded."""

    nodes: list[Node]
    edges: list[Edge]
    groups: list[Group]
    level: str
    root: str
    caption: str
    note: str
    backward: bool


def view(output: Value, level: str = "auto", open: Iterable[Any] = ()) -> View:
    """The graph of output as boxes and arrows, at a level of detail.

    operation   every operation as it was built
    sum         chains of unnamed + (and dot) in one box: z = u₁ + u₂ + b
    neuron      one box per neuron, its parameters inside; other scopes by their whole name
    layer       one box per layer
    auto        the first of sum, neuron, layer that fits on a screen

    `open` names groups to show one level finer: "layer 1", ("layer", 1) or a whole scope.  What is
    still too large loses its middle, and `note` says so.

    What a leaf is: a parameter if `is_parameter` says so (its label begins with w, b or θ, or it was
    built without a label in a neuron or a layer); a number if it has no label elsewhere; else data.
    The cost is the output.  A backward pass has happened if the output's gradient is not 0.  Inside
    `sabotage`, the true gradient stands beside each wrong one.

    Raises TypeError if output is no Value, ValueError for an unknown level or group.
    """
    if not isinstance(output, Value):
        raise TypeError(
            say(
                fr=f"une image se fait d’un Value, reçu {type(output).__name__} : {output!r}. "
                "Donnez la sortie du calcul, par exemple draw(L)",
                en=f"a picture is made of a Value, got {type(output).__name__}: {output!r}. "
                "Give the output of the computation, draw(L) for example",
            )
        )
    if level not in ("auto", *LEVELS):
        raise ValueError(
            say(
                fr=f"level={level!r} est inconnu. Choisissez auto, {', '.join(LEVELS)}",
                en=f"level={level!r} is unknown. Choose auto, {', '.join(LEVELS)}",
            )
        )
    collecting = gc.isenabled()
    gc.disable()  # a million small lists and no cycle: the collector would look for one all along
    try:
        return _Maker(output, level, open).view()
    finally:
        if collecting:
            gc.enable()


# ── names ────────────────────────────────────────────────────────────────────────────────────────

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def shown_name(label: str, longest: int = 40) -> str:
    """A label as it is shown: in one line, no longer than this, nothing that no file can hold."""
    text = pretty(_CONTROL.sub("\ufffd", label).replace("\r\n", "\n"))
    text = re.sub(r"[\n\r\u2028\u2029]", "↵", text).replace("\t", " ")
    return text if len(text) <= longest else text[: longest - 1] + "…"


def place_name(place: Scope) -> str:
    """Where something was built, in words: "layer 1 · neuron 2"."""
    return " · ".join(place_words(place))


def _brief(x: Any) -> str:
    """A number inside an expression: four digits are enough to recognise it."""
    return number(x, 4)


def leaf_kind(v: Value) -> str:
    """parameter, data or number: the rule is in `view`."""
    if is_parameter(v):
        return "parameter"
    return "data" if v.label else "number"


# ── from nodes to boxes ──────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class _Term:
    """One input of a box's output: node u, times `factor` (another node or a number) if not None."""

    u: Any
    local: Any
    factor: Any = None


@dataclass(slots=True, eq=False)
class _Box:
    members: list[Value]
    scope: Scope = ()
    kind: str = "one"  # one, group, leaves, folded
    outputs: list[Value] = field(default_factory=list)
    node: Node | None = None


@dataclass(slots=True)
class _Bundle:
    """Arrows drawn as one; `whole` if together they are the local derivative of a group."""

    edge: Edge
    u: Value
    whole: bool = False
    parts: dict[int, Any] = field(default_factory=dict)
    count: int = 0
    known: bool = True

    def add(self, u: Value, local: Any, gradient: Any) -> None:
        self.count += 1
        if local is None or gradient is None:
            self.known = False
            self.parts.setdefault(id(u), 0)
        else:
            part = gradient * local
            self.parts[id(u)] = self.parts[id(u)] + part if id(u) in self.parts else part

    def tied(self) -> tuple[Edge, Value]:
        edge, parts = self.edge, list(self.parts.values())
        edge.count, edge.several = self.count, len(parts) > 1
        if self.count > 1 and not (self.whole and len(parts) == 1):
            edge.formula, edge.local, edge.gradient = "", None, None
        if self.known:
            edge.contribution = parts[0] if len(parts) == 1 else math.hypot(*map(float, parts))
        return edge, self.u


class _Maker:
    """The steps from a graph to a view; each fits a screen and none recurses."""

    def __init__(self, output: Value, level: str, open: Iterable[Any]) -> None:
        self.output = output
        self.nodes = order(output)
        self.passed = bool(output.grad != 0)
        self.truth = chain_rule(output) if self.passed and bent() else {}
        self.inputs = {id(v): v._prev for v in self.nodes}
        self.uses: dict[int, int] = {}
        for us in self.inputs.values():
            for u in us:
                self.uses[id(u)] = self.uses.get(id(u), 0) + 1
        self.scoped = any(v.scope for v in self.nodes)
        self.absorbed: dict[int, Value] = {}  # a sum that stands inside another: by whom
        self.notes: list[str] = []
        self.open = [open] if isinstance(open, str) else list(open)
        self.opened = {self._opened(entry) for entry in self.open}
        self.level, self.boxes = self._choose(level)
        self.at = {id(v): box for box in self.boxes for v in box.members}
        self.names: dict[int, Symbol] = {}
        self.terms: dict[int, list[_Term]] = {}

    # ── the level ──

    def _choose(self, level: str) -> tuple[str, list[_Box]]:
        asked = level
        if level == "auto":
            level = "neuron" if self.opened else "sum"
        if level != "operation":
            self._absorb()
        boxes = self._gather(level)
        while (
            asked == "auto" and self.scoped and level != "layer" and not self._fits(boxes, READABLE)
        ):
            level = LEVELS[LEVELS.index(level) + 1]
            boxes = self._gather(level)
        grouped = any(box.kind == "group" for box in boxes)
        if level in ("neuron", "layer") and not grouped and not self.opened:
            level = "sum"
            if asked != "auto":
                self.notes.append(
                    say(
                        fr="aucun neurone ni couche dans ce graphe",
                        en="no neuron or layer in this graph",
                    )
                )
        if level == "sum" and not self.absorbed:
            level = "operation"
        if not self._fits(boxes, READABLE if asked == "auto" else 2 * READABLE):
            boxes = self._without_the_middle(boxes)
        return level, boxes

    def _fits(self, boxes: list[_Box], most: int) -> bool:
        if len(boxes) > most:
            return False
        alone = (v for box in boxes if box.kind == "one" for v in box.members)
        return sum(len(self.inputs[id(v)]) for v in alone) <= 4 * most

    def _absorb(self) -> None:
        """Unnamed sums used once, by a sum of the same scope, stand inside it."""
        adds = (TABLE["add"], TABLE["sum"])
        inside = (*adds, TABLE["dot"])
        for v in self.nodes:
            if v.op not in adds:
                continue
            for u in self.inputs[id(v)]:
                if u.op in inside and not u.label and self.uses[id(u)] == 1 and u.scope == v.scope:
                    self.absorbed[id(u)] = v
        for v in reversed(self.nodes):  # by the outermost sum, however long the chain
            owner = self.absorbed.get(id(v))
            if owner is not None:
                self.absorbed[id(v)] = self.absorbed.get(id(owner), owner)

    def _gather(self, level: str) -> list[_Box]:
        """Boxes in the order of their last members."""
        boxes: dict[Any, _Box] = {}
        key_of: dict[int, Any] = {}
        for v in self.nodes:
            if id(v) not in self.absorbed:
                key_of[id(v)] = self._key(v, level)
        if level != "operation":
            self._leaves_join(key_of)
        for v in self.nodes:
            top = self.absorbed.get(id(v), v)
            key = key_of[id(top)]
            if key is None:
                key = id(top)
            box = boxes.pop(key, None)
            if box is None:
                box = _Box([])
            box.members.append(v)
            boxes[key] = box
            if isinstance(key, tuple):
                box.kind, box.scope = ("leaves", ()) if key[:1] == (None,) else ("group", key)
            else:
                box.scope = top.scope
        found = list(boxes.values())
        return self._fold_the_cost(found) if level == "layer" else found

    def _key(self, v: Value, level: str) -> Any:
        """The scope that v's box stands for at this level; None if v has a box of its own."""
        if (
            level not in ("neuron", "layer")
            or not v.scope
            or v is self.output
            and len(v.scope) == 0
        ):
            return None
        cuts = _cuts(v.scope)
        depth = len(cuts) - 1 if level == "neuron" else 0
        while depth < len(cuts) and cuts[depth] in self.opened:
            depth += 1
        for outer in cuts[:depth]:
            if outer in self.opened:
                break
        return cuts[depth] if depth < len(cuts) else None

    def _leaves_join(self, key_of: dict[int, Any]) -> None:
        """Parameters and numbers used by one group only live in it; many leaves used alike, together."""
        users: dict[int, dict[Any, None]] = {}
        leaves = []
        for v in self.nodes:
            if v.op is None and key_of[id(v)] is None:
                leaves.append(v)
            top = id(self.absorbed.get(id(v), v))
            key = key_of[top]
            for u in self.inputs[id(v)]:
                if u.op is None:
                    users.setdefault(id(u), {})[top if key is None else key] = None
        alike: dict[Any, list[Value]] = {}
        for v in leaves:
            used = tuple(users.get(id(v), {}))
            if len(used) == 1 and isinstance(used[0], tuple) and leaf_kind(v) != "data":
                key_of[id(v)] = used[0]
            elif len(used) == 1 or (used and all(isinstance(key, tuple) for key in used)):
                alike.setdefault((None, leaf_kind(v), *used), []).append(v)
        for key, together in alike.items():
            if len(together) > FEW:
                for v in together:
                    key_of[id(v)] = key

    def _fold_the_cost(self, boxes: list[_Box]) -> list[_Box]:
        """What comes after the last layer, in one box, where it is too long to be read."""
        if not any(box.kind == "group" for box in boxes):
            return boxes
        at = {id(v): box for box in boxes for v in box.members}
        users: dict[int, list[_Box]] = {}
        for box in boxes:
            for u in {
                id(at[id(u)]): at[id(u)] for v in box.members for u in self.inputs[id(v)]
            }.values():
                if u is not box:
                    users.setdefault(id(u), []).append(box)
        tail: dict[int, _Box] = {}
        for box in reversed(boxes):
            alone = box.kind == "one" and not box.scope and self.output not in box.members
            after = users.get(id(box), [])
            if alone and all(id(b) in tail or self.output in b.members for b in after):
                tail[id(box)] = box
        if len(tail) <= SCREEN:
            return boxes
        members = [v for box in boxes if id(box) in tail for v in box.members]
        fold = _Box(members, kind="folded")
        self.notes.append(
            say(
                fr=f"{_count(len(members))} nœuds du calcul du coût sont repliés",
                en=f"{_count(len(members))} nodes of the cost are folded",
            )
        )
        left = [box for box in boxes if id(box) not in tail]
        where = next(i for i, box in enumerate(left) if self.output in box.members)
        return [*left[:where], fold, *left[where:]]

    def _without_the_middle(self, boxes: list[_Box]) -> list[_Box]:
        """The first boxes and those nearest to the output; everything between is one box.

        What is kept at the end holds every user of its boxes, what is kept at the start every input
        of its boxes: so the middle, folded, makes no cycle.
        """
        boxes, inputs = self._sorted(boxes)
        height = [0] * len(boxes)
        for i in range(len(boxes) - 1, -1, -1):
            for j in inputs[i]:
                height[j] = max(height[j], height[i] + 1)
        nearest = sorted(range(len(boxes)), key=lambda i: (height[i], -i))
        end = set(nearest[: SCREEN * 2 // 3])
        start: set[int] = set()
        for i in range(len(boxes)):
            if len(start) >= SCREEN // 3:
                break
            if i not in end:
                start.add(i)
        middle = [i for i in range(len(boxes)) if i not in end and i not in start]
        members = [v for i in middle for v in boxes[i].members]
        self.notes.append(
            say(
                fr=f"le milieu du graphe ({_count(len(members))} nœuds sur {_count(len(self.nodes))}) est replié",
                en=f"the middle of the graph ({_count(len(members))} of {_count(len(self.nodes))} nodes) is folded",
            )
        )
        first = [boxes[i] for i in range(len(boxes)) if i in start]
        last = [boxes[i] for i in range(len(boxes)) if i in end]
        return [*first, _Box(members, kind="folded"), *last]

    def _sorted(self, boxes: list[_Box]) -> tuple[list[_Box], list[list[int]]]:
        """Boxes after their inputs, and the places of these; groups that feed each other are undone."""
        place = {id(v): i for i, box in enumerate(boxes) for v in box.members}
        inputs = []
        for i, box in enumerate(boxes):
            found = dict.fromkeys(place[id(u)] for v in box.members for u in self.inputs[id(v)])
            found.pop(i, None)
            inputs.append(list(found))
        if all(j < i for i, js in enumerate(inputs) for j in js):
            return boxes, inputs
        users: list[list[int]] = [[] for _ in boxes]
        for i, js in enumerate(inputs):
            for j in js:
                users[j].append(i)
        missing = [len(js) for js in inputs]
        ready = [i for i, count in enumerate(missing) if not count]
        for i in ready:
            for k in users[i]:
                missing[k] -= 1
                if not missing[k]:
                    ready.append(k)
        if len(ready) < len(boxes):
            return self._sorted(self._gather("sum"))
        new = {i: k for k, i in enumerate(ready)}
        return [boxes[i] for i in ready], [[new[j] for j in inputs[i]] for i in ready]

    # ── opening groups ──

    def _opened(self, entry: Any) -> Scope:
        """The scope that `open` names; ValueError that lists the groups if there is none."""
        groups = {cut: None for v in self.nodes for cut in _cuts(v.scope)}
        if isinstance(entry, str):
            for cut in groups:
                plain = " · ".join(f"{word} {index}".strip() for word, index in cut)
                if entry in (plain, place_name(cut), plain.replace(" · ", " ")):
                    return cut
        else:
            wanted = tuple(entry)
            wanted = (wanted,) if len(wanted) == 2 and isinstance(wanted[0], str) else wanted
            for cut in groups:
                if cut == wanted:
                    return cut
        listed = ", ".join(
            f"« {place_name(cut)} »" if language() == "fr" else f"'{place_name(cut)}'"
            for cut in groups
        )
        raise ValueError(
            say(
                fr=f"open={entry!r} : aucun groupe de ce nom. Groupes du graphe : {listed or 'aucun'}",
                en=f"open={entry!r}: no group of that name. Groups of the graph: {listed or 'none'}",
            )
        )

    # ── names and formulas ──

    def _name_all(self) -> None:
        """A name for every node that the picture mentions: its label, its number, or u₁, u₂, …"""
        taken = {shown_name(v.label) for v in self.nodes if v.label}
        root = shown_name(self.output.label) if self.output.label else "" if "L" in taken else "L"
        taken.add(root)
        fresh = free_names(taken)
        for box in self.boxes:
            for v in box.outputs if box.kind in ("one", "group") else ():
                if v is self.output and v.op is not None and root:
                    self.names[id(v)] = Symbol(root)
                elif v.op is not None and not v.label:
                    self.names[id(v)] = Symbol(fresh())
        self.root = self._symbol(self.output).text

    def _symbol(self, u: Any) -> Symbol:
        """How u is written in an expression, also inside a group."""
        if not isinstance(u, Value):
            return symbol(u, spelled=_brief)
        if id(u) not in self.names:
            if u.label:
                self.names[id(u)] = Symbol(shown_name(u.label, 24))
            elif u.op is None:
                self.names[id(u)] = symbol(u.data, spelled=_brief)
        return self.names.get(id(u)) or Symbol("…")

    def _terms(self, v: Value) -> list[_Term]:
        """The inputs of v with what stands inside it taken apart; local derivatives as stored."""
        known = self.terms.get(id(v))
        if known is not None:
            return known
        found = self.terms[id(v)] = self._taken_apart(v)
        return found

    def _taken_apart(self, v: Value) -> list[_Term]:
        stack = [_Term(v, 1)]
        found: list[_Term] = []
        while stack:
            term = stack.pop()
            u = term.u
            if u is not v and id(u) not in self.absorbed:
                found.append(term)
                continue
            parts = [
                _Term(w, d if d is None else term.local * d)
                for w, d in zip(u.inputs, u.partials, strict=True)
            ]
            if u.op is TABLE["dot"]:
                n = len(parts) // 2
                for i, part in enumerate(parts):
                    part.factor = parts[(i + n) % (2 * n)].u
                if u is not v:  # both factors of a product side by side
                    found.extend(
                        part for pair in zip(parts[:n], parts[n:], strict=True) for part in pair
                    )
                    continue
                return parts
            stack.extend(reversed(parts))
        return found

    def _expression(self, v: Value, terms: Sequence[_Term], brief: bool = False) -> str:
        """v one level deep, long sums without their middle (with `brief`, sums of more than three)."""
        if v.op is None:
            return ""
        if v.op in (TABLE["add"], TABLE["sum"], TABLE["dot"]):
            written = []
            skip = False
            n = len(terms) // 2
            pairs = (
                [t for pair in zip(terms[:n], terms[n:], strict=True) for t in pair]
                if v.op is TABLE["dot"]
                else terms
            )
            for term in pairs if len(pairs) < 40 else [*pairs[:16], *pairs[-16:]]:
                if skip:
                    skip = False
                elif term.factor is not None:
                    written.append(
                        spell(TABLE["mul"], [self._symbol(term.u), self._symbol(term.factor)])
                    )
                    skip = True
                else:
                    written.append(self._symbol(term.u))
            roomy = not brief and sum(len(w.text) for w in written) < 48
            return _listed(sum_of(written, longest=6 if roomy else 3).text)
        inputs = [self._symbol(u) for u in v.inputs]
        if len(inputs) > 6:
            inputs = [*inputs[:3], Symbol("…"), inputs[-1]]
        if not isinstance(v.op, Op):
            return _listed(f"{shown_name(v.op, 16)}({', '.join(x.text for x in inputs)})")
        return _listed(spell(v.op, inputs).text)

    def _formulas(self, v: Value, terms: Sequence[_Term]) -> list[str]:
        """The local derivative with respect to each term, as text."""
        if not isinstance(v.op, Op):
            return [""] * len(terms)
        if v.op in (TABLE["add"], TABLE["sum"], TABLE["dot"]):
            return ["1" if t.factor is None else self._symbol(t.factor).text for t in terms]
        if len(terms) > 60:
            return [""] * len(terms)
        found = v.op.local_derivatives([self._symbol(t.u) for t in terms], self._symbol(v))
        return [_listed(symbol(d, spelled=_brief).text) for d in found]

    # ── boxes ──

    def view(self) -> View:
        self._find_outputs()
        self._name_all()
        for i, box in enumerate(self.boxes):
            box.node = self._node(f"n{i}", box)
        self._tell_truth()
        edges = self._edges()
        self._add_sums(edges)
        return View(
            [box.node for box in self.boxes if box.node is not None],
            [edge for edge, _ in edges],
            self._groups(),
            self.level,
            self.root,
            self._caption(),
            " ; ".join(self.notes) if language() == "fr" else "; ".join(self.notes),
            self.passed,
        )

    def _find_outputs(self) -> None:
        """The nodes of each box that others use."""
        seen: set[int] = set()
        for v in self.nodes:
            box = self.at[id(v)]
            for u in self.inputs[id(v)]:
                if id(u) not in seen and self.at[id(u)] is not box:
                    seen.add(id(u))
                    self.at[id(u)].outputs.append(u)
        if id(self.output) not in seen:
            self.at[id(self.output)].outputs.append(self.output)

    def _grad(self, v: Value) -> Any:
        return v.grad if self.passed else None

    def _node(self, name: str, box: _Box) -> Node:
        if box.kind == "one":
            v = box.members[-1]
            return Node(
                name,
                shown_name(v.label) if v.label else self._symbol(v).text,
                self._expression(v, self._terms(v)),
                v.data,
                self._grad(v),
                self._kind(v),
                v.scope,
                count=len(box.members),
                value=v,
            )
        one = box.outputs[0] if len(box.outputs) == 1 else None
        node = Node(name, "", kind="folded", scope=box.scope, count=len(box.members), value=one)
        if box.kind == "folded":
            node.title = say(
                fr=f"⋯ {_count(node.count)} nœuds repliés ⋯",
                en=f"⋯ {_count(node.count)} nodes folded ⋯",
            )
            return node
        names = list(
            dict.fromkeys(self._symbol(v).text for v in box.outputs)
        )  # a₁ of every example: once
        node.name = f"{names[0]} … {names[-1]}" if len(names) > 3 else ", ".join(names)
        node.data = one.data if one else tuple(v.data for v in box.outputs)
        node.grad = (
            self._grad(one) if one else tuple(v.grad for v in box.outputs) if self.passed else None
        )
        node.kind = "group"
        if box.kind == "leaves":
            node.kind = leaf_kind(box.members[0])
            shown = box.members if node.count <= 24 else [*box.members[:12], *box.members[-6:]]
            node.parameters = tuple((self._symbol(v).text, v.data, self._grad(v)) for v in shown)
            return node
        node.title = place_name(box.scope)
        node.parameters = tuple(
            (self._symbol(v).text, v.data, self._grad(v))
            for v in box.members
            if v.op is None and leaf_kind(v) == "parameter"
        )
        if one:
            node.expression = self._inlined(box, one)
        else:
            node.expression = self._functions(box)
        return node

    def _tell_truth(self) -> None:
        """Beside each wrong gradient the right one; broken is where all that a box feeds is right."""
        if not self.truth:
            return
        fed_wrong = {id(u) for v in self.nodes if self._wrong(v) for u in self.inputs[id(v)]}
        for box in self.boxes:
            node = box.node
            if node is None or node.kind == "folded":
                continue
            outputs = box.outputs if node.value is None else [node.value]
            wrong = [v for v in outputs if self._wrong(v)]
            if wrong:
                truth = tuple(self.truth[v] for v in outputs)
                node.truth = truth[0] if len(truth) == 1 else truth
                node.broken = any(id(v) not in fed_wrong for v in wrong)

    def _wrong(self, v: Value) -> bool:
        """The gradient differs from the chain rule's by more than rounding."""
        g, true = v.grad, self.truth.get(v, v.grad)
        if g == true or (g != g and true != true):
            return False
        return not abs(g - true) <= 1e-12 * max(abs(g), abs(true))

    def _kind(self, v: Value) -> str:
        if v.op is None:
            return leaf_kind(v)
        if v is self.output:
            return "cost"
        return "inner" if isinstance(v.op, Op) else "foreign"

    def _inlined(self, box: _Box, output: Value) -> str:
        """The output of a group written on what enters it; one level deep if that is too long."""
        simple = all(isinstance(v.op, Op) or v.op is None for v in box.members)
        if simple and len(box.members) <= 60:
            for brief in (False, True):
                text = self._written_through(box, output, brief)
                if len(text) <= LONG:
                    return text
        return self._expression(output, self._terms(output))

    def _written_through(self, box: _Box, output: Value, brief: bool) -> str:
        """The output of a group, every inner node replaced by its own expression."""
        outside = dict(self.names)
        text = ""
        for v in box.members:
            if v.op is not None and id(v) not in self.absorbed:
                text = self._expression(v, self._terms(v), brief)
                additive = v.op in (
                    TABLE["add"],
                    TABLE["sum"],
                    TABLE["dot"],
                    TABLE["sub"],
                    TABLE["neg"],
                )
                if len(text) > 4 * LONG:  # shared nodes would double it at every step
                    break
                self.names[id(v)] = Symbol(text, 1 if additive else 2)
        self.names = outside
        return text

    def _functions(self, box: _Box) -> str:
        """What makes the outputs of a layer, if all are made alike: σ(W·x + b)."""
        kinds = {v.op.name if isinstance(v.op, Op) else v.op for v in box.outputs}
        if len(kinds) != 1 or box.outputs[0].op is None:
            return ""
        one = box.outputs[0].op
        linear = any(v.op is TABLE["dot"] for v in box.members) and any(
            v.op is None and leaf_kind(v) == "parameter" for v in box.members
        )
        inner = Symbol("W·x + b" if linear else "…", 1)
        if one in (TABLE["add"], TABLE["dot"]):
            return inner.text if linear else ""
        return spell(one, [inner]).text if isinstance(one, Op) and one.arity == 1 else ""

    # ── arrows ──

    def _edges(self) -> list[tuple[Edge, Value]]:
        """Every arrow with the node whose gradient it feeds, box by box in the order of inputs."""
        found: list[tuple[Edge, Value]] = []
        for box in self.boxes:
            found += self._arrows(box) if box.kind == "one" else self._arrows_into_group(box)
        return found

    def _arrows(self, box: _Box) -> list[tuple[Edge, Value]]:
        v = box.members[-1]
        terms = self._terms(v)
        formulas = self._formulas(v, terms)
        gradient = self._grad(v)
        assert box.node is not None
        bundles: dict[Any, _Bundle] = {}
        copies: dict[int, int] = {}
        for i, (term, formula) in enumerate(zip(terms, formulas, strict=True)):
            if not isinstance(term.u, Value):
                continue
            src = self.at[id(term.u)]
            assert src.node is not None
            copies[id(term.u)] = copies.get(id(term.u), 0) + 1
            key: Any = i
            if src.kind in ("folded", "leaves"):
                key = id(src)
            elif copies[id(term.u)] > 8:
                key = id(term.u)
            if key not in bundles:
                brief = formula if len(formula) <= LONG else ""
                edge = Edge(src.node.id, box.node.id, i, brief, term.local, gradient)
                bundles[key] = _Bundle(edge, term.u)
            bundles[key].add(term.u, term.local, gradient)
        return [bundle.tied() for bundle in bundles.values()]

    def _arrows_into_group(self, box: _Box) -> list[tuple[Edge, Value]]:
        """One arrow from each node that a group uses (one per group where that is a group)."""
        assert box.node is not None
        one = box.outputs[0] if len(box.outputs) == 1 and box.kind == "group" else None
        locals_, formulas = self._through(box, one) if one else ({}, {})
        bundles: dict[int, _Bundle] = {}
        for v in box.members:
            for u, d in zip(v.inputs, v.partials, strict=True):
                if not isinstance(u, Value) or self.at[id(u)] is box:
                    continue
                src = self.at[id(u)]
                assert src.node is not None
                key = id(u) if src.kind == "one" else id(src)
                if key not in bundles:
                    edge = Edge(src.node.id, box.node.id, len(bundles))
                    bundles[key] = _Bundle(edge, u, whole=one is not None)
                bundles[key].add(u, d, self._grad(v))
        for bundle in bundles.values():
            if bundle.whole and len(bundle.parts) == 1 and one is not None:
                bundle.edge.formula = formulas.get(id(bundle.u), "")
                bundle.edge.local, bundle.edge.gradient = locals_.get(id(bundle.u)), self._grad(one)
        return [bundle.tied() for bundle in bundles.values()]

    def _through(self, box: _Box, output: Value) -> tuple[dict[int, Any], dict[int, str]]:
        """∂output/∂u for every u that enters a group: the chain rule walked inside it, twice.

        On numbers, and, where the group is small, on names: a(1−a)·w₁.
        """
        arrived: dict[int, Any] = {id(output): 1}
        written: dict[int, Symbol] = {id(output): Symbol("1", number=1)}
        spelled = len(box.members) <= 60 and all(
            isinstance(v.op, Op) or v.op is None for v in box.members
        )
        for v in reversed(box.members):
            if v.op is None or id(v) not in arrived:
                continue
            texts: list[Any] = []
            if spelled and isinstance(v.op, Op):
                texts = v.op.local_derivatives([self._symbol(u) for u in v.inputs], self._symbol(v))
            for i, (u, d) in enumerate(zip(v.inputs, v.partials, strict=True)):
                if not isinstance(u, Value):
                    continue
                if d is None:
                    return {}, {}
                part = arrived[id(v)] * d
                arrived[id(u)] = arrived[id(u)] + part if id(u) in arrived else part
                if texts:
                    text = written[id(v)] * symbol(texts[i], spelled=_brief)
                    text = written[id(u)] + text if id(u) in written else text
                    written[id(u)] = text if len(text.text) <= 4 * LONG else Symbol("…")
        brief = {key: text.text for key, text in written.items() if "…" not in text.text}
        return arrived, {key: _listed(text) for key, text in brief.items() if len(text) <= LONG}

    # ── the sum at a node that is used several times ──

    def _add_sums(self, edges: Sequence[tuple[Edge, Value]]) -> None:
        if not self.passed:
            return
        arriving: dict[int, list[Edge]] = {}
        for edge, u in edges:
            arriving.setdefault(id(u), []).append(edge)
        for box in self.boxes:
            if box.node is None or box.node.value is None or box.kind in ("folded", "leaves"):
                continue
            parts = arriving.get(id(box.node.value), [])
            if parts and all(edge.contribution is not None for edge in parts):
                box.node.sum = self._sum_text(box.node.value, parts)

    def _sum_text(self, v: Value, parts: Sequence[Edge]) -> str:
        """∂L/∂v = 1·3 + 1·3 = 6, and what the arrows of this picture do not explain."""
        total = sum(edge.contribution for edge in parts)
        rest = v.grad - total
        scale = max(abs(float(edge.contribution)) for edge in parts)
        exact = not math.isfinite(scale) or abs(float(rest)) <= 1e-9 * max(
            scale, abs(float(v.grad))
        )
        if len(parts) < 2 and exact:
            return ""
        head = f"∂{self.root}/∂{self._symbol(v):5} = "
        if not exact and v.grad == 0 and not self._wrong(v):
            return head + say(fr="0 (remis à zéro)", en="0 (set to zero)")
        shown = parts if len(parts) <= 4 else [*parts[:2], None, parts[-1]]
        terms = ["…" if edge is None else self._product(edge, i) for i, edge in enumerate(shown)]
        text = head + " + ".join(terms)
        if not exact and self._wrong(v):
            return f"{text} ≠ {number(v.grad)}"
        if not exact:
            there = (
                say(fr="déjà là", en="already there")
                if v.op is None
                else say(fr="hors du dessin", en="not drawn")
            )
            text += f" + {_in_parentheses(number(rest))} [{there}]"
        return f"{text} = {number(v.grad)}"

    def _product(self, edge: Edge, i: int) -> str:
        if edge.local is None or edge.gradient is None:
            text = number(edge.contribution)
            return _in_parentheses(text) if i else text
        first = number(edge.gradient)
        return (_in_parentheses(first) if i else first) + "·" + _in_parentheses(number(edge.local))

    # ── frames and words ──

    def _groups(self) -> list[Group]:
        """The outermost scopes with the boxes in them."""
        found: dict[Scope, Group] = {}
        for box in self.boxes:
            if box.scope and box.node is not None:
                outer = _cuts(box.scope)[0]
                found.setdefault(outer, Group(outer, place_name(outer), [])).ids.append(box.node.id)
        return list(found.values())

    def _caption(self) -> str:
        words = {
            "operation": say(fr="une case par opération", en="one box per operation"),
            "sum": say(
                fr="une case par opération, chaînes de + réunies",
                en="one box per operation, chains of + in one",
            ),
            "neuron": say(fr="une case par neurone", en="one box per neuron"),
            "layer": say(fr="une case par couche", en="one box per layer"),
        }
        text = words[self.level]
        if self.opened:
            text += say(fr=", ouvert : ", en=", opened: ") + ", ".join(
                place_name(s) for s in sorted(self.opened, key=str)
            )
        if len(self.nodes) > len(self.boxes):
            text += say(
                fr=f" ({_count(len(self.boxes))} cases pour {_count(len(self.nodes))} nœuds)",
                en=f" ({_count(len(self.boxes))} boxes for {_count(len(self.nodes))} nodes)",
            )
        return text


def _cuts(place: Scope) -> list[Scope]:
    """The scopes that a box may stand for, outermost first: layer, then neuron, then what is inside.

    A scope without these words is one box, by its first part, then by the whole of it.
    """
    ends = [i + 1 for i, (word, _) in enumerate(place) if word in ("layer", "neuron")]
    if not ends and place:
        ends = sorted({1, len(place)})
    return [place[:end] for end in ends]


def _count(n: int) -> str:
    """A whole number in groups of three digits."""
    return f"{n:,}".replace(",", "\u202f") if language() == "fr" else f"{n:,}"


def _in_parentheses(text: str) -> str:
    return f"({text})" if text.startswith("−") else text


def _listed(text: str) -> str:
    """Beside decimal commas a list needs semicolons: max(0,5 ; x)."""
    return (
        re.sub(r", ", "\u202f; ", text)
        if language() == "fr" and re.search(r"\d,\d", text)
        else text
    )
