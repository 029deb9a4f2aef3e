"""Families: what is alike is one array, whatever its numbers are; what is not, is not."""

from __future__ import annotations

import re

import pytest

from tinygrad_fr import ops
from tinygrad_fr.engine import Value
from tinygrad_fr.program.families import families, in_reading_order, numbers_of
from tinygrad_fr.program.read import cells


def sizes(L: Value, inputs: list[list[Value]], parameters: list[Value]) -> list[int]:
    return [len(f.cells) for f in families(cells(L, inputs, parameters))]


def row(n: int, letter: str = "") -> list[Value]:
    return [Value(0.5, label=f"{letter}_{i}" if letter else "") for i in range(1, n + 1)]


def test_numbers_do_not_split_a_family() -> None:
    w = row(4)
    z = [ops.tanh(y * a) for y, a in zip((1.0, -1.0, 1.0, 0.0), w, strict=True)]
    assert sizes(ops.sum(z), [], w) == [4, 4, 4, 1]
    z = [ops.bce_with_logits(a, y) for y, a in zip((1.0, 0.5, 1.0, 0.0), w, strict=True)]
    assert sizes(ops.sum(z), [], w) == [4, 4, 1]


def test_exponents_and_bounds_do() -> None:
    w = row(3)
    assert sizes(ops.sum([a**n for a, n in zip(w, (2, 3, 2), strict=True)]), [], w) == [
        2,
        2,
        1,
        1,
        1,
    ]
    assert (
        len(sizes(ops.sum([ops.clip(a, 0, n) for a, n in zip(w, (1, 2, 1), strict=True)]), [], w))
        == 5
    )


def test_signs_do() -> None:
    w, b = row(2), row(2)
    pairs = list(zip(w, b, strict=True))
    assert sizes(ops.sum([ops.tanh(a + c) for a, c in pairs]), [], w + b)[-2:] == [2, 1]
    L = ops.tanh(w[0] + b[0]) + ops.tanh(w[1] - b[1])
    assert sizes(L, [], w + b)[-1] == 1 and sizes(L, [], w + b).count(2) < 4


def test_weights_and_biases_are_told_apart_by_their_use() -> None:
    x, w, b = row(2, "x"), row(4), row(2)
    z = [w[0] * x[0] + w[1] * x[1] + b[0], w[2] * x[0] + w[3] * x[1] + b[1]]
    found = families(cells(ops.sum([ops.tanh(a) for a in z]), [x], w + b))
    by = {f.kind + str(len(f.cells)) for f in found}
    assert by == {"input2", "parameter4", "parameter2", "sum2", "row2", "sum1"}


def test_columns_are_in_the_order_given_and_all_there() -> None:
    x = row(3, "x")[::-1]
    (family, *_) = families(cells(x[1] * 2, [x], []))
    assert [c.value.label for c in family.cells] == ["x_3", "x_2", "x_1"]


def test_label_numbers_come_first_then_birth() -> None:
    made = cells(ops.sum([Value(1.0, label=f"w_{i}") * Value(1.0) for i in (10, 9)]), [], [])
    assert len(made) == 1
    ten, nine, none = Value(1.0, label="w_10"), Value(1.0, label="w_9"), Value(1.0)
    found = cells(ten * nine + none, [], [ten, nine, none])[:3]
    in_reading_order(found)
    assert [c.value for c in found] == [nine, ten, none]


@pytest.mark.parametrize(
    "labels",
    [
        ["w_1,10^[2]", "w_1,9^[2]", "w_007,9^[2]"],
        ["w_1", "w_12,3", ""],
        ["1a", "a1", "a", "1a1"],
        ["a1\na2", "a3\na4"],
        ["a1", "a2\na3", "a4"],
        ["w", "w"],
        ["é1", "é20"],
        ["", ""],
    ],
)
def test_the_numbers_of_labels(labels: list[str]) -> None:
    assert numbers_of(labels) == [
        tuple(int(n) for n in re.findall("[0-9]+", label)) for label in labels
    ]


# ── parameters, told apart from above ──


def parameter_sizes(L: Value, inputs: list[list[Value]], parameters: list[Value]) -> list[int]:
    found = families(cells(L, inputs, parameters))
    return [len(f.cells) for f in found if f.kind == "parameter"]


def test_how_often_a_row_is_picked_does_not_matter() -> None:
    E = [row(2) for _ in range(4)]
    flat = [a for r in E for a in r]
    picked = [0, 1, 1, 2, 3, 3, 3]
    for use in (lambda a: ops.tanh(a * a.data), ops.tanh):
        L = ops.sum([use(a) for k in picked for a in E[k]])
        assert parameter_sizes(L, [], flat) == [8]


def test_what_is_multiplied_with_one_another_has_sides() -> None:
    """u·v: the left is one array and the right another, be they as many or not."""
    for n in (2, 3):
        U, V = [row(2) for _ in range(n)], [row(2) for _ in range(3)]
        L = ops.sum([(ops.dot(u, v) - 1) ** 2 for u in U for v in V])
        assert parameter_sizes(L, [], [a for r in U + V for a in r]) == [2 * n, 6]
    around = [(0, 1), (1, 2), (2, 0)]
    L = ops.sum([(ops.dot(V[i], V[j]) - 1) ** 2 for i, j in around])
    assert parameter_sizes(L, [], [a for r in V for a in r]) == [6]


def test_matrices_of_two_letters_are_two_where_nothing_else_tells_them_apart() -> None:
    def gates(one: str, other: str) -> list[int]:
        x, c = row(2, "x"), row(2)
        W = [
            [Value(0.1, label=f"{a}_{i},{j}") for j in (1, 2)] for a in (one, other) for i in (1, 2)
        ]
        z = [ops.tanh(ops.dot(w, x)) for w in W]
        L = ops.sum([a * b * d for a, b, d in zip(z[:2], z[2:], c, strict=True)])
        return parameter_sizes(L, [x], [a for w in W for a in w])

    assert gates("q", "k") == [4, 4] and gates("q", "q") == [8]


def test_rows_are_in_the_order_in_which_the_parameters_are_given() -> None:
    x, W = row(2, "x"), [row(2) for _ in range(4)]
    z = [ops.dot(w, x) for w in W]
    L = ops.tanh(z[2]) * ops.tanh(z[0]) + ops.tanh(z[3]) * ops.tanh(z[1])
    (found,) = (
        f for f in families(cells(L, [x], [a for w in W for a in w])) if f.kind == "parameter"
    )
    assert [c.value for c in found.cells] == [a for w in W for a in w]
