"""Check it: what people write for p − y, the slope of softmax under its cross-entropy; and for p.

p    the probabilities        t    the label, 1 for the true class        z    the scores
k    the true class           c    how often this cross-entropy counts
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from tinygrad_fr.checking.calculus import Array, Site
from tinygrad_fr.checking.catalogue import CATALOGUE
from tinygrad_fr.checking.plain import Plain, Words, node
from tinygrad_fr.checking.scores import Softmax
from tinygrad_fr.engine import Value

Rows = Any  # an array with a row per class, a column per point
SURE = 1e-6  # how near to 1 the labels' sum must be, and each to 0 or more
JACOBIAN = (
    "Que devient p_j quand z_k augmente, pour j ≠ k ?",
    "What happens to p_j when z_k grows, for j ≠ k?",
)


# ── p − t, whatever it is written with ───────────────────────────────────────────────────────────


def under_cross_entropy(change: Callable[[Rows, Rows, Rows], Rows]) -> Callable[[Site], Array]:
    """A bend of a whole cross-entropy: change(p, t, z) in the place of p − t."""

    def rule(s: Site) -> Array:
        found = s.calculus.softmaxes.get(s.node)
        read = None if found is None else _read(s, found)
        if found is None or read is None:
            return None
        p, t, z, c = read
        total = s.through(s.d)
        for u, wrong, right in zip(found.z, change(p, t, z), p - t, strict=True):
            total = total + (c * (wrong - right))[:, None] * s.D[u]
        return total

    return rule


def _read(s: Site, found: Softmax) -> tuple[Rows, Rows, Rows, Array] | None:
    """(p, t, z, c) where the slope along z_j is c·(p_j − t_j) with labels t; else None.

    c is ∂top/∂S, times S where S is Σ e^z: there ln S has the slope 1/S.
    """
    import numpy as np

    calculus, S, name = s.calculus, found.S, s.calculus.row(found.S)
    z = np.array([calculus.value[u] for u in found.z])
    with np.errstate(all="ignore"):
        slopes = np.array([calculus.G[u] for u in found.z]) / calculus.G[found.top]
        c = calculus.G[S] / calculus.G[found.top]
        if name == "cross_entropy":
            t = np.array([[float(j == int(k)) for k in s.x[0]] for j in range(len(z))])
            return s.d[1:] + t, t, z, c
        if name == "logsumexp":
            p = np.array(calculus.slopes[S])
        else:
            c, p = c * calculus.value[S], np.exp(z) / calculus.value[S]
        t = p - slopes / c
    labels = np.all(np.abs(t.sum(axis=0) - 1) < SURE) and np.all(t > -SURE)
    return (p, t, z, c) if labels else None


def written(key: str, fr: str, en: str, change: Callable[[Rows, Rows, Rows], Rows]) -> Plain:
    return node(key, (f"softmax : {fr}", f"softmax: {en}", *JACOBIAN), under_cross_entropy(change))


def of_the_course(key: str, change: Callable[[Rows, Rows, Rows], Rows]) -> Plain:
    """A row of the catalogue, where softmax is not one node."""
    row = CATALOGUE[key]
    words = row.fr, row.en, row.hint_fr, row.hint_en
    return replace(node(key, words, under_cross_entropy(change)), course=True)


def _softmax_of_minus(p: Rows, t: Rows, z: Rows) -> Rows:
    import numpy as np

    powers = np.exp(z.min(axis=0) - z)
    return powers / powers.sum(axis=0) - t


def _rolled(by: int) -> Callable[[Rows, Rows, Rows], Rows]:
    def change(p: Rows, t: Rows, z: Rows) -> Rows:
        import numpy as np

        return p - np.roll(t, by, axis=0)

    return change


CROSS_ENTROPY: list[Plain] = [
    of_the_course("M28", lambda p, t, z: t * (p - 1)),
    of_the_course("M29", lambda p, t, z: -t / p),
    of_the_course("minus", _softmax_of_minus),
    written(
        "p for all",
        "le −1 de la vraie classe est oublié",
        "the −1 of the true class is forgotten",
        lambda p, t, z: p,
    ),
    written(
        "p-1 for all",
        "p − 1 pour toutes les classes",
        "p − 1 for every class",
        lambda p, t, z: p - 1,
    ),
    written(
        "p of the class",
        "la probabilité de la vraie classe partout",
        "the probability of the true class everywhere",
        lambda p, t, z: (t * p).sum(axis=0) - t,
    ),
    written("1-p", "signe de p − y", "sign of p − y", lambda p, t, z: t - p),
    written(
        "p(1-p)",
        "un facteur p(1 − p) en trop",
        "an extra factor p(1 − p)",
        lambda p, t, z: (p - t) * p * (1 - p),
    ),
    written(
        "only p(1-p)",
        "p(1 − p), et le coût n’est pas dérivé",
        "p(1 − p), and the cost is not differentiated",
        lambda p, t, z: p * (1 - p),
    ),
    written(
        "z-y", "z − y au lieu de p − y", "z − y instead of p − y", lambda p, t, z: z - t
    ),
    *(
        written("wrong class", "la classe est mal lue", "the class is misread", _rolled(by))
        for by in (1, -1)
    ),
]  # fmt: skip


# ── ∂p_k/∂z_j under any cost ─────────────────────────────────────────────────────────────────────


def typed_softmax(s: Site) -> tuple[Value, Sequence[Value]] | None:
    """(z_k, all the scores), where the node is e^(z_k)/Σ e^z or e^(z_k − logsumexp(z))."""
    row = s.calculus.row
    if s.row.name == "div":
        top, below = s.inputs
        found = next((m for m in s.calculus.softmaxes.values() if m.S is below), None)
        own = top.inputs[0] if row(top) == "exp" else None
    else:
        inside = s.inputs[0]
        if row(inside) != "sub":
            return None
        own, below = inside.inputs
        found = next((m for m in s.calculus.softmaxes.values() if m.S is below), None)
    return (own, found.z) if found is not None and own in found.z else None


def of_probabilities(change: Callable[[Any, Any, bool], Array]) -> Callable[[Site], Array]:
    """Σ_j (∂p_k/∂z_j) z_j′ with another ∂p_k/∂z_j = change(p_k, p_j, j = k)."""

    def rule(s: Site) -> Array:
        import numpy as np

        found = typed_softmax(s)
        if found is None:
            return None
        own, z = found
        total, scale = s.calculus.zero, s.calculus.value[own]
        for u in z:
            q = s.y * np.exp(s.calculus.value[u] - scale)
            total = total + (change(s.y, q, u is own) + 0 * s.y)[:, None] * s.D[u]
        return total

    return rule


def probability(
    key: str, fr: str, en: str, change: Callable[[Any, Any, bool], Array]
) -> Plain:  # fmt: skip
    words: Words = (f"softmax : {fr}", f"softmax: {en}", *JACOBIAN)
    return node(key, words, of_probabilities(change), "div exp")


PROBABILITIES: list[Plain] = [
    probability(
        "diagonal",
        "seule la diagonale de la jacobienne",
        "only the diagonal of the Jacobian",
        lambda p, q, own: p * (1 - p) * own,
    ),
    probability(
        "p for all pairs",
        "p au lieu de p(1 − p)",
        "p instead of p(1 − p)",
        lambda p, q, own: p * own,
    ),
    probability(
        "off the diagonal +",
        "signe de −p_j·p_k",
        "sign of −p_j·p_k",
        lambda p, q, own: p * (1 - p) if own else p * q,
    ),
    probability(
        "own p",
        "p_k(1 − p_k) pour tous les scores",
        "p_k(1 − p_k) for every score",
        lambda p, q, own: p * (1 - p),
    ),
    probability(
        "no Jacobian",
        "jacobienne oubliée",
        "the Jacobian forgotten",
        lambda p, q, own: 1.0 * own,
    ),
    probability(
        "p_k for p_j",
        "la probabilité de la vraie classe partout",
        "the probability of the true class everywhere",
        lambda p, q, own: p * (1 - p) if own else -p * p,
    ),
]
