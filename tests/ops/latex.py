r"""A reader of LaTeX for the tests: what a page shows, evaluated; it knows no row's spelling.

sum       = product {("+" | "-") product} ["\bmod" product | ">" product]
product   = ["-"] power {["\cdot"] power}
power     = piece {"^" (group | sign)}
piece     = number | letter | \frac | \sqrt | brackets | function followed by what it takes
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

TOKEN = re.compile(r"\\[A-Za-z]+|\d+\.?\d*(?:e[+-]?\d+)?|[A-Za-z]|\S")
UPRIGHT = ("operatorname", "mathrm")
ENDS = ("", *")}]|,+->&", r"\bmod", r"\rfloor")  # what no factor begins with
CONSTANTS = {"e": math.e, r"\pi": math.pi}


def read(text: str, names: Mapping[str, float], functions: Mapping[str, Callable[..., Any]]) -> Any:
    """The number that the LaTeX formula is, its letters being `names`, its words `functions`."""
    text = re.sub(r"\\(?:left|right)(?![A-Za-z])", "", text)
    return _Reader(TOKEN.findall(text), names, functions).whole()


class _Reader:
    def __init__(
        self,
        tokens: list[str],
        names: Mapping[str, float],
        functions: Mapping[str, Callable[..., Any]],
    ) -> None:
        self.tokens, self.at = [*tokens, ""], 0
        self.names, self.functions = names, functions

    def next(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1]

    def take(self, *wanted: str) -> str:
        return self.next() if self.tokens[self.at] in wanted else ""

    def need(self, wanted: str) -> None:
        assert self.take(wanted), f"{wanted} expected at {' '.join(self.tokens[self.at :])}"

    def whole(self) -> Any:
        found = self.sum()
        assert self.at == len(self.tokens) - 1, self.tokens[self.at :]
        return found

    def sum(self) -> Any:
        left = self.product()
        while sign := self.take("+", "-"):
            right = self.product()
            left = left + right if sign == "+" else left - right
        if self.take(r"\bmod"):
            left = left % self.product()
        return float(left > self.product()) if self.take(">") else left

    def product(self) -> Any:
        if self.take("-"):
            return -self.product()
        left = self.power()
        while self.take(r"\cdot") or self.tokens[self.at] not in ENDS:
            left = left * self.power()
        return left

    def power(self) -> Any:
        base = self.piece()
        return base ** self.group() if self.take("^") else base

    def group(self) -> Any:
        """What stands in braces, or one sign."""
        if not self.take("{"):
            return self.piece()
        inside = self.sum()
        self.need("}")
        return inside

    def word(self) -> str:
        """The letters in braces, as they are."""
        self.need("{")
        found = ""
        while not self.take("}"):
            found += self.next()
        return found.replace("\\", "")

    def piece(self) -> Any:
        token = self.next()
        if token[0].isdigit():
            return float(token)
        for left, right in (("(", ")"), ("|", "|"), (r"\lfloor", r"\rfloor")):
            if token == left:
                inside = self.sum()
                self.need(right)
                return {"(": inside, "|": abs(inside)}.get(left, math.floor(inside))
        if token == r"\frac":
            above = self.group()
            return above / self.group()
        if token == r"\sqrt":
            root = 2.0
            if self.take("["):
                root = self.sum()
                self.need("]")
            inside = self.group()
            return math.copysign(abs(inside) ** (1 / root), inside) if root != 2 else inside**0.5
        if token == r"\mathbf":  # 1 with a condition below it
            assert self.word() == "1" and self.take("_")
            return self.group()
        return self.named(token)

    def named(self, token: str) -> Any:
        name = self.word() if token[1:] in UPRIGHT else token
        if self.take("_"):
            name += f"_{self.word() if self.tokens[self.at] == '{' else self.next()}"
        if name in self.names:
            return self.names[name]
        if name in CONSTANTS:
            return CONSTANTS[name]
        function = self.functions[name.lstrip("\\")]
        if not self.take("("):
            return function(self.power())
        given = [self.sum()]
        while self.take(","):
            given.append(self.sum())
        self.need(")")
        return function(*given)
