"""Where a training is, and who hears of it: each moment once, in order, and the last one always."""

from __future__ import annotations

import inspect
import random
import sys
from typing import Any

import pytest

from tests.nn.small import Line, X, Y, a_model, quietly
from tinygrad_fr.nn import fit, losses, optim
from tinygrad_fr.nn.fit import step, through
from tinygrad_fr.nn.training import MOMENTS, Batches, Everyone, Listener, Training, shuffle


class Diary(Listener):
    """Writes down every moment it is told."""

    def __init__(self) -> None:
        self.pages: list[str] = []


def _writes(moment: str) -> Any:
    return lambda self, t, *what: self.pages.append(moment)


for _moment in MOMENTS:
    setattr(Diary, _moment, _writes(_moment))


def a_training(examples: int = 5, size: int = 2) -> Training:
    model = Line()
    batches = Batches([[float(i)] for i in range(examples)], [0.0] * examples, size, 0)
    return Training(model, losses.squared_error, optim.SGD(model.parameters(), 0.01), batches)


def test_the_moments_come_in_their_order() -> None:
    diary = Diary()
    through(a_training(), Everyone([diary]), 2)
    step = ["forward", "backward", "stepped"]
    assert diary.pages == [
        "begins",
        *["opens", *step, *step, *step, "passed", "counted"] * 2,
        "ends",
        "closes",
    ]


def test_a_bare_training_needs_no_listener() -> None:
    t = a_training()
    through(t, Everyone([]), 2)
    assert t.step == 6 and t.model.w.data != 1.0


def test_what_is_stopped_does_not_begin_another_epoch() -> None:
    class Enough(Listener):
        def counted(self, t: Training) -> None:
            t.history.stopped = "callback"

    t = a_training()
    through(t, Everyone([Enough()]), 2)
    assert t.step == 3


def test_whoever_minds_a_moment_hears_it_in_turn() -> None:
    heard: list[str] = []

    class First(Listener):
        def opens(self, t: Training) -> None:
            heard.append("first")

    class Second(First):
        def opens(self, t: Training) -> None:
            heard.append("second")

        def ends(self, t: Training) -> None:
            heard.append("the end")

    everyone = Everyone([Second(), Listener(), First()])
    t = a_training()
    everyone.opens(t)
    everyone.begins(t)
    everyone.ends(t)
    assert heard == ["second", "first", "the end"]


def test_the_last_moment_reaches_all_of_them() -> None:
    closed: list[str] = []

    class Bad(Listener):
        def closes(self, t: Training) -> None:
            closed.append("bad")
            raise OSError("the disk is full")

    class Good(Listener):
        def closes(self, t: Training) -> None:
            closed.append("good")

    with pytest.raises(OSError, match="disk"):
        Everyone([Bad(), Good()]).closes(a_training())
    assert closed == ["bad", "good"]


@pytest.mark.parametrize("error", [KeyError, ValueError, ZeroDivisionError])
def test_an_error_of_one_s_own_passes_through_and_all_is_closed(error: type[Exception]) -> None:
    diary = Diary()

    class Failing(Listener):
        def stepped(self, t: Training, predictions: list[Any], ys: list[Any]) -> None:
            raise error

    with pytest.raises(error):
        through(a_training(), Everyone([diary, Failing()]), 1)
    assert diary.pages[-2:] == ["stepped", "closes"] and "ends" not in diary.pages


def test_what_leaves_the_domain_is_told_and_raised() -> None:
    diary = Diary()

    class Failing(Listener):
        def passed(self, t: Training) -> None:
            raise OverflowError

    with pytest.raises(OverflowError):
        through(a_training(), Everyone([diary, Failing()]), 1)
    assert diary.pages[-3:] == ["passed", "failed", "closes"]


def test_the_batches_of_an_epoch() -> None:
    batches = Batches(list(range(7)), list("abcdefg"), 3, 5)

    def of(batches: Batches, epoch: int) -> list[tuple[list[int], list[str]]]:
        return list(map(batches.at, batches.places(epoch)))

    first = of(batches, 1)
    assert [len(xs) for xs, _ in first] == [3, 3, 1] and not batches.full
    assert sorted(x for xs, _ in first for x in xs) == list(range(7))
    assert all("abcdefg"[x] == y for xs, ys in first for x, y in zip(xs, ys, strict=True))
    assert first == of(batches, 1) != of(batches, 2)
    assert of(batches._replace(size=7), 1) == [(batches.X, batches.y)]


@pytest.mark.parametrize("n", [*range(10), 31, 32, 33, 127, 128, 129, 1000, 1023, 1024, 1025])
def test_the_shuffle_is_python_s(n: int) -> None:
    """A checkpoint goes on in the order in which it was written, by any version."""
    mine, theirs = list(range(n)), list(range(n))
    draws, truth = random.Random("0 3"), random.Random("0 3")
    shuffle(mine, draws.getrandbits)
    truth.shuffle(theirs)
    assert mine == theirs and draws.getstate() == truth.getstate()


def test_the_loop_opens_the_room() -> None:
    """What the docstring of `fit` promises is what its first function does, line by line."""
    room = sys.modules[fit.__module__]
    inside = [f for f in vars(room).values() if getattr(f, "__module__", "") == room.__name__]
    first = min(inside, key=lambda f: f.__code__.co_firstlineno)
    source = inspect.getsource(first)
    assert first is step
    for line in ("loss(predictions, ", "optimizer.zero_grad()", "L.backward()", "optimizer.step()"):
        assert line in (room.__doc__ or "") and line in source


def test_the_weights_are_put_back_in_their_order() -> None:
    model = a_model()
    descent = optim.SGD(model.parameters(), 0.1)
    t = Training(model, losses.binary_cross_entropy, descent, Batches(X, Y, 24, 0))
    before = t.weights()
    quietly(model, epochs=1)
    assert t.weights() != before == t.best.weights
    t.put(before)
    assert [p.data for p in model.parameters()] == before
