"""A page that says nothing of its own is plain and right: every row on it, read back."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import pytest

from tests.ops.table import ROWS, compute, far_points, width
from tinygrad_fr import ops
from tinygrad_fr.formula.symbol import course
from tinygrad_fr.ops import TABLE, DomainError, Op
from tinygrad_fr.pages import PAGES
from tinygrad_fr.spelling import Letter, Page, Term

PLAIN = Page()
POINT = (0.37, 0.52, 0.83, 0.61, 0.45, 0.71)
WORDS: dict[str, Callable[..., Any]] = {
    **TABLE,
    "ln": math.log,
    "max": max,
    "min": min,
    "σ": ops.sigmoid,
    "BCE": ops.bce_with_logits,
    "sum": lambda *xs: math.fsum(xs),
    "cross_entropy": lambda k, *zs: ops.class_cost(int(k), *zs),
}


def read(text: str, names: dict[str, float]) -> Any:
    text = text.replace("^", "**").replace(" mod ", " % ")
    return eval(text, {**WORDS, **names})  # our own spelling, in a test


@ROWS
def test_every_row_on_a_plain_page(row: Op) -> None:
    letters = "pqrs"[: width(row)]
    inputs: list[Any] = [Term(x) for x in letters]
    if row.name == "cross_entropy":
        inputs.insert(0, 1)
    text = row.spell(PLAIN, inputs).text
    for point in far_points(row, 5):
        got = read(text, dict(zip(letters, point, strict=True)))
        assert got == pytest.approx(compute(row, point), rel=1e-9), text


def test_every_row_inside_every_other_on_a_plain_page() -> None:
    given = {"p": 0.37, "q": 0.52, "r": 0.83, "s": 0.61, "t": 0.45}
    spelled = [row for row in TABLE.values() if row.arity is not None]
    tried = 0
    for outer, inner in itertools.product(spelled, spelled):
        inside, rest = "pqr"[: inner.arity or 0], "stq"[: (outer.arity or 0) - 1]
        try:
            value = inner(*(given[x] for x in inside))
            right = outer(value, *(given[x] for x in rest))
        except DomainError:
            continue
        if math.isfinite(right) and not (value == 0 and outer.kind == "guard"):
            first = inner.spell(PLAIN, [Term(x) for x in inside])
            text = outer.spell(PLAIN, [first, *(Term(x) for x in rest)]).text
            assert read(text, given) == pytest.approx(right, rel=1e-9, abs=1e-12), text
            tried += 1
    assert tried > 1500


# ── any page: what is written alike is alike ─────────────────────────────────────────────────────


def mistaken(page: Page) -> list[str]:
    """Texts that stand for two formulas of different value: a sign or parentheses are missing.

    Every row inside every other at every place, the letters in the order in which one reads them:
    (p + q)·r and p + (q·r) differ by their parentheses alone.
    """
    letters = [(page.term(x), v) for x, v in zip("pqrstu", POINT, strict=True)]
    rows = [row for row in TABLE.values() if row.arity is not None]
    known: dict[str, float] = {}
    found = []
    for outer, inner in itertools.product(rows, rows):
        for place in range(outer.arity or 0):
            end = place + (inner.arity or 0)
            inside, after = letters[place:end], letters[end : end + (outer.arity or 0) - place - 1]
            try:
                value = inner(*(x for _, x in inside))
                right = outer(*(x for _, x in [*letters[:place], (None, value), *after]))
            except DomainError:
                continue
            if not math.isfinite(right) or (value == 0 and outer.kind == "guard"):
                continue  # 1/0 = ∞ is what they are for
            term = inner.spell(page, [t for t, _ in inside])
            terms = [t for t, _ in [*letters[:place], (term, value), *after]]
            text = outer.spell(page, terms).text
            if known.setdefault(text, right) != pytest.approx(right, rel=1e-9, abs=1e-12):
                found.append(f"{text} is {known[text]} and {right}")
    return found


@pytest.mark.parametrize("page", [PLAIN, *PAGES.values(), *map(course, PAGES)], ids=repr)
def test_what_is_written_alike_is_alike(page: Page) -> None:
    assert mistaken(page) == []


def test_a_page_without_a_sign_or_parentheses_is_found() -> None:
    class Bare(Page):
        def brackets(self, text: str) -> str:
            return text

    class Same(Page):
        times = over = " * "

    class Loose(Page):
        def minus(self, a: Any, b: Any = None) -> Term:
            return Term(super().minus(a, b).text, 3)

    class Nameless(Page):
        def word(self, name: str | Term) -> str:
            return "f" if isinstance(name, str) else name.text

    for wrong in (Bare(), Same(), Loose(), Nameless()):
        assert mistaken(wrong), wrong


# ── a new language ───────────────────────────────────────────────────────────────────────────────


def test_a_new_language_says_only_what_it_writes_otherwise() -> None:
    class Calculator(Page):
        """Signs of a pocket calculator; without a `language` it stays off the shelf."""

        times, over = " × ", " ÷ "

    a, b, page = Term("a"), Term("b"), Calculator()
    assert ops.mul.spell(page, [ops.add.spell(page, [a, b]), 3]).text == "(a + b) × 3"
    assert ops.div.spell(page, [a, ops.mul.spell(page, [a, b])]).text == "a ÷ (a × b)"
    assert ops.sqrt.spell(page, [a]).text == "sqrt(a)"
    assert not any(isinstance(other, Calculator) for other in PAGES.values())


def test_sums_of_none_and_of_one() -> None:
    for page in (PLAIN, *PAGES.values()):
        assert page.plain(page.sum().text) == "0" and page.sum(Term("a")).text.count("a") == 1


def test_letters_and_labels_of_a_plain_page() -> None:
    assert PLAIN.letter(Letter("w", below="1", above="2")) == "w_1_2"
    assert PLAIN.letter(Letter("y", hat=True)) == "y_hat" and PLAIN.label("my loss") == "my loss"
    assert PLAIN.whole("L", "b * b", [("b", "a + a")]) == "b = a + a\nL = b * b"
    assert PLAIN.whole("L", "a", []) == "a"
