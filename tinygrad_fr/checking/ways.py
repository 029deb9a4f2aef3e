"""Check it: the ways in which people write a line of matrices otherwise, and what each is called.

A way looks at one piece of a line and says what else may stand there: x @ w for x @ w.T, a for
a − b.  `other_lines` tries it at every piece of every line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from tinygrad_fr.checking.catalogue import CATALOGUE
from tinygrad_fr.ops import TABLE
from tinygrad_fr.program.arrays import (
    ADD,
    DIV,
    MUL,
    NEG,
    SQUARE,
    SUB,
    Array,
    M,
    Over,
    matmul,
    outer,
    times,
)


class Known(NamedTuple):
    """What a way may look at beside its piece.

    rows    the arrays with a row per example that stand before the line
    weights the arrays of parameters
    lines   what each name before it stands for
    """

    rows: Sequence[Array]
    weights: Sequence[Array]
    lines: Mapping[str, Any]


Way = Callable[[Array, Known], Iterable[Any]]


class Otherwise(NamedTuple):
    """One way in which people write lines otherwise: its name, and the question that points to it.

    way     what a piece of a line may become
    each    one line at a time is written so, or those of every layer; else all that can be
    whole   all that can be may be written so at once
    """

    way: Way
    fr: str
    en: str
    hint_fr: str
    hint_en: str
    each: bool = True
    whole: bool = False


# ── products and sums of matrices ────────────────────────────────────────────────────────────────


def _square(x: Array) -> bool:
    w = x.inputs[1]
    return len(w.shape) == 2 and w.shape[0] == w.shape[1]


def w_for_its_transpose(x: Array, _: Known) -> Sequence[Array]:
    return [times(*x.inputs)] if x.kind == "matmul" and _square(x) else []


def transpose_for_w(x: Array, _: Known) -> Sequence[Array]:
    return [matmul(*x.inputs)] if x.kind == "times" and _square(x) else []


def as_inputs_by_neurons(x: Array, known: Known) -> Sequence[Array]:
    """W has a row per input: x @ W, g @ W.T and x.T @ g."""
    turned = [outer(*x.inputs[::-1])] if x.kind == "outer" and x.shape[0] == x.shape[-1] else []
    return [*w_for_its_transpose(x, known), *transpose_for_w(x, known), *turned]


def over_axis_1(x: Array, _: Known) -> Sequence[Array]:
    if x.kind == "sum" and x.data == Over(True, ()) and len(x.inputs[0].shape) == 1:
        return [Array("sum", x.inputs, (), True, data=Over(False, (0,)))]
    return []


def over_all_axes(x: Array, _: Known) -> Sequence[Array]:
    if x.kind == "sum" and x.data == Over(True, ()) and len(x.inputs[0].shape) == 1:
        return [Array("sum", x.inputs, (), data=Over(True, (0,)))]
    return []


def not_divided(x: Array, _: Known) -> Sequence[Array]:
    return [x.inputs[0]] if x.row is DIV and x.inputs[1] is M else []


def divided_twice(x: Array, _: Known) -> Sequence[Array]:
    return [Array("row", (x, M), x.shape, row=DIV)] if x.row is DIV and x.inputs[1] is M else []


def another_array(x: Array, known: Known) -> Sequence[Array]:
    """x.T @ y with another array, the signal or what the weights multiply; Σ of another signal."""
    if x.kind == "outer" and all(u.kind == "name" for u in x.inputs):
        g, a = x.inputs
        found = [outer(g, b) for b in known.rows if b.name != a.name]
        signals = [e for e in known.rows if e.name != g.name] + pieces(known.lines.get(g.name))
        return [*found, *(outer(e, a) for e in signals)]
    if x.kind == "sum" and x.data == Over(True, ()) and x.inputs[0].kind == "name":
        name = x.inputs[0].name
        return [Array("sum", (e,), e.shape, data=x.data) for e in known.rows if e.name != name]
    return []


def pieces(x: Any) -> list[Array]:
    """The factors and terms that a line is made of, with a row per example each."""
    if not isinstance(x, Array) or x.row not in (ADD, SUB, MUL):
        return []
    parts = [u for u in x.inputs if isinstance(u, Array) and u.batched and u.shape == x.shape]
    return [p for u in parts for p in ([u] if u.kind != "name" else []) + pieces(u)]


def another_array_inside(x: Array, known: Known) -> Iterator[Array]:
    """Z for A in a product with weights, or entry by entry; the weights of another layer."""
    if x.kind not in ("row", "matmul", "times"):
        return
    for i, u in enumerate(x.inputs):
        if isinstance(u, Array) and u.kind == "name":
            for other in known.rows if u.batched else known.weights:
                if other.shape == u.shape and other.name != u.name:
                    inputs = [*x.inputs[:i], other, *x.inputs[i + 1 :]]
                    yield Array(x.kind, inputs, x.shape, x.batched, row=x.row, data=x.data)


# ── entry by entry ───────────────────────────────────────────────────────────────────────────────

ACTIVATIONS = [TABLE[name] for name in ("tanh", "sigmoid", "relu", "softplus")]
SIGMOID, EXP = TABLE["sigmoid"], TABLE["exp"]
OPERATIONS = [ADD, SUB, MUL, DIV]


def factors(x: Any) -> list[Any]:
    """a, b, c of a·b·c."""
    if isinstance(x, Array) and x.row is MUL:
        return [f for u in x.inputs for f in factors(u)]
    return [x]


def product(xs: Sequence[Any]) -> Any:
    found: Any = 1
    for x in xs:
        found = found * x
    return found


def no_slope(x: Array, _: Known) -> Sequence[Any]:
    """What arrives, alone: g @ W, or 2·(a − y), without f′(z)."""
    parts = factors(x)
    kept = [u for u in parts if not isinstance(u, Array) or u.kind == "times" or difference(u)]
    return [product(kept)] if any(isinstance(u, Array) for u in kept) else []


def difference(x: Any) -> bool:
    """ŷ − y, and not 1 − a²."""
    return isinstance(x, Array) and x.row is SUB and all(isinstance(u, Array) for u in x.inputs)


def no_factor(x: Array, _: Known) -> Sequence[Any]:
    """a of a·b; numbers stay, or it would be another cost."""
    if x.row is DIV and x.inputs[1] is not M and all(isinstance(u, Array) for u in x.inputs):
        return [x.inputs[0]]
    parts = factors(x)
    if len(parts) == 1:
        return []
    left = [[*parts[:i], *parts[i + 1 :]] for i, u in enumerate(parts) if isinstance(u, Array)]
    return [product(rest) for rest in left if any(isinstance(u, Array) for u in rest)]


def factor_twice(x: Array, _: Known) -> Sequence[Any]:
    parts = factors(x)
    return [product([*parts, u]) for u in parts if isinstance(u, Array)] if len(parts) > 1 else []


def no_term(x: Array, _: Known) -> Sequence[Any]:
    """a, or b, of a + b and a − b; a number is no term of its own."""
    if x.row not in (ADD, SUB):
        return []
    a, b = x.inputs
    return [u for u in (a, -b if x.row is SUB else b) if isinstance(u, Array)]


def another_sign(x: Array, _: Known) -> Sequence[Any]:
    if x.row is NEG:
        return [x.inputs[0]]
    if x.row is ADD:
        return [x.inputs[0] - x.inputs[1]]
    if x.row is SUB:
        a, b = x.inputs
        return [b - a, Array("row", (a, b), x.shape, x.batched, row=ADD)]
    return []


def no_square(x: Array, _: Known) -> Sequence[Any]:
    return [x.inputs[0]] if x.row is SQUARE else []


def another_operation(x: Array, _: Known) -> Sequence[Any]:
    """a + b for a·b, a·m for a/m; another sign has a name of its own."""
    if x.row not in OPERATIONS:
        return []
    rows = (MUL, DIV) if x.row in (ADD, SUB) else (row for row in OPERATIONS if row is not x.row)
    return [Array("row", x.inputs, x.shape, x.batched, row=row) for row in rows]


def another_number(x: Array, _: Known) -> Sequence[Any]:
    """2 − a for 1 − a; a factor would be another cost."""
    if x.row not in (ADD, SUB) or isinstance(x.inputs[0], Array):
        return []
    n, a = x.inputs
    return [Array("row", (k, a), x.shape, x.batched, row=x.row) for k in (n + 1, n - 1) if k]


def no_bias(x: Array, _: Known) -> Sequence[Any]:
    return [x.inputs[0]] if _weighted(x) else []


def another_function(x: Array, _: Known) -> Sequence[Any]:
    if x.row not in ACTIVATIONS:
        return []
    rows = [row for row in ACTIVATIONS if row is not x.row]
    return [x.inputs[0], *(Array("row", x.inputs, x.shape, x.batched, row=row) for row in rows)]


def extra_function(x: Array, _: Known) -> Sequence[Any]:
    """f(a @ W.T + b), where there is none, or a second one."""
    found = ACTIVATIONS if _weighted(x) else []
    return [Array("row", (x,), x.shape, x.batched, row=row) for row in found]


def _weighted(x: Array) -> bool:
    """x is a @ W.T + b."""
    return x.row is ADD and isinstance(x.inputs[0], Array) and x.inputs[0].kind == "matmul"


def of_sigmoid(x: Array, _: Known) -> Sequence[Any]:
    """σ as it is typed: a sign, or parentheses that are missing."""
    if x.row is not SIGMOID:
        return []
    (z,) = x.inputs
    up, down = (Array("row", (u,), x.shape, x.batched, row=EXP) for u in (z, -z))
    return [1 / (1 + up), 1 / (1 - down), 1 + down, 1 / down, down / (1 + down)]


# ── what they are called ─────────────────────────────────────────────────────────────────────────

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
CHAIN = (
    "Écrivez la dérivée de cette ligne par rapport à ce qui y entre : qu’est-ce qui multiplie ?",
    "Write the derivative of this line with respect to what goes into it: what multiplies it?",
)
FORWARD = (
    "Recalculez cette ligne pour un exemple, à la main : que faut-il y additionner ?",
    "Work this line out for one example, by hand: what must be added there?",
)
ARRAYS = (
    "∂L/∂W est faite du δ de la couche et de ce que W multiplie : lesquels ?",
    "∂L/∂W is made of the layer’s δ and of what W multiplies: which are they?",
)
TRANSFER = (
    "une autre fonction de transfert",
    "another transfer function",
    "Quelle est la fonction de transfert de cette couche ?",
    "What is the transfer function of this layer?",
)
M9 = CATALOGUE["M9"]
OF_MATRICES = [
    Otherwise(w_for_its_transpose, "W pour Wᵀ dans Z", "W for Wᵀ in Z", *INDEX, whole=True),
    Otherwise(
        transpose_for_w,
        "Wᵀ pour W au retour",
        "Wᵀ for W on the way back",
        "Est-ce W ou Wᵀ qui ramène δ à la couche d’avant ?",
        "Is it W or Wᵀ that takes δ back to the layer before?",
        whole=True,
    ),
    Otherwise(
        as_inputs_by_neurons,
        "W lue comme (entrées × neurones)",
        "W read as (inputs × neurons)",
        *INDEX,
        each=False,
        whole=True,
    ),
    Otherwise(over_axis_1, "somme sur le mauvais axe", "a sum over the wrong axis", *SUM),
    Otherwise(over_all_axes, "somme sur tous les axes", "a sum over all axes", *SUM),
    Otherwise(not_divided, "1/m est oublié", "1/m is forgotten", *MEAN),
    Otherwise(divided_twice, "1/m est mis deux fois", "1/m is taken twice", *MEAN),
    Otherwise(another_array, "un tableau pour un autre", "one array for another", *ARRAYS),
]
ENTRY_BY_ENTRY = [
    Otherwise(no_slope, M9.fr, M9.en, M9.hint_fr, M9.hint_en),
    Otherwise(no_bias, "le biais est oublié", "the bias is forgotten", *FORWARD),
    Otherwise(another_sign, "un signe", "a sign", *CHAIN),
    Otherwise(no_term, "un terme est oublié", "a term is forgotten", *FORWARD),
    Otherwise(no_factor, "un facteur est oublié", "a factor is forgotten", *CHAIN),
    Otherwise(no_square, "un carré est oublié", "a square is forgotten", *CHAIN),
    Otherwise(
        another_array_inside,
        "un tableau pour un autre",
        "one array for another",
        "Qu’est-ce qui entre dans cette ligne : z ou a, et de quelle couche ?",
        "What goes into this line: z or a, and of which layer?",
    ),
    Otherwise(factor_twice, "un facteur est mis deux fois", "a factor is taken twice", *CHAIN),
    Otherwise(another_function, *TRANSFER),
    Otherwise(
        extra_function,
        "une fonction de transfert en trop",
        "a transfer function too many",
        *TRANSFER[2:],
    ),
    Otherwise(of_sigmoid, "σ est mal écrite", "σ is miswritten", *TRANSFER[2:]),
    Otherwise(
        another_operation, "une opération pour une autre", "one operation for another", *CHAIN
    ),
    Otherwise(another_number, "un nombre pour un autre", "one number for another", *CHAIN),
]
