"""Steps downhill: one curve with two valleys, one long valley, and what the rate λ decides."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tinygrad_fr.demos import Item, _figures, report, tell, worst
from tinygrad_fr.engine import Value
from tinygrad_fr.nn.optim import SGD, Adam, inverse_time
from tinygrad_fr.words import number, say

ITEMS = "C6"
STEPS = 40
Points = list[list[float]]
METHODS: dict[str, Callable[[list[Value]], Any]] = {
    "λ = 0.01": lambda ws: SGD(ws, 0.01),
    "λ = 0.142": lambda ws: SGD(ws, 0.142),
    "λ = 0.142/(1 + 0.2·t)": lambda ws: SGD(ws, inverse_time(0.142, 0.2)),
    "Adam, λ = 0.2": lambda ws: Adam(ws, 0.2),
}


def title() -> str:
    return say(fr="La descente de gradient et son taux λ", en="Gradient descent and its rate λ")


def told() -> list[str]:
    """What each method shows, for the legend."""
    shows = (
        say(fr=" : trop petit", en=": too small"),
        say(fr=" : trop grand", en=": too large"),
        say(fr=" : il décroît", en=": it decays"),
        say(fr=" : il s’adapte", en=": it adapts"),
    )
    return [_figures.decimal(name) + said for name, said in zip(METHODS, shows, strict=True)]


def two_valleys(ws: list[Any]) -> Any:
    """L(w) = w⁴ − 3w² + w + 4: not convex, a good minimum at −1.30 and a worse one at 1.13."""
    (w,) = ws
    return w**4 - 3 * w**2 + w + 4


def long_valley(ws: list[Any]) -> Any:
    """L(w₁, w₂) = ½w₁² + 7w₂²: fourteen times steeper one way than the other."""
    return 0.5 * ws[0] ** 2 + 7 * ws[1] ** 2


def descend(cost: Callable[[list[Any]], Any], start: list[float], method: str) -> Points:
    """The points of the descent, STEPS updates from start."""
    ws = [Value(x, label=f"w_{i}") for i, x in enumerate(start, 1)]
    step = METHODS[method](ws)
    points = [list(start)]
    for _ in range(STEPS):
        step.zero_grad()
        cost(ws).backward()
        step.step()
        points.append([w.data for w in ws])
    return points


def by_hand(method: str, start: float) -> Points:
    """The same on the curve in plain arithmetic: L′ = 4w³ − 6w + 1, and each method's formula."""
    w, m, v, points = start, 0.0, 0.0, [[start]]
    for t in range(STEPS):
        g = 4 * w**3 - 6 * w + 1
        if method.startswith("Adam"):
            m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
            w -= 0.2 * (m / (1 - 0.9 ** (t + 1))) / (math.sqrt(v / (1 - 0.999 ** (t + 1))) + 1e-8)
        else:
            rate = {"λ = 0.01": 0.01, "λ = 0.142": 0.142}.get(method, 0.142 / (1 + 0.2 * t))
            w -= rate * g
        points.append([w])
    return points


def checks(out: Path) -> list[Item]:
    out.mkdir(parents=True, exist_ok=True)
    curve = {name: descend(two_valleys, [1.9], name) for name in METHODS}
    valley = {name: descend(long_valley, [-4.0, 1.0], name) for name in METHODS}
    _figures.descents(
        two_valleys,
        curve,
        long_valley,
        valley,
        out / "descent.png",
        ("L(w) = w⁴ − 3w² + w + 4", "L(w₁, w₂) = ½w₁² + 7w₂²"),
        told(),
    )
    pairs = [
        (a, b)
        for name in ("λ = 0.01", "λ = 0.142/(1 + 0.2·t)", "Adam, λ = 0.2")
        for p, q in zip(curve[name], by_hand(name, curve[name][0][0]), strict=True)
        for a, b in zip(p, q, strict=True)
    ]
    three_ways = say(
        fr="θ − λ∇L : fixe, décroissant, adaptatif ; 120 pas",
        en="θ − λ∇L: fixed, decaying, adaptive; 120 steps",
    )
    return [Item("C6", three_ways, worst(pairs), 1e-9, "descent.png")]


def main(out: Path) -> None:
    for name in METHODS:
        w = descend(two_valleys, [1.9], name)[-1][0]
        ws = descend(long_valley, [-4.0, 1.0], name)[-1]
        found = {"w": w, "L(w)": two_valleys([w]), "L(w₁, w₂)": long_valley(ws)}
        print(f"{_figures.decimal(name):<24}", *(f"{k} = {number(v):<9}" for k, v in found.items()))
    tell(
        fr="Avec λ trop petit, la descente avance à peine dans la longue vallée ; trop grand, "
        "elle rebondit sans fin ; décroissant ou adaptatif, elle se pose. "
        "Le minimum atteint dépend du départ : la fonction n’est pas convexe.",
        en="With λ too small, the descent hardly moves along the long valley; too large, it "
        "bounces for ever; decaying or adaptive, it settles. "
        "Which minimum is reached depends on the start: the function is not convex.",
    )
    report(checks(out), out)


if __name__ == "__main__":
    main(Path("out"))
