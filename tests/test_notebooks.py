"""The notebooks: written from docs/notebooks.py, run, in both languages, everything shown once."""

from __future__ import annotations

import json
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from types import ModuleType
from typing import Any

import pytest

from tests.house import ROOT

FOLDER = ROOT / "docs" / "notebooks"


def source() -> ModuleType:
    """docs/notebooks.py, which is no part of the package."""
    spec = spec_from_file_location("notebooks", ROOT / "docs" / "notebooks.py")
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SOURCE = source()
NAMES = list(SOURCE.NOTEBOOKS)


def stored(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.ipynb").read_text("utf-8"))


def program(found: Any) -> list[str]:
    return ["".join(cell["source"]) for cell in found["cells"]]


def shown(found: Any) -> list[list[str]]:
    """What each cell of code says, as text; of a picture only that there is one."""
    cells = []
    for cell in found["cells"]:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            kinds = sorted(kind for kind in data if not kind.startswith("text/"))
            text = data.get("text/plain", output.get("text", ""))
            cells.append(kinds or ["".join(text)])
    return cells


@pytest.mark.parametrize("name", NAMES)
def test_what_lies_there_is_what_is_written(name: str) -> None:
    found = stored(name)
    assert program(found) == program(SOURCE.notebook(SOURCE.NOTEBOOKS[name]))
    assert sorted(p.stem for p in FOLDER.glob("*.ipynb")) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_it_was_run_and_says_everything_once(name: str) -> None:
    found = stored(name)
    for cell in found["cells"]:
        if cell["cell_type"] != "code":
            continue
        assert cell["execution_count"] is None
        kinds = [output["output_type"] for output in cell["outputs"]]
        assert "error" not in kinds and len(kinds) <= 1, cell["source"]
    pictures = [kinds for kinds in shown(found) if kinds[0].startswith("image/")]
    assert pictures
    text = json.dumps(found)
    assert "/tmp" not in text and "/home" not in text and "Traceback" not in text
    assert (FOLDER / f"{name}.ipynb").stat().st_size < 1_500_000


@pytest.mark.parametrize("name", NAMES)
def test_every_text_is_said_in_both_languages(name: str) -> None:
    for cell in SOURCE.NOTEBOOKS[name]:
        if isinstance(cell, tuple):
            english, french = cell
            assert english != french and english.startswith("#") == french.startswith("#")
            assert set("éèêàùçœ’").isdisjoint(english.replace("’s", ""))


@pytest.mark.parametrize("name", NAMES)
def test_it_runs_and_says_the_same(name: str) -> None:
    for needed in ("nbclient", "ipykernel"):
        if find_spec(needed) is None:
            pytest.skip("the extra notebook")
    assert shown(SOURCE.executed(SOURCE.NOTEBOOKS[name])) == shown(stored(name))
