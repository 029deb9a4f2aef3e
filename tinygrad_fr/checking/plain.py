"""Check it: one bend of one node, as data: what it does there, its name, a hint, in two languages.

A name may speak of {f} the node's function, {a} the node, {z} its input and {t} the second by their
labels (else a, z, t), {u} and {v} its inputs, {w} the one that is bent; of a scalar product {p} and
{q}, the first weight and what it multiplies; {m} and {s} where the input is m − s.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tinygrad_fr.checking.calculus import Array, Site
from tinygrad_fr.checking.wording import called, function, spelled
from tinygrad_fr.engine import Value
from tinygrad_fr.formula.names import pretty
from tinygrad_fr.words import say

Slope = Callable[[Site, int], Array]  # another slope for the input of that number
Words = tuple[str, str, str, str]  # the name in French, in English, a hint in French, in English


@dataclass(frozen=True, slots=True)
class Plain:
    """A bend of one node.

    rows    the operations at which it can be made; none: at every function of one input
    rule    ∂v/∂θ as the bent rule has it; None where it cannot be made
    both    some make it on the way to the hidden parameters only
    course  it is a row of the catalogue, and weighs as one
    """

    key: str
    words: Words
    rule: Callable[[Site], Array]
    rows: frozenset[str] = frozenset()
    both: bool = False
    i: int = 0  # the input the words speak of
    course: bool = False

    def named(self, v: Value, each: bool = False) -> tuple[str, str]:
        """Its name and its hint at this node, or of each like it, in the language in use."""
        letters = AnyLetters(v, self.i) if each else Letters(v, self.i)
        name = say(fr=self.words[0], en=self.words[1]).replace("{f}′", "{df}")
        hint = say(fr=self.words[2], en=self.words[3]).replace("{f}′", "{df}")
        return name.format_map(letters), hint.format_map(letters)


OTHERWISE = {"p": "w", "q": "x", "m": "a", "s": "y"}  # for what has no name


class Letters(dict[str, str]):
    """The student's letters for a node, found when they are asked for."""

    def __init__(self, v: Value, i: int = 0) -> None:
        super().__init__()
        self.v, self.i = v, i

    def __missing__(self, letter: str) -> str:
        inputs = self.v.inputs
        if letter in ("f", "df"):
            name = function(self.v)
            prime = f"{name}′" if name.isalpha() or name[-1:] == "√" else f"({name})′"
            return name if letter == "f" else prime
        if letter == "a":
            return pretty(self.v.label) if self.v.label else "a"
        if letter == "z":
            return called(inputs[0], "z")
        if letter == "t":
            return called(inputs[-1], "t")
        if letter == "w":  # the input spoken of
            return spelled(inputs[self.i], "u")
        if letter in "ms":
            inputs = getattr(inputs[0], "inputs", ())
        which = {"u": 0, "v": 1, "n": 1, "p": 0, "q": len(inputs) // 2, "m": 0, "s": 1}[letter]
        otherwise = OTHERWISE.get(letter, letter)
        return spelled(inputs[which], otherwise) if which < len(inputs) else otherwise


class AnyLetters(Letters):
    """Letters for nodes that have each their own: a function keeps its name, if it has one."""

    def __missing__(self, letter: str) -> str:
        if letter in ("f", "df") and (name := function(self.v)).isalpha():
            return name if letter == "f" else f"{name}′"
        return {"f": "f(u)", "df": "f′(u)", "w": "u", **OTHERWISE}.get(letter, letter)


FUNCTIONS = (
    "exp exp2 expm1 log log2 log10 log1p sqrt cbrt square sin cos tan asin acos atan sinh cosh "
    "tanh asinh acosh atanh erf erfc abs relu leaky_relu elu softplus sigmoid logsigmoid silu gelu "
    "pow"
)


def one_input(site: Site) -> bool:
    """A function of one input, whatever constants it has besides."""
    return site.row.name in FUNCTIONS.split() and all(
        not isinstance(u, Value) or u.op is None for u in site.inputs[1:]
    )


def slope(
    key: str, words: Words, change: Slope, rows: str = "", i: int = 0, both: bool = False
) -> Plain:
    """A bend of one slope: the input number i gets another, the others keep theirs."""

    def rule(site: Site) -> Array:
        if i >= len(site.d) or (not rows and not one_input(site)):
            return None
        d = change(site, i)
        if d is None:
            return None
        return site.through([d if j == i else e for j, e in enumerate(site.d)])

    return Plain(key, words, rule, frozenset(rows.split()), both, i)


def node(key: str, words: Words, rule: Callable[[Site], Array], rows: str = "") -> Plain:
    """A bend of a whole rule: ∂v/∂θ from u, u′, v, v′."""
    return Plain(key, words, rule, frozenset(rows.split()))


def product(key: str, words: Words, f: Callable[[Any, Any, Any, Any], Array], rows: str) -> Plain:
    """A bend of a rule of two inputs, as (u, u′, v, v′)."""

    def rule(site: Site) -> Array:
        (u, v), (du, dv) = site.x, site.du
        if rows == "mul" and not ((du != 0) & (dv != 0)).any():
            return None  # a constant times something: no product rule is needed
        return f(u[:, None], du, v[:, None], dv)

    return Plain(key, words, rule, frozenset(rows.split()))
