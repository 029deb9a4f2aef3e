"""Check it: how far the gradients of a program may be off where floats compute them.

Whoever computes the same in another order gets other digits at the end: few of them as a rule, all
of them where large terms cancel, as at the bottom of a valley.  So the program is run again some
times with every array moved by the unit of its last place, up or down at random, and what that
moves is what nobody can tell (CESTAC: J. Vignes, A stochastic arithmetic for reliable scientific
computation, Mathematics and Computers in Simulation 35, 1993).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tinygrad_fr.checking.hand import DOUBLES
from tinygrad_fr.program.arrays import spelled
from tinygrad_fr.program.program import Program
from tinygrad_fr.program.running import Running

Numbers = Any  # an array of NumPy
RUNS, TIMES = 8, 12  # how often, and how many times as far as it moved
UNITS = 64  # of the last place in single precision: what each number may be off in any case


def rooms(program: Program, space: Mapping[str, Any], unit: float) -> dict[str, Numbers]:
    """By the names of the parameters, how far each entry of a gradient may be off.

    space   the arrays before the first line, as `Program.space` gives them
    unit    of the last place, relative: np.finfo(dtype).eps of what computed them
    """
    import numpy as np

    rng = np.random.default_rng(0)
    truth = _run(program, space, 0.0, rng)
    found = {name: np.zeros_like(x) for name, x in truth.items()}
    for _ in range(RUNS):
        for name, x in _run(program, space, unit, rng).items():
            far = np.abs(x - truth[name])
            found[name] = np.maximum(found[name], np.where(np.isfinite(far), far, 0))
    double = unit < 1e-12
    sure, least = (DOUBLES, 2.0**-1022) if double else (UNITS * unit, 2.0**-126)
    return {name: TIMES * far + sure * np.abs(truth[name]) + least for name, far in found.items()}


def _run(program: Program, space: Mapping[str, Any], unit: float, rng: Any) -> dict[str, Numbers]:
    """The gradients, every array moved by `unit`, up or down."""
    import numpy as np

    def moved(x: Any) -> Any:
        if np.asarray(x).dtype.kind != "f":
            return x  # a place, the number of examples
        return x * (1 + unit * rng.choice((-1.0, 1.0), size=np.shape(x)))

    there = {name: x if name == "m" else moved(x) for name, x in space.items()}
    page = Running(there)
    with np.errstate(all="ignore"):
        for name, array in (*program.forward, *program.backward):
            there[name] = moved(spelled(page, array))
    return {f.name: np.reshape(there["d" + f.name], f.shape) for f in program.parameters}
