"""Draw it: the legend: a title, what the colours mean, the level, and what was folded."""

from __future__ import annotations

import re

from tinygrad_fr.gradient import derivative_name
from tinygrad_fr.picture.names import shown_name
from tinygrad_fr.picture.style import BLUE, INK, RED, SOFT, TINTS, text
from tinygrad_fr.picture.view import View
from tinygrad_fr.words import say


def legend(seen: View, title: str = "") -> str:
    """What the colours mean, the level, and what was folded; a title above."""
    cells = [f"<TD>{part}</TD>" for part in [*_meanings(seen), *_first_wrong(seen)]]
    cells += _swatches(seen)
    across = f'<TD COLSPAN="{len(cells)}">'
    rows = [f"{across}{_heading(title)}</TD>"] if title else []
    rows += ["".join(cells), f"{across}{text(seen.caption, SOFT)}</TD>"]
    if seen.note:
        rows.append(f"{across}{text(seen.note, INK)}</TD>")
    if seen.birth:
        lines = re.split("(?<=;) ", seen.birth)
        rows.append(across + "<BR/>".join(text(line, INK, bold=True) for line in lines) + "</TD>")
    body = "".join(f"<TR>{row}</TR>" for row in rows)
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="5" CELLPADDING="1">{body}</TABLE>>'


def _heading(title: str) -> str:
    """The title in large type, in one line."""
    return f'<FONT POINT-SIZE="18">{text(shown_name(title, 90), INK, bold=True)}</FONT>'


def _meanings(seen: View) -> list[str]:
    """Red and blue, thick and dashed: only what this picture shows."""
    if seen.blank:
        return [text(_to_be_written(seen), INK, True, bold=True)]
    red = say(fr="rouge : valeurs (passe avant)", en="red: values (forward pass)")
    if not seen.backward:
        none = say(fr="pas encore de passe arrière", en="no backward pass yet")
        return [text(red, RED, True), text(none, SOFT, True)]
    gradients = derivative_name(seen.root, "·")
    red = say(fr="à gauche, rouge : valeurs (passe avant)", en="left, red: values (forward pass)")
    blue = say(
        fr=f"à droite, bleu : gradients {gradients} (passe arrière)",
        en=f"right, blue: gradients {gradients} (backward pass)",
    )
    thick = say(fr="épaisseur ∝ √|contribution|", en="thickness ∝ √|contribution|")
    found = [text(red, RED, True), text(blue, BLUE, True), text(thick, SOFT, True)]
    if any(edge.dead for edge in seen.edges):
        dashed = say(fr="tirets : rien ne revient", en="dashed: nothing comes back")
        found.append(text(dashed, SOFT, True))
    return found


def _to_be_written(seen: View) -> str:
    """What a worksheet asks for."""
    gradients = derivative_name(seen.root, "·")
    if seen.blank == "gradients":
        return say(
            fr=f"à droite de chaque case : écrire le gradient {gradients}",
            en=f"on the right of each box: write the gradient {gradients}",
        )
    return say(
        fr=f"dans chaque case vide : écrire à gauche la valeur, à droite le gradient {gradients}",
        en=f"in each empty box: write the value on the left, the gradient {gradients} on the right",
    )


def _first_wrong(seen: View) -> list[str]:
    """What ✗ means, where a bent walk is shown."""
    if all(node.truth is None for node in seen.nodes):
        return []
    first = say(
        fr="✗ : première erreur de la passe arrière",
        en="✗: first mistake of the backward pass",
    )
    return [text(first, INK, True, bold=True)]


def _swatches(seen: View) -> list[str]:
    """The tints of this picture with their meanings."""
    kinds = {
        "parameter": say(fr="paramètre", en="parameter"),
        "data": say(fr="donnée", en="data"),
        "cost": say(fr="coût", en="cost"),
        "derivative": say(fr="dérivée", en="derivative"),
        "group": {
            "neuron": say(fr="neurone", en="neuron"),
            "layer": say(fr="couche", en="layer"),
        }.get(seen.level, say(fr="groupe", en="group")),
    }
    shown = {node.kind for node in seen.nodes}
    return [
        f'<TD BGCOLOR="{TINTS[kind]}">{text(f" {word} ", INK)}</TD>'
        for kind, word in kinds.items()
        if kind in shown
    ]
