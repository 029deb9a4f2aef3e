"""What the docstrings show is what happens: every example in every module is run."""

from __future__ import annotations

import doctest
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house import ROOT, files, room_of
from tinygrad_fr.words import use


def modules() -> list[str]:
    """Every module by the name it installs under, so that no second copy of it is loaded."""
    return [f"tinygrad_fr.{room_of(path)}".rstrip(".") for path in files()]


@pytest.mark.parametrize("name", modules())
def test_the_examples_of(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)  # what an example writes goes there
    with use("en"):
        failures, _ = doctest.testmod(importlib.import_module(name))
    assert failures == 0


def test_a_planted_wrong_example_is_found() -> None:
    def wrong() -> int:
        """>>> 1 + 1
        3
        """
        return 2

    [test] = doctest.DocTestFinder().find(wrong, "wrong", globs={})
    assert doctest.DocTestRunner(verbose=False).run(test, out=lambda text: None).failed == 1


@pytest.mark.slow
@pytest.mark.parametrize("name", ["README.md", "README.fr.md"])
def test_the_programs_of(name: str, tmp_path: Path) -> None:
    """Each program of the README runs, and prints what its comments say."""
    programs = re.findall(r"```python\n(.*?)```", (ROOT / name).read_text("utf-8"), re.DOTALL)
    assert programs
    for program in programs:
        promised = re.findall(r"^print\(.*?\) +# (.*)$", program, re.MULTILINE)
        done = subprocess.run(
            [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{program}"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines() == promised


def test_the_two_readmes_show_the_same_commands() -> None:
    shown = [
        re.findall(r"```(?:bash|powershell)\n(.*?)```", (ROOT / name).read_text("utf-8"), re.DOTALL)
        for name in ("README.md", "README.fr.md")
    ]
    assert shown[0] == shown[1] != []


# ── what the docs name is there ──────────────────────────────────────────────────────────────────

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("benchmarks/*.md")])
NAMED = re.compile(r"`((?:tinygrad_fr|nn|demos|tests|docs|benchmarks)/[\w./-]*\w/?)`")
LINKED = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")


def missing(text: str, folder: Path) -> list[str]:
    """The files that a page names or links to and that are not there."""
    named = [name for name in NAMED.findall(text) if not (ROOT / name).exists()]
    return named + [name for name in LINKED.findall(text) if not (folder / name).exists()]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_page_names_only_what_is_there(page: Path) -> None:
    assert missing(page.read_text("utf-8"), page.parent) == []


def test_a_page_that_names_a_room_that_is_gone_is_found() -> None:
    text = "see `tinygrad_fr/attic.py`, `nn/losses.py` and [this](attic.md), [that](README.md)"
    assert missing(text, ROOT) == ["tinygrad_fr/attic.py", "attic.md"]
