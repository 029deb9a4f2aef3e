"""Draw it: the pages of the course in two real browsers, all of them, as `course` writes them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browsers import BROWSERS, Opened, launched
from tests.browsers import browser as browser
from tests.browsers import driver as driver
from tinygrad_fr.demos import course
from tinygrad_fr.words import use

pytestmark = pytest.mark.slow
KEYS = [*(f"C{n}" for n in range(1, 14)), "C14-C16", "C17", "C18"]
LINKS = "[...document.querySelectorAll('a')].map(a => a.href)"
IMAGES = "[...document.images].map(i => [i.src, i.complete && i.naturalWidth > 0, i.alt])"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("course")
    with use("fr"):
        assert course.main(out) == 0
    return out


@pytest.fixture(scope="module")
def opened(browser: Any, folder: Path) -> Iterator[list[Opened]]:
    """Every page that can be reached from the index, each in a window of its own."""
    found, todo = dict[str, Opened](), [(folder / "index.html").as_uri()]
    while todo:
        uri = todo.pop(0)
        if uri not in found and uri.endswith(".html"):
            found[uri] = Opened(browser, Path(uri.removeprefix("file://")))
            todo += found[uri].page.evaluate(LINKS)
    yield list(found.values())
    for page in found.values():
        page.context.close()


def test_every_page_is_reached_whole_and_in_its_language(
    opened: list[Opened], folder: Path
) -> None:
    assert {p.path for p in opened} == set(folder.glob("*.html"))
    stems = {p.path.stem for p in opened}
    assert {"index", *KEYS} < stems and len(stems) == 17 + 12
    titles = set()
    for found in opened:
        name = found.path.name
        for uri in found.page.evaluate(LINKS):
            assert Path(uri.removeprefix("file://")).is_file(), (name, uri)
        for uri, whole, alt in found.page.evaluate(IMAGES):
            assert whole and alt, (name, uri)
        assert found.page.get_attribute("html", "lang") == "fr" and found.page.title(), name
        titles.add(found.page.title())
        assert found.troubles == [], name
        if found.path.stem in KEYS:
            steps = found.page.get_attribute(".steps a", "href") or ""
            assert steps.endswith("-steps.html") and (folder / steps).is_file(), name
            assert found.page.locator("math").count() > 3 and found.page.locator("img").count()
    assert len(titles) >= 17


def test_nothing_is_wider_than_the_screen(opened: list[Opened]) -> None:
    for found in opened:
        for width in (360, 1280):
            found.page.set_viewport_size({"width": width, "height": 800})
            assert found.page.evaluate("document.documentElement.scrollWidth") <= width, found.path
            wide = (
                "[...document.querySelectorAll('.derivation')]"
                ".filter(e => e.scrollWidth > e.clientWidth + 1).length"
            )
            assert found.page.evaluate(wide) == 0, (found.path, width)


@pytest.mark.parametrize("wish", ["", "dark"])
@pytest.mark.parametrize("name", BROWSERS)
def test_they_are_accessible(name: str, wish: str, driver: Any, folder: Path) -> None:
    with launched(driver, name, wish) as browser:
        for stem in ("index", *KEYS) if name == "chromium" else ("index", "C4", "C8"):
            found = Opened(browser, folder / f"{stem}.html")
            assert found.asks("prefers-color-scheme: dark") is (wish == "dark")
            for width in (1280, 360):
                found.page.set_viewport_size({"width": width, "height": 800})
                assert found.violations() == [], (stem, width)
            found.context.close()


def test_the_keyboard_alone_walks_through_the_course(browser: Any, folder: Path) -> None:
    """From the index to a lesson, its answer, its step page, the next lesson."""
    found = Opened(browser, folder / "index.html")

    def tab_to(wanted: str) -> None:
        for _ in range(60):
            found.press("Tab")
            if found.page.evaluate(f"document.activeElement.matches({wanted!r})"):
                outline = "getComputedStyle(document.activeElement).outlineStyle"
                assert found.page.evaluate(outline) != "none"  # one sees where one is
                return
        raise AssertionError(wanted)

    def enter(wanted: str, stem: str) -> None:
        tab_to(wanted)
        found.press("Enter")
        found.page.wait_for_url(f"**/{stem}.html")

    enter("[href='C8.html']", "C8")
    tab_to("summary")
    assert not found.page.is_visible("details p")
    found.press("Enter")
    assert found.page.is_visible("details p")
    enter("[href='C8-steps.html']", "C8-steps")
    found.press("ArrowRight")
    assert found.text("#count").startswith("1 /")
    found.page.goto((folder / "C8.html").as_uri())  # no driver goes back in every browser
    enter("[href='C9.html']", "C9")
    assert found.troubles == []
    found.context.close()


def test_on_paper_there_is_ink_and_no_button(driver: Any, folder: Path) -> None:
    """In Chromium alone, whose driver shows a page as it is printed: black on white in the dark."""
    with launched(driver, "chromium", "dark") as browser:
        found = Opened(browser, folder / "C8.html")
        found.page.emulate_media(media="print", color_scheme="dark")
        of = "getComputedStyle(document.body)"
        assert found.page.evaluate(f"[{of}.color, {of}.backgroundColor]") == [
            "rgb(0, 0, 0)",
            "rgb(255, 255, 255)",
        ]
        for hidden in ("nav", ".steps", "details"):
            assert not found.page.locator(hidden).first.is_visible(), hidden
        assert found.page.locator("math").first.is_visible()
        assert found.page.pdf(format="A4").startswith(b"%PDF")
