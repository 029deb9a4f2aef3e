"""The CSV files that people have: each trains, or is refused in one line that says what to do."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tinygrad_fr import cli
from tinygrad_fr.nn.folder import kept

DRAW = random.Random(5)
POINTS = [(DRAW.uniform(-1, 1), DRAW.uniform(-1, 1)) for _ in range(24)]


def lines(separator: str = ",", mark: str = ".", words: tuple[str, str] = ("no", "yes")) -> str:
    """Points of the plane, class by class on two sides of a line."""
    rows = [f"{u:.3f}{separator}{v:.3f}".replace(".", mark) for u, v in POINTS]
    told = (words[u + v > 0] for u, v in POINTS)
    return "".join(f"{row}{separator}{word}\n" for row, word in zip(rows, told, strict=True))


TRAINS: dict[str, tuple[bytes, list[str], list[str]]] = {
    # the file, the names of its inputs, its classes
    "semicolons": (("u;v;label\n" + lines(";")).encode(), ["u", "v"], ["no", "yes"]),
    "decimal commas": (("u;v;label\n" + lines(";", ",")).encode(), ["u", "v"], ["no", "yes"]),
    "BOM": (("u,v,label\n" + lines()).encode("utf-8-sig"), ["u", "v"], ["no", "yes"]),
    "cp1252": (
        ("largeur;été;espèce\n" + lines(";", ",", ("doré", "rosé"))).encode("cp1252"),
        ["largeur", "été"],
        ["doré", "rosé"],
    ),
    "UTF-16": (("u\tv\tlabel\n" + lines("\t")).encode("utf-16"), ["u", "v"], ["no", "yes"]),
    "quoted names": (
        ('"width, in cm","the ""height""",label\n' + lines()).encode(),
        ["width, in cm", 'the "height"'],
        ["no", "yes"],
    ),
    "text classes": (
        ("u,v,label\n" + lines(words=("un chat", "Σ"))).encode(),
        ["u", "v"],
        ["un chat", "Σ"],
    ),
    "header missing": (lines().encode(), ["x_1", "x_2"], ["no", "yes"]),
    "blank lines and Windows ends": (
        ("u,v,label\n\n" + lines() + "\n").replace("\n", "\r\n").encode(),
        ["u", "v"],
        ["no", "yes"],
    ),
}
REFUSED: dict[str, tuple[bytes, str, str]] = {
    # the file, what is said in each language
    "missing values": (
        ("u,v,label\n" + lines() + "0.5,,yes\n").encode(),
        "line 26, column 2 (v): missing value; complete the line or take it out",
        "ligne 26, colonne 2 (v) : valeur manquante ; complétez la ligne ou ôtez-la",
    ),
    "one column": (
        b"u\n1\n2\n",
        "a single column; one is needed for each input and one for the target",
        "une seule colonne ; il en faut une par entrée et une pour la cible",
    ),
    "decimal commas between commas": (
        ("u,v,label\n" + lines(",", ",")).encode(),
        "line 2: 5 cells instead of 3 (with decimal commas, separate by ;)",
        "ligne 2 : 5 cases au lieu de 3 (avec des virgules décimales, séparez par ;)",
    ),
    "a spreadsheet's own file": (
        b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00",
        "this is a spreadsheet’s workbook (.xlsx, .ods, .xls); save the sheet as CSV",
        "c’est un classeur de tableur (.xlsx, .ods, .xls) ; enregistrez la feuille en CSV",
    ),
    "nothing": (b"", "the file is empty", "le fichier est vide"),
    "a header and nothing": (b"u,v,label\n", "no line follows", "aucune ligne ne suit"),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", TRAINS)
def test_it_trains(kind: str, tmp_path: Path) -> None:
    content, names, classes = TRAINS[kind]
    (tmp_path / "points.csv").write_bytes(content)
    words = ["train", "--data", str(tmp_path / "points.csv"), "--epochs", "60"]
    assert cli.main([*words, "--learning-rate", "0,1", "-o", str(tmp_path / "run")]) == 0
    _, card = kept(tmp_path / "run")
    assert (card["inputs"], card["classes"]) == (names, classes)
    assert card["starts"][0]["accuracy"] > 0.9


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("kind", REFUSED)
def test_it_is_refused_in_one_clear_line(
    kind: str, lang: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content, en, fr = REFUSED[kind]
    (tmp_path / "points.csv").write_bytes(content)
    words = ["train", "--data", str(tmp_path / "points.csv"), "-o", str(tmp_path / "run")]
    assert cli.main([*words, "--lang", lang]) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1
    assert {"en": en, "fr": fr}[lang] in said.err.replace("\u202f", " ")
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_a_hundred_thousand_rows(tmp_path: Path) -> None:
    draw = random.Random(0)
    rows = ((draw.gauss(0, 1), draw.gauss(0, 1)) for _ in range(100_000))
    text = "".join(f"{u:.4f},{v:.4f},{'in' if u * u + v * v < 1.4 else 'out'}\n" for u, v in rows)
    (tmp_path / "points.csv").write_text("u,v,label\n" + text, "utf-8")
    words = ["train", "--data", str(tmp_path / "points.csv"), "--hidden", "4"]
    assert cli.main([*words, "-o", str(tmp_path / "run")]) == 0
    _, card = kept(tmp_path / "run")
    assert card["epochs"] == 1 and card["starts"][0]["accuracy"] > 0.9
