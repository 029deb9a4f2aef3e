"""Check it: a network described in words, and arrays of slopes typed, in a file, or computed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tinygrad_fr.checking.network import check_network
from tinygrad_fr.nn.layers import MLP
from tinygrad_fr.nn.losses import squared_error
from tinygrad_fr.words import use

SPEC: dict[str, Any] = {"model": "2-3-2", "seed": 3, "x": "0 1; 1 0,5", "y": "1 0; 0 1"}


def slopes(net: Any = None) -> dict[str, list[Any]]:
    """The right answers, by the library itself."""
    net = net or MLP(2, [3, 2], activation="sigmoid", output="sigmoid", seed=3)
    squared_error([net(row) for row in ([0, 1], [1, 0.5])], [[1, 0], [0, 1]]).backward()
    out: dict[str, list[Any]] = {}
    for n, layer in enumerate(net.layers, start=1):
        out[f"W{n}"] = [[w.grad for w in neuron.w] for neuron in layer.neurons]
        out[f"b{n}"] = [neuron.b.grad for neuron in layer.neurons]
    return out


def typed(rows: list[list[float]]) -> str:
    return "; ".join(" ".join(f"{x:.3e}" for x in row) for row in rows)


def test_arrays_computed_typed_and_in_files(tmp_path: Path) -> None:
    right = slopes()
    report, output, leaves = check_network(right, **SPEC)
    assert report.ok and len(report.entries) == 17 == len(leaves) and output.data > 0
    text = {"dW1": typed(right["W1"]), "b2": "; ".join(f"{x:.3e}" for x in right["b2"])}
    assert [e.verdict for e in check_network(text, **SPEC)[0].entries] == ["right"] * 8
    (tmp_path / "a.json").write_text(json.dumps(right), "utf-8")
    np.savez(tmp_path / "a.npz", **{name: np.array(a) for name, a in right.items()})
    for name in ("a.json", "a.npz"):
        assert check_network(tmp_path / name, **SPEC)[0].ok


def test_wrong_arrays_are_named_like_any_others() -> None:
    right = slopes()
    doubled = {name: (np.array(a) / 2).tolist() for name, a in right.items()}
    report = check_network(doubled, **SPEC)[0]
    assert {e.verdict for e in report.entries} == {"cost"}
    assert check_network(doubled, accept=["half"], **SPEC)[0].ok
    with use("en"):
        turned = check_network({**right, "W1": np.transpose(right["W1"])}, **SPEC)[0]
    assert turned.exit_status == 1
    assert (
        turned.notes[0] == "dW1 has the shape (2, 3), W1 (3, 2): transposed. Right once transposed."
    )
    assert [e.verdict for e in turned.entries].count("wrong") == 6


def test_a_saved_model_and_a_file_of_examples(tmp_path: Path) -> None:
    net = MLP(2, [3, 1], activation="tanh", output="sigmoid", seed=5)
    net.save(tmp_path / "m.json")
    (tmp_path / "p.csv").write_text("a,b,y\n0,1,1\n1,0.5,0\n1,1,1\n", "utf-8")
    squared_error([net(r) for r in ([0, 1], [1, 0.5], [1, 1])], [1, 0, 1]).backward()
    db1 = [neuron.b.grad for neuron in net.layers[0].neurons]
    options = {"weights": tmp_path / "m.json", "data": tmp_path / "p.csv"}
    report, _, leaves = check_network({"b1": db1}, **options)  # type: ignore[arg-type]
    assert report.ok and len(report.entries) == 3
    name = next(iter(leaves))
    one = check_network({name: "77"}, **options)[0]  # type: ignore[arg-type]
    assert [e.verdict for e in one.entries] == ["wrong"]


BAD: dict[str, tuple[dict[str, Any], Any, str]] = {
    "no model": ({"model": None}, {"b1": "1;2;3"}, "--model 2-3-2 or --weights"),
    "no sizes": ({"model": "2-0-1"}, {"b1": "1;2;3"}, "the sizes of the layers"),
    "no examples": ({"x": None}, {"b1": "1;2;3"}, "examples are needed"),
    "both": ({"data": "p.csv"}, {"b1": "1;2;3"}, "examples are needed"),
    "ragged": ({"x": "0 1; 1"}, {"b1": "1;2;3"}, "all of one length"),
    "unequal": ({"y": "1 0"}, {"b1": "1;2;3"}, "--x has 2 examples and --y 1"),
    "unknown": ({}, {"W3": "1"}, "'W3' is no parameter of this network; there is W1, b1, W2, b2"),
    "no number": ({}, {"b1": [1.0, 2.0, None]}, "a finite number is expected"),
    "no file": ({}, "answers.txt", "give a .json or .npz file"),
    "loss": ({"loss": "squered"}, {"b1": "1;2;3"}, "squared_error"),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_does_not_fit_is_one_line_in_both_languages(kind: str) -> None:
    changed, answers, told = BAD[kind]
    said = {}
    for lang in ("fr", "en"):
        with use(lang), pytest.raises(ValueError) as caught:
            check_network(answers, **{**SPEC, **changed})
        said[lang] = str(caught.value)
    assert told in said["en"] and said["fr"] != said["en"] and "\n" not in said["en"]


def test_a_file_of_answers_that_is_none_is_refused(tmp_path: Path) -> None:
    with use("en"):
        for name, text, told in (("a.json", "[1]", "an object"), ("b.json", "{", "unreadable")):
            (tmp_path / name).write_text(text, "utf-8")
            with pytest.raises(ValueError, match=told):
                check_network(tmp_path / name, **SPEC)
