"""Walk it backward, building a graph: derivatives that are Values, to any order."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, overload

from tinygrad_fr.engine import Value
from tinygrad_fr.ops import TABLE, Op
from tinygrad_fr.pages import SUPERSCRIPTS
from tinygrad_fr.refusals import refuse
from tinygrad_fr.replay import rule
from tinygrad_fr.walk import chain_rule, order

DERIVATIVE = re.compile(r"∂(?P<order>[⁰-⁹²³]*)(?P<of>[^∂]+)/(?P<by>(?:∂[^∂]+)+)")


@overload
def gradient(output: Value, inputs: Value) -> Value: ...
@overload
def gradient(output: Value, inputs: Iterable[Value]) -> list[Value]: ...
def gradient(output: Value, inputs: Value | Iterable[Value]) -> Value | list[Value]:
    """∂output/∂input for each input, as Values: a graph to draw, print, check, derive again.

    One Value in, one Value out; a list in, a list out.  Leaves nobody's `.grad` behind.  An input
    that output does not depend on has gradient 0.  What is made here is labelled ∂L/∂w, after the
    labels of both.  Raises TypeError at a client's own operation, for which the table has no rule.

    >>> x = Value(3.0, label="x")
    >>> second = gradient(gradient(x ** 3, x), x)
    >>> second.data, second.label
    (18.0, '∂²L/∂x∂x')
    """
    if isinstance(inputs, Value):
        return gradient(output, [inputs])[0]
    wanted = list(inputs) if isinstance(inputs, Iterable) else [inputs]
    for u in (output, *wanted):
        if not isinstance(u, Value):
            refuse(
                fr=f"gradient(L, [w, b]) attend des Value, reçu {type(u).__name__} : {u!r}",
                en=f"gradient(L, [w, b]) expects Values, got {type(u).__name__}: {u!r}",
                kind=TypeError,
            )
    nodes = order(output)
    reached: set[Any] = set(wanted)  # what depends on a wanted input,
    onward: set[Any] = set()  # and has an input that does: only these are walked
    for v in nodes:
        if not reached.isdisjoint(v.inputs):
            reached.add(v)
            onward.add(v)

    def slopes(v: Value) -> Iterable[Any]:
        return table_rule(v).local_derivatives(v.inputs, v, [u in reached for u in v.inputs])

    arrived = chain_rule(
        output, slopes, along=nodes, through=onward.__contains__, times=_times, plus=_plus
    )
    found = [arrived.get(u, 0) for u in wanted]
    known = set(nodes)
    for i, (u, g) in enumerate(zip(wanted, found, strict=True)):
        if not isinstance(g, Value):
            found[i] = Value(g)
        elif g.op is not None and not g.label:
            if g in known:  # a step of output, whose name is not ours to give: a sum of it alone
                found[i] = g = TABLE["sum"](g)
            g.label = derivative_name(output.label, u.label or f"u_{i + 1}")
    return found


def derivative_name(of: str, by: str) -> str:
    """∂L/∂w; of a derivative ∂L/∂w, the second one ∂²L/∂w∂b.

    >>> derivative_name("", "w_1"), derivative_name("∂L/∂w", "b"), derivative_name("∂²L/∂w∂b", "w")
    ('∂L/∂w_1', '∂²L/∂w∂b', '∂³L/∂w∂b∂w')
    """
    by = f"({by})" if "∂" in by else by
    before = DERIVATIVE.fullmatch(of)
    if before is None:
        return f"∂({of})/∂{by}" if "∂" in of else f"∂{of or 'L'}/∂{by}"
    n = before["by"].count("∂") + 1
    return f"∂{''.join(SUPERSCRIPTS[c] for c in str(n))}{before['of']}/{before['by']}∂{by}"


def grad(
    output: Value, inputs: Value | Iterable[Value], create_graph: bool = True
) -> tuple[Value, ...]:
    """`gradient` in PyTorch's spelling: a tuple; with create_graph=False, plain leaves."""
    found = gradient(output, [inputs] if isinstance(inputs, Value) else inputs)
    return tuple(found if create_graph else (Value(g.data) for g in found))


def _times(g: Any, d: Any) -> Any:
    """g·d, without a node where a factor is the plain number 0 or 1."""
    return d if _is(g, 1) else g if _is(d, 1) else 0 if _is(d, 0) else g * d


def _plus(before: Any, part: Any) -> Any:
    return before if _is(part, 0) else before + part


def _is(x: Any, n: int) -> bool:
    """x is the plain number n (a node that happens to hold n is not)."""
    return not isinstance(x, Value) and bool(x == n)


def table_rule(v: Value) -> Op:
    """The row of v, where backward follows it too; TypeError if a client replaced its _backward."""
    if v._closure is not None and isinstance(v.op, Op):
        refuse(
            fr=f"le _backward du nœud {v.label or v!r} a été remplacé : gradient ne connaît que la "
            f"règle de {v.op.name} dans la table. Appelez backward(), qui suit le vôtre",
            en=f"the _backward of node {v.label or v!r} was replaced: gradient knows only the "
            f"rule of {v.op.name} in the table. Call backward(), which follows yours",
            kind=TypeError,
        )
    return rule(v)
