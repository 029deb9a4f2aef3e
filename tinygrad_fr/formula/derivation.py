"""Write it as a formula: the derivation of an expression, as it stands on the board.

The forward pass, a line for each stage; then the chain rule from the last layer to the first: ∂L/∂a
(or δ), f′(z), ∂L/∂w and ∂L/∂b neuron by neuron, each line with the numbers put in and its value.
It is `chain_rule` with written slopes; every line can be worked out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby
from typing import Any

from tinygrad_fr.engine import Value
from tinygrad_fr.exact import meant
from tinygrad_fr.formula.batch import Batch, batch_of, section_of
from tinygrad_fr.formula.board import board, figure
from tinygrad_fr.formula.general import SUM, SUM_END, Marked, general_form, summed
from tinygrad_fr.formula.general import mark as marked
from tinygrad_fr.formula.general import shown as general_shown
from tinygrad_fr.formula.lines import Line, lines_of
from tinygrad_fr.formula.names import named, parts, shown
from tinygrad_fr.formula.product import Product, Ref, Sum, Writing, spell
from tinygrad_fr.formula.putting import MOST, put_in
from tinygrad_fr.formula.python import to_python
from tinygrad_fr.formula.stages import Stages, is_transfer
from tinygrad_fr.formula.symbol import Symbol
from tinygrad_fr.formula.writers import Section, Written, as_html, as_latex, as_markdown, as_text
from tinygrad_fr.gradient import derivative_name
from tinygrad_fr.ops import TABLE, Op
from tinygrad_fr.refusals import known, refuse, whole
from tinygrad_fr.spelling import Page
from tinygrad_fr.walk import order
from tinygrad_fr.words import number, say

NOTATIONS = ("course", "delta", "neutral")
MANY = 4  # neurons of a layer that are all shown


@dataclass(slots=True)
class Derivation:
    """A derivation: its lines as data; `str` gives the text in the language in use."""

    stages: Stages
    digits: int = 3
    all: bool = False
    lines: list[Line] = field(default_factory=list)
    batch: Batch | None = None
    example: int = 0

    def __str__(self) -> str:
        return as_text(list(self.sections()))

    __repr__ = __str__

    def to_markdown(self) -> str:
        """Markdown with formulas in LaTeX, as most readers of Markdown show them."""
        return as_markdown(list(self.sections("latex")))

    def to_latex(self, document: bool = True) -> str:
        """LaTeX with amsmath: a document, or what stands in one."""
        return as_latex(list(self.sections("latex")), document)

    def to_html(self, document: bool = True) -> str:
        """HTML with MathML: a page, or what stands in one."""
        return as_html(list(self.sections("mathml")), document)

    def to_python(self) -> str:
        """A function in plain Python, to be pasted and run: the output and its gradient.

        Of a batch, the one example.  Raises ValueError where a line is infinite or NaN.
        """
        page = board()
        return to_python(
            self.stages, self.lines, self.spelled, lambda x: str(self.name(x.name, page))
        )

    def _repr_html_(self) -> str:
        return self.to_html(document=False)

    def sections(self, written: str = "text") -> Iterator[Section]:
        """What is read, on the page of a written language: "text", "latex", "mathml"."""
        if self.batch:
            wanted = list(self.stages.wanted)
            yield section_of(self.batch, wanted, self.digits, self.all, written)
        which = self.example and say(fr=f", exemple {self.example}", en=f", example {self.example}")
        title = say(fr="Passe avant", en="Forward pass") + (which or "")
        yield from self._forward(title, written)
        back = [x for x in self.lines if x.kind != "forward"]
        keys = list(dict.fromkeys((x.layer, 0 if x.layer else x.depth) for x in back))
        before = None
        for key in keys:
            lines = [x for x in back if (x.layer, 0 if x.layer else x.depth) == key]
            title = say(fr="Passe arrière", en="Backward pass") + (which or "")
            if key[0]:
                title += say(fr=f", couche {key[0]}", en=f", layer {key[0]}")
            general = self._general(lines, written) if key[0] else []
            many = len({self._neuron(x) for x in lines})
            some = lines
            if general and many > MANY and not self.all:
                first = self._neuron(lines[0])
                some = [x for x in lines if self._neuron(x) == first]
            found = self._all(some, written)
            if general:
                found = [w._replace(items=(), given="") for w in found]
            yield Section(
                "" if title == before else title,
                general,
                found,
                many - 1 if some is not lines else 0,
            )
            before = title

    def _forward(self, title: str, written: str) -> Iterator[Section]:
        """The forward pass; of a large layer the general form and the first neuron."""
        forward = [x for x in self.lines if x.kind == "forward"]
        rest: list[Line] = []
        for layer, group in groupby(forward, key=lambda x: x.layer):
            lines = list(group)
            many = len({self._neuron(x) for x in lines})
            large = bool(layer) and many > MANY and not self.all
            general = self._general(lines, written) if large else []
            if not general:
                rest += lines
                continue
            if rest:
                yield Section(title, [], self._all(rest, written))
            first = [x for x in lines if self._neuron(x) == self._neuron(lines[0])]
            name = title + say(fr=f", couche {layer}", en=f", layer {layer}")
            yield Section(name, general, self._all(first, written), many - 1)
            rest = []
        if rest:
            yield Section(title, [], self._all(rest, written))

    def _all(self, lines: Iterable[Line], written: str) -> list[Written]:
        return [self._written(x, written) for x in lines]

    # ── one line ──

    def _written(self, line: Line, written: str) -> Written:
        page = board(written)
        formula = self._text(line, page)
        short = self._text(line, page, short=True) if line.short else ""
        value = figure(page, number(line.value, self.digits)).text
        numbers = self._numbers(line, written)
        if numbers in (value, formula, short):
            numbers = ""
        symbol = self.name(line.name, page).text
        value = "" if value in (formula, short) else value
        return Written(symbol, formula, numbers, value, line.items, short, self._given(line, page))

    def _text(self, line: Line, page: Page, short: bool = False) -> str:
        """The right side of a line, or its short form, with names."""
        way = Writing(page.language, self.stages.inside)
        found: str = self.spelled(line, way, lambda key: self.name(key, page), short).text
        return found

    def spelled(self, line: Line, way: Any, at: Any, short: bool = False) -> Any:
        """The right side of a line; a slope of a transfer function is written out if unnamed."""

        def known(key: Any) -> Any:
            if isinstance(key, Ref) and key.kind == "′" and self.stages.notation != "course":
                return spell(self.stages.slopes[key.node][0], known, way)
            return at(key)

        if line.kind == "forward":
            return self.stages.spelled(line.node, way, known)
        return spell(line.short.what if short and line.short else line.what, known, way)

    def _given(self, line: Line, page: Page) -> str:
        """What the proof of a short form needed: y₁ + y₂ = 1."""
        if line.short is None or not line.short.given:
            return ""
        whole = page.sum(*(self.name(y, page) for y in line.short.given)).text
        equals = {"text": " = ", "mathml": "<mo>=</mo>"}.get(page.language, "=")
        return page.joined(whole, equals, page.number(1).text)

    def _numbers(self, line: Line, written: str) -> str:
        """The right side with numbers put in: enough digits that it gives the value as printed."""

        def spelled(way: Any, at: Any) -> Any:
            return self.spelled(line, way, at, short=True)

        inside = self.stages.inside
        return put_in(spelled, self.values(), line.value, self.digits, written, inside)

    def values(self) -> dict[Any, Any]:
        """The number of everything that has a name."""
        if not self._known:
            named_leaves = {v: v.data for v in self.stages.nodes if v.op is None and v.label}
            named_nodes = {v: v.data for v in self.stages.names}
            self._known = named_leaves | named_nodes | {x.name: x.value for x in self.lines}
        return self._known

    _known: dict[Any, Any] = field(default_factory=dict, repr=False)

    # ── names ──

    def label(self, key: Any) -> str:
        """The label of a node or a line: z_1^[2], ∂L/∂a_1^[2], delta_1^[2]."""
        names = self.stages.names
        if not isinstance(key, Ref):
            return names[key]
        if key.kind == "∂" and key.node in self.stages.deltas:
            return self.stages.deltas[key.node]
        return derivative_name(names[self.stages.output], names[key.node])

    def name(self, key: Any, page: Page, mark: bool = False) -> Any:
        """A node or a line by its name, as a Symbol; None for what has none."""

        def letter(label: str) -> Symbol:
            if mark:
                return Symbol(marked(label), page=page)
            term = named(label, page)
            return Symbol(term.text, term.level, page)

        if isinstance(key, Ref) and key.kind == "′":
            return _primed(
                key.node, [self._argument(u, page, letter) for u in key.node.inputs], page
            )
        if isinstance(key, Ref) or key in self.stages.names:
            return letter(self.label(key))
        return None

    def _argument(self, u: Any, page: Page, letter: Any) -> Any:
        return letter(self.stages.names[u]) if u in self.stages.names else getattr(u, "data", u)

    # ── general forms ──

    def _neuron(self, line: Line) -> str:
        found = parts(self.stages.names[line.node])
        return found.below.split(",")[0] if found else ""

    def _general(self, lines: list[Line], written: str) -> list[Written]:
        """The general forms of a layer; none unless they give every line of it."""
        page = board(written)
        groups: dict[tuple[str, str], list[Line]] = {}
        for x in lines:
            letter = parts(self.stages.names[x.node])
            groups.setdefault((x.kind, letter.base if letter else ""), []).append(x)
        if len({self._neuron(x) for x in lines}) < 2:
            return []
        found = [self._of_group(group, page) for group in groups.values()]
        return [] if None in found else [x for x in found if x]

    def _of_group(self, group: list[Line], page: Page) -> Written | None:
        """The general form of lines that differ by their indices alone."""
        short = None not in [x.short for x in group]
        form, behind = general_form([self._marked(x, page, short) for x in group]), ""
        if form is None:
            form, behind = self._of_class(group, page)
        if form is None:
            return None
        sigma = {"latex": r"\sum_{j} ", "mathml": "<msub><mo>∑</mo><mi>j</mi></msub>"}
        sum_over = sigma.get(page.language, "Σⱼ ")
        texts = [general_shown(t, lambda label: shown(label, page), sum_over) for t in form]
        given = self._given(group[0], page) if short else ""
        formula = page.joined(texts[1], behind) if behind else texts[1]
        return Written(texts[0], formula, items=group[0].items, given=given)

    def _of_class(self, group: list[Line], page: Page) -> tuple[tuple[str, str] | None, str]:
        """pₖ, and − [k = 2] behind it, where one line alone has − 1: the slopes of a class."""
        lines, classes = [], []
        for x in group:
            product = x.what.as_product() if isinstance(x.what, Sum) else Product(Fraction(0))
            p = product.factors[0].what if len(product.factors) == 1 else None
            if isinstance(p, Value) and p.op is TABLE["sub"] and meant(p.inputs[1]) == 1:
                classes.append(self._neuron(x))
                p = p.inputs[0]
            if p not in self.stages.parts or product.number != 1:
                return None, ""
            symbol, formula = (self.name(key, page, mark=True).text for key in (x.name, p))
            lines.append(Marked(symbol, formula, page.plus))
        if len(classes) != 1:
            return None, ""
        told = {
            "latex": rf"\left[k = {classes[0]}\right]",
            "mathml": f"<mrow><mo>[</mo><mi>k</mi><mo>=</mo><mn>{classes[0]}</mn><mo>]</mo></mrow>",
        }.get(page.language, f"[k = {classes[0]}]")
        return general_form(lines), page.joined(page.less, told)

    def _marked(self, line: Line, page: Any, short: bool) -> Marked:
        def at(key: Any) -> Any:
            return self.name(key, page, mark=True)

        way = Writing(page.language, self.stages.inside, sums=(SUM, SUM_END))
        formula = self.spelled(line, way, at, short).text
        if line.kind == "forward":
            formula = summed(formula, page.plus)
        return Marked(self.name(line.name, page, mark=True).text, formula, page.plus)


# ── how it is made ───────────────────────────────────────────────────────────────────────────────


def explain(
    output: Value,
    *,
    notation: str | None = None,
    wrt: Value | Iterable[Value] | None = None,
    digits: int = 3,
    all: bool = False,
    example: int = 1,
) -> Derivation:
    """The derivation of an expression as it stands on the board; nobody's `grad` moves.

    notation   "course": cut at a = f(z), with f′(z) by its name; "delta": cut at z, δ = ∂L/∂z;
               "neutral": ∂L/∂v for every stage.  The course's, unless there is no transfer function
    wrt        what it leads to: the parameters, unless told otherwise; every leaf where none is one
    digits     of a value; numbers put in have as many, or more where the line needs them
    all        every neuron of a layer of more than 4
    example    where the cost is a mean, or a sum, of the costs of examples: ∂L/∂w over all of them,
               the update, then the derivation of this one, counted from 1

    Raises TypeError at a client's own operation, for which the table has no rule; ValueError where
    there is nothing to derive with respect to.

    >>> w, x, y = (Value(v, label=k) for k, v in {"w": 0.5, "x": 2.0, "y": 3.0}.items())
    >>> print(str(explain((w * x - y) ** 2)).splitlines()[-1])
      ∂L/∂w = 2(w·x−y)·x = 2·(0.5·2−3)·2 = −8
    """
    if not isinstance(output, Value) or output.op is None:
        refuse(
            fr=f"explain attend un résultat, un Value fait d’autres ; reçu {output!r}",
            en=f"explain expects a result, a Value made from others; got {output!r}",
            kind=TypeError,
        )
    if notation is not None:
        known("notation", notation, NOTATIONS)
    wanted = _wanted(output, wrt)
    whole("digits", digits, 1, MOST)
    if notation is None:
        notation = "course" if any(map(is_transfer, order(output))) else "neutral"
    batch = batch_of(output)
    if batch is None:
        stages = Stages(output, wanted, notation)
        return Derivation(stages, digits, all, lines_of(stages, output))
    if not 1 <= example <= len(batch.costs):
        n = len(batch.costs)
        refuse(
            fr=f"explain attend un exemple de 1 à {n}, reçu {example!r}",
            en=f"explain expects an example from 1 to {n}, got {example!r}",
        )
    cost = batch.costs[example - 1]
    of_this = None if wanted is None else [v for v in wanted if v in set(order(cost))]
    stages = Stages(cost, of_this, notation)
    return Derivation(stages, digits, all, lines_of(stages, cost), batch, example)


def _wanted(output: Value, wrt: Any) -> list[Value] | None:
    """What the derivation leads to; None for the parameters.  All of it is below the output."""
    wanted = None if wrt is None else [wrt] if isinstance(wrt, Value) else list(wrt)
    nodes = order(output)
    for v in wanted or ():
        if v is output or v not in nodes:
            shown = getattr(v, "label", "") or repr(v)
            refuse(
                fr=f"explain dérive par rapport à ce dont le résultat est fait ; {shown} n’en est "
                "pas. Choisissez une entrée ou une étape",
                en=f"explain differentiates with respect to what the result is made from; {shown} "
                "is not part of it. Choose an input or a step",
            )
    if wanted is None and _all_constant(nodes):
        refuse(
            fr="explain ne trouve rien par rapport à quoi dériver : l’expression n’a que des "
            "nombres. Donnez un nom à l’un d’eux",
            en="explain finds nothing to differentiate with respect to: the expression has only "
            "numbers. Give one of them a name",
        )
    return wanted


def _all_constant(nodes: Iterable[Value]) -> bool:
    """Whether every leaf is a number of the formula."""
    return all(v.constant for v in nodes if v.op is None)


# ── how it is read ───────────────────────────────────────────────────────────────────────────────


def _primed(v: Value, inputs: list[Any], page: Page) -> Symbol:
    """f′(z) of v = f(z)."""
    assert isinstance(v.op, Op)
    text = v.op.spell(page, inputs).text
    bracket = {"latex": r"\left(", "mathml": "<mo>\u2061</mo>"}.get(page.language, "(")
    prime = {"latex": "'", "mathml": "<mo>′</mo>"}.get(page.language, "′")
    head, found, rest = text.partition(bracket)
    return Symbol(head + prime + found + rest, page=page)
