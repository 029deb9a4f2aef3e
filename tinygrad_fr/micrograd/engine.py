"""Build a graph in micrograd's words only: +, *, **k and ReLU, and everything else made of them."""

from __future__ import annotations

import builtins
import operator
from collections.abc import Callable
from typing import Any, NoReturn

from tinygrad_fr import engine
from tinygrad_fr.engine import as_leaf, method_names, node
from tinygrad_fr.numbers import plain
from tinygrad_fr.ops import TABLE, Op, add, div, mul, neg, power, relu, scalar_product, sub, total
from tinygrad_fr.words import say


class Value(engine.Value):
    """A Value whose graph micrograd's own clients can read.

    a − b is a + b·(−1), a/b is a·b**−1, −a is a·(−1), as there; `_prev` names each input once.  The
    other functions are not methods here (`hasattr(v, "tanh")` is False, so that a client may add
    its own); asked for by name (`tinygrad_fr.tanh(v)`) they are nodes of our own vocabulary.

    >>> a, b = Value(6.0), Value(2.0)
    >>> [v._op for v in (a - b, a / b, -a)]
    ['+', '*', '*']
    """

    __slots__ = ()

    _once = True

    def __add__(self, other: Any) -> Value:
        return _made(add, self, other)

    def __mul__(self, other: Any) -> Value:
        return _made(mul, self, other)

    def __pow__(self, other: Any) -> Value:
        """self ** k for a plain number k, as micrograd."""
        return node(power, (self, other), Value) if plain(other) else NotImplemented

    def __rpow__(self, other: Any) -> Any:
        return NotImplemented

    def relu(self) -> Value:
        """max(self, 0)."""
        made: Value = node(relu, (self,), Value)
        return made

    def __op__(self, row: Op, inputs: tuple[Any, ...]) -> Any:
        """A row called on these Values: in micrograd's words where it has some."""
        written = WORDS.get(row)
        return super().__op__(row, inputs) if written is None else written(*inputs)

    def __dot__(self, w: list[Any], x: list[Any]) -> Any:
        return _dot(*w, *x)


def _made(row: Op, v: Value, other: Any) -> Value:
    if not isinstance(other, engine.Value):
        other = as_leaf(other, Value)
    return NotImplemented if other is NotImplemented else node(row, (v, other), Value)


def _dot(*entries: Any) -> Any:
    n = len(entries) // 2
    return builtins.sum(map(operator.mul, entries[:n], entries[n:]))


WORDS: dict[Op, Callable[..., Any]] = {
    add: operator.add,
    sub: operator.sub,
    mul: operator.mul,
    div: operator.truediv,
    neg: operator.neg,
    power: operator.pow,
    relu: Value.relu,
    total: lambda *xs: builtins.sum(xs),
    scalar_product: _dot,
}


class _Absent:
    """A method that micrograd does not have."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, v: Any, kind: Any = None) -> NoReturn:
        raise AttributeError(
            say(
                fr=f"{self.name} n’est pas un mot de micrograd (+, *, **k, relu). Prenez Value "
                f"dans tinygrad_fr.engine, ou définissez {self.name} vous-même",
                en=f"{self.name} is not a word of micrograd's (+, *, **k, relu). Take Value from "
                f"tinygrad_fr.engine, or define {self.name} yourself",
            )
        )


for _row in TABLE.values():
    for _name in method_names(_row):
        if _name != "relu" and hasattr(engine.Value, _name):
            setattr(Value, _name, _Absent(_name))
