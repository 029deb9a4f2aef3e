"""The line of somebody's function at which it stopped: theirs, not one inside NumPy."""

from __future__ import annotations

import linecache
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.checking import exercises
from tests.checking.test_matrices import X, Y, program
from tinygrad_fr import check, use
from tinygrad_fr.checking.their_line import TheirLine, their_line


def stopped(function: Callable[[], Any]) -> TheirLine | None:
    """As a room does that calls it."""
    try:
        function()
    except Exception as error:
        return their_line(error)
    return None


def test_a_line_inside_numpy_is_not_theirs() -> None:
    def theirs() -> Any:
        A = np.ones((2, 3))
        S = np.linalg.solve(A, A)
        return S

    def helped() -> Any:
        return theirs()

    for function in (theirs, helped):
        found = stopped(function)
        assert found is not None and found.text == "S = np.linalg.solve(A, A)"
        assert (found.file, found.target, found.shapes) == ("", "S", [("A", (2, 3))])
        assert found.number == theirs.__code__.co_firstlineno + 2


def test_a_helper_in_a_file_beside_it_is_told_with_its_file() -> None:
    def theirs() -> Any:
        return exercises.no_such_thing  # type: ignore[attr-defined]

    space: dict[str, Any] = {"theirs": theirs}
    beside = theirs.__code__.co_filename.replace("test_their_line", "layers")
    exec(compile("def called():\n    return theirs()", beside, "exec"), space)
    found = stopped(space["called"])
    assert found is not None and found.file == "test_their_line.py" and not found.target
    with use("fr"):
        assert found.where.startswith("test_their_line.py, ligne ")


def test_a_function_without_lines_has_none() -> None:
    assert stopped(lambda: None) is None and stopped(lambda: int("x")) is not None

    class Callable:
        __call__ = staticmethod(max)

    with use("en"), pytest.raises(ValueError, match="hand stops: ValueError: The truth value"):
        check(program(2), X, [[0, 1]] * 3, hand=Callable())


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("D2 = np.linalg.inv(X)", "LinAlgError: Last 2 dimensions of the array must be square"),
        ("D2 = X[:, 7]", "IndexError: index 7 is out of bounds for axis 1 with size 2"),
        ("D2 = Q - Y", "NameError: name 'Q' is not defined"),
        ("D2 = int(X.mean() / 0)", "cannot convert float"),
        (
            "D2 = W1 + W2",
            ": W1 (3, 2), W2 (2, 3); these shapes do not go together. The program: D2 = 2 * ",
        ),
    ],
)
def test_every_error_is_told_with_its_line(line: str, told: str) -> None:
    space: dict[str, Any] = {"np": np}
    exec(f"def hand(W1, b1, W2, b2, X, Y):\n    {line}", space)
    linecache.cache["<string>"] = (1, None, ["def hand(W1, b1, W2, b2, X, Y):\n", line], "<string>")
    try:
        with np.errstate(all="ignore"), use("en"), pytest.raises(ValueError) as caught:
            check(program(3), X, Y, hand=space["hand"])
    finally:
        del linecache.cache["<string>"]
    words = str(caught.value)
    assert words.startswith(f"hand stops at line 2, {line}: ") and told in words, words
