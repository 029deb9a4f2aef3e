"""Check it: matrices that come of the program with a line written otherwise; which line, and how.

    Z1 = X @ W1 + b1            instead of      Z1 = X @ W1.T + b1
    D1 = (D2 @ W2.T) * …        instead of      D1 = (D2 @ W2) * …
    dW2 = D2.T @ X / m          instead of      dW2 = D2.T @ A1 / m
    db1 = D1.sum(1) / m         instead of      db1 = D1.sum(0) / m

Every such program is run, and what it gives is held against the answer: an array of another shape
can be recognised too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from tinygrad_fr.checking.diagnose import Diagnosis
from tinygrad_fr.program.arrays import (
    DIV,
    Array,
    M,
    Over,
    Statement,
    matmul,
    named,
    outer,
    spelled,
    times,
)
from tinygrad_fr.program.program import Program
from tinygrad_fr.program.running import Running
from tinygrad_fr.program.written import lines_of
from tinygrad_fr.words import say

Numbers = Any  # an array of NumPy
Slopes = Mapping[str, Numbers]  # by the names of the parameters
Way = Callable[[Array, Sequence[Array]], Sequence[Array]]


class Otherwise(NamedTuple):
    """One way in which people write lines otherwise: its name, and the question that points to it.

    way     what a piece of a line may become; the arrays with a row per example are given too
    each    one line at a time is written so; else all of them, or all that give matrices or vectors
    """

    way: Way
    fr: str
    en: str
    hint_fr: str
    hint_en: str
    each: bool = True


# ── what a piece of a line may become ────────────────────────────────────────────────────────────


def _square(x: Array) -> bool:
    w = x.inputs[1]
    return len(w.shape) == 2 and w.shape[0] == w.shape[1]


def w_for_its_transpose(x: Array, rows: Sequence[Array]) -> Sequence[Array]:
    return [times(*x.inputs)] if x.kind == "matmul" and _square(x) else []


def transpose_for_w(x: Array, rows: Sequence[Array]) -> Sequence[Array]:
    return [matmul(*x.inputs)] if x.kind == "times" and _square(x) else []


def as_inputs_by_neurons(x: Array, rows: Sequence[Array]) -> Sequence[Array]:
    """W has a row per input: x @ W, g @ W.T and x.T @ g."""
    turned = [outer(*x.inputs[::-1])] if x.kind == "outer" and x.shape[0] == x.shape[-1] else []
    return [*w_for_its_transpose(x, rows), *transpose_for_w(x, rows), *turned]


def over_axis_1(x: Array, rows: Sequence[Array]) -> Sequence[Array]:
    if x.kind == "sum" and x.data == Over(True, ()) and len(x.inputs[0].shape) == 1:
        return [Array("sum", x.inputs, (), True, data=Over(False, (0,)))]
    return []


def over_all_axes(x: Array, rows: Sequence[Array]) -> Sequence[Array]:
    if x.kind == "sum" and x.data == Over(True, ()) and len(x.inputs[0].shape) == 1:
        return [Array("sum", x.inputs, (), data=Over(True, (0,)))]
    return []


def not_divided(x: Array, rows: Sequence[Array]) -> Sequence[Array]:
    return [x.inputs[0]] if x.row is DIV and x.inputs[1] is M else []


def divided_twice(x: Array, rows: Sequence[Array]) -> Sequence[Array]:
    return [Array("row", (x, M), x.shape, row=DIV)] if x.row is DIV and x.inputs[1] is M else []


def another_array(x: Array, rows: Sequence[Array]) -> Sequence[Array]:
    """x.T @ y with another array, the signal or what the weights multiply; Σ of another signal."""
    if x.kind == "outer" and all(u.kind == "name" for u in x.inputs):
        g, a = x.inputs
        found = [outer(g, b) for b in rows if b.name != a.name]
        return [*found, *(outer(e, a) for e in rows if e.name != g.name)]
    if x.kind == "sum" and x.data == Over(True, ()) and x.inputs[0].kind == "name":
        name = x.inputs[0].name
        return [Array("sum", (e,), e.shape, data=x.data) for e in rows if e.name != name]
    return []


INDEX = (
    "Quel indice de W est celui du neurone, lequel celui de l’entrée ?",
    "Which index of W is that of the neuron, which that of the input?",
)
SUM = (
    "Sur quoi ∂L/∂b est-elle une somme : les exemples ou les neurones ?",
    "Over what is ∂L/∂b a sum: the examples or the neurons?",
)
MEAN = (
    "Le coût est une moyenne sur les exemples : où est passé 1/m ?",
    "The cost is a mean over the examples: where did 1/m go?",
)
WAYS = [
    Otherwise(w_for_its_transpose, "W pour Wᵀ dans Z", "W for Wᵀ in Z", *INDEX),
    Otherwise(
        transpose_for_w,
        "Wᵀ pour W au retour",
        "Wᵀ for W on the way back",
        "Est-ce W ou Wᵀ qui ramène δ à la couche d’avant ?",
        "Is it W or Wᵀ that takes δ back to the layer before?",
    ),
    Otherwise(
        as_inputs_by_neurons,
        "W lue comme (entrées × neurones)",
        "W read as (inputs × neurons)",
        *INDEX,
        each=False,
    ),
    Otherwise(over_axis_1, "somme sur le mauvais axe", "a sum over the wrong axis", *SUM),
    Otherwise(over_all_axes, "somme sur tous les axes", "a sum over all axes", *SUM),
    Otherwise(not_divided, "1/m est oublié", "1/m is forgotten", *MEAN),
    Otherwise(divided_twice, "1/m est mis deux fois", "1/m is taken twice", *MEAN),
    Otherwise(
        another_array,
        "un tableau pour un autre",
        "one array for another",
        "∂L/∂W est faite du δ de la couche et de ce que W multiplie : lesquels ?",
        "∂L/∂W is made of the layer’s δ and of what W multiplies: which are they?",
    ),
]


# ── every program with a line written otherwise ──────────────────────────────────────────────────


def other_lines(
    program: Program, space: Mapping[str, Any], fits: Callable[[Slopes], bool]
) -> Diagnosis | None:
    """The first way to write lines of the program otherwise whose gradients fit the answer."""
    for way in WAYS:
        for changed in changes(program, way):
            found = slopes(program, space, changed)
            if found is not None and fits(found):
                return _told(way, changed, program)
    return None


Changed = Mapping[str, Array]


def changes(program: Program, way: Otherwise) -> Iterator[Changed]:
    """The lines that are written otherwise, by name: one at a time, then those alike, then all.

    All of the same factor would be another cost: `compare` knows those.
    """
    lines = [*program.forward, *program.backward]
    data = [Statement(f.name, named(f.name, f.shape, True)) for f in program.given]
    rows = [
        named(s.name, s.array.shape, True)
        for s in (*data, *lines)
        if isinstance(s.array, Array) and s.array.batched and len(s.array.shape) == 1
    ]
    known: dict[str, list[Array]] = {}
    for i, line in enumerate(lines):
        later = {s.name for s in lines[i:]}
        before = [x for x in rows if x.name not in later]
        if found := list(_rewritten(line.array, way.way, before)):
            known[line.name] = found
    factor = way.way in (not_divided, divided_twice)
    if way.each and not (factor and len(known) == 1):
        for name, found in known.items():
            yield from ({name: x} for x in found)
    if way.way is another_array:
        return
    whole = {n.name: _everywhere(n.array, way.way) for n in lines if n.name in known}
    for rank in (1, 2):
        alike = {name: x for name, x in whole.items() if len(x.shape) == rank}
        if 1 < len(alike) < len(whole):
            yield alike
    if len(whole) > 1 and not factor:
        yield whole


def _rewritten(x: Any, way: Way, rows: Sequence[Array]) -> Iterator[Array]:
    """x with one piece of it written otherwise."""
    if not isinstance(x, Array):
        return
    yield from way(x, rows)
    for i, u in enumerate(x.inputs):
        for other in _rewritten(u, way, rows):
            yield _with(x, [*x.inputs[:i], other, *x.inputs[i + 1 :]])


def _everywhere(x: Any, way: Way) -> Any:
    if not isinstance(x, Array) or x.kind == "name":
        return x
    x = _with(x, [_everywhere(u, way) for u in x.inputs])
    return next(iter(way(x, [])), x)


def _with(x: Array, inputs: Sequence[Any]) -> Array:
    """The same piece made of others; a sum over axis 1 has a row per example."""
    batched = x.batched or (x.row is not None and any(_is_batched(u) for u in inputs))
    return Array(x.kind, inputs, x.shape, batched, row=x.row, name=x.name, data=x.data)


def _is_batched(x: Any) -> bool:
    return isinstance(x, Array) and x.batched


def slopes(program: Program, space: Mapping[str, Any], changed: Changed) -> Slopes | None:
    """The gradients of the program with lines written otherwise; None where shapes do not fit."""
    import numpy as np

    there = dict(space)
    page = Running(there)
    try:
        with np.errstate(all="ignore"):
            for name, array in (*program.forward, *program.backward):
                there[name] = np.asarray(spelled(page, changed.get(name, array)), dtype=float)
    except (ValueError, IndexError):
        return None
    return {f.name: there["d" + f.name] for f in program.parameters}


def _told(way: Otherwise, changed: Changed, program: Program) -> Diagnosis:
    right = [line for line in (*program.forward, *program.backward) if line.name in changed]
    wrong = [Statement(line.name, changed[line.name]) for line in right]
    pairs = list(
        zip(lines_of(wrong, program.constants), lines_of(right, program.constants), strict=True)
    )

    def words() -> tuple[str, str]:
        name, hint = say(fr=way.fr, en=way.en), say(fr=way.hint_fr, en=way.hint_en)
        instead = say(fr=" au lieu de ", en=" instead of ")
        told = say(fr=" ; ", en="; ").join(instead.join(pair) for pair in pairs)
        return say(fr=f"{name} : {told}", en=f"{name}: {told}"), hint

    return Diagnosis("named", ("line",), (words,))
