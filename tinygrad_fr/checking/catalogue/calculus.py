"""Check it: mistakes of exercises without a network."""

from __future__ import annotations

from typing import Any

from tinygrad_fr.checking.bends import Bent, Mistake
from tinygrad_fr.checking.structure import Step, row_name
from tinygrad_fr.engine import Value


def inner_forgotten(w: Bent, s: Step, g: Any, d: Any) -> Any:
    """What stands inside another function is taken to have the slope 1."""
    inside = s.node is not w.scene.output and row_name(s.node) not in ("add", "sub", "sum")
    plain = not w.scene.neurons and all(
        u is s.source or not isinstance(u, Value) or (u.op is None and not u.label)
        for u in s.node.inputs
    )
    return g if inside and plain else None


ROWS = [
    Mistake(
        "inner",
        "dérivée intérieure oubliée",
        "the inner derivative is missing",
        "f(u(x)) : par quoi f′(u) est-il multiplié ?",
        "f(u(x)): what is f′(u) multiplied by?",
        bend=inner_forgotten,
    ),
]
