"""Downhill, on which engine: scalars that a class can follow, arrays, or compiled code."""

from __future__ import annotations

from tinygrad_fr.nn import losses
from tinygrad_fr.nn.accuracy import judge
from tinygrad_fr.nn.compiled import Arrays
from tinygrad_fr.nn.frozen import reads_numbers
from tinygrad_fr.nn.module import Module
from tinygrad_fr.nn.native import Native
from tinygrad_fr.nn.traced import Unfit, inner_cost
from tinygrad_fr.nn.training import Training
from tinygrad_fr.refusals import refuse

ARRAYS: dict[str, type[Arrays]] = {"native": Native, "numpy": Arrays}
ENGINES = ("auto", "scalar", *reversed(ARRAYS))
# A parameter and an example cost the scalar engine about this much of a second (measured once,
# and written here: every machine decides alike).
SCALAR = 0.5e-6
WORTH = 2.0  # seconds of such work from which "auto" takes arrays


def chosen(engine: str, t: Training, clip: float | None, epochs: int) -> None:
    """Let the training be made by arrays if that is asked for, or worth it and safe.

    "auto": from about two seconds of scalar work on, for a module that reads no number, a cost and
    an optimiser of this house: compiled code where it can be had, else NumPy.  "native", "numpy":
    whatever can be compiled; ValueError in one line if this cannot.
    """
    if engine == "scalar":
        return
    work = SCALAR * len(t.parameters) * len(t.batches.X) * epochs
    ours = isinstance(t.model, Module) and inner_cost(t) in losses.LOSSES.values()
    if engine == "auto" and (work < WORTH or not ours or reads_numbers(t.model)):
        return
    right = judge(t.loss, t.batches.y, t.model)
    for name, kind in ARRAYS.items():
        if engine not in ("auto", name):
            continue
        try:
            t.elsewhere = kind(t, right, clip)
        except Unfit as why:
            if engine == name:
                refuse(
                    fr=f'engine="{name}" : {why}. Prenez engine="auto" ou "scalar"',
                    en=f'engine="{name}": {why}. Take engine="auto" or "scalar"',
                )
            continue
        t.history.engine = name
        return
