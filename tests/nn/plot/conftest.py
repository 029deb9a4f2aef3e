"""Pictures are drawn in English here, and a warning is an error."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import pytest

from tinygrad_fr.words import use


@pytest.fixture(autouse=True)
def in_english_and_without_a_warning() -> Iterator[None]:
    with use("en"), warnings.catch_warnings():
        warnings.simplefilter("error")  # a glyph that the font does not have is one
        yield
