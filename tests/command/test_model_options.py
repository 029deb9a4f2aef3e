"""From a terminal: a network in the place of an expression."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from tinygrad_fr import cli
from tinygrad_fr.command.model_options import add_graph, graph
from tinygrad_fr.command.options import Parser
from tinygrad_fr.nn.described import described
from tinygrad_fr.words import use

GOLDEN = Path(__file__).parents[1] / "formula" / "golden"
COURSE = "--model 2-3-2 --activation sigmoid --output sigmoid --seed 3 --x 0.8 -1.2 --y 0 1"


def typed(line: str) -> argparse.Namespace:
    """Read as a command that takes an expression or a network does."""
    may = Parser("draw", "…")
    add_graph(may)
    args = may.read(line.split())
    assert args is not None
    return args


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_network_of_the_course_in_one_line(
    lang: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["explain", *COURSE.split(), "--lang", lang]) == 0
    assert capsys.readouterr().out == (GOLDEN / f"2-3-2-course-{lang}.txt").read_text("utf-8")


def test_what_has_a_name() -> None:
    found = graph(typed(COURSE), "draw")
    assert found.formula == "L" and len(found.leaves) == 17 + 4
    assert list(found.steps)[-1] == "L" and found.steps["a_2^[1]"].label == "a_2^[1]"


def test_an_option_that_is_repeated_is_another_example() -> None:
    several = graph(typed("--model 2-1 --x 0 1 --y 1 --x 1 -1 --y 0"), "draw")
    assert several.output.data == described("2-1", x="0 1; 1 -1", y="1 0").output.data


def test_an_expression_stays_what_it_was() -> None:
    found = graph(typed("w*x w=2 x=3"), "draw")
    assert found.output.data == 6 and list(found.leaves) == ["w", "x"]


BAD = {
    "": "the expression is missing. Try: tinygrad-fr step",
    "w*x w=1 x=2 --model 2-1 --x 1 1 --y 0": "'w*x' is not needed: --model",
    "w=1 --weights m.json --x 1 1 --y 0": "m.json",
    "w w=1 --seed 3": "--seed does not belong here: it describes a network",
    "w w=1 --x 3": "--x does not belong here: it describes a network",
    "--x 1 --y 2": "--x does not belong here: it describes a network",
    "--model 2-1 --x 1 1 --y 0 --seed -1": "--seed expects an integer of at least 0, got '-1'",
}


@pytest.mark.parametrize("line", BAD)
def test_what_does_not_fit_is_refused_in_both_languages(line: str) -> None:
    said = {}
    for lang in ("fr", "en"):
        with use(lang), pytest.raises((ValueError, OSError)) as caught:
            graph(typed(line), "step")
        said[lang] = str(caught.value)
    assert BAD[line] in said["en"] and "\n" not in said["en"]
    assert said["fr"] != said["en"] or "m.json" in line


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (f"check {COURSE} --answer delta2=0,1815;-0,2313", 0),
        (f"check {COURSE} --answer delta2=0,1815;0,2313", 1),
        (f"check {COURSE} --answer b2=0,0907;-0,1157", 1),
        (f"check {COURSE} --answer b2=0,0907;-0,1157 --accept half", 0),
        (f"check {COURSE}", 3),
        (f"check {COURSE} w=1 --answer b2=1;1", 3),
        (f"check {COURSE} --where u=1 --answer b2=1;1", 3),
        ("check w*x w=1 x=2 --hand w=x --seed 3", 3),
        (f"draw {COURSE} -o {{}}/g.dot", 0),
        (f"draw {COURSE} -o {{}}/g.dot --model 3-2", 2),
    ],
)
def test_the_commands_that_take_one(line: str, status: int, tmp_path: Path) -> None:
    assert cli.main(line.format(tmp_path).split()) == status


def test_arrays_in_files_answer_a_network(tmp_path: Path) -> None:
    import numpy as np

    np.savez(tmp_path / "a.npz", b2=np.array([0.1814807, -0.2313084]))
    (tmp_path / "a.json").write_text('{"b2": [0.1815, -0.2313]}', "utf-8")
    (tmp_path / "a.csv").write_text("b_1^[2];b_2^[2]\n0,1815;-0,2313\n", "utf-8")
    for name in ("a.json", "a.csv"):
        assert cli.main([*f"check {COURSE} --answer".split(), str(tmp_path / name)]) == 0
    assert cli.main([*f"check {COURSE} --answer".split(), str(tmp_path / "a.npz")]) == 1
    alone = ["check", "b", "b=1", "--answer", str(tmp_path / "a.npz")]
    assert cli.main(alone) == 3
