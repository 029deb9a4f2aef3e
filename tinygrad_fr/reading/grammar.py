"""What a person types follows a grammar: what may stand after what, and what to write instead.

    hold_grammar(Signs("2x"))       an operation is missing in '2x'. To multiply, write 2*x

Refuses what Python's parser would refuse, or would read in another way than it looks.
"""

from __future__ import annotations

import math
import re
from typing import NoReturn

from tinygrad_fr.ops import TABLE
from tinygrad_fr.reading.signs import Signs, Token
from tinygrad_fr.refusals import excerpt, nearest, refuse
from tinygrad_fr.words import say

# What takes lists, and the guard rows of the partials, cannot be typed.
FUNCTIONS = {
    name: row.name
    for row in TABLE.values()
    if row.kind not in ("lists", "guard")
    for name in (row.name, *row.aliases)
}
DEEPEST = 100  # parentheses, powers and minus signs one inside the other
_INSTEAD = {
    "dot": "w1*x1 + w2*x2",
    "softmax": "exp(z1 - logsumexp(z1, z2))",
    "log_softmax": "z1 - logsumexp(z1, z2)",
    "cross_entropy": "logsumexp(z1, z2) - z1",
}


class _Frame:
    """What is open while reading: one parenthesis, and what has been seen inside."""

    __slots__ = ("function", "start", "commas", "tight", "run")

    def __init__(self, function: str = "", start: int = 0) -> None:
        self.function, self.start = function, start
        self.commas = self.tight = 0  # tight: 0,5 may be one number or two
        self.run = 0  # powers and signs waiting for their right-hand side


def hold_grammar(typed: Signs) -> None:
    """Refuse what Python's parser would refuse, or read in another way than it looks."""
    frames = [_Frame()]
    operand = False  # has a name, a number or a parenthesis just ended?
    for i in range(len(typed.tokens)):
        operand = _hold_sign(typed, i, frames) if operand else _hold_operand(typed, i, frames)
        if sum(1 + frame.run for frame in frames) > DEEPEST + 1:
            shown = excerpt(typed.text)
            refuse(
                fr=f"plus de {DEEPEST} parenthèses, puissances ou signes sont emboîtés dans « "
                f"{shown} ». "
                "Simplifiez l’expression ou coupez-la en morceaux",
                en=f"more than {DEEPEST} parentheses, powers or signs are nested in '{shown}'. "
                "Simplify the expression or cut it into pieces",
            )
    if not operand:
        _refuse_missing_operand(typed, len(typed.tokens))
    if len(frames) > 1:
        opened = typed.near(frames[-1].start, len(typed.text))
        missing = ")" * (len(frames) - 1)
        refuse(
            fr=f"il manque {missing} : la dernière parenthèse ouverte est dans « {opened} ». "
            "Fermez-la",
            en=f"{missing} is missing: the last parenthesis opened is in '{opened}'. Close it",
        )


def _hold_operand(typed: Signs, i: int, frames: list[_Frame]) -> bool:
    """Where a name or a number should start; True if it has ended."""
    token, frame = typed.tokens[i], frames[-1]
    match token.kind:
        case "name" | "number":
            return True
        case "(":
            frames.append(_Frame("", token.start))
        case "+" | "-":
            frame.run += 1
        case ")" if frame.function and typed.tokens[i - 1].kind == "(":
            _hold_count(typed, frame, token, 0)
        case "power":
            _refuse_raised(typed, token)
        case _:
            _refuse_missing_operand(typed, i)
    return False


def _hold_sign(typed: Signs, i: int, frames: list[_Frame]) -> bool:
    """Where an operation should follow; True if a name or a number has ended with it."""
    token, frame = typed.tokens[i], frames[-1]
    match token.kind:
        case "name" | "number":
            _refuse_missing_sign(typed, i)
        case "(":
            frames.append(_Frame(_called(typed, i), typed.tokens[i - 1].start))
        case "power":
            _hold_raised(typed, i)
            return True
        case ")":
            if len(frames) == 1:
                around = typed.around(token)
                refuse(
                    fr=f"il y a une parenthèse ) de trop dans « {around} ». Retirez-la ou "
                    "ouvrez-la plus tôt",
                    en=f"there is one ) too many in '{around}'. Remove it or open it earlier",
                )
            if frame.function:
                _hold_count(typed, frame, token, frame.commas + 1)
            frames.pop()
            return True
        case ",":
            _hold_comma(typed, frame, i)
            frame.run = 0
        case "//":
            around = typed.around(token)
            refuse(
                fr=f"la division entière // n’est pas comprise dans « {around} ». Écrivez "
                "floor(a/b)",
                en=f"the integer division // is not understood in '{around}'. Write floor(a/b)",
            )
        case "**":
            frame.run += 1
        case _:
            frame.run = 0
    return False


def _called(typed: Signs, i: int) -> str:
    """The function that the parenthesis at i calls."""
    token = typed.tokens[i - 1]
    if token.kind != "name":
        _refuse_missing_sign(typed, i)
    if token.python in FUNCTIONS:
        return token.python
    shown, name = typed.near(token.start, token.end), token.python
    if name in _INSTEAD:
        refuse(
            fr=f"{name} demande des listes et ne s’écrit pas ici. Écrivez {_INSTEAD[name]}",
            en=f"{name} takes lists and cannot be typed here. Write {_INSTEAD[name]}",
        )
    close = nearest(name, FUNCTIONS) if len(name) > 2 else ""
    if close:
        refuse(
            fr=f"« {shown}(…) » : {shown} n’est pas une fonction connue. Vouliez-vous dire "
            f"{close}(…) ?",
            en=f"'{shown}(…)': {shown} is not a known function. Did you mean {close}(…)?",
        )
    refuse(
        fr=f"« {shown}(…) » : {shown} n’est pas une fonction connue (exp, ln, sqrt, tanh, sigmoid, "
        "relu, …). "
        f"Pour multiplier, écrivez {shown}*(…)",
        en=f"'{shown}(…)': {shown} is not a known function (exp, ln, sqrt, tanh, sigmoid, relu, "
        "…). "
        f"To multiply, write {shown}*(…)",
    )


def _refuse_missing_sign(typed: Signs, i: int) -> NoReturn:
    """Two things side by side with no operation between: 2x, (a)(b), sin x."""
    left, right = typed.tokens[i - 1], typed.tokens[i]
    start = typed.tokens[i - 2].start if left.kind == "power" else left.start  # x² is one thing
    first, second = typed.near(start, left.end), typed.near(right.start, right.end)
    both = typed.near(start, right.end)
    if left.kind == "name" and left.python in FUNCTIONS:
        refuse(
            fr=f"{first} est une fonction, son entrée va entre parenthèses. Écrivez "
            f"{first}({second}) "
            f"au lieu de « {both} »",
            en=f"{first} is a function, its input goes in parentheses. Write {first}({second}) "
            f"instead of '{both}'",
        )
    if left.kind == right.kind == "number":
        refuse(
            fr=f"« {both} » n’est pas un nombre. Écrivez les chiffres sans séparateur, un seul "
            "point "
            "décimal : 1000 ou 0.25",
            en=f"'{both}' is not a number. Write the digits without separators, one decimal point: "
            "1000 or 0.25",
        )
    if left.kind == "number" and re.match("_[0-9]", right.python):
        refuse(
            fr=f"« {both} » n’est pas un nombre. Écrivez les chiffres sans séparateur : 1000",
            en=f"'{both}' is not a number. Write the digits without separators: 1000",
        )
    refuse(
        fr=f"il manque une opération dans « {both} ». Pour multiplier, écrivez {first}*{second}",
        en=f"an operation is missing in '{both}'. To multiply, write {first}*{second}",
    )


def _refuse_missing_operand(typed: Signs, i: int) -> NoReturn:
    """Nothing where a name or a number should be: x +, *x, ()."""
    if i == len(typed.tokens):
        whole = _tail(typed.text)
        if typed.tokens[-1].kind == "(":
            refuse(
                fr=f"la parenthèse ouverte à la fin de « {whole} » est vide. Complétez-la et "
                "fermez-la",
                en=f"the parenthesis opened at the end of '{whole}' is empty. Fill it and close it",
            )
        refuse(
            fr=f"il manque un nom ou un nombre à la fin de « {whole} ». Complétez l’expression",
            en=f"a name or a number is missing at the end of '{whole}'. Complete the expression",
        )
    token = typed.tokens[i]
    shown = typed.near(token.start, token.end)
    around = typed.around(token)
    if token.kind == "*" and i and typed.tokens[i - 1].kind == "*":
        refuse(
            fr=f"une puissance s’écrit ** sans espace. Écrivez x**2 (reçu « {around} »)",
            en=f"a power is written ** without a space. Write x**2 (got '{around}')",
        )
    refuse(
        fr=f"il manque un nom ou un nombre avant {shown} dans « {around} ». "
        "Complétez l’expression ou retirez ce signe",
        en=f"a name or a number is missing before {shown} in '{around}'. "
        "Complete the expression or remove this sign",
    )


def _hold_raised(typed: Signs, i: int) -> None:
    """x² is clear; sin²(x), x²**3 and ²x are not."""
    token, before = typed.tokens[i], typed.tokens[i - 1]
    after = typed.tokens[i + 1].kind if i + 1 < len(typed.tokens) else ""
    if after == "(" and before.kind == "name" and before.python in FUNCTIONS:
        f, n = before.python, token.python.removeprefix("** ")
        shown = typed.around(token)
        refuse(
            fr=f"l’exposant se met après la parenthèse. Écrivez {f}(…)**{n} au lieu de « {shown} »",
            en=f"the exponent goes after the parenthesis. Write {f}(…)**{n} instead of '{shown}'",
        )
    if after in ("**", "power"):
        _refuse_raised(typed, token)


def _refuse_raised(typed: Signs, token: Token) -> NoReturn:
    shown = typed.around(token)
    refuse(
        fr=f"on ne voit pas ce que l’exposant élève dans « {shown} ». Mettez des parenthèses : "
        "(x**2)**3",
        en=f"it is not clear what the exponent raises in '{shown}'. Use parentheses: (x**2)**3",
    )


def _hold_comma(typed: Signs, frame: _Frame, i: int) -> None:
    before, after = typed.tokens[i - 1], typed.tokens[i + 1] if i + 1 < len(typed.tokens) else None
    tight = (
        after is not None
        and before.kind == after.kind == "number"
        and before.end + 1 == after.start
        and before.python.isdigit()
        and typed.text[after.start].isdigit()
    )
    if frame.function:
        frame.commas += 1
        frame.tight += tight
        return
    if tight and after is not None:
        number = typed.near(before.start, after.end)
        meant = number.replace(",", ".")
        refuse(
            fr=f"dans une expression la virgule sépare les entrées d’une fonction. "
            f"Écrivez {meant} au lieu de « {number} »",
            en=f"in an expression a comma separates the inputs of a function. "
            f"Write {meant} instead of '{number}'",
        )
    around = typed.around(typed.tokens[i])
    refuse(
        fr=f"la virgule de « {around} » n’est dans aucune fonction. Écrivez une seule expression, "
        "et le point pour les décimales : 0.25",
        en=f"the comma of '{around}' is in no function. Write one expression, "
        "and a point for decimals: 0.25",
    )


def _hold_count(typed: Signs, frame: _Frame, last: Token, given: int) -> None:
    """As many inputs as the function takes; where 0,5 may be one number or two, refuse."""
    row = TABLE[FUNCTIONS[frame.function]]
    fewest = 1 if row.arity is None else row.arity - len(row.defaults)
    most = math.inf if row.arity is None else row.arity
    call = typed.near(frame.start, last.end)
    if not fewest <= given <= most:
        count = (
            say(fr="au moins 1", en="at least 1")
            if row.arity is None
            else str(most)
            if fewest == most
            else say(fr=f"{fewest} ou {most}", en=f"{fewest} or {most}")
        )
        comma = say(
            fr=" (la virgule sépare les entrées ; écrivez 0.5 et non 0,5)",
            en=" (a comma separates inputs; write 0.5, not 0,5)",
        )
        comma = comma if frame.tight else ""
        refuse(
            fr=f"{frame.function} reçoit {given} entrée{'s' if given > 1 else ''} dans « {call} », "
            f"elle en attend {count}. Corrigez les entrées{comma}",
            en=f"{frame.function} is given {given} input{'s' if given != 1 else ''} in '{call}', "
            f"it expects {count}. Correct the inputs{comma}",
        )
    if frame.tight and given - 1 >= fewest:
        refuse(
            fr=f"la virgule de « {call} » peut être décimale ou séparer deux entrées. "
            "Écrivez 0.5 pour un nombre ou « 0, 5 » avec une espace pour deux",
            en=f"the comma of '{call}' may be a decimal mark or separate two inputs. "
            "Write 0.5 for one number or '0, 5' with a space for two",
        )


def _tail(text: str, longest: int = 40) -> str:
    return excerpt(text if len(text) <= longest else "…" + text[1 - longest :])
