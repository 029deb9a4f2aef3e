"""Check it: a student's file runs in a process of its own; what it does wrong is one line."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest

import tinygrad_fr
from tests.shared import file
from tinygrad_fr import cli
from tinygrad_fr.checking import student_file
from tinygrad_fr.checking.student_file import check_file, read_exercise
from tinygrad_fr.words import use

LOSS = "def loss(w=0.5, b=0.1):\n    return (w * 1.5 + b - 1.0) ** 2\n"
RIGHT = "def gradient(w, b):\n    e = w * 1.5 + b - 1.0\n    return {'w': 3.0 * e, 'b': 2 * e}\n"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(student_file, "SECONDS", 1.0)
    with use("en"):
        yield


def test_a_right_file_and_a_wrong_one(tmp_path: Path) -> None:
    report, exercise = check_file(file(tmp_path, LOSS + RIGHT))
    assert report.ok and exercise.output.data == pytest.approx(0.0225)
    wrong, _ = check_file(file(tmp_path, LOSS + RIGHT.replace("3.0 * e", "2 * e")))
    assert (
        wrong.exit_status == 1 and wrong["b"].verdict == "right" and wrong["w"].verdict == "wrong"
    )


def test_numbers_beside_a_file(tmp_path: Path) -> None:
    report, _ = check_file(file(tmp_path, LOSS), {"w": "-0,45", "b": "-0.30"})
    assert report.ok
    assert check_file(file(tmp_path, LOSS), {"w": "-0,46"})[0].exit_status == 1


def test_a_file_that_uses_numpy_counts_as_doubles(tmp_path: Path) -> None:
    code = "import numpy as np\n" + LOSS + RIGHT.replace("2 * e", "float(np.float64(2) * float(e))")
    assert check_file(file(tmp_path, code))[0].ok


BAD = {
    "raises": (
        LOSS + "def gradient(w, b):\n    return {'w': 1 / 0}\n",
        "ZeroDivisionError, line 4",
    ),
    "raises in loss": ("def loss(w=1.0):\n    raise RuntimeError('no')\n", "RuntimeError, line 2"),
    "loops": (LOSS + "def gradient(w, b):\n    while True:\n        pass\n", "endless loop"),
    "loops at import": ("while True:\n    pass\n", "endless loop"),
    "no text": ("x = 1\0\n", "syntax error (the file has null bytes"),
    "syntax": ("def loss(w=1.0)\n    return w\n", "syntax error, line 1"),
    "exit": ("exit()\n", "ends with exit()"),
    "no loss": (RIGHT, "a function loss"),
    "no gradient": (LOSS, "a function gradient"),
    "no default": ("def loss(w):\n    return w\n", "has no default value"),
    "a list": ("def loss(w=[1.0, 2.0]):\n    return w\n", "an array of shape (2,)"),
    "text in a list": ("def loss(w=['a']):\n    return w\n", "one real number"),
    "input": ("n = int(input())\n" + LOSS + RIGHT, "asks a question with input(), line 1"),
    "loss gives no node": ("def loss(w=1.0):\n    return 3.0\n", "must return one number computed"),
    "math.exp": (
        "import math\ndef loss(w=1.0):\n    return math.exp(w)\n",
        "would lose the gradient",
    ),
    "other names": (
        LOSS + "def gradient(w, y):\n    return {'w': 1.0}\n",
        "must have the same names as loss(w, b)",
    ),
    "no mapping": (
        LOSS + "def gradient(w, b):\n    return [1.0, 2.0]\n",
        "must return {name: value}",
    ),
    "text": (LOSS + "def gradient(w, b):\n    return {'w': 'x'}\n", "is not a number"),
    "an array": (LOSS + "def gradient(w, b):\n    return {'w': [1.0]}\n", "is not a number"),
    "nothing": (LOSS + "def gradient(w, b):\n    return {'w': None}\n", "is not a number"),
    "NaN": (LOSS + "def gradient(w, b):\n    return {'w': float('nan')}\n", "is NaN"),
    "unknown": (
        LOSS + "def gradient(w, b):\n    return {'v': 1.0}\n",
        "not a parameter of this graph",
    ),
}


LISTS = """
W = [[0.1, 0.2], [0.3, -0.1]]
b = [0.5, 0.1]
def scores(W, b, x):
    return [sum(W[i][j] * x[j] for j in range(2)) + b[i] for i in range(2)]
def loss(W, b, x=[1.0, 2.0]):
    return sum(z ** 2 for z in scores(W, b, x))
def gradient(W, b, x):
    e = [2 * z for z in scores(W, b, x)]
    dW = [[d * u for u in x] for d in e]
"""


@pytest.mark.parametrize(
    "given",
    [
        "dW, e",
        *(
            pytest.param(given, marks=pytest.mark.slow)
            for given in ("[dW, e]", "{'W': dW, 'b': e}", "(dW, tuple(e))")
        ),
    ],
)
def test_lists_of_lists_are_arrays(given: str, tmp_path: Path) -> None:
    """A lab without NumPy: what is a table of numbers is read as one, both ways."""
    right, _ = check_file(file(tmp_path, f"{LISTS}    return {given}\n"))
    assert right.ok and [e.name for e in right.entries][:2] == ["W[0,0]", "W[0,1]"]
    wrong, _ = check_file(file(tmp_path, f"{LISTS}    return {given}\n".replace("2 * z", "z")))
    assert wrong.exit_status == 1 and len(wrong.entries) == 6


def test_one_array_may_come_back_row_by_row(tmp_path: Path) -> None:
    text = LISTS.replace("W, b, x=", "W, x=").replace("(W, b, x):\n    e", "(W, x):\n    e")
    report, _ = check_file(file(tmp_path, f"{text}    return dW\n"))
    assert report.ok and len(report.entries) == 4


def test_arrays_of_single_precision_are_computed_in_doubles(tmp_path: Path) -> None:
    """Their last digits were called wrong, 0.18670613 for 0.18670606, and nothing was named."""
    text = (
        "import numpy as np\nX = np.array([[1, 2], [3, 5]], dtype=np.float32)\n"
        "w = np.array([0.1, 0.7], dtype=np.float32)\n"
        "def loss(w):\n    return np.sum(np.tanh(X @ w))\n"
        "def gradient(w):\n    return (1 - np.tanh(X @ w) ** 2) @ X\n"
    )
    with use("en"):
        report, _ = check_file(file(tmp_path, text))
        assert report.ok and "differences" not in " ".join(report.notes), str(report)
        report, _ = check_file(file(tmp_path, text.replace("** 2) @", "** 2)[::-1] @")))
        assert report.exit_status == 1 and report.diagnosis is not None
        report, _ = check_file(
            file(tmp_path, text.replace("1 - np.tanh(X @ w) ** 2", "1 - np.tanh(X @ w)"))
        )
        assert "instead of tanh′" in str(report.diagnosis)


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind", [pytest.param(k, marks=pytest.mark.slow) if k.startswith("loops") else k for k in BAD]
)
def test_a_bad_file_is_one_clear_line(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, expected = BAD[kind]
    path = file(tmp_path, code)
    with pytest.raises(
        (ValueError, TypeError),
        match=expected.replace("(", r"\(").replace(")", r"\)").replace("{", r"\{"),
    ):
        check_file(path, seconds=1.0)
    said = {}
    for lang in ("fr", "en"):
        assert cli.main(["--lang", lang, "check", path]) == 3
        out, err = capsys.readouterr()
        assert out == "" and err.count("\n") == 1 and "Traceback" not in err
        said[lang] = err
    assert said["fr"] != said["en"] and expected in said["en"]


@pytest.mark.slow
def test_a_file_that_never_comes_back_is_ended_from_outside(tmp_path: Path) -> None:
    """One step of Python that holds every thread: only another process can end it."""
    path = file(tmp_path, "x = sum(range(10**15))\n")
    program = (
        "from tinygrad_fr import cli; from tinygrad_fr.checking import student_file; "
        "student_file.SECONDS = 1.0; raise SystemExit(cli.main())"
    )
    folder = str(Path(tinygrad_fr.__file__).parent.parent)
    done = subprocess.run(
        [sys.executable, "-c", program, "--lang", "en", "check", path],
        env={**os.environ, "PYTHONPATH": folder},
        capture_output=True,
        text=True,
        timeout=60,
        encoding="utf-8",
    )
    assert done.returncode == 3 and done.stdout == ""
    assert done.stderr.count("\n") == 1 and "endless loop" in done.stderr


def test_a_watched_file_is_checked_like_any_other(tmp_path: Path) -> None:
    path = file(tmp_path, LOSS + RIGHT.replace("3.0 * e", "-3.0 * e"))
    folder = str(Path(tinygrad_fr.__file__).parent.parent)
    done = subprocess.run(
        [sys.executable, "-m", "tinygrad_fr", "--lang", "fr", "check", path],
        env={**os.environ, "PYTHONPATH": folder},
        capture_output=True,
        text=True,
        timeout=60,
        encoding="utf-8",
    )
    assert done.returncode == 1 and "faux" in done.stdout and done.stderr == ""


def test_a_file_takes_no_point_and_no_formula(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = file(tmp_path, LOSS + RIGHT)
    told = {("w=3",): "is not needed", ("--hand", "w=2*w"): "does not belong here"}
    for words, said in {**told, ("--where", "a=2"): "does not belong here"}.items():
        assert cli.main(["--lang", "en", "check", path, *words]) == 3
        assert said in capsys.readouterr().err


LOOPS = LOSS + "def gradient(w, b):\n    while True:\n        pass\n"


def test_an_endless_file_is_ended_where_signals_are_ignored(tmp_path: Path) -> None:
    """As in the background of a script, under cron, under nohup: there Ctrl-C does nothing."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with pytest.raises(ValueError, match="endless loop"):
            check_file(file(tmp_path, LOOPS), seconds=0.5)
    finally:
        signal.signal(signal.SIGINT, before)


def test_an_endless_file_checked_from_a_thread_leaves_the_main_thread_alone(tmp_path: Path) -> None:
    said: list[str] = []

    def work() -> None:
        with use("en"), pytest.raises(ValueError, match="endless loop") as caught:
            check_file(file(tmp_path, LOOPS), seconds=0.5)
        said.append(str(caught.value))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(60)  # nothing may be raised here meanwhile
    assert len(said) == 1


def test_a_file_that_ends_its_process_is_no_right_answer(tmp_path: Path) -> None:
    for code in ("import os\nos._exit(0)\n", LOSS + RIGHT + "import os\nos.abort()\n"):
        with pytest.raises(ValueError, match=r"^td\.py: the file ended its process"):
            check_file(file(tmp_path, code))
    late = LOSS + "import os\ndef gradient(w, b):\n    os._exit(0)\n"
    with pytest.raises(ValueError, match="ended its process"):
        check_file(file(tmp_path, late))


def test_what_a_file_prints_is_held_back(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code = LOSS + RIGHT.replace("    return", "    print('here')\n    return") + "print('read')\n"
    report, exercise = check_file(file(tmp_path, code))
    assert report.ok and capfd.readouterr() == ("", "")
    assert "here" in exercise.running.child.output


def test_all_points_together_have_the_seconds_of_one_file(tmp_path: Path) -> None:
    """A gradient that takes a little at each of eleven points is still one file."""
    slow = LOSS + "import time\n" + RIGHT.replace("    return", "    time.sleep(0.2)\n    return")
    with pytest.raises(ValueError, match="stopped after 0.5 s"):
        check_file(file(tmp_path, slow), seconds=0.5)


def test_the_graph_comes_back_as_it_was_built(tmp_path: Path) -> None:
    code = """
from fractions import Fraction
from tinygrad_fr import cross_entropy, scope, tanh
def loss(w=0.1, x=Fraction(1, 3), n=3, unused=2.0):
    with scope("neuron", 2):
        z = w * x + 0.25
        z.label = "z"
    return tanh(z) ** 2 + cross_entropy([z, 2 * z, x ** 2], 1) + n
"""
    exercise = read_exercise(file(tmp_path, code))
    w, x, n = (exercise.leaves[name] for name in ("w", "x", "n"))
    assert (w.data, x.data, n.data) == (0.1, Fraction(1, 3), 3)
    assert [type(leaf.data).__name__ for leaf in (w, x, n)] == ["float", "Fraction", "int"]
    (z,) = [v for v in tinygrad_fr.order(exercise.output) if v.label == "z"]
    assert z.scope == (("neuron", 2),)
    again = tinygrad_fr.tanh(z) ** 2 + tinygrad_fr.cross_entropy([z, 2 * z, x**2], 1) + n
    assert exercise.output.data == again.data
    assert tinygrad_fr.replay(exercise.output, {w: 0.7}) == tinygrad_fr.replay(again, {w: 0.7})


def test_a_parameter_that_the_loss_does_not_use_is_still_given_to_the_gradient(
    tmp_path: Path,
) -> None:
    code = LOSS.replace("b=0.1", "b=0.1, eta=0.5") + RIGHT.replace("(w, b)", "(w, b, eta)")
    assert check_file(file(tmp_path, code))[0].ok


def test_a_client_s_own_operation_is_one_clear_line(tmp_path: Path) -> None:
    code = """
from tinygrad_fr import Value
def loss(w=1.0):
    out = Value(w.data ** 2, (w,), "mine")
    out._backward = lambda: None
    return out
"""
    with pytest.raises(ValueError, match=r"td\.py: no rule for the operation 'mine'"):
        read_exercise(file(tmp_path, code))


KINKS = {
    "if": ("if z < 0:\n        z = 0.1 * z", "(1.0 if z > 0 else 0.1)"),
    "max": ("z = max(0, z)", "(1.0 if z > 0 else 0.0)"),
    "max of floats": ("z = max(0.0, z)", "(z > 0) * 1.0"),
    "np.maximum": ("import numpy as np\n    z = np.maximum(0, z)", "(z > 0) * 1"),
    "abs": ("z = abs(z)", "(1.0 if z > 0 else -1.0)"),
    "two": ("z = z if z > 0 else -2 * z\n    z = min(z, 3)", "(1 if z > 0 else -2) * (s(z) < 3)"),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINKS)
def test_a_loss_with_branches_is_called_anew_at_each_point(kind: str, tmp_path: Path) -> None:
    """Its graph at the file's point is that of one branch."""
    branch, slope = KINKS[kind]
    code = f"""def s(z):
    return z if z > 0 else -2 * z
def loss(w=0.5, x=1.5, y=2.0):
    z = w * x
    {branch}
    return (z - y) ** 2
def gradient(w, x, y):
    z = w * x
    before = z
    {branch}
    e = 2 * (z - y)
    z = before
    return {{"w": e * {slope} * x}}
"""
    assert check_file(file(tmp_path, code))[0].ok
    wrong, _ = check_file(file(tmp_path, code.replace(f" * {slope}", "")))
    assert wrong.exit_status == 1 and wrong["w"].remark.startswith("right ")


def test_a_label_compared_by_equality_stays_a_number(tmp_path: Path) -> None:
    """A Value is == to itself only, so y == 1 would choose the other branch in silence."""
    code = """from tinygrad_fr import log, sigmoid
def loss(w=0.5, x=1.5, y=1):
    p = sigmoid(w * x)
    return -log(p) if y == 1 else -log(1 - p)
def gradient(w, x, y):
    return {"w": (sigmoid(w * x) - y) * x}
"""
    report, exercise = check_file(file(tmp_path, code))
    assert report.ok and exercise.output.data == pytest.approx(0.386871)


def test_the_file_is_asked_once_at_each_point(tmp_path: Path) -> None:
    told = RIGHT.replace("    e =", "    print('called')\n    e =")
    report, exercise = check_file(file(tmp_path, LOSS + told))
    assert report.ok and exercise.running.output.count("called") == 12  # 10 points, its own twice


def test_memory_is_limited(tmp_path: Path) -> None:
    greedy = LOSS + RIGHT.replace("    return", "    held = bytearray(4 * 10**9)\n    return")
    with pytest.raises(ValueError, match="out of memory, line 5"):
        check_file(file(tmp_path, greedy), memory=2 * 10**9)
    assert check_file(file(tmp_path, LOSS + RIGHT), memory=2 * 10**9)[0].ok


def test_a_thread_left_over_does_not_keep_the_answer_back(tmp_path: Path) -> None:
    code = "import threading, time\nthreading.Thread(target=time.sleep, args=(30,)).start()\n"
    assert check_file(file(tmp_path, code + LOSS + RIGHT))[0].ok


def test_a_tuple_belongs_to_the_names_that_are_returned(tmp_path: Path) -> None:
    pairs = RIGHT.replace(
        "return {'w': 3.0 * e, 'b': 2 * e}", "db, dw = 2 * e, 3 * e\n    return db, dw"
    )
    assert check_file(file(tmp_path, LOSS + pairs))[0].ok
