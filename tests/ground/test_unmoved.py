"""Nothing that is shown moves the user's random numbers, the first time included."""

from __future__ import annotations

import ast
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tinygrad_fr.unmoved import unmoved

ROOT = Path(__file__).resolve().parents[2]
DRAWS = ("rich", "sklearn")  # draw from the global stream when first imported, or import who does
FILES = [p for room in ("tinygrad_fr", "nn", "demos") for p in sorted((ROOT / room).rglob("*.py"))]

# What is shown, in a process where nothing has been shown before.
SHOWN = {
    "nothing": "",
    "summary": "str(MLP(2, [2, 1], seed=0).summary())",
    "report": "str(check(a * b, {a: 4.0, b: 3.0}))",
    "class": """
        from tinygrad_fr.checking.answers import Class
        Class(["a"], []).__rich__()
        """,
    "bar": """
        with unmoved():
            from rich.console import Console
        X, y = data.moons(20)
        out = Console(file=StringIO(), force_terminal=True)
        fit(MLP(2, [2, 1], seed=0), X, y, epochs=3, progress=out)
        """,
    "plot": """
        X, y = data.moons(20)
        model = MLP(2, [2, 1], seed=0)
        plot.save(plot.boundary(model, X, y), folder / "a.png")
        plot.save(plot.weights(model), folder / "a.svg")
        """,
    "picture": """
        out = a * b
        out.backward()
        draw(out).save(folder / "a.svg")
        """,
    "course": """
        from tinygrad_fr.demos import Item, course
        course.show([Item("1", "1 + 1", 2.0, 2.0, "")])
        """,
}
PROGRAM = """
import random, sys
from io import StringIO
from pathlib import Path
from textwrap import dedent
from tinygrad_fr import *
from tinygrad_fr.nn import *
from tinygrad_fr.unmoved import unmoved
folder = Path(sys.argv[2])
a, b = Value(3.0, label="a"), Value(4.0, label="b")
random.seed(3)
before = random.getstate()
exec(dedent(sys.argv[1]))
assert random.getstate() == before
"""


@pytest.mark.parametrize("what", SHOWN)
def test_the_first_time_something_is_shown(what: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, SHOWN[what], str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr


def test_rich_does_draw_when_it_is_first_imported() -> None:
    """Else this room has no reason any more."""
    program = "import random; s = random.getstate(); import rich.table; "
    program += "assert random.getstate() != s"
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)


def met(tree: ast.AST, guarded: bool = False) -> Iterator[int]:
    """The lines that import one of them outside `with unmoved()`; type checkers do not run."""
    names: list[str] = []
    if isinstance(tree, ast.Import):
        names = [alias.name for alias in tree.names]
    elif isinstance(tree, ast.ImportFrom):
        names = [tree.module or ""]
    elif isinstance(tree, ast.Call) and tree.args and isinstance(tree.args[0], ast.Constant):
        called = ast.unparse(tree.func).rpartition(".")[2]
        names = [str(tree.args[0].value)] if called in ("import_module", "__import__") else []
    if not guarded and any(name.partition(".")[0] in DRAWS for name in names):
        yield tree.lineno  # type: ignore[attr-defined]
    if isinstance(tree, ast.With):
        guarded |= any(ast.unparse(item.context_expr) == "unmoved()" for item in tree.items)
    if isinstance(tree, ast.If) and ast.unparse(tree.test).endswith("TYPE_CHECKING"):
        guarded = True
    for child in ast.iter_child_nodes(tree):
        yield from met(child, guarded)


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_who_imports_them_does_it_unmoved(path: Path) -> None:
    assert list(met(ast.parse(path.read_text("utf-8")))) == []


@pytest.mark.parametrize(
    "source",
    [
        "def f():\n    from rich.table import Table",
        "def f():\n    import rich",
        "import importlib\nimportlib.import_module('sklearn.datasets')",
        "with unmoved():\n    pass\nimport rich.text",
    ],
)
def test_a_planted_import_is_found(source: str) -> None:
    assert list(met(ast.parse(source)))


def test_the_stream_is_put_back_after_an_error_too() -> None:
    random.seed(0)
    before = random.getstate()
    with pytest.raises(KeyError), unmoved():
        random.random()
        raise KeyError
    assert random.getstate() == before
