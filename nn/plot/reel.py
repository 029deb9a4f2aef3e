"""Then draw it: pictures in a row as one file that moves: a GIF, or a page with a slider."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

from tinygrad_fr.files import check_target, write_whole
from tinygrad_fr.words import language, say

KINDS = (".gif", ".html")
COLOURS, COVERAGE = 255, 1  # of a palette; how PIL chooses it, so that small marks keep theirs


class Shot(NamedTuple):
    """One picture of the row, and what is said of it."""

    picture: Any  # as PIL has it
    told: str


def write_reel(shots: Iterable[Shot], path: str | Path, seconds: float = 6.0) -> Path:
    """Write the pictures to a .gif, or to an .html page with a slider; whole, its folder is made.

    seconds  that the GIF lasts before it starts anew (the last picture stays two seconds longer)
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    kind = check_target(path, KINDS)
    taken = list(shots)
    palette = _together([taken[0].picture, taken[-1].picture]).quantize(COLOURS, COVERAGE)
    drawn = [shot.picture.quantize(palette=palette, dither=0) for shot in taken]
    if kind == ".gif":
        return write_whole(path, _gif(drawn, seconds))
    return write_whole(path, _page(drawn, [shot.told for shot in taken]))


def _together(pictures: list[Any]) -> Any:
    """Pictures of one size, side by side."""
    from PIL import Image

    width, height = pictures[0].size
    found = Image.new("RGB", (width * len(pictures), height))
    for k, picture in enumerate(pictures):
        found.paste(picture, (width * k, 0))
    return found


def _gif(pictures: list[Any], seconds: float) -> bytes:
    each = max(round(1000 * seconds / len(pictures)), 20)  # milliseconds
    file = io.BytesIO()
    first, *others = pictures
    first.save(
        file,
        format="GIF",
        save_all=True,
        append_images=others,
        duration=[each] * len(others) + [each + 2000],
        loop=0,
    )
    return file.getvalue()


def _page(pictures: list[Any], told: list[str]) -> str:
    """A page that needs nothing from outside: the pictures are in it."""
    frames = []
    for picture in pictures:
        file = io.BytesIO()
        picture.save(file, format="PNG", optimize=True)
        frames.append("data:image/png;base64," + base64.b64encode(file.getvalue()).decode())
    title = say(fr="L’apprentissage, époque par époque", en="The training, epoch by epoch")
    words = {
        "play": say(fr="Lire le film", en="Play the film"),
        "stop": say(fr="Arrêter le film", en="Stop the film"),
    }
    last = len(frames) - 1
    return f"""<!doctype html>
<html lang="{language()}">
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{escape(title)}</title>
<style>
body {{ font: 17px/1.5 "DejaVu Sans", Verdana, sans-serif; color: #1b2733;
       max-width: 76rem; margin: 1rem auto; padding: 0 1rem; }}
img {{ width: 100%; }} form {{ display: flex; gap: 1rem; align-items: center; }}
input {{ flex: 1; }} button {{ font: inherit; min-width: 10em; }} output {{ min-width: 16em; }}
</style>
<h1>{escape(title)}</h1>
<img id="picture" alt="{escape(told[-1])}" src="{frames[-1]}">
<form>
<button type="button" id="play">{words["play"]}</button>
<input type="range" id="place" min="0" max="{last}" value="{last}" aria-label="{escape(title)}">
<output id="told">{escape(told[-1])}</output>
</form>
<script>
const frames = {json.dumps(frames)};
const told = {json.dumps(told)};
const words = {json.dumps(words)};
const [picture, place, line, play] = ["picture", "place", "told", "play"].map(
  id => document.getElementById(id));
let timer = 0;
function show(k) {{
  place.value = k; picture.src = frames[k]; picture.alt = line.value = told[k];
}}
function stop() {{ clearInterval(timer); timer = 0; play.textContent = words.play; }}
play.onclick = () => {{
  if (timer) return stop();
  if (+place.value === frames.length - 1) show(0);
  play.textContent = words.stop;
  timer = setInterval(
    () => +place.value < frames.length - 1 ? show(+place.value + 1) : stop(), 150);
}};
place.oninput = () => {{ stop(); show(+place.value); }};
</script>
</html>
"""
