"""Check it, beside the others: false alarms and misses of gradient checkers, made by one command.

    python benchmarks/checkers.py            # the table of docs/checkers.md
    python benchmarks/checkers.py --times    # how long `check` takes on networks

Every checker gets the same functions, the same points and the same gradients as doubles: the right
one (50 digits, rounded once) and six wrong ones.  A planted error that changes nothing, such as
swapping equal entries, is no error and is left out, by comparison with the 50-digit gradient.
Each checker runs with its default settings; SciPy and numdifftools judge nothing themselves, so
the usual rules are used: SciPy's `check_grad` accepted below 1e-5, numdifftools' `Gradient`
compared by `numpy.allclose(rtol=1e-6, atol=1e-8)`.
"""

from __future__ import annotations

import argparse
import platform
import random
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from importlib import import_module as load
from importlib.metadata import version
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tinygrad_fr import ops  # noqa: E402
from tinygrad_fr.checking.check import check  # noqa: E402
from tinygrad_fr.checking.typed import check_expression  # noqa: E402
from tinygrad_fr.engine import Value  # noqa: E402

Function = Callable[[Any, Any], Any]  # (where exp, log and sin come from, the inputs) -> the value
Checker = Callable[[Function, list[float], list[float]], bool]


def _deep(m: Any, x: Any) -> Any:
    y = x[0]
    for _ in range(50):
        y = m.sin(y) + x[1]
    return y


def _chaotic(m: Any, x: Any) -> Any:
    y = x[0]
    for _ in range(20):
        y = x[1] * y * (1 - y)
    return y


# name: function, point; each is differentiable at its point
FUNCTIONS: dict[str, tuple[Function, list[float]]] = {
    "ill-scaled inputs": (lambda m, x: x[0] ** 2 * 1e12 + x[0] * x[1] + x[1] ** 2, [3e-7, 2e5]),
    "kink": (lambda m, x: abs(x[0] - 1) * x[1] + x[1] ** 2, [1.001, 2.0]),
    "kink nearer than 1e-6": (lambda m, x: abs(x[0] - 1) + x[0] * x[1], [1 + 1e-8, 2.0]),
    "saturated sigmoid": (lambda m, x: 1 / (1 + m.exp(-x[0] * x[1])), [20.0, 1.7]),
    "value about 1e8": (lambda m, x: 1e8 + x[0] ** 2 * x[1], [0.7, 1.3]),
    "log near 0": (lambda m, x: m.log(x[0]) * x[1], [1e-7, 0.6]),
    "depth 50": (_deep, [0.4, 0.9]),
    "chaotic": (_chaotic, [0.31, 3.99]),
    "high power": (lambda m, x: x[0] ** 30 * x[1], [1.9, 0.3]),
    "cancellation": (lambda m, x: (1 - m.exp(-x[0])) / x[0] * x[1], [1e-6, 0.8]),
    "tiny gradient": (lambda m, x: 1e-9 * x[0] ** 2 * x[1], [0.6, 1.4]),
    "huge gradient": (lambda m, x: 1e9 * m.exp(3 * x[0]) * x[1], [4.1, 2.3]),
    "oscillating": (lambda m, x: m.sin(1e4 * x[0]) * x[1], [0.7, 1.2]),
    "softmax, large logits": (
        lambda m, x: m.log(1 + m.exp(x[1] - x[0]) + m.exp(x[2] - x[0])),
        [1000.0, 991.0, 978.0],
    ),
    "mixed scales": (lambda m, x: 1e6 * m.sin(x[0]) + 1e-6 * x[1] ** 2, [0.8, 1.5]),
}

GROSS = ("× 2", "× −1", "missing term", "swapped")
SMALL = ("1e-3", "1e-6")


def truth(f: Function, point: Sequence[float]) -> list[Any]:
    """The gradient to 50 digits, by central differences with 150: no derivative rule is used."""
    from mpmath import MPContext

    m = MPContext()
    m.dps = 150
    x = [m.mpf(a) for a in point]
    h = m.mpf(10) ** -50
    out = []
    for i in range(len(x)):
        up, down = list(x), list(x)
        up[i], down[i] = x[i] + h, x[i] - h
        out.append((f(m, up) - f(m, down)) / (2 * h))
    return out


def planted(right: Sequence[Any]) -> dict[str, list[Any]]:
    """The wrong gradients that differ from the right one; a missing term is the largest entry."""
    largest = max(range(len(right)), key=lambda i: abs(right[i]))
    every = {
        "× 2": [2 * g for g in right],
        "× −1": [-g for g in right],
        "missing term": [0 * g if i == largest else g for i, g in enumerate(right)],
        "swapped": list(right[::-1]),
        "1e-3": [g * (1 + 1e-3) for g in right],
        "1e-6": [g * (1 + 1e-6) for g in right],
    }
    return {
        name: wrong
        for name, wrong in every.items()
        if any(abs(a - b) > 1e-9 * abs(b) for a, b in zip(wrong, right, strict=True))
    }


# ── the checkers ─────────────────────────────────────────────────────────────────────────────────


def ours(f: Function, point: list[float], hand: list[float]) -> bool:
    leaves = [Value(x, label=f"x{i}") for i, x in enumerate(point)]
    # 17 digits: computed, not typed by a person
    return check(f(ops, leaves), dict(zip(leaves, hand, strict=True)), digits=17).ok


def with_torch(f: Function, point: list[float], hand: list[float]) -> bool:
    torch = load("torch")

    class Planted(torch.autograd.Function):  # type: ignore[misc, name-defined]
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return f(torch, x)

        @staticmethod
        def backward(ctx: Any, *g: Any) -> Any:
            return g[0] * torch.tensor(hand, dtype=torch.float64)

    x = torch.tensor(point, dtype=torch.float64, requires_grad=True)
    return bool(torch.autograd.gradcheck(Planted.apply, (x,), raise_exception=False))


def with_jax(f: Function, point: list[float], hand: list[float]) -> bool:
    jax, jnp = load("jax"), load("jax.numpy")
    check_grads = load("jax.test_util").check_grads

    jax.config.update("jax_enable_x64", True)

    fun = jax.custom_vjp(lambda x: f(jnp, x))

    def forward(x: Any) -> tuple[Any, None]:
        return f(jnp, x), None

    def backward(_: None, g: Any) -> tuple[Any]:
        return (g * jnp.array(hand),)

    fun.defvjp(forward, backward)
    try:
        check_grads(fun, (jnp.array(point),), order=1, modes=["rev"])
    except AssertionError:
        return False
    return True


def with_autograd(f: Function, point: list[float], hand: list[float]) -> bool:
    import numpy as np

    extend = load("autograd.extend")
    check_grads = load("autograd.test_util").check_grads

    np.random.seed(0)
    fun = extend.primitive(lambda x: f(np, x))
    extend.defvjp(fun, lambda ans, x: lambda g: g * np.array(hand))
    try:
        check_grads(fun, modes=["rev"], order=1)(np.array(point))
    except AssertionError:
        return False
    return True


def with_scipy(f: Function, point: list[float], hand: list[float]) -> bool:
    import numpy as np

    check_grad = load("scipy.optimize").check_grad
    return bool(check_grad(lambda x: f(np, x), lambda x: np.array(hand), np.array(point)) < 1e-5)


def with_numdifftools(f: Function, point: list[float], hand: list[float]) -> bool:
    import numpy as np

    found = load("numdifftools").Gradient(lambda x: f(np, x))(np.array(point))
    return bool(np.allclose(hand, found, rtol=1e-6, atol=1e-8))


# title: distribution, checker
CHECKERS: dict[str, tuple[str, Checker]] = {
    "tinygrad_fr check": ("", ours),
    "torch.autograd.gradcheck": ("torch", with_torch),
    "jax.test_util.check_grads": ("jax", with_jax),
    "HIPS autograd check_grads": ("autograd", with_autograd),
    "scipy.optimize.check_grad": ("scipy", with_scipy),
    "numdifftools.Gradient": ("numdifftools", with_numdifftools),
}


def table() -> None:
    """Print the table of docs/checkers.md, and below it each function that a checker got wrong."""
    cases = []
    for name, (f, point) in FUNCTIONS.items():
        right = truth(f, point)
        cases.append((name, f, point, right, planted(right)))
    rights = len(cases)
    gross = sum(k in GROSS for *_, wrong in cases for k in wrong)
    small = sum(k in SMALL for *_, wrong in cases for k in wrong)
    print(
        f"| checker | false alarms / {rights} | gross misses / {gross} | small misses / {small} | "
        "s |"
    )
    print("| --- | --: | --: | --: | --: |")
    details, missing, versions = [], [], [f"Python {platform.python_version()}"]
    for title, (module, checker) in CHECKERS.items():
        try:
            if module:
                load(module)
                versions.append(f"{module} {version(module)}")
        except ImportError:
            missing.append(f"{title}: left out, {module} is not installed")
            continue
        alarms, misses = [], {GROSS: 0, SMALL: 0}
        gone: list[str] = []
        start = time.perf_counter()
        for name, f, point, right, wrong in cases:
            if not checker(f, point, [float(g) for g in right]):
                alarms.append(name)
            for kinds in (GROSS, SMALL):
                for kind in kinds:
                    if kind in wrong and checker(f, point, [float(g) for g in wrong[kind]]):
                        misses[kinds] += 1
                        gone += [f"{name} ({kind})"] if kinds is GROSS else []
        seconds = time.perf_counter() - start
        print(f"| {title} | {len(alarms)} | {misses[GROSS]} | {misses[SMALL]} | {seconds:.1f} |")
        if alarms:
            details.append(f"- {title} refuses the right gradient of: {', '.join(alarms)}.")
        if gone:
            details.append(f"- {title} accepts: {', '.join(gone)}.")
    print("\n" + ", ".join(versions) + ".\n")
    print("\n".join(details + missing))


# ── how long it takes ────────────────────────────────────────────────────────────────────────────


NET = (
    "h = tanh(w1*x + w2*t + b1); k = tanh(w3*x + w4*t + b2); l = tanh(w5*x + w6*t + b3); "
    "o = sigmoid(v1*h + v2*k + v3*l + c1); q = sigmoid(v4*h + v5*k + v6*l + c2); "
    "(o - r)**2 + (q - u)**2"
)
NET_AT = dict(
    w1=0.5, w2=-0.8, w3=1.2, w4=0.4, w5=-0.3, w6=0.9, b1=0.1, b2=-0.6, b3=0.35,
    v1=0.9, v2=-1.4, v3=0.6, v4=0.3, v5=1.7, v6=-0.7, c1=0.2, c2=-0.5, x=1.5, t=0.7, r=0.2, u=0.9,
)  # fmt: skip
NET_STEPS = {
    "d": "2*(o-r)*o*(1-o)", "f": "2*(q-u)*q*(1-q)", "s1": "(v1*d+v4*f)*(1-h**2)",
    "s2": "(v2*d+v5*f)*(1-k**2)", "s3": "(v3*d+v6*f)*(1-l**2)",
}  # fmt: skip
NET_HAND = dict(
    w1="s1*x", w2="s1*t", w3="s2*x", w4="s2*t", w5="s3*x", w6="s3*t", b1="s1", b2="s2", b3="s3",
    v1="d*h", v2="d*k", v3="d*l", v4="f*h", v5="f*k", v6="f*l", c1="d", c2="f",
)  # fmt: skip
BELOW = {"s1": "(v1*d+v4*f)*(1-h)", "s2": "(v2*d+v5*f)*(1-k)", "s3": "(v3*d+v6*f)*(1-l)"}
FORMULAS: dict[str, dict[str, str]] = {  # what is wrong, in formulas at eleven points
    "formulas, right": {},
    "formulas, one mistake": BELOW,
    "formulas, two mistakes": {**BELOW, "d": "2*(o-r)", "f": "2*(q-u)"},
    "formulas, nothing fits": {"s1": "7*d", "s2": "0.3*f", "s3": "1.7*d"},
}


def times() -> None:
    """Print how long `check` takes on 2-3-2 nets, right and wrong, and on a 64-32-10 net."""
    from tinygrad_fr.nn import MLP
    from tinygrad_fr.nn.losses import squared_error

    rng = random.Random(0)
    print("| net | parameters | answer | s |\n| --- | --: | --- | --: |")
    for sizes in ([2, 3, 2], [64, 32, 10]):
        model = MLP(sizes[0], sizes[1:], activation="sigmoid", output="sigmoid", seed=0)
        X = [[rng.uniform(-1, 1) for _ in range(sizes[0])]]
        y = [[rng.uniform(0, 1) for _ in range(sizes[-1])]]
        for kind, factor in (("right", 1.0), ("wrong", 2.7)):

            def hand(X: Any, y: Any, factor: float = factor, model: MLP = model) -> Any:
                for p in model.parameters():
                    p.grad = 0.0
                squared_error([model(x) for x in X], y).backward()
                return [
                    (
                        [[factor * w.grad for w in n.w] for n in layer.neurons],
                        [factor * n.b.grad for n in layer.neurons],
                    )
                    for layer in model.layers
                ]

            start = time.perf_counter()
            check(model, X, y, loss=squared_error, hand=hand)
            seconds = time.perf_counter() - start
            title = "-".join(map(str, sizes))
            print(f"| {title} | {len(model.parameters())} | {kind} | {seconds:.2f} |", flush=True)
    for kind, steps in FORMULAS.items():
        start = time.perf_counter()
        check_expression(NET, NET_AT, NET_HAND, where={**NET_STEPS, **steps})
        print(f"| 2-3-2 | 17 | {kind} | {time.perf_counter() - start:.2f} |", flush=True)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    reader = argparse.ArgumentParser(description="gradient checkers side by side")
    reader.add_argument("--times", action="store_true", help="how long check takes on networks")
    times() if reader.parse_args().times else table()
