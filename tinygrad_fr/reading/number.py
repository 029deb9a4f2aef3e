"""What a person types becomes numbers: 0,25 · -3/4 · 1 000 · 1,2e-3 · 1.2×10⁻³, read in one place.

    parse_number("0,25")        the float: a value, an option, a cell of a table
    read_number("0,25")         the exact number and the unit of its last digit
    readings("0,25")            what it may stand for: rounded, cut off, a float32: an answer
    is_number("0,25")           whether it is spelled like one: to tell names from numbers

A comma and a point are both decimal marks; spaces, thin ones too, stand between thousands only.
"""

from __future__ import annotations

import math
import re
import struct
from fractions import Fraction
from typing import Any, Literal, NamedTuple, NoReturn

from tinygrad_fr.refusals import excerpt, refuse
from tinygrad_fr.words import say

LONGEST = 400  # characters
_SPACE = "[ \u00a0\u2007\u2009\u202f]"  # of the keyboard, and those that typesetters use
_WHOLE = rf"[0-9]{{1,3}}(?:{_SPACE}[0-9]{{3}})+|[0-9]+"
_DECIMAL = re.compile(
    rf"\s*(?P<sign>[+-]?)\s*(?P<digits>(?:{_WHOLE})(?:[.,][0-9]*)?|[.,][0-9]+)"
    rf"(?:[eE](?P<exponent>[+-]?[0-9]+))?\s*"
)
_TENS = re.compile(  # 1,2×10⁻³, 1.2*10**-3, 10^(-3), 75.10^-2: no answer is a power of 75.10
    r"(?P<digits>.*[×·⋅*xX]|(?P<dot>.*[0-9]\s*\.)|\s*[+-]?)\s*10\s*"
    r"(?:(?:\^|(?(dot)\^|\*\*))\s*(?:(?P<par>\()|(?P<brace>\{))?\s*(?P<n>[+-]?[0-9]+)"
    r"\s*(?(par)\))(?(brace)\})|(?P<raised>[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+))\s*"
)
_OF_TENS = re.compile(r"(?<![0-9])10\s*(?:\^|\*\*|[⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹]|[-−]\s*[0-9])")
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")


class Typed(NamedTuple):
    """A number as it was typed: its exact value, and the unit of its last digit.

    The unit of 0.25 is 1/100, that of 1,2e-3 is 1/10 000; a fraction is exact, its unit is 0.
    """

    value: Fraction
    unit: Fraction


def read_number(text: str) -> Typed:
    """The exact number, and how finely it was written; ValueError if it is none.

    >>> read_number("0,25")
    Typed(value=Fraction(1, 4), unit=Fraction(1, 100))
    >>> read_number("-3/2")
    Typed(value=Fraction(-3, 2), unit=Fraction(0, 1))
    """
    parts = _parts(text)
    if len(parts) == 2:
        quotient = Fraction(parts[0]) / Fraction(parts[1])
        _as_float(quotient, text)
        return Typed(quotient, Fraction(0))
    digits, _, exponent = parts[0].partition("e")
    places = int(exponent or 0) - len(digits.partition(".")[2])
    return Typed(Fraction(parts[0]), Fraction(10) ** places)


class Reading(NamedTuple):
    """What a typed number may stand for: any number within `tolerance` of `value`.

    name       "exact" (0, 1/3), "rounded", "cut off", "float32" or "float64"
    value      the middle of what it may stand for; for "cut off" not the number typed
    tolerance  how far the true number may be from it
    """

    name: Literal["exact", "rounded", "cut off", "float32", "float64"]
    value: Fraction
    tolerance: Fraction

    def explains(self, truth: Any) -> bool:
        """Whether the true number (a float, a Fraction, an mpf) is one of these."""
        miss = abs(truth - self.value) * self.tolerance.denominator
        return bool(miss <= self.tolerance.numerator)

    def said(self) -> str:
        """The reading as a report says it; of the first and the last there is nothing to say."""
        return {
            "cut off": say(fr="coupé après le dernier chiffre", en="cut off after the last digit"),
            "float32": say(fr="écrit en simple précision", en="printed in single precision"),
        }.get(self.name, "")


ROUNDED = Fraction(55, 100)  # of the last unit: half, and a twentieth for who rounds twice
SINGLE = Fraction(4, 10**7)  # relative: a few operations in single precision
DOUBLE = Fraction(1, 10**11)  # relative: what a computation in floats may lose


def readings(text: str) -> list[Reading]:
    """What a typed number may stand for; the first reading that explains the truth is meant.

    Rounded at its last digit; cut off after it, so that the truth lies up to one unit further from
    0 (and on both sides of 0.00); a float32 printed at length, for the shortest decimal of a
    float32 or its 17 digits as a float64; a float64 printed at length, for 16 digits or more.  A
    fraction is exact, and so is a 0 without decimals.

        first = next((r for r in readings("-0,1884") if r.explains(truth)), None)
        first is None   it is wrong; first.said() is the remark, "" where there is none

    Raises ValueError for what is no number.

    >>> [(r.name, float(r.value), float(r.tolerance)) for r in readings("0,25")]
    [('rounded', 0.25, 0.0055), ('cut off', 0.255, 0.005)]
    >>> [r.name for r in readings("0")], [r.name for r in readings("0.18843895")]
    (['exact'], ['rounded', 'cut off', 'float32'])
    """
    value, unit = read_number(text)
    if unit == 0 or (value == 0 and unit >= 1):
        return [Reading("exact", value, Fraction(0))]
    found = [Reading("rounded", value, ROUNDED * unit)]
    if value:
        outward = unit / 2 if value > 0 else -unit / 2
        found.append(Reading("cut off", value + outward, unit / 2))
    else:
        found.append(Reading("cut off", value, unit))
    if SINGLE * abs(value) > ROUNDED * unit and _is_single(value, unit):
        found.append(Reading("float32", value, SINGLE * abs(value)))
    if abs(value) >= 10**15 * unit:
        found.append(Reading("float64", value, DOUBLE * abs(value)))
    return found


def _is_single(value: Fraction, unit: Fraction) -> bool:
    """Whether these are the digits in which a program prints a float32, in single or in double."""
    x = float(value)
    if not 1.2e-38 < abs(x) < 3.4e38:
        return False
    if _single(x) == x and len(repr(abs(x))) > 12:
        return True
    single = _single(x)
    attempts = (f"{single:.{n - 1}e}" for n in range(7, 10))  # nine digits are always enough
    shortest = next(text for text in attempts if _single(float(text)) == single)
    return read_number(shortest) == (value, unit)


def _single(x: float) -> float:
    """The float32 nearest to x."""
    (single,) = struct.unpack("f", struct.pack("f", x))
    return float(single)


def read_numbers(text: str) -> list[Typed]:
    """Several numbers separated by `;`: "1,5; -3/2; 0,25"."""
    return [read_number(part) for part in text.split(";")]


def parse_number(text: str) -> float:
    """A number as a person types it: 0.25, 0,25, 1/3, −2, 1 000, 1,2e-3, 1,2×10⁻³.

    Raises ValueError for anything else, and for what a float cannot hold (1e999, 1e-999).

    >>> parse_number("0,25"), parse_number("-3/4"), parse_number("1 000")
    (0.25, -0.75, 1000.0)
    """
    parts = _parts(text)
    if len(parts) == 1:
        return float(parts[0])
    return _as_float(Fraction(parts[0]) / Fraction(parts[1]), text)


def is_number(text: str) -> bool:
    """Whether it is spelled like a number, one that a float can hold or not."""
    parts = text.split("/") if len(text) <= LONGEST else []
    return len(parts) in (1, 2) and None not in map(_spelled, parts)


def held(digits: str, typed: str) -> float:
    """The float of these digits, in Python's spelling; what would turn into ∞ or 0 is refused."""
    number = float(digits)
    if math.isinf(number) or (number == 0 and re.search("[1-9]", digits.lower().partition("e")[0])):
        refuse_range(typed)
    return number


def _parts(text: str) -> list[str]:
    """The number, or the two of a fraction, in Python's spelling, each one that a float holds."""
    parts = text.split("/") if len(text) <= LONGEST else []
    spelled = [_spelled(part) for part in parts]
    if len(parts) not in (1, 2) or None in spelled:
        _refuse_number(text)
    found = [part for part in spelled if part is not None]
    if not [held(part, text) for part in found][-1] and len(found) == 2:
        refuse(
            fr=f"« {excerpt(text)} » divise par 0. Donnez un dénominateur différent de 0",
            en=f"'{excerpt(text)}' divides by 0. Give a denominator other than 0",
        )
    return found


def _spelled(text: str) -> str | None:
    """One number in Python's spelling, "-1000.5e-3"; None if it is none.

    Zero to a power is zero, however large the power: Fraction("0e99999999") would never come back.
    """
    plain, exponent = text.replace("−", "-"), ""
    tens = _TENS.fullmatch(plain)
    if tens is not None:
        exponent = tens["n"] or tens["raised"].translate(_RAISED)
        before = tens["digits"].strip()
        plain = before[:-1] if before[-1:] in "×·⋅*xX." and before else f"{before}1"
    match = _DECIMAL.fullmatch(plain)
    if match is None or (exponent and match["exponent"]):
        return None
    digits = re.sub(r"\s", "", match["digits"]).replace(",", ".")
    exponent = exponent or match["exponent"] or ""
    if not re.search("[1-9]", digits) and len(exponent) > 4:
        exponent = ""
    return match["sign"] + digits + (f"e{exponent}" if exponent else "")


def _as_float(quotient: Fraction, typed: str) -> float:
    try:
        x = float(quotient)
    except OverflowError:
        refuse_range(typed)
    if x == 0 and quotient != 0:
        refuse_range(typed)
    return x


# ── what is refused ──────────────────────────────────────────────────────────────────────────────


def _refuse_number(text: str) -> NoReturn:
    if _OF_TENS.search(text):
        refuse(
            fr=f"« {excerpt(text)} » n’est pas un nombre. Écrivez une puissance de dix ainsi : "
            "7,5*10^-1 ou 7,5e-1",
            en=f"'{excerpt(text)}' is not a number. Write a power of ten so: 7.5*10^-1 or 7.5e-1",
        )
    if re.search(r"[0-9][\s_'’.][0-9]", text):
        refuse(
            fr=f"« {excerpt(text)} » n’est pas un nombre. Écrivez 1000 ou 1 000, et 0,25 : "
            "une seule marque décimale, rien d’autre que des espaces entre les milliers",
            en=f"'{excerpt(text)}' is not a number. Write 1000 or 1 000, and 0.25: one decimal "
            "mark, "
            "nothing but spaces between thousands",
        )
    refuse(
        fr=f"« {excerpt(text)} » n’est pas un nombre. Écrivez par exemple 0,25 ou -2 ou 1/3 ou "
        "1,2e-3",
        en=f"'{excerpt(text)}' is not a number. Write for example 0.25 or -2 or 1/3 or 1.2e-3",
    )


def refuse_range(text: str) -> NoReturn:
    """Say that no float holds this number."""
    refuse(
        fr=f"« {excerpt(text)} » sort de ce qu’un nombre peut contenir (de 5e-324 à 1,8e308). "
        "Donnez un nombre moins extrême",
        en=f"'{excerpt(text)}' is outside what a number can hold (5e-324 to 1.8e308). "
        "Give a less extreme number",
    )
