"""Check it: a slip in the arithmetic, told from two numbers alone: that given and the right one."""

from __future__ import annotations

from collections.abc import Sequence

from tinygrad_fr.checking.answer import COMPUTED, Answer, last_unit, open_end
from tinygrad_fr.checking.world import World
from tinygrad_fr.words import number, say

NEAR = 0.01


def slip(world: World, answer: Answer, sure: bool = False) -> str:
    """How a few of the numbers went wrong; "" where that cannot be told.

    Told where at most a third of the entries, or the only one, is wrong; `sure` asks for one entry
    whose digits say how.
    """
    if len(answer.numbers) > 1 and sure:
        return ""
    if len(answer.numbers) > 1:
        return _nearly_everywhere(world, answer)
    rows = zip(world.asked, answer.numbers[0], answer.tolerance[0], world.truth[0], strict=True)
    ends = [(p.label or "?", x, open_end(float(room)), float(t)) for p, x, room, t in rows]
    wrong = [(name, x, end, t) for name, x, end, t in ends if abs(x - t) > end]
    total = len(world.asked)
    if sure:
        return _of(wrong[0][0], how) if len(wrong) == 1 and (how := _one(*wrong[0][1:])) else ""
    if not wrong:  # by less than floats can tell
        return _nearly_everywhere(world, answer)
    names = [name for name, *_ in wrong]
    near = all(abs(x - t) <= NEAR * abs(t) for _, x, _, t in wrong)
    if len(wrong) > max(1, total // 3):
        return _nearly(names) if near else ""
    told = [_one(*numbers) for _, *numbers in wrong]
    if all(told):
        return say(fr=" ; ", en="; ").join(map(_of, names, told))
    if near:
        return _nearly(names)
    if total >= 4 and len(wrong) <= max(1, total // 6):
        count = len(wrong)
        return say(
            fr=f"{count} nombre{'s' if count > 1 else ''} sur {total} "
            f"diffère{'nt' if count > 1 else ''} ({_first(names)})",
            en=f"{count} {'entries' if count > 1 else 'entry'} of {total} "
            f"differ{'' if count > 1 else 's'} ({_first(names)})",
        )
    return ""


def _of(name: str, how: str) -> str:
    return how if name == "?" else say(fr=f"dans {name}, {how}", en=f"in {name}, {how}")


def _nearly_everywhere(world: World, answer: Answer) -> str:
    """Formulas that are within one per cent at every point."""
    rows = [
        (x, t)
        for xs, ts in zip(answer.numbers, world.truth, strict=True)
        for x, t in zip(xs, ts, strict=True)
    ]
    if any(abs(x - t) > NEAR * abs(t) for x, t in rows):
        return ""
    return _nearly([p.label or "?" for p in world.asked])


def _nearly(names: Sequence[str]) -> str:
    """What is said of numbers within one per cent of the right ones."""
    return say(
        fr=f"juste à 1 % près ({_first(names)}) ; vérifiez les derniers chiffres",
        en=f"right to within 1% ({_first(names)}); check the last digits",
    )


def _first(names: Sequence[str]) -> str:
    return ", ".join(names[:4])


def _one(x: float, room: float, t: float) -> str:
    """A sign, a moved point, exchanged digits, one digit misread; "" for none of them."""
    if x == 0 or t == 0 or room <= COMPUTED * abs(x):
        return ""
    if abs(x + t) <= room:
        return say(fr="le signe", en="the sign")
    for shift in (1, -1, 2, -2, 3, -3) if room < abs(x) / 4 else ():  # one digit tells nothing
        if abs(x - t * 10.0**shift) <= room:
            moved = "×" if shift > 0 else "÷"
            return say(
                fr=f"la virgule est déplacée ({moved} {number(10.0 ** abs(shift))})",
                en=f"the point has moved ({moved} {number(10.0 ** abs(shift))})",
            )
    if (x < 0) != (t < 0):
        return ""
    unit = last_unit(room)
    given = str(round(abs(x) / unit))
    rounded, cut_off = round(abs(t) / unit), int(abs(t) / unit + COMPUTED)
    return _digits(given, str(rounded)) or _digits(given, str(cut_off))


def _digits(given: str, right: str) -> str:
    """What became of one digit, or of two."""
    if len(given) != len(right) or len(given) < 2:
        return ""
    apart = [k for k, (a, b) in enumerate(zip(given, right, strict=True)) if a != b]
    if (
        len(apart) == 2
        and given[apart[0]] == right[apart[1]]
        and given[apart[1]] == right[apart[0]]
    ):
        return say(fr="deux chiffres échangés", en="two digits exchanged")
    if apart == [len(given) - 1]:
        return say(fr="le dernier chiffre", en="the last digit")
    if len(apart) == 1 and len(given) > 2:
        return say(fr="un chiffre mal lu", en="one digit misread")
    return ""
