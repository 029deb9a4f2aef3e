"""Step through it: a page, slides or an animation, whole or not at all."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from tests.picture.graphs import named, neuron
from tinygrad_fr.engine import Value
from tinygrad_fr.picture.frames import film
from tinygrad_fr.picture.steps import step_through


def test_a_page_is_written_and_shown_in_a_notebook(tmp_path: Path) -> None:
    cost = neuron()
    found = step_through(cost, tmp_path / "step.html", lang="fr", title="Un neurone")
    text = (tmp_path / "step.html").read_text("utf-8")
    assert text == found.html and "<title>Un neurone</title>" in text
    assert found._repr_html_().startswith("<iframe") and "srcdoc=" in found._repr_html_()
    assert repr(found) == "<Steps: 19 steps>"
    assert step_through(cost, level="operation").html != found.html


@pytest.mark.slow
def test_slides_have_a_page_a_step(tmp_path: Path) -> None:
    from pypdf import PdfReader

    cost = neuron()
    step_through(cost, tmp_path / "pass.pdf", lang="en", title="A neuron")
    pages = PdfReader(tmp_path / "pass.pdf").pages
    frames = film(cost).frames
    assert len(pages) == len(frames) == 19
    assert {(float(p.mediabox.width), float(p.mediabox.height)) for p in pages} == {(1440, 810)}
    texts = [page.extract_text() for page in pages]
    assert "step 10 / 18" in texts[10] and "A neuron" in texts[10]
    assert "= −0.538" in texts[8] and "−0.538" not in texts[6]


@pytest.mark.slow
def test_the_animation_goes_through_every_step() -> None:
    from PIL import Image, ImageChops

    cost = neuron()
    image = Image.open(io.BytesIO(step_through(cost, lang="en").gif))
    assert image.size == (1280, 720)
    assert getattr(image, "n_frames", 1) == len(film(cost).frames) and image.info["loop"] == 0
    grey = []
    for i in range(19):
        image.seek(i)
        grey.append(image.convert("L").crop((0, 0, 1280, 560)))
    for before, after in zip(grey, grey[1:], strict=False):
        box = ImageChops.difference(before, after).point(lambda x: 255 if x > 90 else 0).getbbox()
        assert box is not None  # something was filled in, and the rest stands where it was
        assert (box[2] - box[0]) * (box[3] - box[1]) < 0.45 * 1280 * 560


def test_what_cannot_be_stepped_through_is_refused(tmp_path: Path) -> None:
    (x,) = named(x=1.0)
    for wrong in (x, 3.0):
        with pytest.raises(TypeError, match="expects a result"):
            step_through(wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="html"):
        step_through(x * 2, tmp_path / "step.png")
    with pytest.raises(ValueError, match="operation"):
        step_through(x * 2, level="wall")
    out = Value(4.0, (x,), "mine")
    with pytest.raises(TypeError):
        step_through(out * 2, tmp_path / "step.html")
    assert not list(tmp_path.iterdir())
