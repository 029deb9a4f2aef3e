"""Before the sentence: which version of it this is, from the checkout or from what is installed."""

from __future__ import annotations

import configparser
import importlib.metadata
from pathlib import Path


def version() -> str:
    """The version of this checkout, or of what is installed."""
    beside = Path(__file__).resolve().parents[1] / "setup.cfg"
    metadata = configparser.ConfigParser(interpolation=None)
    metadata.read(beside, encoding="utf-8")
    if metadata.get("metadata", "name", fallback="") == "tinygrad_fr":
        return metadata["metadata"]["version"]
    return importlib.metadata.version("tinygrad_fr")
