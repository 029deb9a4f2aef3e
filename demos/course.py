"""The whole sentence, item by item: what the course says, checked; one table, one page of pictures."""

from __future__ import annotations

import importlib
import pkgutil
from html import escape
from pathlib import Path

import tinygrad_fr.demos as room
from tinygrad_fr.demos import Item
from tinygrad_fr.words import language, number, say


def items(out: Path) -> list[Item]:
    """The items of every demo, in the order of the course, their pictures drawn into `out`."""
    found: list[Item] = []
    for module in pkgutil.iter_modules(room.__path__):
        if module.name != "course" and not module.name.startswith("_"):
            demo = importlib.import_module(f"tinygrad_fr.demos.{module.name}")
            found += demo.checks(out)
    return sorted(found, key=lambda item: int(item.number.lstrip("C").split("–")[0]))


def verdict(item: Item) -> str:
    return say(fr="juste", en="right") if item.ok else say(fr="FAUX", en="WRONG")


def titles() -> list[str]:
    return [
        say(fr="point", en="item"),
        say(fr="ce qui est vérifié", en="what is checked"),
        say(fr="pire écart", en="worst error"),
        say(fr="verdict", en="verdict"),
        say(fr="image", en="picture"),
    ]


def cells(item: Item) -> list[str]:
    return [item.number, item.checked, number(item.error, 2), verdict(item), item.picture]


def main(out: Path) -> int:
    """Run every item, print the table, write the pages; 1 if an item fails, else 0."""
    from rich.console import Console
    from rich.table import Table

    out.mkdir(parents=True, exist_ok=True)
    found = items(out)
    table = Table(title=say(fr="Le cours, point par point", en="The course, item by item"))
    for heading in titles():
        table.add_column(heading)
    for item in found:
        table.add_row(*cells(item))
    console = Console(highlight=False, markup=False, width=None)
    console.print(table)
    write(out / "index.html", page(found))
    write(out / "index.md", markdown(found))
    wrong = sum(not item.ok for item in found)
    print(
        say(
            fr=f"{len(found)} points vérifiés, {wrong} faux. Les images : {out / 'index.html'}",
            en=f"{len(found)} items checked, {wrong} wrong. The pictures: {out / 'index.html'}",
        )
    )
    return 1 if wrong else 0


def write(path: Path, text: str) -> None:
    """Whole or not at all: beside, then renamed."""
    beside = path.with_name(f".{path.name}.part")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def page(found: list[Item]) -> str:
    """The table and the pictures as one page that needs nothing from outside its folder."""
    heading = escape(say(fr="Le cours, point par point", en="The course, item by item"))
    head = "".join(f"<th>{escape(h)}</th>" for h in titles()[:-1])
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(c)}</td>" for c in cells(item)[:-1]) + "</tr>" for item in found
    )
    shown: dict[str, list[Item]] = {}
    for item in found:
        shown.setdefault(item.picture, []).append(item)
    figures = "".join(
        f'<figure><img src="{escape(picture)}" alt="{escape(captions(those))}">'
        f"<figcaption>{escape(captions(those))}</figcaption></figure>"
        for picture, those in shown.items()
    )
    return f"""<!doctype html>
<html lang="{language()}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{heading}</title>
<style>
body {{ font: 17px/1.5 "DejaVu Sans", Verdana, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #1b2733; }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ text-align: left; padding: .35rem .7rem; border-bottom: 1px solid #d5dbe1; }}
figure {{ margin: 2.5rem 0; }} img {{ max-width: 100%; }} figcaption {{ color: #4b5563; }}
</style>
<h1>{heading}</h1>
<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>
{figures}
</html>
"""


def captions(those: list[Item]) -> str:
    return " · ".join(f"{item.number} {item.checked}" for item in those)


def markdown(found: list[Item]) -> str:
    lines = [f"# {say(fr='Le cours, point par point', en='The course, item by item')}", ""]
    lines += ["| " + " | ".join(titles()) + " |", "|" + "---|" * 5]
    for item in found:
        *plain, picture = (c.replace("|", r"\|") for c in cells(item))
        lines.append("| " + " | ".join([*plain, f"[{picture}]({picture})"]) + " |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    raise SystemExit(main(Path("out")))
