"""Draw it: the course as pages one can teach from, in HTML, and its table in Markdown.

The index has the sections and the table; each lesson a page: the picture, the derivation, what was
checked with which error, a question to predict, the program.  A page needs nothing from outside its
folder, and whatever stands in an item is text to it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from tinygrad_fr.demos import Item
from tinygrad_fr.demos._lessons import LESSONS, Lesson, covered, sections
from tinygrad_fr.files import write_whole
from tinygrad_fr.picture.steps import step_through
from tinygrad_fr.words import language, number, say

STYLE = """
:root { color-scheme: light dark; --ink: #16202a; --soft: #46535f; --paper: #ffffff;
        --line: #8a94a0; --link: #1d4fa3; --seen: #6b3fa0; --wrong: #b3122d; --mark: #2b6cb0; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8edf2; --soft: #b4c0cc; --paper: #12181f;
        --link: #8fb4ff; --seen: #c9a7ff; --wrong: #ff8a94; } }
@media print { :root { color-scheme: light; --ink: #000; --soft: #333; --paper: #fff;
        --link: #000; --seen: #000; } }
body { font: 17px/1.5 "DejaVu Sans", Verdana, sans-serif; color: var(--ink);
       background: var(--paper); max-width: 76rem; margin: 2rem auto; padding: 0 1rem;
       overflow-wrap: anywhere; }
a { color: var(--link); } a:visited { color: var(--seen); }
:focus-visible { outline: 3px solid #ffb000; outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; overflow-wrap: break-word; }
th, td { text-align: left; vertical-align: top;
         padding: .35rem .7rem; border-bottom: 1px solid var(--line); }
.wrong td { font-weight: bold; color: var(--wrong); }
nav { display: flex; justify-content: space-between; gap: 1rem; flex-wrap: wrap; }
figure { margin: 1.5rem 0; } img { max-width: 100%; background: white; }
figcaption { color: var(--soft); } pre { white-space: pre-wrap; font-size: .85em; }
details { margin: .7rem 0; } summary { cursor: pointer; }
.derivation { overflow-x: auto; overflow-wrap: normal; }
.derivation h3 { font-size: 1.1rem; margin: 1.2rem 0 .3rem; }
.question { font-size: 1.15em; border-left: .3rem solid var(--mark); padding-left: 1rem; }
@media (max-width: 45rem) {
  h1 { font-size: 1.5rem; line-height: 1.25; } nav { gap: .3rem 1rem; }
  tr { display: block; padding: .5rem 0; border-bottom: 1px solid var(--line); }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  td { display: block; border: 0; padding: .1rem 0; }
  td::before { content: attr(data-of) " "; color: var(--soft); }
}
@media print { nav, .steps, details:not([open]) { display: none; } figure { break-inside: avoid; } }
"""
Programs = Mapping[str, str]  # name of a demo's file -> its text


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


# ── all of it ────────────────────────────────────────────────────────────────────────────────────


def write(
    found: Sequence[Item], out: Path, programs: Mapping[int, Programs], index: bool = True
) -> Path:
    """The pages of the items, and the index of them unless it stays; gives the first to open.

    programs   of the number of an item: the demos that show it
    """
    mine = pages(found)
    for walked in {lesson.steps: lesson for lesson in mine}.values():
        step_through(walked.graph(), out / walked.steps)
    listed = [x for x in LESSONS if x in mine or (not index and (out / f"{x.key}.html").exists())]
    for lesson in mine:
        shown_by = {k: v for n in sorted(lesson.numbers) for k, v in programs.get(n, {}).items()}
        there = index or (out / "index.html").exists()
        text = page(lesson, of(lesson, found), shown_by, *navigation(lesson, listed, there))
        write_whole(out / f"{lesson.key}.html", text)
    if not index and mine:
        return out / f"{mine[0].key}.html"
    write_whole(out / "index.md", markdown(found))
    return write_whole(out / "index.html", html(found))


def of(lesson: Lesson, found: Sequence[Item]) -> list[Item]:
    """The items that belong to a lesson."""
    return [item for item in found if covered(item.number) & lesson.numbers]


def pages(found: Sequence[Item]) -> list[Lesson]:
    """The lessons that have a page, in order."""
    return [lesson for lesson in LESSONS if of(lesson, found)]


def whole(heading: str, body: str) -> str:
    """A page around its body."""
    return f"""<!doctype html>
<html lang="{language()}">
<head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(heading)}</title>
<style>{STYLE}</style></head>
<body>
{body}</body>
</html>
"""


# ── the index ────────────────────────────────────────────────────────────────────────────────────


def html(found: Sequence[Item]) -> str:
    """The sections with their lessons, the table, and pictures that belong to no lesson."""
    listed = pages(found)
    body = f"<h1>{escape(title())}</h1>\n"
    for heading, lessons in sections():
        lines = [_entry(lesson, of(lesson, found)) for lesson in lessons if lesson in listed]
        if lines:
            body += f"<h2>{escape(heading)}</h2>\n<ul>\n{''.join(lines)}</ul>\n"
    others = [item for item in found if not any(of(lesson, [item]) for lesson in LESSONS)]
    heading = say(fr="Ce qui est vérifié", en="What is checked")
    body += f"<h2>{escape(heading)}</h2>\n{table(found)}{figures(others)}"
    return whole(title(), f"<main>\n{body}</main>\n")


def _entry(lesson: Lesson, own: Sequence[Item]) -> str:
    wrong = [item.verdict for item in own if not item.ok]
    mark = f" <strong>{escape(wrong[0])}</strong>" if wrong else ""
    said = escape(lesson.told()[1])
    return f"<li>{_link(lesson)}{mark}<br>{said}</li>\n"


def table(found: Sequence[Item]) -> str:
    """What was checked, a line an item."""
    head = "".join(f'<th scope="col">{escape(h)}</th>' for h in headings())
    named = [escape(say(fr=f"{h} :", en=f"{h}:")) for h in headings()]
    rows = ""
    for item in found:
        *plain, picture = map(escape, cells(item))
        link = f'<a href="{picture}">{picture}</a>' if picture else ""
        line = zip(named, [*plain, link], strict=True)
        rows += "<tr>" if item.ok else '<tr class="wrong">'
        rows += "".join(f'<td data-of="{of}">{cell}</td>' for of, cell in line) + "</tr>\n"
    return f"<table><thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody></table>\n"


def figures(found: Sequence[Item]) -> str:
    """The pictures with their captions."""
    told = ""
    for caption, pictures in shown(found):
        told += "<figure>\n"
        for name in map(escape, pictures):
            told += f'<a href="{name}"><img src="{name}" alt="{escape(caption)}"></a>\n'
        told += f"<figcaption>{escape(caption)}</figcaption></figure>\n"
    return told


# ── a lesson ─────────────────────────────────────────────────────────────────────────────────────


def page(lesson: Lesson, own: Sequence[Item], programs: Programs, above: str, below: str) -> str:
    """One lesson, from its picture to its program; `above` and `below` it, the way to others."""
    _, says, question, answer = lesson.told()
    heading = _heading(lesson)
    walk = say(
        fr="Les deux passes pas à pas, chaque nombre à prédire",
        en="Both passes step by step, each number to be predicted",
    )
    said = {
        say(fr="Dérivation", en="Derivation"): lesson.derived().to_html(document=False),
        say(fr="Ce qui est vérifié", en="What is checked"): table(own),
        say(fr="À prédire", en="Predict"): (
            f'<p class="question">{escape(question)}</p>\n<details><summary>'
            f"{say(fr='la réponse', en='the answer')}</summary><p>{escape(answer)}</p></details>\n"
            f'<p class="steps"><a href="{lesson.steps}">{escape(walk)}</a></p>\n'
        ),
        say(fr="Le programme", en="The program"): "".join(map(_program, programs.items())),
    }
    body = "".join(f"<h2>{escape(h)}</h2>\n{text}" for h, text in said.items() if text)
    head = f"<h1>{escape(heading)}</h1>\n<p>{escape(says)}</p>\n"
    return whole(heading, f"{above}<main>\n{head}{figures(own)}{body}</main>\n{below}")


def _program(named: tuple[str, str]) -> str:
    name, text = map(escape, named)
    return f"<details><summary>{name}</summary><pre><code>{text}</code></pre></details>\n"


def navigation(lesson: Lesson, listed: Sequence[Lesson], index: bool = True) -> list[str]:
    """The lesson before, the index, the lesson after, only what is there: above and below it."""
    at = listed.index(lesson)
    before = f"← {_link(listed[at - 1])}" if at else ""
    after = f"{_link(listed[at + 1])} →" if at + 1 < len(listed) else ""
    home = f'<a href="index.html">{escape(title())}</a>' if index else ""
    links = "".join(f"<span>{link}</span>" for link in (before, home, after))
    places = (
        say(fr="Les autres leçons", en="The other lessons"),
        say(fr="La suite", en="What comes next"),
    )
    return [f'<nav aria-label="{escape(place)}">{links}</nav>\n' for place in places]


def _link(lesson: Lesson) -> str:
    return f'<a href="{lesson.key}.html">{escape(_heading(lesson))}</a>'


def _heading(lesson: Lesson) -> str:
    return f"{lesson.key.replace('-', '–')} · {lesson.told()[0]}"


# ── Markdown ─────────────────────────────────────────────────────────────────────────────────────


def markdown(found: Sequence[Item]) -> str:
    """The table and every picture."""
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
