"""The demos run, say their punch lines in both languages, and find the numbers of paper."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import tinygrad_fr.demos as room
from tinygrad_fr.demos import Item, _figures, chain_rule, digits, linear, neuron, worst
from tinygrad_fr.engine import Value
from tinygrad_fr.ops import relu
from tinygrad_fr.walk import order
from tinygrad_fr.words import NARROW, use

FOLDER = Path(next(iter(room.__path__)))
NAMES = [
    m.name
    for m in pkgutil.iter_modules(room.__path__)
    if m.name != "course" and not m.name.startswith("_") and (m.name != "digits" or digits.there())
]

TRAINING = {"separation", "regularisation"}  # dozens of networks learn


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=pytest.mark.slow) if n in TRAINING else n for n in NAMES],
)
def test_every_demo_runs_in_both_languages(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    demo = importlib.import_module(f"tinygrad_fr.demos.{name}")
    found: list[Item] = []
    checks = demo.checks
    monkeypatch.setattr(demo, "checks", lambda out: found.extend(checks(out)) or found)
    said, titles = {}, {}
    for lang in ("fr", "en"):
        with use(lang):
            found.clear()
            demo.main(tmp_path / lang)
            said[lang], titles[lang] = capsys.readouterr().out, demo.title()
            assert found and all(item.ok for item in found), found
            for picture in (p for item in found for p in item.pictures):
                assert (tmp_path / lang / picture).stat().st_size > 1000, picture
    assert said["fr"] != said["en"] and titles["fr"] != titles["en"]
    assert not re.search(r" [:;!?](\s|$)", said["fr"]), "a narrow space stands before : ; ! ?"
    assert re.fullmatch(r"C\d+([,–] ?C\d+)*", demo.ITEMS)
    assert not list(tmp_path.rglob("*.part"))


def lines_of_code(source: str) -> int:
    """Lines that are neither blank, nor a comment, nor a docstring."""
    told: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and ast.get_docstring(
            node
        ):
            first = node.body[0]
            told |= set(range(first.lineno, (first.end_lineno or 0) + 1))
    lines = enumerate(source.splitlines(), start=1)
    return sum(
        bool(line.strip()) and not line.strip().startswith("#") and n not in told
        for n, line in lines
    )


@pytest.mark.parametrize("name", ["linear", "neuron", "chain_rule", "course"])
def test_a_demo_is_read_on_a_train(name: str) -> None:
    assert lines_of_code((FOLDER / f"{name}.py").read_text(encoding="utf-8")) <= 85


def test_lines_of_code_are_counted() -> None:
    assert (
        lines_of_code(
            '"""One."""\n\n# two\nx = 1\n\n\ndef f():\n    """Three\n    lines."""\n    return x\n'
        )
        == 3
    )


# ── linear ───────────────────────────────────────────────────────────────────────────────────────


def plain_listing() -> tuple[list[float], list[float], list[float]]:
    """The course's listing in plain arithmetic: every gradient, every loss, w after each epoch."""
    w, gradients, losses, weights = 1.0, [], [], []
    for _ in range(100):
        for x, y in zip([1.0, 2.0, 3.0], [2.0, 4.0, 6.0], strict=True):
            grad = 2 * x * (x * w - y)
            w = w - 0.01 * grad
            gradients.append(grad)
            prediction = x * w
            loss = (prediction - y) * (prediction - y)
        losses.append(loss)
        weights.append(w)
    return gradients, losses, weights


def test_the_listing_to_the_last_digit() -> None:
    gradients, losses, weights = plain_listing()
    history = linear.descend(linear.by_autograd)
    found = [g for epoch in history for g in epoch[0]]
    assert list(map(repr, found)) == list(map(repr, gradients)) and len(gradients) == 300
    assert list(map(repr, (loss for _, _, loss in history))) == list(map(repr, losses))
    assert [w for _, w, _ in history] == weights and len(losses) == 100
    assert gradients[:3] == [-2.0, -7.84, -16.2288] and losses[-1] == 5.250973729513143e-26
    assert [linear.cost(Value(w), 3.0, 6.0).data for w in weights] == losses


def test_the_listing_is_printed_in_its_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gradients, losses, weights = plain_listing()
    listed = ["4 4.0"]
    for epoch in range(100):
        rows = zip([1.0, 2.0, 3.0], [2.0, 4.0, 6.0], gradients[3 * epoch :], strict=False)
        listed += [f"{x} {y} {g}" for x, y, g in rows]
        listed.append(f"{epoch} {weights[epoch]} {losses[epoch]}")
    listed.append(f"4 {4 * weights[-1]}")
    for lang in ("fr", "en"):
        with use(lang):
            linear.main(tmp_path)
        lines = capsys.readouterr().out.splitlines()[: len(listed)]
        numbers = [" ".join(re.findall(r"(?<![\w.])-?\d[\d.]*(?:e-?\d+)?", line)) for line in lines]
        assert numbers == listed
        assert not any("," in n for n in numbers)


def test_a_planted_error_in_the_walk_turns_every_demo_red(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    right = Value.backward

    def wrong(self: Value) -> None:
        right(self)
        for v in order(self):
            v.grad = v.grad * 1.0005

    monkeypatch.setattr(Value, "backward", wrong)
    for demo in (linear, neuron, chain_rule):
        assert not any(item.ok for item in demo.checks(tmp_path)), demo


# ── neuron ───────────────────────────────────────────────────────────────────────────────────────


def test_the_dead_unit_learns_nothing_and_the_kink_has_slope_zero() -> None:
    L, z, weights = neuron.neuron(relu, neuron.DEAD)
    L.backward()
    assert z == -1.1 and [w.grad for w in weights] == [0, 0, 0]
    kink = neuron.transfer_functions()[0]
    assert [slope for s, slope in zip(kink.s, kink.slope, strict=True) if s <= 0] == [0.0] * 121


def test_a_curve_compares_both_its_readings() -> None:
    for name, by_hand in {
        "the value": lambda s: (max(s, 0.001), 1.0 if s > 0 else 0.0),
        "the slope": lambda s: (max(s, 0.0), 1.0 if s >= 0 else 0.0),
    }.items():
        assert worst(_figures.curve(name, relu, by_hand).pairs()) > 0, name


# ── the chain rule ───────────────────────────────────────────────────────────────────────────────


def test_the_naive_walk_is_wrong_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    c, a = chain_rule.doubled()
    chain_rule.naive(c)
    assert a.grad == 6
    c, a = chain_rule.doubled()
    c.backward()
    assert a.grad == 4
    with use("en"):
        chain_rule.main(tmp_path)
    said = capsys.readouterr().out
    assert "Naive recursion: 6 " in said and "Topological order: 4 " in said
    edges = [line.split()[0::2][:2] for line in said.splitlines() if "→" in line and "∂" in line]
    assert edges == [["L", "e"], ["e", "y"], ["e", "u"], ["u", "x"], ["u", "w"]]
    assert [line.split()[-1] for line in said.splitlines() if "∂u" in line] == ["−4", "−4", "−8"]


def test_sixty_doublings_are_sixty_one_nodes() -> None:
    end, start = chain_rule.doubled(60)
    end.backward()
    assert len(order(end)) == 61 and start.grad == 2**60


# ── what the demos share ─────────────────────────────────────────────────────────────────────────


def test_the_worst_error() -> None:
    nan, inf = float("nan"), float("inf")
    assert worst([(1.0, 1.0), (2.2, 2.0)]) == pytest.approx(0.1)
    assert worst([(0.5, 0.0)]) == 0.5
    for pairs in (
        [],
        [(1.0, 1.0), (nan, 1.0)],
        [(nan, 1.0), (1.0, 1.0)],
        [(inf, inf)],
        [(1.0, nan), (3.0, 1.0)],
    ):
        assert not Item("C1", "", worst(pairs), 1e9, "").ok, pairs


def test_a_report_names_the_item_the_error_and_the_pictures(
    capsys: pytest.CaptureFixture[str],
) -> None:
    items = [Item("C1", "un", 0.25, 0.5, "a.svg b.svg"), Item("C2", "deux", 0.25, 0.125, "")]
    with use("fr"):
        room.report(items, Path("ici"))
    said = capsys.readouterr().out.replace(NARROW, " ").splitlines()
    assert said[0].endswith("pire écart 0,25, juste") and "a.svg, b.svg" in said[1]
    assert said[2].endswith("pire écart 0,25, FAUX")
