"""How the tests read a picture that was laid out: its boxes, its texts, and what touches what."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tinygrad_fr.picture.draw import Picture

SVG = "{http://www.w3.org/2000/svg}"

Box = tuple[float, float, float, float]


def parsed(picture: Picture) -> Any:
    return ET.fromstring(picture.svg)


def things(root: Any, kind: str) -> dict[str, Any]:
    return {g.get("id"): g for g in root.iter(f"{SVG}g") if g.get("class") == kind}


def outline(thing: Any) -> Box:
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


def fonts() -> Callable[[str, float, bool], float]:
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


def written(thing: Any) -> list[tuple[str, Box]]:
    """Every text with the box it takes: as wide as it is held to be, else as DejaVu Sans is."""
    measure = fonts()
    found = []
    for text in thing.iter(f"{SVG}text"):
        size, x, y = (float(text.get(key)) for key in ("font-size", "x", "y"))
        held = text.get("textLength")
        width = float(held) if held else measure(text.text, size, text.get("font-weight") == "bold")
        found.append((text.text, (x, y - 0.75 * size, x + width, y + 0.2 * size)))
    return found


def meet(a: Box, b: Box, slack: float = 0.0) -> bool:
    return (
        a[0] < b[2] - slack and b[0] < a[2] - slack and a[1] < b[3] - slack and b[1] < a[3] - slack
    )
