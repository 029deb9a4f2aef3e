"""Write it as a formula: which leaves are parameters, the numbers that a descent moves."""

from __future__ import annotations

from tinygrad_fr.engine import Value
from tinygrad_fr.formula.names import pretty

LETTERS = "wWbBθΘ"  # with which the course's parameters begin
BUILT_IN = {"neuron", "layer"}  # the scopes in which parameters are made


def is_parameter(leaf: Value, parameter: bool | None = None) -> bool:
    """Whether a descent would move this leaf: told, else by its name, else by where it was built.

    Told is `parameter=`, or an attribute of that name that somebody gave the leaf.  A name tells by
    its first letter as it is shown (`theta_1` is θ₁); a leaf without a name is a parameter if it
    was built in a neuron or a layer.

    >>> x, theta = Value(1.0, label="x"), Value(2.0, label="theta")
    >>> is_parameter(x), is_parameter(theta), is_parameter(x, parameter=True)
    (False, True, True)
    """
    told = getattr(leaf, "parameter", None) if parameter is None else parameter
    if told is not None:
        return bool(told)
    if leaf.label:
        return pretty(leaf.label)[0] in LETTERS
    return any(word in BUILT_IN for word, _ in leaf.scope)
