"""Draw it: the gradient flow as a picture, in a notebook or in a file.

draw(L)                   an SVG in a notebook
draw(L, "graph.svg")      a file: .svg, .png, .pdf or .dot
draw(L, "graph.pdf", size="slide", blank="gradients")
                          a worksheet, 1920 × 1080, and its key in graph-key.pdf

Once this room is imported, a notebook shows every Value that was computed as its picture:
`show_values` gives it a `_repr_svg_`.
"""

from __future__ import annotations

import html
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import starmap
from pathlib import Path
from typing import Any

from tinygrad_fr.engine import Value
from tinygrad_fr.files import check_target, write_whole
from tinygrad_fr.gradient import derivative_name
from tinygrad_fr.picture.arrows import Edge
from tinygrad_fr.picture.blank import BLANKS, worksheet
from tinygrad_fr.picture.dot import densities, numbers, source
from tinygrad_fr.picture.labels import Node
from tinygrad_fr.picture.layout import SHARED, Layout, LayoutError
from tinygrad_fr.picture.names import shown_name
from tinygrad_fr.picture.size import (
    CANVASES,
    SIZES,
    Canvas,
    pdf_on,
    png_on,
    scale,
    svg_on,
    text_height,
)
from tinygrad_fr.picture.style import FALLBACK, FONT
from tinygrad_fr.picture.view import View, views
from tinygrad_fr.refusals import known
from tinygrad_fr.words import language, number, rounded, say, use

FORMATS = (".svg", ".png", ".pdf", ".dot")
INLINE = "max-width: 100%; height: auto"
SECONDS = 60.0  # a layout that takes longer is given up


class Picture:
    """A drawn graph: shows itself in a notebook; `.svg`, `.png`, `.pdf`, `.dot`, `.save(path)`.

    `.view` is what was drawn, `.key` the filled in picture of a worksheet, `.text_height` the
    height of the smallest text, in pixels.  The layout is made when it is first asked for.
    """

    key: Picture | None = None

    def __init__(
        self,
        seen: View,
        dot: str,
        title: str,
        lang: str,
        seconds: float = SECONDS,
        layout: Layout = SHARED,
        size: str = "",
        digits: int | None = None,
        density: str = "",
    ) -> None:
        self.view, self.dot, self.title, self.size, self.digits = seen, dot, title, size, digits
        self.language, self.seconds, self.layout, self.density = lang, seconds, layout, density
        self.canvas: Canvas | None = CANVASES.get(size)
        self._laid: dict[str, bytes] = {}

    @cached_property
    def svg(self) -> str:
        """The picture as SVG, complete in itself: a title, tooltips on boxes and arrows."""
        with use(self.language), rounded(self.digits):
            svg = _complete(self._laid_out("svg").decode(), self)
        return svg_on(svg, self.canvas) if self.canvas else svg

    @cached_property
    def png(self) -> bytes:
        """The picture as PNG, on its canvas; without one, 144 dots per inch."""
        if self.canvas is None:
            return self._laid_out("png")
        dots = 72 * scale(self._laid_out("svg").decode(), self.canvas)
        return png_on(self._laid_out(f"png {dots:.3f}"), self.canvas)

    @cached_property
    def pdf(self) -> bytes:
        """The picture as PDF, on its canvas."""
        pdf = self._laid_out("pdf")
        return pdf_on(pdf, self.canvas) if self.canvas else pdf

    @cached_property
    def text_height(self) -> float:
        """How high the smallest text is, in pixels: on the canvas; without one, on a slide."""
        return text_height(self._laid_out("svg").decode(), self.canvas or CANVASES["slide"])

    def _laid_out(self, kind: str) -> bytes:
        if kind not in self._laid:
            self._laid[kind] = self.layout.ask(self.dot, kind, self.seconds)
        return self._laid[kind]

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write .svg, .png, .pdf or .dot, whole or not at all; gives the path back.

        Raises ValueError for another extension, OSError for a folder that is missing or closed,
        LayoutError without a layout (the .dot is then written instead), each in one line.
        """
        target = Path(path)
        kind = check_target(target, FORMATS)
        try:
            content = self.dot if kind == ".dot" else getattr(self, kind[1:])
        except LayoutError as trouble:
            beside = target.with_suffix(".dot")
            write_whole(beside, self.dot)
            raise LayoutError(
                f"{trouble}. " + say(fr=f"Le .dot est dans {beside}", en=f"The .dot is in {beside}")
            ) from None
        if self.key is not None:
            self.key.save(target.with_stem(f"{target.stem}-key"))
        return write_whole(target, content)

    def _repr_svg_(self) -> str | None:
        """For a notebook: no wider than its column, so that the output is never off the screen."""
        try:
            return self.svg.replace("<svg ", f'<svg style="{INLINE}" ', 1)
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
    *,
    size: str | None = None,
    title: str = "",
    digits: int | None = None,
    blank: str = "",
) -> Picture:
    """The picture of the graph of output; written to path if one is given (.svg .png .pdf .dot).

    level, open   how much is shown: see `view`; "auto" chooses a level that can be read
    lang          "fr" or "en"; without it, the language in use
    seconds       a layout that takes longer is given up with a TimeoutError
    size          "slide" (1920 × 1080 pixels, no text under 14), "page" (A4 on its side, no text
                  under 7 points), "free": as large as it becomes; without it, as large as it
                  becomes, and no larger than can be read on a slide
    title         a line above the picture;  digits: of its numbers, 3 unless told
    blank         a worksheet, its key in graph-key.svg beside graph.svg: "gradients" are to be
                  written, or "all" that has to be computed

    >>> x = Value(3.0, label="x")
    >>> draw(x * x, lang="en")
    <Picture: graph of L, one box per operation>
    """
    with use(lang), rounded(digits):
        if path is not None:
            check_target(path, FORMATS)
        if size is not None:
            known("size", size, SIZES)
        if blank:
            known("blank", blank, BLANKS)

        def pictured(seen: View, density: str) -> Picture:
            name = title or say(fr=f"graphe de {seen.root}", en=f"graph of {seen.root}")
            drawn = source(seen, title, density)
            return Picture(
                seen,
                drawn,
                name,
                language(),
                seconds,
                size=size or "",
                digits=digits,
                density=density,
            )

        looks = _looks(output, level, open, size != "free")
        picture = _readable(starmap(pictured, looks), CANVASES.get(size or "slide"))
        if blank:
            key = picture
            picture = pictured(worksheet(key.view, blank), key.density)
            picture.key = key
        if path is not None:
            picture.save(path)
        return picture


HOPELESS = 80  # more boxes are never readable: no layout is made to see it


def _looks(
    output: Value, level: str, open: Iterable[Any], bound: bool
) -> Iterator[tuple[View, str]]:
    """Views and their densities, from what shows most to what can be read."""
    for seen in views(output, level, open):
        for density in densities(seen):
            yield seen, density
            if not bound:
                return


def _readable(pictures: Iterator[Picture], canvas: Canvas | None) -> Picture:
    """The first whose smallest text is high enough, else the last; no other is laid out."""
    picture = next(pictures)
    for next_one in pictures:
        try:
            few = len(picture.view.nodes) <= HOPELESS
            if canvas is None or (few and picture.text_height >= canvas.readable):
                break
        except LayoutError:
            break
        except TimeoutError:
            pass
        picture = next_one
    return picture


def _complete(svg: str, picture: Picture) -> str:
    """Graphviz's SVG made to stand alone: no DTD, fonts to fall back on, titles that tell."""
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
        lines.append(say(fr="valeur ", en="value ") + numbers(node.data))
    if node.grad is not None:
        lines.append(f"{derivative_name(seen.root, node.name)} = {numbers(node.grad)}")
    return "\n".join(line for line in lines if line)


def _edge_tip(edge: Edge, seen: View) -> str:
    names = {node.id: node.name or node.title for node in seen.nodes}
    src, dst = names[edge.src], names[edge.dst]
    lines = [f"{src} → {dst}"]
    if edge.local is not None:
        written = (
            f"{edge.formula} = " if edge.formula and edge.formula != numbers(edge.local) else ""
        )
        lines.append(f"{derivative_name(dst, src)} = {written}{numbers(edge.local)}")
    if edge.contribution is not None:
        lines.append(say(fr="contribution ", en="contribution ") + number(edge.contribution))
    return "\n".join(lines)


# ── what a notebook shows of a Value ─────────────────────────────────────────────────────────────


def _value_in_a_notebook(self: Value) -> str | None:
    """The picture of a node with inputs; a leaf stays text."""
    return draw(self)._repr_svg_() if self.op is not None else None


def show_values(kinds: Sequence[type] = (Value,)) -> None:
    """Install the pictures that notebooks show of Values."""
    for kind in kinds:
        setattr(kind, "_repr_svg_", _value_in_a_notebook)  # noqa: B010


show_values()
