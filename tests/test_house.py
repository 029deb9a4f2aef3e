"""The house stands: imports only go down, heavy libraries wait, every file says what it is."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent

# On which wing's floor a library from outside may first be met, always inside a function.
OUTSIDE = {
    "numpy": "nn",
    "mpmath": "checking",
    "matplotlib": "nn",
    "rich": "nn",
    "graphviz": "picture",
    "pygraphviz": "picture",
    "IPython": "picture",
}
# what a room may use where it is installed, inside the function
ALSO = {"nn.data": {"sklearn"}}


class Import(NamedTuple):
    """One name brought in: `tinygrad_fr.nn.layers` with `MLP`, and where it stands."""

    module: str
    name: str
    line: int
    relative: bool
    waits: bool  # inside a function, or only for type checkers


def room_of(path: Path) -> str:
    """The room a file is: nn/layers.py is "nn.layers", tinygrad_fr/__init__.py is ""."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    parts = parts[1:] if parts[0] == "tinygrad_fr" else parts
    return ".".join(part for part in parts if part != "__init__")


def folder_of(wing: str) -> Path:
    """Where a wing lies: nn and demos at the top, the others inside the package."""
    path = Path(*wing.split("."))
    return next((f for f in (ROOT / "tinygrad_fr" / path, ROOT / path) if f.is_dir()), ROOT / path)


def floors_of(wing: str) -> tuple[tuple[str, ...], ...]:
    """The FLOORS that a table of contents lists: rooms of one tuple do not see each other."""
    folder = folder_of(wing) if wing else ROOT / "tinygrad_fr"
    for node in ast.parse((folder / "__init__.py").read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "FLOORS":
            return ast.literal_eval(node.value)  # type: ignore[no-any-return]
    raise AssertionError(f"{wing or 'tinygrad_fr'}/__init__.py lists no FLOORS")


def house(wing: str = "", below: tuple[int, ...] = ()) -> dict[str, tuple[int, ...]]:
    """The floor of every room, from the tables of contents: "checking.judge" is (7, 2)."""
    found: dict[str, tuple[int, ...]] = {}
    listed = floors_of(wing)
    for i, level in enumerate(listed, start=1):
        for name in others(wing, listed) if level == ("*",) else level:
            room = f"{wing}.{name}" if wing else name
            found[room] = (*below, i)
            if folder_of(room).is_dir():
                found |= house(room, (*below, i))
                found[room] = (*below, i, 99)  # a table of contents imports its rooms
    return found


def others(wing: str, listed: tuple[tuple[str, ...], ...]) -> list[str]:
    """The rooms of a wing that its table of contents does not name: "*" stands for them."""
    named = {name for level in listed for name in level}
    return sorted({p.stem for p in folder_of(wing).glob("[!_]*.py")} - named)


HOUSE = {**house(), "__main__": (100,)}
HOUSE[""] = (HOUSE["picture"][0], 100)  # the table of contents of the package: all but the demos
HOUSE["demos"] = (HOUSE["demos"][0], 0)  # what every demo has stands below the demos
CONTENTS = {room for room in HOUSE if not room or folder_of(room).is_dir()}


def files() -> list[Path]:
    return sorted(
        p for folder in ("tinygrad_fr", "nn", "demos") for p in (ROOT / folder).rglob("*.py")
    )


def imports(tree: ast.Module, room: str) -> Iterator[Import]:
    """Every import, those inside functions and for type checkers too."""

    def walk(node: ast.AST, waits: bool) -> Iterator[Import]:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, "", node.lineno, False, waits)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if node.level:
                package = f"tinygrad_fr.{room}".split(".")
                package = package[: len(package) - node.level + (room in {*CONTENTS, "demos"})]
                module = ".".join([*package, module] if module else package)
            for alias in node.names:
                yield Import(module, alias.name, node.lineno, bool(node.level), waits)
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = ast.unparse(node.func).rpartition(".")[2]
            if called in {"import_module", "__import__"}:
                yield Import(str(node.args[0].value), "", node.lineno, False, waits)
        inside = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            for child in node.body:
                yield from walk(child, True)
            for child in node.orelse:
                yield from walk(child, waits)
            return
        for child in ast.iter_child_nodes(node):
            yield from walk(child, waits or inside)

    return walk(tree, False)


def target(found: Import) -> str:
    """The room that an import of ours enters."""
    inside = found.module.removeprefix("tinygrad_fr").lstrip(".")
    longer = f"{inside}.{found.name}".lstrip(".") if found.name else inside
    return longer if longer in HOUSE else inside  # else a name that the room gives


def wing_floor(wing: str) -> tuple[int, ...]:
    return HOUSE[wing][:1]


def complaints(source: str, room: str) -> list[str]:
    """What is wrong with the imports of one room, a line each; nothing if all is well."""
    here = HOUSE.get(room)
    if here is None:
        return [f"{room}: a room without a floor; give it one in the FLOORS of its folder"]
    out = []
    for found in imports(ast.parse(source), room):
        top = found.module.partition(".")[0]
        at = f"{room or '__init__'}:{found.line}: {found.module}"
        if top in {"nn", "demos"}:
            out.append(f"{at}: write tinygrad_fr.{found.module}, else there are two copies of it")
        elif top == "tinygrad_fr":
            if found.relative and room.startswith(("nn", "demos")):
                out.append(f"{at}: relative; write it in full, else there are two copies of it")
            there = HOUSE.get(target(found))
            if there is None:
                out.append(f"{at}: enters the unknown room {target(found)}")
            elif there >= here:
                out.append(f"{at}: goes up or sideways, from floor {here} to {there}")
        elif top not in sys.stdlib_module_names:
            own = top in ALSO.get(room, ())
            if not own and (top not in OUTSIDE or here < wing_floor(OUTSIDE[top])):
                out.append(f"{at}: not on this floor")
            if not found.waits:
                out.append(f"{at}: a heavy library at module level; import it where it is used")
    return out


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
        ("nn.plot", "import numpy as np"),
        ("nn.plot", "class A:\n    import numpy as np"),
        ("formula.proof", "def f():\n    import mpmath"),
        ("checking.check", "def f():\n    import torch"),
        ("picture.draw", "import graphviz"),
        ("nn.layers", "from nn.losses import mse"),
        ("nn.layers", "import nn"),
        ("nn.layers", "from .losses import mse"),
        ("nn.layers", "from tinygrad_fr.nn import losses"),
        ("nn.layers", "from ..picture.draw import draw"),
        ("nn.train", "from tinygrad_fr.nn import MLP"),
        ("picture.draw", "from tinygrad_fr import Value"),
        ("demos.linear", "from tinygrad_fr.demos.neuron import main"),
        ("demos.linear", "from tinygrad_fr.demos import chain_rule"),
        ("demos.linear", "from tinygrad_fr.cli import main"),
        ("demos.linear", "import demos.neuron"),
        ("", "from tinygrad_fr.cli import main"),
        ("", "from tinygrad_fr.demos import course"),
        ("words", "import rich"),
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
        ("nn.plot", "if TYPE_CHECKING:\n    import numpy as np"),
        ("nn.train", "from tinygrad_fr.nn.layers import MLP\nfrom tinygrad_fr.nn import losses"),
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
