"""Step through it, in two real browsers: every step, the keyboard, what is typed, who listens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browsers import BROWSERS, Opened, launched
from tests.browsers import browser as browser
from tests.browsers import driver as driver
from tests.picture.test_page import course, data_of
from tinygrad_fr.engine import Value
from tinygrad_fr.picture.steps import step_through

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The course's net, a neuron that is saturated, a name that would like to be a tag."""
    folder = tmp_path_factory.mktemp("pages")
    w, x = Value(3.0, label="w"), Value(3.0, label="x")
    hostile = Value(2.0, label="<img src=x onerror=alert(1)>")
    graphs = {"net": course(), "saturated": (w * x).sigmoid() * 2, "hostile": hostile * w}
    return {
        name: step_through(cost, folder / f"{name}.html", lang="fr") and folder / f"{name}.html"
        for name, cost in graphs.items()
    }


class Seen(Opened):
    """A step page that is open."""

    def __init__(self, browser: Any, path: Path, **options: Any) -> None:
        super().__init__(browser, path, **options)
        self.data = data_of(path.read_text("utf-8"))

    def other(self, url: str) -> bool:
        return url != self.path.as_uri() and not url.startswith("data:")

    def cells(self) -> dict[str, str]:
        """What every cell of the picture holds."""
        script = "() => Object.fromEntries([...document.querySelectorAll('svg text[id]')]"
        return dict(self.page.evaluate(script + ".map(t => [t.id, t.textContent]))"))

    def goes_to(self, i: int) -> None:
        self.page.evaluate(f"to({i})")


@pytest.fixture
def seen(browser: Any, pages: dict[str, Path]) -> Iterator[Seen]:
    found = Seen(browser, pages["net"])
    yield found
    assert found.troubles == []
    found.context.close()


def french(text: str) -> str:
    """A decimal point is a comma; that at the end of a sentence is none."""
    return re.sub(r"(\d)\.(\d)", r"\1,\2", text)


WALK = """() => frames.map((f, i) => {
    if (i) next();
    const cells = [...document.querySelectorAll("svg text[id]")].map(t => [t.id, t.textContent]);
    const told = id => document.getElementById(id).textContent;
    return {cells: Object.fromEntries(cells), said: told("said"), spoken: told("spoken"),
            shown: document.querySelectorAll("#formula .result").length,
            lines: document.querySelectorAll("#lines li:not(.heading):not([hidden])").length};
})"""


def test_every_step_shows_what_is_known_and_hides_the_rest(seen: Seen) -> None:
    held: dict[str, str] = {}
    frames, derivation = seen.data["frames"], seen.data["derivation"]
    every = {name for frame in frames for name, _ in frame["c"]}
    assert seen.text("#count") == f"0 / {len(frames) - 1}"
    for i, (frame, state) in enumerate(zip(frames, seen.page.evaluate(WALK), strict=True)):
        held |= {name: french(text) for name, text in frame["c"]}
        assert state["cells"] == {name: held.get(name, "") for name in every}, i
        assert state["said"] == french(frame["e"][0])
        assert state["lines"] == sum(line["f"] <= i for line in derivation)
        assert state["shown"] == int("n" in frame)
        assert french(frame.get("r", "")) in state["spoken"]
    assert seen.page.is_disabled("#next") and not seen.page.is_disabled("#back")


def test_the_keyboard_alone_is_enough(seen: Seen) -> None:
    last = len(seen.data["frames"]) - 1
    seen.press("End")
    assert seen.text("#count") == f"{last} / {last}"
    seen.press("ArrowLeft", "ArrowLeft")
    assert seen.text("#count") == f"{last - 2} / {last}"
    seen.press("Home")
    assert seen.text("#count") == f"0 / {last}" and seen.page.is_disabled("#back")
    reached = set()
    for _ in range(16):
        seen.press("Tab")
        reached.add(seen.page.evaluate("document.activeElement.id"))
    assert {
        "predict",
        "projector",
        "language",
        "picture",
        "aside",
        "next",
        "last",
        "slider",
    } <= reached
    seen.page.focus("#slider")
    seen.press("ArrowRight", "ArrowRight")
    assert seen.text("#count") == f"2 / {last}"
    seen.page.focus("#picture")
    seen.press("p")
    assert seen.page.get_attribute("html", "class") == "projector"
    seen.press("p", " ")
    assert "❚❚" in seen.text("#play")  # it plays
    seen.press(" ")
    assert "▷" in seen.text("#play")


def test_a_right_number_is_shown_and_a_wrong_one_is_told(seen: Seen) -> None:
    seen.page.click("#predict")
    asked = [i for i, f in enumerate(seen.data["frames"]) if f.get("w")]
    told = 0
    for i in (asked[0], asked[3], asked[19], asked[21], asked[-1]):
        frame = seen.data["frames"][i]
        seen.goes_to(i - 1)
        seen.press("ArrowRight")
        cell = frame["c"][0][0]
        assert seen.cells()[cell] == "?" and seen.page.is_visible("#form")
        assert french(frame["r"]) not in seen.text("#spoken")
        for value, name, hint in frame["w"][:2]:
            seen.page.fill("#guess", french(f"{value:.6g}"))
            seen.press("Enter")
            answer = seen.text("#answer")
            assert name[0] in answer and hint[0] in answer, (i, value)
            assert seen.cells()[cell] == "?"
            told += 1
        seen.page.fill("#guess", french(f"{frame['t']:.4g}"))
        seen.page.click("#check")
        assert seen.text("#answer").startswith("Juste") and not seen.page.is_visible("#form")
        assert seen.cells()[cell] == french(frame["r"])
    assert told == 10


def test_what_is_typed_is_read_as_people_write_it(seen: Seen) -> None:
    frames = seen.data["frames"]
    i = next(i for i, f in enumerate(frames) if f.get("w") and 0.1 < abs(f["t"]) < 0.9)
    t = frames[i]["t"]
    seen.page.click("#predict")

    def answer(text: str) -> str:
        seen.goes_to(i - 1)
        seen.press("ArrowRight")
        seen.page.fill("#guess", text)
        seen.press("Enter")
        return seen.page.get_attribute("#answer", "class") or ""

    minus = f"{t:.3f}".replace("-", "−")
    for right in (f"{t:.3f}", f"{t:.3f}".replace(".", ","), minus, f" {t:.5f} ", f"{t:.4e}"):
        assert "good" in answer(right), right
    for wrong in (f"{1.1 * t:.3f}", f"{t:.1f}"):
        assert "bad" in answer(wrong), wrong
    assert "bad" in answer("abc") and "0,25" in seen.text("#answer")
    assert "bad" in answer("123456") and "aucune erreur connue" in seen.text("#answer")
    seen.press("Escape")
    assert seen.text("#count").startswith(f"{i - 1} ")
    seen.press("ArrowRight")
    seen.page.click("#reveal")
    assert not seen.page.is_visible("#form")


def test_the_language_is_changed_in_place(seen: Seen) -> None:
    seen.goes_to(30)
    assert seen.page.get_attribute("html", "lang") == "fr" and "," in "".join(seen.cells().values())
    before = seen.text("#said"), seen.text("#soFar")
    seen.page.click("#language")
    assert seen.page.get_attribute("html", "lang") == "en"
    assert seen.text("#said") == seen.data["frames"][30]["e"][1] != before[0]
    assert seen.text("#soFar") == "The derivation so far" != before[1]
    assert "," not in "".join(seen.cells().values())
    formula = seen.page.evaluate(
        "[...document.querySelectorAll('math mn')].map(n => n.textContent)"
    )
    assert not [n for n in formula if "," in n and n.replace(",", "").isdigit() and len(n) > 3]
    seen.page.click("#language")
    assert (seen.text("#said"), seen.text("#soFar")) == before


def test_a_click_on_a_box_and_the_table_go_to_its_step(seen: Seen) -> None:
    frames = seen.data["frames"]
    box = next(f["b"] for f in frames if f["k"] == "forward")
    at = [i for i, f in enumerate(frames) if f["b"] == box]
    seen.page.locator(f"#{box} text").first.click()
    assert seen.text("#count").startswith(f"{at[0]} /")
    seen.page.locator(f"#{box} text").first.click()
    assert seen.text("#count").startswith(f"{at[1]} /")
    seen.page.locator("#tableTitle").click()
    assert seen.page.locator("#rows tr").count() == len(seen.data["nodes"])
    seen.press("Home")
    seen.page.locator(f'#rows button[data-go="{box}"]').click()
    assert seen.text("#count").startswith(f"{at[0]} /")


@pytest.mark.parametrize("width", [360, 1920])
def test_nothing_is_lost_on_a_phone_or_a_wall(
    width: int, browser: Any, pages: dict[str, Path]
) -> None:
    found = Seen(browser, pages["net"], viewport={"width": width, "height": 780})
    found.goes_to(30)
    assert found.page.evaluate("document.documentElement.scrollWidth") <= width
    for name in ("#first", "#back", "#play", "#next", "#last", "#slider", "#count", "#predict"):
        box = found.page.locator(name).bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= width, name
    found.page.locator("#next").click()
    now = found.page.evaluate(
        "() => { const g = document.querySelector('.node.now').getBoundingClientRect(),"
        " p = document.getElementById('picture').getBoundingClientRect();"
        " return g.left >= p.left - 1 && g.right <= p.right + 1; }"
    )
    assert now and found.troubles == []  # the box of the step is in sight
    found.context.close()


def test_it_is_accessible(browser: Any, pages: dict[str, Path]) -> None:
    """axe-core finds nothing: at the start, asked, answered, projected, on a phone."""
    asked, projected = ("ArrowRight", "Enter"), ("Escape", "End", "p")
    states: list[tuple[str, dict[str, Any], tuple[tuple[str, ...], ...]]] = [
        ("net", {}, ((), asked, projected)),
        ("saturated", {"viewport": {"width": 360, "height": 740}}, (projected,)),
    ]
    for name, options, pressed in states:
        found = Seen(browser, pages[name], **options)
        found.page.click("#predict")
        for keys in pressed:
            found.press(*keys)
            found.page.evaluate("document.getElementById('values').open = true")
            assert found.violations() == []
        found.context.close()


def test_a_saturated_neuron_bears_a_word(browser: Any, pages: dict[str, Path]) -> None:
    found = Seen(browser, pages["saturated"])
    found.press("End")
    assert found.page.locator("svg .badge:visible").count() == 1
    assert found.text("svg .badge") == "saturé"
    found.page.click("#language")
    assert found.text("svg .badge") == "saturated" and found.troubles == []
    found.context.close()


@pytest.mark.parametrize("name", BROWSERS)
def test_it_is_accessible_in_the_dark(name: str, driver: Any, pages: dict[str, Path]) -> None:
    with launched(driver, name, "dark") as browser:
        found = Seen(browser, pages["net"])
        assert found.asks("prefers-color-scheme: dark")
        found.page.click("#predict")
        found.press("ArrowRight", "Enter")
        assert found.violations() == []


def test_a_label_is_text(browser: Any, pages: dict[str, Path]) -> None:
    found = Seen(browser, pages["hostile"])
    found.press("End")
    assert found.page.locator("img").count() == 0
    assert "<img src=x" in found.text("#lines") + found.text("#picture")
    assert found.troubles == []
    found.context.close()


@pytest.mark.parametrize("name", BROWSERS)
@pytest.mark.parametrize("wish", ["still", ""])
def test_who_wants_no_motion_gets_none(
    name: str, wish: str, driver: Any, pages: dict[str, Path]
) -> None:
    with launched(driver, name, wish) as browser:
        found = Seen(browser, pages["net"])
        found.press("End")
        moving = "getComputedStyle(document.querySelector('svg .edge path')).transitionDuration"
        assert found.asks("prefers-reduced-motion: reduce") is (wish == "still")
        assert (found.page.evaluate(moving) == "0s") is (wish == "still")
        assert found.troubles == []
