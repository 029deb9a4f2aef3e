"""Check it: what is typed beside an expression, and numbers kept in a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.shared import file
from tinygrad_fr import cli
from tinygrad_fr.checking.compare import Case
from tinygrad_fr.checking.graph import Graph
from tinygrad_fr.checking.hand import as_typed
from tinygrad_fr.checking.typed import check_expression, read_answers, solution
from tinygrad_fr.reading.expression import read
from tinygrad_fr.words import use

# ── numbers in a file ──


def test_numbers_from_json_and_csv(tmp_path: Path) -> None:
    assert read_answers(file(tmp_path, '{"w": "-0,188", "b": 3}', "a.json")) == {
        "w": "-0,188",
        "b": "3",
    }
    assert read_answers(file(tmp_path, "w;b\n-0,188;3\n", "a.csv")) == {"w": "-0,188", "b": "3"}
    assert read_answers(file(tmp_path, "w,b\n-0.188,3\n", "a.csv")) == {"w": "-0.188", "b": "3"}


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.json", "{", "not a readable JSON"),
        ("a.json", "[1, 2]", "an object {name: number}"),
        ("a.csv", "", "a line of names"),
        ("a.csv", "w;b\n", "no line follows"),
        ("a.csv", "w;b\n1;2\n3;4\n", "one line of numbers"),
        ("a.csv", "w;b\n1\n", "1 cells instead of 2"),
        ("a.csv", "w\nabc\n", "not a number"),
        ("a.csv", "w\n1;2\n", "the answer has 2"),
        ("a.csv", "v\n1\n", "not a parameter of this graph"),
        ("a.json", '{"w": "nan"}', "not a number"),
        ("a.json", '{"w": "1; 2"}', "is one number, the answer has 2"),
    ],
)
def test_bad_numbers_are_one_clear_line(
    name: str, content: str, expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = file(tmp_path, content, name)
    assert cli.main(["--lang", "en", "check", "w**2", "w=3", "--answer", path]) == 3
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and expected in err


# ── typed ──


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["w**2", "w=3"], "nothing to compare"),
        ([], "is missing"),
        (["w**2", "w=3", "--hand", "w=v"], "v"),
        (["w**2", "w=3", "--hand", "v=2"], "not a parameter"),
        (["w**2", "w=nan", "--answer", "w=6"], "nan"),
        (["w**2", "w=3", "--answer", "w=6;7"], "the answer has 2"),
        (["w**2", "w=3", "--answer", "w="], "--answer expects"),
        (["w**2", "w=3", "--answer", "w=inf"], "not a number"),
        (["w**2", "--answer", "w=6"], "w"),
        (["w**2", "w=3", "--hand", "w=2*w", "--answer", "w=6"], "two answers"),
        (["w**2", "w=3", "--hand", "w=2*w", "--hand", "w=3*w"], "once per name"),
        (["w**2", "w=3", "--hand", "w=2*a", "--where", "w=1"], "has a value already"),
        (["log(w)", "w=-1", "--answer", "w=1"], "log needs"),
        (["(w-1)/(w**2-1)", "w=1", "--answer", "w=1"], "at node a/b, with a = w − 1, b = w^2 − 1"),
        (["w**2", "w=2", "--hand", "w=2*w+log(w-2)"], "the formula for w has no value at this"),
        (["w1**2", "w1=2", "--hand", "w1=2*w1/(w1-2)"], "at node a/b, with a = 2·w1, b = w1 − 2"),
        (["w1**2", "w1=2", "--hand", "w1=2*w1/(w1-2)"], "Correct it, or take another point"),
    ],
)
def test_what_is_typed_wrong_is_one_clear_line(
    words: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said = {}
    for lang in ("fr", "en"):
        assert cli.main(["--lang", lang, "check", *words]) == 3
        out, err = capsys.readouterr()
        assert out == "" and err.count("\n") == 1
        said[lang] = err
    assert expected in said["en"] and said["fr"] != said["en"]


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["w**2", "w=3", "--hand", "w=2*w"], 0),
        (["w**2", "w=3", "--hand", "w=3*w"], 1),
        (["sqrt(w)", "w=0", "--answer", "w=1"], 2),
        (["-y*ln(a)", "a=0.7", "y=1", "--hand", "a=-y/a"], 0),
        (["w**2", "w=3", "--hand", "w=2*w", "--solution"], 0),
    ],
)
def test_the_exit_status_tells(
    words: list[str], status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["--lang", "en", "check", *words]) == status
    assert capsys.readouterr().err == ""


def test_where_names_what_the_formula_uses() -> None:
    report, _, leaves = check_expression(
        "(2*w - 1)**2", {"w": 3.0}, {"w": "4*e"}, where={"e": "2*w - 1"}
    )
    assert report.ok and list(leaves) == ["w"]


NEURON = ["z = w*x + b; a = sigmoid(z); (a - y)**2", "w=0.5", "x=1.5", "b=0,1", "y=1"]


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["--hand", "w=2*(a-y)*a*(1-a)*x", "--hand", "b=2(a-y)·a(1-a)"], 0),
        (["--hand", "w=2*d*x", "--where", "d=(a-y)*a*(1-a)"], 0),
        (["--hand", "w=d = a - y; 2d*a*(1-a)*x"], 0),
        (["--answer", "w=-0,188", "--answer", "b=-0,126"], 0),
        (["--hand", "w=2*(a-y)*x", "--hand", "b=2*(a-y)"], 1),
    ],
)
def test_the_steps_of_the_expression_stand_in_the_answers(
    words: list[str], status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["--lang", "en", "check", *NEURON, *words]) == status
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("formula", ["∂L/∂a·σ′(z)·x", "δ·x", "2(a−y)·σ'(z)·x", "2(a−y)·a(1−a)·x"])
def test_a_formula_may_use_what_a_derivation_prints(formula: str) -> None:
    text, point = (
        "z = w*x + b; a = sigmoid(z); L = (a - y)**2",
        {"w": 0.5, "x": 1.5, "b": 0.1, "y": 1.0},
    )
    assert check_expression(text, point, {"w": formula})[0].ok


def test_the_gradient_of_a_neuron_of_a_layer() -> None:
    text = "z_1^[1] = w_1*x; z_2^[1] = w_2*x; σ(z_1^[1])^2 + σ(z_2^[1])^2"
    point = {"w_1": 1.0, "w_2": 2.0, "x": 1.5}
    assert check_expression(text, point, {"w_2": "δ₂⁽¹⁾·x"})[0].ok
    assert not check_expression(text, point, {"w_2": "δ₁⁽¹⁾·x"})[0].ok
    with use("en"), pytest.raises(ValueError, match="several numbers.*∂L/∂z₁⁽¹⁾, ∂L/∂z₂⁽¹⁾"):
        check_expression(text, point, {"w_2": "δ·x"})


def test_the_gradient_that_is_asked_for_is_no_answer() -> None:
    for formula in ("∂L/∂w", "∂L/∂x", "dL/da*x"):
        with use("en"), pytest.raises(ValueError, match="no value is given"):
            check_expression("a = w*x; L = a**2", {"w": 1.0, "x": 2.0}, {"w": formula})


def test_where_a_decimal_is_no_float_both_are_the_point() -> None:
    """v⁸ is 1.2e14: between 57.47 and the float beside it the cosine turns by a tenth."""
    text, point = "1.55**2 + sin((v*v)**4)", {"v": 57.47}
    told = check_expression(text, point, numbers={"v": "3.857e12"})[0]
    assert told.entries[0].verdict == "right" and f"{float(told['v'].truth):.3e}" == "3.857e+12"
    as_float = check_expression(text, point, numbers={"v": "4.16e12"})[0]
    assert as_float.ok and f"{float(as_float['v'].truth):.2e}" == "4.16e+12"
    assert check_expression(text, point, numbers={"v": "4.000e12"})[0].exit_status == 1


ONE_NEURON = "z = w*x + b; a = sigmoid(z); L = (a - y)**2"
AT = {"w": 0.5, "x": 1.5, "b": 0.1, "y": 1.0}


def lines_about(numbers: dict[str, str], text: str = ONE_NEURON) -> list[str]:
    """The lines of a solution that are marked."""
    report, output, leaves = check_expression(text, AT, numbers=numbers)
    with use("en"):
        found = solution(output, leaves, report)
    assert found[0] in ("Forward pass", "Mean of 2 examples") and not any(
        "None" in line for line in found
    )
    return [line for line in found if line.startswith("→ ")]


def test_the_solution_is_the_derivation_of_what_is_wrong() -> None:
    wrong = "→ ∂L/∂w = ∂L/∂a·σ′(z)·x = −0.5989·0.2098·1.5 = −0.188   [C8]"
    assert lines_about({"w": "-0.9", "b": "-0.126"}) == [wrong]
    assert lines_about({"w": "-0.188", "b": "-0.126"})[0] == wrong  # all right: all of it
    assert len(lines_about({"w": "-0.188", "b": "-0.126"})) == 2


def test_a_step_its_gradient_and_a_layer_are_marked_too() -> None:
    assert lines_about({"z": "3", "w": "-0.188"}) == ["→ z = w·x + b = 0.5·1.5 + 0.1 = 0.85"]
    (line,) = lines_about({"∂L/∂z": "3", "w": "-0.188"})
    assert line.startswith("→ ∂L/∂z = ∂L/∂a·σ′(z) = ")
    (line,) = lines_about({"delta": "3"})
    assert line.startswith("→ ∂L/∂z = ")


def test_the_solution_of_a_mean_marks_the_mean() -> None:
    text = "L_1 = (w*x - y)^2; L_2 = (w*b - y)^2; L = (L_1 + L_2)/2"
    (line,) = lines_about({"w": "7"}, text)
    assert line.startswith("→ ∂L/∂w = (1/2) Σᵢ ∂Lᵢ/∂w = ")


def test_what_is_judged_wrong_is_out_of_reach_of_its_digits() -> None:
    """1 may be 0.5 to 2, and cut off only 1 to 2: who asks where it goes wrong must know."""
    typed = read("w**2", {"w": 0.2})
    case = Case(Graph(typed.output), {typed.leaves["w"]: as_typed("1")})
    entry = case.entry(0)
    assert entry.verdict == "wrong" and case.rooms[0] < abs(entry.yours - entry.truth)


@pytest.mark.parametrize(
    ("cost", "x", "right"),
    [("exp(x)", -800, "exp(2*x)/exp(x)"), ("log(x)", 1e-300, "x/(x*x)")],
)
def test_a_right_formula_with_a_step_that_is_0_in_floats_is_right(
    cost: str, x: float, right: str
) -> None:
    assert check_expression(cost, {"x": x}, {"x": right})[0].ok
    assert not check_expression(cost, {"x": x}, {"x": f"1.5*{right}"})[0].ok
    with pytest.raises(ValueError, match="div"):
        check_expression(cost, {"x": x}, {"x": "1/(x - x)"})


def test_a_formula_that_names_all_of_a_softmax_is_told_the_names_of_each() -> None:
    with use("en"), pytest.raises(ValueError, match="Write one of them: p_1, p_2, p_3"):
        check_expression(
            "p = softmax(x, y, z); -log(p_1)", {"x": 1, "y": 2, "z": 3}, {"x": "p - 1"}
        )
