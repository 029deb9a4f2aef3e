"""The door to LLVM: tried in another process, kept by the text, said in words where it is shut."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from tinygrad_fr.child import Died
from tinygrad_fr.program.native import machine
from tinygrad_fr.words import use

TEXT = machine.TRIAL.replace("%x, %x", "%x, 0x4000000000000000")


def test_what_was_compiled_is_kept_by_its_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    machine.compiled(machine.TRIAL, "twice")
    (kept,) = (tmp_path / "tinygrad_fr").iterdir()
    machine.compiled(TEXT, "twice")
    assert len(list((tmp_path / "tinygrad_fr").iterdir())) == 2
    monkeypatch.setattr(machine, "_object", lambda text: pytest.fail("compiled again"))
    machine.compiled(machine.TRIAL, "twice")
    assert kept.suffix == ".o"
    assert stat.S_IMODE((tmp_path / "tinygrad_fr").stat().st_mode) == 0o700


@pytest.mark.skipif(sys.platform == "win32", reason="rights are other things there")
def test_a_folder_that_others_may_write_into_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (tmp_path / "tinygrad_fr").mkdir(mode=0o777)
    (tmp_path / "tinygrad_fr").chmod(0o777)
    assert machine.folder() is None
    machine.compiled(machine.TRIAL, "twice")
    assert list((tmp_path / "tinygrad_fr").iterdir()) == []


def test_a_machine_that_forbids_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    def dies(*_: object, **__: object) -> bytes:
        raise Died(-6)

    monkeypatch.setattr(machine.Child, "ask", dies)
    with use("en"):
        assert machine.why_not.__wrapped__() == (
            "LLVM cannot make code run here (the system may forbid it)"
        )
    with use("fr"):
        assert "ne peut pas" in machine.why_not.__wrapped__()
    monkeypatch.setitem(sys.modules, "llvmlite.binding", None)
    with use("en"):
        assert "pip install 'tinygrad_fr[native]'" in machine.why_not.__wrapped__()


def test_it_is_tried_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert machine.why_not.__wrapped__() == ""
    monkeypatch.setattr(machine, "Child", lambda *_: pytest.fail("tried again"))
    assert machine.why_not.__wrapped__() == ""
