"""Steps in arrays are the steps of scalars: one history, whatever the cost and the optimiser."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from tinygrad_fr import ops, use
from tinygrad_fr.engine import Value
from tinygrad_fr.nn import MLP, Divergence, Interrupted, compiled, data, engines, fit, losses, optim
from tinygrad_fr.nn.fit import through
from tinygrad_fr.nn.history import History
from tinygrad_fr.nn.module import Module
from tinygrad_fr.nn.penalised import Penalised
from tinygrad_fr.nn.training import Batches, Everyone, Listener, Training
from tinygrad_fr.program.native.machine import why_not
from tinygrad_fr.program.native.words import Words

X, Y = data.moons(40, seed=1)
ROWS = [[1 - t, t] for t in Y]
MIDDLE = sorted(x[0] for x in X[:8])[4]
SIGNS = [2 * t - 1 for t in Y]
EXAMPLES = Batches(X, Y, 12, 0)


def net(last: int = 1, output: str = "sigmoid", **options: Any) -> MLP:
    return MLP(2, [5, last], activation="tanh", output=output, seed=2, **options)


@pytest.fixture(params=["numpy", "native"])
def arrays(request: pytest.FixtureRequest) -> str:
    """An engine that is not the scalar one."""
    if request.param == "native":
        pytest.importorskip("llvmlite")
    return str(request.param)


def both(arrays: str, model: Any, y: list[Any], **options: Any) -> tuple[History, History, float]:
    """The two histories from the same start, and how far the weights end apart."""
    start = [p.data for p in model.parameters()]
    found, ends = [], []
    options = {"epochs": 6, "batch_size": 12, "progress": False, **options}
    for engine in ("scalar", arrays):
        for p, x in zip(model.parameters(), start, strict=True):
            p.data = x
        found.append(fit(model, X, y, engine=engine, **options))
        ends.append([p.data for p in model.parameters()])
    assert [h.engine for h in found] == ["scalar", arrays]
    far = max(abs(a - b) for a, b in zip(*ends, strict=True))
    return found[0], found[1], far


def assert_same(one: History, other: History, far: float, close: float = 1e-9) -> None:
    assert far < close and one.steps == other.steps and one.stopped == other.stopped
    for name, values in one.curves().items():
        assert other.curves()[name] == pytest.approx(values, abs=close), name


@pytest.mark.parametrize("name", optim.OPTIMIZERS)
def test_every_optimiser_moves_the_same_way(name: str, arrays: str) -> None:
    assert_same(*both(arrays, net(), Y, loss="bce", optimizer=name, learning_rate=0.05))


@pytest.mark.parametrize(
    ("loss", "y", "last", "output"),
    [
        ("mse", Y, 1, "sigmoid"),
        ("mae", Y, 1, "linear"),
        ("huber", Y, 1, "linear"),
        ("bce", Y, 1, "sigmoid"),
        ("bce_with_logits", Y, 1, "linear"),
        ("hinge", SIGNS, 1, "linear"),
        ("cross_entropy", Y, 2, "linear"),
        ("cross_entropy", Y, 2, "softmax"),
        ("cross_entropy", ROWS, 2, "softmax"),
        ("mse", ROWS, 2, "sigmoid"),
    ],
)
def test_every_cost_is_the_same(
    loss: str, y: list[Any], last: int, output: str, arrays: str
) -> None:
    one, other, far = both(
        arrays, net(last, output), y, loss=loss, optimizer="sgd", learning_rate=0.1
    )
    assert_same(one, other, far)
    assert one.accuracy and one.accuracy == other.accuracy


def test_twenty_steps_and_two_hundred(arrays: str) -> None:
    assert_same(*both(arrays, net(), Y, loss="mse", epochs=5, batch_size=10), close=1e-9)
    assert_same(*both(arrays, net(), Y, loss="mse", epochs=50, batch_size=10), close=1e-6)


def test_all_examples_at_once(arrays: str) -> None:
    """They stay where they are, whatever happens between the epochs."""
    one, other, far = both(
        arrays, net(), Y, loss="bce", batch_size=None, callbacks=lambda model, _: None
    )
    assert_same(one, other, far)
    assert one.accuracy == other.accuracy and len({*one.loss}) == 6


def test_an_epoch_in_several_leaps_is_the_same(
    arrays: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiled, "STEP", compiled.AT_ONCE // 3)  # two batches at once, of four
    one, other, far = both(arrays, net(), Y, loss="bce", learning_rate=0.05)
    assert_same(one, other, far)
    assert one.accuracy == other.accuracy


class Heard(Listener):
    """What arrays tell of their steps."""

    def __init__(self) -> None:
        self.leaps: list[tuple[int, list[float], list[int], int]] = []

    def leapt(self, t: Training, costs: Any, counts: Any, right: int) -> None:
        self.leaps.append((t.step, costs.tolist(), counts.tolist(), right))


def test_a_leap_is_told_once(arrays: str) -> None:
    """Four steps on 12, 12, 12 and 4 examples, each with the cost before it."""
    model, bare = net(), net()
    t = Training(model, losses.squared_error, optim.SGD(model.parameters(), 0.1), EXAMPLES)
    engines.chosen(arrays, t, None, 2)
    heard = Heard()
    through(t, Everyone([heard]), 2)
    descent, costs, right = optim.SGD(bare.parameters(), 0.1), [], 0
    for xs, ys in (EXAMPLES.at(places) for places in EXAMPLES.places(1)):
        answers = [bare(x) for x in xs]
        right += sum((a.data > 0.5) == y for a, y in zip(answers, ys, strict=True))
        L = losses.squared_error(answers, ys)
        descent.zero_grad()
        L.backward()
        descent.step()
        costs.append(L.data)
    step, told, counts, count = heard.leaps[0]
    assert told == pytest.approx(costs, abs=1e-12)
    assert (step, counts, count, heard.leaps[1][0]) == (4, [12, 12, 12, 4], right, 8)


def test_penalty_clip_validation_patience_and_callbacks(arrays: str) -> None:
    model = net()
    seen: dict[str, list[float]] = {}

    def look(model: Any, history: History) -> None:
        seen.setdefault(history.engine, []).append(model.parameters()[0].data)

    cost = Penalised("bce", model.parameters(), l2=0.01, l1=0.001)
    options: dict[str, Any] = {"validation": 0.2, "patience": 2, "callbacks": look}
    assert_same(*both(arrays, model, Y, loss=cost, clip=0.1, **options))
    assert seen[arrays] == pytest.approx(seen["scalar"], abs=1e-9)
    assert len(set(seen[arrays])) == len(seen[arrays]) > 1


@pytest.mark.parametrize("descent", sorted(optim.OPTIMIZERS))
def test_what_a_callback_changes_counts(arrays: str, descent: str) -> None:
    def prune(model: Any, _: Any) -> None:
        model.parameters()[0].data = 0.0
        model.parameters()[3].data *= 1.5

    options: dict[str, Any] = {"optimizer": descent, "batch_size": 8, "epochs": 3}
    scalar, compiled = net(), net()
    one = fit(scalar, X, Y, callbacks=prune, progress=False, engine="scalar", **options)
    other = fit(compiled, X, Y, callbacks=prune, progress=False, engine=arrays, **options)
    assert other.loss == pytest.approx(one.loss, rel=1e-9)
    told = [[p.data for p in model.parameters()] for model in (scalar, compiled)]
    assert told[1] == pytest.approx(told[0], abs=1e-9)


def test_the_optimiser_of_the_caller_remembers(arrays: str) -> None:
    states = []
    for engine in ("scalar", arrays):
        model = net()
        descent = optim.Adam(list(reversed(model.parameters())), 0.01)
        fit(model, X, Y, optimizer=descent, epochs=3, progress=False, engine=engine)
        states.append(descent.state())
    assert states[0]["steps"] == states[1]["steps"] == 3
    for name, values in states[0]["memory"].items():
        assert states[1]["memory"][name] == pytest.approx(values, abs=1e-12)


def test_ctrl_c_in_the_midst_of_an_epoch(arrays: str) -> None:
    """At the sixth step, the second of an epoch of four: what is left is the first epoch."""

    class Stopping(optim.Schedule):
        def __call__(self, t: int) -> float:
            if t == 5:
                raise KeyboardInterrupt
            return 0.1

    found, ends = [], []
    for engine in ("scalar", arrays):
        model = net()
        with pytest.raises(Interrupted) as caught:
            fit(
                model, X, Y, optimizer="sgd", learning_rate=Stopping(), epochs=3, batch_size=12,
                progress=False, engine=engine,
            )  # fmt: skip
        found.append(caught.value.history)
        ends.append([p.data for p in model.parameters()])
    assert_same(found[0], found[1], 0.0)
    assert found[1].steps == 4 and found[1].best_epoch == len(found[1].loss) == 1
    assert ends[1] == pytest.approx(ends[0], abs=1e-12)


def test_a_checkpoint_goes_on_with_the_engine_that_it_had(tmp_path: Path, arrays: str) -> None:
    whole, path = net(), tmp_path / "t.json"
    fit(whole, X, Y, epochs=8, batch_size=12, progress=False, engine=arrays)
    half = net()
    options: dict[str, Any] = {"batch_size": 12, "progress": False, "checkpoint": path}
    fit(half, X, Y, epochs=4, engine=arrays, **options)
    rest = fit(net(), X, Y, epochs=8, resume=True, **options)
    assert rest.engine == arrays and len(rest.loss) == 8
    again = net()
    fit(again, X, Y, epochs=8, resume=True, **options)
    assert [p.data for p in again.parameters()] == [p.data for p in whole.parameters()]


def test_what_diverges_is_told_by_the_scalar_engine(arrays: str) -> None:
    told = []
    for engine in ("scalar", arrays):
        model = MLP(2, [3, 1], activation="relu", output="linear", seed=1)
        with use("en"), pytest.raises(Divergence, match="the training diverges at step") as found:
            fit(
                model, X, Y, optimizer="sgd", learning_rate=1e4, epochs=30, progress=False,
                engine=engine,
            )  # fmt: skip
        told.append((str(found.value), found.value.step, [p.data for p in model.parameters()]))
    assert told[0][:2] == told[1][:2] and told[0][2] == pytest.approx(told[1][2], abs=1e-9)


class Kinked(Module):
    """A model whose Python `if` looks at a number."""

    def __init__(self) -> None:
        self.w = Value(1.0, label="w")

    def __call__(self, x: Any) -> Any:
        a = self.w * x[0]
        return a * (1.0 if getattr(x[0], "data", x[0]) > MIDDLE else 3.0) + x[1]

    def parameters(self) -> list[Value]:
        return [self.w]


class Drawn(Kinked):
    """A model without parameters in its cost."""

    def __call__(self, x: Any) -> Any:
        return ops.tanh(x[0] * 1.0) if isinstance(x[0], Value) else ops.tanh(Value(x[0]))


def test_an_if_that_looks_at_numbers_is_found_out(arrays: str) -> None:
    with use("en"), pytest.raises(ValueError, match="do not agree on 40 examples: cost"):
        fit(Kinked(), X, Y, epochs=1, progress=False, engine=arrays)


@pytest.mark.parametrize(
    ("model", "options", "why"),
    [
        (net(dropout=0.5), {}, "dropout draws at random for each example"),
        (
            net(),
            {"optimizer": type("Own", (optim.SGD,), {})},
            "the optimiser is not one of tinygrad_fr's",
        ),
        (Drawn(), {}, "the cost depends on none of the parameters"),
        (net(1, "linear"), {"loss": lambda p, t: Value(1.0, (p[0],), "own")}, "no rule for the"),
    ],
)
def test_what_cannot_be_compiled_says_so(
    model: Any, options: dict[str, Any], why: str, arrays: str
) -> None:
    if isinstance(options.get("optimizer"), type):
        options = {"optimizer": options["optimizer"](model.parameters())}
    with use("en"), pytest.raises(ValueError, match=why):
        fit(model, X, Y, epochs=1, progress=False, engine=arrays, **options)
    if "loss" not in options:
        assert fit(model, X, Y, epochs=1, progress=False, **options).engine == "scalar"


def test_auto_counts_and_never_measures(monkeypatch: pytest.MonkeyPatch) -> None:
    model = net()
    work = len(model.parameters()) * len(X)
    epochs = math.ceil(engines.WORTH / engines.SCALAR / work)
    assert fit(model, X, Y, epochs=2, progress=False).engine == "scalar"
    monkeypatch.setattr(engines, "WORTH", engines.SCALAR * work * 2)
    fastest = "native" if not why_not() else "numpy"
    assert fit(model, X, Y, epochs=2, progress=False).engine == fastest
    assert fit(model, X, Y, epochs=2, progress=False, clip=1.0).engine == fastest
    assert fit(model, X, Y, epochs=1, progress=False).engine == "scalar"
    assert epochs > 1000
    with use("en"), pytest.raises(ValueError, match="engine='fast' is unknown"):
        fit(model, X, Y, engine="fast")  # type: ignore[arg-type]


def test_the_compiled_code_is_held_against_the_arrays(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("llvmlite")
    monkeypatch.setattr(Words, "square_of", lambda p, a: p.product(a, 1.5))
    monkeypatch.setattr(Words, "power", lambda p, a, b: p.product(a, 1.5))
    with use("en"), pytest.raises(ValueError, match="compiled code and the arrays do not agree"):
        fit(net(1, "linear"), X, Y, epochs=1, progress=False, engine="native")


@pytest.mark.parametrize("clip", [0.02, 0.3])
@pytest.mark.parametrize("name", ["sgd", "momentum", "adam"])
def test_twenty_steps_along_a_shorter_gradient(name: str, clip: float, arrays: str) -> None:
    """Some gradients are longer than 0.3, all are longer than 0.02."""
    options: dict[str, Any] = {"optimizer": name, "learning_rate": 0.5, "epochs": 5}
    assert_same(*both(arrays, net(), Y, batch_size=10, clip=clip, **options))
    assert both(arrays, net(), Y, batch_size=10, **options)[2] < 1e-9


class Tied(Module):
    """tanh of W·x, and back by the same W: the gradient of W is a sum of two."""

    def __init__(self) -> None:
        self.W = [
            [Value(0.3 * (2 * i - j) + 0.2, label=f"w{i}{j}") for j in (0, 1)] for i in (0, 1)
        ]

    def __call__(self, x: Any) -> Any:
        h = [ops.tanh(sum(w * u for w, u in zip(row, x, strict=True))) for row in self.W]
        return [sum(self.W[i][j] * h[i] for i in (0, 1)) for j in (0, 1)]

    def parameters(self) -> list[Value]:
        return [w for row in self.W for w in row]


@pytest.mark.parametrize("clip", [None, 0.05])
def test_tied_weights(clip: float | None, arrays: str) -> None:
    model = Tied()
    assert_same(*both(arrays, model, [list(x) for x in X], loss="mse", clip=clip))


def test_a_gradient_whose_length_overflows_is_left_to_the_scalar_engine(arrays: str) -> None:
    """Σg² is infinite, no g is: the step is as long as the clip all the same."""
    ends = []
    for engine in ("scalar", arrays):
        model = MLP(1, [1], activation="linear", output="linear", seed=1)
        fit(
            model, [[1e155]], [0.0], loss="mae", optimizer="sgd", learning_rate=1.0, epochs=1,
            progress=False, clip=0.5, engine=engine,
        )  # fmt: skip
        ends.append([p.data for p in model.parameters()])
    assert ends[1] == pytest.approx(ends[0], abs=1e-12)


def test_a_step_undone_begins_where_it_was(arrays: str) -> None:
    """The step that fails is in the midst of an epoch: those before it are made again."""
    steps = []
    for engine in ("scalar", arrays):
        model = MLP(1, [1], activation="linear", output="linear", seed=1)
        with use("en"), pytest.raises(Divergence) as found:
            fit(
                model, [[1.0]] * 5 + [[1e9]] + [[1.0]] * 6, [0.0] * 12, batch_size=1, seed=4,
                optimizer="momentum", learning_rate=0.1, epochs=2, progress=False, engine=engine,
            )  # fmt: skip
        steps.append((found.value.step, str(found.value)))
    assert steps[0] == steps[1] and steps[0][0] > 2
