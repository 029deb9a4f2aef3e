"""Step through it: one page that stands alone, to predict each number before it is revealed.

    step_through(L, "step.html")      a page that opens by itself, without a network
    step_through(L)                   the same in a notebook

All that the page shows is worked out here: the picture, the numbers, the lines, the wrong answers.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from html import escape
from importlib.resources import files
from typing import Any

from tinygrad_fr.birth import where_born
from tinygrad_fr.engine import Value
from tinygrad_fr.formula.derivation import explain
from tinygrad_fr.formula.lines import Line
from tinygrad_fr.formula.parameters import is_parameter
from tinygrad_fr.formula.taught import Taught
from tinygrad_fr.formula.writers import Written, joined
from tinygrad_fr.picture.cells import drawn, filled, marked
from tinygrad_fr.picture.explained import explained, saturated
from tinygrad_fr.picture.frames import LEAVES, Film, Frame
from tinygrad_fr.picture.frames import film as filmed
from tinygrad_fr.picture.gathered import place_name
from tinygrad_fr.picture.labels import Node
from tinygrad_fr.picture.layout import SHARED
from tinygrad_fr.picture.names import shown_name, storable
from tinygrad_fr.picture.size import extent
from tinygrad_fr.picture.style import TINTS
from tinygrad_fr.picture.told import told
from tinygrad_fr.picture.wrong import wrong_numbers
from tinygrad_fr.places import Scope
from tinygrad_fr.words import language, number, say, use

LARGER = 2.2  # how much a small picture may be enlarged, in pixels per point
MANY = 120  # parameters that all have their line in the derivation
LINES = 300  # of a derivation that is shown whole; of a longer one, those about a box

Both = list[Any]  # the same in French and in English


def both(sentence: Callable[[], Any]) -> Both:
    """A sentence in both languages; the page shows one of them."""
    found = []
    for lang in ("fr", "en"):
        with use(lang):
            found.append(sentence())
    return found


def page(output: Value, level: str = "auto", title: str = "", seconds: float = 60.0) -> str:
    """The page of a graph, complete in itself; in the language in use until another is chosen."""
    with use("en"):  # numbers have a point here; the page shows a comma where it speaks French
        film = filmed(output, level)
        svg = _bare(marked(SHARED.ask(drawn(film), "svg", seconds).decode(), film))
        data = {"lang": "", "frames": list(_frames(film)), **_whole(film)}
    data["lang"] = language()
    title = shown_name(title, 120) or say(
        fr=f"{film.view.root} : la rétropropagation, pas à pas",
        en=f"{film.view.root}: backpropagation, step by step",
    )
    template = files("tinygrad_fr.picture").joinpath("step.html").read_text("utf-8")
    parts = {
        "lang": language(),
        "title": escape(title),
        "svg": svg,
        "data": json.dumps(
            data, ensure_ascii=False, separators=(",", ":"), allow_nan=False
        ).replace("<", "\\u003c"),
    }
    return storable(re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], template))


def _bare(svg: str) -> str:
    """The picture as a part of a page: no fonts, titles or comments of its own."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<!--.*?-->\n?|<title>.*?</title>\n?", "", svg, flags=re.S)
    svg = re.sub(r' (?:font-family|xml:space|xmlns(?::xlink)?)="[^"]*"', "", svg)
    svg = re.sub(r'<polygon fill="white" stroke="none"[^>]*/>\n', "", svg, count=1)
    wide, high = (LARGER * side for side in extent(svg))
    style = f'<svg style="--wide:{wide:.0f}px;--high:{high:.0f}px"'
    return re.sub('<svg width="[^"]*" height="[^"]*"', style, svg, count=1)


# ── the steps ────────────────────────────────────────────────────────────────────────────────────


def _frames(film: Film) -> Iterator[dict[str, Any]]:
    """Each step: what it fills in, its line, what is asked, the wrong answers."""
    for step in filled(film):
        frame, line = step.frame, told(film, step.frame)
        found: dict[str, Any] = {
            "k": frame.kind,
            "b": frame.box,
            "c": [list(cell) for cell in step.cells],
            "e": both(partial(_said, film, frame)),
        }
        if frame.arrow is not None:
            found["a"] = frame.arrow
        if line is not None:
            found |= {"n": line.name, "m": line.formula, "x": line.text}
            found["l"] = _plain_name(film, frame)
            found["r"] = number(frame.value)
        wrong = [] if line is None or not line.formula else wrong_numbers(film, frame)
        if line is not None and line.formula and math.isfinite(float(frame.value)):
            found["t"] = float(frame.value)
            found["w"] = [
                [
                    float(f"{x:.6g}"),
                    both(partial(getattr, m, "name")),
                    both(partial(getattr, m, "hint")),
                ]
                for x, m in wrong
            ]
        yield found


def _said(film: Film, frame: Frame) -> str:
    """The rule of a step; at the beginning also where an ∞ or a NaN will be born."""
    born = where_born(film.stages.output) if frame.kind == "given" and film.view.birth else ""
    return " ".join(filter(None, (explained(film, frame), born)))


def _plain_name(film: Film, frame: Frame) -> str:
    """What gets a number, for a screen reader and a slide: z, ∂L/∂a."""
    line = told(film, frame, "text")
    return line.name if line is not None else ""


# ── what does not change from step to step ───────────────────────────────────────────────────────


def _whole(film: Film) -> dict[str, Any]:
    nodes = [
        {"i": node.id, "n": node.name or node.title, "s": saturated(film, node)}
        for node in film.view.nodes
    ]
    arrows = [[edge.src, edge.dst, _width(film, i)] for i, edge in enumerate(film.view.edges)]
    return {
        "root": film.view.root,
        "nodes": nodes,
        "arrows": arrows,
        "words": _words(film.view.nodes),
        "derivation": list(_derivation(film)),
        "kinds": sorted({node.kind for node in film.view.nodes} & TINTS.keys()),
    }


def _width(film: Film, i: int) -> float:
    """As thick as the root of what an arrow carries back; thin where that is not known."""
    sizes = [abs(edge.carried) for edge in film.view.edges]
    most = max((x for x in sizes if x < float("inf")), default=0.0)
    share = min(sizes[i] / most, 1.0) if most and sizes[i] == sizes[i] else 0.0
    return round(1.1 + 3.2 * math.sqrt(share), 2)


def _words(nodes: Sequence[Node]) -> dict[str, Both]:
    """The words inside the picture, in English as they stand there, in both languages."""
    found = {}
    for node in nodes:
        if node.title and node.scope:
            names = both(partial(place_name, node.scope))
            found[names[1]] = names
    return found


# ── the derivation ───────────────────────────────────────────────────────────────────────────────


def _derivation(film: Film) -> Iterator[dict[str, Any]]:
    """Every line of the derivation with its heading, and the step after which it is known.

    Of a network with many parameters, the lines of the first neuron of each layer; of more than 300
    lines those about a box of the picture.
    """
    derivation = explain(film.output, wrt=_derived(film), all=True)
    lines, twin = derivation.lines, _twins(derivation.stages.taught, film)
    with use("fr"):
        french = [section.title for section in derivation.sections()]
    sections = zip(french, derivation.sections("mathml"), strict=True)
    shown = [([fr, en.title], line) for fr, en in sections for line in en.lines]
    boxes = {node.value for node in film.view.nodes if node.value is not None}
    for (heading, written), line in zip(shown[-len(lines) :], lines, strict=True):
        v = twin(line.node)
        if len(lines) <= LINES or v in boxes:
            yield {
                "f": _known_after(film, line, v),
                "h": heading,
                "m": _sides(written),
                "c": list(line.items),
            }


def _derived(film: Film) -> list[Value] | None:
    """What the derivation leads to: the parameters; of many, those of each layer's first neuron."""
    parameters = [v for v in film.stages.nodes if v.op is None and is_parameter(v)]
    if len(parameters) <= MANY:
        return None
    first: dict[Any, Scope] = {}
    return [p for p in parameters if first.setdefault(p.scope[:1], p.scope) == p.scope][:MANY]


def _sides(line: Written) -> list[str]:
    """A line in pieces between which it may end; what its symbol is equal to stays with it."""
    first, *rest = [piece for side in line.right for piece in joined("=", side)]
    return [f"<mrow>{line.symbol}{first}</mrow>", *rest]


def _twins(taught: Taught, film: Film) -> Callable[[Value], Value]:
    """The node of the picture that a node of the derivation stands for."""
    ours = film.stages.taught.new
    theirs = {new: ours.get(v, v) for v, new in taught.new.items()}

    def twin(v: Value) -> Value:
        v = taught.made.get(v, v)  # what only a line mentions comes with its cost
        return theirs.get(v, v)

    return twin


def _known_after(film: Film, line: Line, v: Value) -> int:
    """The step that gives the number of a line about v."""
    boxes = [node for node in film.view.nodes if v in node.inside]
    if not boxes:
        return len(film.frames) - 1
    box = boxes[0]
    last = len(film.frames) - 1
    for i, frame in enumerate(film.frames):
        arrow = film.view.edges[frame.arrow] if frame.arrow is not None else None
        if line.kind == "forward":
            if frame.kind == "forward" and frame.box == box.id:
                return i
        elif line.kind == "slope":
            if arrow is not None and arrow.dst == box.id:
                return i
        elif frame.box == box.id and frame.kind in ("backward", "whole", "inside", "seed"):
            last = i
    return last if line.kind != "forward" or box.kind not in LEAVES else 0
