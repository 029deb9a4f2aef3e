"""Check it: what people write for the slopes of softmax, cross-entropy, a scalar product."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tinygrad_fr.checking.by_rule import FACTOR, log_of
from tinygrad_fr.checking.calculus import Array, Site
from tinygrad_fr.checking.plain import Plain, Words, node, slope
from tinygrad_fr.engine import Value

JACOBIAN = (
    "Que devient p_j quand z_k augmente, pour j ≠ k ?",
    "What becomes of p_j when z_k grows, for j ≠ k?",
)


# ── softmax ──────────────────────────────────────────────────────────────────────────────────────


def scores(s: Site) -> tuple[int, list[int]] | None:
    """(target, inputs that are scores) of a cross-entropy node."""
    if s.row.name != "cross_entropy":
        return None
    return int(float(s.x[0][0])), list(range(1, len(s.inputs)))


def typed_softmax(s: Site) -> tuple[Value, list[Value]] | None:
    """(exp(z_k), all the exponentials), where the node is exp(z_k)/Σ exp(z_j)."""
    top, below = s.inputs
    if not isinstance(top, Value) or getattr(top.op, "name", "") != "exp":
        return None
    found: list[Value] = []
    waiting: list[Any] = [below]
    while waiting:
        u = waiting.pop()
        if not isinstance(u, Value):
            return None
        if getattr(u.op, "kind", "") == "sum":
            waiting += u.inputs
        elif getattr(u.op, "name", "") == "exp":
            found.append(u)
        else:
            return None
    return (top, found) if top in found and len(found) > 1 else None


def _typed(change: Callable[[Any, Any, bool], Array]) -> Callable[[Site], Array]:
    """Σ_j (∂p_k/∂z_j) z_j′ with another ∂p_k/∂z_j = change(p_k, p_j, j = k)."""

    def rule(s: Site) -> Array:
        found = typed_softmax(s)
        if found is None:
            return None
        top, powers = found
        calculus, p, total = s.calculus, s.y, s.calculus.zero
        D = calculus.D
        whole = calculus.at(s.inputs[1])
        for u in powers:
            z = u.inputs[0]
            if isinstance(z, Value):
                d = change(p, calculus.at(u) / whole, u is top)
                total = total + d[:, None] * D[z]
        return total

    return rule


def softmax_listed(key: str, words: Words, change: Callable[[Any, bool], Array]) -> Plain:
    """Other slopes p − [j = k] of a cross-entropy, from p and whether j is the target."""

    def rule(s: Site) -> Array:
        found = scores(s)
        if found is None:
            return None
        k, js = found
        slopes = [0 * s.y] * len(s.inputs)
        for j in js:
            slopes[j] = change(s.d[j] + (j - 1 == k), j - 1 == k) + 0 * s.y
        return s.through(slopes)

    return node(key, words, rule, "cross_entropy")


def softmax_everywhere(s: Site) -> Array:
    found = scores(s)
    if found is None:
        return None
    k, js = found
    p = s.d[k + 1] + 1
    return s.through([0 * s.y] + [p - (j - 1 == k) for j in js])


def softmax_words(fr: str, en: str) -> Words:
    return f"softmax : {fr}", f"softmax: {en}", *JACOBIAN


DIAGONAL = softmax_words("seule la diagonale de la jacobienne", "only the diagonal of the Jacobian")
SOFTMAX: list[Plain] = [
    node(
        "p of the class",
        softmax_words(
            "la probabilité de la vraie classe partout",
            "the probability of the true class everywhere",
        ),
        softmax_everywhere,
        "cross_entropy",
    ),
    softmax_listed(
        "p for all",
        softmax_words(
            "le −1 de la vraie classe est oublié", "the −1 of the true class is forgotten"
        ),
        lambda p, k: p,
    ),
    softmax_listed(
        "p-1 for all",
        softmax_words("p − 1 pour toutes les classes", "p − 1 for every class"),
        lambda p, k: p - 1,
    ),
    softmax_listed("1-p", softmax_words("signe de p − y", "sign of p − y"), lambda p, k: k - p),
    softmax_listed(
        "p(1-p)",
        softmax_words("la pente p(1 − p) en trop", "the slope p(1 − p) too many"),
        lambda p, k: (p - k) * p * (1 - p),
    ),
    softmax_listed(
        "-1/p everywhere",
        softmax_words("−1/p au lieu de p − y", "−1/p instead of p − y"),
        lambda p, k: -k / p,
    ),
    softmax_listed(
        "wrong class",
        softmax_words("la classe est mal lue", "the class is misread"),
        lambda p, k: p - (not k),
    ),
    node("diagonal", DIAGONAL, _typed(lambda p, q, own: p * (1 - p) * own), "div"),
    node(
        "p for all pairs",
        softmax_words("p au lieu de p(1 − p)", "p instead of p(1 − p)"),
        _typed(lambda p, q, own: p * own),
        "div",
    ),
    node(
        "off the diagonal +",
        softmax_words("signe de −p_j·p_k", "sign of −p_j·p_k"),
        _typed(lambda p, q, own: p * (1 - p) if own else p * q),
        "div",
    ),
    node(
        "own p",
        softmax_words("p_k(1 − p_k) pour tous les scores", "p_k(1 − p_k) for every score"),
        _typed(lambda p, q, own: p * (1 - p)),
        "div",
    ),
    node(
        "no Jacobian",
        softmax_words("jacobienne oubliée", "the Jacobian forgotten"),
        _typed(lambda p, q, own: 1.0 * own + 0 * p),
        "div",
    ),
    node(
        "p_k for p_j",
        softmax_words(
            "la probabilité de la vraie classe partout",
            "the probability of the true class everywhere",
        ),
        _typed(lambda p, q, own: p * (1 - p) if own else -p * p),
        "div",
    ),
]


# ── other costs, and scalar products ─────────────────────────────────────────────────────────────


# σ(z) − t of the binary cross-entropy of a score
LEFT = (
    "∂L/∂z d’une entropie croisée : que reste-t-il ?",
    "∂L/∂z of a cross-entropy: what is left?",
)


def logit_row(key: str, fr: str, en: str, change: Callable[[Any, Any], Array]) -> Plain:
    def bend(s: Site, i: int) -> Array:
        t = s.x[1]
        return change(s.d[0] + t, t)

    return slope(key, (fr, en, *LEFT), bend, "bce_with_logits")


LOGITS: list[Plain] = [
    logit_row(
        "a for a-t",
        "la cible est oubliée : a pour a − t",
        "the target is forgotten: a for a − t",
        lambda a, t: a,
    ),
    logit_row(
        "(a-t)a(1-a)",
        "σ′ en trop : (a − t)·a(1 − a)",
        "σ′ too many: (a − t)·a(1 − a)",
        lambda a, t: (a - t) * a * (1 - a),
    ),
    logit_row("(a-t)2", "e² au lieu de e", "e² instead of e", lambda a, t: (a - t) ** 2),
    logit_row(
        "1-t term",
        "entropie croisée : terme (1 − y) oublié",
        "cross-entropy: the (1 − y) term forgotten",
        lambda a, t: t * (a - 1),
    ),
    logit_row(
        "t term",
        "entropie croisée : terme y oublié",
        "cross-entropy: the y term forgotten",
        lambda a, t: (1 - t) * a,
    ),
    logit_row(
        "1-t sign",
        "entropie croisée : signe du terme (1 − y)",
        "cross-entropy: sign of the (1 − y) term",
        lambda a, t: t * (a - 1) - (1 - t) * a,
    ),
    logit_row(
        "no sigma",
        "z − t au lieu de σ(z) − t",
        "z − t instead of σ(z) − t",
        lambda a, t: log_of(a / (1 - a)) - t,
    ),
]


# Σ w·x as one node: what multiplies, and which terms count
PATH = ("Par combien de chemins ?", "Through how many paths?")


def dot_halves(change: Callable[[Any, Any, bool], Array]) -> Callable[[Site], Array]:
    def rule(s: Site) -> Array:
        half = len(s.inputs) // 2
        return s.through([change(s.x[j], s.d[j], j < half) + 0 * s.y for j in range(len(s.inputs))])

    return rule


def dot_only(which: int) -> Callable[[Site], Array]:
    def rule(s: Site) -> Array:
        half = len(s.inputs) // 2
        kept = which % half
        return s.through([d * (j % half == kept) for j, d in enumerate(s.d)])

    return rule


DOTS: list[Plain] = [
    node(
        "factor forgotten 0",
        ("l’entrée est oubliée : ∂z/∂w = 1", "the input is forgotten: ∂z/∂w = 1", *FACTOR),
        dot_halves(lambda x, d, first: 1.0 if first else d),
        "dot",
    ),
    node(
        "factor forgotten 1",
        ("le poids est oublié : ∂z/∂x = 1", "the weight is forgotten: ∂z/∂x = 1", *FACTOR),
        dot_halves(lambda x, d, first: d if first else 1.0),
        "dot",
    ),
    node(
        "factor swapped 0",
        (
            "∂(w·x)/∂w = w : les facteurs échangés",
            "∂(w·x)/∂w = w: the factors swapped",
            *FACTOR,
        ),
        dot_halves(lambda x, d, first: x if first else d),
        "dot",
    ),
    node(
        "factor swapped 1",
        (
            "∂(w·x)/∂x = x : les facteurs échangés",
            "∂(w·x)/∂x = x: the factors swapped",
            *FACTOR,
        ),
        dot_halves(lambda x, d, first: d if first else x),
        "dot",
    ),
    *(
        node(
            f"only term {k}",
            ("un seul terme de la somme", "one term of the sum only", *PATH),
            dot_only(k),
            "dot",
        )
        for k in (0, 1, 2)
    ),
]


COSTS: list[Plain] = [*SOFTMAX, *LOGITS, *DOTS]
