"""Downhill, and again: where a training is, and the moments at which others hear of it.

The loop of `fit` knows the step and nothing else.  Whatever goes on beside it is a `Listener`,
which has a method for each moment it cares about:

    begins      before the first epoch
    opens       an epoch begins
    forward     the cost of a batch is there, nothing has moved yet
    backward    its gradients are there, nothing has moved yet
    stepped     the weights have moved
    leapt       in arrays: so many steps at once, which tell nothing of all that on their way
    passed      every example was seen once; the epoch does not count yet
    counted     the epoch counts
    failed      a number left the domain of a function
    ends        after the last epoch, or at Ctrl-C
    closes      and that was it, however it came: by an error too
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from tinygrad_fr.engine import Value
from tinygrad_fr.nn.history import History
from tinygrad_fr.nn.losses import Loss
from tinygrad_fr.nn.optim import Optimizer


class Batches(NamedTuple):
    """The examples, and how many of them make a step; shuffled anew each epoch unless all do."""

    X: list[Any]
    y: list[Any]
    size: int
    seed: int

    @property
    def full(self) -> bool:
        """Whether all examples go into every step."""
        return self.size == len(self.X)

    def order(self, epoch: int) -> list[int]:
        """The places of all examples, as an epoch learns from them; epochs are counted from 1."""
        places = list(range(len(self.X)))
        if not self.full:
            # a generator per epoch: whoever goes on from a checkpoint needs to know nothing else
            shuffle(places, random.Random(f"{self.seed} {epoch}").getrandbits)
        return places

    def places(self, epoch: int) -> Iterator[list[int]]:
        """Which examples each step of an epoch learns from."""
        places = self.order(epoch)
        for start in range(0, len(places), self.size):
            yield places[start : start + self.size]

    def at(self, places: list[int]) -> tuple[list[Any], list[Any]]:
        """The examples and targets at these places."""
        return [self.X[i] for i in places], [self.y[i] for i in places]


def shuffle(places: list[int], bits: Callable[[int], int]) -> None:
    """Python's own shuffle, twice as fast, for it asks for the bits of a place without a call
    between; one and the same on every version.

    From the last place down, each changes with one that is not behind it (Durstenfeld 1964,
    "Algorithm 235: random permutation"): as many bits as it takes, drawn until they name one.
    """
    n = len(places)
    for size in range(n.bit_length(), 1, -1):  # of the numbers 1 … n that have so many bits
        for last in range(min(n, (1 << size) - 1) - 1, (1 << size - 1) - 2, -1):
            chosen = bits(size)
            while chosen > last:
                chosen = bits(size)
            places[last], places[chosen] = places[chosen], places[last]


class Snapshot(NamedTuple):
    """A cost, after how many epochs the model had it, and with which weights."""

    cost: float
    epoch: int
    weights: Collection[Any]


Step = Callable[["Training", "Listener", list[Any], list[Any]], None]  # on examples and targets


class Elsewhere(Protocol):
    """Where the weights are while array programs move them (`compiled`)."""

    def weights(self) -> Collection[Any]: ...  # their numbers, as they are now
    def take(self) -> None: ...  # the numbers of the model
    def settle(self) -> None: ...  # give the model its numbers, the optimiser its memory
    def epoch(
        self, t: Training, tell: Listener, plain: Step
    ) -> None: ...  # where it must be, plain
    def examine(self, X: list[Any], y: list[Any]) -> tuple[float, int]: ...


@dataclass(slots=True)
class Training:
    """What learns from what, and how far it has come.

    step        the step being made, from 1
    seen        how many examples of this epoch have been learnt from
    cost        of the last step, before it
    judged      the cost that an epoch is judged by: of the examples kept apart, else of the batches
    first       the cost of the first step
    best        the lowest cost so far, its epoch and its weights
    parameters  of the model, always in the same order
    elsewhere   where their numbers are meanwhile, if not in them
    """

    model: Any
    loss: Loss
    optimizer: Optimizer
    batches: Batches
    history: History = field(default_factory=History)
    step: int = 0
    seen: int = 0
    cost: float = 0.0
    judged: float = 0.0
    first: float = 0.0
    best: Snapshot = field(init=False)
    parameters: list[Value] = field(init=False)
    elsewhere: Elsewhere | None = None

    def __post_init__(self) -> None:
        self.parameters = list(self.model.parameters())
        self.best = Snapshot(math.inf, 0, self.weights())

    @property
    def epoch(self) -> int:
        """The epoch that is going on, from 1."""
        return len(self.history.loss) + 1

    def weights(self) -> Collection[Any]:
        """The numbers of all parameters, as they are now."""
        return self.elsewhere.weights() if self.elsewhere else [p.data for p in self.parameters]

    def put(self, weights: Iterable[Any]) -> None:
        """Give all parameters these numbers."""
        for p, x in zip(self.parameters, weights, strict=True):
            p.data = x
        self.take()

    def settle(self) -> None:
        """Let the model have its numbers, for whoever looks at it."""
        if self.elsewhere:
            self.elsewhere.settle()

    def take(self) -> None:
        """Go on from the model's numbers, which somebody else may have changed."""
        if self.elsewhere:
            self.elsewhere.take()


class Listener:
    """What goes on beside a training: it hears of these moments, and minds those it defines."""

    def begins(self, t: Training) -> None: ...

    def opens(self, t: Training) -> None: ...

    def forward(self, t: Training, L: Value) -> None: ...

    def backward(self, t: Training, L: Value) -> None: ...

    def stepped(self, t: Training, predictions: Any, ys: Any) -> None: ...

    def leapt(self, t: Training, costs: Any, counts: Any, right: int) -> None: ...

    def passed(self, t: Training) -> None: ...

    def counted(self, t: Training) -> None: ...

    def failed(self, t: Training, error: Exception) -> None: ...

    def ends(self, t: Training) -> None: ...

    def closes(self, t: Training) -> None: ...


MOMENTS = [name for name in vars(Listener) if not name.startswith("_")]


class Everyone(Listener):
    """All listeners as one: a moment is told to those that mind it, in their order.

    The last moment reaches all of them, whatever one of them raises.
    """

    def __init__(self, listeners: Iterable[Listener]) -> None:
        self.listeners = list(listeners)
        for moment in MOMENTS[:-1]:
            deaf = getattr(Listener, moment)
            minds = [one for one in self.listeners if getattr(type(one), moment) is not deaf]
            ears = [getattr(one, moment) for one in minds]
            if ears:
                setattr(self, moment, ears[0] if len(ears) == 1 else _in_turn(ears))

    def closes(self, t: Training) -> None:
        with ExitStack() as all_of_them:
            for listener in reversed(self.listeners):
                all_of_them.callback(listener.closes, t)


def _in_turn(ears: list[Callable[..., None]]) -> Callable[..., None]:
    def tell(*what: Any) -> None:
        for hear in ears:
            hear(*what)

    return tell
