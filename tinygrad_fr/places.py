"""A Value remembers where it was made: scopes, and what a node is called in a message."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from tinygrad_fr.pages import spell_number
from tinygrad_fr.refusals import refuse
from tinygrad_fr.spelling import Term
from tinygrad_fr.walk import is_node
from tinygrad_fr.words import say

Scope = tuple[tuple[str, int | str], ...]
_scope: ContextVar[Scope] = ContextVar("scope", default=())

LEVELS = 2  # of the graph below a node that are written out in a message
FEW = 3  # inputs, at most, of what is written out

here = _scope.get  # the scope in which we are
go_to, leave = _scope.set, _scope.reset  # `token = go_to(here() + place)`; `leave(token)`
scoped = False  # whether there was ever a scope: before, no node need ask where it is


@contextmanager
def scope(word: str, index: int | str = "") -> Iterator[None]:
    """Name what is built inside: `with scope("layer", 1): …`; scopes nest.

    The word is translated where it is shown; pictures group by it, formulas index by it.
    """
    with entered(((word, index),)):
        yield


@contextmanager
def entered(place: Scope) -> Iterator[None]:
    """Go deeper by several steps at once: `with entered((("layer", 1), ("neuron", 3))): …`.

    Once there was a scope, `go_to(here() + place)`, then `leave`, do the same without its calls:
    they run at every neuron for every example.
    """
    global scoped
    scoped = True
    token = go_to(here() + place)
    try:
        yield
    finally:
        leave(token)


def place_words(place: Scope) -> list[str]:
    """A scope in the language in use: ["layer 1", "neuron 3"]."""
    words = {
        "layer": say(fr="couche", en="layer"),
        "neuron": say(fr="neurone", en="neuron"),
        "loss": say(fr="perte", en="loss"),
        "cost": say(fr="coût", en="cost"),
        "example": say(fr="exemple", en="example"),
        "input": say(fr="entrée", en="input"),
        "step": say(fr="pas", en="step"),
    }
    return [f"{words.get(word, word)} {index}".strip() for word, index in place]


def name_of(u: Any, levels: int = 0) -> Term:
    """What an input is called in a message: its label, its formula if it is short, or its number.

    levels of the graph below it are written out.
    """
    if not is_node(u):
        return spell_number(u)
    if u.label:
        return Term(u.label)
    if levels and hasattr(u.op, "spell") and len(u.inputs) <= FEW:
        written: Term = u.op.spell("text", [name_of(x, levels - 1) for x in u.inputs])
        return written
    return spell_number(u.data)


def whereabouts(row: Any, inputs: Sequence[Any]) -> str:
    """Which node it was: ` at node ln(a), with a = w·x + b (layer 1, neuron 3)`."""
    named = []
    details = []
    for letter, u in zip("abc", inputs, strict=False):
        made_by: Any = getattr(u, "op", None)  # a row, a client's own word, or None
        if hasattr(made_by, "spell") and not u.label:
            named.append(Term(letter))
            spelled = [name_of(x, LEVELS) for x in u.inputs]
            details.append(f"{letter} = {made_by.spell('text', spelled)}")
        else:
            named.append(name_of(u))
    text = f"{row.spell('text', named if row.arity else [name_of(u) for u in inputs])}"
    if details:
        text += say(fr=", avec ", en=", with ") + ", ".join(details)
    place = ", ".join(place_words(here()))
    return say(fr=f", au nœud {text}", en=f", at node {text}") + (f" ({place})" if place else "")


def refuse_no_grad(nodes: Iterable[Any]) -> None:
    """Where a walk back met a `grad` that is None, as PyTorch has it: say whose, and what to do."""
    for v in nodes:
        for u in v.inputs:
            if is_node(u) and u.grad is None:
                name = u.label or repr(u)
                refuse(
                    fr=f"le grad de {name} vaut None, et backward y ajoute : mettez-le à 0 "
                    "(p.grad = 0, ou model.zero_grad())",
                    en=f"the grad of {name} is None, and backward adds to it: set it to 0 "
                    "(p.grad = 0, or model.zero_grad())",
                    kind=TypeError,
                )
