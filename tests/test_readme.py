"""Every command of the two READMEs does what it says, as it stands, in docs/samples."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from tests.house import ROOT
from tinygrad_fr import cli
from tinygrad_fr.demos import chain_rule, course

SAMPLES = ROOT / "docs" / "samples"
PAGES = {"en": "README.md", "fr": "README.fr.md"}
VERDICTS = (0, 1, 2)  # of `check`: right, wrong, undecided; 3 would be refused


def commands(page: str) -> list[str]:
    """The lines of the blocks that are typed in docs/samples; those that install stand apart."""
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", (ROOT / page).read_text("utf-8"), re.S | re.M)
    lines = [line for kind, block in blocks if not kind for line in block.splitlines()]
    return [line for line in lines if line.startswith("tinygrad-fr ")]


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", pytest.param("fr", marks=pytest.mark.slow)])
def test_every_command_runs_as_it_stands(
    lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = commands(PAGES[lang])
    assert len(typed) > 15
    shutil.copytree(SAMPLES, tmp_path / "samples")
    monkeypatch.chdir(tmp_path / "samples")
    monkeypatch.setenv("TINYGRAD_LANG", lang)
    monkeypatch.setattr(course, "demos", lambda: iter([chain_rule]))  # they have tests of their own
    for line in typed:
        _, *words = shlex.split(line, comments=True)
        status = cli.main(words)
        said = capsys.readouterr()
        assert status in (VERDICTS if words[0] == "check" else (0,)), (line, said.err)
        assert said.out or "-o" in words, line
        for place, word in enumerate(words):
            if word in ("-o", "--film"):
                assert Path(words[place + 1]).exists(), line


@pytest.mark.parametrize("lang", PAGES)
def test_the_readme_says_where_to_type(lang: str) -> None:
    page = (ROOT / PAGES[lang]).read_text("utf-8")
    assert page.index("`cd docs/samples`") < page.index(commands(PAGES[lang])[0])


def test_what_the_samples_say_of_themselves() -> None:
    """The same class in both manners; a lab that is wrong in one place; a key that is right."""
    english = (SAMPLES / "answers.csv").read_text("utf-8").splitlines()[1:]
    french = (SAMPLES / "reponses.csv").read_text("utf-8").splitlines()[1:]
    assert [row.replace(",", ";").replace(".", ",") for row in english] == french
    assert cli.main(["check", str(SAMPLES / "td3.py")]) == 0
    named = {path.name for path in SAMPLES.iterdir() if path.is_file()} - {"README.md"}
    told = (SAMPLES / "README.md").read_text("utf-8")
    assert all(f"`{name}`" in told for name in named - {".gitignore"})


@pytest.mark.slow
def test_the_lab_of_the_samples_has_the_mistake_it_promises(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main(["check", str(SAMPLES / "lab.py"), "--lang", "en"]) == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "a(1 − a), the derivative of σ, instead of tanh′" in said


@pytest.mark.parametrize("lang", PAGES)
def test_the_derivation_that_is_shown(lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = [x for x in commands(PAGES[lang]) if x.startswith('tinygrad-fr explain "z = ')]
    assert cli.main([*shlex.split(line)[1:], "--lang", lang]) == 0
    shown = f"```\n{line}\n```\n\n```\n{capsys.readouterr().out}```\n"
    assert shown in (ROOT / PAGES[lang]).read_text("utf-8")
