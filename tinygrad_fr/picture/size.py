"""Draw it: on a slide, on a page, or as large as it becomes; how high its text is there.

A slide has 1920 × 1080 pixels, a page is A4 on its side; both at 96 pixels an inch.
"""

from __future__ import annotations

import io
import re
from typing import NamedTuple

SIZES = ("slide", "page", "free")
SMALLEST = 11.0  # points: the smallest text of a picture before it is made larger or smaller
MOST = 3.0  # times larger: the picture of one neuron need not fill a wall


class Canvas(NamedTuple):
    """What a picture is put on, in pixels, and how high its smallest text must be there."""

    width: float
    height: float
    readable: float


# On a slide the smallest text of the course's 2-3-2 net is read from the last row; on paper it is a
# footnote's: 9 pixels are 6.75 points.
CANVASES = {"slide": Canvas(1920, 1080, 14), "page": Canvas(297 / 25.4 * 96, 210 / 25.4 * 96, 9)}


def extent(svg: str) -> tuple[float, float]:
    """Width and height of a laid out picture, in points."""
    found = re.search(r'viewBox="[-\d.]+ [-\d.]+ ([\d.]+) ([\d.]+)"', svg)
    assert found is not None
    return float(found[1]), float(found[2])


def scale(svg: str, canvas: Canvas) -> float:
    """Pixels per point of a picture that is put on a canvas."""
    width, height = extent(svg)
    return min(canvas.width / width, canvas.height / height, MOST)


def text_height(svg: str, canvas: Canvas) -> float:
    """The height of the smallest text on a canvas, in pixels."""
    return SMALLEST * scale(svg, canvas)


def svg_on(svg: str, canvas: Canvas) -> str:
    """The picture in the middle of the canvas."""
    width, height = extent(svg)
    k = scale(svg, canvas)
    wide, high = canvas.width / k, canvas.height / k
    left, top = (width - wide) / 2, (height - high) / 2
    box = f"{left:.2f} {top:.2f} {wide:.2f} {high:.2f}"
    svg = re.sub(r'viewBox="[^"]*"', f'viewBox="{box}"', svg, count=1)
    svg = re.sub(r'width="[\d.]+pt"', f'width="{canvas.width:.0f}"', svg, count=1)
    svg = re.sub(r'height="[\d.]+pt"', f'height="{canvas.height:.0f}"', svg, count=1)
    ground = (
        f'<rect x="{left:.2f}" y="{top:.2f}" width="{wide:.2f}" height="{high:.2f}" fill="white"/>'
    )
    return re.sub(r'(?=<g id="[^"]*" class="graph")', lambda _: ground + "\n", svg, count=1)


def png_on(png: bytes, canvas: Canvas) -> bytes:
    """The picture in the middle of the canvas; it was laid out at `scale`."""
    from PIL import Image

    image = Image.open(io.BytesIO(png)).convert("RGB")
    whole = round(canvas.width), round(canvas.height)
    image.thumbnail(whole)
    ground = Image.new("RGB", whole, "white")
    ground.paste(image, ((whole[0] - image.width) // 2, (whole[1] - image.height) // 2))
    written = io.BytesIO()
    ground.save(written, "PNG", dpi=(96, 96))
    return written.getvalue()


def pdf_on(pdf: bytes, canvas: Canvas) -> bytes:
    """The picture in the middle of a page of the canvas; 96 pixels are 72 points."""
    from pypdf import PageObject, PdfReader, PdfWriter, Transformation

    drawn = PdfReader(io.BytesIO(pdf)).pages[0]
    wide, high = canvas.width * 0.75, canvas.height * 0.75
    width, height = float(drawn.mediabox.width), float(drawn.mediabox.height)
    k = min(wide / width, high / height, MOST * 0.75)
    page = PageObject.create_blank_page(width=wide, height=high)
    middle = Transformation().scale(k).translate((wide - k * width) / 2, (high - k * height) / 2)
    page.merge_transformed_page(drawn, middle)
    writer = PdfWriter()
    writer.add_page(page)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()
