"""Build a graph, walk it backward, downhill: noise learnt by heart, and two remedies."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from tinygrad_fr.demos import Item, _figures, report, tell, worst
from tinygrad_fr.engine import Value
from tinygrad_fr.nn import data, losses
from tinygrad_fr.nn.fit import fit
from tinygrad_fr.nn.layers import MLP
from tinygrad_fr.words import number, say

ITEMS = "C7"
SEEDS, EPOCHS, EVERY = range(5), 150, 15
LEARN, VALIDATE = data.moons(40, noise=0.3, seed=1), data.moons(100, noise=0.3, seed=2)
ALPHA, DROPOUT = 0.001, 0.1
METHODS = {"none": (0.0, 0.0), "L2": (ALPHA, 0.0), "dropout": (0.0, DROPOUT)}  # α, probability


class Training(NamedTuple):
    """A trained network, its two costs every few epochs (no penalty, nothing dropped) and Σθ²."""

    model: MLP
    learnt: list[float]
    validated: list[float]
    squares: float


def title() -> str:
    return say(
        fr="La régularisation : pénalité L2 et dropout",
        en="Regularisation: the L2 penalty and dropout",
    )


def names() -> dict[str, str]:
    found = {
        "none": say(fr="sans remède", en="no remedy"),
        "L2": f"L2, α = {ALPHA}",
        "dropout": f"dropout {DROPOUT}",
    }
    return {method: _figures.decimal(name) for method, name in found.items()}


def cost(model: MLP, X: Any, y: Any) -> Value:
    return losses.binary_cross_entropy([model(x) for x in X], y)


@cache
def trained(method: str, seed: int) -> Training:
    """2-12-1 on 40 points: 49 parameters, more than there are points."""
    alpha, dropout = METHODS[method]
    model = MLP(2, [12, 1], activation="tanh", output="sigmoid", seed=seed, dropout=dropout)
    learnt, validated = [], []

    def penalised(predictions: Any, targets: Any) -> Value:
        L = losses.binary_cross_entropy(predictions, targets)
        return L + losses.l2_penalty(model.parameters(), alpha) if alpha else L

    def look(_: Any, history: Any) -> None:
        if len(history.loss) % EVERY == 0:
            model.eval()  # nothing is dropped; the next epoch goes back to training
            learnt.append(cost(model, *LEARN).data)
            validated.append(cost(model, *VALIDATE).data)

    fit(
        model,
        *LEARN,
        loss=penalised,
        learning_rate=0.1,
        epochs=EPOCHS,
        callbacks=look,
        progress=False,
        engine="scalar",  # every digit the same everywhere
    )
    model.eval()
    return Training(model, learnt, validated, sum(p.data**2 for p in model.parameters()))


def middle(method: str, what: str) -> list[float]:
    """The median over the seeds of a training's costs, one every few epochs; of Σθ², just one."""
    found = [getattr(trained(method, seed), what) for seed in SEEDS]
    return (
        [median(costs) for costs in zip(*found, strict=True)]
        if what != "squares"
        else [median(found)]
    )


def penalty_gradients() -> list[tuple[float, float]]:
    """(autograd, by hand): ∂(αΣθ²)/∂θ = 2αθ, alone and added to the cost's own slope."""
    model = MLP(2, [12, 1], activation="tanh", output="sigmoid", seed=0)
    found = []
    for L in (losses.l2_penalty(model.parameters(), ALPHA), cost(model, *LEARN)):
        model.zero_grad()
        L.backward()
        found.append([p.grad for p in model.parameters()])
    model.zero_grad()
    (cost(model, *LEARN) + losses.l2_penalty(model.parameters(), ALPHA)).backward()
    rows = zip(model.parameters(), *found, strict=True)
    return [
        pair
        for p, alone, plain in rows
        for pair in ((alone, 2 * ALPHA * p.data), (p.grad, plain + 2 * ALPHA * p.data))
    ]


def checks(out: Path) -> list[Item]:
    names_, lines = names(), []
    for method in METHODS:
        for what, said in (
            ("validated", say(fr="validation", en="validation")),
            ("learnt", say(fr="apprentissage", en="training")),
        ):
            lines.append(
                (f"{names_[method]}, {said}", range(EVERY, EPOCHS + 1, EVERY), middle(method, what))
            )
    _figures.costs(lines, out / "regularisation.png", say(fr="époques", en="epochs"), pairs=True)
    end = {method: middle(method, "validated")[-1] for method in METHODS}
    panels = [(names_[m], trained(m, 0).model, LEARN[0], LEARN[1]) for m in METHODS]
    _figures.boundaries(
        panels,
        out / "regularisation-boundaries.png",
        columns=3,
        height=4.9,
        lines=False,
        apart=VALIDATE,
    )
    by_heart = middle("none", "learnt")[-1]
    claims = [by_heart < end["none"] / 2, end["none"] > min(middle("none", "validated")) + 0.1]
    claims += [
        end[m] < end["none"] and middle(m, "learnt")[-1] > by_heart for m in ("L2", "dropout")
    ]
    claims.append(middle("L2", "squares") < middle("none", "squares"))
    a, b, c = (number(x, 2) for x in end.values())
    slope = say(
        fr="pénalité αΣθ² : pente 2αθ, seule et ajoutée au coût",
        en="penalty αΣθ²: slope 2αθ, alone and added to the cost",
    )
    remedies = say(
        fr=f"coût de validation, médiane de 5 : {a} ; {b} avec L2 ; {c} avec dropout",
        en=f"validation cost, median of 5: {a}; {b} with L2; {c} with dropout",
    )
    both = "regularisation.png regularisation-boundaries.png"
    return [
        Item("C7", slope, worst(penalty_gradients()), 1e-12, "regularisation.png"),
        Item("C7", remedies, claims.count(False), 0, both),
    ]


def main(out: Path) -> None:
    for method, name in names().items():
        learnt, validated, squares = (
            number(middle(method, what)[-1]) for what in ("learnt", "validated", "squares")
        )
        print(
            f"{name:<14}",
            say(
                fr=f"coût d’apprentissage {learnt}, de validation {validated}, Σθ² = {squares}",
                en=f"training cost {learnt}, validation cost {validated}, Σθ² = {squares}",
            ),
        )
    tell(
        fr="Sans remède le réseau apprend le bruit par cœur : son coût d’apprentissage tombe, "
        "celui de validation remonte. "
        "L2 garde les poids petits, dropout empêche de compter sur un seul neurone.",
        en="With no remedy the network learns the noise by heart: its training cost falls, "
        "its validation cost rises again. "
        "L2 keeps the weights small, dropout keeps it from relying on a single neuron.",
    )
    report(checks(out), out)


if __name__ == "__main__":
    main(Path("out"))
