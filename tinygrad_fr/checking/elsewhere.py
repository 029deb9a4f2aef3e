"""Check it: a function in matrices at other numbers than those it was given for.

A bias that was left out is not seen where it is 0, nor f′ of a ReLU where no neuron is off: so what
is right is tried beside.  And a right formula loses its digits in floats where 1 − σ(z) is 0, or
where eᶻ is ∞: so what is wrong, and no mistake explains, is tried where numbers are ordinary.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tinygrad_fr.checking.handed import arrays_of
from tinygrad_fr.checking.held import Held
from tinygrad_fr.checking.nonfinite import finite
from tinygrad_fr.checking.other_lines import slopes

Hand = Callable[..., Any]
Space = dict[str, Any]
COUNT = 3  # places that are tried
BESIDE = 0.3  # how far parameters are moved, relative to the size of those in their array
LEAST = 0.1  # and what counts as their size at least: biases may all be 0
GROSS = 1e-3  # beside the largest of an array: no rounding is as large
ORDINARY = 3.0  # the largest number in the data, where it was above 10
TAME = 1.0  # the spread of Σ w·x, where the inputs are of size 1


def wrong_beside(held: Held, hand: Hand) -> list[Space]:
    """Where a right answer is wrong: parameters moved a little, the data as they are.

    Every place that could be tried must be such a one, two at least; [] also where the function
    gives the same at every place: it was worked out beforehand.
    """
    found, tried = [], 0
    for place in _places(held, _moved):
        given = _given(held, hand, place)
        truth = slopes(held.program, place, {})
        if given is None or truth is None or not finite(*given.values(), *truth.values()):
            continue
        if all(_same(given[a.name], a.given) for a in held.arrays):
            return []
        tried += 1
        if any(_far(held.fitted(n, x), truth[n]) for n, x in given.items()):
            found.append(place)
    return found if len(found) == tried > 1 else []


def right_where_tame(held: Held, hand: Hand) -> int:
    """At how many places a wrong answer is right, ordinary numbers; 0 where it is not at all."""
    right = 0
    for place in _places(held, _tame):
        try:
            there = Held.of(held.program, place, hand)
        except (ValueError, TypeError):
            return 0
        if not there.right:
            return 0
        right += 1
    return right


def _places(held: Held, move: Callable[[Held, Any], Space]) -> Iterator[Space]:
    import numpy as np

    rng = np.random.default_rng(0)
    for _ in range(COUNT):
        yield {**held.space, **move(held, rng)}


def _moved(held: Held, rng: Any) -> Space:
    """Every parameter a little beside."""
    found = {}
    for f in held.program.parameters:
        W = held.space[f.name]
        size = max(LEAST, float((W**2).mean()) ** 0.5)
        found[f.name] = W + BESIDE * size * rng.normal(size=W.shape)
    return found


def _tame(held: Held, rng: Any) -> Space:
    """Parameters of ordinary size, and data that are no larger than ORDINARY."""
    found = {}
    for f in held.program.parameters:
        W = held.space[f.name]
        inputs = W.shape[-1] if W.ndim > 1 else 4
        found[f.name] = TAME * rng.normal(size=W.shape) / inputs**0.5
    for f in held.program.given:
        X = held.space[f.name]
        size = float(abs(X).max())
        found[f.name] = X * (ORDINARY / size) if size > 10 else X
    return found


def _given(held: Held, hand: Hand, place: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the function gives there; None where it stops."""
    try:
        return arrays_of(held.program, place, hand)[0]
    except (ValueError, TypeError):
        return None


def _same(a: Any, b: Any) -> bool:
    return a.shape == b.shape and bool((a == b).all())


def _far(a: Any, truth: Any) -> bool:
    return bool(abs(a - truth).max(initial=0) > GROSS * abs(truth).max(initial=0))
