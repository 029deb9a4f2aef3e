"""Write it as a formula: what is a plain number in a graph, and exactly which one it spells."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from tinygrad_fr.engine import Value
from tinygrad_fr.exact import meant
from tinygrad_fr.ops import Op
from tinygrad_fr.walk import order


def is_number(x: Any) -> bool:
    """A plain number, or a constant of the graph without a name."""
    return not isinstance(x, Value) or (x.op is None and not x.label and x.constant)


def exactly(x: Any) -> Fraction | None:
    """The fraction that a constant, or what is made from constants, spells; else None."""
    if not _of_numbers(x):
        return None
    worked: dict[Any, Any] = {}
    for v in order(x) if isinstance(x, Value) else [x]:
        worked[v] = meant(v) if is_number(v) else _worked(v, worked)
        if not isinstance(worked[v], (int, Fraction)):
            return None
    return Fraction(worked[x])


def _of_numbers(x: Any) -> bool:
    """Whether every leaf below is a plain number; the first that is none ends the search."""
    todo, seen = [x], set[Any]()
    while todo:
        v = todo.pop()
        if v in seen or is_number(v):
            continue
        if v.op is None or v.label:
            return False
        seen.add(v)
        todo += v.inputs
    return True


def _worked(v: Value, known: dict[Any, Any]) -> Any:
    """The number of a result; None for a client's operation, for 1/0 and the like."""
    inputs = [known[u] if isinstance(u, Value) else meant(u) for u in v.inputs]
    if not isinstance(v.op, Op) or None in inputs:
        return None
    try:
        return v.op(*inputs)
    except (ArithmeticError, ValueError, TypeError):
        return None
