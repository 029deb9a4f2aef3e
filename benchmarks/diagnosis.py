"""How often the diagnosis names the right mistake, refuses, or names a wrong one: by simulation.

    python benchmarks/diagnosis.py [--nets 20] [--digits 2 3 4] [--seed 0]

Small nets are drawn with discriminating numbers; on each, every mistake of the catalogue makes an
answer, rounded to some digits, and the answer is diagnosed.  Mistakes that lead to the same numbers
on that net count as one.  Then the same with the mistake left out of the catalogue, and with random
wrong vectors.  Where a refusal speaks of a layer, the last two columns say whether it is the one
where the left-out mistake was made.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tinygrad_fr.checking.answer import Answer, same  # noqa: E402
from tinygrad_fr.checking.diagnose import Round, diagnose, hypotheses  # noqa: E402
from tinygrad_fr.checking.structure import Scene, Structure  # noqa: E402
from tinygrad_fr.engine import Value  # noqa: E402
from tinygrad_fr.ops import bce_with_logits, cross_entropy, dot, sum  # noqa: E402
from tinygrad_fr.places import scope  # noqa: E402
from tinygrad_fr.words import use  # noqa: E402

RATE = 0.37


def squared(outputs: Sequence[Value], target: Any) -> Value:
    return sum([(a - t) ** 2 for a, t in zip(outputs, target, strict=True)])


def absolute(outputs: Sequence[Value], target: Any) -> Value:
    return sum([abs(a - t) for a, t in zip(outputs, target, strict=True)])


def logits(outputs: Sequence[Value], target: Any) -> Value:
    return sum([bce_with_logits(z, t) for z, t in zip(outputs, target, strict=True)])


def classes(outputs: Sequence[Value], target: int) -> Value:
    return cross_entropy(outputs, target)


# name: widths, hidden transfer, output transfer, cost, how a target is drawn
NETS: dict[str, tuple[list[int], str, str, Callable[..., Value], str]] = {
    "2-2-1 σ, squared": ([2, 2, 1], "sigmoid", "sigmoid", squared, "real"),
    "2-3-3 σ, squared": ([2, 3, 3], "sigmoid", "sigmoid", squared, "real"),
    "2-3-1 ReLU, BCE": ([2, 3, 1], "relu", "", logits, "label"),
    "2-3-3 σ, softmax CE": ([2, 3, 3], "sigmoid", "", classes, "class"),
    "2-3-2 σ, L1": ([2, 3, 2], "sigmoid", "sigmoid", absolute, "real"),
}


def far_from_special(rng: random.Random) -> float:
    """A number with two decimals, not near 0, ±1 or ±½ (the rules for discriminating numbers)."""
    while True:
        x = round(rng.gauss(0, 1.2), 2)
        if min(abs(abs(x) - s) for s in (0, 0.5, 1)) > 0.07:
            return x


def draw_net(kind: str, rng: random.Random) -> Scene:
    """One net with its examples, as the scene of its cost."""
    widths, hidden, last, cost, targets = NETS[kind]
    m = rng.choice([3, 4, 5])
    while m == widths[-1] or m == 2:
        m = rng.choice([3, 4, 5])
    parameters: list[Value] = []
    layers = []
    for layer, (nin, nout) in enumerate(zip(widths, widths[1:], strict=False), start=1):
        rows = [
            [Value(far_from_special(rng), label=f"w_{k},{i}^[{layer}]") for i in range(1, nin + 1)]
            for k in range(1, nout + 1)
        ]
        biases = [
            Value(far_from_special(rng), label=f"b_{k}^[{layer}]") for k in range(1, nout + 1)
        ]
        layers.append((rows, biases))
        parameters += [w for row in rows for w in row] + biases
    labels = [i % 2 for i in range(m)]
    costs = []
    for i in range(m):
        a: list[Any] = [far_from_special(rng) for _ in range(widths[0])]
        for number, (rows, biases) in enumerate(layers, start=1):
            name = last if number == len(layers) else hidden
            with scope("layer", number):
                a = [dot(w, a) + b for w, b in zip(rows, biases, strict=True)]
                a = [getattr(z, name)() if name else z for z in a]
        target: Any = [far_from_special(rng) for _ in a] if targets == "real" else [labels[i]]
        costs.append(cost(a, rng.randrange(widths[-1]) if targets == "class" else target))
    return Structure.of(sum(costs) * (1 / m), parameters).at(rate=RATE)


def discriminating(scene: Scene) -> bool:
    """Both signs among the hidden sums of each neuron, none near 0; no output saturated."""
    hidden = [n for n in scene.neurons if n.layer < scene.layers]
    sums = [scene.values[n.z] for n in hidden]
    mixed = all(
        len({scene.values[n.z] > 0 for n in hidden if n.place == k}) == 2
        for k in range(scene.width(1))
    )
    return (
        mixed
        and all(abs(z) > 0.05 for z in sums)
        and all(abs(scene.values[n.z]) < 4 for n in scene.neurons)
    )


def rounded(answer: Sequence[float], digits: int) -> Answer:
    """The numbers to so many significant digits, and 0.6 unit of the last one for each."""
    given = [float(f"{g:.{digits - 1}e}") for g in answer]
    units = [10.0 ** (int(f"{g:.{digits - 1}e}".split("e")[1]) - digits + 1) for g in given]
    return Answer.of(given, [0.6 * u if g else 1e-12 for u, g in zip(units, given, strict=True)])


def without(rounds: list[Round], answers: Sequence[Sequence[Any]], keys: set[str]) -> list[Round]:
    """The hypotheses with a mistake left out, and whatever leads to the same numbers."""
    return [
        [(h, a) for h, a in found if h.mistake.key not in keys and not same(a, answers)]
        for found in rounds
    ]


def family(key: str) -> str:
    """M16 and M16b are one mistake with two faces."""
    return key.rstrip("bc")


def trial(
    scene: Scene,
    digits: Sequence[int],
    counts: dict[tuple[str, int], Counter[str]],
    misses: Counter[str],
) -> None:
    rounds = list(hypotheses([scene]))
    singles = [*rounds[0], *rounds[1]]
    for hypothesis, answers in singles:
        for d in digits:
            answer = rounded([float(g) for g in answers[0]], d)
            found = diagnose(scene, answer, rounds)
            if found.kind == "named":
                ok = any(
                    same(h.answers([scene]), answers) or h == hypothesis for h in found.hypotheses
                ) or any(a is answers for r in rounds for h, a in r if h in found.hypotheses)
                counts["named", d]["right" if ok else "wrong"] += 1
                if not ok:
                    misses[f"{hypothesis.mistake.key} taken for {found.keys}"] += 1
            else:
                counts["named", d]["refused"] += 1
                misses[f"{hypothesis.mistake.key} {found.kind} {found.keys}"] += 1
            keys = {
                m.mistake.key
                for m, _ in singles
                if family(m.mistake.key) == family(hypothesis.mistake.key)
            }
            left = diagnose(scene, answer, without(rounds, answers, keys))
            counts["left out", d]["wrong" if left.kind == "named" else "refused"] += 1
            if left.kind != "named" and hypothesis.where in ("output", "hidden"):
                counts["placed", d][placed(left.place, hypothesis.where)] += 1
            if left.kind == "named":
                misses[f"left out {hypothesis.mistake.key}: taken for {left.keys}"] += 1


def placed(text: str, where: str) -> str:
    """Whether a refusal says rightly in which layer the first wrong quantity is."""
    if "last layer" in text:
        return "right" if where == "output" else "wrong"
    if text.startswith("Right down to layer"):
        return "right" if where == "hidden" else "wrong"
    return "other"  # weights or biases only, one ratio for all, a slip, or nothing


def main() -> None:
    with use("en"):
        measure()


def measure() -> None:
    parser = argparse.ArgumentParser(allow_abbrev=False, description=__doc__)
    parser.add_argument("--nets", type=int, default=20)
    parser.add_argument("--digits", type=int, nargs="+", default=[2, 3, 4])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--random", type=int, default=1000)
    parser.add_argument("--misses", action="store_true", help="list what was not named rightly")
    args = parser.parse_args()
    table = Table(
        "net",
        "digits",
        "answers",
        "named rightly",
        "refused",
        "named wrongly",
        "left out, named wrongly",
        "refused: layer right",
        "layer wrong",
    )
    for kind in NETS:
        rng = random.Random(f"{args.seed} {kind}")
        counts: dict[tuple[str, int], Counter[str]] = {
            (what, d): Counter() for what in ("named", "left out", "placed") for d in args.digits
        }
        misses: Counter[str] = Counter()
        done = 0
        while done < args.nets:
            scene = draw_net(kind, rng)
            if discriminating(scene):
                trial(scene, args.digits, counts, misses)
                done += 1
        for d in args.digits:
            c, out = counts["named", d], counts["left out", d]
            n, place = c.total(), counts["placed", d]
            located = place["right"] + place["wrong"] or 1
            table.add_row(
                kind,
                str(d),
                str(n),
                f"{c['right'] / n:.2%}",
                f"{c['refused'] / n:.2%}",
                f"{c['wrong'] / n:.2%}",
                f"{out['wrong'] / n:.2%}",
                f"{place['right'] / located:.1%}",
                f"{place['wrong'] / located:.1%}",
            )
        if args.misses:
            Console().print(kind, misses.most_common(25))
        named = 0
        for _ in range(args.random // len(NETS)):
            answer = [far_from_special(rng) for _ in scene.parameters]
            named += diagnose(scene, rounded(answer, 2)).kind == "named"
        Console().print(f"{kind}: {args.random // len(NETS)} random wrong vectors, {named} named")
    Console(width=160).print(table)


if __name__ == "__main__":
    main()
