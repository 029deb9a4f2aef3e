"""Draw it: the colours, the type and the sizes of every picture."""

from __future__ import annotations

import html

# Every text colour reaches 4.5 : 1 on every tint; red and blue differ in lightness, so that a grey
# print keeps them apart (a test computes both).
INK, SOFT = "#16202A", "#46535F"
RED, BLUE = "#CA0021", "#122B6B"
TINTS = {
    "parameter": "#FFF0BF",
    "data": "#E1E8EE",
    "number": "#F4F6F8",
    "inner": "#FFFFFF",
    "cost": "#CDEBCF",
    "derivative": "#CDEBCF",
    "foreign": "#F6E6FA",
    "group": "#FFF8E1",
    "folded": "#F4F6F8",
}
BORDERS = {
    "parameter": "#A07A00",
    "cost": "#2E7D32",
    "derivative": "#2E7D32",
    "group": "#A07A00",
    "foreign": "#7B3F98",
}
BORDER = "#5A6B7B"
ARROW, DEAD = "#6A8CC4", "#8A97A3"
FONT = "DejaVu Sans"
SIZE, LARGE = "11", "13"  # points; there the layout's roundings hardly change the width of a text
FALLBACK = f"{FONT}, Verdana, Geneva, sans-serif"


def text(said: str, color: str, large: bool = False, bold: bool = False) -> str:
    """A piece of an HTML-like label; Graphviz would read \\N as the name of the node."""
    held = html.escape(said, quote=True).replace("\\", "\\\\") or " "
    held = f"<B>{held}</B>" if bold else held
    size = f' POINT-SIZE="{LARGE}"' if large else ""
    return f'<FONT COLOR="{color}"{size}>{held}</FONT>'
