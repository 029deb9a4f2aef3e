"""Draw it: the pages of the course in two real browsers, all of them, as `course` writes them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browsers import Opened
from tests.browsers import browser as browser
from tests.browsers import driver as driver
from tinygrad_fr.demos import course
from tinygrad_fr.words import use

pytestmark = pytest.mark.slow
KEYS = [*(f"C{n}" for n in range(1, 14)), "C14-C16", "C17", "C18"]
SOME = ["index", "C4", "C8"]  # in Firefox too, in the dark too, and at both widths where it matters
LINKS = "[...document.querySelectorAll('a')].map(a => a.href)"
IMAGES = "[...document.images].map(i => [i.src, i.complete && i.naturalWidth > 0, i.alt])"
WIDE = (
    "[...document.querySelectorAll('.derivation')]"
    ".filter(e => e.scrollWidth > e.clientWidth + 1).length"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole course; what learns starts once only, so that some verdicts are bad ones."""
    out = tmp_path_factory.mktemp("course")
    with use("fr"), pytest.MonkeyPatch.context() as patch:
        for demo in course.demos():
            if hasattr(demo, "SEEDS"):
                patch.setattr(demo, "SEEDS", range(1))
        course.main(out)
    return out


@pytest.fixture
def window(browser: Any, folder: Path) -> Iterator[Opened]:
    found = Opened(browser, folder / "index.html")
    yield found
    found.context.close()


def resized(window: Opened) -> Iterator[int]:
    for width in (1280, 360):
        window.page.set_viewport_size({"width": width, "height": 800})
        yield width


def reached(window: Opened, folder: Path) -> Iterator[str]:
    """Whatever one comes to from the index, each page once, open; in Firefox three of them."""
    todo = [folder / "index.html"]
    for path in todo:
        window.visit(path)
        for uri in window.page.evaluate(LINKS):
            there = Path(uri.removeprefix("file://"))
            assert there.is_file(), (path.name, uri)
            if there.suffix == ".html" and there not in todo and wanted(window, there):
                todo.append(there)
        yield path.stem


def wanted(window: Opened, path: Path) -> bool:
    return window.page.context.browser.browser_type.name == "chromium" or path.stem in SOME


def test_every_page_is_whole_and_in_its_language_and_fits(window: Opened, folder: Path) -> None:
    titles, page = dict[str, str](), window.page
    for stem in reached(window, folder):
        titles[stem] = page.title()
        assert page.get_attribute("html", "lang") == "fr" and titles[stem], stem
        for uri, whole, alt in page.evaluate(IMAGES):
            assert whole and alt, (stem, uri)
        if stem in KEYS:
            steps = page.get_attribute(".steps a", "href") or ""
            assert steps.endswith("-steps.html") and (folder / steps).is_file(), stem
            assert page.locator("math").count() > 3 and page.locator("img").count()
        for width in resized(window):
            assert page.evaluate("document.documentElement.scrollWidth") <= width, stem
            assert page.evaluate(WIDE) == 0, (stem, width)
        assert window.troubles == [], stem
    assert set(titles) == {p.stem for p in folder.glob("*.html") if wanted(window, p)}
    assert len(titles) in (len(SOME), 17 + 12) and set(SOME) <= set(titles)
    assert len(set(titles.values())) >= min(len(titles), 17)


@pytest.mark.parametrize("browser", ["chromium"], indirect=True)
def test_they_are_accessible(window: Opened, folder: Path) -> None:
    for stem in ("index", *KEYS):
        window.visit(folder / f"{stem}.html")
        for width in resized(window):
            for wish in ("light", "dark") if stem in SOME else ("light",):
                if width == 360 or stem in SOME:
                    window.page.emulate_media(color_scheme=wish)
                    assert window.asks("prefers-color-scheme: dark") is (wish == "dark")
                    assert window.violations() == [], (stem, width, wish)


@pytest.mark.parametrize("browser", ["chromium"], indirect=True)
def test_the_keyboard_alone_walks_through_the_course(window: Opened, folder: Path) -> None:
    """From the index to a lesson, its answer, its step page, the next lesson."""

    def tab_to(wanted: str) -> None:
        for _ in range(60):
            window.press("Tab")
            if window.page.evaluate(f"document.activeElement.matches({wanted!r})"):
                outline = "getComputedStyle(document.activeElement).outlineStyle"
                assert window.page.evaluate(outline) != "none"  # one sees where one is
                return
        raise AssertionError(wanted)

    def enter(wanted: str, stem: str) -> None:
        tab_to(wanted)
        window.press("Enter")
        window.page.wait_for_url(f"**/{stem}.html")

    enter("[href='C8.html']", "C8")
    tab_to("summary")
    assert not window.page.is_visible("details p")
    window.press("Enter")
    assert window.page.is_visible("details p")
    enter("[href='C8-steps.html']", "C8-steps")
    window.press("ArrowRight")
    assert window.text("#count").startswith("1 /")
    window.page.goto((folder / "C8.html").as_uri())  # no driver goes back in every browser
    enter("[href='C9.html']", "C9")
    assert window.troubles == []


@pytest.mark.parametrize("browser", ["chromium"], indirect=True)
def test_on_paper_there_is_ink_and_no_button(window: Opened, folder: Path) -> None:
    """In Chromium alone, whose driver shows a page as it is printed: black on white in the dark."""
    window.visit(folder / "C8.html")
    window.page.emulate_media(media="print", color_scheme="dark")
    of = "getComputedStyle(document.body)"
    assert window.page.evaluate(f"[{of}.color, {of}.backgroundColor]") == [
        "rgb(0, 0, 0)",
        "rgb(255, 255, 255)",
    ]
    for hidden in ("nav", ".steps", "details"):
        assert not window.page.locator(hidden).first.is_visible(), hidden
    assert window.page.locator("math").first.is_visible()
    assert window.page.pdf(format="A4").startswith(b"%PDF")
