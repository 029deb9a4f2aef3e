"""The demos run, say their punch lines in both languages, and the course fails when it must."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

import pytest

import tinygrad_fr.demos as room
from tinygrad_fr.demos import Item, chain_rule, course, linear, worst
from tinygrad_fr.engine import Value
from tinygrad_fr.words import use

NAMES = [
    m.name
    for m in pkgutil.iter_modules(room.__path__)
    if m.name != "course" and not m.name.startswith("_")
]


@pytest.mark.parametrize("name", NAMES)
def test_every_demo_runs_in_both_languages(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    demo = importlib.import_module(f"tinygrad_fr.demos.{name}")
    said = {}
    for lang in ("fr", "en"):
        with use(lang):
            demo.main(tmp_path / lang)
            said[lang] = capsys.readouterr().out
            assert demo.title() and all(item.ok for item in demo.checks(tmp_path / lang))
            pictures = {item.picture for item in demo.checks(tmp_path / lang)}
            assert all((tmp_path / lang / picture).stat().st_size > 1000 for picture in pictures)
    assert said["fr"] != said["en"] and demo.ITEMS.startswith("C")


def test_every_demo_fits_on_a_screen_or_two() -> None:
    folder = Path(next(iter(room.__path__)))
    for name in NAMES:
        lines = (folder / f"{name}.py").read_text(encoding="utf-8").splitlines()
        assert len(lines) < 140, name


def plain_listing() -> tuple[list[float], list[float], float]:
    """The course's listing in plain arithmetic: every gradient, every loss, the last weight."""
    w, gradients, losses = 1.0, [], []
    for _ in range(100):
        for x, y in zip([1.0, 2.0, 3.0], [2.0, 4.0, 6.0], strict=True):
            grad = 2 * x * (x * w - y)
            w = w - 0.01 * grad
            gradients.append(grad)
            prediction = x * w
            loss = (prediction - y) * (prediction - y)
        losses.append(loss)
    return gradients, losses, w


def test_the_listing_to_the_last_digit() -> None:
    gradients, losses, w = plain_listing()
    history = linear.descend()
    assert [g for epoch in history for g in epoch[0]] == gradients and len(gradients) == 300
    assert [epoch[2] for epoch in history] == losses and history[-1][1] == w
    assert gradients[:3] == [-2.0, -7.84, -16.2288] and losses[-1] == 5.250973729513143e-26


def test_the_listing_is_printed_in_its_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gradients, losses, w = plain_listing()
    with use("fr"):
        linear.main(tmp_path)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith("4 4.0")
    assert [line.split()[-1] for line in lines[1:4]] == [repr(g) for g in gradients[:3]]
    assert lines[4].split()[-1] == repr(losses[0]) and repr(1.260688) in lines[4]
    shown = [line for line in lines if line.startswith("\t")]
    assert [line.split()[-1] for line in shown] == [repr(g) for g in gradients]
    assert lines[401].endswith(repr(4 * w))


def test_a_planted_error_in_the_walk_turns_the_listing_red(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    right = Value.backward

    def wrong(self: Value) -> None:
        right(self)
        for v in self._prev:
            for u in v._prev:
                u.grad *= 1.0005
                for t in u._prev:
                    t.grad *= 1.0005

    monkeypatch.setattr(Value, "backward", wrong)
    assert not all(item.ok for item in linear.checks(tmp_path))


def test_the_naive_walk_is_wrong_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with use("en"):
        chain_rule.main(tmp_path)
    assert "Naive recursion: 6. Topological order: 4." in capsys.readouterr().out


def test_the_course_prints_its_table_and_writes_its_pages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with use("fr"):
        assert course.main(tmp_path) == 0
    said = capsys.readouterr().out
    for number in ("C1", "C2", "C3", "C17", "C18"):
        assert f"│ {number} " in said
    assert str(tmp_path / "index.html") in said
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    for item in course.items(tmp_path):
        assert f'src="{item.picture}"' in page and (tmp_path / item.picture).exists()
    assert "neuron-operation.svg" in (tmp_path / "index.md").read_text(encoding="utf-8")


def test_an_item_that_fails_fails_the_course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for error in (1e-3, float("nan")):
        bad = Item("C99", "<planted> | error", error, 1e-12, "none.svg")
        monkeypatch.setattr(course, "items", lambda out, bad=bad: [bad])
        with use("en"):
            assert course.main(tmp_path) == 1
        page = (tmp_path / "index.html").read_text(encoding="utf-8")
        assert "&lt;planted&gt;" in page and "WRONG" in page
        assert r"<planted\> | error" not in (tmp_path / "index.md").read_text(encoding="utf-8")


def test_the_worst_error() -> None:
    assert worst([(1.0, 1.0), (2.2, 2.0)]) == pytest.approx(0.1)
    assert worst([(0.5, 0.0)]) == 0.5
    assert worst([]) != worst([])
