"""Draw it: an SVG that stands alone, tooltips that tell all, files that are whole or not there."""

from __future__ import annotations

import gc
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

import tinygrad_fr
from tests.picture.graphs import named, nasty, neuron, square
from tests.picture.svg import SVG, parsed, things
from tinygrad_fr.engine import Value
from tinygrad_fr.files import write_whole
from tinygrad_fr.picture.draw import Picture, draw
from tinygrad_fr.picture.layout import SHARED, LayoutError, _refuse_layout

# ── what the picture says ──


def test_the_svg_stands_alone() -> None:
    svg = draw(square()).svg
    root = ET.fromstring(svg)
    assert root.get("viewBox") and root.get("role") == "img"
    assert root[0].tag == f"{SVG}title" and root[0].text.startswith("graph of L")
    assert "DOCTYPE" not in svg and "href=" not in svg.replace("xmlns:xlink", "")
    assert "Verdana" in svg


def test_boxes_and_arrows_tell_what_they_are() -> None:
    root = parsed(draw(square()))
    tips = [
        thing.find(f"{SVG}title").text
        for kind in ("node", "edge")
        for thing in things(root, kind).values()
    ]
    assert "u₁ = w·x\nvalue 2\n∂L/∂u₁ = −4" in tips
    assert "u₂ → L\n∂L/∂u₂ = 2u₂ = −4\ncontribution −4" in tips


def test_tooltips_and_titles_are_french_too() -> None:
    picture = draw(square(), lang="fr")
    assert picture.title == "graphe de L" and draw(square(), lang="en").title == "graph of L"
    tree = parsed(picture)
    assert tree[0].text == "graphe de L — une case par opération"
    tips = [
        thing.find(f"{SVG}title").text
        for kind in ("node", "edge")
        for thing in things(tree, kind).values()
    ]
    assert "u₁ = w·x\nvaleur 2\n∂L/∂u₁ = −4" in tips
    assert "u₂ → L\n∂L/∂u₂ = 2u₂ = −4\ncontribution −4" in tips


def test_a_tooltip_says_the_whole_label_and_what_a_group_is() -> None:
    long = Value(1.0, label="q" * 100)
    tips = [
        thing.find(f"{SVG}title").text for thing in things(parsed(draw(long * 2)), "node").values()
    ]
    assert tips[0] == "q" * 100 + "\nvalue 1"
    tips = [
        thing.find(f"{SVG}title").text
        for thing in things(parsed(draw(neuron(), level="neuron")), "node").values()
    ]
    assert any(tip.startswith("neuron 1\na = σ(w₁·x₁ + w₂·x₂ + b)\nvalue 0.7") for tip in tips)


def test_the_words_on_an_arrow() -> None:
    root = parsed(draw(neuron(), lang="fr"))
    said = [
        "".join(text.text for text in edge.iter(f"{SVG}text"))
        for edge in things(root, "edge").values()
    ]
    assert "a(1−a) = 0,197−0,538·0,197 = −0,106" in said
    assert "2u₃ = −0,5381·(−0,538) = −0,538" in said


def test_awkward_labels_come_out_as_they_are() -> None:
    root = parsed(draw(nasty(), size="free"))
    said = {text.text for text in root.iter(f"{SVG}text")}
    for label in (
        '<b>&"|{}\\N',
        "two↵lines",
        "été Ünïcödé",
        "q" * 39 + "…",
        "\\l\\n\\G",
        "&amp;<br/>",
        "{a|b}",
        "]]>",
    ):
        assert label in said
    assert "w₁⁽²⁾" in said and "x\ufffdy\ufffd" in said


@pytest.mark.slow
def test_a_million_operations_are_drawn_folded() -> None:
    w, x = named(w=0.5, x=1.0)
    y = w * x
    gc.disable()  # no cycles: the collector would only look at every node again and again
    try:
        for _ in range(333_333):
            y = (y * w + x).tanh()
        y.backward()
        picture = draw(y, lang="en")
    finally:
        gc.enable()
    boxes = ET.fromstring(picture.svg).findall(".//{*}g[@class='node']")
    assert 5 < len(boxes) <= 40
    assert re.search(r"\(999,9\d\d of 1,000,002 nodes\) is folded", picture.dot)


def test_a_notebook_shows_values() -> None:
    show: Any = square()._repr_svg_
    assert show().startswith('<svg style="max-width: 100%; height: auto" role="img" width=')
    assert ET.fromstring(show()).get("viewBox")  # so that it keeps its proportions
    assert "style=" not in draw(square()).svg[:100]  # a file keeps its size
    assert Value(1.0)._repr_svg_() is None
    assert repr(draw(square())) == "<Picture: graph of L, one box per operation>"


def test_importing_brings_no_heavy_library() -> None:
    program = (
        "import sys; import tinygrad_fr.picture.draw; "
        "print([m for m in ('graphviz', 'pygraphviz', 'matplotlib', 'numpy') if m in sys.modules])"
    )
    folder = str(Path(tinygrad_fr.__file__).parent.parent)
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": folder},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


# ── files ──


def test_a_script_without_a_main_guard_draws(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "from tinygrad_fr.engine import Value\n"
        "from tinygrad_fr.picture.draw import draw\n"
        "x = Value(3.0, label='x')\n"
        "draw(x * x, 'graph.svg')\n"
        "print('once')\n"
    )
    folder = str(Path(tinygrad_fr.__file__).parent.parent)
    done = subprocess.run(
        [sys.executable, str(script)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": folder},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "once\n" and done.stderr == ""
    assert (tmp_path / "graph.svg").read_text(encoding="utf-8").startswith("<svg")


def test_all_formats(tmp_path: Path) -> None:
    starts = {".svg": b"<svg", ".png": b"\x89PNG", ".pdf": b"%PDF", ".dot": b"digraph"}
    for suffix, start in starts.items():
        path = tmp_path / f"graph{suffix}"
        picture = draw(square(), path)
        assert path.read_bytes().startswith(start)
        assert isinstance(picture, Picture)
    assert draw(square()).save(tmp_path / "GRAPH.SVG").read_bytes().startswith(b"<svg")
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "GRAPH.SVG",
        "graph.dot",
        "graph.pdf",
        "graph.png",
        "graph.svg",
    ]


def one_line(caught: pytest.ExceptionInfo[BaseException]) -> str:
    text = str(caught.value)
    assert "\n" not in text
    return text


def test_unknown_extension_and_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError) as caught:
        draw(square(), tmp_path / "graph.bmp")
    assert "'.bmp'" in one_line(caught) and ".svg" in str(caught.value)
    with pytest.raises(FileNotFoundError) as missing:
        draw(square(), tmp_path / "nowhere" / "graph.svg")
    assert "does not exist" in one_line(missing)


def test_a_folder_in_the_place_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "graph.dot").mkdir()
    with pytest.raises(OSError) as caught:
        draw(square(), tmp_path / "graph.dot")
    assert "cannot be written" in one_line(caught)
    assert [p.name for p in tmp_path.iterdir()] == ["graph.dot"]


def test_a_closed_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", closed)
    with pytest.raises(PermissionError) as caught:
        draw(square(), tmp_path / "graph.dot")
    assert "Permission denied" in one_line(caught)


def test_an_interrupted_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "graph.dot"
    path.write_text("old")

    def broken(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", broken)
    with pytest.raises(KeyboardInterrupt):
        write_whole(path, b"new")
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["graph.dot"]


def test_without_pygraphviz_the_dot_is_still_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: object) -> bytes:
        _refuse_layout("ModuleNotFoundError: No module named 'pygraphviz'")

    monkeypatch.setattr(SHARED, "ask", missing)
    with pytest.raises(LayoutError) as caught:
        draw(square(), tmp_path / "graph.svg")
    assert "pip install pygraphviz" in one_line(caught) and "graph.dot" in str(caught.value)
    assert (tmp_path / "graph.dot").read_text(encoding="utf-8").startswith("digraph")
    assert not (tmp_path / "graph.svg").exists()
    assert draw(square())._repr_svg_() is None
