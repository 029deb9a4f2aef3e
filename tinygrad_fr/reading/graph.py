"""What a person types becomes a graph: the signs of a step are read once, and nothing is run.

    builder = Builder()
    builder.build(step, signs, leaves)      the node, or several of them for softmax(z1, z2)

Two stacks, one of operations that wait for their right-hand side and one of what is read already;
precedence is Python's (-x**2 is -(x**2)).  A builder makes equal things once: σ(z) typed twice is
one node.  A number is the leaf of a constant that knows what it spells; an exponent stays a number.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple, NoReturn

from tinygrad_fr.engine import Value, as_leaf
from tinygrad_fr.exact import Spelled, spelled
from tinygrad_fr.ops import TABLE, DomainError, Op
from tinygrad_fr.reading.grammar import CALLS, SEVERAL
from tinygrad_fr.reading.number import read_number
from tinygrad_fr.reading.signs import PRIME, Token
from tinygrad_fr.reading.steps import Step
from tinygrad_fr.refusals import refuse

CONSTANTS: dict[str, tuple[float, str]] = {
    "pi": (math.pi, "pi"),
    "π": (math.pi, "pi"),
    "e": (math.e, "e"),
}
WIDEST = 20_000  # bits of an exact number: beyond, 9**9**9 would fill the memory
_TIGHTNESS = {"+": 1, "-": 1, "*": 2, "/": 2, "%": 2, "neg": 3, "pos": 3, "**": 4, "√": 6, "∛": 6}
_NAMED = {
    "+": "add",
    "-": "sub",
    "*": "mul",
    "/": "div",
    "%": "mod",
    "**": "pow",
    "√": "sqrt",
    "∛": "cbrt",
}
_OPERATORS: dict[str, Callable[..., Any]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "mod": operator.mod,
    "pow": operator.pow,
    "neg": operator.neg,
}
_ONE_INPUT = {"neg", "pos", "√", "∛"}


class Piece(NamedTuple):
    """What is read already: a node, a plain number, or the several results of softmax.

    exact   what a plain number spells
    fixed   whether it is made of numbers only
    ratio   of whole numbers, p/q; None for all else: an exponent 1/3 is not rounded
    """

    value: Any
    exact: Spelled = None
    fixed: bool = False
    ratio: Fraction | None = None


class Builder:
    """Makes the nodes of one text or of several, each of them once.

    lazy    a node that floats cannot work out, 1/exp(-800), holds NaN and is not refused: whoever
            replays the graph with more digits has its number
    """

    def __init__(self, lazy: bool = False) -> None:
        self.lazy = lazy
        self._made: dict[Any, Value] = {}
        self._constants: dict[str, Value] = {}
        self._mine: set[Value] = set()
        self.fixed: set[Value] = set()  # what is made of numbers only

    def build(self, step: Step, signs: Sequence[Token], leaves: Mapping[str, Value]) -> Piece:
        """What the signs of a step say; a name that has no leaf is π or e."""
        return _Reading(self, step, leaves).read(signs)

    def constant(self, name: str) -> Value:
        """The one leaf of π, or of e."""
        x, exact = CONSTANTS[name]
        if exact not in self._constants:
            self._constants[exact] = _leaf(x, exact)
        return self._constants[exact]

    def labelled(self, piece: Piece, label: str) -> Value:
        """The node of a step, with its name unless it has one; a number becomes a leaf of its own.

        Nodes that somebody else made keep the names they have.
        """
        v = piece.value
        if not isinstance(v, Value) or v in self._constants.values():
            leaf = Value(_data(v), label=label)
            leaf.exact = v.exact if isinstance(v, Value) else piece.exact
            v = leaf
        elif not v.label and v in self._mine:
            v.label = label
        if piece.fixed:
            self.fixed.add(v)
        return v

    def made(self, name: str, inputs: Sequence[Piece]) -> Value:
        """The node of that operation on these, the same one for the same ones."""
        key = (name, *(_key(piece) for piece in inputs))
        if key not in self._made:
            function = name.removesuffix(PRIME)
            derived = function != name
            try:
                y = _derivative(self.made(function, inputs)) if derived else _node(name, inputs)
            except DomainError:
                hopeless = any(piece.fixed and _data(piece.value) == 0 for piece in inputs[1:])
                if derived or not self.lazy or hopeless:
                    raise
                y = _without_a_number(name, inputs)
            self._made[key] = y
            self._mine.add(y)
        return self._made[key]


class _Reading:
    """One step: the stacks."""

    def __init__(self, builder: Builder, step: Step, leaves: Mapping[str, Value]) -> None:
        self.builder, self.step, self.leaves = builder, step, leaves
        self.waiting: list[Token] = []  # operations, and the brackets that are open
        self.done: list[Piece] = []
        self.opened: list[int] = []  # how much was done when each bracket was opened

    def read(self, signs: Sequence[Token]) -> Piece:
        for token in signs:
            self._take(token)
        self._work_off(0)
        return self.done.pop()

    def _take(self, token: Token) -> None:
        match token.kind:
            case "number":
                self.done.append(_number(token.read))
            case "name" if token.read in self.leaves:
                v = self.leaves[token.read]
                self.done.append(Piece(v, fixed=v in self.builder.fixed))
            case "name":
                self.done.append(Piece(self.builder.constant(token.read), fixed=True))
            case "power":
                n = int(token.read)
                self._apply("pow", [self.done.pop(), Piece(n, Fraction(n), True)])
            case "pick":
                self._pick(token)
            case "(" | "call":
                self.waiting.append(token)
                self.opened.append(len(self.done))
            case ",":
                self._work_off(0)
            case ")":
                self._close()
            case kind:
                if kind not in ("neg", "pos", "√", "∛"):
                    self._work_off(_TIGHTNESS[kind] + (kind == "**"))
                self.waiting.append(token)

    def _work_off(self, tightness: int) -> None:
        """Apply what waits and holds at least as tightly, back to the last bracket."""
        while self.waiting and self.waiting[-1].kind not in ("(", "call"):
            kind = self.waiting[-1].kind
            if _TIGHTNESS[kind] < tightness:
                return
            self.waiting.pop()
            count = 1 if kind in _ONE_INPUT else 2
            inputs = self.done[-count:]
            del self.done[-count:]
            self._apply(_NAMED.get(kind, kind), inputs)

    def _close(self) -> None:
        self._work_off(0)
        bracket, before = self.waiting.pop(), self.opened.pop()
        if bracket.kind == "call":
            inputs = self.done[before:]
            del self.done[before:]
            self._apply(CALLS[bracket.read], inputs)

    def _pick(self, token: Token) -> None:
        k, parts = int(token.read), self.done.pop().value
        if not 1 <= k <= len(parts):
            around = self.step.around(token)
            refuse(
                fr=f"il y a {len(parts)} résultats dans « {around} ». Écrivez un numéro de 1 à "
                f"{len(parts)}",
                en=f"there are {len(parts)} results in '{around}'. Write a number from 1 to "
                f"{len(parts)}",
            )
        self.done.append(Piece(parts[k - 1]))

    def _apply(self, name: str, inputs: list[Piece]) -> None:
        """One operation; results too large to be held are refused."""
        made = self.builder.made
        inputs = [piece if type(piece.value) is not tuple else _first(piece) for piece in inputs]
        if name in SEVERAL:
            whole = Piece(made("logsumexp", inputs))
            parts = [made("sub", [z, whole]) for z in inputs]
            if name == "softmax":
                parts = [made("exp", [Piece(part)]) for part in parts]
            self.done.append(Piece(tuple(parts)))
            return
        if name in ("neg", "pos") and not isinstance(inputs[0].value, Value):
            self.done.append(inputs[0] if name == "pos" else _opposite(inputs[0]))
            return
        if name == "pos":
            self.done.append(inputs[0])
            return
        if name == "cross_entropy":
            self._hold_class(inputs)
        if name == "pow" and inputs[1].ratio is not None:
            inputs[1] = Piece(inputs[1].ratio, inputs[1].ratio, True)
        fixed = all(piece.fixed for piece in inputs)
        if name == "pow" and _bits(inputs[0].value) * abs(_exact(inputs[1].value)) > WIDEST:
            self._refuse_large()
        try:
            y = made(name, inputs)
            too_large = fixed and not abs(y.data) <= 1.7976931348623157e308
        except OverflowError:
            self._refuse_large()
        if too_large or _bits(y) > WIDEST:
            self._refuse_large()
        self.done.append(Piece(y, None, fixed, _ratio(name, inputs)))

    def _hold_class(self, inputs: Sequence[Piece]) -> None:
        k, count = inputs[0].value, len(inputs) - 1
        if type(k) is not int or not 0 <= k < count:
            refuse(
                fr=f"la première entrée de cross_entropy est le numéro de la classe, de 0 à "
                f"{count - 1} : cross_entropy(0, z1, z2). Écrivez-le en chiffres",
                en=f"the first input of cross_entropy is the number of the class, from 0 to "
                f"{count - 1}: cross_entropy(0, z1, z2). Write it in digits",
            )

    def _refuse_large(self) -> NoReturn:
        shown = self.step.near(self.step.tokens[0].start, self.step.tokens[-1].end)
        refuse(
            fr=f"un nombre de « {shown} » dépasse ce qu’on peut contenir (1,8e308). "
            "Donnez des nombres ou des puissances plus petits",
            en=f"a number in '{shown}' exceeds what can be held (1.8e308). Give smaller numbers or "
            "powers",
        )


# ── pieces ───────────────────────────────────────────────────────────────────────────────────────


def _number(digits: str) -> Piece:
    """A number as it was typed: whole ones up to 2⁵³ stay whole, ½ stays a fraction."""
    exact = read_number(digits).value
    if "/" in digits:
        return Piece(exact, exact, True, exact)
    whole = digits.isdigit() and exact <= 2**53
    return Piece(int(exact) if whole else float(digits), exact, True)


def _opposite(piece: Piece) -> Piece:
    exact = -piece.exact if isinstance(piece.exact, Fraction) else None
    return Piece(-piece.value, exact, True, None if piece.ratio is None else -piece.ratio)


def _first(piece: Piece) -> Piece:
    """softmax(z1, z2) alone is the probability of the first."""
    return Piece(piece.value[0])


def _ratio(name: str, inputs: Sequence[Piece]) -> Fraction | None:
    """p/q where both are whole numbers, and −(p/q)."""
    if name == "neg" and inputs[0].ratio is not None:
        return -inputs[0].ratio
    if name != "div":
        return None
    p, q = (piece.value for piece in inputs)
    return Fraction(p, q) if type(p) is type(q) is int and q else None


def _leaf(x: Any, exact: Spelled) -> Value:
    """The leaf of a number that was typed."""
    leaf: Value = as_leaf(x)
    leaf.exact = exact
    return leaf


def _key(piece: Piece) -> Any:
    """What makes two pieces the same one: the node, or what the number spells."""
    return piece.value if isinstance(piece.value, Value) else ("number", piece.exact)


def _node(name: str, inputs: Sequence[Piece]) -> Value:
    """The node of an operation; of a row's numbers some stay numbers: an exponent, max(0, x)."""
    nodes = any(isinstance(piece.value, Value) for piece in inputs)
    operated = name in _OPERATORS
    entries: list[Any] = []
    for i, (x, exact, _, _) in enumerate(inputs):
        keeps = (name == "pow" and i == 1) or (nodes and not operated)
        if name == "cross_entropy":
            keeps = i == 0
        told = keeps and spelled(x) != exact and isinstance(exact, Fraction)
        if isinstance(x, Value) or (keeps and not told):
            entries.append(x)
        else:
            entries.append(exact if told and name == "pow" else _leaf(x, exact))
    y = _OPERATORS[name](*entries) if operated else TABLE[name](*entries)
    assert isinstance(y, Value)
    return y


def _without_a_number(name: str, inputs: Sequence[Piece]) -> Value:
    """The node, with NaN in the place of its number; those below keep theirs."""
    below = [piece.value for piece in inputs if isinstance(piece.value, Value)]
    numbers = [u.data for u in below]
    for u in below:
        u.data = math.nan
    try:
        return _node(name, inputs)
    finally:
        for u, x in zip(below, numbers, strict=True):
            u.data = x


def _derivative(y: Value) -> Value:
    """f′(z) for y = f(z)."""
    assert isinstance(y.op, Op)
    d = y.op.local_derivative(0, y.inputs, y)
    return d if isinstance(d, Value) else _leaf(d, spelled(d))


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
