"""Check it: mistakes of the transfer function: its slope forgotten, doubled, or taken elsewhere."""

from __future__ import annotations

from typing import Any

from tinygrad_fr.checking.bends import EACH_LAYER, Bent, Mistake, input_number, on, on_row
from tinygrad_fr.checking.structure import Step
from tinygrad_fr.replay import rule


def slope_at_output(w: Bent, s: Step, g: Any, d: Any) -> Any:
    """f′(a) where f′(z) is meant."""
    a = w.scene.values[s.node]
    row, rest = rule(s.node), s.node.inputs[1:]
    if row.outside is not None and row.outside(a):
        return None
    return g * row.local_derivative(0, (a, *rest), row.compute(a, *rest))


def z_for_a(w: Bent, s: Step, g: Any, d: Any) -> Any:
    """z(1 − z) for a(1 − a), 1 − z² for 1 − a²."""
    z, name = input_number(w, s), rule(s.node).name
    if name == "sigmoid":
        return g * z * (1 - z)
    return g * (1 - z * z) if name == "tanh" else None


def other_transfer(w: Bent, s: Step, g: Any, d: Any) -> Any:
    """tanh′ for σ′, and the other way round."""
    a, name = w.scene.values[s.node], rule(s.node).name
    if name == "sigmoid":
        return g * (1 - a * a)
    return g * a * (1 - a) if name == "tanh" else None


def signal_before_transfer(w: Bent, s: Step, g: Any, d: Any) -> Any:
    """∂L/∂a goes back through the weights where δ = ∂L/∂a · f′(z) is meant."""
    assert s.neuron is not None
    if s.neuron.transfer is None:
        return None
    return w.at(s.neuron.transfer) * d


ROWS = [
    Mistake(
        "M9",
        "dérivée de la fonction de transfert oubliée",
        "the derivative of the transfer function is missing",
        "Que vaut ∂a/∂z ?",
        "What is ∂a/∂z?",
        bend=on("transfer", lambda w, s, g, d: g),
        places=("output", "everywhere"),
    ),
    Mistake(
        "M10",
        "dérivée de la fonction de transfert appliquée deux fois",
        "the derivative of the transfer function applied twice",
        "Combien de fois traverse-t-on σ en remontant ?",
        "How many times is σ crossed on the way back?",
        bend=on("transfer", lambda w, s, g, d: g * d * d),
        places=EACH_LAYER,
    ),
    Mistake(
        "M11",
        "σ′(a) au lieu de σ′(z)",
        "σ′(a) instead of σ′(z)",
        "En quel point faut-il évaluer σ′ ?",
        "At which point must σ′ be evaluated?",
        bend=on("transfer", slope_at_output),
        places=EACH_LAYER,
    ),
    Mistake(
        "M12",
        "z(1 − z) au lieu de a(1 − a)",
        "z(1 − z) instead of a(1 − a)",
        "σ′ s’écrit avec la sortie a, pas avec z.",
        "σ′ is written with the output a, not with z.",
        bend=on("transfer", z_for_a),
        places=EACH_LAYER,
    ),
    Mistake(
        "M13",
        "la dérivée de l’autre fonction (1 − a² pour σ, a(1 − a) pour tanh)",
        "the derivative of the other function (1 − a² for σ, a(1 − a) for tanh)",
        "De quelle fonction de transfert s’agit-il ?",
        "Which transfer function is it?",
        bend=on("transfer", other_transfer),
        places=EACH_LAYER,
    ),
    Mistake(
        "M14",
        "dérivée de la fonction de transfert oubliée dans la couche cachée",
        "the derivative of the transfer function is missing in the hidden layer",
        "Que vaut ∂a/∂z dans la couche cachée ?",
        "What is ∂a/∂z in the hidden layer?",
        bend=on("transfer", lambda w, s, g, d: g),
        places=("hidden",),
    ),
    Mistake(
        "M15",
        "∂L/∂a propagé au lieu de δ = ∂L/∂a·σ′(z)",
        "∂L/∂a sent back instead of δ = ∂L/∂a·σ′(z)",
        "Ce qui remonte par les poids est δ, pas ∂L/∂a.",
        "What goes back through the weights is δ, not ∂L/∂a.",
        bend=on("signal", signal_before_transfer),
        places=("everywhere", "output"),
    ),
    Mistake(
        "M30",
        "dérivées ajoutées au lieu d’être multipliées",
        "derivatives added instead of multiplied",
        "La règle de la chaîne : le long d’un chemin, multiplie-t-on ou ajoute-t-on ?",
        "The chain rule: along a path, does one multiply or add?",
        bend=on("transfer", lambda w, s, g, d: g + d),
        places=EACH_LAYER,
    ),
    Mistake(
        "M30b",
        "composition prise pour un produit (f′(z)·z)",
        "composition taken for a product (f′(z)·z)",
        "f(z(w)) est une composée, pas un produit.",
        "f(z(w)) is a composition, not a product.",
        bend=on("transfer", lambda w, s, g, d: g * d * input_number(w, s)),
        places=EACH_LAYER,
    ),
    Mistake(
        "M34",
        "masque de ReLU pris sur le gradient",
        "ReLU's mask taken on the gradient",
        "ReLU′ regarde le signe de z, pas celui du gradient.",
        "ReLU′ looks at the sign of z, not of the gradient.",
        bend=on_row({"relu"}, lambda w, s, g, d: g if g > 0 else 0 * g),
        places=EACH_LAYER,
    ),
]
