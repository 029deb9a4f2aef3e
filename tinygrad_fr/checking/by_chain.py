"""Check it: what people write for f(u)′: without u′, f(u′), f′(u′), a sum, a primitive."""

from __future__ import annotations

from typing import Any

from tinygrad_fr.checking.by_rule import is_leaf
from tinygrad_fr.checking.by_slope import primitive
from tinygrad_fr.checking.calculus import Array, Site
from tinygrad_fr.checking.plain import FUNCTIONS, Plain, node, one_input
from tinygrad_fr.engine import Value

CHAIN_HINT = (
    "f(u(x)) : par quoi f′(u) est-il multiplié ?",
    "f(u(x)): what is f′(u) multiplied by?",
)


def inner(s: Site) -> Array:
    """f′(u) alone: u′ taken for 1."""
    return s.through(s.d) if is_leaf(s.inputs[0]) else _moved(s, s.d[0][:, None] * 1.0)


def _moved(s: Site, x: Array) -> Array:
    """x for the parameters that the node depends on, 0 for the others."""
    return (s.du[0] != 0) * x if one_input(s) else None


def primitive_alone(s: Site) -> Array:
    """F(u), and no u′."""
    found = primitive(s, 0)
    return None if found is None or is_leaf(s.inputs[0]) else _moved(s, found[:, None])


def f_of_slope(s: Site) -> Array:
    if not one_input(s):
        return None
    flat = [s.function(s.row, row) for row in s.du[0]]
    return _moved(s, _stack(flat))


def slope_of_slope(s: Site) -> Array:
    if not one_input(s):
        return None
    flat = [s.slope_of(s.row, row, s.function(s.row, row)) for row in s.du[0]]
    return _moved(s, _stack(flat))


CHAIN: list[Plain] = [
    node(
        "inner",
        (
            "dérivée intérieure oubliée : {f}′(u) sans u′",
            "the inner derivative is missing: {f}′(u) without u′",
            *CHAIN_HINT,
        ),
        inner,
        FUNCTIONS,
    ),
    node(
        "f(u')",
        ("{f}(u′) au lieu de {f}′(u)·u′", "{f}(u′) instead of {f}′(u)·u′", *CHAIN_HINT),
        f_of_slope,
        FUNCTIONS,
    ),
    node(
        "f'(u')",
        ("{f}′(u′) au lieu de {f}′(u)·u′", "{f}′(u′) instead of {f}′(u)·u′", *CHAIN_HINT),
        slope_of_slope,
        FUNCTIONS,
    ),
    node(
        "added",
        (
            "dérivées ajoutées au lieu d’être multipliées : {f}′ + u′",
            "derivatives added instead of multiplied: {f}′ + u′",
            *CHAIN_HINT,
        ),
        lambda s: _moved(s, s.d[0][:, None] + s.du[0]),
        FUNCTIONS,
    ),
]


def term_by_term(s: Site) -> Array:
    """f′(p)·p′ + f′(q)·q′ for f(p + q)."""
    import numpy as np

    top = s.inputs[0]
    if s.calculus.row(top) not in ("add", "sub") or not one_input(s):
        return None
    total = s.calculus.zero
    for sign, u in zip((1, -1 if s.calculus.row(top) == "sub" else 1), top.inputs, strict=True):
        if isinstance(u, Value) and s.D[u].any():
            x = s.calculus.at(u)
            slope = s.slope_of(s.row, x, s.function(s.row, x))
            total = total + sign * np.where(s.D[u] != 0, slope[:, None] * s.D[u], 0)
    return total


CHAIN.append(
    node(
        "term by term",
        ("{f} est prise terme à terme", "{f} is taken term by term", *CHAIN_HINT),
        term_by_term,
        "pow square sqrt cbrt log exp abs",
    )
)
CHAIN.append(
    node(
        "primitive",
        (
            "la primitive de {f} au lieu de sa dérivée",
            "the antiderivative of {f} instead of its derivative",
            *CHAIN_HINT,
        ),
        primitive_alone,
        "pow square sin cos",
    )
)


def _stack(rows: Any) -> Array:
    import numpy as np

    return np.nan_to_num(np.array(rows), nan=np.nan) + 0.0
