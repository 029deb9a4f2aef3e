"""Check it: a gradient derived by hand against the chain rule, and which mistake it holds.

    report = check(L, {w: 2 * x * (x * w - y)})     # formulas as Values, as functions, or numbers
    report["w"].verdict, report.ok, print(report)

Formulas are compared at 50 digits at the student's point and at random ones; numbers with the
tolerance that their own digits give, never with an absolute floor: a saturated neuron is exactly
where a floor would let a factor 2 pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from tinygrad_fr.checking.compare import compare
from tinygrad_fr.checking.cost import ACCEPT
from tinygrad_fr.checking.matrices import check_program
from tinygrad_fr.checking.model import check_model
from tinygrad_fr.checking.report import Report
from tinygrad_fr.engine import Value
from tinygrad_fr.program.program import Program
from tinygrad_fr.refusals import known, refuse


def check(
    what: Any,
    answers: Any = None,
    targets: Any = None,
    *more: Any,
    loss: Callable[..., Value] | str | None = None,
    hand: Callable[..., Any] | None = None,
    points: int = 10,
    rate: Any = None,
    digits: int | None = None,
    seed: int = 0,
    accept: Iterable[str] = (),
) -> Report:
    """Compare a gradient derived by hand with the chain rule; diagnose it if it is wrong.

    check(L, {w: formula, "b": -0.12})
        L is a Value.  Each answer, by node or by label, is a formula (a Value built on the same
        leaves, or a function whose parameters are labels of leaves) or a number; a number typed
        as text has the tolerance of its digits, a float that of double precision, or of `digits`
        significant digits if given.
    check(model, X, y, loss=…, hand=my_backprop)
        loss is a function or a name of `nn.losses`; my_backprop(X, y) gives
        [(dW1, db1), (dW2, db2), …], dW as (neurons, inputs).

    check(program, X, Y, hand=my_backprop)
        program is what `to_numpy` gives; my_backprop(W1, b1, …, X, Y), in matrices, gives
        (dW1, db1, …) in the order of its parameters, or a dictionary.  It is called by name where
        its own parameters have these names; a bias may be a column, floats single precision.

    points  at how many random points formulas are compared, beside the student's own
    rate    the step of the update, for the mistakes that involve it
    seed    of the random points, and of the sample judged with 50 digits in a model of more than
            500 parameters, whose entries are all compared with autograd's floats
    accept  other versions of the cost whose gradient counts as right: "half" (½ in front of a
            squared error), "whole" (without its ½), "sum", "mean" (over the examples), "outputs"
    """
    accepted = [known("accept", key, ACCEPT) for key in accept]
    if isinstance(what, Value):
        return compare(what, answers, points, rate, digits, seed, accepted)
    if isinstance(what, Program) and hand is not None:
        data = [X for X in (answers, targets, *more) if X is not None]
        return check_program(what, data, hand, rate, digits, seed, accepted)
    if loss is None or hand is None:
        refuse(
            fr="check(model, X, y, loss=…, hand=…) : il manque loss ou hand",
            en="check(model, X, y, loss=…, hand=…): loss or hand is missing",
            kind=TypeError,
        )
    if isinstance(loss, str):
        from tinygrad_fr.nn.losses import loss as by_name

        loss = by_name(loss)
    return check_model(what, answers, targets, loss, hand, rate, digits, seed, accepted)
