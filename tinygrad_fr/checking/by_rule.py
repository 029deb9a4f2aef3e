"""Check it: what people write for (u·v)′ and (u + v)′: other rules than those."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tinygrad_fr.checking.by_slope import ones
from tinygrad_fr.checking.calculus import Array, Site
from tinygrad_fr.checking.plain import FUNCTIONS, Plain, node, product, slope
from tinygrad_fr.engine import Value

PRODUCT = ("(u·v)′ = u′·v + u·v′ : quels sont u et v ?", "(u·v)′ = u′·v + u·v′: what are u and v?")
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


def is_leaf(u: Any) -> bool:
    return not isinstance(u, Value) or u.op is None


def term_left_out(s: Site, i: int) -> Array:
    """Only where both factors move: else it is the whole path."""
    moving = [du != 0 for du in s.du]
    return 0 * s.d[i] if (moving[0] & moving[1]).any() else None


def part_of_the_factor(term: int) -> Callable[[Site, int], Array]:
    """x, or h, for the factor x + h of what is asked."""

    def change(s: Site, i: int) -> Array:
        other = s.inputs[1 - i]
        if s.inputs[i] not in s.calculus.column or s.calculus.row(other) not in ("add", "sub"):
            return None
        sign = -1 if term and s.calculus.row(other) == "sub" else 1
        return sign * s.calculus.at(other.inputs[term])

    return change


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
        *(
            slope(
                f"part of the factor {i}",
                (
                    f"un seul terme de {{{other}}} compte dans ∂({{u}}·{{v}})/∂{{{letter}}}",
                    f"only one term of {{{other}}} counts in ∂({{u}}·{{v}})/∂{{{letter}}}",
                    *FACTOR,
                ),
                part_of_the_factor(term),
                "mul",
                i,
            )
            for term in (0, 1)
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


def letter_kept(s: Site, i: int) -> Array:
    """x for the slope of ± x, where x is asked, or is what a neuron gives."""
    u = s.inputs[i]
    is_letter = u in s.calculus.column or s.calculus.row(u) in FUNCTIONS.split()
    return s.x[i] + 0 * s.y if is_letter else None


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
    words = (
        "le terme {w} a la pente 1 ou −1, et non {w}",
        "the term {w} has the slope 1 or −1, and not {w}",
        *SUM,
    )
    SUMS.append(slope("letter kept", words, letter_kept, "add sub", i))
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
