"""A few of LLVM's lines, made a function of arrays."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import numpy as np

from tinygrad_fr.program.native.machine import compiled, machine
from tinygrad_fr.program.native.text import Text
from tinygrad_fr.program.native.words import Words


def applied(
    body: Callable[..., Any], *arrays: Any, lanes: bool = True, width: int | None = None
) -> Any:
    """body(words, a, b, …) on the entries of arrays, in vectors or one by one."""
    t = Text(width or machine().width)
    words = Words(t, t.vector if lanes else "double")
    n = len(arrays[0])
    places = [f"ptr %a{k}" for k in range(len(arrays))]
    t.head = f"define void @apply(ptr %y, {', '.join(places)})"

    def one(i: str) -> None:
        given = [t.load(i, words.kind, f"%a{k}", align=8) for k in range(len(arrays))]
        t.store(words.term(body(words, *given)), i, words.kind, "%y", align=8)

    t.turns(0, n, one, by=t.width if lanes else 1)
    bits = 64 * t.width
    text = "\n".join(
        [*sorted(t.uses), t.whole(), f'attributes #0 = {{ "prefer-vector-width"="{bits}" }}']
    )
    held = [np.concatenate([np.asarray(a, float), np.ones(16)]) for a in arrays]
    found = np.full(n + 16, np.nan)
    library, address = compiled(text, "apply")
    call = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * (1 + len(held)))(address)
    call(found.ctypes.data, *(a.ctypes.data for a in held))
    del library
    return found[:n]
