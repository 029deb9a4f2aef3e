"""Nothing that is shown moves the user's random numbers: the global stream is put back.

rich draws from the module `random` when it is first imported, and scikit-learn imports rich.  A
first `summary()` between `random.seed(0)` and `MLP(2, [4, 1])` would then give other weights; so
whoever imports one of them does it here:

    with unmoved():
        from rich.table import Table
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def unmoved() -> Iterator[None]:
    """Put the global `random` stream back, at the end, where it was at the beginning.

    >>> random.seed(0)
    >>> with unmoved(): other = random.random()
    >>> random.random() == other
    True
    """
    state = random.getstate()
    try:
        yield
    finally:
        random.setstate(state)
