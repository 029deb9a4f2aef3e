"""Build a graph: scores become probabilities; the sign in front of z decides which way round."""

from __future__ import annotations

import math
from pathlib import Path

from tinygrad_fr.checking.check import check
from tinygrad_fr.checking.report import Report
from tinygrad_fr.demos import Item, _figures, tell, worst
from tinygrad_fr.engine import Value
from tinygrad_fr.ops import cross_entropy, softmax, sum
from tinygrad_fr.picture.draw import draw
from tinygrad_fr.words import number, say

ITEMS = "C4"
SCORES = [2.0, 1.0, -0.5]


def title() -> str:
    return say(fr="Softmax : e^z et non e^−z", en="Softmax: e^z, not e^−z")


def scores() -> list[Value]:
    return [Value(z, label=f"z_{k}") for k, z in enumerate(SCORES, start=1)]


def shown(ps: list[float]) -> str:
    return "  ".join(number(p) for p in ps)


def errata() -> tuple[Report, Report]:
    """Two derivations often written so, checked: softmax with e^−z; one slope σ′ per output."""
    zs = scores()
    right, turned = softmax(zs), softmax([-z for z in zs])
    y = [1.0, 0.0, 0.0]
    upside_down = {z: p - t for z, p, t in zip(zs, turned, y, strict=True)}
    alone = {z: (-t / p) * (p * (1 - p)) for z, p, t in zip(zs, right, y, strict=True)}
    return check(cross_entropy(zs, 0), upside_down), check(cross_entropy(zs, 0), alone)


def named(report: Report, key: str) -> float:
    """0 if that mistake and no other is named, NaN otherwise: an error no tolerance allows."""
    return 0.0 if report.diagnosis is not None and report.diagnosis.keys == (key,) else math.nan


def paint(right: list[float], turned: list[float], path: Path) -> None:
    """The scores, and what either sign makes of them."""
    upside_down = say(fr="e^−z/Σ : à l’envers", en="e^−z/Σ: upside down")
    groups = [("z", SCORES), ("e^z/Σ", right), (upside_down, turned)]
    _figures.bars(groups, ["z₁", "z₂", "z₃"], path)


def checks(out: Path) -> list[Item]:
    out.mkdir(parents=True, exist_ok=True)
    zs = scores()
    cost = cross_entropy(zs, 0)
    cost.backward()
    total = math.fsum(map(math.exp, SCORES))
    hand = [math.exp(z) / total for z in SCORES]
    found = [p.data for p in softmax(scores())]
    slopes = [(z.grad, p - (k == 0)) for k, (z, p) in enumerate(zip(zs, hand, strict=True))]
    zs_named = scores()
    parts = softmax(zs_named)
    for k, p in enumerate(parts, start=1):
        p.label = f"p_{k}"
    L = -parts[0].log()
    L.backward()
    draw(L, out / "softmax.svg")
    mixed = [(z.grad, p - (k == 0)) for k, (z, p) in enumerate(zip(zs_named, hand, strict=True))]
    turned = [p.data for p in softmax([-z for z in scores()])]
    paint(found, turned, out / "softmax-signs.png")
    upside_down = float(turned.index(max(turned)) != 2)  # e^−z: the smallest score wins
    minus, diagonal = errata()
    tool = named(minus, "minus") + named(diagonal, "M28")
    error = worst([*zip(found, hand, strict=True), *slopes, *mixed]) + upside_down
    right_way_round = say(
        fr="softmax avec e^z ; avec l’entropie croisée ∂L/∂z = Ŷ − Y",
        en="softmax with e^z; with cross-entropy ∂L/∂z = Ŷ − Y",
    )
    recognised = say(
        fr="e^−z reconnu comme softmax(−z) ; une σ′ seule, comme la diagonale de la jacobienne",
        en="e^−z recognised as softmax(−z); σ′ alone, as the diagonal of the Jacobian",
    )
    return [
        Item("C4", right_way_round, error, 1e-14, "softmax-signs.png softmax.svg"),
        Item("C4", recognised, tool, 0, "softmax.svg"),
    ]


def main(out: Path) -> None:
    print(say(fr="scores", en="scores"), "z =", shown(SCORES))
    print("e^z/Σ  →", shown([p.data for p in softmax(scores())]))
    print(
        "e^−z/Σ →",
        shown([p.data for p in softmax([-z for z in scores()])]),
        say(
            fr=" le plus grand score reçoit la plus petite probabilité",
            en=" the largest score gets the smallest probability",
        ),
    )
    zs = scores()
    p = softmax(zs)
    p[0].backward()
    print(
        say(fr="∂p_1/∂z =", en="∂p_1/∂z ="),
        shown([z.grad for z in zs])
        + say(
            fr=" : softmax mêle les sorties, σ′(z_k) seule ne suffit pas",
            en=": softmax mixes the outputs, σ′(z_k) alone is not enough",
        ),
    )
    zs = scores()
    cross_entropy(zs, 0).backward()
    print(
        say(
            fr="avec l’entropie croisée, ∂L/∂z = Ŷ − Y =", en="with cross-entropy, ∂L/∂z = Ŷ − Y ="
        ),
        shown([z.grad for z in zs]),
        "  Σ =",
        number(sum([z.grad for z in zs]) or 0.0),
    )
    for report in errata():
        print(*report.sentences())
    checks(out)
    tell(fr=f"Images : {out}", en=f"Pictures: {out}")


if __name__ == "__main__":
    main(Path("out"))
