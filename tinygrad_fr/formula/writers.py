"""Write it as a formula: a derivation for a terminal, in Markdown, LaTeX, HTML with MathML."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import accumulate, takewhile
from operator import itemgetter
from typing import NamedTuple

from tinygrad_fr.formula.breaks import pieces
from tinygrad_fr.pages import NAMESPACE, Latex
from tinygrad_fr.words import language, say

WIDE = 75  # letters of a line in LaTeX, as it is set, before its numbers take a second one
_NEXT = " \\\\\n  &"
_PIECES = re.compile(r"(\\left\(|\\right\)|[{}]| [+-] | \\cdot )")
_FRACTION = re.compile(r"\\frac\{([^{}]*)\}\{([^{}]*)\}")
_GROUP = re.compile(r"(?:[_^]|\\(?:sqrt|operatorname|mathrm|text|hat))\{([^{}]*)\}")
_SIGN = re.compile(r"\\(?!frac|sqrt|operatorname|mathrm|text|hat|left|right)[a-z]+")


class Written(NamedTuple):
    """A line as it is read; `numbers` is "" where they say nothing new.

    short   what the formula comes to, where it is proved; given: what the proof needed, y₁ + y₂ = 1
    sign    what stands behind the symbol: =, or the ← of an update
    """

    symbol: str
    formula: str
    numbers: str = ""
    value: str = ""
    items: tuple[str, ...] = ()
    short: str = ""
    given: str = ""
    sign: str = "="

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
        line = f"{self.symbol} {self.sign} {' = '.join(self.right)}"
        return "   ".join(filter(None, (line, given, self.bracket)))


@dataclass(slots=True)
class Section:
    """The forward pass, or the backward pass through one layer: general forms, then the lines."""

    title: str
    general: list[Written]
    lines: list[Written]
    more: int = 0  # neurons that are left out


LATEX = Latex()


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
            body.append(rf"\subsection*{{{LATEX.sentence(section.title)}}}")
        for lines in filter(None, (section.general, section.lines)):
            rows = " \\\\\n".join(_aligned(x, rf" \tag*{{{x.bracket}}}") for x in lines)
            body.append(f"\\begin{{align*}}\n{rows}\n\\end{{align*}}")
        if section.more:
            body.append(LATEX.sentence(_more(section)))
    text = "\n".join(body) + "\n"
    if not document:
        return text
    head = (
        "\\documentclass[11pt,a4paper]{article}\n\\usepackage[utf8]{inputenc}\n"
        "\\usepackage[T1]{fontenc}\n\\usepackage{amsmath}\n"
        "\\usepackage[margin=2cm]{geometry}\n\\allowdisplaybreaks\n"
        "\\setlength{\\jot}{6pt}\n\\begin{document}\n"
    )
    return f"{head}\\section*{{{LATEX.sentence(_title())}}}\n{text}\\end{{document}}\n"


def _aligned(x: Written, tag: str) -> str:
    """One line, aligned at its first =; its numbers stand on a second one where it is long."""
    long = sum(map(_width, x.right)) > WIDE
    between = _NEXT + "= " if long else " = "
    given = rf" \quad ({x.given})" if x.given else ""
    sign = {"←": r"\leftarrow"}.get(x.sign, x.sign)
    right = between.join(filter(None, (_broken(x.right[0]), " = ".join(map(_broken, x.right[1:])))))
    return f"{x.symbol} &{sign} {right}{given}{tag if x.items else ''}"


def _broken(latex: str) -> str:
    """A sum too wide for a line, on several; a bracket that is open is closed for the eye only."""
    if _width(latex) <= WIDE:
        return latex
    lines = [""]
    for term, opened in _terms(latex):
        if lines[-1] and _width(lines[-1] + term) > WIDE:
            lines[-1] += r" \right." * opened
            lines.append(r"\quad " + r"\left. " * opened + term.lstrip())
        else:
            lines[-1] += term
    return _NEXT.join(lines)


def _terms(latex: str) -> list[tuple[str, int]]:
    """Where a sum may be cut: its terms with their signs, and the brackets open before each.

    A small bracket, the 1 − a of a slope, stays whole.
    """
    found, braces, brackets = [("", 0)], 0, list[bool]()
    pieces = _PIECES.split(latex)
    for i, piece in enumerate(pieces):
        apart = piece in (" + ", " - ") or (piece == r" \cdot " and pieces[i - 2] == r"\right)")
        if apart and braces == 0 and all(brackets):
            found.append(("", len(brackets)))
        braces += (piece == "{") - (piece == "}")
        if piece == r"\left(":
            brackets.append(_width(_inside(pieces, i)) > WIDE / 3)
        elif piece == r"\right)":
            brackets.pop()
        found[-1] = (found[-1][0] + piece, found[-1][1])
    return found


def _inside(pieces: Sequence[str], start: int) -> str:
    """What stands in the bracket that opens there."""
    still = accumulate((p == r"\left(") - (p == r"\right)") for p in pieces[start:])
    return "".join(p for p, n in takewhile(itemgetter(1), zip(pieces[start:], still, strict=True)))


def _width(latex: str) -> int:
    """About how many letters wide a formula is set: a fraction is as wide as its wider part."""
    apart = re.sub(r"\\cdot|[+-]", "xx", latex)  # these have room on both sides
    seen = re.sub(r"\\left|\\right| ", "", _SIGN.sub("x", apart))
    before = ""
    while seen != before:  # from the innermost braces outward
        before, seen = seen, _GROUP.sub(r"\1", seen)
        seen = _FRACTION.sub(lambda found: max(found.groups(), key=len), seen)
    return len(seen)


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
    ":root{color-scheme:light dark}"
    "body{font:1.1rem/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem}"
    "h2{margin:2rem 0 .5rem}"
)
_INSIDE = (
    "<style>.derivation section{display:grid;grid-template-columns:max-content minmax(0,1fr);"
    "gap:.35em .4em;align-items:baseline;margin-bottom:1em}"
    ".derivation section>div{padding-left:1.4em;text-indent:-1.4em}"
    ".derivation section>math{justify-self:start}.derivation math{text-indent:0}"
    ".derivation span{margin-left:1em}</style>"
)


def as_html(sections: Sequence[Section], document: bool = True) -> str:
    """A page, or what stands in one: native MathML, nothing from elsewhere."""
    body = [_INSIDE, '<div class="derivation">']
    level = "h2" if document else "h3"
    for section in sections:
        if section.title:
            body.append(f"<{level}>{escape(section.title)}</{level}>")
        for lines in filter(None, (section.general, section.lines)):
            body.append(f"<section>{''.join(map(_row, lines))}</section>")
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
    """The symbol, then what it is equal to: a line ends where a formula begins or may be cut."""
    sides = [x.sign, *("=" for _ in x.right[1:])]
    found = [piece for sign, t in zip(sides, x.right, strict=True) for piece in joined(sign, t)]
    found += [f"<mrow><mo>(</mo>{x.given}<mo>)</mo></mrow>"] if x.given else []
    items = [f"<span>{escape(x.bracket)}</span>"] if x.items else []
    return f"{_math(x.symbol)}<div>{' '.join([*map(_math, found), *items])}</div>"


def joined(sign: str, formula: str) -> list[str]:
    """= and what stands behind it, in pieces between which a line may end."""
    first, *rest = pieces(formula)
    return [f'<mrow><mo form="infix">{sign}</mo>{first}</mrow>', *rest]


def _math(formula: str) -> str:
    return f'<math xmlns="{NAMESPACE}" displaystyle="true">{formula}</math>'
