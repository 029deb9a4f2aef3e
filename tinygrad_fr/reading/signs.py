"""What a person types becomes signs: names, numbers, operations; others have their correction.

    Signs("(w*x − y)²").tokens      (, w, *, x, -, y, ), and 2 above, and where each stands

Unicode's minus, dot and cross are read as - and *, ^ as **, exponents written above as powers, ½ as
a number.  What the tool prints is read too: 1 000 with a thin space, σ′(z), 𝟙[z > 0], softmax(z)₁,
and a formula whose shared pieces follow it ("with u₁ = …").
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple, NoReturn

from tinygrad_fr.reading.letters import held_name, is_raised, name_end
from tinygrad_fr.reading.number import held, refuse_range
from tinygrad_fr.refusals import excerpt, refuse
from tinygrad_fr.words import say

PRIME = "′"  # behind the name of a function: its derivative
LONGEST = 10_000  # characters
MOST = 3_000  # names, numbers and signs


class Token(NamedTuple):
    """One name, number or sign: what kind, how it is read, and where it stands in the text."""

    kind: str  # "name", "number", "power" (an exponent typed above), or the sign itself
    read: str
    start: int
    end: int


_THIN = "[\u00a0\u2007\u2009\u202f]"
_NUMBER = re.compile(
    rf"(?:[0-9]{{1,3}}(?:{_THIN}[0-9]{{3}})+(?![0-9])(?:\.[0-9]*)?|[0-9]+\.?[0-9]*|\.[0-9]+)"
    r"(?:[eE][+-]?[0-9]+)?"
)
_SIGNS = re.compile(r"\*\*|//|[-+*/%(),;=|√∛⌊⌋\[\]\n]|\^")
_SAME = str.maketrans(
    {"−": "-", "·": "*", "⋅": "*", "×": "*", "÷": "/", "∕": "/", "∣": "|", "\r": "\n"}
)
_STEP, _ABOVE_0, _INDEX = map(re.compile, (r"[𝟙𝟏]\[", r">\s*0\s*\]", "[₀-₉]+"))
_PRIME = re.compile(r"['′’](?=\s*\()")
_MODULE = re.compile(r"(?<![^\W\d])(?:np|numpy|math|torch|jnp|mpmath|cmath)\.$")
QUOTES = ("''", '""', "``", "’’", "‘’", "“”", "””", "«»")  # the first sign and the last
_WITH = re.compile(r"\n\s*(?:with|avec) (?=[^\n=]+ = )")


class Signs:
    """An expression as it was typed, and its signs one by one."""

    def __init__(self, text: str) -> None:
        if len(text) > LONGEST:
            refuse(
                fr=f"l’expression a {len(text)} caractères, le plus long permis est {LONGEST}. "
                "Coupez-la en morceaux",
                en=f"the expression has {len(text)} characters, at most {LONGEST} are allowed. "
                "Cut it into pieces",
            )
        text = unicodedata.normalize("NFC", text).replace("\r\n", "\n")
        self.text = _steps_first(_without_quotes(text))
        self.tokens = self._read()
        if all(token.kind in "\n;" for token in self.tokens):
            refuse(
                fr="l’expression est vide. Écrivez par exemple (w*x - y)**2",
                en="the expression is empty. Write for example (w*x - y)**2",
            )
        if len(self.tokens) > MOST:
            refuse(
                fr=f"l’expression a {len(self.tokens)} noms, nombres et signes, le plus permis est "
                f"{MOST}. "
                "Coupez-la en morceaux",
                en=f"the expression has {len(self.tokens)} names, numbers and signs, at most "
                f"{MOST} are "
                "allowed. Cut it into pieces",
            )

    def near(self, start: int, end: int) -> str:
        return excerpt(self.text[start:end])

    def around(self, token: Token) -> str:
        """The token and what stands beside it."""
        return self.near(max(token.start - 12, 0), token.end + 12)

    def _read(self) -> list[Token]:
        text, plain = self.text, self.text.translate(_SAME)
        tokens: list[Token] = []
        steps = 0  # how many 𝟙[ are open
        i = 0
        while i < len(text):
            if text[i].isspace() and plain[i] != "\n":
                i += 1
                continue
            printed = self._printed(i, tokens, steps)
            if printed:
                tokens += printed
                steps += (printed[0].read == "step") - (printed[0].kind == ")")
                i = printed[-1].end
                continue
            number, sign = _NUMBER.match(plain, i), _SIGNS.match(plain, i)
            if number:
                kind, end, read = "number", number.end(), _digits(number[0])
            elif sign:
                if sign[0] == "[" and not (tokens and tokens[-1].kind == ")"):
                    self.refuse_sign(i)
                kind, end = sign[0], sign.end()
                read = kind = "**" if kind == "^" else kind
            elif is_raised(text[i]):
                kind, end, read = "power", *self._raised(i)
            elif fraction := _fraction(text[i]):
                kind, end, read = "number", i + 1, fraction
            elif (end := name_end(text, i)) > i:
                kind, read = "name", held_name(text, i, end)
                if prime := _PRIME.match(text, end):  # σ′(z)
                    kind, end, read = "name", prime.end(), read + PRIME
            else:
                self.refuse_sign(i)
            tokens.append(Token(kind, read, i, end))
            i = end
        return tokens

    def _printed(self, i: int, before: list[Token], steps: int) -> list[Token]:
        """What only the tool writes: 𝟙[z > 0] is step(z), an index behind a bracket is [1]."""
        if opened := _STEP.match(self.text, i):
            name = Token("name", "step", i, i + 1)
            return [name, Token("(", "(", i + 1, opened.end())]
        if steps and (closed := _ABOVE_0.match(self.text, i)):
            return [Token(")", ")", i, closed.end())]
        index = _INDEX.match(self.text, i)
        if index and before and (before[-1].kind, before[-1].end) == (")", i):
            read, end = unicodedata.normalize("NFKC", index[0]), index.end()
            return [
                Token("[", "[", i, i),
                Token("number", read, i, end),
                Token("]", "]", end, end),
            ]
        return []

    def _raised(self, start: int) -> tuple[int, str]:
        """Where x²'s exponent ends, and the exponent."""
        end = start
        while end < len(self.text) and is_raised(self.text[end]):
            end += 1
        exponent = unicodedata.normalize("NFKC", self.text[start:end]).replace("−", "-")
        if not re.fullmatch(r"[-+]?[0-9]{1,300}", exponent):
            shown, plain = self.near(start, end), excerpt(exponent)
            refuse(
                fr=f"« {shown} » n’est pas un exposant compris ici. Écrivez **({plain})",
                en=f"'{shown}' is not an exponent understood here. Write **({plain})",
            )
        return end, exponent

    def refuse_sign(self, i: int) -> NoReturn:
        """Say what to write instead of the sign at i."""
        sign, around = excerpt(self.text[i]), self.near(max(i - 12, 0), i + 13)
        module = _MODULE.search(self.text[: i + 1])
        if self.text[i] == "." and module:
            refuse(
                fr=f"« {module[0]} » est du Python. Écrivez la fonction seule, exp(x) au lieu de "
                f"{module[0]}exp(x)",
                en=f"'{module[0]}' is Python's. Write the function alone, exp(x) instead of "
                f"{module[0]}exp(x)",
            )
        found = (advice() for signs, advice in _ADVICE.items() if self.text[i] in signs)
        instead = next(found, None) or say(
            fr="Écrivez des noms, des nombres, + - * / ** %, des parenthèses et des fonctions "
            "comme exp(x)",
            en="Write names, numbers, + - * / ** %, parentheses and functions such as exp(x)",
        )
        refuse(
            fr=f"le signe {sign} n’est pas compris dans « {around} ». {instead}",
            en=f"the sign {sign} is not understood in '{around}'. {instead}",
        )


def _without_quotes(text: str) -> str:
    """An expression between quotes that the terminal left there, without them."""
    bare = text.strip()
    if len(bare) < 2 or bare[0] + bare[-1] not in QUOTES or {bare[0], bare[-1]} & {*bare[1:-1]}:
        return text
    return bare[1:-1]


def _steps_first(text: str) -> str:
    """A formula as it is printed, "a(1−a)\\nwith a = σ(z)": its pieces, the last first, then it."""
    follows = _WITH.search(text)
    if follows is None:
        return text
    pieces = text[follows.end() :].rstrip().split("\n")
    return "; ".join([*map(str.strip, reversed(pieces)), text[: follows.start()]])


def _digits(typed: str) -> str:
    """The digits, if a float can hold them; leading zeros say nothing and go."""
    digits = re.sub(_THIN, "", typed)
    if len(digits) > 400:
        refuse_range(digits)
    held(digits, digits)
    return digits.lstrip("0") or "0" if digits.isdigit() else digits


def _fraction(sign: str) -> str:
    """1/2 for ½; "" for what is no such sign."""
    if not unicodedata.decomposition(sign).startswith("<fraction>"):
        return ""
    above, _, below = unicodedata.normalize("NFKC", sign).partition("⁄")
    return f"{Fraction(int(above), int(below))}" if above and below else ""


# What to write instead of a sign that does not belong.
_ADVICE: dict[str, Callable[[], str]] = {
    "‖": lambda: say(
        fr="La valeur absolue s’écrit |x| ou abs(x)", en="The absolute value is written |x|, abs(x)"
    ),
    ":": lambda: say(
        fr="Une expression n’a pas de signe = ; une étape s’écrit z = w*x + b ; z**2",
        en="An expression has no = sign; a step is written z = w*x + b; z**2",
    ),
    "<>≤≥≠!": lambda: say(
        fr="Il n’y a ni comparaison ni factorielle ; un point anguleux s’écrit avec "
        "maximum, minimum, relu ou step",
        en="There are no comparisons and no factorials; a kink is written with "
        "maximum, minimum, relu or step",
    ),
    "'\"′’`“”«»": lambda: say(
        fr="Il n’y a ni texte ni prime ; un nom s’écrit seul, sans guillemets : y1 au lieu de y′",
        en="There are no strings and no primes; a name stands alone, without quotes: y1 for y′",
    ),
    "[]{}": lambda: say(
        fr="Seules les parenthèses ( ) groupent ; un indice fait partie du nom : x1",
        en="Only parentheses ( ) group; an index is part of the name: x1",
    ),
    ".": lambda: say(
        fr="Le point ne sert que dans un nombre : 0.25 ; un nom n’en a pas",
        en="A point is for numbers only: 0.25; a name has none",
    ),
    "⌈⌉": lambda: say(
        fr="L’arrondi vers le haut s’écrit -floor(-x)", en="Rounding up is written -floor(-x)"
    ),
}
