"""A product of matrices is found where there is one, whatever the order; and nowhere else."""

from __future__ import annotations

import random

import pytest

from tinygrad_fr import ops, tanh, to_numpy
from tinygrad_fr.engine import Value
from tinygrad_fr.program.families import families
from tinygrad_fr.program.matrix import Blocks, Known, Products, matrix
from tinygrad_fr.program.read import cells


def found(rows: int, columns: int, width: int, swap: bool = False) -> Blocks | None:
    """What is seen in Σ_t p_rt·q_st, its terms shuffled; `swap` pairs two of them wrongly."""
    r = random.Random(rows)
    P = [[Value(r.random()) for _ in range(width)] for _ in range(columns)]
    Q = [[Value(r.random()) for _ in range(width)] for _ in range(rows)]
    sums = []
    for i, q in enumerate([[tanh(v) for v in row] for row in Q]):
        for p in P:
            order = r.sample(range(width), width)
            other = order[::-1] if swap and (i, p) == (rows - 1, P[-1]) else order
            sums.append(ops.sum([p[s] * q[t] for s, t in zip(order, other, strict=True)]))
    L = ops.sum([tanh(s) for s in sums])
    leaves = [v for row in P + Q for v in row]
    made = families(cells(L, (), leaves))
    f = next(f for f in made if f.kind == "sum" and len(f.cells) == rows * columns)
    terms = {}
    for c in f.cells:
        pairs = [(u, v) if u.kind == "parameter" else (v, u) for _, _, u, v in c.terms or ()]
        terms[c] = Products(tuple(u for u, _ in pairs), tuple(v for _, v in pairs), ())
    return matrix(f.cells, terms, Known())


@pytest.mark.parametrize(("rows", "columns", "width"), [(1, 3, 2), (4, 2, 3), (2, 2, 1), (3, 1, 4)])
def test_rows_columns_and_their_sums(rows: int, columns: int, width: int) -> None:
    seen = found(rows, columns, width)
    assert seen is not None
    assert [len(row) for row in seen.left] == [width] * columns
    assert [len(row) for row in seen.right] == [width] * rows
    for s, q in enumerate(seen.right):
        for p, c in zip(seen.left, seen.grid[s], strict=True):
            pairs = {frozenset((t[2], t[3])) for t in c.terms or ()}
            assert pairs == {frozenset(pair) for pair in zip(p, q, strict=True)}


def test_one_wrong_pair_is_no_matrix() -> None:
    assert found(2, 2, 2) is not None
    assert found(2, 2, 2, swap=True) is None


def test_where_one_sum_is_missing_it_is_right_all_the_same() -> None:
    w, x = [Value(0.1 * i) for i in range(4)], [Value(0.5 * i, label=f"x_{i}") for i in range(4)]
    z = [tanh(w[0] * x[0] + w[1] * x[1]), tanh(w[0] * x[2] + w[1] * x[3])]
    z.append(tanh(w[2] * x[0] + w[3] * x[1]))
    L = ops.sum(z)
    program = to_numpy(L, [x], w)
    L.backward()
    _, gradients = program([[v.data for v in x]])
    told = [float(gradients[name][place]) for name, place in map(program.at, w)]
    assert told == pytest.approx([p.grad for p in w], rel=1e-13)
