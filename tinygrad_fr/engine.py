"""Build a graph, put it in order, walk it backward: a Value remembers how it was made.

    w, x, y = Value(1.0), Value(2.0), Value(4.0)
    L = (w * x - y) ** 2          # every operation makes a node that remembers its inputs
    L.backward()                  # the chain rule walks that memory backward
    w.grad                        # −8.0

An operator is a row of the table, and `made` turns a row into a node: it computes the value and,
at once, the local derivatives.  So the walk back knows nothing of operations: it multiplies and
adds.  (`fast` says the commonest of this again, for speed; nothing here needs it.)

Where a node keeps its inputs and the local derivatives (`inputs` and `partials` read them back):
    a leaf                  nothing; db = None says: a number written where a Value could stand
    one or two inputs       a, b             with da, db
    a number as second      a, b = number    with da; db is None: no gradient goes to a number
    any number of inputs    b = the Values   with db; da = all inputs if some are plain numbers
    a client's own          b = the Values   db is None: its _backward knows
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from tinygrad_fr.copies import Copied
from tinygrad_fr.exact import Spelled
from tinygrad_fr.face import Face
from tinygrad_fr.likeness import Likeness
from tinygrad_fr.numbers import like, pi, plain, real
from tinygrad_fr.ops import TABLE, DomainError, Op, absolute, add, div, mod, mul, neg, power, sub
from tinygrad_fr.places import Scope, here, refuse_no_grad, whereabouts
from tinygrad_fr.walk import order, sweep_in_use


class Value(Likeness, Face, Copied):
    """A number that remembers the operation and the inputs it came from.

    data    the number: float, int, Fraction, mpmath.mpf (NumPy scalars become Python's)
    grad    ∂L/∂(this node) after `L.backward()`; 0 before any pass
    label   its name in pictures, formulas and messages
    exact   of a constant: the number that it spells (tinygrad_fr.exact), where it was told
    op      its row of the table; None for a leaf, a string for a client's own operation
    scope   where it was built: (("layer", 1), ("neuron", 3)); () outside all scopes

    Equality, hash and truth are by identity; <, <=, >, >= compare data (`likeness`).  `data` may be
    assigned anew: `backward` keeps the local derivatives of the forward pass, `replay` computes
    afresh.  What micrograd's clients read besides (`_prev`, `_op`, `_backward`) is in `face`.
    """

    __slots__ = ("__dict__", "__weakref__", "a", "b", "da", "data", "db", "grad", "op")

    label = ""
    exact: Spelled = None
    scope: Scope = ()
    data: Any
    grad: Any
    op: Op | str | None

    def __init__(
        self, data: Any, _children: Iterable[Value] = (), _op: str = "", label: str = ""
    ) -> None:
        self.data = data if type(data) is float else real(data)
        self.grad = 0
        self.op = None
        if here():
            self.scope = here()
        if label:
            self.label = label
        if _children or _op:
            self._take(_children, _op)

    # ── every operator is a row of the table ──

    def __add__(self, other: Any) -> Value:
        return made(add, self, other)

    def __radd__(self, other: Any) -> Value:
        return made(add, other, self)

    def __sub__(self, other: Any) -> Value:
        return made(sub, self, other)

    def __rsub__(self, other: Any) -> Value:
        return made(sub, other, self)

    def __mul__(self, other: Any) -> Value:
        return made(mul, self, other)

    def __rmul__(self, other: Any) -> Value:
        return made(mul, other, self)

    def __truediv__(self, other: Any) -> Value:
        return made(div, self, other)

    def __rtruediv__(self, other: Any) -> Value:
        return made(div, other, self)

    def __mod__(self, other: Any) -> Value:
        return made(mod, self, other)

    def __rmod__(self, other: Any) -> Value:
        return made(mod, other, self)

    def __pow__(self, other: Any) -> Value:
        """self ** other; a plain number stays a number in the node, as micrograd's `**2`."""
        return node(power, (self, real(other))) if plain(other) else made(power, self, other)

    def __rpow__(self, other: Any) -> Value:
        return made(power, other, self)

    def __neg__(self) -> Value:
        return made(neg, self)

    def __pos__(self) -> Value:
        return self

    def conjugate(self) -> Value:
        """Itself, a real number: np.var and np.std of an array of Values ask for it."""
        return self

    def __abs__(self) -> Value:
        return made(absolute, self)

    def __op__(self, row: Op, inputs: tuple[Any, ...]) -> Any:
        """Take part in a row called on Values (`tanh(v)`): the node of that operation."""
        return node(row, inputs)

    def __like__(self, n: Any) -> Any:
        """The number n beside this node, a leaf: so the slope of log10 has ln(10) and erf's π."""
        if n == 1:
            return like(1, self.data)
        leaf = as_leaf(like(n, self.data) if type(n) is int else pi(self.data))
        leaf.exact = None if type(n) is int else "pi"
        return leaf

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Every row of one input is a method (`v.tanh()`), and clients add their own names."""

    # ── what it was made from ──

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
        known = iter(self.db or ())
        return tuple(next(known, None) if isinstance(u, Value) else None for u in self.inputs)

    def _keep(self, inputs: tuple[Any, ...], partials: Sequence[Any]) -> None:
        """Keep the inputs and their local derivatives: the table at the top of this file."""
        n = len(inputs)
        if 0 < n < 3 and isinstance(inputs[0], Value) and partials[0] is not None:
            self.a, self.da = inputs[0], partials[0]
            self.b, self.db = (inputs[1], partials[1]) if n == 2 else (None, None)
        elif inputs:
            values = [u for u in inputs if isinstance(u, Value)]
            known = [d for d in partials if d is not None]
            self.a, self.b, self.db = None, values, known or None
            self.da = inputs if len(values) < n else None

    @property
    def constant(self) -> bool:
        """Whether it is a number written where a Value could stand: the 2 of `2 * x`."""
        return self.op is None and hasattr(self, "db")

    @constant.setter
    def constant(self, really: bool) -> None:
        if really:
            self.db = None

    # ── the chain rule ──

    def backward(self) -> None:
        """Add ∂(self)/∂(leaf) to the grad of every leaf; inner nodes get the gradient of this pass.

        Leaves accumulate over calls, which is why `zero_grad` exists; inner nodes do not.  The
        order makes every node's gradient complete before it is handed on to its inputs.

        >>> a = Value(3.0)
        >>> (a * a + a).backward()
        >>> a.grad
        7.0
        """
        nodes = [v for v in order(self) if v.op is not None or v._closure is not None]
        for v in nodes:
            if v.op is not None:
                v.grad = 0.0 if type(self.data) is float else 0
        self.grad = 1 if self.op is not None else self.grad + 1
        try:
            sweep_in_use.get()(nodes)
        except TypeError:
            refuse_no_grad(nodes)
            raise


# ── a row becomes a node, a number becomes a leaf ────────────────────────────────────────────────


def made(row: Op, *inputs: Any) -> Value:
    """The node of an operator, or NotImplemented (Python then asks the other side)."""
    entries = tuple(u if isinstance(u, Value) else as_leaf(u) for u in inputs)
    return NotImplemented if NotImplemented in entries else node(row, entries)


def node(row: Op, inputs: tuple[Any, ...], kind: type[Value] = Value) -> Any:
    """The node of any row: its value now, and each local derivative for the walk back."""
    numbers = tuple(u.data if isinstance(u, Value) else real(u) for u in inputs)
    out = kind.__new__(kind)
    try:
        out.data = y = row.compute(*numbers)
    except DomainError as error:
        raise DomainError(row, numbers, whereabouts(row, inputs)) from error.__cause__
    except OverflowError:  # an int too large for a float
        raise DomainError(row, numbers, whereabouts(row, inputs)) from None
    out.grad, out.op = 0, row
    if here():
        out.scope = here()
    nodes = [isinstance(u, Value) for u in inputs]
    if not all(nodes):
        inputs = tuple(u if n else x for u, n, x in zip(inputs, nodes, numbers, strict=True))
    out._keep(inputs, row.local_derivatives(numbers, y, nodes))
    return out


def as_leaf(x: Any, kind: type[Value] = Value) -> Any:
    """The leaf of a number where a Value could stand (the 2 of `2 * x`), or NotImplemented."""
    if not plain(x):
        return NotImplemented
    out = kind(x)
    out.constant = True
    return out


# ── every row is a method ────────────────────────────────────────────────────────────────────────


def method(row: Op) -> Callable[..., Value]:
    """The row as a method: `v.tanh()`, `v.maximum(0)`."""

    def of_this_node(self: Value, *rest: Any) -> Value:
        return row(self, *rest)  # type: ignore[no-any-return]

    of_this_node.__name__ = of_this_node.__qualname__ = row.name
    of_this_node.__doc__ = f"{row.name} of this node. {row.note}"
    return of_this_node


def method_names(row: Op) -> list[str]:
    """Its name, and NumPy's: on an array of Values np.arcsin calls v.arcsin()."""
    return list(dict.fromkeys((row.name, row.numpy if isinstance(row.numpy, str) else row.name)))


for _row in list(TABLE.values()):
    if _row.arity is not None and _row.kind != "guard":
        for _name in method_names(_row):
            setattr(Value, _name, method(_row))
