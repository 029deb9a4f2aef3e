"""Check it: the known mistakes, one file a family; a table of contents.

A new mistake is a row in the file of its family, and a vector worked out by hand in the tests.
"""

from __future__ import annotations

import math
import re

from tinygrad_fr.checking.bends import Mistake
from tinygrad_fr.checking.catalogue import calculus, cost, layers, passes, softmax, transfer

FLOORS = (("calculus", "cost", "layers", "passes", "softmax", "transfer"),)


def _number(mistake: Mistake) -> tuple[float, str]:
    """M9 before M10, M16 before M16b, those without a number last."""
    digits = re.search(r"\d+", mistake.key)
    return (int(digits[0]) if digits else math.inf), mistake.key


_families = (cost, transfer, layers, softmax, calculus, passes)
CATALOGUE: dict[str, Mistake] = {
    mistake.key: mistake for mistake in sorted((m for f in _families for m in f.ROWS), key=_number)
}
