"""A Value remembers how it was made, in micrograd's words: the face its clients know.

    _prev       the Values a node was made from; equal to the set that micrograd has
    _op         the operation: "+", "*", "**2", "ReLU", "tanh"; "" for a leaf
    _backward   one step of the chain rule by hand

All three may be assigned.  A function of one's own put in place of `_backward` is called whatever
the node is: one in the middle, one without children, a leaf.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NoReturn
from weakref import WeakSet

from tinygrad_fr.numbers import plain, real
from tinygrad_fr.ops import Op, power
from tinygrad_fr.refusals import refuse
from tinygrad_fr.walk import hand_on, is_node

# Leaves with a function of their own, which `backward` calls when all their consumers have had
# their turn.  While there are any, no walk is written out for speed.
HOOKED: WeakSet[Any] = WeakSet()


class Inputs(tuple[Any, ...]):
    """The Values a node was made from, in order: x·x has two, and two arrows in a picture.

    It is also what clients of micrograd expect, a set: `c._prev == {a, b}`, `|`, `-`, `&`, `^` give
    sets, and so do `union`, `difference`, ….

    >>> Inputs("aba") == {"a", "b"}, Inputs("aba") - {"a"}, len(Inputs("aba"))
    (True, {'b'}, 3)
    """

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return set(self) == other if isinstance(other, (set, frozenset)) else tuple(self) == other

    __hash__ = tuple.__hash__

    def __getattr__(self, name: str) -> Any:
        if name in ("add", "update", "remove", "discard", "clear", "pop"):
            _refuse_change(name)
        if name.startswith("_") or not hasattr(set, name):
            raise AttributeError(name)
        return getattr(set(self), name)


def _of_sets(name: str) -> Callable[[Inputs, Any], Any]:
    def method(self: Inputs, other: Any) -> Any:
        return getattr(set(self), name)(set(other) if isinstance(other, Inputs) else other)

    method.__name__ = name
    return method


for _name in ("or", "ror", "and", "rand", "sub", "rsub", "xor", "rxor", "le", "lt", "ge", "gt"):
    setattr(Inputs, f"__{_name}__", _of_sets(f"__{_name}__"))


def _refuse_change(name: str) -> NoReturn:
    refuse(
        fr=f"_prev.{name}() : les entrées d’un nœud ne changent pas une à une. "
        "Affectez-les toutes : v._prev = {a, b}",
        en=f"_prev.{name}(): the inputs of a node do not change one by one. "
        "Assign them all: v._prev = {a, b}",
        kind=TypeError,
    )


def _refuse_operation(children: list[Any], word: Any) -> NoReturn:
    """`Value(2.0, "w")`, `Value(6.0, (a, b), (3.0, 2.0))`, as other classes Value take them."""
    given = children if isinstance(word, str) else word
    refuse(
        fr="Value(data, _children, _op) attend les Value d’où il vient, puis un mot, reçu "
        f'{given!r}. Un nom s’écrit Value(2.0, label="w") ; les pentes d’une opération à '
        "vous vont dans son _backward",
        en="Value(data, _children, _op) expects the Values it is made from, then a word, got "
        f'{given!r}. A name is written Value(2.0, label="w"); the slopes of an operation of '
        "your own go into its _backward",
        kind=TypeError,
    )


# ── what micrograd makes of + and ×, for classes that override them ──────────────────────────────


def _neg(self: Any) -> Any:
    return self * -1


def _radd(self: Any, other: Any) -> Any:
    return self + other


def _sub(self: Any, other: Any) -> Any:
    return self + (-other)


def _rsub(self: Any, other: Any) -> Any:
    return other + (-self)


def _rmul(self: Any, other: Any) -> Any:
    return self * other


def _truediv(self: Any, other: Any) -> Any:
    return self * (real(other) if plain(other) else other) ** -1  # NumPy's integers refuse −1


def _rtruediv(self: Any, other: Any) -> Any:
    return other * self**-1


DERIVED = {f"_{f.__name__}__": f for f in (_neg, _radd, _sub, _rsub, _rmul, _truediv, _rtruediv)}


class Face:
    """What programs written for micrograd read and write on a node."""

    __slots__ = ()

    _closure: Callable[[], None] | None = None  # in place of the chain rule
    _word: str | None = None  # a name for the operation, given by a client
    _once = False  # whether _prev names an input of several arrows once
    op: Any
    grad: Any
    a: Any
    b: Any
    da: Any
    db: Any
    inputs: Any
    partials: Any

    def _take(self, children: Iterable[Any], word: str) -> None:
        """Become a client's own operation, which brings its _backward itself."""
        made_from = [children] if isinstance(children, str) else list(children)
        if not isinstance(word, str) or not all(map(is_node, made_from)):
            _refuse_operation(made_from, word)
        if made_from:
            self.op = word or "?"
            self.a = self.da = self.db = None
            self.b = made_from
        else:
            self.__dict__["_word"] = word

    @property
    def _prev(self) -> Inputs:
        """The Values this one was made from, in order, with multiplicity."""
        found = [u for u in self.inputs if is_node(u)]
        return Inputs(dict.fromkeys(found) if self._once else found)

    @_prev.setter
    def _prev(self, children: Iterable[Any]) -> None:
        word, step = self._op, self._backward
        if self.op is not None:  # what it did when it was made, it still does
            self.__dict__["_closure"] = step
        self._take(children, word)

    @property
    def _op(self) -> str:
        """The operation in micrograd's spelling: "+", "*", "**2", "ReLU", "tanh"; "" for a leaf."""
        if self._word is not None:
            return self._word
        if not isinstance(self.op, Op):
            return self.op or ""
        if self.op is power and not is_node(self.inputs[1]):
            return f"**{self.inputs[1]}"
        return self.op.symbol

    @_op.setter
    def _op(self, word: str) -> None:
        self.__dict__["_word"] = word

    @property
    def _backward(self) -> Callable[[], None]:
        """One step of the chain rule, by hand: gives this node's gradient to its inputs.

        May be replaced by a function of no arguments, which `backward` then calls instead; that
        function may call the one it replaces.
        """
        if self._closure is not None:
            return self._closure
        inputs, partials = self.inputs, self.partials

        def step() -> None:
            hand_on(self.grad, inputs, partials)

        return step

    @_backward.setter
    def _backward(self, step: Callable[[], None]) -> None:
        if self.op is None:
            HOOKED.add(self)
        else:
            self.a, self.b, self.da, self.db = None, list(self._prev), self.inputs, None
        self.__dict__["_closure"] = step

    def __init_subclass__(cls, **options: Any) -> None:
        """A class of one's own that overrides + or × gets micrograd's other operators from them."""
        super().__init_subclass__(**options)
        if Face not in cls.__bases__ and ("__add__" in vars(cls) or "__mul__" in vars(cls)):
            for name, operator in DERIVED.items():
                owner = next(kind for kind in cls.__mro__ if name in vars(kind))
                if Face in owner.__bases__:  # nobody's but ours
                    setattr(cls, name, operator)
