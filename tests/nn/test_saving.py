"""Keep what was learnt: a file gives the same bits back, or one line and nothing changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.nn.small import numbers as bits
from tinygrad_fr.engine import Value
from tinygrad_fr.nn import MLP, Layer, Module, Neuron, load, saving
from tinygrad_fr.words import use

SUFFIXES = (".json", ".npz")


def a_model(seed: int = 0) -> MLP:
    return MLP(2, [3, 2], activation="tanh", output="softmax", seed=seed)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_saved_and_loaded_bit_for_bit(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"model{suffix}"
    model, other = a_model(0), a_model(1)
    model.parameters()[0].data = 5e-324
    model.parameters()[1].data = -0.1 - 0.2
    model.save(file)
    assert other.load(file) is other
    again = load(file)
    for x in ([0.1, 0.2], [-3.0, 1e10]):
        out = [v.data for v in model(x)]
        assert [v.data for v in other(x)] == [v.data for v in again(x)] == out
    assert bits(again) == bits(model)
    assert [p.name for p in tmp_path.iterdir()] == [file.name]  # nothing left beside it


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.integers(1, 4), min_size=2, max_size=4),
    st.lists(st.floats(allow_nan=False), min_size=1, max_size=70),
    st.sampled_from(SUFFIXES),
)
def test_any_weights_survive(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int], numbers: list[float], suffix: str
) -> None:
    file = tmp_path_factory.mktemp("any") / f"m{suffix}"
    model = MLP(sizes[0], sizes[1:], seed=0)
    for i, p in enumerate(model.parameters()):
        p.data = numbers[i % len(numbers)]
    model.save(file)
    assert [x.hex() for x in bits(load(file))] == [x.hex() for x in bits(model)]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_cut_at_any_byte_is_refused(tmp_path: Path, suffix: str) -> None:
    file, cut = tmp_path / f"model{suffix}", tmp_path / f"cut{suffix}"
    MLP(1, [1, 1], seed=0).save(file)
    whole = file.read_bytes()
    model = MLP(1, [1, 1], seed=1)
    before = bits(model)
    for n in range(len(whole)):
        cut.write_bytes(whole[:n])
        with pytest.raises(ValueError) as error:
            model.load(cut)
        assert "\n" not in str(error.value) and str(cut) in str(error.value)
        assert bits(model) == before, n
    cut.write_bytes(whole)
    assert bits(model.load(cut)) != before


@pytest.mark.slow
def test_a_changed_byte_is_refused_or_changes_no_weight(tmp_path: Path) -> None:
    file, spoiled = tmp_path / "model.npz", tmp_path / "spoiled.npz"
    model, other = MLP(1, [1, 1], seed=0), MLP(1, [1, 1], seed=1)
    model.save(file)
    whole, before, refused = file.read_bytes(), bits(other), 0
    for n in range(len(whole)):
        spoiled.write_bytes(whole[:n] + bytes([whole[n] ^ 0x10]) + whole[n + 1 :])
        try:
            other.load(spoiled)
        except ValueError:
            refused += 1
            assert bits(other) == before, n
        else:  # a date, a flag of the archive: nothing that is read
            assert bits(other) == bits(model), n
            for p, x in zip(other.parameters(), before, strict=True):
                p.data = x
    assert refused > len(whole) / 3


FOREIGN = {
    "empty.json": b"",
    "list.json": b"[1, 2]",
    "number.json": b"3",
    "other.json": b'{"weights": [1, 2]}',
    "deep.json": b"[" * 100_000,
    "latin.json": b'{"n\xe9": 1}',
    "text.npz": b"PK not a zip",
    "empty.npz": b"",
    "array.npz": b"\x93NUMPY\x01\x00v\x00"
    + b"{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }".ljust(117)
    + b"\n"
    + bytes(8),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_foreign_file_is_refused_in_one_line(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_bytes(FOREIGN[name])
    model = a_model()
    before = bits(model)
    for read in (model.load, load):
        for language in ("fr", "en"):
            with use(language), pytest.raises(ValueError) as error:
                read(file)
            assert "\n" not in str(error.value)
    assert bits(model) == before


def test_no_pickle_is_opened(tmp_path: Path) -> None:
    file = tmp_path / "objects.npz"
    np.savez(file, W1=np.array([{"a": 1}], dtype=object))
    with pytest.raises(ValueError, match=r"objects\.npz"):
        a_model().load(file)
    plain = a_model()
    plain.save(file)
    with np.load(file) as arrays:
        content = dict(arrays)
    np.savez(file, **content)
    assert bits(a_model(1).load(file)) == bits(plain)
    np.savez(file, **{**content, "W1": content["W1"].astype(object)})  # the right numbers, pickled
    with pytest.raises(ValueError, match=r"objects\.npz"):
        a_model().load(file)
    np.savez(file, W1=np.zeros((3, 2)))
    with pytest.raises(ValueError, match=r"objects\.npz"):
        a_model().load(file)


def test_another_architecture_or_shape_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "m.json"
    a_model().save(file)
    others: list[Module] = [
        MLP(2, [2, 2], activation="tanh", output="softmax"),
        MLP(2, [3, 2], activation="relu", output="softmax"),
        MLP(2, [3, 2], activation="tanh"),
        MLP(2, [3, 2], activation="tanh", output="softmax", dropout=0.5),
        Layer(2, 3),
        Neuron(2),
    ]
    for other in others:
        before = bits(other)
        with use("en"), pytest.raises(ValueError, match=r"architecture.*in the file"):
            other.load(file)
        assert bits(other) == before
    content = json.loads(file.read_text())
    for spoil in (
        {"W1": [[1.0, 2.0]] * 2},
        {"W1": [[1.0, 2.0, 3.0]] * 3},
        {"W1": 1.0},
        {"b2": [1.0, "2.0"]},
        {"b2": [1.0, True]},
        {"b2": [1.0, [2.0]]},
        {"b2": [1.0, None]},
        {"extra": []},
    ):
        file.write_text(json.dumps({**content, **spoil}))
        model = a_model(1)
        before = bits(model)
        with pytest.raises(ValueError, match=r"m\.json"):
            model.load(file)
        assert bits(model) == before, spoil
    del content["W2"]
    file.write_text(json.dumps(content))
    with pytest.raises(ValueError, match="W1, W2"):
        a_model().load(file)


def test_layers_neurons_and_one_s_own_modules_are_kept_too(tmp_path: Path) -> None:
    class Line(Module):
        def __init__(self, w: float) -> None:
            self.w = Value(w)

        def parameters(self) -> list[Value]:
            return [self.w]

    pairs: list[tuple[Module, Module]] = [
        (Layer(2, 3), Layer(2, 3)),
        (Neuron(4), Neuron(4)),
        (Line(1.5), Line(0.0)),
    ]
    assert [name for name, _ in Line(1.5).named_parameters()] == ["θ_1"]
    for one, two in pairs:
        for suffix in SUFFIXES:
            one.save(tmp_path / f"m{suffix}")
            assert bits(two.load(tmp_path / f"m{suffix}")) == bits(one)
        with pytest.raises(ValueError, match="MLP"):
            load(tmp_path / "m.json")


def test_a_failed_save_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "m.json"
    a_model(0).save(file)
    old = file.read_bytes()

    def half(file: Any, content: Any) -> None:
        file.write(b"{")
        raise OSError("disk full")

    monkeypatch.setitem(saving.WRITERS, ".json", half)
    with pytest.raises(OSError, match="disk full"):
        a_model(1).save(file)
    assert file.read_bytes() == old
    assert [p.name for p in tmp_path.iterdir()] == ["m.json"]


def test_other_names_and_numbers_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\.json"):
        a_model().save(tmp_path / "model.pkl")
    with pytest.raises(ValueError, match=r"\.npz"):
        a_model().load(tmp_path / "model")
    with pytest.raises(FileNotFoundError, match=r"absent\.json"):
        a_model().load(tmp_path / "absent.json")
    model = a_model()
    model.parameters()[0].data = mpmath.mpf(1)
    with pytest.raises(ValueError, match=r"w_1,1\^\[1\]"):
        model.save(tmp_path / "m.json")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_is_known_of_the_training_is_kept(tmp_path: Path, suffix: str) -> None:
    file, model = tmp_path / f"model{suffix}", a_model()
    told = {"classes": ["no", "yes"], "learning_rate": 0.1, "clip": None}
    model.save(file, training=told)
    assert saving.recorded(file) == told
    assert bits(load(file)) == bits(a_model(1).load(file)) == bits(model)
    model.save(file)
    assert saving.recorded(file) == {}
