"""Write it as a formula: a derivation for a terminal, in Markdown, LaTeX, HTML with MathML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import NamedTuple

from tinygrad_fr.words import language, say

WIDE = 60  # characters of a line in LaTeX, as they are seen, before its numbers take a second one


class Written(NamedTuple):
    """A line as it is read; `numbers` is "" where they say nothing new.

    short   what the formula comes to, where it is proved; given: what the proof needed, y₁ + y₂ = 1
    """

    symbol: str
    formula: str
    numbers: str = ""
    value: str = ""
    items: tuple[str, ...] = ()
    short: str = ""
    given: str = ""

    @property
    def right(self) -> list[str]:
        """What stands behind the = signs."""
        return [*filter(None, (self.formula, self.short, self.numbers, self.value))]

    @property
    def bracket(self) -> str:
        """The items of the course: [C8, C9]."""
        return f"[{', '.join(self.items)}]" if self.items else ""

    def __str__(self) -> str:
        given = f"({self.given})" if self.given else ""
        return "   ".join(
            filter(None, (" = ".join([self.symbol, *self.right]), given, self.bracket))
        )


@dataclass(slots=True)
class Section:
    """The forward pass, or the backward pass through one layer: general forms, then the lines."""

    title: str
    general: list[Written]
    lines: list[Written]
    more: int = 0  # neurons that are left out


def _title() -> str:
    return say(fr="Dérivation", en="Derivation")


def _more(section: Section) -> str:
    more = section.more
    return say(fr=f"… {more} autres", en=f"… {more} more") if more else ""


# ── a terminal ───────────────────────────────────────────────────────────────────────────────────


def as_text(sections: Sequence[Section]) -> str:
    """Lines of plain text."""
    return "\n\n".join(map(_text, sections))


def _text(section: Section) -> str:
    blocks = [[f"  {x}" for x in found] for found in (section.general, section.lines) if found]
    if section.more:
        blocks[-1].append("  " + _more(section))
    body = "\n\n".join("\n".join(lines) for lines in blocks)
    return f"{section.title}\n{body}" if section.title else body


# ── LaTeX ────────────────────────────────────────────────────────────────────────────────────────


def as_latex(sections: Sequence[Section], document: bool = True) -> str:
    """A document of the class article, or its body: a heading and aligned lines a section."""
    body = []
    for section in sections:
        if section.title:
            body.append(rf"\subsection*{{{_accents(section.title)}}}")
        for lines in filter(None, (section.general, section.lines)):
            rows = " \\\\\n".join(_aligned(x, rf" \tag*{{{x.bracket}}}") for x in lines)
            body.append(f"\\begin{{align*}}\n{rows}\n\\end{{align*}}")
        if section.more:
            body.append(_accents(_more(section)))
    text = "\n".join(body) + "\n"
    if not document:
        return text
    head = (
        "\\documentclass[11pt,a4paper]{article}\n\\usepackage[utf8]{inputenc}\n"
        "\\usepackage[T1]{fontenc}\n\\usepackage{amsmath}\n"
        "\\usepackage[margin=2cm]{geometry}\n\\allowdisplaybreaks\n\\begin{document}\n"
    )
    return f"{head}\\section*{{{_accents(_title())}}}\n{text}\\end{{document}}\n"


def _accents(text: str) -> str:
    return text.replace("…", r"\dots{}").replace("\u202f", "~").replace("&", r"\&")


def _aligned(x: Written, tag: str) -> str:
    """One line, aligned at its first =; its numbers stand on a second one where it is long."""
    tag = tag if x.items else ""
    if not x.formula:
        return x.symbol + tag
    long = len("".join(x.right[:-1])) > 3 * WIDE
    formula, *rest = x.right
    between = r" \\" + "\n  &= " if long else " = "
    given = rf" \quad ({x.given})" if x.given else ""
    value = between + " = ".join(rest) if rest else ""
    return f"{x.symbol} &= {formula}{value}{given}{tag}"


# ── Markdown ─────────────────────────────────────────────────────────────────────────────────────


def as_markdown(sections: Sequence[Section]) -> str:
    """Headings and displayed formulas, with the LaTeX that readers of Markdown know."""
    body = [f"# {_title()}"]
    for section in sections:
        if section.title:
            body.append(f"## {section.title}")
        for lines in filter(None, (section.general, section.lines)):
            rows = " \\\\\n".join(_aligned(x, rf" \qquad \text{{{x.bracket}}}") for x in lines)
            body.append(f"$$\n\\begin{{aligned}}\n{rows}\n\\end{{aligned}}\n$$")
        if section.more:
            body.append(_more(section))
    return "\n\n".join(body) + "\n"


# ── HTML ─────────────────────────────────────────────────────────────────────────────────────────

_STYLE = (
    "body{font:1.1rem/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem}"
    "h2{margin:2rem 0 .5rem}"
)
_INSIDE = (
    "<style>.derivation mtd{text-align:left;padding:.2em .3em}"
    ".derivation div{overflow-x:auto}</style>"
)


def as_html(sections: Sequence[Section], document: bool = True) -> str:
    """A page, or what stands in one: native MathML, nothing from elsewhere."""
    body = [_INSIDE, '<div class="derivation">']
    for section in sections:
        if section.title:
            body.append(f"<h2>{escape(section.title)}</h2>")
        for lines in filter(None, (section.general, section.lines)):
            rows = "".join(map(_row, lines))
            xmlns = "http://www.w3.org/1998/Math/MathML"
            body.append(f'<div><math xmlns="{xmlns}"><mtable>{rows}</mtable></math></div>')
        if section.more:
            body.append(f"<p>{escape(_more(section))}</p>")
    text = "\n".join([*body, "</div>"]) + "\n"
    if not document:
        return text
    return (
        f'<!DOCTYPE html>\n<html lang="{language()}">\n<head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{_title()}</title><style>{_STYLE}</style></head>\n"
        f"<body>\n<h1>{_title()}</h1>\n{text}</body>\n</html>\n"
    )


def _row(x: Written) -> str:
    sides = "<mo>=</mo>".join(f"<mrow>{t}</mrow>" for t in x.right)
    given = f"<mrow><mo>(</mo>{x.given}<mo>)</mo></mrow>" if x.given else ""
    items = given + (f"<mtext>{escape(x.bracket)}</mtext>" if x.items else "")
    equals = "<mo>=</mo>" if x.formula else ""
    cells = (f"<mrow>{x.symbol}</mrow>", equals, f"<mrow>{sides}</mrow>", items)
    return f"<mtr>{''.join(f'<mtd>{c}</mtd>' for c in cells)}</mtr>"
