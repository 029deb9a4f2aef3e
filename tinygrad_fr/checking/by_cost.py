"""Check it: what people write for the slopes of a cross-entropy, of a scalar product."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tinygrad_fr.checking.by_power import log_of
from tinygrad_fr.checking.by_rule import FACTOR
from tinygrad_fr.checking.calculus import Array, Site
from tinygrad_fr.checking.plain import Plain, node, slope

# ── other costs, and scalar products ─────────────────────────────────────────────────────────────


# σ(z) − t of the binary cross-entropy of a score
LEFT = (
    "∂L/∂{z} d’une entropie croisée : que reste-t-il ?",
    "∂L/∂{z} of a cross-entropy: what is left?",
)


def logit_row(key: str, fr: str, en: str, change: Callable[[Any, Any], Array]) -> Plain:
    def bend(s: Site, i: int) -> Array:
        t = s.x[1]
        return change(s.d[0] + t, t)

    return slope(key, (fr, en, *LEFT), bend, "bce_with_logits")


LOGITS: list[Plain] = [
    logit_row(
        "a for a-t",
        "la cible est oubliée : σ({z}) au lieu de σ({z}) − {t}",
        "the target is forgotten: σ({z}) instead of σ({z}) − {t}",
        lambda a, t: a,
    ),
    logit_row(
        "(a-t)a(1-a)",
        "σ′ en trop : (σ({z}) − {t})·σ′({z})",
        "an extra σ′: (σ({z}) − {t})·σ′({z})",
        lambda a, t: (a - t) * a * (1 - a),
    ),
    logit_row(
        "only a(1-a)",
        "σ′({z}), la pente de σ, pas celle du coût",
        "σ′({z}), the slope of σ, not of the cost",
        lambda a, t: a * (1 - a),
    ),
    logit_row(
        "(a-t)2",
        "(σ({z}) − {t})² au lieu de σ({z}) − {t}",
        "(σ({z}) − {t})² instead of σ({z}) − {t}",
        lambda a, t: (a - t) ** 2,
    ),
    logit_row(
        "1-t term",
        "terme (1 − {t}) de l’entropie croisée oublié",
        "the (1 − {t}) term of the cross-entropy forgotten",
        lambda a, t: t * (a - 1),
    ),
    logit_row(
        "t term",
        "terme {t} de l’entropie croisée oublié",
        "the {t} term of the cross-entropy forgotten",
        lambda a, t: (1 - t) * a,
    ),
    logit_row(
        "1-t sign",
        "signe du terme (1 − {t}) de l’entropie croisée",
        "sign of the (1 − {t}) term of the cross-entropy",
        lambda a, t: t * (a - 1) - (1 - t) * a,
    ),
    logit_row(
        "no sigma",
        "{z} − {t} au lieu de σ({z}) − {t}",
        "{z} − {t} instead of σ({z}) − {t}",
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
        (
            "l’entrée est oubliée : ∂({p}·{q})/∂{p} = 1",
            "the input is forgotten: ∂({p}·{q})/∂{p} = 1",
            *FACTOR,
        ),
        dot_halves(lambda x, d, first: 1.0 if first else d),
        "dot",
    ),
    node(
        "factor forgotten 1",
        (
            "le poids est oublié : ∂({p}·{q})/∂{q} = 1",
            "the weight is forgotten: ∂({p}·{q})/∂{q} = 1",
            *FACTOR,
        ),
        dot_halves(lambda x, d, first: d if first else 1.0),
        "dot",
    ),
    node(
        "factor swapped 0",
        (
            "∂({p}·{q})/∂{p} = {p} : les facteurs échangés",
            "∂({p}·{q})/∂{p} = {p}: the factors swapped",
            *FACTOR,
        ),
        dot_halves(lambda x, d, first: x if first else d),
        "dot",
    ),
    node(
        "factor swapped 1",
        (
            "∂({p}·{q})/∂{q} = {q} : les facteurs échangés",
            "∂({p}·{q})/∂{q} = {q}: the factors swapped",
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


COSTS: list[Plain] = [*LOGITS, *DOTS]
