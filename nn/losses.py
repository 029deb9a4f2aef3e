"""Build a graph: what an error costs, as one more node at its end.

Every cost is called the same way, so that `fit` can be given any:

    L = squared_error(predictions, targets)      # one entry per example: a Value, or a list of them

Courses differ in what they sum and what they average, so it is said, and can be changed:

    examples="mean" or "sum"    over the examples: the mean, L = (1/N) Σᵢ Lᵢ, unless told otherwise
    outputs="sum" or "mean"     over the outputs of one example: the sum for distances, the mean for
                                binary_cross_entropy and bce_with_logits
    half=True                   squared_error only: ½(ŷ − y)², so that the gradient is ŷ − y

Gradients in the docstrings are for one example and one output; the mean over N examples divides
them by N.  Targets do not depend on the parameters: they are plain numbers.  (A Value is accepted,
so that a picture can name it.)  The cost of example i is labelled `L_i`, the whole `L`.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn

from tinygrad_fr import ops
from tinygrad_fr.engine import Value
from tinygrad_fr.nn.reduction import (
    Reduction,
    as_value,
    entries,
    number_in,
    over,
    over_examples,
    paired,
    reduced,
)
from tinygrad_fr.ops import absolute, add, clip, dot, exp, log, log1p, mul, relu, square, sub
from tinygrad_fr.refusals import known, refuse
from tinygrad_fr.words import number, say

Loss = Callable[..., Value]


# ── distances ────────────────────────────────────────────────────────────────────────────────────


def squared_error(
    predictions: Iterable[Any],
    targets: Iterable[Any],
    *,
    examples: Reduction = "mean",
    outputs: Reduction = "sum",
    half: bool = False,
) -> Value:
    """The squared distance (ŷ − y)², summed over outputs and averaged over examples.

    By hand: ∂L/∂ŷ = 2(ŷ − y); with half=True, ŷ − y.

    >>> squared_error([3.0, 5.0], [1.0, 5.0]).data
    2.0
    """

    def cost(p: Any, t: Any) -> Any:
        return square(sub(p, t))

    return reduced(cost, "squared_error", predictions, targets, examples, outputs, 2 if half else 1)


def l1(
    predictions: Iterable[Any],
    targets: Iterable[Any],
    *,
    examples: Reduction = "mean",
    outputs: Reduction = "sum",
) -> Value:
    """The distance |ŷ − y|, summed over outputs and averaged over examples.

    By hand: ∂L/∂ŷ = sign(ŷ − y), and 0 at the kink ŷ = y.
    """

    def cost(p: Any, t: Any) -> Any:
        return absolute(sub(p, t))

    return reduced(cost, "l1", predictions, targets, examples, outputs)


def huber(
    predictions: Iterable[Any],
    targets: Iterable[Any],
    *,
    delta: float = 1.0,
    examples: Reduction = "mean",
    outputs: Reduction = "sum",
) -> Value:
    """With e = ŷ − y: ½e² where |e| ≤ δ, δ(|e| − ½δ) beyond: outliers pull with a bounded force.

    Huber 1964, "Robust estimation of a location parameter".  Written as c·(e − c/2) with
    c = clip(e, −δ, δ), which is both cases in one.  By hand: ∂L/∂ŷ = c.
    """
    if not delta > 0:
        refuse(
            fr=f"huber attend delta > 0, reçu {number(delta)} : c’est l’écart à partir duquel le "
            "coût devient linéaire",
            en=f"huber expects delta > 0, got {number(delta)}: it is the error from which the "
            "cost is linear",
        )

    def cost(p: Any, t: Any) -> Any:
        e = sub(p, t)
        c = clip(e, -delta, delta)
        return mul(c, sub(e, over(c, 2)))

    return reduced(cost, "huber", predictions, targets, examples, outputs)


# ── cross-entropies ──────────────────────────────────────────────────────────────────────────────


def bce_with_logits(
    predictions: Iterable[Any],
    targets: Iterable[Any],
    *,
    examples: Reduction = "mean",
    outputs: Reduction = "mean",
) -> Value:
    """−y·ln σ(z) − (1−y)·ln(1 − σ(z)) of the scores z, for targets between 0 and 1.

    Never computes σ, so that it is right at z = ±1000 too, where σ(z) is 0 or 1 in floats.
    By hand: ∂L/∂z = σ(z) − y.

    >>> bce_with_logits([1000.0], [1]).data, bce_with_logits([-1000.0], [1]).data
    (0.0, 1000.0)
    """

    def cost(z: Any, t: Any) -> Any:
        return ops.bce_with_logits(z, _share(t, "bce_with_logits"))

    return reduced(cost, "bce_with_logits", predictions, targets, examples, outputs)


def binary_cross_entropy(
    predictions: Iterable[Any],
    targets: Iterable[Any],
    *,
    examples: Reduction = "mean",
    outputs: Reduction = "mean",
) -> Value:
    """−y·ln ŷ − (1−y)·ln(1 − ŷ) of the probabilities ŷ, for targets between 0 and 1.

    A ŷ that a sigmoid made is read through: the cost is that of its input z (see
    bce_with_logits), so that a saturated neuron still learns.  On any other probability
    0·ln 0 = 0, and a certainty that was wrong costs +∞, with a warning that says which.

    By hand: ∂L/∂ŷ = (ŷ − y)/(ŷ(1 − ŷ)), and with ŷ = σ(z): ∂L/∂z = ŷ − y.
    Raises ValueError for a "probability" outside [0, 1] (scores want bce_with_logits).
    """

    def cost(p: Any, t: Any) -> Any:
        t = _share(t, "binary_cross_entropy")
        if isinstance(p, Value) and p.op is ops.sigmoid:
            return ops.bce_with_logits(p.inputs[0], t)
        _check_probability(p)
        if number_in(t) == 0:
            return _minus_log_of_rest(p)
        if number_in(t) == 1:
            return _minus_log(p)
        return add(mul(_minus_log(p), t), mul(_minus_log_of_rest(p), 1 - t))

    return reduced(cost, "binary_cross_entropy", predictions, targets, examples, outputs)


def cross_entropy(
    predictions: Iterable[Any], targets: Iterable[Any], *, examples: Reduction = "mean"
) -> Value:
    """−ln softmax(z)_k of the scores z of each example, k the number of its class, from 0.

    A target may also be a row with a single 1; a row of Values stays in the graph, data that a
    program (`to_numpy`) is given anew: ln Σ e^zⱼ − Σ yⱼ·zⱼ.  Outputs that a softmax made are read
    through: the cost is that of the scores it was given.  Computed as ln Σ e^(zⱼ − z_k), right at
    ±1000 too.  By hand: ∂L/∂zⱼ = softmax(z)ⱼ − [j = k], that is Ŷ − Y.
    """
    rows, classes = paired(predictions, targets, "cross_entropy")
    costs = []
    for i, (row, target) in enumerate(zip(rows, classes, strict=True), start=1):
        if not hasattr(row, "__len__") or len(row) < 2:
            refuse(
                fr=f"cross_entropy attend au moins deux scores par exemple, l’exemple {i} "
                "en a un : pour une seule sortie, prenez bce_with_logits",
                en=f"cross_entropy expects at least two scores per example, example {i} has one: "
                "for a single output take bce_with_logits",
            )
        scores = _scores(list(row))
        k, ys = class_of(target, len(scores), i), entries(target)
        if len(ys) == len(scores) and all(isinstance(y, Value) for y in ys):
            costs.append(sub(ops.logsumexp(scores), dot(ys, scores)))
        else:
            costs.append(ops.cross_entropy(scores, k))
    return over_examples(costs, examples)


# ── margins ──────────────────────────────────────────────────────────────────────────────────────


def hinge(
    predictions: Iterable[Any],
    targets: Iterable[Any],
    *,
    examples: Reduction = "mean",
    outputs: Reduction = "sum",
) -> Value:
    """max(0, 1 − y·s) of the scores s, for targets −1 or 1: micrograd's cost.

    By hand: ∂L/∂s = −y where y·s < 1, else 0 (at the kink too).
    """

    def cost(s: Any, t: Any) -> Any:
        if number_in(t) not in (-1, 1):
            refuse(
                fr=f"hinge attend des cibles −1 ou 1, reçu {number(number_in(t))} : pour des "
                "cibles 0 ou 1, écrivez 2*y - 1, ou prenez binary_cross_entropy",
                en=f"hinge expects targets −1 or 1, got {number(number_in(t))}: for targets "
                "0 or 1 write 2*y - 1, or take binary_cross_entropy",
            )
        return relu(add(mul(s, -t), 1))

    return reduced(cost, "hinge", predictions, targets, examples, outputs)


# ── penalties ────────────────────────────────────────────────────────────────────────────────────


def l2_penalty(parameters: Iterable[Value], strength: float) -> Value:
    """α Σ θ² over the parameters, biases included, without ½: micrograd's.

    One node for the whole sum.  By hand: ∂/∂θ = 2αθ.
    """
    parameters = list(parameters)
    return as_value(mul(dot(parameters, parameters), strength))


def l1_penalty(parameters: Iterable[Value], strength: float) -> Value:
    """α Σ |θ| over the parameters, biases included.

    By hand: ∂/∂θ = α·sign(θ), and 0 at θ = 0.
    """
    return as_value(mul(ops.sum(absolute(p) for p in parameters), strength))


# ── by name ──────────────────────────────────────────────────────────────────────────────────────

LOSSES: dict[str, Loss] = {
    "squared_error": squared_error,
    "l1": l1,
    "huber": huber,
    "binary_cross_entropy": binary_cross_entropy,
    "bce_with_logits": bce_with_logits,
    "cross_entropy": cross_entropy,
    "hinge": hinge,
}
SHORT = {"mse": "squared_error", "mae": "l1", "bce": "binary_cross_entropy"}


def loss(name: str) -> Loss:
    """The cost of that name; "mse", "mae" and "bce" are known too."""
    known("loss", name, (*LOSSES, *SHORT))
    return LOSSES[SHORT.get(name, name)]


# ── what a target, a probability, a class may be ─────────────────────────────────────────────────


def _share(t: Any, name: str) -> Any:
    """The target t if it is between 0 and 1."""
    if not 0 <= number_in(t) <= 1:
        refuse(
            fr=f"{name} attend des cibles entre 0 et 1, reçu {number(number_in(t))} : pour des "
            "cibles −1 ou 1, écrivez (y + 1)/2, ou prenez hinge",
            en=f"{name} expects targets between 0 and 1, got {number(number_in(t))}: for targets "
            "−1 or 1 write (y + 1)/2, or take hinge",
        )
    return t


def _check_probability(p: Any) -> None:
    if number_in(p) < 0 or number_in(p) > 1:  # NaN goes through and stays NaN
        refuse(
            fr="binary_cross_entropy attend une probabilité entre 0 et 1, reçu "
            f"{number(number_in(p))} : "
            'pour des scores, prenez bce_with_logits ; pour une probabilité, output="sigmoid"',
            en="binary_cross_entropy expects a probability between 0 and 1, got "
            f"{number(number_in(p))}: "
            'for scores take bce_with_logits; for a probability, output="sigmoid"',
        )


def _minus_log(p: Any) -> Any:
    """−ln p, +∞ where p = 0."""
    return -log(p) if number_in(p) != 0 else _infinite(p, -math.inf)


def _minus_log_of_rest(p: Any) -> Any:
    """−ln(1 − p), +∞ where p = 1; log1p keeps the digits of a small p."""
    return -log1p(-p) if number_in(p) != 1 else _infinite(p, math.inf)


def _infinite(p: Any, slope: float) -> Any:
    """+∞ with its slope, and a warning: a probability of exactly 0 for what did happen."""
    warnings.warn(
        say(
            fr=f"binary_cross_entropy : ŷ = {number(number_in(p))} était une certitude, et "
            "fausse ; le coût est +∞. Calculez-le sur les scores (bce_with_logits, "
            'ou output="sigmoid")',
            en=f"binary_cross_entropy: ŷ = {number(number_in(p))} was a certainty, and wrong; "
            'the cost is +∞. Compute it on the scores (bce_with_logits, or output="sigmoid")',
        ),
        RuntimeWarning,
        stacklevel=6,  # the line that called binary_cross_entropy
    )
    if not isinstance(p, Value):
        return math.inf
    out = Value(math.inf, (p,), "−ln")  # no row: the logarithm has no value here

    def step() -> None:
        p.grad += out.grad * slope

    out._backward = step
    return out


def _scores(row: list[Any]) -> list[Any]:
    """What a softmax was given, if a softmax made this row (e^(z_k − ln Σ e^z)); else the row."""
    inner = [p.inputs[0] if isinstance(p, Value) and p.op is exp else None for p in row]
    if not all(isinstance(d, Value) and d.op is sub for d in inner):
        return row
    found, wholes = zip(*(d.inputs for d in inner if d is not None), strict=True)
    whole = wholes[0]
    same = all(w is whole for w in wholes) and isinstance(whole, Value)
    if same and whole.op is ops.log_sum_exp and _same(whole.inputs, found):
        return list(found)
    return row


def _same(xs: Sequence[Any], ys: Sequence[Any]) -> bool:
    return len(xs) == len(ys) and all(x is y for x, y in zip(xs, ys, strict=True))


def class_of(target: Any, count: int, example: int) -> int:
    """The number of a class, from a number or from a row with a single 1."""
    row = [number_in(t) for t in entries(target)]
    if len(row) == 1:
        k = row[0]
    elif sorted(row) == [0] * (count - 1) + [1]:
        k = row.index(1)
    else:
        _refuse_class(target, count, example)
    if isinstance(k, bool) or k != k or k % 1 != 0 or not 0 <= k < count:
        _refuse_class(target, count, example)
    return int(k)


def _refuse_class(target: Any, count: int, example: int) -> NoReturn:
    refuse(
        fr=f"cross_entropy : la cible de l’exemple {example} est {target!r} ; donnez le "
        f"numéro d’une classe, de 0 à {count - 1}, ou une ligne de {count} nombres avec un seul 1",
        en=f"cross_entropy: the target of example {example} is {target!r}; give the number of a "
        f"class, from 0 to {count - 1}, or a row of {count} numbers with a single 1",
    )
