"""Draw it: nothing overlaps, nothing leaves its box, and a late process is ended."""

from __future__ import annotations

import re
import tempfile
import threading
from itertools import combinations
from pathlib import Path

import pytest

from tests.picture.graphs import PICTURES, network, neuron, square
from tests.picture.svg import SVG, fonts, meet, outline, parsed, things, written
from tinygrad_fr.child import Died, TooLong
from tinygrad_fr.picture.draw import draw
from tinygrad_fr.picture.layout import (
    SHARED,
    Layout,
    LayoutError,
    _held_to_width,
    _widths,
    answer,
)
from tinygrad_fr.words import use

# ── where everything stands ──


@pytest.mark.parametrize("name", PICTURES)
def test_no_two_boxes_overlap_and_no_text_leaves_its_box(name: str) -> None:
    picture = PICTURES[name]()
    root = parsed(picture)
    boxes = {key: outline(node) for key, node in things(root, "node").items()}
    assert len(boxes) == len(picture.view.nodes)
    for (one, a), (other, b) in combinations(boxes.items(), 2):
        assert not meet(a, b), (one, other)
    for key, node in things(root, "node").items():
        left, top, right, bottom = boxes[key]
        texts = written(node)
        assert texts
        for text, (x0, y0, x1, y1) in texts:
            assert left <= x0 and x1 <= right and top <= y0 and y1 <= bottom, (key, text)
        for (one_text, a), (other_text, b) in combinations(texts, 2):
            assert not meet(a, b, slack=4), (one_text, other_text)


@pytest.mark.parametrize("name", PICTURES)
def test_no_text_beside_an_arrow_covers_a_box_or_another_text(name: str) -> None:
    root = parsed(PICTURES[name]())
    boxes = {key: outline(node) for key, node in things(root, "node").items()}
    beside = [
        (key, *entry) for key, edge in things(root, "edge").items() for entry in written(edge)
    ]
    for key, text, place in beside:
        for node, box in boxes.items():
            assert not meet(place, box, slack=1.5), (key, text, node)
    for (one, text, a), (other, other_text, b) in combinations(beside, 2):
        assert not meet(a, b, slack=1.5), (one, text, other, other_text)


@pytest.mark.parametrize("name", PICTURES)
def test_everything_is_inside_the_picture(name: str) -> None:
    root = parsed(PICTURES[name]())
    _, _, width, height = (float(n) for n in root.get("viewBox").split())
    shift = re.search(r"translate\(([-\d.]+)[ ,]([-\d.]+)\)", root.find(f"{SVG}g").get("transform"))
    assert shift is not None
    dx, dy = float(shift[1]), float(shift[2])
    for text, (x0, y0, x1, y1) in written(root):
        assert x0 + dx >= 0 and x1 + dx <= width and y0 + dy >= 0 and y1 + dy <= height, text


def test_every_text_is_held_to_the_width_it_was_given() -> None:
    measure = fonts()
    for text in parsed(draw(neuron())).iter(f"{SVG}text"):
        given = float(text.get("textLength"))
        bold = text.get("font-weight") == "bold"
        assert given == pytest.approx(
            measure(text.text, float(text.get("font-size")), bold), rel=0.045, abs=1.5
        )


# ── the other process ──


def test_the_process_is_reused_and_replaced() -> None:
    layout = Layout()
    before = set(Path(tempfile.gettempdir()).iterdir())
    layout.ask("digraph { a }", "svg", seconds=60.0)
    first = layout.child._running
    layout.ask("digraph { b }", "svg", seconds=60.0)
    assert first is not None and layout.child._running is first
    first.process.kill()
    first.process.wait()
    assert b"<svg" in layout.ask("digraph { a }", "svg", seconds=60.0)
    assert layout.child._running is not first
    layout.stop()
    left = set(Path(tempfile.gettempdir()).iterdir()) - before
    assert not [path for path in left if path.suffix == ".conf" or (path / "fonts.conf").exists()]


def test_what_the_other_process_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FONTCONFIG_FILE", "")  # put back at the end
    error, picture = answer(b'svg\ndigraph { a [label="wide"] }').split(b"\n", 1)
    assert error == b"" and b"<svg" in picture
    assert re.search(rb'textLength="[\d.]+" lengthAdjust="spacingAndGlyphs">wide<', picture)
    assert answer(b"png\ndigraph { a }").startswith(b"\n\x89PNG")
    error, picture = answer(b"svg\ndigraph { a -> }").split(b"\n", 1)
    assert b"Error: " in error and picture == b""


def test_a_text_is_held_to_the_width_of_its_own_size() -> None:
    strokes = [
        {"op": "F", "size": 11},
        {"op": "T", "text": "a & b", "width": 31.5},
        {"op": "F", "size": 13},
        {"op": "T", "text": "a & b", "width": 37.25},
    ]
    widths = _widths({"objects": [{"_ldraw_": strokes}, {}], "edges": []})
    assert widths == {("11.00", "a & b"): 31.5, ("13.00", "a & b"): 37.25}
    svg = '<text x="1" font-size="13.00">a &amp; b</text><text font-size="9.00">c</text>'
    assert _held_to_width(svg, widths) == (
        '<text x="1" font-size="13.00" textLength="37.25" lengthAdjust="spacingAndGlyphs">'
        'a &amp; b</text><text font-size="9.00">c</text>'
    )


def test_a_layout_that_takes_too_long_is_stopped() -> None:
    layout = Layout()
    rows = "\n".join(
        f"n{i} -> n{(i * i + 7) % 3000}; n{i} -> n{(i * 31) % 3000}" for i in range(3000)
    )
    with pytest.raises(TimeoutError) as caught:
        layout.ask(f"digraph {{ {rows} }}", "svg", seconds=0.4)
    assert 'level="layer"' in str(caught.value)
    try:
        assert layout.ask("digraph { a -> b }", "svg", seconds=60.0).startswith(b"<?xml")
    finally:
        layout.stop()


def test_what_the_layout_refuses_is_told() -> None:
    with pytest.raises(LayoutError) as caught:
        SHARED.ask("digraph { a -> }", "svg", seconds=60.0)
    assert "dot -Tsvg" in str(caught.value)
    assert draw(square()).svg.startswith("<svg")


def test_a_process_that_dies_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(*_: object) -> bytes:
        raise Died(-9, "out of memory")

    layout = Layout()
    monkeypatch.setattr(layout.child, "ask", dies)
    with pytest.raises(LayoutError, match="exit status -9") as caught:
        layout.ask("digraph { a }", "svg", seconds=60.0)
    assert "out of memory" in str(caught.value) and "\n" not in str(caught.value)


def test_both_languages_say_why_there_is_no_layout(monkeypatch: pytest.MonkeyPatch) -> None:
    def late(request: bytes, seconds: float) -> bytes:
        raise TooLong(seconds)

    layout = Layout()
    monkeypatch.setattr(layout.child, "ask", late)
    with use("fr"), pytest.raises(TimeoutError, match="la mise en page a dépassé 2,5 s"):
        layout.ask("digraph { a }", "svg", seconds=2.5)
    with pytest.raises(TimeoutError, match="the layout took more than 2.5 s"):
        layout.ask("digraph { a }", "svg", seconds=2.5)
    monkeypatch.setattr(layout.child, "ask", lambda *_: b"ImportError: No module named x\n")
    with use("fr"), pytest.raises(LayoutError, match="pygraphviz n’est pas installé"):
        layout.ask("digraph { a }", "svg", seconds=2.5)
    with pytest.raises(LayoutError, match="pygraphviz is not installed"):
        layout.ask("digraph { a }", "svg", seconds=2.5)


def test_threads_draw_one_after_the_other() -> None:
    graphs = [square(), neuron(), network()]
    alone = [draw(graph, lang="en").svg for graph in graphs]
    together: dict[int, str] = {}

    def work(i: int) -> None:
        together[i] = draw(graphs[i], lang="en").svg

    threads = [threading.Thread(target=work, args=(i,)) for i in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [together[i] for i in range(3)] == alone
