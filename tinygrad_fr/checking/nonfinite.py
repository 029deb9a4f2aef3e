"""Check it: a NaN or an ∞ in the arrays of an answer, or in the program: where, and whence.

Whoever finds one there looks for the line in which it was born, so the function is called once more
and stopped there, and the program is asked for its first line that is not finite.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from tinygrad_fr.checking.answered import Array
from tinygrad_fr.checking.their_line import their_line
from tinygrad_fr.program.arrays import spelled
from tinygrad_fr.program.program import Program
from tinygrad_fr.program.running import Running
from tinygrad_fr.words import say

Numbers = Any  # an array of NumPy


def finite(*arrays: Numbers) -> bool:
    """Whether every number of every array is."""
    import numpy as np

    return all(bool(np.isfinite(a).all()) for a in arrays)


def not_finite(
    arrays: Sequence[Array],
    program: Program,
    space: Mapping[str, Any],
    again: Callable[[], Any],
) -> list[str]:
    """A line for each array of the answer with a NaN or an ∞ in it, then where the first was born.

    space   the arrays before the first line of the program
    again   calls the function once more; a ValueError says at which line it stopped, and its cause
    """
    found = [say(fr=f"d{x} : ", en=f"d{x}: ") + how for x, how in _answered(arrays)]
    if found and (born := where_born(again)):
        found.append(born)
    if not finite(*(a.truth for a in arrays)):
        found.append(_of_the_program(program, space))
    return found


def _answered(arrays: Sequence[Array]) -> Iterator[tuple[str, str]]:
    for a in arrays:
        if not finite(a.given):
            yield a.name, _how_many(a.given)


def _how_many(a: Numbers) -> str:
    """NaN at [1, 0]; or 3 NaN and 1 ∞ of 8 numbers, the first at [0, 0]."""
    import numpy as np

    nan, inf = int(np.isnan(a).sum()), int(np.isinf(a).sum())
    place = np.argwhere(~np.isfinite(a))[0].tolist()
    if nan + inf == 1:
        what = "NaN" if nan else "∞"
        return say(fr=f"{what} en {place}.", en=f"{what} at {place}.") if place else f"{what}."
    counts = [f"{n} {what}" for n, what in ((nan, "NaN"), (inf, "∞")) if n]
    both = say(fr=" et ", en=" and ").join(counts)
    return say(
        fr=f"{both} sur {a.size} nombres, le premier en {place}.",
        en=f"{both} of {a.size} numbers, the first at {place}.",
    )


# ── whence ───────────────────────────────────────────────────────────────────────────────────────


def where_born(again: Callable[[], Any]) -> str:
    """The line of their code where a NaN or an ∞ is born; "" where no arithmetic made it.

    What goes beyond the largest float before it is told too: ∞/∞ comes of it.
    """
    born = {"invalid": "raise", "divide": "raise"}
    found = [_stopped(again, kinds) for kinds in ({**born, "over": "raise"}, born)]
    return " ".join(dict.fromkeys(filter(None, found)))


def _stopped(again: Callable[[], Any], kinds: Mapping[str, Any]) -> str:
    """The first line at which NumPy finds one of these kinds."""
    import numpy as np

    try:
        with np.errstate(all="ignore"), np.errstate(**kinds):
            again()
    except ValueError as refused:
        error = refused.__cause__
        line = their_line(error) if isinstance(error, FloatingPointError) else None
        if line is not None:
            where, why = line.where, _why(str(error))
            return say(fr=f"Dans hand, {where} : {why}.", en=f"In hand, {where}: {why}.")
    return ""


def _why(message: str) -> str:
    """What NumPy says: "divide by zero encountered in log"."""
    operation = message.rpartition(" ")[2]
    if message.startswith("divide"):
        return say(
            fr=f"une valeur infinie (division par 0, log de 0) dans {operation}",
            en=f"an infinite value (division by 0, log of 0) in {operation}",
        )
    if message.startswith("overflow"):
        return say(
            fr=f"{operation} dépasse le plus grand flottant",
            en=f"{operation} is beyond the largest float",
        )
    return say(
        fr=f"une opération sans valeur (0/0, ∞ − ∞, log d’un négatif) dans {operation}",
        en=f"an operation without a value (0/0, ∞ − ∞, log of a negative) in {operation}",
    )


def _of_the_program(program: Program, space: Mapping[str, Any]) -> str:
    """What is not finite first: the data, or a line of the program."""
    import numpy as np

    for f in program.given:
        if not finite(space[f.name]):
            how = _how_many(space[f.name])
            return say(fr=f"Dans les données, {f.name} : {how}", en=f"In the data, {f.name}: {how}")
    there = dict(space)
    page = Running(there)
    with np.errstate(all="ignore"):
        for name, array in (*program.forward, *program.backward):
            there[name] = np.asarray(spelled(page, array), dtype=float)
            if not finite(there[name]):
                how = _how_many(there[name])
                return say(
                    fr=f"Le programme n’a pas de valeur finie non plus ; {name} d’abord : {how}",
                    en=f"The program has no finite value either; {name} is the first: {how}",
                )
    return ""
