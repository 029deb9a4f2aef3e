"""Check it: the shape of an answer before its values, and its values after the obvious mend.

dW1 of shape (2, 3) for a W1 of shape (3, 2) is transposed; a db1 of shape (m, n) for n numbers is
not summed over the examples.  Mended, the values may be right, and that is worth a sentence.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tinygrad_fr.words import say

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Mend:
    """What makes an answer fit, if anything does.

    apply   gives the array of the right shape
    told    "transposed": what it is, or what it lacks
    once    "right once transposed": when its values are the slopes
    """

    apply: Callable[[Any], Any]
    told: str = ""
    once: str = ""


SAME = Mend(lambda a: a)


def mends(given: Shape, wanted: Shape, examples: int = 0) -> list[Mend]:
    """What makes an answer of one shape an answer of another, the likeliest first; [] if nothing.

    >>> [m.told for m in mends((2, 3), (2, 3))], len(mends((2,), (3,)))
    ([''], 0)
    """
    found = [SAME] if given == wanted else []
    if len(given) == 2 and given[::-1] == wanted:
        found.append(_transposed())
    if given == wanted:
        return found
    if _bare(given) == _bare(wanted):
        found.append(_reshaped(wanted))
    for axis in range(len(given)):
        if _bare(given[:axis] + given[axis + 1 :]) == _bare(wanted):
            found += _summed(axis, wanted, over_examples=given[axis] == examples)
    if not found and math.prod(given) == 1:
        found.append(_spread(wanted))
    return found


def _bare(shape: Shape) -> Shape:
    return tuple(n for n in shape if n != 1)


def _transposed() -> Mend:
    return Mend(
        lambda a: a.T,
        say(fr="transposé", en="transposed"),
        say(fr="juste une fois transposé", en="right once transposed"),
    )


def _reshaped(wanted: Shape) -> Mend:
    return Mend(
        lambda a: a.reshape(wanted),
        say(fr=f"à redimensionner en {wanted}", en=f"to be reshaped to {wanted}"),
        say(fr=f"juste une fois redimensionné en {wanted}", en=f"right once reshaped to {wanted}"),
    )


def _summed(axis: int, wanted: Shape, over_examples: bool) -> list[Mend]:
    over = say(fr=f"l’axe {axis}", en=f"axis {axis}")
    if over_examples:
        over = say(fr=f"les exemples (l’axe {axis})", en=f"the examples (axis {axis})")
    added = Mend(
        lambda a: a.sum(axis=axis).reshape(wanted),
        say(fr=f"non sommé sur {over}", en=f"not summed over {over}"),
        say(fr=f"juste une fois sommé sur {over}", en=f"right once summed over {over}"),
    )
    averaged = Mend(
        lambda a: a.mean(axis=axis).reshape(wanted),
        say(fr=f"non moyenné sur {over}", en=f"not averaged over {over}"),
        say(fr=f"juste une fois moyenné sur {over}", en=f"right once averaged over {over}"),
    )
    return [added, averaged]


def _spread(wanted: Shape) -> Mend:
    def filled(a: Any) -> Any:
        import numpy as np

        return np.broadcast_to(a.reshape(()), wanted)

    count = math.prod(wanted)
    return Mend(
        filled,
        say(
            fr=f"un seul nombre au lieu de {count}, donc une somme sur tous les axes",
            en=f"one number instead of {count}, so a sum over all axes",
        ),
    )


def why_not(given: Shape, wanted: Shape, examples: int) -> str:
    """What an answer that nothing mends may come from."""
    if _bare(given) == (examples,) and len(_bare(wanted)) == 1:
        return say(
            fr=f"une valeur pour chacun des {examples} exemples, donc une somme sur le mauvais axe",
            en=f"one value for each of the {examples} examples, so a sum over the wrong axis",
        )
    if math.prod(given) == math.prod(wanted):
        return say(
            fr="autant de nombres, rangés autrement", en="as many numbers, arranged differently"
        )
    return say(fr="ces formes ne vont pas ensemble", en="these shapes do not go together")


def best(
    given: Any, truth: Any, examples: int = 0, relative: float = 1e-6
) -> tuple[Mend | None, bool]:
    """The mend of an answer, and whether its values are right then, as far as `relative` tells.

    The first that makes it right; else the first; (None, False) where there is none.
    """
    possible = mends(given.shape, truth.shape, examples)
    for mend in possible:
        if near(mend.apply(given), truth, relative):
            return mend, True
    return (possible[0] if possible else None), False


def near(given: Any, truth: Any, relative: float = 1e-6) -> bool:
    """Are they the same numbers, to so many digits?  Where the truth is NaN nobody looked."""
    import numpy as np

    seen = np.isfinite(truth)
    room = relative * np.abs(truth[seen]) + 1e-9 * np.max(np.abs(truth[seen]), initial=0.0)
    return bool(np.all(np.abs(given[seen] - truth[seen]) <= room))


def sentence(name: str, given: Sequence[int], wanted: Sequence[int], why: str, once: str) -> str:
    """dW1 has the shape (2, 3), W1 (3, 2): transposed.  Right once transposed."""
    shown, due = tuple(given), tuple(wanted)
    what = say(fr=f"a la forme {shown}, {name} {due}", en=f"has the shape {shown}, {name} {due}")
    after = f" {once[0].upper()}{once[1:]}." if once else ""
    if shown == due:
        return say(fr=f"d{name} :{after}", en=f"d{name}:{after}")
    return say(fr=f"d{name} {what} : {why}.{after}", en=f"d{name} {what}: {why}.{after}")


def common_factor(given: Any, truth: Any, examples: int, outputs: int) -> str:
    """The constant by which a whole array is off, in words; "" if it is none that is known."""
    import numpy as np

    ordinary = np.abs(truth) > 1e-12 * np.nanmax(np.abs(truth), initial=0.0)
    if not np.any(ordinary):
        return ""
    factor = float(np.median(given[ordinary] / truth[ordinary]))
    if not near(given, factor * truth):
        return ""
    for value, told in _factors(examples, outputs):
        if abs(factor - value) <= 1e-6 * abs(value):
            return told
    return ""


def _factors(m: int, n: int) -> list[tuple[float, str]]:
    out = [(-1.0, say(fr="le signe est faux", en="the sign is wrong"))]
    if m > 1:
        missing = say(
            fr=f"× {m} partout : le facteur 1/m = 1/{m} de la moyenne manque",
            en=f"× {m} everywhere: the factor 1/m = 1/{m} of the mean is missing",
        )
        twice = say(
            fr=f"× 1/{m} partout : divisé par m = {m} une fois de trop",
            en=f"× 1/{m} everywhere: divided by m = {m} once too often",
        )
        out += [(float(m), missing), (1.0 / m, twice)]
    if n > 1:
        for value, shown in ((float(n), f"{n}"), (1.0 / n, f"1/{n}")):
            told = say(
                fr=f"× {shown} partout : {n} est le nombre de sorties",
                en=f"× {shown} everywhere: {n} is the number of outputs",
            )
            out.append((value, told))
    out.append(
        (2.0, say(fr="× 2 partout : un facteur 2 en trop", en="× 2 everywhere: an extra factor 2"))
    )
    half = say(fr="× ½ partout : le facteur 2 manque", en="× ½ everywhere: the factor 2 is missing")
    return [*out, (0.5, half)]


def together(names: Sequence[str], every: Sequence[str]) -> str:
    """The names in a row; W1 where all the entries of that array are among them.

    >>> together(["W1[0]", "W1[1]", "b1[0]"], ["W1[0]", "W1[1]", "b1[0]", "b1[1]"])
    'W1, b1[0]'
    >>> together(["b_1^[2]"], ["b_1^[2]"])
    'b_1^[2]'
    """
    bases, found = list(map(_array_of, every)), list(map(_array_of, names))
    whole = {base for base in found if found.count(base) == bases.count(base)}
    shown = (base if base in whole else n for n, base in zip(names, found, strict=True))
    return ", ".join(dict.fromkeys(shown))


def _array_of(name: str) -> str:
    """W1 of its entry W1[0,1]; another name is itself."""
    base, bracket, _ = name.partition("[")
    return base if bracket and not base.endswith("^") else name
