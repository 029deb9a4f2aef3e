"""What a person types becomes a number, or one line that says how to write it."""

from __future__ import annotations

import math
import re
import struct
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

import mpmath
import pytest
from hypothesis import example, given, seed, settings
from hypothesis import strategies as st

from tests.shared import refusal
from tinygrad_fr.reading.number import (
    is_number,
    parse_number,
    read_number,
    read_numbers,
    readings,
)
from tinygrad_fr.words import NARROW, number, use


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.25", 0.25),
        ("0,25", 0.25),
        ("1/3", 1 / 3),
        ("-2", -2.0),
        ("−2", -2.0),
        ("+2", 2.0),
        ("1e-3", 1e-3),
        ("1,2e-3", 1.2e-3),
        ("1,5/-2,5", -0.6),
        (" 7 / 2 ", 3.5),
        ("- 2", -2.0),
        # thousands
        ("1 000", 1000.0),
        ("-8 000", -8000.0),
        ("12 345 678,5", 12345678.5),
        ("1\u202f000", 1000.0),
        ("1\u00a0000.25", 1000.25),
        ("1 000/3 000", 1 / 3),
        # powers of ten, as they are printed
        ("1,2×10⁻³", 1.2e-3),
        ("−1.23×10⁷", -1.23e7),
        ("5·10^3", 5000.0),
        ("5 * 10**-3", 5e-3),
        ("5⋅10^(−3)", 5e-3),
        ("10⁻³", 1e-3),
        ("-10⁶", -1e6),
        ("1 000×10³", 1e6),
        # the point of a French ×, the x of a keyboard, the braces of LaTeX
        ("-75.10^-2", -0.75),
        ("7,5.10^-1", 0.75),
        ("7.5.10⁻¹", 0.75),
        ("75 . 10^(-2)", 0.75),
        ("7,5x10^-1", 0.75),
        ("7.5 X 10^{-1}", 0.75),
        ("0×10^99999999", 0.0),
        ("0e99999999", 0.0),
        (",5", 0.5),
        ("5.", 5.0),
        ("-0", 0.0),
        ("0e999", 0.0),
        ("5e-324", 5e-324),
    ],
)
def test_numbers_as_people_type_them(text: str, expected: float) -> None:
    assert parse_number(text) == expected and type(parse_number(text)) is float


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "x",
        "1/2/3",
        "1/",
        "/2",
        "1.5.2",
        "1e",
        "--2",
        "nan",
        "inf",
        "-Infinity",
        "0x10",
        "1_000",
        "1 00",
        "1 0000",
        "1000 000",
        "1  000",
        "1 000 00",
        "1 2",
        "1'000",
        "0,5 000 000",
        "210²",
        "2 10²",
        "×10³",
        "2×10",
        "2×10^",
        "2×10^(3",
        "2×10^3)",
        "1e3×10²",
        "2×10³×10²",
        "2^3",
        "½",
        "1.000,5",
        "1,2,3",
        "2**3",
        "75,10^-2",
        "75.10**-2",
        "75 10^-2",
        "75.10-2",
        "75.10^-2}",
        "75.110^2",
        ".10^2",
        "50%",
        "١",
        "1e5.5",
        "²",
        "1\x00",
        "9" * 5000,
        "1/x",
        "(1)",
    ],
)
def test_what_is_no_number(text: str) -> None:
    assert "is not a number. Write" in refusal(lambda: parse_number(text), "en")
    assert "n’est pas un nombre. Écrivez" in refusal(lambda: parse_number(text), "fr")


@pytest.mark.parametrize(
    "text", ["1e999", "-1e999", "1e-999", "1e300/1e-300", "1e-300/1e300", "9" * 320]
)
def test_what_no_float_holds(text: str) -> None:
    assert "is outside what a number can hold" in refusal(lambda: parse_number(text), "en")
    assert "sort de ce qu’un nombre peut contenir" in refusal(lambda: parse_number(text), "fr")


def test_division_by_zero_in_a_number() -> None:
    assert "divides by 0" in refusal(lambda: parse_number("1/0"), "en")
    assert "divise par 0" in refusal(lambda: parse_number("0/0,0"), "fr")


@seed(3)
@settings(max_examples=300, deadline=None)
@given(st.text(max_size=20) | st.text("0123456789.,/eE+-− _×·^⁻³", max_size=12))
def test_whatever_is_typed_is_a_number_or_one_line(text: str) -> None:
    try:
        number = parse_number(text)
    except ValueError as error:
        assert str(error).replace(NARROW, " ").isprintable()
        return
    assert math.isfinite(number)
    plain = re.sub(r"\s", "", text).replace(",", ".").replace("−", "-")
    top, _, bottom = plain.partition("/")
    assert number == float(Fraction(top) / Fraction(bottom or "1"))
    value, unit = read_number(text)
    assert float(value) == number and (bottom or unit > 0)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("0,25", Fraction(1, 4), Fraction(1, 100)),
        ("-3/2", Fraction(-3, 2), Fraction(0)),
        ("1/3", Fraction(1, 3), Fraction(0)),
        ("1,2e-3", Fraction(12, 10000), Fraction(1, 10000)),
        ("1,2×10⁻³", Fraction(12, 10000), Fraction(1, 10000)),
        ("75.10^-2", Fraction(3, 4), Fraction(1, 100)),
        ("−2", Fraction(-2), Fraction(1)),
        ("1.50", Fraction(3, 2), Fraction(1, 100)),
        ("5.", Fraction(5), Fraction(1)),
        ("1 234,5", Fraction(12345, 10), Fraction(1, 10)),
        ("10³", Fraction(1000), Fraction(1000)),
        ("0.00", Fraction(0), Fraction(1, 100)),
        ("1,5/2,5", Fraction(3, 5), Fraction(0)),
    ],
)
def test_the_exact_value_and_the_unit_of_its_last_digit(
    text: str, value: Fraction, unit: Fraction
) -> None:
    assert read_number(text) == (value, unit)


def test_several_numbers_are_separated_by_semicolons() -> None:
    assert [n.value for n in read_numbers("1,5; -3/2; 1 000")] == [1.5, -1.5, 1000]
    with pytest.raises(ValueError):
        read_numbers("1;;2")


def test_what_is_refused_says_what_is_refused() -> None:
    assert "nothing but spaces between thousands" in refusal(lambda: parse_number("1'000"), "en")
    assert "que des espaces entre les milliers" in refusal(lambda: parse_number("1 00"), "fr")
    assert "'ten' is not a number. Write for example" in refusal(lambda: parse_number("ten"), "en")


@pytest.mark.parametrize("text", ["75,10^-2", "75 10⁻²", "1.10-3", "3.10**8"])
def test_a_power_of_ten_is_shown_how_to_be_written(text: str) -> None:
    told = refusal(lambda: parse_number(text), "en")
    assert "Write a power of ten so: 7.5*10^-1 or 7.5e-1" in told
    told = refusal(lambda: parse_number(text), "fr")
    assert "Écrivez une puissance de dix ainsi : 7,5*10^-1 ou 7,5e-1" in told


@pytest.mark.parametrize("text", ["0,25", "1 000", "1e999", "1/0", " -2 ", "1,2×10⁻³"])
def test_spelled_like_a_number(text: str) -> None:
    assert is_number(text)


@pytest.mark.parametrize("text", ["", "x", "1 00", "1/2/3", "nan", "0x10", "1_000", "9" * 500, "/"])
def test_not_spelled_like_a_number(text: str) -> None:
    assert not is_number(text)


@seed(5)
@settings(max_examples=300, deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(1, 17))
@example(-1.23e7, 3)
@example(5e-324, 17)
def test_what_the_house_prints_it_reads(x: float, digits: int) -> None:
    for lang in ("fr", "en"):
        with use(lang):
            text = number(x, digits)
        try:
            read = parse_number(text)
        except ValueError:
            assert abs(x) > 1.7e308 or abs(x) < 1e-323, text  # rounded over the edge
            continue
        assert read == pytest.approx(x, rel=0.5 * 10.0 ** (1 - digits) + 1e-15, abs=5e-324)


# ── what a typed number may stand for ────────────────────────────────────────────────────────────


def meant(text: str, truth: float | Fraction | str) -> str:
    """The name of the first reading that explains the truth, "" if none does."""
    exact = Fraction(truth)
    return next((r.name for r in readings(text) if r.explains(exact)), "")


@pytest.mark.parametrize(
    ("text", "truth", "expected"),
    [
        ("0.188", "0.188439", "rounded"),
        ("-0,1884", "-0.188439", "rounded"),
        ("-0,18844", "-0.188439", "rounded"),
        ("-0,18843", "-0.188439", "cut off"),
        ("0.18843", "0.188439", "cut off"),
        ("-0,18845", "-0.188439", ""),
        ("-0,189", "-0.188439", ""),  # neither rounded nor cut off
        ("0.189", "0.188439", ""),
        ("0.18843", "-0.188439", ""),
        ("0.1885", "0.18844951", "rounded"),  # rounded twice: 0.18845, then 0.1885
        ("0.19", "0.1950", "rounded"),
        ("0.19", "0.1999", "cut off"),
        ("0.19", "0.2001", ""),
        ("-0.19", "-0.1999", "cut off"),
        ("-0.19", "-0.1801", ""),
        ("2", "2.5", "rounded"),
        ("2", "2.9", "cut off"),
        ("1 000", "1000.4", "rounded"),
        ("1,2e-3", "0.00129", "cut off"),
        # zeros
        ("0", "0", "exact"),
        ("-0", "0", "exact"),
        ("0.", "0", "exact"),
        ("0", "1e-300", ""),
        ("0", "0.4", ""),
        ("0.00", "0.005", "rounded"),
        ("0.00", "-0.009", "cut off"),
        ("0.00", "0.011", ""),
        ("0,0", "0", "rounded"),
        ("0e3", "0", "exact"),
        ("0e-3", "0.0004", "rounded"),
        # a fraction is what it says
        ("1/3", Fraction(1, 3), "exact"),
        ("1/3", "0.3333", ""),
        ("0/3", "0", "exact"),
        # printed by a program
        ("0.18843895", "0.188439", "float32"),
        ("-0.18843895", "-0.188439", "float32"),
        ("1.2345679e-05", "1.2345676e-05", "float32"),
        ("0.18843895196914673", "0.188439", "float32"),
        ("0.18843895", "0.18844", ""),
        ("0.18843891", "0.188439", ""),  # of no float32 the shortest decimal
        ("0.188438950", "0.188439", ""),  # nor this, with its last zero
        ("0.30000000000000004", "0.3", "float64"),
        ("0.3000000000000", "0.3000000000001", "cut off"),
        ("0.30000000000004", "0.3", ""),
        ("1e-40", "1.9e-40", "cut off"),
        ("1.0000000e-40", "1.0000003e-40", ""),
    ],
)
def test_what_a_typed_number_may_stand_for(text: str, truth: str | Fraction, expected: str) -> None:
    assert meant(text, truth) == expected


def test_a_reading_is_said_in_both_languages() -> None:
    rounded, cut, single = readings("0.18843895")
    assert rounded.said() == ""
    with use("fr"):
        assert "coupé" in cut.said() and "simple précision" in single.said()
    with use("en"):
        assert "cut off" in cut.said() and "single precision" in single.said()


def test_a_truth_of_any_kind() -> None:
    reading = readings("0.25")[0]
    for kind in (float, Fraction, mpmath.mpf):
        assert reading.explains(kind(0.2525)) and not reading.explains(kind(0.26))


@seed(5)
@settings(max_examples=300, deadline=None)
@given(st.floats(1e-6, 1e6), st.integers(1, 12), st.booleans())
def test_rounded_and_cut_off_digits_are_read_as_what_they_are(
    truth: float, digits: int, negative: bool
) -> None:
    t = Decimal(-truth if negative else truth)
    place = Decimal(1).scaleb(t.adjusted() - digits + 1)
    nearest, cut = (
        t.quantize(place, rounding, Context(prec=100)) for rounding in (ROUND_HALF_EVEN, ROUND_DOWN)
    )
    assert meant(f"{nearest}", str(t)) == "rounded"
    assert meant(f"{cut}", str(t)) in ("rounded", "cut off")
    beyond = cut + 2 * place if t > 0 else cut - 2 * place
    assert meant(f"{beyond}", str(t)) in ("", "float32")


@seed(6)
@settings(max_examples=200, deadline=None)
@given(st.floats(2.0**-99, 2.0**99, width=32))
def test_every_float32_printed_at_length_is_read_as_one(single: float) -> None:
    digits = next(t for n in range(1, 10) if _float32(float(t := f"{single:.{n - 1}e}")) == single)
    assert meant(digits, Fraction(single) * Fraction(10**8 + 20, 10**8))
    if len(repr(single)) > 12:
        assert meant(repr(single), Fraction(single) * Fraction(10**8 + 20, 10**8)) == "float32"


def test_a_number_between_two_float32_is_no_fault() -> None:
    """To nine digits it lies nearer to the other of the two."""
    assert [r.name for r in readings("5.849282976")] == ["rounded", "cut off"]


def _float32(x: float) -> float:
    return float(struct.unpack("f", struct.pack("f", x))[0])


@pytest.mark.parametrize("text", ["", "x", "1;2", "0.1.2"])
def test_no_reading_of_what_is_no_number(text: str) -> None:
    assert "pas un nombre" in refusal(lambda: readings(text), "fr")
    assert "not a number" in refusal(lambda: readings(text), "en")
