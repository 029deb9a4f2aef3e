"""What a person types wrong is refused with its correction: what stands there, what was expected.

Each function ends the reading of a step with one sentence; `grammar` says when.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NoReturn

from tinygrad_fr.reading.signs import Token
from tinygrad_fr.reading.steps import Step
from tinygrad_fr.refusals import excerpt, nearest, refuse
from tinygrad_fr.words import counted, say

_INSTEAD = {"dot": "w1*x1 + w2*x2"}


def refuse_depth(step: Step, deepest: int) -> NoReturn:
    """Too much is nested."""
    shown = excerpt(step.text)
    refuse(
        fr=f"plus de {deepest} parenthèses, puissances ou signes sont emboîtés dans « {shown} ». "
        "Simplifiez l’expression ou coupez-la en morceaux",
        en=f"more than {deepest} parentheses, powers or signs are nested in '{shown}'. "
        "Simplify the expression or cut it into pieces",
    )


def refuse_open(step: Step, missing: str, start: int) -> NoReturn:
    """A bracket is left open."""
    opened = step.near(start, step.tokens[-1].end)
    if missing[:1] == ")":
        refuse(
            fr=f"il manque {missing} : la dernière parenthèse ouverte est dans « {opened} ». "
            "Fermez-la",
            en=f"{missing} is missing: the last parenthesis opened is in '{opened}'. Close it",
        )
    refuse(
        fr=f"il manque {missing} : ce qui est ouvert est dans « {opened} ». Fermez-le",
        en=f"{missing} is missing: what was opened is in '{opened}'. Close it",
    )


def refuse_closing(step: Step, token: Token, open_one: str) -> NoReturn:
    """A bracket is closed that is not open, or not the last one opened."""
    around, sign = step.around(token), token.kind
    if open_one:
        refuse(
            fr=f"dans « {around} » un {sign} vient avant le {open_one} attendu. Mettez le "
            f"{open_one} d’abord",
            en=f"in '{around}' a {sign} comes before the {open_one} expected. Put the "
            f"{open_one} first",
        )
    refuse(
        fr=f"il y a une parenthèse {sign} de trop dans « {around} ». Retirez-la ou ouvrez-la plus "
        "tôt",
        en=f"there is one {sign} too many in '{around}'. Remove it or open it earlier",
    )


def refuse_whole_division(step: Step, token: Token) -> NoReturn:
    """a // b."""
    around = step.around(token)
    refuse(
        fr=f"la division entière // n’est pas comprise dans « {around} ». Écrivez floor(a/b)",
        en=f"the integer division // is not understood in '{around}'. Write floor(a/b)",
    )


def refuse_unknown_function(step: Step, token: Token, functions: Iterable[str]) -> NoReturn:
    """A name before a bracket that is no function and has no value."""
    shown, name = step.near(token.start, token.end), token.read
    if name in _INSTEAD:
        refuse(
            fr=f"{name} demande des listes et ne s’écrit pas ici. Écrivez {_INSTEAD[name]}",
            en=f"{name} takes lists and cannot be typed here. Write {_INSTEAD[name]}",
        )
    close = nearest(name, functions) if len(name) > 2 else ""
    if close:
        refuse(
            fr=f"« {shown}(…) » : {shown} n’est pas une fonction connue. Vouliez-vous dire "
            f"{close}(…) ?",
            en=f"'{shown}(…)': {shown} is not a known function. Did you mean {close}(…)?",
        )
    refuse(
        fr=f"« {shown}(…) » : {shown} n’est pas une fonction connue (exp, ln, sqrt, tanh, sigmoid, "
        "relu, …). "
        f"Pour multiplier, écrivez {shown}*(…) et donnez une valeur : {shown}=…",
        en=f"'{shown}(…)': {shown} is not a known function (exp, ln, sqrt, tanh, sigmoid, relu, "
        "…). "
        f"To multiply, write {shown}*(…) and give a value: {shown}=…",
    )


def refuse_missing_sign(step: Step, i: int, functions: Iterable[str]) -> NoReturn:
    """Two things side by side with no operation between: x y, (x)y, sin x."""
    left, right = step.tokens[i - 1], step.tokens[i]
    start = step.tokens[i - 2].start if left.kind == "power" else left.start  # x² is one thing
    first, second = step.near(start, left.end), step.near(right.start, right.end)
    both = step.near(start, right.end)
    if left.kind == "name" and left.read in functions:
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
    refuse(
        fr=f"il manque une opération dans « {both} ». Pour multiplier, écrivez {first}*{second}",
        en=f"an operation is missing in '{both}'. To multiply, write {first}*{second}",
    )


def refuse_digits_apart(step: Step, i: int) -> None:
    """1_000 is no number times a name."""
    left, right = step.tokens[i - 1], step.tokens[i]
    if left.kind == "number" and re.match("_[0-9]", right.read):
        both = step.near(left.start, right.end)
        refuse(
            fr=f"« {both} » n’est pas un nombre. Écrivez les chiffres sans séparateur : 1000",
            en=f"'{both}' is not a number. Write the digits without separators: 1000",
        )


def refuse_unclear(step: Step, i: int, before: str, functions: Iterable[str]) -> NoReturn:
    """1/2x, x^2y: what is divided, what is raised?  sin**2(x)."""
    left, right = step.tokens[i - 1], step.tokens[i]
    if before == "**" and i > 2 and step.tokens[i - 3].read in functions:
        refuse_power_of_function(step, left, step.tokens[i - 3])
    start = step.tokens[i - 2].start if left.kind == "power" else left.start
    first, second = step.near(start, left.end), step.near(right.start, right.end)
    if left.kind in (")", "|", "⌋"):
        first = f"(…{left.kind}" if left.kind == ")" else "|…|"
    if right.kind in "(|⌊":
        second = "(…)"
    around = step.near(max(start - 6, step.tokens[0].start), right.end + 6)
    one, other = f"{before}({first}*{second})", f"{before}{first}*{second}"
    refuse(
        fr=f"on ne voit pas où s’arrête le {before} dans « {around} ». Écrivez …{one} ou …{other}",
        en=f"it is not clear where the {before} ends in '{around}'. Write …{one} or …{other}",
    )


def refuse_root(step: Step, token: Token) -> NoReturn:
    """√x², √2x: how far does the root go?"""
    around = step.around(token)
    refuse(
        fr=f"on ne voit pas jusqu’où va la racine dans « {around} ». Mettez des parenthèses : "
        "√(2*x), (√x)²",
        en=f"it is not clear how far the root goes in '{around}'. Use parentheses: √(2*x), (√x)²",
    )


def refuse_missing_operand(step: Step, i: int) -> NoReturn:
    """Nothing where a name or a number should be: x +, *x, ()."""
    if i == len(step.tokens):
        whole = _tail(step.text)
        if step.tokens[-1].kind == "(":
            refuse(
                fr=f"la parenthèse ouverte à la fin de « {whole} » est vide. Complétez-la et "
                "fermez-la",
                en=f"the parenthesis opened at the end of '{whole}' is empty. Fill it and close it",
            )
        refuse(
            fr=f"il manque un nom ou un nombre à la fin de « {whole} ». Complétez l’expression",
            en=f"a name or a number is missing at the end of '{whole}'. Complete the expression",
        )
    token = step.tokens[i]
    if token.kind in "[]=;":
        step.typed.refuse_sign(token.start)
    shown = step.near(token.start, token.end)
    around = step.around(token)
    if token.kind == "*" and i and step.tokens[i - 1].kind == "*":
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


def refuse_power_of_function(step: Step, token: Token, function: Token) -> NoReturn:
    """sin²(x)."""
    f, n, shown = function.read, token.read, step.around(token)
    refuse(
        fr=f"l’exposant se met après la parenthèse. Écrivez {f}(…)**{n} au lieu de « {shown} »",
        en=f"the exponent goes after the parenthesis. Write {f}(…)**{n} instead of '{shown}'",
    )


def refuse_power_of_ten(step: Step, token: Token, base: Token) -> None:
    """2.10^-3, 2,10⁻³: a French 2×10⁻³, or 2.1 to the power −3?"""
    if base.kind != "number" or not base.read.endswith(".10"):
        return
    shown, whole = step.around(token), base.read[:-3]
    refuse(
        fr=f"« {shown} » se lit de deux façons. Écrivez {whole}*10^… pour une puissance de dix, "
        f"({whole},1)^… pour une puissance de {whole},1",
        en=f"'{shown}' can be read in two ways. Write {whole}*10^… for a power of ten, "
        f"({whole}.1)^… for a power of {whole}.1",
    )


def refuse_raised(step: Step, token: Token) -> NoReturn:
    """²x, x²**3."""
    shown = step.around(token)
    refuse(
        fr=f"on ne voit pas ce que l’exposant élève dans « {shown} ». Mettez des parenthèses : "
        "(x**2)**3",
        en=f"it is not clear what the exponent raises in '{shown}'. Use parentheses: (x**2)**3",
    )


def refuse_comma(step: Step, token: Token) -> NoReturn:
    """A comma that is in no call and in no number."""
    around = step.around(token)
    refuse(
        fr=f"la virgule de « {around} » n’est dans aucune fonction. Écrivez une seule expression ; "
        "une virgule décimale touche ses chiffres : 0,25",
        en=f"the comma of '{around}' is in no function. Write one expression; "
        "a decimal comma touches its digits: 0,25",
    )


def refuse_count(
    function: str, call: str, given: int, fewest: int, most: int | None, tight: bool
) -> NoReturn:
    """Another number of inputs than the function takes."""
    count = (
        say(fr=f"au moins {fewest}", en=f"at least {fewest}")
        if most is None
        else str(most)
        if fewest == most
        else say(fr=f"{fewest} ou {most}", en=f"{fewest} or {most}")
    )
    comma = say(
        fr=" (la virgule sépare les entrées ; écrivez 0.5 et non 0,5)",
        en=" (a comma separates inputs; write 0.5, not 0,5)",
    )
    comma = comma if tight else ""
    inputs = counted(given, fr="entrée", en="input")
    refuse(
        fr=f"{function} reçoit {inputs} dans « {call} », "
        f"elle en attend {count}. Corrigez les entrées{comma}",
        en=f"{function} is given {inputs} in '{call}', "
        f"it expects {count}. Correct the inputs{comma}",
    )


def refuse_tight(call: str) -> NoReturn:
    """leaky_relu(0,5): one number or two inputs?"""
    refuse(
        fr=f"la virgule de « {call} » peut être décimale ou séparer deux entrées. "
        "Écrivez 0.5 pour un nombre, « 0, 5 » avec une espace pour deux, ou un point-virgule",
        en=f"the comma of '{call}' may be a decimal mark or separate two inputs. "
        "Write 0.5 for one number, '0, 5' with a space for two, or a semicolon",
    )


def _tail(text: str, longest: int = 40) -> str:
    return excerpt(text if len(text) <= longest else "…" + text[1 - longest :])
