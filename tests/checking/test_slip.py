"""Check it: slips of the digits, made by a generator, are told; wrong numbers by chance are not.

The gradient of Σ c·p is c: any numbers can be the truth.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from tests.checking.exercises import world
from tinygrad_fr.checking.answer import Answer
from tinygrad_fr.checking.hand import as_typed
from tinygrad_fr.checking.slip import slip
from tinygrad_fr.checking.typed import check_expression
from tinygrad_fr.words import use

SEED = 20261126


def told(truth: list[float], typed: list[str], sure: bool = False) -> str:
    """What is said of these numbers, with the tolerance that typed ones have."""
    read = [as_typed(t) for t in typed]
    answer = Answer.of([float(n.value) for n in read], [float(n.tolerance) for n in read])
    with use("en"):
        return slip(world(truth), answer, sure)


def written(x: float, digits: int) -> str:
    """With so many significant digits and no exponent."""
    decimals = max(0, digits - 1 - int(f"{x:e}".split("e")[1]))
    return f"{x:.{decimals}f}"


def drawn(rng: random.Random, digits: int) -> tuple[float, str]:
    """A number between 0.1 and 10 of either sign, and how it is written."""
    while True:
        x = rng.choice((-1, 1)) * 10 ** rng.uniform(-0.99, 0.99)
        if abs(float(f"{x:.{digits - 1}e}") - x) < 0.4 * 10.0 ** -(digits + 1):
            return x, written(x, digits)
        x = float(f"{x:.{digits - 1}e}")
        return x, written(x, digits)


# ── the slips ────────────────────────────────────────────────────────────────────────────────────


def sign(text: str, rng: random.Random) -> str:
    return text[1:] if text.startswith("-") else "-" + text


def point(text: str, rng: random.Random) -> str:
    digits = len(text.replace("-", "").replace(".", "").lstrip("0"))
    return written(float(text) * rng.choice((10, 0.1, 100)), digits)


def _places(text: str) -> list[int]:
    """Where the significant digits stand."""
    first = next(i for i, c in enumerate(text) if c in "123456789")
    return [i for i in range(first, len(text)) if text[i] != "."]


def exchanged(text: str, rng: random.Random) -> str:
    places = _places(text)
    pairs = [(i, j) for i in places for j in places if i < j and text[i] != text[j]]
    pairs = [(i, j) for i, j in pairs if not (i == places[0] and text[j] == "0")]
    if not pairs:
        return text
    i, j = rng.choice(pairs)
    out = list(text)
    out[i], out[j] = out[j], out[i]
    return "".join(out)


def _other(text: str, i: int, rng: random.Random) -> str:
    digit = rng.choice([c for c in "123456789" if c != text[i]])
    return text[:i] + digit + text[i + 1 :]


def misread(text: str, rng: random.Random) -> str:
    return _other(text, rng.choice(_places(text)[:-1]), rng)


def last(text: str, rng: random.Random) -> str:
    """By two or more: one unit more is within 0.6 of a number that lies between."""
    i = _places(text)[-1]
    far = [c for c in "0123456789" if abs(int(c) - int(text[i])) > 1]
    return text[:i] + rng.choice(far) + text[i + 1 :]


SLIPS: dict[str, tuple[Callable[[str, random.Random], str], str]] = {
    "sign": (sign, "the sign"),
    "point": (point, "the point has moved"),
    "exchanged": (exchanged, "two digits exchanged"),
    "misread": (misread, "one digit misread"),
    "last": (last, "the last digit"),
}


@pytest.mark.slow
@pytest.mark.parametrize("digits", [3, 4])
@pytest.mark.parametrize("entries", [1, 2, 9])
@pytest.mark.parametrize("kind", SLIPS)
def test_a_slip_in_one_entry_is_told(kind: str, entries: int, digits: int) -> None:
    """100 of each: which entry, and how it went wrong."""
    make, words = SLIPS[kind]
    rng = random.Random(f"{SEED} {kind} {entries} {digits}")
    for _ in range(100):
        numbers = [drawn(rng, digits) for _ in range(entries)]
        truth, typed = [x for x, _ in numbers], [t for _, t in numbers]
        k = rng.randrange(entries)
        typed[k] = make(typed[k], rng)
        if typed[k] == numbers[k][1]:
            continue
        assert f"in p_{k + 1}, {words}" in told(truth, typed), (SEED, truth, typed)


def test_two_slips_of_nine_are_told_and_four_are_not() -> None:
    rng = random.Random(SEED)
    for count in (2, 4):
        numbers = [drawn(rng, 4) for _ in range(9)]
        truth, typed = [x for x, _ in numbers], [t for _, t in numbers]
        for k in range(count):
            typed[k] = misread(typed[k], rng)
        said = told(truth, typed)
        assert said.count("one digit misread") == (2 if count == 2 else 0), said


@pytest.mark.slow
@pytest.mark.parametrize(("digits", "most"), [(2, 0.06), (3, 0.02), (4, 0.004)])
def test_chance_is_rarely_called_a_slip(digits: int, most: float) -> None:
    """2,000 random wrong numbers, from a tenth of the truth to ten times; the share is bounded."""
    rng = random.Random(SEED + digits)
    slips = 0
    for _ in range(2000):
        truth, _ = drawn(rng, digits)
        wrong = rng.choice((-1, 1)) * truth * 10 ** rng.uniform(-1, 1)
        typed = written(wrong, digits)
        if abs(float(typed) - truth) > 0.1 * abs(truth):  # nearer is told as nearly right
            slips += bool(told([truth], [typed], sure=True))
    assert 0 < slips <= most * 2000, (SEED, slips)


def test_right_numbers_and_computed_ones_are_no_slips() -> None:
    assert told([1.25, -0.375], ["1.25", "-0.375"], sure=True) == ""
    exact = Answer.of([-1.25, 0.375])  # nobody types sixteen digits
    with use("en"):
        assert "sign" not in slip(world([1.25, 0.375]), exact)


def test_the_whole_way_from_what_is_typed_in_both_languages() -> None:
    """One entry of two of a neuron: w = 0.1742, b = 0.1089."""
    cost, at = "(sigmoid(w*x+b)-y)**2", {"w": 0.7, "b": -0.3, "x": 1.6, "y": 0.4}
    where = {"d": "2*(a-y)*a*(1-a)", "a": "sigmoid(w*x+b)"}
    right, *_ = check_expression(cost, at, {"w": "d*x", "b": "d"}, where=where)
    w, b = (f"{float(e.yours):.4f}" for e in right.entries)
    rng = random.Random(SEED)
    for kind in ("point", "exchanged", "misread"):
        wrong = SLIPS[kind][0](w, rng)
        report, *_ = check_expression(cost, at, numbers={"w": wrong, "b": b})
        assert report.diagnosis is not None and report.diagnosis.kind == "slip", (wrong, w)
        with use("en"):
            english = str(report.diagnosis)
        with use("fr"):
            french = str(report.diagnosis)
        assert f"in w, {SLIPS[kind][1]}" in english and french != english
        assert "faute d’inattention" in french


@pytest.mark.parametrize(("typed", "told"), [("-12", "sign of"), ("-11", None), ("11", "digit")])
def test_one_less_is_neither_the_sign_nor_cut_off(typed: str, told: str | None) -> None:
    with use("en"):
        report, *_ = check_expression("w**3", {"w": 2}, numbers={"w": typed})
        assert report.diagnosis is not None
        said = str(report)
        assert (told in said) if told else "sign" not in said
