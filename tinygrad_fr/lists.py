"""Rows over lists, as functions: softmax, W·X, log Σ eᶻ, the cost of a class.

The rows are found by name in the table, which stands one floor above and fills it.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable
from typing import Any

from tinygrad_fr.refusals import refuse
from tinygrad_fr.row import TABLE
from tinygrad_fr.spelling import Page, Term
from tinygrad_fr.words import counted


def _numbers(xs: Iterable[Any], name: str) -> list[Any]:
    try:
        return list(xs)
    except TypeError:
        refuse(
            fr=f"{name} attend une liste de nombres ou de Value, reçu {type(xs).__name__} : {xs!r}",
            en=f"{name} expects a list of numbers or Values, got {type(xs).__name__}: {xs!r}",
            kind=TypeError,
        )


def _at_least_one(xs: Iterable[Any], name: str) -> list[Any]:
    listed = _numbers(xs, name)
    if not listed:
        refuse(
            fr=f"{name} demande au moins un nombre, la liste est vide",
            en=f"{name} needs at least one number, the list is empty",
        )
    return listed


def sum(xs: Iterable[Any]) -> Any:
    """x₁ + … + xₙ as one node; 0 for an empty list.

    >>> sum([1.5, 2.5])
    4.0
    """
    return TABLE["sum"](*_numbers(xs, "sum"))


def dot(w: Iterable[Any], x: Iterable[Any]) -> Any:
    """w₁x₁ + … + wₙxₙ, the W·X of the course, as one node.

    Raises ValueError if the two lists differ in length.

    >>> dot([1.0, 2.0], [3.0, 4.0])
    11.0
    """
    left = [*w] if w.__class__ is list else _numbers(w, "dot")
    right = [*x] if x.__class__ is list else _numbers(x, "dot")
    if len(left) != len(right):
        weights = counted(len(left), fr="poids", en="weight")
        inputs = counted(len(right), fr="entrée", en="input")
        refuse(
            fr=f"dot a reçu {weights} pour {inputs} : il en faut autant des deux",
            en=f"dot was given {weights} for {inputs}: give as many of both",
        )
    for side in (left, right):
        take_part = getattr(side[0], "__dot__", None) if side else None
        if take_part is not None:
            return take_part(left, right)
    return TABLE["dot"](*left, *right)


def logsumexp(xs: Iterable[Any]) -> Any:
    """log(e^x₁ + … + e^xₙ), right at ±1000 too; its slopes are softmax(x)."""
    return TABLE["logsumexp"](*_at_least_one(xs, "logsumexp"))


def log_of_sum(page: Page, *xs: Term) -> Term:
    """logsumexp as it is written: by its name on a line, ln(e^x₁ + …) on paper."""
    terms = [page.power("e", x) for x in xs]
    return page.either(page.call("logsumexp", *xs), page.call("ln", page.sum(*terms)))


def softmax(zs: Iterable[Any]) -> list[Any]:
    """The list of e^zₖ / Σ e^zⱼ: the largest score gets the largest probability.

    (With e^−z, as some write, the smallest score would.)

    >>> softmax([0.0, 0.0])
    [0.5, 0.5]
    """
    listed = _at_least_one(zs, "softmax")
    whole, exp = logsumexp(listed), TABLE["exp"]
    return [exp(z - whole) for z in listed]


def log_softmax(zs: Iterable[Any]) -> list[Any]:
    """The list of zₖ − log Σ e^zⱼ."""
    listed = _at_least_one(zs, "log_softmax")
    whole = logsumexp(listed)
    return [z - whole for z in listed]


def cross_entropy(logits: Iterable[Any], k: int) -> Any:
    """−log softmax(logits)ₖ: the cost of one example whose class is number k (from 0).

    Its derivative with respect to logit j is softmaxⱼ − [j = k].  Raises ValueError for a class
    that is not there.
    """
    listed = _at_least_one(logits, "cross_entropy")
    if isinstance(k, bool) or not hasattr(k, "__index__") or not 0 <= k < len(listed):
        refuse(
            fr=f"cross_entropy attend une classe de 0 à {len(listed) - 1}, reçu {k!r}",
            en=f"cross_entropy expects a class from 0 to {len(listed) - 1}, got {k!r}",
        )
    return TABLE["cross_entropy"](operator.index(k), *listed)
