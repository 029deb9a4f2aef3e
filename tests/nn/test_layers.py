"""Build a graph: layers compute and are named as the course and the README say."""

from __future__ import annotations

import json
import math
import random
import statistics
from copy import deepcopy
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinygrad_fr.engine import Value
from tinygrad_fr.nn import (
    MLP,
    Dropout,
    Layer,
    Module,
    Neuron,
    layers,
    load,
    losses,
    optim,
    saving,
    weights,
)
from tinygrad_fr.ops import TABLE
from tinygrad_fr.places import scope
from tinygrad_fr.replay import replay
from tinygrad_fr.walk import order
from tinygrad_fr.words import use


def bits(model: Module) -> list[Any]:
    return [p.data for p in model.parameters()]


# ── the sum, the activation function, the names ──


def test_z_and_a_as_the_course_writes_them() -> None:
    neuron = Neuron(2, activation="sigmoid", layer=2, index=1)
    for p, x in zip(neuron.parameters(), (0.5, -1.5, 0.25), strict=True):
        p.data = x
    a = neuron([2.0, 3.0])
    z = a.inputs[0]
    assert z.data == 0.5 * 2 - 1.5 * 3 + 0.25
    assert a.data == pytest.approx(1 / (1 + math.exp(3.25)), rel=1e-15)
    assert (z.label, a.label) == ("z_1^[2]", "a_1^[2]")
    assert [p.label for p in neuron.parameters()] == ["w_1,1^[2]", "w_1,2^[2]", "b_1^[2]"]


def test_one_dot_per_neuron_and_numbers_stay_numbers() -> None:
    neuron = Neuron(3)
    for x in ([1.0, 2.0, 3.0], [Value(1.0), Value(2.0), Value(3.0)]):
        neuron.b.data = 100.0
        a: Any = neuron(x)
        z = a.inputs[0]
        product, bias = z.inputs
        assert product.op is TABLE["dot"] and bias is neuron.b
        assert list(product.inputs) == [*neuron.w, *x]
        neuron.zero_grad()
        a.backward()
        assert [w.grad for w in neuron.w] == [1.0, 2.0, 3.0]
        if isinstance(x[0], Value):
            assert [u.grad for u in x] == [w.data for w in neuron.w]


def test_every_parameter_has_its_own_name() -> None:
    named = MLP(3, [4, 2, 1]).named_parameters()
    names = [name for name, _ in named]
    assert names[:5] == ["w_1,1^[1]", "w_1,2^[1]", "w_1,3^[1]", "b_1^[1]", "w_2,1^[1]"]
    assert names[-1] == "b_1^[3]"
    assert len(set(names)) == len(names) == 3 * 4 + 4 + 4 * 2 + 2 + 2 + 1
    assert [p.label for p in Neuron(2).parameters()] == ["w_1", "w_2", "b"]
    assert [p.label for p in Layer(1, 2).parameters()] == ["w_1,1", "b_1", "w_2,1", "b_2"]


def test_scopes_at_build_and_at_call() -> None:
    model = MLP(2, [3, 2], activation="tanh", output="softmax", seed=0)
    places = {p.scope for p in model.layers[0].neurons[2].parameters()}
    assert places == {(("layer", 1), ("neuron", 3))}
    with scope("example", 7):
        out = model([1.0, 2.0])
    a = next(v for v in order(out[0]) if v.label == "a_3^[1]")
    assert a.scope == (("example", 7), ("layer", 1), ("neuron", 3))
    assert out[1].label == "a_2^[2]" and out[1].scope == (("example", 7), ("layer", 2))
    assert Value(0.0).scope == ()  # every scope was left again
    assert Neuron(2)([1.0, 1.0]).scope == ()


@pytest.mark.parametrize("name", layers.ACTIVATIONS)
def test_every_activation_by_name(name: str) -> None:
    if name == "softmax":
        return
    neuron = Neuron(1, activation=name)
    neuron.w[0].data, neuron.b.data = 1.0, 0.0
    x = 1.25 if name == "acosh" else 0.25
    expected = x if name == "linear" else TABLE[name](x)
    assert neuron([x]).data == expected
    assert repr(neuron).endswith("Neuron(1)")


def test_the_activations_are_the_table_s() -> None:
    assert {"relu", "tanh", "sigmoid", "leaky_relu", "gelu", "sin"} < set(layers.ACTIVATIONS)
    assert not {"add", "pow", "clip", "sum", "maximum"} & set(layers.ACTIVATIONS)


def test_softmax_belongs_to_the_layer() -> None:
    layer = Layer(2, 3, activation="softmax", layer=1, seed=1)
    out = layer([0.5, -1.0])
    assert sum(p.data for p in out) == pytest.approx(1, abs=1e-15)
    zs = [n.w[0].data * 0.5 - n.w[1].data for n in layer.neurons]
    whole = sum(map(math.exp, zs))
    assert [p.data for p in out] == pytest.approx([math.exp(z) / whole for z in zs], rel=1e-14)
    with pytest.raises(ValueError, match="Layer"):
        Neuron(2, activation="softmax")


# ── initialisation ──


def test_glorot_and_he_have_their_spread() -> None:
    bound = math.sqrt(6 / (40 + 60))
    w = [p.data for n in Layer(40, 60, init="glorot", seed=0).neurons for p in n.w]
    assert max(map(abs, w)) <= bound < 1.01 * max(map(abs, w))
    assert statistics.pvariance(w) == pytest.approx(2 / (40 + 60), rel=0.1)
    w = [p.data for n in Layer(40, 60, init="he", seed=0).neurons for p in n.w]
    assert statistics.pvariance(w) == pytest.approx(2 / 40, rel=0.1)
    assert statistics.mean(w) == pytest.approx(0, abs=0.02)


def test_a_seed_is_one_s_own() -> None:
    random.seed(3)
    before = random.getstate()
    a, b = MLP(2, [4, 1], seed=0), MLP(2, [4, 1], seed=0)
    assert bits(a) == bits(b) != bits(MLP(2, [4, 1], seed=1))
    assert random.getstate() == before
    assert len(set(bits(Layer(2, 4, seed=0)))) == 9  # 8 different weights and the biases 0
    first, second = (layer.neurons[0].w[0].data for layer in MLP(2, [2, 2], seed=0).layers)
    assert first != second  # one generator for the whole model
    assert bits(Neuron(2, init=lambda nin, nout, draw: 0.5)) == [0.5, 0.5, 0]


# ── what is refused ──


def test_errors_name_what_was_wrong() -> None:
    with use("en"):
        with pytest.raises(ValueError, match=r"z_1\^\[1\] was given 3 inputs for 2 weights"):
            MLP(2, [1])([1.0, 2.0, 3.0])
        with pytest.raises(ValueError, match="Did you mean 'tanh'"):
            MLP(2, [1], activation="tanhh")
        with pytest.raises(ValueError, match="output='sofmax' is unknown"):
            MLP(2, [1], output="sofmax")
        with pytest.raises(ValueError, match="init='xavier'"):
            MLP(2, [1], init="xavier")
        with pytest.raises(ValueError, match="at least 1, got 0"):
            MLP(2, [0, 1])
        with pytest.raises(ValueError, match="empty list of layers"):
            MLP(2, [])
        model = MLP(1, [2, 1], activation="log", seed=0)
        for p in model.parameters():
            p.data = -1.0
        with pytest.raises(ValueError, match=r"log needs a > 0.*layer 1, neuron 1"):
            model(2.0)
        assert Value(0.0).scope == ()
    with use("fr"), pytest.raises(ValueError, match="Vouliez-vous dire 'tanh'"):
        MLP(2, [1], activation="tanhh")


# ── dropout ──


def test_dropout_drops_while_training_only() -> None:
    drop = Dropout(0.25, seed=0)
    xs = [Value(2.0) for _ in range(4000)]
    out = [v.data for v in drop(xs)]
    assert set(out) == {0.0, 2.0 / 0.75}
    assert statistics.mean(out) == pytest.approx(2, rel=0.05)  # four standard errors
    drop.eval()
    assert drop(xs) is xs
    assert drop.train()(xs) is not xs
    for p in (1.0, -0.1, math.nan):
        with pytest.raises(ValueError, match="Dropout"):
            Dropout(p)


def test_dropout_in_a_model() -> None:
    model = MLP(2, [8, 8, 1], seed=0, dropout=0.5)
    outs = {model([1.0, 2.0]).data for _ in range(20)}
    assert len(outs) > 5
    model.eval()
    assert not model.dropout.training
    assert len({model([1.0, 2.0]).data for _ in range(5)}) == 1
    assert model.train().training and model.dropout.training
    a, b = (MLP(2, [8, 1], seed=0, dropout=0.5) for _ in range(2))
    assert [a([1.0, 2.0]).data for _ in range(5)] == [b([1.0, 2.0]).data for _ in range(5)]
    line = MLP(2, [1], seed=0, dropout=0.5)  # the last layer is never dropped
    assert len({line([1.0, 2.0]).data for _ in range(20)}) == 1
    dropped = model([1.0, 2.0])
    dropped.backward()
    assert any(p.grad == 0 for p in model.layers[1].parameters())


# ── summary, copies ──


def test_the_summary_counts() -> None:
    model = MLP(2, [6, 4, 1], activation="tanh", output="sigmoid", seed=0, dropout=0.5)
    table = model.summary()
    assert table.parameters == len(model.parameters()) == 51
    with use("en"):
        text = str(table)
    for words in ("layer", "2 → 6", "tanh, dropout 0.5", "sigmoid", "28", "51"):
        assert words in text, words
    with use("fr"):
        text = str(model.summary())
    for words in ("couche", "forme", "fonction de transfert", "dropout 0,5", "paramètres"):
        assert words in text, words


def test_a_copy_is_another_model() -> None:
    model = MLP(2, [3, 1], seed=0, dropout=0.5)
    twin = deepcopy(model)
    assert bits(twin) == bits(model)
    assert [n for n, _ in twin.named_parameters()] == [n for n, _ in model.named_parameters()]
    twin.parameters()[0].data = 9.0
    assert model.parameters()[0].data != 9.0
    assert deepcopy(MLP(2, [1], dropout=0.1))  # whose numbers come from the module `random`
    model([1.0, 2.0]).backward()
    assert all(p.grad == 0 for p in twin.parameters())


# ── files ──

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


# ── any architecture, activation, loss and optimiser ──

# Those that grow no faster than their input, so that a deep net of them stays finite.
TAME = [
    "linear",
    "relu",
    "leaky_relu",
    "elu",
    "tanh",
    "sigmoid",
    "softplus",
    "logsigmoid",
    "silu",
    "gelu",
    "sin",
    "cos",
    "atan",
    "erf",
    "asinh",
    "abs",
    "softmax",
]


@st.composite
def setups(draw: st.DrawFn) -> dict[str, Any]:
    loss = draw(st.sampled_from(sorted(losses.LOSSES)))
    outputs = draw(st.integers(2, 3)) if loss == "cross_entropy" else draw(st.integers(1, 2))
    proper = {"binary_cross_entropy": ["sigmoid", "softmax"] if outputs > 1 else ["sigmoid"]}
    return {
        "loss": loss,
        "sizes": [draw(st.integers(1, 3)), *draw(st.lists(st.integers(1, 3), max_size=2)), outputs],
        "activation": draw(st.sampled_from(TAME)),
        "output": draw(st.sampled_from(proper.get(loss, TAME))),
        "init": draw(st.sampled_from(sorted(weights.INITIALISATIONS))),
        "optimizer": draw(st.sampled_from(sorted(optim.OPTIMIZERS))),
        "seed": draw(st.integers(0, 10**6)),
    }


def build(setup: dict[str, Any], examples: int = 3) -> tuple[MLP, list[Any], list[Any], Any]:
    sizes, draw = setup["sizes"], random.Random(setup["seed"])
    model = MLP(
        sizes[0],
        sizes[1:],
        activation=setup["activation"],
        output=setup["output"],
        init=setup["init"],
        seed=setup["seed"],
    )
    for layer in model.layers:
        for neuron in layer.neurons:
            neuron.b.data = draw.uniform(-1, 1)  # away from the kink at 0
    X = [[draw.uniform(-2, 2) for _ in range(sizes[0])] for _ in range(examples)]
    if setup["loss"] == "cross_entropy":
        Y: list[Any] = [draw.randrange(sizes[-1]) for _ in X]
    else:
        kinds = {
            "hinge": (-1, 1),
            "binary_cross_entropy": (0, 1, 0.3),
            "bce_with_logits": (0, 1, 0.3),
        }
        choices = kinds.get(setup["loss"], (0.7, -0.4, 2.1))
        Y = [[draw.choice(choices) for _ in range(sizes[-1])] for _ in X]
    return model, X, Y, losses.LOSSES[setup["loss"]]


@settings(max_examples=200, deadline=None)
@given(setups())
def test_any_setup_has_gradients_equal_to_differences(setup: dict[str, Any]) -> None:
    """After one step of its optimiser; the differences are of the replayed graph, at 40 digits."""
    model, X, Y, loss = build(setup)
    parameters = model.parameters()
    descent = optim.optimizer(setup["optimizer"], parameters, 0.05)
    for _ in range(2):
        descent.zero_grad()
        L = loss([model(x) for x in X], Y)
        L.backward()
        gradients = [p.grad for p in parameters]
        point = {p: p.data for p in parameters}
        descent.step()
    assert all(math.isfinite(p.data) for p in parameters)
    largest = max(map(abs, gradients))
    with mpmath.workdps(40):
        h = mpmath.mpf("1e-12")
        exact = {p: mpmath.mpf(x) for p, x in point.items()}
        for p, g in zip(parameters, gradients, strict=True):
            up, down = (replay(L, {**exact, p: exact[p] + s * h}) for s in (1, -1))
            slope = (up - down) / (2 * h)
            # Rounding: some hundred operations of 1e-16 on numbers up to the largest gradient's size.
            assert abs(slope - g) <= 1e-12 * (abs(g) + largest + 1), (p.label, slope, g)


@settings(max_examples=40, deadline=None)
@given(setups(), st.randoms(use_true_random=False))
def test_permuted_examples_have_the_same_gradient(setup: dict[str, Any], shuffle: Any) -> None:
    model, X, Y, loss = build(setup, examples=7)

    def gradients(pairs: list[tuple[Any, Any]]) -> list[float]:
        model.zero_grad()
        loss([model(x) for x, _ in pairs], [y for _, y in pairs]).backward()
        return [p.grad for p in model.parameters()]

    pairs = list(zip(X, Y, strict=True))
    straight = gradients(pairs)
    shuffle.shuffle(pairs)
    largest = max(map(abs, straight))
    assert gradients(pairs) == pytest.approx(straight, rel=1e-13, abs=1e-14 * (1 + largest))
