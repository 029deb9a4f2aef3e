"""Every test reads English unless it asks for French, and draws the same random examples each time."""

from __future__ import annotations

import os

from hypothesis import settings

os.environ["TINYGRAD_LANG"] = "en"
settings.register_profile("house", derandomize=True, deadline=None)
settings.load_profile("house")
