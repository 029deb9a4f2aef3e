"""A reader of MathML for the tests: the elements, told to the reader of LaTeX."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Mapping
from typing import Any

from tests.ops import latex

SIGNS = {
    "−": "-",
    "·": r" \cdot ",
    "\u2062": r" \cdot ",
    "\u2061": "",
    "mod": r" \bmod ",
    "⌊": r"\lfloor ",
    "⌋": r"\rfloor ",
}
WORDS = {"σ": r"\operatorname{sigma}", "𝟏": r"\mathbf{1}", "π": r"\pi"}


def read(text: str, names: Mapping[str, float], functions: Mapping[str, Callable[..., Any]]) -> Any:
    """The number that the MathML formula is; raises ParseError where it is no well-formed XML."""
    return latex.read(told(ElementTree.fromstring(f"<math>{text}</math>")), names, functions)


def told(element: ElementTree.Element) -> str:
    """The element in LaTeX."""
    inside = [told(child) for child in element]
    text = element.text or ""
    match element.tag.rpartition("}")[2]:
        case "mn":
            return text
        case "mi":
            plain = text if len(text) == 1 and text.isascii() else rf"\operatorname{{{text}}}"
            return WORDS.get(text, plain)
        case "mo":
            return SIGNS.get(text, text)
        case "mrow" | "math":
            return "".join(inside)
        case "msup":
            return f"{inside[0]}^{{{inside[1]}}}"
        case "msub":
            return f"{inside[0]}_{{{inside[1]}}}"
        case "mfrac":
            return rf"\frac{{{inside[0]}}}{{{inside[1]}}}"
        case "msqrt":
            return rf"\sqrt{{{inside[0]}}}"
        case "mroot":
            return rf"\sqrt[{inside[1]}]{{{inside[0]}}}"
        case other:
            raise ValueError(other)
