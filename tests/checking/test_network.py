"""Check it: a network said in a few words, and what was worked out for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tinygrad_fr.checking.network import check_network, read_arrays
from tinygrad_fr.nn.described import described
from tinygrad_fr.nn.layers import MLP
from tinygrad_fr.nn.losses import squared_error
from tinygrad_fr.walk import order
from tinygrad_fr.words import use

SPEC: dict[str, Any] = {"model": "2-3-2", "seed": 3, "x": "0 1; 1 0,5", "y": "1 0; 0 1"}
ONE: dict[str, Any] = {"model": "2-3-2", "seed": 3, "x": "0,8 -1,2", "y": "0 1"}


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
    network = described(**SPEC)
    report = check_network(network, right)
    assert report.ok and len(report.entries) == 17
    text = {"dW1": typed(right["W1"]), "b2": "; ".join(f"{x:.3e}" for x in right["b2"])}
    assert [e.verdict for e in check_network(network, text).entries] == ["right"] * 8
    (tmp_path / "a.json").write_text(json.dumps(right), "utf-8")
    np.savez(tmp_path / "a.npz", **{name: np.array(a) for name, a in right.items()})
    for name in ("a.json", "a.npz"):
        assert check_network(network, read_arrays(str(tmp_path / name))).ok


def test_wrong_arrays_are_named_like_any_others() -> None:
    right, network = slopes(), described(**SPEC)
    doubled = {name: (np.array(a) / 2).tolist() for name, a in right.items()}
    report = check_network(network, doubled)
    assert {e.verdict for e in report.entries} == {"cost"}
    assert check_network(network, doubled, accept=["half"]).ok
    with use("en"):
        turned = check_network(network, {**right, "W1": np.transpose(right["W1"])})
    assert turned.exit_status == 1
    assert (
        turned.notes[0] == "dW1 has the shape (2, 3), W1 (3, 2): transposed. Right once transposed."
    )
    assert [e.verdict for e in turned.entries].count("wrong") == 6


def test_a_single_parameter_a_delta_a_step_and_its_slope() -> None:
    network = described(**ONE)
    network.output.backward()
    steps = {v.label: v for v in order(network.output) if v.op is not None}
    deltas = [steps[f"z_{k}^[1]"].grad for k in (1, 2, 3)]
    right = {
        "w_1,2^[1]": str(network.leaves["w_1,2^[1]"].grad),
        "delta1": "; ".join(map(str, deltas)),
        "z_2^[1]": str(steps["z_2^[1]"].data),
        "da₁⁽²⁾": str(steps["a_1^[2]"].grad),
    }
    report = check_network(network, right)
    assert report.ok and len(report.entries) == 6
    listed = {"delta1": [float(d) for d in deltas]}
    assert check_network(network, listed).ok
    for name in right:
        wrong = check_network(network, {name: right[name].replace("0.", "0.9", 1)})
        assert wrong.exit_status == 1, name


def test_formulas_in_the_names_of_the_network() -> None:
    network = described(**ONE)
    formula = "2*(a_1^[2]-y_1)*a_1^[2]*(1-a_1^[2])"
    right = check_network(network, {"b1": "-0.0126 -0.0254 -0.0128"}, {"b_1^[2]": formula})
    assert right.ok and len(right.entries) == 4
    report = check_network(network, {}, {"dz₁⁽²⁾": formula, "w₁₁⁽²⁾": f"{formula}*x_1"})
    assert [e.verdict for e in report.entries] == ["right", "wrong"]


def test_a_large_network_is_sampled() -> None:
    network = described("8-40-8", seed=1, x=" ".join("1" * 8), y=" ".join("0" * 8))
    network.output.backward()
    slopes = {
        name: np.vectorize(lambda v: v.grad)(np.array(nodes, dtype=object))
        for name, nodes in network.net.arrays().items()
    }
    with use("en"):
        report = check_network(network, slopes)
    assert report.ok and "drawn at random" in report.notes[0]
    slopes["W2"][3, 7] *= 1.001
    wrong = [e.name for e in check_network(network, slopes).entries if e.verdict == "wrong"]
    assert wrong == ["w_4,8^[2]"]


BAD: dict[str, tuple[Any, dict[str, str], str]] = {
    "unknown": ({"W3": "1"}, {}, "'W3' is not a quantity of this network; it has W1, b1, W2, b2"),
    "no number": ({"b1": [1.0, 2.0, None]}, {}, "a finite number is expected"),
    "how many": ({"delta1": [1.0, 2.0]}, {}, "delta1 has 3 numbers, the answer has 2"),
    "twice": ({"b1": "1 2 3", "b_1^[1]": "1"}, {}, "is given two answers"),
    "both": ({"b_1^[1]": "1"}, {"b₁⁽¹⁾": "1"}, "is given two answers"),
    "a value": ({}, {"z_1^[1]": "x_1"}, "a formula is a derivative"),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_does_not_fit_is_one_line_in_both_languages(kind: str) -> None:
    answers, formulas, told = BAD[kind]
    said = {}
    for lang in ("fr", "en"):
        with use(lang), pytest.raises(ValueError) as caught:
            check_network(described(**ONE), answers, formulas)
        said[lang] = str(caught.value)
    assert told in said["en"] and said["fr"] != said["en"] and "\n" not in said["en"]


def test_a_file_of_answers_that_is_none_is_refused(tmp_path: Path) -> None:
    files = (
        ("a.json", "[1]", "an object"),
        ("b.json", "{", "unreadable"),
        ("c.npz", "PK", "unreadable"),
        ("c.txt", "", "give a .json or .npz file that exists"),
    )
    with use("en"):
        for name, text, told in files:
            (tmp_path / name).write_text(text, "utf-8")
            with pytest.raises(ValueError, match=told):
                read_arrays(str(tmp_path / name))
