"""Build a graph: a network said in a few words, at examples that are typed or in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tinygrad_fr.demos.backpropagation import X, Y, network
from tinygrad_fr.nn.described import described
from tinygrad_fr.nn.layers import MLP
from tinygrad_fr.nn.losses import binary_cross_entropy, cross_entropy, hinge, squared_error
from tinygrad_fr.words import use

SPEC: dict[str, Any] = {"model": "2-3-2", "seed": 3, "x": "0,8 -1,2", "y": "0 1"}


def test_the_network_of_the_course() -> None:
    found = described(**SPEC)
    assert found.output.data == squared_error([network()(X[0])], [Y[0]]).data
    assert list(found.leaves)[-4:] == ["x_1", "x_2", "y_1", "y_2"]
    assert list(found.leaves)[:3] == ["w_1,1^[1]", "w_1,2^[1]", "b_1^[1]"] and found.examples == 1
    assert [found.leaves[f"x_{i}"].data for i in (1, 2)] == X[0]


def test_several_examples_are_a_mean_and_each_number_has_a_name() -> None:
    found = described("2-1", seed=1, x="0 1; 1 1; 0.5 2", y="1 0 1")
    net = MLP(2, [1], output="sigmoid", seed=1)
    expected = squared_error([net(x) for x in ([0, 1], [1, 1], [0.5, 2])], [1, 0, 1])
    assert found.output.data == expected.data and found.examples == 3
    assert {k: v.data for k, v in found.leaves.items() if k[0] == "x"} == {
        **{"x_1,1": 0, "x_1,2": 1, "x_2,1": 1, "x_2,2": 1, "x_3,1": 0.5, "x_3,2": 2},
    }
    assert [found.leaves[f"y_{i}"].data for i in (1, 2, 3)] == [1, 0, 1]
    alone = described("1-1", x="0.5 2", y="1 0")
    assert alone.examples == 2 and alone.leaves["x_2"].data == 2


def test_a_cost_chooses_the_output_it_wants() -> None:
    net = MLP(2, [3, 2], activation="tanh", output="softmax", seed=3)
    found = described(**SPEC, activation="tanh", loss="cross_entropy")
    assert found.output.data == cross_entropy([net(X[0])], [1]).data
    two = described("2-2", loss="cross_entropy", x="0 1; 1 1", y="1 0")
    assert two.examples == 2 and two.net.layers[-1].activation == "softmax"
    scores = MLP(2, [1], output="linear", seed=0)
    assert described("2-1", loss="hinge", x="1 1", y="-1").output.data == (
        hinge([scores([1, 1])], [-1]).data
    )
    odds = described(**SPEC, loss="l1", output="relu", activation="relu").net
    assert [layer.activation for layer in odds.layers] == ["relu", "relu"]
    sigmoid = MLP(2, [1], output="sigmoid", seed=0)
    assert described("2-1", loss="bce", x="1 1", y="1").output.data == (
        binary_cross_entropy([sigmoid([1, 1])], [1]).data
    )


def test_a_saved_model_and_a_file_of_examples(tmp_path: Path) -> None:
    net = MLP(2, [3, 2], activation="tanh", output="sigmoid", seed=5)
    net.save(tmp_path / "m.json")
    (tmp_path / "p.csv").write_text("a;y;b\n0;no;1\n1;yes;0,5\n1;no;1\n", "utf-8")
    found = described(weights=tmp_path / "m.json", data=tmp_path / "p.csv", target="y")
    rows, wanted = [[0, 1], [1, 0.5], [1, 1]], [[1, 0], [0, 1], [1, 0]]
    assert found.output.data == squared_error([net(x) for x in rows], wanted).data


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "no model": ({"model": None}, "--model 2-3-2 or --weights"),
    "two models": ({"weights": "m.json"}, "--model 2-3-2 or --weights"),
    "no sizes": ({"model": "2-0-1"}, "the sizes of the layers"),
    "one size": ({"model": "2"}, "the sizes of the layers"),
    "words": ({"model": "two-3"}, "the sizes of the layers"),
    "too large": ({"model": "900-900-2"}, "812702 parameters are too many"),
    "no examples": ({"x": None, "y": None}, "examples are needed"),
    "no targets": ({"y": None}, "examples are needed"),
    "both": ({"data": "p.csv"}, "examples are needed"),
    "a column of nothing": ({"target": "y"}, "--target goes with --data"),
    "ragged": ({"x": "0 1; 1"}, "all of the same length; got 2, 1"),
    "empty": ({"x": " "}, "all of the same length; got nothing"),
    "unequal": ({"x": "0 1; 1 1"}, "--x has 2 examples and --y 1"),
    "too wide": ({"x": "0 1 2"}, "example 1 has 3 numbers instead of 2"),
    "no number": ({"x": "0 a"}, "'a' is not a number"),
    "loss": ({"loss": "squered"}, "squared_error"),
    "activation": ({"activation": "sigmoide"}, "sigmoid"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_network_that_does_not_fit_is_refused(kind: str) -> None:
    changed, told = BAD[kind]
    said = {}
    for lang in ("fr", "en"):
        with use(lang), pytest.raises(ValueError) as caught:
            described(**{**SPEC, **changed})
        said[lang] = str(caught.value)
    assert told in said["en"] and said["fr"] != said["en"] and "\n" not in said["en"]


@pytest.mark.parametrize("option", ["activation", "output", "seed"])
def test_what_a_saved_model_says_already_is_refused(option: str, tmp_path: Path) -> None:
    MLP(2, [2], seed=0).save(tmp_path / "m.json")
    given: dict[str, Any] = {option: 0 if option == "seed" else "tanh"}
    with use("en"), pytest.raises(ValueError, match=f"--{option} is not needed: .*says it"):
        described(weights=tmp_path / "m.json", x="0 1", y="0 1", **given)
