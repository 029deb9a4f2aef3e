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
import math
import operator
from collections.abc import Sequence
from typing import Any

from tinygrad_fr import arithmetic
from tinygrad_fr.arithmetic import far, own
from tinygrad_fr.lists import cross_entropy as cross_entropy
from tinygrad_fr.lists import dot as dot
from tinygrad_fr.lists import log_softmax as log_softmax
from tinygrad_fr.lists import logsumexp as logsumexp
from tinygrad_fr.lists import softmax as softmax
from tinygrad_fr.lists import sum as sum
from tinygrad_fr.numbers import infinite, like, pi
from tinygrad_fr.row import TABLE as TABLE
from tinygrad_fr.row import DomainError as DomainError
from tinygrad_fr.row import Op as Op
from tinygrad_fr.spelling import ATOM

# What `from tinygrad_fr.ops import *` brings, and the package with it: every row that is neither an
# operator nor a guard, listed under its heading; and what takes lists.
__all__ = ["TABLE", "DomainError"]

# ── arithmetic ───────────────────────────────────────────────────────────────────────────────────


def _outside_power(a: Any, b: Any) -> bool:
    return bool((a == 0 and b < 0) or (a < 0 and b % 1 != 0 and b == b))


def _zero_second(a: Any, b: Any) -> bool:
    return bool(b == 0)


def _in_turns(a: Any, b: Any) -> tuple[Any]:
    """Zero where a/b is whole; between two such points positive and negative in turns."""
    return (mod(a, b) * (1 - 2 * mod(quotient(a, b), 2)),)


add = Op(
    "add",
    operator.add,
    lambda a, b, y: 1,
    lambda a, b, y: 1,
    symbol="+",
    text=("{a:1} + {b:1}", 1),
    latex=("{a:1} + {b:1}", 1),
    numpy=("{a:1} + {b:2}", 1),
    kind="sum",
    parity=-1,
)
sub = Op(
    "sub",
    operator.sub,
    lambda a, b, y: 1,
    lambda a, b, y: -1,
    symbol="-",
    text=("{a:1} − {b:2}", 1),
    latex=("{a:1} - {b:2}", 1),
    numpy=("{a:1} - {b:2}", 1),
    parity=-1,
)
mul = Op(
    "mul",
    operator.mul,
    lambda a, b, y: b,
    lambda a, b, y: a,
    symbol="*",
    text=("{a:2}·{b:2}", 2),
    latex=(r"{a:2} \cdot {b:2}", 2),
    numpy=("{a:2} * {b:3}", 2),
    parity=1,
)
div = Op(
    "div",
    operator.truediv,
    lambda a, b, y: like(1, y) / b,
    lambda a, b, y: -y / b,
    needs="b ≠ 0",
    outside=_zero_second,
    symbol="/",
    text=("{a:2}/{b:3}", 2),
    latex=(r"\frac{{{a}}}{{{b}}}", 3),
    numpy=("{a:2} / {b:3}", 2),
    parity=1,
)
neg = Op(
    "neg",
    operator.neg,
    lambda a, y: -1,
    text=("−{a:2}", 1),
    latex=("-{a:2}", 1),
    numpy=("-{a:2}", 1),
    parity=-1,
)
mod = Op(
    "mod",
    operator.mod,
    lambda a, b, y: 1,
    lambda a, b, y: -quotient(a, b),
    needs="b ≠ 0",
    outside=_zero_second,
    symbol="%",
    text=("{a:2} mod {b:3}", 0),
    latex=(r"{a:2} \bmod {b:3}", 0),
    numpy=("{a:2} % {b:3}", 1),
    note="a − b·⌊a/b⌋, with the sign of b as in Python; kinks where a/b is an integer",
    kinks=_in_turns,
    parity=-1,
)
quotient: Op = Op(
    "quotient",
    arithmetic.quotient,
    lambda a, b, y: 0,
    lambda a, b, y: 0,
    needs="b ≠ 0",
    outside=_zero_second,
    symbol="//",
    text=("⌊{a:2}/{b:3}⌋", ATOM),
    latex=(r"\left\lfloor \frac{{{a}}}{{{b}}} \right\rfloor", ATOM),
    numpy=("{a:2} // {b:3}", 1),
    note="the whole quotient that goes with mod: a = b·⌊a/b⌋ + a mod b, also in rounded numbers",
    kind="guard",
    kinks=_in_turns,
    parity=1,
)
power = Op(
    "pow",
    arithmetic.power,
    lambda a, b, y: scaled_power(b, a, b - 1),
    lambda a, b, y: power_log(y, a),
    needs="a > 0; a < 0 & b ∈ ℤ; a = 0 & b ≥ 0",
    outside=_outside_power,
    symbol="**",
    text=("{a:5}^{b:5}", 4),
    latex=("{a:5}^{{{b}}}", 4),
    numpy=("{a:5} ** {b:5}", 4),
    note="(x⁰)′ = 0 and 0⁰ = 1 with slope 0; (0ᵛ)′ = 0; ∂(aᵇ)/∂b is NaN for a < 0",
)


# ── guard rows: they keep the table closed at its edges ──────────────────────────────────────────


ratio: Op = Op(
    "ratio",
    arithmetic.ratio,
    lambda a, b, y: ratio(like(1, y), b),
    lambda a, b, y: -ratio(y, b),
    text=div.text,
    latex=div.latex,
    numpy=div.numpy,
    symbol="/",
    note="a/b as IEEE 754 divides (1/0 = ∞, 0/0 = NaN), for slopes such as √′(0) = ∞",
    kind="guard",
    parity=1,
)
scaled_power: Op = Op(
    "scaled_power",
    arithmetic.scaled_power,
    lambda c, a, b, y: scaled_power(1, a, b),
    lambda c, a, b, y: scaled_power(c * b, a, b - 1),
    lambda c, a, b, y: power_log(y, a),
    text=("{a:2}·{b:5}^{c:5}", 2),
    latex=(r"{a:2} \cdot {b:5}^{{{c}}}", 2),
    numpy=("{a:2} * {b:5} ** {c:5}", 2),
    note="c·aᵇ, 0 where c = 0 whatever aᵇ: the third derivative of x² at 0",
    kind="guard",
)
power_log: Op = Op(
    "power_log",
    arithmetic.power_log,
    lambda y, a, z: power_log(1, a),
    lambda y, a, z: scaled_power(y, a, -1),
    text=("{a:2}·ln {b:5}", 2),
    latex=(r"{a:2} \cdot \ln {b:5}", 2),
    numpy=("{a:2} * np.log({b})", 2),
    note="y·log a for y = aᵇ: 0 where y = 0 or a = 0",
    kind="guard",
)


# ── exponentials, logarithms, roots ──────────────────────────────────────────────────────────────

__all__ += [
    "exp",
    "exp2",
    "expm1",
    "log",
    "log2",
    "log10",
    "log1p",
    "sqrt",
    "cbrt",
    "square",
    "hypot",
]


def _not_positive(a: Any) -> bool:
    return bool(a <= 0)


exp: Op = Op(
    "exp",
    arithmetic.exp,
    lambda a, y: y,
    latex=("e^{{{a}}}", 4),
    kind="transfer",
)
exp2 = Op(
    "exp2",
    arithmetic.exp2,
    lambda a, y: y * log(like(2, a)),
    text=("2^{a:5}", 4),
    latex=("2^{{{a}}}", 4),
)
expm1: Op = Op(
    "expm1",
    arithmetic.expm1,
    lambda a, y: exp(a),
    latex=(r"\left(e^{{{a}}} - 1\right)", ATOM),
)
log: Op = Op(
    "log",
    arithmetic.log,
    lambda a, y: 1 / a,
    needs="a > 0",
    outside=_not_positive,
    text=("ln({a})", ATOM),
    latex=(r"\ln\left({a}\right)", ATOM),
    aliases=("ln",),
)
log2 = Op(
    "log2",
    arithmetic.log2,
    lambda a, y: 1 / (a * log(like(2, a))),
    needs="a > 0",
    outside=_not_positive,
    latex=(r"\log_2\left({a}\right)", ATOM),
)
log10 = Op(
    "log10",
    own("log10"),
    lambda a, y: 1 / (a * log(like(10, a))),
    needs="a > 0",
    outside=_not_positive,
    latex=(r"\log_{{10}}\left({a}\right)", ATOM),
)
log1p = Op(
    "log1p",
    arithmetic.log1p,
    lambda a, y: 1 / (1 + a),
    needs="a > −1",
    outside=lambda a: bool(a <= -1),
    text=("ln(1 + {a:1})", ATOM),
    latex=(r"\ln\left(1 + {a:1}\right)", ATOM),
)
sqrt: Op = Op(
    "sqrt",
    arithmetic.sqrt,
    lambda a, y: ratio(1, 2 * y),
    needs="a ≥ 0",
    outside=lambda a: bool(a < 0),
    text=("√{a:5}", 4),
    latex=(r"\sqrt{{{a}}}", ATOM),
    note="√0 = 0 with slope +∞",
)
cbrt = Op(
    "cbrt",
    arithmetic.cbrt,
    lambda a, y: ratio(1, 3 * square(y)),
    text=("∛{a:5}", 4),
    latex=(r"\sqrt[3]{{{a}}}", ATOM),
    note="∛0 = 0 with slope +∞",
    parity=-1,
)
square: Op = Op(
    "square",
    lambda a: a * a,
    lambda a, y: 2 * a,
    text=("{a:5}²", 4),
    latex=("{a:5}^2", 4),
    parity=1,
)
hypot: Op = Op(
    "hypot",
    own("hypot"),
    lambda a, b, y: ratio(a, y),
    lambda a, b, y: ratio(b, y),
    text=("√({a:5}² + {b:5}²)", 4),
    latex=(r"\sqrt{{{a:5}^2 + {b:5}^2}}", ATOM),
    note="the slopes at (0, 0) are NaN, as PyTorch's",
    kinks=lambda a, b: (hypot(a, b),),
    parity=1,
)

# ── trigonometry ─────────────────────────────────────────────────────────────────────────────────

__all__ += [
    "sin",
    "cos",
    "tan",
    "asin",
    "acos",
    "atan",
    "atan2",
    "sinh",
    "cosh",
    "tanh",
    "asinh",
    "acosh",
    "atanh",
    "erf",
    "erfc",
]


def _beyond_one(a: Any) -> bool:
    return bool(builtins.abs(a) > 1)


def _latex(name: str) -> tuple[str, int]:
    return rf"\{name}\left({{a}}\right)", ATOM


sin: Op = Op(
    "sin",
    own("sin"),
    lambda a, y: cos(a),
    needs="|a| < ∞",
    outside=infinite,
    latex=_latex("sin"),
    kind="transfer",
    parity=-1,
)
cos: Op = Op(
    "cos",
    own("cos"),
    lambda a, y: -sin(a),
    needs="|a| < ∞",
    outside=infinite,
    latex=_latex("cos"),
    kind="transfer",
    parity=1,
)
tan = Op(
    "tan",
    own("tan"),
    lambda a, y: 1 + square(y),
    needs="|a| < ∞",
    outside=infinite,
    latex=_latex("tan"),
    parity=-1,
)
asin = Op(
    "asin",
    own("asin"),
    lambda a, y: ratio(1, sqrt((1 - a) * (1 + a))),
    needs="|a| ≤ 1",
    outside=_beyond_one,
    latex=_latex("arcsin"),
    numpy=("np.arcsin({a})", ATOM),
    note="slope +∞ at ±1",
    aliases=("arcsin",),
    parity=-1,
)
acos = Op(
    "acos",
    own("acos"),
    lambda a, y: -ratio(1, sqrt((1 - a) * (1 + a))),
    needs="|a| ≤ 1",
    outside=_beyond_one,
    latex=_latex("arccos"),
    numpy=("np.arccos({a})", ATOM),
    note="slope −∞ at ±1",
    aliases=("arccos",),
)
atan = Op(
    "atan",
    own("atan"),
    lambda a, y: 1 / (1 + square(a)),
    latex=_latex("arctan"),
    numpy=("np.arctan({a})", ATOM),
    aliases=("arctan",),
    kind="transfer",
    parity=-1,
)
atan2 = Op(
    "atan2",
    own("atan2"),
    lambda a, b, y: ratio(ratio(b, hypot(a, b)), hypot(a, b)),
    lambda a, b, y: -ratio(ratio(a, hypot(a, b)), hypot(a, b)),
    numpy=("np.arctan2({a}, {b})", ATOM),
    note="the angle of the point (b, a); NaN slopes at (0, 0), where there is no angle",
    aliases=("arctan2",),
    kinks=lambda a, b: (hypot(a, relu(b)),),
)
sinh = Op(
    "sinh",
    own("sinh", far(-math.inf, math.inf)),
    lambda a, y: cosh(a),
    latex=_latex("sinh"),
    aliases=("sh",),
    parity=-1,
)
cosh: Op = Op(
    "cosh",
    own("cosh", far(math.inf, math.inf)),
    lambda a, y: sinh(a),
    latex=_latex("cosh"),
    aliases=("ch",),
    parity=1,
)
tanh = Op(
    "tanh",
    own("tanh"),
    lambda a, y: 1 - square(y),
    latex=_latex("tanh"),
    note="1 − y² as the course writes it: in floats it loses digits for |a| > 5, is 0 beyond 19",
    aliases=("th",),
    kind="transfer",
    parity=-1,
)
asinh = Op(
    "asinh",
    own("asinh"),
    lambda a, y: 1 / hypot(1, a),
    numpy=("np.arcsinh({a})", ATOM),
    aliases=("arcsinh", "argsh"),
    kind="transfer",
    parity=-1,
)
acosh = Op(
    "acosh",
    own("acosh"),
    lambda a, y: ratio(1, sqrt((a - 1) * (a + 1))),
    needs="a ≥ 1",
    outside=lambda a: bool(a < 1),
    numpy=("np.arccosh({a})", ATOM),
    note="slope +∞ at 1",
    aliases=("arccosh", "argch"),
)
atanh = Op(
    "atanh",
    own("atanh"),
    lambda a, y: 1 / ((1 - a) * (1 + a)),
    needs="|a| < 1",
    outside=lambda a: bool(builtins.abs(a) >= 1),
    numpy=("np.arctanh({a})", ATOM),
    aliases=("arctanh", "argth"),
    parity=-1,
)
erf = Op(
    "erf",
    own("erf"),
    lambda a, y: 2 / sqrt(pi(a)) * exp(-square(a)),
    numpy=("erf({a})", ATOM),
    kind="transfer",
    parity=-1,
)
erfc: Op = Op(
    "erfc",
    arithmetic.erfc,
    lambda a, y: -2 / sqrt(pi(a)) * exp(-square(a)),
    numpy=("(1 - erf({a}))", ATOM),
    note="1 − erf(a), with all its digits where erf is near 1",
)

# NumPy has no erf, so the NumPy spelling of erf and gelu comes with this definition.
#     erf(|a|) = 1 − t·exp(−a² + g(2t − 1)),   t = 2/(2 + |a|),   g(u) = log(erfc(a)·e^(a²)/t)
# and g is smooth on [−1, 1]: its Chebyshev coefficients are (2/N) Σₖ g(cos θₖ)·cos(j·θₖ) with
# θₖ = π(k + ½)/N, taken with N = 60 and 40 digits.  With the 22 below the error is at most 1e-14
# for every a (a test measures it against mpmath).
NUMPY_ERF = """
ERF = (
    -1.3026537197817183, 0.6419697923564991, 0.019476473204177072, -0.009561514786800002,
    -0.0009465953444904772, 0.00036683949786096067, 4.252332479900027e-05, -2.0278578104967185e-05,
    -1.6242900118269946e-06, 1.3036558423291443e-06, 1.562643544639343e-08, -8.523809015088668e-08,
    6.529049222221988e-09, 5.05934813310858e-09, -9.9136818614527e-10, -2.2736172538307296e-10,
    9.646516778842907e-11, 2.3961107301909226e-12, -6.8874168171809815e-12, 8.95185302664491e-13,
    3.130909729684443e-13, -1.1340326583716808e-13,
)


def erf(a):
    t = 2 / (2 + np.abs(a))
    u, d, dd = 2 * t - 1, 0.0, 0.0
    for c in ERF[:0:-1]:
        d, dd = 2 * u * d - dd + c, d
    return np.sign(a) * (1 - t * np.exp(-a * a + ERF[0] / 2 + u * d - dd))
"""

# ── steps and kinks ──────────────────────────────────────────────────────────────────────────────

__all__ += ["sign", "step", "floor", "maximum", "minimum", "clip"]


def _zero(*inputs: Any) -> int:
    return 0


absolute = Op(
    "abs",
    builtins.abs,
    lambda a, y: sign(a),
    text=("|{a}|", ATOM),
    latex=(r"\left|{a}\right|", ATOM),
    note="|·|′(0) = 0",
    kinks=lambda a: (a,),
    parity=1,
)
sign: Op = Op(
    "sign",
    arithmetic.sign,
    _zero,
    note="sign(0) = 0",
    aliases=("sgn",),
    kinks=lambda a: (a,),
    parity=-1,
)
step: Op = Op(
    "step",
    arithmetic.step,
    _zero,
    numpy=("(({a}) > 0).astype(float)", ATOM),
    latex=(r"\mathbf{{1}}_{{{a:2} > 0}}", ATOM),
    note="1 for a > 0, else 0: the derivative of relu",
    aliases=("heaviside",),
    kinks=lambda a: (a,),
)
floor: Op = Op(
    "floor",
    arithmetic.floor,
    _zero,
    text=("⌊{a}⌋", ATOM),
    latex=(r"\left\lfloor {a} \right\rfloor", ATOM),
    kinks=lambda a: _in_turns(a, 1),
)
maximum = Op(
    "maximum",
    arithmetic.maximum,
    lambda a, b, y: (1 + sign(a - b)) / 2,
    lambda a, b, y: (1 + sign(b - a)) / 2,
    text=("max({a}, {b})", ATOM),
    latex=(r"\max\left({a}, {b}\right)", ATOM),
    note="a tie shares ½ each",
    aliases=("max",),
    kinks=lambda a, b: (a - b,),
)
minimum: Op = Op(
    "minimum",
    arithmetic.minimum,
    lambda a, b, y: (1 + sign(b - a)) / 2,
    lambda a, b, y: (1 + sign(a - b)) / 2,
    text=("min({a}, {b})", ATOM),
    latex=(r"\min\left({a}, {b}\right)", ATOM),
    note="a tie shares ½ each",
    aliases=("min",),
    kinks=lambda a, b: (a - b,),
)
clip = Op(
    "clip",
    arithmetic.clip,
    lambda a, b, c, y: (1 - step(b - a)) * (1 - step(a - c)),
    lambda a, b, c, y: step(b - a) * (1 - step(b - c)),
    lambda a, b, c, y: step(a - c),
    needs="b ≤ c",
    outside=lambda a, b, c: bool(b > c),
    note="a kept within [b, c]; slope 1 on both bounds",
    kinks=lambda a, b, c: (a - b, a - c),
)

# ── transfer functions ───────────────────────────────────────────────────────────────────────────

__all__ += ["relu", "leaky_relu", "elu", "softplus", "sigmoid", "logsigmoid", "silu", "gelu"]


relu: Op = Op(
    "relu",
    arithmetic.relu,
    lambda a, y: step(a),
    symbol="ReLU",
    numpy=("np.maximum({a}, 0)", ATOM),
    note="relu′(0) = 0",
    aliases=("ReLU",),
    kind="transfer",
    kinks=lambda a: (a,),
)
leaky_relu = Op(
    "leaky_relu",
    arithmetic.leaky_relu,
    lambda a, b, y: step(a) + b * (1 - step(a)),
    lambda a, b, y: minimum(a, 0),
    defaults=(0.01,),
    numpy=("np.where({a} > 0, {a}, {b:3} * ({a}))", ATOM),
    note="slope b at 0",
    aliases=("LeakyReLU",),
    kind="transfer",
    kinks=lambda a, b: (a,),
)
elu = Op(
    "elu",
    arithmetic.elu,
    lambda a, b, y: step(a) + b * exp(minimum(a, 0)) * (1 - step(a)),
    lambda a, b, y: expm1(minimum(a, 0)),
    defaults=(1.0,),
    numpy=("np.where({a} > 0, {a}, {b:3} * np.expm1(np.minimum({a}, 0)))", ATOM),
    note="a for a > 0, else b·(eᵃ − 1); slope b at 0",
    aliases=("ELU",),
    kind="transfer",
    kinks=lambda a, b: (a,),
)
softplus = Op(
    "softplus",
    arithmetic.softplus,
    lambda a, y: sigmoid(a),
    numpy=("np.logaddexp(0, {a})", ATOM),
    kind="transfer",
)
sigmoid: Op = Op(
    "sigmoid",
    arithmetic.sigmoid,
    lambda a, y: y * (1 - y),
    text=("σ({a})", ATOM),
    latex=(r"\sigma\left({a}\right)", ATOM),
    numpy=("1 / (1 + np.exp(-({a})))", 2),
    note="y(1 − y) as the course writes it: in floats it loses digits where y is near 1 (a > 20)",
    aliases=("σ",),
    kind="transfer",
)
logsigmoid = Op(
    "logsigmoid",
    arithmetic.logsigmoid,
    lambda a, y: sigmoid(-a),
    numpy=("-np.logaddexp(0, -({a}))", 1),
    kind="transfer",
)
silu = Op(
    "silu",
    arithmetic.silu,
    lambda a, y: sigmoid(a) * (1 + a * sigmoid(-a)),
    numpy=("({a}) / (1 + np.exp(-({a})))", 2),
    note="a·σ(a), also called swish",
    aliases=("SiLU", "swish"),
    kind="transfer",
)
gelu = Op(
    "gelu",
    arithmetic.gelu,
    lambda a, y: erfc(-a / sqrt(like(2, a))) / 2 + a * exp(-square(a) / 2) / sqrt(2 * pi(a)),
    numpy=("0.5 * ({a}) * (1 + erf(({a}) / np.sqrt(2)))", 2),
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
    arithmetic.total,
    lambda xs, y: [1] * len(xs),
    arity=None,
    kind="sum",
    parity=-1,
)
scalar_product = Op(
    "dot",
    arithmetic.dot,
    lambda xs, y: [*xs[len(xs) // 2 :], *xs[: len(xs) // 2]],
    arity=None,
    kind="lists",
    parity=1,
)
log_sum_exp = Op(
    "logsumexp", arithmetic.logsumexp, lambda xs, y: [exp(x - y) for x in xs], arity=None
)
class_cost = Op(
    "cross_entropy",
    arithmetic.cross_entropy,
    _class_slopes,
    arity=None,
    note="−log softmax(z)_k; the slopes are softmax(z) − [j = k], written without cancellation",
    kind="lists",
)
bce_with_logits = Op(
    "bce_with_logits",
    arithmetic.bce_with_logits,
    lambda a, b, y: (1 - b) * sigmoid(a) - b * sigmoid(-a),
    lambda a, b, y: -a,
    text=("BCE({a}, {b})", ATOM),
    numpy=("np.logaddexp(0, {a}) - {b:3} * ({a})", 1),
    note="binary cross-entropy of the logit a against the target b; the slope is σ(a) − b",
)
