"""Draw it: the Graphviz source says what is there, in two colours, the same bytes every time."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import pytest

import tinygrad_fr
from tests.picture.graphs import PICTURES, long, named, network, neuron, square
from tinygrad_fr.picture.dot import BLUE, BORDERS, INK, RED, SOFT, TINTS, to_dot
from tinygrad_fr.picture.draw import draw

# ── what it says ──


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


def test_the_line_that_says_where_a_nan_was_born_stands_under_the_caption() -> None:
    (x,) = named(x=1000.0)
    cost = x.exp() - x.exp()
    source = to_dot(cost)
    first, second = source.index("∞ is born at u₁ = exp(x)"), source.index("NaN is born at L")
    assert source.index("one box per operation") < first < second < source.index("n0")
    assert "is born" not in to_dot(square())


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


# ── bytes ──


def test_the_same_graph_gives_the_same_bytes() -> None:
    assert to_dot(network()) == to_dot(network())
    graph = network()
    assert to_dot(graph) == to_dot(graph)
    assert draw(graph).svg == draw(graph).svg


def test_the_same_bytes_in_another_process() -> None:
    program = (
        "from tinygrad_fr.engine import Value\n"
        "from tinygrad_fr.picture.dot import to_dot\n"
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
        found = set(re.findall(r'<FONT COLOR="(#\w+)"', PICTURES[name]().dot))
        assert found <= {RED, BLUE, INK, SOFT}
