"""Build a graph, put it in order, walk it backward: a Value remembers how it was made.

    w, x, y = Value(1.0), Value(2.0), Value(4.0)
    L = (w * x - y) ** 2          # every operation makes a node that remembers its inputs
    L.backward()                  # the chain rule walks that memory backward
    w.grad                        # −8.0

A node stores its local derivatives when it is built (the forward pass), so that the walk back
knows nothing of operations: it multiplies and adds.

Where a node keeps its inputs and the local derivatives (`inputs` and `partials` read them back):
    a leaf                  nothing
    one or two inputs       a, b             with da, db
    a number as second      a, b = number    with da; db is None: no gradient goes to a number
    any number of inputs    b = the Values   with db; da = all inputs if some are plain numbers
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import compress
from operator import mul as times
from typing import TYPE_CHECKING, Any, NoReturn, overload

from tinygrad_fr.numbers import is_real, like
from tinygrad_fr.ops import TABLE, DomainError, Op, add, div, mul, neg, power, scalar_product, sub
from tinygrad_fr.spelling import Term, spell_number
from tinygrad_fr.words import say

Scope = tuple[tuple[str, int | str], ...]
_scope: ContextVar[Scope] = ContextVar("scope", default=())
_here = _scope.get


@contextmanager
def scope(word: str, index: int | str = "") -> Iterator[None]:
    """Name what is built inside: `with scope("layer", 1): …`; scopes nest.

    The word is translated where it is shown; pictures group by it, formulas index by it.
    """
    token = _scope.set((*_scope.get(), (word, index)))
    try:
        yield
    finally:
        _scope.reset(token)


class Value:
    """A number that remembers the operation and the inputs it came from.

    data    the number: float, int, Fraction, mpmath.mpf (NumPy scalars become Python's)
    grad    ∂L/∂(this node) after `L.backward()`; 0 before any pass
    label   its name in pictures, formulas and messages
    op      its row of the table; None for a leaf, a string for a client's own operation
    scope   where it was built: (("layer", 1), ("neuron", 3))

    Equality, hash and truth are by identity; <, <=, >, >= compare data.  `data` may be assigned
    anew: `backward` keeps the local derivatives of the forward pass, `replay` computes afresh.
    """

    __slots__ = ("__dict__", "a", "b", "da", "data", "db", "grad", "mark", "op", "scope")

    label = ""
    data: Any
    grad: Any
    a: Any
    b: Any
    da: Any
    db: Any
    mark: Any
    op: Op | str | None
    scope: Scope

    def __init__(
        self, data: Any, _children: Iterable[Value] = (), _op: str = "", label: str = ""
    ) -> None:
        self.data = data if type(data) is float else _real(data)
        self.grad = 0
        self.op = self.mark = None
        self.scope = _here()
        if label:
            self.label = label
        if _children or _op:
            self._take(list(_children), _op)

    def _take(self, children: list[Value], _op: str) -> None:
        """Become a client's own operation, which brings its _backward itself."""
        if children:
            self.op = _op or "?"
            self.a = self.da = self.db = None
            self.b = children
        else:
            self.__dict__["_op"] = _op

    # ── the operators, written out for speed; a test pins each to its row, bit for bit ──

    def __add__(self, other: Any) -> Value:
        if other.__class__ is not Value and not isinstance(other, Value):
            other = _as_input(other)
            if other is NotImplemented:
                return NotImplemented
        out = _new(Value)
        out.a = self
        out.b = other
        out.da = out.db = 1
        out.data = self.data + other.data
        out.grad = 0
        out.op = add
        out.mark = None
        out.scope = _here()
        return out

    def __sub__(self, other: Any) -> Value:
        if other.__class__ is not Value and not isinstance(other, Value):
            other = _as_input(other)
            if other is NotImplemented:
                return NotImplemented
        out = _new(Value)
        out.a = self
        out.b = other
        out.da = 1
        out.db = -1
        out.data = self.data - other.data
        out.grad = 0
        out.op = sub
        out.mark = None
        out.scope = _here()
        return out

    def __mul__(self, other: Any) -> Value:
        if other.__class__ is not Value and not isinstance(other, Value):
            other = _as_input(other)
            if other is NotImplemented:
                return NotImplemented
        out = _new(Value)
        out.a = self
        out.b = other
        out.db = x = self.data
        out.da = y = other.data
        out.data = x * y
        out.grad = 0
        out.op = mul
        out.mark = None
        out.scope = _here()
        return out

    def __neg__(self) -> Value:
        out = _new(Value)
        out.a = self
        out.b = out.db = None
        out.da = -1
        out.data = -self.data
        out.grad = 0
        out.op = neg
        out.mark = None
        out.scope = _here()
        return out

    def __truediv__(self, other: Any) -> Value:
        if other.__class__ is not Value and not isinstance(other, Value):
            other = _as_input(other)
            if other is NotImplemented:
                return NotImplemented
        x = self.data
        y = other.data
        if y == 0 or x.__class__ is not float or y.__class__ is not float:
            return _node(div, (self, other))
        out = _new(Value)
        out.a = self
        out.b = other
        out.data = q = x / y
        out.da = 1 / y
        out.db = -q / y
        out.grad = 0
        out.op = div
        out.mark = None
        out.scope = _here()
        return out

    def __mod__(self, other: Any) -> Value:
        other = _as_input(other)
        return other if other is NotImplemented else _node(TABLE["mod"], (self, other))

    def __pow__(self, other: Any) -> Value:
        """self ** other; a plain number stays a number in the node, as micrograd's `**2`."""
        if other.__class__ is int and other > 1 and self.data.__class__ is float:
            return self._to_the(other)
        if not isinstance(other, Value):
            if not _is_real(other):
                return NotImplemented
            other = _real(other)
        return _node(power, (self, other))

    def _to_the(self, n: int) -> Value:
        x = self.data
        try:
            y = x**n
            slope = x ** (n - 1)
        except OverflowError:
            return _node(power, (self, n))
        out = _new(Value)
        out.a = self
        out.b = n
        out.data = y
        out.da = n * slope
        out.db = None
        out.grad = 0
        out.op = power
        out.mark = None
        out.scope = _here()
        return out

    def __radd__(self, other: Any) -> Value:
        other = _as_input(other)
        return other if other is NotImplemented else other + self

    def __rsub__(self, other: Any) -> Value:
        other = _as_input(other)
        return other if other is NotImplemented else other - self

    def __rmul__(self, other: Any) -> Value:
        other = _as_input(other)
        return other if other is NotImplemented else other * self

    def __rtruediv__(self, other: Any) -> Value:
        other = _as_input(other)
        return other if other is NotImplemented else other / self

    def __rmod__(self, other: Any) -> Value:
        other = _as_input(other)
        return other if other is NotImplemented else other % self

    def __rpow__(self, other: Any) -> Value:
        other = _as_input(other)
        return other if other is NotImplemented else other**self

    def __pos__(self) -> Value:
        return self

    def __abs__(self) -> Value:
        return _node(TABLE["abs"], (self,))

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Every row of one input is a method (`v.tanh()`), and clients add their own names."""

    # ── comparison, on data ──

    def __lt__(self, other: Any) -> bool:
        return bool(self.data < _data(other))

    def __le__(self, other: Any) -> bool:
        return bool(self.data <= _data(other))

    def __gt__(self, other: Any) -> bool:
        return bool(self.data > _data(other))

    def __ge__(self, other: Any) -> bool:
        return bool(self.data >= _data(other))

    # ── the chain rule ──

    def backward(self) -> None:
        """Add ∂(self)/∂(leaf) to the grad of every leaf; give inner nodes the gradient of this pass.

        Leaves accumulate over calls, which is why `zero_grad` exists; inner nodes do not.  The
        order makes every node's gradient complete before it is handed on to its inputs.

        >>> a = Value(3.0)
        >>> (a * a + a).backward()
        >>> a.grad
        7.0
        """
        if self.op is None:
            self.grad += 1
            return
        nodes = _inner(self, 0.0 if type(self.data) is float else 0)
        self.grad = 1
        _sweep_in_use.get()(nodes)

    @property
    def inputs(self) -> tuple[Any, ...]:
        """The inputs in order, with multiplicity: Values, and plain numbers such as an exponent."""
        if self.op is None:
            return ()
        if self.a is not None:
            return (self.a,) if self.b is None else (self.a, self.b)
        return tuple(self.da or self.b or ())

    @property
    def partials(self) -> tuple[Any, ...]:
        """The local derivative for each of `inputs`; None for a plain number or a foreign node."""
        if self.op is None:
            return ()
        if self.a is not None:
            return (self.da,) if self.b is None else (self.da, self.db)
        if self.db is None:
            return tuple(None for _ in self.inputs)
        known = iter(self.db)
        return tuple(next(known) if isinstance(u, Value) else None for u in self.inputs)

    @property
    def _prev(self) -> tuple[Value, ...]:
        """The Values this one was made from, in order, with multiplicity."""
        return tuple(u for u in self.inputs if isinstance(u, Value))

    @property
    def _op(self) -> str:
        """The operation in micrograd's spelling: "+", "*", "**2", "ReLU", "tanh"; "" for a leaf."""
        if not isinstance(self.op, Op):
            return self.op or str(self.__dict__.get("_op", ""))
        if self.op is power and not isinstance(self.inputs[1], Value):
            return f"**{self.inputs[1]}"
        return self.op.symbol

    @property
    def _backward(self) -> Callable[[], None]:
        """One step of the chain rule, by hand: gives this node's gradient to its inputs.

        May be replaced by a function of no arguments, which `backward` then calls instead; that
        function may call the one it replaces.
        """
        if "_step" in self.__dict__:
            return self.__dict__["_step"]  # type: ignore[no-any-return]
        inputs, partials = self.inputs, self.partials

        def step() -> None:
            for u, d in zip(inputs, partials, strict=True):
                if d is not None:
                    u.grad += self.grad * d

        return step

    @_backward.setter
    def _backward(self, step: Callable[[], None]) -> None:
        if self.op is not None:
            self.a, self.b, self.da, self.db = None, list(self._prev), self.inputs, None
        self.__dict__["_step"] = step

    # ── what others may ask of a number ──

    def __repr__(self) -> str:
        return f"Value(data={self.data}, grad={self.grad})"

    def __format__(self, spec: str) -> str:
        return format(self.data, spec) if spec else repr(self)

    def __op__(self, row: Op, inputs: tuple[Any, ...]) -> Value:
        """Take part in a row called on Values: the node of that operation."""
        written_out = _WRITTEN_OUT.get(row)
        return _node(row, inputs) if written_out is None else written_out(self)

    def __dot__(self, w: list[Any], x: list[Any]) -> Value:
        """w·x as one node, written out for speed where it is Values on Values or on floats."""
        try:
            ws = [u.data for u in w]
            if x[0].__class__ is float:
                if set(map(type, x)) != _FLOATS:
                    return _node(scalar_product, (*w, *x))
                xs, to, da = x, w, (*w, *x)
                slopes = xs
            else:
                xs, to, da = [u.data for u in x], w + x, None
                slopes = xs + ws
            y = sum(map(times, ws, xs))
        except (AttributeError, TypeError):  # other kinds of numbers: the general way
            return _node(scalar_product, (*w, *x))
        out = _new(Value)
        out.a = None
        out.b = to
        out.da = da
        out.data = y
        out.db = slopes
        out.grad = 0
        out.op = scalar_product
        out.mark = None
        out.scope = _here()
        return out

    def __like__(self, n: Any) -> Any:
        """The number n, in the arithmetic of this node's data."""
        if type(n) is int:
            return like(n, self.data)
        return +self.data.context.pi if hasattr(self.data, "context") else n

    def __float__(self) -> NoReturn:
        raise TypeError(
            say(
                fr="un Value n’est pas un nombre ordinaire : le convertir perdrait le gradient. "
                "Écrivez v.exp() (ou exp de tinygrad_fr) au lieu de math.exp(v), "
                "v.data pour le nombre seul",
                en="a Value is not a plain number: converting it would lose the gradient. "
                "Write v.exp() (or exp from tinygrad_fr) instead of math.exp(v), "
                "v.data for the number alone",
            )
        )

    __int__ = __index__ = __complex__ = __float__

    def __deepcopy__(self, memo: dict[int, Any]) -> Value:
        """A copy of the whole graph below this node, made without recursion."""
        from copy import deepcopy

        for v in order(self):
            if id(v) in memo:
                continue
            twin = _new(type(v))
            memo[id(v)] = twin
            twin.data, twin.grad, twin.op, twin.scope = v.data, v.grad, v.op, v.scope
            twin.mark = None
            if v.op is not None:
                twin.db = v.db
                twin.a = memo[id(v.a)] if v.a is not None else None
                twin.b = _twins(v.b, memo)
                twin.da = _twins(v.da, memo) if v.a is None else v.da
            if v.__dict__:
                _refuse_closure(v)
                twin.__dict__.update(deepcopy(v.__dict__, memo))
        return memo[id(self)]  # type: ignore[no-any-return]

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        """Pickle a leaf as itself, a graph as a flat list of its nodes: no recursion."""
        if self.op is None:
            return _leaf, (type(self), self.data, self.grad, self.scope, self.__dict__ or None)
        nodes = order(self)
        place = {id(v): i for i, v in enumerate(nodes)}
        rows = [
            v
            if v.op is None
            else (
                type(v),
                v.data,
                v.grad,
                v.scope,
                v.op,
                v.__dict__ or None,
                [place[id(u)] if isinstance(u, Value) else None for u in v.inputs],
                [u for u in v.inputs if not isinstance(u, Value)],
                v.partials,
            )
            for v in nodes
        ]
        return _rebuild, (rows,)


_new = object.__new__
_NUMBERS = (float, int)
_FLOATS = {float}
_VALUES = {Value}
_VALUES_AND_FLOATS = {Value, float}


# ── a number becomes a node ──────────────────────────────────────────────────────────────────────


def _is_real(x: Any) -> bool:
    return is_real(x) and not isinstance(x, Value)


def _real(x: Any) -> Any:
    """x if it is one real number (NumPy's scalars as Python's); else a TypeError that says so."""
    if isinstance(x, _NUMBERS) and not hasattr(x, "dtype"):
        return x
    if not _is_real(x):
        raise TypeError(
            say(
                fr=f"Value attend un nombre réel (float, int, Fraction, mpf), reçu {type(x).__name__} : "
                f"{x!r}. Pour un tableau, faites un Value de chaque case",
                en=f"Value expects one real number (float, int, Fraction, mpf), got {type(x).__name__}: "
                f"{x!r}. For an array, make a Value of each entry",
            )
        )
    item = getattr(x, "item", None)  # NumPy's way to a plain number
    plain = x if item is None else item()
    return plain if plain is x or type(plain) is type(x) else _real(plain)


def _as_input(x: Any) -> Any:
    """x as a node, or NotImplemented if it is no number (Python then asks the other side)."""
    kind = x.__class__
    if kind is not float and kind is not int:
        if isinstance(x, Value):
            return x
        if not _is_real(x):
            return NotImplemented
        x = _real(x)
    out = _new(Value)
    out.data = x
    out.grad = 0
    out.op = out.mark = None
    out.scope = _here()
    return out


def _data(x: Any) -> Any:
    return x.data if isinstance(x, Value) else x


def _node(row: Op, inputs: tuple[Any, ...]) -> Value:
    """The node of any row, from the table: what the written-out operators do faster."""
    kinds = set(map(type, inputs))
    if kinds == _VALUES:
        numbers = [u.data for u in inputs]
    elif kinds <= _VALUES_AND_FLOATS:
        numbers = [u.data if u.__class__ is Value else u for u in inputs]
    else:
        numbers = [_number_of(u) for u in inputs]
    try:
        y = row.compute(*numbers)
    except DomainError as error:
        raise DomainError(row, numbers, _whereabouts(row, inputs)) from error.__cause__
    except OverflowError:  # an int too large for a float
        raise DomainError(row, numbers, _whereabouts(row, inputs)) from None
    out = _new(Value)
    out.data = y
    out.grad = 0
    out.op = row
    out.mark = None
    out.scope = _here()
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


def _number_of(u: Any) -> Any:
    return u.data if isinstance(u, Value) else u if type(u) is float else _real(u)


def _whereabouts(row: Op, inputs: Sequence[Any]) -> str:
    """Which node it was, one level deep: ` at ln(z) with z = w·x + b (layer 1, neuron 3)`."""
    named = []
    details = []
    for letter, u in zip("abc", inputs, strict=False):
        if isinstance(u, Value) and not u.label and isinstance(u.op, Op):
            named.append(Term(letter))
            details.append(f"{letter} = {u.op.spell('text', [_name(x) for x in u.inputs])}")
        else:
            named.append(_name(u))
    text = f"{row.spell('text', named if row.arity else [_name(u) for u in inputs])}"
    if details:
        text += say(fr=", avec ", en=", with ") + ", ".join(details)
    place = ", ".join(place_words(_here()))
    return say(fr=f", au nœud {text}", en=f", at node {text}") + (f" ({place})" if place else "")


def place_words(place: Scope) -> list[str]:
    """A scope in the language in use: ["layer 1", "neuron 3"]."""
    words = {
        "layer": say(fr="couche", en="layer"),
        "neuron": say(fr="neurone", en="neuron"),
        "loss": say(fr="perte", en="loss"),
        "cost": say(fr="coût", en="cost"),
        "example": say(fr="exemple", en="example"),
        "input": say(fr="entrée", en="input"),
        "step": say(fr="pas", en="step"),
    }
    return [f"{words.get(word, word)} {index}".strip() for word, index in place]


def _name(u: Any) -> Term:
    """A node's name in a message: its label, or its number."""
    if isinstance(u, Value):
        return Term(u.label) if u.label else spell_number(u.data)
    return spell_number(u)


# ── put it in order, walk it backward ────────────────────────────────────────────────────────────


def _inner(root: Value, zero: Any = None) -> list[Value]:
    """The nodes below root that have inputs, root last: depth-first over the ordered inputs.

    Without recursion: `stack` holds the nodes whose inputs are being visited.  A node is marked
    with `now` when it is in the list; a leaf is marked once and never visited.  If a zero is
    given, every grad is set to it on the way, while the node is at hand.
    """
    now, begun = object(), object()
    done: list[Value] = []
    stack: list[Value] = []
    push, pop, append = stack.append, stack.pop, done.append
    v = root
    while True:
        a = v.a
        if a is not None:
            if a.mark is not now:
                if a.op is not None:
                    push(v)
                    v = a
                    continue
                a.mark = now
            if v.db is not None:
                b = v.b
                if b.mark is not now:
                    if b.op is not None:
                        push(v)
                        v = b
                        continue
                    b.mark = now
        elif v.mark is not begun:  # any number of inputs: all that are not there yet, in order
            v.mark = begun
            push(v)
            for u in reversed(v.b):
                if u.mark is not now:
                    if u.op is not None:
                        push(u)
                    else:
                        u.mark = now
            v = pop()
            while v.mark is now:
                v = pop()
            continue
        v.mark = now
        if zero is not None:
            v.grad = zero
        append(v)
        while v.mark is now:
            if not stack:
                return done
            v = pop()


def order(root: Value) -> list[Value]:
    """Every node below root exactly once, each after its inputs, root last.

    Deterministic: depth-first over the ordered inputs, so the same program gives the same order.
    """
    if root.op is None:
        return [root]
    out: list[Value] = []
    seen: set[int] = set()
    for v in _inner(root):
        for u in v._prev:
            if u.op is None and id(u) not in seen:
                seen.add(id(u))
                out.append(u)
        out.append(v)
    return out


def sweep(nodes: Sequence[Value]) -> None:
    """The chain rule: from the last node to the first, each adds grad·(local derivative) to its inputs."""
    for v in reversed(nodes):
        g = v.grad
        a = v.a
        if a is not None:
            a.grad += g * v.da
            d = v.db
            if d is not None:
                v.b.grad += g * d
        elif v.db is not None:
            for u, d in zip(v.b, v.db, strict=True):
                u.grad += g * d
        else:
            v._backward()  # a client's own


_sweep_in_use: ContextVar[Callable[[Sequence[Value]], None]] = ContextVar("sweep", default=sweep)


@contextmanager
def sweeping(other: Callable[[Sequence[Value]], None]) -> Iterator[None]:
    """Let `backward` walk another way in this thread: the laboratory of mistakes."""
    token = _sweep_in_use.set(other)
    try:
        yield
    finally:
        _sweep_in_use.reset(token)


def bent() -> bool:
    """Whether `backward` walks another way than the chain rule here: inside `sweeping`."""
    return _sweep_in_use.get() is not sweep


def straight(output: Value) -> dict[Value, Any]:
    """∂output/∂v for every node v by the chain rule, however `backward` walks; nobody's grad moves.

    Without the nodes behind a client's own operation, whose slope only its _backward knows.

    >>> x = Value(3.0)
    >>> straight(x * x)[x]
    6.0
    """
    arrived: dict[Value, Any] = {output: 1}
    for v in reversed(order(output)):
        if v not in arrived:
            continue
        for u, d in zip(v.inputs, v.partials, strict=True):
            if d is not None:
                arrived[u] = arrived.get(u, 0) + arrived[v] * d
    return arrived


# ── the same walk, building a graph ──────────────────────────────────────────────────────────────


@overload
def gradient(output: Value, inputs: Value) -> Value: ...
@overload
def gradient(output: Value, inputs: Iterable[Value]) -> list[Value]: ...
def gradient(output: Value, inputs: Value | Iterable[Value]) -> Value | list[Value]:
    """∂output/∂input for each input, as Values: a graph to draw, print, check, derive again.

    One Value in, one Value out; a list in, a list out.  Leaves nobody's `.grad` behind.  An input
    that output does not depend on has gradient 0.  Raises TypeError at a client's own operation,
    for which the table has no rule.

    >>> x = Value(3.0)
    >>> gradient(gradient(x ** 3, x), x).data
    18.0
    """
    if isinstance(inputs, Value):
        return gradient(output, [inputs])[0]
    wanted = list(inputs) if isinstance(inputs, Iterable) else [inputs]
    for u in (output, *wanted):
        if not isinstance(u, Value):
            raise TypeError(
                say(
                    fr=f"gradient(L, [w, b]) attend des Value, reçu {type(u).__name__} : {u!r}",
                    en=f"gradient(L, [w, b]) expects Values, got {type(u).__name__}: {u!r}",
                )
            )
    nodes = [] if output.op is None else _inner(output)
    leads = {id(u) for u in wanted}  # only the nodes that lead to a wanted input are walked
    for v in nodes:
        if any(id(u) in leads for u in v._prev):
            leads.add(id(v))
    arrived: dict[int, Any] = {id(output): 1}
    for v in reversed(nodes):
        g = arrived.get(id(v))
        if g is None or id(v) not in leads:
            continue
        entries = v.inputs
        onward = [i for i, u in enumerate(entries) if isinstance(u, Value) and id(u) in leads]
        if not onward:
            continue
        row = _table_rule(v)
        wide = row.local_derivatives(entries, v) if row.arity is None else None
        for i in onward:
            u = entries[i]
            d = row.local_derivative(i, entries, v) if wide is None else wide[i]
            part = d if _is(g, 1) else g if _is(d, 1) else 0 if _is(d, 0) else g * d
            before = arrived.get(id(u))
            arrived[id(u)] = part if before is None else before if _is(part, 0) else before + part
    found = [arrived.get(id(u), 0) for u in wanted]
    return [g if isinstance(g, Value) else Value(g) for g in found]


def grad(
    output: Value, inputs: Value | Iterable[Value], create_graph: bool = True
) -> tuple[Value, ...]:
    """`gradient` in PyTorch's spelling: a tuple; with create_graph=False, plain leaves."""
    found = gradient(output, [inputs] if isinstance(inputs, Value) else inputs)
    return tuple(found if create_graph else (Value(g.data) for g in found))


def _is(x: Any, n: int) -> bool:
    """x is the plain number n (a node that happens to hold n is not)."""
    return not isinstance(x, Value) and bool(x == n)


def rule(v: Value) -> Op:
    """The row of the node v; TypeError, naming it, if a client's own operation made it."""
    if isinstance(v.op, Op):
        return v.op
    raise TypeError(
        say(
            fr=f"aucune règle pour l’opération « {v._op} » du nœud {v.label or v!r} : elle n’est pas dans "
            "la table. backward() suit son _backward ; gradient, formules et compilation ne le peuvent pas",
            en=f"no rule for the operation '{v._op}' of node {v.label or v!r}: it is not in the table. "
            "backward() follows its _backward; gradient, formulas and the compiler cannot",
        )
    )


def _table_rule(v: Value) -> Op:
    """The row of v, where backward follows it too; TypeError if a client replaced its _backward."""
    if v.a is None and v.db is None and isinstance(v.op, Op):
        raise TypeError(
            say(
                fr=f"le _backward du nœud {v.label or v!r} a été remplacé : gradient ne connaît que la "
                f"règle de {v.op.name} dans la table. Appelez backward(), qui suit le vôtre",
                en=f"the _backward of node {v.label or v!r} was replaced: gradient knows only the "
                f"rule of {v.op.name} in the table. Call backward(), which follows yours",
            )
        )
    return rule(v)


def replay(output: Value, point: Mapping[Value, Any] | None = None) -> Any:
    """The value of output at other numbers of its leaves (and of any inner node), graph untouched.

    Numbers of any kind (float, Fraction, mpf), or whatever takes part in the table's rows: text
    gives the formula.  Leaves that `point` does not name keep their data.

    >>> x = Value(3.0)
    >>> replay(x * x, {x: 5.0})
    25.0
    """
    return replay_all(output, point)[output]


def replay_all(output: Value, point: Mapping[Value, Any] | None = None) -> dict[Value, Any]:
    """Every node's value at other numbers: `replay`, with what was met on the way."""
    known: dict[Value, Any] = dict(point or {})
    for v in order(output):
        if v in known:
            continue
        if v.op is None:
            known[v] = v.data
        else:
            known[v] = rule(v)(*(known[u] if isinstance(u, Value) else u for u in v.inputs))
    return known


# ── copies ───────────────────────────────────────────────────────────────────────────────────────


def _refuse_closure(v: Value) -> None:
    """A copied node would give its gradient to the original's inputs: say so instead."""
    step = v.__dict__.get("_step")
    if step is not None and (getattr(step, "__closure__", None) or hasattr(step, "__self__")):
        raise TypeError(
            say(
                fr=f"le nœud {v.label or v!r} (« {v._op} ») a un _backward à lui, qui resterait attaché "
                "au graphe d’origine. Copiez le modèle avant de construire le graphe",
                en=f"node {v.label or v!r} ('{v._op}') has a _backward of its own, which would stay "
                "attached to the original graph. Copy the model before building the graph",
            )
        )


def _twins(inputs: Any, memo: dict[int, Any]) -> Any:
    if isinstance(inputs, (list, tuple)):
        return type(inputs)(memo[id(u)] if isinstance(u, Value) else u for u in inputs)
    return memo[id(inputs)] if isinstance(inputs, Value) else inputs


def _leaf(
    kind: type[Value], data: Any, grad: Any, where: Scope, others: dict[str, Any] | None
) -> Value:
    out = _new(kind)
    out.data, out.grad, out.scope = data, grad, where
    out.op = out.mark = None
    if others:
        out.__dict__.update(others)
    return out


def _rebuild(rows: list[Any]) -> Value:
    nodes: list[Value] = []
    for entry in rows:
        if isinstance(entry, Value):
            nodes.append(entry)
            continue
        kind, data, grad_, where, op, others, places, numbers, partials = entry
        out = _leaf(kind, data, grad_, where, others)
        plain = iter(numbers)
        entries = tuple(next(plain) if i is None else nodes[i] for i in places)
        values = [u for u in entries if isinstance(u, Value)]
        known = [d for d in partials if d is not None]
        out.op = op
        out.a = out.b = out.da = out.db = None
        if isinstance(op, Op) and op.arity in (1, 2) and known and isinstance(entries[0], Value):
            out.a, out.da = entries[0], partials[0]
            if op.arity == 2:
                out.b, out.db = entries[1], partials[1]
        else:
            out.b, out.db = values, known or None
            out.da = entries if len(values) < len(entries) or not known else None
        nodes.append(out)
    return nodes[-1]


# ── every row of one input is a method ───────────────────────────────────────────────────────────


def _method(row: Op) -> Callable[..., Value]:
    def method(self: Value, *rest: Any) -> Value:
        return row(self, *rest)  # type: ignore[no-any-return]

    method.__name__ = method.__qualname__ = row.name
    method.__doc__ = f"{row.name} of this node. {row.note}"
    return method


def _unary(row: Op) -> Callable[[Value], Value]:
    def method(self: Value) -> Value:
        x = self.data
        try:
            y = row.compute(x)
        except (DomainError, OverflowError):
            return _node(row, (self,))  # which says where
        out = _new(Value)
        out.a = self
        out.b = out.db = None
        out.da = row.partials[0](x, y)
        out.data = y
        out.grad = 0
        out.op = row
        out.mark = None
        out.scope = _here()
        return out

    method.__name__ = method.__qualname__ = row.name
    method.__doc__ = f"{row.name} of this node. {row.note}"
    return method


# NumPy calls these on an array of Values: np.arcsin(v) is v.arcsin().
_NUMPY_NAMES = {"asin": "arcsin", "acos": "arccos", "atan": "arctan", "atan2": "arctan2"}
_NUMPY_NAMES |= {"asinh": "arcsinh", "acosh": "arccosh", "atanh": "arctanh"}

_WRITTEN_OUT: dict[Op, Callable[[Value], Value]] = {
    row: _unary(row) for row in TABLE.values() if row.arity == 1
}

for _row in list(TABLE.values()):
    if _row.arity == 1:
        setattr(Value, _row.name, _WRITTEN_OUT[_row])
    elif _row.arity is not None and _row.kind != "guard":
        setattr(Value, _row.name, _method(_row))
    if _row.name in _NUMPY_NAMES:
        setattr(Value, _NUMPY_NAMES[_row.name], getattr(Value, _row.name))
