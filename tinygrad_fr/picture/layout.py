"""Draw it: Graphviz lays the picture out in a process of its own, kept for the next picture.

Its library holds the interpreter while it works, so that a time limit could not fire beside it.
"""

from __future__ import annotations

import html
import importlib.util
import json
import os
import re
import tempfile
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from tinygrad_fr.child import Child, Died, TooLong
from tinygrad_fr.refusals import refuse
from tinygrad_fr.words import number, say


class LayoutError(RuntimeError):
    """The picture could not be laid out; the message says what to do."""


class Layout:
    """The other process seen from this one: started when first needed, reused, ended if late."""

    def __init__(self) -> None:
        self.child = Child("tinygrad_fr.picture.layout:answer")

    def ask(self, source: str, kind: str, seconds: float) -> bytes:
        """The picture as bytes; LayoutError or TimeoutError in one line.

        kind   svg, pdf, png, or "png 96" with the dots per inch
        """
        try:
            reply = self.child.ask(f"{kind}\n{source}".encode(), seconds)
        except TooLong:
            _refuse_time(seconds)
        except Died as trouble:
            _refuse_layout(str(trouble))
        error, _, content = reply.partition(b"\n")
        if error:
            _refuse_layout(error.decode())
        return content

    def stop(self) -> None:
        """End the process; the next picture starts another."""
        self.child.stop()


SHARED = Layout()  # the one process of all pictures; `Picture` takes another where it is given one


def _refuse_time(seconds: float) -> NoReturn:
    refuse(
        fr=f"la mise en page a dépassé {number(seconds)} s et a été arrêtée : demandez une image "
        'plus simple, par exemple level="layer", ou donnez plus de temps avec seconds=…',
        en=f"the layout took more than {number(seconds)} s and was stopped: ask for a simpler "
        'picture, level="layer" for example, or give more time with seconds=…',
        kind=TimeoutError,
    )


def _refuse_layout(reason: str) -> NoReturn:
    if "No module named" in reason:
        reason = say(fr="pygraphviz n’est pas installé", en="pygraphviz is not installed")
    refuse(
        fr=f"pas de mise en page ({reason}) : « pip install pygraphviz », ou enregistrez le .dot "
        "et faites « dot -Tsvg graphe.dot -o graphe.svg »",
        en=f"no layout ({reason}): pip install pygraphviz, or save the .dot and run "
        "dot -Tsvg graph.dot -o graph.svg",
        kind=LayoutError,
    )


# ── the other process ────────────────────────────────────────────────────────────────────────────


def answer(request: bytes) -> bytes:
    """What Graphviz makes of a request: the format, a line feed, the source.

    The answer is what went wrong (nothing: empty), a line feed, the picture.
    """
    kind, _, source = request.decode().partition("\n")
    try:
        _bring_the_font()
        return b"\n" + _lay_out(source, kind)
    except Exception as trouble:  # told to the process that asked
        return " ".join(f"{type(trouble).__name__}: {trouble}".split()).encode() + b"\n"


def _lay_out(source: str, kind: str) -> bytes:
    from pygraphviz import AGraph

    graph = AGraph(string=source)
    kind, _, dots = kind.partition(" ")
    if kind == "png":
        graph.graph_attr["dpi"] = dots or "144"
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


@cache
def _bring_the_font() -> None:
    """Let the layout find DejaVu Sans where the system has none: matplotlib brings it.

    Fontconfig reads its file when the first text is laid out, once; then the file can go.
    """
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
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "fonts.conf")
        file.write_text(
            f'<?xml version="1.0"?><fontconfig>{dirs}<dir prefix="xdg">fonts</dir>{caches}'
            f'<match target="pattern">{plain}</match><match target="font">{plain}</match>'
            "<config><rescan><int>0</int></rescan></config></fontconfig>",
            encoding="utf-8",
        )
        os.environ["FONTCONFIG_FILE"] = str(file)
        _lay_out("digraph { a }", "svg")
