"""Check it: numbers and graphs as JSON, so that a student's file can run in another process.

Nothing of it is ever executed: an operation is a row of the table, by its name; a number is exact.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fractions import Fraction
from functools import cache
from typing import Any

from tinygrad_fr.checking.graph import Graph
from tinygrad_fr.checking.judge import DIGITS
from tinygrad_fr.engine import Value
from tinygrad_fr.ops import TABLE
from tinygrad_fr.places import entered
from tinygrad_fr.replay import rule

Packed = Any  # what JSON knows


@cache
def context() -> Any:
    """The arithmetic of the numbers with the judge's digits, on both sides."""
    from mpmath import MPContext

    found = MPContext()
    found.dps = DIGITS + 15
    return found


def pack_number(x: Any) -> Packed:
    """A float, int, Fraction or mpf (NumPy's scalars as Python's), to the last bit.

    Raises TypeError for anything else.
    """
    x = x.item() if hasattr(x, "dtype") and hasattr(x, "item") else x
    if isinstance(x, float):
        return ["float", x.hex()]
    if isinstance(x, (int, Fraction)):
        kind = "int" if isinstance(x, int) else "fraction"
        return [kind, *(hex(n) for n in x.as_integer_ratio())]
    if hasattr(x, "_mpf_"):
        if x - x != 0:  # ∞ or NaN
            return ["float", float(x).hex()]
        sign, man, exp, _ = x._mpf_
        return ["mpf", hex(-man if sign else man), exp]
    raise TypeError(f"{x!r}")


def unpack_number(packed: Packed) -> Any:
    """The number again; ValueError where it is none."""
    kind, first, *rest = packed
    if kind == "float":
        return float.fromhex(first)
    if kind == "mpf":
        return context().ldexp(context().mpf(int(first, 16)), int(rest[0]))
    ratio = Fraction(int(first, 16), int(rest[0], 16))
    return int(ratio) if kind == "int" else ratio


def pack_point(point: Mapping[str, Any]) -> Packed:
    """Numbers by name."""
    return {name: pack_number(x) for name, x in point.items()}


def unpack_point(packed: Packed) -> dict[str, Any]:
    return {str(name): unpack_number(x) for name, x in packed.items()}


def pack_graph(graph: Graph, named: Collection[str] = ()) -> Packed:
    """The nodes in order: what made each, from which nodes and numbers, where, and its label.

    Leaves with one of the labels `named` are sent without their number.  Raises TypeError at a
    client's own operation.
    """
    place = {v: i for i, v in enumerate(graph.nodes)}
    rows = []
    for v in graph.nodes:
        inputs = [place[u] if isinstance(u, Value) else pack_number(u) for u in v.inputs]
        number = 0 if v.label in named else v.data
        made = pack_number(number) if v.op is None else rule(v).name
        rows.append([made, inputs, list(map(list, v.scope)), v.label])
    return rows


def unpack_graph(packed: Packed, leaves: Mapping[str, Value]) -> Value:
    """The graph again; a leaf whose label is one of `leaves` becomes that node."""
    nodes: list[Value] = []
    for made, inputs, place, label in packed:
        with entered(tuple((str(word), index) for word, index in place)):
            if isinstance(made, str):
                row = TABLE[made]
                node = row(*(nodes[u] if isinstance(u, int) else unpack_number(u) for u in inputs))
                if label:
                    node.label = label
            else:
                node = leaves.get(label) or Value(unpack_number(made), label=label)
        nodes.append(node)
    return nodes[-1]
