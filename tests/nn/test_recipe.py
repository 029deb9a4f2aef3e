"""All choices in one place: each reaches the training."""

from __future__ import annotations

from typing import Any

import pytest

from tinygrad_fr.nn import MLP, data, fit, optim
from tinygrad_fr.nn.penalised import Penalised
from tinygrad_fr.nn.recipe import Recipe
from tinygrad_fr.words import use


def trained(**choices: Any) -> list[float]:
    recipe = Recipe("moons", points=20, hidden=[3], batch_size=7, seed=7, **choices)
    task = recipe.task()
    model = recipe.network(task)
    recipe.fit(model, task, 3, progress=False)
    return [p.data for p in model.parameters()]


def by_hand(**options: Any) -> list[float]:
    model = MLP(
        2,
        [3, 1],
        activation="tanh",
        output="sigmoid",
        dropout=options.pop("dropout", 0.0),
        seed=7,
    )
    l2, l1 = options.pop("l2", 0.0), options.pop("l1", 0.0)
    options.setdefault("learning_rate", 0.01)
    loss = Penalised("bce", model.parameters(), l2, l1) if l2 or l1 else "bce"
    X, y = data.moons(20, seed=7)
    fit(model, X, y, loss=loss, epochs=3, batch_size=7, seed=7, progress=False, **options)
    return [p.data for p in model.parameters()]


@pytest.mark.parametrize(
    ("choices", "options"),
    [
        ({}, {}),
        ({"dropout": 0.3}, {"dropout": 0.3}),
        ({"l2": 0.1}, {"l2": 0.1}),
        ({"l1": 0.1}, {"l1": 0.1}),
        ({"clip": 0.01}, {"clip": 0.01}),
        ({"engine": "numpy"}, {"engine": "numpy"}),
        ({"optimizer": "sgd"}, {"optimizer": "sgd", "learning_rate": 0.01}),
        ({"optimizer": "adagrad"}, {"optimizer": "adagrad", "learning_rate": None}),
        ({"learning_rate": 0.2}, {"learning_rate": 0.2}),
        (
            {"learning_rate": 0.2, "decay": 0.5},
            {"learning_rate": optim.inverse_time(0.2, 0.5)},
        ),
    ],
)
def test_each_choice_reaches_the_training(choices: dict[str, Any], options: dict[str, Any]) -> None:
    assert trained(**choices) == by_hand(**options)
    if choices:
        assert trained(**choices) != trained() or "engine" in choices


def test_another_start_has_other_weights_and_the_same_points() -> None:
    recipe = Recipe("moons", points=20, hidden=[3], seed=7)
    task = recipe.task()
    first, second = ([p.data for p in recipe.network(task, k).parameters()] for k in (0, 1))
    assert first != second
    again = MLP(2, [3, 1], activation="tanh", output="sigmoid", seed=7)
    assert first == [p.data for p in again.parameters()]


@pytest.mark.parametrize("choice", ["activation", "optimizer", "engine"])
def test_a_name_that_is_not_known(choice: str) -> None:
    with pytest.raises(ValueError, match=f"--{choice}='tanhh'"):
        Recipe("moons", **{choice: "tanhh"})


def test_how_it_learns_in_a_line() -> None:
    recipe = Recipe("moons", points=12, l2=0.001, decay=0.1, dropout=0.2, clip=1.0, seed=3)
    task = recipe.task()
    model = recipe.network(task)
    with use("en"):
        assert recipe.told(task, model) == (
            "adam; λ = 0.01/(1 + 0.1·t); binary_cross_entropy + 0.001·Σθ²; dropout 0.2; clip 1; "
            "12 examples per step; random seed 3"
        )
    plain = Recipe("moons", points=50, optimizer="sgd", learning_rate=0.5, l1=0.1)
    with use("fr"):
        assert plain.told(task, model).replace("\u202f", " ") == (
            "sgd ; λ = 0,5 ; binary_cross_entropy + 0,1·Σ|θ| ; 12 exemples par pas ; "
            "graine de départ 0"
        )
