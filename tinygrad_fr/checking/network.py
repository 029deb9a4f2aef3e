"""Check it: a network that is described, 2-3-2, and its dW1, db1, … worked out by hand.

network = described("2-3-2", seed=3, x="0.8 -1.2", y="0 1")
report = check_network(network, {"W1": "0.1 0.2; …", "delta2": "0,18; -0,23"})
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NoReturn

from tinygrad_fr.checking.answered import COMPUTED, TYPED, Array, with_shapes
from tinygrad_fr.checking.check import check
from tinygrad_fr.checking.cost import ACCEPT
from tinygrad_fr.checking.hand import DOUBLES, Number, as_typed
from tinygrad_fr.checking.lab import slope_of
from tinygrad_fr.checking.listed import typed_array
from tinygrad_fr.checking.model import LARGE, check_sample
from tinygrad_fr.checking.quantities import (
    Known,
    Quantity,
    all_typed,
    check_quantities,
    put,
)
from tinygrad_fr.checking.report import Report
from tinygrad_fr.checking.typed import all_written
from tinygrad_fr.engine import Value
from tinygrad_fr.nn.described import Described
from tinygrad_fr.refusals import known as among
from tinygrad_fr.refusals import refuse
from tinygrad_fr.walk import chain_rule

FILES = (".json", ".npz")


def check_network(
    network: Described,
    answers: Mapping[str, Any],
    formulas: Mapping[str, str] | None = None,
    *,
    rate: Any = None,
    accept: Iterable[str] = (),
    seed: int = 0,
) -> Report:
    """Check dW1, db1, … of a network, and whatever else of it was worked out.

    answers   {"W1": "0.1 0.2; 0.3 0.4", "b1": …}, typed or as arrays; W1 is (neurons, inputs), and
              dW1 is a name for it too; so is a parameter by its own name, w_1,2^[1], a layer's
              delta2, a step z_1^[2] and its slope dz_1^[2]
    formulas  derivatives by the name of what they belong to, written with the names of `network`
    seed      of the sample, where the network is large; rate and accept as in `check`

    Raises ValueError in one line for what does not fit together.
    """
    accepted = [among("accept", key, ACCEPT) for key in accept]
    known = _Known(network)
    found = all_written(known, formulas or {})
    matrices = {name: slope_of(name, known.matrices) for name in answers}
    arrays = [_array(known, m, answers[name]) for name, m in matrices.items() if m]
    for array in arrays:
        if array.mend is not None:
            for name, number in zip(array.names, array.mended.ravel(), strict=True):
                put(found, Quantity(name, network.leaves[name]), number)
    found = all_typed(known, {n: _text(answers[n]) for n, m in matrices.items() if not m}, found)

    def judged(hands: Mapping[Value, Any]) -> Report:
        if len(hands) <= LARGE:
            return check(network.output, hands, rate=rate, accept=accepted)
        groups = [[p for p in layer.parameters() if p in hands] for layer in network.net.layers]
        return check_sample(known.graph, hands, [g for g in groups if g], rate, seed, accepted)

    report = check_quantities(known, found, accept=accepted, rate=rate, on_parameters=judged)
    return with_shapes(report, arrays, network.examples)


class _Known(Known):
    """The names of a network: those of its graph, and its matrices."""

    def __init__(self, network: Described) -> None:
        super().__init__(network.output, network.leaves)
        self.matrices = network.net.arrays()
        self.examples = network.examples
        self.arrived = chain_rule(network.output, along=self.graph.nodes)

    def _refuse(self, name: str) -> NoReturn:
        told = ", ".join(self.matrices)
        one = next(iter(self.leaves))
        refuse(
            fr=f"« {name} » n’est pas une grandeur de ce réseau ; il y a {told}, un paramètre seul "
            f"({one}), le delta1 d’une couche, une étape (z_1^[1]) et sa dérivée (dz_1^[1])",
            en=f"'{name}' is not a quantity of this network; it has {told}, a single parameter "
            f"({one}), a layer’s delta1, a step (z_1^[1]) and its derivative (dz_1^[1])",
        )


# ── the answers ──────────────────────────────────────────────────────────────────────────────────


def _array(known: _Known, parameter: str, given: Any) -> Array:
    """What was answered for a matrix, beside its slopes in floats."""
    import numpy as np

    numbers = _numbers(parameter, given)
    nodes = np.array(known.matrices[parameter], dtype=object)
    truth = np.array([float(known.arrived.get(p, 0)) for p in nodes.ravel()]).reshape(nodes.shape)
    typed = any(x.tolerance > 1e-9 * abs(x.value) for x in numbers.ravel())
    names = [p.label for p in nodes.ravel()]
    near = TYPED if typed else COMPUTED
    return Array.of(parameter, numbers, truth, names, known.examples, near)


def _numbers(name: str, given: Any) -> Any:
    """An array of Numbers: typed, or computed."""
    import numpy as np

    if isinstance(given, str):
        return typed_array(name, given)
    numbers = np.array(given, dtype=object)
    for place in np.ndindex(numbers.shape):
        cell = numbers[place]
        numbers[place] = as_typed(cell) if isinstance(cell, str) else _computed(name, cell)
    return numbers


def _text(given: Any) -> str:
    """A few numbers as they would be typed: a float has all its digits."""
    import numpy as np

    if isinstance(given, str):
        return given
    return "; ".join(map(str, np.array(given, dtype=object).ravel()))


def _computed(name: str, x: Any) -> Number:
    try:
        x = float(x)
    except (TypeError, ValueError):
        x = float("nan")
    if x - x != 0:
        refuse(
            fr=f"{name} : un nombre fini est attendu dans chaque case",
            en=f"{name}: a finite number is expected in every entry",
        )
    return Number(x, abs(x) * DOUBLES)


def read_arrays(path: str) -> dict[str, Any]:
    """{"W1": [[0.1, 0.2], …], "b1": …} of a .json file, numbers as typed, or of an .npz file."""
    import numpy as np

    suffix = Path(path).suffix.lower()
    if suffix not in FILES or not Path(path).is_file():
        refuse(
            fr=f"{path} : donnez un fichier .json ou .npz qui existe",
            en=f"{path}: give a .json or .npz file that exists",
        )
    try:
        if suffix == ".npz":
            with np.load(path, allow_pickle=False) as arrays:
                return {name: arrays[name] for name in arrays.files}
        content = json.loads(Path(path).read_bytes(), parse_float=str, parse_int=str)
    except (ValueError, OSError, EOFError) as error:
        refuse(fr=f"{path} : fichier illisible ({error})", en=f"{path}: unreadable file ({error})")
    if not isinstance(content, dict):
        refuse(
            fr=f"{path} : il faut un objet {{W1: [[…]], b1: […]}}",
            en=f"{path}: an object {{W1: [[…]], b1: […]}} is needed",
        )
    return content
