"""Check it: the rules of derivation that are crossed on the way from a parameter to the cost.

The second hint: the rule itself, in letters of its own, after the question that points to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tinygrad_fr.checking.graph import Graph
from tinygrad_fr.checking.wording import formula
from tinygrad_fr.engine import Value
from tinygrad_fr.gradient import gradient
from tinygrad_fr.ops import DomainError
from tinygrad_fr.replay import rule

MOST = 6  # rules told at once
KNOWN = ("add", "sub", "neg", "sum")  # not worth a hint


def rules_crossed(graph: Graph, wrong: Iterable[Value]) -> list[str]:
    """(u·v)′ and the like, one sentence each, the cost's own first; every rule once."""
    leaves = list(wrong)
    on_the_way = {v for leaf in leaves for v in (leaf, *graph.above(leaf))}
    taken = {v.label for v in graph.nodes}
    result = next((letter for letter in "yarq" if letter not in taken), "y")
    told: dict[str, None] = {}
    for v in reversed(graph.nodes):
        if v.op is not None and v in on_the_way and rule(v).name not in KNOWN:
            told.update(dict.fromkeys(_rules_of(v, on_the_way, result)))
    return list(told)[:MOST]


def _rules_of(v: Value, on_the_way: set[Value], result: str) -> list[str]:
    """The derivative of one operation in its inputs on the way, written with u and v.

    result  the letter for its value: y(1−y), with y = σ(u)
    """
    row = rule(v)
    letters = iter("uvst")
    try:
        inputs: list[Any] = [
            Value(u.data, label=next(letters)) if isinstance(u, Value) else u for u in v.inputs
        ]
        whole = row(*inputs)
        free = [u for u, given in zip(inputs, v.inputs, strict=True) if given in on_the_way]
        found = gradient(whole, free)
    except (StopIteration, DomainError, TypeError):
        return []
    name = formula(whole)
    name = name if name[-1] in ")|" else f"({name})"
    texts = [formula(slope).replace("u₁", result).replace("\n", ", ") for slope in found]
    return [f"∂{name}/∂{u.label} = {text}" for u, text in zip(free, texts, strict=True)]
