"""Two real browsers, for the tests of pages: what opens a page, and all that it complained about.

Skipped, with a word, where no browser is installed (`pip install .[browser]`, and Debian's
chromium and firefox-esr).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="no browser: pip install .[browser]")

BROWSERS = {
    "chromium": {"executable_path": "/usr/bin/chromium", "args": ["--no-sandbox"]},
    "firefox": {"executable_path": "/usr/bin/firefox-esr", "channel": "moz-firefox"},
}
WISHES = {  # what a reader may wish, as a context of Chromium and as a preference of Firefox
    "dark": ({"color_scheme": "dark"}, {"layout.css.prefers-color-scheme.content-override": 0}),
    "still": ({"reduced_motion": "reduce"}, {"ui.prefersReducedMotion": 1}),
}


@pytest.fixture(scope="module")
def driver() -> Iterator[Any]:
    with playwright.sync_playwright() as found:
        yield found


@contextmanager
def launched(driver: Any, name: str, wish: str = "") -> Iterator[Any]:
    """A browser by its name, for a reader who wishes for "dark" pages, or "still" ones."""
    if shutil.which(str(BROWSERS[name]["executable_path"])) is None:
        pytest.skip(f"no {name} at {BROWSERS[name]['executable_path']}")
    context, preferences = WISHES.get(wish, ({}, {}))
    options = dict(BROWSERS[name])
    if name == "firefox":  # whose driver does not pass a context's wishes on
        options["firefox_user_prefs"] = preferences
    try:
        found = getattr(driver, name).launch(**options)
    except playwright.Error as trouble:
        if "unknown command" not in str(trouble):
            raise
        pytest.skip(f"this {name} is older than playwright: {str(trouble)[:90]}")
    found.wishes = {} if name == "firefox" else context
    yield found
    found.close()


@pytest.fixture(scope="module", params=BROWSERS)
def browser(request: pytest.FixtureRequest, driver: Any) -> Iterator[Any]:
    with launched(driver, request.param) as found:
        yield found


class Opened:
    """A page that is open, and all that it complained about or asked for elsewhere."""

    def __init__(self, browser: Any, path: Path, **options: Any) -> None:
        whole = {"viewport": {"width": 1440, "height": 900}, **browser.wishes, **options}
        self.context = browser.new_context(**whole)
        self.page = self.context.new_page()
        self.troubles: list[str] = []
        self.page.on("console", lambda m: self.troubles.append(f"{m.type}: {m.text}"))
        self.page.on("pageerror", lambda e: self.troubles.append(str(e)))
        self.page.on("request", lambda r: self.troubles.append(r.url) if self.other(r.url) else 0)
        self.visit(path)

    def visit(self, path: Path) -> None:
        """Another page in the same window; what it complains about is added."""
        self.path = path
        self.page.goto(path.as_uri())

    def other(self, url: str) -> bool:
        """Whether that is outside the page's folder."""
        return not url.startswith((self.path.parent.as_uri(), "data:"))

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def text(self, selector: str) -> str:
        return str(self.page.text_content(selector) or "")

    def asks(self, media: str) -> bool:
        return bool(self.page.evaluate(f"matchMedia('({media})').matches"))

    def violations(self) -> list[tuple[str, str]]:
        """What axe-core finds: the rule, and where."""
        axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="no axe").Axe()
        found = axe.run(self.page).response["violations"]
        return [(v["id"], json.dumps(v["nodes"][0]["target"])) for v in found]
