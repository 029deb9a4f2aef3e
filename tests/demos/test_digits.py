"""Handwritten digits: read well where scikit-learn has them, one line where it is not installed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tinygrad_fr.demos import _figures, digits
from tinygrad_fr.nn import MLP
from tinygrad_fr.words import use


def test_without_scikit_learn_one_line_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(digits, "there", lambda: False)
    for lang, word in (("en", "not installed"), ("fr", "pas installé")):
        with use(lang):
            digits.main(tmp_path)
        said = capsys.readouterr().out
        assert word in said and "tinygrad_fr[digits]" in said and len(said.splitlines()) <= 2
    assert digits.checks(tmp_path) == [] and not list(tmp_path.iterdir())


def test_the_item_is_the_median_of_its_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With one start that reads nothing and two that read too little, the item fails."""
    model = MLP(64, [8, 10], seed=0)
    y = list(range(10)) * 10

    def reader(seed: int) -> digits.Reader:
        right = (0, 96, 97, 98, 100)[seed]
        read = [t if i < right else (t + 1) % 10 for i, t in enumerate(y)]
        return digits.Reader(model, [[0.0] * 64] * 100, y, read, 0.1)

    monkeypatch.setattr(digits, "there", lambda: True)
    monkeypatch.setattr(digits, "trained", reader)
    [item] = digits.checks(tmp_path)
    assert item.ok and "97" in item.checked and (tmp_path / "digits.png").stat().st_size > 1000
    monkeypatch.setattr(digits, "trained", lambda seed: reader(min(seed, 1)))
    [item] = digits.checks(tmp_path)
    assert not item.ok and item.error == pytest.approx(0.01)


def test_small_pictures_in_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[Any] = []
    monkeypatch.setattr(_figures, "save", lambda figure, path: kept.append(figure))
    pixels = [float(i) for i in range(9)]
    _figures.grids([("some", [(pixels, "a")]), ("more", [(pixels, "b")] * 3)], Path("x.png"))
    first, second = kept[0].subfigs
    shown = [ax for ax in first.axes if ax.images]
    assert [ax.get_title() for ax in shown] == ["a"]
    assert shown[0].images[0].get_array().tolist() == [[0, 1, 2], [3, 4, 5], [6, 7, 8]]
    assert len([ax for ax in second.axes if ax.images]) == 3


def test_ninety_seven_of_a_hundred_digits_never_seen() -> None:
    pytest.importorskip("sklearn", reason="the extra digits")
    found = sorted(digits.trained(seed).right for seed in digits.SEEDS)
    assert found[2] >= 0.97 and found[0] > 0.94
