"""Build a graph from what a person types: "(w*x - y)**2" becomes nodes, and nothing typed is run.

    L = parse("(w*x - y)**2", {"w": 1.0, "x": 2.0, "y": 4.0})

Three stages.  The signs are read one by one; what does not belong, or does not follow from what
stands before, is refused with its correction.  Python's own parser makes a tree of them, so that
precedence is Python's (-x**2 is -(x**2)).  The tree is walked, without recursion, against a list
of what is allowed; the table's operations do the rest.  There is no `eval` anywhere.
"""

from __future__ import annotations

import ast
import difflib
import keyword
import math
import operator
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any, NamedTuple, NoReturn

from tinygrad_fr.engine import Value
from tinygrad_fr.ops import TABLE
from tinygrad_fr.reading.number import held, parse_number, refuse_range
from tinygrad_fr.refusals import excerpt, refuse
from tinygrad_fr.words import say

# What takes lists, and the guard rows of the partials, cannot be typed.
FUNCTIONS = {
    name: row.name
    for row in TABLE.values()
    if row.kind not in ("lists", "guard")
    for name in (row.name, *row.aliases)
}
CONSTANTS = {"pi": math.pi, "π": math.pi, "e": math.e}

LONGEST = 10_000  # characters
MOST = 3_000  # names, numbers and signs: keeps the tree shallower than Python's parser can build
DEEPEST = 100  # parentheses, powers and minus signs one inside the other
WIDEST = 20_000  # bits of an exact number: beyond, 9**9**9 would fill the memory


def parse(text: str, values: Mapping[str, Any]) -> Value:
    """The graph of an expression at the given values (numbers, or Values that stay what they are).

    Names, numbers, + - * / ** %, parentheses and the table's functions; ln, σ, max, arcsin … as a
    course writes them; π and e unless a value has that name; also − · × ÷ and x².  Each name is one
    leaf with its label, shared by all its uses.  A value the expression does not use is left alone
    (`refuse_unused` complains).  Raises ValueError, one line with its correction, for all else.

    >>> L = parse("(w*x - y)**2", {"w": 1.0, "x": 2.0, "y": 4.0})
    >>> L.backward()
    >>> L.data, [(leaf.label, leaf.grad) for leaf in L._prev[0]._prev[0]._prev]
    (4.0, [('w', -8.0), ('x', -4.0)])
    """
    typed = _Typed(text)
    given = _by_name(values)
    wanted = typed.names()
    missing = [name for name in wanted if name not in given and name not in CONSTANTS]
    if missing:
        _refuse_missing(typed, missing, given)
    leaves: dict[str, Value] = {}
    for name in wanted:
        if name in given:
            key = given[name]
            known = values[key]
            leaves[name] = known if isinstance(known, Value) else Value(known, label=key)
        else:
            leaves[name] = Value(CONSTANTS[name])  # a number: no label, so nobody varies it
    return _build(typed, leaves, constant=set(wanted) - set(given))


def names(text: str) -> list[str]:
    """The names that need a value, in order of appearance; π and e need none.

    >>> names("exp(x)*pi + w*x")
    ['x', 'w']
    """
    return [name for name in _Typed(text).names() if name not in CONSTANTS]


def refuse_unused(text: str, values: Mapping[str, Any]) -> None:
    """Raise ValueError if a value's name is not in the expression: often it is a slip."""
    wanted, given = _Typed(text).names(), _by_name(values)
    for name, key in given.items():
        if name in wanted:
            continue
        close = _closest(name, [other for other in wanted if other not in given])
        shown = excerpt(text)
        advice = (
            say(fr=f"Vouliez-vous dire {close} ?", en=f"Did you mean {close}?")
            if close
            else say(
                fr=f"Retirez {key}=… ou écrivez {key} dans l’expression",
                en=f"Remove {key}=… or write {key} in the expression",
            )
        )
        refuse(
            fr=f"{key} reçoit une valeur mais n’est pas dans l’expression {shown}. {advice}",
            en=f"{key} is given a value but is not in the expression {shown}. {advice}",
        )


def parse_values(pairs: Iterable[str]) -> dict[str, float]:
    """The numbers of ["w=0,25", "x=2"] by name; ValueError says which pair is wrong.

    >>> parse_values(["w=0,25", "x=-1/2"])
    {'w': 0.25, 'x': -0.5}
    """
    values: dict[str, float] = {}
    for pair in pairs:
        key, equals, number = (part.strip() for part in pair.partition("="))
        key = unicodedata.normalize("NFC", key)
        name = _name(key)
        if not equals or not name.isidentifier() or not number:
            shown = excerpt(pair)
            refuse(
                fr=f"« {shown} » n’est pas de la forme nom=valeur. Écrivez par exemple w=0,25 ; "
                "une expression qui contient des espaces va entre guillemets",
                en=f"'{shown}' is not of the form name=value. Write for example w=0.25; "
                "an expression with spaces goes in quotes",
            )
        _refuse_keyword(name, key)
        if name in map(_name, values):
            refuse(
                fr=f"{key} reçoit deux valeurs. Gardez-en une",
                en=f"{key} is given two values. Keep one",
            )
        try:
            values[key] = parse_number(number)
        except ValueError as error:
            raise ValueError(say(fr=f"{key} : {error}", en=f"{key}: {error}")) from None
    return values


# ── numbers and names ────────────────────────────────────────────────────────────────────────────


def _name(key: str) -> str:
    """A name as Python compares it: x₁ is x1, and é is é however it was typed."""
    return key if key.isascii() else unicodedata.normalize("NFKC", key)


def _by_name(values: Mapping[str, Any]) -> dict[str, str]:
    """The keys by the name they stand for; two keys that are one name are refused."""
    given: dict[str, str] = {}
    for key in values:
        other = given.setdefault(_name(key), key)
        if other != key:
            refuse(
                fr=f"{other} et {key} sont un même nom. Gardez-en un",
                en=f"{other} and {key} are one and the same name. Keep one",
            )
    return given


def _refuse_keyword(name: str, shown: str) -> None:
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


def _closest(name: str, known: Iterable[str]) -> str:
    """The known name that was probably meant, or nothing."""
    others = list(known)
    for other in others:
        if other.casefold() == name.casefold():
            return other
    return next(iter(difflib.get_close_matches(name, others, n=1)), "")


def _refuse_missing(typed: _Typed, missing: list[str], given: Mapping[str, str]) -> NoReturn:
    name = missing[0]
    listed = ", ".join(missing[:8]) + (", …" if len(missing) > 8 else "")
    where = excerpt(typed.text)
    if name in FUNCTIONS:
        refuse(
            fr=f"{name} est une fonction et n’a pas d’entrée dans « {where} ». Écrivez {name}(…)",
            en=f"{name} is a function and has no input in '{where}'. Write {name}(…)",
        )
    spare = [key for n, key in given.items() if n not in typed.names()]
    close = _closest(name, spare)
    advice = (
        say(
            fr=f"{close} en a une et ne sert pas : vouliez-vous dire {close} ?",
            en=f"{close} has one and is not used: did you mean {close}?",
        )
        if close
        else say(fr=f"Ajoutez {name}=…", en=f"Add {name}=…")
    )
    refuse(
        fr=f"il manque une valeur pour {listed} dans « {where} ». {advice}",
        en=f"no value is given for {listed} in '{where}'. {advice}",
    )


# ── first stage: the signs, one by one ───────────────────────────────────────────────────────────


class _Token(NamedTuple):
    """One name, number or sign: what kind, as Python writes it, and where it stands in the text."""

    kind: str  # "name", "number", "power" (an exponent typed above), or the sign itself
    python: str
    start: int
    end: int


class _Frame:
    """What is open while reading: one parenthesis, and what has been seen inside."""

    __slots__ = ("function", "start", "commas", "tight", "run")

    def __init__(self, function: str = "", start: int = 0) -> None:
        self.function, self.start = function, start
        self.commas = self.tight = 0  # tight: 0,5 may be one number or two
        self.run = 0  # powers and signs waiting for their right-hand side


_NUMBER = re.compile(r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_SIGNS = re.compile(r"\*\*|//|[-+*/%(),]")
_SAME = str.maketrans({"−": "-", "·": "*", "⋅": "*", "×": "*", "÷": "/", "∕": "/"})


class _Typed:
    """An expression as it was typed: its signs read, its grammar held, its tree built."""

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
                fr=f"l’expression a {len(self.tokens)} noms, nombres et signes, le plus permis est {MOST}. "
                "Coupez-la en morceaux",
                en=f"the expression has {len(self.tokens)} names, numbers and signs, at most {MOST} are "
                "allowed. Cut it into pieces",
            )
        self._hold_grammar()

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

    def _read(self) -> list[_Token]:
        text, plain = self.text, self.text.translate(_SAME)
        tokens: list[_Token] = []
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
            tokens.append(_Token(kind, python, i, end))
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
        name = _name(text[start:end])
        if not name.isidentifier():
            shown = self.near(start, end)
            refuse(
                fr=f"« {shown} » n’est pas un nom. Un nom est fait de lettres, de chiffres et de _ : w, x1, w_12",
                en=f"'{shown}' is not a name. A name is made of letters, digits and _: w, x1, w_12",
            )
        _refuse_keyword(name, text[start:end])
        return end, name

    # ── what may follow what ──

    def _hold_grammar(self) -> None:
        """Refuse what Python's parser would refuse, or read in another way than it looks."""
        frames = [_Frame()]
        operand = False  # has a name, a number or a parenthesis just ended?
        for i in range(len(self.tokens)):
            operand = self._hold_sign(i, frames) if operand else self._hold_operand(i, frames)
            if sum(1 + frame.run for frame in frames) > DEEPEST + 1:
                shown = excerpt(self.text)
                refuse(
                    fr=f"plus de {DEEPEST} parenthèses, puissances ou signes sont emboîtés dans « {shown} ». "
                    "Simplifiez l’expression ou coupez-la en morceaux",
                    en=f"more than {DEEPEST} parentheses, powers or signs are nested in '{shown}'. "
                    "Simplify the expression or cut it into pieces",
                )
        if not operand:
            self._refuse_missing_operand(len(self.tokens))
        if len(frames) > 1:
            opened = self.near(frames[-1].start, len(self.text))
            missing = ")" * (len(frames) - 1)
            refuse(
                fr=f"il manque {missing} : la dernière parenthèse ouverte est dans « {opened} ». Fermez-la",
                en=f"{missing} is missing: the last parenthesis opened is in '{opened}'. Close it",
            )

    def _hold_operand(self, i: int, frames: list[_Frame]) -> bool:
        """Where a name or a number should start; True if it has ended."""
        token, frame = self.tokens[i], frames[-1]
        match token.kind:
            case "name" | "number":
                return True
            case "(":
                frames.append(_Frame("", token.start))
            case "+" | "-":
                frame.run += 1
            case ")" if frame.function and self.tokens[i - 1].kind == "(":
                self._hold_count(frame, token, 0)
            case "power":
                self._refuse_raised(token)
            case _:
                self._refuse_missing_operand(i)
        return False

    def _hold_sign(self, i: int, frames: list[_Frame]) -> bool:
        """Where an operation should follow; True if a name or a number has ended with it."""
        token, frame = self.tokens[i], frames[-1]
        match token.kind:
            case "name" | "number":
                self._refuse_missing_sign(i)
            case "(":
                frames.append(_Frame(self._called(i), self.tokens[i - 1].start))
            case "power":
                self._hold_raised(i)
                return True
            case ")":
                if len(frames) == 1:
                    around = self._around(token)
                    refuse(
                        fr=f"il y a une parenthèse ) de trop dans « {around} ». Retirez-la ou ouvrez-la plus tôt",
                        en=f"there is one ) too many in '{around}'. Remove it or open it earlier",
                    )
                if frame.function:
                    self._hold_count(frame, token, frame.commas + 1)
                frames.pop()
                return True
            case ",":
                self._hold_comma(frame, i)
                frame.run = 0
            case "//":
                around = self._around(token)
                refuse(
                    fr=f"la division entière // n’est pas comprise dans « {around} ». Écrivez floor(a/b)",
                    en=f"the integer division // is not understood in '{around}'. Write floor(a/b)",
                )
            case "**":
                frame.run += 1
            case _:
                frame.run = 0
        return False

    def _around(self, token: _Token) -> str:
        return self.near(max(token.start - 12, 0), token.end + 12)

    def _called(self, i: int) -> str:
        """The function that the parenthesis at i calls."""
        token = self.tokens[i - 1]
        if token.kind != "name":
            self._refuse_missing_sign(i)
        if token.python in FUNCTIONS:
            return token.python
        shown, name = self.near(token.start, token.end), token.python
        if name in _INSTEAD:
            refuse(
                fr=f"{name} demande des listes et ne s’écrit pas ici. Écrivez {_INSTEAD[name]}",
                en=f"{name} takes lists and cannot be typed here. Write {_INSTEAD[name]}",
            )
        close = _closest(name, FUNCTIONS) if len(name) > 2 else ""
        if close:
            refuse(
                fr=f"« {shown}(…) » : {shown} n’est pas une fonction connue. Vouliez-vous dire {close}(…) ?",
                en=f"'{shown}(…)': {shown} is not a known function. Did you mean {close}(…)?",
            )
        refuse(
            fr=f"« {shown}(…) » : {shown} n’est pas une fonction connue (exp, ln, sqrt, tanh, sigmoid, relu, …). "
            f"Pour multiplier, écrivez {shown}*(…)",
            en=f"'{shown}(…)': {shown} is not a known function (exp, ln, sqrt, tanh, sigmoid, relu, …). "
            f"To multiply, write {shown}*(…)",
        )

    def _refuse_missing_sign(self, i: int) -> NoReturn:
        """Two things side by side with no operation between: 2x, (a)(b), sin x."""
        left, right = self.tokens[i - 1], self.tokens[i]
        start = self.tokens[i - 2].start if left.kind == "power" else left.start  # x² is one thing
        first, second = self.near(start, left.end), self.near(right.start, right.end)
        both = self.near(start, right.end)
        if left.kind == "name" and left.python in FUNCTIONS:
            refuse(
                fr=f"{first} est une fonction, son entrée va entre parenthèses. Écrivez {first}({second}) "
                f"au lieu de « {both} »",
                en=f"{first} is a function, its input goes in parentheses. Write {first}({second}) "
                f"instead of '{both}'",
            )
        if left.kind == right.kind == "number":
            refuse(
                fr=f"« {both} » n’est pas un nombre. Écrivez les chiffres sans séparateur, un seul point "
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

    def _refuse_missing_operand(self, i: int) -> NoReturn:
        """Nothing where a name or a number should be: x +, *x, ()."""
        if i == len(self.tokens):
            whole = _tail(self.text)
            if self.tokens[-1].kind == "(":
                refuse(
                    fr=f"la parenthèse ouverte à la fin de « {whole} » est vide. Complétez-la et fermez-la",
                    en=f"the parenthesis opened at the end of '{whole}' is empty. Fill it and close it",
                )
            refuse(
                fr=f"il manque un nom ou un nombre à la fin de « {whole} ». Complétez l’expression",
                en=f"a name or a number is missing at the end of '{whole}'. Complete the expression",
            )
        token = self.tokens[i]
        shown = self.near(token.start, token.end)
        around = self._around(token)
        if token.kind == "*" and i and self.tokens[i - 1].kind == "*":
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

    def _hold_raised(self, i: int) -> None:
        """x² is clear; sin²(x), x²**3 and ²x are not."""
        token, before = self.tokens[i], self.tokens[i - 1]
        after = self.tokens[i + 1].kind if i + 1 < len(self.tokens) else ""
        if after == "(" and before.kind == "name" and before.python in FUNCTIONS:
            f, n = before.python, token.python.removeprefix("** ")
            shown = self._around(token)
            refuse(
                fr=f"l’exposant se met après la parenthèse. Écrivez {f}(…)**{n} au lieu de « {shown} »",
                en=f"the exponent goes after the parenthesis. Write {f}(…)**{n} instead of '{shown}'",
            )
        if after in ("**", "power"):
            self._refuse_raised(token)

    def _refuse_raised(self, token: _Token) -> NoReturn:
        shown = self._around(token)
        refuse(
            fr=f"on ne voit pas ce que l’exposant élève dans « {shown} ». Mettez des parenthèses : (x**2)**3",
            en=f"it is not clear what the exponent raises in '{shown}'. Use parentheses: (x**2)**3",
        )

    def _hold_comma(self, frame: _Frame, i: int) -> None:
        before, after = self.tokens[i - 1], self.tokens[i + 1] if i + 1 < len(self.tokens) else None
        tight = (
            after is not None
            and before.kind == after.kind == "number"
            and before.end + 1 == after.start
            and before.python.isdigit()
            and self.text[after.start].isdigit()
        )
        if frame.function:
            frame.commas += 1
            frame.tight += tight
            return
        if tight and after is not None:
            typed = self.near(before.start, after.end)
            meant = typed.replace(",", ".")
            refuse(
                fr=f"dans une expression la virgule sépare les entrées d’une fonction. "
                f"Écrivez {meant} au lieu de « {typed} »",
                en=f"in an expression a comma separates the inputs of a function. "
                f"Write {meant} instead of '{typed}'",
            )
        around = self._around(self.tokens[i])
        refuse(
            fr=f"la virgule de « {around} » n’est dans aucune fonction. Écrivez une seule expression, "
            "et le point pour les décimales : 0.25",
            en=f"the comma of '{around}' is in no function. Write one expression, "
            "and a point for decimals: 0.25",
        )

    def _hold_count(self, frame: _Frame, last: _Token, given: int) -> None:
        """As many inputs as the function takes; where 0,5 may be one number or two, refuse."""
        row = TABLE[FUNCTIONS[frame.function]]
        fewest = 1 if row.arity is None else row.arity - len(row.defaults)
        most = math.inf if row.arity is None else row.arity
        call = self.near(frame.start, last.end)
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

    # ── signs that do not belong ──

    def _refuse_sign(self, i: int) -> NoReturn:
        sign = self.text[i]
        shown = excerpt(sign)
        around = self.near(max(i - 12, 0), i + 13)
        match sign:
            case "^":
                advice = say(fr="Une puissance s’écrit ** : x**2", en="A power is written **: x**2")
            case "|" | "‖" | "∣":
                advice = say(
                    fr="La valeur absolue s’écrit abs(x)", en="The absolute value is written abs(x)"
                )
            case "=" | ":":
                advice = say(
                    fr="Une expression n’a pas de signe = ; les valeurs viennent après elle : x=1",
                    en="An expression has no = sign; the values come after it: x=1",
                )
            case "<" | ">" | "≤" | "≥" | "≠" | "!":
                advice = say(
                    fr="Il n’y a ni comparaison ni factorielle ; un point anguleux s’écrit avec "
                    "maximum, minimum, relu ou step",
                    en="There are no comparisons and no factorials; a kink is written with "
                    "maximum, minimum, relu or step",
                )
            case "'" | '"' | "′" | "’" | "`" | "“" | "”" | "«" | "»":
                advice = say(
                    fr="Il n’y a ni texte ni prime ; un nom s’écrit seul, sans guillemets : y1 au lieu de y′",
                    en="There are no strings and no primes; a name stands alone, without quotes: y1 for y′",
                )
            case "[" | "]" | "{" | "}":
                advice = say(
                    fr="Seules les parenthèses ( ) groupent ; un indice fait partie du nom : x1",
                    en="Only parentheses ( ) group; an index is part of the name: x1",
                )
            case ".":
                advice = say(
                    fr="Le point ne sert que dans un nombre : 0.25 ; un nom n’en a pas",
                    en="A point is for numbers only: 0.25; a name has none",
                )
            case "√" | "∛":
                advice = say(
                    fr="Les racines s’écrivent sqrt(x) et cbrt(x)",
                    en="Roots are written sqrt(x), cbrt(x)",
                )
            case "½" | "⅓" | "¼" | "¾" | "⅔":
                advice = say(fr="Une fraction s’écrit 1/2", en="A fraction is written 1/2")
            case _:
                advice = say(
                    fr="Écrivez des noms, des nombres, + - * / ** %, des parenthèses et des fonctions "
                    "comme exp(x)",
                    en="Write names, numbers, + - * / ** %, parentheses and functions such as exp(x)",
                )
        refuse(
            fr=f"le signe {shown} n’est pas compris dans « {around} ». {advice}",
            en=f"the sign {shown} is not understood in '{around}'. {advice}",
        )


_INSTEAD = {
    "dot": "w1*x1 + w2*x2",
    "softmax": "exp(z1 - logsumexp(z1, z2))",
    "log_softmax": "z1 - logsumexp(z1, z2)",
    "cross_entropy": "logsumexp(z1, z2) - z1",
}


def _is_raised(sign: str) -> bool:
    """A sign written above the line: ² ⁻ ⁿ."""
    return not sign.isascii() and unicodedata.decomposition(sign).startswith("<super>")


# ── second and third stage: Python's tree, and the graph ─────────────────────────────────────────

_SPELLED: dict[type[ast.AST], str] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "div",
    ast.Mod: "mod",
    ast.Pow: "pow",
    ast.USub: "neg",
    ast.UAdd: "pos",
}
_AS_OPERATORS: dict[str, Callable[..., Any]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "mod": operator.mod,
    "pow": operator.pow,
    "neg": operator.neg,
    "pos": operator.pos,
}


def _tree(typed: _Typed) -> ast.expr:
    """Python's own reading of the signs: a tree, never code."""
    try:
        return ast.parse(" ".join(token.python for token in typed.tokens), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        refuse(
            fr=f"l’expression « {excerpt(typed.text)} » n’est pas comprise. Simplifiez-la ou coupez-la en morceaux",
            en=f"the expression '{excerpt(typed.text)}' is not understood. Simplify it or cut it into pieces",
        )


def _build(typed: _Typed, leaves: Mapping[str, Value], constant: set[str]) -> Value:
    """The graph of the tree, inputs before what uses them, without recursion.

    `done` holds what is built and not yet used: (Value or plain number, is it made of numbers only).
    A number beside a Value is left to the engine, which makes a node of it, or keeps it (x**2).
    """
    done: list[tuple[Any, bool]] = []
    todo: list[ast.expr | Fraction | tuple[str, int]] = [_tree(typed)]
    while todo:
        node = todo.pop()
        match node:
            case (str() as name, int() as count):
                inputs, fixed = [u for u, _ in done[-count:]], all(c for _, c in done[-count:])
                del done[-count:]
                done.append((_apply(typed, name, inputs, fixed), fixed))
            case Fraction():
                done.append((int(node) if node.denominator == 1 else node, True))
            case ast.Constant(value=int() | float() as number) if type(number) is not bool:
                done.append((number if abs(number) <= 2**53 else float(number), True))
            case ast.Name(id=name):
                done.append((leaves[name], name in constant))
            case ast.UnaryOp(op=op, operand=u) if type(op) in _SPELLED:
                todo += [(_SPELLED[type(op)], 1), u]
            case ast.BinOp(left=a, op=ast.Pow(), right=b) if (ratio := _ratio(b)) is not None:
                todo += [("pow", 2), ratio, a]
            case ast.BinOp(left=a, op=op, right=b) if type(op) in _SPELLED:
                todo += [(_SPELLED[type(op)], 2), b, a]
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if (
                name in FUNCTIONS and args
            ):
                todo += [(FUNCTIONS[name], len(args)), *reversed(args)]
            case _:
                refuse(
                    fr=f"l’expression « {excerpt(typed.text)} » contient autre chose que des noms, des nombres, "
                    "des opérations et des fonctions. Retirez-le",
                    en=f"the expression '{excerpt(typed.text)}' holds something else than names, numbers, "
                    "operations and functions. Remove it",
                )
    root = done[0][0]
    return root if isinstance(root, Value) else Value(root)


def _ratio(node: ast.expr) -> Fraction | None:
    """The exact exponent of x**(1/3) and x**(-2/3): rounding it would move the 17th digit."""
    match node:
        case ast.BinOp(left=a, op=ast.Div(), right=ast.Constant(value=int(q))) if q:
            sign = 1
            if isinstance(a, ast.UnaryOp) and isinstance(a.op, ast.USub):
                a, sign = a.operand, -1
            if isinstance(a, ast.Constant) and isinstance(a.value, int):
                return Fraction(sign * a.value, q)
    return None


def _apply(typed: _Typed, name: str, inputs: list[Any], fixed: bool) -> Any:
    """One operation, by the engine; results too large to be held are refused."""
    if name in ("neg", "pos") and not isinstance(inputs[0], Value):
        return _AS_OPERATORS[name](inputs[0])
    if not any(isinstance(u, Value) for u in inputs):  # 2/3 is a node over two numbers
        inputs = [Value(inputs[0]), *(inputs[1:] if name == "pow" else map(Value, inputs[1:]))]
    if name == "pow" and _bits(inputs[0]) * abs(_exact(inputs[1])) > WIDEST:
        _refuse_large(typed)
    try:
        y = _AS_OPERATORS[name](*inputs) if name in _AS_OPERATORS else TABLE[name](*inputs)
        too_large = fixed and not abs(y.data) <= 1.7976931348623157e308
    except OverflowError:
        _refuse_large(typed)
    if too_large or _bits(y) > WIDEST:
        _refuse_large(typed)
    return y


def _data(x: Any) -> Any:
    return x.data if isinstance(x, Value) else x


def _bits(x: Any) -> int:
    """How many binary digits an exact number carries; 0 for floats, which never grow."""
    x = _data(x)
    if isinstance(x, (int, Fraction)) and x not in (0, 1, -1):
        return max(x.numerator.bit_length(), x.denominator.bit_length())
    return 0


def _exact(x: Any) -> Any:
    x = _data(x)
    return x if isinstance(x, (int, Fraction)) else 0


def _refuse_large(typed: _Typed) -> NoReturn:
    shown = excerpt(typed.text)
    refuse(
        fr=f"un nombre de « {shown} » dépasse ce qu’on peut contenir (1,8e308). "
        "Donnez des nombres ou des puissances plus petits",
        en=f"a number in '{shown}' exceeds what can be held (1.8e308). Give smaller numbers or powers",
    )


# ── what was typed, shown on one line ────────────────────────────────────────────────────────────


def _tail(text: str, longest: int = 40) -> str:
    return excerpt(text if len(text) <= longest else "…" + text[1 - longest :])
