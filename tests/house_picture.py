"""Draw the house: every room on its floor, and who imports whom, read from the code by tests.house.

    python -m tests.house_picture [FILE]    `make house`: docs/house.svg, or FILE (.svg, .png)

Rooms of one line of FLOORS stand side by side; a wing (a folder) is one box with its rooms, the
lowest first: a → is a floor, a · is not.  An arrow is an import, downward always; one that follows
from the others is left out.
"""

from __future__ import annotations

import ast
import html
import re
import sys
import textwrap
from functools import cache
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

from tests.house import CONTENTS, ROOT, floors_of, folder_of, imports, others, path_of, target
from tinygrad_fr.files import write_whole
from tinygrad_fr.picture.layout import SHARED

FONT = "DejaVu Sans"
INK, LINE = "#1b2733", "#5A6B7B"
# What the eye finds first: the heart, the ground under it, the wings on it.
HEART, GROUND, WING, ROOF = "#f6d5d2", "#ece7dc", "#dcebf7", "#d9ead9"
AT_HEART = {"walk", "engine", "ops"}


def levels() -> list[list[str]]:
    """The rooms and wings of the package, from the roof down to the ground."""
    return [list(level) for level in reversed(floors_of(""))]


def names() -> list[str]:
    return [name for level in levels() for name in level]


def rooms_of(wing: str) -> str:
    """The rooms of a wing on one line, the lowest first: a → is a floor, a · is not."""
    listed = floors_of(wing)
    floors = [others(wing, listed) if level == ("*",) else list(level) for level in listed]
    return " → ".join(" · ".join(shown(f"{wing}.{name}", name) for name in f) for f in floors)


def shown(room: str, name: str) -> str:
    """The name of a room; of a folder inside a wing, with its own rooms."""
    return f"{name}/ ({rooms_of(room)})" if room in CONTENTS else name


@cache
def uses() -> dict[str, set[str]]:
    """{room or wing: the ones below that it imports}."""
    found: dict[str, set[str]] = {name: set() for name in names()}
    for name in found:
        folder = folder_of(name)
        for path in sorted(folder.rglob("*.py")) if folder.is_dir() else [path_of(name)]:
            room = ".".join(path.relative_to(folder.parent).with_suffix("").parts)
            for one in imports(ast.parse(path.read_text("utf-8")), room.removesuffix(".__init__")):
                top = target(one).partition(".")[0]
                if one.module.startswith("tinygrad_fr") and top in found and top != name:
                    found[name].add(top)
    return found


def arrows() -> list[tuple[str, str]]:
    """The imports that do not follow from the others."""

    @cache
    def below(name: str) -> frozenset[str]:
        return frozenset().union(*(below(n) | {n} for n in uses()[name]))

    return [
        (name, used)
        for name in names()
        for used in sorted(uses()[name])
        if not any(used in below(other) for other in uses()[name])
    ]


def idea(name: str) -> str:
    """The first sentence of a room."""
    folder = folder_of(name)
    path = folder / "__init__.py" if folder.is_dir() else path_of(name)
    return (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").splitlines()[0]


def box(name: str) -> str:
    """A room is a box with its name; a wing lists its rooms."""
    tip = html.escape(f"{name}: {idea(name)}")
    if not folder_of(name).is_dir():
        fill = HEART if name in AT_HEART else GROUND if name not in levels()[0] else ROOF
        size, wide = (17, 'penwidth=1.6 color="#b23b32"') if name in AT_HEART else (14, "")
        return (
            f'"{name}" [label="{name}" fontsize={size} fillcolor="{fill}" {wide} tooltip="{tip}"]'
        )
    rooms = re.sub(" (?=[·→])", "\u00a0", rooms_of(name))  # a line ends with its sign
    count = round(len(rooms) / 62) + 1
    lines = "<BR/>".join(textwrap.wrap(rooms, len(rooms) // count + 10))  # of the same length
    fill = ROOF if name in levels()[0] else WING
    return (
        f'"{name}" [fillcolor="{fill}" tooltip="{tip}" label=<'
        f'<B><FONT POINT-SIZE="16">{name}/</FONT></B><BR/>'
        f'<FONT POINT-SIZE="4"> <BR/></FONT>{lines}> fontsize=12]'
    )


def dot() -> str:
    """The whole picture in Graphviz's language."""
    head = (
        f'digraph house {{ graph [nodesep=0.3 ranksep=0.42 fontname="{FONT}"'
        f' pad=0.3 bgcolor=white] node [shape=box style="filled,rounded" fontname="{FONT}"'
        f' color="{LINE}" fontcolor="{INK}" margin="0.14,0.07" height=0.36]'
        f' edge [color="{LINE}" arrowsize=0.6 penwidth=0.9]'
    )
    floors = levels()
    body = [box(name) for name in names()]
    body += [f"{{rank=same; {'; '.join(map(quoted, level))}}}" for level in floors]
    body += [
        f"{quoted(above[0])} -> {quoted(below[0])} [style=invis weight=2]"
        for above, below in pairwise(floors)
    ]
    body += [f"{quoted(a)} -> {quoted(b)}" for a, b in arrows()]
    return "\n".join([head, *body, "}"])


def quoted(name: str) -> str:
    return f'"{name}"'


def said() -> tuple[set[str], set[str]]:
    """What the picture must show: its arrows, "a->b", and its words."""
    wings = [name for name in names() if folder_of(name).is_dir()]
    words = {word for wing in wings for word in f"{wing}/ {rooms_of(wing)}".split()}
    return {f"{a}->{b}" for a, b in arrows()}, {n for n in names() if n not in wings} | words


def read(svg: str) -> tuple[set[str], set[str]]:
    """The arrows and the words that an SVG shows."""
    page = ElementTree.fromstring(svg)
    titles = {t.text or "" for t in page.iterfind(".//{*}g[@class='edge']/{*}title")}
    return titles, {word for t in page.iterfind(".//{*}text") for word in (t.text or "").split()}


def main(path: Path) -> None:
    write_whole(path, SHARED.ask(dot(), path.suffix[1:], 60))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "house.svg")
