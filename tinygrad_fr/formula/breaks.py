"""Write it as a formula: where a line of MathML may end, for what is wider than its column.

Browsers do not break a formula; they break between two.  So a wide one is handed over in pieces,
each of which begins with the sign that joins it to the one before.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element, fromstring, tostring

ROOM = 20  # letters that are never broken
SIGNS = ("+", "−")


def pieces(formula: str) -> list[str]:
    """A formula in MathML as pieces between which a line may end.

    Before the + and − of a sum, after the commas of a list, before the · of a product that is wide;
    never in a fraction, under a root, in an exponent or an index, nor in a bracket of 20 letters.

    >>> pieces("<mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow>")
    ['<mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow>']
    """
    found = [""]
    for begins, text in _parts(fromstring(formula)):
        if begins:
            found.append(text)
        else:
            found[-1] += text
    return [f"<mrow>{piece}</mrow>" for piece in found] if len(found) > 1 else [formula]


def _parts(e: Element) -> Iterator[tuple[bool, str]]:
    """The formula in order, and whether a line may begin there."""
    if _width(e) > ROOM and e.tag in ("msub", "msup"):  # what is raised may be cut, its index not
        *before, (begins, last) = _parts(e[0])
        yield from before
        yield begins, f"<{e.tag}><mrow>{last}</mrow>{_written(e[1])}</{e.tag}>"
        return
    if e.tag != "mrow" or _width(e) <= ROOM:
        yield False, _written(e)
        return
    signs = [_sign(child) for child in e]
    apart = SIGNS if any(sign in SIGNS for sign in signs[1:]) else ("·",)
    after_comma = False
    for i, (child, sign) in enumerate(zip(e, signs, strict=True)):
        if i and sign in apart:
            child.set("form", "infix")
            yield True, _written(child)
            continue
        for n, (begins, text) in enumerate(_parts(child)):
            yield begins or (after_comma and n == 0), text
        after_comma = sign in (",", ";")


def _sign(e: Element) -> str:
    return (e.text or "").strip() if e.tag == "mo" else ""


def _written(e: Element) -> str:
    return tostring(e, "unicode")


def _width(e: Element) -> int:
    """About how many letters wide it is set: a fraction is as wide as its wider part."""
    inside = [_width(child) for child in e]
    if e.tag == "mfrac":
        return max(inside)
    if e.tag == "msubsup":
        return inside[0] + max(inside[1:])
    return len(e.text or "") + sum(inside)
