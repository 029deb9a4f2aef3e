"""Draw it: a view as Graphviz source, red for the values going forward, blue for what comes back.

    print(to_dot(L))          the source; `draw` has it laid out

A box is an HTML-like table: its name and expression, its value in red beside its gradient in blue.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterable
from typing import Any

from tinygrad_fr.engine import Value
from tinygrad_fr.gradient import derivative_name
from tinygrad_fr.picture.arrows import Edge
from tinygrad_fr.picture.labels import Node
from tinygrad_fr.picture.names import shown_name
from tinygrad_fr.picture.view import View, view
from tinygrad_fr.words import language, number, say, use

# Every text colour reaches 4.5 : 1 on every tint; red and blue differ in lightness, so that a grey
# print keeps them apart (a test computes both).
INK, SOFT = "#16202A", "#46535F"
RED, BLUE = "#CA0021", "#122B6B"
TINTS = {
    "parameter": "#FFF0BF",
    "data": "#E1E8EE",
    "number": "#F4F6F8",
    "inner": "#FFFFFF",
    "cost": "#CDEBCF",
    "derivative": "#CDEBCF",
    "foreign": "#F6E6FA",
    "group": "#FFF8E1",
    "folded": "#F4F6F8",
}
BORDERS = {
    "parameter": "#A07A00",
    "cost": "#2E7D32",
    "derivative": "#2E7D32",
    "group": "#A07A00",
    "foreign": "#7B3F98",
}
BORDER = "#5A6B7B"
ARROW, DEAD = "#6A8CC4", "#8A97A3"
FONT = "DejaVu Sans"
SIZE, LARGE = "11", "13"  # points; there the layout's roundings hardly change the width of a text
FALLBACK = f"{FONT}, Verdana, Geneva, sans-serif"
SMALL = 20  # boxes that stand in the order of inputs
MANY, TOO_MANY = 26, 64  # arrows with both lines of text; arrows with any text


def to_dot(
    output: Value, level: str = "auto", open: Iterable[Any] = (), lang: str | None = None
) -> str:
    """The Graphviz source of the picture; the same graph always gives the same bytes.

    `level` and `open` as in `view`.

    >>> to_dot(Value(2.0, label="x") ** 2).splitlines()[0]
    'digraph tinygrad_fr {'
    """
    with use(lang):
        return source(view(output, level, open))


def source(seen: View) -> str:
    """The Graphviz source of a view, in the language in use."""
    from graphviz import Digraph

    graph = Digraph("tinygrad_fr")
    graph.attr(
        rankdir="LR",
        ranksep="0.45",
        nodesep="0.16",
        fontname=FONT,
        fontsize=SIZE,
        labelloc="t",
        label=_legend(seen),
        pad="0.15",
        bgcolor="white",
    )
    if len(seen.nodes) <= SMALL:
        graph.attr(ordering="in")  # inputs from top to bottom; in large pictures it makes tangles
    graph.attr("node", shape="plain", fontname=FONT, fontsize=SIZE)
    graph.attr("edge", fontname=FONT, fontsize=SIZE, arrowsize="0.65", color=ARROW)
    for node in seen.nodes:
        graph.node(node.id, label=_box(node, seen), id=node.id)
    most = max([abs(c) for c in map(carried, seen.edges) if math.isfinite(c)], default=0.0)
    lines = 2 if len(seen.edges) <= MANY else 1 if len(seen.edges) <= TOO_MANY else 0
    for i, edge in enumerate(seen.edges):
        graph.edge(edge.src, edge.dst, id=f"e{i}", **_arrow(edge, most, lines))
    return str(graph.source)


def _text(text: str, color: str, large: bool = False, bold: bool = False) -> str:
    """A piece of an HTML-like label; Graphviz would read \\N as the name of the node."""
    held = html.escape(text, quote=True).replace("\\", "\\\\") or " "
    held = f"<B>{held}</B>" if bold else held
    size = f' POINT-SIZE="{LARGE}"' if large else ""
    return f'<FONT COLOR="{color}"{size}>{held}</FONT>'


def numbers(x: Any) -> str:
    """A number, or the numbers of a box with several outputs."""
    if not isinstance(x, tuple):
        return number(x)
    shown = [number(entry) for entry in x]
    if len(shown) > 4:
        shown = [*shown[:2], "…", shown[-1]]
    return ("\u202f; " if language() == "fr" else ", ").join(shown)


def _box(node: Node, seen: View) -> str:
    """A box: its name and expression, then red value | blue gradient, then what meets there."""
    both = ' COLSPAN="2"' if node.grad is not None else ""
    rows = []
    if node.title:
        rows.append(f"<TR><TD{both}>{_text(node.title, SOFT)}</TD></TR>")
    if node.name and node.kind != "number":
        head = _text("✗ ", INK, True, bold=True) if node.broken else ""
        head += _text(node.name, INK, True, bold=node.kind in ("cost", "derivative", "group"))
        if node.expression:
            head += _text(f" = {shown_name(node.expression, 60)}", SOFT, True)
        rows.append(f"<TR><TD{both}>{head}</TD></TR>")
    if node.data is not None and not (node.parameters and node.kind != "group"):
        if rows:
            rows.append("<HR/>")
        pair = f"<TD>{_text(numbers(node.data), RED, True)}</TD>"
        if node.grad is not None:
            pair += f"<VR/><TD>{_text(numbers(node.grad), BLUE, True)}</TD>"
        rows.append(f"<TR>{pair}</TR>")
    if node.truth is not None:
        told = say(fr="juste : ", en="right: ") + numbers(node.truth)
        rows.append(f"<TR><TD{both}>{_text(told, BLUE, bold=True)}</TD></TR>")
    if node.parameters:
        rows.append(f"<HR/><TR><TD{both}>{_parameters(node)}</TD></TR>")
    if node.sum:
        lines = "<BR/>".join(_text(line, BLUE) for line in wrapped(node.sum))
        rows.append(f'<HR/><TR><TD{both} CELLPADDING="6">{lines}</TD></TR>')
    style = "ROUNDED,DASHED" if node.kind == "folded" else "ROUNDED"
    border = INK if node.broken else BORDERS.get(node.kind, BORDER)
    last = node.kind in ("cost", "derivative")
    width = 3 if node.broken else 2 if last or node.truth is not None else 1
    return (
        f'<<TABLE STYLE="{style}" BORDER="{width}" COLOR="{border}" '
        f'BGCOLOR="{TINTS[node.kind]}" CELLBORDER="0" CELLSPACING="0" CELLPADDING="4">'
        + "".join(rows)
        + "</TABLE>>"
    )


def wrapped(text: str, longest: int = 30) -> list[str]:
    """A sum cut before its + and =, so that no line is much longer than this."""
    lines = [""]
    for piece in re.split(r"(?= [+=] )", text):
        if lines[-1] and len(lines[-1]) + len(piece) > longest:
            lines.append(piece.strip())
        else:
            lines[-1] += piece
    return lines


def _parameters(node: Node) -> str:
    """The parameters inside a group, one per line; how many where they are many."""
    leaves = node.kind != "group"
    many = len(node.parameters)
    if many > 4 and not leaves:
        text = say(fr=f"{many} paramètres", en=f"{many} parameters")
        grads = [float(g) for _, _, g in node.parameters if g is not None]
        if grads:
            text += f", ‖∇‖ = {number(math.hypot(*grads))}"
        return _text(text, SOFT)
    rows = []
    for i, (name, data, grad) in enumerate(node.parameters):
        if i == 12 and node.count > many:
            rows.append(f'<TR><TD COLSPAN="3">{_text("⋮", SOFT)}</TD></TR>')
        cells = [_text(name, INK), _text(number(data), RED)]
        cells += [_text(number(grad), BLUE)] if grad is not None else []
        rows.append("<TR>" + "".join(f'<TD ALIGN="RIGHT">{cell}</TD>' for cell in cells) + "</TR>")
    return (
        f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="3">{"".join(rows)}</TABLE>'
    )


def carried(edge: Edge) -> float:
    """How much an arrow carries back, as a float; NaN counts as nothing known."""
    return float(edge.contribution) if edge.contribution is not None else 0.0


def _dead(edge: Edge) -> bool:
    """Nothing comes back through this arrow: it is dashed."""
    return edge.contribution is not None and carried(edge) == 0


def _arrow(edge: Edge, most: float, lines: int) -> dict[str, str]:
    """As thick as the root of what it carries back, dashed if nothing; the text beside it."""
    look = {"penwidth": "1.1"}
    if edge.contribution is None:
        look["color"] = BORDER
    else:
        size = abs(carried(edge))
        share = 1.0 if math.isinf(size) else size / most if most and size == size else 0.0
        look["penwidth"] = f"{0.9 + 3.4 * math.sqrt(share):.2f}"
        if _dead(edge):
            look.update(style="dashed", color=DEAD, penwidth="1.1")
    text = _beside(edge)[:lines]
    if text:
        rows = "".join(f"<TR><TD>{row}</TD></TR>" for row in text)
        look["label"] = (
            f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1">{rows}</TABLE>>'
        )
    return look


def _beside(edge: Edge) -> list[str]:
    """The local derivative, `a(1−a) = 0.197`; below, what goes back, `−0.538·0.197 = −0.106`."""
    if edge.local is None:
        if edge.count == 1 or edge.contribution is None:
            return []
        times = say(fr=f"{edge.count} arcs", en=f"{edge.count} arrows")
        told = say(fr=" : ", en=": ") + ("‖·‖ = " if edge.several else "")
        return [_text(times + told, SOFT) + _text(number(edge.contribution), BLUE)]
    local = number(edge.local)
    first = _text(local, RED)
    if edge.formula and edge.formula != local:
        first = _text(f"{shown_name(edge.formula, 40)} = ", SOFT) + first
    if edge.contribution is None or edge.gradient is None:
        return [first]
    factor = f"({local})" if local.startswith("−") else local
    second = _text(number(edge.gradient), BLUE) + _text("·", SOFT) + _text(factor, RED)
    return [first, second + _text(" = ", SOFT) + _text(number(edge.contribution), BLUE)]


def _legend(seen: View) -> str:
    """What the colours mean, the level, and what was folded."""
    cells = [f"<TD>{part}</TD>" for part in [*_meanings(seen), *_first_wrong(seen)]]
    cells += _swatches(seen)
    across = f'<TD COLSPAN="{len(cells)}">'
    rows = ["".join(cells), f"{across}{_text(seen.caption, SOFT)}</TD>"]
    if seen.note:
        rows.append(f"{across}{_text(seen.note, INK)}</TD>")
    if seen.birth:
        lines = re.split("(?<=;) ", seen.birth)
        rows.append(across + "<BR/>".join(_text(line, INK, bold=True) for line in lines) + "</TD>")
    body = "".join(f"<TR>{row}</TR>" for row in rows)
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="7" CELLPADDING="2">{body}</TABLE>>'


def _meanings(seen: View) -> list[str]:
    """Red and blue, thick and dashed: only what this picture shows."""
    red = say(fr="rouge : valeurs (passe avant)", en="red: values (forward pass)")
    if not seen.backward:
        none = say(fr="pas encore de passe arrière", en="no backward pass yet")
        return [_text(red, RED, True), _text(none, SOFT, True)]
    gradients = derivative_name(seen.root, "·")
    blue = say(
        fr=f"bleu : gradients {gradients} (passe arrière)",
        en=f"blue: gradients {gradients} (backward pass)",
    )
    thick = say(fr="épaisseur ∝ √|contribution|", en="thickness ∝ √|contribution|")
    found = [_text(red, RED, True), _text(blue, BLUE, True), _text(thick, SOFT, True)]
    if any(_dead(edge) for edge in seen.edges):
        dashed = say(fr="tirets : rien ne revient", en="dashed: nothing comes back")
        found.append(_text(dashed, SOFT, True))
    return found


def _first_wrong(seen: View) -> list[str]:
    """What ✗ means, where a bent walk is shown."""
    if all(node.truth is None for node in seen.nodes):
        return []
    first = say(
        fr="✗ : la passe arrière se trompe ici d’abord",
        en="✗: the backward pass goes wrong here first",
    )
    return [_text(first, INK, True, bold=True)]


def _swatches(seen: View) -> list[str]:
    """The tints of this picture with their meanings."""
    kinds = {
        "parameter": say(fr="paramètre", en="parameter"),
        "data": say(fr="donnée", en="data"),
        "cost": say(fr="coût", en="cost"),
        "derivative": say(fr="dérivée", en="derivative"),
    }
    shown = {node.kind for node in seen.nodes}
    return [
        f'<TD BGCOLOR="{TINTS[kind]}">{_text(f" {word} ", INK)}</TD>'
        for kind, word in kinds.items()
        if kind in shown
    ]
