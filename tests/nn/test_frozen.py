"""Which models read numbers: an `if` on one would be frozen, so they stay with the scalars."""

from __future__ import annotations

import warnings
from threading import Thread
from typing import Any

import pytest

from tinygrad_fr import Value, relu, use
from tinygrad_fr.nn import MLP, Module, engines, fit, losses
from tinygrad_fr.nn.frozen import Watch, reads_numbers
from tinygrad_fr.ops import sum as total


def kinked(z: Value) -> Value:
    return z if z.data > 0 else z * 0.1


def smooth(z: Value) -> Value:
    return relu(z)


class Own(Module):
    def __init__(self) -> None:
        self.inside = MLP(1, [2, 1], activation="tanh", output="linear", seed=1)

    def parameters(self) -> list[Value]:
        return self.inside.parameters()

    def __call__(self, x: Any) -> Any:
        return self.answer(self.inside(x))

    def answer(self, z: Any) -> Any:
        return smooth(z)

    def told(self) -> list[Any]:
        return [p.data for p in self.parameters()]


class InAFunction(Own):
    def answer(self, z: Any) -> Any:
        return kinked(z)


class Inside(Own):
    def answer(self, z: Any) -> Any:
        return next(u for u in [z] if u.data is not None)


class Part(Own):
    def __init__(self) -> None:
        super().__init__()
        self.parts = [InAFunction()]


@pytest.mark.parametrize(
    ("model", "reads"),
    [(MLP(1, [1]), False), (Own(), False), (InAFunction(), True), (Inside(), True), (Part(), True)],
)
def test_whose_answer_depends_on_a_number(model: Module, reads: bool) -> None:
    assert reads_numbers(model) is reads


def test_arrays_are_not_taken_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "WORTH", 0.0)
    X, y = [[0.1], [0.2]], [0.0, 1.0]
    found = [fit(m, X, y, epochs=1, progress=False).engine for m in (Own(), InAFunction())]
    assert found[0] != "scalar" and found[1] == "scalar"


# ── watched while it answers ──


class Leaky(Own):
    """A leaky relu as one writes it; no `.data` in sight."""

    edge = 0.0

    def answer(self, z: Any) -> Any:
        return z if z > self.edge else 0.1 * z


class Rare(Leaky):
    """The other branch for one example in ten."""

    def __call__(self, x: Any) -> Any:
        z = self.inside(x)
        return 2 * z if x > 0.9 else z


def line_of(answer: Any) -> str:
    return f"test_frozen.py, {answer.__code__.co_firstlineno + 1}"


def test_who_reads_a_number_is_told() -> None:
    z = Own().inside([0.3])
    with Watch() as watch:
        relu(z) * 2 + abs(z)
        losses.hinge([[z]], [[1]])
    assert watch.found == ""
    for reader in (kinked, Leaky().answer):
        with Watch() as watch:
            reader(z)
        assert watch.found == line_of(reader)
    with Watch() as watch:
        z.data = 2.0
        Thread(target=kinked, args=(z,)).start()
        largest = max(z, Value(1.0))
    assert largest is z and "test_frozen.py" in watch.found
    assert z.data == 2.0 and isinstance(Value.__dict__["data"], type(Value.__dict__["grad"]))


def test_a_watch_ends_with_an_error() -> None:
    with pytest.raises(ZeroDivisionError), Watch():
        raise ZeroDivisionError
    assert not isinstance(Value.__dict__["data"], Watch)


DATA = [k / 100 for k in range(100)], [0.5] * 100


@pytest.mark.parametrize("engine", ["numpy", "native"])
def test_arrays_by_name_look_at_more_examples(engine: Any) -> None:
    if engine == "native":
        pytest.importorskip("llvmlite")
    with use("en"), pytest.raises(ValueError, match="do not agree on 100 examples"):
        fit(Rare(), *DATA, epochs=1, engine=engine, progress=False)
    always = Leaky()
    always.edge = -100.0
    with use("en"), pytest.warns(RuntimeWarning, match="reads a number") as told:
        history = fit(always, *DATA, epochs=1, engine=engine, progress=False)
    assert history.engine == engine
    assert line_of(Leaky.answer) in str(told[0].message) and "100 examples" in str(told[0].message)
    assert told[0].filename == __file__


def test_a_comparison_keeps_auto_from_arrays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "WORTH", 0.0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = [fit(m, *DATA, epochs=1, progress=False).engine for m in (Own(), Leaky(), Rare())]
    assert found[0] != "scalar" and found[1:] == ["scalar", "scalar"]


def test_a_cost_of_one_s_own_is_watched_too() -> None:
    model = MLP(1, [2, 1], seed=1)
    edge = model(0.5).data

    def cost(answers: Any, targets: Any) -> Any:
        pairs = zip(answers, targets, strict=True)
        return total([(a - t) ** 2 if a.data > edge else a - t for a, t in pairs])

    with use("fr"), pytest.raises(ValueError, match="ne s’accordent pas sur 100"):
        fit(model, *DATA, loss=cost, epochs=1, engine="numpy", progress=False)
