"""Check it: what people write for (u/v)′: another rule, other slopes, another quotient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tinygrad_fr.checking.by_power import log_of
from tinygrad_fr.checking.by_slope import ones
from tinygrad_fr.checking.calculus import Array, Site
from tinygrad_fr.checking.plain import Plain, Slope, node, slope
from tinygrad_fr.engine import Value

QUOTIENT = (
    "(u/v)′ = (u′·v − u·v′)/v² : quels sont u et v ?",
    "(u/v)′ = (u′·v − u·v′)/v²: what are u and v?",
)


def over(a: Array, b: Array) -> Array:
    """a/b, and 0 where b is 0: what does not move counts for nothing."""
    import numpy as np

    with np.errstate(all="ignore"):
        return np.where(b != 0, a / np.where(b == 0, 1, b), 0)


def quotient_rule(key: str, fr: str, en: str, f: Callable[[Any, Any, Any, Any], Array]) -> Plain:
    words = (f"règle du quotient : {fr}", f"quotient rule: {en}", *QUOTIENT)

    def rule(s: Site) -> Array:
        if not s.du[1].any():
            return None  # u/c: no quotient rule is needed
        (u, v), (du, dv) = s.x, s.du
        return f(u[:, None], du, v[:, None], dv)

    return node(key, words, rule, "div")


def minus_on_the_first(s: Site) -> Array:
    """−p·v′ + q·v′ for −(p + q)·v′: the parentheses of u·v′ forgotten, where u = p + q."""
    top = s.inputs[0]
    if s.calculus.row(top) not in ("add", "sub") or not s.du[1].any():
        return None
    (u, v), (du, dv), p = s.x, s.du, s.calculus.at(top.inputs[0])
    return (du * v[:, None] + (u - 2 * p)[:, None] * dv) / v[:, None] ** 2


def minus_on_the_first_slope(s: Site) -> Array:
    """−u·p′ + u·q′ for −u·(p + q)′, where v = p + q."""
    below = s.inputs[1]
    if s.calculus.row(below) not in ("add", "sub") or not s.du[1].any():
        return None
    p = below.inputs[0]
    if not isinstance(p, Value) or not s.D[p].any() or not (s.D[p] != s.du[1]).any():
        return None
    (u, v), (du, dv) = s.x, s.du
    return (du * v[:, None] + u[:, None] * (dv - 2 * s.D[p])) / v[:, None] ** 2


def last_term_only(s: Site) -> Array:
    """−p ± q·v′ for −(p ± q)·v′: the brackets around u = p ± q are not written."""
    top = s.inputs[0]
    if s.calculus.row(top) not in ("add", "sub") or not s.du[1].any():
        return None
    sign = -1 if s.calculus.row(top) == "sub" else 1
    p, q = (s.calculus.at(u)[:, None] for u in top.inputs)
    (_, v), (du, dv) = s.x, s.du
    moved = (dv != 0) * (sign * q * dv - p)
    return (du * v[:, None] + moved) / v[:, None] ** 2


def one_over(s: Site) -> bool:
    """c/v: nothing moves above the bar."""
    return not s.du[0].any()


QUOTIENTS: list[Plain] = [
    node(
        "sign of 1/v",
        ("(1/v)′ = −v′/v² : le signe manque", "(1/v)′ = −v′/v²: the sign is missing", *QUOTIENT),
        lambda s: s.through([-d for d in s.d]) if one_over(s) else None,
        "div",
    ),
    quotient_rule(
        "u'/v'",
        "(u/v)′ n’est pas u′/v′",
        "(u/v)′ is not u′/v′",
        lambda u, du, v, dv: over(du, dv),
    ),
    quotient_rule(
        "quotient plus",
        "moins, pas plus",
        "minus, not plus",
        lambda u, du, v, dv: (du * v + u * dv) / v**2,
    ),
    quotient_rule(
        "v not squared",
        "v n’est pas élevé au carré",
        "v is not squared",
        lambda u, du, v, dv: (du * v - u * dv) / v,
    ),
    quotient_rule(
        "no denominator",
        "il manque la division par v²",
        "the division by v² is missing",
        lambda u, du, v, dv: du * v - u * dv,
    ),
    quotient_rule(
        "v'2",
        "v′² au lieu de v²",
        "v′² instead of v²",
        lambda u, du, v, dv: over(du * v - u * dv, dv**2),
    ),
    quotient_rule(
        "order",
        "u′·v − u·v′, dans cet ordre",
        "u′·v − u·v′, in this order",
        lambda u, du, v, dv: (u * dv - du * v) / v**2,
    ),
    quotient_rule(
        "no v'",
        "v′ est oublié",
        "v′ is forgotten",
        lambda u, du, v, dv: (du * v - u * (dv != 0)) / v**2,
    ),
    quotient_rule(
        "no u'",
        "u′ est oublié",
        "u′ is forgotten",
        lambda u, du, v, dv: ((du != 0) * v - u * dv) / v**2,
    ),
    quotient_rule("u' ln v", "u′·ln v", "u′·ln v", lambda u, du, v, dv: du * log_of(v) + 0 * dv),
    quotient_rule("u'v'/v2", "u′·v′/v²", "u′·v′/v²", lambda u, du, v, dv: du * dv / v**2),
    quotient_rule(
        "1/v",
        "−u·v′/v au lieu de −u·v′/v²",
        "−u·v′/v instead of −u·v′/v²",
        lambda u, du, v, dv: du / v - u * dv / v,
    ),
]
QUOTIENTS += [
    node(
        "parentheses",
        (
            "règle du quotient : dans −u·v′, le signe − vaut pour toute la parenthèse",
            "quotient rule: in −u·v′ the minus sign holds for all of the parentheses",
            *QUOTIENT,
        ),
        rule,
        "div",
    )
    for rule in (minus_on_the_first, minus_on_the_first_slope)
]
QUOTIENTS.append(
    node(
        "brackets",
        (
            "règle du quotient : sans parenthèses, le dernier terme de u seul est multiplié par v′",
            "quotient rule: without brackets only the last term of u is multiplied by v′",
            *QUOTIENT,
        ),
        last_term_only,
        "div",
    )
)
for i, letter in ((0, "u"), (1, "v")):
    QUOTIENTS.append(
        slope(
            f"quotient term {i}",
            (
                f"règle du quotient : le terme avec {letter}′ est oublié",
                f"quotient rule: the term with {letter}′ is forgotten",
                *QUOTIENT,
            ),
            lambda s, i: 0 * s.d[i],
            "div",
            i,
            both=True,
        )
    )
QUOTIENTS.append(
    node(
        "primitive",
        ("la primitive de 1/v : ln v", "the antiderivative of 1/v: ln v", *QUOTIENT),
        lambda s: (s.du[1] != 0) * (s.x[0] * log_of(s.x[1]))[:, None] if one_over(s) else None,
        "div",
    )
)
QUOTIENTS.append(
    slope(
        "divisor forgotten",
        ("la division par {v} est oubliée", "the division by {v} is forgotten", *QUOTIENT),
        ones,
        "div",
        0,
        both=True,
    )
)


# one slope only, that of u or that of v
def along(letter: str, right: str, wrong: str, change: Slope) -> Plain:
    """∂(u/v)/∂u or ∂(u/v)/∂v taken for something else."""
    told = f"∂(u/v)/∂{letter} = {right}"
    fr, en = f"{told} et non {wrong}", f"{told} and not {wrong}"
    words = (f"règle du quotient : {fr}", f"quotient rule: {en}", *QUOTIENT)
    return slope(f"{wrong} along {letter}", words, change, "div", "uv".index(letter))


QUOTIENTS += [
    along("u", "1/v", "1/u", lambda s, i: over(1, s.x[0])),
    along("u", "1/v", "v", lambda s, i: s.x[1]),
    along("u", "1/v", "1/v²", lambda s, i: s.d[0] ** 2 if s.du[1].any() else None),
    along("u", "1/v", "u/v", lambda s, i: s.y),
    along("v", "−u/v²", "v", lambda s, i: s.x[1]),
    along("v", "−u/v²", "u", lambda s, i: s.x[0] + 0 * s.y),
    along("v", "−u/v²", "u/v", lambda s, i: s.y),
    along("v", "−u/v²", "1/v", lambda s, i: s.d[0]),
    along("v", "−u/v²", "−1/v²", lambda s, i: -(s.d[0] ** 2)),
    along("v", "−u/v²", "u·ln v", lambda s, i: s.x[0] * log_of(s.x[1])),
    quotient_rule(
        "as a product",
        "u′·v + u·v′ est celle d’un produit",
        "u′·v + u·v′ is that of a product",
        lambda u, du, v, dv: du * v + u * dv,
    ),
    quotient_rule(
        "v/u",
        "v/u est dérivé, et non u/v",
        "v/u is differentiated, and not u/v",
        lambda u, du, v, dv: over(dv * u - v * du, u**2),
    ),
]
