"""Check it: values, gradients of steps, δ and matrices may be answered too."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from tinygrad_fr import cli
from tinygrad_fr.checking.quantities import Known, typed_numbers
from tinygrad_fr.checking.report import Report
from tinygrad_fr.checking.student_file import check_file
from tinygrad_fr.checking.typed import check_expression
from tinygrad_fr.checking.verdict import COST, RIGHT, WRONG
from tinygrad_fr.reading.expression import read
from tinygrad_fr.words import use

NEURON = "z = w*x + b; a = sigmoid(z); (a - y)**2"
POINT = {"w": 0.5, "x": 1.5, "b": 0.1, "y": 1.0}
A = 1 / (1 + math.exp(-0.85))  # by hand: z = 0.5·1.5 + 0.1
DA = 2 * (A - 1)
DZ = DA * A * (1 - A)

NET = (
    "z1 = w11*x1 + w12*x2 + b1; z2 = w21*x1 + w22*x2 + b2; a1 = tanh(z1); a2 = tanh(z2);"
    "z3 = w31*a1 + w32*a2 + b3; (sigmoid(z3) - y)**2"
)
WEIGHTS = dict(w11=0.1, w12=-0.2, w21=0.3, w22=0.4, b1=0.5, b2=-0.6, w31=0.7, w32=0.8, b3=0.9)
DATA = dict(x1=1.0, x2=2.0, y=0.0)


@pytest.fixture(autouse=True)
def _in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINYGRAD_LANG", "en")


def by_hand() -> dict[str, list[float]]:
    """The net's δ and gradients, written out as in the course."""
    p, (x1, x2, y) = WEIGHTS, DATA.values()
    a1 = math.tanh(p["w11"] * x1 + p["w12"] * x2 + p["b1"])
    a2 = math.tanh(p["w21"] * x1 + p["w22"] * x2 + p["b2"])
    s = 1 / (1 + math.exp(-(p["w31"] * a1 + p["w32"] * a2 + p["b3"])))
    delta2 = 2 * (s - y) * s * (1 - s)
    d1, d2 = delta2 * p["w31"] * (1 - a1 * a1), delta2 * p["w32"] * (1 - a2 * a2)
    return {
        "delta": [delta2],
        "delta2": [delta2],
        "δ²": [delta2],
        "delta1": [d1, d2],
        "δ_1": [d1, d2],
        "W1": [d1 * x1, d1 * x2, d2 * x1, d2 * x2],
        "dW1": [d1 * x1, d1 * x2, d2 * x1, d2 * x2],
        "W2": [delta2 * a1, delta2 * a2],
        "∂L/∂W2": [delta2 * a1, delta2 * a2],
        "db3": [delta2],
        "z1": [p["w11"] * x1 + p["w12"] * x2 + p["b1"]],
        "dL/da2": [delta2 * p["w32"]],
    }


def typed(numbers: list[float]) -> str:
    return "; ".join(f"{x:.6f}".replace(".", ",") for x in numbers)


def answered(**answers: str) -> Report:
    return check_expression(NEURON, POINT, numbers=answers)[0]


@pytest.mark.parametrize("name", by_hand())
def test_what_may_be_answered_in_a_network(name: str) -> None:
    numbers = by_hand()[name]
    right, *_ = check_expression(NET, {**WEIGHTS, **DATA}, numbers={name: typed(numbers)})
    assert right.ok and len(right.entries) == len(numbers)
    wrong = [*numbers[:-1], 1.1 * numbers[-1]]
    report, *_ = check_expression(NET, {**WEIGHTS, **DATA}, numbers={name: typed(wrong)})
    assert [e.verdict for e in report.entries] == [RIGHT] * (len(numbers) - 1) + [WRONG]


@pytest.mark.parametrize(
    ("name", "shown", "x"),
    [
        ("z", "z", 0.85),
        ("a", "a", A),
        ("da", "∂L/∂a", DA),
        ("dL/da", "∂L/∂a", DA),
        ("∂L/∂z", "∂L/∂z", DZ),
        ("dC/dz", "∂L/∂z", DZ),
        ("delta", "∂L/∂z", DZ),
        ("dw", "w", 1.5 * DZ),
        ("∂L/∂b", "b", DZ),
        ("W", "w", 1.5 * DZ),
    ],
)
def test_one_neuron(name: str, shown: str, x: float) -> None:
    right = answered(**{name: f"{x:.5f}"})
    assert right.ok and [e.name for e in right.entries] == [shown]
    assert answered(**{name: f"{-x:.5f}"}).exit_status == 1


def test_a_name_that_was_given_is_itself() -> None:
    """A step called dz answers its value."""
    report, *_ = check_expression("dz = 3*w; dz**2", {"w": 2.0}, numbers={"dz": "6,0"})
    assert report.ok and report.entries[0].name == "dz"


def test_where_to_look_first() -> None:
    report = answered(z="0,95", a="0,72", da=f"{DA:.4f}", dz="-0,6", w="-0,9")
    assert report.notes[:2] == [
        "Forward pass: the first wrong value is z.",
        "Going back from the cost, the first wrong derivative is ∂L/∂z.",
    ]
    assert report.diagnosis is not None  # of w
    assert [e.name for e in report.entries] == ["z", "a", "∂L/∂a", "∂L/∂z", "w"]
    assert not answered(z="0,850", dz=f"{DZ:.4f}").notes


@pytest.mark.parametrize("with_w", [False, True])
def test_steps_may_be_right_for_another_cost(with_w: bool) -> None:
    answers = {"da": f"{DA / 2:.5f}", "dz": f"{DZ / 2:.5f}"}
    answers |= {"w": f"{1.5 * DZ / 2:.5f}"} if with_w else {}
    report = answered(**answers)
    assert {e.verdict for e in report.entries} == {COST} and report.cost == ("half",)
    assert len(report.entries) == len(answers) and len(report.notes) == 1
    accepted, *_ = check_expression(NEURON, POINT, numbers=answers, accept=["half"])
    assert accepted.ok


def test_steps_of_one_cost_and_parameters_of_another_are_wrong() -> None:
    report = answered(dz=f"{DZ / 2:.5f}", w=f"{1.5 * DZ:.5f}")
    assert report["∂L/∂z"].verdict == WRONG and report["w"].verdict == RIGHT


def test_a_formula_for_the_gradient_of_a_step() -> None:
    right, *_ = check_expression(NEURON, POINT, {"dz": "2*(a-y)*a*(1-a)", "w": "2*(a-y)*a*(1-a)*x"})
    assert right.ok
    wrong, *_ = check_expression(NEURON, POINT, {"dz": "2*(a-y)*a*(1+a)", "da": "2*(a-y)"})
    assert (wrong["∂L/∂z"].verdict, wrong["∂L/∂a"].verdict) == (WRONG, RIGHT)
    with pytest.raises(ValueError, match="--hand a: a formula is a derivative; write da"):
        check_expression(NEURON, POINT, {"a": "sigmoid(z)"})


def test_a_formula_of_a_step_is_tried_at_other_points_too() -> None:
    report, *_ = check_expression("z = 2*w; z**3", {"w": 0.5}, {"dz": "3*z"})
    assert report.exit_status == 1 and "right at this point" in report["∂L/∂z"].remark


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("w11", "1; 2", "w11 is one number, the answer has 2"),
        (
            "delta1",
            "1",
            "delta1 has 2 numbers, the answer has 1. Separate them by semicolons: ∂L/∂z1,",
        ),
        (
            "W1",
            "1; 2; 3",
            "W1 has 4 numbers, the answer has 3. Separate them by semicolons: w11, w12, w21",
        ),
        ("delta7", "1", "'delta7' is not a parameter of this graph; it has w11"),
        ("dq", "1", "; the steps z1, z2, a1, a2, z3"),
    ],
)
def test_what_cannot_be_answered(name: str, text: str, told: str) -> None:
    given = read(NET, {**WEIGHTS, **DATA})
    known = Known(given.output, given.leaves, given.steps)
    with pytest.raises(ValueError) as caught:
        typed_numbers(known, name, text)
    assert told in str(caught.value)


def test_two_answers_for_one_thing() -> None:
    with pytest.raises(ValueError, match="∂L/∂z is given two answers"):
        answered(delta="-0,126", dz="-0,126")


def test_rows_may_stand_on_lines_of_their_own() -> None:
    rows = typed(by_hand()["W1"]).split("; ")
    text = f"{rows[0]}; {rows[1]}\n{rows[2]}; {rows[3]}"
    assert check_expression(NET, {**WEIGHTS, **DATA}, numbers={"W1": text})[0].ok


def test_a_file_s_labelled_nodes_are_steps(tmp_path: Path) -> None:
    code = (
        "from tinygrad_fr import sigmoid\n"
        "def loss(w=0.5, x=1.5, b=0.1, y=1.0):\n"
        "    z = w * x + b\n    z.label = 'z'\n    return (sigmoid(z) - y) ** 2\n"
    )
    (tmp_path / "td.py").write_text(code, "utf-8")
    numbers = {"z": "0,850", "dz": f"{DZ:.4f}", "w": f"{1.5 * DZ:.4f}", "delta": "1"}
    with pytest.raises(ValueError, match="two answers"):
        check_file(tmp_path / "td.py", numbers)
    numbers.pop("delta")
    assert check_file(tmp_path / "td.py", numbers)[0].ok


def test_from_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    words = [NEURON, *(f"{n}={x}" for n, x in POINT.items()), "--answer", "δ=-0,126"]
    assert cli.main(["check", *words, "--answer", "a=0,70"]) == 0
    assert "∂L/∂z" in capsys.readouterr().out


OTHER = "z1 = u*x + p; h = tanh(z1); z2 = v*h + q; (sigmoid(z2) - y)**2"
LETTERS = dict(u=0.5, x=1.5, p=0.1, v=-1.0, q=0.2, y=1.0)


def test_a_delta_where_no_letter_tells_the_parameters() -> None:
    known = Known(*read(OTHER, LETTERS)[:3])
    assert [q.name for q in known.find("delta1")] == ["∂L/∂z1"]
    assert [q.name for q in known.find("delta")] == ["∂L/∂z2"]
    assert [q.name for q in known.find("W2")] == ["v"]
    with pytest.raises(ValueError, match="for a layer, delta1, delta2"):
        known.find("delta3")


def test_the_first_wrong_value_is_the_first_made_whether_it_is_used_or_not() -> None:
    """Of p = softmax(…) the cost reads p_1 only; p_2 is no earlier for that."""
    text = "z1 = w*x; z2 = v*x; z3 = u*x; p = softmax(z1, z2, z3); -log(p_1)"
    at = {"w": 0.5, "v": 0.2, "u": -0.3, "x": 1.2}
    with use("en"):
        report, *_ = check_expression(text, at, numbers={"p": "0.4654 0.3247 0.2099"})
    assert [e.name for e in report.entries] == ["p_1", "p_2", "p_3"]
    assert "the first wrong value is p_1" in report.notes[0]
