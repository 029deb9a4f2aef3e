"""The pictures that the demos share: red is forward, blue is backward, and jumps are no slopes."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from tinygrad_fr.demos import _figures
from tinygrad_fr.nn import MLP
from tinygrad_fr.ops import relu, square, tanh
from tinygrad_fr.words import use


@pytest.fixture
def figures(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The figures that would be saved."""
    kept: list[Any] = []
    monkeypatch.setattr(_figures, "save", lambda figure, path: kept.append(figure))
    return kept


def hue(colour: Any) -> str:
    """ "red", "blue", or "" for what is pale, grey or black."""
    red, green, blue = to_rgb(colour)
    if red > 2 * max(green, blue):
        return "red"
    return "blue" if blue > 2 * red and blue > 1.5 * green else ""


def lines(ax: Any) -> list[tuple[str, str, str]]:
    """What each line is, of which hue, and how it is drawn."""
    return [(line.get_label(), hue(line.get_color()), line.get_linestyle()) for line in ax.lines]


def the_tanh() -> _figures.Curve:
    return _figures.curve("tanh", tanh, lambda s: (math.tanh(s), 1 - math.tanh(s) ** 2))


def the_relu() -> _figures.Curve:
    return _figures.curve("ReLU", relu, lambda s: (max(s, 0.0), float(s > 0)))


def test_in_the_demos_forward_is_red_and_backward_is_blue(figures: list[Any]) -> None:
    with use("en"):
        _figures.functions([the_tanh()], Path("a.png"))
    (ax,) = figures[0].axes
    assert lines(ax) == [
        ("f(s)", "red", "-"),
        ("f′(s) by hand", "", "-"),
        ("f′(s) by autograd", "blue", "--"),
    ]
    f, paper, found = (line.get_ydata() for line in ax.lines)
    assert list(f) == the_tanh().f and list(found) == pytest.approx(list(paper))
    assert ax.lines[1].get_linewidth() > 3 * ax.lines[2].get_linewidth()  # both can be seen


def test_a_jump_is_no_steep_slope(figures: list[Any]) -> None:
    """ReLU: the slope is drawn in two pieces, with a dot where it is 0 by convention."""
    _figures.functions([the_relu()], Path("a.png"))
    (ax,) = figures[0].axes
    slopes = [line for line in ax.lines if line.get_linestyle() == "--"]
    assert [set(line.get_ydata()) for line in slopes] == [{0.0}, {1.0}]
    assert slopes[0].get_xdata()[-1] == 0.0 and slopes[1].get_xdata()[0] == 0.05
    (dot,) = [line for line in ax.lines if line.get_marker() == "o"]
    assert (dot.get_xdata(), dot.get_ydata()) == ([0.0], [0.0])
    assert "nothing comes back" in ax.texts[0].get_text()
    assert [label for label, _, _ in lines(ax) if "by hand" in label] == ["f′(s) by hand"]  # once


def test_a_slope_of_zero_at_a_minimum_is_not_dead(figures: list[Any]) -> None:
    at = [k / 10 for k in range(-10, 11)]
    curve = _figures.curve("s²", square, lambda s: (s * s, 2 * s), at)
    _figures.functions([curve], Path("a.png"), of="L(ŷ)")
    (ax,) = figures[0].axes
    assert not ax.texts and ax.get_xlabel() == "ŷ"
    assert [label for label, _, _ in lines(ax)][1:] == ["L′(ŷ) by hand", "L′(ŷ) by autograd"]


def test_in_pairs_the_second_is_dashed_and_pale(figures: list[Any]) -> None:
    told = [(name, range(1, 4), [3.0, 2.0, 1.0]) for name in ("a", "b", "c", "d")]
    _figures.costs(told, Path("a.png"), "epochs", pairs=True)
    drawn = figures[0].axes[0].lines
    assert [line.get_linestyle() for line in drawn] == ["-", "--", "-", "--"]
    assert drawn[0].get_color() == drawn[1].get_color() != drawn[2].get_color()
    assert drawn[0].get_linewidth() > drawn[1].get_linewidth()


def test_decimal_commas_in_french(tmp_path: Path) -> None:
    for lang, mark in (("fr", ","), ("en", ".")):
        with use(lang):
            figure, (ax,) = _figures.axes()
            ax.plot([0, 1], [-0.25, 0.75])
            figure.draw_without_rendering()
            told = [label.get_text() for label in ax.get_yticklabels()]
        assert any(mark in text for text in told) and isinstance(figure, Figure)
        assert not any({",": ".", ".": ","}[mark] in text for text in told)
        assert any(text.startswith("−") for text in told)


def test_a_kink_has_one_dot_where_its_slope_is_by_convention(figures: list[Any]) -> None:
    at = [k / 10 for k in range(21)]
    kink = _figures.curve("|ŷ − 1|", lambda v: abs(v - 1), lambda p: (abs(p - 1), 0.0), at)
    _figures.functions([kink], Path("a.png"), of="L(ŷ)")
    (ax,) = figures[0].axes
    (dot,) = [line for line in ax.lines if line.get_marker() == "o"]
    assert (dot.get_xdata(), dot.get_ydata()) == ([1.0], [0.0])
    low, high = ax.get_ylim()
    assert low < -1 and high > 1  # both slopes are in the picture


def test_bars_say_their_number_and_are_told_apart_in_grey(figures: list[Any]) -> None:
    with use("fr"):
        _figures.bars([("z", [2.0, -0.5]), ("p", [0.75, 0.25])], ["a", "b"], Path("a.png"))
    first, second = figures[0].axes
    assert [t.get_text() for t in first.texts] == ["2", "−0,5"]
    assert [bar.get_height() for bar in second.patches] == [0.75, 0.25]
    assert first.patches[0].get_hatch() != first.patches[1].get_hatch()


def test_panels_of_the_plane_are_squares_of_one_size(figures: list[Any]) -> None:
    model = MLP(2, [1], output="sigmoid", seed=0)
    wide, tall = [[0.0, 0.0], [4.0, 1.0]], [[0.0, 0.0], [1.0, 2.0]]
    panels = [("wide", model, wide, [0, 1]), ("tall", model, tall, [0, 1])]
    _figures.boundaries(panels, Path("a.png"), apart=([[1.0, 1.0]], [1]))
    boxes = []
    for ax in figures[0].axes:
        (x1, x2), (y1, y2) = ax.get_xlim(), ax.get_ylim()
        assert x2 - x1 == pytest.approx(y2 - y1)
        assert "validation" in ax.get_title()
        boxes.append(ax.get_position())
    assert boxes[0].width == pytest.approx(boxes[1].width)
    assert boxes[0].y0 == pytest.approx(boxes[1].y0)
