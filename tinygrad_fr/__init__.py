"""Build a graph, put it in order, walk it backward; then draw, write, check it: the contents."""

import os as _os
from importlib import import_module as _import_module
from pathlib import Path as _Path
from typing import TYPE_CHECKING as _TYPE_CHECKING
from typing import Any as _Any

from tinygrad_fr import ops
from tinygrad_fr.engine import Value
from tinygrad_fr.formula.derivation import Derivation, explain
from tinygrad_fr.formula.formula import to_latex, to_mathml, to_text
from tinygrad_fr.formula.paths import paths
from tinygrad_fr.gradient import grad, gradient
from tinygrad_fr.ops import *  # noqa: F403  the rows of the table, each exported beside itself
from tinygrad_fr.ops import absolute as abs  # noqa: F401
from tinygrad_fr.ops import sum as sum
from tinygrad_fr.picture.dot import to_dot
from tinygrad_fr.picture.draw import Picture, draw
from tinygrad_fr.picture.view import view
from tinygrad_fr.places import scope
from tinygrad_fr.reading.expression import parse
from tinygrad_fr.refusals import did_you_mean as _did_you_mean
from tinygrad_fr.refusals import refuse as _refuse
from tinygrad_fr.replay import replay
from tinygrad_fr.walk import order
from tinygrad_fr.words import language, number, say, use

# The floors of the house: a room imports rooms of lower floors only; rooms of one line do not see
# each other.  A wing (a folder) lists its own floors in the same way.
FLOORS = (
    ("words", "unmoved", "rest", "version"),
    ("refusals",),
    ("files", "child"),
    ("numbers",),
    ("spelling", "walk", "exact"),
    ("pages",),
    ("row",),
    ("arithmetic", "lists"),
    ("ops", "places", "copies"),
    ("face", "likeness"),
    ("engine",),
    ("replay", "bend", "fast", "fast_walk"),
    ("gradient",),
    ("formula",),
    ("reading",),
    ("birth",),
    ("program",),
    ("nn",),
    ("checking", "micrograd"),
    ("picture",),
    ("demos",),
    ("command",),
    ("cli",),
)

if not _os.environ.get("TINYGRAD_SLOW"):
    from tinygrad_fr import fast as _fast  # noqa: F401  the same, written out
    from tinygrad_fr import fast_walk as _fast_walk  # noqa: F401

# In a checkout nn/ and demos/ lie beside this folder; installed, they lie inside it.
_folder = _Path(__file__).resolve().parent
if not (_folder / "nn").is_dir():
    __path__.append(str(_folder.parent))  # noqa: F405

# `sum` and `abs` are ours when asked for; `import *` leaves Python its own.
__all__ = [
    "CATALOGUE",
    "Derivation",
    "Picture",
    "Program",
    "Report",
    "Steps",
    "Value",
    "check",
    "check_class",
    "check_expression",
    "check_file",
    "diagnose",
    "draw",
    "explain",
    "grad",
    "gradient",
    "language",
    "number",
    "order",
    "parse",
    "paths",
    "replay",
    "sabotage",
    "say",
    "scope",
    "step_through",
    "to_dot",
    "to_latex",
    "to_mathml",
    "to_numpy",
    "to_text",
    "use",
    "view",
]
__all__ += ops.__all__

# Half of the house is entered when one of these names is first asked for, in its room.
LATER = {
    "CATALOGUE": "checking.catalogue",
    "Program": "program.program",
    "Report": "checking.report",
    "Steps": "picture.steps",
    "check": "checking.check",
    "check_class": "checking.classes",
    "check_expression": "checking.typed",
    "check_file": "checking.student_file",
    "diagnose": "checking.diagnose",
    "sabotage": "checking.sabotage",
    "step_through": "picture.steps",
    "to_numpy": "program.program",
}
if _TYPE_CHECKING:
    from tinygrad_fr.checking.catalogue import CATALOGUE
    from tinygrad_fr.checking.check import check
    from tinygrad_fr.checking.classes import check_class
    from tinygrad_fr.checking.diagnose import diagnose
    from tinygrad_fr.checking.report import Report
    from tinygrad_fr.checking.sabotage import sabotage
    from tinygrad_fr.checking.student_file import check_file
    from tinygrad_fr.checking.typed import check_expression
    from tinygrad_fr.picture.steps import Steps, step_through
    from tinygrad_fr.program.program import Program, to_numpy
else:

    def __getattr__(name: str) -> _Any:
        """A name of `LATER`, from its room; from now on it is here."""
        if name not in LATER:
            near = _did_you_mean(name, __all__)
            _refuse(
                fr=f"tinygrad_fr n’a rien du nom de {name!r}.{near}",
                en=f"tinygrad_fr has nothing named {name!r}.{near}",
                kind=AttributeError,
            )
        found = getattr(_import_module(f"{__name__}.{LATER[name]}"), name)
        return globals().setdefault(name, found)

    def __dir__() -> list[str]:
        """What is here, and what is yet to come: for whoever completes a name with Tab."""
        return sorted({*globals(), *LATER})
