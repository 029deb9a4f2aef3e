"""The course's table: every item of every demo, a failure seen, pages that hold anything."""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tinygrad_fr import cli
from tinygrad_fr.demos import Item, _pages, chain_rule, course, linear, neuron
from tinygrad_fr.demos._lessons import LESSONS, sections
from tinygrad_fr.words import NARROW, use

HERE = {"C1", "C2", "C3", "C8", "C17", "C18"}


class Reader(HTMLParser):
    """The cells, the pictures and the tags still open of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.cells: list[str] = []
        self.pictures: list[str | None] = []
        self.links: list[str | None] = []
        self.tags: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag == "td":
            self.cells.append("")
        if tag == "a":
            self.links.append(dict(attrs)["href"])
        if tag == "img":
            self.pictures.append(dict(attrs)["src"])

    def handle_data(self, data: str) -> None:
        if self.cells:
            self.cells[-1] += data


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_table_and_the_pages(
    lang: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(course, "demos", lambda: iter([linear, neuron, chain_rule]))
    out = tmp_path / "a folder" / "deep"
    with use(lang):
        assert course.main(out) == 0
    said = capsys.readouterr().out
    assert {number for number in HERE if f"│ {number} " in said} == HERE
    assert {"fr": "juste", "en": "right"}[lang] in said and str(out / "index.html") in said
    assert not re.search(r"│ +[:;!?]", said), "no line begins with a colon"
    page = Reader((out / "index.html").read_text(encoding="utf-8"))
    markdown = (out / "index.md").read_text(encoding="utf-8")
    lessons = sorted(p for p in out.glob("C*.html") if not p.stem.endswith("-steps"))
    assert {p.stem for p in lessons} == HERE
    drawn = {p.name for p in out.iterdir() if p.suffix in (".svg", ".png")}
    seen = [src for p in lessons for src in Reader(p.read_text(encoding="utf-8")).pictures]
    assert set(seen) == drawn and not page.pictures
    assert set(re.findall(r"!\[.*?\]\((.*?)\)", markdown)) == drawn
    assert len(page.cells) == 5 * 6 and set(page.cells[::5]) == HERE
    assert {f"{key}.html" for key in HERE} < set(page.links)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_lesson_has_all_that_one_teaches_with(lang: str, tmp_path: Path) -> None:
    items = [Item("C8", "checked", 3e-16, 1e-14, "a.svg"), Item("C9", "", 0, 0, "b.svg")]
    with use(lang):
        _pages.write(items, tmp_path, {8: {"demos/one.py": "x = 1 < 2"}})
        lesson = next(lesson for lesson in LESSONS if lesson.key == "C8")
        name, says, question, answer = lesson.told()
    text = (tmp_path / "C8.html").read_text("utf-8")
    page = Reader(text)
    for word in (name, says, question, answer, "checked", "demos/one.py"):
        assert escape(word) in text, word
    assert page.pictures == ["a.svg"] and "x = 1 &lt; 2" in text and "3×10⁻¹⁶" in text
    assert "<math" in text and text.count("<h3>") == 2 and "details" in page.tags
    assert set(page.links) == {"a.svg", "index.html", "C9.html", "C8-steps.html"}
    assert (tmp_path / "C8-steps.html").exists() and not (tmp_path / "C9-steps.html").exists()
    assert set(Reader((tmp_path / "C9.html").read_text("utf-8")).links) >= {"C8.html"}
    assert not re.search(r"""(src|href)="(?!\w)|url\(|@import|https?://(?!www.w3.org)""", text)


def test_every_item_has_a_lesson_in_both_languages_with_a_derivation() -> None:
    assert set().union(*(lesson.numbers for lesson in LESSONS)) == set(range(1, 19))
    assert [x for _, group in sections() for x in group] == list(LESSONS)
    for lesson in LESSONS:
        told = {}
        for lang in ("fr", "en"):
            with use(lang):
                told[lang] = lesson.told()
                assert "L" in str(lesson.derived())
        pairs = zip(told["fr"][1:], told["en"][1:], strict=True)
        assert all(fr != en and fr and en for fr, en in pairs), lesson.key
        assert told["fr"][2].endswith("?") and told["en"][2].endswith("?")


def test_answers_are_worked_out() -> None:
    """By hand: 2·(0.5·2 − 2)·0; 2·2·(1 − 2); −(2 + 8 + 18)/3; p₂ − 1."""
    with use("en"):
        told = {lesson.key: lesson.told()[3] for lesson in LESSONS}
    assert told["C1"].startswith("0:") and "−9.33" in told["C17"] and "w = 1.02" in told["C18"]
    assert "To 4," in told["C6"] and told["C4"].startswith("Negative, −0.371")


def test_one_item_alone_leaves_the_index_and_the_other_pages(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(course, "demos", lambda: iter([linear, neuron, chain_rule]))
    (tmp_path / "index.html").write_text("mine", "utf-8")
    (tmp_path / "C7.html").write_text("before", "utf-8")
    with use("en"):
        assert cli.main(["course", "c8", "-o", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "Checks: 1, failures: 0" in said and "C17" not in said and "C8.html" in said
    assert (tmp_path / "index.html").read_text("utf-8") == "mine"
    assert "C7.html" in Reader((tmp_path / "C8.html").read_text("utf-8")).links
    assert not (tmp_path / "C17.html").exists() and not (tmp_path / "linear-graph.svg").exists()


@pytest.mark.parametrize("asked", ["C99", "zzz", "C0", "8-9"])
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_an_item_that_is_none(asked: str, lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["course", asked, "--lang", lang]) == 2
    told = capsys.readouterr().err
    assert asked in told and "C1, C2, C3" in told and told.count("\n") == 1


def test_a_bar_on_a_terminal_says_which_demo_is_at_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(course, "demos", lambda: iter([chain_rule]))
    course.items(tmp_path)
    assert capsys.readouterr().err == ""
    monkeypatch.setenv("FORCE_COLOR", "1")
    course.items(tmp_path)
    assert "chain_rule" in capsys.readouterr().err


def test_the_course_finds_every_demo_by_itself() -> None:
    names = {demo.__name__.rpartition(".")[2] for demo in course.demos()}
    assert {"linear", "neuron", "chain_rule"} <= names
    assert not names & {"course", "_figures", "_pages", "_lessons", "_told", "__init__"}


def test_the_items_come_in_the_order_of_the_course(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(
        linear, "checks", lambda out: [Item("C18", "", 0, 0, ""), Item("C17", "", 0, 0, "")]
    )
    monkeypatch.setattr(
        neuron, "checks", lambda out: [Item("C2", "", 0, 0, ""), Item("C10–C12", "", 0, 0, "")]
    )
    monkeypatch.setattr(course, "demos", lambda: iter([linear, neuron]))
    assert [item.number for item in course.items(tmp_path)] == ["C2", "C10–C12", "C17", "C18"]


@pytest.mark.parametrize("error", [1e-3, float("nan"), float("inf")])
def test_an_item_that_fails_fails_the_course(
    error: float,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    good, bad = Item("C98", "right", 0, 0, ""), Item("C99", "planted", error, 1e-12, "")
    monkeypatch.setattr(course, "items", lambda out: [good, bad])
    with use("en"):
        assert course.main(tmp_path) == 1
    assert "WRONG" in capsys.readouterr().out
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert page.count("WRONG") == 1 and page.count('<tr class="wrong">') == 1
    assert (tmp_path / "index.md").read_text(encoding="utf-8").count("WRONG") == 1


def test_a_demo_that_breaks_down_is_a_failure_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(out: Path) -> list[Item]:
        raise ZeroDivisionError("planted")

    monkeypatch.setattr(neuron, "checks", broken)
    monkeypatch.setattr(course, "demos", lambda: iter([neuron, chain_rule]))
    with use("en"):
        assert course.main(tmp_path) == 1
        found = course.items(tmp_path)
    assert [item.number for item in found] == ["C1", "C8"] and [item.ok for item in found] == [
        False,
        True,
    ]
    assert found[0].checked == "neuron: ZeroDivisionError: planted"
    assert "Checks: 2, failures: 1" in capsys.readouterr().out


def test_a_course_of_nothing_is_not_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(course, "items", lambda out: [])
    assert course.main(tmp_path) == 1


def test_whatever_stands_in_an_item_is_text(tmp_path: Path) -> None:
    nasty = '<script>x</script> "&amp;" | [a](b) *c* `d`\ne'
    item = Item("C99", nasty, 0, 0, "a.svg")
    page = Reader(_pages.html([item]))
    assert "script" not in page.tags and page.cells[1] == nasty
    rows = [
        line
        for line in _pages.markdown([item]).splitlines()
        if "C99" in line and line.startswith("|")
    ]
    assert len(rows) == 1 and len(re.findall(r"(?<!\\)\|", rows[0])) == 6
    assert not re.search(r"(?<!\\)[<*`]", rows[0])


def test_pictures_that_show_the_same_share_a_caption_and_none_is_shown_twice() -> None:
    items = [Item("C1", "one", 0, 0, "a.svg b.svg"), Item("C2", "two", 0, 0, "b.svg c.svg")]
    assert _pages.shown(items) == [
        ("C1 one", ["a.svg"]),
        ("C1 one · C2 two", ["b.svg"]),
        ("C2 two", ["c.svg"]),
    ]


def test_french_keeps_its_narrow_spaces_in_a_narrow_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = [Item("C1", f"mot{NARROW}: " * 12, 0, 0, "")]
    for width in range(60, 100):
        monkeypatch.setenv("COLUMNS", str(width))
        with use("fr"):
            course.show(found)
        assert not re.search(r"│ +:", capsys.readouterr().out), width
