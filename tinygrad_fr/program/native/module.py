"""Compile it for the processor: a program and an optimiser as one module of LLVM's text.

The buffer begins with the parameters, then their gradients, then what the optimiser remembers of
each, all in the same order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tinygrad_fr.program.native.builder import Builder
from tinygrad_fr.program.native.driver import answer, train
from tinygrad_fr.program.native.gathering import gather
from tinygrad_fr.program.native.layout import Layout
from tinygrad_fr.program.native.steps import parts
from tinygrad_fr.program.native.text import Text
from tinygrad_fr.program.rows import Example


@dataclass(slots=True)
class Module:
    """What is compiled, and where everything lies in its buffers.

    size     the doubles that the parameters take; their gradients begin there
    width    the doubles of a vector
    """

    text: str
    layout: Layout
    size: int
    width: int


def module(
    program: Example,
    optimizer: Any,
    rows: int,
    width: int,
    registers: int,
    answers: Sequence[tuple[str, int]] = (),
    clip: float | None = None,
) -> Module | None:
    """The module for batches of at most so many rows; None if the program is not made for it.

    optimizer   whose step moves the parameters; None: they stay, and their gradients are there
    answers     what is asked of each example: names of arrays, and places in them
    clip        how long the gradient is at most, with which the parameters move
    """
    found = parts([*program.forward, *program.backward])
    if found is None:
        return None
    builder = Builder(program, optimizer, rows, width, registers, found, answers, clip)
    fused = builder.fused()
    each = sorted(found.each, key=lambda s: s.kind in ("outer", "total"))  # they only read
    left = [s for s in found.after if all(s is not f for f in fused.values())]
    functions = [
        builder.function("before", found.before, {}),
        builder.function("block", each, fused),
        builder.function("after", left, {}),
        builder.update(fused),
        gather(builder),
        answer(builder),
        train(builder),
    ]
    return Module(_assembled(functions, builder), builder.layout, builder.size, width)


def _assembled(functions: Sequence[Text], builder: Builder) -> str:
    uses = sorted(set().union(*(t.uses for t in functions)))
    tables = [
        f"@{name} = private constant [{x.size} x i64] "
        f"[{', '.join(f'i64 {int(i)}' for i in x.ravel())}]"
        for name, x in builder.indices.items()
    ]
    bits = builder.width * 64
    attributes = (
        f'attributes #0 = {{ nounwind "prefer-vector-width"="{bits}" '
        f'"min-legal-vector-width"="{bits}" }}'
    )
    return "\n\n".join([*uses, *tables, *(t.whole() for t in functions), attributes]) + "\n"
