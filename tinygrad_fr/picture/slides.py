"""Step through it: the steps as slides and as an animation, the picture where it was.

Each slide is the same picture with the cells that are filled so far, and the line of arithmetic of
its step below.  Graphviz lays the picture out once; then only colours and numbers change.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

from tinygrad_fr.picture.cells import drawn, filled
from tinygrad_fr.picture.explained import explained
from tinygrad_fr.picture.frames import Film, Frame
from tinygrad_fr.picture.layout import SHARED
from tinygrad_fr.picture.size import CANVASES, Canvas
from tinygrad_fr.picture.style import BLUE, FONT, INK, RED, SOFT, text
from tinygrad_fr.picture.told import told
from tinygrad_fr.words import number, say

GLOW, GLOWING, AHEAD = "#FFB000", "#FFDB7A", "#C9D2DA"
CAPTION = 0.2  # of the height of a slide
LARGER = 2.2  # how much larger than it was laid out
FILM = Canvas(1280, 720, 10)  # of the animation
MILLISECONDS, LAST = 1600, 5000  # each step of the animation, and the last one


def slides(film: Film, title: str = "", seconds: float = 60.0) -> bytes:
    """A PDF with a page a step, 1920 × 1080."""
    from pypdf import PageObject, PdfReader, PdfWriter, Transformation

    canvas = CANVASES["slide"]
    wide, high = canvas.width * 0.75, canvas.height * 0.75
    writer = PdfWriter()
    for picture, caption in sources(film, title, seconds):
        page = PageObject.create_blank_page(width=wide, height=high)
        for source, low, tall in ((picture, CAPTION, 1 - CAPTION), (caption, 0.0, CAPTION)):
            pdf = SHARED.ask(source, "pdf", seconds)
            drawn_page = PdfReader(io.BytesIO(pdf)).pages[0]
            width, height = (
                float(x) for x in (drawn_page.mediabox.width, drawn_page.mediabox.height)
            )
            k = min(wide / width, high * tall / height, LARGER)
            x, y = (wide - k * width) / 2, high * low + (high * tall - k * height) / 2
            page.merge_transformed_page(drawn_page, Transformation().scale(k).translate(x, y))
        writer.add_page(page)
    written = io.BytesIO()
    for page in writer.pages:
        page.compress_content_streams()
    writer.compress_identical_objects()
    writer.write(written)
    return written.getvalue()


def animation(film: Film, title: str = "", seconds: float = 60.0) -> bytes:
    """A GIF of 1280 × 720 that goes through the steps again and again."""
    from PIL import Image

    images = []
    for picture, caption in sources(film, title, seconds):
        ground = Image.new("RGB", (int(FILM.width), int(FILM.height)), "white")
        for source, low, tall in ((picture, CAPTION, 1 - CAPTION), (caption, 0.0, CAPTION)):
            png = Image.open(io.BytesIO(SHARED.ask(source, "png 84", seconds))).convert("RGB")
            room = int(FILM.width), int(FILM.height * tall)
            k = min(room[0] / png.width, room[1] / png.height, 1.0)
            png = png.resize(
                (round(png.width * k), round(png.height * k)), Image.Resampling.LANCZOS
            )
            top = FILM.height * (1 - low - tall) + (room[1] - png.height) / 2
            ground.paste(png, ((room[0] - png.width) // 2, int(top)))
        images.append(ground.quantize(64, dither=Image.Dither.NONE))
    first, *rest = images
    written = io.BytesIO()
    pauses = [MILLISECONDS] * len(rest) + [LAST]
    first.save(written, "GIF", save_all=True, append_images=rest, duration=pauses, loop=0)
    return written.getvalue()


# ── the sources of a slide ───────────────────────────────────────────────────────────────────────


def sources(film: Film, title: str, seconds: float) -> Iterator[tuple[str, str]]:
    """The picture and the caption of every step, as Graphviz sources."""
    whole = drawn(film)
    widths = _widths(SHARED.ask(whole, "svg", seconds).decode(), film)
    held: dict[str, str] = {}
    done: set[int] = set()
    for i, step in enumerate(filled(film)):
        held |= dict(step.cells)
        if step.frame.arrow is not None:
            done.add(step.frame.arrow)
        picture = _filled_in(whole, film, step.frame, held, widths)
        yield _arrows(picture, film, step.frame, done), _caption(film, step.frame, title, i)


_CELL = re.compile(
    r'<TD(?: ALIGN="RIGHT")?><FONT COLOR="(#\w+)"((?: POINT-SIZE="\d+")?)>([^<]*)</FONT></TD>'
)
_BOX = re.compile(r"^\t(n\d+) \[label=<.*$", re.M)


def _cells(line: str, name: str, listed: bool) -> Iterator[tuple[re.Match[str], str]]:
    """The cells of numbers in the source of a box, each with its name."""
    seen = dict.fromkeys("vg", int(listed))
    for found in _CELL.finditer(line):
        kind = {RED: "v", BLUE: "g"}.get(found[1])
        if kind:
            yield found, f"{name}{kind}{seen[kind] or ''}"
            seen[kind] += 1


def _listed(film: Film, name: str) -> bool:
    node = film.node(name)
    return bool(node.parameters) and node.kind != "group"


def _widths(svg: str, film: Film) -> dict[str, float]:
    """How wide the longest text of each cell is."""
    found: dict[str, float] = {}
    for group in re.finditer(r'<g id="(n\d+)" class="node">(.*?)</g>', svg, re.S):
        seen = dict.fromkeys("vg", int(_listed(film, group[1])))
        for piece in re.finditer(r'fill="(#\w+)" textLength="([\d.]+)"', group[2]):
            kind = {RED.lower(): "v", BLUE.lower(): "g"}.get(piece[1])
            if kind:
                found[f"{group[1]}{kind}{seen[kind] or ''}"] = float(piece[2])
                seen[kind] += 1
    return found


def _filled_in(
    whole: str, film: Film, frame: Frame, held: dict[str, str], widths: dict[str, float]
) -> str:
    """The source with the cells that are filled, the others empty and as wide."""

    def box(found: re.Match[str]) -> str:
        line, name = found[0], found[1]
        parts, end = [], 0
        for cell, key in _cells(line, name, _listed(film, name)):
            said = held.get(key, "\u00a0")
            width = f' WIDTH="{widths.get(key, 0) + 8:.0f}"'
            parts += [
                line[end : cell.start()],
                f'<TD{width}><FONT COLOR="{cell[1]}"{cell[2]}>{said}</FONT></TD>',
            ]
            end = cell.end()
        line = "".join([*parts, line[end:]])
        if name == frame.box:
            line = re.sub(r'BGCOLOR="#\w+"', f'BGCOLOR="{GLOWING}"', line, count=1)
        return line

    return _BOX.sub(box, whole)


def _arrows(source: str, film: Film, frame: Frame, done: set[int]) -> str:
    """The arrows: grey ahead, as thick as what they carried behind, bright at this step."""
    sizes = [abs(edge.carried) for edge in film.view.edges]
    most = max((x for x in sizes if x < float("inf")), default=0.0) or 1.0

    def arrow(found: re.Match[str]) -> str:
        i = int(found[2])
        into = frame.kind == "forward" and film.view.edges[i].dst == frame.box
        if i == frame.arrow or into:
            look = f'color="{GLOW}" penwidth=4'
        elif i in done:
            look = f'color="{BLUE}" penwidth={1 + 3 * min(sizes[i] / most, 1.0) ** 0.5:.2f}'
        else:
            look = f'color="{AHEAD}" penwidth=1.1'
        return f"{found[1]} {look}]"

    return re.sub(r"^(\tn\d+ -> n\d+ \[.*?\bid=e(\d+)\b[^\]]*)\]", arrow, source, flags=re.M)


def _caption(film: Film, frame: Frame, title: str, i: int) -> str:
    """The rule of the step, its line of arithmetic, and how far one is."""
    line = told(film, frame, "text")
    color = RED if frame.kind in ("given", "forward") else BLUE
    rows = [text(explained(film, frame), SOFT)]
    if line is not None:
        sides = [line.name, line.formula, line.text, number(frame.value)]
        shown = " = ".join(dict.fromkeys(filter(None, sides)))
        rows.append(f'<FONT POINT-SIZE="20">{text(shown, color, bold=True)}</FONT>')
    step = say(fr="pas", en="step")
    place = f"{step} {i} / {len(film.frames) - 1}"
    rows.append(text(f"{title} · {place}" if title else place, INK))
    body = "".join(f"<TR><TD>{row}</TD></TR>" for row in rows)
    table = f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="2" CELLPADDING="3">{body}</TABLE>'
    node = f'node [shape=plain fontname="{FONT}" fontsize="14"]'
    return f'digraph {{ pad="0.1" {node} c [label=<{table}>] }}'
