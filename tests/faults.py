"""The faults that `make mutants` plants: what a slip of the hand would write, and who must see it."""

from __future__ import annotations

from tests.mutants import Fault

FAULTS = [
    Fault(
        "numbers-keep-a-hyphen",
        "words",
        "tinygrad_fr/words.py",
        '"0" if text == "-0" else text.replace("-", "−")',
        '"0" if text == "-0" else text',
        "tests/test_words.py",
    ),
    Fault(
        "no-space-before-a-colon",
        "words",
        "tinygrad_fr/words.py",
        "return _SPACES.sub(NARROW, fr) if",
        "return fr if",
        "tests/test_words.py",
    ),
    Fault(
        "a-comma-in-english",
        "words",
        "tinygrad_fr/words.py",
        'return text.replace(".", ",") if language() == "fr" else text',
        'return text.replace(".", ",")',
        "tests/test_words.py",
    ),
]
