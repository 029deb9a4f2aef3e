"""Step through it: the line of arithmetic of a step, as text and as MathML with numbers below.

forward    z = w·x + b                    0.5·1.5 + 0.1 = 0.85
backward   ∂L/∂a = −0.212 + ∂L/∂z·w       what had arrived + what arrives · the local slope
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from tinygrad_fr.engine import Value
from tinygrad_fr.formula.board import board, figure
from tinygrad_fr.formula.names import named
from tinygrad_fr.formula.product import TRANSFER, Factor, Product, Sum, Working, Writing, spell
from tinygrad_fr.formula.putting import MOST, as_read
from tinygrad_fr.formula.stages import is_transfer
from tinygrad_fr.formula.symbol import Symbol
from tinygrad_fr.gradient import derivative_name
from tinygrad_fr.ops import Op
from tinygrad_fr.picture.arrows import Edge
from tinygrad_fr.picture.frames import Film, Frame
from tinygrad_fr.picture.labels import Node
from tinygrad_fr.walk import chain_rule
from tinygrad_fr.words import number


class Told(NamedTuple):
    """A step in words.

    name      what gets a number: z, ∂L/∂a
    formula   how it is worked out, on names, in MathML with their numbers below
    text      the same with numbers in one line, without the result
    """

    name: str
    formula: str
    text: str


def told(film: Film, frame: Frame, written: str = "mathml") -> Told | None:
    """The line of a step, on a page; None where there is no single one.

    Numbers have three digits, or as many more as the line needs to give the result as printed.
    """
    if frame.value is None or not frame.box:
        return None
    node = film.node(frame.box)
    if frame.kind == "seed":
        return Told(_derivative(film, node, written), "", "")
    if frame.kind == "forward" and node.value is not None:
        return _forward(film, node, written)
    return _backward(film, frame, written) if frame.arrow is not None else None


def _forward(film: Film, node: Node, written: str) -> Told:
    v = node.value
    name = named(label(film, node), board(written)).text
    if v is None or not isinstance(v.op, Op):
        return Told(name, "", "")
    graph = film.stages.inside
    values = {u: u.data for u in _entering(node)}
    digits = _enough(lambda at: spell(v, at, Working()), values, v.data)
    put = {u: figure(board("text", figures=True), number(x, digits)) for u, x in values.items()}
    text = spell(v, put.get, Writing("text", graph, True)).text
    formula = spell(v, _names(film, node, written, digits, v), Writing(written, graph)).text
    return Told(name, formula, text)


def _backward(film: Film, frame: Frame, written: str) -> Told:
    assert frame.arrow is not None
    edge, page = film.view.edges[frame.arrow], board(written)
    src, dst = film.node(edge.src), film.node(edge.dst)
    values = {0: edge.gradient, 1: edge.local, 2: frame.before or 0}
    digits = _enough(lambda at: at(2) + at(0) * at(1), values, frame.value)
    arriving, local = (number(x, digits) for x in (edge.gradient, edge.local))
    slope = local_slope(film, edge)
    if slope is None:
        shown = figure(page, local).text
    else:
        at = _names(film, dst, written, digits)
        found = spell(slope, at, Writing(written, film.stages.inside), False)
        shown = page.brackets(found.text) if found.level < 2 else found.text
    above = _below(_derivative(film, dst, written), arriving, written)
    formula = page.joined(above, page.times, shown)
    text = f"{arriving}·{_closed(local)}"
    if frame.before is not None:
        before = number(frame.before, digits)
        formula = page.joined(figure(page, before).text, page.plus, formula)
        text = f"{before} + {_closed(arriving)}·{_closed(local)}"
    return Told(_derivative(film, src, written), formula, text)


def _enough(work: Callable[[Any], Any], values: Mapping[Any, Any], result: Any) -> int:
    """How many digits of these numbers give the result as it is printed; 3 at least."""
    for digits in range(3, MOST + 1):
        rounded = {key: as_read(number(x, digits)) for key, x in values.items()}
        try:
            if number(work(rounded.get)) == number(result):
                return digits
        except (ArithmeticError, ValueError):
            continue
    return 3


def local_slope(film: Film, edge: Edge) -> Sum | None:
    """∂dst/∂src as a written sum of products; None where two arrows share it."""
    dst = film.node(edge.dst)
    v, u, stages = dst.value, edge.feeds, film.stages
    if v is None or u is None or v not in stages.slopes:
        return None
    alone = sum(w.op is not None for w in dst.inside) == 1
    if alone and edge.position < len(v.inputs) and v.inputs[edge.position] is u:
        slope = _slope(film, v, edge.position)
        return None if slope is None else Sum((slope,))
    if sum((e.src, e.dst) == (edge.src, edge.dst) for e in film.view.edges) > 1:
        return None
    found: dict[Value, Sum] = chain_rule(
        v,
        lambda w: [_slope(film, w, i) for i in range(len(w.inputs))],
        start=Sum((Product(Fraction(1)),)),
        along=dst.inside,
    )
    return found.get(u)


def _slope(film: Film, w: Value, i: int) -> Product | None:
    """∂w/∂(its input number i), taken apart; that of a transfer function as its row writes it."""
    d = film.stages.slopes[w][i]
    if d is None or not is_transfer(w):
        return None if d is None else film.stages.written(w, i)
    return Product(Fraction(1), (Factor(TRANSFER, d),))


def _entering(node: Node) -> list[Value]:
    """What the formula of a box is written on: its leaves, and what enters it."""
    inside = {v for v in node.inside if v.op is not None}
    used = (u for v in inside for u in v.inputs if isinstance(u, Value) and u not in inside)
    return [u for u in dict.fromkeys(used) if u.label or u.op is not None]


def _names(
    film: Film, node: Node, written: str, digits: int, of: Value | None = None
) -> Callable[[Any], Any]:
    """What each node is called in a formula of the box, its number below it in MathML.

    `of` is what the formula defines: it is written out; a slope may name it, as a(1−a) does.
    """
    page = board(written)
    own = {other.value: label(film, other) for other in film.view.nodes if other.value is not None}
    hidden = {v for v in node.inside if v.op is not None and v is not node.value}

    def at(v: Any) -> Any:
        if not isinstance(v, Value) or v is of or v in hidden or v not in film.stages.inside:
            return None
        called = v.label if v.op is None else own.get(v) or film.stages.names.get(v)
        if not called:
            return None
        return Symbol(_below(named(called, page).text, number(v.data, digits), written), page=page)

    return at


def label(film: Film, node: Node) -> str:
    """The label of a box: its node's own, that of its stage, else the name in the picture."""
    v = node.value
    if v is None:
        return node.name
    return v.label or (film.stages.names.get(v, "") if v.op is not None else "") or node.name


def _derivative(film: Film, node: Node, written: str) -> str:
    """∂L/∂a by its name."""
    root = label(film, film.view.nodes[-1])
    return named(derivative_name(root, label(film, node)), board(written)).text


def _below(text: str, digits: str, written: str) -> str:
    """A number below a symbol, in MathML."""
    if written != "mathml":
        return text
    return f'<munder class="n">{text}{figure(board("mathml"), digits).text}</munder>'


def _closed(text: str) -> str:
    return f"({text})" if text.startswith("−") else text
