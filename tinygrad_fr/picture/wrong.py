"""Step through it: the wrong numbers that a step invites, each worked out, named, with a hint.

    g    what arrives, ∂L/∂dst     d    the local slope, ∂dst/∂src     b    what had arrived before

A step asks for b + g·d, or for a value; a number typed instead is compared with these.  Names and
hints are those of the catalogue of mistakes; what only a single step can tell is named here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

from tinygrad_fr.checking.bends import Mistake
from tinygrad_fr.checking.catalogue import CATALOGUE
from tinygrad_fr.engine import Value
from tinygrad_fr.formula.parameters import is_parameter
from tinygrad_fr.formula.product import Product, Working, spell
from tinygrad_fr.formula.stages import is_transfer
from tinygrad_fr.ops import TABLE, Op, scalar_product
from tinygrad_fr.picture.boxes import is_sum
from tinygrad_fr.picture.frames import Film, Frame
from tinygrad_fr.picture.labels import Node
from tinygrad_fr.picture.told import local_slope

APART = 0.02  # nearer to the right number, relatively, a wrong one is not told from it
Wrong = tuple[float, Mistake]

HERE = {
    m.key: m
    for m in (
        Mistake(
            "sign",
            "le signe",
            "the sign",
            "Quel est le signe de chaque facteur ?",
            "What is the sign of each factor?",
        ),
        Mistake(
            "arriving",
            "le gradient qui arrive est oublié : c’est la dérivée locale seule",
            "the gradient that arrives is forgotten: this is the local derivative alone",
            "Par quoi la dérivée locale est-elle multipliée ?",
            "What is the local derivative multiplied by?",
        ),
        Mistake(
            "local",
            "la dérivée locale est oubliée : c’est le gradient qui arrive",
            "the local derivative is forgotten: this is the gradient that arrives",
            "Que devient ce qui arrive en traversant cette opération ?",
            "What happens to what arrives when it crosses this operation?",
        ),
        Mistake(
            "factor",
            "un facteur de la dérivée locale manque",
            "a factor of the local derivative is missing",
            "Récrivez la dérivée locale : combien de facteurs a-t-elle ?",
            "Write the local derivative down again: how many factors does it have?",
        ),
        Mistake(
            "alone",
            "ce n’est que la contribution de cet arc : elle s’ajoute à ce qui est déjà arrivé",
            "this is only what this arrow brings: it is added to what has already arrived",
            "Qu’est-ce qui était déjà arrivé ici ?",
            "What had already arrived here?",
        ),
        Mistake(
            "transfer",
            "la fonction de transfert est oubliée : c’est z",
            "the transfer function is forgotten: this is z",
            "Que vaut a = f(z) ?",
            "What is a = f(z)?",
        ),
        Mistake(
            "other",
            "une autre fonction de transfert",
            "another transfer function",
            "De quelle fonction s’agit-il ?",
            "Which function is it?",
        ),
        Mistake(
            "term",
            "un terme de la somme manque",
            "a term of the sum is missing",
            "Combien de termes la somme a-t-elle ?",
            "How many terms does the sum have?",
        ),
        Mistake(
            "added",
            "additionné au lieu d’être multiplié",
            "added instead of multiplied",
            "Quelle est l’opération ?",
            "Which operation is it?",
        ),
        Mistake(
            "square",
            "le carré est oublié",
            "the square is forgotten",
            "Que veut dire e² ?",
            "What does e² mean?",
        ),
        Mistake(
            "double",
            "2e au lieu de e² : c’est la dérivée",
            "2e instead of e²: this is the derivative",
            "La passe avant calcule la valeur.",
            "The forward pass computes the value.",
        ),
        Mistake(
            "turned",
            "la différence à l’envers",
            "the difference the wrong way round",
            "Qu’est-ce qui est soustrait de quoi ?",
            "What is subtracted from what?",
        ),
    )
}


def wrong_numbers(film: Film, frame: Frame) -> list[Wrong]:
    """The wrong numbers of a step that differ from the right one and from each other."""
    if frame.value is None or not frame.box or frame.kind == "seed":
        return []
    right = float(frame.value)
    asked = _backward(film, frame) if frame.arrow is not None else _forward(film, frame)
    found: list[Wrong] = []
    for x, mistake in _worked(asked):
        known = (right, *(y for y, _ in found))
        if math.isfinite(x) and all(not _near(x, y) for y in known):
            found.append((x, mistake))
    return found


def _worked(asked: Iterator[tuple[Any, Mistake]]) -> Iterator[Wrong]:
    """Each as a float; what cannot be worked out ends the list."""
    try:
        for x, mistake in asked:
            yield float(x), mistake
    except (ArithmeticError, ValueError):
        return


def _near(x: float, y: float) -> bool:
    return abs(x - y) <= APART * max(abs(x), abs(y))


# ── backward ─────────────────────────────────────────────────────────────────────────────────────


def _backward(film: Film, frame: Frame) -> Iterator[tuple[Any, Mistake]]:
    assert frame.arrow is not None
    edge = film.view.edges[frame.arrow]
    dst = film.node(edge.dst).value
    g, d, b = edge.gradient, edge.local, frame.before or 0
    if frame.before is not None:
        yield g * d, HERE["alone"]
        yield b, CATALOGUE["M16"]
    yield b + d, HERE["arriving"]
    yield b - g * d, CATALOGUE["M6"] if _is(dst, "sub", "square", "pow") else HERE["sign"]
    yield b + g, _forgotten(film, frame)
    if dst is not None:
        yield from ((b + g * x, m) for x, m in _other_slopes(dst, edge.feeds, d))
    yield from ((b + g * x, m) for x, m in _without_a_factor(film, frame, dst))
    yield b + g + d, CATALOGUE["M30"]
    if frame.before is not None:
        yield b * g * d, HERE["added"]


def _forgotten(film: Film, frame: Frame) -> Mistake:
    """The local slope taken for 1: what that is called here."""
    assert frame.arrow is not None
    edge = film.view.edges[frame.arrow]
    v, u, slope = film.node(edge.dst).value, edge.feeds, local_slope(film, edge)
    if v is not None and is_transfer(v) and film.node(edge.dst).kind != "group":
        return CATALOGUE["M9"]
    factors = [f.what for p in slope.products for f in p.factors] if slope is not None else []
    if len(factors) == 1 and isinstance(factors[0], Value) and u is not None:
        if factors[0].op is None and is_parameter(factors[0]):
            return CATALOGUE["M18"]
        if u.op is None and is_parameter(u):
            return CATALOGUE["M37"]
    return HERE["local"]


def _other_slopes(v: Value, u: Value | None, d: Any) -> Iterator[tuple[Any, Mistake]]:
    """Slopes that are often written in the place of this one."""
    if is_transfer(v) and isinstance(v.op, Op):
        z, a = v.inputs[0].data, v.data
        name = v.op.name
        if name == "sigmoid":
            yield z * (1 - z), CATALOGUE["M12"]
            yield 1 - a * a, CATALOGUE["M13"]
        if name == "tanh":
            yield a * (1 - a), CATALOGUE["M13"]
            yield 1 - z * z, CATALOGUE["M12"]
        if name in ("sigmoid", "tanh"):
            yield v.op.local_derivatives([a], v.op(a))[0], CATALOGUE["M11"]
        yield d * d, CATALOGUE["M10"]
    through = _through(v, u)
    if through is not None:
        yield through.inputs[0].data, CATALOGUE["M22"]
    factors = [x for x in v.inputs if isinstance(x, Value)]
    if _is(v, "mul") and len(factors) == 2:
        yield u.data if u is not None else d, CATALOGUE["M21"]
    if _is(v, "square", "pow"):
        e = v.inputs[0].data
        yield e, CATALOGUE["M1"]
        yield e * e, CATALOGUE["M39"]
        yield 2 * abs(e), CATALOGUE["M33"]


def _through(v: Value, u: Value | None) -> Value | None:
    """The a = f(z) that the weight u multiplies in v, or in a scalar product inside v."""
    todo = [v]
    while todo:
        w = todo.pop()
        if w.op is scalar_product or _is(w, "mul"):
            n = len(w.inputs) // 2
            pairs = zip(w.inputs, (*w.inputs[n:], *w.inputs[:n]), strict=True)
            for one, other in pairs:
                if one is u and isinstance(other, Value) and is_transfer(other):
                    return other
        elif is_sum(w.op):
            todo += [x for x in w.inputs if isinstance(x, Value) and not x.label]
    return None


def _without_a_factor(film: Film, frame: Frame, v: Value | None) -> Iterator[tuple[Any, Mistake]]:
    """The local slope with each of its factors left out."""
    assert frame.arrow is not None
    slope = local_slope(film, film.view.edges[frame.arrow])
    if slope is None or len(slope.products) != 1:
        return
    (product,) = slope.products
    way = Working()

    def value(x: Any) -> Any:
        return x.data if isinstance(x, Value) and x in film.stages.inside else None

    for i, left_out in enumerate(product.factors):
        rest = Product(product.number, product.factors[:i] + product.factors[i + 1 :])
        over = [spell(f.what, value, way) for f in rest.factors if not f.under]
        under = [spell(f.what, value, way) for f in rest.factors if f.under]
        weight = isinstance(left_out.what, Value) and is_parameter(left_out.what)
        yield way.product(rest.number, over, under), CATALOGUE["M18"] if weight else HERE["factor"]


def _is(v: Value | None, *names: str) -> bool:
    return v is not None and isinstance(v.op, Op) and v.op.name in names


# ── forward ──────────────────────────────────────────────────────────────────────────────────────


def _forward(film: Film, frame: Frame) -> Iterator[tuple[Any, Mistake]]:
    node = film.node(frame.box)
    v = node.value
    if v is None or not isinstance(v.op, Op):
        return
    if is_transfer(v):
        yield from _through_a_function(node, v)
    if is_sum(v.op) or v.op is scalar_product:
        yield from _of_a_sum(node, v)
    numbers = [getattr(u, "data", u) for u in v.inputs]
    if _is(v, "mul") and len(numbers) == 2:
        yield numbers[0] + numbers[1], HERE["added"]
    if _is(v, "sub"):
        yield -v.data, HERE["turned"]
        yield numbers[0] + numbers[1], HERE["sign"]
    if _is(v, "square", "pow"):
        yield numbers[0], HERE["square"]
        yield 2 * numbers[0], HERE["double"]
    yield -v.data, HERE["sign"]


def _through_a_function(node: Node, v: Value) -> Iterator[tuple[Any, Mistake]]:
    z = v.inputs[0]
    assert isinstance(v.op, Op)
    yield z.data, HERE["transfer"]
    for name in ("sigmoid", "tanh", "relu"):
        if name != v.op.name:
            yield TABLE[name](z.data), HERE["other"]
    if z in node.inside and (is_sum(z.op) or z.op is scalar_product):
        yield from ((v.op(x), m) for x, m in _of_a_sum(node, z))


def _of_a_sum(node: Node, v: Value) -> Iterator[tuple[Any, Mistake]]:
    """The sum without each of its terms, and with each of them subtracted."""
    terms = list(_terms(v, set(node.inside)))
    for x, bias in terms:
        yield v.data - x, CATALOGUE["M36"] if bias else HERE["term"]
    for x, _ in terms:
        yield v.data - 2 * x, HERE["sign"]


def _terms(v: Value, inside: Iterable[Value]) -> Iterator[tuple[Any, bool]]:
    """The terms of a sum with what stands inside it; whether each is a parameter by itself."""
    todo: list[Any] = [v]
    while todo:
        x = todo.pop()
        if isinstance(x, Value) and x in inside and x.op is scalar_product:
            n = len(x.inputs) // 2
            for a, b in zip(x.inputs[:n], x.inputs[n:], strict=True):
                yield getattr(a, "data", a) * getattr(b, "data", b), False
        elif isinstance(x, Value) and x in inside and is_sum(x.op):
            todo += reversed(x.inputs)
        else:
            yield getattr(x, "data", x), isinstance(x, Value) and x.op is None and is_parameter(x)
