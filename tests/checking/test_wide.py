"""Check it: the usual NumPy lab file, loss(W1, b1, W2, b2, X, Y) and gradient(…) of arrays."""

from __future__ import annotations

import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.shared import file
from tinygrad_fr.checking import wide
from tinygrad_fr.checking.exercise import Exercise
from tinygrad_fr.checking.report import Report
from tinygrad_fr.checking.student_file import check_file
from tinygrad_fr.words import use

LAB = """import numpy as np
rng = np.random.default_rng(1)
X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
Y = np.array([[0.0], [1.0], [1.0], [0.0]])
W1, b1 = rng.normal(size=(2, 3)), rng.normal(size=3)
W2, b2 = rng.normal(size=(3, 1)), rng.normal(size=1)

def forward(W1, b1, W2, b2, X):
    A1 = np.tanh(X @ W1 + b1)
    return A1, 1 / (1 + np.exp(-(A1 @ W2 + b2)))

def loss(W1, b1, W2, b2, X, Y):
    A1, A2 = forward(W1, b1, W2, b2, X)
    return np.mean((A2 - Y) ** 2)

def gradient(W1, b1, W2, b2, X, Y):
    A1, A2 = forward(W1, b1, W2, b2, X)
    d2 = 2 * (A2 - Y) * A2 * (1 - A2) / len(X)
    dW2, db2 = A1.T @ d2, d2.sum(axis=0)
    d1 = d2 @ W2.T * (1 - A1**2)
    dW1, db1 = X.T @ d1, d1.sum(axis=0)
    return dW1, db1, dW2, db2
"""
RETURN = "return dW1, db1, dW2, db2"


@pytest.fixture(autouse=True)
def in_english() -> Iterator[str]:
    with use("en") as lang:
        yield str(lang)


def checked(tmp_path: Path, *changes: tuple[str, str], **options: Any) -> Report:
    code = LAB
    for before, after in changes:
        assert before in code
        code = code.replace(before, after)
    return check_file(file(tmp_path, code), **options)[0]


def notes(report: Report) -> str:
    return "\n".join(report.notes)


FORMS = {
    "a tuple": [],
    "slopes by name": [(RETURN, "return {'dW1': dW1, 'grad_b1': db1, 'dL_dW2': dW2, 'b2': db2}")],
    "in another order": [(RETURN, "return dW2, db2, dW1, db1")],
    "in the order of the loss": [(RETURN, "g = [1 * dW1, db1, dW2, db2]\n    return tuple(g)")],
    "pairs": [(RETURN, "return [(dW1, db1), (dW2, db2)]")],
    "backward, from the file's names": [("def gradient(W1, b1, W2, b2, X, Y):", "def backward():")],
    "some parameters": [("def gradient(W1, b1, W2, b2, X, Y):", "def gradient(X, W2, Y):")],
    "defaults": [("loss(W1, b1, W2, b2, X, Y)", "loss(W1=W1, b1=b1, W2=W2, b2=b2, X=X, Y=Y)")],
    "a float at the end": [
        ("return np.mean((A2 - Y) ** 2)", "return float(np.mean((A2 - Y) ** 2))")
    ],
    "ReLU": [("np.tanh(X @ W1 + b1)", "np.maximum(0, X @ W1 + b1)"), ("(1 - A1**2)", "(A1 > 0)")],
    "classes as whole numbers": [
        ("Y = np.array([[0.0], [1.0], [1.0], [0.0]])", "Y = np.array([0, 1, 1, 0])"),
        ("np.mean((A2 - Y) ** 2)", "np.mean((A2 - np.eye(2)[Y][:, 1:]) ** 2)"),
        ("2 * (A2 - Y)", "2 * (A2 - np.eye(2)[Y][:, 1:])"),
    ],
}


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_a_right_lab_file_is_right(form: str, tmp_path: Path) -> None:
    report = checked(tmp_path, *FORMS[form])
    assert report.ok and {e.name for e in report.entries} >= {"W1[0,0]", "W1[1,2]", "b1[2]"}
    assert len(report.entries) == 13
    assert "W1, b1, W2, b2" in notes(report) or form == "in another order"
    assert "Values did not go" not in notes(report)


SHAPES = {
    "dW1 has the shape (3, 2), W1 (2, 3): transposed. Right once transposed.": (
        "dW1, db1 = X.T @ d1",
        "dW1, db1 = d1.T @ X",
    ),
    "db1 has the shape (4, 3), b1 (3,): not summed over the examples (axis 0). "
    "Right once summed over the examples (axis 0).": ("d1.sum(axis=0)", "d1"),
    "db1 has the shape (4,), b1 (3,): "
    "one value for each of the 4 examples, so a sum over the wrong axis": (
        "d1.sum(axis=0)",
        "d1.sum(axis=1)",
    ),
    "db1 has the shape (), b1 (3,): one number instead of 3, so a sum over all axes": (
        "d1.sum(axis=0)",
        "d1.sum()",
    ),
    "dW2 has the shape (1, 3), W2 (3, 1): transposed.": (RETURN, RETURN.replace("W2,", "W2.T,")),
}


@pytest.mark.slow
@pytest.mark.parametrize("told", SHAPES)
def test_a_wrong_shape_is_named_before_the_values(told: str, tmp_path: Path) -> None:
    report = checked(tmp_path, SHAPES[told])
    assert report.exit_status == 1 and report.notes[0].startswith(told)
    name = told[1:3]
    for entry in report.entries:
        assert (entry.verdict == "wrong") == entry.name.startswith(name)


def test_a_row_where_a_vector_is_wanted_is_let_through(tmp_path: Path) -> None:
    report = checked(tmp_path, ("d1.sum(axis=0)", "d1.sum(axis=0, keepdims=True)"))
    assert report.ok and "db1 has the shape (1, 3), b1 (3,)" in report.notes[0]
    column = checked(tmp_path, ("d1.sum(axis=0)", "d1.sum(axis=0)[:, None]"))
    assert not column.ok and column["b1[0]"].remark == "right once reshaped to (3,)"


def test_mistakes_of_the_course_are_named_in_arrays(tmp_path: Path) -> None:
    report = checked(tmp_path, (" * (1 - A1**2)", ""))
    assert report.diagnosis is not None and report.diagnosis.kind == "named"
    assert report["W2[0,0]"].verdict == "float" and report["W1[0,0]"].verdict == "wrong"


@pytest.mark.slow
def test_the_mean_left_out_everywhere_is_another_cost(tmp_path: Path) -> None:
    report = checked(tmp_path, (" / len(X)", ""))
    assert {e.verdict for e in report.entries} == {"cost"} and "1/m = 1/4 is missing" in str(report)
    assert checked(tmp_path, (" / len(X)", ""), accept=["sum"]).ok


@pytest.mark.slow
def test_the_mean_left_out_of_one_array_is_told(tmp_path: Path) -> None:
    report = checked(tmp_path, ("dW1, db1 = X.T @ d1", "dW1, db1 = len(X) * X.T @ d1"))
    named = report.diagnosis is not None and report.diagnosis.kind == "named"
    assert (
        named or "dW1: × 4 everywhere: the factor 1/m = 1/4 of the mean is missing." in report.notes
    )


@pytest.mark.slow
def test_a_gradient_right_on_one_side_of_a_kink_only_is_wrong(tmp_path: Path) -> None:
    """At the file's point every neuron is alive, so the mask changes nothing there."""
    relu = ("np.tanh(X @ W1 + b1)", "np.maximum(0, X @ W1 + b1)")
    alive = (
        "W1, b1 = rng.normal(size=(2, 3)), rng.normal(size=3)",
        "W1, b1 = np.ones((2, 3)), np.ones(3)",
    )
    assert checked(tmp_path, relu, alive, ("(1 - A1**2)", "(A1 > 0)")).ok
    report = checked(tmp_path, relu, alive, (" * (1 - A1**2)", ""))
    assert (
        report["W1[0,0]"].verdict == "wrong" and "right at this point" in report["W1[0,0]"].remark
    )


NORM = ("return np.mean((A2 - Y) ** 2)", "return np.linalg.norm(A2 - Y) ** 2 / len(X)")


def test_where_values_cannot_go_floats_tell(tmp_path: Path) -> None:
    report = checked(tmp_path, NORM)
    assert report.ok and {e.verdict for e in report.entries} == {"float"}
    assert "(np.linalg.norm, line 14)" in notes(report) and report.diagnosis is None
    wrong = checked(tmp_path, NORM, ("dW1, db1 = X.T @ d1", "dW1, db1 = 1.00001 * X.T @ d1"))
    assert wrong.exit_status == 1 and wrong["b1[0]"].verdict == "float"
    assert all(e.verdict == "wrong" for e in wrong.entries if e.name.startswith("W1"))
    turned = checked(tmp_path, NORM, ("dW1, db1 = X.T @ d1", "dW1, db1 = d1.T @ X"))
    assert turned["W1[0,1]"].remark == "right once transposed"


@pytest.mark.slow
def test_arrays_typed_beside_a_file(tmp_path: Path) -> None:
    names = runpy.run_path(file(tmp_path, LAB))
    dW1, db1, *_ = names["gradient"](*(names[n] for n in ("W1", "b1", "W2", "b2", "X", "Y")))
    typed = "; ".join(" ".join(f"{x:.3e}" for x in row) for row in dW1)
    bias = "; ".join(f"{x:.3e}".replace(".", ",") for x in db1)
    report = checked(tmp_path, numbers={"W1": typed, "b1": bias, "W2[0,0]": "7"})
    assert [e.verdict for e in report.entries if e.name[:2] in ("W1", "b1")] == ["right"] * 9
    assert report["W2[0,0]"].verdict == "wrong"
    turned = "; ".join(" ".join(f"{x:.3e}" for x in row) for row in np.transpose(dW1))
    assert "Right once transposed." in notes(checked(tmp_path, numbers={"W1": turned}))
    for numbers, told in (
        ({"V": "1"}, "'V' is not a parameter"),
        ({"W1[2,0]": "1"}, "begin at 0"),
    ):
        with pytest.raises(ValueError, match=told):
            checked(tmp_path, numbers=numbers)


BAD = {
    "text": (RETURN, "return {'dW1': 'x'}", "neither a number nor an array"),
    "nothing": (RETURN, "return None", "must return {name: value}"),
    "one too few": (RETURN, "found = dW1, db1, dW2\n    return found", "it returns 3 values"),
    "NaN": (RETURN, "return dW1 * np.nan, db1, dW2, db2", "is not a finite number"),
    "unknown": (RETURN, "return {'V': dW1}", "'V' is not a parameter of this loss"),
    "an array": ("np.mean((A2 - Y) ** 2)", "(A2 - Y) ** 2", "must return one number"),
    "raises": (RETURN, "return dW1 @ dW1, db1", "ValueError, line"),
    "no such name": (
        "X, Y):\n    A1, A2 = forward(W1, b1, W2, b2, X)\n    return",
        "X, Q):\n    return",
        "no default",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", BAD)
def test_a_bad_lab_file_is_one_clear_line_in_both_languages(kind: str, tmp_path: Path) -> None:
    before, after, told = BAD[kind]
    said = {}
    for lang in ("fr", "en"):
        with use(lang), pytest.raises(ValueError) as caught:
            checked(tmp_path, (before, after))
        said[lang] = str(caught.value)
    assert said["fr"] != said["en"] and told in said["en"]
    assert all(s.startswith("td.py") and "\n" not in s for s in said.values()) or kind == "raises"


@pytest.mark.slow
def test_what_a_file_gives_at_a_point_is_looked_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not once for each of its numbers: that grew with their square."""
    looked, here = [0], Exercise.here

    def counted(exercise: Exercise, point: dict[str, float]) -> bool:
        looked[0] += 1
        return here(exercise, point)

    monkeypatch.setattr(Exercise, "here", counted)
    monkeypatch.setattr(wide, "LARGE", 3)
    assert checked(tmp_path).ok and 0 < looked[0] < 20


@pytest.mark.slow
def test_a_large_lab_file_is_judged_on_a_sample(tmp_path: Path) -> None:
    changes = [
        (
            "X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])",
            "X = rng.normal(size=(6, 2))",
        ),
        ("Y = np.array([[0.0], [1.0], [1.0], [0.0]])", "Y = rng.normal(size=(6, 1))"),
        ("size=(2, 3)), rng.normal(size=3)", "size=(2, 200)), rng.normal(size=200)"),
        ("size=(3, 1))", "size=(200, 1))"),
    ]
    report = checked(tmp_path, *changes)
    assert report.ok and len(report.entries) == 801
    assert "drawn at random (up to 16 per array, seed " in notes(report)
    report = checked(tmp_path, *changes, (" * (1 - A1**2)", ""))
    assert report.exit_status == 1 and report.diagnosis is not None
    (name,) = report.diagnosis.names
    assert name == "the derivative of the transfer function is missing in the hidden layer"
    only_here = (RETURN, "db2 = db2 if abs(b2[0]) < 1e-9 else 2 * db2\n    " + RETURN)
    zero = ("rng.normal(size=1)", "np.zeros(1)")
    report = checked(tmp_path, *changes, zero, only_here)
    assert report.exit_status == 1 and report["W2[0,0]"].verdict != "wrong"
    assert "wrong at the 2 others" in report["b2[0]"].remark


COLUMNS = [  # the biases as columns, the examples beside one another
    ("X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])", "X = np.eye(2)"),
    ("Y = np.array([[0.0], [1.0], [1.0], [0.0]])", "Y = np.array([[0.0, 1.0]])"),
    ("W1, b1 = rng.normal(size=(2, 3)), rng.normal(size=3)", "W1 = rng.normal(size=(3, 2))"),
    ("W2, b2 = rng.normal(size=(3, 1)), rng.normal(size=1)", "b1 = rng.normal(size=(3, 1))"),
    ("def forward", "W2, b2 = rng.normal(size=(1, 3)), np.zeros((1, 1))\n\ndef forward"),
    ("np.tanh(X @ W1 + b1)", "np.tanh(W1 @ X + b1)"),
    ("A1 @ W2 + b2", "W2 @ A1 + b2"),
    ("/ len(X)", "/ X.shape[1]"),
    ("A1.T @ d2, d2.sum(axis=0)", "d2 @ A1.T, d2.sum(axis=1, keepdims=True)"),
    ("d2 @ W2.T *", "W2.T @ d2 *"),
    ("X.T @ d1, d1.sum(axis=0)", "d1 @ X.T, d1.sum(axis=1, keepdims=True)"),
]


def test_a_column_is_typed_as_a_few_numbers(tmp_path: Path) -> None:
    assert checked(tmp_path, *COLUMNS).ok
    code = LAB
    for before, after in COLUMNS:
        code = code.replace(before, after)
    names = runpy.run_path(file(tmp_path, code))
    _, db1, dW2, _ = names["gradient"](*(names[n] for n in ("W1", "b1", "W2", "b2", "X", "Y")))
    typed = {"b1": "; ".join(f"{x:.3e}" for x in db1.ravel())}
    typed["W2"] = " ".join(f"{x:.3e}" for x in dW2.ravel())
    report = checked(tmp_path, *COLUMNS, numbers=typed)
    assert report.ok and not report.notes
