"""Build a graph: one number from many costs, summed or averaged over outputs, then over examples.

The conventions that courses differ in stand in `losses`; here is what they do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any, Literal

from tinygrad_fr import ops
from tinygrad_fr.engine import Value
from tinygrad_fr.ops import div
from tinygrad_fr.refusals import known, refuse
from tinygrad_fr.words import counted

Reduction = Literal["mean", "sum"]


def reduced(
    cost: Callable[[Any, Any], Any],
    name: str,
    predictions: Iterable[Any],
    targets: Iterable[Any],
    examples: Reduction,
    outputs: Reduction,
    divisor: int = 1,
) -> Value:
    """The costs of all entries, added or averaged over outputs, then over examples."""
    known("outputs", outputs, ("mean", "sum"))
    costs = []
    for i, (p, t) in enumerate(zip(*paired(predictions, targets, name), strict=True), start=1):
        ps, ts = entries(p), entries(t)
        if len(ps) != len(ts):
            found = counted(len(ps), fr="sortie", en="output")
            given = counted(len(ts), fr="cible", en="target")
            refuse(
                fr=f"{name} : l’exemple {i} a {found} et {given} ; "
                "donnez autant de cibles que le modèle a de sorties",
                en=f"{name}: example {i} has {found} and {given}; "
                "give as many targets as the model has outputs",
            )
        terms = list(map(cost, ps, ts))
        costs.append(over(_added(terms), divisor * (len(terms) if outputs == "mean" else 1)))
    return over_examples(costs, examples)


def over_examples(costs: list[Any], examples: Reduction) -> Value:
    """The costs of the examples, added or averaged; each is labelled L_i, the whole L."""
    known("examples", examples, ("mean", "sum"))
    if len(costs) > 1:
        for i, c in enumerate(costs, start=1):
            if isinstance(c, Value):
                c.label = f"L_{i}"
    whole = as_value(over(_added(costs), len(costs) if examples == "mean" else 1))
    whole.label = "L"
    return whole


def _added(terms: list[Any]) -> Any:
    return terms[0] if len(terms) == 1 else ops.sum(terms)


def over(x: Any, n: int) -> Any:
    """x/n, exactly where x is exact: in floats, fractions or with mpmath's digits."""
    if n == 1:
        return x
    kind = number_in(x)
    if hasattr(kind, "context"):
        return div(x, kind.context.mpf(n))
    return div(x, Fraction(n) if isinstance(kind, Fraction) else n)


def as_value(x: Any) -> Value:
    """x, as a node where it was a number."""
    return x if isinstance(x, Value) else Value(x)


def number_in(x: Any) -> Any:
    """The number that a node holds, or x itself."""
    return x.data if isinstance(x, Value) else x


def entries(x: Any) -> list[Any]:
    """The outputs or targets of one example, as a list."""
    if isinstance(x, Value) or not hasattr(x, "__len__"):
        return [x.item() if hasattr(x, "item") else x]
    return list(x.tolist()) if hasattr(x, "tolist") else list(x)


def paired(
    predictions: Iterable[Any], targets: Iterable[Any], name: str
) -> tuple[list[Any], list[Any]]:
    """Both as lists of the same length, one entry per example."""
    for x in (predictions, targets):
        if isinstance(x, Value) or not hasattr(x, "__iter__"):
            refuse(
                fr=f"{name} attend deux listes, une entrée par exemple, reçu {x!r} : pour un seul "
                f"exemple, écrivez {name}([prediction], [cible])",
                en=f"{name} expects two lists, one entry per example, got {x!r}: for a single "
                f"example write {name}([prediction], [target])",
                kind=TypeError,
            )
    ps, ts = list(predictions), list(targets)
    if len(ps) != len(ts) or not ps:
        predicted = counted(len(ps), fr="prédiction", en="prediction")
        given = counted(len(ts), fr="cible", en="target")
        refuse(
            fr=f"{name} a reçu {predicted} et {given} : donnez-en autant des deux, au moins une",
            en=f"{name} was given {predicted} and {given}: give as many of both, at least one",
        )
    return ps, ts
