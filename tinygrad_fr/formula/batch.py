"""Write it as a formula: a cost of many examples, ∂L/∂w = (1/N) Σᵢ ∂Lᵢ/∂w, and the update.

What one example adds is derived line by line; here is what becomes of all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tinygrad_fr.engine import Value
from tinygrad_fr.exact import meant
from tinygrad_fr.formula.board import board, figure
from tinygrad_fr.formula.constants import exactly
from tinygrad_fr.formula.names import named, parts, shown
from tinygrad_fr.formula.product import Working, Writing
from tinygrad_fr.formula.putting import put_in
from tinygrad_fr.formula.writers import Section, Written
from tinygrad_fr.gradient import derivative_name
from tinygrad_fr.ops import TABLE
from tinygrad_fr.walk import chain_rule
from tinygrad_fr.words import number, say

FEW = 4  # examples whose numbers are put in, parameters that all have a line


@dataclass(frozen=True, slots=True)
class Batch:
    """L = share · (L₁ + … + L_N): share is 1/N for a mean, 1 for a sum."""

    output: Value
    costs: tuple[Value, ...]
    share: Fraction


def batch_of(output: Value) -> Batch | None:
    """The examples of a cost: a sum, or a mean, of costs that are labelled L_1, L_2, …"""
    share, whole = _shared(output)
    if share is None:
        return None
    name, costs = output.label or "L", _added(whole)
    numbered = [parts(f"{name}_{i}") for i in range(1, len(costs) + 1)]
    if len(costs) < 2 or None in numbered or [parts(c.label) for c in costs] != numbered:
        return None
    return Batch(output, tuple(costs), share)


def _shared(output: Value) -> tuple[Fraction | None, Any]:
    """The number before the sum, and the sum: S/3 and (1/3)·S are one third of S."""
    if output.op is TABLE["div"]:
        whole, divisor = output.inputs
        exact = meant(divisor)
        return (1 / exact, whole) if isinstance(exact, Fraction) and exact else (None, whole)
    if output.op is TABLE["mul"]:
        a, b = output.inputs
        before, behind = exactly(a), exactly(b)
        return (before, b) if before else (behind or None, a)
    return Fraction(1), output


def _added(whole: Any) -> list[Value]:
    """What a sum adds, left to right, through sums without a name of their own."""
    found: list[Value] = []
    todo = [whole]
    while todo:
        v = todo.pop()
        inner = v is whole or not getattr(v, "label", "")
        if inner and isinstance(v, Value) and v.op in (TABLE["add"], TABLE["sum"]):
            todo += reversed(v.inputs)
        else:
            found.append(v)
    return found if all(isinstance(v, Value) for v in found) else []


def section_of(
    batch: Batch, wanted: Sequence[Value], digits: int, every: bool, written: str
) -> Section:
    """The cost, ∂L/∂w of what is wanted as the mean over the examples, and the update."""
    page, name = board(written), batch.output.label or "L"
    n = len(batch.costs)
    title = say(fr=f"Somme de {n} exemples", en=f"Sum of {n} examples")
    if batch.share != 1:
        title = say(fr=f"Moyenne de {n} exemples", en=f"Mean of {n} examples")
    arrived = [chain_rule(c) for c in batch.costs]
    costs = [c.data for c in batch.costs]
    lines = [_mean(batch, shown(name, page), shown(f"{name}_i", page), costs, digits, written)]
    some = [v for v in wanted if v.label]
    left = 0 if every or len(some) <= FEW else len(some) - FEW
    for v in some[: len(some) - left]:
        values = [g.get(v, 0) for g in arrived]
        symbol = shown(derivative_name(name, v.label), page)
        each = shown(derivative_name(f"{name}_i", v.label), page)
        line = _mean(batch, symbol, each, values, digits, written)
        lines.append(line._replace(items=("C12",)))
    for v in some[: 1 if left else len(some)]:
        below = page.product(named("lambda", page), named(derivative_name(name, v.label), page))
        step = page.minus(named(v.label, page), below).text
        lines.append(Written(shown(v.label, page), step, items=("C12",), sign="←"))
    return Section(title, [], lines, left)


def _mean(
    batch: Batch, symbol: str, each: str, values: Sequence[Any], digits: int, written: str
) -> Written:
    """One line: (1/N) Σᵢ of what each example gives."""
    page, ways = board(written), Writing(written)
    sigma = {"latex": r"\sum_{i} ", "mathml": "<msub><mo>∑</mo><mi>i</mi></msub>"}
    total = page.joined(sigma.get(written, "Σᵢ "), each)
    one = batch.share == 1
    beside = " " if written == "text" else page.beside
    formula = total if one else page.joined(ways.number(batch.share).text, beside, total)

    def worked(way: Any, at: Any) -> Any:
        terms = way.sum([(False, at(i)) for i in range(len(values))], one)
        return terms if one else way.product(batch.share, [terms], [])

    known = dict(enumerate(values))
    result = worked(Working(), known.__getitem__)
    numbers = put_in(worked, known, result, digits, written) if len(values) <= FEW else ""
    return Written(symbol, formula, numbers, figure(page, number(result, digits)).text)
