"""Check it: right, to float accuracy, right for another cost, at a kink, undecided, or wrong."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tinygrad_fr.checking.hand import DOUBLES, Number
from tinygrad_fr.checking.judge import PROOF, Slope
from tinygrad_fr.reading.number import Reading
from tinygrad_fr.words import number, say

RIGHT, FLOAT, COST, KINK, UNDECIDED, WRONG = (
    "right",
    "float",
    "cost",
    "kink",
    "undecided",
    "wrong",
)
EXACT = 1e-15  # relative: the number itself, but for a point that is a float
UNSEEN = 1e-150  # beside a 0 that was found with 200 digits
BLURRED = 1e-9  # relative: an error bound beyond this leaves room for a wrong answer


def verdict_name(verdict: str) -> str:
    """A verdict in words."""
    return {
        RIGHT: say(fr="juste", en="right"),
        FLOAT: say(fr="juste, aux arrondis près", en="right up to rounding"),
        COST: say(fr="juste pour un autre coût", en="right for another cost"),
        KINK: say(fr="point anguleux", en="kink"),
        UNDECIDED: say(fr="indécis", en="undecided"),
        WRONG: say(fr="faux", en="wrong"),
    }[verdict]


@dataclass(slots=True)
class Entry:
    """One parameter of the report: the student's number, the expected one, the verdict.

    The numbers are None where there is none: an array that has not the shape of its parameter.
    """

    name: str
    yours: Any
    truth: Any
    verdict: str = RIGHT
    remark: str = ""
    reshaped: bool = False  # right, but for the shape of its array

    @property
    def ratio(self) -> float | None:
        """yours / expected; None where 0 is expected, or nothing."""
        return float(self.yours / self.truth) if self.truth else None


# ── at the student's own point ───────────────────────────────────────────────────────────────────


def judged(
    slope: Slope, name: str, given: Number, autograd: Any, formula: bool
) -> tuple[Entry, Any]:
    """The verdict on one parameter at the student's point, and how far its number might be off.

    slope       the judge's; where it has none, the convention of the table (`autograd`) counts
    formula     the number comes from a formula, so it has all the digits it needs
    """
    truth, error, sides = slope
    finite = autograd - autograd == 0
    if truth != truth and finite and not sides:
        truth, error = autograd, abs(autograd) * PROOF
    if not sides and truth != truth:
        remark = say(
            fr="pas de dérivée finie en ce point : prenez un autre point",
            en="no finite derivative at this point: take another point",
        )
        return Entry(name, given.value, autograd, UNDECIDED, remark), given.tolerance
    if sides and sides[1] - sides[0] > 1e-9 * max(map(abs, sides)):
        shown = autograd if finite else truth
        return _at_a_kink(Entry(name, given.value, shown), given, sides), given.tolerance
    entry = Entry(name, given.value, truth)
    if given.value != given.value:  # a formula that did not settle
        entry.verdict = UNDECIDED
        return entry, given.tolerance
    distance = abs(given.value - truth)
    if formula and given.tolerance == 0:
        tolerance = PROOF * abs(truth) + 1e3 * error
        _of_a_formula(entry, distance, tolerance, error)
        return entry, tolerance
    if given.readings:
        return entry, _as_read(entry, given, error)
    return entry, _compared(entry, given.tolerance, distance, error)


def _of_a_formula(entry: Entry, distance: Any, tolerance: Any, error: Any) -> None:
    """A formula has as many digits as the judge: it is the slope or it is not."""
    size = max(abs(entry.truth), abs(entry.yours))
    if distance > tolerance:
        entry.verdict = WRONG
    elif error > BLURRED * size and size > 0:
        entry.verdict = UNDECIDED
        entry.remark = say(
            fr="trop petit ici pour être vu : prenez un autre point",
            en="too small here to be seen: take another point",
        )


def _at_a_kink(entry: Entry, given: Number, sides: Sequence[Any]) -> Entry:
    """Every slope between the one-sided ones will do."""
    low, high = sides[0] - abs(sides[0]) * 1e-15, sides[1] + abs(sides[1]) * 1e-15
    if not _reaches(given, low, high):
        entry.verdict = WRONG
        return entry
    entry.verdict = KINK
    entry.remark = say(
        fr=f"toute valeur de {number(sides[0])} à {number(sides[1])} convient ; "
        f"la convention ici donne {number(entry.truth)}",
        en=f"any value from {number(sides[0])} to {number(sides[1])} will do; "
        f"the convention here gives {number(entry.truth)}",
    )
    return entry


def _reaches(given: Number, low: Any, high: Any) -> bool:
    """Whether the number may be one from low to high; a typed one, in one of its readings."""
    if not given.readings:
        return bool(low - given.tolerance <= given.value <= high + given.tolerance)
    return any(_explains(r, _nearest(r.value, low, high), 0) for r in given.readings)


def _nearest(x: Any, low: Any, high: Any) -> Any:
    """The slope from low to high that is nearest to x."""
    return low if low - x > 0 else high if high - x < 0 else x


def _as_read(entry: Entry, given: Number, error: Any) -> Any:
    """The verdict on a typed number, by the first of its readings that explains the truth."""
    truth, room = entry.truth, given.tolerance
    meant = next((r for r in given.readings if _explains(r, truth, error)), None)
    if meant is None:
        entry.verdict = WRONG
    elif error > max(abs(truth), abs(given.value)) * BLURRED and given.value != 0:
        entry.verdict = UNDECIDED
    else:
        distance = abs(given.value - truth)
        widest = 100 * meant.tolerance.numerator > abs(truth) * meant.tolerance.denominator
        _few_digits(entry, widest, distance, abs(truth) * DOUBLES + error)
        if entry.verdict == RIGHT:
            entry.remark = meant.said()
    return room + abs(truth) * DOUBLES + error


def _explains(reading: Reading, truth: Any, error: Any) -> bool:
    """The point itself is a float: what that may change is not held against the number typed.

    Nobody cuts a 6 off to 5; but 5.99 may be what floats made of it, 5.9999999, cut off.
    """
    end = abs(truth - reading.value) - reading.tolerance
    whole = reading.name == "cut off" and reading.tolerance >= 0.5
    if whole and abs(end) <= abs(truth) * EXACT:
        return False
    doubt = error + abs(truth) * DOUBLES
    miss = abs(truth - reading.value) - doubt
    return bool(miss * reading.tolerance.denominator <= reading.tolerance.numerator)


def _few_digits(entry: Entry, few: bool, distance: Any, rounding: Any) -> None:
    """Undecided where the digits are few (a percent is open) and the number is not simply exact."""
    if few and distance > rounding:
        entry.verdict = UNDECIDED
        entry.remark = say(
            fr="trop peu de chiffres pour décider : donnez-en trois",
            en="too few digits to decide: give three",
        )


def _compared(entry: Entry, room: Any, distance: Any, error: Any) -> Any:
    """The verdict on a number that may be off by `room`; gives the tolerance that was applied."""
    size = abs(entry.truth)
    tolerance = room + size * DOUBLES + error
    if distance > tolerance:
        entry.verdict = WRONG
    elif room > size / 100:
        _few_digits(entry, True, distance, size * DOUBLES + error)
    elif room > size * 1e-10:
        entry.verdict = RIGHT
    else:
        entry.verdict = FLOAT if distance > PROOF * size + error else RIGHT
    return tolerance


# ── at the other points ──────────────────────────────────────────────────────────────────────────


def agrees(given: Number, truth: Any) -> bool | None:
    """Whether a formula's number is the slope at another point; None where that cannot be told.

    A 0 may be a slope so small that 200 digits do not show it, 1 − tanh² far out: beside one as
    small that tells nothing.
    """
    if not (given.value - given.value == 0 and truth - truth == 0):
        return None
    if 0 in (truth, given.value) and 0 < max(abs(truth), abs(given.value)) < UNSEEN:
        return None
    room = given.tolerance or PROOF * max(abs(truth), abs(given.value))
    return bool(abs(given.value - truth) <= room)


def tried_elsewhere(entry: Entry, found: Sequence[bool | None], doubles: bool) -> None:
    """What the other points say: a formula is right everywhere, or wrong.

    One that computes with doubles and is right at all the others has lost its digits at this one;
    where the slope is not finite, or cannot be seen, only the others tell.
    """
    told = [right for right in found if right is not None]
    count, wrong = len(told), told.count(False)
    if entry.verdict == UNDECIDED and count:
        entry.verdict = WRONG if wrong else RIGHT
    elif entry.verdict == WRONG and doubles and not wrong and count > 4 and _near(entry):
        entry.verdict = FLOAT
        entry.remark = say(
            fr=f"juste aux {count} autres points ; ici une soustraction de nombres voisins, "
            "1 − σ(z) par exemple, perd les chiffres",
            en=f"right at the {count} other points; here a difference of close numbers, "
            "1 − σ(z) for example, loses the digits",
        )
    elif entry.verdict in (RIGHT, FLOAT) and wrong:
        entry.verdict = WRONG
        entry.remark = say(
            fr=f"juste en ce point, faux aux {count} autres",
            en=f"right at this point, wrong at the {count} others",
        )
        if wrong < count:
            entry.remark = say(
                fr=f"juste en ce point, faux en {wrong} des {count} autres",
                en=f"right at this point, wrong at {wrong} of the {count} others",
            )


def _near(entry: Entry) -> bool:
    return bool(abs(entry.yours - entry.truth) < abs(entry.truth) / 2)


def digits_lost(computed: float, truth: Any) -> str:
    """A remark where a right formula, computed in floats, loses its digits (of some 16) here."""
    if truth == 0 or computed - computed != 0:
        return ""
    off = abs(computed / truth - 1)
    if off < 1e-11:
        return ""
    lost = min(16, 16 + int(math.floor(math.log10(float(off)))))
    return say(
        fr=f"la formule est juste, mais en flottants elle perd ici {lost} chiffres sur 16",
        en=f"the formula is right, but in floats it loses {lost} digits of 16 here",
    )


def floats_differ(autograd: float, truth: Any) -> str:
    """A remark where autograd's own float is not the expected number: far in a tail, say."""
    if autograd != autograd or truth != truth or abs(autograd - truth) <= 1e-6 * abs(truth):
        return ""
    return say(
        fr=f"en flottants, backward() donne ici {number(autograd)}",
        en=f"in floats, backward() gives {number(autograd)} here",
    )
