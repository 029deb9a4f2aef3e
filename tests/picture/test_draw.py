"""Draw it: the same bytes every time, nothing overlaps, nothing leaves its box, nothing is half written."""

from __future__ import annotations

import builtins
import gc
import os
import re
import subprocess
import sys
import threading
import xml.etree.ElementTree as ET
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

import tinygrad_fr
from tinygrad_fr.engine import Value, scope
from tinygrad_fr.nn.layers import MLP
from tinygrad_fr.ops import dot
from tinygrad_fr.picture.draw import (
    BLUE,
    BORDERS,
    INK,
    RED,
    SOFT,
    TINTS,
    LayoutError,
    Picture,
    _Layout,
    _layout,
    _write_whole,
    draw,
    to_dot,
)
from tinygrad_fr.words import use

SVG = "{http://www.w3.org/2000/svg}"
NASTY = [
    '<b>&"|{}\\N',
    "two\nlines",
    "",
    "été Ünïcödé",
    "q" * 500,
    "\\l\\n\\G",
    "x\x00y\x1b",
    "&amp;<br/>",
    "{a|b}",
    '"',
    "]]>",
    "<!--",
    "' onload=",
    "w_1^[2]",
    "\ud800",
]


@pytest.fixture(autouse=True)
def in_english() -> object:
    with use("en"):
        yield


def named(**numbers: float) -> list[Value]:
    return [Value(x, label=name) for name, x in numbers.items()]


def square() -> Value:
    w, x, y = named(w=1.0, x=2.0, y=4.0)
    cost = (w * x - y) ** 2
    cost.backward()
    return cost


def neuron() -> Value:
    x1, x2, y = named(x1=1.5, x2=-0.5, y=1.0)
    with scope("neuron", 1):
        w1, w2, b = named(w1=0.5, w2=-0.3, b=0.1)
        z = w1 * x1 + w2 * x2 + b
        z.label = "z"
        a = z.sigmoid()
        a.label = "a"
    cost = (a - y) ** 2
    cost.backward()
    return cost


def network() -> Value:
    model = MLP(2, [3, 2], activation="sigmoid", output="sigmoid", seed=1)
    outputs = model(named(x_1=0.8, x_2=-1.2))
    cost = (outputs[0] - named(y_1=0.0)[0]) ** 2 + (outputs[1] - named(y_2=1.0)[0]) ** 2
    cost.backward()
    return cost


def nasty() -> Value:
    v = Value(0.5, label=NASTY[0])
    for label in NASTY[1:]:
        v = v + Value(1.0, label=label)
        v.label = label[::-1]
    v.backward()
    return v


def wide() -> Value:
    z = dot(
        [Value(0.1 * i, label=f"w_{i}") for i in range(1, 41)],
        [Value(-1.0, label=f"x_{i}") for i in range(1, 41)],
    )
    cost = z.tanh()
    cost.backward()
    return cost


def long() -> Value:
    v = named(x=1.0)[0]
    for _ in range(3000):
        v = (v * 1.001).tanh()
    v.backward()
    return v


PICTURES: dict[str, Callable[[], Picture]] = {
    "square": lambda: draw(square()),
    "carré": lambda: draw(square(), lang="fr"),
    "neuron": lambda: draw(neuron()),
    "operations": lambda: draw(neuron(), level="operation", lang="fr"),
    "one box": lambda: draw(neuron(), level="neuron"),
    "network": lambda: draw(network(), lang="fr"),
    "neurons": lambda: draw(network(), level="neuron", lang="fr"),
    "layers": lambda: draw(network(), level="layer"),
    "opened": lambda: draw(network(), level="layer", open=["layer 2"]),
    "nasty": lambda: draw(nasty()),
    "wide": lambda: draw(wide()),
    "long": lambda: draw(long()),
}


# ── reading a picture that was laid out ──


Box = tuple[float, float, float, float]


def _root(picture: Picture) -> Any:
    return ET.fromstring(picture.svg)


def _things(root: Any, kind: str) -> dict[str, Any]:
    return {g.get("id"): g for g in root.iter(f"{SVG}g") if g.get("class") == kind}


def _outline(thing: Any) -> Box:
    """The box around everything that is drawn (not written) in a node."""
    xs: list[float] = []
    ys: list[float] = []
    for shape in thing:
        if shape.tag in (f"{SVG}path", f"{SVG}polygon"):
            numbers = [
                float(n) for n in re.findall(r"-?\d+\.?\d*", shape.get("d") or shape.get("points"))
            ]
            xs += numbers[0::2]
            ys += numbers[1::2]
    return min(xs), min(ys), max(xs), max(ys)


def _fonts() -> Callable[[str, float, bool], float]:
    """The width of a text in DejaVu Sans, measured by another program than the layout."""
    import matplotlib
    from PIL import ImageFont

    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    fonts = {
        bold: ImageFont.truetype(
            str(folder / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf")), 200
        )
        for bold in (False, True)
    }
    return lambda text, size, bold: fonts[bold].getlength(text) * size / 200


def _written(thing: Any) -> list[tuple[str, Box]]:
    """Every text with the box it takes, from DejaVu Sans itself."""
    measure = _fonts()
    found = []
    for text in thing.iter(f"{SVG}text"):
        size, x, y = (float(text.get(key)) for key in ("font-size", "x", "y"))
        width = measure(text.text, size, text.get("font-weight") == "bold")
        found.append((text.text, (x, y - 0.75 * size, x + width, y + 0.2 * size)))
    return found


def _meet(a: Box, b: Box, slack: float = 0.0) -> bool:
    return (
        a[0] < b[2] - slack and b[0] < a[2] - slack and a[1] < b[3] - slack and b[1] < a[3] - slack
    )


@pytest.mark.parametrize("name", PICTURES)
def test_no_two_boxes_overlap_and_no_text_leaves_its_box(name: str) -> None:
    picture = PICTURES[name]()
    root = _root(picture)
    boxes = {key: _outline(node) for key, node in _things(root, "node").items()}
    assert len(boxes) == len(picture.view.nodes)
    for (one, a), (other, b) in combinations(boxes.items(), 2):
        assert not _meet(a, b), (one, other)
    for key, node in _things(root, "node").items():
        left, top, right, bottom = boxes[key]
        texts = _written(node)
        assert texts
        for text, (x0, y0, x1, y1) in texts:
            assert left <= x0 and x1 <= right and top <= y0 and y1 <= bottom, (key, text)
        for (one_text, a), (other_text, b) in combinations(texts, 2):
            assert not _meet(a, b, slack=4), (one_text, other_text)


@pytest.mark.parametrize("name", PICTURES)
def test_no_text_beside_an_arrow_covers_a_box_or_another_text(name: str) -> None:
    root = _root(PICTURES[name]())
    boxes = {key: _outline(node) for key, node in _things(root, "node").items()}
    beside = [
        (key, *entry) for key, edge in _things(root, "edge").items() for entry in _written(edge)
    ]
    for key, text, place in beside:
        for node, box in boxes.items():
            assert not _meet(place, box, slack=1.5), (key, text, node)
    for (one, text, a), (other, other_text, b) in combinations(beside, 2):
        assert not _meet(a, b, slack=1.5), (one, text, other, other_text)


@pytest.mark.parametrize("name", PICTURES)
def test_everything_is_inside_the_picture(name: str) -> None:
    root = _root(PICTURES[name]())
    _, _, width, height = (float(n) for n in root.get("viewBox").split())
    shift = re.search(r"translate\(([-\d.]+)[ ,]([-\d.]+)\)", root.find(f"{SVG}g").get("transform"))
    assert shift is not None
    dx, dy = float(shift[1]), float(shift[2])
    for text, (x0, y0, x1, y1) in _written(root):
        assert x0 + dx >= 0 and x1 + dx <= width and y0 + dy >= 0 and y1 + dy <= height, text


def test_every_text_is_held_to_the_width_it_was_given() -> None:
    measure = _fonts()
    for text in _root(draw(neuron())).iter(f"{SVG}text"):
        given = float(text.get("textLength"))
        bold = text.get("font-weight") == "bold"
        assert given == pytest.approx(
            measure(text.text, float(text.get("font-size")), bold), rel=0.045, abs=1.5
        )


# ── what the picture says ──


def test_the_svg_stands_alone() -> None:
    svg = draw(square()).svg
    root = ET.fromstring(svg)
    assert root.get("viewBox") and root.get("role") == "img"
    assert root[0].tag == f"{SVG}title" and root[0].text.startswith("graph of L")
    assert "DOCTYPE" not in svg and "href=" not in svg.replace("xmlns:xlink", "")
    assert "Verdana" in svg


def test_boxes_and_arrows_tell_what_they_are() -> None:
    root = _root(draw(square()))
    tips = [
        thing.find(f"{SVG}title").text
        for kind in ("node", "edge")
        for thing in _things(root, kind).values()
    ]
    assert "u₁ = w·x\nvalue 2\n∂L/∂u₁ = −4" in tips
    assert "u₂ → L\n∂L/∂u₂ = 2u₂ = −4\ncontribution −4" in tips


def test_the_words_on_an_arrow() -> None:
    root = _root(draw(neuron(), lang="fr"))
    said = [
        "".join(text.text for text in edge.iter(f"{SVG}text"))
        for edge in _things(root, "edge").values()
    ]
    assert "a(1−a) = 0,197−0,538·0,197 = −0,106" in said
    assert "2u₃ = −0,5381·(−0,538) = −0,538" in said


def test_thickness_is_the_root_of_what_is_carried() -> None:
    x, y = named(x=1.0, y=1.0)
    cost = 4 * x + y
    cost.backward()
    widths = [float(w) for w in re.findall(r"penwidth=([\d.]+)", to_dot(cost))]
    assert sorted(widths) == pytest.approx(
        [0.9 + 3.4 * 0.5, 0.9 + 3.4 * 0.5, 0.9 + 3.4 * 0.5, 4.3], abs=0.01
    )


def test_nothing_comes_back_through_a_dead_relu() -> None:
    (x,) = named(x=-1.0)
    cost = x.relu() * 3
    cost.backward()
    assert "dashed: nothing comes back" in to_dot(cost)
    assert to_dot(cost).count("style=dashed") == 2
    assert "style=dashed" not in to_dot(square())


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_infinite_and_unknown_numbers_are_drawn(bad: float) -> None:
    x, y = named(x=bad, y=2.0)
    cost = x * y + y
    cost.backward()
    assert "nan" not in to_dot(cost) and "penwidth=inf" not in to_dot(cost)
    assert draw(cost).svg.startswith("<svg")


def test_before_a_backward_pass_nothing_is_blue() -> None:
    w, x = named(w=1.0, x=2.0)
    dot_source = to_dot(w * x)
    assert BLUE not in dot_source
    assert "no backward pass yet" in dot_source


def test_both_languages() -> None:
    french, english = to_dot(neuron(), lang="fr"), to_dot(neuron(), lang="en")
    assert "passe arrière" in french and "0,197" in french and "paramètre" in french
    assert "backward pass" in english and "0.197" in english and "parameter" in english


def test_what_was_folded_is_said() -> None:
    assert "the middle of the graph" in to_dot(long())


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


# ── bytes ──


def test_the_same_graph_gives_the_same_bytes() -> None:
    assert to_dot(network()) == to_dot(network())
    graph = network()
    assert to_dot(graph) == to_dot(graph)
    assert draw(graph).svg == draw(graph).svg


def test_the_same_bytes_in_another_process() -> None:
    program = (
        "from tinygrad_fr.engine import Value\n"
        "from tinygrad_fr.picture.draw import to_dot\n"
        "w, x = Value(1.0, label='w'), Value(2.0, label='x')\n"
        "L = (w * x + w * w).tanh(); L.backward()\n"
        "print(to_dot(L, lang='en'))\n"
    )
    folder = str(Path(tinygrad_fr.__file__).parent.parent)
    outputs = set()
    for seed in ("1", "2"):
        env = {
            **os.environ,
            "PYTHONHASHSEED": seed,
            "PYTHONPATH": folder,
            "PYTHONIOENCODING": "utf-8",
        }
        outputs.add(
            subprocess.run(
                [sys.executable, "-c", program], env=env, capture_output=True, check=True
            ).stdout
        )
    assert len(outputs) == 1


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


def test_awkward_labels_come_out_as_they_are() -> None:
    root = _root(draw(nasty()))
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


# ── files that cannot be written ──


def _one_line(caught: pytest.ExceptionInfo[BaseException]) -> str:
    text = str(caught.value)
    assert "\n" not in text
    return text


def test_unknown_extension_and_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError) as caught:
        draw(square(), tmp_path / "graph.bmp")
    assert "'.bmp'" in _one_line(caught) and ".svg" in str(caught.value)
    with pytest.raises(FileNotFoundError) as missing:
        draw(square(), tmp_path / "nowhere" / "graph.svg")
    assert "does not exist" in _one_line(missing)


def test_a_folder_in_the_place_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "graph.dot").mkdir()
    with pytest.raises(OSError) as caught:
        draw(square(), tmp_path / "graph.dot")
    assert "cannot be written" in _one_line(caught)
    assert [p.name for p in tmp_path.iterdir()] == ["graph.dot"]


def test_a_closed_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "write_bytes", closed)
    with pytest.raises(PermissionError) as caught:
        draw(square(), tmp_path / "graph.dot")
    assert "Permission denied" in _one_line(caught)


def test_an_interrupted_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "graph.dot"
    path.write_text("old")

    def broken(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", broken)
    with pytest.raises(KeyboardInterrupt):
        _write_whole(path, b"new")
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["graph.dot"]


# ── the other process ──


def test_the_process_is_reused_and_replaced() -> None:
    draw(square()).svg.index("svg")
    first = _layout.process
    draw(neuron()).svg.index("svg")
    assert first is not None and _layout.process is first
    first.kill()
    first.wait()
    assert draw(square()).svg.startswith("<svg")
    assert _layout.process is not first


def test_a_layout_that_takes_too_long_is_stopped() -> None:
    layout = _Layout()
    rows = "\n".join(
        f"n{i} -> n{(i * i + 7) % 3000}; n{i} -> n{(i * 31) % 3000}" for i in range(3000)
    )
    with pytest.raises(TimeoutError) as caught:
        layout.ask(f"digraph {{ {rows} }}", "svg", seconds=0.4)
    assert 'level="layer"' in _one_line(caught)
    assert layout.process is None
    try:
        assert layout.ask("digraph { a -> b }", "svg", seconds=60.0).startswith(b"<?xml")
    finally:
        layout.stop()


def test_what_the_layout_refuses_is_told() -> None:
    with pytest.raises(LayoutError) as caught:
        _layout.ask("digraph { a -> }", "svg", seconds=60.0)
    assert "dot -Tsvg" in _one_line(caught)
    assert draw(square()).svg.startswith("<svg")


def test_without_pygraphviz_the_dot_is_still_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: object) -> bytes:
        from tinygrad_fr.picture.draw import _refuse_layout

        _refuse_layout("ModuleNotFoundError: No module named 'pygraphviz'")
        return b""

    monkeypatch.setattr(_layout, "ask", missing)
    with pytest.raises(LayoutError) as caught:
        draw(square(), tmp_path / "graph.svg")
    assert "pip install pygraphviz" in _one_line(caught) and "graph.dot" in str(caught.value)
    assert (tmp_path / "graph.dot").read_text(encoding="utf-8").startswith("digraph")
    assert not (tmp_path / "graph.svg").exists()
    assert draw(square())._repr_svg_() is None


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


def test_a_notebook_shows_values() -> None:
    show: Any = square()._repr_svg_
    assert show().startswith("<svg")
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


# ── colours ──


def _luminance(color: str) -> float:
    """Relative luminance, WCAG 2.1, "relative luminance"."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def _contrast(one: str, other: str) -> float:
    """WCAG 2.1, "contrast ratio"."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_every_text_colour_is_readable_on_every_tint() -> None:
    for tint in [*TINTS.values(), "#FFFFFF"]:
        for color in (RED, BLUE, INK, SOFT):
            assert _contrast(color, tint) >= 4.5, (color, tint)
    for border in BORDERS.values():
        assert _contrast(border, "#FFFFFF") >= 3


def test_colours_stay_apart_in_grey() -> None:
    assert _contrast(RED, BLUE) >= 2
    for one, other in combinations(("parameter", "data", "cost"), 2):
        assert abs(_luminance(TINTS[one]) - _luminance(TINTS[other])) >= 0.02
    for kind in ("parameter", "data", "cost"):
        assert abs(_luminance(TINTS[kind]) - 1) >= 0.1


def test_only_the_colours_that_were_checked_are_used() -> None:
    for name in ("network", "nasty", "layers"):
        found = set(re.findall(r'<FONT COLOR="(#\w+)"', builtins.str(PICTURES[name]().dot)))
        assert found <= {RED, BLUE, INK, SOFT}
