"""The written languages, one class each: a line of text, LaTeX, MathML, a NumPy program.

A new one is one more class with a `language`: it is on the shelf (`PAGES`) at once, every row and
every graph can be written on it, and it says only what it writes otherwise than `Page`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from html import escape
from typing import Any

from tinygrad_fr.spelling import PAGES as PAGES
from tinygrad_fr.spelling import Letter, Page, T, Term
from tinygrad_fr.words import say

GREEK: dict[str, str] = dict(
    zip(
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau "
        "upsilon phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega".split(),
        "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΦΨΩ",
        strict=True,
    )
)
SUBSCRIPTS = dict(
    zip("0123456789+-=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True)
)
_ABOVE = ("0123456789+-−=()abcdefghijklmnoprstuvwxyz", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ")
SUPERSCRIPTS = dict(zip(*_ABOVE, strict=True))
NAMESPACE = "http://www.w3.org/1998/Math/MathML"


def _close(below: str) -> str:
    """Two indices of one sign each stand side by side: w₁₂, but w₁,₁₂."""
    return re.sub(r"\A(\w),(\w)\Z", r"\1\2", below)


class Text(Page):
    """One line of plain text: (w·x − y)², σ(z), √x, w₁⁽²⁾."""

    language = "text"
    less, negative, times, over = " − ", "−", "·", "/"

    def letter(self, name: Letter) -> str | None:
        base = (name.base + "\u0302" * name.hat).replace("y\u0302", "ŷ").replace("Y\u0302", "Ŷ")
        below = [SUBSCRIPTS.get(c, c if c == "," else "") for c in _close(name.below)]
        above = [SUPERSCRIPTS.get(c, "") for c in name.above]
        if not all(below) or not all(above):
            return None
        return base + "′" * name.primes + "".join(below) + (f"⁽{''.join(above)}⁾" if above else "")

    def tight(self, text: str) -> str:
        """Without spaces around the signs, but for 2e − 3, which is not 0.002."""
        return re.sub(r"(?<![0-9.]e) ([−+]) ", r"\1", text)

    def open_ended(self, text: str) -> bool:
        """x/n, xⁿ as x^n, √x: in x/n(1 − a) nobody knows what is divided."""
        while text != (text := re.sub(r"\([^()]*\)", "", text)):
            pass
        return re.search("[/^√∛]", text) is not None

    def power(self, a: Any, b: Any) -> Term:
        if isinstance(b, int):  # x² where the exponent is a plain number, x^n where it is a Term
            return Term(self.within(a, 5) + "".join(SUPERSCRIPTS[c] for c in str(b)), 4)
        return super().power(a, b)

    def root(self, a: Any, n: int = 2) -> Term:
        return Term({2: "√", 3: "∛"}[n] + self.within(a, 5), 4)

    def bars(self, a: Any) -> Term:
        return Term(f"|{self.term(a)}|")

    def floor(self, a: Any) -> Term:
        return Term(f"⌊{self.term(a)}⌋")

    def subscript(self, a: Any, b: Any) -> Term:
        below = "".join(SUBSCRIPTS.get(c, c) for c in self.term(b).text)
        return Term(self.term(a).text + below)

    def whole(self, name: str, formula: str, definitions: Sequence[tuple[str, str]]) -> str:
        """What is used several times follows the formula, by its name."""
        head = say(fr="avec ", en="with ")
        lines = [f"{' ' * len(head)}{name} = {text}" for name, text in definitions]
        return "\n".join([formula, *lines]).replace("\n" + " " * len(head), "\n" + head, 1)


_ESCAPED = {sign: "\\" + sign for sign in "{}$&#%_"} | {
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "…": r"\dots{}",
    "’": "'",
    "\u202f": "~",
}


def _plain(index: str) -> bool:
    """Whether LaTeX sets it as it is: letters, digits, commas."""
    return re.fullmatch("[A-Za-z0-9,]*", index) is not None


class Latex(Page):
    r"""LaTeX with amsmath: \left(w \cdot x - y\right)^{2}, \sigma\left(z\right), \frac{a}{b}."""

    language = "latex"
    times, beside, dots = r" \cdot ", " ", r"\cdots"
    signs = {"mod": r" \bmod "}
    numbers = {"inf": r"\infty", "-inf": r"-\infty", "nan": r"\mathrm{NaN}"}
    commands = frozenset(
        "arccos arcsin arctan cos cosh exp ln log max min sin sinh tan tanh".split()
    )
    letters = {letter: "\\" + name for name, letter in GREEK.items()} | {
        "𝟏": r"\mathbf{1}",
        "∂": r"\partial ",
    }

    def word(self, name: str | Term) -> str:
        if isinstance(name, Term):
            return name.text
        if len(name) == 1:
            return self.letters.get(name, name)
        escaped = name.replace("_", r"\_")
        return "\\" + name if name in self.commands else rf"\operatorname{{{escaped}}}"

    def letter(self, name: Letter) -> str | None:
        base = name.base
        if not all(_plain(part) for part in ("" if base in self.letters else base, *name[3:])):
            return None
        shown = self.letters.get(base, base if len(base) == 1 else rf"\mathrm{{{base}}}")
        shown = rf"\hat{{{shown}}}" if name.hat else shown
        shown += "'" * name.primes
        below = f"_{{{name.below}}}" if name.below else ""
        return shown + below + (f"^{{[{name.above}]}}" if name.above else "")

    def label(self, text: str) -> str:
        return rf"\text{{{self.sentence(text)}}}"

    def sentence(self, text: str) -> str:
        """Words as pdflatex sets them: every sign escaped, or written as one that it has."""
        return "".join(map(self._sign, text))

    def _sign(self, sign: str) -> str:
        """A sign as it is, its escape, é, the α of a formula, else its number."""
        if sign in _ESCAPED:
            return _ESCAPED[sign]
        if " " <= sign <= "~" or sign in "œŒ" or (sign.isalpha() and "À" <= sign <= "ÿ"):
            return sign
        if sign in self.letters:
            return f"${self.letters[sign].strip()}$"
        plain = unicodedata.normalize("NFKD", sign)[0]
        return plain if plain.isascii() and plain.isalnum() else f"[U+{ord(sign):04X}]"

    def brackets(self, text: str) -> str:
        return rf"\left({text}\right)"

    def plain(self, text: str) -> str:
        return text.removeprefix(r"\left")

    def quotient(self, a: Any, b: Any) -> Term:
        return Term(rf"\frac{{{self.term(a)}}}{{{self.term(b)}}}", 3)

    def power(self, a: Any, b: Any) -> Term:
        return Term(f"{self.within(a, 5)}^{{{self.term(b)}}}", 4)

    def root(self, a: Any, n: int = 2) -> Term:
        return Term(rf"\sqrt{'' if n == 2 else f'[{n}]'}{{{self.term(a)}}}")

    def bars(self, a: Any) -> Term:
        return Term(rf"\left|{self.term(a)}\right|")

    def floor(self, a: Any) -> Term:
        return Term(rf"\left\lfloor {self.term(a)} \right\rfloor")

    def subscript(self, a: Any, b: Any) -> Term:
        below = self.term(b).text
        return Term(f"{self.term(a)}_{below if len(below) == 1 else f'{{{below}}}'}")

    def either(self, line: T, paper: T) -> T:
        return paper

    def whole(self, name: str, formula: str, definitions: Sequence[tuple[str, str]]) -> str:
        """What is used several times is listed below the formula, aligned."""
        if not definitions:
            return formula
        lines = [f"{name} &= {text}" for name, text in ((name, formula), *definitions)]
        return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"


class MathML(Page):
    """MathML Core, which browsers and notebooks draw: <msup><mi>x</mi><mn>2</mn></msup>."""

    language = "mathml"
    plus, less, times = "<mo>+</mo>", "<mo>−</mo>", "<mo>·</mo>"
    negative, beside, comma, applied = (
        "<mo>−</mo>",
        "<mo>\u2062</mo>",
        "<mo>,</mo>",
        "<mo>\u2061</mo>",
    )
    dots = "<mo>⋯</mo>"
    signs = {"mod": "<mo>mod</mo>", ">": "<mo>&gt;</mo>"}
    numbers = {"inf": "∞", "-inf": "-∞", "nan": "NaN"}

    def digits(self, text: str) -> str:
        number = f"<mn>{escape(text.removeprefix('-'))}</mn>"
        return f"<mrow>{self.negative}{number}</mrow>" if text.startswith("-") else number

    def word(self, name: str | Term) -> str:
        return name.text if isinstance(name, Term) else f"<mi>{escape(name)}</mi>"

    def letter(self, name: Letter) -> str | None:
        shown = self.word(name.base + "′" * name.primes)
        shown = f'<mover accent="true">{shown}<mo>^</mo></mover>' if name.hat else shown
        kind = "mi" if name.below.replace(",", "").isalpha() else "mn"
        below = f"<{kind}>{escape(name.below)}</{kind}>" if name.below else ""
        above = f"<mrow><mo>[</mo><mn>{escape(name.above)}</mn><mo>]</mo></mrow>"
        if name.above:
            kind = "msubsup" if below else "msup"
            return f"<{kind}>{shown}{below}{above}</{kind}>"
        return f"<msub>{shown}{below}</msub>" if below else shown

    def label(self, text: str) -> str:
        return f"<mtext>{escape(text)}</mtext>"

    def joined(self, *texts: str) -> str:
        return f"<mrow>{''.join(texts)}</mrow>"

    def brackets(self, text: str) -> str:
        return f"<mrow><mo>(</mo>{text}<mo>)</mo></mrow>"

    def plain(self, text: str) -> str:
        return re.sub("<[^>]*>", "", text)

    def quotient(self, a: Any, b: Any) -> Term:
        return Term(f"<mfrac>{self.term(a)}{self.term(b)}</mfrac>", 3)

    def power(self, a: Any, b: Any) -> Term:
        return Term(f"<msup>{self.within(a, 5)}{self.term(b)}</msup>", 4)

    def root(self, a: Any, n: int = 2) -> Term:
        if n == 2:
            return Term(f"<msqrt>{self.term(a)}</msqrt>")
        return Term(f"<mroot>{self.term(a)}<mn>{n}</mn></mroot>")

    def bars(self, a: Any) -> Term:
        return Term(f"<mrow><mo>|</mo>{self.term(a)}<mo>|</mo></mrow>")

    def floor(self, a: Any) -> Term:
        return Term(f"<mrow><mo>⌊</mo>{self.term(a)}<mo>⌋</mo></mrow>")

    def subscript(self, a: Any, b: Any) -> Term:
        return Term(f"<msub>{self.term(a)}{self.term(b)}</msub>")

    def either(self, line: T, paper: T) -> T:
        return paper

    def whole(self, name: str, formula: str, definitions: Sequence[tuple[str, str]]) -> str:
        """One <math> element; what is used several times is listed below the formula."""
        if definitions:
            formula = (
                "<mtable>"
                + "".join(
                    f"<mtr><mtd>{name}</mtd><mtd><mo>=</mo></mtd><mtd>{text}</mtd></mtr>"
                    for name, text in ((name, formula), *definitions)
                )
                + "</mtable>"
            )
        return f'<math xmlns="{NAMESPACE}" display="block">{formula}</math>'


# NumPy has no erf, so a program that uses it comes with this definition.
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


class NumPy(Page):
    """A program on arrays: np.tanh(x), x ** 2.  The one page on which a function may have another
    name, or be put together from others: a row says so beside its spelling."""

    language = "numpy"
    after_plus, after_times = 2, 3  # rounding depends on the order: a + (b + c) keeps its own
    signs = {"mod": " % "}
    numbers = {"inf": "np.inf", "-inf": "-np.inf", "nan": "np.nan"}
    brought = {"erf": NUMPY_ERF}  # what NumPy lacks, as a program defines it

    def word(self, name: str | Term) -> str:
        if isinstance(name, Term):
            return name.text
        return name if name in self.brought else f"np.{name}"

    def chosen(self, written: T, program: T) -> T:
        return program or written

    def power(self, a: Any, b: Any) -> Term:
        return Term(f"{self.within(a, 5)} ** {self.within(b, 5)}", 4)

    def infix(self, sign: str, a: Any, b: Any) -> Term:
        return Term(super().infix(sign, a, b).text, 0 if sign == ">" else 1)

    def listed(self, *xs: Any) -> Term:
        """[a, b, c]"""
        return Term("[" + ", ".join(self.term(x).text for x in xs) + "]")


def spell_number(x: Any, language: str = "text") -> Term:
    """A number as that language writes it, exactly."""
    return PAGES[language].number(x)
