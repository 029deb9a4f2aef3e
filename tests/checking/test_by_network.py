"""Check it: what people do in networks and over examples, against plain arithmetic of their own."""

from __future__ import annotations

import pytest

from tests.shared import diagnosis
from tinygrad_fr.checking.typed import check_expression
from tinygrad_fr.words import use

NET = (
    "h = sigmoid(w1*x1 + w2*x2 + b1); k = sigmoid(w3*x1 + w4*x2 + b2); "
    "a = tanh(v1*h + v2*k + b3); (a - y)**2"
)
AT = dict(w1=0.5, w2=-0.8, w3=1.2, w4=0.4, b1=0.1, b2=-0.6, v1=0.9, v2=-1.4, b3=0.2)
AT |= dict(x1=1.5, x2=0.7, y=0.2)
STEPS = {"d": "2*(a-y)*(1-a**2)", "s": "d*v1*h*(1-h)", "t": "d*v2*k*(1-k)"}
HAND = dict(w1="s*x1", w2="s*x2", w3="t*x1", w4="t*x2", b1="s", b2="t")
HAND |= dict(v1="d*h", v2="d*k", b3="d")


def test_the_right_derivation_is_right() -> None:
    assert check_expression(NET, AT, HAND, where=STEPS)[0].ok


@pytest.mark.slow
@pytest.mark.parametrize("digits", [0, 4])
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (dict(s="d*v2*h*(1-h)", t="d*v1*k*(1-k)"), "in reverse order on the way back"),
        (
            dict(s="d*v1*(1-a**2)", t="d*v2*(1-a**2)"),
            "tanh′ of the next layer instead of σ′ of this layer",
        ),
        (dict(d="2*(a-y)*h*(1-h)"), "σ′ of the previous layer instead of tanh′ of this layer"),
        (dict(s="d*v1/(v1+v2)*h*(1-h)", t="d*v2/(v1+v2)*k*(1-k)"), "shared out as v/Σv"),
        (dict(s="d*d*h*h*(1-h)", t="d*d*k*k*(1-k)"), "∂L/∂v instead of v on the way back"),
        (dict(b1="d", b2="d"), "the bias of a hidden layer gets the δ of the next layer"),
        (dict(t="0*d"), "the path through σ is left out, at k"),
        (dict(w1="s*x2", w2="s*x1", w3="t*x2", w4="t*x1"), "inputs permuted (layer 1)"),
        (dict(v1="d*k", v2="d*h"), "inputs permuted (layer 2)"),
    ],
)
def test_what_goes_wrong_between_layers(wrong: dict[str, str], words: str, digits: int) -> None:
    steps = STEPS | {n: f for n, f in wrong.items() if n in STEPS}
    hand = HAND | {n: f for n, f in wrong.items() if n in HAND}
    told = diagnosis(NET, AT, hand, digits, steps)
    assert words in told, told


@pytest.mark.parametrize(
    ("wrong", "en", "fr"),
    [
        (dict(r="g*q1/(q1+q2)*p*(1-p)"), "the error shared out as q/Σq", "répartie selon q/Σq"),
        (dict(r="g*f*p*p*(1-p)"), "∂L/∂q instead of q on the way back", "∂L/∂q au lieu de q"),
        (
            dict(g="2*(f-t)*p*(1-p)"),
            "σ′ of the previous layer instead of tanh′ of this layer",
            "σ′ de la couche précédente au lieu de tanh′ de cette couche",
        ),
    ],
)
def test_in_the_letters_of_the_exercise(wrong: dict[str, str], en: str, fr: str) -> None:
    """Two neurons p, s of weights k, m; the output f = tanh of weights q."""
    net = "p = sigmoid(k*i + m); s = sigmoid(l*i + n); f = tanh(q1*p + q2*s + c); (f - t)**2"
    at = dict(k=0.5, l=-0.8, m=0.1, n=-0.6, q1=0.9, q2=1.4, c=0.2, i=1.5, t=0.2)
    steps = {"g": "2*(f-t)*(1-f**2)", "r": "g*q1*p*(1-p)", "u": "g*q2*s*(1-s)"} | wrong
    if "q1/" in steps["r"]:
        steps["u"] = "g*q2/(q1+q2)*s*(1-s)"
    if "g*f" in steps["r"]:
        steps |= {"r": "g*g*p*p*(1-p)", "u": "g*g*s*s*(1-s)"}
    hand = dict(k="r*i", l="u*i", m="r", n="u", q1="g*p", q2="g*s", c="g")
    report, *_ = check_expression(net, at, hand, where=steps)
    for language, words in (("en", en), ("fr", fr)):
        with use(language):
            assert words in str(report.diagnosis), str(report.diagnosis)


@pytest.mark.parametrize(("step", "told"), [(1.0, "the step 1."), (0.1, "the step 0.1.")])
def test_a_step_that_is_not_told(step: float, told: str) -> None:
    """The weights of the output have moved before the error goes back along them."""
    moved = {"s": f"d*(v1-{step}*d*h)*h*(1-h)", "t": f"d*(v2-{step}*d*k)*k*(1-k)"}
    found = diagnosis(NET, AT, HAND, 0, STEPS | moved)
    assert f"W updated before the way back, with {told}" in found, found


def test_zeros_have_no_more_digits_to_give() -> None:
    told = diagnosis(NET, AT, HAND, 4, STEPS | {"t": "0*d"})
    assert "Zeros say little" in told and "more digits" not in told, told


DEEP = "h = tanh(w*x + b); k = tanh(u*h + c); a = tanh(v*k + d); (a - y)**2"
AT_DEEP = dict(w=0.7, u=-0.9, v=1.2, b=0.3, c=-0.2, d=0.4, x=1.3, y=0.2)
IN_DEEP = {"g3": "2*(a-y)", "d3": "g3*(1-a**2)", "g2": "v*d3", "d2": "g2*(1-k**2)"}
IN_DEEP |= {"g1": "u*d2", "d1": "g1*(1-h**2)"}
BY_DEEP = dict(w="d1*x", b="d1", u="d2*h", c="d2", v="d3*k", d="d3")


@pytest.mark.parametrize("digits", [0, 4])
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({}, "None"),
        (dict(g2="v*g3"), "∂L/∂a sent back instead of δ = ∂L/∂a·tanh′(v·k + d) (output layer)"),
        (dict(g2="v*g3", g1="u*g2"), "sent back instead of δ = ∂L/∂a·tanh′(z)."),
    ],
)
def test_what_goes_back_without_its_slope(wrong: dict[str, str], words: str, digits: int) -> None:
    """From the output layer only, or from every layer."""
    told = diagnosis(DEEP, AT_DEEP, BY_DEEP, digits, IN_DEEP | wrong)
    assert words in f"{told.partition('No')[0]}{told}", told


RNN = "h1 = tanh(w*x1); h2 = tanh(u*h1 + w*x2); h3 = tanh(u*h2 + w*x3); (h3 - y)**2"
AT_RNN = dict(u=0.7, w=0.9, x1=0.5, x2=-1.1, x3=0.8, y=0.3)
IN_RNN = {"d3": "2*(h3-y)*(1-h3**2)", "d2": "d3*u*(1-h2**2)", "d1": "d2*u*(1-h1**2)"}
BY_RNN = dict(u="d3*h2+d2*h1", w="d3*x3+d2*x2+d1*x1")


@pytest.mark.parametrize("digits", [0, 4])
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (
            dict(d2="d3*u*(1-h3**2)", d1="d2*u*(1-h2**2)"),
            "tanh′ of the next step instead of tanh′ of this step",
        ),
        (dict(d3="2*(h3-y)*(1-h2**2)", d2="d3*u*(1-h1**2)"), "tanh′ of the previous step"),
    ],
)
def test_the_slope_of_another_step(wrong: dict[str, str], words: str, digits: int) -> None:
    assert words in diagnosis(RNN, AT_RNN, BY_RNN, digits, IN_RNN | wrong)


BATCH = "e1 = w*x1+b-y1; e2 = w*x2+b-y2; e3 = w*x3+b-y3; (e1**2+e2**2+e3**2)/3"
DATA = dict(w=0.7, b=0.2, x1=1.1, x2=2.5, x3=-1.9, y1=2, y2=0.4, y3=1.7)
W, B = "2/3*(e1*x1+e2*x2+e3*x3)", "2/3*(e1+e2+e3)"


@pytest.mark.parametrize("digits", [0, 4])
@pytest.mark.parametrize(
    ("w", "b", "words"),
    [
        ("2/9*(e1+e2+e3)*(x1+x2+x3)", B, "the mean of a product split into two means"),
        (f"3*({W})/(x1+x2+x3)", f"3*({B})/(x1+x2+x3)", "Σx instead of m"),
        (W, "2/3*e3", "only the last example counts (in ∂L/∂b only)"),
        ("2/3*e1*x1", B, "only the first example counts (in ∂L/∂w only)"),
        (f"3*({W})", B, "the factor 1/3 of the mean is forgotten, in ∂L/∂w only"),
    ],
)
def test_what_goes_wrong_over_the_examples(w: str, b: str, words: str, digits: int) -> None:
    told = diagnosis(BATCH, DATA, {"w": w, "b": b}, digits)
    assert words in told, told


def test_m_minus_one_in_the_place_of_m() -> None:
    """Of four examples: of three, 3/2 is the gradient of half the sum."""
    cost = BATCH.replace("e3 =", "e4 = w*x4+b-y4; e3 =").replace("e3**2)/3", "e3**2+e4**2)/4")
    hand = {"w": "2/3*(e1*x1+e2*x2+e3*x3+e4*x4)", "b": "2/3*(e1+e2+e3+e4)"}
    told = diagnosis(cost, DATA | dict(x4=0.6, y4=-1.2), hand)
    assert "1/(m − 1) instead of 1/m" in told, told


@pytest.mark.parametrize(
    ("penalty", "of_b"), [("c*w**2", "2*c*b"), ("c/2*w**2", "c*b"), ("0.3*abs(w)", "0.3*sign(b)")]
)
def test_a_penalty_taken_of_the_bias_too(penalty: str, of_b: str) -> None:
    of_w = of_b.replace("b", "w")
    cost, at = f"(w*x + b - y)**2 + {penalty}", dict(w=0.5, b=0.2, x=1.5, y=2.0, c=0.3)
    hand = {"w": f"d*x + {of_w}", "b": f"d + {of_b}"}
    told = diagnosis(
        cost, at if "c" in penalty else at | {"c": 0.3}, hand, 0, {"d": "2*(w*x + b - y)"}
    )
    assert "the penalty is applied to the bias b too" in told, told


def test_one_label_of_several_may_be_put_in_before_deriving() -> None:
    """The formulas are right for y = 1, 0 only: the (1 − y) terms are forgotten."""
    cost = (
        "a1 = sigmoid(w*x1+b); a2 = sigmoid(w*x2+b); "
        "-(y1*log(a1)+(1-y1)*log(1-a1)) - (y2*log(a2)+(1-y2)*log(1-a2))"
    )
    at = dict(w=0.7, b=0.2, x1=1.3, x2=-0.8, y1=1, y2=0)
    for sign, words in (("", "is left out"), ("-a2*x2", "sign of the (1 − y) term")):
        hand = {"w": f"(a1-1)*x1{sign}", "b": "a1-1" + ("-a2" if sign else "")}
        told = diagnosis(cost, at, hand)
        assert words in told or "(1 − y) term" in told, told
