"""A teacher's evening: every command of its two pages in `docs` does what the page says."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tinygrad_fr import cli
from tinygrad_fr.words import use

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = {"en": DOCS / "teacher.md", "fr": DOCS / "teacher.fr.md"}


def commands(lang: str) -> list[list[str]]:
    """What stands in the blocks of a page, without the program's name."""
    blocks = re.findall(r"```bash\n(.*?)```", PAGES[lang].read_text("utf-8"), re.DOTALL)
    return [shlex.split(line)[1:] for block in blocks for line in block.splitlines()]


@pytest.mark.slow
@pytest.mark.parametrize("lang", PAGES)
def test_every_command_of_the_evening_runs(
    lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from pypdf import PdfReader

    monkeypatch.chdir(tmp_path)
    wanted = commands(lang)
    assert 6 <= len(wanted) < 10
    with use(lang):
        for words in wanted:
            status = cli.main([*words, "--lang", lang])
            said = capsys.readouterr()
            assert status == (1 if words[0] == "check" else 0), (words, said.err)
            if words[0] == "check":
                known = "erreur connue" if lang == "fr" else "known mistake"
                assert known in said.out and "0,2104" in said.out.replace(".", ",")
            if words[0] == "explain" and "-o" not in words:
                assert "∂L/∂w₁₁⁽²⁾ = ∂L/∂a₁⁽²⁾·σ′(z₁⁽²⁾)·a₁⁽¹⁾" in said.out
    made = [words[words.index("-o") + 1] for words in wanted if "-o" in words]
    assert len(made) == len(set(made)) >= 6
    for name in made:
        assert Path(name).stat().st_size > 1000
    slide, sheet = made[0], next(name for name in made if Path(name).stem in ("sheet", "feuille"))
    for name, width in (
        (slide, 1440),
        (sheet, 841.89),
        (sheet.replace(".pdf", "-key.pdf"), 841.89),
    ):
        (page,) = PdfReader(name).pages
        assert float(page.mediabox.width) == pytest.approx(width, abs=0.1)
    passes = next(name for name in made if name.startswith("pass"))
    assert len(PdfReader(passes).pages) > 20


def test_both_pages_tell_the_same_evening() -> None:
    def plain(words: list[str]) -> list[str]:
        """A command without its numbers' commas, its titles and the names of its files."""
        kept = [word.replace(",", ".") for word in words]
        for option in ("-o", "--title"):
            if option in kept:
                kept[kept.index(option) + 1] = ""
        return kept

    assert list(map(plain, commands("en"))) == list(map(plain, commands("fr")))
