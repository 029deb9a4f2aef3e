"""docs/mistakes.md and docs/mistakes.fr.md, from the catalogue and `docs/mistakes.toml`.

python docs/mistakes.py
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from tinygrad_fr import CATALOGUE, say, use  # noqa: E402

PAGES = {"en": HERE / "mistakes.md", "fr": HERE / "mistakes.fr.md"}
DATA: dict[str, Any] = tomllib.loads((HERE / "mistakes.toml").read_text("utf-8"))


def example(key: str) -> list[str]:
    """The words of the example's command line, after `tinygrad-fr`."""
    entry = DATA["mistakes"][key]
    exercise = DATA["exercises"][entry["on"]]
    where = {**exercise.get("where", {}), **entry.get("where", {})}
    hand = {**exercise["hand"], **entry.get("hand", {})}
    words = ["check", exercise["cost"], *exercise["at"].split()]
    for option, formulas in (("--where", where), ("--hand", hand)):
        for name, formula in formulas.items():
            words += [option, f"{name}={formula}"]
    return [*words, *(["--rate", entry["rate"]] if "rate" in entry else [])]


def command(key: str) -> str:
    """The same as it is typed in a terminal."""
    told, quoted = ["tinygrad-fr"], False
    for word in example(key):
        name, equals, formula = word.partition("=")
        if quoted:
            word = f'{name}{equals}"{formula}"'
        elif " " in word or "(" in word:
            word = f'"{word}"'
        quoted = word in ("--where", "--hand")
        told.append(word)
    return " ".join(told)


def page() -> str:
    """The herbarium, in the language in use."""
    french = say(fr="fr", en="en") == "fr"
    out = [
        say(fr="# Herbier des erreurs", en="# A herbarium of mistakes"),
        "",
        say(
            fr="Les erreurs que `check` sait nommer, avec leur formule, ce qu’on voit, un exemple "
            "à taper, et les lieux publics où on les a faites.",
            en="The mistakes that `check` can name, with their formula, how they show, an example "
            "to type, and the public places where people made them.",
        ),
        say(
            fr="Cette page est faite par `python docs/mistakes.py` : on ne l’écrit pas à la main.",
            en="This page is made by `python docs/mistakes.py`: it is not written by hand.",
        ),
        say(
            fr="[In English](mistakes.md).",
            en="[En français](mistakes.fr.md).",
        ),
    ]
    for key, row in CATALOGUE.items():
        entry = DATA["mistakes"][key]
        name, hint = (row.fr, row.hint_fr) if french else (row.en, row.hint_en)
        shows = entry["shows"][0 if french else 1]
        formula = entry["formula"]
        if isinstance(formula, list):
            formula = formula[0 if french else 1]
        places = say(fr=" ; ", en="; ").join(entry.get("places", ()))
        out += ["", f"## {key}. {name}", ""]
        out += [say(fr="- Formule : ", en="- Formula: ") + f"`{formula}`"]
        out += [say(fr="- Ce qu’on voit : ", en="- How it shows: ") + shows + "."]
        out += [say(fr="- Indice : ", en="- Hint: ") + hint]
        if places:
            out += [say(fr="- Déjà vue : ", en="- Seen in: ") + places + "."]
        out += ["", "```", command(key), "```"]
    return "\n".join(out) + "\n"


def main() -> None:
    for language, path in PAGES.items():
        with use(language):
            path.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
