"""Write it as a formula: the graph replayed on text gives its formula, as text or as LaTeX.

A Symbol takes part in the table's rows as a number does, so the line that computes a derivative
also spells it: σ′ = y·(1 − y), run on the name `a`, is `a(1−a)`.  Nothing here knows an operation.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tinygrad_fr.engine import Value
from tinygrad_fr.ops import TABLE, Op
from tinygrad_fr.spelling import ATOM, Term, spell_number
from tinygrad_fr.walk import order
from tinygrad_fr.words import say

LONGEST = 300  # characters of one line of a formula; what is longer gets a name and its own line


# ── a name or a piece of formula that calculates ─────────────────────────────────────────────────


class Symbol(Term):
    """Text that takes part in the table's rows: `Symbol("a") * 2` is the text `2a`.

    number   the number it stands for, or None
    negated  what it is the opposite of, or None: −(−x) is x again

    >>> a = Symbol("a")
    >>> a * (1 - a), TABLE["pow"](a, 2), -(-a), 1 * a + 0
    (a(1−a), a², a, a)
    """

    __slots__ = ("negated", "number")

    def __init__(
        self,
        text: str,
        level: int = ATOM,
        language: str = "text",
        number: Any = None,
        negated: Symbol | None = None,
    ) -> None:
        super().__init__(text, level, language)
        self.number, self.negated = number, negated

    def __op__(self, row: Op, inputs: Sequence[Any]) -> Symbol:
        """The row written on these inputs, after what is plain to every reader: 1·x = x."""
        return write(row, [symbol(x, self.language) for x in inputs], self.language)

    def __like__(self, n: Any) -> Symbol:
        """The number n as text; π by its name."""
        if n == math.pi:
            return Symbol(r"\pi" if self.language == "latex" else "π", language=self.language)
        return symbol(n, self.language)

    def __add__(self, other: Any) -> Symbol:
        return self.__op__(TABLE["add"], (self, other))

    def __radd__(self, other: Any) -> Symbol:
        return self.__op__(TABLE["add"], (other, self))

    def __sub__(self, other: Any) -> Symbol:
        return self.__op__(TABLE["sub"], (self, other))

    def __rsub__(self, other: Any) -> Symbol:
        return self.__op__(TABLE["sub"], (other, self))

    def __mul__(self, other: Any) -> Symbol:
        return self.__op__(TABLE["mul"], (self, other))

    def __rmul__(self, other: Any) -> Symbol:
        return self.__op__(TABLE["mul"], (other, self))

    def __truediv__(self, other: Any) -> Symbol:
        return self.__op__(TABLE["div"], (self, other))

    def __rtruediv__(self, other: Any) -> Symbol:
        return self.__op__(TABLE["div"], (other, self))

    def __mod__(self, other: Any) -> Symbol:
        return self.__op__(TABLE["mod"], (self, other))

    def __pow__(self, other: Any) -> Symbol:
        return self.__op__(TABLE["pow"], (self, other))

    def __rpow__(self, other: Any) -> Symbol:
        return self.__op__(TABLE["pow"], (other, self))

    def __neg__(self) -> Symbol:
        return self.__op__(TABLE["neg"], (self,))

    def __abs__(self) -> Symbol:
        return self.__op__(TABLE["abs"], (self,))


def symbol(x: Any, language: str = "text", spelled: Callable[[Any], str] | None = None) -> Symbol:
    """x as a Symbol: itself, or a number spelled exactly (or by `spelled`), its minus in front."""
    if isinstance(x, Symbol):
        return x
    if isinstance(x, Term):
        return Symbol(x.text, x.level, x.language)
    if x < 0:
        positive = symbol(-x, language, spelled)
        return Symbol(
            ("-" if language == "latex" else "−") + positive.text, 1, language, x, positive
        )
    term = Term(spelled(x)) if spelled else spell_number(x, language)
    return Symbol(term.text, term.level, language, x)


# ── writing one operation ────────────────────────────────────────────────────────────────────────


def write(row: Op, inputs: Sequence[Symbol], language: str = "text") -> Symbol:
    """The row on these inputs, lightly simplified: 1·x = x, 0 + x = x, x¹ = x, −(−x) = x."""
    simplify = _SIMPLER.get(row.name)
    found = simplify(*inputs) if simplify else None
    return spell(row, inputs, language) if found is None else found


def spell(row: Op, inputs: Sequence[Symbol], language: str = "text") -> Symbol:
    """The row on these inputs exactly as it stands, in the custom of the page: e², 2e, a(1−a)."""
    if row.name == "mul":
        return _product(inputs[0], inputs[1], language)
    if row.name == "pow" and language == "text" and re.fullmatch(r"−?\d+", inputs[1].text):
        return Symbol(f"{inputs[0]:5}{_raised(inputs[1].text)}", 4)
    if row.name == "scaled_power":  # 2·e¹ is 2e: the guard row is no term of the course
        return _scaled(inputs[0], inputs[1], inputs[2])
    if row.name in ("add", "sum"):
        return sum_of(inputs, language)
    if row.name == "dot":
        n = len(inputs) // 2
        return sum_of(
            [_product(w, x, language) for w, x in zip(inputs[:n], inputs[n:], strict=True)],
            language,
        )
    term = row.spell(language, inputs)
    negated = inputs[0] if row.name == "neg" else None
    return Symbol(term.text, term.level, language, None, negated)


def sum_of(terms: Sequence[Symbol], language: str = "text", longest: int = 0) -> Symbol:
    """t₁ + t₂ + …; with `longest`, the middle of a longer sum is left out."""
    shown = list(terms)
    if longest and len(shown) > longest:
        dots = Symbol(r"\cdots" if language == "latex" else "…", language=language)
        shown = [*shown[: longest - 2], dots, shown[-1]]
    shown[1:] = [_apart(t, language) for t in shown[1:]]
    return Symbol(TABLE["sum"].spell(language, shown).text, 1, language)


def _apart(term: Symbol, language: str) -> Symbol:
    """A term that may follow a plus: 2 + (−4)."""
    return Symbol(f"{term:2}", language=language) if term.text[:1] in ("−", "-") else term


def _product(a: Symbol, b: Symbol, language: str) -> Symbol:
    """a·b, without the dot where nobody writes it: 2e, a(1−a)."""
    left, right = _factor(a, language), _factor(b, language)
    together = right[:1] == "(" or right.startswith(r"\left(")
    together = together or (a.number is not None and right[:1].isalpha() and left[-1:].isdigit())
    between = (
        (" " if language == "latex" else "")
        if together
        else r" \cdot "
        if language == "latex"
        else "·"
    )
    return Symbol(left + between + right, 2, language)


def _factor(a: Symbol, language: str) -> str:
    if a.level >= 2:
        return a.text
    tight = re.sub(r" ([−+]) ", r"\1", a.text)
    return f"({tight})" if language != "latex" else f"{a:2}"


def _is(x: Symbol, n: float) -> bool:
    return x.number is not None and bool(x.number == n)


def _number(x: Any, like: Symbol) -> Symbol:
    return symbol(x, like.language)


def _two_numbers(a: Symbol, b: Symbol) -> bool:
    return a.number is not None and b.number is not None


def _opposite(a: Symbol) -> Symbol | None:
    if a.number is not None:
        return _number(-a.number, a)
    return a.negated


def _minus(a: Symbol) -> Symbol:
    return write(TABLE["neg"], [a], a.language)


def _sum(a: Symbol, b: Symbol) -> Symbol | None:
    if _two_numbers(a, b):
        return _number(a.number + b.number, a)
    if _is(a, 0) or _is(b, 0):
        return b if _is(a, 0) else a
    if b.negated is not None:
        return write(TABLE["sub"], [a, b.negated], a.language)
    return None


def _difference(a: Symbol, b: Symbol) -> Symbol | None:
    if _two_numbers(a, b):
        return _number(a.number - b.number, a)
    if _is(b, 0):
        return a
    if _is(a, 0):
        return _minus(b)
    if b.negated is not None:
        return write(TABLE["add"], [a, b.negated], a.language)
    return None


def _times(a: Symbol, b: Symbol) -> Symbol | None:
    if _two_numbers(a, b):
        return _number(a.number * b.number, a)
    for one, other in ((a, b), (b, a)):
        if _is(one, 0) or _is(one, 1):
            return one if _is(one, 0) else other
    if a.negated is not None:
        return _minus(write(TABLE["mul"], [a.negated, b], a.language))
    if b.negated is not None:
        return _minus(write(TABLE["mul"], [a, b.negated], a.language))
    if b.number is not None:  # the number first, as everyone writes it
        return spell(TABLE["mul"], [b, a], a.language)
    return None


def _quotient(a: Symbol, b: Symbol) -> Symbol | None:
    if _is(b, 1) or (_is(a, 0) and b.number is None):
        return a
    if a.negated is not None:
        return _minus(write(TABLE["div"], [a.negated, b], a.language))
    return None


def _power(a: Symbol, b: Symbol) -> Symbol | None:
    if _is(b, 0):
        return _number(1, a)
    return a if _is(b, 1) else None


def _scaled(c: Symbol, a: Symbol, b: Symbol) -> Symbol:
    power = write(TABLE["pow"], [a, b], a.language)
    return write(TABLE["mul"], [c, power], a.language)


_SIMPLER: dict[str, Callable[..., Symbol | None]] = {
    "add": _sum,
    "sub": _difference,
    "mul": _times,
    "div": _quotient,
    "ratio": _quotient,
    "neg": _opposite,
    "pow": _power,
    "scaled_power": _scaled,
}


# ── names as a course writes them ────────────────────────────────────────────────────────────────

_SUBSCRIPTS = dict(
    zip("0123456789+-=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True)
)
_ABOVE = ("0123456789+-−=()abcdefghijklmnoprstuvwxyz", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ")
_SUPERSCRIPTS = dict(zip(*_ABOVE, strict=True))
_GREEK: dict[str, str] = dict(
    zip(
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau "
        "upsilon phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega".split(),
        "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΦΨΩ",
        strict=True,
    )
)
_PLAIN: dict[str, str | int | None] = {v: k for k, v in _SUBSCRIPTS.items()}
_NAME = re.compile(
    r"([^\W\d_]+?)(_hat)?('*)(?:_\{?([^\s^_{}]+)\}?|(\d+))?(?:\^[\[({]([^\s\]})]+)[\])}])?"
)


def _raised(text: str) -> str:
    return "".join(_SUPERSCRIPTS[c] for c in text)


def _parts(label: str) -> tuple[str, str, str] | None:
    """(letter, index below, index above) of `w_1^[2]`, `w1`, `y_hat`, `theta`; None if it is no such name."""
    label = label.translate(str.maketrans(_PLAIN))
    found = _NAME.fullmatch(label)
    if not found:
        return None
    base, hat, primes, below, digits, above = map(str, found.groups(default=""))
    if digits and len(base) > 1 and base not in _GREEK:
        return None
    base = _GREEK.get(base, base) + ("\u0302" if hat else "")
    return base + "′" * len(primes), below or digits, above


def pretty(label: str) -> str:
    """A label as it is shown: w_1 is w₁, a_1^[2] is a₁⁽²⁾, sigma is σ, y_hat is ŷ; others as they are.

    >>> pretty("w_12^[1]"), pretty("w1"), pretty("theta"), pretty("my loss")
    ('w₁₂⁽¹⁾', 'w₁', 'θ', 'my loss')
    """
    parts = _parts(label)
    if parts is None:
        return label
    base, below, above = parts
    if not all(c in _SUBSCRIPTS or c == "," for c in below) or not all(
        c in _SUPERSCRIPTS for c in above
    ):
        return label
    base = base.replace("y\u0302", "ŷ").replace("Y\u0302", "Ŷ")
    low = "".join(_SUBSCRIPTS.get(c, c) for c in below)
    return base + low + (f"⁽{_raised(above)}⁾" if above else "")


def latex_name(label: str) -> str:
    r"""A label in LaTeX: w_1^[2] is w_{1}^{[2]}, theta is \theta, several letters stand upright."""
    parts = _parts(label)
    if parts is None:
        for special in "\\{}$&#%_^~":
            label = label.replace(
                special, {"\\": "/", "^": r"\wedge ", "~": " "}.get(special, "\\" + special)
            )
        return rf"\mathrm{{{label}}}"
    base, below, above = parts
    letter = base.rstrip("′").rstrip("\u0302")
    shown = {v: "\\" + k for k, v in _GREEK.items()}.get(
        letter, letter if len(letter) == 1 else rf"\mathrm{{{letter}}}"
    )
    if "\u0302" in base:
        shown = rf"\hat{{{shown}}}"
    shown += "'" * base.count("′")
    return shown + (f"_{{{below}}}" if below else "") + (f"^{{[{above}]}}" if above else "")


def free_names(taken: set[str], letter: str = "u") -> Callable[[], str]:
    """A maker of names u₁, u₂, … that are not taken."""
    count = 0

    def name() -> str:
        nonlocal count
        while True:
            count += 1
            text = pretty(f"{letter}_{count}")
            if text not in taken:
                taken.add(text)
                return text

    return name


# ── a whole graph ────────────────────────────────────────────────────────────────────────────────


def to_text(output: Value) -> str:
    """The formula of output in one line; what is used several times follows, by its name.

    Labels are names, numbers without a label stand as numbers.  A client's own operation is
    written name(a, b).

    >>> w, x, y = (Value(1.0, label=name) for name in "wxy")
    >>> to_text((w * x - y) ** 2)
    '(w·x − y)²'
    """
    formula, definitions = _written(output, "text")
    if not definitions:
        return formula
    where = say(fr="avec ", en="with ")
    lines = [f"{name} = {text}" for name, text in definitions]
    return "\n".join([formula, where + lines[0], *(" " * len(where) + line for line in lines[1:])])


def to_latex(output: Value) -> str:
    r"""The formula of output in LaTeX; what is used several times is listed below it, aligned.

    >>> w, x, y = (Value(1.0, label=name) for name in "wxy")
    >>> print(to_latex((w * x - y) ** 2))
    \left(w \cdot x - y\right)^{2}
    """
    formula, definitions = _written(output, "latex")
    if not definitions:
        return formula
    name = latex_name(output.label or "L")
    lines = [f"{name} &= {formula}", *(f"{name} &= {text}" for name, text in definitions)]
    return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"


def _written(output: Value, language: str) -> tuple[str, list[tuple[str, str]]]:
    """The formula, and (name, formula) of each inner node that is shared or too long to stand inside."""
    nodes = order(output)
    uses: dict[int, int] = {}
    for v in nodes:
        for u in v._prev:
            uses[id(u)] = uses.get(id(u), 0) + 1
    shown: Callable[[str], str] = latex_name if language == "latex" else pretty
    taken = {shown(v.label) for v in nodes if v.label}
    fresh = free_names(taken)
    known: dict[int, Symbol] = {}
    definitions: list[tuple[str, str]] = []
    for v in nodes:
        found = one_level(v, known, language)
        if v.op is not None and v is not output and (uses[id(v)] > 1 or len(found.text) > LONGEST):
            name = shown(v.label) if v.label else fresh()
            name = latex_name(name) if language == "latex" and not v.label else name
            definitions.append((name, found.text))
            found = Symbol(name, language=language)
        known[id(v)] = found
    return known[id(output)].text, definitions[::-1]


def one_level(v: Value, known: Mapping[int, Symbol], language: str = "text") -> Symbol:
    """The node v written on its inputs' symbols (by identity); a leaf is its label or its number."""
    if v.op is None:
        if v.label:
            shown = latex_name(v.label) if language == "latex" else pretty(v.label)
            return Symbol(shown, language=language)
        return symbol(v.data, language)
    inputs = [known[id(u)] if isinstance(u, Value) else symbol(u, language) for u in v.inputs]
    if isinstance(v.op, Op):
        return spell(v.op, inputs, language)
    listed = ", ".join(x.text for x in inputs)
    if language == "latex":
        return Symbol(rf"{latex_name(v.op)}\left({listed}\right)", language=language)
    return Symbol(f"{v.op}({listed})", language=language)
