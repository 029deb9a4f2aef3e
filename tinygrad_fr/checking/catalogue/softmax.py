"""Check it: mistakes of softmax under its cross-entropy."""

from __future__ import annotations

from typing import Any

from tinygrad_fr.checking.bends import Bent, Mistake, on_row
from tinygrad_fr.checking.structure import Step
from tinygrad_fr.ops import softmax


def class_bend(w: Bent, s: Step, g: Any, d: Any, keep_target: bool) -> Any:
    """The diagonal alone: the true class as it is, 0 elsewhere; or −1/p of the true class."""
    k = s.node.inputs[0]
    target = s.i - 1 == k
    if keep_target:
        return None if target else 0 * g
    p = 1 + d if target else d
    return -g / p if target else 0 * g


def softmax_of_minus(w: Bent, s: Step, g: Any, d: Any) -> Any:
    """The probabilities of −z in the place of those of z."""
    k, *zs = s.node.inputs
    turned = softmax([-w.scene.value(z) for z in zs])
    return g * (turned[s.i - 1] - (1 if s.i - 1 == k else 0))


ROWS = [
    Mistake(
        "M28",
        "softmax : seule la diagonale de la jacobienne",
        "softmax: only the diagonal of the Jacobian",
        "Que devient p_j quand z_k augmente, pour j ≠ k ?",
        "What happens to p_j when z_k grows, for j ≠ k?",
        bend=on_row({"cross_entropy"}, lambda w, s, g, d: class_bend(w, s, g, d, True)),
    ),
    Mistake(
        "M29",
        "jacobienne de softmax oubliée",
        "the Jacobian of softmax forgotten",
        "Entre p et z il y a encore softmax.",
        "Between p and z there is still softmax.",
        bend=on_row({"cross_entropy"}, lambda w, s, g, d: class_bend(w, s, g, d, False)),
    ),
    Mistake(
        "minus",
        "e^−z au lieu de e^z dans softmax : c’est softmax(−z)",
        "e^−z instead of e^z in softmax: it is softmax(−z)",
        "Quel score doit recevoir la plus grande probabilité ?",
        "Which score must receive the largest probability?",
        bend=on_row({"cross_entropy"}, softmax_of_minus),
    ),
]
