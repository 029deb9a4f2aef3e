"""Check it: answers typed beside an expression, formulas and numbers, or kept in a file of numbers.

check_expression("(w*x - y)**2", {"w": 1, "x": 2, "y": 4}, formulas={"w": "2*x*(w*x - y)"})
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from typing import Any

from tinygrad_fr.checking.quantities import (
    Known,
    Quantity,
    all_typed,
    check_quantities,
    derived,
    put,
)
from tinygrad_fr.checking.report import Report
from tinygrad_fr.checking.verdict import WRONG
from tinygrad_fr.engine import Value
from tinygrad_fr.formula.derivation import Derivation, explain
from tinygrad_fr.formula.names import pretty
from tinygrad_fr.gradient import derivative_name, gradient
from tinygrad_fr.reading.expression import names, read
from tinygrad_fr.reading.letters import Names
from tinygrad_fr.reading.table import read_table, read_text, refuse_file
from tinygrad_fr.walk import order


def check_expression(
    text: str,
    values: Mapping[str, float],
    formulas: Mapping[str, str] | None = None,
    numbers: Mapping[str, str] | None = None,
    where: Mapping[str, str] | None = None,
    *,
    accept: Iterable[str] = (),
    rate: Any = None,
) -> tuple[Report, Value, dict[str, Value]]:
    """Check formulas and numbers typed beside an expression; gives the report, L and its leaves.

    The expression may have steps, "z = w*x + b; (z - y)**2", and `where` gives further ones, which
    it and the formulas may use: {"a": "sigmoid(w*x + b)"}.  A name is found as the tool prints it;
    in a formula ∂L/∂a is the gradient of the step a, δ that of the last z.  accept and rate are
    those of `check`.
    Raises ValueError, naming what was typed, for what cannot be read.
    """
    given = read(text, values, where)
    known = Known(given.output, given.leaves, given.steps)
    answers = all_typed(known, numbers or {}, all_written(known, formulas or {}))
    report = check_quantities(known, answers, accept=list(accept), rate=rate)
    return report, given.output, given.leaves


def all_written(known: Known, formulas: Mapping[str, str]) -> dict[Quantity, Any]:
    """What these formulas answer, written with the names of the graph."""
    named = {**known.leaves, **known.steps}
    named |= _arriving(known, formulas, named)
    found: dict[Quantity, Any] = {}
    for name, formula in formulas.items():
        put(found, derived(known, name), read(formula, named, lazy=True).output)
    return found


def _arriving(
    known: Known, formulas: Mapping[str, str], named: Mapping[str, Value]
) -> dict[str, Value]:
    """The gradients of steps that the formulas use by name: ∂L/∂a, δ₁⁽²⁾."""
    has, found = Names(named), dict[str, Value]()
    for name in [name for text in formulas.values() for name in names(text)]:
        if name not in has and name not in found:
            step = known.arriving(name)
            if step is not None:
                found[name] = gradient(known.output, step)
    return found


def read_answers(path: str | os.PathLike[str]) -> dict[str, str]:
    """The answers of a .json file, {"w": "-0,188"}, or a .csv, a line of names, one of numbers."""
    if os.fspath(path).lower().endswith(".json"):
        return _read_json(path)
    table = read_table(path, header=True)
    if len(table.rows) != 1:
        table.refuse(
            fr=f"il faut une ligne de nombres, il y en a {len(table.rows)}",
            en=f"one line of numbers is needed, there are {len(table.rows)}",
        )
    return dict(zip(table.names, table.rows[0].cells, strict=True))


def _read_json(path: str | os.PathLike[str]) -> dict[str, str]:
    text = read_text(path)
    try:
        content = json.loads(text)
    except ValueError as error:
        refuse_file(
            path,
            fr=f"ce n’est pas un fichier JSON lisible ({error})",
            en=f"not a readable JSON file ({error})",
        )
    if not isinstance(content, dict):
        refuse_file(
            path, fr="il faut un objet {nom: nombre}", en="an object {name: number} is needed"
        )
    return {str(name): str(x) for name, x in content.items()}


def solution(output: Value, leaves: Mapping[str, Value], report: Report) -> list[str]:
    """The derivation of what is wrong, line by line, → before the lines it is about.

    Of all that was answered where nothing is wrong; empty where the graph has rules of a client's.
    """
    known, asked = Known(output, leaves), [e.name for e in report.entries if e.verdict == WRONG]
    found = [q for name in asked or [e.name for e in report.entries] for q in _answers(known, name)]
    inside = set(order(output))
    wrt = [q.node for q in found if not q.is_value and q.node in inside]
    try:
        derived = explain(output, wrt=list(dict.fromkeys(wrt)) or None, all=True)
    except (TypeError, ValueError):
        return []
    whole = output.label or "L"
    about = tuple(f"  {pretty(_name(q, derived, whole))} = " for q in found)
    lines = str(derived).split("\n")
    return [f"→ {line[2:]}" if line.startswith(about) else line for line in lines]


def _answers(known: Known, name: str) -> list[Quantity]:
    """What an entry is about; nothing where its name is that of a row of several."""
    try:
        return known.find(name)
    except ValueError:
        return []


def _name(q: Quantity, derived: Derivation, whole: str) -> str:
    label = derived.stages.names.get(q.node, q.node.label)
    return label if q.is_value else derivative_name(whole, label)
