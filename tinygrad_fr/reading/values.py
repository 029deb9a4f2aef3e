"""What a person types after an expression: values by name, w=0,25 x=1/3 w₁=√2 t=π/2.

parse_values(["w=0,25", "t=pi/2"])      {"w": 0.25, "t": 1.5707963267948966}
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from tinygrad_fr.ops import DomainError
from tinygrad_fr.reading.expression import parse
from tinygrad_fr.reading.letters import Names, as_compared, is_name, refuse_keyword
from tinygrad_fr.reading.number import is_number, parse_number
from tinygrad_fr.refusals import excerpt, refuse
from tinygrad_fr.words import say


def parse_values(pairs: Iterable[str]) -> dict[str, float]:
    """The numbers of ["w=0,25", "x=2"] by name; ValueError says which pair is wrong.

    A value may be calculated, if only from numbers, π and e.

    >>> parse_values(["w=0,25", "x=-1/2", "y=√4"])
    {'w': 0.25, 'x': -0.5, 'y': 2.0}
    """
    values: dict[str, float] = {}
    known = Names()
    for pair in pairs:
        key, equals, number = (part.strip() for part in pair.partition("="))
        key = unicodedata.normalize("NFC", key)
        if not equals or not is_name(key) or not number:
            shown = excerpt(pair)
            refuse(
                fr=f"« {shown} » n’est pas de la forme nom=valeur. Écrivez par exemple w=0,25 ; "
                "une expression qui contient des espaces va entre guillemets",
                en=f"'{shown}' is not of the form name=value. Write for example w=0.25; "
                "an expression with spaces goes in quotes",
            )
        refuse_keyword(as_compared(key), key)
        if known.exactly(key) is not None:
            refuse(
                fr=f"{key} reçoit deux valeurs. Gardez-en une",
                en=f"{key} is given two values. Keep one",
            )
        known.add(key)
        values[key] = _value(key, number)
    return values


def _value(key: str, typed: str) -> float:
    """The number, or what an expression of numbers gives."""
    try:
        try:
            return parse_number(typed)
        except ValueError as error:
            return _calculated(typed, error)
    except ValueError as error:
        raise ValueError(say(fr=f"{key} : {error}", en=f"{key}: {error}")) from None


def _calculated(typed: str, refused: ValueError) -> float:
    """π/2, √2, 2*0,35; where it is no expression of numbers, what was said of it as a number."""
    if is_number(typed):
        raise refused
    try:
        x = float(parse(typed, {}).data)
    except DomainError:
        raise
    except ValueError:
        raise refused from None
    if x - x != 0:
        raise refused
    return x
