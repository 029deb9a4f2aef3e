"""Build a graph, put it in order, walk it backward; then draw it, write it, check it: the contents."""

from pathlib import Path as _Path

from tinygrad_fr.words import language, number, say

# In a checkout nn/ and demos/ lie beside this folder; installed, they lie inside it.
_here = _Path(__file__).resolve().parent
if not (_here / "nn").is_dir():
    __path__.append(str(_here.parent))

__all__ = ["language", "number", "say"]
