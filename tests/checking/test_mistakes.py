"""The herbarium: every row of the catalogue is in it, its pages are current, its examples true."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import pytest

from tinygrad_fr import CATALOGUE, use
from tinygrad_fr.checking.candidates import PROGRAMS
from tinygrad_fr.cli import main

PATH = Path(__file__).resolve().parents[2] / "docs" / "mistakes.py"
# the verdict is "right for another cost", and says which
BY_ITS_COST = {"M1": "half", "M3": "sum", "M5": "outputs"}


def _herbarium() -> Any:
    spec = importlib.util.spec_from_file_location("herbarium", PATH)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


HERBARIUM = _herbarium()


def test_every_row_has_its_entry() -> None:
    assert list(HERBARIUM.DATA["mistakes"]) == list(CATALOGUE)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_pages_are_up_to_date(language: str) -> None:
    with use(language):
        told = HERBARIUM.page()
    assert HERBARIUM.PAGES[language].read_text("utf-8") == told, "python docs/mistakes.py"


@pytest.mark.slow
@pytest.mark.parametrize("key", CATALOGUE)
def test_the_example_is_named(key: str, capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["--lang", "en", *HERBARIUM.example(key), "--json"])
    report = json.loads(capsys.readouterr().out)
    assert status == 1, report
    if key in BY_ITS_COST:
        assert report["cost"] == [BY_ITS_COST[key]] and report["notes"]
    elif key in PROGRAMS:  # by hand the same numbers come another way, which is told first
        assert key in report["diagnosis"]["keys"], report["diagnosis"]
        assert CATALOGUE[key].en in report["diagnosis"]["names"][0]
    else:
        assert report["diagnosis"]["keys"][:1] == [key], report["diagnosis"]
        assert report["diagnosis"]["names"]


@pytest.mark.parametrize("name", HERBARIUM.DATA["exercises"])
def test_the_right_derivation_of_each_exercise_is_right(name: str) -> None:
    herbarium = _herbarium()
    herbarium.DATA["mistakes"] = {"none": {"on": name}}
    assert main(["--lang", "en", *herbarium.example("none")]) == 0


def test_a_formula_with_words_has_them_in_both_languages() -> None:
    for entry in HERBARIUM.DATA["mistakes"].values():
        texts = entry["formula"] if isinstance(entry["formula"], list) else [entry["formula"]]
        english = re.findall(r"\b(?:for|where|without|before|not|is|the)\b", texts[0])
        assert not english and len(set(texts)) == len(texts), texts
