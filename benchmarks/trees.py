"""Expressions as trees, the derivative rules of a book, and their values at 60 digits.

Nothing here is ours: it is the oracle of `benchmarks/examiner.py`, and imports nothing of the tool.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import mpmath

M = mpmath.mp.clone()
M.dps = 60
Tree = tuple[Any, ...]  # ("num", "0.3") ("var", "x") ("+", a, b) ("sin", a) …
UNDEFINED = (ValueError, ArithmeticError, TypeError, MemoryError)
LARGEST = 100_000  # bits before the point
ZERO, ONE, TWO = ("num", "0"), ("num", "1"), ("num", "2")


def add(a: Tree, b: Tree) -> Tree:
    return b if a == ZERO else a if b == ZERO else ("+", a, b)


def sub(a: Tree, b: Tree) -> Tree:
    return a if b == ZERO else ("-", a, b)


def mul(a: Tree, b: Tree) -> Tree:
    """a·b with its numbers worked out and in front, as on paper: 3·(0.1·w²) is 0.3·w²."""
    if ZERO in (a, b):
        return ZERO
    if a[0] != "num" and (b[0] == "num" or (b[0] == "*" and b[1][0] == "num")):
        a, b = b, a
    if a[0] == "num" and b[0] == "num":
        return ("num", format(Decimal(a[1]) * Decimal(b[1]), "f"))
    if a[0] == "num" and b[0] == "*" and b[1][0] == "num":
        return mul(mul(a, b[1]), b[2])
    if a[0] == "*" and a[1][0] == "num":
        return mul(a[1], mul(a[2], b))
    return b if a == ONE else a if b == ONE else ("*", a, b)


def div(a: Tree, b: Tree) -> Tree:
    return ZERO if a == ZERO else a if b == ONE else ("/", a, b)


def power(a: Tree, n: str) -> Tree:
    return ONE if n == "0" else a if n == "1" else ("**", a, ("num", n))


def call(name: str, *inputs: Tree) -> Tree:
    return (name, *inputs)


def _sigmoid_slope(u: Tree) -> Tree:
    e = call("exp", ("neg", u))
    return div(e, power(add(ONE, e), "2"))


RULES: dict[str, Callable[[Tree], Tree]] = {  # the slope of f at u
    "sin": lambda u: call("cos", u),
    "cos": lambda u: ("neg", call("sin", u)),
    "tan": lambda u: div(ONE, power(call("cos", u), "2")),
    "exp": lambda u: call("exp", u),
    "expm1": lambda u: call("exp", u),
    "log": lambda u: div(ONE, u),
    "log1p": lambda u: div(ONE, add(ONE, u)),
    "log10": lambda u: div(ONE, mul(u, call("log", ("num", "10")))),
    "log2": lambda u: div(ONE, mul(u, call("log", TWO))),
    "sqrt": lambda u: div(ONE, mul(TWO, call("sqrt", u))),
    "cbrt": lambda u: div(ONE, mul(("num", "3"), power(call("cbrt", u), "2"))),
    "square": lambda u: mul(TWO, u),
    "tanh": lambda u: div(ONE, power(call("cosh", u), "2")),
    "sinh": lambda u: call("cosh", u),
    "cosh": lambda u: call("sinh", u),
    "atan": lambda u: div(ONE, add(ONE, power(u, "2"))),
    "asinh": lambda u: div(ONE, call("sqrt", add(power(u, "2"), ONE))),
    "erf": lambda u: div(
        mul(TWO, call("exp", ("neg", power(u, "2")))), call("sqrt", ("var", "pi"))
    ),
    "sigmoid": _sigmoid_slope,
    "softplus": lambda u: div(ONE, add(ONE, call("exp", ("neg", u)))),
    "relu": lambda u: call("step", u),
    "abs": lambda u: call("sign", u),
    "neg": lambda u: ("num", "-1"),
}
VALUES: dict[str, Callable[..., Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "**": lambda a, b: a**b,
    "neg": lambda a: -a,
    "square": lambda a: a * a,
    "sigmoid": lambda a: 1 / (1 + M.exp(-a)),
    "softplus": lambda a: M.log1p(M.exp(a)),
    "relu": lambda a: a if a > 0 else M.mpf(0),
    "step": lambda a: M.mpf(a > 0),
    "abs": abs,
    "sign": M.sign,
    "cbrt": lambda a: M.sign(a) * M.cbrt(abs(a)),
    "log2": lambda a: M.log(a, 2),
    "max": max,
    "min": min,
    **{
        name: getattr(M, name)
        for name in (
            "sin cos tan exp expm1 log log1p log10 sqrt tanh sinh cosh atan asinh erf".split()
        )
    },
}


def derivative(t: Tree, x: str) -> Tree:
    kind = t[0]
    if kind in ("num", "var"):
        return ONE if t == ("var", x) else ZERO
    if kind in ("+", "-"):
        return (add if kind == "+" else sub)(derivative(t[1], x), derivative(t[2], x))
    if kind == "*":
        return add(mul(derivative(t[1], x), t[2]), mul(t[1], derivative(t[2], x)))
    if kind == "/":
        top = sub(mul(derivative(t[1], x), t[2]), mul(t[1], derivative(t[2], x)))
        return div(top, power(t[2], "2"))
    if kind == "**":
        n = t[2][1]
        less = str(int(n) - 1)
        return mul(mul(("num", n), power(t[1], less)), derivative(t[1], x))
    if kind in ("max", "min"):
        a, b = t[1:]
        first = call("step", ("-", a, b) if kind == "max" else ("-", b, a))
        return add(mul(first, derivative(a, x)), mul(sub(ONE, first), derivative(b, x)))
    return mul(RULES[kind](t[1]), derivative(t[1], x))


def value(t: Tree, at: dict[str, Any]) -> Any:
    if t[0] == "num":
        return M.mpf(t[1])
    if t[0] == "var":
        return +M.pi if t[1] == "pi" else at[t[1]]
    found = VALUES[t[0]](*(value(u, at) for u in t[1:]))
    if isinstance(found, M.mpc):
        raise ValueError("outside the reals")
    if M.isfinite(found) and found and M.mag(found) > LARGEST:
        raise ValueError("too large to go on with: e to this would take hours")
    return found


def kinks(t: Tree, at: dict[str, Any]) -> list[Any]:
    """How far each kink of t is from this point, where its slope jumps at 0."""
    if t[0] in ("num", "var"):
        return []
    here = []
    if t[0] in ("relu", "abs", "step", "sign"):
        here = [value(t[1], at)]
    elif t[0] in ("max", "min"):
        here = [value(t[1], at) - value(t[2], at)]
    return [*here, *(k for u in t[1:] for k in kinks(u, at))]


# ── spelling ─────────────────────────────────────────────────────────────────────────────────────


def spell(t: Tree, chance: random.Random) -> str:
    """The tree as somebody types it: the same thing in one of several ways."""
    kind = t[0]
    if kind == "num":
        return t[1] if not t[1].startswith("-") else f"({t[1]})"
    if kind == "var":
        return str(t[1])
    inputs = [spell(u, chance) for u in t[1:]]
    if kind in ("+", "-", "*", "/"):
        a, b = inputs
        if kind in "+*" and chance.random() < 0.3:
            a, b = b, a
        if kind == "-" and chance.random() < 0.2:
            return f"(-{b} + {a})"
        if kind == "/" and chance.random() < 0.15:
            return f"({a}*(1/({b})))"
        return f"({a} {kind} {b})" if kind in "+-" else f"({a}{kind}({b}))"
    if kind == "neg":
        return f"(-({inputs[0]}))"
    if kind == "**":
        a, n = inputs
        if n == "2":
            return chance.choice([f"({a})**2", f"(({a})*({a}))", f"square({a})"])
        return f"({a})**{n}"
    (a, *rest) = inputs
    if kind == "sqrt":
        return chance.choice([f"sqrt({a})", f"({a})**0.5", f"({a})**(1/2)"])
    if kind == "sigmoid":
        return chance.choice([f"sigmoid({a})", f"1/(1+exp(-({a})))"])
    if kind == "square":
        return chance.choice([f"square({a})", f"({a})**2"])
    return f"{kind}({', '.join([a, *rest])})"
