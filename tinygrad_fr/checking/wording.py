"""Check it: a node in the student's own letters: a = σ(z), σ, z."""

from __future__ import annotations

import re
from typing import Any

from tinygrad_fr.engine import Value
from tinygrad_fr.formula.formula import to_text
from tinygrad_fr.formula.names import pretty
from tinygrad_fr.replay import rule
from tinygrad_fr.words import NARROW, language

OPERATORS = ("add", "sub", "mul", "div", "pow")
NO_PLACE = "…+−·/^ "  # all that is left of a long sum: … + … says nothing of where it stands
LONG = 34  # characters of a node's formula that still reads as a name
DEEP, ETC = 8, "…"  # operations below one another that are written out; what is written for more
_POINT = re.compile(r"(?<=\d)\.(?=\d)")


def formula(v: Value) -> str:
    """The formula of v; in French its numbers have a comma, and then its lists a semicolon.

    >>> from tinygrad_fr.words import use
    >>> with use("fr"): formula(1.5 * Value(2.0, label="x"))
    '1,5x'
    """
    text = to_text(v)
    if language() == "en" or not _POINT.search(text):
        return text
    return _POINT.sub(",", text.replace(", ", f"{NARROW}; "))


def spelled(u: Any, otherwise: str = "u") -> str:
    """A node's label, or its formula where that is short; a number as it is."""
    if isinstance(u, Value) and u.label:
        return pretty(u.label)
    text = formula(in_names(u) if isinstance(u, Value) else Value(float(u)))
    return text if _reads(text) else otherwise


def called(u: Any, otherwise: str) -> str:
    """A node's label, else a letter."""
    return pretty(u.label) if isinstance(u, Value) and u.label else otherwise


def function(v: Value) -> str:
    """The function of one input that made v: σ, tanh; u² where it has no name of its own."""
    inside = v.inputs[0]
    letter = pretty(inside.label) if isinstance(inside, Value) and inside.label else "u"
    rest = [u.data if isinstance(u, Value) else u for u in v.inputs[1:]]
    if v.inputs[1:] and isinstance(v.inputs[1], Value) and v.inputs[1].label:
        rest = [Value(1.5, label=v.inputs[1].label)]
    text = formula(rule(v)(Value(0.7, label=letter), *rest))
    name = text.partition("(")[0]
    return name if name and name.isalpha() else text


def place(v: Value) -> str:
    """Where the node stands: a = σ(z), σ(w·x + b), or no more than σ(…)."""
    u = v.inputs[0]
    label = f"{pretty(v.label)} = " if v.label else ""
    if isinstance(u, Value) and u.label and len(v.inputs) == 1:
        return label + formula(rule(v)(Value(0.7, label=u.label)))
    text = formula(in_names(v))
    return label + (text if _reads(text) else _outlined(v))


def _reads(text: str) -> bool:
    """Is it short enough to be read as a name?"""
    return "\n" not in text and ETC not in text and len(text) <= LONG


def _outlined(v: Value) -> str:
    """No more than what is done: σ(…), … + …, …/…"""
    row = rule(v)
    if row.arity == 2 and row.name in OPERATORS:
        return formula(row(*(Value(float(getattr(u, "data", u)), label="…") for u in v.inputs)))
    name = function(v) if row.arity == 1 else row.name
    return f"{name}(…)" if name.isalpha() else name


def in_names(v: Value) -> Value:
    """The same formula on leaves that bear the names of what has one below v: h − d, h = tanh(s).

    What stands deeper than anybody reads is "…".
    """
    made: dict[Value, Value] = {}

    def below(u: Any, deep: int) -> Any:
        if not isinstance(u, Value) or u.op is None:
            return u
        if u.label or deep > DEEP:
            return Value(float(u.data), label=u.label or ETC)
        return built(u, deep)

    def built(u: Value, deep: int) -> Value:
        if u not in made:
            made[u] = rule(u)(*(below(w, deep + 1) for w in u.inputs))
        return made[u]

    return built(v, 0) if v.op is not None else v
