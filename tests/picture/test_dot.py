"""Draw it: the Graphviz source says what is there, in two colours, the same bytes every time."""

from __future__ import annotations

import html
import math
import os
import re
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import pytest

import tinygrad_fr
from tests.picture.graphs import PICTURES, long, mlp, named, network, neuron, square, wide
from tinygrad_fr.checking.sabotage import sabotage
from tinygrad_fr.demos.sabotage import network as demo_network
from tinygrad_fr.engine import Value
from tinygrad_fr.gradient import gradient
from tinygrad_fr.ops import dot
from tinygrad_fr.picture.dot import BLUE, BORDERS, INK, RED, SOFT, TINTS, numbers, to_dot, wrapped
from tinygrad_fr.picture.draw import draw
from tinygrad_fr.picture.view import view
from tinygrad_fr.places import scope
from tinygrad_fr.words import number, use

# ── what it says ──


def test_thickness_is_the_root_of_what_is_carried() -> None:
    x, y = named(x=1.0, y=1.0)
    cost = 4 * x + y
    cost.backward()
    widths = [float(w) for w in re.findall(r"penwidth=([\d.]+)", to_dot(cost))]
    assert sorted(widths) == pytest.approx([0.9 + 3.4 * 0.5, 0.9 + 3.4 * 0.5, 4.3], abs=0.01)


def test_nothing_comes_back_through_a_dead_relu() -> None:
    (x,) = named(x=-1.0)
    cost = x.relu() * 3
    cost.backward()
    assert "dashed: nothing comes back" in to_dot(cost)
    assert to_dot(cost).count("style=dashed") == 1
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


# ── what is red is forward, what is blue is backward ──


def _hue(color: str) -> str:
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return "red" if red > 2 * blue else "blue" if blue > 2 * red else "grey"


def _said(source: str) -> list[tuple[str, str]]:
    """Every text of the picture with the hue it has, in order."""
    found = re.findall(r'<FONT COLOR="(#\w+)"[^>]*>(?:<B>)?([^<]*)', source)
    return [(_hue(color), html.unescape(text)) for color, text in found]


def test_red_is_forward_and_blue_is_backward() -> None:
    said = _said(to_dot(square()))
    assert said[0] == ("red", "left, red: values (forward pass)")
    assert said[1] == ("blue", "right, blue: gradients ∂L/∂· (backward pass)")
    in_box = said[said.index(("grey", "u₁")) :]
    assert in_box[:4] == [("grey", "u₁"), ("grey", " = w·x"), ("red", "2"), ("blue", "−4")]
    arrow = said[said.index(("grey", "2u₂ = ")) :]
    assert arrow[:6] == [
        ("grey", "2u₂ = "),  # the local derivative is forward
        ("red", "−4"),
        ("blue", "1"),  # what arrives, times it, is what goes back
        ("grey", "·"),
        ("red", "(−4)"),
        ("grey", " = "),
    ]
    assert arrow[6] == ("blue", "−4")


def test_a_number_and_a_slope_that_is_one_are_said_once() -> None:
    (x,) = named(x=1.0)
    source = to_dot(x + 2.5)
    assert source.count("2.5") == 1  # in the expression of L, and in no box
    said = [text for _, text in _said(source)]
    assert said.count("1") == 2 and "1 = " not in said and " = " not in said  # x, and the slope
    assert [t for t in said if t.startswith(" = ")] == [" = x + 2.5"]


def test_red_and_blue_in_french_and_in_a_group() -> None:
    said = _said(to_dot(network(), level="neuron", lang="fr"))
    assert said[0] == ("red", "à gauche, rouge\u202f: valeurs (passe avant)")
    assert said[1] == ("blue", "à droite, bleu\u202f: gradients ∂L/∂· (passe arrière)")
    graph = view(network(), level="neuron")
    with use("fr"):
        group = next(node for node in graph.nodes if node.kind == "group")
        assert isinstance(group.data, float) and isinstance(group.grad, float)
        at = said.index(("grey", group.name))
        numbers = [one for one in said[at + 1 :] if one[0] != "grey"]
        assert numbers[:2] == [("red", number(group.data)), ("blue", number(group.grad))]
        for name, data, grad in group.parameters:
            at = said.index(("grey", name))
            assert said[at + 1 : at + 3] == [("red", number(data)), ("blue", number(grad))]


def test_the_right_gradient_is_blue_and_bold_and_the_first_wrong_box_is_marked() -> None:
    with sabotage("M9"):
        cost = demo_network()
        cost.backward()
        source, french = to_dot(cost, level="operation"), to_dot(cost, "operation", lang="fr")
    assert f'<FONT COLOR="{BLUE}"><B>right: ' in source
    assert f'<FONT COLOR="{BLUE}"><B>juste\u202f: ' in french
    assert "<B>✗: first mistake of the backward pass</B>" in source
    assert "<B>✗\u202f: première erreur de la passe arrière</B>" in french
    marked = source.count("<B>✗ </B>")
    assert marked == source.count('BORDER="3"') >= 1
    assert source.count('BORDER="2"') + marked == source.count("right: ") + 1  # L itself
    assert "✗" not in to_dot(demo_network()) and "right:" not in to_dot(demo_network())


def test_the_legend_says_what_is_there_and_nothing_else() -> None:
    (x,) = named(x=-1.0)
    dead = x.relu() * 3
    assert "dashed" not in to_dot(dead) and "style=dashed" not in to_dot(dead)
    assert "thickness" not in to_dot(dead) and "épaisseur" not in to_dot(dead, lang="fr")
    dead.backward()
    for source, word in ((to_dot(dead), "dashed: nothing"), (to_dot(dead, lang="fr"), "tirets")):
        assert word in source and "style=dashed" in source
    assert "thickness ∝ √|contribution|" in to_dot(dead)
    assert "épaisseur ∝ √|contribution|" in to_dot(dead, lang="fr")
    assert "dashed" not in to_dot(square()) and "tirets" not in to_dot(square(), lang="fr")
    swatch = re.findall(r'<TD BGCOLOR="(#\w+)">.*?> (.*?) <', to_dot(dead))
    assert swatch == [(TINTS["data"], "data"), (TINTS["cost"], "cost")]
    french = re.findall(r'<TD BGCOLOR="(#\w+)">.*?> (.*?) <', to_dot(square(), lang="fr"))
    assert french == [
        (TINTS["parameter"], "paramètre"),
        (TINTS["data"], "donnée"),
        (TINTS["cost"], "coût"),
    ]


def test_a_tint_in_the_legend_is_the_tint_of_the_boxes() -> None:
    source = to_dot(square())
    for name, kind in (("w", "parameter"), ("x", "data"), ("L", "cost")):
        box = next(
            line
            for line in source.splitlines()
            if f">{name}</FONT>" in line or f"<B>{name}</B>" in line
        )
        assert f'BGCOLOR="{TINTS[kind]}"' in box


# ── both languages, every text ──


NAMED = {"tanh", "relu"}  # what mathematics calls them in both languages


def every_picture() -> list[tuple[str, str]]:
    """Each kind of picture twice: as it is in French, as it is in English."""
    (x,) = named(x=0.0)
    root = (x**2).sqrt()
    root.backward()
    v = x
    for _ in range(500):
        v = v.tanh()
    twice = square()
    twice.backward()
    w = named(w=1.0)[0]
    found = [
        tuple(draw(graph, level=level, open=open, lang=lang).dot for lang in ("fr", "en"))
        for graph in (network(), mlp(2, 16, 16, 1, examples=12), root, v, twice, gradient(w**3, w))
        for level in ("auto", "layer")
        for open in ((),)
    ]
    with sabotage("M9"):
        cost = demo_network()
        cost.backward()
        found.append(tuple(to_dot(cost, "operation", lang=lang) for lang in ("fr", "en")))
    return found  # type: ignore[return-value]


@pytest.mark.slow
def test_what_is_said_in_one_language_is_not_said_in_the_other() -> None:
    """Word by word: only names and functions are alike."""
    for french, english in every_picture():
        one, other = _said(french), _said(english)
        assert [hue for hue, _ in one] == [hue for hue, _ in other]
        for (_, fr), (_, en) in zip(one, other, strict=True):
            words = {w for w in re.findall(r"[^\W\d_]{4,}", fr) if not re.search("[₀-₉ᵃ-ᶻ]", w)}
            same = words & set(re.findall(r"[^\W\d_]{4,}", en)) - NAMED
            assert not same or same <= {"contribution", "gradients", "cases"} and fr != en, (fr, en)


@pytest.mark.slow
def test_decimal_commas_are_french() -> None:
    for french, english in every_picture():
        assert not [t for _, t in _said(french) if re.search(r"\d\.\d", t)]
        assert not [t for _, t in _said(english) if re.search(r"\d,\d(?!\d\d)", t) and "₁" not in t]


# ── thresholds ──


def boxes(n: int, arrows: int = 0) -> Value:
    """A picture of so many boxes and one arrow less, or as many more as there are asked."""
    (v,) = named(x=0.5)
    more = max(0, arrows - (n - 1))
    for i in range(n - 1):
        v = v * v if i < more else v.tanh()
    v.backward()
    return v


def test_so_few_boxes_stand_in_the_order_of_inputs() -> None:
    assert "ordering=in" in to_dot(boxes(20)) and "ordering=in" not in to_dot(boxes(21))


def test_so_many_arrows_have_two_lines_or_one_or_none() -> None:
    def lines(nodes: int, many: int) -> set[int]:
        """What stands beside the arrows of so many boxes, each with so many leaves."""
        labels = re.findall(r"-> n\d+ \[label=<(.*?)>>? ", to_dot(boxes(nodes, many)))
        return {label.count("<TR>") for label in labels}

    assert [lines(14, 26), lines(15, 27), lines(20, 19)] == [{2}, {1}, {2}]
    assert lines(21, 20) == {1} == lines(60, 64)  # where there is no room, one
    assert lines(60, 65) == set()


def test_a_box_shows_four_outputs_and_twelve_leaves_before_the_dots() -> None:
    with use("fr"):
        assert numbers((1.5, 2, 3, 4)) == "1,5\u202f; 2\u202f; 3\u202f; 4"
    assert numbers((1, 2, 3, 4)) == "1, 2, 3, 4"
    assert numbers((1, 2, 3, 4, 5)) == "1, 2, …, 5"
    assert numbers(1.5) == "1.5"
    assert "⋮" in to_dot(wide()) and "⋮" not in to_dot(network())


def test_a_group_lists_four_parameters_and_counts_more() -> None:
    def neuron(n: int) -> Value:
        xs = [Value(1.0, label=f"x_{i}") for i in range(n)]
        with scope("neuron", 1):
            ws = [Value(1.0, label=f"w_{i}") for i in range(n)]
            out = dot(ws, xs).tanh()
        out.backward()
        return out * 1

    assert "parameters" not in to_dot(neuron(4), level="neuron")
    assert "5 parameters" in to_dot(neuron(5), level="neuron")
    assert "‖∇‖" not in to_dot(neuron(5), level="neuron")  # no backward pass has reached out·1
    cost = neuron(5)
    cost.backward()
    slope = 1 - math.tanh(5) ** 2
    told = f"5 parameters, ‖∇‖ = {number(math.sqrt(5) * 2 * slope)}"
    assert told in to_dot(cost, level="neuron")
    assert "5 paramètres, ‖∇‖ = " in to_dot(cost, level="neuron", lang="fr")


def test_a_sum_is_cut_before_its_signs() -> None:
    assert wrapped("a + b = c", longest=30) == ["a + b = c"]
    assert wrapped("a" * 14 + " + " + "b" * 13, longest=30) == ["a" * 14 + " + " + "b" * 13]
    assert wrapped("a" * 14 + " + " + "b" * 14, longest=30) == ["a" * 14, "+ " + "b" * 14]


def test_arrows_that_stand_for_several_say_how_many() -> None:
    cost = network()
    assert re.search(
        r">6 arrows</FONT>.*?>‖·‖ = </FONT><FONT COLOR=\"#122B6B\">[\d.]", to_dot(cost, "layer")
    )
    french = re.sub("<[^>]*>", "", to_dot(cost, "layer", lang="fr"))
    assert "6 arcs\u202f: ‖·‖ = " in french
    assert ">3 arrows<" in to_dot(cost, "layer")


def test_an_infinite_contribution_is_the_thickest_and_an_unknown_one_thin() -> None:
    x, y, z = named(x=1.0, y=2.0, z=3.0)
    cost = x * float("inf") + y * float("nan") + z
    cost.backward()
    width = {
        src: w for src, w in re.findall(r"(n\d+) -> n\d+ \[.*?penwidth=([\d.]+)", to_dot(cost))
    }
    names = {node.name: node.id for node in view(cost).nodes}
    assert float(width[names["x"]]) == pytest.approx(4.3)
    assert float(width[names["y"]]) == pytest.approx(0.9)


def test_what_is_above_the_two_numbers_stands_over_both() -> None:
    assert '<TD COLSPAN="2"><FONT COLOR="#16202A" POINT-SIZE="13">u₁</FONT>' in to_dot(square())
    w, x = named(w=1.0, x=2.0)
    boxes = [line for line in to_dot(w * x).splitlines() if " id=n" in line]
    assert boxes and not [line for line in boxes if "COLSPAN" in line]  # one number, one column


def test_an_arrow_of_which_nothing_is_known_is_no_measure_of_the_others() -> None:
    x, y = named(x=2.0, y=3.0)
    out = Value(0.01, (x, y), "tiny")
    cost = out * 0.5
    cost.grad = 1
    out.grad = 0.5
    widths = re.findall(r"penwidth=([\d.]+)", to_dot(cost))
    assert widths.count("1.1") == 2 and max(map(float, widths)) == pytest.approx(4.3)
