"""What a person types follows a grammar: what may stand after what, and what is meant by it.

    read_grammar(step, known)       2x is 2*x, |x| is abs(x), 0,5 is one number, √x is sqrt(x)

Gives the signs of one step with nothing left to guess: brackets that match, each call with as many
inputs as its function takes, an operation between any two things.  What could be read in two ways
is refused, with both (`slips`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from tinygrad_fr.ops import TABLE
from tinygrad_fr.reading import slips
from tinygrad_fr.reading.signs import PRIME, Token
from tinygrad_fr.reading.steps import Step

# The guard rows of the partials cannot be typed, nor can what takes lists, but for what has a class
# or several results.
SEVERAL = ("softmax", "log_softmax")
FUNCTIONS = {
    name: row.name
    for row in TABLE.values()
    if row.kind not in ("lists", "guard")
    for name in (row.name, *row.aliases)
}
DERIVATIVES = {  # σ′(z): of a function of one input, or of one and settings
    name + PRIME: row + PRIME
    for name, row in FUNCTIONS.items()
    if TABLE[row].arity == 1 + len(TABLE[row].defaults)
}
CALLS = FUNCTIONS | DERIVATIVES | {name: name for name in (*SEVERAL, "cross_entropy")}
DEEPEST = 100  # parentheses, powers and minus signs one inside the other
_CLOSING = {"(": ")", "|": "|", "⌊": "⌋"}
_CALLED = {"|": "abs", "⌊": "floor"}
_UNCLEAR = ("/", "%", "**")  # in 1/2x nobody knows what is divided


class Frame:
    """What is open while reading: one bracket, and what has been seen inside."""

    __slots__ = ("before", "commas", "function", "kind", "rooted", "run", "semicolons", "start")

    def __init__(self, kind: str = "", start: int = 0, function: str = "", semis: bool = False):
        self.kind, self.start, self.function, self.semicolons = kind, start, function, semis
        self.commas: list[bool] = []  # one per comma: whether it may be a decimal mark
        self.run = 0  # powers and signs waiting for their right-hand side
        self.before = ""  # the operation before the last operand
        self.rooted = False  # whether the last operand stands under a √

    def begin(self, operation: str) -> None:
        """An operation was read: a new operand follows."""
        self.before, self.rooted = operation, False


def read_grammar(step: Step, known: Callable[[str], bool]) -> list[Token]:
    """The signs of a step, what they leave unsaid written out; ValueError for what is no formula.

    known   whether a name has a value: x(y) is a product only then
    """
    return _Grammar(step, known).read()


class _Grammar:
    """One step, read from left to right."""

    def __init__(self, step: Step, known: Callable[[str], bool]) -> None:
        self.step, self.known = step, known
        self.tokens = step.tokens
        self.frames = [Frame()]
        self.out: list[Token] = []
        self.at = 0  # the sign that is read
        self.several = -1  # where the last call that has several results ended
        self.semicolons = _semicolons(step)

    def read(self) -> list[Token]:
        operand = False  # has a name, a number or a bracket just ended?
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            operand = self._after(token) if operand else self._operand(token)
            self.at += 1
            if sum(1 + frame.run for frame in self.frames) > DEEPEST + 1:
                slips.refuse_depth(self.step, DEEPEST)
        if not operand:
            slips.refuse_missing_operand(self.step, len(self.tokens))
        if len(self.frames) > 1:
            missing = "".join(_CLOSING[frame.kind] for frame in self.frames[:0:-1])
            slips.refuse_open(self.step, missing, self.frames[-1].start)
        return self.out

    # ── where a name or a number should start ──

    def _operand(self, token: Token) -> bool:
        """True if a name or a number has ended with this sign."""
        frame = self.frames[-1]
        match token.kind:
            case "name" if self._next() == "(" and token.read in CALLS:
                self.at += 1
                self._open("(", token, token.read, self.at in self.semicolons)
            case "name":
                if self._next() == "(" and not self.known(token.read):
                    slips.refuse_unknown_function(self.step, token, CALLS)
                self.out.append(token)
                return True
            case "number":
                self.out.append(token)
                return True
            case "(":
                self._open("(", token)
            case "|" | "⌊":
                self._open(token.kind, token, _CALLED[token.kind])
            case "√" | "∛":
                frame.run += 1
                frame.rooted = True
                self.out.append(token)
            case "+" | "-" if not (self.at and self.tokens[self.at - 1].kind in "√∛"):
                frame.run += 1
                self.out.append(token._replace(kind="neg" if token.kind == "-" else "pos"))
            case ")" if frame.function and self.tokens[self.at - 1].kind == "(":
                self._hold_count(token, 0)
            case "power":
                slips.refuse_raised(self.step, token)
            case _:
                slips.refuse_missing_operand(self.step, self.at)
        return False

    def _open(self, kind: str, token: Token, function: str = "", semis: bool = False) -> None:
        self.frames.append(Frame(kind, token.start, function, semis))
        self.out.append(token._replace(kind="call" if function else "(", read=function))

    # ── where an operation should follow ──

    def _after(self, token: Token) -> bool:
        """True if a name or a number has ended with this sign."""
        frame = self.frames[-1]
        match token.kind:
            case "name" if token.read == "mod":
                return self._operation(token._replace(kind="%"))
            case "name" | "√" | "∛" if self.tokens[self.at - 1].kind == "number":
                self._times(token)
                return self._operand(token)
            case "name" | "number" | "√" | "∛":
                slips.refuse_missing_sign(self.step, self.at, CALLS)
            case "power":
                self._hold_raised(token)
                self.out.append(token)
                return True
            case ")" | "⌋":
                return self._close(token)
            case "|" if frame.kind == "|":
                return self._close(token)
            case "(" | "|" | "⌊":
                self._times(token)
                return self._operand(token)
            case ",":
                return self._comma(token, frame)
            case ";" if frame.semicolons:
                return self._separate(token, frame)
            case "[" if self._picks():
                return self._pick()
            case "//":
                slips.refuse_whole_division(self.step, token)
            case "=" | ";" | "[" | "]":
                self.step.typed.refuse_sign(token.start)
            case _:
                return self._operation(token)

    def _operation(self, token: Token) -> bool:
        frame = self.frames[-1]
        if frame.rooted and token.kind == "**":
            slips.refuse_root(self.step, token)
        if token.kind == "**" and self._whole_exponent():
            slips.refuse_power_of_ten(self.step, token, self.out[-1])
        frame.run = frame.run + 1 if token.kind == "**" else 0
        frame.begin(token.kind)
        self.out.append(token)
        return False

    def _times(self, token: Token) -> None:
        """The multiplication that 2x, 2(x) and (x)(y) leave unsaid."""
        frame = self.frames[-1]
        slips.refuse_digits_apart(self.step, self.at)
        if frame.rooted:
            slips.refuse_root(self.step, token)
        if frame.before in _UNCLEAR:
            slips.refuse_unclear(self.step, self.at, frame.before, CALLS)
        if self.tokens[self.at - 1].kind == "name" and self.tokens[self.at - 1].read in CALLS:
            slips.refuse_missing_sign(self.step, self.at, CALLS)
        frame.begin("*")
        frame.run = 0
        self.out.append(Token("*", "*", token.start, token.start))

    def _close(self, token: Token) -> bool:
        frame = self.frames[-1]
        if _CLOSING.get(frame.kind, "") != token.kind:
            slips.refuse_closing(self.step, token, _CLOSING.get(frame.kind, ""))
        if frame.kind == "(" and frame.function:
            self._hold_count(token, len(frame.commas) + 1)
        if frame.function in SEVERAL:
            self.several = self.at
        self.frames.pop()
        self.out.append(token._replace(kind=")"))
        return True

    def _comma(self, token: Token, frame: Frame) -> bool:
        """Between the inputs of a call, or inside a number: 0,5*x."""
        tight = self._tight(token)
        row = TABLE.get(CALLS.get(frame.function, "").removesuffix(PRIME))
        decimal = tight and row is not None and row.arity == 1  # σ(0,85) can be read in one way
        if frame.function and frame.kind == "(" and not frame.semicolons and not decimal:
            return self._separate(token, frame, tight)
        if not tight or "." in self.out[-1].read:
            slips.refuse_comma(self.step, token)
        whole, after = self.out[-1], self.tokens[self.at + 1]
        decimals = self.step.typed.text[after.start : after.end]
        self.out[-1] = whole._replace(read=f"{whole.read}.{decimals}", end=after.end)
        self.at += 1
        return True

    def _separate(self, token: Token, frame: Frame, tight: bool = False) -> bool:
        frame.commas.append(tight)
        frame.run = 0
        frame.begin("")
        self.out.append(token._replace(kind=","))
        return False

    def _tight(self, token: Token) -> bool:
        """Whether the comma may be a decimal mark: digits touch it on both sides."""
        text = self.step.typed.text
        return bool(
            self._next()
            and self.tokens[self.at - 1].end == token.start
            and self.tokens[self.at + 1].start == token.end
            and text[token.start - 1].isdigit()
            and self.tokens[self.at - 1].read.isdigit()
            and re.match("[0-9]", text[token.end :])
            and self.tokens[self.at + 1].kind == "number"
            and "." not in self.tokens[self.at + 1].read
        )

    # ── what is held ──

    def _next(self) -> str:
        """The kind of the next sign; "" at the end."""
        return self.tokens[self.at + 1].kind if self.at + 1 < len(self.tokens) else ""

    def _hold_count(self, last: Token, given: int) -> None:
        """As many inputs as the function takes; where 0,5 may be one number or two, refuse."""
        frame = self.frames[-1]
        row = TABLE.get(CALLS[frame.function].removesuffix(PRIME))
        arity = row.arity if row else None
        fewest = 1 if arity is None or row is None else arity - len(row.defaults)
        if frame.function == "cross_entropy":
            fewest = 2
        call = self.step.near(frame.start, last.end)
        if not fewest <= given <= (math.inf if arity is None else arity):
            slips.refuse_count(frame.function, call, given, fewest, arity, any(frame.commas))
        if any(frame.commas) and given - 1 >= fewest:
            slips.refuse_tight(call)

    def _whole_exponent(self) -> bool:
        """Is a whole number raised to: 2.10^-3?"""
        after = self.tokens[self.at + 1 : self.at + 3]
        signed = after[1:] if after and after[0].kind in "+-" else after
        return bool(signed) and signed[0].kind == "number" and signed[0].read.isdigit()

    def _hold_raised(self, token: Token) -> None:
        """x² is clear; sin²(x), x²**3, 2.10⁻³ and √x² are not."""
        slips.refuse_power_of_ten(self.step, token, self.out[-1])
        before, after = self.tokens[self.at - 1], self._next()
        if after == "(" and before.kind == "name" and before.read in CALLS:
            slips.refuse_power_of_function(self.step, token, before)
        if after in ("**", "power"):
            slips.refuse_raised(self.step, token)
        if self.frames[-1].rooted:
            slips.refuse_root(self.step, token)

    # ── softmax(z1, z2)[2] ──

    def _picks(self) -> bool:
        """Whether a [k] may follow: after the bracket of what has several results."""
        return self.several == self.at - 1 >= 0

    def _pick(self) -> bool:
        number, closing = (*self.tokens[self.at + 1 : self.at + 3], None, None)[:2]
        if number is None or closing is None or closing.kind != "]" or not number.read.isdigit():
            self.step.typed.refuse_sign(self.tokens[self.at].start)
        self.out.append(number._replace(kind="pick"))
        self.at += 2
        return True


def _semicolons(step: Step) -> set[int]:
    """The places of the brackets whose inputs are separated by `;`, so that commas are decimal."""
    opened: list[int] = []
    found = set()
    for i, token in enumerate(step.tokens):
        if token.kind == "(":
            opened.append(i)
        elif token.kind == ")" and opened:
            opened.pop()
        elif token.kind == ";" and opened:
            found.add(opened[-1])
    return found
