"""Put it in order, walk it backward: where an ∞ or a NaN was born, and why.

Never a wrong number in silence: whoever shows a NaN or an ∞ (a picture, a report, a table of a
training) says in one line where it came from.

    born(L)          the first ∞ and the first NaN: forward in the order of the nodes, then back
    where_born(L)    the line: "∞ is born at exp(x): exp(1000) is beyond the largest float"
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from tinygrad_fr.bend import bent
from tinygrad_fr.engine import Value
from tinygrad_fr.formula.names import pretty
from tinygrad_fr.formula.symbol import Symbol, spell, symbol
from tinygrad_fr.gradient import derivative_name
from tinygrad_fr.ops import TABLE, Op
from tinygrad_fr.walk import chain_rule, order
from tinygrad_fr.words import number, say

DEEP = 3  # levels of a formula that stands for a node without a name
MANY = 6  # inputs that are written out; of more, the first three and the last
Called = Callable[[Value], Symbol | None]
Name = Callable[..., Symbol]


@dataclass(frozen=True, slots=True)
class Birth:
    """An ∞ or a NaN where all that it was made of was none (or, a NaN, where nothing was NaN).

    kind      "∞" (either sign) or "NaN"
    node      whose value it is; whose gradient, where `cause` is one of the walk back
    cause     given    a leaf that was made with it
              value    what the operation makes of its numbers: exp(1000), ∞ − ∞
              slope    the local derivative on the way back: that of √u at 0
              product  gradient times local derivative: 0·∞, or too large for a float
              meeting  the sum of what comes back: ∞ − ∞, or too large for a float
              before   a leaf's gradient held it before this pass
    through   the node it came back through (slope, product)
    numbers   what was multiplied: (gradient, local derivative)
    """

    kind: str
    node: Value
    cause: str
    through: Value | None = None
    numbers: tuple[Any, ...] = ()


def finite(x: Any) -> bool:
    """x is neither ∞ nor NaN; numbers of any kind."""
    return bool(x - x == 0)


def _kind(x: Any) -> str:
    return "NaN" if x != x else "∞"


def born(output: Value, back: bool | None = None) -> list[Birth]:
    """The first ∞ and the first NaN, in the order they arose; empty where all is finite.

    Values in the order of the nodes; after a backward pass, or where `back` says so, gradients in
    the order of the walk.

    >>> x = Value(1000.0, label="x")
    >>> [(b.kind, b.cause) for b in born(x.exp() - x.exp())]
    [('∞', 'value'), ('NaN', 'value')]
    """
    nodes = order(output)
    found: dict[str, Birth] = {}
    walked = output.grad != 0 if back is None else back
    for birth in chain(_forward(nodes), _backward(output, nodes) if walked else ()):
        found.setdefault(birth.kind, birth)
        if len(found) == 2:
            break
    return list(found.values())


def _forward(nodes: Sequence[Value]) -> Iterator[Birth]:
    """Values that are ∞ or NaN although their inputs were not."""
    for v in nodes:
        if finite(v.data):
            continue
        kind = _kind(v.data)
        if v.op is None:
            yield Birth(kind, v, "given")
            continue
        numbers = [u.data if isinstance(u, Value) else u for u in v.inputs]
        if all(x == x for x in numbers) if kind == "NaN" else all(map(finite, numbers)):
            yield Birth(kind, v, "value")


def _backward(output: Value, nodes: Sequence[Value]) -> Iterator[Birth]:
    """Gradients that are ∞ or NaN although what they are made of was not."""
    arrived = chain_rule(output)
    met: set[tuple[Value, str]] = set()
    for v in reversed(nodes):
        g = arrived.get(v)
        if g is None:
            continue
        if not finite(g) and (v, "NaN") not in met and (g != g or (v, "∞") not in met):
            yield Birth(_kind(g), v, "meeting")
        for u, d in zip(v.inputs, v.partials, strict=True):
            if d is None or finite(part := g * d):
                continue
            met.add((u, _kind(part)))
            if g == g and d == d and (part != part or finite(g) and finite(d)):
                yield Birth(_kind(part), u, "product", v, (g, d))
            elif g == g and (_any_number(v) if d != d else _plain(v)):
                yield Birth(_kind(part), u, "slope", v, (g, d))
    for v in () if bent() else nodes:
        if v.op is None and not finite(v.grad) and finite(arrived.get(v, 0)):
            yield Birth(_kind(v.grad), v, "before")


def _plain(v: Value) -> bool:
    """The value of v and of its inputs are finite: a slope of ∞ is its own doing."""
    return all(finite(u.data) for u in (v, *v._prev))


def _any_number(v: Value) -> bool:
    """The value of v and of its inputs may be ∞, but not NaN: a slope of NaN is its own doing."""
    return all(u.data == u.data for u in (v, *v._prev))


# ── in one line ──────────────────────────────────────────────────────────────────────────────────


def where_born(output: Value, called: Called | None = None, back: bool | None = None) -> str:
    """Where the first ∞ and the first NaN were born and why, in one line; "" where all is finite.

    called   what a node is called in a picture or a formula; None where it has no name there
             (without it: its label, or its own formula)
    back     whether gradients are looked at too; after a backward pass unless told

    >>> x = Value(0.0, label="x")
    >>> L = x.sqrt()
    >>> L.backward()
    >>> where_born(L)
    '∞ is born in ∂L/∂x: the slope of √x at x = 0 is ∞'
    """
    births = born(output, back)
    if not births:
        return ""
    root = _root(output)

    def name(v: Any, depth: int = DEEP) -> Symbol:
        if not isinstance(v, Value):
            return _digits(v)
        told = called(v) if called is not None else None
        if told is None and v is output and v.op is not None:
            told = root
        return told or _plainly(v, name, depth)

    apart = say(fr=" ; ", en="; ")
    return apart.join(_told(birth, name, f"{name(output):5}") for birth in births)


def _root(output: Value) -> Symbol:
    """What the output is called: its label, else L, as in every formula of the course."""
    return Symbol(pretty(output.label) if output.label else "L")


def _told(birth: Birth, name: Name, root: str) -> str:
    """One birth: which number, where, and why."""
    kind, v = birth.kind, birth.node
    gradient = derivative_name(root, f"{name(v):5}")
    if birth.cause == "given":
        return say(
            fr=f"{kind} vient de {name(v)}, donné tel quel",
            en=f"{kind} comes from {name(v)}, given as it is",
        )
    if birth.cause == "before":
        return say(
            fr=f"{gradient} valait {kind} avant cette passe : remettez les gradients à zéro",
            en=f"{gradient} was {kind} before this pass: reset the gradients to zero",
        )
    if birth.cause == "value":
        at, why = say(fr="en ", en="at ") + _equation(v, name), _put_in(birth)
    else:
        at, why = say(fr="dans ", en="in ") + gradient, _on_the_way_back(birth, name)
        if birth.cause == "product" and birth.through is not None:
            by = _equation(birth.through, name)
            at += say(fr=f", en revenant par {by}", en=f", coming back through {by}")
    return say(fr=f"{kind} naît {at} : {why}", en=f"{kind} is born {at}: {why}")


def _put_in(birth: Birth) -> str:
    """The operation with its numbers put in: exp(1000) is too large, ∞ − ∞ is nothing."""
    v = birth.node
    text = _written(v, lambda u: _digits(u.data if isinstance(u, Value) else u)).text
    divided = any((u.data if isinstance(u, Value) else u) == 0 for u in v.inputs)
    return text if birth.kind == "NaN" or divided else _too_large(text)


def _on_the_way_back(birth: Birth, name: Name) -> str:
    """Why a gradient is ∞ or NaN: a slope, a product, or the sum of what comes back."""
    if birth.through is None:
        whole = say(fr="la somme de ce qui revient", en="the sum of what comes back")
        return _too_large(whole) if birth.kind == "∞" else "∞ − ∞"
    g, d = birth.numbers
    slope = _slope(birth.through, name)
    if birth.cause == "slope":
        return say(fr=f"{slope} est {number(d)}", en=f"{slope} is {number(d)}")
    product = spell(TABLE["mul"], [_digits(g), _digits(d)]).text
    if birth.kind == "∞":
        return _too_large(product)
    return f"{product} ({slope})" if not finite(d) and _plain(birth.through) else product


def _slope(v: Value, name: Name) -> str:
    """Of which function, and where: the slope of √x at x = 0."""
    both = say(fr=" et ", en=" and ")
    at = dict.fromkeys(v._prev[:MANY])
    point = both.join(f"{name(u)} = {number(u.data)}" for u in at)
    of = _written(v, name)
    return say(fr=f"la pente de {of} en {point}", en=f"the slope of {of} at {point}")


def _too_large(what: str) -> str:
    return say(fr=f"{what} dépasse le plus grand float", en=f"{what} is beyond the largest float")


def _equation(v: Value, name: Name) -> str:
    """u₁ = exp(x), or exp(x) alone where that is its only name."""
    called, formula = name(v).text, _written(v, name).text
    return formula if called == formula else f"{called} = {formula}"


def _written(v: Value, name: Name) -> Symbol:
    """The node one level deep."""
    inputs = [name(u) for u in v.inputs]
    if len(inputs) > MANY:
        inputs = [*inputs[:3], Symbol("…"), inputs[-1]]
    if isinstance(v.op, Op) and (v.op.arity is not None or v.op is TABLE["sum"]):
        return spell(v.op, inputs)
    called = v.op.name if isinstance(v.op, Op) else str(v.op)
    return Symbol(f"{called}({', '.join(x.text for x in inputs)})")


def _plainly(v: Value, name: Name, depth: int) -> Symbol:
    """A node by its label or its number, else by its formula, a few levels deep."""
    if v.label:
        return Symbol(pretty(v.label))
    if v.op is None:
        return _digits(v.data)
    return _written(v, lambda u: name(u, depth - 1)) if depth else Symbol("…")


def _digits(x: Any) -> Symbol:
    """A number as a person reads it; a power of ten holds together as a product does."""
    found = symbol(x, spelled=number)
    return Symbol(found.text, 2, number=x) if "×" in found.text and x > 0 else found
