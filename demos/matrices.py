"""Compile it: the matrices of a 2-3-2 network are found in its scalars, and are the course's own.

Every scalar of one example on the left, in the colour of its group; every group on the right, one
array.  The general forms of the derivation, with k and Σⱼ, stand beside the lines of the program.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from tinygrad_fr.demos import Item, report, tell, worst
from tinygrad_fr.engine import Value
from tinygrad_fr.formula.derivation import explain
from tinygrad_fr.nn import MLP, losses
from tinygrad_fr.nn.plot.figure import DARK, PALE, save
from tinygrad_fr.program.fast import Fast, Plan
from tinygrad_fr.program.lift import Lift
from tinygrad_fr.program.program import Program, to_numpy
from tinygrad_fr.program.read import cells
from tinygrad_fr.walk import order
from tinygrad_fr.words import number, say

ITEMS = "C8–C12"
COLORS = (
    "#0072b2", "#8c564b", "#009e73", "#cc79a7", "#d55e00",
    "#e69f00", "#666666", "#7b5cb8", "#b00020", "#1f4e9e", "#30363d",
)  # fmt: skip
X, Y = [[0.8, -1.2], [-0.4, 0.9], [1.5, 0.3]], [[0.0, 1.0], [1.0, 0.0], [0.5, 0.25]]


def title() -> str:
    return say(
        fr="Les matrices du réseau, trouvées dans ses scalaires",
        en="The matrices of the network, found in its scalars",
    )


def network() -> tuple[Any, Value, Program]:
    """The 2-3-2 network, what one example costs, and its program."""
    model = MLP(2, [3, 2], activation="sigmoid", output="sigmoid", seed=3)
    x = [Value(a, label=f"x_{i}") for i, a in enumerate(X[0], start=1)]
    y = [Value(a, label=f"y_{i}") for i, a in enumerate(Y[0], start=1)]
    L = losses.squared_error([model(x)], [y])
    return model, L, to_numpy(L, inputs=[x, y], parameters=model.parameters())


def beside(L: Value, program: Program) -> list[tuple[str, str]]:
    """The general forms of the derivation, and the lines of the program: the same, piled up."""
    sections = explain(L, notation="delta").sections()
    general = [f"{line.symbol} = {line.formula}" for s in sections for line in s.general]
    lines = str(program).split("\n\n")[1].splitlines()
    return list(zip(general, lines, strict=True))


def compared() -> list[tuple[float, float]]:
    """(program, autograd) for the cost and every gradient, the mean over three examples."""
    model, _, program = network()
    value, gradients = program(X, Y)
    L = losses.squared_error([model(x) for x in X], Y)
    L.backward()
    found = [(value, L.data)]
    for p in model.parameters():
        name, place = program.at(p)
        found.append((float(gradients[name][place]), p.grad))
    return found


def seconds(times: int = 50) -> tuple[float, float]:
    """One step on a hundred examples, cost and gradients: on scalars, and in arrays."""
    model, _, program = network()
    rows, targets = X * 34, Y * 34
    began = time.perf_counter()
    losses.squared_error([model(x) for x in rows[:100]], targets[:100]).backward()
    scalars = time.perf_counter() - began
    fast = Fast(Plan(program), 100)
    fast.run()
    began = time.perf_counter()
    for _ in range(times):
        fast.run()
    return scalars, (time.perf_counter() - began) / times


def picture(program: Program, path: Path) -> None:
    """The scalars and the arrays, in the same colours and columns."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 5.4), layout="constrained")
    left, right = figure.subplots(1, 2)
    lift = Lift(cells(program.loss, program.columns, program.wanted))
    families = [f for f in lift.families if f.name or f is lift.families[-1]]
    spots = _spots(families)
    places: dict[Any, tuple[float, float]] = {}
    for i, f in enumerate(families):
        (x, y), color, name = spots[f], COLORS[i % len(COLORS)], f.name or "L"
        for k, c in enumerate(f.cells):
            places[c] = (x, y - k)
            left.plot(x, y - k, "o", color=color, ms=11, zorder=2)
        left.text(x, y + 0.55, name, ha="center", color=DARK)
        places[f] = (x, y - (len(f.cells) - 1) / 2)
        told = "\n".join(filter(None, (name, " × ".join(map(str, f.shape)))))
        box = {"boxstyle": "round,pad=0.5", "fc": color, "ec": DARK}
        right.text(*places[f], told, ha="center", va="center", color="white", bbox=box, zorder=2)
    for f in families:
        for c in f.cells:
            for u in _named_below(c):
                left.plot(*zip(places[u], places[c], strict=True), color=PALE, lw=0.8, zorder=1)
        for g in {u.family for u in _named_below(f.cells[0])}:
            right.plot(*zip(places[g], places[f], strict=True), color=PALE, lw=1.6, zorder=1)
    left.set_title(say(fr="les scalaires d’un exemple", en="the scalars of one example"))
    right.set_title(say(fr="les tableaux trouvés", en="the arrays that were found"))
    for ax in (left, right):
        ax.set_axis_off()
        ax.margins(0.12)
    save(figure, path)


def _spots(families: list[Any]) -> dict[Any, tuple[float, float]]:
    """Where each array begins: those with a batch in a row, what they use below them."""
    found: dict[Any, tuple[float, float]] = {}
    for f in families:
        if f.batched:
            x = float(max(_depths(f), default=0))
            below = min((found[g][1] - len(g.cells) for g in found if found[g][0] == x), default=0)
            found[f] = (x, below - (below < 0))
    for f in families:
        x, low = found[f][0] - 0.65 if f.batched else 0.0, -5.0
        for g in dict.fromkeys(u.family for u in _named_below(f.cells[0])) if f.batched else []:
            if g not in found:
                found[g] = (x, low)
                x, low = x + 0.35, low - len(g.cells) - 1  # beside its wires, not on them
    return found


def _named_below(c: Any) -> list[Any]:
    """What a scalar is made of, down to what has a name."""
    found = []
    for u in c.below():
        found += [u] if u.family.name else _named_below(u)
    return found


def _depths(f: Any) -> list[int]:
    """How far each thing that it is made of lies from the leaves, itself counted."""
    return [1 + max(_depths(u.family), default=0) for u in _named_below(f.cells[0])]


def checks(out: Path) -> list[Item]:
    out.mkdir(parents=True, exist_ok=True)
    _, L, program = network()
    picture(program, out / "matrices.svg")
    checked = say(
        fr="les matrices trouvées, 17 gradients et le coût, contre autograd",
        en="the matrices that were found, 17 gradients and the cost, against autograd",
    )
    lines = say(
        fr="6 formes générales du cours, 6 lignes du programme",
        en="6 general forms of the course, 6 lines of the program",
    )
    count = [(len(beside(L, program)), 6)]
    return [
        Item("C10", lines, worst(count), 0, "matrices.svg"),
        Item("C12", checked, worst(compared()), 1e-14, "matrices.svg"),
    ]


def main(out: Path) -> None:
    _, L, program = network()
    operations = sum(v.op is not None for v in order(L))
    arrays = len(program.given) + len(program.parameters) + len(program.lines)
    tell(
        fr=f"Réseau 2-3-2, un exemple : {len(order(L))} scalaires, {operations} opérations ; "
        f"{arrays} tableaux, {len(program.forward)} lignes :",
        en=f"2-3-2 network, one example: {len(order(L))} scalars, {operations} operations; "
        f"{arrays} arrays, {len(program.forward)} lines:",
    )
    print("\n".join(f"  {line}" for line in str(program).split("\n\n")[0].splitlines()))
    tell(
        fr="Et au retour, chaque ligne est une forme du cours, k et j empilés :",
        en="And on the way back, each line is a form of the course, k and j stacked:",
    )
    for form, line in beside(L, program):
        print(f"  {form:40} {line}")
    report(checks(out), out)
    scalars, fast = seconds()
    tell(
        fr=f"100 exemples, coût et gradients : {number(1000 * scalars)} ms en scalaires, "
        f"{number(1e6 * fast)} µs en tableaux, {number(scalars / fast, 2)} fois plus vite.",
        en=f"100 examples, cost and gradients: {number(1000 * scalars)} ms on scalars, "
        f"{number(1e6 * fast)} µs in arrays, {number(scalars / fast, 2)} times as fast.",
    )


if __name__ == "__main__":
    main(Path("out"))
