"""Downhill, on which engine: scalars that a class can follow, arrays, or compiled code."""

from __future__ import annotations

import warnings

from tinygrad_fr.nn.accuracy import judge
from tinygrad_fr.nn.compiled import Arrays
from tinygrad_fr.nn.module import Module
from tinygrad_fr.nn.native import Native
from tinygrad_fr.nn.traced import Unfit, known_cost
from tinygrad_fr.nn.training import Training
from tinygrad_fr.refusals import refuse
from tinygrad_fr.words import say

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
    ours = isinstance(t.model, Module) and known_cost(t)
    if engine == "auto" and (work < WORTH or not ours):
        return
    right = judge(t.loss, t.batches.y, t.model)
    for name, kind in ARRAYS.items():
        if engine not in ("auto", name):
            continue
        try:
            found = kind(t, right, clip, wary=engine == "auto")
        except Unfit as why:
            if engine == name:
                refuse(
                    fr=f'engine="{name}" : {why}. Prenez engine="auto" ou "scalar"',
                    en=f'engine="{name}": {why}. Take engine="auto" or "scalar"',
                )
            continue
        if found.reader:
            _tell_frozen(name, found.reader, len(found.some_examples()))
        t.elsewhere, t.history.engine = found, name
        return


def _tell_frozen(engine: str, reader: str, checked: int) -> None:
    warnings.warn(
        say(
            fr=f'engine="{engine}" : {reader} lit un nombre (.data, <). Un `if` dessus reste ce '
            f"qu’il était au premier exemple ; {checked} exemples ont été vérifiés sur le moteur "
            'scalaire avant le premier pas. Dans le doute, prenez engine="scalar"',
            en=f'engine="{engine}": {reader} reads a number (.data, <). An `if` on it stays as it '
            f"was for the first example; {checked} examples were checked on the scalar engine "
            'before the first step. If in doubt, take engine="scalar"',
        ),
        RuntimeWarning,
        stacklevel=4,
    )
