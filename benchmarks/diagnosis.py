"""How often the diagnosis names the right mistake, lists it first, names a wrong one.

    python benchmarks/diagnosis.py [--each 6] [--digits 2 3 4 0] [--seed 0 …] [--random 2000]

Exercises are drawn with discriminating numbers; on each, mistakes make an answer, rounded to some
digits (0: as formulas, at ten points), and the answer is diagnosed.  Mistakes that lead to the same
numbers there are one.  Then the same with that mistake left out of the list, and with random wrong
answers.  Two mistakes at once are not tried here: each takes a second.
On the nets the mistakes are the rows of the catalogue, elsewhere all that is known.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tinygrad_fr.checking.answer import Answer, same  # noqa: E402
from tinygrad_fr.checking.candidates import Candidates  # noqa: E402
from tinygrad_fr.checking.diagnose import diagnose  # noqa: E402
from tinygrad_fr.checking.hand import as_typed  # noqa: E402
from tinygrad_fr.checking.structure import Scene, Structure  # noqa: E402
from tinygrad_fr.checking.viewpoints import saturated  # noqa: E402
from tinygrad_fr.checking.world import Candidate  # noqa: E402
from tinygrad_fr.engine import Value  # noqa: E402
from tinygrad_fr.ops import DomainError, bce_with_logits, dot, sum  # noqa: E402
from tinygrad_fr.reading.expression import parse  # noqa: E402
from tinygrad_fr.words import use  # noqa: E402

POINTS = 10
Exercise = tuple[Value, list[Value]]  # the cost, and what is asked

# widths, hidden transfer, output transfer, cost of one output
NETS: dict[str, tuple[list[int], str, str, Callable[[Any, Any], Any]]] = {
    "net 2-2-1 σ": ([2, 2, 1], "sigmoid", "sigmoid", lambda a, t: (a - t) ** 2),
    "net 2-3-2 σ": ([2, 3, 2], "sigmoid", "sigmoid", lambda a, t: (a - t) ** 2),
    "net 3-3-2-1 tanh": ([3, 3, 2, 1], "tanh", "", bce_with_logits),
}
NEURONS = {
    "σ": "(sigmoid(w*x+b)-y)**2",
    "tanh": "(tanh(w*x+b)-y)**2/2",
    "σ, two inputs": "(sigmoid(w1*x1+w2*x2+b)-y)**2",
}
CALCULUS = (
    "x**2*sin(3*x)", "sin(x)/x", "(3*x+1)**4", "x*exp(-2*x)", "log(1+x**2)", "sqrt(1+x**2)",
    "exp(x)/(1+x)", "cos(x**2)", "x**3*log(x)", "(x**2+1)/(x-3)", "tanh(2*x+1)*x", "3**x*x",
)  # fmt: skip


def far_from_special(rng: random.Random) -> float:
    """A number with two decimals, not near 0, ±1 or ±½ (the rules for discriminating numbers)."""
    while True:
        x = round(rng.gauss(0, 1.2), 2)
        if min(abs(abs(x) - s) for s in (0, 0.5, 1)) > 0.07:
            return x


def draw_net(kind: str, rng: random.Random) -> Exercise:
    widths, hidden, last, cost = NETS[kind]
    parameters: list[Value] = []
    layers = []
    for layer, (nin, nout) in enumerate(zip(widths, widths[1:], strict=False), start=1):
        rows = [
            [Value(far_from_special(rng), label=f"w_{k},{i}^[{layer}]") for i in range(1, nin + 1)]
            for k in range(1, nout + 1)
        ]
        b = [Value(far_from_special(rng), label=f"b_{k}^[{layer}]") for k in range(1, nout + 1)]
        layers.append((rows, b))
        parameters += [w for row in rows for w in row] + b
    m = rng.choice([3, 4, 5])
    costs = []
    for i in range(m):
        a: list[Any] = [leaf(rng, f"x_{j}^({i + 1})") for j in range(1, widths[0] + 1)]
        for number, (rows, b) in enumerate(layers, start=1):
            name = last if number == len(layers) else hidden
            a = [dot(w, a) + c for w, c in zip(rows, b, strict=True)]
            a = [getattr(z, name)() if name else z for z in a]
        label = cost is bce_with_logits
        for k, out in enumerate(a, start=1):
            costs.append(cost(out, i % 2 if label else leaf(rng, f"y_{k}^({i + 1})")))
    return sum(costs) * (1 / m), parameters


def leaf(rng: random.Random, label: str) -> Value:
    return Value(far_from_special(rng), label=label)


def draw_text(text: str, asked: Sequence[str], rng: random.Random) -> Exercise:
    names = [n for n in ("w", "w1", "w2", "b", "x", "x1", "x2", "y") if n in text]
    names = [n for n in names if f"{n}1" not in text or n not in ("w", "x")]
    while True:
        known = {n: leaf(rng, n) for n in names}
        try:
            return parse(text, known), [known[n] for n in asked]
        except (DomainError, ValueError):
            continue


def drawn(kind: str, rng: random.Random) -> Exercise:
    if kind in NETS:
        return draw_net(kind, rng)
    if kind == "one neuron":
        text = rng.choice(list(NEURONS.values()))
        return draw_text(text, ["w1", "w2", "b"] if "w1" in text else ["w", "b"], rng)
    return draw_text(rng.choice(CALCULUS), ["x"], rng)


def discriminating(scene: Scene) -> bool:
    """No output saturated, no slope nearly 0, no entry of the truth nearly 0."""
    sums = all(abs(float(scene.values[n.z])) < 4 for n in scene.neurons)
    return sums and all(1e-4 < abs(float(g)) < 1e4 for g in scene.truth)


def scenes(exercise: Exercise, count: int, rng: random.Random) -> list[Scene]:
    """The graph at its own numbers, and at others."""
    structure = Structure.of(*exercise)
    found = [structure.at(rate=0.37)]
    while len(found) < count:
        moved = {v: far_from_special(rng) for v in structure.graph.leaves if v.label}
        try:
            scene = structure.at(moved, 0.37)
        except (DomainError, ArithmeticError):
            continue
        if discriminating(scene) and not saturated(scene):  # where a formula is not looked at
            found.append(scene)
    return found


def rounded(numbers: Sequence[float], digits: int) -> Answer:
    """As they are typed with so many significant digits, as far off as a typed number may be."""
    typed = [as_typed(f"{g:.{digits - 1}e}" if g else "0") for g in numbers]
    return Answer.of([float(t.value) for t in typed], [float(t.tolerance) for t in typed])


def answered(known: Candidates, c: Candidate, digits: int) -> Answer | None:
    """What somebody who makes this mistake gives; None where it cannot be made at some point."""
    import numpy as np

    if digits:
        return rounded([float(g) for g in c.vector[0]], digits)
    vector = c.told[0].vector(known.whole)
    if vector is None or not np.all(np.isfinite(vector)):
        return None
    return Answer(vector.tolist(), (1e-9 * abs(vector)).tolist())


def trial(
    known: Candidates, digits: int, counts: Counter[str], rows_only: bool, misses: Counter[str]
) -> None:
    for c in known.singles:
        if rows_only and c.kind not in ("row", "const"):
            continue
        answer = answered(known, c, digits)
        if answer is None or not any(map(any, answer.numbers)):
            continue
        points = known.scenes
        if all(answer.right(points, e) for e in range(len(points[0].parameters))):
            continue  # right at these digits: nothing to diagnose
        found = diagnose(points, answer, known, False)
        counts["answers"] += 1
        truth = c.vector if digits else c.told[0].vector(known.whole)
        listed = bool(found.vectors) and same(found.vectors[0][:1], truth[:1])
        counts["first"] += listed
        if found.kind == "named":
            counts["named" if listed else "another"] += 1
        if not (listed and found.kind == "named"):
            misses[f"{c.told[0].key} ({c.kind}) {found.kind} {found.keys[:2]}"] += 1
        left = diagnose(points, answer, known.without(c), False)
        other = left.kind == "named" and not same(left.vectors[0][:1], truth[:1])
        counts["left out"] += other  # the same numbers as a constant times another are no error


def others(known: Candidates, count: int, digits: int, rng: random.Random) -> Iterator[bool]:
    """Whether random wrong answers are named."""
    truth = [abs(float(g)) for g in known.first.truth[0]]
    for _ in range(count):
        numbers = [rng.choice((-1, 1)) * t * 10 ** rng.uniform(-1, 1) for t in truth]
        yield diagnose(known.scenes[:1], rounded(numbers, digits), known, False).kind == "named"


@dataclass
class Tally:
    """What came of one kind of exercise, over all the seeds."""

    counts: Counter[str] = field(default_factory=Counter)
    named: int = 0  # random answers
    tried: int = 0

    def row(self) -> list[str]:
        n = self.counts["answers"] or 1
        keys = ("named", "first", "another", "left out")
        chance = f"{self.named} of {self.tried}" if self.tried else ""
        return [str(n), *(f"{self.counts[key] / n:.2%}" for key in keys), chance]


def measure(
    kind: str, digits: int, seed: int, args: argparse.Namespace, misses: Counter[str], to: Tally
) -> None:
    rng = random.Random(f"{seed} {kind} {digits}")
    each = args.each if kind in NETS else 5 * args.each
    done = 0
    while done < each:
        exercise = drawn(kind, rng)
        first = Structure.of(*exercise).at(rate=0.37)
        if not discriminating(first):
            continue
        known = Candidates(scenes(exercise, 1 if digits else POINTS, rng))
        trial(known, digits, to.counts, kind in NETS, misses)
        if digits:
            found = list(others(known, args.random // each, digits, rng))
            to.named, to.tried = to.named + found.count(True), to.tried + len(found)
        done += 1


def main() -> None:
    parser = argparse.ArgumentParser(allow_abbrev=False, description=__doc__)
    parser.add_argument(
        "--each", type=int, default=6, help="nets of a kind, with one seed; five times that else"
    )
    parser.add_argument("--digits", type=int, nargs="+", default=[2, 3, 4, 0])
    parser.add_argument("--seed", type=int, nargs="+", default=[0], help="several are one table")
    parser.add_argument("--random", type=int, default=2000)
    parser.add_argument("--kinds", nargs="+", default=[*NETS, "one neuron", "calculus"])
    parser.add_argument("--misses", action="store_true", help="list what was not named rightly")
    args = parser.parse_args()
    head = "exercise", "digits", "answers", "named rightly", "first in the list"
    table = Table(*head, "another named", "left out yet named", "random named")
    with use("en"):
        for kind in args.kinds:
            for digits in args.digits:
                misses: Counter[str] = Counter()
                tally = Tally()
                for seed in args.seed:
                    measure(kind, digits, seed, args, misses, tally)
                table.add_row(kind, str(digits) if digits else "formulas", *tally.row())
                if args.misses:
                    Console().print(kind, digits, misses.most_common(12))
    Console(width=160).print(table)
    print("seeds", *args.seed)


if __name__ == "__main__":
    main()
