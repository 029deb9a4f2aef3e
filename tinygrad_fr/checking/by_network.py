"""Check it: what people do in a network, or over its examples, that is no row of the catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tinygrad_fr.checking.bends import Bend, Bent, Mistake, Share, bent_answer, on
from tinygrad_fr.checking.calculus import Array, gradient_at
from tinygrad_fr.checking.catalogue import CATALOGUE
from tinygrad_fr.checking.catalogue.cost import split_sum
from tinygrad_fr.checking.catalogue.layers import reindexed
from tinygrad_fr.checking.graph import Graph
from tinygrad_fr.checking.own import Own, of_block
from tinygrad_fr.checking.structure import Neuron, Place, Scene, Step
from tinygrad_fr.checking.terms import Term, written_out
from tinygrad_fr.checking.wording import function, spelled
from tinygrad_fr.checking.world import AFTER_ROWS, Told, World
from tinygrad_fr.engine import Value
from tinygrad_fr.words import number, say

BACK = "Qu’est-ce qui ramène δ à la couche d’avant ?", "What takes δ back to the layer before?"


# ── the way back through a layer ─────────────────────────────────────────────────────────────────


def another_weight(which: Any) -> Bend:
    """Back through the weight number which(k, n) of the neuron, for that of k."""

    def bend(w: Bent, s: Step, g: Any, d: Any) -> Any:
        neuron = s.neuron
        assert neuron is not None
        n = len(neuron.weights)
        return g * w.scene.value(neuron.weights[which(s.k, n) % n][0]) if neuron.layer > 1 else None

    return on("signal", bend)


def beside(scene: Scene, neuron: Neuron, shift: int) -> Neuron | None:
    """Of the layer above (+1) or below (−1): the same neuron there, or the only one."""
    layer = neuron.layer + shift
    place = neuron.place if scene.width(layer) == scene.width(neuron.layer) else 0
    return scene.neuron(layer, place, neuron.example) if layer > 0 else None


def another_slope(shift: int) -> Bend:
    """f′ of the layer above (+1) or below (−1)."""

    def bend(w: Bent, s: Step, g: Any, d: Any) -> Any:
        assert s.neuron is not None
        other = beside(w.scene, s.neuron, shift)
        if other is None or other.transfer is None:
            return None
        return g * w.scene.slopes[other.transfer][0]

    return on("transfer", bend)


def own_path(w: Bent, s: Step, g: Any, d: Any) -> Any:
    """Only from the neuron of the same number, where there are several."""
    assert s.neuron is not None
    several = s.neuron.layer > 1 and w.scene.width(s.neuron.layer) > 1
    return 0 * g if several and s.neuron.place != s.k else None


def shared_error(w: Bent, s: Step, g: Any, d: Any) -> Any:
    """The error shared out in the proportion of the weights: w/Σw for w."""
    assert s.neuron is not None
    total = sum(w.scene.value(u) for u, _ in s.neuron.weights)
    return g * d / total if s.neuron.layer > 1 and total else None


def slope_sent_back(w: Bent, s: Step, g: Any, d: Any) -> Any:
    """∂L/∂W goes back where W is meant."""
    assert s.neuron is not None
    weight = s.neuron.weights[s.k][0]
    found = w.scene.truth[w.scene.parameters.index(weight)] if s.neuron.layer > 1 else None
    return None if found is None else g * found


def bias_of_the_layer_above(w: Bent, s: Step, g: Any, d: Any) -> Any:
    """The δ of the layer above, summed, for that of its own."""
    assert s.neuron is not None
    layer, example = s.neuron.layer + 1, s.neuron.example
    above = [w.scene.neuron(layer, j, example) for j in range(w.scene.width(layer))]
    return sum(w.at(n.z) for n in above if n is not None) if any(above) else None


def split_mean(scene: Scene, shares: list[Share]) -> Any:
    """(1/m) Σδ · (1/m) Σx where (1/m) Σ δ·x is meant."""
    split = bool(shares) and all(step.role == "weight" for step, _ in shares)
    return split_sum(scene, shares) / (len(shares) if split else 1)


LAYERS = [
    Mistake(
        "neighbour",
        "les poids d’une rangée dans l’ordre inverse dans la remontée",
        "the weights of a row in reverse order on the way back",
        *BACK,
        bend=another_weight(lambda k, n: n - 1 - k),
    ),
    Mistake(
        "neighbour",
        "le poids du neurone voisin dans la remontée",
        "the neighbour’s weight on the way back",
        *BACK,
        bend=another_weight(lambda k, n: k + 1),
    ),
    Mistake(
        "k = j",
        "un seul chemin : celui du neurone de même numéro",
        "one path only: that of the neuron with the same number",
        "Par combien de neurones cette sortie agit-elle sur le coût ?",
        "Through how many neurons does this output act on the cost?",
        bend=on("signal", own_path),
    ),
    Mistake(
        "shared",
        "l’erreur répartie selon w/Σw",
        "the error shared out as w/Σw",
        *BACK,
        bend=on("signal", shared_error),
    ),
    Mistake(
        "dW back",
        "∂L/∂W au lieu de W dans la remontée",
        "∂L/∂W instead of W on the way back",
        *BACK,
        bend=on("signal", slope_sent_back),
    ),
    Mistake(
        "bias above",
        "le biais d’une couche cachée reçoit le δ de la couche suivante",
        "the bias of a hidden layer gets the δ of the next layer",
        "À la somme de quelle couche avez-vous ajouté b ?",
        "To the sum of which layer did you add b?",
        bend=on("bias", bias_of_the_layer_above),
    ),
]
MEANS = Mistake(
    "two means",
    "la moyenne d’un produit séparée en deux moyennes",
    "the mean of a product split into two means",
    "La moyenne de e·x n’est pas moyenne(e)·moyenne(x).",
    "The mean of e·x is not mean(e)·mean(x).",
    gather=split_mean,
)
OVERWRITTEN = CATALOGUE["M26"], CATALOGUE["M26b"]
UNTOLD = (1.0, 0.5, 0.1, 0.01)  # steps that a program may have, where the student tells none


def in_a_network(world: World) -> Iterator[Told]:
    """All of these, where the graph is a network whose parameters are asked."""
    first = world.scenes[0]
    if not first.is_network():
        return
    if first.layers > 1:
        for shift in (1, -1):
            yield _told(_of_another_layer(first, shift), first, shift)
    if first.layers > 1 and first.layered():
        yield from (_told(mistake, first) for mistake in LAYERS)
        for layer in range(1, first.layers + 1):
            yield _told(_permuted(layer), first)
        if first.rate is None:
            yield from map(_moved_first, UNTOLD)
    if first.examples > 1:
        yield _told(MEANS, first)
        yield from _over_the_examples(first)
        for mistake in OVERWRITTEN:
            yield from _in_one_block(mistake, first)
    yield from _penalties(first)


def _told(mistake: Mistake, first: Scene, shift: int = 0) -> Told:
    """Of the layers that it is made in, in the letters of the exercise.

    shift   to the layer whose function is {g} in its name; its own is {f}
    """
    own = Own(first, *mistake.places)

    def vector(w: World) -> Array:
        try:
            return w.row(mistake, "everywhere")
        except (ArithmeticError, ValueError, IndexError, TypeError):
            return None

    def words() -> tuple[str, str]:
        f, g = _functions(first, shift) if shift else ("", "")
        return own(mistake.name.format(f=f, g=g)), own(mistake.hint)

    return Told(mistake.key, "plain", words, vector, AFTER_ROWS)


def _functions(scene: Scene, shift: int) -> tuple[str, str]:
    """f and g of two layers, by their names where all the neurons concerned have one."""
    here, there = set[str](), set[str]()
    for n in scene.neurons:
        other = beside(scene, n, shift)
        if n.transfer is not None and other is not None and other.transfer is not None:
            here.add(function(n.transfer))
            there.add(function(other.transfer))
    f, g = (names.pop() if len(names) == 1 else "f" for names in (here, there))
    return f, g


def _of_another_layer(scene: Scene, shift: int) -> Mistake:
    """f′ of the layer above or below; of another step, where the layers are a recurrence's."""
    layer = ("couche", "layer") if scene.layered() else ("étape", "step")
    which = ("suivante", "next") if shift > 0 else ("précédente", "previous")
    return Mistake(
        "slope above" if shift > 0 else "slope below",
        f"{{g}}′ de la {layer[0]} {which[0]} au lieu de {{f}}′ de cette {layer[0]}",
        f"{{g}}′ of the {which[1]} {layer[1]} instead of {{f}}′ of this {layer[1]}",
        f"De quelle {layer[0]} est la pente ∂a/∂z dont on a besoin ?",
        f"Of which {layer[1]} is the slope ∂a/∂z that is needed?",
        bend=another_slope(shift),
        places=("hidden",) if shift > 0 else ("everywhere",),
    )


def _moved_first(rate: float) -> Told:
    """M19, with a step that is not told."""
    row = CATALOGUE["M19"]

    def words() -> tuple[str, str]:
        step = number(rate)
        return row.name + say(fr=f", avec le pas {step}", en=f", with the step {step}"), row.hint

    def vector(w: World) -> Array:
        moved = [s.structure.at(s.point, rate) for s in w.scenes]
        return w.array([bent_answer(s, row) for s in moved])

    return Told(row.key, "plain", words, vector, AFTER_ROWS)


def _permuted(layer: int) -> Mistake:
    """M38 in one layer."""
    row = CATALOGUE["M38"]

    def answer(scene: Scene, found: list[Any]) -> list[Any]:
        def move(kind: str, at: int, neuron: int, i: int) -> Place:
            return kind, at, neuron, scene.width(at - 1) - 1 - i if at == layer else i

        return reindexed(scene, found, move)

    fr, en = f"{row.fr} (couche {layer})", f"{row.en} (layer {layer})"
    return Mistake("M38 in one", fr, en, row.hint_fr, row.hint_en, answer=answer)


# ── over the examples ────────────────────────────────────────────────────────────────────────────


def _over_the_examples(first: Scene) -> Iterator[Told]:
    """Another number in the place of m: m − 1, the sum of the data."""
    m = first.examples

    def hint() -> str:
        return CATALOGUE["M3"].hint

    yield Told(
        "m - 1",
        "plain",
        lambda: (
            say(fr="1/(m − 1) au lieu de 1/m", en="1/(m − 1) instead of 1/m"),
            hint(),
        ),
        lambda w: w.truth * m / (m - 1),
        AFTER_ROWS,
    )
    inputs = [n.weights[0][1] for n in first.neurons if n.layer == 1 and n.place == 0]

    def by_the_sum(w: World) -> Array:
        import numpy as np

        total: Array = sum(w.calculus.value[x] for x in inputs)
        with np.errstate(divide="ignore"):  # Σx may be 0
            return w.truth * (m / total)[:, None]

    if first.width(0) == 1 and all(isinstance(x, Value) for x in inputs):
        yield Told(
            "sum of x for m",
            "plain",
            lambda: (say(fr="Σx au lieu de m", en="Σx instead of m"), hint()),
            by_the_sum,
            AFTER_ROWS,
        )


def _in_one_block(mistake: Mistake, first: Scene) -> Iterator[Told]:
    """Overwritten in the biases only, or in the weights only."""
    for kind in ("W", "b"):
        columns = [k for k, p in enumerate(first.parameters) if first.places.get(p, "?")[0] == kind]

        def vector(w: World, columns: Sequence[int] = tuple(columns)) -> Array:
            mixed = w.truth.copy()
            mixed[:, columns] = w.row(mistake, "everywhere")[:, columns]
            return mixed

        def words(columns: Sequence[int] = tuple(columns)) -> tuple[str, str]:
            block = of_block(first, columns)
            only = say(fr=f" (dans {block} seulement)", en=f" (in {block} only)")
            return mistake.name + only, mistake.hint

        if 0 < len(columns) < len(first.parameters):
            yield Told(f"{mistake.key} in one", "plain", words, vector, AFTER_ROWS)


# ── a penalty ────────────────────────────────────────────────────────────────────────────────────


def _penalties(first: Scene) -> Iterator[Told]:
    """The penalty of a weight taken of the biases too."""
    biases = [p for p in first.parameters if first.places.get(p, "?")[0] == "b"]
    tops = {n.z for n in first.neurons}
    for term in written_out(first.output) if biases else ():
        below = first.graph.below(term[2])
        weights = [p for p in first.parameters if p in below]
        if len(below) > 1 and weights and not tops & set(below) and not set(biases) & set(below):
            yield _penalised(term, weights[0], biases)
            return


def _penalised(term: Term, weight: Value, biases: Sequence[Value]) -> Told:
    def vector(w: World) -> Array:
        graph, count = Graph(term[2]), float(term[0] * term[1])
        out = w.truth.copy()
        for b in biases:
            k = w.asked.index(b)
            for row, point in zip(out, w.points, strict=True):
                there = {v: point[v] for v in graph.leaves}
                row[k] += count * gradient_at(graph, [weight], {**there, weight: point[b]})[0]
        return out

    return Told(
        "penalised bias",
        "plain",
        lambda: (
            say(
                fr=f"la pénalité est appliquée aussi au biais {spelled(biases[0])}",
                en=f"the penalty is applied to the bias {spelled(biases[0])} too",
            ),
            say(
                fr="Quels paramètres la pénalité contient-elle ?",
                en="Which parameters are in the penalty?",
            ),
        ),
        vector,
        AFTER_ROWS,
    )
