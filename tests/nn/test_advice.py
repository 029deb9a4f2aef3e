"""What a training has not learnt, and what to try: for classes, for a quantity, for its columns."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tinygrad_fr.nn.advice import advice
from tinygrad_fr.nn.recipe import Recipe
from tinygrad_fr.nn.run import Job
from tinygrad_fr.words import use


def trained(source: str | Path, epochs: int = 3, **choices: Any) -> Job:
    job = Job(Recipe(str(source), restarts=0, **choices))
    job.train(epochs, progress=False)
    return job


def said(job: Job, lang: str = "en") -> str:
    with use(lang):
        return advice(job)


def table(path: Path, names: str, row: Callable[[random.Random, int], str]) -> Path:
    draw = random.Random(4)
    path.write_text("\n".join([names, *(row(draw, i) for i in range(40))]) + "\n", "utf-8")
    return path


def test_what_to_try_where_too_few_are_right() -> None:
    told = said(trained("xor", points=40, hidden=[2], learning_rate=0.03, seed=1))
    assert all(word in told for word in ("--epochs 15", "--learning-rate 0.3", "--hidden 4"))
    told = said(trained("xor", points=40), "fr")
    assert "--hidden 4" in told and "couche cachée" in told and "colonnes" not in told
    assert said(trained("clouds", 300, points=40)) == ""


def test_one_answer_for_all_is_told_even_where_it_is_right_for_most(tmp_path: Path) -> None:
    """19 in 20 are "ok" by chance: 95 % right, and nothing learnt."""
    path = table(
        tmp_path / "t.csv",
        "u,v,state",
        lambda draw, i: f"{draw.random():.3f},{draw.random():.3f},{'ok' if i % 20 else 'broken'}",
    )
    job = trained(path, 100)
    assert job.parts()[0].accuracy == 0.95
    assert "the answer is always ok, right for 95% of the examples" in said(job)
    assert "la réponse est toujours ok" in said(job, "fr")


def test_a_quantity_that_is_not_learnt_is_told_beside_its_mean(tmp_path: Path) -> None:
    path = table(
        tmp_path / "t.csv",
        "m2;prix",
        lambda draw, i: f"{50 + i}{',0'};{100_000 + 2000 * i}",
    )
    job = trained(path, 20, hidden=[3])
    told, dit = said(job), said(job, "fr")
    assert "always answering the mean, 139000, would cost 5.33×10⁸" in told
    assert "columns near 0: (m2 − 70)/12, (prix − 140000)/23000" in told
    assert "répondre toujours la moyenne, 139000, coûterait" in dit and "(m2 − 70)/12" in dit


def test_what_it_says_helps(tmp_path: Path) -> None:
    """The same table with its columns moved as told is learnt at the same number of steps."""
    rows = [(50 + i, 100_000 + 2000 * i) for i in range(40)]
    lines = [f"{(m2 - 70) / 12},{(prix - 140_000) / 23_000}" for m2, prix in rows]
    path = tmp_path / "t.csv"
    path.write_text("\n".join(["m2,prix", *lines]) + "\n", "utf-8")
    assert said(trained(path, 200, hidden=[3])) == ""


def test_the_columns_that_are_far_are_named(tmp_path: Path) -> None:
    path = table(
        tmp_path / "t.csv",
        "near,sum,year,same,small,y",
        lambda draw, i: (
            f"{draw.random()},{5e9 + 2e9 * draw.gauss(0, 1)},{2000 + i % 20},-70,"
            f"{draw.uniform(-30, 30)},{'ab'[i % 2]}"
        ),
    )
    told = said(trained(path))
    assert "columns near 0: (sum − " in told and "×10⁹)/(" in told
    assert "(year − 2010)/5.8, same + 70, …" in told and "near −" not in told


def test_a_target_with_a_class_for_every_example_is_doubted(tmp_path: Path) -> None:
    path = table(tmp_path / "t.csv", "u,v,name", lambda draw, i: f"{i / 40},{draw.random()},n{i}")
    told = said(trained(path))
    assert "another target with --target (name has 40 classes for 40 examples)" in told
    assert "une autre cible avec --target (name a 40 classes" in said(trained(path), "fr")


def test_no_number_leaves_the_finite_on_the_way(tmp_path: Path) -> None:
    path = table(tmp_path / "t.csv", "u,y", lambda draw, i: f"{(30 + i) * 1e200},{'ab'[i % 2]}")
    assert "columns near 0: (u − 5×10²⁰¹)/(1.2×10²⁰¹)" in said(trained(path))
