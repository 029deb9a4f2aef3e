"""How a value is computed: on the reals, in the number's own arithmetic, right at its edges.

One function for every row of the table whose value is more than Python's own operator.  NaN stays
NaN; what overflows is an infinity, as IEEE 754 says; nothing here asks whether a number is inside
the domain of the operation: its row has asked.
"""

from __future__ import annotations

import builtins
import math
import operator
from collections.abc import Callable
from typing import Any

from tinygrad_fr.numbers import infinite, like


def own(name: str, on_overflow: Callable[[Any], float] | None = None) -> Callable[..., Any]:
    """math.name, or the number's own function where it brings one: mpf keeps its digits."""
    standard = getattr(math, name)

    def value(*inputs: Any) -> Any:
        for x in inputs:
            if hasattr(x, "context"):
                return getattr(x.context, name)(*inputs)
        try:
            return standard(*inputs)
        except OverflowError:
            if on_overflow is None:
                raise
            return on_overflow(inputs[0])

    return value


def far(left: float, right: float) -> Callable[[Any], float]:
    """What a function tends to on both sides, for results and integers too large for a float."""
    return lambda a: right if a > 0 else left


# ── powers and quotients ─────────────────────────────────────────────────────────────────────────


def power(a: Any, b: Any) -> Any:
    """aᵇ on the reals; ±∞ on overflow."""
    try:
        return a**b
    except OverflowError:  # aᵇ is too large for a float, or an integer a or b is
        size = builtins.abs(a)
        far = 1.0 if size == 1 else math.inf if (size > 1) == (b > 0) else 0.0
        return -far if a < 0 and b % 2 == 1 else far


def not_real(a: Any, b: Any) -> bool:
    """aᵇ is no real number: 0^−1, (−8)^⅓."""
    return bool((a == 0 and b < 0) or (a < 0 and b % 1 != 0 and b == b))


def quotient(a: Any, b: Any) -> Any:
    """⌊a/b⌋, the one that goes with a % b: a/b itself may round up to the next integer."""
    if hasattr(a, "context") or hasattr(b, "context"):
        exact = (a - a % b) / b
        return exact.context.nint(exact)
    return a // b


def ratio(a: Any, b: Any) -> Any:
    """a/b as IEEE 754 divides: 1/0 = ∞, 0/0 = NaN."""
    if b == 0:
        return a * math.inf if a != 0 and a == a else math.nan
    return a / b


def scaled_power(c: Any, a: Any, b: Any) -> Any:
    """c·aᵇ, 0 where c = 0 whatever aᵇ."""
    if c == 0:
        return c
    if a == 0 and b < 0:
        return c * math.inf
    if a < 0 and b % 1 != 0:
        return math.nan
    return c * power(a, b)


def power_log(y: Any, a: Any) -> Any:
    """y·log a, 0 where y = 0 or a = 0."""
    if y == 0 or a == 0:
        return 0 * y if y == y else y
    return math.nan if a < 0 or a != a else y * log(like(a, y) if type(a) is int else a)


# ── the functions of `math` ──────────────────────────────────────────────────────────────

exp = own("exp", far(0.0, math.inf))
expm1 = own("expm1", far(-1.0, math.inf))
log = own("log")
log1p = own("log1p")
sqrt = own("sqrt")
erf, erfc = own("erf"), own("erfc")
log10, hypot = own("log10"), own("hypot")
sin, cos, tan = own("sin"), own("cos"), own("tan")
asin, acos, atan, atan2 = own("asin"), own("acos"), own("atan"), own("atan2")
sinh, cosh, tanh = (
    own("sinh", far(-math.inf, math.inf)),
    own("cosh", far(math.inf, math.inf)),
    own("tanh"),
)
asinh, acosh, atanh = own("asinh"), own("acosh"), own("atanh")


def exp2(a: Any) -> Any:
    return power(like(2, a), a)


def log2(a: Any) -> Any:
    return a.context.log(a, 2) if hasattr(a, "context") else math.log2(a)


def cbrt(a: Any) -> Any:
    if hasattr(a, "context"):  # mpmath's principal root of −8 is complex
        return sign(a) * a.context.cbrt(builtins.abs(a))
    return math.cbrt(a)


# ── steps and kinks ──────────────────────────────────────────────────────────────────────────────


def sign(a: Any) -> Any:
    return type(a)((a > 0) - (a < 0)) if a == a else a


def step(a: Any) -> Any:
    return type(a)(a > 0) if a == a else a


def floor(a: Any) -> Any:
    if hasattr(a, "context"):
        return a.context.floor(a)
    return type(a)(math.floor(a)) if builtins.abs(a) < math.inf else a


def relu(a: Any) -> Any:
    return a if a > 0 or a != a else type(a)(0)


def maximum(a: Any, b: Any) -> Any:
    return a if a > b or a != a else b


def minimum(a: Any, b: Any) -> Any:
    return a if a < b or a != a else b


def clip(a: Any, b: Any, c: Any) -> Any:
    return minimum(maximum(a, b), c)


# ── transfer functions ───────────────────────────────────────────────────────────────────────────


def sigmoid(a: Any) -> Any:
    """1/(1 + e^−a), computed from the side on which e^· is small."""
    if a >= 0:
        return 1 / (1 + exp(-a))
    e = exp(a)
    return e / (1 + e)


def softplus(a: Any) -> Any:
    """log(1 + e^a) = max(a, 0) + log(1 + e^−|a|), which never overflows."""
    return relu(a) + log1p(exp(-builtins.abs(a)))


def logsigmoid(a: Any) -> Any:
    return -softplus(-a)


def silu(a: Any) -> Any:
    return a * sigmoid(a)


def gelu(a: Any) -> Any:
    return a * erfc(-a / sqrt(like(2, a))) / 2


def leaky_relu(a: Any, b: Any) -> Any:
    return a if a > 0 else b * a


def elu(a: Any, b: Any) -> Any:
    return a if a > 0 else b * expm1(a)


# ── over any number of inputs ────────────────────────────────────────────────────────────────────


def total(*xs: Any) -> Any:
    return builtins.sum(xs)


def dot(*xs: Any) -> Any:
    """The first half times the second half, summed."""
    n = len(xs) // 2
    return builtins.sum(map(operator.mul, xs[:n], xs[n:]))


def logsumexp(*xs: Any) -> Any:
    """log Σ eˣ, the largest term taken out: m + log(1 + Σ of the others e^(x−m))."""
    k = max(range(len(xs)), key=lambda i: xs[i])
    m = xs[k]
    if m != m or infinite(m) or any(x != x for x in xs):
        return builtins.sum(x for x in xs if x != x) or m
    return m + log1p(builtins.sum(exp(x - m) for i, x in enumerate(xs) if i != k))


def cross_entropy(k: int, *zs: Any) -> Any:
    """log Σ e^(zⱼ − z_k), exact also where z_k wins by far."""
    others = [z - zs[k] for j, z in enumerate(zs) if j != k]
    if others and max(others) > 0:
        return logsumexp(*others, 0 * others[0])
    return log1p(builtins.sum(map(exp, others)))


def bce_with_logits(z: Any, t: Any) -> Any:
    """−t·log σ(z) − (1−t)·log(1 − σ(z)), each term skipped where its weight is 0."""
    z = like(z, t) if type(z) is int else z
    return (t * softplus(-z) if t != 0 else 0) + ((1 - t) * softplus(z) if t != 1 else 0)
