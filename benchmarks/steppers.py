"""Who makes a step of gradient descent: the same net and data, each in its own way.

A stepper is made for a workload and makes bursts: `burst(n)` makes n steps (cost, all gradients,
θ − λ∇L) and gives the costs; `parameters()` gives θ, layer by layer, W then b, so that all can be
compared before they race.
"""

from __future__ import annotations

import importlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tinygrad_fr import Value, to_numpy  # noqa: E402
from tinygrad_fr.nn import MLP, optim  # noqa: E402
from tinygrad_fr.ops import logsumexp  # noqa: E402
from tinygrad_fr.ops import sum as total  # noqa: E402
from tinygrad_fr.program.fast import Fast, Plan  # noqa: E402
from tinygrad_fr.program.moving import Moving  # noqa: E402

RATE, PENALTY = 1e-3, 1e-4


@dataclass(frozen=True)
class Workload:
    """A net, its cost and its examples: every step sees all of them."""

    name: str
    sizes: tuple[int, ...]
    cost: str  # "hinge" with a penalty on all parameters, "square", "softmax"
    m: int

    @property
    def curve(self) -> str:
        return "tanh" if self.cost == "square" else "relu"

    def data(self) -> tuple[Any, Any]:
        r = np.random.default_rng(0)
        X, k = r.normal(size=(self.m, self.sizes[0])), self.sizes[-1]
        if self.cost == "hinge":
            return X, r.choice([-1.0, 1.0], size=(self.m, 1))
        if self.cost == "square":
            return X, r.normal(size=(self.m, k))
        return X, np.eye(k)[r.integers(0, k, self.m)]

    def start(self) -> list[Any]:
        """W, b of each layer."""
        r, found = np.random.default_rng(1), []
        for n, k in zip(self.sizes, self.sizes[1:], strict=False):
            found += [r.normal(size=(k, n)) / n**0.5, 0.1 * r.normal(size=k)]
        return found

    def multiplications(self) -> int:
        """Of a step: forward, for the weights, and for the inputs of all layers but the first."""
        pairs = list(zip(self.sizes, self.sizes[1:], strict=False))
        products = [a * b for a, b in pairs]
        return self.m * (2 * sum(products) + sum(products[1:]))


WORKLOADS = {
    "w1": Workload("2-16-16-1, hinge + L2, 100", (2, 16, 16, 1), "hinge", 100),
    "w2": Workload("2-6-4-1, tanh, square, 200", (2, 6, 4, 1), "square", 200),
    "w3": Workload("64-32-10, softmax, 64", (64, 32, 10), "softmax", 64),
    "w4": Workload("64-32-10, softmax, 1797", (64, 32, 10), "softmax", 1797),
    "w5": Workload("784-128-10, softmax, 64", (784, 128, 10), "softmax", 64),
}


class Stepper:
    """Makes steps; `better` says which of several layouts a peer may choose from."""

    def __init__(self, w: Workload) -> None:
        self.w, self.X, self.Y = w, *w.data()
        self.theta = w.start()

    def burst(self, n: int) -> list[float]:
        return [self.step() for _ in range(n)]

    def step(self) -> float:
        raise NotImplementedError

    def parameters(self) -> list[Any]:
        return self.theta


# ── ours: written a scalar at a time ─────────────────────────────────────────────────────────────


def scalars(w: Workload) -> tuple[Any, MLP, list[list[Value]]]:
    """The cost of one example, its model and its inputs."""
    model = MLP(w.sizes[0], list(w.sizes[1:]), activation=w.curve, output="linear", seed=0)
    for p, x in zip(model.parameters(), _in_order(w.start()), strict=True):
        p.data = x
    x = [Value(0.0, label=f"x_{i}") for i in range(1, w.sizes[0] + 1)]
    y = [Value(0.0, label=f"y_{i}") for i in range(1, w.sizes[-1] + 1)]
    out = model(x)
    z = out if isinstance(out, list) else [out]
    if w.cost == "hinge":
        L = (1 - y[0] * z[0]).relu() + PENALTY * total([p * p for p in model.parameters()])
    elif w.cost == "square":
        z = [v.tanh() for v in z]
        L = total([(a - b) ** 2 for a, b in zip(z, y, strict=True)])
    else:
        L = logsumexp(z) - total([a * b for a, b in zip(y, z, strict=True)])
    return L, model, [x, y]


def _in_order(theta: list[Any]) -> list[float]:
    """As a model lists its parameters: neuron by neuron, its weights, then its bias."""
    found: list[float] = []
    for W, b in zip(theta[::2], theta[1::2], strict=True):
        for row, bias in zip(W.tolist(), b.tolist(), strict=True):
            found += [*row, bias]
    return found


class Ours(Stepper):
    """The program in NumPy, as `fit` runs it: in place, θ one vector."""

    def __init__(self, w: Workload) -> None:
        super().__init__(w)
        L, self.model, inputs = scalars(w)
        self.program = to_numpy(L, inputs, self.model.parameters())
        plan = Plan(self.program)
        self.names = [f"{letter}{k}" for k in range(1, len(w.sizes)) for letter in "Wb"]
        self.fast, self.at = Fast(plan, w.m), plan.theta
        self.at.read()
        for place, given in zip(self.fast.data, (self.X, self.Y), strict=True):
            place[...] = given.T
        self.move = Moving(optim.SGD(self.at.order, RATE), self.at).step

    def step(self) -> float:
        value = self.fast.run()
        self.move(RATE, 0)
        return value

    def parameters(self) -> list[Any]:
        return [self.at.views[name] for name in self.names]


class Native(Stepper):
    """The same program, compiled."""

    def __init__(self, w: Workload) -> None:
        from tinygrad_fr.program.native.native import Native as Compiled

        super().__init__(w)
        L, self.model, inputs = scalars(w)
        self.program = to_numpy(L, inputs, self.model.parameters())
        descent = optim.SGD(self.model.parameters(), RATE)
        self.compiled = Compiled(self.program, descent, rows=w.m)
        self.there = False  # the examples are in their places

    def burst(self, n: int) -> list[float]:
        here = self.compiled
        data, batch = (self.X, self.Y), range(self.w.m)
        found: list[float] = (here.more(n) if self.there else here.again(data, batch, n)).tolist()
        self.there = True
        return found

    def parameters(self) -> list[Any]:
        self.compiled.give_back()
        numbers, found, start = [p.data for p in self.model.parameters()], [], 0
        for n, k in zip(self.w.sizes, self.w.sizes[1:], strict=False):
            rows = np.array(numbers[start : start + k * (n + 1)]).reshape(k, n + 1)
            found += [rows[:, :n], rows[:, n]]
            start += k * (n + 1)
        return found


# ── NumPy by hand ────────────────────────────────────────────────────────────────────────────────


class ByHand(Stepper):
    """As one writes it: a new array for every result."""

    def step(self) -> float:
        theta, w, A = self.theta, self.w, [self.X]
        Z: list[Any] = []
        last = len(theta) // 2 - 1
        for k in range(last + 1):
            Z.append(A[-1] @ theta[2 * k].T + theta[2 * k + 1])
            if k < last or w.cost == "square":
                A.append(np.tanh(Z[-1]) if w.curve == "tanh" else np.maximum(Z[-1], 0))
        cost, D = self.cost(Z[-1], A[-1])
        for k in range(last, -1, -1):
            W = theta[2 * k]
            dW, db = D.T @ A[k] / w.m, D.sum(0) / w.m
            if w.cost == "hinge":
                cost += PENALTY * ((W**2).sum() + (theta[2 * k + 1] ** 2).sum())
                dW, db = dW + 2 * PENALTY * W, db + 2 * PENALTY * theta[2 * k + 1]
            if k:
                slope = 1 - A[k] ** 2 if w.curve == "tanh" else Z[k - 1] > 0
                D = (D @ W) * slope
            theta[2 * k] = W - RATE * dW
            theta[2 * k + 1] = theta[2 * k + 1] - RATE * db
        return float(cost)

    def cost(self, Z: Any, A: Any) -> tuple[Any, Any]:
        Y, m = self.Y, self.w.m
        if self.w.cost == "hinge":
            margin = 1 - Y * Z
            return np.maximum(margin, 0).sum() / m, np.where(margin > 0, -Y, 0.0)
        if self.w.cost == "square":
            return ((A - Y) ** 2).sum() / m, 2 * (A - Y) * (1 - A**2)
        top = Z.max(1, keepdims=True)
        e = np.exp(Z - top)
        s = e.sum(1, keepdims=True)
        return (np.log(s[:, 0]) + top[:, 0] - (Y * Z).sum(1)).sum() / m, e / s - Y


class InPlace(Stepper):
    """Examples in columns, biases folded into the weights, every result into its own buffer."""

    def __init__(self, w: Workload) -> None:
        super().__init__(w)
        pairs = zip(self.theta[::2], self.theta[1::2], strict=True)
        self.W = [np.concatenate([W, b[:, None]], 1) for W, b in pairs]
        self.dW = [np.empty_like(W) for W in self.W]
        self.A = [np.ones((n + 1, w.m)) for n in w.sizes[:-1]]
        self.A[0][:-1] = self.X.T
        self.Z = [np.empty((n, w.m)) for n in w.sizes[1:]]
        self.D = [np.empty((n, w.m)) for n in w.sizes[1:]]
        self.S = [np.empty((n, w.m)) for n in w.sizes[1:]]
        self.YT = np.ascontiguousarray(self.Y.T)
        self.zeros = [np.zeros((n, w.m)) for n in w.sizes[1:]]

    def step(self) -> float:
        w, last = self.w, len(self.W) - 1
        for k in range(last):
            np.dot(self.W[k], self.A[k], out=self.Z[k])
            a = self.A[k + 1][:-1]
            if w.curve == "tanh":
                np.tanh(self.Z[k], out=a)
            else:
                np.maximum(self.Z[k], self.zeros[k], out=a)
        np.dot(self.W[last], self.A[last], out=self.Z[last])
        cost = self.cost(self.Z[last], self.D[last], self.S[last])
        for k in range(last, -1, -1):
            W, dW = self.W[k], self.dW[k]
            np.dot(self.D[k], self.A[k].T, out=dW)
            dW *= RATE / w.m
            if w.cost == "hinge":
                cost += PENALTY * float(np.vdot(W, W))
            if k:
                D, S = self.D[k - 1], self.S[k - 1]
                np.dot(W[:, :-1].T, self.D[k], out=D)
                if w.curve == "tanh":
                    a = self.A[k][:-1]
                    np.multiply(a, a, out=S)
                    np.subtract(1, S, out=S)
                else:
                    np.greater(self.Z[k - 1], 0, out=S)
                D *= S
            if w.cost == "hinge":
                W *= 1 - 2 * PENALTY * RATE
            W -= dW
        return cost

    def cost(self, Z: Any, D: Any, S: Any) -> float:
        Y, m = self.YT, self.w.m
        if self.w.cost == "hinge":
            np.multiply(Y, Z, out=S)
            np.subtract(1, S, out=S)
            np.greater(S, 0, out=D)
            found = float(np.vdot(S, D)) / m
            D *= Y
            np.negative(D, out=D)
            return found
        if self.w.cost == "square":
            np.tanh(Z, out=S)
            np.subtract(S, Y, out=D)
            found = float(np.vdot(D, D)) / m
            np.multiply(S, S, out=S)
            np.subtract(2, 2 * S, out=S)
            D *= S
            return found
        top = Z.max(0)
        np.subtract(Z, top, out=D)
        np.multiply(Y, D, out=S)
        found = -float(S.sum())
        np.exp(D, out=D)
        s = D.sum(0)
        D /= s
        D -= Y
        return (found + float(np.log(s).sum())) / m

    def parameters(self) -> list[Any]:
        return [x for W in self.W for x in (W[:, :-1], W[:, -1])]


# ── others ───────────────────────────────────────────────────────────────────────────────────────


class Jax(Stepper):
    """A hundred steps in one compiled scan; examples in rows, or in columns."""

    columns = False
    steps = 100

    def __init__(self, w: Workload) -> None:
        super().__init__(w)
        jax: Any = importlib.import_module("jax")
        jax.config.update("jax_enable_x64", True)
        jnp = jax.numpy
        X, Y = jnp.array(self.X), jnp.array(self.Y)
        if self.columns:
            X, Y = X.T, Y.T
        last = len(self.theta) // 2 - 1

        def cost(theta: list[Any]) -> Any:
            A = X
            for k in range(last + 1):
                W, b = theta[2 * k], theta[2 * k + 1]
                Z = W @ A + b[:, None] if self.columns else A @ W.T + b
                A = jnp.tanh(Z) if w.curve == "tanh" else jnp.maximum(Z, 0)
            if w.cost == "hinge":
                rest = sum((x**2).sum() for x in theta)
                return jnp.maximum(1 - Y * Z, 0).sum() / w.m + PENALTY * rest
            if w.cost == "square":
                return ((A - Y) ** 2).sum() / w.m
            axis = 0 if self.columns else 1
            return (jax.nn.logsumexp(Z, axis=axis) - (Y * Z).sum(axis)).sum() / w.m

        slope = jax.value_and_grad(cost)

        def step(theta: list[Any], _: Any) -> Any:
            value, g = slope(theta)
            return [t - RATE * d for t, d in zip(theta, g, strict=True)], value

        self.run = jax.jit(lambda theta: jax.lax.scan(step, theta, None, length=self.steps))
        self.theta = [jnp.array(x) for x in self.theta]

    def burst(self, n: int) -> list[float]:
        found: list[float] = []
        for _ in range(-(-n // self.steps)):
            self.theta, costs = self.run(self.theta)
            found += np.asarray(costs).tolist()
        return found

    def parameters(self) -> list[Any]:
        return [np.asarray(x) for x in self.theta]


class JaxColumns(Jax):
    columns = True


class Torch(Stepper):
    """PyTorch as it is written: a graph for each step."""

    def __init__(self, w: Workload) -> None:
        super().__init__(w)
        self.torch: Any = importlib.import_module("torch")
        self.torch.set_num_threads(1)
        self.x, self.y = self.torch.tensor(self.X), self.torch.tensor(self.Y)
        self.theta = [self.torch.tensor(x, requires_grad=True) for x in self.theta]

    def step(self) -> float:
        torch, w, A = self.torch, self.w, self.x
        Z = A
        for W, b in zip(self.theta[::2], self.theta[1::2], strict=True):
            Z = torch.addmm(b, A, W.T)
            A = torch.tanh(Z) if w.curve == "tanh" else torch.relu(Z)
        if w.cost == "hinge":
            rest = sum((x**2).sum() for x in self.theta)
            L = torch.relu(1 - self.y * Z).sum() / w.m + PENALTY * rest
        elif w.cost == "square":
            L = ((A - self.y) ** 2).sum() / w.m
        else:
            L = (torch.logsumexp(Z, 1) - (self.y * Z).sum(1)).sum() / w.m
        gradients = torch.autograd.grad(L, self.theta)
        with torch.no_grad():
            for p, g in zip(self.theta, gradients, strict=True):
                p -= RATE * g
        return float(L.detach())

    def parameters(self) -> list[Any]:
        return [x.detach().numpy() for x in self.theta]


class Casadi(Stepper):
    """CasADi's scalars (SX), the cost of one example and its gradient mapped over all of them."""

    compiled = False

    def __init__(self, w: Workload) -> None:
        super().__init__(w)
        ca: Any = importlib.import_module("casadi")
        shapes = [x.shape if x.ndim == 2 else (*x.shape, 1) for x in self.theta]
        parts = [ca.SX.sym(f"p{i}", *s) for i, s in enumerate(shapes)]
        x, y = ca.SX.sym("x", w.sizes[0]), ca.SX.sym("y", w.sizes[-1])
        A = Z = x
        for W, b in zip(parts[::2], parts[1::2], strict=True):
            Z = W @ A + b
            A = ca.tanh(Z) if w.curve == "tanh" else ca.fmax(Z, 0)
        if w.cost == "hinge":
            L = ca.fmax(1 - y * Z, 0)
        elif w.cost == "square":
            L = ca.sumsqr(A - y)
        else:
            L = ca.logsumexp(Z) - ca.dot(y, Z)
        theta = ca.vertcat(*(ca.vec(p) for p in parts))
        if w.cost == "hinge":
            L = L + PENALTY * ca.sumsqr(theta)
        one = ca.Function("one", [theta, x, y], [L, ca.gradient(L, theta)])
        if self.compiled:
            one = self._by_gcc(ca, one)
        many = one.map(w.m)
        self.f: Callable[..., Any] = lambda t: many(t, self.X.T, self.Y.T)
        self.flat = np.concatenate([t.T.ravel() if t.ndim == 2 else t for t in self.theta])
        self.shapes = shapes

    def _by_gcc(self, ca: Any, one: Any) -> Any:
        compiler = shutil.which("gcc") or shutil.which("cc")
        if compiler is None:
            raise ImportError("gcc")
        folder = tempfile.mkdtemp()
        source = Path(folder, "one.c")
        generator = ca.CodeGenerator("one.c")
        generator.add(one)
        generator.generate(folder + "/")
        library = Path(folder, "one.so")
        flags = ["-O3", "-march=native", "-fPIC", "-shared"]
        subprocess.run([compiler, *flags, str(source), "-o", str(library)], check=True)
        return ca.external("one", str(library))

    def step(self) -> float:
        costs, g = self.f(self.flat)
        self.flat = self.flat - RATE * np.asarray(g).sum(1) / self.w.m
        return float(np.asarray(costs).sum()) / self.w.m

    def parameters(self) -> list[Any]:
        found, start = [], 0
        for (n, k), like in zip(self.shapes, self.w.start(), strict=True):
            part = self.flat[start : start + n * k]
            found.append(part.reshape(k, n).T if like.ndim == 2 else part)
            start += n * k
        return found


class CasadiGcc(Casadi):
    compiled = True


STEPPERS: dict[str, type[Stepper]] = {
    "native": Native,
    "program": Ours,
    "numpy": ByHand,
    "numpy-out": InPlace,
    "jax": Jax,
    "jax-columns": JaxColumns,
    "torch": Torch,
    "casadi": Casadi,
    "casadi-gcc": CasadiGcc,
}
