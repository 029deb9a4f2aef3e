"""What tests of several wings begin with: named leaves, the one neuron, a file, a refusal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tinygrad_fr.checking.typed import check_expression
from tinygrad_fr.engine import Value
from tinygrad_fr.ops import sigmoid
from tinygrad_fr.words import NARROW, use


def named(**numbers: Any) -> list[Value]:
    """A leaf for each name: `w, x = named(w=0.5, x=1.5)`."""
    return [Value(x, label=name) for name, x in numbers.items()]


def neuron() -> tuple[Value, Value, Value, Value, Value, Value]:
    """L = (σ(wx + b) − y)², and w, x, b, y, a."""
    w, x, b, y = named(w=0.5, x=1.5, b=0.1, y=1.0)
    a = sigmoid(w * x + b)
    return (a - y) ** 2, w, x, b, y, a


def in_matrices(source: str, *changes: str) -> Callable[..., Any]:
    """The function `backprop` of a source, each first text of a pair changed into the second."""
    import numpy as np

    for old, new in zip(changes[::2], changes[1::2], strict=True):
        assert old in source
        source = source.replace(old, new)
    space: dict[str, Any] = {"np": np}
    exec(source, space)
    found: Callable[..., Any] = space["backprop"]
    return found


def diagnosis(
    cost: str,
    at: dict[str, float],
    hand: dict[str, str],
    digits: int = 0,
    where: dict[str, str] | None = None,
    lang: str = "en",
) -> str:
    """What is said of formulas, or of their numbers with so many digits."""
    with use(lang):
        report, *_ = check_expression(cost, at, hand, where=where)
        if digits:
            numbers = {e.name: f"{float(e.yours):#.{digits}g}" for e in report.entries}
            report, *_ = check_expression(cost, at, numbers=numbers)
        return str(report.diagnosis).replace(NARROW, " ")


def file(folder: Path, content: str, name: str = "td.py") -> str:
    """The path of a new file."""
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return str(path)


def refusal(action: Callable[[], object], lang: str) -> str:
    """What a refused action says, in one line of plain spaces."""
    with use(lang), pytest.raises(ValueError) as caught:
        action()
    message = str(caught.value).replace(NARROW, " ")
    assert message.isprintable() and len(message) < 400
    return message
