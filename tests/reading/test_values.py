"""Values as people type them, by name, or one line that says how to write them."""

from __future__ import annotations

import math

import pytest

from tests.shared import refusal
from tinygrad_fr.reading.values import parse_values


def test_values_as_people_type_them() -> None:
    pairs = ["w=0,25", " x = -1/2 ", "ŷ=1e-3", "x₁=2"]
    assert parse_values(pairs) == {"w": 0.25, "x": -0.5, "ŷ": 1e-3, "x₁": 2.0}
    assert parse_values([]) == {}
    assert list(parse_values(["e\u0301=1"])) == ["é"]


@pytest.mark.parametrize(
    ("pairs", "fr", "en"),
    [
        (["w"], "« w » n’est pas de la forme nom=valeur", "'w' is not of the form name=value"),
        (["=1"], "n’est pas de la forme nom=valeur", "'=1' is not of the form name=value"),
        (["w="], "n’est pas de la forme nom=valeur", "'w=' is not of the form name=value"),
        (["1w=2"], "n’est pas de la forme nom=valeur", "'1w=2' is not of the form name=value"),
        (["a b=2"], "n’est pas de la forme nom=valeur", "is not of the form name=value"),
        (["w=one"], "w : « one » n’est pas un nombre", "w: 'one' is not a number"),
        (["w==1"], "« =1 » n’est pas un nombre", "'=1' is not a number"),
        (["w=nan"], "« nan » n’est pas un nombre", "'nan' is not a number"),
        (["w=-inf"], "« -inf » n’est pas un nombre", "'-inf' is not a number"),
        (["w=1/0"], "w : « 1/0 » divise par 0", "w: '1/0' divides by 0"),
        (["w=1", "x=2", "w=1"], "w reçoit deux valeurs", "w is given two values"),
        (["x1=1", "x₁=1"], "x₁ reçoit deux valeurs", "x₁ is given two values"),
        (["x₁=1", "x1=1"], "x1 reçoit deux valeurs", "x1 is given two values"),
        (["lambda=0.1"], "Écrivez λ", "Write λ"),
        (["for=0.1"], "Choisissez un autre nom", "Choose another name"),
    ],
)
def test_values_refused(pairs: list[str], fr: str, en: str) -> None:
    assert fr in refusal(lambda: parse_values(pairs), "fr")
    assert en in refusal(lambda: parse_values(pairs), "en")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("pi/2", math.pi / 2),
        ("π", math.pi),
        ("2π/3", 2 * math.pi / 3),
        ("1/3", 1 / 3),
        ("√2", math.sqrt(2)),
        ("-√2/2", -math.sqrt(2) / 2),
        ("½", 0.5),
        ("ln(2)", math.log(2)),
        ("2^10", 1024.0),
        ("2*0,35", 0.7),
        ("e", math.e),
        ("1 000", 1000.0),
    ],
)
def test_a_value_may_be_calculated(typed: str, expected: float) -> None:
    value = parse_values([f"x={typed}"])["x"]
    assert type(value) is float and value == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize("name", ["w₁", "w_1^[2]", "w₁⁽²⁾", "w_{1,2}", "w₁,₂", "ŷ", "∂L/∂a", "λ"])
def test_a_value_has_the_name_that_the_tool_prints(name: str) -> None:
    assert parse_values([f"{name}=0,5"]) == {name: 0.5}


@pytest.mark.parametrize(
    ("pair", "fr", "en"),
    [
        ("x=2y", "x : « 2y » n’est pas un nombre", "x: '2y' is not a number"),
        ("x=a", "x : « a » n’est pas un nombre", "x: 'a' is not a number"),
        ("x=√(-1)", "x : sqrt demande a ≥ 0", "x: sqrt needs a ≥ 0"),
        ("x=9**9**9", "n’est pas un nombre", "is not a number"),
        ("x=sin", "n’est pas un nombre", "is not a number"),
        ("∂L=1", "n’est pas de la forme", "is not of the form"),
        ("w⁽²=1", "n’est pas de la forme", "is not of the form"),
        ("x²=1", "n’est pas de la forme", "is not of the form"),
    ],
)
def test_what_is_no_value(pair: str, fr: str, en: str) -> None:
    assert fr in refusal(lambda: parse_values([pair]), "fr")
    assert en in refusal(lambda: parse_values([pair]), "en")
