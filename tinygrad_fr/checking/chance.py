"""Check it: how probable the numbers given are where no mistake of the list was made.

What is no mistake of the list may give any number: of either sign, from a tenth of the truth to ten
times, evenly on a logarithmic scale.  What is typed with so many digits is a cell of that scale.
"""

from __future__ import annotations

from dataclasses import dataclass

from tinygrad_fr.checking.answer import COMPUTED, Answer, last_unit
from tinygrad_fr.checking.world import World

NONE_OF_THESE = 0.10  # the weight of a mistake that is not in the list
# of the answers typed are rounded, once; others are cut off, or rounded twice.  (Of 89 numbers
# printed in public worked exercises, tests/wild/test_printed.py, all are.)
ROUNDED = 0.97
DECADES = 9.2  # 2·ln(100): either sign, from 0.1 to 10 truths, in units of the logarithm
ZERO = 1e-3  # the chance of a typed 0
THREE_DIGITS = 99.5  # in units of the last digit


@dataclass(slots=True)
class Chance:
    """How probable it is that wrong numbers are these.

    observations  how many wrong numbers there are, those of one ratio counted once
    entries       how many there are
    """

    p: float
    observations: int
    entries: int
    three_digits: bool


def by_chance(world: World, answer: Answer) -> Chance:
    """Wrong numbers with one ratio to the truth are one observation; right ones are none."""
    if len(answer.numbers) > 1:
        return Chance(0.0, 2, 2, True)
    seen: list[list[float]] = []  # lowest ratio, highest, chance
    entries, three = 0, False
    rows = zip(answer.numbers[0], answer.tolerance[0], world.truth[0], strict=True)
    for x, room, t in ((float(a), float(b), float(c)) for a, b, c in rows):
        if abs(x - t) <= room:
            continue
        entries += 1
        p = min(1.0, cell(x, room) / (DECADES * abs(x))) if x else ZERO
        three = three or x == 0 or abs(x) > THREE_DIGITS * last_unit(room)
        low, high = sorted(((x - room) / t, (x + room) / t)) if t else (x, x)
        for group in seen if t else ():
            if low <= group[1] and group[0] <= high:
                group[:] = max(low, group[0]), min(high, group[1]), min(p, group[2])
                break
        else:
            seen.append([low, high, p])
    p = 1.0
    for *_, share in seen:
        p *= share
    return Chance(p, len(seen), entries, three)


def cell(x: float, room: float) -> float:
    """How wide it is what is written as x: a unit of its last digit, where a person typed it."""
    return last_unit(room) if room > COMPUTED * abs(x) else 2 * room
