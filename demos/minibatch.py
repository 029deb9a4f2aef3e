"""Walk it backward, one step downhill, and again: after all examples, after a few, after each."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path
from statistics import median

from tinygrad_fr.demos import Item, _figures, report, tell, worst
from tinygrad_fr.nn import data, losses
from tinygrad_fr.nn.fit import fit
from tinygrad_fr.nn.layers import MLP
from tinygrad_fr.words import number, percent, say

ITEMS = "C13"
X, Y = data.moons(60, noise=0.15, seed=1)
N, SEEDS, EPOCHS, RATE = (
    len(X),
    range(5),
    30,
    0.3,
)  # each way sees 30 × 60 examples, with the same λ
SIZES = (N, 10, 1)  # examples per step


def title() -> str:
    return say(
        fr="Lot complet, mini-batch, exemple par exemple", en="Full batch, mini-batch, one by one"
    )


def name(size: int) -> str:
    of = {N: say(fr="lot complet", en="full batch"), 1: say(fr="un par un", en="one by one")}
    return of.get(size) or say(fr=f"mini-batch de {size}", en=f"mini-batch of {size}")


def network(seed: int) -> MLP:
    return MLP(2, [8, 1], activation="tanh", output="sigmoid", seed=seed)


@cache
def trained(size: int, seed: int) -> tuple[list[float], int]:
    """The cost of all examples after each epoch, and how many steps that took."""
    costs: list[float] = []

    def look(model: MLP, _: object) -> None:
        costs.append(losses.binary_cross_entropy(map(model, X), Y).data)

    history = fit(
        network(seed),
        X,
        Y,
        loss="binary_cross_entropy",
        optimizer="sgd",
        learning_rate=RATE,
        epochs=EPOCHS,
        batch_size=size,
        seed=seed,
        callbacks=look,
        progress=False,
        engine="scalar",  # every digit the same everywhere
    )
    return costs, history.steps


def last(size: int) -> float:
    return median(trained(size, seed)[0][-1] for seed in SEEDS)


def rises(size: int) -> int:
    """How many epochs, of all seeds, left the cost higher than they found it."""
    return sum(
        b > a
        for seed in SEEDS
        for a, b in zip(trained(size, seed)[0], trained(size, seed)[0][1:], strict=False)
    )


def gradient(start: int, end: int) -> list[float]:
    """∂L/∂θ of the mean cost of a part of the examples, at the same weights each time."""
    model = network(0)
    losses.binary_cross_entropy(map(model, X[start:end]), Y[start:end]).backward()
    return [p.grad for p in model.parameters()]


def mean_gradient(size: int, weighted: bool = True) -> list[float]:
    """The mean of the gradients of all mini-batches, each counting as much as it has examples."""
    parts = [(min(size, N - start), gradient(start, start + size)) for start in range(0, N, size)]
    shares = [(n / N if weighted else 1 / len(parts), found) for n, found in parts]
    return [
        math.fsum(share * g for (share, _), g in zip(shares, row, strict=True))
        for row in zip(*(f for _, f in shares), strict=True)
    ]


def pairs(size: int) -> list[tuple[float, float]]:
    """(mean of the mini-batches' gradients, gradient of the full batch) for every parameter."""
    return list(zip(mean_gradient(size), gradient(0, N), strict=True))


def checks(out: Path) -> list[Item]:
    seen = range(N, N * EPOCHS + 1, N)
    # neither the luckiest nor the unluckiest
    shown = next(seed for seed in SEEDS if trained(1, seed)[0][-1] == last(1))
    lines = []
    for size in SIZES:
        costs, steps = trained(size, shown)
        lines.append((f"{name(size)}, {steps} {say(fr='pas', en='steps')}", seen, costs))
    _figures.costs(lines, out / "minibatch.png", say(fr="exemples vus", en="examples seen"))
    steps_of = {size: {trained(size, seed)[1] for seed in SEEDS} for size in SIZES}
    claims = [steps_of == {size: {EPOCHS * math.ceil(N / size)} for size in SIZES}]
    claims += [last(1) < last(10) < last(N), rises(N) == 0, rises(1) > 10]
    full, mini, single = (number(last(size), 2) for size in SIZES)
    same = worst([pair for size in (1, 10, 16) for pair in pairs(size)])
    means = say(
        fr="moyenne des gradients des mini-batches de 1, 10, 16 = gradient du lot complet",
        en="mean of the gradients of mini-batches of 1, 10, 16 = gradient of the full batch",
    )
    ends = say(
        fr=f"coût après {N * EPOCHS} exemples : lot {full}, mini-batch {mini}, un par un {single}",
        en=f"cost after {N * EPOCHS} examples: batch {full}, mini-batch {mini}, "
        f"one by one {single}",
    )
    return [
        Item("C13", means, same, 1e-12, "minibatch.png"),
        Item("C13", ends, claims.count(False), 0, "minibatch.png"),
    ]


def main(out: Path) -> None:
    for size in SIZES:
        steps, cost, up = trained(size, 0)[1], number(last(size)), rises(size)
        print(
            f"{name(size):<17}",
            say(
                fr=f"{steps:>4} pas, coût final {cost} (médiane de {len(SEEDS)}) ; "
                f"le coût a monté {up} fois",
                en=f"{steps:>4} steps, final cost {cost} (median of {len(SEEDS)}); "
                f"the cost rose {up} times",
            ),
        )
    full = gradient(0, N)
    off = percent(round(math.dist(mean_gradient(16, weighted=False), full) / math.hypot(*full), 3))
    tell(
        fr="60 = 16 + 16 + 16 + 12 : sans pondérer chaque mini-batch par sa taille, "
        f"la moyenne est fausse de {off}.",
        en="60 = 16 + 16 + 16 + 12: without weighting each mini-batch by its size the mean is "
        f"off by {off}.",
    )
    tell(
        fr="En moyenne un mini-batch montre la même pente que le lot complet. "
        "Pour le même nombre d’exemples vus il fait plus de pas, mais chaque pas tremble.",
        en="On average a mini-batch shows the same slope as the full batch. "
        "For the same number of examples seen it takes more steps, but each step is shaky.",
    )
    report(checks(out), out)


if __name__ == "__main__":
    main(Path("out"))
