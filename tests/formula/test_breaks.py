"""Write it as a formula: a wide one in pieces that say the same, cut where a reader would."""

from __future__ import annotations

import re

import pytest

from tests.formula.test_derivation import two_three_two
from tinygrad_fr import ops
from tinygrad_fr.engine import Value
from tinygrad_fr.formula.breaks import ROOM, pieces
from tinygrad_fr.formula.derivation import explain
from tinygrad_fr.reading.expression import read


def plain(mathml: str) -> str:
    return re.sub("<[^>]*>", "", mathml)


def right_sides(output: Value) -> list[str]:
    sections = explain(output, all=True).sections("mathml")
    return [side for section in sections for line in section.lines for side in line.right]


def test_pieces_put_together_are_the_formula() -> None:
    found = right_sides(two_three_two())
    assert sum(len(pieces(side)) > 1 for side in found) > 10
    for side in found:
        assert plain("".join(pieces(side))) == plain(side)
        assert len(plain(side)) > ROOM or pieces(side) == [side]


def test_a_sum_is_cut_before_its_signs_and_a_list_after_its_commas() -> None:
    weights = [Value(0.5 + i, label=f"w_{i}") for i in range(1, 9)]
    z = ops.sum([w * Value(-1.0, label=f"x_{i}") for i, w in enumerate(weights, start=1)])
    assert [plain(piece) for piece in pieces(right_sides(z)[0])] == [
        "w1·x1",
        *(f"+w{i}·x{i}" for i in range(2, 9)),
    ]
    text = f"p = softmax({', '.join(w.label for w in weights)}); L = -ln(p_3)"
    typed = read(text, {w.label: w.data for w in weights})
    *_, third = (side for side in right_sides(typed.output) if plain(side).endswith("w8)3"))
    assert [plain(piece).replace("\u2061", "") for piece in pieces(third)] == [
        "softmax(w1,",
        *(f"w{i}," for i in range(2, 8)),
        "w8)3",
    ]


@pytest.mark.parametrize("tag", ["mfrac", "msqrt", "msubsup"])
def test_nothing_is_cut_inside_a_fraction_or_a_root(tag: str) -> None:
    long = "".join(f"<mo>+</mo><mi>a{i}</mi>" for i in range(20))
    inner = f"<mrow><mi>a</mi>{long}</mrow>"
    assert pieces(f"<{tag}>{inner}<mn>2</mn></{tag}>") == [f"<{tag}>{inner}<mn>2</mn></{tag}>"]
    assert len(pieces(inner)) == 21
    raised = pieces(f"<msup>{inner}{inner}</msup>")
    assert len(raised) == 21 and raised[-1].count("a19") == 2


def test_a_sign_at_the_beginning_belongs_to_what_follows() -> None:
    minus = "<mrow><mo>−</mo><mn>0.5</mn></mrow>"
    wide = "".join(f"<mo>·</mo><mi>w{i}</mi>" for i in range(12))
    first, *rest = pieces(f"<mrow>{minus}{wide}</mrow>")
    assert plain(first) == "−0.5" and [plain(x)[0] for x in rest] == ["·"] * 12
    assert all('<mo form="infix">' in x for x in rest) and 'form="infix"' not in first
    long = "".join(f"<mo>+</mo><mi>a{i}</mi>" for i in range(20))
    bracket = f"<mrow><mo>(</mo><mrow><mi>a</mi>{long}</mrow><mo>)</mo></mrow>"
    found = [plain(x) for x in pieces(f"<mrow><mo>−</mo>{bracket}</mrow>")]
    assert found == ["−(a", *(f"+a{i}" for i in range(19)), "+a19)"]
    flat = pieces(f"<mrow><mo>−</mo><mi>a</mi>{long}</mrow>")
    assert plain(flat[0]) == "−a" and len(flat) == 21 and 'form="infix"' not in flat[0]
