"""Step through it: docs/step-en.png and docs/step-fr.png, the page as a browser shows it.

python docs/step.py            needs the extra `browser` and Debian's chromium
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tinygrad_fr.demos.backpropagation import X, Y, network
from tinygrad_fr.engine import Value
from tinygrad_fr.nn import losses
from tinygrad_fr.picture.steps import step_through

TITLES = {
    "en": "A 2-3-2 network: backpropagation, step by step",
    "fr": "Un réseau 2-3-2 : la rétropropagation, pas à pas",
}
WRONG = "-0.231"  # what arrives at z_2^[2]: the weight forgotten on the way back


def main() -> None:
    x = [Value(v, label=f"x_{i}") for i, v in enumerate(X[0], start=1)]
    y = [Value(v, label=f"y_{i}") for i, v in enumerate(Y[0], start=1)]
    cost = losses.squared_error([network()(x)], [y])
    with sync_playwright() as driver, tempfile.TemporaryDirectory() as folder:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for lang, title in TITLES.items():
            path = Path(folder, f"{lang}.html")
            step_through(cost, path, title=title, lang=lang)
            page = browser.new_page(viewport={"width": 1600, "height": 900})
            page.goto(path.as_uri())
            page.click("#predict")
            name = "f.l === '∂L/∂a₁⁽¹⁾'"
            page.evaluate(f"to(frames.findIndex(f => {name}) - 1)")
            page.keyboard.press("ArrowRight")
            page.fill("#guess", WRONG.replace(".", "," if lang == "fr" else "."))
            page.keyboard.press("Enter")
            page.wait_for_timeout(400)
            page.screenshot(path=Path(__file__).with_name(f"step-{lang}.png"))
        browser.close()


if __name__ == "__main__":
    main()
