"""Build a graph, fast: the commonest operators, written out for speed.

Nothing is new here: every method says again what `engine` says, over the four slots of a node and
to the same bits (a test holds each against its row), three to six times as fast.  The package is
whole without it: TINYGRAD_SLOW=1 leaves it out, and `fast_walk` with it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import compress
from operator import mul as times
from typing import Any

from tinygrad_fr import engine, places
from tinygrad_fr.engine import Value
from tinygrad_fr.numbers import plain, real
from tinygrad_fr.ops import (
    TABLE,
    DomainError,
    Op,
    add,
    div,
    mul,
    neg,
    power,
    relu,
    scalar_product,
    sub,
)
from tinygrad_fr.places import here, whereabouts

blank = partial(object.__new__, Value)  # a node with nothing in it yet
_FLOATS = {float}
_VALUES = {Value}
_VALUES_AND_FLOATS = {Value, float}


class Written(Value):
    """The methods of Value, written out; `install` hands them over."""

    __slots__ = ()

    def __add__(self, other: Any) -> Value:
        if other.__class__ is not Value and not isinstance(other, Value):
            other = as_input(other)
            if other is NotImplemented:
                return NotImplemented
        out = blank()
        out.a = self
        out.b = other
        out.da = out.db = 1
        out.data = self.data + other.data
        out.grad = 0
        out.op = add
        if places.scoped and here():
            out.scope = here()
        return out

    def __sub__(self, other: Any) -> Value:
        if other.__class__ is not Value and not isinstance(other, Value):
            other = as_input(other)
            if other is NotImplemented:
                return NotImplemented
        out = blank()
        out.a = self
        out.b = other
        out.da = 1
        out.db = -1
        out.data = self.data - other.data
        out.grad = 0
        out.op = sub
        if places.scoped and here():
            out.scope = here()
        return out

    def __mul__(self, other: Any) -> Value:
        if other.__class__ is not Value and not isinstance(other, Value):
            other = as_input(other)
            if other is NotImplemented:
                return NotImplemented
        out = blank()
        out.a = self
        out.b = other
        out.db = x = self.data
        out.da = y = other.data
        out.data = x * y
        out.grad = 0
        out.op = mul
        if places.scoped and here():
            out.scope = here()
        return out

    def __neg__(self) -> Value:
        out = blank()
        out.a = self
        out.b = out.db = None
        out.da = -1
        out.data = -self.data
        out.grad = 0
        out.op = neg
        if places.scoped and here():
            out.scope = here()
        return out

    def __truediv__(self, other: Any) -> Value:
        if other.__class__ is not Value and not isinstance(other, Value):
            other = as_input(other)
            if other is NotImplemented:
                return NotImplemented
        x = self.data
        y = other.data
        if y == 0 or x.__class__ is not float or y.__class__ is not float:
            return node(div, (self, other))
        out = blank()
        out.a = self
        out.b = other
        out.data = q = x / y
        out.da = 1 / y
        out.db = -q / y
        out.grad = 0
        out.op = div
        if places.scoped and here():
            out.scope = here()
        return out

    def __pow__(self, other: Any) -> Value:
        if other.__class__ is int and other > 1 and self.data.__class__ is float:
            return to_the(self, other)
        if not isinstance(other, Value):
            if not plain(other):
                return NotImplemented
            other = real(other)
        return node(power, (self, other))

    def __radd__(self, other: Any) -> Value:
        other = as_input(other)
        return other if other is NotImplemented else other + self

    def __rsub__(self, other: Any) -> Value:
        other = as_input(other)
        return other if other is NotImplemented else other - self

    def __rmul__(self, other: Any) -> Value:
        other = as_input(other)
        return other if other is NotImplemented else other * self

    def __rtruediv__(self, other: Any) -> Value:
        other = as_input(other)
        return other if other is NotImplemented else other / self

    def __op__(self, row: Op, inputs: tuple[Any, ...]) -> Value:
        of_one = OF_ONE.get(row)
        return node(row, inputs) if of_one is None else of_one(self)

    def __dot__(self, w: list[Any], x: list[Any]) -> Value:
        """w·x as one node, where it is Values on Values or on floats."""
        try:
            ws = [u.data for u in w]
            if x[0].__class__ is float:
                if set(map(type, x)) != _FLOATS:
                    return node(scalar_product, (*w, *x))
                xs, to, da = x, w, (*w, *x)
                slopes = xs
            else:
                xs, to, da = [u.data for u in x], w + x, None
                slopes = xs + ws
            y = sum(map(times, ws, xs))
        except (AttributeError, TypeError):  # other kinds of numbers: the general way
            return node(scalar_product, (*w, *x))
        out = blank()
        out.a = None
        out.b = to
        out.da = da
        out.data = y
        out.db = slopes
        out.grad = 0
        out.op = scalar_product
        if places.scoped and here():
            out.scope = here()
        return out


def as_input(x: Any) -> Any:
    """x as a node, or NotImplemented if it is no number (Python then asks the other side)."""
    kind = x.__class__
    if kind is not float and kind is not int:
        if isinstance(x, Value):
            return x
        if not plain(x):
            return NotImplemented
        x = real(x)
    out = blank()
    out.data = x
    out.grad = 0
    out.op = out.db = None
    if places.scoped and here():
        out.scope = here()
    return out


def to_the(v: Value, n: int) -> Value:
    """v to a whole power above 1."""
    x = v.data
    try:
        y = x**n
        slope = x ** (n - 1)
    except OverflowError:
        return node(power, (v, n))
    out = blank()
    out.a = v
    out.b = n
    out.data = y
    out.da = n * slope
    out.db = None
    out.grad = 0
    out.op = power
    if places.scoped and here():
        out.scope = here()
    return out


def node(row: Op, inputs: tuple[Any, ...]) -> Value:
    """The node of any row."""
    kinds = set(map(type, inputs))
    if kinds == _VALUES:
        numbers = [u.data for u in inputs]
    elif kinds <= _VALUES_AND_FLOATS:
        numbers = [u.data if u.__class__ is Value else u for u in inputs]
    else:
        numbers = [u.data if isinstance(u, Value) else real(u) for u in inputs]
    try:
        y = row.compute(*numbers)
    except DomainError as error:
        raise DomainError(row, numbers, whereabouts(row, inputs)) from error.__cause__
    except OverflowError:  # an int too large for a float
        raise DomainError(row, numbers, whereabouts(row, inputs)) from None
    out = blank()
    out.data = y
    out.grad = 0
    out.op = row
    if places.scoped and here():
        out.scope = here()
    if row.arity == 1:
        out.a = inputs[0]
        out.b = out.db = None
        out.da = row.partials[0](numbers[0], y)
    elif row.arity == 2 and isinstance(inputs[0], Value):
        out.a, out.b = inputs[0], inputs[1] if isinstance(inputs[1], Value) else numbers[1]
        out.da = row.partials[0](*numbers, y)
        out.db = row.partials[1](*numbers, y) if isinstance(inputs[1], Value) else None
    else:
        out.a = None
        partials = row.local_derivatives(numbers, y)
        if kinds == _VALUES:
            out.b, out.db, out.da = inputs, partials, None
        else:
            where = [isinstance(u, Value) for u in inputs]
            out.b, out.db = list(compress(inputs, where)), list(compress(partials, where))
            out.da = tuple(u if v else x for u, v, x in zip(inputs, where, numbers, strict=True))
    return out


def of_one(row: Op) -> Callable[[Value], Value]:
    """A row of one input as a method."""

    def method(self: Value) -> Value:
        x = self.data
        try:
            y = row.compute(x)
        except (DomainError, OverflowError):
            return node(row, (self,))  # which says where
        out = blank()
        out.a = self
        out.b = out.db = None
        out.da = row.partials[0](x, y)
        out.data = y
        out.grad = 0
        out.op = row
        if places.scoped and here():
            out.scope = here()
        return out

    method.__name__ = method.__qualname__ = row.name
    method.__doc__ = engine.method(row).__doc__
    return method


def relu_of(v: Value) -> Value:
    """ReLU, of floats."""
    x = v.data
    if x.__class__ is not float:
        return node(relu, (v,))
    out = blank()
    out.a = v
    out.b = out.db = None
    if x > 0:
        out.data = x
        out.da = 1.0
    else:
        out.data = out.da = x if x != x else 0.0
    out.grad = 0
    out.op = relu
    if places.scoped and here():
        out.scope = here()
    return out


relu_of.__name__ = relu_of.__qualname__ = "relu"
relu_of.__doc__ = engine.method(relu).__doc__
OF_ONE = {row: of_one(row) for row in TABLE.values() if row.arity == 1} | {relu: relu_of}


# ── handed over ──────────────────────────────────────────────────────────────────────────────────

for _name, _written in list(vars(Written).items()):
    if callable(_written):
        setattr(Value, _name, _written)
for _row, _method in OF_ONE.items():
    for _name in engine.method_names(_row):
        setattr(Value, _name, _method)
