"""Nothing that is shown moves the user's random numbers, the first time included."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from tinygrad_fr.unmoved import unmoved

ROOT = Path(__file__).resolve().parents[2]

# What is shown, in a process where nothing has been shown before.
SHOWN = {
    "nothing": "",
    "summary": "str(MLP(2, [2, 1], seed=0).summary())",
    "report": "str(check(a * b, {a: 4.0, b: 3.0}))",
    "class": """
        from tinygrad_fr.checking.classes import ClassReport
        ClassReport(["a"], []).__rich__()
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


@pytest.mark.slow
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


def test_the_stream_is_put_back_after_an_error_too() -> None:
    random.seed(0)
    before = random.getstate()
    with pytest.raises(KeyError), unmoved():
        random.random()
        raise KeyError
    assert random.getstate() == before
