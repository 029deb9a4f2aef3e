"""Write it as a formula: the graph replayed on text gives its formula, as text, LaTeX or MathML.

Every node is written on its inputs, in order, as its row is written; the page decides what that
looks like.  Nothing here knows an operation or a language.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from tinygrad_fr.engine import Value
from tinygrad_fr.formula.names import free_names, named, shown
from tinygrad_fr.formula.symbol import Symbol, course, spell, symbol
from tinygrad_fr.gradient import DERIVATIVE
from tinygrad_fr.ops import Op
from tinygrad_fr.spelling import Page, Term
from tinygrad_fr.walk import order

LONGEST = 300  # characters of one line of a formula; what is longer gets a name and its own line


def to_text(output: Value) -> str:
    """The formula of output in one line; what is used several times follows, by its name.

    Labels are names, numbers without a label stand as numbers.  A client's own operation is
    written name(a, b).

    >>> w, x, y = (Value(1.0, label=name) for name in "wxy")
    >>> to_text((w * x - y) ** 2)
    '(w·x − y)²'
    """
    return written(output, "text")


def to_latex(output: Value) -> str:
    r"""The formula of output in LaTeX; what is used several times is listed below it, aligned.

    >>> w, x, y = (Value(1.0, label=name) for name in "wxy")
    >>> print(to_latex((w * x - y) ** 2))
    \left(w \cdot x - y\right)^{2}
    """
    return written(output, "latex")


def to_mathml(output: Value) -> str:
    """The formula of output as one <math> element, which browsers and notebooks draw.

    >>> to_mathml(Value(2.0, label="x") ** 2).partition(">")[2]
    '<msup><mi>x</mi><mn>2</mn></msup></math>'
    """
    return written(output, "mathml")


def written(output: Value, language: str) -> str:
    """The formula of output in a language, and of each inner node that is shared or too long."""
    page, nodes = course(language), order(output)
    uses = Counter(u for v in nodes for u in v._prev)
    taken = {shown(v.label, page) for v in nodes if v.label}
    fresh = free_names(taken, page=page)
    known: dict[Value, Symbol] = {}
    definitions: list[tuple[str, str]] = []
    for v in nodes:
        found = one_level(v, known, page)
        if (
            v.op is not None
            and v is not output
            and (uses[v] > 1 or len(page.plain(found.text)) > LONGEST)
        ):
            name = named(v.label, page) if v.label else Term(fresh())
            definitions.append((name.text, found.text))
            found = symbol(name, page)
        known[v] = found
    derived = any(DERIVATIVE.fullmatch(v.label) for v in nodes)  # then L is another one
    title = fresh() if derived and not output.label else shown(output.label or "L", page)
    return page.whole(title, known[output].text, definitions[::-1])


def one_level(v: Value, known: Mapping[Value, Symbol], page: Page | None = None) -> Symbol:
    """The node v written on its inputs' symbols; a leaf is its label or its number."""
    page = page or course()
    if v.op is None:
        return symbol(named(v.label, page) if v.label else _constant(v, page), page)
    inputs = [known[u] if isinstance(u, Value) else symbol(u, page) for u in v.inputs]
    if isinstance(v.op, Op):
        return spell(v.op, inputs, page)
    return symbol(page.call(Term(shown(v.op, page)), *inputs), page)


def _constant(v: Value, page: Page) -> Any:
    """A leaf without a name: π and e by theirs, else its number."""
    if v.exact in ("pi", "e"):
        return Term(page.word("π" if v.exact == "pi" else "e"))
    return v.data
