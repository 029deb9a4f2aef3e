"""Check it: what people write for the slope of a function: none, twice, another's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tinygrad_fr.checking.calculus import Array, Site
from tinygrad_fr.checking.plain import FUNCTIONS, Plain, Words, slope
from tinygrad_fr.engine import Value
from tinygrad_fr.ops import TABLE

SQUASHING = "sigmoid tanh"
RAMPS = "relu leaky_relu elu"
MORE = "softplus silu gelu exp sin cos"
ASK = (
    "Par quoi multiplie-t-on quand on traverse {f} ?",
    "What is the gradient multiplied by on its way through {f}?",
)


def ones(s: Site, i: int) -> Array:
    return s.d[i] * 0 + 1


def at_output(s: Site, i: int) -> Array:
    """f′(a) where f′(z) is meant."""
    return s.slope_of(s.row, s.y, s.function(s.row, s.y))


def z_for_a(s: Site, i: int) -> Array:
    """The slope as it is written with the output, and the input put there."""
    return s.slope_of(s.row, s.x[0], s.x[0])


def of_another(name: str, own_output: bool = False) -> Callable[[Site, int], Array]:
    """The slope of another function, at the same place; with the right output, or its own."""

    def change(s: Site, i: int) -> Array:
        row = TABLE[name]
        if s.row is row:
            return None
        return s.slope_of(row, s.x[0], s.y if own_output else s.function(row, s.x[0]))

    return change


def error_slope(s: Site, squared: bool) -> Array:
    """e(1 − e), or (1 − e), with e = a − y, for a(1 − a)."""
    for v in s.calculus.graph.nodes:
        if s.node in v.inputs and getattr(v.op, "name", "") in ("sub", "add"):
            e = s.calculus.value[v]
            return e * (1 - e) if squared else 1 - e
    return None


def with_error(squared: bool) -> Callable[[Site, int], Array]:
    return lambda s, i: error_slope(s, squared)


def primitive(s: Site, i: int) -> Array:
    """The primitive for the derivative; nobody takes that of a squared error."""
    import numpy as np

    if s.calculus.row(s.inputs[0]) == "sub":
        return None
    x, n = s.x[0], s.x[1] if len(s.x) > 1 else s.x[0] * 0 + 2
    name = s.row.name
    if name in ("pow", "square"):
        return x ** (n + 1) / (n + 1)
    if name == "sin":
        return -np.cos(x)
    return np.sin(x) if name == "cos" else None


def of_its_neighbour(s: Site, i: int) -> Array:
    """g′(u) for f′(u), where both stand in the graph: the line before was written again."""
    inside = s.inputs[0]
    for v, _ in s.calculus.graph.users.get(inside, []) if isinstance(inside, Value) else []:
        row = s.calculus.row(v)
        if row in FUNCTIONS.split() and row != s.row.name and v.inputs[0] is inside:
            return s.calculus.slopes[v][0]
    return None


def itself(s: Site, i: int) -> Array:
    return s.y


def inverse(s: Site, i: int) -> Array:
    import numpy as np

    with np.errstate(all="ignore"):
        return 1 / s.d[i]


def one_over(s: Site, i: int) -> Array:
    import numpy as np

    with np.errstate(all="ignore"):
        return 1 / s.y


def both(fr: str, en: str, hint: tuple[str, str] = ASK) -> Words:
    return fr, en, *hint


MISSING = both("la dérivée de {f} manque", "the derivative of {f} is missing")
TWICE = both("la dérivée de {f} compte deux fois", "the derivative of {f} is applied twice")
POINT = ("En quel point faut-il évaluer {f}′ ?", "At which point must {f}′ be evaluated?")
SIGN = ("Quel est le signe de {f}′ ici ?", "What is the sign of {f}′ here?")
TABLE_HINT = ("Quelle est la dérivée de {f} ?", "What is the derivative of {f}?")
CHAIN_HINT = (
    "{f}(u) est une composée : que dit la règle de la chaîne ?",
    "{f}(u) is a composition: what does the chain rule say?",
)
PATH = both("le chemin par {f} est oublié", "the path through {f} is left out")
TWO, HALF = (
    both("un facteur 2 en trop dans {f}′", "an extra factor 2 in {f}′", TABLE_HINT),
    both("un facteur 2 manque dans {f}′", "a factor 2 is missing in {f}′", TABLE_HINT),
)
COMMON: list[Plain] = [
    slope("missing", MISSING, ones, both=True),
    slope("sign", both("signe de {f}′", "sign of {f}′", SIGN), lambda s, i: -s.d[i]),
    slope("twice", TWICE, lambda s, i: s.d[i] ** 2, both=True),
    slope(
        "f'(a)",
        both("{f}′({a}) au lieu de {f}′({z})", "{f}′({a}) instead of {f}′({z})", POINT),
        at_output,
        f"{SQUASHING} {RAMPS} {MORE} sqrt",
        both=True,
    ),
    slope(
        "z for a",
        both(
            "{f}′ écrite avec {z} là où il faut {a}",
            "{f}′ written with {z} where {a} is meant",
            POINT,
        ),
        z_for_a,
        f"{SQUASHING} elu exp sqrt",
    ),
    slope("f for f'", both("{f} à la place de {f}′", "{f} instead of {f}′", TABLE_HINT), itself),
    slope(
        "neighbour",
        both(
            "la dérivée d’une autre fonction de {z} au lieu de {f}′",
            "the derivative of another function of {z} instead of {f}′",
            TABLE_HINT,
        ),
        of_its_neighbour,
        FUNCTIONS,
    ),
    slope("path", PATH, lambda s, i: 0 * s.d[i], both=True),
    slope("two", TWO, lambda s, i: 2 * s.d[i]),
    slope("half", HALF, lambda s, i: s.d[i] / 2, both=True),
    slope(
        "absolute",
        both("|{f}′| au lieu de {f}′", "|{f}′| instead of {f}′", SIGN),
        lambda s, i: abs(s.d[i]),
    ),
    slope(
        "composition",
        both(
            "{f}′·{z} : une composée prise pour un produit",
            "{f}′·{z}: a composition taken for a product",
            CHAIN_HINT,
        ),
        lambda s, i: s.d[i] * s.x[i],
    ),
    slope("inverse", both("1/{f}′ au lieu de {f}′", "1/{f}′ instead of {f}′", TABLE_HINT), inverse),
    slope(
        "1/f",
        both("1/{f} au lieu de {f}′", "1/{f} instead of {f}′", TABLE_HINT),
        one_over,
        "log log2 log10",
    ),
    slope(
        "argument",
        both("{z} à la place de {f}′", "{z} instead of {f}′", TABLE_HINT),
        lambda s, i: s.x[i],
    ),
    slope(
        "primitive",
        both(
            "la primitive de {f} au lieu de sa dérivée",
            "the antiderivative of {f} instead of its derivative",
            TABLE_HINT,
        ),
        primitive,
        "pow square sin cos",
    ),
    *(
        slope(
            f"as {name}",
            both(
                f"la dérivée de {shown} au lieu de celle de {{f}}",
                f"the derivative of {shown} instead of that of {{f}}",
                TABLE_HINT,
            ),
            of_another(name),
            rows,
        )
        for name, shown, rows in (
            ("sigmoid", "σ", f"tanh {RAMPS} softplus"),
            ("tanh", "tanh", f"sigmoid {RAMPS} softplus"),
            ("relu", "ReLU", "sigmoid tanh softplus leaky_relu elu"),
            ("exp", "exp", "elu sinh cosh exp2 log softplus"),
            ("sin", "sin", "cos tan"),
            ("cos", "cos", "sin tan"),
            ("log", "ln", "log2 log10 sqrt exp"),
            ("sqrt", "√", "cbrt log"),
            ("tan", "tan", "atan sin cos"),
        )
    ),
]


# σ′ and tanh′ remembered wrongly
DERIVE = ("Dérivez {f} : que reste-t-il ?", "Differentiate {f}: what is left?")


def by_heart_row(
    key: str, told: str, change: Callable[[Any], Array], rows: str = SQUASHING
) -> Plain:
    words = both(f"{told} à la place de {{f}}′", f"{told} instead of {{f}}′", DERIVE)
    return slope(key, words, lambda s, i: change(s.y), rows)


def odds(s: Site, i: int) -> Array:
    import numpy as np

    with np.errstate(all="ignore"):
        e = np.exp(-s.x[0])
        return e / (1 + e)


OF_SIGMOID = both(
    "{a}(1 − {a}), la dérivée de σ, à la place de {f}′",
    "{a}(1 − {a}), the derivative of σ, instead of {f}′",
    DERIVE,
)
OF_TANH = both(
    "1 − {a}², la dérivée de tanh, à la place de {f}′",
    "1 − {a}², the derivative of tanh, instead of {f}′",
    DERIVE,
)
BY_HEART: list[Plain] = [
    by_heart_row("1-a", "1 − {a}", lambda a: 1 - a),
    by_heart_row("a(1+a)", "{a}(1 + {a})", lambda a: a * (1 + a)),
    by_heart_row("1+a2", "1 + {a}²", lambda a: 1 + a * a),
    by_heart_row("(1-a)2", "(1 − {a})²", lambda a: (1 - a) ** 2),
    by_heart_row("a2", "{a}²", lambda a: a * a),
    slope("a(1-a)", OF_SIGMOID, lambda s, i: s.y * (1 - s.y), "tanh"),
    slope("1-a2", OF_TANH, lambda s, i: 1 - s.y * s.y, "sigmoid"),
    by_heart_row("a(1-a)", "{a}(1 − {a})", lambda a: a * (1 - a), "softplus elu relu"),
    by_heart_row("1-a2", "1 − {a}²", lambda a: 1 - a * a, "softplus elu relu"),
    by_heart_row("a(a-1)", "{a}({a} − 1)", lambda a: a * (a - 1), "sigmoid"),
    slope(
        "odds",
        both(
            "e^−z/(1 + e^−z) à la place de {f}′",
            "e^−z/(1 + e^−z) instead of {f}′",
            DERIVE,
        ),
        odds,
        "sigmoid",
    ),
    slope(
        "s(-z)",
        both("σ(−z) à la place de {f}′", "σ(−z) instead of {f}′", DERIVE),
        lambda s, i: 1 - s.d[i],
        "softplus",
    ),
    *(
        slope(
            key,
            both(
                f"{told} avec l’erreur e, à la place de {{f}}′",
                f"{told} with the error e, instead of {{f}}′",
                DERIVE,
            ),
            with_error(squared),
            SQUASHING,
        )
        for key, told, squared in (("e(1-e)", "e(1 − e)", True), ("1-e", "1 − e", False))
    ),
]


SLOPES: list[Plain] = [*BY_HEART, *COMMON]
