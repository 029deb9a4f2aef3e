"""The table of operations: each is stated once, here, and read everywhere else.

One row is one operation: its value, one partial derivative per input, and its spelling where the
default (`name(a, b)`) is not what a course writes.  In every rule `a, b, c` are the inputs and `y`
the result, so that tanh' = 1 - y^2 costs nothing twice.  A rule states calculus, not plumbing: it
knows no gradient arriving and no node.  It is written with operators and rows only, so that the
same line runs on floats (backward), on nodes (gradient as a graph) and on text (the formula on an
edge), and has derivatives of its own, to every order.

Conventions at kinks follow PyTorch: relu'(0) = 0, |.|'(0) = 0, ties of max share one half each.
NaN stays NaN.  What overflows is an infinity, as IEEE 754 says.  What is outside the domain raises
a DomainError, never a complex number; partials do not raise, they divide as IEEE 754 does.
"""

from __future__ import annotations

import builtins
import operator
from collections.abc import Sequence
from typing import Any

from tinygrad_fr import arithmetic as value
from tinygrad_fr.lists import cross_entropy, dot, log_of_sum, log_softmax, logsumexp, softmax
from tinygrad_fr.lists import sum as sum
from tinygrad_fr.numbers import infinite, like, pi
from tinygrad_fr.row import TABLE, Domain, DomainError
from tinygrad_fr.row import Op as Op

# What `from tinygrad_fr.ops import *` brings, and the package with it: every row that is neither an
# operator nor a guard, listed under its heading; and what takes lists.
__all__ = ["TABLE", "DomainError"]

FINITE = Domain("|a| < ∞", infinite)
POSITIVE = Domain("a > 0", lambda a: bool(a <= 0))
AT_MOST_ONE = Domain("|a| ≤ 1", lambda a: bool(builtins.abs(a) > 1))
NOT_BY_ZERO = Domain("b ≠ 0", lambda a, b: bool(b == 0))

# ── arithmetic ───────────────────────────────────────────────────────────────────────────────────


def _in_turns(a: Any, b: Any) -> tuple[Any]:
    """Zero where a/b is whole; between two such points positive and negative in turns."""
    return (mod(a, b) * (1 - 2 * mod(quotient(a, b), 2)),)


add = Op(
    "add",
    operator.add,
    lambda a, b, y: 1,
    lambda a, b, y: 1,
    written=lambda p, a, b: p.sum(a, b),
    symbol="+",
    kind="sum",
    parity=-1,
)
sub = Op(
    "sub",
    operator.sub,
    lambda a, b, y: 1,
    lambda a, b, y: -1,
    written=lambda p, a, b: p.minus(a, b),
    symbol="-",
    parity=-1,
)
mul = Op(
    "mul",
    operator.mul,
    lambda a, b, y: b,
    lambda a, b, y: a,
    written=lambda p, a, b: p.product(a, b),
    symbol="*",
    parity=1,
)
div = Op(
    "div",
    operator.truediv,
    lambda a, b, y: like(1, y) / b,
    lambda a, b, y: -y / b,
    domain=NOT_BY_ZERO,
    written=lambda p, a, b: p.quotient(a, b),
    symbol="/",
    parity=1,
)
neg = Op("neg", operator.neg, lambda a, y: -1, written=lambda p, a: p.minus(a), parity=-1)
mod = Op(
    "mod",
    operator.mod,
    lambda a, b, y: 1,
    lambda a, b, y: -quotient(a, b),
    domain=NOT_BY_ZERO,
    written=lambda p, a, b: p.infix("mod", a, b),
    symbol="%",
    note="a − b·⌊a/b⌋, with the sign of b as in Python; kinks where a/b is an integer",
    kinks=_in_turns,
    parity=-1,
)
quotient: Op = Op(
    "quotient",
    value.quotient,
    lambda a, b, y: 0,
    lambda a, b, y: 0,
    domain=NOT_BY_ZERO,
    written=lambda p, a, b: p.floor(p.quotient(a, b)),
    numpy=lambda p, a, b: p.infix("//", a, b),
    symbol="//",
    note="the whole quotient that goes with mod: a = b·⌊a/b⌋ + a mod b, also in rounded numbers",
    kind="guard",
    kinks=_in_turns,
    parity=1,
)
power = Op(
    "pow",
    value.power,
    lambda a, b, y: scaled_power(b, a, b - 1),
    lambda a, b, y: power_log(y, a),
    domain=Domain("a > 0; a < 0 & b ∈ ℤ; a = 0 & b ≥ 0", value.not_real),
    written=lambda p, a, b: p.power(a, b),
    symbol="**",
    note="(x⁰)′ = 0 and 0⁰ = 1 with slope 0; (0ᵛ)′ = 0; ∂(aᵇ)/∂b is NaN for a < 0",
)

# ── guard rows: they keep the table closed at its edges ──────────────────────────────────────────

ratio: Op = Op(
    "ratio",
    value.ratio,
    lambda a, b, y: ratio(like(1, y), b),
    lambda a, b, y: -ratio(y, b),
    written=lambda p, a, b: p.quotient(a, b),
    symbol="/",
    note="a/b as IEEE 754 divides (1/0 = ∞, 0/0 = NaN), for slopes such as √′(0) = ∞",
    kind="guard",
    parity=1,
)
scaled_power: Op = Op(
    "scaled_power",
    value.scaled_power,
    lambda c, a, b, y: scaled_power(1, a, b),
    lambda c, a, b, y: scaled_power(c * b, a, b - 1),
    lambda c, a, b, y: power_log(y, a),
    written=lambda p, c, a, b: p.product(c, p.power(a, b)),
    note="c·aᵇ, 0 where c = 0 whatever aᵇ: the third derivative of x² at 0",
    kind="guard",
)
power_log: Op = Op(
    "power_log",
    value.power_log,
    lambda y, a, z: power_log(1, a),
    lambda y, a, z: scaled_power(y, a, -1),
    written=lambda p, y, a: p.product(y, p.call("ln", a)),
    numpy=lambda p, y, a: p.product(y, p.call("log", a)),
    note="y·log a for y = aᵇ: 0 where y = 0 or a = 0",
    kind="guard",
)

# ── exponentials, logarithms, roots ──────────────────────────────────────────────────────────────

__all__ += ["exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sqrt", "cbrt", "square"]
__all__ += ["hypot"]

exp: Op = Op(
    "exp",
    value.exp,
    lambda a, y: y,
    written=lambda p, a: p.either(p.call("exp", a), p.power("e", a)),
    kind="transfer",
)
exp2 = Op(
    "exp2",
    value.exp2,
    lambda a, y: y * log(like(2, a)),
    written=lambda p, a: p.power(2, a),
    numpy="exp2",
)
expm1: Op = Op(
    "expm1",
    value.expm1,
    lambda a, y: exp(a),
    written=lambda p, a: p.either(p.call("expm1", a), p.minus(p.power("e", a), 1)),
)
log: Op = Op(
    "log",
    value.log,
    lambda a, y: 1 / a,
    domain=POSITIVE,
    written=lambda p, a: p.call("ln", a),
    numpy="log",
    aliases=("ln",),
)
log2 = Op(
    "log2",
    value.log2,
    lambda a, y: 1 / (a * log(like(2, a))),
    domain=POSITIVE,
    written=lambda p, a: p.call(p.either("log2", p.subscript("log", 2)), a),
)
log10 = Op(
    "log10",
    value.log10,
    lambda a, y: 1 / (a * log(like(10, a))),
    domain=POSITIVE,
    written=lambda p, a: p.call(p.either("log10", p.subscript("log", 10)), a),
)
log1p = Op(
    "log1p",
    value.log1p,
    lambda a, y: 1 / (1 + a),
    domain=Domain("a > −1", lambda a: bool(a <= -1)),
    written=lambda p, a: p.call("ln", p.sum(1, a)),
    numpy="log1p",
)
sqrt: Op = Op(
    "sqrt",
    value.sqrt,
    lambda a, y: ratio(1, 2 * y),
    domain=Domain("a ≥ 0", lambda a: bool(a < 0)),
    written=lambda p, a: p.root(a),
    note="√0 = 0 with slope +∞",
)
cbrt = Op(
    "cbrt",
    value.cbrt,
    lambda a, y: ratio(1, 3 * square(y)),
    written=lambda p, a: p.root(a, 3),
    note="∛0 = 0 with slope +∞",
    parity=-1,
)
square: Op = Op(
    "square",
    lambda a: a * a,
    lambda a, y: 2 * a,
    written=lambda p, a: p.power(a, 2),
    numpy="square",
    parity=1,
)
hypot: Op = Op(
    "hypot",
    value.hypot,
    lambda a, b, y: ratio(a, y),
    lambda a, b, y: ratio(b, y),
    written=lambda p, a, b: p.root(p.sum(p.power(a, 2), p.power(b, 2))),
    numpy="hypot",
    note="the slopes at (0, 0) are NaN, as PyTorch's",
    kinks=lambda a, b: (hypot(a, b),),
    parity=1,
)

# ── trigonometry ─────────────────────────────────────────────────────────────────────────────────

__all__ += ["sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "asinh"]
__all__ += ["acosh", "atanh", "erf", "erfc"]

sin: Op = Op("sin", value.sin, lambda a, y: cos(a), domain=FINITE, kind="transfer", parity=-1)
cos: Op = Op("cos", value.cos, lambda a, y: -sin(a), domain=FINITE, kind="transfer", parity=1)
tan = Op("tan", value.tan, lambda a, y: 1 + square(y), domain=FINITE, parity=-1)
asin = Op(
    "asin",
    value.asin,
    lambda a, y: ratio(1, sqrt((1 - a) * (1 + a))),
    domain=AT_MOST_ONE,
    written=lambda p, a: p.call(p.either("asin", "arcsin"), a),
    numpy="arcsin",
    note="slope +∞ at ±1",
    aliases=("arcsin",),
    parity=-1,
)
acos = Op(
    "acos",
    value.acos,
    lambda a, y: -ratio(1, sqrt((1 - a) * (1 + a))),
    domain=AT_MOST_ONE,
    written=lambda p, a: p.call(p.either("acos", "arccos"), a),
    numpy="arccos",
    note="slope −∞ at ±1",
    aliases=("arccos",),
)
atan = Op(
    "atan",
    value.atan,
    lambda a, y: 1 / (1 + square(a)),
    written=lambda p, a: p.call(p.either("atan", "arctan"), a),
    numpy="arctan",
    aliases=("arctan",),
    kind="transfer",
    parity=-1,
)
atan2 = Op(
    "atan2",
    value.atan2,
    lambda a, b, y: ratio(ratio(b, hypot(a, b)), hypot(a, b)),
    lambda a, b, y: -ratio(ratio(a, hypot(a, b)), hypot(a, b)),
    numpy="arctan2",
    note="the angle of the point (b, a); NaN slopes at (0, 0), where there is no angle",
    aliases=("arctan2",),
    kinks=lambda a, b: (hypot(a, relu(b)),),
)
sinh = Op("sinh", value.sinh, lambda a, y: cosh(a), aliases=("sh",), parity=-1)
cosh: Op = Op("cosh", value.cosh, lambda a, y: sinh(a), aliases=("ch",), parity=1)
tanh = Op(
    "tanh",
    value.tanh,
    lambda a, y: 1 - square(y),
    note="1 − y² as the course writes it: in floats it loses digits for |a| > 5, is 0 beyond 19",
    aliases=("th",),
    kind="transfer",
    parity=-1,
)
asinh = Op(
    "asinh",
    value.asinh,
    lambda a, y: 1 / hypot(1, a),
    numpy="arcsinh",
    aliases=("arcsinh", "argsh"),
    kind="transfer",
    parity=-1,
)
acosh = Op(
    "acosh",
    value.acosh,
    lambda a, y: ratio(1, sqrt((a - 1) * (a + 1))),
    domain=Domain("a ≥ 1", lambda a: bool(a < 1)),
    numpy="arccosh",
    note="slope +∞ at 1",
    aliases=("arccosh", "argch"),
)
atanh = Op(
    "atanh",
    value.atanh,
    lambda a, y: 1 / ((1 - a) * (1 + a)),
    domain=Domain("|a| < 1", lambda a: bool(builtins.abs(a) >= 1)),
    numpy="arctanh",
    aliases=("arctanh", "argth"),
    parity=-1,
)
erf = Op(
    "erf", value.erf, lambda a, y: 2 / sqrt(pi(a)) * exp(-square(a)), kind="transfer", parity=-1
)
erfc: Op = Op(
    "erfc",
    value.erfc,
    lambda a, y: -2 / sqrt(pi(a)) * exp(-square(a)),
    numpy=lambda p, a: p.minus(1, p.call("erf", a)),
    note="1 − erf(a), with all its digits where erf is near 1",
)

# ── steps and kinks ──────────────────────────────────────────────────────────────────────────────

__all__ += ["sign", "step", "floor", "maximum", "minimum", "clip"]

absolute = Op(
    "abs",
    builtins.abs,
    lambda a, y: sign(a),
    written=lambda p, a: p.bars(a),
    note="|·|′(0) = 0",
    kinks=lambda a: (a,),
    parity=1,
)
sign: Op = Op(
    "sign",
    value.sign,
    lambda a, y: 0,
    note="sign(0) = 0",
    aliases=("sgn",),
    kinks=lambda a: (a,),
    parity=-1,
)
step: Op = Op(
    "step",
    value.step,
    lambda a, y: 0,
    written=lambda p, a: p.either(p.call("step", a), p.subscript("𝟏", p.infix(">", a, 0))),
    numpy=lambda p, a: p.call("heaviside", a, 0),
    note="1 for a > 0, else 0: the derivative of relu",
    aliases=("heaviside",),
    kinks=lambda a: (a,),
)
floor: Op = Op(
    "floor",
    value.floor,
    lambda a, y: 0,
    written=lambda p, a: p.floor(a),
    kinks=lambda a: _in_turns(a, 1),
)
maximum = Op(
    "maximum",
    value.maximum,
    lambda a, b, y: (1 + sign(a - b)) / 2,
    lambda a, b, y: (1 + sign(b - a)) / 2,
    written=lambda p, a, b: p.call("max", a, b),
    numpy="maximum",
    note="a tie shares ½ each",
    aliases=("max",),
    kinks=lambda a, b: (a - b,),
)
minimum: Op = Op(
    "minimum",
    value.minimum,
    lambda a, b, y: (1 + sign(b - a)) / 2,
    lambda a, b, y: (1 + sign(a - b)) / 2,
    written=lambda p, a, b: p.call("min", a, b),
    numpy="minimum",
    note="a tie shares ½ each",
    aliases=("min",),
    kinks=lambda a, b: (a - b,),
)
clip = Op(
    "clip",
    value.clip,
    lambda a, b, c, y: (1 - step(b - a)) * (1 - step(a - c)),
    lambda a, b, c, y: step(b - a) * (1 - step(b - c)),
    lambda a, b, c, y: step(a - c),
    domain=Domain("b ≤ c", lambda a, b, c: bool(b > c)),
    note="a kept within [b, c]; slope 1 on both bounds",
    kinks=lambda a, b, c: (a - b, a - c),
)

# ── transfer functions ───────────────────────────────────────────────────────────────────────────

__all__ += ["relu", "leaky_relu", "elu", "softplus", "sigmoid", "logsigmoid", "silu", "gelu"]

relu: Op = Op(
    "relu",
    value.relu,
    lambda a, y: step(a),
    numpy=lambda p, a: p.call("maximum", a, 0),
    symbol="ReLU",
    note="relu′(0) = 0",
    aliases=("ReLU",),
    kind="transfer",
    kinks=lambda a: (a,),
)
leaky_relu = Op(
    "leaky_relu",
    value.leaky_relu,
    lambda a, b, y: step(a) + b * (1 - step(a)),
    lambda a, b, y: minimum(a, 0),
    numpy=lambda p, a, b: p.call("where", p.infix(">", a, 0), a, p.product(b, a)),
    defaults=(0.01,),
    note="slope b at 0",
    aliases=("LeakyReLU",),
    kind="transfer",
    kinks=lambda a, b: (a,),
)
elu = Op(
    "elu",
    value.elu,
    lambda a, b, y: step(a) + b * exp(minimum(a, 0)) * (1 - step(a)),
    lambda a, b, y: expm1(minimum(a, 0)),
    numpy=lambda p, a, b: p.call(
        "where", p.infix(">", a, 0), a, p.product(b, p.call("expm1", p.call("minimum", a, 0)))
    ),
    defaults=(1.0,),
    note="a for a > 0, else b·(eᵃ − 1); slope b at 0",
    aliases=("ELU",),
    kind="transfer",
    kinks=lambda a, b: (a,),
)
softplus = Op(
    "softplus",
    value.softplus,
    lambda a, y: sigmoid(a),
    numpy=lambda p, a: p.call("logaddexp", 0, a),
    note="the slope is σ, so the second one loses digits for a > 20 and is 0 beyond 37, as σ′ does",
    kind="transfer",
)
sigmoid: Op = Op(
    "sigmoid",
    value.sigmoid,
    lambda a, y: y * (1 - y),
    written=lambda p, a: p.call("σ", a),
    numpy=lambda p, a: p.quotient(1, p.sum(1, p.call("exp", p.minus(a)))),
    note="y(1 − y) as the course writes it: in floats it loses digits where y is near 1 (a > 20)",
    aliases=("σ",),
    kind="transfer",
)
logsigmoid = Op(
    "logsigmoid",
    value.logsigmoid,
    lambda a, y: sigmoid(-a),
    numpy=lambda p, a: p.minus(p.call("logaddexp", 0, p.minus(a))),
    kind="transfer",
)
silu = Op(
    "silu",
    value.silu,
    lambda a, y: sigmoid(a) * (1 + a * sigmoid(-a)),
    numpy=lambda p, a: p.quotient(a, p.sum(1, p.call("exp", p.minus(a)))),
    note="a·σ(a), also called swish",
    aliases=("SiLU", "swish"),
    kind="transfer",
)
gelu = Op(
    "gelu",
    value.gelu,
    lambda a, y: erfc(-a / sqrt(like(2, a))) / 2 + a * exp(-square(a) / 2) / sqrt(2 * pi(a)),
    numpy=lambda p, a: p.product(
        p.product(0.5, a), p.sum(1, p.call("erf", p.quotient(a, p.root(2))))
    ),
    note="a·Φ(a), exact, Φ the normal distribution function (Hendrycks & Gimpel 2016, eq. 1)",
    aliases=("GELU",),
    kind="transfer",
)

# ── over any number of inputs ────────────────────────────────────────────────────────────────────

__all__ += ["bce_with_logits", "cross_entropy", "dot", "log_softmax", "logsumexp", "softmax"]


def _class_slopes(inputs: Sequence[Any], y: Any) -> list[Any]:
    k, *zs = inputs
    return [0, *(expm1(-y) if j == k else exp(z - zs[k] - y) for j, z in enumerate(zs))]


total = Op(
    "sum",
    value.total,
    slopes=lambda xs, y: [1] * len(xs),
    written=lambda p, *xs: p.sum(*xs),
    kind="sum",
    parity=-1,
)
scalar_product = Op(
    "dot",
    value.dot,
    slopes=lambda xs, y: [*xs[len(xs) // 2 :], *xs[: len(xs) // 2]],
    written=lambda p, *xs: p.sum(*map(p.product, xs[: len(xs) // 2], xs[len(xs) // 2 :])),
    kind="lists",
    parity=1,
)
log_sum_exp = Op(
    "logsumexp",
    value.logsumexp,
    slopes=lambda xs, y: [exp(x - y) for x in xs],
    written=log_of_sum,
    numpy=lambda p, *xs: p.call("logaddexp.reduce", p.listed(*xs)),
    taught=lambda xs, y: softmax(xs),
)
class_cost = Op(
    "cross_entropy",
    value.cross_entropy,
    slopes=_class_slopes,
    numpy=lambda p, k, *zs: p.call(
        "logaddexp.reduce", p.listed(*(p.minus(z, zs[int(k.text)]) for z in zs))
    ),
    taught=lambda xs, y: [0, *(p - (j == xs[0]) for j, p in enumerate(softmax(xs[1:])))],
    note="−log softmax(z)_k; the slopes are softmax(z) − [j = k], written without cancellation",
    kind="lists",
)
bce_with_logits = Op(
    "bce_with_logits",
    value.bce_with_logits,
    lambda a, b, y: (1 - b) * sigmoid(a) - b * sigmoid(-a),
    lambda a, b, y: -a,
    written=lambda p, a, b: p.call("BCE", a, b),
    numpy=lambda p, a, b: p.minus(p.call("logaddexp", 0, a), p.product(b, a)),
    aliases=("BCE",),
    taught=(lambda a, b, y: sigmoid(a) - b, lambda a, b, y: -a),
    note="cost of the logit a for the target b; the second slope loses digits far out, as σ′ does",
)
