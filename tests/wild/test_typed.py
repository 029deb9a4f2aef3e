"""Public cases typed beside an expression: right answers are right, wrong ones wrong, and named.

Each case is a cost at a point, the names that its formulas use, then answers: right ones, and wrong
ones with what the report must say, in any of the words given, and what it must not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pytest

from tinygrad_fr.checking.report import Report
from tinygrad_fr.checking.typed import check_expression
from tinygrad_fr.words import use

Formulas = dict[str, str]


class Wrong(NamedTuple):
    """An answer that is wrong, and the words of which the report must say one."""

    answer: Formulas
    says: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


class Case(NamedTuple):
    """A cost at a point, with the answers people gave."""

    source: str
    cost: str
    at: dict[str, float]
    where: Formulas
    right: Sequence[Formulas] = ()
    wrong: Sequence[Wrong] = ()


def each(names: str, formula: str) -> Formulas:
    """The same formula for several names, {k} its number: each("w1 w2", "2*x{k}")."""
    return {name: formula.replace("{k}", name[1:]) for name in names.split()}


LINE = "((w*x1+b-y1)**2+(w*x2+b-y2)**2+(w*x3+b-y3)**2)/3"
AT_LINE = {"w": 0.5, "b": 0.1, "x1": 1, "x2": 2, "x3": 4, "y1": 2, "y2": 3, "y3": 7}
ON_LINE = {f"p{k}": f"w*x{k}+b" for k in "123"}
BCE = "-(y*log(sigmoid(w*x+b))+(1-y)*log(1-sigmoid(w*x+b)))"
SOFTMAX = "exp(o2)/(exp(o1)+exp(o2)+exp(o3))"
SCORES = {"o1": 0.2, "o2": 1.0, "o3": -0.5}
NEURON = {"w": 0.7, "b": 0.2, "x": 1.3, "y": 1}
TANH = "(1-exp(-(w*x+b)))/(1+exp(-(w*x+b)))"
MAZUR = (
    "1/2*(0.01-sigmoid(w5*sigmoid(w1*i1+w2*i2+b1)+w6*sigmoid(w3*i1+w4*i2+b1)+b2))**2"
    "+1/2*(0.99-sigmoid(w7*sigmoid(w1*i1+w2*i2+b1)+w8*sigmoid(w3*i1+w4*i2+b1)+b2))**2"
)
AT_MAZUR = {"i1": 0.05, "i2": 0.1, "b1": 0.35, "b2": 0.6}
AT_MAZUR |= {f"w{k}": 0.1 + k / 20 if k < 5 else 0.15 + k / 20 for k in range(1, 9)}
IN_MAZUR = {
    "h1": "sigmoid(w1*i1+w2*i2+b1)",
    "h2": "sigmoid(w3*i1+w4*i2+b1)",
    "o1": "sigmoid(w5*h1+w6*h2+b2)",
    "o2": "sigmoid(w7*h1+w8*h2+b2)",
    "d1": "(o1-0.01)*o1*(1-o1)",
    "d2": "(o2-0.99)*o2*(1-o2)",
}
FROM_MAZUR = {
    "w5": "d1*h1",
    "w6": "d1*h2",
    "w7": "d2*h1",
    "w8": "d2*h2",
    "w1": "(d1*w5+d2*w7)*h1*(1-h1)*i1",
    "w2": "(d1*w5+d2*w7)*h1*(1-h1)*i2",
    "w3": "(d1*w6+d2*w8)*h2*(1-h2)*i1",
    "w4": "(d1*w6+d2*w8)*h2*(1-h2)*i2",
}
S3 = "(exp(z1)+exp(z2)+exp(z3))"
S2 = "(exp(s1)+exp(s2))"

CASES = {
    "divided by the sum of the x": Case(
        "djib2011/python_ml_tutorial#1",
        LINE,
        AT_LINE,
        ON_LINE,
        right=[{"w": "2/3*(x1*(p1-y1)+x2*(p2-y2)+x3*(p3-y3))", "b": "2/3*(p1+p2+p3-y1-y2-y3)"}],
        wrong=[
            Wrong(
                {
                    "w": "-2/(x1+x2+x3)*(x1*(y1-p1)+x2*(y2-p2)+x3*(y3-p3))",
                    "b": "-2/(x1+x2+x3)*((y1-p1)+(y2-p2)+(y3-p3))",
                },
                ("ratio",),
            ),
            Wrong({"w": "-7.0857", "b": "-2.3429"}, ("ratio",)),
        ],
    ),
    "the bias of the last example only": Case(
        "a variation of why db is a sum",
        LINE,
        AT_LINE,
        ON_LINE,
        wrong=[
            Wrong(
                {"w": "2/3*(x1*(p1-y1)+x2*(p2-y2)+x3*(p3-y3))", "b": "2/3*(p3-y3)"},
                ("bias", "last example", "b"),
            )
        ],
    ),
    "the slope of an ELU from its score": Case(
        "mlpack/mlpack#1540, hughperkins/DeepCL#46",
        "(elu(w*x+b)-y)**2",
        {"w": -0.7, "b": 0.2, "x": 1.3, "y": 1},
        {"a": "elu(w*x+b)", "z": "w*x+b"},
        right=[{"w": "2*(a-y)*exp(min(z,0))*x", "b": "2*(a-y)*exp(min(z,0))"}],
        wrong=[Wrong({"w": "2*(a-y)*(z+1)*x", "b": "2*(a-y)*(z+1)"}, (), ("1 − a²", "a(1 − a)"))],
    ),
    "x for the slope of exp": Case(
        "karpathy/nn-zero-to-hero#52",
        "exp(x)",
        {"x": 1.7},
        {},
        right=[{"x": "exp(x)"}],
        wrong=[Wrong({"x": "x"})],
    ),
    "the logarithm of an absolute value": Case(
        "cortex-js/compute-engine#200",
        "log(abs(x))",
        {"x": 0.1},
        {},
        right=[{"x": "1/x"}],
        wrong=[Wrong({"x": "1/abs(x)"}, ("sign", "inner", "|"))],
    ),
    "a mean of four taken for a mean of two": Case(
        "udacity/deep-learning-v2-pytorch#388",
        "(x1**2+x2**2+x3**2+x4**2)/4",
        {"x1": 0.3, "x2": -1.1, "x3": 0.7, "x4": 2},
        {},
        right=[each("x1 x2 x3 x4", "x{k}/2")],
        wrong=[Wrong(each("x1 x2 x3 x4", "x{k}"), ("factor 2", "ratio 2", "× 2", "×2"))],
    ),
    "the mean over three outputs is missing": Case(
        "oysteijo/simd_neuralnet#1",
        "(" + "+".join(f"bce_with_logits(w{k}*x+b{k},t{k})" for k in "123") + ")/3",
        dict(
            zip(
                "x t1 t2 t3 w1 w2 w3 b1 b2 b3".split(),
                (1.4, 1, 0, 1, 0.3, -0.5, 0.8, 0.1, 0.2, -0.3),
                strict=True,
            )
        ),
        {},
        wrong=[
            Wrong(
                each("w1 w2 w3", "(sigmoid(w{k}*x+b{k})-t{k})*x")
                | each("b1 b2 b3", "sigmoid(w{k}*x+b{k})-t{k}"),
                ("1/n = 1/3 is missing", "ratio 3"),
            )
        ],
    ),
    "a quarter is missing": Case(
        "pytorch/tutorials#709",
        "(3*(x1+2)**2+3*(x2+2)**2+3*(x3+2)**2+3*(x4+2)**2)/4",
        dict.fromkeys(("x1", "x2", "x3", "x4"), 1),
        {},
        right=[each("x1 x2 x3 x4", "4.5"), each("x1 x2 x3 x4", "1.5*(x{k}+2)")],
        wrong=[
            Wrong(
                each("x1 x2 x3 x4", "6*(x{k}+2)"),
                ("ratio 4", "1/4", "× 4", "division by 4 is forgotten"),
            )
        ],
    ),
    "a norm, squared, at the origin": Case(
        "jax-ml/jax#4177, pytorch/pytorch#2421",
        "sqrt(x**2+y**2)**2",
        {"x": 0, "y": 0},
        {},
        right=[{"x": "2*x", "y": "2*y"}],
    ),
    "next to the corner of a ReLU": Case(
        "apache/mxnet#12377",
        "relu(x)",
        {"x": 0.0001},
        {},
        right=[{"x": "1"}, {"x": "step(x)"}],
        wrong=[Wrong({"x": "1*1**x"}, ("missing", "forgotten"))],
    ),
    "two of the square missing": Case(
        "stdlib-js/stdlib#13111",
        "max(0,1-y*(w*x+b))**2",
        {"y": 1, "w": 0.2, "b": 0.1, "x": 0.5},
        {},
        wrong=[
            Wrong(
                {"w": "-y*x*max(0,1-y*(w*x+b))", "b": "-y*max(0,1-y*(w*x+b))"},
                ("factor 2 is missing",),
            )
        ],
    ),
    "softmax under a binary cost": Case(
        "eriklindernoren/ML-From-Scratch#71",
        "".join(f"-(y{k}*log(exp(z{k})/{S3})+(1-y{k})*log(1-exp(z{k})/{S3}))" for k in "123"),
        {"z1": 0.3, "z2": 0.8, "z3": -0.4, "y1": 1, "y2": 0, "y3": 0},
        {},
        wrong=[Wrong(each("z1 z2 z3", f"exp(z{{k}})/{S3}-y{{k}}"))],
    ),
    "both log-softmaxes": Case(
        "mlpack/mlpack#2360",
        "log(exp(a)/(exp(a)+exp(b)))+log(exp(b)/(exp(a)+exp(b)))",
        {"a": 0.1, "b": 0.9},
        {},
        right=[{"a": "0.3799", "b": "-0.3799"}],
        wrong=[Wrong({"a": "1.31003", "b": "1.68997"})],
    ),
    "a cross-entropy of one example, doubled": Case(
        "karpathy/micrograd#102",
        BCE,
        {"w": 0.5, "b": 0.1, "x": 1.5, "y": 1},
        {"a": "sigmoid(w*x+b)"},
        right=[{"w": "(a-y)*x", "b": "a-y"}],
        wrong=[Wrong({"w": "2*(a-y)*x", "b": "2*(a-y)"}, (), ("sum over the examples",))],
    ),
    "the output derived, not the cost": Case(
        "stats.stackexchange 188678",
        "1/2*(w1*x1+w2*x2+b-y)**2",
        {"w1": 0.34, "w2": 0.56, "b": 0.54, "x1": 1, "x2": 0, "y": 0.1056},
        {},
        right=[{"w1": "0.7744", "w2": "0", "b": "0.7744"}],
        wrong=[Wrong({"w1": "1.000", "w2": "0.000", "b": "1.000"}, ("cost", "ratio"))],
    ),
    "e(1 − e) for a(1 − a)": Case(
        "stackoverflow, gradients for bias terms",
        "1/2*(sigmoid(w*x+b)-y)**2",
        NEURON,
        {"h": "sigmoid(w*x+b)"},
        right=[{"w": "(h-y)*h*(1-h)*x", "b": "(h-y)*h*(1-h)"}],
        wrong=[
            Wrong({"w": "(h-y)*(1-(h-y))*x", "b": "(h-y)*(1-(h-y))"}, (), ("the factor 2",)),
        ],
    ),
    "the upper corner of a capped ReLU": Case(
        "tinygrad/tinygrad#18028",
        "min(max(0,x),6)",
        {"x": 1.5},
        {},
        right=[{"x": "step(x)*step(6-x)"}],
        wrong=[Wrong({"x": "step(x)"})],
    ),
    "the inner half of a scaled tanh": Case(
        "Neuroph forum, tanh and its derivatives",
        f"({TANH}-y)**2",
        NEURON,
        {"a": TANH},
        right=[{"w": "(a-y)*(1-a**2)*x", "b": "(a-y)*(1-a**2)"}],
        wrong=[Wrong({"w": "2*(a-y)*(1-a**2)*x", "b": "2*(a-y)*(1-a**2)"})],
    ),
    "the slope at the output": Case(
        "stackoverflow 43885650",
        "(tanh(w*x+b)-y)**2",
        {"w": 0.7, "b": 0.2, "x": 1.3, "y": -0.5},
        {"a": "tanh(w*x+b)"},
        wrong=[
            Wrong(
                {"w": "2*(a-y)*(1-tanh(a)**2)*x", "b": "2*(a-y)*(1-tanh(a)**2)"},
                ("(a) instead of",),
            )
        ],
    ),
    "only the diagonal of a softmax": Case(
        "deeplearning4j/libnd4j#440",
        f"-log({SOFTMAX})",
        SCORES,
        {"p": SOFTMAX},
        wrong=[Wrong({"o1": "0", "o2": "-(1/p)*p*(1-p)", "o3": "0"}, ("diagonal",))],
    ),
    "the true class's probability everywhere": Case(
        "math.stackexchange 945871",
        f"-log({SOFTMAX})",
        SCORES,
        {"p": SOFTMAX},
        wrong=[Wrong({"o1": "p", "o2": "p-1", "o3": "p"})],
    ),
    "a softmax with squares, its diagonal": Case(
        "stats.stackexchange 498898",
        f"1/2*(y1-exp(s1)/{S2})**2+1/2*(y2-exp(s2)/{S2})**2",
        {"s1": 0.3, "s2": 0.8, "y1": 1, "y2": 0},
        {"p1": f"exp(s1)/{S2}", "p2": f"exp(s2)/{S2}"},
        wrong=[Wrong({"s1": "-(y1-p1)*p1*(1-p1)", "s2": "-(y2-p2)*p2*(1-p2)"})],
    ),
    "the best known example, doubled": Case(
        "mattmazur.com",
        MAZUR,
        AT_MAZUR,
        IN_MAZUR,
        right=[FROM_MAZUR],
        wrong=[Wrong({w: f"2*{f}" for w, f in FROM_MAZUR.items()}, ("factor 2",))],
    ),
    "a recurrent cell, in the words of its own function": Case(
        "discuss.pytorch.org 187917",
        "wy*tanh(wh*tanh(wh*h0))",
        {"wh": 2, "wy": 40, "h0": 0.5},
        {},
        wrong=[Wrong({"wh": "-40.2153", "wy": "0.909252"}, ("8.189",), ("z(1 − z)", "example"))],
    ),
    "two chains, one followed": Case(
        "ai.stackexchange 15808",
        "abs(w13*(w7*w1*x+w8*x)+w14*(w10*w1*x)-y)",
        dict(
            zip(
                "w1 w7 w8 w10 w13 w14 x y".split(),
                (0.5, 0.3, 0.4, -0.6, 0.8, 1.1, 2, -5),
                strict=True,
            )
        ),
        {},
        right=[{"w1": "-0.840"}],
        wrong=[Wrong({"w1": "0.480"}, (), ("example",))],
    ),
    "the weights left out": Case(
        "math.stackexchange, is my backpropagation correct?",
        "sigmoid(w4*sigmoid(w2*sigmoid(i*w1+1)+1)+w5*sigmoid(w3*sigmoid(i*w1+1)+1)+1)",
        {"i": 1.2, "w1": 0.5, "w2": 0.7, "w3": -0.4, "w4": 0.3, "w5": 0.9},
        {
            "H": "sigmoid(i*w1+1)",
            "A": "sigmoid(w2*H+1)",
            "B": "sigmoid(w3*H+1)",
            "O": "sigmoid(w4*A+w5*B+1)",
            "P": "O*(1-O)",
        },
        wrong=[
            Wrong(
                {
                    "w1": "P*(A*(1-A)*H*(1-H)*i+B*(1-B)*H*(1-H)*i)",
                    "w2": "P*A*(1-A)*H",
                    "w3": "P*B*(1-B)*H",
                    "w4": "P*A",
                    "w5": "P*B",
                },
                ("w forgotten on the way back",),
            )
        ],
    ),
}


def report_on(case: Case, answer: Formulas) -> Report:
    """Numbers and formulas told apart as a person does: a number is a number."""
    numbers = {k: f for k, f in answer.items() if f.lstrip("-").replace(".", "").isdigit()}
    formulas = {k: f for k, f in answer.items() if k not in numbers}
    if numbers and formulas:  # one kind at a time: a formula may be a plain number
        numbers, formulas = {}, answer
    return check_expression(case.cost, case.at, formulas, numbers, case.where)[0]


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.right])
def test_what_is_right_is_right(name: str) -> None:
    for answer in CASES[name].right:
        assert report_on(CASES[name], answer).exit_status == 0


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.wrong])
def test_what_is_wrong_is_wrong_and_told_truly(name: str) -> None:
    with use("en"):
        for answer, says, never in CASES[name].wrong:
            report = report_on(CASES[name], answer)
            told = " ".join(str(report).split())  # however wide the page is
            assert report.exit_status == 1, told
            assert not says or any(words in told for words in says), told
            assert not any(words in told for words in never), told


@pytest.mark.parametrize("name", CASES)
def test_every_case_has_an_answer_and_says_where_it_was_met(name: str) -> None:
    case = CASES[name]
    assert case.source and (case.right or case.wrong)
