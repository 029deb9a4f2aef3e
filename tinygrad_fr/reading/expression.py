"""Build a graph from what a person types: "(w*x - y)**2" becomes nodes, and nothing typed is run.

    L = parse("(w*x - y)**2", {"w": 1.0, "x": 2.0, "y": 4.0})

Three stages.  `signs` are read one by one, `grammar` says what may follow what; what does not
belong is refused there, with its correction.  Python's own parser makes a tree of them, so that
precedence is Python's (-x**2 is -(x**2)).  The tree is walked, without recursion, against a list
of what is allowed; the table's operations do the rest.  There is no `eval` anywhere.
"""

from __future__ import annotations

import ast
import math
import operator
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any, NoReturn

from tinygrad_fr.engine import Value
from tinygrad_fr.ops import TABLE
from tinygrad_fr.reading.grammar import FUNCTIONS, hold_grammar
from tinygrad_fr.reading.number import parse_number
from tinygrad_fr.reading.signs import Signs, as_compared, refuse_keyword
from tinygrad_fr.refusals import excerpt, nearest, refuse
from tinygrad_fr.words import say

CONSTANTS = {"pi": math.pi, "π": math.pi, "e": math.e}

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
    typed = _read(text)
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
    return [name for name in _read(text).names() if name not in CONSTANTS]


def refuse_unused(text: str, values: Mapping[str, Any], also: Iterable[str] = ()) -> None:
    """Raise ValueError if a value's name is not in the expression: often it is a slip.

    also    further expressions in which it may be
    """
    given = _by_name(values)
    wanted = [name for typed in (text, *also) for name in _read(typed).names()]
    for name, key in given.items():
        if name in wanted:
            continue
        close = nearest(name, [other for other in wanted if other not in given])
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
        name = as_compared(key)
        if not equals or not name.isidentifier() or not number:
            shown = excerpt(pair)
            refuse(
                fr=f"« {shown} » n’est pas de la forme nom=valeur. Écrivez par exemple w=0,25 ; "
                "une expression qui contient des espaces va entre guillemets",
                en=f"'{shown}' is not of the form name=value. Write for example w=0.25; "
                "an expression with spaces goes in quotes",
            )
        refuse_keyword(name, key)
        if name in map(as_compared, values):
            refuse(
                fr=f"{key} reçoit deux valeurs. Gardez-en une",
                en=f"{key} is given two values. Keep one",
            )
        try:
            values[key] = parse_number(number)
        except ValueError as error:
            raise ValueError(say(fr=f"{key} : {error}", en=f"{key}: {error}")) from None
    return values


# ── names ────────────────────────────────────────────────────────────────────────────────────────


def _read(text: str) -> Signs:
    """The signs of an expression, its grammar held."""
    typed = Signs(text)
    hold_grammar(typed)
    return typed


def _by_name(values: Mapping[str, Any]) -> dict[str, str]:
    """The keys by the name they stand for; two keys that are one name are refused."""
    given: dict[str, str] = {}
    for key in values:
        other = given.setdefault(as_compared(key), key)
        if other != key:
            refuse(
                fr=f"{other} et {key} sont un même nom. Gardez-en un",
                en=f"{other} and {key} are one and the same name. Keep one",
            )
    return given


def _refuse_missing(typed: Signs, missing: list[str], given: Mapping[str, str]) -> NoReturn:
    name = missing[0]
    listed = ", ".join(missing[:8]) + (", …" if len(missing) > 8 else "")
    where = excerpt(typed.text)
    if name in FUNCTIONS:
        refuse(
            fr=f"{name} est une fonction et n’a pas d’entrée dans « {where} ». Écrivez {name}(…)",
            en=f"{name} is a function and has no input in '{where}'. Write {name}(…)",
        )
    spare = [key for n, key in given.items() if n not in typed.names()]
    close = nearest(name, spare)
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


def _tree(typed: Signs) -> ast.expr:
    """Python's own reading of the signs: a tree, never code."""
    try:
        return ast.parse(" ".join(token.python for token in typed.tokens), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        refuse(
            fr=f"l’expression « {excerpt(typed.text)} » n’est pas comprise. Simplifiez-la ou "
            "coupez-la en morceaux",
            en=f"the expression '{excerpt(typed.text)}' is not understood. Simplify it or cut it "
            "into pieces",
        )


def _build(typed: Signs, leaves: Mapping[str, Value], constant: set[str]) -> Value:
    """The graph of the tree, inputs before what uses them, without recursion.

    `done` holds what is built and not yet used: a Value or a plain number, and whether it is made
    of numbers only.
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
                    fr=f"l’expression « {excerpt(typed.text)} » contient autre chose que des noms, "
                    "des nombres, "
                    "des opérations et des fonctions. Retirez-le",
                    en=f"the expression '{excerpt(typed.text)}' holds something else than names, "
                    "numbers, "
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


def _apply(typed: Signs, name: str, inputs: list[Any], fixed: bool) -> Any:
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


def _refuse_large(typed: Signs) -> NoReturn:
    shown = excerpt(typed.text)
    refuse(
        fr=f"un nombre de « {shown} » dépasse ce qu’on peut contenir (1,8e308). "
        "Donnez des nombres ou des puissances plus petits",
        en=f"a number in '{shown}' exceeds what can be held (1.8e308). Give smaller numbers or "
        "powers",
    )
