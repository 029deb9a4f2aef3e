"""The engines that race: a leaf, how to read a node, and what only some have."""

from __future__ import annotations

import importlib
import os
import platform
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple


class Engine(NamedTuple):
    """A leaf, how to read a node, and what only some have."""

    leaf: Callable[[float], Any]
    data: Callable[[Any], float]
    grad: Callable[[Any], float]
    dot: Callable[[Any, Any], Any] | None = None
    mlp: Callable[[int, list[int]], Any] | None = None


def load(name: str) -> Engine | None:
    """The engine of that name, None where it is not installed."""
    if name == "ours":
        from tinygrad_fr import Value, dot

        return Engine(Value, lambda v: v.data, lambda v: v.grad, dot, network)
    if name == "floor":
        return Engine(made, lambda v: v.data, lambda v: 0.0)
    try:
        if name == "micrograd":
            theirs = importlib.import_module("micrograd.engine").Value
            return Engine(theirs, lambda v: v.data, lambda v: v.grad)
        torch = importlib.import_module("torch")
    except ImportError:
        return None
    torch.set_num_threads(1)

    def leaf(x: float) -> Any:
        return torch.tensor(x, dtype=torch.float64, requires_grad=True)

    return Engine(leaf, lambda v: v.item(), lambda v: v.grad.item())


def network(nin: int, nouts: list[int]) -> Any:
    """An MLP of ours; `nn` is there only for whoever asks for it, as for users."""
    from tinygrad_fr.nn import MLP

    return MLP(nin, nouts)


class Counted:
    """An engine that computes and counts: the number of operations as they are written."""

    made = 0

    def __init__(self, data: float) -> None:
        self.data = data

    def _of(self, data: float) -> Counted:
        Counted.made += 1
        return Counted(data)

    def __add__(self, other: Any) -> Counted:
        return self._of(self.data + getattr(other, "data", other))

    def __sub__(self, other: Any) -> Counted:
        return self._of(self.data - getattr(other, "data", other))

    def __mul__(self, other: Any) -> Counted:
        return self._of(self.data * getattr(other, "data", other))

    def __truediv__(self, other: Any) -> Counted:
        return self._of(self.data / getattr(other, "data", other))

    def __rtruediv__(self, other: float) -> Counted:
        return self._of(other / self.data)

    def __pow__(self, n: float) -> Counted:
        return self._of(self.data**n)

    def __neg__(self) -> Counted:
        return self._of(-self.data)

    def relu(self) -> Counted:
        return self._of(max(self.data, 0.0))

    __radd__, __rmul__ = __add__, __mul__


class Made:
    """A node that is only made: a number and where it came from; no slope, no name, no walk.

    What building costs at least in this Python on this machine: the floor under every figure.
    """

    __slots__ = ("a", "b", "data")

    data: float
    a: Any
    b: Any

    def __add__(self, other: Any) -> Made:
        return made(self.data + (other := beside(other)).data, self, other)

    def __sub__(self, other: Any) -> Made:
        return made(self.data - (other := beside(other)).data, self, other)

    def __mul__(self, other: Any) -> Made:
        return made(self.data * (other := beside(other)).data, self, other)

    def __truediv__(self, other: Any) -> Made:
        return made(self.data / (other := beside(other)).data, self, other)

    def __rtruediv__(self, other: float) -> Made:
        return made(other / self.data, self)

    def __pow__(self, n: int) -> Made:
        return made(self.data**n, self, n)

    def __neg__(self) -> Made:
        return made(-self.data, self)

    def relu(self) -> Made:
        return made(self.data if self.data > 0 else 0.0, self)

    def backward(self) -> None:
        """Nothing to walk."""

    __radd__, __rmul__ = __add__, __mul__


new = partial(object.__new__, Made)


def made(data: float, a: Any = None, b: Any = None) -> Made:
    out = new()
    out.data, out.a, out.b = data, a, b
    return out


def beside(other: Any) -> Made:
    return other if other.__class__ is Made else made(other)


def machine() -> str:
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = info.read_text().splitlines()
        model = next(
            (line.split(":")[1].strip() for line in lines if line.startswith("model name")), model
        )
    busy = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return (
        f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"{platform.system()}{busy}"
    )
