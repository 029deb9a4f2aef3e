"""How long a derivation takes: explained and written, the best of five.

python benchmarks/derivations.py
"""

from __future__ import annotations

import time

from tinygrad_fr.engine import Value
from tinygrad_fr.formula.derivation import NOTATIONS, explain
from tinygrad_fr.nn.described import described

TURNS = 5
INPUTS = {"2-3-2": "0.8 -1.2", "10-8-6-4": " ".join(str(i / 10) for i in range(-5, 5))}
TARGETS = {"2-3-2": "0 1", "10-8-6-4": "0 1 0 0"}


def network(sizes: str) -> Value:
    """The squared error of a network of sigmoids at one example."""
    return described(sizes, seed=3, x=INPUTS[sizes], y=TARGETS[sizes]).output


def seconds(output: Value, notation: str, every: bool) -> float:
    """The best of a few turns."""
    found = []
    for _ in range(TURNS):
        start = time.perf_counter()
        str(explain(output, notation=notation, all=every))
        found.append(time.perf_counter() - start)
    return min(found)


def main() -> None:
    """A line for each network and notation; with every neuron of large layers, too."""
    for sizes in INPUTS:
        output = network(sizes)
        for notation in NOTATIONS:
            short, whole = (seconds(output, notation, every) for every in (False, True))
            print(f"{sizes:9} {notation:8} {1000 * short:6.0f} ms   all: {1000 * whole:6.0f} ms")


if __name__ == "__main__":
    main()
