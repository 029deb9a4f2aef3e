"""A written page: pieces of text that know how tightly they hold together."""

from __future__ import annotations

from typing import Any

ATOM = 9  # how tightly a piece of text holds together: + is 1, · is 2, unary minus 2, powers 4


class Term:
    """A piece of text and how tightly it holds together, so that parentheses come only if needed.

    In a row's spelling `{a:2}` means: input a, in parentheses if it holds less tightly than 2.
    """

    __slots__ = ("language", "level", "text")

    def __init__(self, text: str, level: int = ATOM, language: str = "text") -> None:
        self.text, self.level, self.language = text, level, language

    def __format__(self, need: str) -> str:
        if self.level >= int(need or 0):
            return self.text
        return rf"\left({self.text}\right)" if self.language == "latex" else f"({self.text})"

    def __repr__(self) -> str:
        return self.text


def spell_number(x: Any, language: str = "text") -> Term:
    """A number as text, exactly: 2.0 is 2; a negative one asks for parentheses after · or ^."""
    whole = isinstance(x, (int, float)) and abs(x) < 1e15 and x == int(x)
    text = repr(int(x)) if whole else f"{x}"
    if language == "numpy":
        text = {"inf": "np.inf", "-inf": "-np.inf", "nan": "np.nan"}.get(text, text)
    return Term(text, 1 if text.startswith("-") else 3 if "/" in text else ATOM, language)
