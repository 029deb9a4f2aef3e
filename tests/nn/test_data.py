"""Build a graph: the points are what they are said to be, and a bad file is told line by line."""

from __future__ import annotations

import copy
import math
import pickle
import random
import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tinygrad_fr.nn import data
from tinygrad_fr.words import NARROW, use

NAMES = list(data.DATASETS)


# ── drawn points ──


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("n", [1, 2, 7, 200])
def test_shapes_and_plain_numbers(name: str, n: int) -> None:
    X, y = data.dataset(name, n, seed=3)
    assert len(X) == len(y) == n
    assert all(type(x) is list and [type(a) for a in x] == [float, float] for x in X)
    assert all(type(k) is int for k in y)
    counts = [y.count(k) for k in range(max(y) + 1)]
    assert max(counts) - min(counts) <= 1  # shared evenly
    assert all(math.isfinite(a) for x in X for a in x)


@pytest.mark.parametrize("name", NAMES)
def test_the_seed_is_all_that_matters(name: str) -> None:
    random.seed(1)
    np.random.seed(1)
    before = random.getstate(), np.random.get_state()[1].tolist()  # type: ignore[index]
    first = data.dataset(name, 50, seed=5)
    assert (random.getstate(), np.random.get_state()[1].tolist()) == before  # type: ignore[index]
    random.seed(2)
    assert data.dataset(name, 50, seed=5) == first
    assert data.dataset(name, 50, seed=6) != first


def test_the_points_are_those_of_always() -> None:
    """Python promises the same random() for a seed on every version: so do we."""
    X, y = data.moons(4, noise=0.1, seed=0)
    assert y == [1, 0, 0, 1]
    assert [a for x in X for a in x] == pytest.approx(
        [
            -0.1016348894188071,
            0.49278799772149284,
            1.0941715404680665,
            -0.139657810470115,
            -1.0679714448078421,
            0.03705035674606611,
            2.0179196487274855,
            0.41689007847290105,
        ],
        abs=1e-12,
    )


@pytest.mark.parametrize("classes", [2, 3, 5, 8])
@pytest.mark.parametrize("noise", [0.0, 0.5, 3.0])
def test_clouds_are_linearly_separable(classes: int, noise: float) -> None:
    X, y = data.clouds(60, noise, seed=1, classes=classes)
    turns = [math.pi * (1.25 + 2 * k / classes) for k in range(classes)]
    for x, k in zip(X, y, strict=True):
        scores = [x[0] * math.cos(t) + x[1] * math.sin(t) for t in turns]  # one line per class
        assert scores.index(max(scores)) == k


def test_what_the_others_promise_without_noise() -> None:
    for x, k in zip(*data.circles(40, noise=0, factor=0.3), strict=True):
        assert math.hypot(*x) == pytest.approx(0.3 if k else 1)
    for x, k in zip(*data.moons(40, noise=0), strict=True):
        centre = (1, 0.5) if k else (0, 0)
        assert math.dist(x, centre) == pytest.approx(1)
        assert (x[1] <= 0.5) if k else (x[1] >= 0)
    for x, k in zip(*data.parabola(40, noise=0), strict=True):
        assert (x[1] > x[0] ** 2 - 0.5) == bool(k)
    for x, k in zip(*data.xor(40), strict=True):
        assert ((x[0] > 0) != (x[1] > 0)) == bool(k)


@pytest.mark.parametrize("arms", [2, 3, 4, 5])
def test_spirals_have_arms(arms: int) -> None:
    X, y = data.spirals(100, noise=0, arms=arms, turns=1.5)
    assert set(y) == set(range(arms))
    for x, k in zip(X, y, strict=True):
        r = math.hypot(*x)
        turn = 2 * math.pi * (k / arms + 1.5 * (r - 0.1) / 0.9)
        assert x == pytest.approx([r * math.cos(turn), r * math.sin(turn)], abs=1e-12)


def test_no_line_separates_xor() -> None:
    """The four corners, by brute force over directions: 3 of 4 at best."""
    X, y = data.xor(4, noise=0)
    best = 0
    for step in range(360):
        t = math.radians(step)
        for shift in (-1.5, -1, -0.5, 0, 0.5, 1, 1.5):
            right = sum(
                (x[0] * math.cos(t) + x[1] * math.sin(t) > shift) == bool(k)
                for x, k in zip(X, y, strict=True)
            )
            best = max(best, right)
    assert best == 3


def test_examples_say_what_they_are() -> None:
    points = data.spirals(9, arms=3)
    assert points.names == ("x_1", "x_2") and points.classes == (0, 1, 2)
    assert repr(points) == "<9 examples of (x_1, x_2), target: 3 classes>"
    for twin in (copy.copy(points), copy.deepcopy(points), pickle.loads(pickle.dumps(points))):
        assert twin == points and twin.classes == points.classes and twin.names == points.names


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: data.moons(0), "n is 0"),
        (lambda: data.moons(2.5), "n is 2.5"),  # type: ignore[arg-type]
        (lambda: data.moons(True), "n is 1"),
        (lambda: data.moons(10, noise=-1), "noise"),
        (lambda: data.moons(10, noise=math.nan), "noise"),
        (lambda: data.xor(10, noise=math.inf), "noise"),
        (lambda: data.spirals(10, arms=6), "2 ≤ arms ≤ 5"),
        (lambda: data.spirals(10, arms=1), "2 ≤ arms ≤ 5"),
        (lambda: data.spirals(10, turns=0), "turns > 0"),
        (lambda: data.circles(10, factor=1), "factor"),
        (lambda: data.clouds(10, classes=1), "classes"),
        (lambda: data.dataset("spiral"), "Did you mean 'spirals'"),
        (lambda: data.split([[1.0]], [1]), "at least two"),
        (lambda: data.split([[1.0]] * 3, [1]), "3 examples and 1 targets"),
        (lambda: data.split([[1.0]] * 3, [1] * 3, 1.0), "fraction"),
    ],
)
def test_bad_options_are_one_line(call: Any, word: str) -> None:
    with use("en"), pytest.raises(ValueError) as caught:
        call()
    assert word in str(caught.value) and "\n" not in str(caught.value)


# ── in two parts ──


@pytest.mark.parametrize(
    ("n", "fraction", "test"), [(10, 0.3, 3), (2, 0.01, 1), (2, 0.99, 1), (5, 0.5, 2)]
)
def test_split_loses_nothing(n: int, fraction: float, test: int) -> None:
    X, y = [[float(i)] for i in range(n)], list(range(n))
    (X1, y1), (X2, y2) = data.split(X, y, fraction, seed=4)
    assert len(X2) == len(y2) == test
    assert [x[0] for x in X1 + X2] == y1 + y2
    assert sorted(y1 + y2) == y
    assert data.split(X, y, fraction, seed=4) == ((X1, y1), (X2, y2))


def test_split_depends_on_its_seed() -> None:
    X, y = data.moons(40)
    assert data.split(X, y, seed=1) != data.split(X, y, seed=2)


# ── digits ──


def test_digits_without_scikit_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with (
        use("en"),
        pytest.raises(ImportError, match="pip install scikit-learn, or take other data"),
    ):
        data.digits()


def test_digits_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a stand-in of its interface: 30 pictures."""
    grey = np.arange(30 * 64).reshape(30, 64) % 17.0
    stand_in: Any = types.ModuleType("sklearn.datasets")
    stand_in.load_digits = lambda: types.SimpleNamespace(data=grey, target=np.arange(30) % 10)
    monkeypatch.setitem(sys.modules, "sklearn", types.ModuleType("sklearn"))
    monkeypatch.setitem(sys.modules, "sklearn.datasets", stand_in)
    X, y = data.digits()
    assert len(X) == 30 and len(X[0]) == 64 and max(map(max, X)) == 1 and type(X[0][0]) is float
    assert type(y[0]) is int and y == [i % 10 for i in range(30)]
    few = data.digits(5, seed=1)
    assert len(few[0]) == 5 and all(x in X for x in few[0]) and few.names[8] == "pixel_2,1"
    with pytest.raises(ValueError):
        data.digits(31)


def test_the_real_digits() -> None:
    pytest.importorskip("sklearn.datasets")
    X, y = data.digits()
    assert len(X) == 1797 and set(y) == set(range(10))


# ── CSV files that are read ──


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "points.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


PLAIN = [[1.5, -2.0], [0.25, 3e-4]]


@pytest.mark.parametrize(
    "text",
    [
        "a,b,label\n1.5,-2,0\n0.25,3e-4,1\n",
        "1.5,-2,0\n0.25,3e-4,1",
        "a;b;label\n1,5;-2;0\n0,25;3e-4;1\n",
        "a;b;label\n1.5;-2;0\n.25;3e-4;1\n",
        "a\tb\tlabel\n1,5\t-2\t0\n,25\t3E-4\t1\n",
        "\ufeffa,b,label\r\n1.5,-2,0\r\n0.25,3e-4,1\r\n",
        "\n\na,b,label\n\n1.5,-2,0\n  \n0.25,3e-4,1\n,,\n\n",
        '"a","b","label"\n"1.5", "-2", "0"\n"0.25","0.0003","1"\n',
        '"1,5","-2","0"\n"0,25","0,0003","1"\n',
        "  a , b , label \n 1.5 , −2 , 0 \n +0.25 , 3e-4 , 1 \n",
        '"a",b,label\n1.5,-2,0\n0.25,3e-4,1\n',
        "1,5;-2;0\n0,25;3e-4;1\n",
    ],
)
def test_the_same_table_in_many_spellings(tmp_path: Path, text: str) -> None:
    X, y = read = data.read_csv(written(tmp_path, text))
    assert X == PLAIN and y == [0, 1] and read.classes == (0, 1)
    assert all(type(k) is int for k in y)
    assert read.names == (("a", "b") if "a" in text else ("x_1", "x_2"))


def test_a_semicolon_within_quotes_separates_nothing(tmp_path: Path) -> None:
    assert data.read_csv(written(tmp_path, '"a;1",b\n1.5,-2\n')).names == ("a;1",)


def test_a_cell_of_two_lines_counts_as_two(tmp_path: Path) -> None:
    path = written(tmp_path, 'a,"the\nlabel"\n1,2\n\nx,4\n')
    with use("en"), pytest.raises(ValueError, match=r"line 5, column 1 \(a\): 'x'"):
        data.read_csv(path)


def test_target_by_name_and_by_number(tmp_path: Path) -> None:
    path = written(tmp_path, "kind,a,b\nred,1,2\nblue,3,4\nred,5,6\n")
    for target in ("kind", 1, "1", -3):
        X, y = read = data.read_csv(path, target=target)
        assert X == [[1, 2], [3, 4], [5, 6]] and y == [1, 0, 1]
        assert read.classes == ("blue", "red") and read.names == ("a", "b")
    with (
        use("en"),
        pytest.raises(ValueError, match=r"line 2, column 1 \(kind\): 'red' is not a number"),
    ):
        data.read_csv(path)


def test_words_as_classes_without_a_header(tmp_path: Path) -> None:
    read = data.read_csv(written(tmp_path, "1,2,+\n3,4,-\n5,6,+\n"))
    assert read == ([[1, 2], [3, 4], [5, 6]], [0, 1, 0])
    assert read.classes == ("+", "-") and read.names == ("x_1", "x_2")


def test_a_quantity_is_no_class(tmp_path: Path) -> None:
    read = data.read_csv(written(tmp_path, "x,y\n1,2.5\n2,4\n"))
    assert read == ([[1], [2]], [2.5, 4.0]) and read.classes == ()
    assert data.read_csv(written(tmp_path, "x,y\n1,-1\n2,1\n")).classes == ()


def test_a_header_of_numbers_can_be_said(tmp_path: Path) -> None:
    path = written(tmp_path, "1,2\n3,4\n5,7\n")
    assert data.read_csv(path) == ([[1], [3], [5]], [2, 4, 7])
    assert data.read_csv(path, header=True) == ([[3], [5]], [4, 7])


def test_another_encoding(tmp_path: Path) -> None:
    text = "x;espèce\n1,5;rosé\n2;doré\n"
    path = written(tmp_path, text.encode("cp1252"))
    with use("en"), pytest.raises(ValueError, match="line 1: byte 0xe8 is not utf-8.*cp1252"):
        data.read_csv(path)
    assert data.read_csv(path, encoding="cp1252").classes == ("doré", "rosé")
    path = written(tmp_path, text.encode("utf-16"))
    assert data.read_csv(path, "espèce", encoding="utf-16")[0] == [[1.5], [2.0]]
    with use("en"), pytest.raises(ValueError, match="is not utf-8"):
        data.read_csv(path)


# ── CSV files that are not ──


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b,label\n1,2,0\n3,,1\n", "line 3, column 2 (b): missing value; complete the line"),
        ("a,b,label\n1,2,0\n3,NaN,1\n", "line 3, column 2 (b): missing value ('NaN')"),
        ("a,b,label\n1,2,0\n3,NA,1\n", "missing value ('NA')"),
        ("a,b,label\n1,2,0\n\n3,four,1\n", "line 4, column 2 (b): 'four' is not a number"),
        ("1,2,0\n3,inf,1\n", "line 2, column 2: 'inf' is infinite"),
        ("1,2,0\n3,1e999,1\n", "line 2, column 2: '1e999' is infinite"),
        ("1,2,0\n3,4,\n", "line 2, column 3: missing value"),
        ("1,2,red\n3,4,\n", "line 2, column 3: missing value"),
        ("nan,nan,red\n3,4,red\n", "line 1, column 1: missing value"),
        ("inf,inf,red\n3,4,red\n", "line 1, column 1: 'inf' is infinite"),
        ("1,2,red\n3,4,5\n", "'red' (line 1) and '5' (line 2), words and numbers"),
        ("1,2,label\n3,4,5\n", "'label' (line 1) and '5' (line 2), words and numbers"),
        ("a,b,label\n1,2,0\n3,4\n", "line 3: 2 cells instead of 3"),
        (
            "a,b,label\n1,5,2,0\n",
            "line 2: 4 cells instead of 3 (with decimal commas, separate by ;)",
        ),
        (
            "a;b;label\n1,5;2;0\n1.5;2;0\n",
            "line 3, column 1 (a): '1.5' has '.' before its decimals",
        ),
        ("a;b\n1.234,5;2\n", "'1.234,5' is not a number"),
        ("a;b\n1_000;2\n", "'1_000' is not a number"),
        ("a;b\n١;2\n", "is not a number"),
        ("", "the file is empty"),
        ("\n \n", "the file is empty"),
        ("a,b,label\n", "there is no example"),
        ("a,,label\n1,2,3\n", "line 1: column 2 has no name"),
        (",,red\n1,2,red\n", "line 1: column 1 has no name"),
        ("a,a,label\n1,2,3\n", "two columns are named 'a'"),
        ("1\n2\n", "a single column"),
        ('a,b\n1,"2\n3,4\n', "line 2: a quote"),
        ('a,b\n1,"2"3\n', "line 2: a quote"),
        ("a,b\n1,\x002\n", "this is not text"),
    ],
)
def test_a_bad_file_is_told_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    path = written(tmp_path, text)
    with use("en"), pytest.raises(ValueError) as caught:
        data.read_csv(path)
    told = str(caught.value)
    assert message in told and "\n" not in told and told.startswith(str(path))
    with use("fr"), pytest.raises(ValueError) as caught:
        data.read_csv(path)
    assert f"{NARROW}: " in str(caught.value) and str(caught.value) != told


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("lable", "Did you mean 'label'? Choose one of: a, b, label"),
        (4, "there are 3 columns; give a number from 1 to 3"),
        (0, "there are 3 columns"),
        ("-4", "there are 3 columns"),
    ],
)
def test_a_target_that_is_not_there(tmp_path: Path, target: str | int, message: str) -> None:
    path = written(tmp_path, "a,b,label\n1,2,0\n3,4,1\n")
    with use("en"), pytest.raises(ValueError) as caught:
        data.read_csv(path, target=target)
    assert message in str(caught.value)


def test_a_name_without_a_header(tmp_path: Path) -> None:
    with (
        use("en"),
        pytest.raises(ValueError, match="does not name the columns; give a number from 1 to 2"),
    ):
        data.read_csv(written(tmp_path, "1,2\n3,4\n"), target="label")


def test_no_file_and_no_file_at_all(tmp_path: Path) -> None:
    with use("en"), pytest.raises(FileNotFoundError, match="there is no such file; check the path"):
        data.read_csv(tmp_path / "none.csv")
    with use("en"), pytest.raises(ValueError, match="this is a folder; give a file"):
        data.read_csv(tmp_path)
    with use("en"), pytest.raises(ValueError, match="unknown encoding 'latin-one'"):
        data.read_csv(written(tmp_path, "1,2\n"), encoding="latin-one")
