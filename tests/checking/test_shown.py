"""Check it: the report as it is looked at."""

from __future__ import annotations

from fractions import Fraction as F

import pytest

from tinygrad_fr.checking.shown import MANY, SHOWN, Shown, apart, plain_text
from tinygrad_fr.checking.verdict import COST, FLOAT, KINK, RIGHT, UNDECIDED, WRONG, Entry
from tinygrad_fr.words import say, use

VERDICTS = (RIGHT, WRONG, KINK, FLOAT, COST, UNDECIDED)


def net(wrong: tuple[str, ...] = ()) -> list[Entry]:
    """The 17 entries of a 2-3-2 network."""
    names = [
        name
        for layer, (rows, columns) in enumerate(((3, 2), (2, 3)), start=1)
        for k in range(1, rows + 1)
        for name in [*(f"w_{k},{i}^[{layer}]" for i in range(1, columns + 1)), f"b_{k}^[{layer}]"]
    ]
    return [Entry(n, 2.0, 1.0, WRONG) if n in wrong else Entry(n, 1.0, 1.0) for n in names]


@pytest.fixture(autouse=True)
def _in_english():  # type: ignore[no-untyped-def]
    with use("en"):
        yield


def test_wrong_rows_stand_first() -> None:
    entries = [Entry(f"p{i}", 1.0, 2.0, verdict) for i, verdict in enumerate(VERDICTS)]
    rows = Shown(entries, []).rows()
    assert [row[0].text for row in rows] == ["p1", "p4", "p5", "p2", "p3", "p0"]


def test_right_rows_are_folded_layer_by_layer() -> None:
    rows = [[cell.text for cell in row] for row in Shown(net(("b_1^[2]",)), []).rows()]
    assert rows == [
        ["b_1^[2]", "2", "1", "2", "wrong"],
        ["layer 1", "", "", "", "9 right"],
        ["layer 2", "", "", "", "7 right"],
    ]


def test_a_folded_row_without_a_layer_says_from_where_to_where() -> None:
    few = [Entry(f"p{i}", 1.0, 1.0) for i in range(MANY)]
    assert len(Shown(few, []).rows()) == MANY
    many = [*few, Entry("q", 1.0, 1.0, FLOAT)]
    (row,) = Shown(many, []).rows()
    assert row[0].text == "p0 … q" and row[-1].text == "1 right up to rounding, 8 right"


def test_of_very_many_wrong_rows_the_rest_is_counted() -> None:
    entries = [Entry(f"p{i}", 1.0, 2.0, WRONG) for i in range(SHOWN + 5)]
    rows = Shown(entries, []).rows()
    assert len(rows) == SHOWN + 1 and rows[-1][-1].text == "5 wrong"


def test_a_right_row_with_a_remark_is_never_folded() -> None:
    entries = [*net(), Entry("q", 1.0, 1.0, RIGHT, "0.4343 for 1/ln 10")]
    assert [row[0].text for row in Shown(entries, []).rows()] == ["q", "layer 1", "layer 2"]


@pytest.mark.parametrize(
    ("yours", "expected", "shown"),
    [
        (0.25, 0.5, (("0.", "25", ""), ("0.", "5", ""))),
        (-0.18844, 0.18844, (("", "−", "0.1884"), ("", "", "0.1884"))),
        (1.00000012, 1.00000013, (("1.0000001", "2", ""), ("1.0000001", "3", ""))),
        (12345.6789, 12345.6788, (("12345.678", "9", ""), ("12345.678", "8", ""))),
        (1.2e-9, 1.2e-8, (("1.2×10⁻", "⁹", ""), ("1.2×10⁻", "⁸", ""))),
        (2, 2, (("", "", "2"), ("", "", "2"))),
        (F(1, 3), F(1, 3), (("", "", "1/3"), ("", "", "1/3"))),
    ],
)
def test_the_digits_that_differ(yours: float, expected: float, shown: object) -> None:
    assert tuple(cell.parts() for cell in apart(yours, expected)) == shown


@pytest.mark.parametrize("exponent", range(5, 28))
def test_two_numbers_that_differ_never_look_the_same(exponent: int) -> None:
    from mpmath import mp, mpf

    with mp.workdps(50):
        one, other = apart(mpf(1) / 3, mpf(1) / 3 + mpf(10) ** -exponent)
    assert one.text != other.text
    assert len(one.text) <= exponent + 3


def test_what_is_right_has_no_more_digits_than_are_read() -> None:
    assert [cell.text for cell in apart(0.12345678, 0.12345679, differ=False)] == ["0.1235"] * 2


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("width", [40, 60, 80, 100])
def test_no_number_is_lost_where_the_terminal_is_narrow(lang: str, width: int) -> None:
    with use(lang):
        shown = Shown(net(("b_1^[2]", "w_1,1^[1]")), ["a sentence below"])
        for row in shown.rows():
            for cell in row[:-1]:
                assert cell.text in shown.text(width)


def test_a_wrong_number_never_has_the_ratio_one() -> None:
    (row,) = Shown([Entry("w", 1.0000001, 1.0, WRONG)], []).rows()
    assert row[3].text == "1.0000001"


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_without_the_expected_numbers_only_verdicts_stand(lang: str) -> None:
    with use(lang):
        entries = [Entry("w", 0.25, 0.123456, WRONG, "in floats, 0.123456"), Entry("v", 7.5, 7.5)]
        shown = Shown(entries, ["a hint"], expected=False)
        assert [len(row) for row in shown.rows()] == [3, 3] and len(shown.titles()) == 3
        for text in (str(shown), shown._repr_html_()):
            assert "a hint" in text and "123" not in text and "2.0" not in text


def test_html_marks_what_differs_and_escapes_names() -> None:
    html = Shown([Entry("<w>", 0.25, 0.26, WRONG)], ["1 < 2"])._repr_html_()
    assert "<td>0.2<b>5</b></td><td>0.2<b>6</b></td>" in html
    assert "&lt;w&gt;" in html and "1 &lt; 2" in html


def test_a_terminal_marks_what_differs() -> None:
    from io import StringIO

    from rich.console import Console

    console = Console(file=StringIO(), width=80, color_system="truecolor", force_terminal=True)
    console.print(Shown([Entry("w", 0.25, 0.26, WRONG)], []))
    assert "0.2\x1b[1;4m5" in console.file.getvalue()  # type: ignore[attr-defined]


def test_the_text_is_there_in_a_notebook_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """rich takes a notebook's own way to show things where it finds one; a text is a text."""
    import rich.console

    shown = Shown([Entry("w", 1.0, 2.0, WRONG)], ["below"])
    before = str(shown)
    monkeypatch.setattr(rich.console, "_is_jupyter", lambda: True)
    assert str(shown) == plain_text(shown) == before and "below" in before


@pytest.mark.parametrize("width", range(60, 100))
def test_no_line_begins_with_a_semicolon(width: int) -> None:
    with use("fr"):
        remark = say(fr="un ; deux ; trois ; quatre", en="")
        told = say(fr="L’une : la première ; l’autre : la seconde ; où est-elle ?", en="")
        text = Shown([Entry("w", 1.0, 2.0, WRONG, remark)], [told]).text(width)
    assert not any(line.strip().startswith((";", ":", "?")) for line in text.splitlines())
    assert text.count("\u202f") == 8 and "\ue000" not in text


def test_where_there_is_no_number_stands_a_dash() -> None:
    entry = Entry("W1", None, None, WRONG, "(3, 3)")
    for expected in (True, False):
        lines = Shown([entry], [], expected).text().splitlines()
        assert "NaN" not in lines[1] and lines[1].split()[:2] == ["W1", "–"]
    assert entry.ratio is None


def test_what_is_right_but_for_its_shape_has_no_digits_that_differ() -> None:
    entry = Entry("W1[0,1]", 0.1234567890123456, 0.1234567890123457, WRONG, "transposed", True)
    row = Shown([entry], []).text().splitlines()[1].split()
    assert row[1:4] == ["0.1235", "0.1235", "1"]
