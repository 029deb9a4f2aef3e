"""Check it: what people write for the slope of uⁿ, of a squared error, of aˣ."""

from __future__ import annotations

from collections.abc import Callable
from math import e as E
from typing import Any

from tinygrad_fr.checking.calculus import Array, Site
from tinygrad_fr.checking.plain import Plain, node, slope
from tinygrad_fr.engine import Value


def is_error(s: Site) -> bool:
    """uⁿ of u = a − y, where there is more than one variable: y may be a target."""
    known = s.calculus.column
    named = sum(bool(v.label) or v in known for v in s.calculus.graph.leaves)
    return s.calculus.row(s.inputs[0]) == "sub" and named > 1


def error(s: Site, which: int) -> Array:
    """2·ŷ or 2·y for 2·(ŷ − y), at the square of a difference."""
    if not is_error(s):
        return None
    inside = s.calculus.at(s.inputs[0].inputs[which])
    return s.d[0] * inverse_of(s.x[0]) * inside


def of_error(which: int) -> Callable[[Site, int], Array]:
    return lambda s, i: error(s, which)


def inverse_of(x: Array) -> Array:
    import numpy as np

    with np.errstate(all="ignore"):
        return 1 / x


def log_of(x: Array) -> Array:
    import numpy as np

    with np.errstate(all="ignore"):
        return np.log(abs(x))


RULE = ("(uⁿ)′ : que devient l’exposant ?", "(uⁿ)′: what becomes of the exponent?")
NAKED = (
    "Quelle est la dérivée de aˣ par rapport à x ?",
    "What is the derivative of aˣ with respect to x?",
)
TARGET = (
    "Quelle différence est à l’intérieur ?",
    "Which difference stands inside?",
)


def even_root(v: Value) -> tuple[Value, float] | None:
    """(u, n·p) where v = (uⁿ)ᵖ with n even and p no whole number: √u² is (u, 1), and no u."""
    inside, p = _power(v)
    u, n = _power(inside)
    if not isinstance(u, Value) or n is None or p is None or n % 2 or p == int(p):
        return None
    return u, n * p


def _power(v: Any) -> tuple[Any, float | None]:
    """(u, n) where v = uⁿ with a number n."""
    name = getattr(v.op, "name", "") if isinstance(v, Value) else ""
    if name in ("square", "sqrt"):
        return v.inputs[0], 2 if name == "square" else 0.5
    if name == "mul" and v.inputs[0] is v.inputs[1]:
        return v.inputs[0], 2
    if name != "pow":
        return None, None
    n = v.inputs[1]
    if isinstance(n, Value):
        n = n.data if n.op is None and not n.label else None
    return v.inputs[0], None if n is None else float(n)


def exponent(s: Site) -> Array:
    return s.x[1] if len(s.x) > 1 else s.x[0] * 0 + 2


def both_move(s: Site) -> bool:
    """uᵛ where the base and the exponent depend on one parameter, as in xˣ."""
    return bool(((s.du[0] != 0) & (s.du[1] != 0)).any())


def held(i: int) -> Callable[[Site, int], Array]:
    """The base (0) or the exponent (1) taken for a constant."""
    return lambda s, _: 0 * s.d[i] if both_move(s) else None


def of_the_logarithm(s: Site) -> Array:
    """v′·ln u + v·u′/u: (ln uᵛ)′, and not (uᵛ)′."""
    import numpy as np

    with np.errstate(all="ignore"):
        return s.through([d / s.y for d in s.d]) if both_move(s) else None


def power_row(key: str, fr: str, en: str, change: Callable[[Any, Any], Array], rows: str) -> Plain:
    return slope(key, (fr, en, *RULE), lambda s, i: change(s.x[0], exponent(s)), rows)


POWERS: list[Plain] = [
    power_row(
        "exponent kept",
        "n·uⁿ : l’exposant n’est pas diminué",
        "n·uⁿ: the exponent is not lowered",
        lambda u, n: n * u**n,
        "pow square",
    ),
    power_row(
        "n forgotten",
        "uⁿ⁻¹ : le facteur n est oublié",
        "uⁿ⁻¹: the factor n is forgotten",
        lambda u, n: u ** (n - 1),
        "pow square",
    ),
    power_row(
        "lowered twice",
        "n·uⁿ⁻² : l’exposant diminué de 2",
        "n·uⁿ⁻²: the exponent lowered by 2",
        lambda u, n: n * u ** (n - 2) if (n != 2).all() else None,
        "pow",
    ),
    power_row(
        "n lowered too",
        "(n − 1)·uⁿ⁻¹ au lieu de n·uⁿ⁻¹",
        "(n − 1)·uⁿ⁻¹ instead of n·uⁿ⁻¹",
        lambda u, n: (n - 1) * u ** (n - 1),
        "pow",
    ),
    slope(
        "u forgotten",
        (
            "la sortie est dérivée, pas le coût : 2 au lieu de 2·e",
            "the output is differentiated, not the cost: 2 instead of 2·e",
            *RULE,
        ),
        lambda s, i: exponent(s) if is_error(s) else None,
        "pow square",
    ),
    slope(
        "u forgotten",
        ("uⁿ⁻¹ est oublié : n au lieu de n·uⁿ⁻¹", "uⁿ⁻¹ is forgotten: n instead of n·uⁿ⁻¹", *RULE),
        lambda s, i: None if is_error(s) else exponent(s),
        "pow square",
    ),
    slope(
        "exponent raised",
        (
            "n·uⁿ⁺¹ : l’exposant augmenté au lieu d’être diminué",
            "n·uⁿ⁺¹: the exponent raised instead of lowered",
            *RULE,
        ),
        lambda s, i: None if is_error(s) else s.x[1] * s.x[0] ** (s.x[1] + 1),
        "pow",
    ),
    slope(
        "as exponential",
        ("uⁿ·ln u : uⁿ dérivé comme aˣ", "uⁿ·ln u: uⁿ differentiated as aˣ", *RULE),
        lambda s, i: s.y * log_of(s.x[0]) if isinstance(s.inputs[1], Value) else None,
        "pow",
    ),
    slope(
        "ln forgotten",
        ("aˣ : le ln a est oublié", "aˣ: the ln a is forgotten", *NAKED),
        lambda s, i: s.y,
        "pow",
        1,
    ),
    slope(
        "ln forgotten",
        ("2ˣ : le ln 2 est oublié", "2ˣ: the ln 2 is forgotten", *NAKED),
        lambda s, i: s.y,
        "exp2",
    ),
    slope(
        "power rule for both",
        ("x·aˣ⁻¹ : aˣ dérivé comme une puissance", "x·aˣ⁻¹: aˣ differentiated as a power", *NAKED),
        lambda s, i: s.x[1] * s.x[0] ** (s.x[1] - 1),
        "pow",
        1,
    ),
    slope(
        "power rule for exp",
        ("x·eˣ⁻¹ : eˣ dérivé comme une puissance", "x·eˣ⁻¹: eˣ differentiated as a power", *NAKED),
        lambda s, i: s.x[0] * s.y / E,
        "exp",
    ),
    slope(
        "over ln",
        ("aˣ/ln a, la primitive de aˣ", "aˣ/ln a, the antiderivative of aˣ", *NAKED),
        lambda s, i: s.y * inverse_of(log_of(s.x[0])),
        "pow",
        1,
    ),
    slope(
        "exponent held",
        (
            "l’exposant {v} varie aussi : n·uⁿ⁻¹ le prend pour une constante, et le terme avec "
            "ln({u}) manque",
            "the exponent {v} varies too: n·uⁿ⁻¹ takes it for a constant, and the term with "
            "ln({u}) is missing",
            *NAKED,
        ),
        held(1),
        "pow",
        1,
    ),
    slope(
        "base held",
        (
            "la base {u} varie aussi : aˣ·ln a la prend pour une constante, et le terme n·uⁿ⁻¹ "
            "manque",
            "the base {u} varies too: aˣ·ln a takes it for a constant, and the term n·uⁿ⁻¹ "
            "is missing",
            *RULE,
        ),
        held(0),
        "pow",
        0,
    ),
    node(
        "logarithm derived",
        (
            "v′·ln u + v·u′/u, la dérivée de ln(uᵛ) : le facteur uᵛ manque",
            "v′·ln u + v·u′/u, the derivative of ln(uᵛ): the factor uᵛ is missing",
            *NAKED,
        ),
        of_the_logarithm,
        "pow",
    ),
    *(
        slope(key, (fr, en, *TARGET), of_error(which), "square pow abs")
        for which, key, fr, en in (
            (
                0,
                "target forgotten",
                "la cible est oubliée : {m} au lieu de {m} − {s}",
                "the target is forgotten: {m} instead of {m} − {s}",
            ),
            (1, "target alone", "{s} au lieu de {m} − {s}", "{s} instead of {m} − {s}"),
        )
    ),
]
