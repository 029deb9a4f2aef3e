"""Build a graph: whether its answer is right, as the cost and the targets have it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from tinygrad_fr.engine import Value
from tinygrad_fr.nn import losses
from tinygrad_fr.nn.penalised import Penalised

Judge = Callable[[Any, Any], bool]


def judge(loss: losses.Loss, y: list[Any], model: Any) -> Judge | None:
    """How an answer is told right or wrong, from the cost and the targets; None if it cannot be.

    Several outputs: the largest is the class.  A single one is compared with ½ or 0: with ½ where
    it is a probability or the cost is a distance to 0 and 1, with 0 where it is a score.
    """
    if isinstance(loss, Penalised):
        loss = loss.cost
    if all(isinstance(t, (list, tuple)) and len(t) > 1 for t in y):
        if all(sorted(map(_plain, t)) == [0] * (len(t) - 1) + [1] for t in y):
            return same_largest
        return None
    kinds = {_plain(t[0] if isinstance(t, (list, tuple)) else t) for t in y}
    if loss is losses.cross_entropy:
        return largest_is
    if kinds <= {-1, 1} and (-1 in kinds or loss is losses.hinge):
        return same_sign
    if not kinds <= {0, 1}:
        return None
    if loss is losses.bce_with_logits:
        return same_side_of_zero
    layers = getattr(model, "layers", None)
    probable = isinstance(layers, list) and getattr(layers[-1], "activation", "") == "sigmoid"
    return same_side_of_half if probable or loss in losses.LOSSES.values() else None


def right(judge: Judge, predictions: Any, targets: Any) -> int:
    """How many answers are right."""
    return sum(map(judge, predictions, targets))


def largest_is(p: Any, t: Any) -> bool:
    """The largest output is that of the class t."""
    return bool(_place_of_largest(p) == _only(t))


def same_largest(p: Any, t: Any) -> bool:
    """The largest output is where the row t has its 1."""
    return _place_of_largest(p) == _place_of_largest(t)


def same_sign(p: Any, t: Any) -> bool:
    """The score p has the sign of t, −1 or 1."""
    return bool((_only(p) > 0) == (_only(t) > 0))


def same_side_of_half(p: Any, t: Any) -> bool:
    """The probability p is nearer to t, 0 or 1, than to the other."""
    return bool((_only(p) > 0.5) == (_only(t) > 0.5))


def same_side_of_zero(p: Any, t: Any) -> bool:
    """The score p is positive where t is 1."""
    return bool((_only(p) > 0) == (_only(t) > 0.5))


def _plain(t: Any) -> Any:
    return t.data if isinstance(t, Value) else t


def _only(p: Any) -> Any:
    """The number of a single output, or of its target."""
    if isinstance(p, (list, tuple)):
        p = p[0]
    return p.data if isinstance(p, Value) else p


def _place_of_largest(numbers: Sequence[Any]) -> int:
    plain = [_plain(u) for u in numbers]
    return plain.index(max(plain))


# ── the same on arrays, which have a row per output and a column per example ────────────────────

Numbers = Any  # an array


def said(P: Numbers) -> Numbers:
    """What each column says: where its largest number is, the first of several as large; what is
    alone there, says itself."""
    import numpy as np

    if len(P) == 1:
        return P[0]
    largest = P.max(0) == P
    if np.count_nonzero(largest) != P.shape[1]:
        return P.argmax(0)
    return np.arange(len(P), dtype=np.float32).dot(largest.astype(np.float32))  # thrice as fast


class InArrays(NamedTuple):
    """A judge: what should be said, from the targets; where the middle is above which an answer
    says yes, None if it says a place."""

    told: Callable[[Numbers], Numbers]
    middle: float | None = None

    def right(self, answers: Numbers, truth: Numbers) -> int:
        """How many of the answers say what they should."""
        return int(((answers if self.middle is None else answers > self.middle) == truth).sum())


IN_ARRAYS: dict[Judge, InArrays] = {
    largest_is: InArrays(lambda T: T[0]),
    same_largest: InArrays(lambda T: T.argmax(0)),
    same_sign: InArrays(lambda T: T[0] > 0, 0),
    same_side_of_half: InArrays(lambda T: T[0] > 0.5, 0.5),
    same_side_of_zero: InArrays(lambda T: T[0] > 0.5, 0),
}
