"""Check it: one right and five wrong derivations of a 2-3-2 network, each one diagnosed."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from tinygrad_fr.checking.check import check
from tinygrad_fr.checking.report import Report
from tinygrad_fr.demos import Item, tell
from tinygrad_fr.nn import MLP, losses
from tinygrad_fr.picture.draw import draw
from tinygrad_fr.words import say

ITEMS = "C8–C12"
X, Y = [[0.8, -1.2], [-0.4, 0.9], [1.5, 0.3]], [[0.0, 1.0], [1.0, 0.0], [0.5, 0.25]]
WRONG = ["M9", "M14", "M16", "M18", "M26"]  # the numbers of the catalogue


def title() -> str:
    return say(
        fr="Une dérivation juste, cinq fausses, et leur diagnostic",
        en="One right derivation, five wrong ones, and their diagnosis",
    )


def by_hand(model: Any, slip: str = "") -> list[tuple[list[list[float]], list[float]]]:
    """(dW, db) of both layers for L = (1/N) Σ Σ (Ŷ − Y)², as derived on paper, with one slip."""
    (first, second), n = (layer.neurons for layer in model.layers), len(X)
    dW1, db1 = [[0.0, 0.0] for _ in first], [0.0] * 3
    dW2, db2 = [[0.0, 0.0, 0.0] for _ in second], [0.0] * 2
    for x, y in zip(X, Y, strict=True) if slip != "M26" else [(X[-1], Y[-1])]:
        a = [_neuron(u, x) for u in first]
        out = [_neuron(u, a) for u in second]
        d2 = [
            2 * (o - t) / n * (1 if slip == "M9" else o * (1 - o))
            for o, t in zip(out, y, strict=True)
        ]
        for k, ak in enumerate(a):
            shares = [
                d * (1 if slip == "M18" else u.w[k].data) for d, u in zip(d2, second, strict=True)
            ]
            d1 = (shares[0] if slip == "M16" else sum(shares)) * (
                1 if slip == "M14" else ak * (1 - ak)
            )
            db1[k] += d1
            dW1[k] = [g + d1 * v for g, v in zip(dW1[k], x, strict=True)]
        for j, d in enumerate(d2):
            db2[j] += d
            dW2[j] = [g + d * v for g, v in zip(dW2[j], a, strict=True)]
    return [(dW1, db1), (dW2, db2)]


def _neuron(u: Any, x: list[float]) -> float:
    z = sum(w.data * v for w, v in zip(u.w, x, strict=True)) + u.b.data
    return 1 / (1 + math.exp(-z))


def judged(slip: str) -> Report:
    model = MLP(2, [3, 2], activation="sigmoid", output="sigmoid", seed=3)
    return check(model, X, Y, loss=losses.squared_error, hand=lambda xs, ys: by_hand(model, slip))


def checks(out: Path) -> list[Item]:
    out.mkdir(parents=True, exist_ok=True)
    model = MLP(2, [3, 2], activation="sigmoid", output="sigmoid", seed=3)
    L = losses.squared_error([model(x) for x in X], Y)
    L.backward()
    draw(L, out / "compare.svg", level="neuron")
    found = [judged(slip) for slip in WRONG]
    missed = sum(
        r.diagnosis is None or s not in r.diagnosis.keys for s, r in zip(WRONG, found, strict=True)
    )
    missed += not judged("").ok
    named = say(
        fr="une dérivation juste reconnue, cinq erreurs nommées",
        en="one right derivation recognised, five mistakes named",
    )
    return [Item("C12", named, float(missed), 0, "compare.svg")]


def main(out: Path) -> None:
    for slip in ["", *WRONG]:
        report = judged(slip)
        wrong = [e.name for e in report.entries if e.verdict == "wrong"]
        print(
            say(
                fr=f"Nombres faux : {len(wrong)} sur {len(report.entries)}.",
                en=f"Wrong numbers: {len(wrong)} of {len(report.entries)}.",
            ),
            *report.sentences() or [say(fr="Tout est juste.", en="Everything is right.")],
        )
    tell(
        fr="Le diagnostic compare le vecteur entier à chaque erreur connue, rejouée sur ce graphe.",
        en="The diagnosis compares the whole vector with every known mistake, "
        "replayed on this graph.",
    )
    checks(out)
    tell(fr=f"Images : {out}", en=f"Pictures: {out}")


if __name__ == "__main__":
    main(Path("out"))
