"""Check it: arrays of Values, through which a file's NumPy code builds the scalar graph by itself.

    W1 = nodes(np.array([[1.0, 2.0]]), "W1")        # of Values labelled W1[0,0], W1[0,1]
    np.mean(np.tanh(W1 @ X) ** 2)                   # a Value

Entry by entry every function is a row of the table; a product of matrices is made of scalar
products, a sum along an axis is one node.  Where Values cannot go, `Stopped` says which call it is.
"""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from tinygrad_fr.engine import Value
from tinygrad_fr.likeness import number_of
from tinygrad_fr.ops import TABLE

OPERATORS: dict[str, Callable[..., Any]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "power": operator.pow,
    "float_power": operator.pow,
    "negative": operator.neg,
    "positive": operator.pos,
    "remainder": operator.mod,
    "absolute": abs,
    "fabs": abs,
    "square": lambda x: x**2,
    "reciprocal": lambda x: 1 / x,
    "conjugate": operator.pos,
    "ceil": lambda x: -TABLE["floor"](-x),
    "logaddexp": lambda x, y: TABLE["logsumexp"](x, y),
}
SAME = {"fmax": "maximum", "fmin": "minimum", "expit": "sigmoid", "log_expit": "logsigmoid"}
OF_DATA: dict[str, Callable[..., bool]] = {  # what asks for the numbers only
    "greater": operator.gt,
    "greater_equal": operator.ge,
    "less": operator.lt,
    "less_equal": operator.le,
    "equal": operator.eq,
    "not_equal": operator.ne,
    "isnan": math.isnan,
    "isinf": math.isinf,
    "isfinite": math.isfinite,
    "logical_not": operator.not_,
    "logical_and": lambda x, y: bool(x and y),
    "logical_or": lambda x, y: bool(x or y),
    "signbit": lambda x: math.copysign(1, x) < 0,
}
MANY: dict[str, Callable[..., Any]] = {  # along an axis
    "add": lambda *xs: TABLE["sum"](*xs),
    "multiply": lambda *xs: functools.reduce(operator.mul, xs),
    "maximum": lambda *xs: functools.reduce(TABLE["maximum"], xs),
    "minimum": lambda *xs: functools.reduce(TABLE["minimum"], xs),
    "logical_and": lambda *xs: all(map(number_of, xs)),
    "logical_or": lambda *xs: any(map(number_of, xs)),
    "logaddexp": lambda *xs: TABLE["logsumexp"](*xs),
}
NOTHING = {"add": 0, "multiply": 1, "logical_and": True, "logical_or": False}


class Stopped(TypeError):
    """A call where Values cannot go.  `.call`: its name, np.linalg.inv."""

    def __init__(self, call: str) -> None:
        self.call = call
        super().__init__(call)


def one(name: str) -> Callable[..., Any]:
    """What a function of NumPy does to one entry, a Value or a number; Stopped if it is unknown."""
    name = SAME.get(name, name)
    if name in OPERATORS:
        return OPERATORS[name]
    if name in OF_DATA:
        asked = OF_DATA[name]
        return lambda *xs: asked(*map(number_of, xs))
    found = _rows().get(name)
    if found is None:
        raise Stopped(f"np.{name}")
    return found


@cache
def _rows() -> dict[str, Callable[..., Any]]:
    """The rows of the table, by NumPy's name or their own."""
    fixed = [row for row in TABLE.values() if row.arity is not None and row.kind != "guard"]
    named = {row.name: row for row in fixed}
    return {**named, **{row.numpy: row for row in fixed if isinstance(row.numpy, str)}}


def product(left: Sequence[Any], right: Sequence[Any]) -> Any:
    """Σ wᵢ·xᵢ as one node."""
    if len(left) == 1:
        return left[0] * right[0]
    return TABLE["dot"](*left, *right) if len(left) else 0


def nodes(numbers: Any, name: str = "") -> Any:
    """An array of Values with these numbers, labelled name[0,1] as Python counts."""
    import numpy as np

    given = np.asarray(numbers)
    out = np.empty(given.shape, dtype=object)
    for place in np.ndindex(given.shape):
        x = given[place]
        out[place] = Value(x.item(), label=f"{name}{label(place)}" if name else "")
    return out.view(_kind())


def label(place: Sequence[int]) -> str:
    """[0,1]; "" for a number that is no array."""
    return f"[{','.join(map(str, place))}]" if place else ""


@cache
def _kind() -> Any:
    """The class of these arrays; made when NumPy is first needed."""
    import numpy as np

    class Nodes(np.ndarray):
        """Numbers and Values, entry by entry."""

        def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
            return _wrapped(_called(ufunc.__name__, method, inputs, kwargs))

        def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
            name = f"{func.__module__}.{func.__name__}".replace("numpy", "np", 1)
            if name.startswith(("np.linalg", "np.fft")):
                raise Stopped(name)
            if func in (np.dot, np.inner, np.vdot):
                return _dotted(func.__name__, *args)
            try:
                found = super().__array_function__(func, types, args, kwargs)
            except Stopped:
                raise
            except (TypeError, AttributeError) as error:
                raise Stopped(name) from error
            return _wrapped(found)

        def dot(self, other: Any, out: Any = None) -> Any:
            return _dotted("dot", self, other)

        def astype(self, dtype: Any, *rest: Any, **kwargs: Any) -> Any:
            """The same: a Value has the precision of its number."""
            if np.dtype(dtype).kind not in "fO":
                raise Stopped(f"astype({np.dtype(dtype)})")
            return self.copy()

    return Nodes


def _plain(x: Any) -> Any:
    """As NumPy's own array of objects, whatever it was."""
    import numpy as np

    return np.asarray(x, dtype=object) if isinstance(x, (np.ndarray, list, tuple)) else x


def _wrapped(found: Any) -> Any:
    import numpy as np

    if isinstance(found, (tuple, list)):
        return type(found)(map(_wrapped, found)) if type(found) in (tuple, list) else found
    if isinstance(found, np.ndarray) and found.dtype == object:
        return found.view(_kind())
    return found


def _called(name: str, method: str, inputs: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """A function of NumPy on arrays with Values in them: called, or along an axis."""
    import numpy as np

    into = kwargs.pop("out", None)
    kwargs.pop("dtype", None)
    kwargs.pop("casting", None)
    arrays = [_plain(x) for x in inputs]
    if kwargs.pop("where", True) is not True or method not in ("__call__", "reduce", "outer"):
        raise Stopped(f"np.{name}" + ("" if method == "__call__" else f".{method}"))
    if method == "reduce":
        found = _along(name, arrays[0], *arrays[1:], **kwargs)
    elif name in ("matmul", "vecdot"):
        found = _dotted(name, *arrays)
    else:
        if name == "clip":
            arrays = _bounded(arrays)
        function = np.frompyfunc(one(name), len(arrays), 1)
        found = function.outer(*arrays) if method == "outer" else function(*arrays)
        if SAME.get(name, name) in OF_DATA:
            found = found.astype(bool) if isinstance(found, np.ndarray) else found
    if into is None:
        return found
    if into[0].dtype != object:
        raise Stopped(f"np.{name}(…, out=…)")
    into[0][...] = found
    return into[0]


def _bounded(arrays: list[Any]) -> list[Any]:
    """np.clip with one side left open."""
    x, low, high = arrays
    low = -math.inf if low is None else low
    return [x, low, math.inf if high is None else high]


def _along(name: str, a: Any, axis: Any = 0, keepdims: bool = False, initial: Any = None) -> Any:
    """One node for what stands along the axes."""
    import numpy as np

    if name not in MANY:
        raise Stopped(f"np.{name}.reduce")
    a = np.asarray(a, dtype=object)
    axes = range(a.ndim) if axis is None else (axis,) if isinstance(axis, int) else axis
    axes = sorted({int(k) % max(a.ndim, 1) for k in axes})
    kept = [k for k in range(a.ndim) if k not in axes]
    shape = tuple(a.shape[k] for k in kept)
    count = math.prod(a.shape[k] for k in axes)
    rows = a.transpose(*kept, *axes).reshape((*shape, count))
    out = np.empty(shape, dtype=object)
    first = [] if initial is None else [initial]
    for place in np.ndindex(shape):
        terms = [*first, *rows[place]]
        if len(terms) > 1:
            out[place] = MANY[name](*terms)
        else:
            out[place] = terms[0] if terms else NOTHING[name]
    if keepdims:
        return out.reshape([1 if k in axes else n for k, n in enumerate(a.shape)])
    return out if shape else out[()]


def _dotted(name: str, a: Any, b: Any, *_: Any) -> Any:
    """a @ b, np.dot, np.inner: scalar products of rows and columns."""
    import numpy as np

    a, b = np.asarray(a, dtype=object), np.asarray(b, dtype=object)
    if name == "vdot":
        a, b = a.ravel(), b.ravel()
    if not a.ndim or not b.ndim:
        return _wrapped(np.frompyfunc(operator.mul, 2, 1)(a, b))
    if a.ndim > 2 or b.ndim > 2 or name == "vecdot":
        raise Stopped(f"np.{name}")
    rows = a.reshape(-1, a.shape[-1])
    columns = (b.reshape(-1, 1) if b.ndim == 1 else b).T
    if name == "inner":
        columns = b.reshape(-1, b.shape[-1])
    if rows.shape[1] != columns.shape[1]:
        raise ValueError(f"{name}: {a.shape} {b.shape}")
    out = np.empty((len(rows), len(columns)), dtype=object)
    for i, row in enumerate(rows):
        for j, column in enumerate(columns):
            out[i, j] = product(row, column)
    shape = (*a.shape[:-1], *(b.shape[1:] if name != "inner" else b.shape[:-1]))
    return _wrapped(out.reshape(shape)) if shape else out[0, 0]
