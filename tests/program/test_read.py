"""Cells: what is one sum however it was chained, what a sum takes over, what stands by itself."""

from __future__ import annotations

import pytest

from tinygrad_fr.engine import Value
from tinygrad_fr.ops import cross_entropy, dot, tanh
from tinygrad_fr.ops import sum as total
from tinygrad_fr.program.cells import NOTHING, Cell
from tinygrad_fr.program.read import cells


def said(c: Cell) -> str:
    """The last cell in words: `+a·b −0.5·c +2.0`."""
    parts = []
    for sign, number, u, v in c.terms or ():
        factors = [f.value.label for f in (u, v) if f is not NOTHING]
        shown = [] if number is None else [f"{number:g}"]
        parts.append("−+"[sign > 0] + "·".join(shown + factors))
    return " ".join(parts)


a, b, c, x = (Value(n, label=name) for n, name in ((2.0, "a"), (3.0, "b"), (5.0, "c"), (7.0, "x")))


@pytest.mark.parametrize(
    ("written", "terms"),
    [
        (lambda: a * x + b - c / 2, "+a·x +b −0.5·c"),
        (lambda: a * x + (b - (c - a)), "+a·x +b −c +a"),
        (lambda: (a - c) + x - -b, "+a −c +x +b"),
        (lambda: (a - c) + x, "+a −c +x"),
        (lambda: total([a, b]) + dot([a, b], [x, c]), "+a +b +a·x +b·c"),
        (lambda: sum((u * x for u in (a, b)), c), "+c +a·x +b·x"),
        (lambda: -(a * 2) + 1 - 3, "−2·a +-2"),
        (lambda: c + c, "+2·c"),
        (lambda: c - c, "+0·c"),
        (lambda: a * b + a * b + x, "+2·a·b +x"),
        (lambda: 2 * (3 * a) + b, "+6·a +b"),
        (lambda: dot([a, 2.0], [x, b]), "+a·x +2·b"),
        (lambda: a * x * 3 + 0 * b, "+3·a·x +0·b"),
    ],
)
def test_a_sum_is_one_cell_however_it_was_chained(written: object, terms: str) -> None:
    assert said(cells(written(), (), [a, b, c, x])[-1]) == terms  # type: ignore[operator]


def test_a_node_that_two_need_or_that_has_a_name_stands_by_itself() -> None:
    z = a * x
    assert len(cells(z + b, (), [a, b, x])) == 4
    assert len(cells(z + tanh(z), (), [a, x])) == 5
    z.label = "z"
    assert said(cells(z + b, (), [a, b, x])[-1]) == "+z +b"


def test_a_sum_that_is_multiplied_stands_by_itself() -> None:
    for L in (3 * (a + b), (a + b) * 3):
        made = cells(L, (), [a, b])
        assert said(made[-2]) == "+a +b" and [*made[-1].terms] == [(1, 3, made[-2], NOTHING)]


def test_what_moves_nothing_is_a_number() -> None:
    made = cells(a * tanh(b * c), (), [a])
    assert [m.kind for m in made] == ["parameter", "sum"]
    assert [*made[-1].terms][0][1] == pytest.approx(1.0)
    assert [m.kind for m in cells(b * c, (), [])] == ["sum"]


def test_a_cost_that_is_a_leaf_is_a_sum_of_it() -> None:
    for inputs, parameters in (([[a]], [b]), ([], [a, b])):
        made = cells(a, inputs, parameters)
        assert made[-1].kind == "sum" and said(made[-1]) == "+a"


def test_a_class_is_a_place() -> None:
    made = cells(cross_entropy([a, b, c], 1), (), [a, b, c])
    assert made[-2].row is not None and made[-2].row.name == "logsumexp"
    assert [*made[-1].terms] == [(1, None, made[-2], NOTHING), (-1, None, made[1], NOTHING)]


@pytest.mark.slow
def test_a_chain_of_a_hundred_thousand_is_one_cell() -> None:
    L = a
    for _ in range(100_000):
        L = L + 1.0
    assert said(cells(L, (), [a])[-1]) == "+a +100000"
