"""What a person types is cut into steps: "z = w*x + b; a = sigmoid(z); (a - y)**2" has three.

    for step in steps_of(Signs(text)):
        step.name, step.tokens          "z" or "" (the last one needs no name), and its signs

A step ends at a `;` or at the end of its line; inside brackets, after a sign that wants more, or
before one that cannot begin, it goes on.  Without any = a text is one expression, on however many
lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tinygrad_fr.reading.signs import Signs, Token
from tinygrad_fr.refusals import excerpt, refuse

_OPEN, _CLOSED = "([⌊", ")]⌋"
_WANTS_MORE = {*"+-*/%,=√∛([⌊", "**", "//"}
_CANNOT_BEGIN = {*"*/%,=)]⌋", "**", "//", "power"}


class Step(NamedTuple):
    """One step: its name as typed and as compared ("" without one), its signs, the whole text."""

    label: str
    name: str
    tokens: Sequence[Token]
    typed: Signs

    @property
    def text(self) -> str:
        """The expression of this step, as it was typed."""
        return self.typed.text[self.tokens[0].start : self.tokens[-1].end]

    def near(self, start: int, end: int) -> str:
        return self.typed.near(start, end)

    def around(self, token: Token) -> str:
        """The token and what stands beside it."""
        return self.typed.around(token)

    def names(self) -> list[str]:
        """The names in it, each once, in order of appearance; functions that are called too."""
        return list(dict.fromkeys(t.read for t in self.tokens if t.kind == "name"))


def steps_of(typed: Signs) -> list[Step]:
    """The steps of a text, every one but the last with a name; ValueError says which has none."""
    pieces = _cut(typed)
    steps = [_step(typed, piece) for piece in pieces]
    for step, after in zip(steps, steps[1:], strict=False):
        if not step.name:
            shown = excerpt(step.text)
            refuse(
                fr=f"« {shown} » n’est pas la dernière étape et n’a pas de nom. Écrivez "
                f"u = {shown} ; …",
                en=f"'{shown}' is not the last step and has no name. Write u = {shown}; …",
            )
        first = after.tokens[0]
        if first.kind in ("+", "-") and not after.name and _on_its_own_line(typed, first):
            line = excerpt(after.text)
            refuse(
                fr=f"la ligne « {line} » continue-t-elle celle d’avant ? Écrivez-les sur une "
                "ligne, ou donnez un nom : L = …",
                en=f"does the line '{line}' continue the one before? Write both on one line, "
                "or give a name: L = …",
            )
    return steps


def _cut(typed: Signs) -> list[list[Token]]:
    """The signs between two separators; what is empty is passed over."""
    tokens, pieces, depth = typed.tokens, [list[Token]()], 0
    lines_count = any(token.kind == "=" for token in tokens)
    for token, after in zip(tokens, [*tokens[1:], None], strict=True):
        depth += (token.kind in _OPEN) - (token.kind in _CLOSED)
        if token.kind == "\n":
            piece = pieces[-1]
            goes_on = depth > 0 or (piece and piece[-1].kind in _WANTS_MORE)
            goes_on = goes_on or (after is not None and after.kind in _CANNOT_BEGIN)
            if lines_count and not goes_on:
                pieces.append([])
        elif token.kind == ";" and depth <= 0:
            pieces.append([])
        else:
            pieces[-1].append(token)
    return [piece for piece in pieces if piece]


def _step(typed: Signs, tokens: list[Token]) -> Step:
    """The step, its name taken off."""
    signs = [i for i, token in enumerate(tokens) if token.kind == "="]
    if not signs:
        return Step("", "", tokens, typed)
    at = signs[0]
    shown = typed.near(tokens[0].start, tokens[-1].end)
    if len(signs) > 1 or at != 1 or tokens[0].kind != "name":
        refuse(
            fr=f"une expression n’a pas de signe =, et « {shown} » n’est pas une étape : à gauche "
            "va un nom seul, z = w*x + b ; les valeurs viennent après l’expression : x=1",
            en=f"an expression has no = sign, and '{shown}' is not a step: on the left goes a "
            "single name, z = w*x + b; values come after the expression: x=1",
        )
    if len(tokens) == 2:
        refuse(
            fr=f"l’étape « {shown} » est vide. Écrivez par exemple z = w*x + b",
            en=f"the step '{shown}' is empty. Write for example z = w*x + b",
        )
    label = typed.text[tokens[0].start : tokens[0].end]
    return Step(label, tokens[0].read, tokens[2:], typed)


def _on_its_own_line(typed: Signs, token: Token) -> bool:
    return typed.text[: token.start].rstrip(" \t").endswith("\n")
