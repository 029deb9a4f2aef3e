"""Build a graph, walk it backward, downhill: handwritten digits, read by 64-32-10."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from tinygrad_fr.demos import Item, _figures, report, tell
from tinygrad_fr.nn import data
from tinygrad_fr.nn.arrays import decided, outputs
from tinygrad_fr.nn.fit import fit
from tinygrad_fr.nn.layers import MLP
from tinygrad_fr.words import number, percent, say

ITEMS = "C16"
SEEDS, EPOCHS, BATCH, RATE = range(5), 20, 32, 0.01
ENOUGH = 0.97  # of the digits that the network has never seen


class Reader(NamedTuple):
    """A trained network, the digits it has never seen, what it reads in them, and the seconds."""

    model: MLP
    X: list[Any]
    y: list[int]
    read: list[int]
    seconds: float

    @property
    def right(self) -> float:
        return sum(a == t for a, t in zip(self.read, self.y, strict=True)) / len(self.y)


def title() -> str:
    return say(fr="Chiffres manuscrits : 64-32-10", en="Handwritten digits: 64-32-10")


def there() -> bool:
    """Whether scikit-learn, which has the digits, is installed."""
    return find_spec("sklearn") is not None


@cache
def trained(seed: int) -> Reader:
    """64 inputs, 32 hidden neurons, 10 scores: 2410 parameters, written for one example."""
    X, y = data.digits()
    (X, y), (X_test, y_test) = data.split(X, y, 0.2, seed)
    model = MLP(64, [32, 10], activation="tanh", init="glorot", seed=seed)
    history = fit(
        model,
        X,
        y,
        loss="cross_entropy",
        learning_rate=RATE,
        epochs=EPOCHS,
        batch_size=BATCH,
        seed=seed,
        engine="numpy",  # the graph of one example, found again in arrays
        progress=False,
    )
    read = decided(outputs(model, X_test), 0.0)
    return Reader(model, X_test, y_test, read, history.seconds)


def checks(out: Path) -> list[Item]:
    """Nothing to check where scikit-learn is not installed."""
    if not there():
        return []
    found = [trained(seed) for seed in SEEDS]
    right = median(reader.right for reader in found)
    first = found[0]
    wrong = [(x, t, a) for x, t, a in zip(*first[1:4], strict=True) if t != a]
    hidden = [[w.data for w in n.w] for n in first.model.layers[0].neurons]
    _figures.grids(
        [
            (
                say(fr="lus de travers, jamais vus avant", en="misread, never seen before"),
                [(x, f"{t} → {a}") for x, t, a in wrong[:8]],
            ),
            (
                say(fr="poids de neurones cachés", en="weights of hidden neurons"),
                [(w, f"$a_{{{k}}}^{{[1]}}$") for k, w in enumerate(hidden[:8], start=1)],
            ),
        ],
        out / "digits.png",
    )
    told = say(
        fr=f"chiffres jamais vus, justes, médiane de {len(found)} départs : {percent(right)}",
        en=f"digits never seen, right, median of {len(found)} starts: {percent(right)}",
    )
    return [Item("C16", told, max(ENOUGH - right, 0.0), 0, "digits.png")]


def main(out: Path) -> None:
    if not there():
        tell(
            fr="Les chiffres sont dans scikit-learn, qui n’est pas installé : "
            'pip install "tinygrad_fr[digits]".',
            en="The digits are in scikit-learn, which is not installed: "
            'pip install "tinygrad_fr[digits]".',
        )
        return
    for seed in SEEDS:
        reader = trained(seed)
        right, seconds = percent(reader.right), number(reader.seconds, 2)
        tell(
            fr=f"départ {seed} : {right} justes de {len(reader.y)}, appris en {seconds} s",
            en=f"start {seed}: {right} right of {len(reader.y)}, learnt in {seconds} s",
        )
    report(checks(out), out)


if __name__ == "__main__":
    main(Path("out"))
