"""Write it as a formula: one line with indices, k and j, for all the lines of a layer.

A general form is guessed from one line, by writing letters where its indices stand, and kept only
if putting the indices back gives every line, character for character.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tinygrad_fr.formula.names import parts

# A name in a line that is to be generalised is its label in hexadecimals, so that no page sees a
# sign in it, between two marks; a sum stands between two more.  The marks are letters of an
# alphabet in which nobody writes a label.
NAME, END, SUM, SUM_END = "ᚠᚡᚢᚣ"
_NAMES = re.compile(f"{NAME}([0-9a-f]*){END}")
_SUMS = re.compile(f"{SUM}([^{SUM}{SUM_END}]*){SUM_END}")
_LABELS = re.compile(r"[^∂/]+")
Map = dict[str, str]


def mark(label: str) -> str:
    """A name, to be found again in a line."""
    return NAME + _renamed(label, {}).encode().hex() + END


def _label(found: re.Match[str]) -> str:
    return bytes.fromhex(found[1]).decode()


def _labels(text: str) -> list[str]:
    return [_label(found) for found in _NAMES.finditer(text)]


@dataclass(frozen=True, slots=True)
class Marked:
    """A line with its names marked, for a neuron k and, where it has a second index, a j."""

    symbol: str
    formula: str
    plus: str  # how its page writes a plus

    @property
    def indices(self) -> list[str]:
        """The indices of the name on the left: k, or k and j."""
        found = [i for label in _labels(self.symbol) for i in indices(label)]
        return found[:2]


def indices(name: str) -> list[str]:
    """The indices below a name: ∂L/∂w_1,2^[1] has 1 and 2."""
    letter = parts(_LABELS.findall(name)[-1])
    return letter.below.split(",") if letter and letter.below else []


def _renamed(name: str, to: Map) -> str:
    """A name with other indices; the L of ∂L/∂w stays."""
    head, bar, label = name.rpartition("∂")
    letter = parts(label)
    if letter is None or not letter.below:
        return name
    below = ",".join(to.get(i, i) for i in letter.below.split(","))
    above = f"^[{letter.above}]" if letter.above else ""
    primes = "'" * letter.primes
    return f"{head}{bar}{letter.base}{'_hat' * letter.hat}{primes}_{below}{above}"


def _replaced(text: str, to: Map) -> str:
    return _NAMES.sub(lambda m: mark(_renamed(_label(m), to)), text)


def _put_back(general: str, k: Map, others: Sequence[str], plus: str) -> str:
    """A general form at one neuron; a sum runs over the others."""

    def written_out(found: re.Match[str]) -> str:
        return plus.join(_replaced(found[1], k | {"j": j}) for j in others)

    return _replaced(_SUMS.sub(written_out, general), k)


def general_form(lines: Sequence[Marked]) -> tuple[str, str] | None:
    """(symbol, formula) with k and j for every line, the names still marked; else None."""
    for line in lines:
        for form in _guesses(line):
            if all(_gives(form, other) for other in lines):
                return form[0], form[1]
    return None


def _guesses(line: Marked) -> list[tuple[str, str, list[str]]]:
    index, sums = line.indices, _SUMS.search(line.formula)
    if not index or (len(index) == 2 and index[0] == index[1]):
        return []
    if len(index) == 2 or not sums:
        to = dict(zip(index, "kj", strict=False))
        return [(_replaced(line.symbol, to), _replaced(line.formula, to), [])]
    terms = sums[1].split(line.plus)
    others = _running(terms)
    if not others:
        return []
    found = []
    for j, term in zip(others, terms, strict=True):
        if j != index[0]:
            body = _replaced(term, {j: "j", index[0]: "k"})
            rest = line.formula.replace(sums[0], SUM + body + SUM_END)
            to = {index[0]: "k"}
            found.append((_replaced(line.symbol, to), _replaced(rest, to), others))
    return found


def _running(terms: Sequence[str]) -> list[str]:
    """The index that is another one in each term, the j of w_k,j·x_j; else nothing."""
    rows = [[i for label in _labels(term) for i in indices(label)] for term in terms]
    columns = zip(*rows, strict=False)
    return next((list(c) for c in columns if len(set(c)) == len(terms)), [])


def summed(formula: str, plus: str) -> str:
    """A weighted sum with its marks: the terms w_k,1·x_1, w_k,2·x_2, … that begin it."""
    terms, run = formula.split(plus), 0
    while run < len(terms) and str(run + 1) in _second(terms[run]):
        run += 1
    if run < 2:
        return formula
    return plus.join([SUM + plus.join(terms[:run]) + SUM_END, *terms[run:]])


def _second(term: str) -> list[str]:
    """The second indices in a term."""
    pairs = [indices(label) for label in _labels(term)]
    return [pair[1] for pair in pairs if len(pair) == 2]


def _gives(form: tuple[str, str, list[str]], line: Marked) -> bool:
    symbol, formula, others = form
    index = dict(zip("kj", line.indices, strict=False))
    plain = re.sub(f"[{SUM}{SUM_END}]", "", line.formula)
    return (
        _put_back(symbol, index, [], line.plus) == line.symbol
        and _put_back(formula, index, others, line.plus) == plain
    )


def shown(text: str, name: Callable[[str], str], sigma: str) -> str:
    """A general form, or a line, as it is read: the names written, Σⱼ before a sum."""
    text = text.replace(SUM, sigma).replace(SUM_END, "")
    return _NAMES.sub(lambda m: name(_label(m)), text)
