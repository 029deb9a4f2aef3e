"""The house stands: imports only go down, heavy libraries wait, every file says what it is."""

from __future__ import annotations

import ast
import builtins
import importlib
import re
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

import tinygrad_fr
from tests import house_picture
from tests.house import CONTENTS, OUTSIDE, ROOT, complaints, files, folder_of, room_of, too_long
from tests.mutants import faults, misplaced
from tests.public import PUBLIC


@pytest.mark.parametrize("path", files(), ids=room_of)
def test_imports_go_down(path: Path) -> None:
    assert complaints(path.read_text("utf-8"), room_of(path)) == []


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("engine", "from tinygrad_fr.picture.draw import draw"),
        ("engine", "import tinygrad_fr.picture.view"),
        ("engine", "from tinygrad_fr.picture import view"),
        ("engine", "from .picture import view"),
        ("engine", "from .picture.view import view"),
        ("engine", "def f():\n    from tinygrad_fr.formula.formula import to_text"),
        ("engine", "if TYPE_CHECKING:\n    from tinygrad_fr.formula.formula import to_text"),
        ("engine", "import importlib\nimportlib.import_module('tinygrad_fr.formula.formula')"),
        ("engine", "def f():\n    import numpy"),
        ("engine", "from tinygrad_fr import Value"),
        ("ops", "import mpmath"),
        ("formula.proof", "from tinygrad_fr.formula.formula import to_text"),
        ("formula.formula", "def f():\n    import numpy as np"),
        ("formula.formula", "import sympy"),
        ("nn.plot.figure", "import numpy as np"),
        ("nn.plot.figure", "class A:\n    import numpy as np"),
        ("nn.plot.figure", "from tinygrad_fr.nn.plot.film import Film"),
        ("nn.plot.boundary", "from tinygrad_fr.nn.plot import save"),
        ("nn.plot.boundary", "from .figure import save"),
        ("nn.layers", "from tinygrad_fr.nn.plot.figure import save"),
        ("formula.proof", "def f():\n    import mpmath"),
        ("checking.check", "def f():\n    import torch"),
        ("picture.draw", "import graphviz"),
        ("nn.layers", "from nn.losses import mse"),
        ("nn.layers", "import nn"),
        ("nn.layers", "from .losses import mse"),
        ("nn.layers", "from tinygrad_fr.nn import losses"),
        ("nn.layers", "from ..picture.draw import draw"),
        ("nn.fit", "from tinygrad_fr.nn import MLP"),
        ("picture.draw", "from tinygrad_fr import Value"),
        ("demos.linear", "from tinygrad_fr.demos.neuron import main"),
        ("demos.linear", "from tinygrad_fr.demos import chain_rule"),
        ("demos.linear", "from tinygrad_fr.cli import main"),
        ("demos.linear", "import demos.neuron"),
        ("", "from tinygrad_fr.cli import main"),
        ("", "from tinygrad_fr.demos import course"),
        ("words", "import rich"),
        ("nn.summary", "def f():\n    from rich.table import Table"),
        ("nn.summary", "def f():\n    with unmoved():\n        pass\n    import rich.text"),
        (
            "nn.data.handwritten",
            "def f():\n    return importlib.import_module('sklearn.datasets')",
        ),
        ("attic", "import math"),
        ("engine", "from tinygrad_fr.attic import x"),
    ],
)
def test_a_planted_import_is_found(room: str, source: str) -> None:
    assert complaints(source, room)


@pytest.mark.parametrize(
    ("room", "source"),
    [
        (
            "engine",
            "import math\nfrom tinygrad_fr.ops import Op\nfrom tinygrad_fr.words import say",
        ),
        (
            "picture.draw",
            "def f():\n    import graphviz\n    from tinygrad_fr.picture.view import view",
        ),
        ("nn.plot.figure", "if TYPE_CHECKING:\n    import numpy as np"),
        ("nn.plot.film", "from tinygrad_fr.nn.plot.boundary import boundary"),
        ("nn.plot.film", "from tinygrad_fr.nn.layers import MLP"),
        ("nn.fit", "from tinygrad_fr.nn.layers import MLP\nfrom tinygrad_fr.nn import losses"),
        ("demos.linear", "from tinygrad_fr import Value, draw\nfrom tinygrad_fr.nn import MLP"),
        ("demos.linear", "from tinygrad_fr.demos import Item, _figures"),
        ("demos.course", "from tinygrad_fr.demos import linear"),
        ("nn", "from tinygrad_fr.nn import losses"),
        ("", "from tinygrad_fr.picture.draw import draw"),
        ("cli", "def f():\n    from tinygrad_fr.demos import course"),
    ],
)
def test_a_good_import_is_let_through(room: str, source: str) -> None:
    assert complaints(source, room) == []


@pytest.mark.parametrize("path", files(), ids=room_of)
def test_the_first_line_says_what_the_file_is(path: Path) -> None:
    text = path.read_text("utf-8")
    docstring = ast.get_docstring(ast.parse(text))
    assert text.startswith('"""')
    assert docstring and len(docstring.splitlines()[0]) > 20


# ── it fits ──────────────────────────────────────────────────────────────────────────────────────


# A long function that is only a table of data, and why it stands in one piece.
TABLES: dict[str, str] = {}


@pytest.mark.parametrize("path", files(), ids=room_of)
def test_a_room_fits_on_its_floor(path: Path) -> None:
    """A room 400 lines, the heart less, the table more; a function one screen; 100 columns."""
    room = room_of(path)
    found = too_long(path.read_text("utf-8"), room)
    assert {what: n for what, n in found.items() if what not in TABLES} == {}
    listed = {what for what in TABLES if what.partition(":")[0] == room}
    assert listed <= {*found}, "it fits now: take it off TABLES"


def test_every_table_says_why_it_is_one() -> None:
    assert {what.partition(":")[0] for what in TABLES} <= {room_of(path) for path in files()}
    assert all(len(why) > 20 for why in TABLES.values())


@pytest.mark.parametrize(
    ("source", "room", "found"),
    [
        ("x = 1\n" * 400, "formula.formula", {}),
        ("x = 1\n" * 401, "formula.formula", {"formula.formula": 401}),
        ("x = 1\n" * 101, "walk", {"walk": 101}),
        ("x = 1\n" * 281, "engine", {"engine": 281}),
        ("x = 1\n" * 561, "ops", {"ops": 561}),
        ("a = Op(0)\n" * 60 + "x = 1\n" * 536, "ops", {}),
        ("a = Op(0)\n" * 60 + "x = 1\n" * 537, "ops", {"ops": 597}),
        ("def f():\n" + "    x = 1\n" * 59, "a", {}),
        ("def f():\n" + "    x = 1\n" * 60, "a", {"a: f": 61}),
        ("class A:\n  async def g(self):\n" + "    x = 1\n" * 60, "a", {"a: g": 61}),
        ("def f():\n" + "    x = 1\n" * 60 + "def f(): 1", "a", {"a: f": 61}),
        ("#" * 100, "a", {}),
        ("#" * 101, "a", {"a: columns": 101}),
    ],
)
def test_what_is_too_long_is_found(source: str, room: str, found: dict[str, int]) -> None:
    assert too_long(source, room) == found


# ── what is public stays ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("where", PUBLIC)
def test_no_public_name_is_lost(where: str) -> None:
    module, _, thing = where.partition(":")
    place: object = importlib.import_module(module)
    place = getattr(place, thing) if thing else place
    assert [name for name in PUBLIC[where] if not hasattr(place, name)] == []


@pytest.mark.parametrize("module", ["tinygrad_fr", "tinygrad_fr.nn"])
def test_a_star_brings_what_is_public_and_leaves_python_s_own_names(module: str) -> None:
    brought: dict[str, object] = {}
    exec(f"from {module} import *", brought)
    missing = {*PUBLIC[module]} - {*brought} - {"sum", "abs"}
    assert not missing and not {*vars(builtins)} & {*brought} - {"__builtins__"}


def test_the_two_names_of_python_are_ours_when_asked_for() -> None:
    x, y = tinygrad_fr.Value(-2.0), tinygrad_fr.Value(3.0)
    assert tinygrad_fr.sum([x, y]).data == 1.0 and tinygrad_fr.abs(x).data == 2.0


# ── the tests themselves ─────────────────────────────────────────────────────────────────────────


def written_twice(sources: dict[str, str]) -> dict[str, list[str]]:
    """Tests that share a name, and helpers of one body, with the files they stand in."""
    found: dict[str, list[str]] = {}
    for name, source in sources.items():
        for node in ast.parse(source).body:
            if isinstance(node, ast.FunctionDef):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                test = node.name.startswith("test_")
                what = node.name if test else "\n".join(map(ast.unparse, body))
                found.setdefault(what, []).append(name)
    return {what: names for what, names in found.items() if len(names) > 1}


def test_no_test_s_name_and_no_helper_is_written_twice() -> None:
    tests = {str(p): p.read_text("utf-8") for p in (ROOT / "tests").rglob("*.py")}
    assert written_twice(tests) == {}, "rename it, or share it: tests/shared.py"


def test_a_planted_double_is_found() -> None:
    one, other = (
        "def test_a(): 1\ndef f(x): return x",
        "def test_a(): 2\ndef g(x):\n  'y'\n  return x",
    )
    assert written_twice({"a": one, "b": other}) == {"test_a": ["a", "b"], "return x": ["a", "b"]}


def test_every_fault_finds_its_line() -> None:
    """Whoever changes a line that `make mutants` spoils changes it in tests/faults.txt too."""
    assert list(filter(None, map(misplaced, faults()))) == []


# ── what is installed ────────────────────────────────────────────────────────────────────────────


def installed() -> tuple[set[str], dict[str, list[str]]]:
    """The packages that setup.cfg names, and the patterns of the other files of each."""
    setup = ConfigParser()
    setup.read(ROOT / "setup.cfg", "utf-8")
    data = {name: text.split() for name, text in setup["options.package_data"].items()}
    return set(setup["options"]["packages"].split()), data


def test_every_folder_is_installed() -> None:
    folders = {f"tinygrad_fr.{room}".rstrip(".") for room in CONTENTS}
    assert installed()[0] == folders, "packages in setup.cfg"


def test_every_file_that_is_no_program_is_installed_too() -> None:
    packages, data = installed()
    for room in CONTENTS:
        package = f"tinygrad_fr.{room}".rstrip(".")
        folder = folder_of(room) if room else ROOT / "tinygrad_fr"
        for path in folder.iterdir():
            if path.is_file() and path.suffix not in (".py", ".pyc"):
                kept = any(path.match(pattern) for pattern in data.get(package, ()))
                assert kept and package in packages, f"{path}: package_data in setup.cfg"


# ── the picture ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
def test_the_picture_of_the_house_is_up_to_date() -> None:
    shown = house_picture.read((ROOT / "docs" / "house.svg").read_text("utf-8"))
    assert shown == house_picture.said(), "make house"


def test_an_arrow_that_follows_from_others_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house_picture, "names", lambda: ["roof", "wing", "ground"])
    uses = {"roof": {"wing", "ground"}, "wing": {"ground"}, "ground": set()}
    monkeypatch.setattr(house_picture, "uses", lambda: uses)
    assert house_picture.arrows() == [("roof", "wing"), ("wing", "ground")]


def run(program: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr


def test_a_public_name_never_turns_into_the_module_of_the_same_name() -> None:
    rooms = [".".join(filter(None, ("tinygrad_fr", room_of(p)))) for p in files()]
    run(f"""
import importlib, types
import tinygrad_fr
for room in {[room for room in rooms if not room.endswith("__main__")]}:
    importlib.import_module(room)
for name in tinygrad_fr.__all__:
    thing = getattr(tinygrad_fr, name)
    assert name == "nn" or not isinstance(thing, types.ModuleType), name
""")


def test_importing_the_package_is_light() -> None:
    heavy = sorted({*OUTSIDE, "sympy"})
    run(f"""
import sys
import tinygrad_fr, tinygrad_fr.nn, tinygrad_fr.cli
assert not set({heavy}) & set(sys.modules), set({heavy}) & set(sys.modules)
""")


MACHINE = re.compile(r"(?<![\w.~])/(?:tmp|work|root|home|Users|var/folders)/\w|[A-Z]:\\Users\\")


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    for name in filter(None, listed.stdout.decode().split("\0")):
        path = ROOT / name
        if path == Path(__file__).resolve() or not path.is_file():
            continue
        found = MACHINE.search(path.read_text("utf-8", errors="ignore"))
        assert found is None, f"{name}: {found}"


@pytest.mark.parametrize("text", ["see /tmp/x.svg", "open('/home/ann/a')", "C:\\Users\\ann"])
def test_a_planted_path_is_found(text: str) -> None:
    assert MACHINE.search(text)
