"""Check it: the phrases of the course, said in the letters and the functions of an exercise."""

from __future__ import annotations

import pytest

from tinygrad_fr.checking.own import PHRASES, Own, in_brackets, of_block
from tinygrad_fr.checking.structure import Structure
from tinygrad_fr.checking.typed import check_expression
from tinygrad_fr.reading.expression import read
from tinygrad_fr.words import use

AT = {"k": 0.5, "t": 1.5, "c": 0.1, "d": 0.3}
NAMED = "s = k*t + c; h = tanh(s); (h - d)**2"
SUM_UNNAMED = "h = tanh(k*t + c); (h - d)**2"
BARE = "(tanh(k*t + c) - d)**2"
TWO = "r = k*t + c; h = tanh(r); s = m*h + g; o = sigmoid(s); (o - d)**2"
AT_TWO = AT | {"m": 0.8, "g": -0.2}
ALIKE = "h1 = tanh(k1*t + c1); h2 = tanh(k2*t + c2); (v1*h1 + v2*h2 - d)**2"
AT_ALIKE = {"k1": 0.5, "k2": 0.7, "c1": 0.1, "c2": 0.2, "v1": 0.3, "v2": 0.4, "t": 1.5, "d": 0.6}
DATA = ("t", "u", "d")


def own(cost: str, at: dict[str, float], where: str = "everywhere") -> Own:
    typed = read(cost, at)
    asked = [v for name, v in typed.leaves.items() if name not in DATA]
    return Own(Structure.of(typed.output, asked), where)


@pytest.mark.parametrize(
    ("cost", "at", "told"),
    [
        (NAMED, AT, {"∂a/∂z": "∂h/∂s", "∂z/∂b": "∂s/∂c", "∂z/∂w": "∂s/∂k", "σ": "tanh"}),
        (NAMED, AT, {"∂(w·x + b)/∂w": "∂(k·t + c)/∂k", "∂(wx)/∂w = w": "∂(k·t)/∂k = k"}),
        (NAMED, AT, {"e": "h − d", "½e²": "½(h − d)²", "|e|": "|h − d|", "y − ŷ": "d − h"}),
        (NAMED, AT, {"∂L/∂ŷ": "∂L/∂h", "ŷ > y": "h > d", "(1 − y)": "(1 − d)", "∂z/∂a": "∂z/∂a"}),
        (SUM_UNNAMED, AT, {"∂a/∂z": "∂h/∂(k·t + c)", "∂z/∂b": "∂(k·t + c)/∂c"}),
        (BARE, AT, {"∂a/∂z": "∂tanh(u)/∂u", "∂z/∂b": "∂(k·t + c)/∂c", "add b": "add c"}),
        ("(tanh(k*t) - d)**2", AT, {"∂(w·x + b)/∂w": "∂(k·t)/∂k", "add b": "add b"}),
        (TWO, AT_TWO, {"∂a/∂z": "∂h/∂r", "∂z/∂a": "∂s/∂h", "∂z/∂b": "∂r/∂c", "σ": "σ"}),
        (ALIKE, AT_ALIKE, {"∂a/∂z": "∂h₁/∂(k₁·t + c₁)", "∂(w·x)/∂w": "∂(k₁·t)/∂k₁"}),
        ("abs(k*t - d)", AT, {"signe(e)": "signe(k·t − d)", "sign(e)": "sign(k·t − d)"}),
        ("(k*t - d)**2 + k**2", AT, {"e²": "(k·t − d)²"}),  # a penalty is no error
        (
            NAMED,
            AT,
            {"∂L/∂a": "∂L/∂h", "σ′(z)": "tanh′(s)", "σ′(a)": "tanh′(h)", "z et a": "s et h"},
        ),
        (BARE, AT, {"∂L/∂a": "∂L/∂a", "σ′(z)": "tanh′(k·t + c)", "σ′(a)": "tanh′(a)"}),
        (TWO, AT_TWO, {"w/Σw": "m/Σm", "∂L/∂W instead of W": "∂L/∂m instead of m"}),
        (TWO, AT_TWO, {"W oubliée": "m oublié", "∂L/∂a": "∂L/∂a", "σ′(z)": "σ′(z)"}),
        (NAMED, AT, {"Σ e·x": "Σ (h − d)·t", "(Σ e)": "(Σ (h − d))", "mean(x)": "mean(t)"}),
    ],
)
def test_each_phrase(cost: str, at: dict[str, float], told: dict[str, str]) -> None:
    at = {name: x for name, x in at.items() if name in cost}
    assert {phrase: own(cost, at)(phrase) for phrase in told} == told
    assert set(told) <= set(PHRASES)


def test_the_layer_that_is_spoken_of() -> None:
    assert own(TWO, AT_TWO, "output")("∂a/∂z, σ′, ∂z/∂b") == "∂o/∂s, σ′, ∂s/∂g"
    assert own(TWO, AT_TWO, "hidden")("∂a/∂z, σ′, ∂z/∂b") == "∂h/∂r, tanh′, ∂r/∂c"


def test_neurons_of_one_letter_share_it() -> None:
    net = "z1 = k1*t + c1; z2 = k2*t + c2; h1 = tanh(z1); h2 = tanh(z2); (h1 + h2 - d)**2"
    at = {n: AT_ALIKE[n] for n in ("k1", "k2", "c1", "c2", "t", "d")}
    said = own(net, at)("∂a/∂z ∂z/∂b ∂z/∂w ∂(w·x + b)/∂w")
    assert said == "∂h/∂z ∂z/∂c ∂z/∂k ∂(k·t + c)/∂k"


def test_words_are_no_letters() -> None:
    """a and y are French words; e^z is no error, σ stays where it is beside tanh."""
    told = own(NAMED, AT)
    for text in (
        "Y a-t-il une racine dans le coût ?",
        "e^−z au lieu de e^z dans softmax",
        "la dérivée de l’autre fonction (1 − a² pour σ, a(1 − a) pour tanh)",
        "the derivative of the other function (1 − a² for σ, a(1 − a) for tanh)",
        "∂L/∂W a la forme de W.",
    ):
        assert told(text) == text


def test_a_letter_of_the_exercise_is_no_placeholder() -> None:
    assert own("(tanh(k*u + c) - d)**2", AT | {"u": 1.0})("∂a/∂z") == "∂tanh(s)/∂s"


@pytest.mark.parametrize(
    ("cost", "asked", "told"),
    [
        (TWO, "k m c g", {"k m": "∂L/∂W", "k": "∂L/∂k", "m": "∂L/∂m", "c": "∂L/∂c"}),
        (ALIKE, "k1 k2 c1 c2 v1 v2", {"k1 k2": "∂L/∂k", "v1 v2": "∂L/∂v", "c1 c2": "∂L/∂c"}),
        (ALIKE.replace("v", "k3*k"), "k1 k2 c1 c2", {"k1 k2": "∂L/∂k"}),
    ],
)
def test_the_letter_of_a_block(cost: str, asked: str, told: dict[str, str]) -> None:
    at = {**AT_TWO, **AT_ALIKE, "k3": 0.9}
    typed = read(cost, {name: x for name, x in at.items() if name in cost})
    names = asked.split()
    structure = Structure.of(typed.output, [typed.leaves[name] for name in names])
    found = {
        block: of_block(structure, [names.index(name) for name in block.split()]) for block in told
    }
    assert found == told


def test_a_matrix_keeps_its_letter() -> None:
    """w_11^[2] is an entry of W^[2]."""
    cost = "(w_11^[1]*x + b_1^[1] - d)**2"
    typed = read(cost, {"w_11^[1]": 0.5, "b_1^[1]": 0.1, "x": 1.5, "d": 0.3})
    structure = Structure.of(typed.output, [typed.leaves[n] for n in ("w_11^[1]", "b_1^[1]")])
    assert of_block(structure, [0]) == "∂L/∂W"


def test_a_factor_has_brackets_where_it_needs_them() -> None:
    assert in_brackets("h − d") == "(h − d)" and in_brackets("k·t") == "(k·t)"
    assert in_brackets("σ(w·x + b)") == "σ(w·x + b)" and in_brackets("s") == "s"


@pytest.mark.parametrize(
    ("k", "c", "name", "hint"),
    [
        ("g*t", "0", "bias forgotten", "What is ∂s/∂c?"),
        ("g", "g", "input forgotten (∂s/∂k = 1)", "What is ∂(k·t + c)/∂k?"),
        ("-g*t", "-g", "sign (d − h instead of h − d)", "the sign of ∂L/∂h when h > d?"),
        ("2*g*t", "2*g", "an extra factor 2", "The derivative of ½(h − d)² is h − d."),
        ("g*t*(1-h**2)", "g*(1-h**2)", "applied twice, at h = tanh(s)", "is tanh crossed"),
        ("g*t/2", "g/2", "the factor 2 is missing", "What is the derivative of (h − d)²?"),
    ],
)
def test_a_report_speaks_so(k: str, c: str, name: str, hint: str) -> None:
    with use("en"):
        steps = {"g": "2*(h-d)*(1-h**2)"}
        report, *_ = check_expression(NAMED, AT, {"k": k, "c": c}, where=steps)
        assert name in " ".join(str(report).split()) and hint in report.hint, str(report)
