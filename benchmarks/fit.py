"""Walk it backward, one step downhill, and again: what `fit` costs beside the bare loop.

    python benchmarks/fit.py [--pairs 15] [--epochs 10]

Both train an MLP 2-16-16-1 on the same 100 points with all of them in a step: forward, backward,
optimiser, the collector paused.  They take turns, first one, then the other in front, and the
figure is the median of the ratios within a pair.  Before they race their costs are compared, digit
for digit.  The steps (b) of `eager.py`, by dot and by tinygrad_fr.nn, run in the same turns; they
have a penalty on the weights, and no optimiser.
"""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import get_clock_info, perf_counter, process_time
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.eager import hinge_step, load  # noqa: E402
from tinygrad_fr.nn import MLP, data, fit, losses, optim  # noqa: E402
from tinygrad_fr.words import number, say  # noqa: E402

clock = process_time if get_clock_info("process_time").resolution < 1e-6 else perf_counter
X, Y = data.moons(100, seed=0)
SIGNS = [2 * t - 1 for t in Y]
RATE = 0.01


def a_model() -> MLP:
    return MLP(2, [16, 16, 1], seed=0)


def by_fit(epochs: int) -> list[float]:
    return fit(
        a_model(),
        X,
        SIGNS,
        loss="hinge",
        optimizer="sgd",
        learning_rate=RATE,
        epochs=epochs,
        progress=False,
    ).loss


def bare(epochs: int) -> list[float]:
    """The same steps, written by hand; the collector rests during a step."""
    model = a_model()
    descent = optim.SGD(model.parameters(), RATE)
    found = []
    for _ in range(epochs):
        gc.disable()
        L = losses.hinge([model(x) for x in X], SIGNS)
        descent.zero_grad()
        L.backward()
        descent.step()
        found.append(L.data)
        del L
        gc.enable()
    return found


def eager(kind: str) -> Callable[[int], None]:
    """As often a step (b) of eager.py: build and backward, the graph let go."""
    engine = load("ours")
    assert engine is not None
    build, _ = hinge_step(engine, kind)

    def run(epochs: int) -> None:
        for _ in range(epochs):
            gc.disable()
            build().backward()
            gc.enable()

    return run


def seconds(run: Callable[[int], Any], epochs: int) -> float:
    gc.collect()
    start = clock()
    run(epochs)
    return (clock() - start) / epochs


def main() -> int:
    parser = argparse.ArgumentParser(
        allow_abbrev=False, description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--pairs", type=int, default=15, help="how many turns")
    parser.add_argument("--epochs", type=int, default=10, help="steps per turn")
    args = parser.parse_args()
    if by_fit(3) != bare(3):
        print(
            say(
                fr="fit et la boucle ne donnent pas les mêmes coûts", en="fit and the loop disagree"
            )
        )
        return 1
    turns: list[dict[str, float]] = []
    runs: dict[str, Callable[[int], Any]] = {
        "fit": by_fit,
        "bare": bare,
        "dot": eager("dot"),
        "nn": eager("nn"),
    }
    for i in range(args.pairs):
        names = list(runs) if i % 2 else list(reversed(runs))
        turns.append({name: seconds(runs[name], args.epochs) for name in names})
    middle = {name: median(turn[name] for turn in turns) for name in runs}
    over = [100 * (turn["fit"] / turn["bare"] - 1) for turn in turns]
    beside = [number(median(turn["fit"] / turn[kind] for turn in turns)) for kind in ("dot", "nn")]
    names = {
        "fit": "fit",
        "bare": say(fr="la boucle à la main", en="the loop by hand"),
        "dot": say(
            fr="le pas (b) de eager.py, un dot par neurone",
            en="the step (b) of eager.py, one dot per neuron",
        ),
        "nn": say(
            fr="le pas (b) de eager.py, par tinygrad_fr.nn",
            en="the step (b) of eager.py, by tinygrad_fr.nn",
        ),
    }
    for name, told in names.items():
        print(f"{told:45} {number(1e3 * middle[name]):>7} ms")
    print(
        say(
            fr=f"fit coûte {number(median(over))} % de plus que la boucle (médiane de {args.pairs} "
            "paires, "
            f"de {number(min(over))} à {number(max(over))} %) ; but : 5 % au plus",
            en=f"fit costs {number(median(over))}% more than the loop (median of {args.pairs} "
            "pairs, "
            f"{number(min(over))} to {number(max(over))}%); goal: at most 5%",
        )
    )
    print(
        say(
            fr=f"fit / pas de eager.py : {beside[0]} (dot), {beside[1]} (nn)",
            en=f"fit / step of eager.py: {beside[0]} (dot), {beside[1]} (nn)",
        )
    )
    return 0 if median(over) <= 5 else 1


if __name__ == "__main__":
    sys.exit(main())
