"""What holds for every network: gradients, the order of examples, files, and the first program."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tinygrad_fr.nn import MLP, data, fit, load, losses, optim, plot

# cost → what the last layer gives, how many outputs, how a target is drawn
TASKS: dict[str, tuple[str, int, Any]] = {
    "squared_error": ("linear", 2, lambda rng: [rng.uniform(-1, 1) for _ in range(2)]),
    "l1": ("linear", 1, lambda rng: rng.uniform(-1, 1)),
    "huber": ("linear", 1, lambda rng: rng.uniform(-3, 3)),
    "binary_cross_entropy": ("sigmoid", 1, lambda rng: rng.randrange(2)),
    "bce_with_logits": ("linear", 1, lambda rng: rng.randrange(2)),
    "cross_entropy": ("linear", 3, lambda rng: rng.randrange(3)),
    "hinge": ("linear", 1, lambda rng: rng.choice((-1, 1))),
}
SMOOTH = ["tanh", "sigmoid", "softplus", "gelu", "silu", "sin", "linear", "elu"]
KINKED = ["relu", "leaky_relu"]


class Case:
    """A network, its examples and its cost, all from one seed."""

    def __init__(
        self, hidden: list[int], activation: str, cost: str, seed: int, count: int = 4
    ) -> None:
        rng = random.Random(seed)
        last, outputs, target = TASKS[cost]
        self.model = MLP(2, [*hidden, outputs], activation=activation, output=last, seed=seed)
        for p in self.model.parameters():
            p.data = rng.uniform(-1, 1)  # the biases too
        self.X = [[rng.uniform(-1, 1) for _ in range(2)] for _ in range(count)]
        self.y = [target(rng) for _ in range(count)]
        self.loss = losses.LOSSES[cost]

    def cost(self) -> Any:
        return self.loss([self.model(x) for x in self.X], self.y)

    def gradient(self) -> list[float]:
        for p in self.model.parameters():
            p.grad = 0.0
        self.cost().backward()
        return [p.grad for p in self.model.parameters()]

    def differences(self, h: float) -> list[float]:
        """Central differences, parameter by parameter."""
        found = []
        for p in self.model.parameters():
            x, ends = p.data, []
            for p.data in (x + h, x - h):
                ends.append(self.cost().data)
            p.data = x
            found.append((ends[0] - ends[1]) / (2 * h))
        return found


def close(a: list[float], b: list[float], tolerance: float) -> bool:
    most = max(1.0, *map(abs, a))
    return all(abs(x - y) <= tolerance * most for x, y in zip(a, b, strict=True))


@pytest.mark.slow
@given(
    hidden=st.lists(st.integers(1, 4), max_size=2),
    activation=st.sampled_from(SMOOTH + KINKED),
    cost=st.sampled_from(list(TASKS)),
    optimizer=st.sampled_from(list(optim.OPTIMIZERS)),
    seed=st.integers(0, 10**6),
)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_gradients_are_differences_before_and_after_steps(
    hidden: list[int], activation: str, cost: str, optimizer: str, seed: int
) -> None:
    case = Case(hidden, activation, cost, seed)
    descent = optim.optimizer(optimizer, case.model.parameters(), 0.01)
    for _ in range(2):
        wide, narrow = case.differences(1e-4), case.differences(1e-5)
        assume(close(wide, narrow, 1e-6))  # else a kink lies between
        assert close(case.gradient(), narrow, 1e-6)
        descent.step()


@given(
    hidden=st.lists(st.integers(1, 4), max_size=2),
    activation=st.sampled_from(SMOOTH + KINKED),
    cost=st.sampled_from(list(TASKS)),
    seed=st.integers(0, 10**6),
)
@settings(max_examples=40, deadline=None, derandomize=True)
def test_the_order_of_the_examples_does_not_matter(
    hidden: list[int], activation: str, cost: str, seed: int
) -> None:
    case = Case(hidden, activation, cost, seed, count=7)
    before = case.gradient()
    pairs = list(zip(case.X, case.y, strict=True))
    random.Random(seed).shuffle(pairs)
    case.X, case.y = [x for x, _ in pairs], [t for _, t in pairs]
    assert close(before, case.gradient(), 1e-13)


@pytest.mark.parametrize("suffix", [".json", ".npz"])
@given(
    hidden=st.lists(st.integers(1, 4), max_size=2),
    activation=st.sampled_from(SMOOTH + KINKED),
    output=st.sampled_from(["linear", "sigmoid", "softmax"]),
    numbers=st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=8),
)
@settings(max_examples=15, deadline=None, derandomize=True)
def test_saved_and_loaded_is_the_same_bit_for_bit(
    tmp_path_factory: pytest.TempPathFactory,
    suffix: str,
    hidden: list[int],
    activation: str,
    output: str,
    numbers: list[float],
) -> None:
    model = MLP(2, [*hidden, 2], activation=activation, output=output, seed=1)
    path = tmp_path_factory.mktemp("model") / f"m{suffix}"
    for p, x in zip(model.parameters(), numbers, strict=False):
        p.data = x
    model.save(path)
    again = load(path)
    kept = [
        [float(p.data).hex() for p in m.parameters()] for m in (model, again)
    ]  # b = 0 is 0.0 in .npz
    assert kept[0] == kept[1]
    for p in [*model.parameters(), *again.parameters()]:
        p.data = p.data % 1.0  # for outputs that are finite
    assert [v.data.hex() for v in again([0.3, -0.7])] == [v.data.hex() for v in model([0.3, -0.7])]


@pytest.mark.parametrize("suffix", [".json", pytest.param(".npz", marks=pytest.mark.slow)])
def test_a_file_cut_at_any_byte_never_loads(tmp_path: Path, suffix: str) -> None:
    MLP(1, [1, 1], activation="tanh", seed=1).save(tmp_path / f"whole{suffix}")
    whole = (tmp_path / f"whole{suffix}").read_bytes()
    model = MLP(1, [1, 1], activation="tanh", seed=2)
    before = [p.data for p in model.parameters()]
    cut = tmp_path / f"cut{suffix}"
    for size in range(len(whole)):
        cut.write_bytes(whole[:size])
        for attempt in (model.load, load):
            with pytest.raises(
                ValueError, match="truncated or in another format|tronqué"
            ) as caught:
                attempt(cut)
            assert "\n" not in str(caught.value)
        assert [p.data for p in model.parameters()] == before, size
    cut.write_bytes(whole)
    assert [p.data for p in model.load(cut).parameters()] != before


@pytest.mark.slow
def test_the_pictures_of_a_training_can_be_opened(tmp_path: Path) -> None:
    from PIL import Image

    X, y = data.moons(20, seed=0)
    film = plot.Film()
    model = MLP(2, [3, 1], activation="tanh", output="sigmoid", seed=0)
    history = fit(model, X, y, loss="bce", epochs=4, validation=0.2, callbacks=film, progress=False)
    plot.save(history.plot(), tmp_path / "curves.png")
    plot.animate(film, X, y, tmp_path / "film.gif")
    for name in ("curves.png", "film.gif"):
        with Image.open(tmp_path / name) as picture:
            picture.verify()
    with Image.open(tmp_path / "film.gif") as picture:
        assert getattr(picture, "n_frames", 1) > 1
        seen = set()
        for k in range(picture.n_frames):
            picture.seek(k)
            seen.add(picture.convert("RGB").tobytes())
        assert len(seen) > 1
    with Image.open(tmp_path / "curves.png") as picture:
        assert len(picture.convert("RGB").getcolors(10**6) or []) > 10


@pytest.mark.slow
def test_the_first_program() -> None:
    X, y = data.moons(200, noise=0.1, seed=0)
    model = MLP(2, [6, 4, 1], activation="tanh", output="sigmoid", seed=0)
    history = fit(
        model, X, y, loss=losses.binary_cross_entropy, optimizer="adam", epochs=200, batch_size=20
    )
    axes = history.plot()
    ax = plot.boundary(model, X, y)
    assert len(history.loss) == 200 and history.accuracy[-1] >= 0.9
    assert history.loss[-1] < history.loss[0] / 3
    assert len(axes) == 2 and ax.get_title()
