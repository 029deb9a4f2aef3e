"""Check it: mistakes between layers: the wrong path, the wrong index, the wrong input, the bias."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tinygrad_fr.checking.bends import EACH_LAYER, Bend, Bent, Mistake, input_number, on
from tinygrad_fr.checking.structure import Place, Scene, Step, is_transfer
from tinygrad_fr.engine import Value


def one_path(which: int) -> Bend:
    """Only the first (0) or the last (−1) neuron of a layer sends its signal back."""

    def contribution(w: Bent, s: Step, g: Any, d: Any) -> Any:
        assert s.neuron is not None
        if s.neuron.layer == 1:
            return None
        kept = 0 if which == 0 else w.scene.width(s.neuron.layer) - 1
        return None if s.neuron.place == kept else 0 * g

    return on("signal", contribution)


def transposed_signal(w: Bent, s: Step, g: Any, d: Any) -> Any:
    """W·δ where Wᵀ·δ is meant."""
    neuron = s.neuron
    assert neuron is not None
    other = w.scene.neuron(neuron.layer, s.k, neuron.example)
    if other is None or len(other.weights) <= neuron.place or neuron.layer == 1:
        return None
    return g * w.scene.value(other.weights[neuron.place][0])


def updated_first(w: Bent, s: Step, g: Any, d: Any) -> Any:
    """The signal goes back through w − η·∂L/∂w."""
    scene, neuron = w.scene, s.neuron
    assert neuron is not None
    if scene.rate is None or neuron.layer == 1:
        return None
    weight = neuron.weights[s.k][0]
    moved = scene.rate * scene.truth[scene.parameters.index(weight)]
    return g * (scene.value(weight) - moved)


def pre_activation(w: Bent, s: Step, g: Any, d: Any) -> Any:
    """δ·z where δ·a is meant."""
    neuron = s.neuron
    assert neuron is not None
    x = neuron.weights[s.k][1]
    return g * w.scene.value(x.inputs[0]) if is_transfer(x) else None


def shifted_layer(shift: int) -> Bend:
    """The input of the layer above (+1) or below (−1), where it has as many entries."""

    def contribution(w: Bent, s: Step, g: Any, d: Any) -> Any:
        neuron, scene = s.neuron, w.scene
        assert neuron is not None
        layer = neuron.layer - 1 + shift
        if scene.width(layer) != scene.width(neuron.layer - 1) or layer < 0:
            return None
        if layer == 0:
            first = scene.neuron(1, 0, neuron.example)
            return g * scene.value(first.weights[s.k][1]) if first else None
        other = scene.neuron(layer, s.k, neuron.example)
        return g * scene.value(other.transfer or other.z) if other else None

    return on("weight", contribution)


def bias_times(which: int | None) -> Bend:
    """δ·x for a bias: the input of that number, or the sum of all of them (None)."""

    def contribution(w: Bent, s: Step, g: Any, d: Any) -> Any:
        assert s.neuron is not None
        entries = [w.scene.value(x) for _, x in s.neuron.weights]
        if which is None:
            return g * sum(entries)
        return g * entries[which] if which < len(entries) else None

    return on("bias", contribution)


def swap_inputs(scene: Scene, answer: list[Any]) -> list[Any]:
    """Each row of ∂L/∂W read backwards: (g₁, g₂) for (g₂, g₁)."""

    def move(kind: str, layer: int, neuron: int, i: int) -> Place:
        return kind, layer, neuron, scene.width(layer - 1) - 1 - i

    return reindexed(scene, answer, move)


def transpose(scene: Scene, answer: list[Any]) -> list[Any]:
    """∂L/∂W with rows for columns, where W is square."""

    def move(kind: str, layer: int, neuron: int, i: int) -> Place:
        square = scene.width(layer) == scene.width(layer - 1)
        return (kind, layer, i, neuron) if square else (kind, layer, neuron, i)

    return reindexed(scene, answer, move)


def reindexed(scene: Scene, answer: list[Any], move: Callable[..., Place]) -> list[Any]:
    """The answer with each weight's entry taken from another place; its own where there is none."""
    pairs = list(zip(scene.parameters, answer, strict=True))
    found = {scene.places[p]: g for p, g in pairs if p in scene.places}
    out = []
    for p, g in pairs:
        place = scene.places.get(p)
        weighs = place is not None and place[0] == "W"
        out.append(found.get(move(*place), g) if weighs and place is not None else g)
    return out


def without_bias(scene: Scene) -> list[Any]:
    """The right walk of a forward pass in which every b was taken for 0."""
    zeros: dict[Value, Any] = {b: 0 * scene.value(b) for n in scene.neurons for b in n.biases}
    if not zeros:
        return list(scene.truth)
    return scene.structure.at({**scene.point, **zeros}, scene.rate).truth


ROWS = [
    Mistake(
        "M16",
        "un seul chemin (la somme sur j oubliée)",
        "one path only (the sum over j forgotten)",
        "Par combien de neurones cette sortie agit-elle sur le coût ?",
        "Through how many neurons does this output act on the cost?",
        bend=one_path(0),
    ),
    Mistake(
        "M16b",
        "un seul chemin, le dernier (la somme sur j écrasée)",
        "one path only, the last (the sum over j overwritten)",
        "Par combien de neurones cette sortie agit-elle sur le coût ?",
        "Through how many neurons does this output act on the cost?",
        bend=one_path(-1),
    ),
    Mistake(
        "M17",
        "W transposée dans la remontée",
        "W transposed on the way back",
        "Est-ce W ou Wᵀ qui ramène δ vers la couche précédente ?",
        "Is it W or Wᵀ that takes δ back to the layer before?",
        bend=on("signal", transposed_signal),
    ),
    Mistake(
        "M18",
        "W oubliée dans la remontée",
        "W forgotten on the way back",
        "Que vaut ∂z/∂a ?",
        "What is ∂z/∂a?",
        bend=on("signal", lambda w, s, g, d: g if s.neuron and s.neuron.layer > 1 else None),
    ),
    Mistake(
        "M19",
        "W mise à jour avant la remontée",
        "W updated before the way back",
        "Avec quels poids la passe avant a-t-elle été faite ?",
        "With which weights was the forward pass made?",
        bend=on("signal", updated_first),
    ),
    Mistake(
        "M20",
        "∂L/∂W transposée",
        "∂L/∂W transposed",
        "Quelle ligne, quelle colonne ? ∂L/∂W a la forme de W.",
        "Which row, which column? ∂L/∂W has the shape of W.",
        answer=transpose,
    ),
    Mistake(
        "M21",
        "dérivées du produit échangées (∂(wx)/∂w = w)",
        "derivatives of the product swapped (∂(wx)/∂w = w)",
        "Que vaut ∂(w·x)/∂w ?",
        "What is ∂(w·x)/∂w?",
        bend=on("weight", lambda w, s, g, d: g * input_number(w, s)),
        places=EACH_LAYER,
    ),
    Mistake(
        "M22",
        "z au lieu de a dans ∂L/∂W",
        "z instead of a in ∂L/∂W",
        "Que multiplie le poids : z ou a ?",
        "What does the weight multiply: z or a?",
        bend=on("weight", pre_activation),
    ),
    Mistake(
        "M23",
        "couche décalée : dans ∂L/∂W, la sortie de la couche au lieu de son entrée",
        "layer shifted: in ∂L/∂W, the layer's output instead of its input",
        "∂z^[l]/∂W^[l] est l’entrée de la couche l : de quelle couche vient-elle ?",
        "∂z^[l]/∂W^[l] is the input of layer l: which layer does it come from?",
        bend=shifted_layer(1),
        places=EACH_LAYER,
    ),
    Mistake(
        "M23b",
        "couche décalée : dans ∂L/∂W, l’entrée de la couche précédente",
        "layer shifted: in ∂L/∂W, the input of the layer before",
        "∂z^[l]/∂W^[l] est l’entrée de la couche l : de quelle couche vient-elle ?",
        "∂z^[l]/∂W^[l] is the input of layer l: which layer does it come from?",
        bend=shifted_layer(-1),
        places=EACH_LAYER,
    ),
    Mistake(
        "M24",
        "biais oublié (0)",
        "bias forgotten (0)",
        "Que vaut ∂z/∂b ?",
        "What is ∂z/∂b?",
        bend=on("bias", lambda w, s, g, d: 0 * g),
        places=EACH_LAYER,
    ),
    Mistake(
        "M25",
        "biais multiplié par l’entrée",
        "bias multiplied by the input",
        "Le biais est le poids d’une entrée constante : laquelle ?",
        "The bias is the weight of a constant input: which one?",
        bend=bias_times(0),
        places=EACH_LAYER,
    ),
    Mistake(
        "M25b",
        "biais multiplié par la dernière entrée",
        "bias multiplied by the last input",
        "Le biais est le poids d’une entrée constante : laquelle ?",
        "The bias is the weight of a constant input: which one?",
        bend=bias_times(-1),
        places=EACH_LAYER,
    ),
    Mistake(
        "M25c",
        "biais multiplié par la somme des entrées",
        "bias multiplied by the sum of the inputs",
        "Le biais est le poids d’une entrée constante : laquelle ?",
        "The bias is the weight of a constant input: which one?",
        bend=bias_times(None),
        places=EACH_LAYER,
    ),
    Mistake(
        "M36",
        "biais oublié dans la passe avant",
        "bias forgotten in the forward pass",
        "Recalculez d’abord z et a : y avez-vous ajouté b ?",
        "First compute z and a again: did you add b?",
        forward=without_bias,
    ),
    Mistake(
        "M37",
        "entrée oubliée (∂z/∂w = 1)",
        "input forgotten (∂z/∂w = 1)",
        "Que vaut ∂(w·x + b)/∂w ?",
        "What is ∂(w·x + b)/∂w?",
        bend=on("weight", lambda w, s, g, d: g),
        places=EACH_LAYER,
    ),
    Mistake(
        "M38",
        "entrées permutées",
        "inputs permuted",
        "À quelle entrée ce poids est-il relié ?",
        "Which input is this weight connected to?",
        answer=swap_inputs,
    ),
]
