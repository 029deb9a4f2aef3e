"""Check it: the report as it is shown."""

from __future__ import annotations

import json
from fractions import Fraction as F

import pytest

from tinygrad_fr.checking.check import check
from tinygrad_fr.checking.report import Report
from tinygrad_fr.checking.verdict import (
    COST,
    FLOAT,
    KINK,
    RIGHT,
    UNDECIDED,
    WRONG,
    Entry,
    verdict_name,
)
from tinygrad_fr.engine import Value
from tinygrad_fr.ops import sigmoid
from tinygrad_fr.words import number, use


def test_the_report_shows_itself_escaped() -> None:
    w = Value(2.0, label="<w>")
    html = check(w * w, {w: 4.0})._repr_html_()
    assert "&lt;w&gt;" in html and "<w>" not in html


def report_on(answer: str, cost: Value | None = None) -> Report:
    x = Value(3.0, label="x")
    return check(x**2 if cost is None else cost, {"x": answer})


@pytest.mark.parametrize(
    ("lang", "titles", "verdict"),
    [
        ("en", ["parameter", "yours", "expected", "ratio", "verdict"], "wrong"),
        ("fr", ["paramètre", "à la main", "attendu", "rapport", "verdict"], "faux"),
    ],
)
def test_the_table_says_what_was_given_and_what_is_true(
    lang: str, titles: list[str], verdict: str
) -> None:
    with use(lang):
        text = str(report_on("9,00"))
        head, row, *_ = text.splitlines()
        assert [head.index(t) for t in titles] == sorted(head.index(t) for t in titles)
        assert row.split()[:4] == ["x", "9", "6", number(1.5)] and verdict in row


@pytest.mark.parametrize(
    ("verdict", "french", "english"),
    [
        (RIGHT, "juste", "right"),
        (FLOAT, "juste, aux arrondis près", "right up to rounding"),
        (COST, "juste pour un autre coût", "right for another cost"),
        (KINK, "point anguleux", "kink"),
        (UNDECIDED, "indécis", "undecided"),
        (WRONG, "faux", "wrong"),
    ],
)
def test_each_verdict_has_its_words_and_its_exit_status(
    verdict: str, french: str, english: str
) -> None:
    for lang, words in (("fr", french), ("en", english)):
        with use(lang):
            assert verdict_name(verdict) == words
    report = Report([Entry("w", 1.0, 1.0, verdict)])
    assert report.exit_status == {WRONG: 1, COST: 1, UNDECIDED: 2}.get(verdict, 0)
    assert report.ok is (verdict not in (WRONG, COST, UNDECIDED))


COSTS = {
    "half": ("L = ½ Σ (ŷ − y)²", "L = ½ Σ (ŷ − y)²"),
    "sum": ("L = somme sur les exemples", "L = sum over the examples"),
    "outputs": ("L = moyenne sur les sorties", "L = mean over the outputs"),
}


@pytest.mark.parametrize(
    ("keys", "factor", "here"),
    [
        (("half",), F(1, 2), "2"),
        (("sum",), F(3), "1/3"),
        (("outputs",), F(1, 4), "4"),
        (("half", "sum"), F(3, 2), "2/3"),
        (("half", "outputs"), F(1, 8), "8"),
        (("sum", "outputs"), F(3, 4), "4/3"),
        (("half", "sum", "outputs"), F(3, 8), "8/3"),
    ],
)
def test_another_cost_is_told_with_what_to_multiply_by(
    keys: tuple[str, ...], factor: F, here: str
) -> None:
    """m = 3 examples, n = 4 outputs, L = 1/3 Σ Σ (w_k·x − y)²: ∂L/∂w_k = 2/3 Σ (w_k·x − y)·x."""
    data = ((F(3), F(2)), (F(-5), F(1)), (F(2), F(7)))
    w = [Value(F(k, 2) - 1, label=f"w_{k}") for k in range(1, 5)]
    total = Value(F(0))
    for x, y in data:
        for w_k in w:
            total = total + (w_k * x - y) ** 2
    truth = [F(2, 3) * sum(((w_k.data * x - y) * x for x, y in data), F(0)) for w_k in w]
    for lang, which in (("fr", 0), ("en", 1)):
        with use(lang):
            answer = {p: factor * g for p, g in zip(w, truth, strict=True)}
            report = check(total * F(1, 3), answer)
            assert not report.ok and {e.verdict for e in report.entries} == {COST}
            (note,) = report.notes
            told = (" ; ", "; ")[which].join(COSTS[key][which] for key in keys)
            assert f": {told}" in note.replace("\u202f", " ")
            assert note.endswith(f" {here}).")
            assert check(total * F(1, 3), answer, accept=keys).ok
            assert len(keys) == 1 or not check(total * F(1, 3), answer, accept=keys[1:]).ok


def test_the_hint_of_a_named_mistake_stands_below() -> None:
    w, b = Value(0.5, label="w"), Value(0.25, label="b")
    cost = (w * 3 + b - 1) ** 2
    with use("en"):
        text = str(check(cost, {w: 4.5, b: 0.0}))
        assert "bias forgotten (0)" in text and "Hint: What is ∂(w·3 + b)/∂b?" in text
    with use("fr"):
        text = str(check(cost, {w: 4.5, b: 0.0})).replace("\u202f", " ")
        assert "biais oublié (0)" in text and "Indice : Que vaut ∂(w·3 + b)/∂b ?" in text


def test_what_is_not_in_the_report_is_said() -> None:
    with use("en"), pytest.raises(KeyError, match="no 'w'; there is x"):
        report_on("6")["w"]


def wrong_neuron() -> Report:
    w, x, y = Value(0.5, label="w"), Value(1.5, label="x"), Value(1.0, label="y")
    a = sigmoid(w * x)
    return check((a - y) ** 2, {w: 2 * (a - y) * x})


def test_hints_come_in_stages() -> None:
    """A question; then the rule; without the expected numbers nothing but these."""
    with use("en"):
        report = wrong_neuron()
        assert report.hint == "What is ∂σ(u)/∂u?" and report.hints() == [report.hint]
        pointing, rule = report.hints(2)
        assert pointing == report.hint and "∂σ(u)/∂u = a(1−a), with a = σ(u)" in rule
        assert report.sentences(hint=2)[-2:] == [f"Hint: {pointing}", f"Rule: {rule}"]
        assert report.sentences(expected=False) == [f"Hint: {pointing}"]
        assert "expected" not in str(report.shown(expected=False))
    with use("fr"):
        below = [line.replace("\u202f", " ") for line in wrong_neuron().sentences(hint=2)]
        assert below[-2] == "Indice : Que vaut ∂σ(u)/∂u ?" and below[-1].startswith("Règle : ∂(u²)")


def test_json_holds_all_of_it() -> None:
    with use("en"):
        report = wrong_neuron()
        found = json.loads(json.dumps(report.to_json(), allow_nan=False))
        entry = report["w"]
        assert found.pop("entries") == [
            {
                "name": "w",
                "yours": pytest.approx(float(entry.yours)),
                "expected": pytest.approx(float(entry.truth)),
                "ratio": pytest.approx(entry.ratio),
                "verdict": "wrong",
                "remark": "",
            }
        ]
        assert found.pop("diagnosis") == {
            "kind": "named",
            "keys": ["M9"],
            "names": ["the derivative of the transfer function is missing, at σ(w·x)"],
            "place": "",
            "hints": report.hints(2),
        }
        assert found == {"ok": False, "exit": 1, "cost": None, "notes": report.notes}
        accepted = report_on_half().to_json()
        assert accepted["cost"] == ["half"] and accepted["ok"] and accepted["exit"] == 0


def report_on_half() -> Report:
    w, x, y = Value(0.5, label="w"), Value(1.5, label="x"), Value(1.0, label="y")
    return check((w * x - y) ** 2, {w: (w * x - y) * x}, accept=["half"])


def test_json_has_no_number_that_json_has_not() -> None:
    report = Report([Entry("w", float("inf"), float("nan"), UNDECIDED), Entry("v", 1.0, 0.0)])
    first, second = json.loads(json.dumps(report.to_json(), allow_nan=False))["entries"]
    assert first["yours"] is first["expected"] is first["ratio"] is None
    assert second["expected"] == 0 and second["ratio"] is None


def test_a_notebook_shows_a_report_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its text is a text there too, and asking for it displays nothing."""
    import rich.console

    report = wrong_neuron()
    before = str(report)
    monkeypatch.setattr(rich.console, "_is_jupyter", lambda: True)
    assert str(report) == repr(report) == before and before.count("\n") >= 2
    assert not hasattr(report, "_repr_mimebundle_")


def test_what_is_right_for_another_cost_has_a_hint_too() -> None:
    w, x, y = Value(0.5, label="w"), Value(1.5, label="x"), Value(1.0, label="y")
    with use("en"):
        report = check((w * x - y) ** 2, {w: (w * x - y) * x})
        assert report.hint == "What is the derivative of (w·x − y)²?"
        assert report.sentences(expected=False) == ["Hint: What is the derivative of (w·x − y)²?"]
        assert report_on_half().hint == ""  # accepted
