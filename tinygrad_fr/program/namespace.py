"""Compile it and run it elsewhere: the same lines on another library's arrays.

PyTorch, JAX and Dask have NumPy's functions under NumPy's names, but for a few: those are said here
in the others.  Nothing is copied back: what goes in as their arrays comes out as their arrays, and
what they do lazily or on many machines they do with this program too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tinygrad_fr.program.arrays import Array
from tinygrad_fr.program.running import Running
from tinygrad_fr.program.written import axes_of
from tinygrad_fr.refusals import excerpt, refuse


class Namespace(Running):
    """The words of a page, on the arrays of `xp`: a module with NumPy's functions.

    dtype   that of all its floats
    """

    def __init__(self, space: Mapping[str, Any], xp: Any, dtype: Any) -> None:
        super().__init__(space)
        self.np, self.dtype = xp, dtype

    def array(self, x: Any) -> Any:
        """A number as an array of theirs; an array as it is."""
        if not isinstance(x, (int, float)):
            return x
        return self.np.asarray(float(x), dtype=self.dtype)

    def function(self, *names: str) -> Callable[..., Any]:
        """The first of these that they have."""
        for name in names:
            if found := getattr(self.np, name, None):
                return found  # type: ignore[no-any-return]
        who = self.np.__name__
        refuse(
            fr=f"{who} n’a pas de fonction {names[0]} : ce programme ne peut pas y être calculé",
            en=f"{who} has no function {names[0]}: this program cannot be computed there",
            kind=TypeError,
        )

    def call(self, name: Any, *inputs: Any) -> Any:
        own: Callable[..., Any] | None = getattr(self, f"{name}_of_each", None)
        arrays = list(map(self.array, inputs))
        return own(*arrays) if own else self.function(str(name))(*arrays)

    def heaviside_of_each(self, a: Any, _: Any) -> Any:
        return self.np.where(a > 0, self.array(1), self.array(0))

    def logaddexp_of_each(self, a: Any, b: Any) -> Any:
        """The greater, plus ln(1 + e^−|a − b|)."""
        apart = self.np.exp(-self.np.abs(a - b))
        return self.np.maximum(a, b) + self.np.log1p(apart)

    def cbrt_of_each(self, a: Any) -> Any:
        return self.np.sign(a) * self.np.abs(a) ** (1 / 3)

    def quotient(self, a: Any, b: Any) -> Any:
        return self.array(a) / b

    def power(self, a: Any, b: Any) -> Any:
        return None if isinstance(a, str) else self.array(a) ** b

    def bars(self, a: Any) -> Any:
        return self.np.abs(a)

    def infix(self, sign: str, a: Any, b: Any) -> Any:
        if sign == ">":
            return a > b
        word = "floor_divide" if sign == "//" else "remainder"
        return self.function(word)(self.array(a), self.array(b))

    def outer_of(self, v: Array, x: Any, y: Any) -> Any:
        if x.ndim == 1:
            return x[:, None] * y[None, :]
        return x.reshape(-1, v.shape[0]).T @ y.reshape(-1, v.shape[1])

    def lse_of(self, _: Array, x: Any) -> Any:
        """log Σ eˣ, the greatest taken out first."""
        axis = x.ndim - 1
        top = self.function("amax", "max")(x, axis)
        apart = self.np.exp(x - top[..., None])
        return top + self.np.log(self.np.sum(apart, axis))

    def sum_of(self, v: Array, x: Any) -> Any:
        axes = axes_of(v)
        over = tuple(range(x.ndim)) if axes is None else axes
        return x.sum(over, keepdims=v.data.keep) if over else x

    def take_of(self, v: Array, x: Any) -> Any:
        index = self.space[v.data]
        flat = x.reshape(self.m, -1) if v.inputs[0].batched else x.reshape(-1)
        picked = flat[..., index.ravel().tolist()]
        return picked.reshape((*flat.shape[:-1], *index.shape))

    def scatter_of(self, v: Array, g: Any) -> Any:
        """By a matrix of zeros and ones: which entry was taken where."""
        import numpy as np

        index = self.space[v.data]
        n = int(np.prod(v.shape))
        ones = np.zeros((index.size, n))
        ones[np.arange(index.size), index.ravel()] = 1
        lead = g.shape[: g.ndim - index.ndim]
        spread = g.reshape((*lead, index.size)) @ cast(self.np.asarray(ones), self.dtype)
        return spread.reshape((*lead, *v.shape))

    def fill_of(self, v: Array, x: Any) -> Any:
        shape = ((self.m,) if v.batched else ()) + v.shape
        return self.np.broadcast_to(self.array(x), shape)


def on(xp: Any, space: Mapping[str, Any]) -> tuple[dict[str, Any], Any]:
    """The arrays of a program as floats of `xp`, and their dtype; indices stay as they are.

    The dtype is the widest that is given in arrays of theirs; with integers or lists, what they
    make of NumPy's own floats.
    """
    import numpy as np

    if not hasattr(xp, "asarray"):
        given = excerpt(repr(xp))
        refuse(
            fr=f"xp vaut {given}, qui n’a pas de asarray ; donnez le module lui-même : "
            "import torch, puis xp=torch",
            en=f"xp is {given}, which has no asarray; give the module itself: import torch, then "
            "xp=torch",
            kind=TypeError,
        )
    theirs = [x.dtype for x in space.values() if _is_theirs(x) and _is_float(x.dtype)]
    usual = xp.asarray(np.zeros(1)).dtype
    dtype = max(theirs, key=lambda d: int(d.itemsize), default=usual)
    found = {}
    for name, x in space.items():
        ours = type(x).__module__ == "numpy" and _is_float(getattr(x, "dtype", None))
        found[name] = cast(xp.asarray(x), dtype) if ours or _is_theirs(x) else x
    return found, dtype


def cast(x: Any, dtype: Any) -> Any:
    """An array of theirs, in this dtype."""
    if x.dtype == dtype:
        return x
    return x.astype(dtype) if hasattr(x, "astype") else x.to(dtype)


def _is_theirs(x: Any) -> bool:
    return hasattr(x, "dtype") and type(x).__module__ != "numpy"


def _is_float(dtype: Any) -> bool:
    """Whether it is a dtype of real numbers: PyTorch's, or one with NumPy's letters."""
    own = getattr(dtype, "is_floating_point", None)
    return bool(getattr(dtype, "kind", "") == "f" if own is None else own)
