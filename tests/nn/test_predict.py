"""A trained network answers row by row: classes by name, quantities, in the file's own manner."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tinygrad_fr.nn import MLP
from tinygrad_fr.nn.folder import folder_for, kept
from tinygrad_fr.nn.predict import predicted
from tinygrad_fr.nn.recipe import Recipe
from tinygrad_fr.nn.run import Job
from tinygrad_fr.words import use

POINTS = "u;v;label\n0,5;1;yes\n-0,5;-1;no\n0,25;2;yes\n-1;-0,5;no\n"


@pytest.fixture
def run(tmp_path: Path) -> Path:
    (tmp_path / "points.csv").write_text(POINTS, "utf-8")
    job = Job(Recipe(str(tmp_path / "points.csv"), hidden=[3]))
    folder = folder_for(tmp_path / "run")
    job.train(folder=folder, progress=False)
    job.write(folder)
    return folder


def table(text: str, delimiter: str = ";") -> list[list[str]]:
    return list(csv.reader(text.splitlines(), delimiter=delimiter))


@pytest.mark.slow
def test_classes_by_name_in_the_manner_of_the_file(run: Path) -> None:
    with use("en"):
        found = predicted(run, run.parent / "points.csv")
    head, *rows = table(found.text)
    assert head == ["u", "v", "label", "label predicted", "p(no)", "p(yes)"]
    assert [row[:3] for row in rows] == table(POINTS)[1:]  # cell by cell as they were
    assert [row[3] for row in rows] == found.answers == ["yes", "no", "yes", "no"]
    model = kept(run)[0]
    for row in rows:
        x = [float(cell.replace(",", ".")) for cell in row[:2]]
        no, yes = (float(cell.replace(",", ".")) for cell in row[4:])
        assert yes == pytest.approx(model(x).data, rel=1e-12) and no + yes == pytest.approx(1)
        assert "." not in "".join(row)
    assert found.right == 1


@pytest.mark.slow
def test_columns_by_name_in_any_order_or_by_place(run: Path) -> None:
    other = run.parent / "other.csv"
    answers = []
    for text in ("v,n,u\n1,7,0.5\n-1,8,-0.5\n", "0.5,1\n-0.5,-1\n", "a,b\n0.5,1\n-0.5,-1\n"):
        other.write_text(text, "utf-8")
        found = predicted(run, other)
        assert found.right is None
        answers.append((found.answers, [row[-1] for row in table(found.text, ",")[1:]]))
    assert answers[0] == answers[1] == answers[2] and answers[0][0] == ["yes", "no"]
    other.write_text("u,w,n\n1,2,3\n", "utf-8")
    with (
        use("en"),
        pytest.raises(ValueError, match=r"expects the columns u, v; the table has u, w"),
    ):
        predicted(run, other)
    with use("fr"), pytest.raises(ValueError, match=r"attend les colonnes u, v.; le tableau a"):
        predicted(run, other)


def test_a_quantity_is_a_number(tmp_path: Path) -> None:
    lines = "".join(f"{k},{2 * k + 0.5}\n" for k in range(6))
    (tmp_path / "p.csv").write_text("x,t\n" + lines, "utf-8")
    job = Job(Recipe(str(tmp_path / "p.csv"), optimizer="sgd", learning_rate=0.05))
    job.train(progress=False, folder=folder_for(tmp_path / "run"))
    job.write(tmp_path / "run")
    found = predicted(tmp_path / "run" / "model.json", tmp_path / "p.csv")
    assert found.answers == pytest.approx([2 * k + 0.5 for k in range(6)], abs=0.05)
    assert found.right is None


def test_a_folder_that_is_not_there_is_told_as_such(run: Path) -> None:
    """It used to be a file of an unknown suffix."""
    with use("en"), pytest.raises(FileNotFoundError, match=r"none.model\.json: there is no such"):
        predicted(run.parent / "none", run.parent / "p.csv")


def test_a_model_that_says_nothing_of_its_training(tmp_path: Path) -> None:
    model = MLP(1, [2], seed=0)
    model.save(tmp_path / "m.json")
    (tmp_path / "p.csv").write_text("x\n1\n2\n", "utf-8")
    found = predicted(tmp_path / "m.json", tmp_path / "p.csv")
    assert found.answers == [[p.data for p in model([x])] for x in (1.0, 2.0)]
    assert table(found.text, ",")[0][1:] in (
        ["y_1 predicted", "y_2 predicted"],
        ["y_1 prédit", "y_2 prédit"],
    )
