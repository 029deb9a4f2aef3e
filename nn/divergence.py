"""Walk it backward, and stop when the numbers leave the finite: at which node, and what to try."""

from __future__ import annotations

import math
from typing import Any, NoReturn

from tinygrad_fr.engine import Value
from tinygrad_fr.nn.given import largest
from tinygrad_fr.nn.history import History
from tinygrad_fr.nn.training import Listener, Training
from tinygrad_fr.ops import Op
from tinygrad_fr.places import name_of, place_words
from tinygrad_fr.refusals import refuse
from tinygrad_fr.walk import order
from tinygrad_fr.words import number, say

EXPLODED = 1e6  # a cost so many times the first (or 1, if that is more) has exploded
LARGE = 10.0  # inputs beyond are better divided first


class Divergence(ValueError):
    """The numbers left the finite: says the step, the first node that did, and what to try.

    step, epoch  when, counted from 1
    node         the first node that went wrong
    history      of the epochs before
    """

    step: int = 0
    epoch: int = 0
    node: Value | None = None
    history: History | None = None


class Watch(Listener):
    """Looks at every cost and every gradient before anything moves; raises Divergence."""

    def __init__(self, clip: float | None) -> None:
        self.clip = clip
        self.limit = math.inf

    def begins(self, t: Training) -> None:
        self.limit = limit(t.first)

    def forward(self, t: Training, L: Any) -> None:
        if not isinstance(L, Value):
            kind = type(L).__name__
            refuse(
                fr=f"loss(predictions, targets) doit renvoyer un Value, reçu {kind} : {L!r}",
                en=f"loss(predictions, targets) must return a Value, got {kind}: {L!r}",
                kind=TypeError,
            )
        t.cost = float(L.data)
        if t.step == 1:
            t.first, self.limit = t.cost, limit(t.cost)
        if not math.isfinite(t.cost) or abs(t.cost) > self.limit:
            self.give_up(t, *_forward_trouble(t, L))

    def leapt(self, t: Training, costs: Any, counts: Any, right: int) -> None:
        t.cost = float(costs[-1])
        if t.step == len(costs):
            t.first, self.limit = float(costs[0]), limit(costs[0])

    def backward(self, t: Training, L: Value) -> None:
        slope = 0.0
        for p in t.optimizer.parameters:
            slope += p.grad
        # the sum of large ones may leave the finite by itself
        if not math.isfinite(slope) and not all(
            math.isfinite(p.grad) for p in t.optimizer.parameters
        ):
            self.give_up(t, *_backward_trouble(L))

    def failed(self, t: Training, error: Exception) -> None:
        if t.step > 1 or t.seen:
            self.give_up(t, str(error).rstrip("."), None)
        # else nothing has moved yet: the model or its data are at fault, as the error says

    def give_up(self, t: Training, seen: str, node: Value | None) -> NoReturn:
        """Put the best weights back, and say when it was, what was seen and what to try."""
        t.put(t.best.weights)
        step, epoch, advice = t.step, t.epoch, self.advice(t)
        error = Divergence(
            say(
                fr=f"l’apprentissage diverge au pas {step} (époque {epoch}) : {seen}. "
                f"Les meilleurs poids sont rétablis. Essayez {', ou '.join(advice)}",
                en=f"the training diverges at step {step} (epoch {epoch}): {seen}. "
                f"The best weights are restored. Try {', or '.join(advice)}",
            )
        )
        error.step, error.epoch, error.node, error.history = step, epoch, node, t.history
        raise error from None

    def advice(self, t: Training) -> list[str]:
        """What to try, the likeliest help first."""
        if t.step == 1:  # nothing has moved yet
            found = [
                say(
                    fr='d’autres poids de départ (init="glorot", ou une autre graine)',
                    en='other weights to start from (init="glorot", or another seed)',
                )
            ]
        else:
            now, less = (number(t.optimizer.learning_rate / by) for by in (1, 10))
            found = [
                say(
                    fr=f"un taux d’apprentissage plus petit (λ = {now} ; essayez {less})",
                    en=f"a smaller learning rate (λ = {now}; try {less})",
                )
            ]
            if self.clip is None:
                found.append(
                    say(
                        fr="un gradient borné (clip=1, --clip 1)",
                        en="a bounded gradient (clip=1, --clip 1)",
                    )
                )
        most = largest(t.batches.X)
        if most > LARGE:
            found.append(
                say(
                    fr=f"des entrées plus petites (elles vont jusqu’à {number(most)} : "
                    "divisez-les)",
                    en=f"smaller inputs (they go up to {number(most)}: divide them)",
                )
            )
        return found


def limit(first: float) -> float:
    """The largest cost that is none of an explosion, where the first was this."""
    return EXPLODED * max(abs(first), 1.0)


def _forward_trouble(t: Training, L: Value) -> tuple[str, Value]:
    """What is wrong with the cost, in words, and the first node that is."""
    if math.isfinite(L.data):
        node = next((v for v in order(L) if abs(v.data) > limit(t.first)), L)
        cost, first = number(L.data), number(t.first)
        return say(
            fr=f"le coût vaut {cost}, {first} au début ; le premier nœud démesuré est "
            + _describe(node),
            en=f"the cost is {cost}, {first} at the start; the first node out of all proportion "
            f"is {_describe(node)}",
        ), node
    node = next((v for v in order(L) if not math.isfinite(v.data)), L)
    return say(
        fr=f"le premier nœud qui n’est plus un nombre fini est {_describe(node)}",
        en=f"the first node that is no longer a finite number is {_describe(node)}",
    ), node


def _backward_trouble(L: Value) -> tuple[str, Value]:
    """Which gradient is not finite, in words: of the first node on the way back."""
    node = next((v for v in reversed(order(L)) if not math.isfinite(v.grad)), L)
    return say(
        fr=f"le gradient de {_describe(node)} vaut {number(node.grad)}",
        en=f"the gradient of {_describe(node)} is {number(node.grad)}",
    ), node


def _describe(v: Value) -> str:
    """A node in words, its name, how it was made, its number and where it is:

    `z_1^[1] = w·x + b = ∞ (layer 1)`
    """
    parts = [v.label] if v.label else []
    if isinstance(v.op, Op):
        made = v.op.spell("text", [name_of(u) for u in v.inputs]).text
        parts.append(made if len(made) <= 60 else f"{made[:57]}…")
    where = ", ".join(place_words(v.scope))
    return " = ".join([*parts, number(v.data)]) + (f" ({where})" if where else "")
