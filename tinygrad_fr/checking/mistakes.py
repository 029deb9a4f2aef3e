"""Check it: the known mistakes of gradients derived by hand, each one rule of the walk back bent.

A student's wrong gradient is nearly always the right walk with one rule bent: a derivative
forgotten, a path left out, a weight for an input.  So each row of the catalogue bends one thing,
and three readers use the same row:

    diagnose   which row explains *all* the numbers of the answer?
    sabotage   let `backward` walk with that rule bent, and see what breaks
    (exercises: numbers on which no two rows agree)

`Scene` says what the steps of the walk mean to a student; `walk` follows them with a row's bend.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from tinygrad_fr.bend import sweeping
from tinygrad_fr.checking.scene import SMOOTH, Scene, Step
from tinygrad_fr.checking.structure import is_parameter
from tinygrad_fr.engine import Value
from tinygrad_fr.ops import TABLE, DomainError, softmax, sqrt
from tinygrad_fr.replay import rule
from tinygrad_fr.walk import order
from tinygrad_fr.words import number, say

# ── the walk, with one rule bent ─────────────────────────────────────────────────────────────────


class Walk:
    """One walk back over a scene: the gradients that arrived, and each parameter's shares."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.arrived: dict[int, Any] = {id(scene.output): 1}
        self.shares: dict[int, list[tuple[Step, Any]]] = {}  # parameter -> (step, contribution)
        self.answer: list[Any] = []

    def at(self, v: Value | None) -> Any:
        """∂L/∂v as this walk has it."""
        return self.arrived.get(id(v), 0)


Bend = Callable[[Walk, Step, Any], Any]  # (walk, step, gradient arriving) -> contribution


def walk(scene: Scene, mistake: Mistake | None = None, where: str = "everywhere") -> list[Any]:
    """The gradient of every parameter, in order; with a mistake, the gradient it leads to."""
    return _run(scene, mistake, where).answer


def _run(scene: Scene, mistake: Mistake | None = None, where: str = "everywhere") -> Walk:
    run = Walk(scene)
    arrived = run.arrived
    steps = scene.steps if mistake is None or mistake.order is None else mistake.order(scene)
    for step in steps:
        g = arrived.get(id(step.node))
        if g is None:
            continue
        part = None
        if mistake is not None and mistake.bend is not None and _concerns(scene, step, where):
            part = mistake.bend(run, step, g)
        if part is None:
            part = g * step.local
        u = id(step.source)
        fresh = u not in arrived or (mistake is not None and mistake.overwrite)
        arrived[u] = part if fresh else arrived[u] + part
        if u in scene.known:
            run.shares.setdefault(u, []).append((step, part))
    run.answer = [run.at(p) for p in scene.parameters]
    if mistake is None:
        return run
    if mistake.forward is not None:
        run.answer = mistake.forward(scene)
    if mistake.gather is not None:
        shares = [run.shares.get(id(p), [])[::-1] for p in scene.parameters]
        run.answer = [mistake.gather(scene, of_one) for of_one in shares]
    if mistake.answer is not None:
        run.answer = mistake.answer(scene, run.answer)
    return run


def _concerns(scene: Scene, step: Step, where: str) -> bool:
    if where == "everywhere" or step.neuron is None:
        return True
    return (step.neuron.layer == scene.layers) == (where == "output")


# ── the catalogue ────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Mistake:
    """One known mistake: its number in the list, its name, a hint, and what it bends.

    factors     constants by which the whole answer is multiplied
    bend        another contribution for a step (None: the right one)
    gather      another way of putting together the contributions of the examples
    answer      the finished answer transformed
    forward     another answer altogether, from a bent forward pass
    order       another order of the walk
    overwrite   = in place of +=
    places      where it can happen: "everywhere", "output", "hidden"
    convention  it is no mistake under another convention; which one
    """

    key: str
    fr: str
    en: str
    hint_fr: str
    hint_en: str
    factors: Callable[[Scene], Iterable[Any]] | None = None
    bend: Bend | None = None
    gather: Callable[[Scene, list[tuple[Step, Any]]], Any] | None = None
    answer: Callable[[Scene, list[Any]], list[Any]] | None = None
    forward: Callable[[Scene], list[Any]] | None = None
    order: Callable[[Scene], list[Step]] | None = None
    overwrite: bool = False
    places: tuple[str, ...] = ("everywhere",)
    convention_fr: str = ""
    convention_en: str = ""

    @property
    def name(self) -> str:
        return say(fr=self.fr, en=self.en)

    @property
    def hint(self) -> str:
        return say(fr=self.hint_fr, en=self.hint_en)

    @property
    def convention(self) -> str:
        return say(fr=self.convention_fr, en=self.convention_en)


def _on(role: str, contribution: Bend) -> Bend:
    """A bend of the steps of one role only."""

    def bend(run: Walk, step: Step, g: Any) -> Any:
        return contribution(run, step, g) if step.role == role else None

    return bend


def _inner_forgotten(run: Walk, step: Step, g: Any) -> Any:
    """Outside networks: what stands inside another function is taken to have the slope 1."""
    inside = step.node is not run.scene.output and getattr(step.node.op, "name", "") not in (
        "add",
        "sub",
        "sum",
    )
    plain = not run.scene.neurons and all(
        u is step.source
        or (isinstance(u, Value) and u.op is None and not u.label)
        or not isinstance(u, Value)
        for u in step.node.inputs
    )
    return g if inside and plain else None


def _on_row(names: set[str], contribution: Bend) -> Bend:
    """A bend of the steps through some operations, above the last layer or anywhere."""

    def bend(run: Walk, step: Step, g: Any) -> Any:
        return contribution(run, step, g) if getattr(step.node.op, "name", "") in names else None

    return bend


def _input_number(run: Walk, step: Step) -> Any:
    return run.scene.value(step.source)


def _slope_at_output(run: Walk, step: Step, g: Any) -> Any:
    """f′(a) where f′(z) is meant."""
    a = run.scene.values[step.node]
    row = rule(step.node)
    if row.outside is not None and row.outside(a):
        return None
    return g * row.local_derivative(
        0, (a, *step.node.inputs[1:]), row.compute(a, *step.node.inputs[1:])
    )


def _z_for_a(run: Walk, step: Step, g: Any) -> Any:
    z, name = _input_number(run, step), rule(step.node).name
    if name == "sigmoid":
        return g * z * (1 - z)
    return g * (1 - z * z) if name == "tanh" else None


def _other_transfer(run: Walk, step: Step, g: Any) -> Any:
    a, name = run.scene.values[step.node], rule(step.node).name
    if name == "sigmoid":
        return g * (1 - a * a)
    return g * a * (1 - a) if name == "tanh" else None


def _signal_before_transfer(run: Walk, step: Step, g: Any) -> Any:
    """∂L/∂a goes back through the weights where δ = ∂L/∂a · f′(z) is meant."""
    assert step.neuron is not None
    if step.neuron.transfer is None or step.neuron.layer != run.scene.layers:
        return None
    return run.at(step.neuron.transfer) * step.local


def _one_path(which: int) -> Bend:
    def contribution(run: Walk, step: Step, g: Any) -> Any:
        assert step.neuron is not None
        if step.neuron.layer == 1:
            return None
        kept = 0 if which == 0 else run.scene.width(step.neuron.layer) - 1
        return None if step.neuron.place == kept else 0 * g

    return _on("signal", contribution)


def _transposed_signal(run: Walk, step: Step, g: Any) -> Any:
    neuron = step.neuron
    assert neuron is not None
    other = run.scene.neuron(neuron.layer, step.k, neuron.example)
    if other is None or len(other.weights) <= neuron.place or neuron.layer == 1:
        return None
    return g * run.scene.value(other.weights[neuron.place][0])


def _updated_first(run: Walk, step: Step, g: Any) -> Any:
    scene, neuron = run.scene, step.neuron
    assert neuron is not None
    if scene.rate is None or neuron.layer == 1:
        return None
    w = neuron.weights[step.k][0]
    return g * (scene.value(w) - scene.rate * scene.truth[scene.parameters.index(w)])


def _pre_activation(run: Walk, step: Step, g: Any) -> Any:
    neuron = step.neuron
    assert neuron is not None
    x = neuron.weights[step.k][1]
    if isinstance(x, Value) and getattr(x.op, "name", "") in SMOOTH:
        return g * run.scene.value(x.inputs[0])
    return None


def _shifted_layer(shift: int) -> Bend:
    def contribution(run: Walk, step: Step, g: Any) -> Any:
        neuron, scene = step.neuron, run.scene
        assert neuron is not None
        layer = neuron.layer - 1 + shift
        if scene.width(layer) != scene.width(neuron.layer - 1) or layer < 0:
            return None
        if layer == 0:
            first = scene.neuron(1, 0, neuron.example)
            return g * scene.value(first.weights[step.k][1]) if first else None
        other = scene.neuron(layer, step.k, neuron.example)
        return g * scene.value(other.transfer or other.z) if other else None

    return _on("weight", contribution)


def _bias_times(which: int | None) -> Bend:
    def contribution(run: Walk, step: Step, g: Any) -> Any:
        assert step.neuron is not None
        entries = [run.scene.value(x) for _, x in step.neuron.weights]
        if which is None:
            return g * sum(entries)
        return g * entries[which] if which < len(entries) else None

    return _on("bias", contribution)


def _first_or_last(which: int) -> Callable[[Scene, list[tuple[Step, Any]]], Any]:
    def gather(scene: Scene, shares: list[tuple[Step, Any]]) -> Any:
        if scene.examples == 1 or not shares:
            return sum(part for _, part in shares)
        kept = 0 if which == 0 else scene.examples - 1
        return sum(part for step, part in shares if step.neuron and step.neuron.example == kept)

    return gather


def _split_mean(scene: Scene, shares: list[tuple[Step, Any]]) -> Any:
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


def _label(run: Walk, step: Step, g: Any) -> bool | None:
    """Is the target of this output 1?  None where the cost is no binary cross-entropy."""
    neuron = step.neuron
    if neuron is None or step.source is not neuron.z or neuron.layer != run.scene.layers:
        return None
    names = run.scene.__dict__.setdefault(
        "_rows", {getattr(v.op, "name", "") for v in run.scene.nodes}
    )
    by_logits = names & {"bce_with_logits", "logsigmoid", "softplus"}
    transfer = neuron.transfer.op if neuron.transfer is not None else None
    if not by_logits and not (
        "log" in names and transfer is TABLE["sigmoid"]
    ):  # else it may be a softmax
        return None
    return bool(g * step.local < 0)  # the slope σ(z) − t is negative only for t = 1


def _label_sign(factor: int) -> Bend:
    def bend(run: Walk, step: Step, g: Any) -> Any:
        return factor * g * step.local if _label(run, step, g) is False else None

    return bend


def _class_bend(run: Walk, step: Step, g: Any, keep_target: bool) -> Any:
    k = step.node.inputs[0]
    target = step.i - 1 == k
    if keep_target:
        return None if target else 0 * g
    p = 1 + step.local if target else step.local
    return -g / p if target else 0 * g


def _softmax_of_minus(run: Walk, step: Step, g: Any) -> Any:
    """Softmax with e^−z: the probabilities of −z in the place of those of z."""
    k, *zs = step.node.inputs
    turned = softmax([-run.scene.value(z) for z in zs])
    return g * (turned[step.i - 1] - (1 if step.i - 1 == k else 0))


def _swap_inputs(scene: Scene, answer: list[Any]) -> list[Any]:
    """Each row of W read backwards: (w₁, w₂) for (w₂, w₁)."""
    return _reindexed(
        scene,
        answer,
        lambda where, rows, columns: (where[0], where[1], where[2], columns - 1 - where[3]),
    )


def _transpose(scene: Scene, answer: list[Any]) -> list[Any]:
    return _reindexed(
        scene,
        answer,
        lambda where, rows, columns: (
            (where[0], where[1], where[3], where[2]) if rows == columns else where
        ),
    )


def _reindexed(
    scene: Scene,
    answer: list[Any],
    move: Callable[[tuple[str, int, int, int], int, int], tuple[str, int, int, int]],
) -> list[Any]:
    found = {
        scene.where[id(p)]: g
        for p, g in zip(scene.parameters, answer, strict=True)
        if id(p) in scene.where
    }
    out = []
    for p, g in zip(scene.parameters, answer, strict=True):
        where = scene.where.get(id(p))
        if where is not None and where[0] == "W":
            rows, columns = scene.width(where[1]), scene.width(where[1] - 1)
            g = found.get(move(where, rows, columns), g)
        out.append(g)
    return out


def _without_bias(scene: Scene) -> list[Any]:
    zeros = {b: 0 * scene.value(b) for n in scene.neurons for b in n.biases}
    if not zeros:
        return list(scene.truth)
    return Scene(scene.output, scene.parameters, {**scene.point, **zeros}, scene.rate).truth


def _not_zeroed(scene: Scene) -> list[Any]:
    """The gradient of the next step added to this one's: no reset between the two."""
    if scene.rate is None:
        return list(scene.truth)
    moved = {
        p: scene.value(p) - scene.rate * g
        for p, g in zip(scene.parameters, scene.truth, strict=True)
    }
    after = Scene(scene.output, scene.parameters, {**scene.point, **moved}, scene.rate)
    return [g + h for g, h in zip(scene.truth, after.truth, strict=True)]


def _first_visited(scene: Scene) -> list[Step]:
    """The steps in the order a walk without topological order meets their nodes."""
    by_node: dict[int, list[Step]] = {}
    for step in scene.steps:
        by_node.setdefault(id(step.node), []).append(step)
    out: list[Step] = []
    seen: set[int] = set()
    queue = [scene.output]
    while queue:
        v = queue.pop(0)
        if id(v) in seen:
            continue
        seen.add(id(v))
        out += by_node.get(id(v), [])
        queue += v._prev
    return out


TRANSFER_PLACES = ("output", "hidden", "everywhere")


def _catalogue() -> list[Mistake]:
    one = Fraction(1)
    return [
        Mistake(
            "M1",
            "oubli du facteur 2",
            "the factor 2 is missing",
            "Quelle est la dérivée de e² ?",
            "What is the derivative of e²?",
            factors=lambda s: [one / 2] if s.squares() else [],
            convention_fr="L = ½ Σ (ŷ − y)²",
            convention_en="L = ½ Σ (ŷ − y)²",
        ),
        Mistake(
            "M2",
            "facteur 2 en trop (½ ignoré, ou gradient cumulé deux fois)",
            "a factor 2 too many (½ ignored, or the gradient accumulated twice)",
            "Le coût porte-t-il un ½ ? La dérivée de ½e² est e.",
            "Is there a ½ in the cost? The derivative of ½e² is e.",
            factors=lambda s: [2],
        ),
        Mistake(
            "M3",
            "oubli de 1/m",
            "the 1/m is missing",
            "Le coût est une moyenne sur les exemples : où est passé 1/m ?",
            "The cost is a mean over the examples: where did 1/m go?",
            factors=lambda s: [s.examples],
            convention_fr="L = somme sur les exemples",
            convention_en="L = sum over the examples",
        ),
        Mistake(
            "M4",
            "1/m appliqué deux fois",
            "1/m applied twice",
            "Combien de fois avez-vous divisé par m ?",
            "How many times did you divide by m?",
            factors=lambda s: [one / s.examples],
        ),
        Mistake(
            "M5",
            "division par le nombre de sorties",
            "division by the number of outputs",
            "Le coût fait-il la moyenne ou la somme sur les sorties ?",
            "Does the cost take the mean or the sum over the outputs?",
            factors=lambda s: [one / s.outputs],
            convention_fr="L = moyenne sur les sorties aussi",
            convention_en="L = mean over the outputs too",
        ),
        Mistake(
            "M6",
            "signe (y − ŷ au lieu de ŷ − y)",
            "sign (y − ŷ instead of ŷ − y)",
            "∂(ŷ − y)²/∂ŷ : quel est le signe de la dérivée intérieure ?",
            "∂(ŷ − y)²/∂ŷ: what is the sign of the inner derivative?",
            factors=lambda s: [-1] if s.squares() or not s.alone() else [],
            convention_fr="mise à jour avec w := w + λ·g",
            convention_en="update with w := w + λ·g",
        ),
        Mistake(
            "M7",
            "le pas −λ∇L au lieu du gradient",
            "the step −λ∇L instead of the gradient",
            "On demande le gradient, pas la mise à jour.",
            "The gradient is asked, not the update.",
            factors=lambda s: [] if s.rate is None else [-s.rate],
        ),
        Mistake(
            "M8",
            "RMSE dérivée au lieu de MSE",
            "RMSE derived instead of MSE",
            "Y a-t-il une racine dans le coût ?",
            "Is there a square root in the cost?",
            factors=lambda s: (
                [1 / (2 * sqrt(s.values[s.output]))] if s.values[s.output] > 0 else []
            ),
        ),
        Mistake(
            "M9",
            "dérivée de la fonction de transfert oubliée",
            "the derivative of the transfer function is missing",
            "Que vaut ∂a/∂z ?",
            "What is ∂a/∂z?",
            bend=_on("transfer", lambda r, s, g: g),
            places=("output", "everywhere"),
        ),
        Mistake(
            "M10",
            "dérivée de la fonction de transfert appliquée deux fois",
            "the derivative of the transfer function applied twice",
            "Combien de fois traverse-t-on σ en remontant ?",
            "How many times is σ crossed on the way back?",
            bend=_on("transfer", lambda r, s, g: g * s.local * s.local),
            places=TRANSFER_PLACES,
        ),
        Mistake(
            "M11",
            "σ′(a) au lieu de σ′(z)",
            "σ′(a) instead of σ′(z)",
            "En quel point faut-il évaluer σ′ ?",
            "At which point must σ′ be evaluated?",
            bend=_on("transfer", _slope_at_output),
            places=TRANSFER_PLACES,
        ),
        Mistake(
            "M12",
            "z(1 − z) au lieu de a(1 − a)",
            "z(1 − z) instead of a(1 − a)",
            "σ′ s’écrit avec la sortie a, pas avec z.",
            "σ′ is written with the output a, not with z.",
            bend=_on("transfer", _z_for_a),
            places=TRANSFER_PLACES,
        ),
        Mistake(
            "M13",
            "la dérivée de l’autre fonction (1 − a² pour σ, a(1 − a) pour tanh)",
            "the derivative of the other function (1 − a² for σ, a(1 − a) for tanh)",
            "De quelle fonction de transfert s’agit-il ?",
            "Which transfer function is it?",
            bend=_on("transfer", _other_transfer),
            places=TRANSFER_PLACES,
        ),
        Mistake(
            "M14",
            "dérivée de la fonction de transfert oubliée dans la couche cachée",
            "the derivative of the transfer function is missing in the hidden layer",
            "Que vaut ∂a/∂z dans la couche cachée ?",
            "What is ∂a/∂z in the hidden layer?",
            bend=_on("transfer", lambda r, s, g: g),
            places=("hidden",),
        ),
        Mistake(
            "M15",
            "∂L/∂a propagé au lieu de δ = ∂L/∂a·σ′(z)",
            "∂L/∂a sent back instead of δ = ∂L/∂a·σ′(z)",
            "Ce qui remonte par les poids est δ, pas ∂L/∂a.",
            "What goes back through the weights is δ, not ∂L/∂a.",
            bend=_on("signal", _signal_before_transfer),
        ),
        Mistake(
            "M16",
            "un seul chemin (la somme sur j oubliée)",
            "one path only (the sum over j forgotten)",
            "Par combien de neurones cette sortie agit-elle sur la perte ?",
            "Through how many neurons does this output act on the loss?",
            bend=_one_path(0),
        ),
        Mistake(
            "M16b",
            "un seul chemin, le dernier (la somme sur j écrasée)",
            "one path only, the last (the sum over j overwritten)",
            "Par combien de neurones cette sortie agit-elle sur la perte ?",
            "Through how many neurons does this output act on the loss?",
            bend=_one_path(1),
        ),
        Mistake(
            "M17",
            "W transposée dans la remontée",
            "W transposed on the way back",
            "Est-ce W ou Wᵀ qui ramène δ vers la couche précédente ?",
            "Is it W or Wᵀ that takes δ back to the layer before?",
            bend=_on("signal", _transposed_signal),
        ),
        Mistake(
            "M18",
            "W oubliée dans la remontée",
            "W forgotten on the way back",
            "Que vaut ∂z/∂a ?",
            "What is ∂z/∂a?",
            bend=_on("signal", lambda r, s, g: g if s.neuron and s.neuron.layer > 1 else None),
        ),
        Mistake(
            "M19",
            "W mise à jour avant la remontée",
            "W updated before the way back",
            "Avec quels poids la passe avant a-t-elle été faite ?",
            "With which weights was the forward pass made?",
            bend=_on("signal", _updated_first),
        ),
        Mistake(
            "M20",
            "∂L/∂W transposée",
            "∂L/∂W transposed",
            "Quelle ligne, quelle colonne ? ∂L/∂W a la forme de W.",
            "Which row, which column? ∂L/∂W has the shape of W.",
            answer=_transpose,
        ),
        Mistake(
            "M21",
            "dérivées du produit échangées (∂(wx)/∂w = w)",
            "derivatives of the product swapped (∂(wx)/∂w = w)",
            "Que vaut ∂(w·x)/∂w ?",
            "What is ∂(w·x)/∂w?",
            bend=_on("weight", lambda r, s, g: g * _input_number(r, s)),
            places=TRANSFER_PLACES,
        ),
        Mistake(
            "M22",
            "z au lieu de a dans ∂L/∂W",
            "z instead of a in ∂L/∂W",
            "Que multiplie le poids : z ou a ?",
            "What does the weight multiply: z or a?",
            bend=_on("weight", _pre_activation),
        ),
        Mistake(
            "M23",
            "couche décalée (la sortie de la couche au lieu de son entrée)",
            "layer shifted (the layer's output instead of its input)",
            "∂z^[l]/∂W^[l] est l’entrée de la couche l : de quelle couche vient-elle ?",
            "∂z^[l]/∂W^[l] is the input of layer l: which layer does it come from?",
            bend=_shifted_layer(1),
            places=TRANSFER_PLACES,
        ),
        Mistake(
            "M23b",
            "couche décalée (une couche trop bas)",
            "layer shifted (one layer too low)",
            "∂z^[l]/∂W^[l] est l’entrée de la couche l : de quelle couche vient-elle ?",
            "∂z^[l]/∂W^[l] is the input of layer l: which layer does it come from?",
            bend=_shifted_layer(-1),
            places=TRANSFER_PLACES,
        ),
        Mistake(
            "M24",
            "biais oublié (0)",
            "bias forgotten (0)",
            "Que vaut ∂z/∂b ?",
            "What is ∂z/∂b?",
            bend=_on("bias", lambda r, s, g: 0 * g),
            places=TRANSFER_PLACES,
        ),
        Mistake(
            "M25",
            "biais multiplié par l’entrée",
            "bias multiplied by the input",
            "Le biais est le poids d’une entrée constante : laquelle ?",
            "The bias is the weight of a constant input: which one?",
            bend=_bias_times(0),
            places=TRANSFER_PLACES,
        ),
        Mistake(
            "M25b",
            "biais multiplié par la dernière entrée",
            "bias multiplied by the last input",
            "Le biais est le poids d’une entrée constante : laquelle ?",
            "The bias is the weight of a constant input: which one?",
            bend=_bias_times(-1),
            places=TRANSFER_PLACES,
        ),
        Mistake(
            "M25c",
            "biais multiplié par la somme des entrées",
            "bias multiplied by the sum of the inputs",
            "Le biais est le poids d’une entrée constante : laquelle ?",
            "The bias is the weight of a constant input: which one?",
            bend=_bias_times(None),
            places=TRANSFER_PLACES,
        ),
        Mistake(
            "M26",
            "écrasement (= au lieu de +=) : seul le dernier exemple compte",
            "overwriting (= instead of +=): only the last example counts",
            "Les exemples s’ajoutent-ils ou se remplacent-ils ?",
            "Do the examples add up or replace each other?",
            gather=_first_or_last(1),
        ),
        Mistake(
            "M26b",
            "écrasement : seul le premier exemple compte",
            "overwriting: only the first example counts",
            "Les exemples s’ajoutent-ils ou se remplacent-ils ?",
            "Do the examples add up or replace each other?",
            gather=_first_or_last(0),
        ),
        Mistake(
            "M26c",
            "écraser au lieu de cumuler (= au lieu de +=, à chaque nœud)",
            "overwrite instead of accumulate (= instead of +=, at every node)",
            "Un nœud utilisé deux fois reçoit deux contributions : que devient la première ?",
            "A node used twice receives two contributions: what becomes of the first?",
            overwrite=True,
        ),
        Mistake(
            "M27",
            "gradient pas remis à zéro entre deux pas",
            "gradient not reset to zero between two steps",
            "Que contenait grad avant cette passe ?",
            "What did grad hold before this pass?",
            forward=_not_zeroed,
        ),
        Mistake(
            "M28",
            "softmax : seule la diagonale de la jacobienne",
            "softmax: only the diagonal of the Jacobian",
            "Que devient p_j quand z_k augmente, pour j ≠ k ?",
            "What becomes of p_j when z_k grows, for j ≠ k?",
            bend=_on_row({"cross_entropy"}, lambda r, s, g: _class_bend(r, s, g, True)),
        ),
        Mistake(
            "M29",
            "jacobienne de softmax oubliée",
            "the Jacobian of softmax forgotten",
            "Entre p et z il y a encore softmax.",
            "Between p and z there is still softmax.",
            bend=_on_row({"cross_entropy"}, lambda r, s, g: _class_bend(r, s, g, False)),
        ),
        Mistake(
            "minus",
            "e^−z au lieu de e^z dans softmax : c’est softmax(−z)",
            "e^−z instead of e^z in softmax: it is softmax(−z)",
            "Quel score doit recevoir la plus grande probabilité ?",
            "Which score must receive the largest probability?",
            bend=_on_row({"cross_entropy"}, _softmax_of_minus),
        ),
        Mistake(
            "M30",
            "dérivées ajoutées au lieu d’être multipliées",
            "derivatives added instead of multiplied",
            "La règle de la chaîne : on multiplie ou on ajoute le long d’un chemin ?",
            "The chain rule: multiply or add along a path?",
            bend=_on("transfer", lambda r, s, g: g + s.local),
            places=TRANSFER_PLACES,
        ),
        Mistake(
            "M30b",
            "composition prise pour un produit (f′(z)·z)",
            "composition taken for a product (f′(z)·z)",
            "f(z(w)) est une composée, pas un produit.",
            "f(z(w)) is a composition, not a product.",
            bend=_on("transfer", lambda r, s, g: g * s.local * _input_number(r, s)),
            places=TRANSFER_PLACES,
        ),
        Mistake(
            "M31",
            "entropie croisée : signe du terme (1 − y)",
            "cross-entropy: sign of the (1 − y) term",
            "Dérivez ln(1 − ŷ) : n’oubliez pas le −1.",
            "Derive ln(1 − ŷ): mind the −1.",
            bend=_label_sign(-1),
        ),
        Mistake(
            "M32",
            "entropie croisée : terme (1 − y) oublié",
            "cross-entropy: the (1 − y) term forgotten",
            "Que dit le coût d’un exemple d’étiquette 0 ?",
            "What does the cost say of an example labelled 0?",
            bend=_label_sign(0),
        ),
        Mistake(
            "M33",
            "|e| au lieu de e",
            "|e| instead of e",
            "Quel est le signe de la dérivée de e² en e < 0 ?",
            "What is the sign of the derivative of e² at e < 0?",
            bend=_on_row({"square", "pow"}, lambda r, s, g: g * abs(s.local)),
        ),
        Mistake(
            "M33b",
            "e au lieu de signe(e) (coût L1)",
            "e instead of sign(e) (L1 cost)",
            "Que vaut la dérivée de |e| ?",
            "What is the derivative of |e|?",
            bend=_on_row({"abs"}, lambda r, s, g: g * _input_number(r, s)),
        ),
        Mistake(
            "M33c",
            "1 au lieu de signe(e) (coût L1)",
            "1 instead of sign(e) (L1 cost)",
            "Que vaut la dérivée de |e| pour e < 0 ?",
            "What is the derivative of |e| for e < 0?",
            bend=_on_row({"abs"}, lambda r, s, g: g * abs(s.local)),
        ),
        Mistake(
            "M34",
            "masque de ReLU pris sur le gradient",
            "ReLU's mask taken on the gradient",
            "ReLU′ regarde le signe de z, pas celui du gradient.",
            "ReLU′ looks at the sign of z, not of the gradient.",
            bend=_on_row({"relu"}, lambda r, s, g: g if g > 0 else 0 * g),
            places=TRANSFER_PLACES,
        ),
        Mistake(
            "M35",
            "somme d’un produit séparée en deux sommes",
            "the sum of a product split into two sums",
            "Σ e·x n’est pas (Σ e)·(Σ x).",
            "Σ e·x is not (Σ e)·(Σ x).",
            gather=_split_mean,
        ),
        Mistake(
            "M36",
            "biais oublié dans la passe avant",
            "bias forgotten in the forward pass",
            "Recalculez d’abord z et a : y avez-vous ajouté b ?",
            "First compute z and a again: did you add b?",
            forward=_without_bias,
        ),
        Mistake(
            "M37",
            "entrée oubliée (∂z/∂w = 1)",
            "input forgotten (∂z/∂w = 1)",
            "Que vaut ∂(w·x + b)/∂w ?",
            "What is ∂(w·x + b)/∂w?",
            bend=_on("weight", lambda r, s, g: g),
            places=TRANSFER_PLACES,
        ),
        Mistake(
            "M38",
            "entrées permutées",
            "inputs permuted",
            "À quelle entrée ce poids est-il relié ?",
            "Which input is this weight tied to?",
            answer=_swap_inputs,
        ),
        Mistake(
            "M39",
            "e² au lieu de e",
            "e² instead of e",
            "Dérivez e² : il reste e, pas e².",
            "Derive e²: what is left is e, not e².",
            bend=_on_row({"square", "pow"}, lambda r, s, g: g * s.local * _input_number(r, s)),
        ),
        Mistake(
            "inner",
            "dérivée intérieure oubliée",
            "the inner derivative is missing",
            "f(u(x)) : par quoi f′(u) est-il multiplié ?",
            "f(u(x)): what is f′(u) multiplied by?",
            bend=_inner_forgotten,
        ),
        Mistake(
            "order",
            "premier visité au lieu de l’ordre topologique",
            "first visited instead of topological order",
            "Le gradient d’un nœud était-il complet avant d’être transmis ?",
            "Was the gradient of a node complete before it was handed on?",
            order=_first_visited,
        ),
    ]


CATALOGUE: dict[str, Mistake] = {mistake.key: mistake for mistake in _catalogue()}


# ── which mistake explains all the numbers? ──────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A mistake, where it is made and the constant it is combined with."""

    mistake: Mistake
    where: str = "everywhere"
    factor: int = 0  # which of the constants; 0 is none

    def answers(self, scenes: Sequence[Scene]) -> list[list[Any]]:
        """The gradient it leads to, at each point."""
        out = []
        for scene in scenes:
            answer = walk(scene, self.mistake, self.where)
            constant = ([1, *_constants(scene)])[self.factor]
            out.append([constant * g for g in answer] if self.factor else answer)
        return out

    @property
    def name(self) -> str:
        """The mistake in words, with its place and its constant."""
        place = {
            "output": say(fr=" (couche de sortie)", en=" (output layer)"),
            "hidden": say(fr=" (couches cachées)", en=" (hidden layers)"),
        }.get(self.where, "")
        if len(self.mistake.places) == 1:  # its name says it
            place = ""
        constant = ["", "×2", "×½", "×(−1)", "×m", "×1/m"][self.factor]
        return f"{self.mistake.name}{place}{' ' + constant if constant else ''}"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What the answer is compatible with.

    kind        "named": one mistake explains every number (several, if they coincide here);
                "several": two mistakes fit at the digits given, another point would tell;
                "slip": a few entries differ; "unknown": nothing fits
    hypotheses  the mistakes that fit
    place       where the first wrong quantity is, in words
    """

    kind: str
    hypotheses: tuple[Hypothesis, ...] = ()
    place: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(h.mistake.key for h in self.hypotheses))

    def __str__(self) -> str:
        names = " ; ".join(dict.fromkeys(h.name for h in self.hypotheses))
        if self.kind == "named":
            return say(
                fr=f"Compatible avec une erreur connue : {names}.",
                en=f"Compatible with one known mistake: {names}.",
            )
        if self.kind == "several":
            return say(
                fr=f"Plusieurs erreurs connues donnent ces chiffres : {names}. "
                "Donnez plus de chiffres, ou un autre point.",
                en=f"Several known mistakes give these digits: {names}. "
                "Give more digits, or another point.",
            )
        if self.kind == "slip":
            return say(
                fr=f"Sans doute une faute de calcul : {self.place}.",
                en=f"Probably a slip in the arithmetic: {self.place}.",
            )
        return say(
            fr=f"Aucune erreur connue n’explique tous les chiffres. {self.place}",
            en=f"No known mistake explains all the numbers. {self.place}",
        )


def _constants(scene: Scene) -> list[Any]:
    return [2, Fraction(1, 2), -1, scene.examples, Fraction(1, scene.examples)]


Round = list[tuple[Hypothesis, list[list[Any]]]]  # hypotheses, each with its answers at each point


def hypotheses(scenes: Sequence[Scene]) -> Iterator[Round]:
    """What a wrong answer may come from, simplest first: one constant, one rule, both.

    What changes nothing here is left out.
    """
    truth = [scene.truth for scene in scenes]
    first = scenes[0]
    yield [
        (Hypothesis(m), [[f * g for g in s.truth] for s, f in zip(scenes, fs, strict=True)])
        for m in CATALOGUE.values()
        if m.factors is not None
        for fs in [[f for s in scenes for f in m.factors(s)]]
        if len(fs) == len(scenes) and fs[0] != 1
    ]
    bent: Round = []
    for mistake in CATALOGUE.values():
        if mistake.factors is not None:
            continue
        one_layer = first.layers <= 1 and "everywhere" in mistake.places
        for where in ("everywhere",) if one_layer else mistake.places:
            hypothesis = Hypothesis(mistake, where)
            try:
                answers = hypothesis.answers(scenes)
            except DomainError:  # log of a bias set to 0: nobody came this way
                continue
            if not same(answers, truth) and not any(
                h.mistake is mistake and same(answers, known) for h, known in bent
            ):
                bent.append((hypothesis, answers))
    yield bent
    both: Round = []
    for hypothesis, answers in bent:
        for i, constant in enumerate(_constants(first), start=1):
            if constant != 1:
                scaled = [
                    [_constants(s)[i - 1] * g for g in answer]
                    for s, answer in zip(scenes, answers, strict=True)
                ]
                both.append((Hypothesis(hypothesis.mistake, hypothesis.where, i), scaled))
    yield both


def same(one: Sequence[Sequence[Any]], other: Sequence[Sequence[Any]]) -> bool:
    """The same numbers but for rounding: relative to the largest of each list."""
    for left, right in zip(one, other, strict=True):
        scale = max((abs(float(x)) for x in (*left, *right)), default=0.0)
        if any(
            not abs(float(a) - float(b)) <= 1e-9 * scale for a, b in zip(left, right, strict=True)
        ):
            return False
    return True


@dataclass(frozen=True, slots=True)
class Answer:
    """What the student gave: numbers at each point, and how far each may be from what was meant."""

    numbers: Sequence[Sequence[Any]]
    tolerance: Sequence[Sequence[Any]]

    @classmethod
    def of(cls, numbers: Sequence[Any], tolerance: Sequence[Any] | None = None) -> Answer:
        """Numbers at one point; a relative 1e-9 is allowed if nothing is said."""
        return cls([numbers], [tolerance or [1e-9 * abs(float(x)) for x in numbers]])

    def fits(self, answers: Sequence[Sequence[Any]]) -> bool:
        """Are these numbers the student's, every one of them?"""
        return all(
            abs(given - x) <= allowed
            for row in zip(self.numbers, self.tolerance, answers, strict=True)
            for given, allowed, x in zip(*row, strict=True)
        )

    def right(self, scenes: Sequence[Scene], entry: int) -> bool:
        """Is this entry the true one at every point?"""
        return all(
            abs(given[entry] - scene.truth[entry]) <= allowed[entry]
            for given, allowed, scene in zip(self.numbers, self.tolerance, scenes, strict=True)
        )

    def ratio(self, scenes: Sequence[Scene]) -> Any:
        """The one number r such that the answer is r·truth at every point; None if there is none."""
        low, high = -float("inf"), float("inf")
        for given, allowed, scene in zip(self.numbers, self.tolerance, scenes, strict=True):
            for x, room, t in zip(given, allowed, scene.truth, strict=True):
                if t == 0:
                    if abs(x) > room:
                        return None
                    continue
                ends = sorted((float((x - room) / t), float((x + room) / t)))
                low, high = max(low, ends[0]), min(high, ends[1])
        return (low + high) / 2 if -float("inf") < low <= high else None


def diagnose(
    scenes: Scene | Sequence[Scene], answer: Answer, rounds: Iterable[Round] | None = None
) -> Diagnosis:
    """The known mistake that explains every number of a wrong answer; else where it goes wrong.

    scenes      the graph at one or several points, parameters in the order of the answer
    rounds      the hypotheses, where many answers are diagnosed on the same scenes

    Refuses to name a mistake when none fits, or when several that differ fit.
    """
    points = [scenes] if isinstance(scenes, Scene) else list(scenes)
    ratio = answer.ratio(points)
    for level, found in enumerate(hypotheses(points) if rounds is None else rounds):
        if level == 2 and ratio is not None:
            break  # a constant alone explains it: a bent rule times a constant would be a guess
        fitting = [(hypothesis, answers) for hypothesis, answers in found if answer.fits(answers)]
        if fitting:
            first, numbers = fitting[0]
            alike = all(
                h.mistake is first.mistake or same(numbers, answers) for h, answers in fitting[1:]
            )
            return Diagnosis("named" if alike else "several", tuple(h for h, _ in fitting))
    if all(x == 0 for row in answer.numbers for x in row):
        return Diagnosis(
            "unknown",
            place=say(
                fr="Tous vos nombres sont 0 : la passe arrière a-t-elle eu lieu ?",
                en="All your numbers are 0: did the backward pass happen?",
            ),
        )
    if ratio is not None and len(points[0].parameters) > 1 and abs(ratio - 1) > 0.01:
        return Diagnosis(
            "unknown",
            place=say(
                fr=f"Tous les nombres sont dans le même rapport {number(ratio)} au gradient : "
                "regardez le coût et ses constantes.",
                en=f"Every number is in the same ratio {number(ratio)} to the gradient: "
                "look at the cost and its constants.",
            ),
        )
    return _locate(points, answer)


def _locate(scenes: Sequence[Scene], answer: Answer) -> Diagnosis:
    """No known mistake: a slip in a few entries, or the first quantity that is wrong."""
    scene = scenes[0]
    wrong = [p for e, p in enumerate(scene.parameters) if not answer.right(scenes, e)]
    bad = {id(p) for p in wrong}
    names = ", ".join(p.label or "?" for p in wrong[:4])
    ratio = answer.ratio(scenes)
    if ratio is not None and abs(ratio - 1) <= 0.01:
        return Diagnosis(
            "slip",
            place=say(
                fr=f"juste à moins de 1 % près ({names}) : vérifiez les derniers chiffres",
                en=f"right to within 1 % ({names}): check the last digits",
            ),
        )
    total = len(scene.parameters)
    if wrong and total >= 4 and len(wrong) <= max(1, total // 6):
        return Diagnosis(
            "slip",
            place=say(
                fr=f"{len(wrong)} nombre sur {total} diffère ({names})",
                en=f"{len(wrong)} entry of {total} differs ({names})",
            ),
        )
    blocks: dict[tuple[str, int], list[bool]] = {}
    for p in scene.parameters:
        kind, layer, _, _ = scene.where.get(id(p), ("?", 0, 0, 0))
        blocks.setdefault((kind, layer), []).append(id(p) not in bad)
    right = {block for block, entries in blocks.items() if all(entries)}
    return Diagnosis("unknown", place=_place(scene, right, set(blocks) - right))


def _place(scene: Scene, right: set[tuple[str, int]], wrong: set[tuple[str, int]]) -> str:
    last = scene.layers
    if not any(n.transfer for n in scene.neurons) or not wrong or ("?", 0) in wrong:
        return ""
    if right and all(kind == "W" for kind, _ in wrong):
        return say(
            fr="Les biais sont justes, les poids faux : regardez ∂z/∂W, ce que chaque poids multiplie.",
            en="The biases are right, the weights wrong: look at ∂z/∂W, what each weight multiplies.",
        )
    if right and all(kind == "b" for kind, _ in wrong):
        return say(
            fr="Les poids sont justes, les biais faux : regardez ∂z/∂b.",
            en="The weights are right, the biases wrong: look at ∂z/∂b.",
        )
    deepest = max(layer for _, layer in wrong)
    if deepest < last:
        return say(
            fr=f"Juste jusqu’à la couche {deepest + 1}, faux à partir de la couche {deepest} : regardez "
            f"la récursion qui donne δ^[{deepest}].",
            en=f"Right down to layer {deepest + 1}, wrong from layer {deepest} on: look at the "
            f"recursion that gives δ^[{deepest}].",
        )
    return say(
        fr="Faux dès la dernière couche : vérifiez d’abord la passe avant, puis ∂L/∂ŷ et σ′(z) en sortie.",
        en="Wrong from the last layer on: check the forward pass first, then ∂L/∂ŷ and σ′(z) at the output.",
    )


# ── the laboratory ───────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Sabotage:
    """What a sabotaged walk did: the nodes where the bend acted or the order failed."""

    mistake: Mistake
    broken: list[Value] = field(default_factory=list)


def find(name: str) -> Mistake:
    """The mistake of that number ("M9") or name, in French or English.

    Raises ValueError with the nearest names otherwise.
    """
    from difflib import get_close_matches

    wanted = re.sub(r"\s+", " ", name.strip().lower())
    spoken: dict[str, Mistake] = {}
    for m in CATALOGUE.values():
        for text in (m.key, m.fr, m.en, m.fr.split(" (")[0], m.en.split(" (")[0]):
            spoken.setdefault(text.lower(), m)
    if wanted in spoken:
        return spoken[wanted]
    near = get_close_matches(wanted, spoken, n=3, cutoff=0.3)
    listed = " ; ".join(near) or ", ".join(CATALOGUE)
    raise ValueError(
        say(
            fr=f"erreur inconnue : « {name} ». Vouliez-vous dire : {listed} ?",
            en=f"unknown mistake: '{name}'. Did you mean: {listed}?",
        )
    )


@contextmanager
def sabotage(name: str, where: str | None = None) -> Iterator[Sabotage]:
    """Bend one rule of `backward` inside the block, in this thread only.

        with sabotage("overwrite instead of accumulate") as lab:
            L.backward()
            draw(L)
        lab.broken      # the nodes whose gradient the bend changed first

    where is "output", "hidden" or "everywhere"; without it, where the mistake is usually made.
    Draw inside the block too: the picture then sets the right gradient beside each wrong one.
    Parameters are the leaves that `is_parameter` finds (all leaves if there is none).
    """
    lab = Sabotage(find(name))
    if where not in (None, "everywhere", "output", "hidden"):
        raise ValueError(
            say(
                fr=f"where = {where!r} : choisissez everywhere, output ou hidden",
                en=f"where = {where!r}: choose everywhere, output or hidden",
            )
        )

    def bent(nodes: Sequence[Value]) -> None:
        output = nodes[-1]
        leaves = [v for v in order(output) if v.op is None]
        named = [v for v in leaves if is_parameter(v)]
        scene = Scene(output, named or leaves)
        straight, crooked = _run(scene), _run(scene, lab.mistake, where or lab.mistake.places[0])
        answer = crooked.answer
        if lab.mistake.factors is not None:
            factor = next(iter(lab.mistake.factors(scene)), 1)
            answer = [factor * g for g in answer]
        told = dict(zip(map(id, scene.parameters), answer, strict=True))
        for v in [*leaves, *nodes]:
            g = told.get(id(v), crooked.at(v))
            v.grad = v.grad + g if v.op is None else g
            changed = g != told.get(id(v), straight.at(v)) or g != straight.at(v)
            fed_right = all(
                crooked.at(user) == straight.at(user) for user, _ in scene.users.get(id(v), [])
            )
            if changed and fed_right:
                lab.broken.append(v)

    with sweeping(bent):
        yield lab
