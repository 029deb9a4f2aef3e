"""One step downhill: every update is held to the formula that PyTorch documents, written out."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from typing import Any

import mpmath
import pytest

from tinygrad_fr.engine import Value
from tinygrad_fr.nn import optim
from tinygrad_fr.words import use

STEPS = 50
START = [1.5, -0.75, 0.3]


def gradient_of(x: list[float]) -> list[float]:
    """∇ of a curved valley: x₀²x₁ + 3(x₁ − x₂)² + sin x₂ + x₀²."""
    a, b, c = x
    return [2 * a * b + 2 * a, a * a + 6 * (b - c), -6 * (b - c) + math.cos(c)]


def ours(descent: optim.Optimizer) -> list[list[float]]:
    path = []
    for _ in range(STEPS):
        descent.zero_grad()
        x = descent.parameters
        L = x[0] ** 2 * x[1] + 3 * (x[1] - x[2]) ** 2 + x[2].sin() + x[0] ** 2
        L.backward()
        descent.step()
        path.append([p.data for p in x])
    return path


# ── the documented formulas, one parameter at a time: γ the rate, w the weight decay ──


def written_out(name: str, options: dict[str, Any]) -> list[list[float]]:
    """θ_t for t = 1 … 50, in plain Python."""
    x, path = list(START), []
    n = range(len(x))
    lr, w = options.get("learning_rate", 0.01), options.get("weight_decay", 0.0)
    mu, tau = options.get("momentum", 0.9), 0.0
    alpha, (b1, b2) = options.get("alpha", 0.99), options.get("betas", (0.9, 0.999))
    buffer: list[float | None] = [None] * len(x)
    m, v, total = [0.0] * len(x), [0.0] * len(x), [0.0] * len(x)
    for t in range(1, STEPS + 1):
        grads = gradient_of(x)
        for i in n:
            g = grads[i]
            if name == "adamw":
                x[i] = x[i] - lr * w * x[i]
            elif w != 0:
                g = g + w * x[i]
            if name == "sgd":
                x[i] = x[i] - lr * g
            elif name in ("momentum", "nesterov"):
                old = buffer[i]
                b = g if old is None else mu * old + (1 - tau) * g
                buffer[i] = b
                x[i] = x[i] - lr * (g + mu * b if name == "nesterov" else b)
            elif name == "adagrad":
                total[i] = total[i] + g**2
                x[i] = x[i] - lr * g / (math.sqrt(total[i]) + options.get("eps", 1e-10))
            elif name == "rmsprop":
                v[i] = alpha * v[i] + (1 - alpha) * g**2
                x[i] = x[i] - lr * g / (math.sqrt(v[i]) + options.get("eps", 1e-8))
            else:
                assert name in ("adam", "adamw"), f"write the formula of {name} here"
                m[i] = b1 * m[i] + (1 - b1) * g
                v[i] = b2 * v[i] + (1 - b2) * g**2
                m_hat, v_hat = m[i] / (1 - b1**t), v[i] / (1 - b2**t)
                x[i] = x[i] - lr * m_hat / (math.sqrt(v_hat) + options.get("eps", 1e-8))
        path.append(list(x))
    return path


CASES: list[tuple[str, dict[str, Any]]] = [
    ("sgd", {"learning_rate": 0.03}),
    ("sgd", {"learning_rate": 0.03, "weight_decay": 0.1}),
    ("momentum", {"learning_rate": 0.01}),
    ("momentum", {"learning_rate": 0.01, "momentum": 0.5, "weight_decay": 0.1}),
    ("nesterov", {"learning_rate": 0.01}),
    ("nesterov", {"learning_rate": 0.01, "momentum": 0.7, "weight_decay": 0.05}),
    ("adagrad", {"learning_rate": 0.1}),
    ("adagrad", {"learning_rate": 0.1, "eps": 1e-6, "weight_decay": 0.1}),
    ("rmsprop", {"learning_rate": 0.02}),
    ("rmsprop", {"learning_rate": 0.02, "alpha": 0.9, "eps": 1e-6, "weight_decay": 0.1}),
    ("adam", {"learning_rate": 0.05}),
    ("adam", {"learning_rate": 0.05, "betas": (0.8, 0.95), "eps": 1e-6, "weight_decay": 0.1}),
    ("adamw", {"learning_rate": 0.05, "weight_decay": 0.01}),
    ("adamw", {"learning_rate": 0.05, "betas": (0.8, 0.95), "weight_decay": 0.3}),
]


def test_every_optimizer_has_its_formula_and_its_place_in_the_contents() -> None:
    assert {name for name, _ in CASES} == set(optim.OPTIMIZERS)
    for name, kind in optim.OPTIMIZERS.items():
        assert name == kind.__name__.lower() and kind.__name__ in optim.__all__
        assert getattr(optim, kind.__name__) is kind


@pytest.mark.parametrize(("name", "options"), CASES)
def test_fifty_steps_of_the_documented_formula(name: str, options: dict[str, Any]) -> None:
    path = ours(optim.optimizer(name, [Value(x) for x in START], **options))
    for t, (mine, theirs) in enumerate(zip(path, written_out(name, options), strict=True)):
        assert mine == pytest.approx(theirs, rel=1e-12, abs=1e-12), t
    assert math.dist(path[-1], START) > 0.1


def test_the_defaults_are_pytorch_s() -> None:
    defaults = {"sgd": 0.01, "momentum": 0.01, "nesterov": 0.01, "adagrad": 0.01, "rmsprop": 0.01}
    for name in optim.OPTIMIZERS:
        descent = optim.optimizer(name, [Value(1.0)])
        assert descent.learning_rate == defaults.get(name, 0.001)
    assert optim.AdamW([Value(1.0)]).decoupled == 0.01


def test_with_torch_itself() -> None:
    torch: Any = pytest.importorskip("torch")
    makers = {
        "sgd": torch.optim.SGD,
        "momentum": torch.optim.SGD,
        "nesterov": torch.optim.SGD,
        "adagrad": torch.optim.Adagrad,
        "rmsprop": torch.optim.RMSprop,
        "adam": torch.optim.Adam,
        "adamw": torch.optim.AdamW,
    }
    for name, options in CASES:
        keywords = {("lr" if k == "learning_rate" else k): v for k, v in options.items()}
        if name in ("momentum", "nesterov"):
            keywords.setdefault("momentum", 0.9)
            keywords["nesterov"] = name == "nesterov"
        x = torch.tensor(START, dtype=torch.float64, requires_grad=True)
        descent = makers[name]([x], **keywords)
        path = ours(optim.optimizer(name, [Value(v) for v in START], **options))
        for mine in path:
            descent.zero_grad()
            (x[0] ** 2 * x[1] + 3 * (x[1] - x[2]) ** 2 + x[2].sin() + x[0] ** 2).backward()
            descent.step()
            assert mine == pytest.approx(x.tolist(), rel=1e-12, abs=1e-12), name


# ── the rate ──


def test_the_rate_follows_the_steps() -> None:
    p = Value(0.0)
    descent = optim.SGD([p], optim.inverse_time(1.0, 1.0))
    for _ in range(4):
        p.grad = 1.0
        descent.step()
    assert p.data == pytest.approx(-(1 + 1 / 2 + 1 / 3 + 1 / 4), rel=1e-15)
    descent = optim.SGD([p], lambda t: 10.0 if t == 0 else 0.0)
    descent.step()
    assert descent.learning_rate == 0.0
    descent.observe(1.0)  # a plain function has nothing to hear


# ── clipping ──


def test_a_long_gradient_is_shortened() -> None:
    ps = [Value(0.0), Value(0.0)]
    ps[0].grad, ps[1].grad = 3.0, -4.0
    assert optim.clip_gradients(ps, 10.0) == 5.0
    assert [p.grad for p in ps] == [3.0, -4.0]
    assert optim.clip_gradients([*ps, ps[0]], 1.0) == 5.0  # a shared parameter counts once
    assert [p.grad for p in ps] == pytest.approx([0.6, -0.8], rel=1e-15)
    assert optim.clip_gradients(ps, 0.9) == pytest.approx(1.0, rel=1e-15)  # a little too long
    assert [p.grad for p in ps] == pytest.approx([0.54, -0.72], rel=1e-15)
    ps[0].grad, ps[1].grad = 3e200, 4e200
    assert optim.clip_gradients(ps, 5.0) == pytest.approx(5e200, rel=1e-15)
    assert [p.grad for p in ps] == pytest.approx([3.0, 4.0], rel=1e-15)
    ps[1].label = "b_1^[2]"
    for bad in (math.nan, math.inf):
        ps[1].grad = bad
        with use("en"), pytest.raises(ValueError, match=r"gradient of b_1\^\[2\] is"):
            optim.clip_gradients(ps, 1.0)
    with pytest.raises(ValueError, match="max_norm"):
        optim.clip_gradients(ps, 0.0)


# ── state ──


@pytest.mark.parametrize("name", optim.OPTIMIZERS)
def test_a_break_changes_nothing(name: str) -> None:
    """25 steps, a trip through JSON, 25 more: the same numbers, bit for bit."""
    straight = ours(optim.optimizer(name, [Value(x) for x in START], optim.exponential(0.01, 0.9)))
    xs = [Value(x) for x in START]
    before, after = (optim.optimizer(name, xs, optim.exponential(0.01, 0.9)) for _ in range(2))
    path = []
    descent = before
    for t in range(STEPS):
        if t == 25:
            after.load_state(json.loads(json.dumps(before.state())))
            descent = after
        for p, g in zip(xs, gradient_of([p.data for p in xs]), strict=True):
            p.grad = g
        descent.step()
        path.append([p.data for p in xs])
    assert path[-1] == pytest.approx(straight[-1], rel=1e-12)
    xs2 = [Value(x) for x in START]
    whole = optim.optimizer(name, xs2, optim.exponential(0.01, 0.9))
    for _ in range(STEPS):
        for p, g in zip(xs2, gradient_of([p.data for p in xs2]), strict=True):
            p.grad = g
        whole.step()
    assert [p.data for p in xs2] == path[-1]


def test_another_s_state_is_refused() -> None:
    adam = optim.Adam([Value(1.0), Value(2.0)])
    adam.step()
    good = adam.state()
    bad: list[Any] = [
        optim.SGD([Value(1.0), Value(2.0)]).state(),
        optim.Adam([Value(1.0)]).state(),
        {},
        [],
        None,
        {**good, "steps": "3"},
        {**good, "steps": 1.5},
        {**good, "memory": {"m": [0.0, 0.0]}},
        {**good, "memory": {"m": [0.0, 0.0], "v": [0.0, "x"]}},
        {**good, "memory": 3},
        {**good, "schedule": {"now": 1.0}},
        {k: v for k, v in good.items() if k != "schedule"},
    ]
    for state in bad:
        with pytest.raises(ValueError, match="Adam"):
            adam.load_state(state)
        assert adam.state() == good
    good["memory"]["m"][0] = 99.0
    assert adam.memory["m"][0] != 99.0  # a copy, both ways


# ── what is refused, and what is taken ──


def test_options_of_an_optimiser_are_checked() -> None:
    p = [Value(1.0)]
    for make in (
        lambda: optim.SGD(p, 0),
        lambda: optim.SGD(p, -1),
        lambda: optim.SGD(p, math.nan),
        lambda: optim.SGD(p, math.inf),
        lambda: optim.SGD(p, weight_decay=-1),
        lambda: optim.SGD([]),
        lambda: optim.Momentum(p, momentum=1),
        lambda: optim.Adam(p, betas=(0.9, 1.0)),
        lambda: optim.Adam(p, eps=0),
        lambda: optim.RMSProp(p, alpha=-0.1),
        lambda: optim.optimizer("adamx", p),
    ):
        with pytest.raises(ValueError):
            make()  # type: ignore[no-untyped-call]
    with use("fr"), pytest.raises(ValueError, match="Vouliez-vous dire 'adam'"):
        optim.optimizer("adamm", p)


def test_a_shared_parameter_moves_once() -> None:
    p = Value(1.0)
    p.grad = 1.0
    optim.SGD([p, p], 0.25).step()
    assert p.data == 0.75


def test_exact_and_long_numbers() -> None:
    p = Value(Fraction(1, 3))
    p.grad = Fraction(1, 7)
    optim.SGD([p], Fraction(1, 2)).step()  # type: ignore[arg-type]
    assert p.data == Fraction(1, 3) - Fraction(1, 14)
    with mpmath.workdps(40):
        p = Value(mpmath.mpf(1))
        p.grad = mpmath.mpf(2) / 3
        optim.AdaGrad([p], mpmath.mpf("0.5"), eps=mpmath.mpf("1e-30")).step()
        assert abs(p.data - mpmath.mpf("0.5")) < mpmath.mpf("1e-29")
