"""Check it: the ways in which people write softmax otherwise, and p − y, its slope under −Σ y·ln p.

p    np.exp(Z2 - U1[..., None]), where U1 is the logarithm of the sum; or σ(Z2)
z    the scores        y    the labels        g    what arrives at p
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tinygrad_fr.checking.by_softmax import JACOBIAN
from tinygrad_fr.checking.lines import along
from tinygrad_fr.checking.ways import Known, Otherwise, Way
from tinygrad_fr.ops import TABLE
from tinygrad_fr.program.arrays import ADD, MUL, SUB, Array, Over, entrywise

EXP, SIGMOID, RATIO = TABLE["exp"], TABLE["sigmoid"], TABLE["div"]


def scores(x: Any, known: Known) -> Array | None:
    """z, where x is e^(z − ln Σ eᶻ)."""
    inside = x.inputs[0] if isinstance(x, Array) and x.row is EXP else None
    if not isinstance(inside, Array) or inside.row is not SUB:
        return None
    z, u = inside.inputs
    if not all(isinstance(a, Array) for a in (z, u)) or u.kind != "spread" or z.kind != "name":
        return None
    line = known.lines.get(u.inputs[0].name)
    same = isinstance(line, Array) and line.kind == "lse" and line.inputs[0].name == z.name
    return z if same and len(z.shape) == 1 else None


# ── softmax itself ───────────────────────────────────────────────────────────────────────────────


def _shares(z: Any, word: str, over: Over) -> Any:
    """eᶻ divided by its sum over so much, or by its mean."""
    powers = entrywise(EXP, (z,))
    whole = along(word, powers, over)
    return entrywise(RATIO, (powers, whole))


def _safe(z: Array, over: Over) -> Array:
    """z − max z"""
    found: Array = z - along("max", z, over)
    return found


ROWS, ONE_ROW, EXAMPLES, ALL = (
    Over(False, (0,), True), Over(False, (0,)), Over(True, ()), Over(True, (0,))
)  # fmt: skip


def of_softmax(*changes: Callable[[Array, Array], Any]) -> Way:
    """change(p, z) in the place of p."""

    def way(x: Array, known: Known) -> Sequence[Any]:
        z = scores(x, known)
        return [] if z is None else [change(x, z) for change in changes]

    return way


SUMS = (
    "Sur quoi les probabilités d’un exemple ont-elles la somme 1 ?",
    "Over what do the probabilities of one example add up to 1?",
)


def _softmax(fr: str, en: str, *changes: Callable[[Array, Array], Any]) -> Otherwise:
    return Otherwise(of_softmax(*changes), f"softmax : {fr}", f"softmax: {en}", *SUMS)


def _both(over: Over) -> list[Callable[[Array, Array], Any]]:
    """Divided by the sum over so much, with the largest score of a row taken off, and without."""
    return [
        lambda p, z: _shares(z, "sum", over),
        lambda p, z: _shares(_safe(z, ROWS), "sum", over),
    ]


INSTEAD = [
    _softmax(
        "la somme est prise sur les exemples (axe 0)",
        "the sum is over the examples (axis 0)",
        *_both(EXAMPLES),
    ),
    _softmax(
        "keepdims est oublié, et la somme d’un exemple divise les autres",
        "keepdims is forgotten, and the sum of one example divides the others",
        *_both(ONE_ROW),
    ),
    _softmax(
        "la somme est prise sur tout le tableau", "the sum is over the whole array", *_both(ALL)
    ),
    _softmax(
        "l’exponentielle n’est pas divisée par la somme",
        "the exponential is not divided by the sum",
        lambda p, z: entrywise(EXP, (z,)),
        lambda p, z: entrywise(EXP, (_safe(z, ROWS),)),
        lambda p, z: entrywise(EXP, (_safe(z, ALL),)),
    ),
    _softmax(
        "le plus grand score est pris sur les exemples (axe 0)",
        "the largest score is that of the examples (axis 0)",
        lambda p, z: _shares(_safe(z, EXAMPLES), "sum", ROWS),
    ),
    _softmax(
        "keepdims est oublié au plus grand score",
        "keepdims is forgotten at the largest score",
        lambda p, z: _shares(_safe(z, ONE_ROW), "sum", ROWS),
    ),
    _softmax(
        "la moyenne au lieu de la somme",
        "the mean instead of the sum",
        lambda p, z: _shares(z, "mean", ROWS),
    ),
    _softmax(
        "son logarithme à sa place",
        "its logarithm instead of it",
        lambda p, z: p.inputs[0],
    ),
    _softmax("appliquée deux fois", "applied twice", lambda p, z: _shares(p, "sum", ROWS)),
    _softmax("e^−z au lieu de e^z", "e^−z instead of e^z", lambda p, z: _shares(-z, "sum", ROWS)),
    _softmax(
        "σ à sa place, score par score",
        "σ instead of it, score by score",
        lambda p, z: entrywise(SIGMOID, (z,)),
    ),
    _softmax(
        "sans exponentielle", "without the exponential", lambda p, z: z / along("sum", z, ROWS)
    ),
]


# ── p − y ────────────────────────────────────────────────────────────────────────────────────────


def of_difference(change: Callable[[Array, Array, Array], Any]) -> Way:
    """change(p, y, z) in the place of p − y."""

    def way(x: Array, known: Known) -> Sequence[Any]:
        if x.row is not SUB or not all(isinstance(u, Array) for u in x.inputs):
            return []
        p, y = x.inputs
        z = p.inputs[0] if p.row is SIGMOID else scores(p, known)
        return [change(p, y, z)] if isinstance(z, Array) else []

    return way


CLASSES = (
    "Que vaut ∂L/∂z pour la vraie classe, et pour les autres ?",
    "What is ∂L/∂z for the true class, and the others?",
)


def _slope(fr: str, en: str, change: Callable[[Array, Array, Array], Any]) -> Otherwise:
    return Otherwise(of_difference(change), fr, en, *CLASSES)


SLOPES = [
    _slope("p − y : y est oublié", "p − y: y is forgotten", lambda p, y, z: p),
    _slope("p − y : le signe", "p − y: the sign", lambda p, y, z: y - p),
    _slope(
        "p − y : un facteur p en trop", "p − y: an extra factor p", lambda p, y, z: p * (p - y)
    ),
    _slope(
        "p − y : un facteur p(1 − p) en trop",
        "p − y: an extra factor p(1 − p)",
        lambda p, y, z: (p - y) * p * (1 - p),
    ),
    _slope(
        "p(1 − p), et le coût n’est pas dérivé",
        "p(1 − p), and the cost is not differentiated",
        lambda p, y, z: p * (1 - p),
    ),
    _slope(
        "la dérivée d’une erreur quadratique, 2(p − y)",
        "the derivative of a squared error, 2(p − y)",
        lambda p, y, z: 2 * (p - y),
    ),
    _slope(
        "la dérivée d’une erreur quadratique, 2(p − y)·p(1 − p)",
        "the derivative of a squared error, 2(p − y)·p(1 − p)",
        lambda p, y, z: 2 * (p - y) * p * (1 - p),
    ),
    _slope(
        "−y/p, et p n’est pas dérivé", "−y/p, and p is not differentiated", lambda p, y, z: -y / p
    ),
    _slope(
        "seule la vraie classe", "the true class only", lambda p, y, z: y * (p - 1)
    ),
    _slope(
        "p − 1 pour toutes les classes", "p − 1 for every class", lambda p, y, z: p - 1
    ),
    _slope("z − y au lieu de p − y", "z − y instead of p − y", lambda p, y, z: z - y),
]  # fmt: skip


# ── its Jacobian, under another cost ─────────────────────────────────────────────────────────────


def of_jacobian(change: Callable[[Any, Any], Any]) -> Way:
    """change(g, p) in the place of g·p − p·Σ g·p."""

    def way(x: Array, known: Known) -> Sequence[Any]:
        if x.row is not ADD or not all(isinstance(u, Array) and u.row is MUL for u in x.inputs):
            return []
        (g, p), (_, again) = (u.inputs for u in x.inputs)
        return [change(g, p)] if scores(again, known) is not None else []

    return way


def _jacobian(fr: str, en: str, change: Callable[[Any, Any], Any]) -> Otherwise:
    return Otherwise(of_jacobian(change), f"softmax : {fr}", f"softmax: {en}", *JACOBIAN)


JACOBIANS = [
    _jacobian(
        "seule la diagonale de la jacobienne",
        "only the diagonal of the Jacobian",
        lambda g, p: g * p * (1 - p),
    ),
    _jacobian("jacobienne oubliée", "the Jacobian forgotten", lambda g, p: g),
    _jacobian("p au lieu de p(1 − p)", "p instead of p(1 − p)", lambda g, p: g * p),
]
OF_SOFTMAX = [*INSTEAD, *SLOPES, *JACOBIANS]
