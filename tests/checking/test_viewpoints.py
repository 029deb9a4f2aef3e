"""Check it: a wrong answer is looked at where floats keep their digits, the first point always."""

from __future__ import annotations

import pytest

from tinygrad_fr.checking.answer import Answer
from tinygrad_fr.checking.structure import Scene, Structure
from tinygrad_fr.checking.viewpoints import at_its_labels, finite, most_wrong_first
from tinygrad_fr.engine import Value
from tinygrad_fr.ops import log, sigmoid, tanh

W, X, Y = Value(1.0, label="w"), Value(0.5, label="x"), Value(1.0, label="y")


def scenes(cost: Value, points: list[dict[Value, float]]) -> tuple[list[Scene], Answer]:
    """The cost at each point, and an answer that is wrong there."""
    structure = Structure.of(cost, [W])
    found = [structure.at(point) for point in points]
    return found, Answer([[2.0 + k] for k in range(len(points))], [[0.0]] * len(points))


@pytest.mark.parametrize("f", [sigmoid, tanh])
@pytest.mark.parametrize("z", [-12.0, 12.0])
def test_a_saturated_point_is_left_out_unless_it_is_the_first(f: object, z: float) -> None:
    cost = (f(W * X) - 0.25) ** 2  # type: ignore[operator]
    flat, usual = {W: 2 * z, X: 0.5}, {W: 1.5, X: 0.5}
    kept, answer = finite(*scenes(cost, [usual, flat, usual]))
    assert [s.values[W] for s in kept] == [1.5, 1.5]
    assert answer.numbers == [[2.0], [4.0]]
    kept, _ = finite(*scenes(cost, [flat, usual]))
    assert len(kept) == 2


def test_a_point_that_overflows_is_left_out_even_if_it_is_the_first() -> None:
    kept, _ = finite(*scenes((W * X) ** 2, [{W: 1e300, X: 1e300}, {W: 1.0, X: 2.0}]))
    assert [s.values[W] for s in kept] == [1.0]


def test_the_points_with_the_labels_of_the_first() -> None:
    a = sigmoid(W * X)
    cost = -(Y * log(a) + (1 - Y) * log(1 - a))
    points = [{W: 1.0 + k, X: 0.5, Y: float(y)} for k, y in enumerate((1, 0, 1, 0))]
    found = at_its_labels(*scenes(cost, points))
    assert found is not None
    assert [s.values[W] for s in found[0]] == [1.0, 3.0] and found[1].numbers == [[2.0], [4.0]]
    assert at_its_labels(*scenes(cost, points[::2])) is None


def test_the_point_at_which_most_is_wrong_comes_first() -> None:
    found, _ = scenes(W * X, [{W: 1.0, X: 2.0}, {W: 1.0, X: 5.0}])
    sorted_, answer = most_wrong_first(found, Answer([[2.0], [7.0]], [[0.0], [0.0]]))
    assert [s.values[X] for s in sorted_] == [5.0, 2.0] and answer.numbers == [[7.0], [2.0]]
