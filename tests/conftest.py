"""Every test reads English unless it asks for French, and draws the same random examples."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

os.environ["TINYGRAD_LANG"] = "en"
settings.register_profile("house", derandomize=True, deadline=None)
settings.load_profile("house")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is slow may take longer before it is stopped, on a busy machine too."""
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.timeout(600))
