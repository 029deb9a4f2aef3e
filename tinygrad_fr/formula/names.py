"""Names as a course writes them: `w_1^[2]` is w₁⁽²⁾ on a line and w_{1}^{[2]} in LaTeX."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from tinygrad_fr.engine import Value
from tinygrad_fr.gradient import DERIVATIVE
from tinygrad_fr.pages import GREEK, PAGES, SUBSCRIPTS
from tinygrad_fr.refusals import excerpt
from tinygrad_fr.spelling import Letter, Page, Term

LONGEST = 200  # characters of a label that are shown
_PLAIN: dict[str, str | int | None] = {v: k for k, v in SUBSCRIPTS.items()}
_NAME = re.compile(
    r"([^\W\d_]+?)(_hat)?('*)(?:_\{?([^\s^_{}]+)\}?|(\d+))?(?:\^[\[({]([^\s\]})]+)[\])}])?"
)


def parts(label: str) -> Letter | None:
    """`w_1^[2]`, `w1`, `y_hat`, `theta` taken apart; None for what is no such name.

    >>> parts("w_1^[2]")
    Letter(base='w', hat=False, primes=0, below='1', above='2')
    """
    found = _NAME.fullmatch(label.translate(str.maketrans(_PLAIN)))
    if not found:
        return None
    base, hat, primes, below, digits, above = map(str, found.groups(default=""))
    if digits and len(base) > 1 and base not in GREEK:
        return None
    return Letter(GREEK.get(base, base), bool(hat), len(primes), below or digits, above)


def named(label: str, page: Page) -> Term:
    """A label on a page: a letter with its indices, a derivative ∂L/∂w, else as it is."""
    derivative = DERIVATIVE.fullmatch(label)
    if derivative:
        below = derivative["by"][1:].split("∂")
        d: Any = "∂" if len(below) == 1 else page.power("∂", len(below))
        above = page.joined(page.term(d).text, shown(derivative["of"], page))
        return page.quotient(
            Term(above), Term(page.joined(*(page.word("∂") + shown(x, page) for x in below)))
        )
    letter = parts(label)
    text = page.letter(letter) if letter else None
    return Term(page.label(excerpt(label, LONGEST)) if text is None else text)


def shown(label: str, page: Page) -> str:
    """The text of a label on a page."""
    return named(label, page).text


def pretty(label: str) -> str:
    """A label as it is shown: w_1 is w₁, a_1^[2] is a₁⁽²⁾, sigma is σ, y_hat is ŷ.

    >>> pretty("w_12^[1]"), pretty("w1"), pretty("theta"), pretty("my loss")
    ('w₁₂⁽¹⁾', 'w₁', 'θ', 'my loss')
    """
    return shown(label, PAGES["text"])


def latex_name(label: str) -> str:
    r"""A label in LaTeX: w_1^[2] is w_{1}^{[2]}, theta is \theta, several letters stand upright."""
    return shown(label, PAGES["latex"])


def steps_of(nodes: Iterable[Value]) -> dict[str, Value]:
    """The results among these nodes that have a label no other has, by it."""
    named = [v for v in nodes if v.op is not None and v.label]
    counts = Counter(v.label for v in named)
    return {v.label: v for v in named if counts[v.label] == 1}


def free_names(taken: set[str], letter: str = "u", page: Page | None = None) -> Callable[[], str]:
    """A maker of names u₁, u₂, … that are not taken, as the page shows them."""
    count = 0

    def name() -> str:
        nonlocal count
        while True:
            count += 1
            text = shown(f"{letter}_{count}", page or PAGES["text"])
            if text not in taken:
                taken.add(text)
                return text

    return name
