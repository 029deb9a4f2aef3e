"""Step through it: what `step_through` gives: a page, slides, an animation; and in a notebook.

step_through(L, "step.html")   a page: predict each number before it is shown
step_through(L, "pass.pdf")    slides, a page a step
step_through(L, "pass.gif")    an animation
step_through(L)                the page in a notebook
"""

from __future__ import annotations

import html
import os
from functools import cached_property
from pathlib import Path

from tinygrad_fr.engine import Value
from tinygrad_fr.files import check_target, write_whole
from tinygrad_fr.picture.frames import film
from tinygrad_fr.picture.levels import LEVELS
from tinygrad_fr.picture.page import page
from tinygrad_fr.picture.slides import animation, slides
from tinygrad_fr.refusals import known, refuse
from tinygrad_fr.words import language, use

FORMATS = (".html", ".pdf", ".gif")
SECONDS = 60.0  # a layout that takes longer is given up
FRAME = "width: 100%; height: 46rem; border: 1px solid #c9d2da; border-radius: 8px"


class Steps:
    """Both passes step by step: `.html`, `.pdf`, `.gif`, `.save(path)`; shown in a notebook."""

    def __init__(self, output: Value, level: str, title: str, lang: str, seconds: float) -> None:
        self.output, self.level, self.title = output, level, title
        self.language, self.seconds = lang, seconds

    @cached_property
    def html(self) -> str:
        """A page that stands alone."""
        with use(self.language):
            return page(self.output, self.level, self.title, self.seconds)

    @cached_property
    def pdf(self) -> bytes:
        """Slides, 1920 × 1080, a page a step."""
        with use(self.language):
            return slides(film(self.output, self.level), self.title, self.seconds)

    @cached_property
    def gif(self) -> bytes:
        """An animation that goes through every step, again and again."""
        with use(self.language):
            return animation(film(self.output, self.level), self.title, self.seconds)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write .html, .pdf or .gif, whole or not at all; gives the path back."""
        kind = check_target(path, FORMATS)
        return write_whole(Path(path), getattr(self, kind[1:]))

    def _repr_html_(self) -> str:
        return f'<iframe style="{FRAME}" srcdoc="{html.escape(self.html)}"></iframe>'

    def __repr__(self) -> str:
        frames = len(film(self.output, self.level).frames)
        return f"<Steps: {frames} steps>"


def step_through(
    output: Value,
    path: str | os.PathLike[str] | None = None,
    level: str = "auto",
    *,
    title: str = "",
    lang: str | None = None,
    seconds: float = SECONDS,
) -> Steps:
    """Both passes step by step; written to path if one is given (.html, .pdf, .gif).

    The page hides every number until its step, asks for it first where "predict" is on, and tells
    from a wrong one what was forgotten.  Needs no backward(), moves nobody's grad.

    level     what one box stands for, as in `view`; "auto": so that there are at most 80 steps
    title     of the page;  lang: "fr" or "en", in which it opens
    seconds   a layout that takes longer is given up with a TimeoutError

    Raises TypeError if output is no result, or at a client's own operation.
    """
    if not isinstance(output, Value) or output.op is None:
        refuse(
            fr=f"step_through attend un résultat, un Value fait d’autres ; reçu {output!r}",
            en=f"step_through expects a result, a Value made from others; got {output!r}",
            kind=TypeError,
        )
    if level != "auto":
        known("level", level, LEVELS)
    with use(lang):
        if path is not None:
            check_target(path, FORMATS)
        found = Steps(output, level, title, language(), seconds)
        if path is not None:
            found.save(path)
        return found
