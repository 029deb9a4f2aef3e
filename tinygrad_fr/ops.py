"""The table of operations: each is stated once, here, and read everywhere else.

One row is one operation: its value, one partial derivative per input, and its spelling where the
default (`name(a, b)`) is not what a course writes.  In every rule `a, b, c` are the inputs and `y`
the result, so that tanh' = 1 - y^2 costs nothing twice.  A rule states calculus, not plumbing: it
knows no gradient arriving and no node.  It is written with operators and rows only, so that the
same line runs on floats (backward), on nodes (gradient as a graph) and on text (the formula on an
edge), and has derivatives of its own, to every order.

Conventions at kinks follow PyTorch: relu'(0) = 0, |.|'(0) = 0, ties of max share one half each.
NaN stays NaN.  What overflows is an infinity, as IEEE 754 says.  What is outside the domain raises
a DomainError, never a complex number; partials do not raise, they divide as IEEE 754 does.
"""

from __future__ import annotations

import builtins
import math
import operator
import sys
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any, NoReturn

from tinygrad_fr.words import number, say

TABLE: dict[str, Op] = {}
MOST = sys.float_info.max
ATOM = 9  # how tightly a piece of text holds together: + is 1, · is 2, unary minus 2, powers 4


class DomainError(ValueError):
    """A number outside what the operation accepts: log of −1, 1/0, √ of −4.

    `row` and `inputs` say which operation met which numbers; `where` is filled by the engine,
    which knows the node.
    """

    def __init__(self, row: Op, inputs: Sequence[Any], where: str = "") -> None:
        self.row, self.inputs, self.where = row, tuple(inputs), where
        names = "abc"[: len(inputs)] if len(inputs) < 4 else ""
        needs = row.needs
        if any(isinstance(x, (int, Fraction)) and not -MOST <= x <= MOST for x in inputs):
            needs = say(fr="des nombres sous 1,8×10³⁰⁸", en="numbers below 1.8×10³⁰⁸")
        name, got = (
            row.name,
            ", ".join(f"{n} = {number(x)}" for n, x in zip(names, inputs, strict=False)),
        )
        if len(names) > 1:  # by place: the caller's own a and b may stand elsewhere
            apart = say(fr=" ; ", en=", ")
            name, got = (
                f"{row.name}({apart.join(names)})",
                f"{row.name}({apart.join(map(number, inputs))})",
            )
        super().__init__(
            say(
                fr=f"{name} demande {needs}, reçu {got}{where}. "
                "Changez les valeurs de départ ou protégez l’entrée (par exemple avec clip).",
                en=f"{name} needs {needs}, got {got}{where}. "
                "Change the starting values or protect the input (with clip, for example).",
            )
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return DomainError, (self.row, self.inputs, self.where)


class Term:
    """A piece of text and how tightly it holds together, so that parentheses come only if needed.

    In a row's spelling `{a:2}` means: input a, in parentheses if it holds less tightly than 2.
    """

    __slots__ = ("language", "level", "text")

    def __init__(self, text: str, level: int = ATOM, language: str = "text") -> None:
        self.text, self.level, self.language = text, level, language

    def __format__(self, need: str) -> str:
        if self.level >= int(need or 0):
            return self.text
        return rf"\left({self.text}\right)" if self.language == "latex" else f"({self.text})"

    def __repr__(self) -> str:
        return self.text


class Op:
    """One row of the table; called on numbers it computes, on nodes or text it hands itself over.

    name, arity     how it is called; arity None for rows over any number of inputs
    value           the result on floats, ints, Fractions, mpmath numbers
    partials        one function per input, of the inputs and the result: `lambda a, b, y: …`;
                    n-ary rows have one function of (inputs, result) giving the list of them
    needs, outside  the domain in words, and the test that a number is outside it (False for NaN)
    text, latex, numpy
                    (template, tightness) where the default `name(a, b)` is not the custom
    symbol          the `_op` string that micrograd's clients read
    defaults        values of the last inputs when they are not given (slopes, bounds)
    note            the convention at kinks and edges
    aliases         other names under which it may be typed: ln, arcsin
    kind            "sum": the result is the sum of the inputs; "transfer": what a neuron may put
                    after its sum; "guard": only partials write it; "lists": its inputs are a list
                    and something else, so that it is called through its function; else ""
    kinks           None, or the expressions of the inputs whose zero is a kink: there the slope or
                    the value jumps, and where the two sides differ the sign says which one it is
    parity          what becomes of the result if every input changes its sign: +1 nothing (even),
                    −1 it changes its own (odd), 0 neither
    """

    __slots__ = (
        "aliases",
        "arity",
        "compute",
        "defaults",
        "kind",
        "kinks",
        "latex",
        "name",
        "needs",
        "note",
        "numpy",
        "outside",
        "parity",
        "partials",
        "symbol",
        "text",
        "value",
    )

    def __init__(
        self,
        name: str,
        value: Callable[..., Any],
        *partials: Callable[..., Any],
        arity: int | None = 0,
        needs: str = "",
        outside: Callable[..., bool] | None = None,
        text: tuple[str, int] | None = None,
        latex: tuple[str, int] | None = None,
        numpy: tuple[str, int] | None = None,
        symbol: str = "",
        defaults: tuple[float, ...] = (),
        note: str = "",
        aliases: tuple[str, ...] = (),
        kind: str = "",
        kinks: Callable[..., tuple[Any, ...]] | None = None,
        parity: int = 0,
    ) -> None:
        self.name, self.value, self.partials = name, value, partials
        self.arity = len(partials) if arity == 0 else arity
        self.needs, self.outside, self.note = needs, outside, note
        self.text, self.latex, self.numpy = text, latex, numpy
        self.symbol, self.defaults = symbol or name, defaults
        self.aliases, self.kind, self.kinks, self.parity = aliases, kind, kinks, parity
        self.compute = value if outside is None else self._guarded
        TABLE[name] = self

    def __call__(self, *inputs: Any) -> Any:
        if self.arity == 1 == len(inputs) and inputs[0].__class__ is float:  # most calls by far
            return self.compute(inputs[0])
        if self.arity != len(inputs) and self.arity is not None:
            given = len(inputs)
            inputs += self.defaults[given - self.arity :] if given < self.arity else ()
            if len(inputs) != self.arity:
                self._refuse_count(given)
        for x in inputs:
            take_part = getattr(x, "__op__", None)
            if take_part is not None:
                return take_part(self, inputs)
        for x in inputs:
            if x.__class__ is not float and not is_real(x):
                self._refuse_type(x)
        return self.compute(*inputs)

    def _guarded(self, *inputs: Any) -> Any:
        assert self.outside is not None
        if self.outside(*inputs):
            raise DomainError(self, inputs)
        return self.value(*inputs)

    def local_derivatives(self, inputs: Sequence[Any], y: Any) -> list[Any]:
        """All partial derivatives at these inputs (numbers, nodes or text), one per input."""
        if self.arity is None:
            return list(self.partials[0](inputs, y))
        return [partial(*inputs, y) for partial in self.partials]

    def local_derivative(self, i: int, inputs: Sequence[Any], y: Any) -> Any:
        """The partial derivative with respect to input number i."""
        if self.arity is None:
            return self.partials[0](inputs, y)[i]
        return self.partials[i](*inputs, y)

    def spell(self, language: str, inputs: Sequence[Any]) -> Term:
        """This operation on these inputs as "text", "latex" or "numpy"."""
        parts = [x if isinstance(x, Term) else spell_number(x, language) for x in inputs]
        if self.arity is None:
            return _spell_nary(self, language, parts)
        template, level = getattr(self, language) or _default_spelling(self, language)
        return Term(template.format(**dict(zip("abc", parts, strict=False))), level, language)

    def _refuse_count(self, given: int) -> NoReturn:
        raise TypeError(
            say(
                fr=f"{self.name} reçoit {given} entrées, elle en attend {self.arity}",
                en=f"{self.name} was given {given} inputs, it expects {self.arity}",
            )
        )

    def _refuse_type(self, x: object) -> NoReturn:
        listed = hasattr(x, "__iter__") and not isinstance(x, str)
        each = f" : [{self.name}(x) for x in xs]" if listed else ""
        raise TypeError(
            say(
                fr=f"{self.name} attend des nombres réels ou des Value, reçu {type(x).__name__} : {x!r}. "
                f"Donnez-les un par un{each}",
                en=f"{self.name} expects real numbers or Values, got {type(x).__name__}: {x!r}. "
                f"Give them one by one{each.replace(' :', ':')}",
            )
        )

    def __repr__(self) -> str:
        return f"<{self.name}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return row, (self.name,)  # pickled by name: there is one table


def row(name: str) -> Op:
    """The row of that name."""
    return TABLE[name]


def spell_number(x: Any, language: str = "text") -> Term:
    """A number as text, exactly: 2.0 is 2; a negative one asks for parentheses after · or ^."""
    whole = isinstance(x, (int, float)) and builtins.abs(x) < 1e15 and x == int(x)
    text = repr(int(x)) if whole else f"{x}"
    if language == "numpy":
        text = {"inf": "np.inf", "-inf": "-np.inf", "nan": "np.nan"}.get(text, text)
    return Term(text, 1 if text.startswith("-") else 3 if "/" in text else ATOM, language)


def _default_spelling(row: Op, language: str) -> tuple[str, int]:
    inputs = ", ".join(f"{{{name}}}" for name in "abc"[: row.arity])
    if language == "latex":
        return rf"\operatorname{{{{{row.name}}}}}\left({inputs}\right)".replace("_", r"\_"), ATOM
    return (f"np.{row.name}({inputs})" if language == "numpy" else f"{row.name}({inputs})"), ATOM


def _spell_nary(row: Op, language: str, parts: list[Term]) -> Term:
    """Sums and scalar products written out: w₁·x₁ + w₂·x₂; others as name(x₁, x₂, …)."""
    if row is TABLE["dot"]:
        n = len(parts) // 2
        parts = [mul.spell(language, pair) for pair in zip(parts[:n], parts[n:], strict=True)]
    if row.name in ("sum", "dot"):
        return Term(" + ".join(f"{part:1}" for part in parts) or "0", 1, language)
    if row.name == "cross_entropy" and language == "numpy":
        k = int(parts.pop(0).text)
        parts = [sub.spell(language, (part, parts[k])) for part in parts]
    listed = ", ".join(part.text for part in parts)
    if language == "numpy":
        return Term(f"np.logaddexp.reduce([{listed}])", ATOM, language)
    if language == "latex":
        name = row.name.replace("_", r"\_")
        return Term(rf"\operatorname{{{name}}}\left({listed}\right)", ATOM, language)
    return Term(f"{row.name}({listed})", ATOM, language)


# ── numbers in their own arithmetic ──────────────────────────────────────────────────────────────


def is_real(x: Any) -> bool:
    """x is one real number: float, int, Fraction, mpf, a NumPy scalar; no complex, no list."""
    if isinstance(x, (float, int)):
        return True
    if isinstance(x, (complex, str, bytes)) or getattr(x, "shape", ()) != ():
        return False
    return hasattr(x, "__float__") and hasattr(x, "__add__")


def like(n: int, a: Any) -> Any:
    """The integer n in a's own arithmetic: a float beside floats, an mpf beside mpf."""
    if hasattr(a, "__like__"):
        return a.__like__(n)
    if isinstance(a, Fraction):
        return Fraction(n)
    return a.context.mpf(n) if hasattr(a, "context") else float(n)


def pi(a: Any) -> Any:
    """π with as many digits as a has."""
    if hasattr(a, "__like__"):
        return a.__like__(math.pi)
    return +a.context.pi if hasattr(a, "context") else math.pi


def _own(name: str, on_overflow: Callable[[Any], float] | None = None) -> Callable[..., Any]:
    """math.name, or the number's own function where it brings one: mpf keeps its digits."""
    standard = getattr(math, name)

    def value(*inputs: Any) -> Any:
        for x in inputs:
            if hasattr(x, "context"):
                return getattr(x.context, name)(*inputs)
        try:
            return standard(*inputs)
        except OverflowError:
            if on_overflow is None:
                raise
            return on_overflow(inputs[0])

    return value


def _far(left: float, right: float) -> Callable[[Any], float]:
    """What a function tends to on both sides, for results and integers too large for a float."""
    return lambda a: right if a > 0 else left


def _infinite(a: Any) -> bool:
    return bool(builtins.abs(a) == math.inf)


# ── arithmetic ───────────────────────────────────────────────────────────────────────────────────


def _power(a: Any, b: Any) -> Any:
    """aᵇ on the reals; ±∞ on overflow."""
    try:
        return a**b
    except OverflowError:  # aᵇ is too large for a float, or an integer a or b is
        size = builtins.abs(a)
        far = 1.0 if size == 1 else math.inf if (size > 1) == (b > 0) else 0.0
        return -far if a < 0 and b % 2 == 1 else far


def _outside_power(a: Any, b: Any) -> bool:
    return bool((a == 0 and b < 0) or (a < 0 and b % 1 != 0 and b == b))


def _quotient(a: Any, b: Any) -> Any:
    """⌊a/b⌋, the one that goes with a % b: a/b itself may round up to the next integer."""
    if hasattr(a, "context") or hasattr(b, "context"):
        exact = (a - a % b) / b
        return exact.context.nint(exact)
    return a // b


def _zero_second(a: Any, b: Any) -> bool:
    return bool(b == 0)


def _in_turns(a: Any, b: Any) -> tuple[Any]:
    """Zero where a/b is whole; between two such points positive and negative in turns."""
    return (mod(a, b) * (1 - 2 * mod(quotient(a, b), 2)),)


add = Op(
    "add",
    operator.add,
    lambda a, b, y: 1,
    lambda a, b, y: 1,
    symbol="+",
    text=("{a:1} + {b:1}", 1),
    latex=("{a:1} + {b:1}", 1),
    numpy=("{a:1} + {b:2}", 1),
    kind="sum",
    parity=-1,
)
sub = Op(
    "sub",
    operator.sub,
    lambda a, b, y: 1,
    lambda a, b, y: -1,
    symbol="-",
    text=("{a:1} − {b:2}", 1),
    latex=("{a:1} - {b:2}", 1),
    numpy=("{a:1} - {b:2}", 1),
    parity=-1,
)
mul = Op(
    "mul",
    operator.mul,
    lambda a, b, y: b,
    lambda a, b, y: a,
    symbol="*",
    text=("{a:2}·{b:2}", 2),
    latex=(r"{a:2} \cdot {b:2}", 2),
    numpy=("{a:2} * {b:3}", 2),
    parity=1,
)
div = Op(
    "div",
    operator.truediv,
    lambda a, b, y: like(1, y) / b,
    lambda a, b, y: -y / b,
    needs="b ≠ 0",
    outside=_zero_second,
    symbol="/",
    text=("{a:2}/{b:3}", 2),
    latex=(r"\frac{{{a}}}{{{b}}}", 3),
    numpy=("{a:2} / {b:3}", 2),
    parity=1,
)
neg = Op(
    "neg",
    operator.neg,
    lambda a, y: -1,
    text=("−{a:2}", 1),
    latex=("-{a:2}", 1),
    numpy=("-{a:2}", 1),
    parity=-1,
)
mod = Op(
    "mod",
    operator.mod,
    lambda a, b, y: 1,
    lambda a, b, y: -quotient(a, b),
    needs="b ≠ 0",
    outside=_zero_second,
    symbol="%",
    text=("{a:2} mod {b:3}", 0),
    latex=(r"{a:2} \bmod {b:3}", 0),
    numpy=("{a:2} % {b:3}", 1),
    note="a − b·⌊a/b⌋, with the sign of b as in Python; kinks where a/b is an integer",
    kinks=_in_turns,
    parity=-1,
)
quotient: Op = Op(
    "quotient",
    _quotient,
    lambda a, b, y: 0,
    lambda a, b, y: 0,
    needs="b ≠ 0",
    outside=_zero_second,
    symbol="//",
    text=("⌊{a:2}/{b:3}⌋", ATOM),
    latex=(r"\left\lfloor \frac{{{a}}}{{{b}}} \right\rfloor", ATOM),
    numpy=("{a:2} // {b:3}", 1),
    note="the whole quotient that goes with mod: a = b·⌊a/b⌋ + a mod b, also in rounded numbers",
    kind="guard",
    kinks=_in_turns,
    parity=1,
)
power = Op(
    "pow",
    _power,
    lambda a, b, y: scaled_power(b, a, b - 1),
    lambda a, b, y: power_log(y, a),
    needs="a > 0; a < 0 & b ∈ ℤ; a = 0 & b ≥ 0",
    outside=_outside_power,
    symbol="**",
    text=("{a:5}^{b:5}", 4),
    latex=("{a:5}^{{{b}}}", 4),
    numpy=("{a:5} ** {b:5}", 4),
    note="(x⁰)′ = 0 and 0⁰ = 1 with slope 0; (0ᵛ)′ = 0; ∂(aᵇ)/∂b is NaN for a < 0",
)


# ── guard rows: they keep the table closed at its edges ──────────────────────────────────────────


def _ratio(a: Any, b: Any) -> Any:
    if b == 0:
        return a * math.inf if a != 0 and a == a else math.nan
    return a / b


def _scaled_power(c: Any, a: Any, b: Any) -> Any:
    if c == 0:
        return c
    if a == 0 and b < 0:
        return c * math.inf
    if a < 0 and b % 1 != 0:
        return math.nan
    return c * _power(a, b)


def _power_log(y: Any, a: Any) -> Any:
    if y == 0 or a == 0:
        return 0 * y if y == y else y
    return math.nan if a < 0 or a != a else y * log.value(a)


ratio: Op = Op(
    "ratio",
    _ratio,
    lambda a, b, y: ratio(like(1, y), b),
    lambda a, b, y: -ratio(y, b),
    text=div.text,
    latex=div.latex,
    numpy=div.numpy,
    symbol="/",
    note="a/b as IEEE 754 divides (1/0 = ∞, 0/0 = NaN), for slopes such as √′(0) = ∞",
    kind="guard",
    parity=1,
)
scaled_power: Op = Op(
    "scaled_power",
    _scaled_power,
    lambda c, a, b, y: scaled_power(1, a, b),
    lambda c, a, b, y: scaled_power(c * b, a, b - 1),
    lambda c, a, b, y: power_log(y, a),
    text=("{a:2}·{b:5}^{c:5}", 2),
    latex=(r"{a:2} \cdot {b:5}^{{{c}}}", 2),
    numpy=("{a:2} * {b:5} ** {c:5}", 2),
    note="c·aᵇ, 0 where c = 0 whatever aᵇ: the third derivative of x² at 0",
    kind="guard",
)
power_log: Op = Op(
    "power_log",
    _power_log,
    lambda y, a, z: power_log(1, a),
    lambda y, a, z: scaled_power(y, a, -1),
    text=("{a:2}·ln {b:5}", 2),
    latex=(r"{a:2} \cdot \ln {b:5}", 2),
    numpy=("{a:2} * np.log({b})", 2),
    note="y·log a for y = aᵇ: 0 where y = 0 or a = 0",
    kind="guard",
)


# ── exponentials, logarithms, roots ──────────────────────────────────────────────────────────────


def _exp2(a: Any) -> Any:
    return _power(like(2, a), a)


def _log2(a: Any) -> Any:
    return a.context.log(a, 2) if hasattr(a, "context") else math.log2(a)


def _cbrt(a: Any) -> Any:
    if hasattr(a, "context"):  # mpmath's principal root of −8 is complex
        return sign(a) * a.context.cbrt(builtins.abs(a))
    return math.cbrt(a)


def _not_positive(a: Any) -> bool:
    return bool(a <= 0)


exp: Op = Op(
    "exp",
    _own("exp", _far(0.0, math.inf)),
    lambda a, y: y,
    latex=("e^{{{a}}}", 4),
    kind="transfer",
)
exp2 = Op(
    "exp2",
    _exp2,
    lambda a, y: y * log(like(2, a)),
    text=("2^{a:5}", 4),
    latex=("2^{{{a}}}", 4),
)
expm1: Op = Op(
    "expm1",
    _own("expm1", _far(-1.0, math.inf)),
    lambda a, y: exp(a),
    latex=(r"\left(e^{{{a}}} - 1\right)", ATOM),
)
log: Op = Op(
    "log",
    _own("log"),
    lambda a, y: 1 / a,
    needs="a > 0",
    outside=_not_positive,
    text=("ln({a})", ATOM),
    latex=(r"\ln\left({a}\right)", ATOM),
    aliases=("ln",),
)
log2 = Op(
    "log2",
    _log2,
    lambda a, y: 1 / (a * log(like(2, a))),
    needs="a > 0",
    outside=_not_positive,
    latex=(r"\log_2\left({a}\right)", ATOM),
)
log10 = Op(
    "log10",
    _own("log10"),
    lambda a, y: 1 / (a * log(like(10, a))),
    needs="a > 0",
    outside=_not_positive,
    latex=(r"\log_{{10}}\left({a}\right)", ATOM),
)
log1p = Op(
    "log1p",
    _own("log1p"),
    lambda a, y: 1 / (1 + a),
    needs="a > −1",
    outside=lambda a: bool(a <= -1),
    text=("ln(1 + {a:1})", ATOM),
    latex=(r"\ln\left(1 + {a:1}\right)", ATOM),
)
sqrt: Op = Op(
    "sqrt",
    _own("sqrt"),
    lambda a, y: ratio(1, 2 * y),
    needs="a ≥ 0",
    outside=lambda a: bool(a < 0),
    text=("√{a:5}", 4),
    latex=(r"\sqrt{{{a}}}", ATOM),
    note="√0 = 0 with slope +∞",
)
cbrt = Op(
    "cbrt",
    _cbrt,
    lambda a, y: ratio(1, 3 * square(y)),
    text=("∛{a:5}", 4),
    latex=(r"\sqrt[3]{{{a}}}", ATOM),
    note="∛0 = 0 with slope +∞",
    parity=-1,
)
square: Op = Op(
    "square",
    lambda a: a * a,
    lambda a, y: 2 * a,
    text=("{a:5}²", 4),
    latex=("{a:5}^2", 4),
    parity=1,
)
hypot: Op = Op(
    "hypot",
    _own("hypot"),
    lambda a, b, y: ratio(a, y),
    lambda a, b, y: ratio(b, y),
    text=("√({a:5}² + {b:5}²)", 4),
    latex=(r"\sqrt{{{a:5}^2 + {b:5}^2}}", ATOM),
    note="the slopes at (0, 0) are NaN, as PyTorch's",
    kinks=lambda a, b: (hypot(a, b),),
    parity=1,
)

# ── trigonometry ─────────────────────────────────────────────────────────────────────────────────


def _beyond_one(a: Any) -> bool:
    return bool(builtins.abs(a) > 1)


def _latex(name: str) -> tuple[str, int]:
    return rf"\{name}\left({{a}}\right)", ATOM


sin: Op = Op(
    "sin",
    _own("sin"),
    lambda a, y: cos(a),
    needs="|a| < ∞",
    outside=_infinite,
    latex=_latex("sin"),
    kind="transfer",
    parity=-1,
)
cos: Op = Op(
    "cos",
    _own("cos"),
    lambda a, y: -sin(a),
    needs="|a| < ∞",
    outside=_infinite,
    latex=_latex("cos"),
    kind="transfer",
    parity=1,
)
tan = Op(
    "tan",
    _own("tan"),
    lambda a, y: 1 + square(y),
    needs="|a| < ∞",
    outside=_infinite,
    latex=_latex("tan"),
    parity=-1,
)
asin = Op(
    "asin",
    _own("asin"),
    lambda a, y: ratio(1, sqrt((1 - a) * (1 + a))),
    needs="|a| ≤ 1",
    outside=_beyond_one,
    latex=_latex("arcsin"),
    numpy=("np.arcsin({a})", ATOM),
    note="slope +∞ at ±1",
    aliases=("arcsin",),
    parity=-1,
)
acos = Op(
    "acos",
    _own("acos"),
    lambda a, y: -ratio(1, sqrt((1 - a) * (1 + a))),
    needs="|a| ≤ 1",
    outside=_beyond_one,
    latex=_latex("arccos"),
    numpy=("np.arccos({a})", ATOM),
    note="slope −∞ at ±1",
    aliases=("arccos",),
)
atan = Op(
    "atan",
    _own("atan"),
    lambda a, y: 1 / (1 + square(a)),
    latex=_latex("arctan"),
    numpy=("np.arctan({a})", ATOM),
    aliases=("arctan",),
    kind="transfer",
    parity=-1,
)
atan2 = Op(
    "atan2",
    _own("atan2"),
    lambda a, b, y: ratio(ratio(b, hypot(a, b)), hypot(a, b)),
    lambda a, b, y: -ratio(ratio(a, hypot(a, b)), hypot(a, b)),
    numpy=("np.arctan2({a}, {b})", ATOM),
    note="the angle of the point (b, a); NaN slopes at (0, 0), where there is no angle",
    aliases=("arctan2",),
    kinks=lambda a, b: (hypot(a, relu(b)),),
)
sinh = Op(
    "sinh",
    _own("sinh", _far(-math.inf, math.inf)),
    lambda a, y: cosh(a),
    latex=_latex("sinh"),
    aliases=("sh",),
    parity=-1,
)
cosh: Op = Op(
    "cosh",
    _own("cosh", _far(math.inf, math.inf)),
    lambda a, y: sinh(a),
    latex=_latex("cosh"),
    aliases=("ch",),
    parity=1,
)
tanh = Op(
    "tanh",
    _own("tanh"),
    lambda a, y: 1 - square(y),
    latex=_latex("tanh"),
    note="1 − y² as the course writes it: in floats it loses digits for |a| > 5, is 0 beyond 19",
    aliases=("th",),
    kind="transfer",
    parity=-1,
)
asinh = Op(
    "asinh",
    _own("asinh"),
    lambda a, y: 1 / hypot(1, a),
    numpy=("np.arcsinh({a})", ATOM),
    aliases=("arcsinh", "argsh"),
    kind="transfer",
    parity=-1,
)
acosh = Op(
    "acosh",
    _own("acosh"),
    lambda a, y: ratio(1, sqrt((a - 1) * (a + 1))),
    needs="a ≥ 1",
    outside=lambda a: bool(a < 1),
    numpy=("np.arccosh({a})", ATOM),
    note="slope +∞ at 1",
    aliases=("arccosh", "argch"),
)
atanh = Op(
    "atanh",
    _own("atanh"),
    lambda a, y: 1 / ((1 - a) * (1 + a)),
    needs="|a| < 1",
    outside=lambda a: bool(builtins.abs(a) >= 1),
    numpy=("np.arctanh({a})", ATOM),
    aliases=("arctanh", "argth"),
    parity=-1,
)
erf = Op(
    "erf",
    _own("erf"),
    lambda a, y: 2 / sqrt(pi(a)) * exp(-square(a)),
    numpy=("erf({a})", ATOM),
    kind="transfer",
    parity=-1,
)
erfc: Op = Op(
    "erfc",
    _own("erfc"),
    lambda a, y: -2 / sqrt(pi(a)) * exp(-square(a)),
    numpy=("(1 - erf({a}))", ATOM),
    note="1 − erf(a), with all its digits where erf is near 1",
)

# NumPy has no erf, so the NumPy spelling of erf and gelu comes with this definition.
#     erf(|a|) = 1 − t·exp(−a² + g(2t − 1)),   t = 2/(2 + |a|),   g(u) = log(erfc(a)·e^(a²)/t)
# and g is smooth on [−1, 1]: its Chebyshev coefficients are (2/N) Σₖ g(cos θₖ)·cos(j·θₖ) with
# θₖ = π(k + ½)/N, taken with N = 60 and 40 digits.  With the 22 below the error is at most 1e-14
# for every a (a test measures it against mpmath).
NUMPY_ERF = """
ERF = (
    -1.3026537197817183, 0.6419697923564991, 0.019476473204177072, -0.009561514786800002,
    -0.0009465953444904772, 0.00036683949786096067, 4.252332479900027e-05, -2.0278578104967185e-05,
    -1.6242900118269946e-06, 1.3036558423291443e-06, 1.562643544639343e-08, -8.523809015088668e-08,
    6.529049222221988e-09, 5.05934813310858e-09, -9.9136818614527e-10, -2.2736172538307296e-10,
    9.646516778842907e-11, 2.3961107301909226e-12, -6.8874168171809815e-12, 8.95185302664491e-13,
    3.130909729684443e-13, -1.1340326583716808e-13,
)


def erf(a):
    t = 2 / (2 + np.abs(a))
    u, d, dd = 2 * t - 1, 0.0, 0.0
    for c in ERF[:0:-1]:
        d, dd = 2 * u * d - dd + c, d
    return np.sign(a) * (1 - t * np.exp(-a * a + ERF[0] / 2 + u * d - dd))
"""

# ── steps and kinks ──────────────────────────────────────────────────────────────────────────────


def _sign(a: Any) -> Any:
    return type(a)((a > 0) - (a < 0)) if a == a else a


def _step(a: Any) -> Any:
    return type(a)(a > 0) if a == a else a


def _floor(a: Any) -> Any:
    if hasattr(a, "context"):
        return a.context.floor(a)
    return type(a)(math.floor(a)) if builtins.abs(a) < math.inf else a


def _relu(a: Any) -> Any:
    return a if a > 0 or a != a else type(a)(0)


def _maximum(a: Any, b: Any) -> Any:
    return a if a > b or a != a else b


def _minimum(a: Any, b: Any) -> Any:
    return a if a < b or a != a else b


def _clip(a: Any, b: Any, c: Any) -> Any:
    return _minimum(_maximum(a, b), c)


def _zero(*inputs: Any) -> int:
    return 0


absolute = Op(
    "abs",
    builtins.abs,
    lambda a, y: sign(a),
    text=("|{a}|", ATOM),
    latex=(r"\left|{a}\right|", ATOM),
    note="|·|′(0) = 0",
    kinks=lambda a: (a,),
    parity=1,
)
sign: Op = Op(
    "sign",
    _sign,
    _zero,
    note="sign(0) = 0",
    aliases=("sgn",),
    kinks=lambda a: (a,),
    parity=-1,
)
step: Op = Op(
    "step",
    _step,
    _zero,
    numpy=("(({a}) > 0).astype(float)", ATOM),
    latex=(r"\mathbf{{1}}_{{{a:2} > 0}}", ATOM),
    note="1 for a > 0, else 0: the derivative of relu",
    aliases=("heaviside",),
    kinks=lambda a: (a,),
)
floor: Op = Op(
    "floor",
    _floor,
    _zero,
    text=("⌊{a}⌋", ATOM),
    latex=(r"\left\lfloor {a} \right\rfloor", ATOM),
    kinks=lambda a: _in_turns(a, 1),
)
maximum = Op(
    "maximum",
    _maximum,
    lambda a, b, y: (1 + sign(a - b)) / 2,
    lambda a, b, y: (1 + sign(b - a)) / 2,
    text=("max({a}, {b})", ATOM),
    latex=(r"\max\left({a}, {b}\right)", ATOM),
    note="a tie shares ½ each",
    aliases=("max",),
    kinks=lambda a, b: (a - b,),
)
minimum: Op = Op(
    "minimum",
    _minimum,
    lambda a, b, y: (1 + sign(b - a)) / 2,
    lambda a, b, y: (1 + sign(a - b)) / 2,
    text=("min({a}, {b})", ATOM),
    latex=(r"\min\left({a}, {b}\right)", ATOM),
    note="a tie shares ½ each",
    aliases=("min",),
    kinks=lambda a, b: (a - b,),
)
clip = Op(
    "clip",
    _clip,
    lambda a, b, c, y: (1 - step(b - a)) * (1 - step(a - c)),
    lambda a, b, c, y: step(b - a) * (1 - step(b - c)),
    lambda a, b, c, y: step(a - c),
    needs="b ≤ c",
    outside=lambda a, b, c: bool(b > c),
    note="a kept within [b, c]; slope 1 on both bounds",
    kinks=lambda a, b, c: (a - b, a - c),
)

# ── transfer functions ───────────────────────────────────────────────────────────────────────────


def _sigmoid(a: Any) -> Any:
    """1/(1 + e^−a), computed from the side on which e^· is small."""
    if a >= 0:
        return 1 / (1 + exp.value(-a))
    e = exp.value(a)
    return e / (1 + e)


def _softplus(a: Any) -> Any:
    """log(1 + e^a) = max(a, 0) + log(1 + e^−|a|), which never overflows."""
    return _relu(a) + log1p.value(exp.value(-builtins.abs(a)))


def _gelu(a: Any) -> Any:
    return a * erfc.value(-a / sqrt.value(like(2, a))) / 2


def _leaky_relu(a: Any, b: Any) -> Any:
    return a if a > 0 else b * a


def _elu(a: Any, b: Any) -> Any:
    return a if a > 0 else b * expm1.value(a)


relu = Op(
    "relu",
    _relu,
    lambda a, y: step(a),
    symbol="ReLU",
    numpy=("np.maximum({a}, 0)", ATOM),
    note="relu′(0) = 0",
    aliases=("ReLU",),
    kind="transfer",
    kinks=lambda a: (a,),
)
leaky_relu = Op(
    "leaky_relu",
    _leaky_relu,
    lambda a, b, y: step(a) + b * (1 - step(a)),
    lambda a, b, y: minimum(a, 0),
    defaults=(0.01,),
    numpy=("np.where({a} > 0, {a}, {b:3} * ({a}))", ATOM),
    note="slope b at 0",
    aliases=("LeakyReLU",),
    kind="transfer",
    kinks=lambda a, b: (a,),
)
elu = Op(
    "elu",
    _elu,
    lambda a, b, y: step(a) + b * exp(minimum(a, 0)) * (1 - step(a)),
    lambda a, b, y: expm1(minimum(a, 0)),
    defaults=(1.0,),
    numpy=("np.where({a} > 0, {a}, {b:3} * np.expm1(np.minimum({a}, 0)))", ATOM),
    note="a for a > 0, else b·(eᵃ − 1); slope b at 0",
    aliases=("ELU",),
    kind="transfer",
    kinks=lambda a, b: (a,),
)
softplus = Op(
    "softplus",
    _softplus,
    lambda a, y: sigmoid(a),
    numpy=("np.logaddexp(0, {a})", ATOM),
    kind="transfer",
)
sigmoid: Op = Op(
    "sigmoid",
    _sigmoid,
    lambda a, y: y * (1 - y),
    text=("σ({a})", ATOM),
    latex=(r"\sigma\left({a}\right)", ATOM),
    numpy=("1 / (1 + np.exp(-({a})))", 2),
    note="y(1 − y) as the course writes it: in floats it loses digits where y is near 1 (a > 20)",
    aliases=("σ",),
    kind="transfer",
)
logsigmoid = Op(
    "logsigmoid",
    lambda a: -_softplus(-a),
    lambda a, y: sigmoid(-a),
    numpy=("-np.logaddexp(0, -({a}))", 1),
    kind="transfer",
)
silu = Op(
    "silu",
    lambda a: a * _sigmoid(a),
    lambda a, y: sigmoid(a) * (1 + a * sigmoid(-a)),
    numpy=("({a}) / (1 + np.exp(-({a})))", 2),
    note="a·σ(a), also called swish",
    aliases=("SiLU", "swish"),
    kind="transfer",
)
gelu = Op(
    "gelu",
    _gelu,
    lambda a, y: erfc(-a / sqrt(like(2, a))) / 2 + a * exp(-square(a) / 2) / sqrt(2 * pi(a)),
    numpy=("0.5 * ({a}) * (1 + erf(({a}) / np.sqrt(2)))", 2),
    note="a·Φ(a), exact, Φ the normal distribution function (Hendrycks & Gimpel 2016, eq. 1)",
    aliases=("GELU",),
    kind="transfer",
)


# ── over any number of inputs ────────────────────────────────────────────────────────────────────


def _sum(*xs: Any) -> Any:
    return builtins.sum(xs)


def _dot(*xs: Any) -> Any:
    n = len(xs) // 2
    return builtins.sum(map(operator.mul, xs[:n], xs[n:]))


def _logsumexp(*xs: Any) -> Any:
    """log Σ eˣ, the largest term taken out: m + log(1 + Σ of the others e^(x−m))."""
    k = max(range(len(xs)), key=lambda i: xs[i])
    m = xs[k]
    if m != m or _infinite(m) or any(x != x for x in xs):
        return builtins.sum(x for x in xs if x != x) or m
    return m + log1p.value(builtins.sum(exp.value(x - m) for i, x in enumerate(xs) if i != k))


def _cross_entropy(k: int, *zs: Any) -> Any:
    """log Σ e^(zⱼ − z_k), exact also where z_k wins by far."""
    others = [z - zs[k] for j, z in enumerate(zs) if j != k]
    if others and max(others) > 0:
        return _logsumexp(*others, 0 * others[0])
    return log1p.value(builtins.sum(map(exp.value, others)))


def _bce(z: Any, t: Any) -> Any:
    """−t·log σ(z) − (1−t)·log(1 − σ(z)), each term skipped where its weight is 0."""
    return (t * _softplus(-z) if t != 0 else 0) + ((1 - t) * _softplus(z) if t != 1 else 0)


def _class_slopes(inputs: Sequence[Any], y: Any) -> list[Any]:
    k, *zs = inputs
    return [0, *(expm1(-y) if j == k else exp(z - zs[k] - y) for j, z in enumerate(zs))]


total = Op(
    "sum",
    _sum,
    lambda xs, y: [1] * len(xs),
    arity=None,
    kind="sum",
    parity=-1,
)
scalar_product = Op(
    "dot",
    _dot,
    lambda xs, y: [*xs[len(xs) // 2 :], *xs[: len(xs) // 2]],
    arity=None,
    kind="lists",
    parity=1,
)
log_sum_exp = Op("logsumexp", _logsumexp, lambda xs, y: [exp(x - y) for x in xs], arity=None)
class_cost = Op(
    "cross_entropy",
    _cross_entropy,
    _class_slopes,
    arity=None,
    note="−log softmax(z)_k; the slopes are softmax(z) − [j = k], written without cancellation",
    kind="lists",
)
bce_with_logits = Op(
    "bce_with_logits",
    _bce,
    lambda a, b, y: (1 - b) * sigmoid(a) - b * sigmoid(-a),
    lambda a, b, y: -a,
    text=("BCE({a}, {b})", ATOM),
    numpy=("np.logaddexp(0, {a}) - {b:3} * ({a})", 1),
    note="binary cross-entropy of the logit a against the target b; the slope is σ(a) − b",
)


def _numbers(xs: Iterable[Any], name: str) -> list[Any]:
    try:
        return list(xs)
    except TypeError:
        raise TypeError(
            say(
                fr=f"{name} attend une liste de nombres ou de Value, reçu {type(xs).__name__} : {xs!r}",
                en=f"{name} expects a list of numbers or Values, got {type(xs).__name__}: {xs!r}",
            )
        ) from None


def _at_least_one(xs: Iterable[Any], name: str) -> list[Any]:
    listed = _numbers(xs, name)
    if not listed:
        raise ValueError(
            say(
                fr=f"{name} demande au moins un nombre, la liste est vide",
                en=f"{name} needs at least one number, the list is empty",
            )
        )
    return listed


def sum(xs: Iterable[Any]) -> Any:
    """x₁ + … + xₙ as one node; 0 for an empty list.

    >>> sum([1.5, 2.5])
    4.0
    """
    return total(*_numbers(xs, "sum"))


def dot(w: Iterable[Any], x: Iterable[Any]) -> Any:
    """w₁x₁ + … + wₙxₙ, the W·X of the course, as one node.

    Raises ValueError if the two lists differ in length.

    >>> dot([1.0, 2.0], [3.0, 4.0])
    11.0
    """
    left = [*w] if w.__class__ is list else _numbers(w, "dot")
    right = [*x] if x.__class__ is list else _numbers(x, "dot")
    if len(left) != len(right):
        raise ValueError(
            say(
                fr=f"dot a reçu {len(left)} poids pour {len(right)} entrées : il en faut autant des deux",
                en=f"dot was given {len(left)} weights for {len(right)} inputs: give as many of both",
            )
        )
    for side in (left, right):
        take_part = getattr(side[0], "__dot__", None) if side else None
        if take_part is not None:
            return take_part(left, right)
    return scalar_product(*left, *right)


def logsumexp(xs: Iterable[Any]) -> Any:
    """log(e^x₁ + … + e^xₙ), right at ±1000 too; its slopes are softmax(x)."""
    return log_sum_exp(*_at_least_one(xs, "logsumexp"))


def softmax(zs: Iterable[Any]) -> list[Any]:
    """The list of e^zₖ / Σ e^zⱼ: the largest score gets the largest probability.

    (With e^−z, as some write, the smallest score would.)

    >>> softmax([0.0, 0.0])
    [0.5, 0.5]
    """
    listed = _at_least_one(zs, "softmax")
    whole = logsumexp(listed)
    return [exp(z - whole) for z in listed]


def log_softmax(zs: Iterable[Any]) -> list[Any]:
    """The list of zₖ − log Σ e^zⱼ."""
    listed = _at_least_one(zs, "log_softmax")
    whole = logsumexp(listed)
    return [z - whole for z in listed]


def cross_entropy(logits: Iterable[Any], k: int) -> Any:
    """−log softmax(logits)ₖ: the cost of one example whose class is number k (from 0).

    Its derivative with respect to logit j is softmaxⱼ − [j = k].  Raises ValueError for a class
    that is not there.
    """
    listed = _at_least_one(logits, "cross_entropy")
    if isinstance(k, bool) or not hasattr(k, "__index__") or not 0 <= k < len(listed):
        raise ValueError(
            say(
                fr=f"cross_entropy attend une classe de 0 à {len(listed) - 1}, reçu {k!r}",
                en=f"cross_entropy expects a class from 0 to {len(listed) - 1}, got {k!r}",
            )
        )
    return class_cost(operator.index(k), *listed)
