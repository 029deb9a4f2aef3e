"""Public cases as students hand them in: a file with loss(…) and gradient(…)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tinygrad_fr import Value, check, sigmoid
from tinygrad_fr.checking.student_file import check_file
from tinygrad_fr.words import use

HEAD = """
from math import exp
from tinygrad_fr import cross_entropy, log, relu, sigmoid
def s(z): return 1/(1+exp(-z))
"""
LABELS = """
def loss(w=0.5, b=0.1, x1=1.5, x2=-0.7, y1=1.0, y2=0.0):
    L = 0
    for x, y in ((x1, y1), (x2, y2)):
        a = sigmoid(w*x+b)
        L = L - (y*log(a)+(1-y)*log(1-a))
    return L
def gradient(w, b, x1, x2, y1, y2):
    gw = gb = 0
    for x, y in ((x1, y1), (x2, y2)):
        a = s(w*x+b)
        d = (-y/a - (1-y)/(1-a))*a*(1-a)
        gw += d*x
        gb += d
    return {"w": gw, "b": gb}
"""
TWO_OUTPUTS = """
def loss(w11=0.9, w12=0.3, w21=0.2, w22=0.8, v11=2.0, v12=3.0, v21=1.0, v22=4.0,
         x1=1.0, x2=0.5, t1=0.3, t2=0.7):
    h1, h2 = sigmoid(w11*x1+w12*x2), sigmoid(w21*x1+w22*x2)
    return 0.5*((sigmoid(v11*h1+v12*h2)-t1)**2 + (sigmoid(v21*h1+v22*h2)-t2)**2)
def gradient(w11, w12, w21, w22, v11, v12, v21, v22, x1, x2, t1, t2):
    h1, h2 = s(w11*x1+w12*x2), s(w21*x1+w22*x2)
    o1, o2 = s(v11*h1+v12*h2), s(v21*h1+v22*h2)
    e1, e2 = o1-t1, o2-t2
    d1, d2 = e1*o1*(1-o1), e2*o2*(1-o2)
    f1, f2 = v11*e1+v21*e2, v12*e1+v22*e2
    return dict(v11=d1*h1, v12=d1*h2, v21=d2*h1, v22=d2*h2,
                w11=f1*h1*(1-h1)*x1, w12=f1*h1*(1-h1)*x2,
                w21=f2*h2*(1-h2)*x1, w22=f2*h2*(1-h2)*x2)
"""
CROSSED = """
def loss(w1=0.2, w2=-0.3, w3=0.4, w4=-0.5, w5=0.1, w6=0.2, b1=0.5,
         w7=0.3, w8=-0.1, w9=0.4, w10=0.2, b2=0.1, x1=1.0, x2=2.0, x3=-1.0):
    a1, a2 = sigmoid(w1*x1+w2*x2+w3*x3+b1), sigmoid(w4*x1+w5*x2+w6*x3+b1)
    return cross_entropy([w7*a1+w9*a2+b2, w8*a1+w10*a2+b2], 0)
def gradient(w1, w2, w3, w4, w5, w6, b1, w7, w8, w9, w10, b2, x1, x2, x3):
    a1, a2 = s(w1*x1+w2*x2+w3*x3+b1), s(w4*x1+w5*x2+w6*x3+b1)
    u, v = exp(w7*a1+w9*a2+b2), exp(w8*a1+w10*a2+b2)
    p1, p2 = u/(u+v), v/(u+v)
    return dict(w7=(p1-1)*a1, w8=(p1-1)*a2, w9=p2*a1, w10=p2*a2)
"""
DOUBTED = """
def loss(w11=0.3, w12=-0.8, w21=0.5, w22=0.9, x1=1.2, x2=-0.7):
    return cross_entropy([sigmoid(x1*w11+x2*w21), sigmoid(x1*w12+x2*w22)], 0)
def gradient(w11, w12, w21, w22, x1, x2):
    z1, z2 = s(x1*w11+x2*w21), s(x1*w12+x2*w22)
    p1 = exp(z1)/(exp(z1)+exp(z2))
    d1, d2 = (p1-1)*z1*(1-z1), (1-p1)*z2*(1-z2)
    return dict(w11=d1*x1, w21=d1*x2, w12=d2*x1, w22=d2*x2)
"""
AT_THE_OUTPUT = """
def loss(a11=0.7, a12=0.2, a21=0.5, a22=-0.3, v1=0.4, v2=-0.6, x1=1.3, x2=0.8, y=0.3):
    h1, h2 = sigmoid(a11*x1+a12*x2), sigmoid(a21*x1+a22*x2)
    return 0.5*(sigmoid(v1*h1+v2*h2)-y)**2
def gradient(a11, a12, a21, a22, v1, v2, x1, x2, y):
    p = lambda q: s(q)*(1-s(q))
    h1, h2 = s(a11*x1+a12*x2), s(a21*x1+a22*x2)
    o = s(v1*h1+v2*h2)
    d = (o-y)*p(o)
    e1, e2 = d*v1*p(h1), d*v2*p(h2)
    return dict(v1=d*h1, v2=d*h2, a11=e1*x1, a12=e1*x2, a21=e2*x1, a22=e2*x2)
"""
DIAGONAL = """
def loss(o1=0.2, o2=1.0, o3=-0.5):
    return cross_entropy([o1, o2, o3], 1)
def gradient(o1, o2, o3):
    p = exp(o2)/(exp(o1)+exp(o2)+exp(o3))
    return dict(o1=0, o2=p-1, o3=0)
"""
SLOPE_LOST = """
def loss(w1=0.5, w2=0.8, x=1.5, y=1.0):
    return (sigmoid(w2*sigmoid(w1*x)) - y)**2
def gradient(w1, w2, x, y):
    h = s(w1*x)
    o = s(w2*h)
    return {"w2": 2*(o-y)*o*(1-o)*h, "w1": o*(1-o)*w2*h*(1-h)*x}
"""
GRADIENT_SENT_BACK = """
def loss(a11=0.7, a12=0.2, a21=0.5, a22=-0.3, v1=0.4, v2=-0.6, x1=1.3, x2=0.8, y=0.5):
    return (v1*relu(a11*x1+a12*x2) + v2*relu(a21*x1+a22*x2) - y)**2
def gradient(a11, a12, a21, a22, v1, v2, x1, x2, y):
    h1, h2 = max(0, a11*x1+a12*x2), max(0, a21*x1+a22*x2)
    d = 2*(v1*h1+v2*h2-y)
    g1, g2 = d*h1, d*h2
    e1, e2 = d*g1*(h1 > 0), d*g2*(h2 > 0)
    return dict(v1=g1, v2=g2, a11=e1*x1, a12=e1*x2, a21=e2*x1, a22=e2*x2)
"""


def told(tmp_path: Path, text: str, numbers: dict[str, str] | None = None) -> tuple[int, str]:
    """The exit status and the report on a student's file."""
    path = tmp_path / "td.py"
    path.write_text(HEAD + text, "utf-8")
    with use("en"):
        report, _ = check_file(path, numbers)
        return report.exit_status, str(report)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "says", "never"),
    [
        (LABELS, "sign of the (1", ""),  # Cross Validated, logistic regression
        (TWO_OUTPUTS, "sent back instead of", ""),  # stackoverflow 53287032
        (CROSSED, "transposed", ""),  # postnetwork.co
        (AT_THE_OUTPUT, "(a) instead of", ""),  # datascience.stackexchange 37545
        (DIAGONAL, "diagonal", ""),  # deeplearning4j/libnd4j#440
        # math.stackexchange 4158072 and jcjohnson/pytorch-examples#5: they have no biases
        (SLOPE_LOST, "", "biases are right"),
        (GRADIENT_SENT_BACK, "", "biases are right"),
    ],
    ids="labels two_outputs crossed at_the_output diagonal slope_lost gradient_sent_back".split(),
)
def test_what_is_wrong_in_a_file_is_told_truly(
    tmp_path: Path, text: str, says: str, never: str
) -> None:
    status, report = told(tmp_path, text)
    assert status == 1 and says in report and not (never and never in report), report


def test_numbers_beside_a_file_are_named_too(tmp_path: Path) -> None:
    status, report = told(tmp_path, LABELS, {"w": "-0.142673", "b": "-0.737256"})
    assert status == 1 and "sign of the (1" in report, report


def test_a_right_derivation_that_its_author_doubted(tmp_path: Path) -> None:
    """math.stackexchange 1731965: the difference quotient was off, not the derivation."""
    assert told(tmp_path, DOUBTED)[0] == 0


def moved_first(step: float) -> tuple[Value, dict[str, float]]:
    """A cost, and the numbers of a program that moves the upper weights before the way back."""
    names = "a11 a12 a21 a22 b1 b2 v1 v2 c x1 x2 y".split()
    numbers = (0.7, 0.2, 0.5, -0.3, 0.1, -0.2, 0.4, -0.6, 0.3, 1.3, 0.8, 1.0)
    v = {n: Value(x, label=n) for n, x in zip(names, numbers, strict=True)}
    h1 = sigmoid(v["a11"] * v["x1"] + v["a12"] * v["x2"] + v["b1"])
    h2 = sigmoid(v["a21"] * v["x1"] + v["a22"] * v["x2"] + v["b2"])
    o = sigmoid(v["v1"] * h1 + v["v2"] * h2 + v["c"])
    L = 0.5 * (o - v["y"]) ** 2
    k, m, n = h1.data, h2.data, o.data
    d = (n - 1) * n * (1 - n)
    e1 = d * (0.4 - step * d * k) * k * (1 - k)
    e2 = d * (-0.6 - step * d * m) * m * (1 - m)
    answer = {"v1": d * k, "v2": d * m, "c": d, "b1": e1, "b2": e2}
    answer |= {"a11": e1 * 1.3, "a12": e1 * 0.8, "a21": e2 * 1.3, "a22": e2 * 0.8}
    return L, answer


@pytest.mark.parametrize(
    ("step", "told"),
    [(1.0, "with the step 1."), (0.5, "with the step 0.5."), (0.1, "with the step 0.1.")],
)
def test_weights_moved_before_the_error_went_through_them(step: float, told: str) -> None:
    """louisjc/mnist-neural-network#1: it has its name, with a usual step without being told it."""
    L, answer = moved_first(step)
    with use("en"):
        assert "updated before" in (named := str(check(L, answer, rate=step)))
        assert "with the step" not in named
        assert "updated before the way back, " + told in str(check(L, answer))


def test_with_a_step_that_nobody_guesses_it_is_placed() -> None:
    L, answer = moved_first(0.37)
    with use("en"):
        assert "updated before" in str(check(L, answer, rate=0.37))
        placed = str(check(L, answer))
        assert "layer 1" in placed and "updated" not in placed
