"""The package's own table of contents: what is there at once, what is fetched when asked for."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

import tinygrad_fr
from tests.house import ROOT
from tinygrad_fr.words import use

SOURCE = (ROOT / "tinygrad_fr" / "__init__.py").read_text("utf-8")


def python(program: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout


def test_what_is_fetched_later_is_what_type_checkers_read() -> None:
    block = next(v for v in ast.parse(SOURCE).body if isinstance(v, ast.If) and v.orelse)
    told = {
        alias.name: str(v.module).removeprefix("tinygrad_fr.")
        for v in block.body
        if isinstance(v, ast.ImportFrom)
        for alias in v.names
    }
    assert told == tinygrad_fr.LATER and set(told) <= set(tinygrad_fr.__all__)


def test_the_judge_and_the_lifting_wait_until_they_are_asked_for() -> None:
    """Half of the rooms, and of the time: `import tinygrad_fr` took 0.15 s, and 0.085 s now."""
    before, value, after = python(
        "import sys, tinygrad_fr\n"
        "rooms = lambda: {n for n in sys.modules if n.startswith('tinygrad_fr.')}\n"
        "first = rooms(); print(*first)\n"
        "print(tinygrad_fr.check.__module__, 'check' in vars(tinygrad_fr))\n"
        "print(*rooms() - first)\n"
    ).splitlines()
    there, fetched = set(before.split()), set(after.split())
    assert "tinygrad_fr.engine" in there and "tinygrad_fr.fast_walk" in there
    for wing in ("checking.judge", "checking.diagnose", "program.lift", "picture.frames"):
        assert f"tinygrad_fr.{wing}" not in there
    assert value == "tinygrad_fr.checking.check True" and "tinygrad_fr.checking.judge" in fetched


def test_all_names_are_there_for_whoever_looks() -> None:
    assert python("from tinygrad_fr import *; print(check.__name__, Steps.__name__)") == (
        "check Steps\n"
    )
    assert set(tinygrad_fr.__all__) <= set(eval_in_a_fresh_process("dir(tinygrad_fr)"))
    for lang, said in (("en", "nothing named 'chek'. Did you mean 'check'"), ("fr", "rien du nom")):
        with use(lang), pytest.raises(AttributeError, match=said):
            tinygrad_fr.chek  # noqa: B018


def eval_in_a_fresh_process(expression: str) -> list[str]:
    found: list[str] = ast.literal_eval(python(f"import tinygrad_fr; print({expression})"))
    return found


def test_a_command_imports_what_it_needs_when_it_runs() -> None:
    """`--help` lifts nothing and judges nothing."""
    said = python(
        "import contextlib, io, sys\n"
        "from tinygrad_fr import cli\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"
        "    cli.main(['--help'])\n"
        "print(*(n for n in sys.modules if n.startswith('tinygrad_fr.')))\n"
    ).split()
    assert "tinygrad_fr.command.compile" in said
    for room in ("program.program", "program.lift", "checking.judge", "nn.fit"):
        assert f"tinygrad_fr.{room}" not in said
