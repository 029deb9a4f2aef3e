"""Draw it: what is put on a slide or a page is as large as that, and its text can be read."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET

import pytest

from tests.picture.graphs import mlp, network, neuron, square
from tests.picture.svg import SVG
from tinygrad_fr.engine import Value
from tinygrad_fr.nn import losses
from tinygrad_fr.nn.layers import MLP
from tinygrad_fr.picture.draw import Picture, draw
from tinygrad_fr.picture.size import CANVASES, MOST, SMALLEST, extent, scale


def smallest(picture: Picture) -> float:
    """The height of the smallest text in pixels, from the SVG itself."""
    root = ET.fromstring(picture.svg)
    width, height = (float(x) for x in root.get("viewBox", "").split()[2:])
    pixels = min(1920 / width, 1080 / height)
    sizes = [float(text.get("font-size", "")) for text in root.iter(f"{SVG}text")]
    return min(sizes) * pixels


def sixfour(examples: int) -> Value:
    model = MLP(2, [6, 4, 1], activation="sigmoid", output="sigmoid", seed=3)
    xs = [[Value(0.8, label="x_1"), Value(-1.2, label="x_2")] for _ in range(examples)]
    cost = losses.squared_error([[model(x)] for x in xs], [[1.0]] * examples)
    cost.backward()
    return cost


@pytest.mark.parametrize("level", ["operation", "sum", "auto"])
def test_the_course_s_network_can_be_read_on_a_slide(level: str) -> None:
    picture = draw(network(), level=level, size="slide", title="2-3-2", lang="fr")
    assert smallest(picture) >= 14
    assert picture.text_height == pytest.approx(smallest(picture), rel=1e-3)
    assert picture.view.level == ("sum" if level == "auto" else level)


@pytest.mark.parametrize("examples", [1, 2])
def test_the_six_four_network_chooses_a_level_that_can_be_read(examples: int) -> None:
    picture = draw(sixfour(examples), size="slide")
    assert smallest(picture) >= 14
    assert picture.view.level == "neuron"
    names = {node.name for node in picture.view.nodes}
    assert {"x₁", "x₂", "a₁⁽¹⁾", "a₄⁽²⁾"} <= names
    said = re.findall(r"<text[^>]*>([^<]*)</text>", picture.svg)
    assert not [text for text in said if "arrows" in text] and "neuron" in map(str.strip, said)


def test_without_a_size_no_picture_is_larger_than_a_slide_that_can_be_read() -> None:
    v = Value(1.0, label="x")
    for _ in range(60):
        v = v + v
    v.backward()
    picture = draw(v)
    assert smallest(picture) >= 14 and "is folded" in picture.view.note
    width, height = extent(picture.svg)
    assert width <= 1920 * SMALLEST / 14 and height <= 1080 * SMALLEST / 14
    assert extent(draw(v, size="free").svg)[0] > 4000
    assert len(draw(v, size="free").view.nodes) == 61
    assert draw(mlp(2, 3, 2, examples=6)).view.level in ("neuron", "layer")
    assert draw(sixfour(1), level="sum").view.level == "sum"  # what was asked for is kept


@pytest.mark.parametrize("size", ["slide", "page"])
def test_every_format_is_as_large_as_the_canvas(size: str) -> None:
    from PIL import Image
    from pypdf import PdfReader

    canvas = CANVASES[size]
    picture = draw(neuron(), size=size)
    root = ET.fromstring(picture.svg)
    assert (root.get("width"), root.get("height")) == (
        f"{canvas.width:.0f}",
        f"{canvas.height:.0f}",
    )
    left, top, width, height = (float(x) for x in root.get("viewBox", "").split())
    assert width / height == pytest.approx(canvas.width / canvas.height, rel=1e-3)
    ground = root.find(f"{SVG}rect")
    assert ground is not None and ground.get("fill") == "white"
    image = Image.open(io.BytesIO(picture.png))
    assert image.size == (round(canvas.width), round(canvas.height))
    inked = image.convert("L").point(lambda level: 255 if level < 200 else 0).getbbox()
    assert inked is not None  # it lies in the middle
    assert abs(inked[0] - (image.width - inked[2])) < 40
    assert abs(inked[1] - (image.height - inked[3])) < 60
    (page,) = PdfReader(io.BytesIO(picture.pdf)).pages
    assert float(page.mediabox.width) == pytest.approx(canvas.width * 0.75, abs=0.1)
    assert "backward pass" in page.extract_text()


def test_a_small_picture_is_not_blown_up() -> None:
    (x,) = (Value(2.0, label="x"),)
    picture = draw(x * 3, size="slide")
    assert scale(draw(x * 3).svg, CANVASES["slide"]) == MOST
    assert picture.text_height == SMALLEST * MOST


def test_the_same_picture_has_the_same_bytes_on_a_slide() -> None:
    assert draw(square(), size="slide").svg == draw(square(), size="slide").svg
    assert smallest(draw(neuron(), size="slide")) >= 14


def test_an_unknown_size_is_refused() -> None:
    with pytest.raises(ValueError, match="slide, page, free"):
        draw(square(), size="wall")


def test_title_and_digits_are_shown() -> None:
    picture = draw(square() / 3, title="Two <thirds>", digits=6, size="page")
    assert ">Two &lt;thirds&gt;</text>" in picture.svg and picture.title == "Two <thirds>"
    assert "1.33333" in picture.svg and "1.33333" not in draw(square() / 3).svg
