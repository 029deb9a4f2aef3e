"""Draw it: a view as Graphviz source, red for the values going forward, blue for what comes back.

    print(to_dot(L))          the source; `draw` has it laid out

A box is an HTML-like table: its name and expression, its value in red beside its gradient in blue.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from tinygrad_fr.engine import Value
from tinygrad_fr.picture.arrows import Edge
from tinygrad_fr.picture.columns import families
from tinygrad_fr.picture.labels import Node
from tinygrad_fr.picture.legend import legend
from tinygrad_fr.picture.names import shown_name
from tinygrad_fr.picture.style import (
    ARROW,
    BLUE,
    BORDER,
    BORDERS,
    DEAD,
    FONT,
    INK,
    RED,
    SIZE,
    SOFT,
    TINTS,
    text,
)
from tinygrad_fr.picture.view import View, view
from tinygrad_fr.words import counted, language, number, say, use

SMALL = 20  # boxes that stand in the order of inputs, and have room around them
WIDE = 20  # characters of a line in a box; where there is room half as many again
DENSITIES = ("roomy", "airy", "tight", "dense")
GAP = "\u00a0" * 12  # where a number is to be written
MANY, TOO_MANY = 26, 64  # arrows with both lines of text; arrows with any text
LISTED, LISTED_IN_STEPS = 4, 12  # parameters of a group


def to_dot(
    output: Value,
    level: str = "auto",
    open: Iterable[Any] = (),
    lang: str | None = None,
    title: str = "",
) -> str:
    """The Graphviz source of the picture; the same graph always gives the same bytes.

    `level` and `open` as in `view`; `title` stands above the legend.

    >>> to_dot(Value(2.0, label="x") ** 2).splitlines()[0]
    'digraph tinygrad_fr {'
    """
    with use(lang):
        return source(view(output, level, open), title)


def densities(seen: View) -> tuple[str, ...]:
    """How close the boxes of a view may stand, the best first."""
    first = 0 if len(seen.nodes) <= SMALL else 1
    return DENSITIES[first : 4 if len(seen.edges) > MANY else 3]


def source(seen: View, title: str = "", density: str = "") -> str:
    """The Graphviz source of a view, in the language in use.

    density   roomy: two lines beside an arrow, room around everything; airy: one, and room between
              boxes; tight: one, and none; dense:
              parameters inside a group are only counted, no sum is written out, and of many arrows
              nothing is said but how thick they are; step: roomy, without a legend.  Without
              it, the best for so many boxes
    """
    from graphviz import Digraph

    density = density or densities(seen)[0]
    roomy = density in ("roomy", "step")
    graph = Digraph("tinygrad_fr")
    graph.attr(
        rankdir="LR",
        ranksep={"roomy": "0.3", "dense": "0.7", "step": "0.5"}.get(density, "0.12"),
        nodesep={"roomy": "0.16", "airy": "0.13", "step": "0.16"}.get(density, "0.05"),
        fontname=FONT,
        fontsize=SIZE,
        labelloc="t",
        label="" if density == "step" else legend(seen, title),
        pad="0.15",
        bgcolor="white",
    )
    if len(seen.nodes) <= SMALL:
        graph.attr(ordering="in")  # inputs from top to bottom; in large pictures it makes tangles
    graph.attr("node", shape="plain", fontname=FONT, fontsize=SIZE)
    graph.attr("edge", fontname=FONT, fontsize=SIZE, arrowsize="0.65", color=ARROW)
    for node in seen.nodes:
        graph.node(node.id, label=_box(node, density), id=node.id)
    if len(seen.nodes) > SMALL:
        _by_number(graph, seen)
    sizes = [abs(edge.carried) for edge in seen.edges]
    most = max(filter(math.isfinite, sizes), default=0.0)
    many, tight = len(seen.edges) > MANY, len(seen.edges) > TOO_MANY
    lines = 0 if tight or (many and density == "dense") else 1 if many or not roomy else 2
    for i, edge in enumerate(seen.edges):
        said = 0 if many and edge.several else lines  # a column of norms belongs to no arrow
        graph.edge(edge.src, edge.dst, id=f"e{i}", **_arrow(edge, most, said))
    return str(graph.source)


def _by_number(graph: Any, seen: View) -> None:
    """Arrows that are not drawn keep each family of boxes in the order of its numbers."""
    for family in families(seen.nodes, seen.edges):
        with graph.subgraph() as column:
            column.attr(rank="same")
            for above, below in pairwise(family):
                column.edge(above, below, style="invis")


def numbers(x: Any) -> str:
    """A number, those of a box with several outputs, a text; for an empty one a gap."""
    if isinstance(x, str):
        return x or GAP
    if not isinstance(x, tuple):
        return number(x)
    shown = [numbers(entry) for entry in x]
    if len(shown) > 4:
        shown = [*shown[:2], "…", shown[-1]]
    return ("\u202f; " if language() == "fr" else ", ").join(shown)


def _box(node: Node, density: str) -> str:
    """A box: its name and expression, then red value | blue gradient, then what meets there."""
    both = ' COLSPAN="2"' if node.grad is not None else ""
    roomy = density in ("roomy", "step")
    wide = WIDE if density in ("airy", "tight") else WIDE * 3 // 2
    rows = []
    if node.title:
        rows.append(f"<TR><TD{both}>{text(node.title, SOFT)}</TD></TR>")
    if node.name:
        head = text("✗ ", INK, roomy, bold=True) if node.broken else ""
        head += text(node.name, INK, roomy, bold=node.kind in ("cost", "derivative", "group"))
        first, *more = _wrapped_expression(node, wide)
        head += text(first, SOFT, roomy) if first else ""
        head += "".join("<BR/>" + text(line, SOFT, roomy) for line in more)
        rows.append(f"<TR><TD{both}>{head}</TD></TR>")
    if node.data is not None and not (node.parameters and node.kind != "group"):
        if rows:
            rows.append("<HR/>")
        pair = f"<TD>{text(numbers(node.data), RED, roomy)}</TD>"
        if node.grad is not None:
            pair += f"<VR/><TD>{text(numbers(node.grad), BLUE, roomy)}</TD>"
        rows.append(f"<TR>{pair}</TR>")
    if node.truth is not None:
        told = say(fr="juste : ", en="right: ") + numbers(node.truth)
        rows.append(f"<TR><TD{both}>{text(told, BLUE, bold=True)}</TD></TR>")
    if node.parameters:
        most = {"dense": 0, "step": LISTED_IN_STEPS}.get(density, LISTED)
        listed = _parameters(node, most)
        rows.append(f"<HR/><TR><TD{both}>{listed}</TD></TR>")
    if node.sum and density != "dense":
        lines = "<BR/>".join(text(line, BLUE) for line in wrapped(node.sum, wide))
        rows.append(f'<HR/><TR><TD{both} CELLPADDING="3">{lines}</TD></TR>')
    style = "ROUNDED,DASHED" if node.kind == "folded" else "ROUNDED"
    border = INK if node.broken else BORDERS.get(node.kind, BORDER)
    last = node.kind in ("cost", "derivative")
    width = 3 if node.broken else 2 if last or node.truth is not None else 1
    return (
        f'<<TABLE STYLE="{style}" BORDER="{width}" COLOR="{border}" '
        f'BGCOLOR="{TINTS[node.kind]}" CELLBORDER="0" CELLSPACING="0" '
        f'CELLPADDING="{4 if roomy else 3}">' + "".join(rows) + "</TABLE>>"
    )


def _wrapped_expression(node: Node, wide: int) -> list[str]:
    """The " = σ(z)" behind a name, in lines; the first one leaves room for the name."""
    if not node.expression:
        return [""]
    whole = f"= {shown_name(node.expression, 60)}"
    first, *rest = wrapped(whole, wide - len(node.name))
    more = wrapped(" ".join(rest), wide) if rest else []
    return [f" {first}", *more]


def wrapped(text: str, longest: int = WIDE) -> list[str]:
    """A sum cut before its + and =, so that no line is much longer than this."""
    lines = [""]
    for piece in re.split(r"(?= [+=] )", text):
        if lines[-1] and len(lines[-1]) + len(piece) > longest:
            lines.append(piece.strip())
        else:
            lines[-1] += piece
    return lines


def _parameters(node: Node, listed: int) -> str:
    """The parameters inside a group, one per line; how many where they are more than `listed`."""
    leaves = node.kind != "group"
    many = len(node.parameters)
    if many > listed and not leaves:
        told = counted(many, fr="paramètre", en="parameter")
        grads = [float(g) for _, _, g in node.parameters if g not in (None, "")]
        if grads:
            told += f", ‖∇‖ = {number(math.hypot(*grads))}"
        return text(told, SOFT)
    rows = []
    for i, (name, data, grad) in enumerate(node.parameters):
        if i == 12 and node.count > many:
            rows.append(f'<TR><TD COLSPAN="3">{text("⋮", SOFT)}</TD></TR>')
        cells = [text(name, INK), text(numbers(data), RED)]
        cells += [text(numbers(grad), BLUE)] if grad is not None else []
        rows.append("<TR>" + "".join(f'<TD ALIGN="RIGHT">{cell}</TD>' for cell in cells) + "</TR>")
    return (
        f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="3">{"".join(rows)}</TABLE>'
    )


def _arrow(edge: Edge, most: float, lines: int) -> dict[str, str]:
    """As thick as the root of what it carries back, dashed if nothing; the text beside it."""
    look = {"penwidth": "1.1"}
    if edge.contribution is None:
        look["color"] = BORDER
    else:
        size = abs(edge.carried)
        share = 1.0 if math.isinf(size) else size / most if most and size == size else 0.0
        look["penwidth"] = f"{0.9 + 3.4 * math.sqrt(share):.2f}"
        if edge.dead:
            look.update(style="dashed", color=DEAD, penwidth="1.1")
    beside = _beside(edge, lines)
    if beside:
        rows = "".join(f"<TR><TD>{row}</TD></TR>" for row in beside)
        look["label"] = (
            f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="2">{rows}</TABLE>>'
        )
    return look


def _beside(edge: Edge, lines: int) -> list[str]:
    """The local derivative, `a(1−a) = 0.197`; below, what goes back, `−0.538·0.197 = −0.106`."""
    if not lines:
        return []
    if edge.local is None:
        if edge.count == 1 or edge.contribution is None:
            return []
        times = say(fr=f"{edge.count} arcs", en=f"{edge.count} arrows")
        between = text(say(fr=" : ", en=": "), SOFT) + ("<BR/>" if lines == 1 else "")
        norm = text("‖·‖ = ", SOFT) if edge.several else ""
        return [text(times, SOFT) + between + norm + text(number(edge.contribution), BLUE)]
    if edge.local == "":
        return [text(shown_name(edge.formula, 40), SOFT)] if edge.formula else []
    local = number(edge.local)
    first = text(local, RED)
    if edge.formula and edge.formula != local:
        formula = shown_name(edge.formula, 40)
        if lines == 1:
            first = f"{text(formula, SOFT)}<BR/>{text('= ', SOFT)}{first}"
        else:
            first = text(f"{formula} = ", SOFT) + first
    if lines < 2 or edge.contribution is None or edge.gradient is None:
        return [first]
    factor = f"({local})" if local.startswith("−") else local
    second = text(number(edge.gradient), BLUE) + text("·", SOFT) + text(factor, RED)
    return [first, second + text(" = ", SOFT) + text(number(edge.contribution), BLUE)]
