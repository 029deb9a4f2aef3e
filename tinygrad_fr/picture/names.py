"""Draw it: what every node of a picture is called, and its formula one level deep."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from tinygrad_fr.engine import Value
from tinygrad_fr.formula.names import free_names, pretty
from tinygrad_fr.formula.symbol import Symbol, spell, sum_of, symbol
from tinygrad_fr.gradient import DERIVATIVE
from tinygrad_fr.ops import Op, add, mul, neg, scalar_product, sub
from tinygrad_fr.picture.boxes import Box, is_sum
from tinygrad_fr.picture.gathered import Gathered, leaf_kind
from tinygrad_fr.picture.levels import Boxes
from tinygrad_fr.walk import chain_rule
from tinygrad_fr.words import language, number

LONG = 34  # characters of an expression or a local derivative; longer ones are said more briefly
SPELLED = 60  # nodes, or inputs, whose derivative is still written out

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def shown_name(label: str, longest: int = 40) -> str:
    """A label as it is shown: in one line, no longer than this, nothing that no file can hold."""
    text = storable(label).replace("\r\n", "\n").replace("\t", " ")
    text = pretty(re.sub(r"[\n\r\u2028\u2029]", "↵", text))
    return text if len(text) <= longest else text[: longest - 1] + "…"


def storable(text: str) -> str:
    """The text without what no file can hold: control characters, halves of a character."""
    return _CONTROL.sub("\ufffd", text)


def brief(x: Any) -> str:
    """A number inside an expression: four digits are enough to recognise it."""
    return number(x, 4)


def listed(text: str) -> str:
    """Beside decimal commas a list needs semicolons: max(0,5 ; x)."""
    commas = language() == "fr" and re.search(r"\d,\d", text)
    return re.sub(r", ", "\u202f; ", text) if commas else text


class Part(NamedTuple):
    """One input of a box: the node u, times `factor` (another node or a number) if not None.

    local   the local derivative of the box's output with respect to u, as stored
    """

    u: Any
    local: Any
    factor: Any = None


@dataclass(frozen=True, slots=True, eq=False)
class Names:
    """What nodes are called, and how they are written on each other's names.

    root    the name of the output
    known   the name of its output, u₁, u₂, … for nodes without a label, and those asked before
    inside  what stands inside a sum, and is written out there
    """

    root: str
    known: dict[Value, Symbol]
    inside: Mapping[Value, Value]

    def __call__(self, u: Any) -> Symbol:
        """How a node, or a plain number, is written in an expression; … for what has no name."""
        if not isinstance(u, Value):
            return symbol(u, spelled=brief)
        return self.called(u) or Symbol("…")

    def called(self, v: Value) -> Symbol | None:
        """The name of a node; None for one that has none in this picture."""
        found = self.known.get(v)
        if found is None and v.label:
            found = self.known[v] = Symbol(shown_name(v.label, 24))
        elif v.exact in ("pi", "e") and found is None:
            found = self.known[v] = Symbol("π" if v.exact == "pi" else "e")
        elif found is None and v.op is None:
            found = self.known[v] = symbol(v.data, spelled=brief)
        return found

    def parts(self, v: Value) -> list[Part]:
        """The inputs of v, with what stands inside it taken apart."""
        stack = [Part(v, 1)]
        found: list[Part] = []
        while stack:
            u, local, _ = part = stack.pop()
            if u is not v and u not in self.inside:
                found.append(part)
                continue
            inputs, partials = u.inputs, u.partials
            n = len(inputs) // 2
            factors = (None,) * len(inputs)
            if u.op is scalar_product:
                factors = (*inputs[n:], *inputs[:n])
            below = [
                Part(w, d if d is None else local * d, factor)
                for w, d, factor in zip(inputs, partials, factors, strict=True)
            ]
            if u.op is not scalar_product:
                stack += reversed(below)
            elif u is v:
                return below
            else:  # the two factors of a product side by side
                found += [p for pair in zip(below[:n], below[n:], strict=True) for p in pair]
        return found

    def expression(self, v: Value, parts: Sequence[Part], short: bool = False) -> str:
        """v one level deep, long sums without their middle (with `short`, those of four too)."""
        if v.op is None:
            return ""
        if is_sum(v.op) or v.op is scalar_product:
            terms = self._terms(v, parts)
            roomy = not short and sum(len(term.text) for term in terms) < 48
            return listed(sum_of(terms, longest=6 if roomy else 3).text)
        inputs = [self(u) for u in v.inputs]
        if len(inputs) > 6:
            inputs = [*inputs[:3], Symbol("…"), inputs[-1]]
        if not isinstance(v.op, Op):
            return listed(f"{shown_name(v.op, 16)}({', '.join(x.text for x in inputs)})")
        return listed(spell(v.op, inputs).text)

    def _terms(self, v: Value, parts: Sequence[Part]) -> list[Symbol]:
        """What is added up, factors together; of very long sums both ends."""
        if v.op is scalar_product:
            n = len(parts) // 2
            parts = [p for pair in zip(parts[:n], parts[n:], strict=True) for p in pair]
        terms = []
        second = False
        for part in parts if len(parts) < 40 else [*parts[:16], *parts[-16:]]:
            if not second:
                one = self(part.u)
                terms.append(one if part.factor is None else spell(mul, [one, self(part.factor)]))
            second = part.factor is not None and not second
        return terms

    def slopes(self, v: Value, parts: Sequence[Part]) -> list[str]:
        """The local derivative of v with respect to each part, as text."""
        if not isinstance(v.op, Op):
            return [""] * len(parts)
        if is_sum(v.op) or v.op is scalar_product:
            return ["1" if p.factor is None else self(p.factor).text for p in parts]
        if len(parts) > SPELLED:
            return [""] * len(parts)
        return [listed(slope.text) for slope in self._slopes(v)]

    def _slopes(self, v: Value) -> list[Symbol]:
        """The rules of the row of v, run on names; a whole number in a list may be an index."""
        assert isinstance(v.op, Op)
        wide = v.op.arity is None
        inputs = [u if wide and type(u) is int else self(u) for u in v.inputs]
        found = v.op.local_derivatives(inputs, self(v))
        return [symbol(d, spelled=brief) for d in found]

    # ── a group as one function of what enters it ──

    def written_through(self, box: Box, output: Value) -> str:
        """The output of a group written on what enters it; one level deep if that is too long."""
        if _spellable(box):
            for short in (False, True):
                text = self._through(box, short)
                if len(text) <= LONG:
                    return text
        return self.expression(output, self.parts(output))

    def _through(self, box: Box, short: bool) -> str:
        """Every node of a group replaced by its own expression, up to the last."""
        known = dict(self.known)
        names = replace(self, known=known)
        text = ""
        for v in box.members:
            if v.op is not None and v not in self.inside:
                text = names.expression(v, names.parts(v), short)
                if len(text) > 4 * LONG:  # shared nodes would double it at every step
                    break
                loose = is_sum(v.op) or v.op in (scalar_product, sub, neg)
                known[v] = Symbol(text, 1 if loose else 2)
        return text

    def slopes_through(self, box: Box, output: Value) -> dict[Value, str]:
        """∂output/∂u for every u of a small group, on names: the chain rule gives a(1−a)·w₁."""
        if not _spellable(box):
            return {}

        def slopes(v: Value) -> list[Symbol | None]:
            pairs = zip(v.inputs, self._slopes(v), strict=True)
            return [d if isinstance(u, Value) else None for u, d in pairs]

        arrived = chain_rule(
            output,
            slopes,
            start=Symbol("1", number=1),
            along=box.members,
            times=lambda g, d: _cut(g * d),
            plus=lambda before, part: _cut(before + part),
        )
        whole = {u: text for u, text in arrived.items() if "…" not in text.text}
        return {u: listed(text.text) for u, text in whole.items() if len(text.text) <= LONG}

    def functions(self, box: Box, outputs: Sequence[Value]) -> str:
        """What makes the outputs of a layer, if all are made alike: σ(W·x + b)."""
        kinds = {v.op.name if isinstance(v.op, Op) else v.op for v in outputs}
        one = outputs[0].op
        if len(kinds) != 1 or one is None:
            return ""
        weighted = any(v.op is scalar_product for v in box.members)
        linear = weighted and any(v.op is None and leaf_kind(v) == "parameter" for v in box.members)
        inner = Symbol("W·x + b" if linear else "…", 1)
        if one in (add, scalar_product):
            return inner.text if linear else ""
        return spell(one, [inner]).text if isinstance(one, Op) and one.arity == 1 else ""


def _spellable(box: Box) -> bool:
    """Few nodes, and all from the table."""
    known = all(isinstance(v.op, Op) or v.op is None for v in box.members)
    return known and len(box.members) <= SPELLED


def _cut(text: Symbol) -> Symbol:
    return text if len(text.text) <= 4 * LONG else Symbol("…")


def _free_root(graph: Gathered, taken: set[str]) -> str:
    """L for an output without a label; nothing where L is another node, or was derived."""
    derived = any(DERIVATIVE.fullmatch(v.label) for v in graph.nodes if v.label)
    return "" if "L" in taken or derived else "L"


def name_all(graph: Gathered, boxes: Boxes, called: Mapping[Value, str] | None = None) -> Names:
    """A name for every node that has a box: its label, or u₁, u₂, … (a leaf without a label, too).

    `called` has labels for nodes that bear none.
    """
    called = called or {}
    taken = {shown_name(v.label) for v in graph.nodes if v.label}
    taken |= {shown_name(label) for label in called.values()}
    output = graph.output
    own = output.label or called.get(output, "")
    root = shown_name(own) if own else _free_root(graph, taken)
    taken.add(root)
    fresh = free_names(taken)
    known: dict[Value, Symbol] = {}
    for box in boxes.boxes:
        for v in boxes.outputs[box] if box.kind in ("one", "group") else ():
            if v is output and v.op is not None and root:
                known[v] = Symbol(root)
            elif not v.label and (v.op is not None or v.exact is None):
                known[v] = Symbol(shown_name(called[v]) if v in called else fresh())
    names = Names("", known, boxes.inside)
    return replace(names, root=names(output).text)
