"""Check it: p − y written otherwise, however softmax is typed, by plain arithmetic of p and t."""

from __future__ import annotations

import math

import pytest

from tinygrad_fr.checking.diagnose import Diagnosis
from tinygrad_fr.checking.typed import check_expression
from tinygrad_fr.words import use

Z = [0.3, 1.1, -0.6]
AT = {f"z{j}": z for j, z in enumerate(Z, start=1)}
P = {f"p{j}": f"exp(z{j})/(exp(z1)+exp(z2)+exp(z3))" for j in (1, 2, 3)}
COSTS = {
    "a quotient": "-log(exp(z2)/(exp(z1)+exp(z2)+exp(z3)))",
    "ln S": "log(exp(z1)+exp(z2)+exp(z3)) - z2",
    "logsumexp": "logsumexp(z1, z2, z3) - z2",
    "softmax": "q = softmax(z1, z2, z3); -log(q_2)",
    "labels": "q = softmax(z1, z2, z3); -(0*log(q_1) + 1*log(q_2) + 0*log(q_3))",
    "one node": "cross_entropy(1, z1, z2, z3)",
    "twice as much": "-2*log(exp(z2)/(exp(z1)+exp(z2)+exp(z3)))",
}
WRITTEN = [  # what is written for each score, t its label; and what must be said of it
    ("t*(p-1)", "M28", "only the diagonal of the Jacobian"),
    ("-t/p", "M29", "the Jacobian of softmax forgotten"),
    ("m-t", "minus", "e^−z instead of e^z in softmax"),
    ("p", "p for all", "the −1 of the true class is forgotten"),
    ("p-1", "p-1 for all", "p − 1 for every class"),
    ("p2-t", "p of the class", "the probability of the true class everywhere"),
    ("(p-t)*p*(1-p)", "p(1-p)", "an extra factor p(1 − p)"),
    ("z-t", "z-y", "z − y instead of p − y"),
    ("p-u", "wrong class", "the class is misread"),
]


def diagnosed(cost: str, written: str, digits: int | None) -> Diagnosis:
    """Of `written` for each score, as a formula or as its number."""
    hand = {}
    for j in (1, 2, 3):
        m = f"(exp(-z{j})/(exp(-z1)+exp(-z2)+exp(-z3)))"
        parts = {"t": int(j == 2), "u": int(j == 3), "z": f"z{j}", "m": m}
        terms = written.replace("p2", "P").replace("p", f"p{j}").replace("P", "p2")
        for letter, text in parts.items():
            terms = terms.replace(letter, str(text)) if letter != "p" else terms
        hand[f"z{j}"] = f"2*({terms})" if cost == "twice as much" else terms
    report, *_ = check_expression(COSTS[cost], AT, hand, where=P)
    if digits is not None:
        numbers = {e.name: f"{float(e.yours):#.{digits}g}" for e in report.entries}
        report, *_ = check_expression(COSTS[cost], AT, numbers=numbers)
    assert report.diagnosis is not None
    return report.diagnosis


@pytest.mark.slow
@pytest.mark.parametrize("cost", COSTS)
@pytest.mark.parametrize(("written", "key", "words"), WRITTEN)
def test_each_is_named_however_softmax_is_typed(
    cost: str, written: str, key: str, words: str
) -> None:
    with use("en"):
        for digits in (None, 4):
            found = diagnosed(cost, written, digits)
            assert found.kind == "named" and words in found.names[0], (digits, str(found))
            assert key in found.keys


def test_a_batch_of_two_and_one_of_them() -> None:
    """Everywhere, and in the second example alone: then it is said where."""
    cost = "log(exp(w*x1)+exp(b*x1)) - w*x1 + (log(exp(w*x2)+exp(b*x2)) - b*x2)"
    at = {"w": 0.4, "b": -0.7, "x1": 1.3, "x2": 0.8}
    where = {f"p{i}": f"exp(w*x{i})/(exp(w*x{i})+exp(b*x{i}))" for i in (1, 2)}
    both = {"w": "p1*x1+p2*x2", "b": "(1-p1)*x1+(1-p2)*x2"}
    one = {"w": "(p1-1)*x1+p2*x2", "b": "(1-p1)*x1+(1-p2)*x2"}
    for hand, place in ((both, ""), (one, ", where x₂ enters")):
        with use("en"):
            report, *_ = check_expression(cost, at, hand, where=where)
            told = str(report.diagnosis)
        assert "the −1 of the true class is forgotten" + place in told, told
        assert place or "forgotten." in told


def test_a_squared_error_of_probabilities_is_no_cross_entropy() -> None:
    """p − t is no slope of it: what is named is the Jacobian, or nothing."""
    cost = "q = softmax(z1, z2, z3); q_1**2 + (q_2 - 1)**2 + q_3**2"
    hand = {"z1": "2*p1", "z2": "2*(p2-1)", "z3": "2*p3"}
    with use("en"):
        report, *_ = check_expression(cost, AT, hand, where=P)
    told = str(report.diagnosis)
    assert "is missing" in told and "softmax:" not in told, told


def test_the_numbers_of_this_file_are_probabilities() -> None:
    powers = [math.exp(z) for z in Z]
    assert sum(x / sum(powers) for x in powers) == pytest.approx(1)
