"""Draw it: the course's table and its pictures as one page, in HTML and in Markdown.

Both need nothing from outside their folder, and whatever stands in an item is text to them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from tinygrad_fr.demos import Item
from tinygrad_fr.words import language, number, say

STYLE = """
body { font: 17px/1.5 "DejaVu Sans", Verdana, sans-serif; color: #1b2733;
       max-width: 76rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top;
         padding: .35rem .7rem; border-bottom: 1px solid #d5dbe1; }
.wrong td { font-weight: bold; color: #b00020; }
figure { margin: 2.5rem 0; } img { max-width: 100%; } figcaption { color: #4b5563; }
"""


def title() -> str:
    return say(fr="Le cours, point par point", en="The course, item by item")


def headings() -> list[str]:
    return [
        say(fr="point", en="item"),
        say(fr="ce qui est vérifié", en="what is checked"),
        say(fr="pire écart", en="worst error"),
        say(fr="verdict", en="verdict"),
        say(fr="image", en="picture"),
    ]


def cells(item: Item) -> list[str]:
    """One line of the table; of several pictures the first, the page shows them all."""
    picture = item.pictures[0] if item.pictures else ""
    return [item.number, item.checked, number(item.error, 2), item.verdict, picture]


def shown(found: Sequence[Item]) -> list[tuple[str, list[str]]]:
    """Every picture once, those that show the same under one caption."""
    captions: dict[str, list[str]] = {}
    for item in found:
        for picture in item.pictures:
            captions.setdefault(picture, []).append(f"{item.number} {item.checked}")
    together: dict[str, list[str]] = {}
    for picture, said in captions.items():
        together.setdefault(" · ".join(said), []).append(picture)
    return list(together.items())


def html(found: Sequence[Item]) -> str:
    head = "".join(f"<th>{escape(h)}</th>" for h in headings())
    rows = ""
    for item in found:
        *plain, picture = map(escape, cells(item))
        rows += "<tr>" if item.ok else '<tr class="wrong">'
        rows += (
            "".join(f"<td>{cell}</td>" for cell in plain)
            + f'<td><a href="#{picture}">{picture}</a></td></tr>\n'
        )
    figures = ""
    for caption, pictures in shown(found):
        figures += "<figure>\n"
        for name in map(escape, pictures):
            figures += (
                f'<a id="{name}" href="{name}"><img src="{name}" alt="{escape(caption)}"></a>\n'
            )
        figures += f"<figcaption>{escape(caption)}</figcaption></figure>\n"
    return f"""<!doctype html>
<html lang="{language()}">
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{escape(title())}</title>
<style>{STYLE}</style>
<h1>{escape(title())}</h1>
<table><thead><tr>{head}</tr></thead>
<tbody>
{rows}</tbody></table>
{figures}</html>
"""


def markdown(found: Sequence[Item]) -> str:
    lines = [f"# {title()}", "", "| " + " | ".join(headings()) + " |", "|---|---|---|---|---|"]
    for item in found:
        *plain, picture = map(plainly, cells(item))
        lines.append(
            "| "
            + " | ".join(plain)
            + f" | {f'[{picture}]({item.pictures[0]})' if picture else ''} |"
        )
    for caption, pictures in shown(found):
        lines += ["", *(f"![{plainly(name)}]({name})" for name in pictures), "", plainly(caption)]
    return "\n".join(lines) + "\n"


def plainly(text: str) -> str:
    """Text in which Markdown finds no marks of its own and no end of line."""
    return re.sub(r"([\\`*_\[\]<>|&#])", r"\\\1", text.replace("\n", " "))
