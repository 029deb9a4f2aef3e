"""A Value remembers how it was made, in micrograd's words: the face its clients know.

_prev       the Values a node was made from
_op         the operation: "+", "*", "**2", "ReLU", "tanh"; "" for a leaf
_backward   one step of the chain rule by hand; may be replaced by a function of one's own
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from weakref import WeakSet

from tinygrad_fr.ops import Op, power
from tinygrad_fr.walk import hand_on, is_node

# Leaves with a function of their own, which `backward` calls when all their consumers have had
# their turn.  While there are any, no walk is written out for speed.
HOOKED: WeakSet[Any] = WeakSet()


class Face:
    """What programs written for micrograd read and write on a node."""

    __slots__ = ()

    _closure: Callable[[], None] | None = None
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
        made_from = list(children)
        if made_from:
            self.op = word or "?"
            self.a = self.da = self.db = None
            self.b = made_from
        else:
            self.__dict__["_op"] = word

    @property
    def _prev(self) -> tuple[Any, ...]:
        """The Values this one was made from, in order, with multiplicity."""
        return tuple(u for u in self.inputs if is_node(u))

    @property
    def _op(self) -> str:
        """The operation in micrograd's spelling: "+", "*", "**2", "ReLU", "tanh"; "" for a leaf."""
        if not isinstance(self.op, Op):
            return self.op or str(self.__dict__.get("_op", ""))
        if self.op is power and not is_node(self.inputs[1]):
            return f"**{self.inputs[1]}"
        return self.op.symbol

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
