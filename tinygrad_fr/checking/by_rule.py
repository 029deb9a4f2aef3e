"""Check it: what people write for (u·v)′, (u/v)′, (u + v)′, f(u)′: other rules than those."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tinygrad_fr.checking.by_power import log_of
from tinygrad_fr.checking.by_slope import ones
from tinygrad_fr.checking.calculus import Array, Site
from tinygrad_fr.checking.plain import FUNCTIONS, Plain, node, product, slope
from tinygrad_fr.engine import Value

PRODUCT = ("(u·v)′ = u′·v + u·v′ : quels sont u et v ?", "(u·v)′ = u′·v + u·v′: what are u and v?")
QUOTIENT = (
    "(u/v)′ = (u′·v − u·v′)/v² : quels sont u et v ?",
    "(u/v)′ = (u′·v − u·v′)/v²: what are u and v?",
)
SUM = ("Que devient chaque terme de la somme ?", "What becomes of each term of the sum?")
FACTOR = ("Que vaut ∂(u·v)/∂u ?", "What is ∂(u·v)/∂u?")


def own_output(s: Site) -> Array:
    """f(z) of the neuron in whose sum z this product stands; None where it stands in none."""
    v = s.node
    while len(above := s.calculus.graph.users.get(v, [])) == 1:
        v = above[0][0]
        name = s.calculus.row(v)
        if name in FUNCTIONS.split():
            return s.calculus.value[v]
        if name not in ("add", "sub"):
            break
    return None


def over(a: Array, b: Array) -> Array:
    """a/b, and 0 where b is 0: what does not move counts for nothing."""
    import numpy as np

    with np.errstate(all="ignore"):
        return np.where(b != 0, a / np.where(b == 0, 1, b), 0)


def is_leaf(u: Any) -> bool:
    return not isinstance(u, Value) or u.op is None


def term_left_out(s: Site, i: int) -> Array:
    """Only where both factors move: else it is the whole path."""
    moving = [du != 0 for du in s.du]
    return 0 * s.d[i] if (moving[0] & moving[1]).any() else None


def product_rule(key: str, fr: str, en: str, f: Callable[[Any, Any, Any, Any], Array]) -> Plain:
    words = (f"règle du produit : {fr}", f"product rule: {en}", *PRODUCT)
    return product(key, words, f, "mul")


PRODUCTS: list[Plain] = [
    product_rule(
        "u'v'", "(u·v)′ n’est pas u′·v′", "(u·v)′ is not u′·v′", lambda u, du, v, dv: du * dv
    ),
    product_rule(
        "u'v-uv'", "plus, pas moins", "plus, not minus", lambda u, du, v, dv: du * v - u * dv
    ),
    product_rule(
        "uv'-u'v", "plus, pas moins", "plus, not minus", lambda u, du, v, dv: u * dv - du * v
    ),
    product_rule(
        "u'+v'", "les dérivées ajoutées", "the derivatives added", lambda u, du, v, dv: du + dv
    ),
    product_rule("uu'+vv'", "u·u′ + v·v′", "u·u′ + v·v′", lambda u, du, v, dv: u * du + v * dv),
]
for i, letter in ((0, "u"), (1, "v")):
    other = "v" if letter == "u" else "u"
    PRODUCTS += [
        slope(
            f"factor forgotten {i}",
            (
                f"le facteur {{{other}}} est oublié dans ∂({{u}}·{{v}})/∂{{{letter}}}",
                f"the factor {{{other}}} is forgotten in ∂({{u}}·{{v}})/∂{{{letter}}}",
                *FACTOR,
            ),
            ones,
            "mul",
            i,
            both=True,
        ),
        slope(
            f"factor swapped {i}",
            (
                f"∂({{u}}·{{v}})/∂{{{letter}}} = {{{letter}}} : les facteurs échangés",
                f"∂({{u}}·{{v}})/∂{{{letter}}} = {{{letter}}}: the factors swapped",
                *FACTOR,
            ),
            lambda s, i: s.x[i],
            "mul",
            i,
        ),
        slope(
            f"term forgotten {i}",
            (
                f"règle du produit : le terme avec ({{{letter}}})′ est oublié",
                f"product rule: the term with ({{{letter}}})′ is forgotten",
                *PRODUCT,
            ),
            term_left_out,
            "mul",
            i,
            both=True,
        ),
        slope(
            f"own output {i}",
            (
                "la sortie du même neurone au lieu de "
                f"{{{other}}} dans ∂({{u}}·{{v}})/∂{{{letter}}}",
                f"the neuron’s own output instead of {{{other}}} in ∂({{u}}·{{v}})/∂{{{letter}}}",
                *FACTOR,
            ),
            lambda s, i: own_output(s),
            "mul",
            i,
        ),
        slope(
            f"factor squared {i}",
            (
                f"le facteur {{{other}}} compte deux fois",
                f"the factor {{{other}}} counts twice",
                *FACTOR,
            ),
            lambda s, i: s.d[i] ** 2,
            "mul",
            i,
        ),
    ]


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


SUMS: list[Plain] = []
for i in (0, 1):
    SUMS += [
        slope(
            f"addend {i}",
            ("le terme {w} est oublié", "the term {w} is left out", *SUM),
            lambda s, i: 0 * s.d[i],
            "add sub maximum minimum",
            i,
            both=True,
        ),
        slope(
            f"addend sign {i}",
            ("signe du terme {w}", "sign of the term {w}", *SUM),
            lambda s, i: -s.d[i],
            "add sub",
            i,
        ),
    ]


def constant_kept(s: Site) -> Array:
    fixed = [k for k, du in enumerate(s.du) if not du.any()]
    if len(fixed) != 1:
        return None
    moving = s.du[1 - fixed[0]] != 0
    return s.through(s.d) + moving * (s.d[fixed[0]] * s.x[fixed[0]])[:, None]


def constant_as_variable(s: Site) -> Array:
    """1 for the slope of what does not move: a number, another parameter."""
    known = s.calculus.column
    fixed = [k for k, u in enumerate(s.inputs) if is_leaf(u) and (u in known or not _named_leaf(u))]
    if len(fixed) != 1:
        return None
    k = fixed[0]
    here = (s.du[1 - k] != 0) & (s.du[k] == 0)
    return s.through(s.d) + here * s.d[k][:, None]


def _named_leaf(u: Any) -> bool:
    return isinstance(u, Value) and u.op is None and bool(u.label)


def term_kept(i: int) -> Callable[[Site], Array]:
    """A term of the sum as it stands, in the place of its derivative."""

    def rule(s: Site) -> Array:
        if is_leaf(s.inputs[i]) or not s.du[i].any() or not s.du[1 - i].any():
            return None
        if s.calculus.row(s.inputs[i]) == "mul" and all(map(_named_leaf, s.inputs[i].inputs)):
            return None  # w·x of a neuron
        return s.through(s.d) + (s.d[i][:, None] * (s.x[i][:, None] - s.du[i])) * (s.du[i] != 0)

    return rule


SUMS.append(
    node(
        "constant as variable",
        (
            "la dérivée d’une constante prise égale à 1",
            "the derivative of a constant taken as 1",
            *SUM,
        ),
        constant_as_variable,
        "add sub",
    )
)
for i in (0, 1):
    words = "le terme {w} n’est pas dérivé", "the term {w} is not differentiated", *SUM
    SUMS.append(replace(node("term kept", words, term_kept(i), "add sub"), i=i))
SUMS.append(
    node(
        "constant kept",
        (
            "la constante est gardée dans la dérivée",
            "the constant is kept in the derivative",
            *SUM,
        ),
        constant_kept,
        "add sub",
    )
)
SUMS.append(
    slope("no minus", ("le signe − est oublié", "the minus sign is forgotten", *SUM), ones, "neg")
)


RULES: list[Plain] = [*PRODUCTS, *QUOTIENTS, *SUMS]
