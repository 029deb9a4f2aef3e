"""What a person types becomes signs: names, numbers, operations; others have their correction.

    Signs("(w*x − y)²").tokens      what Python would call w, *, x, …, and where each stands

Unicode's minus, dot and cross are read as - and *, exponents written above as **.
"""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Callable
from typing import NamedTuple, NoReturn

from tinygrad_fr.reading.number import held, refuse_range
from tinygrad_fr.refusals import excerpt, refuse
from tinygrad_fr.words import say

LONGEST = 10_000  # characters
MOST = 3_000  # names, numbers and signs: keeps the tree shallower than Python's parser can build


class Token(NamedTuple):
    """One name, number or sign: what kind, as Python writes it, and where it stands in the text."""

    kind: str  # "name", "number", "power" (an exponent typed above), or the sign itself
    python: str
    start: int
    end: int


_NUMBER = re.compile(r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_SIGNS = re.compile(r"\*\*|//|[-+*/%(),]")
_SAME = str.maketrans({"−": "-", "·": "*", "⋅": "*", "×": "*", "÷": "/", "∕": "/"})


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
        self.text = unicodedata.normalize("NFC", text)
        self.tokens = self._read()
        if not self.tokens:
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

    def names(self) -> list[str]:
        """The names that are not called, each once, in order of appearance."""
        found = [
            token.python
            for token, after in zip(self.tokens, [*self.tokens[1:], None], strict=True)
            if token.kind == "name" and (after is None or after.kind != "(")
        ]
        return list(dict.fromkeys(found))

    def near(self, start: int, end: int) -> str:
        return excerpt(self.text[start:end])

    def around(self, token: Token) -> str:
        """The token and what stands beside it."""
        return self.near(max(token.start - 12, 0), token.end + 12)

    def _read(self) -> list[Token]:
        text, plain = self.text, self.text.translate(_SAME)
        tokens: list[Token] = []
        i = 0
        while i < len(text):
            if text[i].isspace():
                i += 1
                continue
            number, sign = _NUMBER.match(plain, i), _SIGNS.match(plain, i)
            if number:
                kind, end, python = "number", number.end(), self._number(number[0])
            elif sign:
                kind, end, python = sign[0], sign.end(), sign[0]
            elif _is_raised(text[i]):
                kind, end, python = "power", *self._raised(i)
            elif text[i].isalpha() or text[i] == "_":
                kind, end, python = "name", *self._named(i)
            else:
                self._refuse_sign(i)
            tokens.append(Token(kind, python, i, end))
            i = end
        return tokens

    def _number(self, digits: str) -> str:
        """The digits, if a float can hold them; leading zeros say nothing and go."""
        if len(digits) > 400:
            refuse_range(digits)
        held(digits, digits)
        return digits.lstrip("0") or "0" if digits.isdigit() else digits

    def _raised(self, start: int) -> tuple[int, str]:
        """Where x²'s exponent ends, and the exponent."""
        end = start
        while end < len(self.text) and _is_raised(self.text[end]):
            end += 1
        exponent = unicodedata.normalize("NFKC", self.text[start:end]).replace("−", "-")
        if not re.fullmatch(r"[-+]?[0-9]{1,300}", exponent):
            shown, plain = self.near(start, end), excerpt(exponent)
            refuse(
                fr=f"« {shown} » n’est pas un exposant compris ici. Écrivez **({plain})",
                en=f"'{shown}' is not an exponent understood here. Write **({plain})",
            )
        return end, f"** {exponent}"

    def _named(self, start: int) -> tuple[int, str]:
        """Where a name ends, and the name as Python compares it."""
        text, end = self.text, start
        while end < len(text) and (
            text[end] == "_" or text[end].isalnum() or unicodedata.category(text[end])[0] == "M"
        ):
            if _is_raised(text[end]):
                break
            end += 1
        name = as_compared(text[start:end])
        if not name.isidentifier():
            shown = self.near(start, end)
            refuse(
                fr=f"« {shown} » n’est pas un nom. Un nom est fait de lettres, de chiffres et de _ "
                ": w, x1, w_12",
                en=f"'{shown}' is not a name. A name is made of letters, digits and _: w, x1, w_12",
            )
        refuse_keyword(name, text[start:end])
        return end, name

    def _refuse_sign(self, i: int) -> NoReturn:
        sign, around = excerpt(self.text[i]), self.near(max(i - 12, 0), i + 13)
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


# What to write instead of a sign that does not belong.
_ADVICE: dict[str, Callable[[], str]] = {
    "^": lambda: say(fr="Une puissance s’écrit ** : x**2", en="A power is written **: x**2"),
    "|‖∣": lambda: say(
        fr="La valeur absolue s’écrit abs(x)", en="The absolute value is written abs(x)"
    ),
    "=:": lambda: say(
        fr="Une expression n’a pas de signe = ; les valeurs viennent après elle : x=1",
        en="An expression has no = sign; the values come after it: x=1",
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
    "√∛": lambda: say(
        fr="Les racines s’écrivent sqrt(x) et cbrt(x)",
        en="Roots are written sqrt(x), cbrt(x)",
    ),
    "½⅓¼¾⅔": lambda: say(fr="Une fraction s’écrit 1/2", en="A fraction is written 1/2"),
}


def as_compared(key: str) -> str:
    """A name as Python compares it: x₁ is x1, and é is é however it was typed."""
    return key if key.isascii() else unicodedata.normalize("NFKC", key)


def refuse_keyword(name: str, shown: str) -> None:
    if not keyword.iskeyword(name):
        return
    other = {"lambda": "λ", "True": "1", "False": "0"}.get(name, "")
    if other:
        refuse(
            fr=f"« {shown} » est un mot réservé de Python, pas un nom. Écrivez {other}",
            en=f"'{shown}' is a reserved word of Python, not a name. Write {other}",
        )
    refuse(
        fr=f"« {shown} » est un mot réservé de Python, pas un nom. Choisissez un autre nom ; "
        "un choix s’écrit avec maximum, minimum, relu ou step",
        en=f"'{shown}' is a reserved word of Python, not a name. Choose another name; "
        "a choice is written with maximum, minimum, relu or step",
    )


def _is_raised(sign: str) -> bool:
    """A sign written above the line: ² ⁻ ⁿ."""
    return not sign.isascii() and unicodedata.decomposition(sign).startswith("<super>")
