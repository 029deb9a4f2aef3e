"""How long a derivation takes: explained and written, and the cut of growing nets, best of five.

python benchmarks/derivations.py
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from tinygrad_fr.engine import Value
from tinygrad_fr.formula.derivation import NOTATIONS, explain
from tinygrad_fr.formula.stages import Stages
from tinygrad_fr.nn.described import described
from tinygrad_fr.walk import order

TURNS = 5
GROWING = (8, 16, 32, 64)  # neurons of each of two hidden layers
INPUTS = {"2-3-2": "0.8 -1.2", "10-8-6-4": " ".join(str(i / 10) for i in range(-5, 5))}
TARGETS = {"2-3-2": "0 1", "10-8-6-4": "0 1 0 0"}


def network(sizes: str) -> Value:
    """The squared error of a network of sigmoids at one example."""
    return described(sizes, seed=3, x=INPUTS[sizes], y=TARGETS[sizes]).output


def wide(n: int) -> Value:
    """The squared error of a network of two hidden layers of n neurons."""
    return described(f"2-{n}-{n}-1", seed=3, x="0.8 -1.2", y="1").output


def best(work: Callable[[], object]) -> float:
    """The best of a few turns, in seconds."""
    found = []
    for _ in range(TURNS):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return min(found)


def seconds(output: Value, notation: str, every: bool) -> float:
    """A derivation, explained and written."""
    return best(lambda: str(explain(output, notation=notation, all=every)))


def main() -> None:
    """A line for each network and notation; with every neuron of large layers, too."""
    for sizes in INPUTS:
        output = network(sizes)
        for notation in NOTATIONS:
            short, whole = (seconds(output, notation, every) for every in (False, True))
            print(f"{sizes:9} {notation:8} {1000 * short:6.0f} ms   all: {1000 * whole:6.0f} ms")
    for n in GROWING:
        output = wide(n)
        nodes = len(order(output))
        cut = best(partial(Stages, output, None, "course"))
        print(
            f"2-{n}-{n}-1".ljust(9),
            f"{nodes:5} nodes cut and named in {1000 * cut:5.0f} ms:",
            end="",
        )
        print(f"{1e6 * cut / nodes:5.0f} µs each")


if __name__ == "__main__":
    main()
