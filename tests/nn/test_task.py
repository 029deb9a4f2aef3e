"""What is to be learnt: the split by places, the names, how long a training is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tinygrad_fr.nn import data
from tinygrad_fr.nn.task import Task
from tinygrad_fr.words import use


def test_the_examples_kept_apart_are_those_at_the_places_told() -> None:
    X, y = data.moons(30, seed=4)
    task = Task("moons", points=30, validation=0.2, seed=4)
    assert task.tests == ([X[i] for i in task.kept], [y[i] for i in task.kept])
    assert len(task.kept) == 6 and len(task.X) == 24
    (learnt, _), (kept, _) = data.split(X, y, 0.2, 4)
    assert (learnt, kept) == (task.X, task.tests[0])
    assert sorted(zip(*task.examples, strict=True)) == sorted(zip(X, y, strict=True))


def test_the_names_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("u;label;v\n1;yes;2\n2;no;3\n", "utf-8")
    task = Task(str(tmp_path / "p.csv"), "label")
    assert (task.names, task.target, task.classes) == (("u", "v"), "label", ("no", "yes"))
    task = Task("xor", points=4)
    assert (task.names, task.target, task.classes) == (("x_1", "x_2"), "y", (0, 1))


def test_a_single_class_is_told_by_its_word(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("u,v,label\n1,2,yes\n3,4,yes\n", "utf-8")
    for lang, said in (("en", "label holds nothing but 'yes'; give"), ("fr", "ne contient que")):
        with use(lang), pytest.raises(ValueError, match=said):
            Task(str(path))


@pytest.mark.parametrize(
    ("points", "batch", "epochs"), [(200, 20, 100), (4, 20, 1000), (100, 30, 250), (5000, 1, 1)]
)
def test_a_thousand_steps_unless_told(points: int, batch: int, epochs: int) -> None:
    assert Task("xor", points=points).epochs(batch) == epochs
