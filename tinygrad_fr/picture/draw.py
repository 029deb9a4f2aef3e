"""Draw it: the gradient flow as a picture, red for the values going forward, blue for what comes back.

    draw(L)                   an SVG in a notebook
    draw(L, "graph.svg")      a file: .svg, .png, .pdf or .dot
    print(to_dot(L))          the Graphviz source

Graphviz lays the picture out in a process of its own, which is kept for the next picture: its library
holds the interpreter while it works, so that a time limit could not fire beside it.
"""

from __future__ import annotations

import atexit
import contextlib
import html
import importlib.util
import json
import math
import os
import re
import secrets
import subprocess
import sys
import threading
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from tinygrad_fr.engine import Value
from tinygrad_fr.picture.view import Edge, Node, View, shown_name, view
from tinygrad_fr.words import language, number, say, use

FORMATS = (".svg", ".png", ".pdf", ".dot")
SECONDS = 60.0  # a layout that takes longer is given up

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
    "foreign": "#F6E6FA",
    "group": "#FFF8E1",
    "folded": "#F4F6F8",
}
BORDERS = {"parameter": "#A07A00", "cost": "#2E7D32", "group": "#A07A00", "foreign": "#7B3F98"}
BORDER = "#5A6B7B"
ARROW, DEAD = "#6A8CC4", "#8A97A3"
FONT = "DejaVu Sans"
SIZE, LARGE = "11", "13"  # points; there the layout's roundings hardly change the width of a text
FALLBACK = f"{FONT}, Verdana, Geneva, sans-serif"
SMALL = 20  # boxes that stand in the order of inputs
MANY, TOO_MANY = 26, 64  # arrows with both lines of text; arrows with any text


# ── the Graphviz source ──────────────────────────────────────────────────────────────────────────


def to_dot(
    output: Value, level: str = "auto", open: Iterable[Any] = (), lang: str | None = None
) -> str:
    """The Graphviz source of the picture; the same graph always gives the same bytes.

    `level` and `open` as in `view`.

    >>> to_dot(Value(2.0, label="x") ** 2).splitlines()[0]
    'digraph tinygrad_fr {'
    """
    with use(lang):
        return _dot(view(output, level, open))


def _dot(seen: View) -> str:
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
    most = max([abs(c) for c in map(_carried, seen.edges) if math.isfinite(c)], default=0.0)
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


def _numbers(x: Any) -> str:
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
        head += _text(node.name, INK, True, bold=node.kind in ("cost", "group"))
        if node.expression:
            head += _text(f" = {shown_name(node.expression, 60)}", SOFT, True)
        rows.append(f"<TR><TD{both}>{head}</TD></TR>")
    if node.data is not None and not (node.parameters and node.kind != "group"):
        if rows:
            rows.append("<HR/>")
        pair = f"<TD>{_text(_numbers(node.data), RED, True)}</TD>"
        if node.grad is not None:
            pair += f"<VR/><TD>{_text(_numbers(node.grad), BLUE, True)}</TD>"
        rows.append(f"<TR>{pair}</TR>")
    if node.truth is not None:
        told = say(fr="juste : ", en="right: ") + _numbers(node.truth)
        rows.append(f"<TR><TD{both}>{_text(told, BLUE, bold=True)}</TD></TR>")
    if node.parameters:
        rows.append(f"<HR/><TR><TD{both}>{_parameters(node)}</TD></TR>")
    if node.sum:
        lines = "<BR/>".join(_text(line, BLUE) for line in _lines(node.sum))
        rows.append(f'<HR/><TR><TD{both} CELLPADDING="6">{lines}</TD></TR>')
    style = "ROUNDED,DASHED" if node.kind == "folded" else "ROUNDED"
    border = INK if node.broken else BORDERS.get(node.kind, BORDER)
    width = 3 if node.broken else 2 if node.kind == "cost" or node.truth is not None else 1
    return (
        f'<<TABLE STYLE="{style}" BORDER="{width}" COLOR="{border}" '
        f'BGCOLOR="{TINTS[node.kind]}" CELLBORDER="0" CELLSPACING="0" CELLPADDING="4">'
        + "".join(rows)
        + "</TABLE>>"
    )


def _lines(text: str, longest: int = 30) -> list[str]:
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


def _carried(edge: Edge) -> float:
    """How much an arrow carries back, as a float; NaN counts as nothing known."""
    return float(edge.contribution) if edge.contribution is not None else 0.0


def _arrow(edge: Edge, most: float, lines: int) -> dict[str, str]:
    """Thickness as the root of what is carried back; dashed where nothing is; the text beside it."""
    look = {"penwidth": "1.1"}
    if edge.contribution is None:
        look["color"] = BORDER
    else:
        carried = abs(_carried(edge))
        share = (
            1.0 if math.isinf(carried) else carried / most if most and carried == carried else 0.0
        )
        look["penwidth"] = f"{0.9 + 3.4 * math.sqrt(share):.2f}"
        if carried == 0:
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
    gradient = f"∂{seen.root}/∂·"
    parts = [
        _text(say(fr="rouge : valeurs (passe avant)", en="red: values (forward pass)"), RED, True)
    ]
    if seen.backward:
        parts.append(
            _text(
                say(
                    fr=f"bleu : gradients {gradient} (passe arrière)",
                    en=f"blue: gradients {gradient} (backward pass)",
                ),
                BLUE,
                True,
            )
        )
        parts.append(
            _text(
                say(fr="épaisseur ∝ √|contribution|", en="thickness ∝ √|contribution|"), SOFT, True
            )
        )
        if any(_carried(edge) == 0 and edge.contribution is not None for edge in seen.edges):
            parts.append(
                _text(
                    say(fr="tirets : rien ne revient", en="dashed: nothing comes back"), SOFT, True
                )
            )
    else:
        parts.append(
            _text(say(fr="pas encore de passe arrière", en="no backward pass yet"), SOFT, True)
        )
    kinds = {
        "parameter": say(fr="paramètre", en="parameter"),
        "data": say(fr="donnée", en="data"),
        "cost": say(fr="coût", en="cost"),
    }
    swatches = [
        f'<TD BGCOLOR="{TINTS[kind]}">{_text(f" {word} ", INK)}</TD>'
        for kind, word in kinds.items()
        if any(node.kind == kind for node in seen.nodes)
    ]
    if any(node.truth is not None for node in seen.nodes):
        first = say(
            fr="✗ : la passe arrière se trompe ici d’abord",
            en="✗: the backward pass goes wrong here first",
        )
        parts.append(_text(first, INK, True, bold=True))
    rows = [[*(f"<TD>{part}</TD>" for part in parts), *swatches]]
    across = f'<TD COLSPAN="{len(rows[0])}">'
    rows.append([f"{across}{_text(seen.caption, SOFT)}</TD>"])
    if seen.note:
        rows.append([f"{across}{_text(seen.note, INK)}</TD>"])
    body = "".join(f"<TR>{''.join(row)}</TR>" for row in rows)
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="7" CELLPADDING="2">{body}</TABLE>>'


# ── the layout, in a process of its own ──────────────────────────────────────────────────────────


class LayoutError(RuntimeError):
    """The picture could not be laid out; the message says what to do."""


def serve() -> None:
    """The other process: reads (format, source) from its input, writes the picture to its output.

    A message is a line of JSON that ends with the number of bytes that follow it.
    """
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever Graphviz prints must not fall among the answers
    _bring_the_font()
    while line := sys.stdin.buffer.readline():
        asked = json.loads(line)
        source = sys.stdin.buffer.read(asked["bytes"]).decode()
        try:
            content, error = _lay_out(source, asked["format"]), ""
        except Exception as trouble:  # told to the process that asked
            content, error = b"", f"{type(trouble).__name__}: {trouble}"
        answers.write(
            json.dumps({"error": error, "bytes": len(content)}).encode() + b"\n" + content
        )
        answers.flush()


def _lay_out(source: str, kind: str) -> bytes:
    from pygraphviz import AGraph

    graph = AGraph(string=source)
    if kind == "png":
        graph.graph_attr["dpi"] = "144"
    content: bytes = graph.draw(prog="dot", format=kind) or b""
    if kind != "svg":
        return content
    plan = json.loads(graph.draw(prog="dot", format="json") or b"{}")
    return _held_to_width(content.decode(), _widths(plan)).encode()


def _widths(plan: dict[str, Any]) -> dict[tuple[str, str], float]:
    """The width that the layout gave each text, by size and text."""
    found: dict[tuple[str, str], float] = {}
    for thing in (plan, *plan.get("objects", ()), *plan.get("edges", ())):
        size = 0.0
        for stroke in thing.get("_ldraw_", ()):
            if stroke["op"] == "F":
                size = stroke["size"]
            elif stroke["op"] == "T":
                found[f"{size:.2f}", stroke["text"]] = stroke["width"]
    return found


_TEXT = re.compile(r'(<text [^>]*font-size="([\d.]+)"[^>]*)>([^<]*)</text>')


def _held_to_width(svg: str, widths: dict[tuple[str, str], float]) -> str:
    """Every text told its width, so that no other font makes it leave its box."""

    def held(found: re.Match[str]) -> str:
        width = widths.get((found[2], html.unescape(found[3])))
        if not width:
            return found[0]
        return (
            f'{found[1]} textLength="{width:.2f}" lengthAdjust="spacingAndGlyphs">{found[3]}</text>'
        )

    return _TEXT.sub(held, svg)


def _bring_the_font() -> None:
    """Let the layout find DejaVu Sans where the system has none: matplotlib brings it."""
    import tempfile

    spec = importlib.util.find_spec("matplotlib")
    places = [
        str(Path(place) / "mpl-data/fonts/ttf")
        for place in (spec and spec.submodule_search_locations) or ()
    ]
    places += [
        "/usr/share/fonts",
        "/usr/local/share/fonts",
        "/Library/Fonts",
        "/System/Library/Fonts",
        "WINDOWSFONTDIR",
    ]
    dirs = "".join(f"<dir>{html.escape(place)}</dir>" for place in places)
    caches = (
        '<cachedir>/var/cache/fontconfig</cachedir><cachedir prefix="xdg">fontconfig</cachedir>'
    )
    plain = (  # letters as wide as they are designed, not as pixels would like them
        '<edit name="hinting" mode="assign"><bool>false</bool></edit>'
        '<edit name="hintstyle" mode="assign"><const>hintnone</const></edit>'
    )
    with tempfile.NamedTemporaryFile("w", suffix=".conf", delete=False, encoding="utf-8") as file:
        file.write(
            f'<?xml version="1.0"?><fontconfig>{dirs}<dir prefix="xdg">fonts</dir>{caches}'
            f'<match target="pattern">{plain}</match><match target="font">{plain}</match></fontconfig>'
        )
    os.environ["FONTCONFIG_FILE"] = file.name
    atexit.register(lambda: Path(file.name).unlink(missing_ok=True))


class _Layout:
    """The other process as seen from this one: started when first needed, reused, killed if late."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.process: subprocess.Popen[bytes] | None = None
        self.owner = 0

    def ask(self, source: str, kind: str, seconds: float) -> bytes:
        """The picture as bytes; LayoutError or TimeoutError in one line."""
        with self.lock:
            process = self._started()
            late = threading.Event()

            def give_up() -> None:
                late.set()
                process.kill()

            timer = threading.Timer(seconds, give_up)
            timer.start()
            try:
                answer, content = self._exchange(process, source.encode(), kind)
            except BaseException as trouble:
                self.stop()
                if late.is_set():
                    _refuse_time(seconds)
                if isinstance(trouble, (OSError, ValueError)):
                    _refuse_layout(str(trouble) or type(trouble).__name__)
                raise
            finally:
                timer.cancel()
        if answer["error"]:
            _refuse_layout(answer["error"])
        return content

    def _exchange(
        self, process: subprocess.Popen[bytes], source: bytes, kind: str
    ) -> tuple[dict[str, Any], bytes]:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(
            json.dumps({"format": kind, "bytes": len(source)}).encode() + b"\n" + source
        )
        process.stdin.flush()
        answer: dict[str, Any] = json.loads(process.stdout.readline() or b"{")
        content = process.stdout.read(answer["bytes"])
        if len(content) < answer["bytes"]:
            raise EOFError
        return answer, content

    def _started(self) -> subprocess.Popen[bytes]:
        if self.process is not None and self.owner == os.getpid() and self.process.poll() is None:
            return self.process
        start = (
            "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
            "from tinygrad_fr.picture.draw import serve; serve()"
        )
        path = [os.path.abspath(entry) for entry in sys.path]
        self.owner = os.getpid()
        self.process = subprocess.Popen(
            [sys.executable, "-c", start, json.dumps(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        return self.process

    def stop(self) -> None:
        """End the process; the next picture starts another."""
        process, self.process = self.process, None
        if process is None or self.owner != os.getpid():
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


_layout = _Layout()
atexit.register(_layout.stop)


def _refuse_time(seconds: float) -> None:
    raise TimeoutError(
        say(
            fr=f"la mise en page a dépassé {number(seconds)} s et a été arrêtée : demandez une image plus "
            'simple, par exemple level="layer", ou donnez plus de temps avec seconds=…',
            en=f"the layout took more than {number(seconds)} s and was stopped: ask for a simpler "
            'picture, level="layer" for example, or give more time with seconds=…',
        )
    ) from None


def _refuse_layout(reason: str) -> None:
    if "No module named" in reason:
        reason = say(fr="pygraphviz n’est pas installé", en="pygraphviz is not installed")
    raise LayoutError(
        say(
            fr=f"pas de mise en page ({reason}) : « pip install pygraphviz », ou enregistrez le .dot et "
            "faites « dot -Tsvg graphe.dot -o graphe.svg »",
            en=f"no layout ({reason}): pip install pygraphviz, or save the .dot and run "
            "dot -Tsvg graph.dot -o graph.svg",
        )
    ) from None


# ── the picture ──────────────────────────────────────────────────────────────────────────────────


class Picture:
    """A drawn graph: shows itself in a notebook; `.svg`, `.png`, `.pdf`, `.dot`, `.save(path)`.

    `.view` is what was drawn.  The layout is made when it is first asked for.
    """

    def __init__(
        self, seen: View, dot: str, title: str, lang: str, seconds: float = SECONDS
    ) -> None:
        self.view, self.dot, self.title = seen, dot, title
        self.language, self.seconds = lang, seconds

    @cached_property
    def svg(self) -> str:
        """The picture as SVG, complete in itself: a viewBox, a title, tooltips on boxes and arrows."""
        with use(self.language):
            return _complete(self._laid_out("svg").decode(), self)

    @cached_property
    def png(self) -> bytes:
        """The picture as PNG, 144 dots per inch."""
        return self._laid_out("png")

    @cached_property
    def pdf(self) -> bytes:
        """The picture as PDF."""
        return self._laid_out("pdf")

    def _laid_out(self, kind: str) -> bytes:
        return _layout.ask(self.dot, kind, self.seconds)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write .svg, .png, .pdf or .dot, whole or not at all; gives the path back.

        Raises ValueError for another extension, OSError for a folder that is missing or closed,
        LayoutError without a layout (the .dot is then written instead), each in one line.
        """
        target = Path(path)
        kind = target.suffix.lower()
        _check_target(target)
        try:
            content = self.dot if kind == ".dot" else getattr(self, kind[1:])
        except LayoutError as trouble:
            beside = target.with_suffix(".dot")
            _write_whole(beside, self.dot.encode())
            raise LayoutError(
                f"{trouble}. " + say(fr=f"Le .dot est dans {beside}", en=f"The .dot is in {beside}")
            ) from None
        _write_whole(target, content.encode() if isinstance(content, str) else content)
        return target

    def _repr_svg_(self) -> str | None:
        try:
            return self.svg
        except (LayoutError, TimeoutError):
            return None

    def __repr__(self) -> str:
        return f"<Picture: {self.title}, {self.view.caption}>"


def draw(
    output: Value,
    path: str | os.PathLike[str] | None = None,
    level: str = "auto",
    open: Iterable[Any] = (),
    lang: str | None = None,
    seconds: float = SECONDS,
) -> Picture:
    """The picture of the graph of output; written to path if one is given (.svg .png .pdf .dot).

    level, open   how much is shown: see `view`
    lang          "fr" or "en"; without it, the language in use
    seconds       a layout that takes longer is given up with a TimeoutError

    >>> x = Value(3.0, label="x")
    >>> draw(x * x, lang="en")
    <Picture: graph of L, one box per operation>
    """
    with use(lang):
        if path is not None:
            _check_target(Path(path))
        seen = view(output, level, open)
        title = say(fr=f"graphe de {seen.root}", en=f"graph of {seen.root}")
        picture = Picture(seen, _dot(seen), title, language(), seconds)
        if path is not None:
            picture.save(path)
        return picture


def _complete(svg: str, picture: Picture) -> str:
    """Graphviz's SVG made to stand alone: no outside DTD, fonts to fall back on, titles that tell."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<!--.*?-->\n?", "", svg, flags=re.S)
    svg = svg.replace(f'font-family="{FONT}"', f'font-family="{FALLBACK}"')
    tips = {node.id: _node_tip(node, picture.view) for node in picture.view.nodes}
    tips |= {f"e{i}": _edge_tip(edge, picture.view) for i, edge in enumerate(picture.view.edges)}

    def tipped(found: re.Match[str]) -> str:
        tip = tips.get(found[2], "")
        return f"{found[1]}<title>{html.escape(tip, quote=False)}</title>"

    svg = re.sub(
        r'(<g id="([^"]*)" class="(?:node|edge|graph)"[^>]*>\s*)<title>.*?</title>',
        tipped,
        svg,
        flags=re.S,
    )
    svg = svg.replace("<title></title>\n", "")
    title = html.escape(f"{picture.title} — {picture.view.caption}")
    return re.sub(
        r"<svg ([^>]*)>", lambda m: f'<svg role="img" {m[1]}>\n<title>{title}</title>', svg, count=1
    )


def _node_tip(node: Node, seen: View) -> str:
    """What a box says when pointed at: everything, uncut."""
    name = (
        shown_name(node.value.label, 10**6)
        if node.value is not None and node.value.label
        else node.name
    )
    lines = [node.title] if node.title else []
    lines.append(f"{name} = {node.expression}" if node.expression else name)
    if node.data is not None:
        lines.append(say(fr="valeur ", en="value ") + _numbers(node.data))
    if node.grad is not None:
        lines.append(f"∂{seen.root}/∂{node.name} = {_numbers(node.grad)}")
    return "\n".join(line for line in lines if line)


def _edge_tip(edge: Edge, seen: View) -> str:
    names = {node.id: node.name or node.title for node in seen.nodes}
    src, dst = names[edge.src], names[edge.dst]
    lines = [f"{src} → {dst}"]
    if edge.local is not None:
        written = (
            f"{edge.formula} = " if edge.formula and edge.formula != number(edge.local) else ""
        )
        lines.append(f"∂{dst}/∂{src} = {written}{number(edge.local)}")
    if edge.contribution is not None:
        lines.append(say(fr="contribution ", en="contribution ") + number(edge.contribution))
    return "\n".join(lines)


# ── files ────────────────────────────────────────────────────────────────────────────────────────


def _check_target(path: Path) -> None:
    if path.suffix.lower() not in FORMATS:
        raise ValueError(
            say(
                fr=f"{path} : extension {path.suffix!r} inconnue ; choisissez {', '.join(FORMATS)}",
                en=f"{path}: unknown extension {path.suffix!r}; choose {', '.join(FORMATS)}",
            )
        )
    if not path.parent.is_dir():
        raise FileNotFoundError(
            say(
                fr=f"{path} : le dossier {path.parent} n’existe pas ; créez-le d’abord",
                en=f"{path}: the folder {path.parent} does not exist; create it first",
            )
        )


def _write_whole(path: Path, content: bytes) -> None:
    """Write beside, then rename: whoever reads meets the old file or the new one, never a half."""
    beside = path.with_name(f".{secrets.token_hex(6)}.part")
    try:
        beside.write_bytes(content)
        os.replace(beside, path)
    except OSError as trouble:
        raise type(trouble)(
            say(
                fr=f"{path} : impossible d’écrire ({trouble.strerror}) ; choisissez un dossier où vous en avez le droit",
                en=f"{path}: cannot be written ({trouble.strerror}); choose a folder where you may write",
            )
        ) from None
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)


# ── what a notebook shows of a Value ─────────────────────────────────────────────────────────────


def _value_in_a_notebook(self: Value) -> str | None:
    """The picture of a node with inputs; a leaf stays text."""
    return draw(self)._repr_svg_() if self.op is not None else None


def show_values(kinds: Sequence[type] = (Value,)) -> None:
    """Install the pictures that notebooks show of Values."""
    for kind in kinds:
        setattr(kind, "_repr_svg_", _value_in_a_notebook)  # noqa: B010


show_values()
