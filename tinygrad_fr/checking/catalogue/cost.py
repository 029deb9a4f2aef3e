"""Check it: mistakes of the cost: its constants, errors, labels, its sum over the examples."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from tinygrad_fr.checking.bends import Bend, Bent, Mistake, Share, input_number, on_row
from tinygrad_fr.checking.structure import Scene, Step, squared
from tinygrad_fr.ops import TABLE, sqrt

ONE = Fraction(1)


def root_of_the_cost(scene: Scene) -> list[Any]:
    """∇√L = ∇L / (2√L)."""
    cost = scene.values[scene.output]
    if scene.examples == scene.outputs == 1:
        return []  # no mean: nobody takes its root
    return [1 / (2 * sqrt(cost))] if cost > 0 else []


def only_example(which: int) -> Callable[[Scene, list[Share]], Any]:
    """The contribution of the first example (0) or of the last (−1), in the place of their sum."""

    def gather(scene: Scene, shares: list[Share]) -> Any:
        if scene.examples == 1 or not shares:
            return sum(part for _, part in shares)
        kept = 0 if which == 0 else scene.examples - 1
        return sum(part for step, part in shares if step.neuron and step.neuron.example == kept)

    return gather


def split_sum(scene: Scene, shares: list[Share]) -> Any:
    """Σδ · Σx where Σ δ·x is meant."""
    if not shares or any(step.role != "weight" for step, _ in shares):
        return sum(part for _, part in shares)
    total = 0
    inputs = 0
    for step, part in shares:
        assert step.neuron is not None
        x = scene.value(step.neuron.weights[step.k][1])
        inputs = inputs + x
        total = total + (part / x if x != 0 else 0)
    return total * inputs


def label(w: Bent, s: Step, g: Any, d: Any) -> bool | None:
    """Is the target of this output 1?  None where the cost is no binary cross-entropy."""
    neuron = s.neuron
    if neuron is None or s.source is not neuron.z or neuron.layer != w.scene.layers:
        return None
    rows = w.scene.rows
    by_logits = rows & {"bce_with_logits", "logsigmoid", "softplus"}
    transfer = neuron.transfer.op if neuron.transfer is not None else None
    if not by_logits and not ("log" in rows and transfer is TABLE["sigmoid"]):
        return None  # it may be a softmax
    return bool(g * d < 0)  # the slope σ(z) − t is negative only for t = 1


def label_times(factor: int) -> Bend:
    """The term of the examples labelled 0, times −1 or 0."""

    def bend(w: Bent, s: Step, g: Any, d: Any) -> Any:
        return factor * g * d if label(w, s, g, d) is False else None

    return bend


def on_error(contribution: Bend) -> Bend:
    """A bend at the square of an error: of no parameter (that is a penalty), of no other power."""

    def bend(w: Bent, s: Step, g: Any, d: Any) -> Any:
        e = squared(s.node)
        if e is None or e in w.scene.known:
            return None
        return contribution(w, s, g, d)

    return bend


ROWS = [
    Mistake(
        "M1",
        "oubli du facteur 2",
        "the factor 2 is missing",
        "Quelle est la dérivée de e² ?",
        "What is the derivative of e²?",
        factors=lambda s: [ONE / 2] if s.squares() else [],
    ),
    Mistake(
        "M2",
        "facteur 2 en trop (½ ignoré, ou gradient cumulé deux fois)",
        "an extra factor 2 (½ ignored, or the gradient accumulated twice)",
        "Le coût porte-t-il un ½ ? La dérivée de ½e² est e.",
        "Is there a ½ in the cost? The derivative of ½e² is e.",
        factors=lambda s: [2],
    ),
    Mistake(
        "M3",
        "oubli de 1/m",
        "the factor 1/m is missing",
        "Le coût est une moyenne sur les exemples : où est passé 1/m ?",
        "The cost is a mean over the examples: where did 1/m go?",
        factors=lambda s: [s.examples],
    ),
    Mistake(
        "M4",
        "1/m appliqué deux fois",
        "1/m applied twice",
        "Combien de fois avez-vous divisé par m ?",
        "How many times did you divide by m?",
        factors=lambda s: [ONE / s.examples],
    ),
    Mistake(
        "M5",
        "division par le nombre de sorties",
        "division by the number of outputs",
        "Le coût fait-il la moyenne ou la somme sur les sorties ?",
        "Does the cost take the mean or the sum over the outputs?",
        factors=lambda s: [ONE / s.outputs],
    ),
    Mistake(
        "M6",
        "signe (y − ŷ au lieu de ŷ − y)",
        "sign (y − ŷ instead of ŷ − y)",
        "Quel est le signe de ∂L/∂ŷ quand ŷ > y ?",
        "What is the sign of ∂L/∂ŷ when ŷ > y?",
        factors=lambda s: [-1] if s.is_network() else [],
    ),
    Mistake(
        "M7",
        "le pas −λ∇L au lieu du gradient",
        "the step −λ∇L instead of the gradient",
        "On demande le gradient, pas la mise à jour.",
        "The gradient is asked for, not the update.",
        factors=lambda s: [] if s.rate is None else [-s.rate],
    ),
    Mistake(
        "M8",
        "RMSE dérivée au lieu de MSE",
        "RMSE differentiated instead of MSE",
        "Y a-t-il une racine dans le coût ?",
        "Is there a square root in the cost?",
        factors=root_of_the_cost,
    ),
    Mistake(
        "M26",
        "seul le dernier exemple compte",
        "only the last example counts",
        "Les exemples s’ajoutent-ils ou se remplacent-ils ?",
        "Do the examples add up or replace each other?",
        gather=only_example(-1),
    ),
    Mistake(
        "M26b",
        "seul le premier exemple compte",
        "only the first example counts",
        "Les exemples s’ajoutent-ils ou se remplacent-ils ?",
        "Do the examples add up or replace each other?",
        gather=only_example(0),
    ),
    Mistake(
        "M31",
        "signe du terme (1 − y) de l’entropie croisée",
        "sign of the (1 − y) term of the cross-entropy",
        "Dérivez ln(1 − ŷ) : n’oubliez pas le −1.",
        "Differentiate ln(1 − ŷ): mind the −1.",
        bend=label_times(-1),
    ),
    Mistake(
        "M32",
        "terme (1 − y) de l’entropie croisée oublié",
        "the (1 − y) term of the cross-entropy forgotten",
        "Que dit le coût d’un exemple d’étiquette 0 ?",
        "What does the cost say of an example labelled 0?",
        bend=label_times(0),
    ),
    Mistake(
        "M33",
        "|e| au lieu de e",
        "|e| instead of e",
        "Quel est le signe de la dérivée de e² en e < 0 ?",
        "What is the sign of the derivative of e² at e < 0?",
        bend=on_error(lambda w, s, g, d: g * abs(d)),
    ),
    Mistake(
        "M33b",
        "e au lieu de signe(e) (coût L1)",
        "e instead of sign(e) (L1 cost)",
        "Que vaut la dérivée de |e| ?",
        "What is the derivative of |e|?",
        bend=on_row({"abs"}, lambda w, s, g, d: g * input_number(w, s)),
    ),
    Mistake(
        "M33c",
        "1 au lieu de signe(e) (coût L1)",
        "1 instead of sign(e) (L1 cost)",
        "Que vaut la dérivée de |e| pour e < 0 ?",
        "What is the derivative of |e| for e < 0?",
        bend=on_row({"abs"}, lambda w, s, g, d: g * abs(d)),
    ),
    Mistake(
        "M35",
        "somme d’un produit séparée en deux sommes",
        "the sum of a product split into two sums",
        "Σ e·x n’est pas (Σ e)·(Σ x).",
        "Σ e·x is not (Σ e)·(Σ x).",
        gather=split_sum,
    ),
    Mistake(
        "M39",
        "e² au lieu de e",
        "e² instead of e",
        "Dérivez e² : il reste e, pas e².",
        "Differentiate e²: what is left is e, not e².",
        bend=on_error(lambda w, s, g, d: g * d * input_number(w, s)),
    ),
]
