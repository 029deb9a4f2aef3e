"""Write it as a formula: a derivation as a function in plain Python, to be pasted and run.

Each line of the derivation is an assignment, each leaf with a name an argument that has its number;
the function gives the output and its gradient.  It needs the standard `math` and nothing else.  The
operations are spelled by their rows, in the words of a page that says math's names for NumPy's.
"""

from __future__ import annotations

import keyword
import math
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from tinygrad_fr.engine import Value
from tinygrad_fr.exact import meant
from tinygrad_fr.formula.lines import Line
from tinygrad_fr.formula.names import parts
from tinygrad_fr.formula.stages import Stages
from tinygrad_fr.formula.taught import PART
from tinygrad_fr.pages import GREEK, NumPy
from tinygrad_fr.refusals import refuse
from tinygrad_fr.replay import rule
from tinygrad_fr.spelling import Term
from tinygrad_fr.words import say

LATIN = {letter: name for name, letter in GREEK.items()}
# what math calls otherwise than NumPy
MATH = {
    "arccos": "acos",
    "arcsin": "asin",
    "arctan": "atan",
    "arctan2": "atan2",
    "arccosh": "acosh",
    "arcsinh": "asinh",
    "arctanh": "atanh",
    "maximum": "max",
    "minimum": "min",
    "logaddexp.reduce": "logsumexp",
}
BUILT_IN = ("max", "min", "abs")
# what math lacks, with the names that it needs from it
DEFINED = {
    "softmax": (
        ("exp",),
        "def softmax(*zs):\n    es = [exp(z - max(zs)) for z in zs]\n"
        "    return [e / sum(es) for e in es]\n",
    ),
    "logsumexp": (
        ("exp", "log"),
        "def logsumexp(zs):\n    return max(zs) + log(sum(exp(z - max(zs)) for z in zs))\n",
    ),
    "logaddexp": (
        ("exp", "log1p"),
        "def logaddexp(a, b):\n    return max(a, b) + log1p(exp(-abs(a - b)))\n",
    ),
    "cbrt": ((), "def cbrt(a):\n    return a ** (1 / 3) if a >= 0 else -((-a) ** (1 / 3))\n"),
    "clip": ((), "def clip(a, low, high):\n    return max(low, min(a, high))\n"),
    "sign": ((), "def sign(a):\n    return (a > 0) - (a < 0)\n"),
}
RESERVED = {*DEFINED, *BUILT_IN, *dir(math), "derivation", "print", "sum"}


class Python(NumPy):
    """A line of Python on numbers; `used` are the names that it needs."""

    def __init__(self) -> None:
        self.used: set[str] = set()

    def word(self, name: str | Term) -> str:
        if isinstance(name, Term):
            return name.text
        found = MATH.get(name, name)
        self.used.add(found)
        return found

    def call(self, name: str | Term, *inputs: Any) -> Term:
        texts = [self.term(x).text for x in inputs]
        if name == "where":
            return Term(f"({texts[1]} if {texts[0]} else {texts[2]})")
        if name == "heaviside":
            return Term(f"(1 if {self.within(inputs[0], 1)} > 0 else 0)")
        if name == "square":
            return self.power(inputs[0], 2)
        if name == "exp2":
            return self.power(2, inputs[0])
        return super().call(name, *inputs)

    def number(self, x: Any) -> Term:
        if isinstance(x, Fraction) and x.denominator > 1:
            return Term(f"{x.numerator} / {x.denominator}", 2 if x > 0 else 1)
        return super().number(int(x) if isinstance(x, (bool, Fraction)) else x)


class Coding:
    """The way of Python: a line of a program."""

    def __init__(self, page: Python) -> None:
        self.page = page

    def constant(self, x: Any) -> Term:
        exact = meant(x)
        if exact in ("pi", "e"):
            return Term(self.page.word(str(exact)))
        return self.page.term(getattr(x, "data", x))

    def row(self, v: Value, inputs: Sequence[Any]) -> Term:
        if v.op is PART:
            k, *zs = inputs
            return Term(f"{self.page.call('softmax', *zs)}[{k}]")
        return rule(v).spell(self.page, inputs)

    def product(self, number: Fraction, over: Sequence[Any], under: Sequence[Any]) -> Term:
        pieces = list(over)
        if number != 1 or not over:
            pieces.insert(0, self.page.term(number))
        found: Term = pieces[0]
        for piece in pieces[1:]:
            found = self.page.product(found, piece)
        for piece in under:
            found = self.page.quotient(found, piece)
        return found

    def sum(self, terms: Sequence[tuple[bool, Any]], whole: bool) -> Term:
        found = self.page.term(0)
        for i, (negative, term) in enumerate(terms):
            if i:
                found = self.page.minus(found, term) if negative else self.page.sum(found, term)
            else:
                found = self.page.minus(term) if negative else term
        return found


# ── names ────────────────────────────────────────────────────────────────────────────────────────


class Identifiers:
    """A name of Python for each node and line, all different: w11_2 for w₁₁⁽²⁾, dL_dw11_2."""

    def __init__(self, labels: Mapping[Any, str]) -> None:
        self.taken = set(RESERVED)
        self.of: dict[Any, str] = {}
        for node, label in labels.items():
            self.of[node] = self._free(_identifier(label))

    def line(self, name: Any, stages: Stages) -> str:
        """The name of a line: of a step, of ∂L/∂v, δ, or f′(z)."""
        if name not in self.of:
            v = name.node
            if name.kind == "∂" and v in stages.deltas:
                made = _identifier(stages.deltas[v])
            elif name.kind == "∂":
                made = f"d{self.of[stages.output]}_d{self.of[v]}"
            else:
                made = f"d{self.of[v]}_d{self.of.get(v.inputs[0], 'z')}"
            self.of[name] = self._free(made)
        return self.of[name]

    def _free(self, name: str) -> str:
        name = name + "_" if keyword.iskeyword(name) or name in self.taken else name
        found, n = name, 2
        while found in self.taken:
            found, n = f"{name}{n}", n + 1
        self.taken.add(found)
        return found


def _identifier(label: str) -> str:
    """A label as a name of Python, in ASCII."""
    letter = parts(label)
    if letter is not None:
        below = letter.below.split(",")
        close = "" if all(len(index) == 1 for index in below) else "_"
        base = LATIN.get(letter.base, letter.base) + "_hat" * letter.hat + "_prime" * letter.primes
        label = base + close.join(below) + ("_" + letter.above if letter.above else "")
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode()
    name = re.sub(r"\W+", "_", plain).strip("_")
    return name if name.isidentifier() else f"v_{name}".rstrip("_")


# ── the function ─────────────────────────────────────────────────────────────────────────────────


def to_python(
    stages: Stages,
    lines: Sequence[Line],
    spelled: Callable[[Line, Any, Any], Any],
    called: Callable[[Line], str],
) -> str:
    """The lines as a function `derivation(…)` that gives the output and its gradient.

    spelled(line, way, at) gives a line's right side in a way of spelling, called(line) its name as
    it is read.  Raises ValueError where a line has no number: a program would end there.
    """
    for line in lines:
        if line.value - line.value != 0:
            refuse(
                fr=f"{called(line)} n’a pas de valeur ici : un programme s’y arrêterait. "
                "Choisissez d’autres valeurs",
                en=f"{called(line)} has no value here: a program would stop there. Choose other "
                "values",
            )
    page = Python()
    way, names = Coding(page), Identifiers(stages.names)

    def at(key: Any) -> Term | None:
        known = names.of.get(key)
        return None if known is None else Term(known)

    body, before = list[str](), ""
    for line in lines:
        title = _forward() if line.kind == "forward" else _backward()
        body += [f"    # {title}"] * (title != before)
        before = title
        right = spelled(line, way, at).text
        comment = f"  # {called(line)}" if line.kind == "slope" else ""
        body.append(f"    {names.line(line.name, stages)} = {right}{comment}")
    slopes = {x.name.node: names.of[x.name] for x in lines if x.kind == "parameter"}
    found = "".join(f"        {stages.names[v]!r}: {name},\n" for v, name in slopes.items())
    leaves = [v for v in stages.nodes if v.op is None and v in names.of]
    entries = "".join(f"    {names.of[v]}={page.number(v.data)},\n" for v in leaves)
    return (
        f'{_preamble(page)}def derivation(\n{entries}):\n    """{_told()}"""\n'
        + "\n".join(body)
        + f"\n    return {names.of[stages.output]}, {{\n{found}    }}\n\n\nprint(derivation())\n"
    )


def _preamble(page: Python) -> str:
    """What the lines need: imports, and what math lacks."""
    defined = [name for name in DEFINED if name in page.used]
    needed = {*page.used, *(n for name in defined for n in DEFINED[name][0])}
    imported = sorted(needed - {*DEFINED, *BUILT_IN})
    first = f"from math import {', '.join(imported)}\n\n\n" if imported else ""
    return first + "".join(f"{DEFINED[name][1]}\n\n" for name in defined)


def _told() -> str:
    return say(
        fr="La passe avant, puis la règle de la chaîne : le résultat et son gradient.",
        en="The forward pass, then the chain rule: the output and its gradient.",
    )


def _forward() -> str:
    return say(fr="Passe avant", en="Forward pass")


def _backward() -> str:
    return say(fr="Passe arrière", en="Backward pass")
