"""Families: what is alike is one array, whatever its numbers are; what is not, is not."""

from __future__ import annotations

from tinygrad_fr import ops
from tinygrad_fr.engine import Value
from tinygrad_fr.program.families import families, reading_order
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
    assert [c.value for c in sorted(found, key=reading_order)] == [nine, ten, none]
